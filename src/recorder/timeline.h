// SPDX-License-Identifier: Apache-2.0
// Timeline: when the samples of a trace were taken. What is stored counts samples and says when each row of them came,
// which is late by whatever the network took and never early; a device's rate is what it says of itself. So the
// earliest rows tell how the trace stands beside the station's clock, and nothing is moved for a row that is late.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "recorder/review.h"

namespace cordon::recorder {

/// Row is what was stored of a trace at once; without samples it is read for its time alone.
struct Row {
  WallTime at;  // of its first sample, as it came
  std::uint64_t first = 0;
  std::size_t count = 0;
  event::Validity validity = event::Validity::valid;
  std::vector<float> samples;
};

/// gap_min: samples whose count goes on and which come so much later than they should, they and all that follow within
/// late_for, follow a gap that their device did not count. Less, or for less long, is the network.
constexpr std::chrono::milliseconds gap_min{500};
constexpr std::chrono::seconds late_for{10};
/// line_min: over less, how far a rate is off cannot be told from how late messages are.
constexpr std::chrono::seconds line_min{60};
/// line_max: so long a rate is taken to be the same.
constexpr std::chrono::minutes line_max{10};
/// off_min: a rate that leads no further than this from when the samples came is taken as it was said.
constexpr std::chrono::milliseconds off_min{100};

/// pieces_of joins rows, in the order in which they were stored. Samples that were counted without a gap leave none: of
/// a device whose clock or rate is off they stand a little closer together or further apart (Piece::spread).
std::vector<Track::Piece> pieces_of(std::vector<Row> rows, double rate_hz);

}  // namespace cordon::recorder
