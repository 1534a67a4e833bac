// SPDX-License-Identifier: Apache-2.0
// Time: what becomes wrong, is over, or calls further because nothing happens.
#include <algorithm>

#include "bedside/patient.h"
#include "bedside/signal.h"
#include "bedside/station.h"

namespace cordon::bedside {

using event::AlarmKind;
using event::AlarmOrigin;
using event::AlarmPriority;
using event::AlarmStep;

void Station::on(const event::StationTick& input) {
  promote(input.at);
  std::map<std::string, std::string> claimed;  // device → from where another one says that it is this one
  for (auto& [number, link] : links_) {
    if (link.claims) {
      if (lives(link, input.at)) claimed[link.heard.identity.device] = link.heard.identity.address;
      continue;
    }
    make_known(link, input.at);
    for (const bool high : {true, false}) drain(link, high, input.at);
    for (const std::string& handle : std::exchange(link.unjudged, {})) judge(link, handle, input.at);
    if (input.at - link.beyond_at > std::max(beyond_for, silence_of(link.heard.period))) link.beyond = 0;
  }
  for (const auto& [name, device] : state_.devices) {
    const auto by = claimed.find(name);
    watch(input.at, name, by == claimed.end() ? "" : by->second);
    end_what_nothing_can_end(input.at, name);
  }
  resound(input.at);
  escalate(input.at);
}

void Station::watch(WallTime at, const std::string& name, const std::string& claimed_by) {
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
    const event::DeviceIdentity& identity = link == nullptr ? device.identity : link->heard.identity;
    if (in_doubt(name)) findings.push_back({"doubted", AlarmPriority::medium, identity.address});
    if (!claimed_by.empty()) findings.push_back({"claimed", AlarmPriority::medium, claimed_by});
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

/// end_what_nothing_can_end ends the limits' alarms of channels that a new link does not bring, and everything of a
/// device at no bed that says nothing any more.
void Station::end_what_nothing_can_end(WallTime at, const std::string& name) {
  const Link* link = link_of(name);
  if (state_.bed_of(name).empty()) {
    if (at - (link == nullptr ? began_ : link->last) <= gone_after) return;
    end_all(at, AlarmOrigin::device, name);
    end_all(at, AlarmOrigin::limit, name);
    return;
  }
  if (link == nullptr || at - link->opened <= std::max(limits_patience, silence_of(link->heard.period))) return;
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::limit, name)) {
    const std::string handle = alarm->condition.substr(alarm->condition.find(':') + 1);
    if (!link->numerics.contains(handle) && !link->held.contains(alarm->number)) end(at, *alarm);
  }
}

/// resound has what sounds again wait for an answer again, as it did at first.
void Station::resound(WallTime at) {
  std::vector<event::AlarmChanged> due;
  for (const auto& [number, alarm] : state_.open) {
    if (resounds(alarm, at)) due.push_back(change_of(alarm, AlarmStep::resounded, at));
  }
  for (event::AlarmChanged& event : due) {
    event.level = 0;
    record(std::move(event));
  }
}

void Station::escalate(WallTime at) {
  std::vector<event::AlarmChanged> due;
  for (const auto& [number, alarm] : state_.open) {
    const std::uint32_t level = escalation_due(alarm, at);
    if (level == alarm.level) continue;
    due.push_back(change_of(alarm, AlarmStep::escalated, at));
    due.back().level = level;
  }
  for (event::AlarmChanged& event : due) record(std::move(event));
}

}  // namespace cordon::bedside
