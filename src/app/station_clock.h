// SPDX-License-Identifier: Apache-2.0
// StationClock: the station's own time: the wall clock as it was at the start, and the steady clock since. A wall clock
// that is set while the station runs moves no alarm.
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

 private:
  WallTime wall_ = wall_now();
  std::chrono::steady_clock::time_point steady_ = std::chrono::steady_clock::now();
};

}  // namespace cordon::app
