// SPDX-License-Identifier: Apache-2.0
// Own time: control counts by the wall clock as it was at its start and the steady clock since (station_clock.h), so
// that a clock which is set meanwhile ends no cut and lets none last longer. What others stamp by the wall clock is
// brought into that time here, and a step is told.
#pragma once

#include <optional>

#include "app/station_clock.h"
#include "event/messages.h"

namespace cordon::app {

/// clock_agrees_max: clocks that differ by less are taken for the same; an adjusted clock is never far off.
constexpr Micros clock_agrees_max = std::chrono::milliseconds(500);
/// clock_step_told_min: a step by less is not told.
constexpr Micros clock_step_told_min = std::chrono::seconds(60);

/// in_own_time gives `input`, stamped by a wall clock that is `ahead` of our own time `own`, in our own time: never
/// later than `own` where the clocks differ, since what was stamped before a clock was set back would lie ahead.
event::Input in_own_time(event::Input input, WallTime own, Micros ahead);
event::Input in_own_time(event::Input input, const StationClock& clock);

/// ClockWatch says what is to be told of the box's clock.
class ClockWatch {
 public:
  /// look gives the event when the clock is further from what was told last than clock_step_told_min.
  std::optional<event::ClockSet> look(WallTime own, Micros ahead);

 private:
  Micros told_{0};
};

}  // namespace cordon::app
