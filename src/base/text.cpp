// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <cstdint>

namespace cordon {

namespace {

struct Character {
  std::size_t bytes = 1;
  char32_t code = 0xFFFD;  // of what is no UTF-8
};

// next_of reads the first character. Source: RFC 3629 section 4: no overlong forms, no surrogates, nothing over
// U+10FFFF.
Character next_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (byte(0) < 0x80) return {1, byte(0)};
  const std::size_t bytes = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < bytes) return {};
  char32_t code = byte(0) & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  if (code < least[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {bytes, code};
}

bool is_seen(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool invisible = (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0xFEFF;
  return !control && !turns && !invisible;
}

}  // namespace

std::string shown(std::string_view foreign, std::size_t bytes_max) {
  std::string out;
  while (!foreign.empty()) {
    const Character c = next_of(foreign);
    const std::string_view bytes = !is_seen(c.code)   ? " "
                                   : c.code == 0xFFFD ? "\xEF\xBF\xBD"
                                                      : foreign.substr(0, c.bytes);
    foreign.remove_prefix(c.bytes);
    if (out.empty() && bytes == " ") continue;
    if (out.size() + bytes.size() > bytes_max) break;
    out += bytes;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool has_unseen(std::string_view text) {
  while (!text.empty()) {
    const Character c = next_of(text);
    if (!is_seen(c.code)) return true;
    text.remove_prefix(c.bytes);
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace cordon
