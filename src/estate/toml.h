// SPDX-License-Identifier: Apache-2.0
// toml++, as everybody here includes it, without two ways in which version 3.3.0 ends a program on a wrong file.
// Whoever includes it otherwise brings the first back for the whole program (one definition rule).
//
//   1. parse_key() asserts that a table's name begins as a key may, before it has looked: "[;x]" ends a debug build.
//   2. a letter such as é, where toml++ looks for a blank, runs into __builtin_unreachable
//      (is_non_ascii_horizontal_whitespace), which is undefined in every build: "réanimation = 1". parse_toml lets it
//      see such letters only where it does not look for blanks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#ifndef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#endif

#include <toml++/toml.h>

namespace cordon::estate {

struct TomlMistake {
  std::uint32_t line = 0;
  std::string text;
};

/// parse_toml reads a text. Without a value, `mistake` says the first thing that is wrong with it. One thing that
/// TOML 1.0 allows is refused: in a string of several lines, a letter beyond ASCII right behind a line that ends in a
/// backslash.
std::optional<toml::table> parse_toml(std::string_view text, TomlMistake& mistake);

}  // namespace cordon::estate
