// SPDX-License-Identifier: Apache-2.0
#include "bedside/station.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bedside/signal.h"
#include "bedside/units.h"

namespace cordon::bedside {

using event::AlarmKind;
using event::AlarmOrigin;
using event::AlarmPriority;
using event::AlarmStep;

namespace {

bool is_known(const event::PatientOffer& patient) {
  return !patient.identifier.empty() || (!patient.family.empty() && !patient.born.empty());
}

// in_small writes a name in small letters: ASCII and the Latin letters of U+00C0 to U+00DE. A ward writes HÉLÈNE where
// a monitor has Hélène.
std::string in_small(std::string name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto byte = static_cast<unsigned char>(name[i]);
    const bool ascii = byte >= 'A' && byte <= 'Z';
    const bool latin =
        i > 0 && static_cast<unsigned char>(name[i - 1]) == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97;
    if (ascii || latin) byte += 0x20;
    name[i] = static_cast<char>(byte);
  }
  return name;
}

// differs says whether these cannot be the same person. What one side does not know speaks for nothing.
bool differs(const event::PatientOffer& a, const event::PatientOffer& b) {
  const auto other = [](const std::string& x, const std::string& y) { return !x.empty() && !y.empty() && x != y; };
  return other(a.identifier, b.identifier) || other(in_small(a.family), in_small(b.family)) || other(a.born, b.born);
}

bool can_be_compared(event::Validity validity) {
  return validity == event::Validity::valid || validity == event::Validity::questionable ||
         validity == event::Validity::unconfirmed;
}

}  // namespace

Station::Station(Policy policy, State state) : policy_(std::move(policy)), state_(std::move(state)) {}

Events Station::step(const event::BedsideInput& input) {
  out_.clear();
  std::visit([&](const auto& i) { on(i); }, input);
  return std::move(out_);
}

const Link* Station::link_of(const std::string& device) const {
  const auto found = link_by_device_.find(device);
  return found == link_by_device_.end() ? nullptr : &links_.at(found->second);
}

const event::DeviceIdentity* Station::device_of(std::uint64_t link) const {
  const auto found = links_.find(link);
  return found == links_.end() || found->second.claims ? nullptr : &found->second.heard.identity;
}

void Station::record(event::BedsideEvent event) {
  state_.apply(event);
  out_.push_back(std::move(event));
}

bool Station::has_bed(const std::string& bed) const {
  return std::ranges::find(policy_.beds, bed) != policy_.beds.end();
}

// --- links
// ------------------------------------------------------------------------------------------------------------

Link* Station::heard_on(std::uint64_t link, WallTime at) {
  const auto found = links_.find(link);
  if (found == links_.end() || found->second.claims) return nullptr;
  found->second.last = at;
  return &found->second;
}

void Station::make_room() {
  if (links_.size() < links_max) return;
  const auto worst = std::ranges::min_element(links_, {}, [&](const auto& entry) {
    const Link& link = entry.second;
    return std::tuple(!link.claims, link.open, !state_.bed_of(link.heard.identity.device).empty(), link.last);
  });
  const auto named = link_by_device_.find(worst->second.heard.identity.device);
  if (named != link_by_device_.end() && named->second == worst->first) link_by_device_.erase(named);
  links_.erase(worst);
}

void Station::on(const event::StationStarted& input) {
  began_ = input.at;
  record(input);
  // What is wrong with the station's own parts is said anew by each of them.
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::station, "")) end(input.at, *alarm);
}

void Station::on(const event::DeviceHeard& input) {
  const event::DeviceIdentity& identity = input.identity;
  const auto now_by = link_by_device_.find(identity.device);
  if (now_by != link_by_device_.end() && now_by->second != input.link) {
    const Link& other = links_.at(now_by->second);
    const bool lives = other.open && input.at - other.last <= silence_of(other.heard.period);
    if (lives && other.heard.identity.address != identity.address) {
      make_room();
      Link& claim = links_[input.link];
      claim.heard = input;
      claim.last = input.at;
      claim.claims = true;
      claims_[identity.device] = identity.address;
      return;
    }
  }
  if (!links_.contains(input.link)) make_room();
  Link& link = links_[input.link];
  if (now_by != link_by_device_.end() && now_by->second != input.link) {
    Link& old = links_.at(now_by->second);
    link.rate = old.rate;  // who comes back has no more room for alarms than before, and what waited still waits
    link.waiting = std::move(old.waiting);
    links_.erase(now_by->second);
  }
  link.heard = input;
  link.last = input.at;
  link.open = true;
  link.claims = false;
  link_by_device_[identity.device] = input.link;
  const auto known = state_.devices.find(identity.device);
  if (known == state_.devices.end() || known->second.identity != identity) {
    record(event::DeviceKnown{input.at, identity});
  }
}

void Station::on(const event::DeviceGone& input) {
  const auto found = links_.find(input.link);
  if (found == links_.end()) return;
  if (found->second.claims) {
    claims_.erase(found->second.heard.identity.device);
    links_.erase(found);
    return;
  }
  found->second.open = false;
}

