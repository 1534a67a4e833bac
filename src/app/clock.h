// SPDX-License-Identifier: Apache-2.0
// The one place where the program reads the wall clock; everything below app is handed the time.
#pragma once

#include "base/time.h"

namespace cordon::app {

inline WallTime wall_now() {
  return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

}  // namespace cordon::app
