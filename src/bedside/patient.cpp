// SPDX-License-Identifier: Apache-2.0
#include "bedside/patient.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace cordon::bedside {

namespace {

// latin: what the characters U+00C0 to U+017F are without their marks, in small letters. A ward writes HELENE or
// HÉLÈNE where a monitor has Hélène. Those of two letters are in `latin_pairs`.
constexpr std::string_view latin =
    "aaaaaa?ceeeeiiii"
    "dnooooo*ouuuuy??"
    "aaaaaa?ceeeeiiii"
    "dnooooo/ouuuuy?y"
    "aaaaaaccccccccdd"
    "ddeeeeeeeeeegggg"
    "gggghhhhiiiiiiii"
    "ii??jjkkklllllll"
    "lllnnnnnnnnnoooo"
    "oo??rrrrrrssssss"
    "ssttttttuuuuuuuu"
    "uuuuwwyyyzzzzzzs";
constexpr std::size_t latin_from = 0xC0;
constexpr std::array<std::pair<std::size_t, std::string_view>, 10> latin_pairs{{{0xC6, "ae"},
                                                                                {0xDE, "th"},
                                                                                {0xDF, "ss"},
                                                                                {0xE6, "ae"},
                                                                                {0xFE, "th"},
                                                                                {0x132, "ij"},
                                                                                {0x133, "ij"},
                                                                                {0x152, "oe"},
                                                                                {0x153, "oe"},
                                                                                {0, ""}}};
static_assert(latin.size() == 0x180 - latin_from);

using NameWords = std::vector<std::string>;

/// name_words gives a name's words in small letters without marks. What is neither letter nor digit parts them. `wide`:
/// Ü is ue, as some write it.
NameWords name_words(std::string_view name, bool wide = false) {
  NameWords out(1);
  for (std::size_t i = 0; i < name.size();) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const std::string_view character = name.substr(i, length);
    i += length;
    const std::size_t code = length == 2 && character.size() == 2
                                 ? (byte & 0x1FU) << 6U | (static_cast<unsigned char>(character[1]) & 0x3FU)
                                 : byte;
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
    if (length == 1 && byte >= 'A' && byte <= 'Z') {
      out.back() += static_cast<char>(byte + ('a' - 'A'));
    } else if (length == 1 ? letter : length > 2 && character.substr(0, 2) != "\xE2\x80") {
      out.back() += character;
    } else if (length == 2 && code >= latin_from && code < latin_from + latin.size()) {
      const auto* const pair = std::ranges::find(latin_pairs, code, &std::pair<std::size_t, std::string_view>::first);
      const char plain = latin[code - latin_from];
      if (pair != latin_pairs.end()) {
        out.back() += pair->second;
      } else if (plain >= 'a') {
        out.back() += plain;
        constexpr std::array<std::size_t, 8> widened{0xC4, 0xD6, 0xD8, 0xDC, 0xE4, 0xF6, 0xF8, 0xFC};
        if (wide && std::ranges::find(widened, code) != widened.end()) out.back() += 'e';
      }
    } else if (length == 2 && code >= 0x180) {
      if (code < 0x300 || code >= 0x370) out.back() += character;  // between these: marks of the letter before
    } else if (!out.back().empty()) {
      out.emplace_back();
    }
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

std::string joined(const NameWords& words) {
  std::string out;
  for (const std::string& word : words) out += word;
  return out;
}

/// has_all says whether each of some words is among others, where they may be initials one of the other.
bool has_all(const NameWords& some, const NameWords& others, bool initials) {
  return std::ranges::all_of(some, [&](const std::string& word) {
    return std::ranges::any_of(others, [&](const std::string& other) {
      return word == other || (initials && (word.size() == 1 || other.size() == 1) && word.front() == other.front());
    });
  });
}

/// agree says whether two names may be one, written otherwise: one may be a part of the other, and of given names the
/// beginning. A name that is not stated agrees with any.
bool agree(const std::string& a, const std::string& b, bool given) {
  const NameWords x = name_words(a), y = name_words(b);
  if (x.empty() || y.empty() || has_all(x, y, given) || has_all(y, x, given)) return true;
  const std::string one = joined(x), other = joined(y);
  return one == other || joined(name_words(a, true)) == joined(name_words(b, true)) ||
         (given && (one.starts_with(other) || other.starts_with(one)));
}

bool stands_in(const event::PatientOffer& patient) {
  return patient.identifier.starts_with('(');
}

/// number_of gives what tells a number from another; empty for what stands instead of one, in brackets.
std::string number_of(const event::PatientOffer& patient) {
  return stands_in(patient) ? "" : joined(name_words(patient.identifier));
}

}  // namespace

bool is_known(const event::PatientOffer& patient) {
  return !patient.family.empty() && (!patient.identifier.empty() || !patient.born.empty());
}

bool differs(const event::PatientOffer& a, const event::PatientOffer& b) {
  if (a.empty() || b.empty()) return false;
  if (stands_in(a) || stands_in(b)) {
    return !a.identifier.empty() && !b.identifier.empty() && a.identifier != b.identifier;
  }
  const bool family = !agree(a.family, b.family, false);
  const bool given = !agree(a.given, b.given, true);
  const bool born = !a.born.empty() && !b.born.empty() && a.born != b.born;
  const std::string number = number_of(a), other = number_of(b);
  if (!number.empty() && !other.empty()) return number != other || (family && given) || (born && (family || given));
  const bool married = !a.given.empty() && !b.given.empty() && !a.born.empty() && a.born == b.born;
  return born || given || (family && !married);
}

bool replaces(const event::PatientOffer& before, const event::PatientOffer& after) {
  return !before.empty() && (after.empty() || differs(before, after));
}

bool is_same(const event::PatientOffer& a, const event::PatientOffer& b) {
  const std::string number = number_of(a), other = number_of(b);
  if (!number.empty() && !other.empty()) return number == other;
  return !a.family.empty() && !b.family.empty() && agree(a.family, b.family, false) && !a.born.empty() &&
         a.born == b.born && agree(a.given, b.given, true);
}

bool is_born_after(const event::PatientOffer& patient, WallTime now) {
  constexpr std::size_t day = 10;  // of 2022-12-03T…
  return patient.born > to_iso(now + std::chrono::days(1)).substr(0, day);
}

bool is_born_too_early(const event::PatientOffer& patient) {
  return !patient.born.empty() && patient.born < born_min;
}

}  // namespace cordon::bedside
