// SPDX-License-Identifier: Apache-2.0
#include "people/secret.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

namespace cordon::people {
namespace {

// Without 0 O, 1 I L, and U, which is heard as V and makes words.
constexpr std::string_view alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
static_assert(alphabet.size() == 30);

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  std::string out;
  constexpr std::string_view digits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string keyed(std::string_view what, std::string_view key) {
  std::array<std::uint8_t, 32> out{};
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(what.data()), what.size(),
                     reinterpret_cast<const unsigned char*>(key.data()),
                     std::min<std::size_t>(key.size(), crypto_generichash_KEYBYTES_MAX));
  return hexadecimal(out);
}

/// letters counts code points; false when the text is not UTF-8 (RFC 3629) or holds control characters.
bool letters(std::string_view text, std::size_t& count, std::set<std::string>& distinct) {
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size() || lead < 0x20 || lead == 0x7F) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<std::uint8_t>(text[i + k]) & 0xC0U) != 0x80) return false;
    }
    distinct.emplace(text.substr(i, length));
    i += length;
  }
  return true;
}

}  // namespace

Random system_random() {
  return [](std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); };
}

Result<std::string> hash_of(std::string_view secret, const HashCost& cost) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str(out.data(), secret.data(), secret.size(), cost.passes, cost.bytes) != 0) {
    return fail(ErrorCode::limit, "memory for a passphrase", cost.bytes);
  }
  return std::string(out.data());
}

bool is_secret_of(std::string_view secret, const std::string& hash) {
  return crypto_pwhash_str_verify(hash.c_str(), secret.data(), secret.size()) == 0;
}

std::string name_of(std::string_view typed) {
  const std::size_t first = typed.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  typed = typed.substr(first, typed.find_last_not_of(" \t") - first + 1);
  std::string out(typed);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool name_ok(std::string_view name) {
  return name.size() >= name_letters_min && name.size() <= name_letters_max && name[0] >= 'a' && name[0] <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string_view::npos;
}

PassphraseFault judge_passphrase(std::string_view passphrase, std::string_view name) {
  if (passphrase.size() > passphrase_bytes_max) return PassphraseFault::long_;
  std::size_t count = 0;
  std::set<std::string> distinct;
  if (!letters(passphrase, count, distinct)) return PassphraseFault::not_text;
  if (count < passphrase_letters_min) return PassphraseFault::short_;
  // The name, also several times over.
  std::string rest = name_of(passphrase);
  if (!name.empty()) {
    while (rest.starts_with(name)) rest.erase(0, name.size());
    if (rest.empty()) return PassphraseFault::name;
  }
  if (distinct.size() < passphrase_distinct_min) return PassphraseFault::monotone;
  return PassphraseFault::none;
}

std::string_view word(PassphraseFault fault) {
  constexpr std::array<std::string_view, 6> words{
      "", "passphrase_short", "passphrase_long", "passphrase_not_text", "passphrase_name", "passphrase_monotone"};
  return words[static_cast<std::size_t>(fault)];
}

std::string make_code(const Random& random) {
  std::string out;
  while (out.size() < code_letters) {
    std::array<std::uint8_t, 16> bytes{};
    random(bytes);
    for (const std::uint8_t byte : bytes) {
      // 240 is the last multiple of 30: each letter is as likely as another.
      if (byte < 240 && out.size() < code_letters) out += alphabet[byte % alphabet.size()];
    }
  }
  return out;
}

std::string show_code(std::string_view code) {
  const std::size_t half = code.size() / 2;
  return std::string(code.substr(0, half)) + "-" + std::string(code.substr(half));
}

std::string code_of(std::string_view typed) {
  std::string out;
  for (char c : typed) {
    if (c == ' ' || c == '-' || c == '\t') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (alphabet.find(c) == std::string_view::npos || out.size() >= code_letters) return {};
    out += c;
  }
  return out.size() == code_letters ? out : std::string();
}

std::string make_token(const Random& random) {
  std::array<std::uint8_t, token_bytes> bytes{};
  random(bytes);
  return hexadecimal(bytes);
}

std::string make_number(const Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random(bytes);
  return hexadecimal(bytes);
}

std::string token_digest(std::string_view token) {
  return keyed(token, "cordon session token kept");
}

std::string page_token_of(std::string_view token) {
  return keyed("cordon page token", token);
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cordon::people
