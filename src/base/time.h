// SPDX-License-Identifier: Apache-2.0
// Wall time and monotonic time, two types that never convert into each other. Nothing here reads a clock: time is
// handed in.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>

namespace cordon {

using Micros = std::chrono::microseconds;
/// WallTime is UTC with microseconds, as packets and people have it.
using WallTime = std::chrono::sys_time<Micros>;
/// MonoTime orders things inside one process; it says nothing about the date.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// seconds_of gives seconds since 1970 UTC; exact to the microsecond until the year 2255 (2^53 µs).
inline double seconds_of(WallTime t) {
  return static_cast<double>(t.time_since_epoch().count()) / 1e6;
}
/// wall_time_of is the inverse of seconds_of. Non-finite or out-of-range seconds give the epoch.
inline WallTime wall_time_of(double seconds) {
  if (!std::isfinite(seconds) || std::fabs(seconds) > 9e9) return WallTime{};
  return WallTime{Micros{std::llround(seconds * 1e6)}};
}

/// micros_of gives microseconds since 1970 UTC, as files keep them.
inline std::int64_t micros_of(WallTime t) {
  return t.time_since_epoch().count();
}

/// to_iso writes 2022-12-03T20:00:05.123456Z.
std::string to_iso(WallTime t);

}  // namespace cordon
