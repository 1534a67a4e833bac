// SPDX-License-Identifier: Apache-2.0
// Links: who speaks for which device, and what it says that is no alarm.
#include "bedside/station.h"

#include <algorithm>

namespace cordon::bedside {

using event::AlarmOrigin;

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

bool Station::silenced_at_bedside(const Alarm& alarm, WallTime now) const {
  const Link* link = alarm.present && alarm.origin == AlarmOrigin::device ? link_of(alarm.device) : nullptr;
  return link != nullptr && lives(*link, now) && link->silenced.contains(alarm.condition);
}

std::optional<WallTime> Station::unconfirmed_since(const Alarm& alarm) const {
  const Link* link = alarm.present && alarm.origin == AlarmOrigin::device ? link_of(alarm.device) : nullptr;
  if (link == nullptr || !link->unconfirmed.contains(alarm.condition)) return std::nullopt;
  return link->opened;
}

void Station::record(event::BedsideEvent event) {
  state_.apply(event);
  out_.push_back(std::move(event));
}

bool Station::has_bed(const std::string& bed) const {
  return std::ranges::find(policy_.beds, bed) != policy_.beds.end();
}

bool Station::is_live(const std::string& device, WallTime at) const {
  const Link* link = link_of(device);
  return link != nullptr && lives(*link, at);
}

Link* Station::find(std::uint64_t link) {
  const auto found = links_.find(link);
  return found == links_.end() ? nullptr : &found->second;
}

/// heard_on takes a sign of life; null when what was said is not taken.
Link* Station::heard_on(std::uint64_t number, WallTime at) {
  Link* link = find(number);
  if (link == nullptr) return nullptr;
  link->last = at;
  return link->claims ? nullptr : link;
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
  end_all(input.at, AlarmOrigin::station, "");
}

void Station::on(const event::DeviceHeard& input) {
  release_name(input);
  const Link* owner = link_of(input.identity.device);
  const bool owned_by_another = owner != nullptr && owner->heard.link != input.link && lives(*owner, input.at);
  if (owned_by_another && owner->heard.identity.address != input.identity.address) return claim(input);
  own(input);
}

/// release_name forgets a link that speaks for another device from now on: nothing that it said was said of that one.
void Station::release_name(const event::DeviceHeard& input) {
  const auto found = links_.find(input.link);
  if (found == links_.end() || found->second.heard.identity.device == input.identity.device) return;
  const auto named = link_by_device_.find(found->second.heard.identity.device);
  if (named != link_by_device_.end() && named->second == input.link) link_by_device_.erase(named);
  links_.erase(found);
}

/// claim keeps a link that says it is a device whose own link lives elsewhere.
void Station::claim(const event::DeviceHeard& input) {
  if (!links_.contains(input.link)) make_room();
  Link& link = links_[input.link];
  link.heard = input;
  link.last = input.at;
  link.claims = true;
}

/// own makes a link the one by which its device speaks.
void Station::own(const event::DeviceHeard& input) {
  const std::string& device = input.identity.device;
  std::optional<Link> old;  // taken out before room is made, or it might be what gives way
  if (const auto owner = link_by_device_.find(device); owner != link_by_device_.end() && owner->second != input.link) {
    old = std::move(links_.extract(owner->second).mapped());
    link_by_device_.erase(owner);
  }
  const bool is_new = !links_.contains(input.link);
  if (is_new) make_room();
  Link& link = links_[input.link];
  if (is_new || link.claims) {
    link.opened = input.at;
    for (const Alarm* alarm : state_.present_of(AlarmOrigin::device, device)) {
      if (!link.waiting.contains(alarm->condition)) link.unconfirmed.insert(alarm->condition);
    }
  }
  if (old) inherit(link, std::move(*old), device);
  link.heard = input;
  link.last = input.at;
  link.open = true;
  link.claims = false;
  link_by_device_[device] = input.link;
  make_known(link, input.at);
}

/// inherit gives a link what goes on of the one that it replaces: who comes back has no more room than before, and what
/// waited still waits.
void Station::inherit(Link& link, Link old, const std::string& device) {
  link.alarms = old.alarms;
  link.high_alarms = old.high_alarms;
  link.identities = old.identities;
  if (link.whole) {  // what it said while it was not believed is all there is
    for (auto& [condition, waiting] : old.waiting) waiting.last.present = false;
    for (const Alarm* a : state_.present_of(AlarmOrigin::device, device)) {
      const event::DeviceAlarm over{a->condition, a->priority, a->kind, a->code, a->text, false, false};
      link.waiting.try_emplace(a->condition, WaitingAlarm{.last = over, .order = ++order_});
    }
  }
  link.whole = false;
  for (const auto& [condition, waiting] : old.waiting) {
    if (!link.waiting.contains(condition)) link.unconfirmed.insert(condition);
  }
  link.waiting.merge(old.waiting);
}

/// promote believes a claim when the link that it contradicted lives no longer. Its identity is another one than
/// before, so that a person has to confirm it.
void Station::promote(WallTime at) {
  std::vector<std::pair<WallTime, std::uint64_t>> claims;
  for (const auto& [number, link] : links_) {
    if (link.claims && lives(link, at)) claims.emplace_back(link.last, number);
  }
  std::ranges::sort(claims, std::greater{});
  for (const auto& [last, number] : claims) {
    event::DeviceHeard heard = links_.at(number).heard;
    if (is_live(heard.identity.device, at)) continue;
    heard.at = at;
    own(heard);
    links_.at(number).last = last;
  }
}

/// make_known records what a device says of itself, as often as it may.
void Station::make_known(Link& link, WallTime at) {
  const event::DeviceIdentity& identity = link.heard.identity;
  const auto known = state_.devices.find(identity.device);
  if (known != state_.devices.end()) {
    if (known->second.identity != identity && link.identities.take(at)) record(event::DeviceKnown{at, identity});
    return;
  }
  const auto gone = state_.gives_way(identity);
  if ((gone && *gone == identity.device) || !may_name_another(identity.address, at)) return;
  if (gone) {
    for (const AlarmOrigin origin : {AlarmOrigin::device, AlarmOrigin::limit, AlarmOrigin::station}) {
      end_all(at, origin, *gone);
    }
  }
  record(event::DeviceKnown{at, identity});
}

bool Station::may_name_another(const std::string& address, WallTime at) {
  if (!names_.contains(address) && names_.size() >= addresses_max) {
    for (auto entry = names_.begin(); entry != names_.end();) {
      Budget& names = entry->second;
      const bool unused = names.has(at) && names.left >= names.at_once;
      entry = unused ? names_.erase(entry) : std::next(entry);
    }
    if (names_.size() >= addresses_max) return false;
  }
  return names_.try_emplace(address, names_budget).first->second.take(at);
}

void Station::on(const event::DeviceGone& input) {
  const auto found = links_.find(input.link);
  if (found == links_.end()) return;
  found->second.open = false;
  if (found->second.claims) links_.erase(found);
}

void Station::on(const event::LinkAlive& input) {
  heard_on(input.link, input.at);
}

/// What a gateway says of a link is no sign of life of the device.
void Station::on(const event::TroubleHeard& input) {
  Link* link = find(input.link);
  if (link != nullptr && !link->claims) link->trouble = input;
}

void Station::on(const event::DeviceBeyond& input) {
  if (const auto link = link_by_device_.find(input.device); link != link_by_device_.end()) {
    note_beyond(links_.at(link->second), input.at);
  }
}

void Station::on(const event::NumericsHeard& input) {
  Link* link = heard_on(input.link, input.at);
  if (link == nullptr) return;
  note_clocks(*link, input);
  for (const event::Numeric& numeric : input.numerics) {
    if (note_numeric(*link, numeric, input.at)) judge(*link, numeric.channel.handle, input.at);
  }
}

void Station::on(const event::WaveHeard& input) {
  if (Link* link = heard_on(input.link, input.at)) note_wave(*link, input, waves_);
}

}  // namespace cordon::bedside
