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
  const bool high = is_high(device, waiting);
  const bool others_wait =
      std::ranges::any_of(link.waiting, [&](const auto& other) { return is_high(device, other.second) == high; });
  if (link.claims || others_wait || !may_record(link, high, at)) {
    link.waiting[alarm.condition] = waiting;
  } else {
    let_in(link, at, waiting);
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
  if (taken >= alarms_per_link_max - reserved) return false;
  return link.claims || state_.devices.contains(device);
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

/// drain records what waits, as far as it may: what is new before what is over, else in the order of its coming.
void Station::drain(Link& link, bool high, WallTime at) {
  const std::string& device = link.heard.identity.device;
  const auto rank = [&](const WaitingAlarm& waiting) {
    const bool is_new =
        waiting.was_present && state_.present_alarm({AlarmOrigin::device, device, waiting.last.condition}) == nullptr;
    return std::tuple(is_high(device, waiting) != high, !is_new, waiting.order);
  };
  while (!link.waiting.empty()) {
    const auto first =
        std::ranges::min_element(link.waiting, {}, [&](const auto& entry) { return rank(entry.second); });
    if (is_high(device, first->second) != high || !may_record(link, high, at)) return;
    const WaitingAlarm waiting = std::move(first->second);
    link.waiting.erase(first);
    let_in(link, at, waiting);
  }
}

/// let_in records the last word on a condition; what was there for a moment, or was graver, before that.
void Station::let_in(Link& link, WallTime at, const WaitingAlarm& waiting) {
  const std::string& device = link.heard.identity.device;
  const Alarm* before = state_.present_alarm({AlarmOrigin::device, device, waiting.last.condition});
  const std::size_t reserved = waiting.gravest == AlarmPriority::high ? 0 : alarms_of_high_reserved;
  const bool unplaced = before == nullptr && waiting.was_present && state_.bed_of(device).empty();
  if (unplaced && state_.unplaced() >= alarms_unplaced_max - reserved) {
    note_beyond(link, at);
    return;
  }
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
  if (before == nullptr || !link.held.contains(before->number)) return false;
  if (alarm.present && alarm.priority >= before->priority) return false;
  link.denied.insert_or_assign(alarm.condition, alarm);
  link.unconfirmed.insert(alarm.condition);
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
  if (limit.low) crosses("low", value && *value < *limit.low, *limit.low);
  if (limit.high) crosses("high", value && *value > *limit.high, *limit.high);
  note_or_wait({AlarmOrigin::limit,
                device,
                {.condition = "unit:" + handle,
                 .kind = AlarmKind::technical,
                 .code = numeric.channel.code,
                 .text = fmt::format("{}: {} ≠ {}", numeric.channel.label, numeric.channel.unit, limit.unit),
                 .present = !value}});
}

}  // namespace cordon::bedside
