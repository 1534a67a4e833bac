// SPDX-License-Identifier: Apache-2.0
// People's wishes and the station's own parts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bedside/patient.h"
#include "bedside/station.h"
#include "bedside/units.h"

namespace cordon::bedside {

using event::AlarmKind;
using event::AlarmOrigin;
using event::AlarmPriority;

namespace {

bool is_memory(const Alarm& alarm) {
  return alarm.origin == AlarmOrigin::station && alarm.device.empty() && alarm.condition == memory_condition;
}

}  // namespace

// Limits are of the bed, and so is what ended there. What is present goes with its device, and the logbook tells it: it
// is raised at the new bed and ends at the one that the device leaves, so that it never waits there among what ended
// (latched_per_device_max). Of a device that is silent on the way nobody knows it to be over; only to be at no bed ends
// that.
void Station::on(const event::DeviceAssigned& input) {
  const auto device = state_.devices.find(input.device);
  if (device == state_.devices.end() || (!input.bed.empty() && !has_bed(input.bed))) return;
  robbed_.erase(input.device);
  const auto link = link_by_device_.find(input.device);
  if (link != link_by_device_.end()) {
    // Who speaks now is confirmed, and not who was recorded last.
    const event::DeviceIdentity& identity = links_.at(link->second).heard.identity;
    if (device->second.identity != identity) record(event::DeviceKnown{input.at, identity});
    Link& speaks = links_.at(link->second);
    believe(speaks, input.at);
    std::vector<std::string> carried;
    for (const auto& [handle, live] : speaks.numerics) {
      if (live.carried) carried.push_back(handle);
    }
    forget_carried(speaks);
    for (const std::string& handle : carried) end_limits_of(input.at, input.device, handle);
  }
  if (device->second.bed != input.bed) {
    const bool live = is_live(input.device, input.at);
    for (const Alarm* a : state_.present_of(AlarmOrigin::device, input.device)) {
      if (!live && link != link_by_device_.end()) {
        Link& silent = links_.at(link->second);
        silent.unconfirmed.emplace(a->condition, silent.last);
      }
      live || !input.bed.empty() ? move(input.at, *a, input.bed) : end(input.at, *a);
    }
    end_all(input.at, AlarmOrigin::limit, input.device);
    end_all(input.at, AlarmOrigin::station, input.device);
  }
  const std::string left = device->second.bed == input.bed ? "" : device->second.bed;
  record(input);
  note_beds(input.at, left);
}

void Station::move(WallTime at, const Alarm& alarm, const std::string& bed) {
  const event::AlarmChanged ended = change_of(alarm, event::AlarmStep::ended, at);
  event::AlarmChanged raised = ended;
  raised.alarm = state_.alarms + 1;
  raised.step = event::AlarmStep::raised;
  raised.bed = bed;
  raised.level = 0;
  record(std::move(raised));
  record(ended);
}

void Station::on(const event::PatientPlaced& input) {
  if (!has_bed(input.bed) || (!input.patient.empty() && !is_known(input.patient))) return;
  if (is_born_after(input.patient, input.at) || is_born_too_early(input.patient)) return;
  const auto is_seen = [&](const std::string& bed) {
    return std::ranges::find(input.also_at, bed) != input.also_at.end();
  };
  if (!std::ranges::all_of(beds_of(input.patient, input.bed), is_seen)) return;
  event::PatientPlaced placed = input;
  placed.also_at.clear();
  placed.limits_kept = limits_kept(input);
  end_limits(input.at, input.bed, [&](std::uint32_t code) {
    return std::ranges::find(*placed.limits_kept, code) == placed.limits_kept->end();
  });
  const auto bed = state_.beds.find(input.bed);
  const bool another = bed != state_.beds.end() && replaces(bed->second.patient, input.patient);
  record(placed);
  if (another) forget_former(input.at, input.bed);
  note_beds(input.at);
}

/// forget_former has what stands until it is measured again, and was measured of another patient, not be of this one.
void Station::forget_former(WallTime at, const std::string& bed) {
  for (auto& [number, link] : links_) {
    const std::string& device = link.heard.identity.device;
    if (link.claims || state_.bed_of(device) != bed) continue;
    for (auto& [handle, live] : link.numerics) {
      const bool is_old = at - live.heard > values_pause(link.heard);
      if (!live.carried && !is_old && !is_episodic(live.value.channel.code)) continue;
      live.value.validity = event::Validity::missing;
      live.former = live.measured;
      end_limits_of(at, device, handle);
    }
  }
}

std::vector<std::string> Station::beds_of(const event::PatientOffer& patient, const std::string& but_for) const {
  std::vector<std::string> out;
  for (const std::string& name : policy_.beds) {
    const auto bed = state_.beds.find(name);
    if (name != but_for && bed != state_.beds.end() && is_same(bed->second.patient, patient)) out.push_back(name);
  }
  return out;
}

/// note_beds tells of one person who lies in several beds, at each of them, and of a bed with a patient that its last
/// device has `left`, until one is placed there or the bed is freed.
void Station::note_beds(WallTime at, const std::string& left) {
  std::set<std::string> with_device;
  for (const auto& [name, device] : state_.devices) with_device.insert(device.bed);
  for (const std::string& name : policy_.beds) {
    const auto bed = state_.beds.find(name);
    const std::string unwatched = "unwatched:" + name;
    const bool told = name == left || state_.present_alarm({AlarmOrigin::station, "", unwatched}) != nullptr;
    const bool has_patient = bed != state_.beds.end() && !bed->second.patient.empty();
    note(at, {AlarmOrigin::station,
              "",
              {.condition = unwatched,
               .priority = AlarmPriority::low,
               .kind = AlarmKind::technical,
               .text = "",
               .present = told && has_patient && !with_device.contains(name)},
              name});
    const auto others = bed == state_.beds.end() ? std::vector<std::string>{} : beds_of(bed->second.patient, name);
    note(at, {AlarmOrigin::station,
              "",
              {.condition = "twice:" + name,
               .priority = AlarmPriority::low,
               .kind = AlarmKind::technical,
               .text = fmt::format("{}", fmt::join(others, ", ")),
               .present = !others.empty()},
              name});
  }
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::station, "")) {
    if (!alarm->bed.empty() && !has_bed(alarm->bed)) end(at, *alarm);
  }
  note_lost_beds(at);
}

