// SPDX-License-Identifier: Apache-2.0
// WavePacker collects the samples of every trace into binary frames for the screens (docs/STATION.md): little-endian,
//   u8 version = 1, 3 zero bytes, f64 station time when sent, then blocks of
//   u32 wave id, u32 count, u64 index of the first sample, f64 station time of the LAST sample, f32 × count (NaN: none)
// Pure; times are seconds since 1970.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "event/bedside.h"
#include "http/server.h"

namespace cordon::app {

constexpr std::uint8_t wave_frame_version = 1;
constexpr std::size_t wave_frame_header_bytes = 12;
constexpr std::size_t wave_block_header_bytes = 24;
/// samples_per_block_max: sixteen seconds at 500 Hz; a longer run is several blocks.
constexpr std::size_t samples_per_block_max = 8192;
/// packed_samples_max bounds what waits for one frame; beyond it the newest are left out and counted: 4 MiB.
constexpr std::size_t packed_samples_max = 1U << 20U;

/// link_samples_max is what one link may have of it.
constexpr std::size_t link_samples_max = packed_samples_max / 4;

class WavePacker {
 public:
  /// add takes samples of the trace `id`; those that go on where the last ones ended become one block. False when they
  /// find no room.
  bool add(std::uint32_t id, const event::WaveHeard& wave);
  /// take gives what was added since, as frames of at most http::live_frame_bytes_max; none when nothing was.
  std::vector<std::string> take(WallTime now);
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Run {
    std::uint32_t id = 0;
    std::uint64_t first = 0;
    double rate_hz = 0;
    WallTime last;  // time of the last sample
    std::vector<float> samples;
  };

  std::vector<Run> runs_;
  std::map<std::uint32_t, std::size_t> open_;     // the newest run of each trace
  std::map<std::uint64_t, std::size_t> of_link_;  // samples
  std::size_t samples_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace cordon::app
