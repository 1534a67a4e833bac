// SPDX-License-Identifier: Apache-2.0
#include "gateway/oddities.h"

#include <algorithm>
#include <array>
#include <string>

namespace cordon::gateway {
namespace {

constexpr std::string_view filling{" \t\r\n\0", 5};

bool is_steering(std::string_view at) {
  const auto byte = [&](std::size_t i) { return i < at.size() ? static_cast<std::uint8_t>(at[i]) : std::uint8_t{0}; };
  const auto within = [](std::uint8_t value, int low, int high) { return value >= low && value <= high; };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return true;
  // Of U+0080 to U+009F those that steer and are no letter of Windows-1252, which some devices send as 8859/1.
  if (byte(0) == 0xC2) return byte(1) == 0x85 || byte(1) == 0x90 || byte(1) == 0x9B || byte(1) == 0x9D;
  if (byte(0) != 0xE2) return false;
  return (byte(1) == 0x80 && within(byte(2), 0xAA, 0xAE)) || (byte(1) == 0x81 && within(byte(2), 0xA6, 0xA9));
}

/// steers: something within it does, but for the characters `allowed`.
bool steers(std::string_view foreign, std::string_view allowed) {
  const std::size_t first = foreign.find_first_not_of(filling);
  if (first == std::string_view::npos) return false;
  foreign = foreign.substr(first, foreign.find_last_not_of(filling) - first + 1);
  for (; !foreign.empty(); foreign.remove_prefix(1))
    if (is_steering(foreign) && allowed.find(foreign.front()) == std::string_view::npos) return true;
  return false;
}

struct Told {
  std::string_view code, text, remedy;
};

constexpr std::array<Told, 5> table{{
    {"no_number", "The device sends as a value what is no number",
     "Read the values at the bed; have the device checked, and restarted"},
    {"odd_name", "The device sends a name with control characters or marks of HTML",
     "Compare patient and device at the bed; type the name anew at the device"},
    {"odd_rate", "The device sends more or fewer samples a second than it states",
     "Read the traces at the bed; have the device checked, and restarted"},
    {"aside_text_unread", "The device sends numbers as text that cannot be read",
     "Read at the bed what is missing here; have the sender send numbers as NM in OBX-2"},
    {"aside_text_read", "The device sends numbers as text, and they are read",
     "Have the sender send numbers as NM in OBX-2"},
}};

}  // namespace

bool is_odd_name(std::string_view foreign) {
  return foreign.find_first_of("<>") != std::string_view::npos || steers(foreign, {});
}

bool is_odd_text(std::string_view foreign) {
  return steers(foreign, "\t\r\n");
}

event::TroubleHeard odd_trouble(Oddity oddity) {
  const Told& told = table.at(static_cast<std::size_t>(oddity));
  event::TroubleHeard out;
  out.code = told.code;
  out.text = told.text;
  out.remedy = told.remedy;
  return out;
}

bool is_odd_trouble(std::string_view code) {
  return std::ranges::find(table, code, &Told::code) != table.end();
}

std::optional<Oddity> Oddities::standing(WallTime now) const {
  const auto stands = [&](const std::optional<WallTime>& last) { return last && now - *last <= odd_for; };
  if (stands(number_at_)) return Oddity::no_number;
  if (name_ || stands(text_at_)) return Oddity::odd_name;
  if (stands(rate_at_)) return Oddity::odd_rate;
  if (stands(text_unread_at_)) return Oddity::text_unread;
  return stands(text_read_at_) ? std::optional(Oddity::text_read) : std::nullopt;
}

}  // namespace cordon::gateway
