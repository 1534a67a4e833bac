// SPDX-License-Identifier: Apache-2.0
#include "bedside/signal.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cordon::bedside {

using event::AlarmPriority;

namespace {

/// is_fresh: a time that lies ahead is not of this run's clock, and nothing sounds because of it.
bool is_fresh(WallTime since, WallTime now) {
  return since <= now && now - since < burst_heard_min;
}

}  // namespace

bool audible(const Alarm& alarm, WallTime now) {
  if (alarm.priority == AlarmPriority::none || now < alarm.silent_until) return false;
  return alarm.present || (!alarm.acknowledged && is_fresh(alarm.raised, now));
}

Signal signal_of(const State& state, WallTime now) {
  Signal out;
  const auto take = [&](const Alarm& alarm) {
    if (audible(alarm, now)) {
      ++out.audible;
      if (std::pair(alarm.priority, alarm.number) > std::pair(out.priority, out.alarm)) {
        out.priority = alarm.priority;
        out.alarm = alarm.number;
      }
    } else if (alarm.present && alarm.priority != AlarmPriority::none) {
      ++out.paused;
      if (!out.until || alarm.silent_until < *out.until) out.until = alarm.silent_until;
    }
  };
  for (const auto& [number, alarm] : state.open) take(alarm);
  for (auto ended = state.ended.rbegin(); ended != state.ended.rend() && is_fresh(ended->closed, now); ++ended) {
    take(*ended);
  }
  return out;
}

bool resounds(const Alarm& alarm, WallTime now) {
  return alarm.present && alarm.acknowledged && audible(alarm, now);
}

std::uint32_t escalation_due(const Alarm& alarm, WallTime now) {
  if (!alarm.present || alarm.acknowledged) return alarm.level;
  struct Steps {
    Micros second, everybody;
  };
  constexpr Steps never{Micros::max(), Micros::max()};
  constexpr std::array<Steps, 4> after{never, never, Steps{std::chrono::seconds(60), std::chrono::seconds(120)},
                                       Steps{std::chrono::seconds(30), std::chrono::seconds(60)}};
  const Steps& steps = after.at(static_cast<std::size_t>(alarm.priority));
  const Micros waited = now - alarm.unanswered;
  if (waited >= steps.everybody) return 2;
  if (waited >= steps.second) return std::max(alarm.level, 1U);
  return alarm.level;
}

}  // namespace cordon::bedside
