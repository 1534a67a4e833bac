// SPDX-License-Identifier: Apache-2.0
#include "bedside/live.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "bedside/units.h"

namespace cordon::bedside {

namespace {

/// stands says whether a device stands by a number.
bool stands(const event::Numeric& numeric) {
  const event::Validity validity = numeric.validity;
  return std::isfinite(numeric.value) &&
         (validity == event::Validity::valid || validity == event::Validity::questionable ||
          validity == event::Validity::unconfirmed);
}

bool is_carried(const LiveNumeric& live) {
  return live.carried;
}
bool is_carried(const LiveWave& live) {
  return live.awaited.has_value();
}
const event::Channel& channel_of(const LiveNumeric& live) {
  return live.value.channel;
}
const event::Channel& channel_of(const LiveWave& live) {
  return live.channel;
}

/// is_name_alone tells of a trace that is known by its alarm alone (miss).
bool is_name_alone(const LiveWave& live) {
  const event::Channel& channel = live.channel;
  return channel.code == 0 && channel.group.empty() && channel.unit.empty() && live.rate_hz == 0;
}

/// is_missed tells of a carried channel of which nothing came on this link, and whose like is known.
bool is_missed(const LiveNumeric& live) {
  return live.carried;
}
bool is_missed(const LiveWave& live) {
  return live.awaited && !live.here && !is_name_alone(live);
}

/// give_way has a carried channel give way to a new one: to its like, which has another handle since the device was
/// started again, else, where there is no more room, any, which is counted. False when there is no room still.
template <class Live>
bool give_way(std::map<std::string, Live>& channels, std::size_t most, const event::Channel& to,
              std::uint64_t& gave_way) {
  const auto like = [&](const auto& entry) {
    const event::Channel& channel = channel_of(entry.second);
    return is_missed(entry.second) && channel.label == to.label && channel.code == to.code &&
           channel.group == to.group && channel.unit == to.unit;
  };
  auto found = std::ranges::find_if(channels, like);
  if (found == channels.end() && channels.size() >= most) {
    found = std::ranges::find_if(channels, [](const auto& entry) { return is_carried(entry.second); });
    if (found != channels.end()) ++gave_way;
  }
  if (found != channels.end()) channels.erase(found);
  return channels.size() < most;
}

}  // namespace

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

bool is_measured(event::Validity validity) {
  return validity != event::Validity::missing && validity != event::Validity::invalid;
}

void carry(Link& link, const Link& old, WallTime at, std::uint32_t& last_id) {
  link.gave_way += old.gave_way;
  for (const auto& [handle, live] : old.numerics) {
    if (link.numerics.contains(handle) || !is_measured(live.value.validity)) continue;
    if (link.numerics.size() >= numerics_per_link_max) {
      ++link.gave_way;
      continue;
    }
    link.numerics.emplace(handle, live).first->second.carried = true;
  }
  for (const auto& [handle, live] : old.waves) {
    if (link.waves.contains(handle) || !is_measured(live.validity)) continue;
    if (link.waves.size() >= waves_per_link_max) {
      ++link.gave_way;
      continue;
    }
    LiveWave& wave = link.waves.emplace(handle, live).first->second;
    wave.id = ++last_id;
    wave.here = false;
    const Micros left = live.awaited ? *live.awaited - old.last : carried_patience - (old.last - live.advanced);
    wave.awaited = at + std::clamp(left, Micros{}, carried_patience);
  }
}

void miss(Link& link, const std::string& handle, const std::string& label, WallTime at, std::uint32_t& last_id) {
  if (link.waves.contains(handle) || link.waves.size() >= waves_per_link_max) return;
  LiveWave& wave = link.waves[handle];
  wave.id = ++last_id;
  wave.channel.handle = handle;
  wave.channel.label = label;
  wave.advanced = at;
  wave.awaited = at;
  wave.stood = true;
}

void forget_carried(Link& link) {
  std::erase_if(link.numerics, [](const auto& entry) { return is_carried(entry.second); });
  std::erase_if(link.waves, [](const auto& entry) { return is_carried(entry.second); });
  link.gave_way = 0;
}

void note_clocks(Link& link, const event::NumericsHeard& heard) {
  if (heard.device_ticks) {
    link.ticks.note(*heard.device_ticks, heard.at);
    link.ticks_period = heard.ticks_period;
  }
  link.clock_shown = link.clock_shown || heard.local_time || heard.device_time;
  if (heard.local_time) {
    const Micros ahead = *heard.local_time - heard.at;
    link.clock_ahead = std::chrono::abs(ahead) > zones_span ? std::optional(ahead) : std::nullopt;
  }
  if (!heard.device_time) return;
  link.clock.note(*heard.device_time, heard.at);
  // A clock that stands still falls behind, and that is not what is wrong with it.
  if (link.clock.advanced == heard.at) link.clock_ahead = *heard.device_time - heard.at;
}

bool can_be_judged(const LiveNumeric& live) {
  return stands(live.value) && live.heard - live.measured <= measured_late_max;
}

namespace {

constexpr Range saturation_range{0, 100, "%"};
constexpr Range rate_range{0, 999, "/min"};
constexpr Range written_range{-999999.999, 999999.999, ""};  // six digits and three decimals

// Source: ISO/IEC 11073-10101; saturations, and rates of heart, pulse and breath, in partition 2 (SCADA).
std::optional<Range> range_of(std::uint32_t code) {
  constexpr std::array<std::uint32_t, 4> saturations{0x4b2c, 0x4b34, 0x4b3c, 0x4bb8};
  constexpr std::array<std::uint32_t, 9> rates{0x4182, 0x480a, 0x481a, 0x4822, 0x482a, 0x500a, 0x5012, 0x501a, 0x502a};
  const std::uint32_t term = code & 0xffffU;
  if (code >> 16U != 2) return std::nullopt;
  if (std::ranges::find(saturations, term) != saturations.end()) return saturation_range;
  if (std::ranges::find(rates, term) != rates.end()) return rate_range;
  return std::nullopt;
}

bool is_outside(double value, const Range& range) {
  return value < range.min || value > range.max;
}

}  // namespace

bool is_impossible(const event::Numeric& numeric) {
  const auto range = range_of(numeric.channel.code);
  if (!range || !stands(numeric)) return false;
  const std::string& unit = numeric.channel.unit;
  const bool is_saturation = range->unit == saturation_range.unit;
  if (is_saturation && unit == "1") return numeric.value < 0 || numeric.value > 1;
  if (is_saturation && !unit.empty() && unit != range->unit) return false;
  return is_outside(numeric.value, *range);
}

std::optional<Range> beyond_range(const event::LimitSet& limit) {
  const Range range = range_of(limit.code).value_or(written_range);
  for (const auto& bound : {limit.low, limit.high}) {
    if (bound && is_outside(convert(*bound, limit.unit, range.unit).value_or(*bound), range)) return range;
  }
  return std::nullopt;
}

event::Validity shown_validity(const LiveNumeric& live, const event::Numeric& next) {
  if (is_impossible(next)) return event::Validity::invalid;
  const bool is_former = live.former && next.measured_at && *next.measured_at <= *live.former;
  return is_former ? event::Validity::missing : next.validity;
}

bool note_numeric(Link& link, const event::Numeric& numeric, WallTime heard) {
  const auto found = link.numerics.find(numeric.channel.handle);
  if (found == link.numerics.end() && !give_way(link.numerics, numerics_per_link_max, numeric.channel, link.gave_way)) {
    note_beyond(link, heard);
    return false;
  }
  LiveNumeric& live = link.numerics[numeric.channel.handle];
  live.value = numeric;
  live.value.validity = shown_validity(live, numeric);
  live.heard = heard;
  live.carried = false;
  if (is_impossible(numeric)) {
    if (heard - link.impossible_at > impossible_for) link.impossible = numeric.channel.label;
    link.impossible_at = heard;
  }
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
  if (heard.device_time && !link.clock.last) {
    link.clock_ahead = *heard.device_time - heard.at;
    link.clock_shown = true;
  }
  auto found = link.waves.find(heard.channel.handle);
  if (found == link.waves.end()) {
    if (!give_way(link.waves, waves_per_link_max, heard.channel, link.gave_way)) {
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
  // Of one that stood before this link the first piece shows nothing: it may be the one at which it stands.
  const bool again = std::exchange(wave.here, wave.here || !heard.samples.empty());
  const bool goes_on = next != wave.next && !heard.samples.empty() && (again || !wave.stood);
  if (goes_on) {
    wave.advanced = heard.at;
    wave.awaited.reset();
    wave.stood = false;
  }
  if (heard.device_time && !heard.samples.empty() ? heard.device_time != wave.told : goes_on) {
    link.traces_moved = heard.at;
    link.traces_go_on = link.traces_go_on || again;
  }
  wave.channel = heard.channel;
  wave.validity = heard.validity;
  if (heard.samples.empty()) return;
  wave.told = heard.device_time;
  wave.rate_hz = heard.rate_hz;
  wave.next = next;
}

}  // namespace cordon::bedside