/// take_off_lost_beds has devices at beds that the configuration does not name stand at none: there is no tile on which
/// anybody would see them. All that they told goes along with its answer; limits are of the bed.
void Station::take_off_lost_beds(WallTime at) {
  std::vector<std::string> lost;
  for (const auto& [name, device] : state_.devices) {
    if (!device.bed.empty() && !has_bed(device.bed)) lost.push_back(name);
  }
  for (const std::string& device : lost) {
    end_all(at, AlarmOrigin::limit, device);
    end_all(at, AlarmOrigin::station, device);
    record(event::DeviceAssigned{at, device, "", std::string(by_station), ""});
  }
}

/// note_lost_beds tells of them until a person has placed each of those devices.
void Station::note_lost_beds(WallTime at) {
  std::set<std::string> beds;
  for (const auto& [name, device] : state_.devices) {
    if (!device.former_bed.empty()) beds.insert(device.former_bed);
  }
  note(at, {AlarmOrigin::station,
            "",
            {.condition = std::string(beds_condition),
             .priority = AlarmPriority::medium,
             .kind = AlarmKind::technical,
             .text = fmt::format("{}", fmt::join(beds, ", ")),
             .present = !beds.empty()}});
}

/// limits_kept gives the codes of the limits that go on at a bed: those that a person said, and where nobody said, none
/// when another patient is placed or the bed is freed, all when the same one is recorded again or the first is named.
std::vector<std::uint32_t> Station::limits_kept(const event::PatientPlaced& placed) const {
  const auto found = state_.beds.find(placed.bed);
  if (found == state_.beds.end()) return {};
  const event::PatientOffer& before = found->second.patient;
  const bool another = replaces(before, placed.patient);
  std::vector<std::uint32_t> out;
  for (const auto& [code, limit] : found->second.limits) {
    const bool said = placed.limits_kept && std::ranges::find(*placed.limits_kept, code) != placed.limits_kept->end();
    if (placed.limits_kept ? said : !another) out.push_back(code);
  }
  return out;
}

/// end_limits ends what limits found at a bed that are about to change: the next value is judged by what holds then.
void Station::end_limits(WallTime at, const std::string& bed, const std::function<bool(std::uint32_t)>& changes) {
  std::vector<const Alarm*> over;
  for (const auto& [number, alarm] : state_.open) {
    if (alarm.present && alarm.origin == AlarmOrigin::limit && alarm.bed == bed && changes(alarm.code)) {
      over.push_back(&alarm);
    }
  }
  for (const Alarm* alarm : over) end(at, *alarm);
}

void Station::on(const event::AlarmAcknowledged& input) {
  const auto alarm = state_.open.find(input.alarm);
  if (alarm == state_.open.end() || (input.seen && alarm->second.gravest > *input.seen)) return;
  event::AlarmAcknowledged granted = input;
  granted.until = std::clamp(input.until, input.at, input.at + audio_pause_max);
  const bool memory = is_memory(alarm->second);
  record(granted);
  if (memory) remember(input.at);
}