void Station::on(const event::LinkAlive& input) {
  heard_on(input.link, input.at);
}

void Station::on(const event::TroubleHeard& input) {
  if (Link* link = heard_on(input.link, input.at)) link->trouble = input;
}

void Station::on(const event::NumericsHeard& input) {
  Link* link = heard_on(input.link, input.at);
  if (link == nullptr) return;
  note_numerics(*link, input);
  for (const event::Numeric& numeric : input.numerics) check_limits(input.at, link->heard.identity.device, numeric);
}

void Station::on(const event::WaveHeard& input) {
  if (Link* link = heard_on(input.link, input.at)) note_wave(*link, input, waves_);
}

// --- conditions
// -------------------------------------------------------------------------------------------------------

void Station::note(WallTime at, const Condition& c) {
  const Alarm* before = state_.present_alarm({c.origin, c.device, c.alarm.condition});
  if (!c.alarm.present) {
    if (before != nullptr) end(at, *before);
    return;
  }
  if (before != nullptr && before->priority == c.alarm.priority && before->text == c.alarm.text &&
      before->kind == c.alarm.kind) {
    return;
  }
  record(event::AlarmChanged{.at = at,
                             .alarm = before == nullptr ? state_.alarms + 1 : before->number,
                             .step = before == nullptr ? AlarmStep::raised : AlarmStep::changed,
                             .origin = c.origin,
                             .device = c.device,
                             .condition = c.alarm.condition,
                             .bed = state_.bed_of(c.device),
                             .priority = c.alarm.priority,
                             .kind = c.alarm.kind,
                             .code = c.alarm.code,
                             .text = c.alarm.text});
}

void Station::end(WallTime at, const Alarm& alarm) {
  record(event::AlarmChanged{.at = at,
                             .alarm = alarm.number,
                             .step = AlarmStep::ended,
                             .origin = alarm.origin,
                             .device = alarm.device,
                             .condition = alarm.condition,
                             .bed = alarm.bed,
                             .priority = alarm.priority,
                             .kind = alarm.kind,
                             .code = alarm.code,
                             .text = alarm.text,
                             .level = alarm.level});
}

void Station::device_alarm(Link& link, WallTime at, const event::DeviceAlarm& alarm) {
  const std::string& device = link.heard.identity.device;
  const Alarm* before = state_.present_alarm({AlarmOrigin::device, device, alarm.condition});
  const auto held = link.waiting.find(alarm.condition);
  if (held == link.waiting.end()) {
    const bool news = alarm.present ? before == nullptr || before->priority != alarm.priority ||
                                          before->text != alarm.text || before->kind != alarm.kind
                                    : before != nullptr;
    if (!news) return;
    const std::size_t present = state_.present_of(AlarmOrigin::device, device).size() + link.waiting.size();
    if (alarm.present && before == nullptr && present >= alarms_per_link_max) {
      ++link.beyond;
      return;
    }
    if (link.rate.take(at)) return note(at, {AlarmOrigin::device, device, alarm});
    link.waiting[alarm.condition] = {alarm, alarm.present};
    return;
  }
  WaitingAlarm& waiting = held->second;
  waiting.was_present = waiting.was_present || alarm.present;
  // What was there for a moment is recorded with the gravest word that was said of it.
  const AlarmPriority gravest = std::max(waiting.last.priority, alarm.priority);
  waiting.last = alarm;
  if (!alarm.present) waiting.last.priority = gravest;
}

void Station::drain(Link& link, WallTime at) {
  const std::string& device = link.heard.identity.device;
  while (!link.waiting.empty() && link.rate.take(at)) {
    const auto first = link.waiting.begin();
    const WaitingAlarm waiting = first->second;
    link.waiting.erase(first);
    const Condition condition{AlarmOrigin::device, device, waiting.last};
    if (!waiting.last.present && waiting.was_present &&
        state_.present_alarm({AlarmOrigin::device, device, waiting.last.condition}) == nullptr) {
      Condition was = condition;
      was.alarm.present = true;
      note(at, was);
    }
    note(at, condition);
  }
}

void Station::on(const event::AlarmsHeard& input) {
  Link* link = heard_on(input.link, input.at);
  if (link == nullptr) return;
  for (const event::DeviceAlarm& alarm : input.alarms) device_alarm(*link, input.at, alarm);
  if (!input.complete) return;
  std::set<std::string> named;
  for (const event::DeviceAlarm& alarm : input.alarms) named.insert(alarm.condition);
  for (auto& [condition, waiting] : link->waiting) {
    if (!named.contains(condition)) waiting.last.present = false;
  }
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::device, link->heard.identity.device)) {
    if (named.contains(alarm->condition) || link->waiting.contains(alarm->condition)) continue;
    end(input.at, *alarm);
  }
}

