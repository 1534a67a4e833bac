// SPDX-License-Identifier: Apache-2.0
// The vocabulary about Cordon itself: starts, processes, what the sensors captured and lost, time passing.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/time.h"

namespace cordon::event {

enum class Mode : std::uint8_t { watch, guard, island };

struct Started {
  WallTime at;
  std::string version;
  std::string config_digest;  // SHA-256 of the configuration in force
  Mode mode = Mode::watch;
};

struct ProcessChanged {
  WallTime at;
  std::string name;  // sensor, cordon-nft, cordon-seal
  bool up = false;
  std::string detail;
};

/// SensorReport: totals since the sensor started.
struct SensorReport {
  WallTime at;
  std::string sensor;
  std::string source_kind;  // live, replay
  std::string source_name;  // interface or file name without folder
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t drops = 0;  // packets the kernel or a full queue dropped
  std::uint64_t gaps = 0;   // holes in reassembled streams
  std::map<std::string, std::uint64_t> weird;
  bool finished = false;  // a capture file came to its end
};

/// ClockSet: the box's clock was set while Cordon runs. Times in the logbook go on by Cordon's own until its next
/// start; then what is in force keeps the time that is left of it.
struct ClockSet {
  WallTime at;
  double ahead_s = 0;  // how far the box's clock is ahead of Cordon's own time now; below 0: behind
};

/// Tick: time passes. Timers in the engine run on these alone.
struct Tick {
  WallTime at;
};

}  // namespace cordon::event
