// SPDX-License-Identifier: Apache-2.0
// SdcWaveIndex numbers the samples of one device's traces. SDC has no counter: pieces that follow each other are one
// unbroken trace, whatever their rounded times say, and where reports were lost the device's time tells how much.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sdc/mdib.h"

namespace cordon::gateway {

constexpr std::size_t sdc_waves_max = 64;  // of one device; 18 is the largest seen (docs/PEERS.md)

class SdcWaveIndex {
 public:
  /// place gives the index of a piece's first sample, from 0. Nothing for a piece that was already there, that has no
  /// rate, or is of a trace beyond sdc_waves_max. `after_gap`: a report before this one did not arrive.
  std::optional<std::uint64_t> place(const sdc::Wave& piece, bool after_gap);
  /// keep forgets the traces that are not in `waves`.
  void keep(const std::vector<sdc::Wave>& waves);

  /// late_is_gap: a piece that begins so much later than the last one ended follows a gap, whether a report was lost,
  /// or a piece said that it has no samples, or not.
  static constexpr Micros late_is_gap = std::chrono::milliseconds(250);
  /// set_back: a clock that goes back by more was set; by less, the piece came before.
  static constexpr Micros set_back = std::chrono::seconds(5);
  /// gap_max: a clock that leaps further was set, and says nothing about the trace.
  static constexpr Micros gap_max = std::chrono::minutes(10);

 private:
  struct Trace {
    std::optional<WallTime> begin;  // of the last piece
    std::optional<WallTime> end;    // when the next sample is due
    sdc::Nanos period{};
    std::uint64_t next = 0;
    bool none_said = false;  // by a piece without samples, since the last one that had some
  };
  std::map<std::string, Trace, std::less<>> traces_;
};

}  // namespace cordon::gateway
