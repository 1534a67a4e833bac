// SPDX-License-Identifier: Apache-2.0
// Moment: an HL7 date and time (DTM, TS) as a device states it. A clock without a zone is said to be without one: which
// zone the device's wall has, the hospital knows and this folder does not.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace cordon::hl7 {

/// ZoneOrigin is who said what zone a time is in.
enum class ZoneOrigin : std::uint8_t {
  stated,      // the value itself
  of_message,  // MSH-7, which stands for the whole message
  local,       // nobody: the device's local time
};

struct Moment {
  WallTime clock{};                // what the device's clock shows, counted as if it were UTC
  std::chrono::minutes offset{0};  // east of UTC; 0 where zone is local
  ZoneOrigin zone = ZoneOrigin::local;
  std::uint8_t digits = 0;  // of the date and time without fraction: 4 is a year, 8 a day, 14 a second
  bool point_missing =
      false;  // the fraction stood behind the seconds without its point, as Mindray and Philips send it

  /// utc; local_offset is used where the zone is local.
  WallTime utc(std::chrono::minutes local_offset) const {
    return clock - (zone == ZoneOrigin::local ? local_offset : offset);
  }
  friend bool operator==(const Moment&, const Moment&) = default;
};

/// moment_of reads YYYY[MM[DD[HH[MM[SS[.ffffff]]]]]][+ZZZZ]; nothing for what is no date. default_zone: of MSH-7.
/// Source: HL7 2.6, chapter 2A, DTM.
std::optional<Moment> moment_of(std::string_view text, std::optional<std::chrono::minutes> default_zone = {});

/// to_dtm writes a moment to the microsecond with its zone, if it has one.
std::string to_dtm(const Moment& moment);

}  // namespace cordon::hl7
