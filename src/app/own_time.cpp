// SPDX-License-Identifier: Apache-2.0
#include "app/own_time.h"

#include <algorithm>

namespace cordon::app {

event::Input in_own_time(event::Input input, WallTime own, Micros ahead) {
  if (std::chrono::abs(ahead) <= clock_agrees_max) return input;
  std::visit([&](auto& i) { i.at = std::min(i.at - ahead, own); }, input);
  if (auto* seen = std::get_if<event::HostSeen>(&input)) seen->host.since = std::min(seen->host.since - ahead, own);
  if (auto* o = std::get_if<event::Observation>(&input)) o->first_altered = std::min(o->first_altered - ahead, own);
  return input;
}

event::Input in_own_time(event::Input input, const StationClock& clock) {
  return in_own_time(std::move(input), clock.now(), clock.box_ahead());
}

std::optional<event::ClockSet> ClockWatch::look(WallTime own, Micros ahead) {
  if (std::chrono::abs(ahead - told_) <= clock_step_told_min) return std::nullopt;
  told_ = ahead;
  return event::ClockSet{own, std::chrono::duration<double>(ahead).count()};
}

}  // namespace cordon::app
