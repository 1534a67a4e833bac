// SPDX-License-Identifier: Apache-2.0
// Conditions: what devices report and what limits of people find, within what one device may have recorded.
#include <fmt/format.h>

#include <algorithm>

#include "bedside/station.h"
#include "bedside/units.h"

namespace cordon::bedside {

using event::AlarmKind;
using event::AlarmOrigin;
using event::AlarmPriority;
using event::AlarmStep;

bool Station::is_news(const Condition& c) const {
  const Alarm* before = state_.present_alarm({c.origin, c.device, c.alarm.condition});
  if (!c.alarm.present || before == nullptr) return c.alarm.present == (before == nullptr);
  return before->priority != c.alarm.priority || before->text != c.alarm.text || before->kind != c.alarm.kind;
}

void Station::note(WallTime at, const Condition& c) {
  if (!is_news(c)) return;
  const Alarm* before = state_.present_alarm({c.origin, c.device, c.alarm.condition});
  if (!c.alarm.present) return end(at, *before);
  record(event::AlarmChanged{.at = at,
                             .alarm = before == nullptr ? state_.alarms + 1 : before->number,
                             .step = before == nullptr ? AlarmStep::raised : AlarmStep::changed,
                             .origin = c.origin,
                             .device = c.device,
                             .condition = c.alarm.condition,
                             .bed = c.bed.empty() ? state_.bed_of(c.device) : c.bed,
                             .priority = c.alarm.priority,
                             .kind = c.alarm.kind,
                             .code = c.alarm.code,
                             .text = c.alarm.text});
}

void Station::end(WallTime at, const Alarm& alarm) {
  const std::uint64_t gave_way = state_.gave_way;
  const auto link = link_by_device_.find(alarm.device);
  record(change_of(alarm, AlarmStep::ended, at));
  if (state_.gave_way != gave_way && link != link_by_device_.end()) note_beyond(links_.at(link->second), at);
}

void Station::end_all(WallTime at, AlarmOrigin origin, const std::string& device) {
  for (const Alarm* alarm : state_.present_of(origin, device)) end(at, *alarm);
}

void Station::device_alarm(Link& link, WallTime at, const event::DeviceAlarm& alarm) {
  const std::string& device = link.heard.identity.device;
  const auto held = link.waiting.find(alarm.condition);
  if (held != link.waiting.end()) {
    WaitingAlarm& waiting = held->second;
    waiting.last = alarm;
    waiting.was_present = waiting.was_present || alarm.present;
    if (alarm.present) waiting.gravest = std::max(waiting.gravest, alarm.priority);
    return;
  }
  if (!link.claims && !is_news({AlarmOrigin::device, device, alarm})) return;
  if (!has_room(link, alarm)) {
    note_beyond(link, at);
    return;
  }
  const WaitingAlarm waiting{.last = alarm,
                             .was_present = alarm.present,
                             .gravest = alarm.present ? alarm.priority : AlarmPriority::none,
                             .order = ++order_};
  if (is_told_now(link, waiting, at)) {
    let_in(link, at, waiting);
  } else {
    link.waiting[alarm.condition] = waiting;
  }
}

/// has_room says whether a link may have one condition more. Some room is for high priority alone.
bool Station::has_room(const Link& link, const event::DeviceAlarm& alarm) const {
  const std::string& device = link.heard.identity.device;
  const bool known = state_.present_alarm({AlarmOrigin::device, device, alarm.condition}) != nullptr;
  if (known) return true;
  const std::size_t reserved = alarm.priority == AlarmPriority::high ? 0 : alarms_of_high_reserved;
  const std::size_t recorded = link.claims ? 0 : state_.present_of(AlarmOrigin::device, device).size();
  const std::size_t taken = recorded + link.waiting.size();
  return taken < alarms_per_link_max - reserved;
}

/// is_high says whether what waits is about an alarm that is or was of high priority.
bool Station::is_high(const std::string& device, const WaitingAlarm& waiting) const {
  const Alarm* before = state_.present_alarm({AlarmOrigin::device, device, waiting.last.condition});
  return waiting.gravest == AlarmPriority::high || (before != nullptr && before->priority == AlarmPriority::high);
}

bool Station::may_record(Link& link, bool high, WallTime at) {
  Budget& own = high ? link.high_alarms : link.alarms;
  if (!state_.bed_of(link.heard.identity.device).empty()) return own.take(at);
  Budget& all = high ? unplaced_high_ : unplaced_;
  return own.has(at) && all.take(at) && own.take(at);
}

/// is_told_now says whether a condition overtakes none that waits. Half of what devices at no bed may have recorded
/// together is dealt out in turns alone (drain), so that one which floods keeps no other waiting.
bool Station::is_told_now(Link& link, const WaitingAlarm& waiting, WallTime at) {
  const std::string& device = link.heard.identity.device;
  const bool high = is_high(device, waiting);
  const auto waits = [&](const auto& other) { return is_high(device, other.second) == high; };
  if (link.claims || std::ranges::any_of(link.waiting, waits)) return false;
  const bool is_new = state_.present_alarm({AlarmOrigin::device, device, waiting.last.condition}) == nullptr;
  if (is_new && !has_room_for_new(device, high)) return false;
  Budget& all = high ? unplaced_high_ : unplaced_;
  if (state_.bed_of(device).empty() && !all.has(at, all.at_once / 2)) return false;
  return may_record(link, high, at);
}

/// has_room_for_new says whether one condition more may stand of a device: none of one whose name is not taken yet.
bool Station::has_room_for_new(const std::string& device, bool high) const {
  const auto known = state_.devices.find(device);
  if (known == state_.devices.end()) return false;
  if (!known->second.bed.empty()) return true;
  const std::size_t most = alarms_unplaced_max - (high ? 0 : alarms_unplaced_high_reserved);
  return state_.present_of(AlarmOrigin::device, device).size() < most;
}

std::size_t Station::waiting_at_no_bed() const {
  std::size_t out = 0;
  for (const auto& [number, link] : links_) {
    const std::string& device = link.heard.identity.device;
    if (link.claims || !state_.bed_of(device).empty()) continue;
    for (const auto& [condition, waiting] : link.waiting) {
      const bool recorded = state_.present_alarm({AlarmOrigin::device, device, condition}) != nullptr;
      out += waiting.last.present && !recorded ? 1U : 0U;
    }
  }
  return out;
}

/// drain_one records one condition that waits, if one may: what is new before what is over, else in the order of its
/// coming.
bool Station::drain_one(Link& link, bool high, WallTime at) {
  const std::string& device = link.heard.identity.device;
  if (!state_.devices.contains(device)) return false;
  const bool has_room = has_room_for_new(device, high);
  const auto rank = [&](const WaitingAlarm& waiting) {
    const bool recorded = state_.present_alarm({AlarmOrigin::device, device, waiting.last.condition}) != nullptr;
    const bool stays_out = waiting.last.present && !recorded && !has_room;
    const bool is_new = waiting.was_present && !recorded;
    return std::tuple(is_high(device, waiting) != high || stays_out, !is_new, waiting.order);
  };
  const auto first = std::ranges::min_element(link.waiting, {}, [&](const auto& entry) { return rank(entry.second); });
  if (first == link.waiting.end() || std::get<0>(rank(first->second)) || !may_record(link, high, at)) return false;
  const WaitingAlarm waiting = std::move(first->second);
  link.waiting.erase(first);
  link.served = ++order_;
  let_in(link, at, waiting);
  return true;
}

/// drain records what waits, as far as it may. Devices at no bed share a rate, so they take turns.
void Station::drain(WallTime at) {
  for (const bool high : {true, false}) {
    std::vector<Link*> unplaced;
    for (auto& [number, link] : links_) {
      if (link.claims || link.waiting.empty()) continue;
      if (state_.bed_of(link.heard.identity.device).empty()) {
        unplaced.push_back(&link);
      } else {
        while (drain_one(link, high, at)) continue;
      }
    }
    std::ranges::sort(unplaced, {}, &Link::served);
    while (!unplaced.empty() && (high ? unplaced_high_ : unplaced_).has(at)) {
      std::erase_if(unplaced, [&](Link* link) { return !drain_one(*link, high, at); });
    }
  }
}

/// let_in records the last word on a condition; what was there for a moment, or was graver, before that.
void Station::let_in(Link& link, WallTime at, const WaitingAlarm& waiting) {
  const std::string& device = link.heard.identity.device;
  const Alarm* before = state_.present_alarm({AlarmOrigin::device, device, waiting.last.condition});
  const bool passed = waiting.was_present && (!waiting.last.present || waiting.gravest > waiting.last.priority);
  if (passed && (before == nullptr || before->priority < waiting.gravest)) {
    Condition was{AlarmOrigin::device, device, waiting.last};
    was.alarm.present = true;
    was.alarm.priority = waiting.gravest;
    note(at, was);
  }
  if (!denies(link, waiting.last)) note(at, {AlarmOrigin::device, device, waiting.last});
}

/// denies says whether a link in doubt says less of an alarm than the device that a person confirmed: that one stands
/// until a person has looked, and the word is kept.
bool Station::denies(Link& link, const event::DeviceAlarm& alarm) {
  const Alarm* before = state_.present_alarm({AlarmOrigin::device, link.heard.identity.device, alarm.condition});
  const auto held = before == nullptr ? link.held.end() : link.held.find(before->number);
  if (held == link.held.end()) return false;
  if (alarm.present && alarm.priority >= before->priority) return false;
  link.denied.insert_or_assign(alarm.condition, alarm);
  link.unconfirmed.emplace(alarm.condition, held->second);
  return true;
}

/// believe takes the word of a link on what it denied: a person has confirmed its device.
void Station::believe(Link& link, WallTime at) {
  link.held.clear();
  for (const auto& [condition, alarm] : std::exchange(link.denied, {})) {
    note(at, {AlarmOrigin::device, link.heard.identity.device, alarm});
  }
}

void Station::on(const event::AlarmsHeard& input) {
  heard_on(input.link, input.at);
  Link* link = find(input.link);
  if (link == nullptr) return;
  for (const event::DeviceAlarm& alarm : input.alarms) {
    link->unconfirmed.erase(alarm.condition);
    note_silenced(*link, alarm);
    link->denied.erase(alarm.condition);
    device_alarm(*link, input.at, alarm);
  }
  if (!input.complete) return;
  link->unconfirmed.clear();
  std::set<std::string> named;
  for (const event::DeviceAlarm& alarm : input.alarms) named.insert(alarm.condition);
  std::erase_if(link->silenced, [&](const std::string& condition) { return !named.contains(condition); });
  for (auto& [condition, waiting] : link->waiting) {
    if (!named.contains(condition)) waiting.last.present = false;
  }
  link->whole = link->claims;
  if (link->claims) return;
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::device, link->heard.identity.device)) {
    if (named.contains(alarm->condition) || link->waiting.contains(alarm->condition)) continue;
    event::DeviceAlarm over = said_of(*alarm);
    over.present = false;
    if (!denies(*link, over)) end(input.at, *alarm);
  }
}

