// SPDX-License-Identifier: Apache-2.0
#include "estate/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace cordon::estate {

namespace {

// What Windows-1252 has in 0x80 to 0x9f, where Latin-1 has control characters (Unicode CP1252.TXT).
constexpr std::array<char16_t, 32> windows_1252{0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                                0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

void append_utf8(char16_t point, std::string& out) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xc0U | point >> 6U);
    byte(0x80U | (point & 0x3fU));
  } else {
    byte(0xe0U | point >> 12U);
    byte(0x80U | (point >> 6U & 0x3fU));
    byte(0x80U | (point & 0x3fU));
  }
}

// sequence gives the length of the UTF-8 sequence at the front, 0 when it is none.
std::size_t sequence(std::string_view in) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(in[i]); };
  const auto follows = [&](std::size_t i, std::uint8_t low, std::uint8_t high) {
    return i < in.size() && at(i) >= low && at(i) <= high;
  };
  const std::uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const std::uint8_t low = first == 0xe0 ? 0xa0 : 0x80;   // no overlong form
    const std::uint8_t high = first == 0xed ? 0x9f : 0xbf;  // no surrogate
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const std::uint8_t low = first == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

// take gives the code point at the front and removes it.
char32_t take(std::string_view& utf8) {
  const std::size_t length = std::max<std::size_t>(sequence(utf8), 1);
  char32_t point = static_cast<std::uint8_t>(utf8[0]) & (length == 1 ? 0x7fU : 0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6U | (static_cast<std::uint8_t>(utf8[i]) & 0x3fU);
  utf8.remove_prefix(length);
  return point;
}

// plain_blanks writes each blank that is not the ordinary one (Unicode 15: general category Zs) as that.
std::string plain_blanks(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    std::string_view rest = utf8;
    const char32_t point = take(rest);
    const bool blank = point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x202f ||
                       point == 0x205f || point == 0x3000;
    out += blank ? " " : utf8.substr(0, utf8.size() - rest.size());
    utf8 = rest;
  }
  return out;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = sequence(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string single_blanks(std::string_view text) {
  std::string out(trimmed(text));
  const auto beside_another = [](char a, char b) { return a == ' ' && b == ' '; };
  out.erase(std::unique(out.begin(), out.end(), beside_another), out.end());
  return out;
}

std::optional<bool> yes_or_no(std::string_view text) {
  constexpr std::array<std::string_view, 6> yes{"yes", "oui", "true", "vrai", "1", "x"};
  constexpr std::array<std::string_view, 5> no{"no", "non", "false", "faux", "0"};
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (std::ranges::find(yes, small) != yes.end()) return true;
  if (std::ranges::find(no, small) != no.end()) return false;
  return std::nullopt;
}

std::string_view hidden_in(std::string_view utf8) {
  // Unicode 15: general category Cf of what texts hold, the fillers, and the marks that letters of Latin have.
  constexpr std::array<std::pair<char32_t, char32_t>, 14> invisible{{{0xad, 0xad},
                                                                     {0x34f, 0x34f},
                                                                     {0x61c, 0x61c},
                                                                     {0x115f, 0x1160},
                                                                     {0x17b4, 0x17b5},
                                                                     {0x180e, 0x180e},
                                                                     {0x200b, 0x200f},
                                                                     {0x2028, 0x202e},
                                                                     {0x2060, 0x206f},
                                                                     {0x3164, 0x3164},
                                                                     {0xfe00, 0xfe0f},
                                                                     {0xfeff, 0xfeff},
                                                                     {0xffa0, 0xffa0},
                                                                     {0xe0000, 0xe0fff}}};
  if (utf8.starts_with(' ') || utf8.ends_with(' ')) return "a blank at its front or end";
  while (!utf8.empty()) {
    const char32_t point = take(utf8);
    if (point == ' ' && utf8.starts_with(' ')) return "two blanks in a row";
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return "a control character";
    if (point >= 0x300 && point < 0x370) return "an accent apart from its letter";
    const auto holds = [&](const auto& range) { return point >= range.first && point <= range.second; };
    if (std::ranges::any_of(invisible, holds)) return "a character that nobody sees";
  }
  return "";
}

Decoded decode(std::string_view bytes) {
  Decoded out;
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    out.refused = "is UTF-16; save it again as \"CSV UTF-8\"";
    return out;
  }
  if (bytes.find('\0') != std::string_view::npos) {
    out.refused =
        "holds a zero byte, so it is no text; save it again as \"CSV UTF-8\" (a spreadsheet's own file is none)";
    return out;
  }
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (is_utf8(bytes)) {
    out.text = plain_blanks(bytes);
    return out;
  }
  out.was_windows_1252 = true;
  out.text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool no_break = byte == 0xa0;
    append_utf8(no_break ? u' ' : byte >= 0x80 && byte < 0xa0 ? windows_1252[byte - 0x80U] : byte, out.text);
  }
  return out;
}

}  // namespace cordon::estate
