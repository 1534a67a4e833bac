// SPDX-License-Identifier: Apache-2.0
#include "bedside/live.h"

#include <algorithm>
#include <cmath>

namespace cordon::bedside {

bool Budget::has(WallTime now, double least) {
  if (counted == WallTime{}) counted = now;
  const double seconds = std::chrono::duration<double>(std::max(now - counted, Micros{})).count();
  left = std::min(at_once, left + seconds * a_second);
  counted = now;
  return left >= least;
}

bool Budget::take(WallTime now) {
  if (!has(now)) return false;
  left -= 1;
  return true;
}

void note_beyond(Link& link, WallTime at) {
  ++link.beyond;
  link.beyond_at = at;
}

bool is_whole_minute(WallTime said) {
  return said.time_since_epoch() % std::chrono::minutes(1) == Micros{};
}

bool is_whole_minute(std::int64_t said) {
  return is_whole_minute(WallTime{Micros{said}});
}

void note_clocks(Link& link, const event::NumericsHeard& heard) {
  if (heard.device_ticks) link.ticks.note(*heard.device_ticks, heard.at);
  if (!heard.device_time) return;
  link.clock.note(*heard.device_time, heard.at);
  // A clock that stands still falls behind, and that is not what is wrong with it.
  if (link.clock.advanced == heard.at) link.clock_ahead = *heard.device_time - heard.at;
}

bool can_be_judged(const LiveNumeric& live) {
  const event::Validity validity = live.value.validity;
  const bool stands = validity == event::Validity::valid || validity == event::Validity::questionable ||
                      validity == event::Validity::unconfirmed;
  return stands && std::isfinite(live.value.value) && live.heard - live.measured <= measured_late_max;
}

bool note_numeric(Link& link, const event::Numeric& numeric, WallTime heard) {
  const auto found = link.numerics.find(numeric.channel.handle);
  if (found == link.numerics.end() && link.numerics.size() >= numerics_per_link_max) {
    note_beyond(link, heard);
    return false;
  }
  LiveNumeric& live = link.numerics[numeric.channel.handle];
  live.value = numeric;
  live.heard = heard;
  live.measured = std::min(numeric.measured_at.value_or(heard), heard);
  if (can_be_judged(live)) live.judged = heard;
  return true;
}

void note_silenced(Link& link, const event::DeviceAlarm& alarm) {
  if (!alarm.present || !alarm.silenced) {
    link.silenced.erase(alarm.condition);
  } else if (link.silenced.size() < alarms_per_link_max) {
    link.silenced.insert(alarm.condition);
  }
}

void note_wave(Link& link, const event::WaveHeard& heard, std::uint32_t& last_id) {
  if (heard.device_time && !link.clock.last) link.clock_ahead = *heard.device_time - heard.at;
  auto found = link.waves.find(heard.channel.handle);
  if (found == link.waves.end()) {
    if (link.waves.size() >= waves_per_link_max) {
      note_beyond(link, heard.at);
      return;
    }
    found = link.waves.emplace(heard.channel.handle, LiveWave{}).first;
    found->second.advanced = heard.at;
    found->second.id = ++last_id;
  }
  LiveWave& wave = found->second;
  const std::uint64_t next = heard.first + heard.samples.size();
  // A counter that was set back by the device's restart goes on from there; one that stands still does not advance.
  const bool goes_on = next != wave.next && !heard.samples.empty();
  if (goes_on) wave.advanced = heard.at;
  if (heard.device_time && !heard.samples.empty() ? heard.device_time != wave.told : goes_on) {
    link.traces_moved = heard.at;
  }
  wave.channel = heard.channel;
  wave.validity = heard.validity;
  if (heard.samples.empty()) return;
  wave.told = heard.device_time;
  wave.rate_hz = heard.rate_hz;
  wave.next = next;
}

}  // namespace cordon::bedside