/// remember has what the station lost of its memory tell on no higher than it must, when somebody has answered that:
/// what is lost for good is over, and that nothing is recorded stays as a reminder.
void Station::remember(WallTime at) {
  const Alarm* alarm = state_.present_alarm({AlarmOrigin::station, "", std::string(memory_condition)});
  if (alarm == nullptr) return;
  note(at, {AlarmOrigin::station,
            "",
            {.condition = std::string(memory_condition),
             .priority = AlarmPriority::low,
             .kind = AlarmKind::technical,
             .text = alarm->text,
             .present = alarm->text != memory_part_lost}});
}

void Station::on(const event::AlarmOver& input) {
  const auto alarm = state_.open.find(input.alarm);
  if (alarm == state_.open.end()) return;
  const Alarm over = alarm->second;
  const bool cannot_say = over.origin != AlarmOrigin::station && !is_live(over.device, input.at);
  if (!cannot_say && !unconfirmed_since(over)) return;
  record(input);
  const auto found = link_by_device_.find(over.device);
  if (found == link_by_device_.end()) return;
  Link& link = links_.at(found->second);
  link.waves.erase(frozen_trace(over));  // it is there again with its next sample
  if (over.origin != AlarmOrigin::device) return;
  const auto denied = link.denied.extract(over.condition);
  if (!denied.empty()) note(input.at, {over.origin, over.device, denied.mapped()});
}

void Station::on(const event::NumberTakenOff& input) {
  const std::string& bed = state_.bed_of(input.device);
  const auto found = link_by_device_.find(input.device);
  if (bed.empty() || found == link_by_device_.end()) return;
  auto& numerics = links_.at(found->second).numerics;
  const auto numeric = numerics.find(input.handle);
  if (numeric == numerics.end() || !numeric->second.carried) return;
  event::NumberTakenOff taken = input;
  taken.bed = bed;
  taken.label = numeric->second.value.channel.label;
  record(taken);
  numerics.erase(numeric);
  end_limits_of(input.at, input.device, input.handle);
}

/// end_limits_of ends what limits found in a number that nobody awaits any more.
void Station::end_limits_of(WallTime at, const std::string& device, const std::string& handle) {
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::limit, device)) {
    if (limited_handle(*alarm) == handle) end(at, *alarm);
  }
}

void Station::on(const event::AudioPaused& input) {
  const auto sounds_there = [&](const auto& entry) { return entry.second.bed == input.bed; };
  const bool known = has_bed(input.bed) || std::ranges::any_of(state_.open, sounds_there);
  if (!input.bed.empty() && (input.unplaced || !known)) return;
  event::AudioPaused granted = input;
  granted.until = std::clamp(input.until, input.at, input.at + audio_pause_max);
  record(granted);
}

void Station::on(const event::LimitSet& input) {
  const auto finite = [](const std::optional<double>& bound) { return !bound || std::isfinite(*bound); };
  if (!has_bed(input.bed) || input.code == 0 || !finite(input.low) || !finite(input.high) ||
      input.priority == AlarmPriority::none || (input.low && input.high && *input.low >= *input.high)) {
    return;
  }
  if ((input.low || input.high) && (other_unit(input) || beyond_range(input))) return;
  const auto bed = state_.beds.find(input.bed);
  const bool one_more =
      (input.low || input.high) && bed != state_.beds.end() && !bed->second.limits.contains(input.code);
  if (one_more && bed->second.limits.size() >= limits_per_bed_max) return;
  end_limits(input.at, input.bed, [&](std::uint32_t code) { return code == input.code; });
  event::LimitSet set = input;
  set.seen.clear();
  record(set);
}

std::optional<std::string> Station::other_unit(const event::LimitSet& limit) const {
  std::optional<std::string> other;
  for (const auto& [name, device] : state_.devices) {
    if (device.bed != limit.bed || !is_live(name, limit.at)) continue;
    for (const auto& [handle, live] : link_of(name)->numerics) {
      const event::Channel& channel = live.value.channel;
      if (channel.code != limit.code) continue;
      if (convert(0, channel.unit, limit.unit)) return std::nullopt;
      other = channel.unit;
    }
  }
  return other;
}

void Station::on(const event::SoundChanged& input) {
  const bool same = input.works == state_.sound.works && input.by.empty();
  if (!same) record(input);
  note(input.at, {AlarmOrigin::station,
                  "",
                  {.condition = "sound",
                   .priority = AlarmPriority::high,
                   .kind = AlarmKind::technical,
                   .text = input.detail,
                   .present = !input.works}});
}

void Station::on(const event::OwnTrouble& input) {
  note(input.at, {AlarmOrigin::station,
                  "",
                  {.condition = input.condition,
                   .priority = input.priority,
                   .kind = AlarmKind::technical,
                   .text = input.text,
                   .present = input.present}});
}

}  // namespace cordon::bedside
