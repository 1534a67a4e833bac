// SPDX-License-Identifier: Apache-2.0
#include "estate/toml.h"

#include <algorithm>

namespace cordon::estate {

namespace {

// skip_string gives the place behind the string that begins at `at`. One that is not closed ends where toml++ will
// complain of it: at the end of its line, or of the text.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view three = text.substr(at, 3);
  const bool many = three.size() == 3 && three[1] == quote && three[2] == quote;
  const std::size_t marks = many ? 3 : 1;
  for (at += marks; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
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

}  // namespace

std::uint32_t stray_line(std::string_view toml) {
  std::uint32_t line = 1;
  std::size_t counted = 0;
  if (toml.starts_with("\xef\xbb\xbf")) counted = 3;
  for (std::size_t at = counted; at < toml.size();) {
    const char c = toml[at];
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size());
    } else if ((c == '"' || c == '\'') && opens(toml, at)) {
      at = skip_string(toml, at);
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      for (; counted < at; ++counted) line += toml[counted] == '\n' ? 1U : 0U;
      return line;
    } else {
      ++at;
    }
  }
  return 0;
}

}  // namespace cordon::estate
