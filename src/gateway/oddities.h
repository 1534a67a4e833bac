// SPDX-License-Identifier: Apache-2.0
// Oddities: what a device says that cannot be so. It does no harm here, wherever it was read; it is told all the same,
// since whoever says such things is broken, or is not what it says.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "event/bedside.h"

namespace cordon::gateway {

constexpr Micros odd_for = std::chrono::seconds(10);  // so long after the last of them it is told

/// Oddity: the first is told where there are several. In the order of oddities.cpp's table.
enum class Oddity : std::uint8_t {
  no_number,    // a value that is said to be measured, and is none
  odd_name,     // characters that steer a screen or the direction of writing, or in a name marks of HTML
  odd_rate,     // of a trace: its samples come faster or slower than is stated (rate_watch.h)
  text_unread,  // of HL7: where a number has to stand is a text that is none
  text_read,    // of HL7: its numbers come as text
};

/// is_odd_name: control characters within it (blanks and NUL at its ends are how some devices fill a field; of U+0080
/// to U+009F NEL, DCS, CSI and OSC alone), U+202A to U+202E, U+2066 to U+2069, < or >. What is no UTF-8 is another
/// charset and no oddity.
bool is_odd_name(std::string_view foreign);
/// is_odd_text: the same of a channel's name, a unit or the words of an alarm, which may have < and >, tabs and several
/// lines.
bool is_odd_text(std::string_view foreign);

/// odd_trouble gives code, text and remedy; nothing of what the device said.
event::TroubleHeard odd_trouble(Oddity oddity);
/// is_odd_trouble tells whether a code is of one of these.
bool is_odd_trouble(std::string_view code);

/// Oddities is what of it stands at one device.
class Oddities {
 public:
  void number(WallTime at) { number_at_ = at; }
  void text(WallTime at) { text_at_ = at; }
  void name(bool odd) { name_ = odd; }
  void rate(WallTime at) { rate_at_ = at; }
  void text_unread(WallTime at) { text_unread_at_ = at; }
  void text_read(WallTime at) { text_read_at_ = at; }
  std::optional<Oddity> standing(WallTime now) const;

 private:
  std::optional<WallTime> number_at_;
  std::optional<WallTime> text_at_;
  bool name_ = false;
  std::optional<WallTime> rate_at_;
  std::optional<WallTime> text_unread_at_;
  std::optional<WallTime> text_read_at_;
};

}  // namespace cordon::gateway
