// SPDX-License-Identifier: Apache-2.0
#include "bedside/state.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "bedside/patient.h"

namespace cordon::bedside {

namespace {

// latches says whether such an alarm stays on the screen when its condition has ended, until somebody acknowledges it:
// what was dangerous to the patient, however short.
bool latches(event::AlarmPriority priority, event::AlarmKind kind) {
  return priority == event::AlarmPriority::high && kind == event::AlarmKind::physiological;
}

}  // namespace

event::AlarmChanged change_of(const Alarm& alarm, event::AlarmStep step, WallTime at) {
  return {.at = at,
          .alarm = alarm.number,
          .step = step,
          .origin = alarm.origin,
          .device = alarm.device,
          .condition = alarm.condition,
          .bed = alarm.bed,
          .priority = alarm.priority,
          .kind = alarm.kind,
          .code = alarm.code,
          .text = alarm.text,
          .level = alarm.level};
}

event::DeviceAlarm said_of(const Alarm& alarm) {
  return {alarm.condition, alarm.priority, alarm.kind, alarm.code, alarm.text, true, false};
}

bool is_another(const event::DeviceIdentity& a, const event::DeviceIdentity& b) {
  return a.serial != b.serial || a.model != b.model || a.maker != b.maker || a.address != b.address;
}

void State::apply(const event::BedsideEvent& event) {
  std::visit([&](const auto& e) { on(e); }, event);
}

void State::doubt_devices() {
  for (auto& [name, device] : devices) device.confirmed.reset();
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

std::optional<std::string> State::gives_way(const event::DeviceIdentity& newcomer) const {
  if (devices.contains(newcomer.device)) return std::nullopt;
  const std::string* oldest = nullptr;
  const std::string* oldest_there = nullptr;  // at the newcomer's address
  std::size_t there = 0;
  std::uint64_t heard = std::numeric_limits<std::uint64_t>::max(), heard_there = heard;
  for (const auto& [name, device] : devices) {
    if (!device.bed.empty()) continue;
    if (device.heard < heard) oldest = &name, heard = device.heard;
    if (device.identity.address != newcomer.address) continue;
    ++there;
    if (device.heard < heard_there) oldest_there = &name, heard_there = device.heard;
  }
  if (there >= devices_per_address_max) return *oldest_there;
  if (devices.size() < devices_max) return std::nullopt;
  return oldest == nullptr ? newcomer.device : *oldest;
}

// A box whose clock was set back between two runs must not keep an alarm silent, answered or from being escalated until
// that clock has caught up. What had ended before this run sounds no more: nobody could see or answer it.
void State::on(const event::StationStarted& e) {
  started = e;
  for (auto& [number, alarm] : open) {
    alarm.raised = std::min(alarm.raised, e.at);
    alarm.unanswered = std::min(alarm.unanswered, e.at);
    alarm.acknowledged_at = std::min(alarm.acknowledged_at, e.at);
    alarm.silent_until = std::min(alarm.silent_until, e.at + audio_pause_max);
  }
  for (Alarm& alarm : ended) alarm.closed = {};
}

void State::on(const event::DeviceKnown& e) {
  if (const auto gone = gives_way(e.identity)) {
    if (*gone == e.identity.device) return;
    forget(*gone, e.at);
  }
  Device& device = devices[e.identity.device];
  device.identity = e.identity;
  device.heard = ++order_;
  if (device.first == 0) device.first = device.heard;
}

void State::forget(const std::string& device, WallTime at) {
  std::vector<std::uint64_t> of_it;
  for (const auto& [number, alarm] : open) {
    if (alarm.device == device) of_it.push_back(number);
  }
  for (const std::uint64_t number : of_it) close(number, at);
  devices.erase(device);
}

// What is present goes with the device: Station ends it at the bed it leaves and raises it at the new one, so that only
// logbooks of its first version have any left here. What has ended was of the bed it ended at, unless that is none now.
void State::on(const event::DeviceAssigned& e) {
  const auto found = devices.find(e.device);
  if (found == devices.end()) return;
  const std::string left = std::exchange(found->second.bed, e.bed);
  const bool lost_bed = e.bed.empty() && e.by == by_station && e.session.empty();
  found->second.former_bed = lost_bed ? left : "";
  if (!lost_bed) found->second.confirmed = found->second.identity;
  found->second.heard = ++order_;
  for (auto& [number, alarm] : open) {
    if (alarm.device == e.device && (alarm.present || (lost_bed && alarm.bed == left))) alarm.bed = e.bed;
  }
}

void State::on(const event::PatientPlaced& e) {
  event::PatientOffer& patient = beds[e.bed].patient;
  const bool another = replaces(patient, e.patient);
  patient = e.patient;
  if (e.limits_kept) {
    std::erase_if(beds[e.bed].limits, [&](const auto& limit) {
      return std::ranges::find(*e.limits_kept, limit.first) == e.limits_kept->end();
    });
  }
  if (!another) return;
  for (auto& [number, alarm] : open) {
    if (alarm.bed == e.bed && !alarm.present) alarm.former = true;
  }
}

void State::on(const event::AlarmChanged& e) {
  using enum event::AlarmStep;
  if (e.step == raised) return raise(e);
  const auto found = open.find(e.alarm);
  if (found == open.end()) return;
  switch (e.step) {
    case raised:
      return;
    case changed:
      return change(found->second, e);
    case ended:
      return end(found->second, e.at);
    case escalated:
      found->second.level = e.level;
      return;
    case resounded:
      return resound(found->second, e.at);
  }
}

void State::raise(const event::AlarmChanged& e) {
  alarms = std::max(alarms, e.alarm);
  const Condition condition{e.origin, e.device, e.condition};
  if (const auto before = present_.find(condition); before != present_.end()) {
    Alarm& there = open.at(before->second);
    there.present = false;
    there.ended = e.at;
    close(there.number, e.at);
  }
  close(e.alarm, e.at);  // no number is given twice, but whatever is read gives a state
  Alarm alarm{.number = e.alarm,
              .origin = e.origin,
              .device = e.device,
              .condition = e.condition,
              .bed = e.bed,
              .priority = e.priority,
              .kind = e.kind,
              .code = e.code,
              .text = e.text,
              .raised = e.at,
              .gravest = e.priority,
              .dangerous = latches(e.priority, e.kind),
              .unanswered = e.at,
              .change = ++changes};
  for (const std::uint64_t number : same_unanswered(e)) {
    const Alarm& before = open.at(number);
    alarm.gravest = std::max(alarm.gravest, before.gravest);
    alarm.dangerous = true;
    alarm.times = before.bed == e.bed ? before.times + 1 : std::max(alarm.times, before.times);
    alarm.unanswered = std::min(alarm.unanswered, before.unanswered);
    alarm.level = std::max(alarm.level, before.level);
    close(number, e.at);
  }
  for (const Alarm* before : left_unanswered(e)) {
    alarm.gravest = std::max(alarm.gravest, before->gravest);
    alarm.dangerous = alarm.dangerous || before->dangerous;
    alarm.times = std::max(alarm.times, before->times);
    alarm.unanswered = std::min(alarm.unanswered, before->unanswered);
    alarm.level = std::max(alarm.level, before->level);
  }
  open.insert_or_assign(e.alarm, std::move(alarm));
  present_[condition] = e.alarm;
}

/// same_unanswered gives what nobody has acknowledged yet of an alarm that is raised: the same again is one line on the
/// screen and not two, and so is one that goes to another bed with its device, where it ended at that moment.
std::vector<std::uint64_t> State::same_unanswered(const event::AlarmChanged& e) const {
  std::vector<std::uint64_t> out;
  for (auto at = latched_.lower_bound({e.device, 0}); at != latched_.end() && at->first == e.device; ++at) {
    const Alarm& before = open.at(at->second);
    const bool here = before.bed == e.bed || (e.origin == event::AlarmOrigin::device && before.ended == e.at);
    if (before.origin == e.origin && before.condition == e.condition && here && !before.former)
      out.push_back(before.number);
  }
  return out;
}

/// left_unanswered gives what nobody had acknowledged of an alarm that goes to another bed with its device, and that is
/// closed already.
std::vector<const Alarm*> State::left_unanswered(const event::AlarmChanged& e) const {
  std::vector<const Alarm*> out;
  if (e.origin != event::AlarmOrigin::device) return out;
  for (auto before = ended.rbegin(); before != ended.rend() && before->closed == e.at; ++before) {
    const bool same = before->origin == e.origin && before->device == e.device && before->condition == e.condition;
    if (same && before->ended == e.at && before->bed != e.bed && !before->acknowledged) out.push_back(&*before);
  }
  return out;
}

void State::change(Alarm& alarm, const event::AlarmChanged& e) {
  const bool graver = e.priority > alarm.priority;
  alarm.priority = e.priority;
  alarm.kind = e.kind;
  alarm.text = e.text;
  const bool answered = alarm.acknowledged;  // what it was before
  alarm.gravest = answered ? e.priority : std::max(alarm.gravest, e.priority);
  alarm.dangerous = (!answered && alarm.dangerous) || latches(e.priority, e.kind);
  if (!graver) return;
  alarm.silent_until = {};
  alarm.raised = e.at;
  alarm.change = ++changes;
  resound(alarm, e.at);  // what was acknowledged was the lesser one
}

void State::resound(Alarm& alarm, WallTime at) {
  if (!alarm.present) return;
  alarm.acknowledged = false;
  alarm.level = 0;
  alarm.unanswered = at;
}

void State::end(Alarm& alarm, WallTime at) {
  if (!alarm.present) return;
  alarm.present = false;
  alarm.ended = at;
  present_.erase({alarm.origin, alarm.device, alarm.condition});
  if (!alarm.dangerous || alarm.acknowledged) return close(alarm.number, at);
  alarm.priority = alarm.gravest;  // what stays is the gravest of it
  latched_.insert({alarm.device, alarm.number});
  bound_latched(alarm.device, at);
}

void State::bound_latched(const std::string& device, WallTime at) {
  std::size_t count = 0;
  const Alarm* oldest = nullptr;
  for (auto entry = latched_.lower_bound({device, 0}); entry != latched_.end() && entry->first == device; ++entry) {
    const Alarm& alarm = open.at(entry->second);
    ++count;
    if (oldest == nullptr || std::pair(alarm.ended, alarm.number) < std::pair(oldest->ended, oldest->number)) {
      oldest = &alarm;
    }
  }
  if (count <= latched_per_device_max) return;
  ++gave_way;
  close(oldest->number, at);
}

void State::on(const event::AlarmAcknowledged& e) {
  const auto found = open.find(e.alarm);
  if (found == open.end()) return;
  Alarm& alarm = found->second;
  alarm.acknowledged = true;
  alarm.acknowledged_at = e.at;
  alarm.acknowledged_by = e.by;
  alarm.silent_until = e.until;
  alarm.gravest = alarm.priority;
  alarm.dangerous = latches(alarm.priority, alarm.kind);
  alarm.times = 1;
  alarm.unanswered = e.at;
  if (!alarm.present) close(e.alarm, e.at);
}

void State::on(const event::AlarmOver& e) {
  const auto found = open.find(e.alarm);
  if (found == open.end()) return;
  Alarm& alarm = found->second;
  alarm.acknowledged = true;
  alarm.acknowledged_at = e.at;
  alarm.acknowledged_by = e.by;
  if (alarm.present) alarm.ended = e.at;
  alarm.present = false;
  close(e.alarm, e.at);
}

void State::on(const event::AudioPaused& e) {
  const bool ends = e.until <= e.at;
  for (auto& [number, alarm] : open) {
    const bool unseen = !ends && e.seen && alarm.change > *e.seen;
    const bool meant = e.unplaced ? alarm.bed.empty() : e.bed.empty() || alarm.bed == e.bed;
    if (!unseen && meant) alarm.silent_until = e.until;
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

void State::close(std::uint64_t number, WallTime at) {
  const auto found = open.find(number);
  if (found == open.end()) return;
  Alarm& alarm = found->second;
  const auto present = present_.find({alarm.origin, alarm.device, alarm.condition});
  if (present != present_.end() && present->second == number) present_.erase(present);
  latched_.erase({alarm.device, number});
  alarm.closed = at;
  ended.push_back(std::move(alarm));
  open.erase(found);
  if (ended.size() > ended_alarms_max) ended.pop_front();
}

}  // namespace cordon::bedside
