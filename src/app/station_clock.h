// SPDX-License-Identifier: Apache-2.0
// StationClock: the station's own time, and control's: the wall clock as it was at the start, and the steady clock
// since. A wall clock that is set meanwhile moves no alarm and ends no cut.
#pragma once

#include <chrono>

#include "app/clock.h"

namespace cordon::app {

class StationClock {
 public:
  /// now may be called from any thread.
  WallTime now() const {
    return wall_ + std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - steady_);
  }
  /// box_ahead is how far the box's wall clock is ahead of this one: by how much it was set since the start.
  Micros box_ahead() const { return wall_now() - now(); }

 private:
  WallTime wall_ = wall_now();
  std::chrono::steady_clock::time_point steady_ = std::chrono::steady_clock::now();
};

}  // namespace cordon::app
