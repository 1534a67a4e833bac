// SPDX-License-Identifier: Apache-2.0
// Hl7Pace: whether the times go on that an HL7 device gives its values, and how often they do, each channel's by
// itself: a gateway may say a value of the last minute again each second, and a monitor measures each second. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"

namespace cordon::gateway {

constexpr std::size_t hl7_paced_max = 128;  // channels of a device, as many as the station keeps of a link
constexpr std::size_t hl7_pace_steps = 4;   // so many times a channel's time has to move before its pace is known
constexpr Micros hl7_slow_step = std::chrono::seconds(4);  // one such step shows that a channel is no quick one
constexpr Micros hl7_said_lately = std::chrono::seconds(8);

class Hl7Pace {
 public:
  /// note takes the time that one value carries; `measured`: it is a value, and none that says why there is none.
  void note(const std::string& channel, WallTime said, bool measured, WallTime at);

  struct Pace {
    std::int64_t moves = 0;  // how often any time has moved
    Micros period{};         // the quickest channel of those that came lately moves at least so often; zero: not known
  };
  /// pace gives what follows from what was noted; nothing before any value came with a time.
  std::optional<Pace> pace(WallTime at) const;
  /// has_moved tells whether a channel's time ever did.
  bool has_moved(const std::string& channel) const;

 private:
  struct Times {
    WallTime last;
    WallTime moved;  // by our clock
    std::optional<WallTime> measured;
    std::array<Micros, hl7_pace_steps> steps{};
    std::size_t count = 0;
    bool by_the_minute = true;
  };
  static Micros period_of(const Times& times);

  std::map<std::string, Times> channels_;
  std::int64_t moves_ = 1;
};

}  // namespace cordon::gateway
