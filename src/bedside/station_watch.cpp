// SPDX-License-Identifier: Apache-2.0
// Time: what becomes wrong, is over, or calls further because nothing happens.
#include <fmt/format.h>

#include <algorithm>

#include "bedside/patient.h"
#include "bedside/signal.h"
#include "bedside/station.h"

namespace cordon::bedside {

using event::AlarmKind;
using event::AlarmOrigin;
using event::AlarmPriority;
using event::AlarmStep;

namespace {

/// Source is a device that lives at a bed.
struct Source {
  std::string device;
  const Link& link;
};

const LiveNumeric* newest_of(const Link& link, std::uint32_t code) {
  const LiveNumeric* out = nullptr;
  for (const auto& [handle, live] : link.numerics) {
    if (live.value.channel.code != code) continue;
    if (out == nullptr || live.judged > out->judged) out = &live;
  }
  return out;
}

/// find_unjudged tells of a limit for which no value comes, at the first device of the bed that measured it, else at
/// the first. What nobody watches is no graver than what the limit itself would call, and says of no danger.
std::optional<std::pair<std::string, Finding>> find_unjudged(const std::vector<Source>& sources,
                                                             const event::LimitSet& limit, WallTime at) {
  if (is_episodic(limit.code)) return std::nullopt;
  const WallTime set = limit.at <= at ? limit.at : WallTime{};  // the clock may have been set back since
  const Source* at_device = nullptr;
  const LiveNumeric* measured = nullptr;
  bool waits = false;
  for (const Source& source : sources) {
    const LiveNumeric* live = newest_of(source.link, limit.code);
    if (at_device == nullptr || (live != nullptr && measured == nullptr)) {
      at_device = &source;
      measured = live;
      waits = false;
    } else if (live == nullptr && measured != nullptr) {
      continue;
    }
    const WallTime last = live == nullptr ? WallTime{} : live->judged.value_or(WallTime{});
    const WallTime since = std::max({source.link.opened, set, last});
    waits = waits || at - since <= unjudged_after(source.link.heard);
  }
  if (at_device == nullptr || waits) return std::nullopt;
  const std::string what =
      measured == nullptr ? fmt::format("{} {}", limit.code, limit.unit) : measured->value.channel.label;
  const auto priority = std::min(limit.priority, AlarmPriority::medium);
  return std::pair(at_device->device, Finding{"unjudged:" + std::to_string(limit.code), priority, what});
}

}  // namespace

void Station::on(const event::StationTick& input) {
  ticked_ = input.at;
  promote(input.at);
  for (auto& [number, link] : links_) {
    if (!link.claims) make_known(link, input.at);
  }
  drain(input.at);
  for (auto& [number, link] : links_) {
    if (link.claims) continue;
    for (const std::string& handle : std::exchange(link.unjudged, {})) judge(link, handle, input.at);
    if (input.at - link.beyond_at > std::max(beyond_for, silence_of(link.heard.period))) link.beyond = 0;
  }
  const auto beside = find_beside(input.at);
  for (const auto& [name, device] : state_.devices) {
    const auto found = beside.find(name);
    watch(input.at, name, found == beside.end() ? Beside{} : found->second);
    end_what_nothing_can_end(input.at, name);
  }
  resound(input.at);
  escalate(input.at);
}

std::map<std::string, std::vector<std::string>> Station::live_at_beds(WallTime at) const {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& [name, device] : state_.devices) {
    if (!device.bed.empty() && is_live(name, at)) out[device.bed].push_back(name);
  }
  return out;
}

std::map<std::string, Station::Claim> Station::claims(WallTime at) const {
  std::map<std::string, Claim> out;
  for (const auto& [number, link] : links_) {
    const event::DeviceIdentity& said = link.heard.identity;
    const Link* owner = link_of(said.device);
    if (!link.claims || owner == nullptr || !lives(link, at)) continue;
    const std::string& owners = owner->heard.identity.address;
    if (is_confirmed(*owner)) {
      out[said.device] = {said.address};
    } else if (is_confirmed(link)) {
      out[said.device] = {owners};
    } else {
      out[said.device] = {owners + ", " + said.address, true};
    }
  }
  return out;
}

