// SPDX-License-Identifier: Apache-2.0
// Text of HL7: character sets (MSH-18) and escape sequences to UTF-8 and back. Text is data: a control character, a
// name made of HTML or a quote stays what it is, and whoever shows it escapes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hl7/message.h"

namespace cordon::hl7 {

/// Charset: HL7 table 0211, those that are read here.
enum class Charset : std::uint8_t {
  unstated,  // nothing stands in MSH-18: UTF-8 where the bytes are, as devices send it, though the standard says ASCII
  ascii,     // ASCII
  utf8,      // UNICODE UTF-8
  latin1,    // 8859/1
  latin9,    // 8859/15
  unknown,   // any other: read as `unstated`
};

constexpr std::size_t charsets_max = 8;  // repetitions of MSH-18 that are read; table 0211 has few that go together

/// charset_of reads MSH-18. Its first repetition is the set of the whole message, and ASCII where it is empty; further
/// ones are alternatives. ASCII has no byte above 0x7F, so where it is the first, such bytes are of the first
/// alternative that is read here; `unknown` where none is. Switches between sets (\C..\, \M..\) are not followed.
/// Source: HL7 2.6, chapter 2, section 2.14.9.18.
Charset charset_of(const Message& message);

/// to_utf8 makes UTF-8 of bytes. A byte that the set does not have stands there as \xE9 in its place: visible, and two
/// different ones stay different.
std::string to_utf8(std::string_view bytes, Charset charset);

/// TextReader turns raw pieces of one message into text: escapes \F\ \S\ \T\ \R\ \E\ \Xhh..\ and \.br\ (a line feed)
/// are undone, any other stays as it stands; line ends of wrapped lines are left out. Source: HL7 2.6, chapter 2,
/// section 2.7.
class TextReader {
 public:
  explicit TextReader(const Message& message) : delimiters_(message.delimiters), charset_(charset_of(message)) {}
  std::string text(std::string_view raw) const;
  const Delimiters& delimiters() const { return delimiters_; }

 private:
  bool undo(std::string_view escape, std::string& out) const;

  Delimiters delimiters_;
  Charset charset_;
};

/// escaped makes the raw bytes of UTF-8 text for a message that says UNICODE UTF-8: delimiters and control characters
/// are escaped, so that TextReader gives the same text again.
std::string escaped(std::string_view text, const Delimiters& delimiters);

}  // namespace cordon::hl7
