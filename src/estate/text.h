// SPDX-License-Identifier: Apache-2.0
// Text as people's programs save it: UTF-8 with or without a byte-order mark, or Windows-1252, which is Latin-1 with
// the euro sign and typographic quotes. Not here: what the text says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cordon::estate {

/// Decoded is a text in UTF-8 without a byte-order mark, or why it is none.
struct Decoded {
  std::string text;
  bool was_windows_1252 = false;  // bytes that are not UTF-8, so every one was read by that code page
  std::string_view refused;       // empty, or what is wrong and what to do; static storage
};

/// decode never fails on Windows-1252 and UTF-8; it refuses UTF-16, UTF-32 and anything with a zero byte.
/// The five bytes that Windows-1252 leaves open become U+FFFD, and every blank an ordinary one.
Decoded decode(std::string_view bytes);

/// is_utf8 says whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7).
bool is_utf8(std::string_view bytes);

/// single_blanks gives words on one line without blanks at their ends or beside each other: in what is no name they
/// tell nothing apart.
std::string single_blanks(std::string_view text);

/// yes_or_no reads a flag as people, spreadsheets and inventories write it, in English or French, in any case.
std::optional<bool> yes_or_no(std::string_view text);

/// hidden_in says what in this UTF-8 cannot be seen, so that a name with it and one without look the same: a control
/// character, one without a width or that turns the direction of writing, an accent behind its letter, a blank at an
/// end or beside another. Empty where there is none; static storage.
std::string_view hidden_in(std::string_view utf8);

}  // namespace cordon::estate
