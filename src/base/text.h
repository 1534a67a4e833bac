// SPDX-License-Identifier: Apache-2.0
// Foreign text as it may be shown, recorded and compared. Paths and user names of detection are recorded as they are,
// and go through `shown` only where a terminal shows them.
#pragma once

#include <string>
#include <string_view>

namespace cordon {

/// shown gives foreign text as one line of UTF-8 of at most `bytes_max` bytes: what is no UTF-8 becomes U+FFFD, control
/// characters and those that turn the direction of writing (U+202A–202E, U+2066–2069) or are invisible (U+200B–200F,
/// U+FEFF) become blanks, blanks at both ends go, a character is never cut in half.
std::string shown(std::string_view foreign, std::size_t bytes_max);

/// beginning_of gives what of a text fits into `bytes_max` bytes, without the beginning of a character of UTF-8 at its
/// end.
std::string_view beginning_of(std::string_view text, std::size_t bytes_max);

/// has_unseen tells whether a text has a character that `shown` makes a blank.
bool has_unseen(std::string_view text);

/// trimmed gives the text without blanks and tabs at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace cordon
