// SPDX-License-Identifier: Apache-2.0
// UTF-8 as devices send it: well formed or not.
#pragma once

#include <string>
#include <string_view>

namespace cordon::sdc {

/// is_utf8 tells whether a text is well-formed UTF-8 (Unicode 15, table 3-7).
bool is_utf8(std::string_view text);
/// clean_utf8 gives the text with each byte that is no part of a character replaced by U+FFFD.
std::string clean_utf8(std::string_view text);

}  // namespace cordon::sdc
