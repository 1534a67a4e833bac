// SPDX-License-Identifier: Apache-2.0
#include "gateway/sample_index.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cordon::gateway {

namespace {

std::int64_t samples_in(Micros time, double rate_hz) {
  return std::llround(static_cast<double>(time.count()) * rate_hz / 1e6);
}

}  // namespace

float sample_of(double value) {
  const bool fits = std::isfinite(value) && std::fabs(value) <= double{std::numeric_limits<float>::max()};
  return fits ? static_cast<float>(value) : std::numeric_limits<float>::quiet_NaN();
}

std::int64_t SampleIndex::by_time(const SampleBlock& block) const {
  return static_cast<std::int64_t>(anchor_index_) + samples_in(block.begin - anchor_begin_, rate_hz_);
}

void SampleIndex::anchor(const SampleBlock& block, std::uint64_t first) {
  rate_hz_ = block.rate_hz;
  anchor_begin_ = block.begin;
  anchor_index_ = first;
}

std::uint64_t SampleIndex::place(const SampleBlock& block) {
  std::uint64_t first = next_;
  if (!begun_) {
    begun_ = true;
    anchor(block, first);
  } else if (block.begin == last_begin_ && block.repeats) {
    first = last_first_;
  } else if (block.begin == last_begin_) {
    anchor(block, first);
  } else if (block.rate_hz != rate_hz_) {
    anchor(block, ++first);
  } else {
    const std::int64_t late = by_time(block) - static_cast<std::int64_t>(next_);
    const std::int64_t early_samples = samples_in(early_max, rate_hz_);
    if (late > samples_in(block.tolerance, rate_hz_) || late < -early_samples) {
      // A clock that was set says nothing about how long nothing came; ours does.
      const std::int64_t waited = samples_in(block.at - last_at_ + early_max, rate_hz_);
      first += static_cast<std::uint64_t>(std::max<std::int64_t>(1, std::min(late, waited)));
      anchor(block, first);
    }
  }
  last_begin_ = block.begin;
  last_at_ = block.at;
  last_first_ = first;
  next_ = first + block.count;
  return first;
}

}  // namespace cordon::gateway