/// liars gives the devices at whose confirmed address somebody says to be another bed's, which a person confirmed
/// elsewhere. Where that address is several beds' (a gateway), nobody can tell which of them it is.
std::map<std::string, std::string> Station::liars(WallTime at) const {
  std::map<std::string, std::string> beds;  // of whom it says to be, by the address that says so
  for (const auto& [number, link] : links_) {
    const auto said = state_.devices.find(link.heard.identity.device);
    if (said == state_.devices.end() || said->second.bed.empty() || !said->second.confirmed) continue;
    const std::string& address = link.heard.identity.address;
    if (address != said->second.confirmed->address && lives(link, at)) beds.emplace(address, said->second.bed);
  }
  std::map<std::string, std::string> out;
  std::map<std::string, std::set<std::string>> there;
  for (const auto& [name, device] : state_.devices) {
    const bool speaks = !device.bed.empty() && device.confirmed && beds.contains(device.confirmed->address);
    if (speaks) there[device.confirmed->address].insert(device.bed);
  }
  for (const auto& [name, device] : state_.devices) {
    const auto found = device.confirmed && !device.bed.empty() ? there.find(device.confirmed->address) : there.end();
    if (found == there.end() || found->second.size() != 1) continue;
    if (const std::string& bed = beds.at(found->first); bed != device.bed) out[name] = bed;
  }
  return out;
}

std::map<std::string, Station::Beside> Station::find_beside(WallTime at) const {
  std::map<std::string, Beside> out;
  for (const auto& [device, claim] : claims(at)) out[device].claim = claim;
  for (const auto& [device, bed] : liars(at)) out[device].poses_as = bed;
  const auto live = live_at_beds(at);
  for (const auto& [name, bed] : state_.beds) {
    const auto there = live.find(name);
    find_unjudged_at(name, there == live.end() ? std::vector<std::string>{} : there->second, at, out);
  }
  return out;
}

/// find_unjudged_at tells of the limits of a bed for which no value comes. Where that is told it stays at its device,
/// whichever of them speaks now or is waited for, until a value comes, the limit is another one, or its own device has
/// longer.
void Station::find_unjudged_at(const std::string& name, const std::vector<std::string>& live, WallTime at,
                               std::map<std::string, Beside>& out) const {
  std::vector<Source> sources;
  for (const std::string& device : live) sources.push_back({device, *link_of(device)});
  for (const auto& [code, limit] : state_.beds.at(name).limits) {
    const std::string condition = "unjudged:" + std::to_string(code);
    const Alarm* told = nullptr;
    for (const auto& [device, d] : state_.devices) {
      if (d.bed == name && told == nullptr) told = state_.present_alarm({AlarmOrigin::station, device, condition});
    }
    auto unjudged = find_unjudged(sources, limit, at);
    if (unjudged && told != nullptr) {
      unjudged->first = told->device;
      unjudged->second.text = told->text;
    }
    if (unjudged) {
      out[unjudged->first].unjudged.push_back(unjudged->second);
    } else if (told != nullptr && (limit.at <= told->raised || limit.at > at)) {
      const bool value_came = std::ranges::any_of(sources, [&, at_code = code](const Source& source) {
        const LiveNumeric* numeric = newest_of(source.link, at_code);
        return numeric != nullptr && numeric->judged >= source.link.opened &&
               (numeric->judged >= told->raised || told->raised > at);
      });
      const Link* link = spoken_link_of(told->device);
      const bool stands = link == nullptr || stands_on(*link, condition, told->raised, at) ||
                          find_unjudged({{told->device, *link}}, limit, at);
      if (!value_came && stands) out[told->device].stand.insert(condition);
    }
  }
}

