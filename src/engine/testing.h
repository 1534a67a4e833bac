// SPDX-License-Identifier: Apache-2.0
// The clock of this folder's tests.
#pragma once

#include "base/time.h"

namespace cordon::engine {

/// at gives a time of the night of 3 December 2022: seconds after 20:00 UTC.
inline WallTime at(double seconds) {
  return wall_time_of(1670097600 + seconds);
}

}  // namespace cordon::engine
