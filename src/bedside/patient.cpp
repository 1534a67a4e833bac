// SPDX-License-Identifier: Apache-2.0
#include "bedside/patient.h"

#include <algorithm>

namespace cordon::bedside {

namespace {

// in_small writes a name in small letters: ASCII and the Latin letters of U+00C0 to U+00DE. A ward writes HÉLÈNE where
// a monitor has Hélène.
std::string in_small(std::string name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto byte = static_cast<unsigned char>(name[i]);
    const bool ascii = byte >= 'A' && byte <= 'Z';
    const bool latin =
        i > 0 && static_cast<unsigned char>(name[i - 1]) == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97;
    if (ascii || latin) byte += 0x20;
    name[i] = static_cast<char>(byte);
  }
  return name;
}

/// number_of gives what tells a number from another; empty for what stands instead of one, in brackets.
std::string number_of(const event::PatientOffer& patient) {
  if (patient.identifier.starts_with('(')) return "";
  std::string out = in_small(patient.identifier);
  std::erase(out, ' ');
  return out;
}

}  // namespace

bool is_known(const event::PatientOffer& patient) {
  return !patient.family.empty() && (!patient.identifier.empty() || !patient.born.empty());
}

bool differs(const event::PatientOffer& a, const event::PatientOffer& b) {
  const auto other = [](const std::string& x, const std::string& y) { return !x.empty() && !y.empty() && x != y; };
  return other(a.identifier, b.identifier) || other(in_small(a.family), in_small(b.family)) || other(a.born, b.born);
}

bool is_same(const event::PatientOffer& a, const event::PatientOffer& b) {
  const std::string number = number_of(a), other = number_of(b);
  if (!number.empty() && !other.empty()) return number == other;
  const std::string given = in_small(a.given), other_given = in_small(b.given);
  return !a.family.empty() && in_small(a.family) == in_small(b.family) && !a.born.empty() && a.born == b.born &&
         (given.starts_with(other_given) || other_given.starts_with(given));
}

bool is_born_after(const event::PatientOffer& patient, WallTime now) {
  constexpr std::size_t day = 10;  // of 2022-12-03T…
  return patient.born > to_iso(now + std::chrono::days(1)).substr(0, day);
}

bool is_born_too_early(const event::PatientOffer& patient) {
  return !patient.born.empty() && patient.born < born_min;
}

}  // namespace cordon::bedside