/// judge compares a value with the limits of its bed, or has it wait for the next tick.
void Station::judge(Link& link, const std::string& handle, WallTime at) {
  const LiveNumeric& live = link.numerics.at(handle);
  const event::Numeric& numeric = live.value;
  const std::string& device = link.heard.identity.device;
  const std::string& bed = state_.bed_of(device);
  const auto found = state_.beds.find(bed);
  if (bed.empty() || found == state_.beds.end() || numeric.channel.code == 0) return;
  const auto set = found->second.limits.find(numeric.channel.code);
  if (set == found->second.limits.end() || !can_be_judged(live)) return;
  const event::LimitSet& limit = set->second;
  const auto value = convert(numeric.value, numeric.channel.unit, limit.unit);
  const auto note_or_wait = [&](const Condition& condition) {
    const Alarm* before = state_.present_alarm({condition.origin, device, condition.alarm.condition});
    const bool kept = before != nullptr && !condition.alarm.present && link.held.contains(before->number);
    if (kept || !is_news(condition)) return;
    if (may_record(link, condition.alarm.priority == AlarmPriority::high, at)) return note(at, condition);
    link.unjudged.insert(handle);
  };
  const auto crosses = [&](std::string_view side, bool crossed, double bound) {
    note_or_wait(
        {AlarmOrigin::limit,
         device,
         {.condition = fmt::format("{}:{}", side, handle),
          .priority = limit.priority,
          .code = numeric.channel.code,
          .text = fmt::format("{} {} {:g} {}", numeric.channel.label, side == "low" ? "<" : ">", bound, limit.unit),
          .present = crossed}});
  };
  // What cannot be compared is not within the limit: it ends nothing.
  if (value && limit.low) crosses("low", *value < *limit.low, *limit.low);
  if (value && limit.high) crosses("high", *value > *limit.high, *limit.high);
  note_or_wait({AlarmOrigin::limit,
                device,
                {.condition = "unit:" + handle,
                 .priority = std::min(limit.priority, AlarmPriority::medium),
                 .kind = AlarmKind::technical,
                 .code = numeric.channel.code,
                 .text = fmt::format("{}: {} ≠ {}", numeric.channel.label,
                                     numeric.channel.unit.empty() ? "?" : numeric.channel.unit, limit.unit),
                 .present = !value}});
}

}  // namespace cordon::bedside
