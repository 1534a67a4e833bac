// SPDX-License-Identifier: Apache-2.0
// toml++, as everybody here includes it, without two ways in which version 3.3.0 ends a program on a wrong file.
// Whoever includes it otherwise brings the first back for the whole program (one definition rule).
//
//   1. parse_key() asserts that a table's name begins as a key may, before it has looked: "[;x]" ends a debug build.
//   2. a letter such as é outside quotes runs into __builtin_unreachable (is_non_ascii_horizontal_whitespace), which is
//      undefined in every build: "réanimation = 1". stray_line finds these before toml++ sees them.
#pragma once

#include <cstdint>
#include <string_view>

#ifndef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#endif

#include <toml++/toml.h>

namespace cordon::estate {

/// stray_line gives the line of the first byte beyond ASCII that stands outside strings and comments, where TOML 1.0
/// allows none; 0 when there is none. Never give toml++ a text with one.
std::uint32_t stray_line(std::string_view toml);

/// stray_text is what to say about it.
constexpr std::string_view stray_text =
    "not valid TOML: a letter such as é outside quotes; put text in quotes, and write keys without accents";

}  // namespace cordon::estate
