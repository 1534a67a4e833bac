// SPDX-License-Identifier: Apache-2.0
// SampleIndex numbers the samples of a trace whose protocol gives times and no counter. Times that nearly fit are one
// unbroken trace, since clocks are rounded and blocks are late; anything else is a gap, and never a step back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace cordon::gateway {

/// SampleBlock is a run of samples as it came.
struct SampleBlock {
  Micros begin;         // of the first sample, by the device's clock
  WallTime at;          // when it came, by ours
  std::size_t count;    // of samples
  double rate_hz;       // above 0
  Micros tolerance{};   // so much later than expected is still no gap
  bool repeats = true;  // the same time once more is the same block; else the device's clock tells nothing
};

/// sample_of gives a sample as recorder and screens have it: not a number where it is none, or beyond what they hold.
float sample_of(double value);

class SampleIndex {
 public:
  /// place gives the index of the block's first sample. The same block once more has the index that it had; one that
  /// begins up to early_max too soon goes on where the last one ended; a gap is as long as both clocks say it is.
  std::uint64_t place(const SampleBlock& block);

  static constexpr Micros early_max = std::chrono::seconds(2);

 private:
  std::int64_t by_time(const SampleBlock& block) const;
  void anchor(const SampleBlock& block, std::uint64_t first);

  bool begun_ = false;
  double rate_hz_ = 0;
  Micros anchor_begin_{};           // the time of …
  std::uint64_t anchor_index_ = 0;  // … this sample
  Micros last_begin_{};
  WallTime last_at_;
  std::uint64_t last_first_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace cordon::gateway