void Station::watch(WallTime at, const std::string& name, const Beside& beside) {
  const Device& device = state_.devices.at(name);
  std::vector<Finding> findings;
  const auto place = state_.beds.find(device.bed);
  const bool freed = place == state_.beds.end() || place->second.patient.empty();
  if (!device.bed.empty()) {
    const Link* link = spoken_link_of(name);
    if (link != nullptr) {
      findings = findings_of(*link, at);
    } else if (at - began_ > start_patience) {
      findings.push_back({"silent", AlarmPriority::medium, ""});
    } else {
      return;  // what was wrong before the start is not over yet
    }
    const event::DeviceIdentity& identity = link == nullptr ? device.identity : link->heard.identity;
    if (in_doubt(name)) findings.push_back({"doubted", AlarmPriority::medium, identity.address});
    if (const auto& claim = beside.claim; claim && claim->contested) {
      findings.push_back({"contested", AlarmPriority::medium, claim->addresses});
    } else if (claim) {
      findings.push_back({"claimed", AlarmPriority::medium, claim->addresses});
    }
    if (!beside.poses_as.empty()) findings.push_back({"poses", AlarmPriority::medium, beside.poses_as});
    findings.insert(findings.end(), beside.unjudged.begin(), beside.unjudged.end());
    if (link != nullptr && !freed && differs(link->heard.patient, place->second.patient)) {
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
  const Link* link = spoken_link_of(name);
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::station, name)) {
    if (found.contains(alarm->condition) || beside.stand.contains(alarm->condition)) continue;
    if ((freed && alarm->condition == "patient") || is_over(at, *alarm, link)) end(at, *alarm);
  }
}

/// is_over says whether what a device at a bed was told to have, and is not found now, is seen to be over. What it said
/// before the start is not over because it does not come back, and is said again a while after it did.
bool Station::is_over(WallTime at, const Alarm& alarm, const Link* link) const {
  if (state_.bed_of(alarm.device).empty() || alarm.condition.starts_with("unjudged:")) return true;
  if (link == nullptr) return needs_no_word(alarm.condition);
  const bool comes_again =
      alarm.condition == "impossible" || alarm.condition == "crowded" || alarm.condition.starts_with("trouble:");
  if (comes_again) return alarm.raised > link->opened || !lives(*link, at) || at - link->opened > carried_patience;
  return !stands_on(*link, alarm.condition, alarm.raised, at);
}

/// end_what_nothing_can_end ends the limits' alarms of channels that a new link does not bring, once they are answered,
/// and everything of a device at no bed that says nothing any more.
void Station::end_what_nothing_can_end(WallTime at, const std::string& name) {
  const Link* link = link_of(name);
  if (state_.bed_of(name).empty()) {
    if (at - (link == nullptr ? began_ : std::max(began_, link->last)) <= gone_after) return;
    end_all(at, AlarmOrigin::device, name);
    end_all(at, AlarmOrigin::limit, name);
    if (link == nullptr) return;
    for (auto& [condition, waiting] : links_.at(link->heard.link).waiting) waiting.last.present = false;
    return;
  }
  if (link == nullptr || !link->spoke_itself() || at - link->opened <= brought_after(*link)) return;
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::limit, name)) {
    if (!link->held.contains(alarm->number) && is_answered_without_value(*link, *alarm)) end(at, *alarm);
  }
}

/// is_answered_without_value tells of a limit's alarm whose channel this link has not brought: whether somebody has
/// answered it since, or the device has the same under another handle, where it is judged. Else it stands.
bool Station::is_answered_without_value(const Link& link, const Alarm& alarm) const {
  const auto numeric = link.numerics.find(limited_handle(alarm));
  if (numeric != link.numerics.end() && !numeric->second.carried) return false;
  if (alarm.acknowledged && alarm.acknowledged_at > link.opened) return true;
  const auto is_the_same = [&](const auto& entry) {
    const event::Channel& channel = entry.second.value.channel;
    return !entry.second.carried && channel.code == alarm.code && alarm.text.starts_with(channel.label);
  };
  return numeric == link.numerics.end() && std::ranges::any_of(link.numerics, is_the_same);
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
