// SPDX-License-Identifier: Apache-2.0
#include "gateway/sdc_wave_index.h"

#include <algorithm>

namespace cordon::gateway {
namespace {

/// missing_samples tells how many were lost before a piece that begins `late`.
std::uint64_t missing_samples(Micros late, sdc::Nanos period, bool after_gap) {
  if (late > SdcWaveIndex::gap_max || late <= Micros{}) return 0;
  if (!after_gap && late < SdcWaveIndex::late_is_gap) return 0;
  const sdc::Nanos half = period / 2;
  return static_cast<std::uint64_t>((sdc::Nanos(late) + half) / period);
}

}  // namespace

std::optional<std::uint64_t> SdcWaveIndex::place(const sdc::Wave& piece, bool after_gap) {
  auto found = traces_.find(piece.subject.handle);
  if (piece.samples.empty() && found != traces_.end()) found->second.none_said = true;
  if (!piece.period || *piece.period <= sdc::Nanos{} || piece.samples.empty()) return std::nullopt;
  if (found == traces_.end()) {
    if (traces_.size() >= sdc_waves_max) return std::nullopt;
    found = traces_.emplace(piece.subject.handle, Trace{}).first;
  }
  Trace& trace = found->second;
  if (piece.determined && trace.begin && *piece.determined <= *trace.begin &&
      *trace.begin - *piece.determined < set_back) {
    return std::nullopt;
  }
  std::uint64_t first = trace.next;
  if (piece.determined && trace.end)
    first += missing_samples(*piece.determined - *trace.end, *piece.period, after_gap || trace.none_said);
  // Another rate is another trace: a gap of one sample keeps the two from being joined.
  if (trace.period != sdc::Nanos{} && trace.period != *piece.period && first == trace.next) ++first;
  const auto length = *piece.period * static_cast<std::int64_t>(piece.samples.size());
  trace.begin = piece.determined;
  trace.end.reset();
  if (piece.determined) trace.end = *piece.determined + std::chrono::duration_cast<Micros>(length);
  trace.period = *piece.period;
  trace.next = first + piece.samples.size();
  trace.none_said = false;
  return first;
}

void SdcWaveIndex::keep(const std::vector<sdc::Wave>& waves) {
  std::erase_if(traces_, [&](const auto& trace) {
    return std::ranges::none_of(waves, [&](const sdc::Wave& wave) { return wave.subject.handle == trace.first; });
  });
}

}  // namespace cordon::gateway