void Station::check_limits(WallTime at, const std::string& device, const event::Numeric& numeric) {
  const std::string& bed = state_.bed_of(device);
  const auto found = state_.beds.find(bed);
  if (bed.empty() || found == state_.beds.end() || numeric.channel.code == 0) return;
  const auto set = found->second.limits.find(numeric.channel.code);
  if (set == found->second.limits.end() || !can_be_compared(numeric.validity)) return;
  const event::LimitSet& limit = set->second;
  const auto value = convert(numeric.value, numeric.channel.unit, limit.unit);
  const auto judge = [&](std::string_view side, bool crossed, double bound) {
    note(at,
         {AlarmOrigin::limit,
          device,
          {.condition = fmt::format("{}:{}", side, numeric.channel.handle),
           .priority = limit.priority,
           .code = numeric.channel.code,
           .text = fmt::format("{} {} {:g} {}", numeric.channel.label, side == "low" ? "<" : ">", bound, limit.unit),
           .present = crossed}});
  };
  if (limit.low) judge("low", value && *value < *limit.low, *limit.low);
  if (limit.high) judge("high", value && *value > *limit.high, *limit.high);
  note(at, {AlarmOrigin::limit,
            device,
            {.condition = "unit:" + numeric.channel.handle,
             .kind = AlarmKind::technical,
             .code = numeric.channel.code,
             .text = fmt::format("{}: {} ≠ {}", numeric.channel.label, numeric.channel.unit, limit.unit),
             .present = !value}});
}

// --- time
// -------------------------------------------------------------------------------------------------------------

void Station::on(const event::StationTick& input) {
  for (auto& [number, link] : links_) {
    if (!link.claims) drain(link, input.at);
  }
  for (const auto& [name, device] : state_.devices) watch(input.at, name);
  escalate(input.at);
}

void Station::watch(WallTime at, const std::string& name) {
  const Device& device = state_.devices.at(name);
  std::vector<Finding> findings;
  if (!device.bed.empty()) {
    const Link* link = link_of(name);
    if (link != nullptr) {
      findings = findings_of(*link, at);
    } else if (at - began_ > start_patience) {
      findings.push_back({"silent", AlarmPriority::medium, ""});
    } else {
      return;  // what was wrong before the start is not over yet
    }
    if (device.doubted) findings.push_back({"doubted", AlarmPriority::medium, device.identity.address});
    if (const auto claim = claims_.find(name); claim != claims_.end()) {
      findings.push_back({"claimed", AlarmPriority::medium, claim->second});
    }
    const auto bed = state_.beds.find(device.bed);
    if (link != nullptr && bed != state_.beds.end() && differs(link->heard.patient, bed->second.patient)) {
      findings.push_back({"patient", AlarmPriority::medium, ""});
    }
  }
  std::set<std::string> found;
  for (const Finding& finding : findings) {
    found.insert(finding.condition);
    note(at, {AlarmOrigin::station,
              name,
              {.condition = finding.condition,
               .priority = finding.priority,
               .kind = AlarmKind::technical,
               .text = finding.text}});
  }
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::station, name)) {
    if (!found.contains(alarm->condition)) end(at, *alarm);
  }
}

void Station::escalate(WallTime at) {
  std::vector<event::AlarmChanged> due;
  for (const auto& [number, alarm] : state_.open) {
    const std::uint32_t level = escalation_due(alarm, at);
    if (level == alarm.level) continue;
    due.push_back({.at = at,
                   .alarm = number,
                   .step = AlarmStep::escalated,
                   .origin = alarm.origin,
                   .device = alarm.device,
                   .condition = alarm.condition,
                   .bed = alarm.bed,
                   .priority = alarm.priority,
                   .kind = alarm.kind,
                   .code = alarm.code,
                   .text = alarm.text,
                   .level = level});
  }
  for (event::AlarmChanged& event : due) record(std::move(event));
}

// --- people
// -----------------------------------------------------------------------------------------------------------

void Station::on(const event::DeviceAssigned& input) {
  if (!state_.devices.contains(input.device) || (!input.bed.empty() && !has_bed(input.bed))) return;
  record(input);
  // Limits are of the bed: those of the bed it left do not hold for it any more.
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::limit, input.device)) {
    end(input.at, *alarm);
  }
}

void Station::on(const event::PatientPlaced& input) {
  if (!has_bed(input.bed) || (!input.patient.empty() && !is_known(input.patient))) return;
  record(input);
}

void Station::on(const event::AlarmAcknowledged& input) {
  if (!state_.open.contains(input.alarm)) return;
  event::AlarmAcknowledged granted = input;
  granted.until = std::clamp(input.until, input.at, input.at + audio_pause_max);
  record(granted);
}

void Station::on(const event::AudioPaused& input) {
  if (!input.bed.empty() && !has_bed(input.bed)) return;
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
  record(input);
  std::vector<const Alarm*> over;
  for (const auto& [number, alarm] : state_.open) {
    if (alarm.present && alarm.origin == AlarmOrigin::limit && alarm.bed == input.bed && alarm.code == input.code) {
      over.push_back(&alarm);
    }
  }
  for (const Alarm* alarm : over) end(input.at, *alarm);  // the next value is judged by the new limit
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
