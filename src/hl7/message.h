// SPDX-License-Identifier: Apache-2.0
// Message: an HL7 version 2 message in its pipe form (ER7) as segments and fields, byte for byte as they came. Fields
// are cut into repetitions, components and subcomponents where they are read; text.h makes text of the smallest piece.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cordon::hl7 {

constexpr std::size_t segments_max = 8192;  // ours: a busy bed sends about 200
constexpr std::size_t fields_max = 65536;   // of one message, all segments together

/// Delimiters: MSH-1 and MSH-2 (HL7 2.6, chapter 2, section 2.5.4).
struct Delimiters {
  char field = '|';
  char component = '^';
  char repetition = '~';
  char escape = '\\';
  char subcomponent = '&';
  friend bool operator==(const Delimiters&, const Delimiters&) = default;
};

/// Segment is one line. fields[0] is its name; in the header fields[1] is MSH-2, since MSH-1 is the separator itself.
struct Segment {
  std::vector<std::string> fields;
  std::string end = "\r";  // CR, LF or CRLF as it came, blank lines included; empty at the end of the message

  /// name without the blanks around it.
  std::string_view name() const;
  /// field gives a field's raw bytes by the standard's number, empty where there is none. number: from 1; from 2 in
  /// MSH.
  std::string_view field(std::size_t number) const;
  /// set writes a field's raw bytes, making the empty ones before it.
  void set(std::size_t number, std::string raw);
  friend bool operator==(const Segment&, const Segment&) = default;

 private:
  std::size_t index_of(std::size_t number) const;
};

struct Message {
  Delimiters delimiters;
  bool delimiters_odd = false;    // MSH-2 was no usable set, so the usual ones were taken
  std::size_t lines_wrapped = 0;  // lines that began no segment and were taken as the rest of the one before
  std::string lead;               // blanks, a byte order mark, headers of a batch (FHS, BHS) before MSH
  std::vector<Segment> segments;  // the first is MSH

  const Segment& header() const { return segments.front(); }
  /// find gives the first segment of that name, or null.
  const Segment* find(std::string_view name) const;
  friend bool operator==(const Message&, const Message&) = default;
};

/// parse reads one message without its frame. A line that begins no segment belongs to the field before it: its line
/// end stays inside that field, and text.h leaves it out. Returns `malformed` where it does not begin with MSH, `limit`
/// above message_bytes_max, segments_max or fields_max. Source: HL7 2.6, chapter 2, sections 2.5 and 2.6.
Result<Message> parse(std::string_view bytes);

/// messages cuts what one frame holds, a batch say, at each line that begins another message; there is always one part.
/// What it gives borrows from `bytes`.
std::vector<std::string_view> messages(std::string_view bytes);

/// print writes a message; for what parse gave, the bytes that it read.
std::string print(const Message& message);

/// parts cuts raw bytes at a delimiter; there is always one part. What it gives borrows from `raw`.
std::vector<std::string_view> parts(std::string_view raw, char delimiter);
/// part gives one of them, from 1; empty where there is none.
std::string_view part(std::string_view raw, char delimiter, std::size_t number);
/// trimmed leaves out blanks and line ends around it.
std::string_view trimmed(std::string_view raw);

}  // namespace cordon::hl7
