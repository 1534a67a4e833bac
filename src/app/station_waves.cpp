// SPDX-License-Identifier: Apache-2.0
#include "app/station_waves.h"

#include <algorithm>
#include <bit>
#include <span>

namespace cordon::app {

namespace {

template <class Unsigned>
void put(std::string& out, Unsigned value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>((value >> (8 * i)) & 0xffU);
}

void put_seconds(std::string& out, double seconds) {
  put(out, std::bit_cast<std::uint64_t>(seconds));
}

std::string header(WallTime now) {
  std::string out(1, static_cast<char>(wave_frame_version));
  out.resize(4);
  put_seconds(out, seconds_of(now));
  return out;
}

}  // namespace

bool WavePacker::add(std::uint32_t id, const event::WaveHeard& wave) {
  if (wave.samples.empty()) return true;
  std::size_t& of_link = of_link_[wave.link];
  if (samples_ + wave.samples.size() > packed_samples_max || of_link + wave.samples.size() > link_samples_max) {
    left_out_ += wave.samples.size();
    return false;
  }
  samples_ += wave.samples.size();
  of_link += wave.samples.size();
  const auto open = open_.find(id);
  if (open != open_.end()) {
    Run& run = runs_[open->second];
    if (run.first + run.samples.size() == wave.first && run.rate_hz == wave.rate_hz) {
      run.samples.insert(run.samples.end(), wave.samples.begin(), wave.samples.end());
      run.last = wave.at;
      return true;
    }
  }
  open_[id] = runs_.size();
  runs_.push_back({id, wave.first, wave.rate_hz, wave.at, wave.samples});
  return true;
}

std::vector<std::string> WavePacker::take(WallTime now) {
  std::vector<std::string> frames;
  for (const Run& run : runs_) {
    for (std::size_t from = 0; from < run.samples.size(); from += samples_per_block_max) {
      const std::size_t count = std::min(samples_per_block_max, run.samples.size() - from);
      const std::size_t bytes = wave_block_header_bytes + count * sizeof(float);
      if (frames.empty() || frames.back().size() + bytes > http::live_frame_bytes_max) frames.push_back(header(now));
      const auto behind = static_cast<double>(run.samples.size() - from - count);
      std::string& out = frames.back();
      put(out, run.id);
      put(out, static_cast<std::uint32_t>(count));
      put(out, run.first + from);
      put_seconds(out, seconds_of(run.last) - (run.rate_hz > 0 ? behind / run.rate_hz : 0));
      for (const float sample : std::span(run.samples).subspan(from, count)) {
        put(out, std::bit_cast<std::uint32_t>(sample));
      }
    }
  }
  runs_.clear();
  open_.clear();
  of_link_.clear();
  samples_ = 0;
  return frames;
}

}  // namespace cordon::app
