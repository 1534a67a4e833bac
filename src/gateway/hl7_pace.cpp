// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_pace.h"

#include <algorithm>

namespace cordon::gateway {

void Hl7Pace::note(const std::string& channel, WallTime said, bool measured, WallTime at) {
  if (!channels_.contains(channel) && channels_.size() >= hl7_paced_max) return;
  const auto [entry, is_new] = channels_.try_emplace(channel);
  Times& times = entry->second;
  if (measured) times.measured = at;
  times.by_the_minute = times.by_the_minute && said.time_since_epoch() % std::chrono::minutes(1) == Micros{};
  if (!is_new && said == times.last) return;
  if (!is_new) {
    // What was kept on its way and comes at once has the pace at which it was measured.
    const Micros step = std::max(std::chrono::abs(said - times.last), std::chrono::abs(at - times.moved));
    times.steps.at(times.count++ % hl7_pace_steps) = step;
    ++moves_;
  }
  times.last = said;
  times.moved = at;
}

std::optional<Hl7Pace::Pace> Hl7Pace::pace(WallTime at) const {
  std::optional<Pace> out;
  for (const auto& [channel, times] : channels_) {
    if (!times.measured || at - *times.measured > hl7_said_lately) continue;
    const Micros period = period_of(times);
    if (!out) out = Pace{moves_, period};
    const bool quicker = out->period == Micros{} || (period != Micros{} && period < out->period);
    if (quicker) out->period = period;
  }
  return out;
}

bool Hl7Pace::has_moved(const std::string& channel) const {
  const auto found = channels_.find(channel);
  return found != channels_.end() && found->second.count > 0;
}

Micros Hl7Pace::period_of(const Times& times) {
  const Micros longest = *std::ranges::max_element(times.steps);
  if (times.count >= hl7_pace_steps || longest > hl7_slow_step) return longest;
  return times.by_the_minute ? std::chrono::minutes(1) : Micros{};
}

}  // namespace cordon::gateway
