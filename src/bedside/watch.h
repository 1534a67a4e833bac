// SPDX-License-Identifier: Apache-2.0
// Watch: what must never happen silently, as technical conditions: a bed goes dark, a trace or a device clock stands
// still, a clock is astray. Pure functions of what was heard and of now.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bedside/live.h"

namespace cordon::bedside {

/// silence_min: a link is silent after this, or after two of its protocol's own periods and a second, where that is
/// longer.
constexpr Micros silence_min = std::chrono::seconds(3);
constexpr Micros silence_beside_periods = std::chrono::seconds(1);
/// silence_told_within is left for the tick and the signal: silence has to be told before it has lasted longer.
constexpr Micros silence_told_within = std::chrono::milliseconds(300);
/// stand_still_max: so long may a sample counter stand still on a live link, or a device's clock between two messages
/// that carry it. What is left is for what was on its way, the tick and the signal: it has to be told within 10 s, or
/// with the first message after that where they come less often.
constexpr Micros stand_still_max = std::chrono::seconds(8);
/// minute_stamps_stand_max: so long where all that is said are whole minutes, and for what values carry while the time
/// of the messages goes on, as long as nobody knows how often that moves: whoever stamps by the minute is not still.
/// Where it is known, two of those periods and a second, between these two bounds.
constexpr Micros minute_stamps_stand_max = std::chrono::minutes(1) + stand_still_max;
/// clock_astray_min: a device clock further from ours than this is told. Alarms and strips carry our time as well.
constexpr Micros clock_astray_min = std::chrono::minutes(2);

/// silence_of gives after how long without a message it is told, at the latest, that a link of this period is silent.
Micros silence_of(Micros period);

/// values_pause gives after how long without a value a device says less than it does else.
Micros values_pause(const event::DeviceHeard& heard);
/// unjudged_min: a limit that no value came for is told after this, or after four such pauses: then the number is gone
/// from the tile too.
constexpr Micros unjudged_min = std::chrono::seconds(30);
Micros unjudged_after(const event::DeviceHeard& heard);
/// is_episodic tells of what is measured now and then (a cuff's pressure, by its MDC code): no value is nothing new.
bool is_episodic(std::uint32_t code);

/// lives says whether a link is open and not silent.
bool lives(const Link& link, WallTime now);

/// astray_text says in whole minutes, hours or days by how much a clock is ahead, or behind.
std::string astray_text(Micros ahead);

/// Finding is a condition that holds now.
struct Finding {
  std::string condition;  // silent, frozen:<handle>, clock_still, clock_astray, trouble:<code>, crowded,
                          // impossible, unjudged:<MDC code>
  event::AlarmPriority priority = event::AlarmPriority::medium;
  std::string text;
};

/// stands_on says whether what an earlier link told, or this one before it fell silent, is not seen to be over: no
/// silence moves a trace or a clock. `raised`: when the alarm of that condition was.
bool stands_on(const Link& link, std::string_view condition, WallTime raised, WallTime now);

/// needs_no_word: whether that condition is there can be told of a device that has said nothing since the start.
bool needs_no_word(std::string_view condition);
/// findings_of gives all that is wrong with a link now; a silent one is that alone.
std::vector<Finding> findings_of(const Link& link, WallTime now);

}  // namespace cordon::bedside
