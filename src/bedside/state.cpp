// SPDX-License-Identifier: Apache-2.0
#include "bedside/state.h"

#include <algorithm>

namespace cordon::bedside {

bool latches(const Alarm& alarm) {
  return alarm.priority == event::AlarmPriority::high && alarm.kind == event::AlarmKind::physiological;
}

void State::apply(const event::BedsideEvent& event) {
  std::visit([&](const auto& e) { on(e); }, event);
}

const Alarm* State::present_alarm(const Condition& condition) const {
  const auto found = present_.find(condition);
  return found == present_.end() ? nullptr : &open.at(found->second);
}

std::vector<const Alarm*> State::present_of(event::AlarmOrigin origin, const std::string& device) const {
  std::vector<const Alarm*> out;
  for (auto at = present_.lower_bound({origin, device, ""}); at != present_.end(); ++at) {
    if (std::get<0>(at->first) != origin || std::get<1>(at->first) != device) break;
    out.push_back(&open.at(at->second));
  }
  return out;
}

const std::string& State::bed_of(const std::string& device) const {
  static const std::string none;
  const auto found = devices.find(device);
  return found == devices.end() ? none : found->second.bed;
}

// A box whose clock was set back between two runs must not keep an alarm silent, or from being escalated, until that
// clock has caught up.
void State::on(const event::StationStarted& e) {
  started = e;
  for (auto& [number, alarm] : open) {
    alarm.raised = std::min(alarm.raised, e.at);
    alarm.silent_until = std::min(alarm.silent_until, e.at + audio_pause_max);
  }
}

void State::on(const event::DeviceKnown& e) {
  Device& device = devices[e.identity.device];
  const bool first = device.identity.device.empty();
  const auto& old = device.identity;
  const bool same = old.serial == e.identity.serial && old.model == e.identity.model && old.maker == e.identity.maker &&
                    old.address == e.identity.address;
  if (!first && !device.bed.empty() && !same) device.doubted = true;
  device.identity = e.identity;
  device.heard = ++order_;
  if (devices.size() <= devices_max) return;
  // A device at a bed never gives way to one at none.
  const auto oldest = std::ranges::min_element(
      devices, {}, [](const auto& entry) { return std::pair(!entry.second.bed.empty(), entry.second.heard); });
  devices.erase(oldest);
}

void State::on(const event::DeviceAssigned& e) {
  const auto found = devices.find(e.device);
  if (found == devices.end()) return;
  found->second.bed = e.bed;
  found->second.doubted = false;
  found->second.heard = ++order_;
  for (auto& [number, alarm] : open) {
    if (alarm.device == e.device) alarm.bed = e.bed;
  }
}

void State::on(const event::AlarmChanged& e) {
  using enum event::AlarmStep;
  if (e.step == raised) {
    alarms = std::max(alarms, e.alarm);
    const Condition condition{e.origin, e.device, e.condition};
    if (const auto before = present_.find(condition); before != present_.end()) close(before->second);
    open[e.alarm] = {.number = e.alarm,
                     .origin = e.origin,
                     .device = e.device,
                     .condition = e.condition,
                     .bed = e.bed,
                     .priority = e.priority,
                     .kind = e.kind,
                     .code = e.code,
                     .text = e.text,
                     .raised = e.at};
    present_[condition] = e.alarm;
    return;
  }
  const auto found = open.find(e.alarm);
  if (found == open.end()) return;
  Alarm& alarm = found->second;
  switch (e.step) {
    case raised:
      return;
    case changed: {
      const bool graver = e.priority > alarm.priority;
      alarm.priority = e.priority;
      alarm.kind = e.kind;
      alarm.text = e.text;
      if (!graver) return;
      alarm.acknowledged = false;  // what was acknowledged was the lesser one
      alarm.silent_until = {};
      alarm.level = 0;
      alarm.raised = e.at;
      return;
    }
    case ended:
      alarm.present = false;
      alarm.ended = e.at;
      present_.erase({alarm.origin, alarm.device, alarm.condition});
      if (!latches(alarm) || alarm.acknowledged) close(e.alarm);
      return;
    case escalated:
      alarm.level = e.level;
      return;
  }
}

void State::on(const event::AlarmAcknowledged& e) {
  const auto found = open.find(e.alarm);
  if (found == open.end()) return;
  Alarm& alarm = found->second;
  alarm.acknowledged = true;
  alarm.acknowledged_at = e.at;
  alarm.acknowledged_by = e.by;
  alarm.silent_until = e.until;
  if (!alarm.present) close(e.alarm);
}

void State::on(const event::AudioPaused& e) {
  for (auto& [number, alarm] : open) {
    if (e.bed.empty() || alarm.bed == e.bed) alarm.silent_until = e.until;
  }
}

void State::on(const event::LimitSet& e) {
  auto& limits = beds[e.bed].limits;
  if (!e.low && !e.high) {
    limits.erase(e.code);
  } else if (limits.contains(e.code) || limits.size() < limits_per_bed_max) {
    limits[e.code] = e;
  }
}

void State::close(std::uint64_t number) {
  const auto found = open.find(number);
  if (found == open.end()) return;
  const Alarm& alarm = found->second;
  const auto at = present_.find({alarm.origin, alarm.device, alarm.condition});
  if (at != present_.end() && at->second == number) present_.erase(at);
  ended.push_back(std::move(found->second));
  open.erase(found);
  if (ended.size() > ended_alarms_max) ended.pop_front();
}

}  // namespace cordon::bedside
