// SPDX-License-Identifier: Apache-2.0
#include "estate/toml.h"

#include <fmt/format.h>

#include <algorithm>

namespace cordon::estate {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// in_ascii writes each byte beyond ASCII as two letters that are no hexadecimal digits and that no escape begins with:
// what is right with the text stays right, where letters may stand, and distinct keys stay distinct.
std::string in_ascii(std::string_view text) {
  constexpr std::string_view letters = "GHIJKLMNOPQRSTVW";
  std::string out;
  for (const char c : text) {
    if (beyond_ascii(c)) {
      const auto byte = static_cast<unsigned char>(c);
      out += letters[byte >> 4U];
      out += letters[byte & 0x0fU];
    } else {
      out += c;
    }
  }
  return out;
}

// skip_string gives the place behind the string that begins at `at`. One that is not closed ends where toml++ will
// complain of it: at the end of its line, or of the text.
// Where a line ends in a backslash, toml++ looks for blanks: a letter there is stray, and the string ends before it.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view three = text.substr(at, 3);
  const bool many = three.size() == 3 && three[1] == quote && three[2] == quote;
  const std::size_t marks = many ? 3 : 1;
  for (at += marks; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
      if (!many || at >= text.size() || text[at] > ' ') continue;
      const std::size_t next = text.find_first_not_of(" \t\r\n", at);
      if (next < text.size() && beyond_ascii(text[next])) return next;
    } else if (text[at] == '\n' && !many) {
      return at;
    } else if (text[at] == quote && (!many || text.substr(at, 3) == three)) {
      at += marks;
      for (std::size_t more = 0; many && more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    }
  }
  return text.size();
}

// opens says whether a quote at `at` begins a string: behind a bare word toml++ reads it as part of that.
bool opens(std::string_view text, std::size_t at) {
  return at == 0 || std::string_view(" \t\n\r=[{,.").find(text[at - 1]) != std::string_view::npos;
}

// stray_line gives the line of the first letter beyond ASCII that toml++ must not see, 0 when there is none: where TOML
// 1.0 allows none, outside strings and comments. Exact where the rest of the text is right.
std::uint32_t stray_line(std::string_view toml) {
  std::uint32_t line = 1;
  std::size_t counted = 0;
  for (std::size_t at = 0; at < toml.size();) {
    const char c = toml[at];
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size());
    } else if ((c == '"' || c == '\'') && opens(toml, at)) {
      at = skip_string(toml, at);
    } else if (beyond_ascii(c)) {
      for (; counted < at; ++counted) line += toml[counted] == '\n' ? 1U : 0U;
      return line;
    } else {
      ++at;
    }
  }
  return 0;
}

}  // namespace

std::optional<toml::table> parse_toml(std::string_view text, TomlMistake& mistake) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const auto stray = [&] {
    mistake.line = stray_line(text);
    mistake.text =
        "not valid TOML: a letter such as é outside quotes; put text in quotes, and write keys without accents";
    return mistake.line != 0;
  };
  try {
    if (std::ranges::none_of(text, beyond_ascii)) return toml::parse(text);
    (void)toml::parse(in_ascii(text));
    if (stray()) return std::nullopt;
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    if (!stray()) mistake = {error.source().begin.line, fmt::format("not valid TOML: {}", error.description())};
    return std::nullopt;
  }
}

}  // namespace cordon::estate
