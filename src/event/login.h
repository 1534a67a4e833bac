// SPDX-License-Identifier: Apache-2.0
// A user's name as a client says it has many spellings: with a domain before or behind it, in any case. login_of gives
// the one by which sessions are told apart and refused.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace cordon::event {

constexpr std::size_t login_bytes_max = 64;

/// login_of gives the name without its domain ("HOPITAL\name", "name@hopital.fr"), ASCII letters in lower case. Empty
/// for nobody. A client writes domain and case as it likes, so neither tells two people apart.
inline std::string login_of(std::string_view user) {
  const std::size_t domain = user.find_last_of('\\');
  std::string out(domain == std::string_view::npos ? user : user.substr(domain + 1));
  out.erase(std::min(out.find('@'), out.size()));
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// is_plain says whether a login has only a-z, 0-9 and . _ - with a letter, a digit or _ first, and at most
/// login_bytes_max: what cordon-smb writes into Samba's configuration, and nothing else.
inline bool is_plain(std::string_view login) {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !login.empty() && login.size() <= login_bytes_max && (letter_or_digit(login[0]) || login[0] == '_') &&
         std::ranges::all_of(login, [&](char c) { return letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace cordon::event
