// SPDX-License-Identifier: Apache-2.0
// Links: who speaks for which device, and what it says that is no alarm.
#include "bedside/station.h"

#include <algorithm>

namespace cordon::bedside {

using event::AlarmOrigin;

std::string frozen_trace(const Alarm& alarm) {
  constexpr std::string_view condition = "frozen:";
  const bool is_frozen = alarm.origin == AlarmOrigin::station && alarm.condition.starts_with(condition);
  return is_frozen ? alarm.condition.substr(condition.size()) : std::string();
}

std::string limited_handle(const Alarm& alarm) {
  return alarm.condition.substr(alarm.condition.find(':') + 1);
}

Micros brought_after(const Link& link) {
  return std::max(limits_patience, silence_of(link.heard.period));
}

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

const Link* Station::spoken_link_of(const std::string& device) const {
  const Link* link = link_of(device);
  return link != nullptr && link->spoke() ? link : nullptr;
}

const event::DeviceIdentity* Station::device_of(std::uint64_t link) const {
  const auto found = links_.find(link);
  return found == links_.end() || found->second.claims ? nullptr : &found->second.heard.identity;
}

bool Station::silenced_at_bedside(const Alarm& alarm, WallTime now) const {
  const Link* link = alarm.present && alarm.origin == AlarmOrigin::device ? link_of(alarm.device) : nullptr;
  return link != nullptr && lives(*link, now) && link->silenced.contains(alarm.condition);
}

bool Station::in_doubt(const std::string& device) const {
  const auto found = state_.devices.find(device);
  if (found == state_.devices.end() || found->second.bed.empty()) return false;
  const Link* link = link_of(device);
  return !found->second.is_confirmed_as(link == nullptr ? found->second.identity : link->heard.identity);
}

std::optional<WallTime> Station::unconfirmed_since(const Alarm& alarm) const {
  const Link* link = !alarm.present                         ? nullptr
                     : alarm.origin == AlarmOrigin::station ? spoken_link_of(alarm.device)
                                                            : link_of(alarm.device);
  if (link == nullptr) {
    const bool of_its_place = alarm.origin == AlarmOrigin::station && needs_no_word(alarm.condition);
    const bool waits = alarm.present && !state_.bed_of(alarm.device).empty() && !of_its_place;
    return waits ? std::optional(std::max(began_, alarm.raised)) : std::nullopt;
  }
  switch (alarm.origin) {
    case AlarmOrigin::device:
      if (const auto found = link->unconfirmed.find(alarm.condition); found != link->unconfirmed.end()) {
        return std::max(link->opened, found->second);
      }
      return std::nullopt;
    case AlarmOrigin::limit:
      if (const auto held = link->held.find(alarm.number); held != link->held.end()) {
        return std::max(link->opened, held->second);
      }
      return unvalued_since(*link, alarm);
    case AlarmOrigin::station:
      break;
  }
  const auto wave = link->waves.find(frozen_trace(alarm));
  if (wave != link->waves.end()) return wave->second.advanced;
  const auto findings = findings_of(*link, ticked_);
  const bool told = std::ranges::find(findings, alarm.condition, &Finding::condition) != findings.end();
  if (told || !stands_on(*link, alarm.condition, alarm.raised, ticked_)) return std::nullopt;
  return lives(*link, ticked_) ? link->opened : link->last;
}

/// unvalued_since gives since when no value came by which a limit's alarm could be over.
std::optional<WallTime> Station::unvalued_since(const Link& link, const Alarm& alarm) const {
  const auto numeric = link.numerics.find(limited_handle(alarm));
  if (numeric == link.numerics.end() || numeric->second.carried) {
    return ticked_ - link.opened > brought_after(link) ? std::optional(link.opened) : std::nullopt;
  }
  const WallTime since = std::max(link.opened, numeric->second.judged.value_or(link.opened));
  return ticked_ - since > unjudged_after(link.heard) ? std::optional(since) : std::nullopt;
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
  if (!link->spoke_itself()) link->opened = at;
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
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::station, "")) {
    if (alarm->bed.empty() && alarm->condition != beds_condition) end(input.at, *alarm);
  }
  take_off_lost_beds(input.at);
  note_beds(input.at);
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
  if (input.spoke) link.last = input.at;
  link.claims = true;
}

/// own makes a link the one by which its device speaks.
void Station::own(const event::DeviceHeard& input) {
  const auto owner = link_by_device_.find(input.identity.device);
  const std::uint64_t former_number = owner == link_by_device_.end() ? input.link : owner->second;
  std::optional<Link> old = displace(input);
  const bool is_new = !links_.contains(input.link);
  if (is_new) make_room();
  Link& link = links_[input.link];
  const bool begins = is_new || link.claims;
  if (begins) {
    link.heard = input;
  } else {
    change_identity(link, input);
  }
  if (input.spoke) {
    if (!link.spoke_itself()) link.opened = input.at;
    link.last = input.at;
  } else if (old) {
    link.last = old->last;
  }
  link.open = true;
  link.claims = false;
  link_by_device_[input.identity.device] = input.link;
  if (begins) begin(link, input.at, old ? &*old : nullptr);
  if (begins) come_back(link, old ? &*old : find(former_number), input.at);
  if (old) inherit(link, std::move(*old));
  link.whole = false;
  make_known(link, input.at);
}

/// displace takes out the link that spoke for a device so far, before room is made, or it might be what gives way. One
/// that is open elsewhere stays: who spoke first may be the one that a person knows.
std::optional<Link> Station::displace(const event::DeviceHeard& input) {
  const auto owner = link_by_device_.find(input.identity.device);
  if (owner == link_by_device_.end() || owner->second == input.link) return std::nullopt;
  const auto link = links_.find(owner->second);
  link_by_device_.erase(owner);
  const auto known = state_.devices.find(input.identity.device);
  if (is_confirmed(link->second) && !known->second.bed.empty() && !known->second.is_confirmed_as(input.identity)) {
    record_waiting(link->second, input.at);
  }
  if (link->second.open && link->second.heard.identity.address != input.identity.address) {
    step_back(link->second);
    return std::nullopt;
  }
  return std::move(links_.extract(link).mapped());
}

/// record_waiting records what waited of a confirmed device now: later nobody could tell that it is not the word of the
/// one in doubt.
void Station::record_waiting(Link& link, WallTime at) {
  for (const auto& [condition, waiting] : std::exchange(link.waiting, {})) let_in(link, at, waiting);
}

/// change_identity takes what a link says of its device anew: who becomes another one on it is in doubt as on a link of
/// its own.
void Station::change_identity(Link& link, const event::DeviceHeard& input) {
  const std::string& device = input.identity.device;
  const bool was = in_doubt(device);
  const event::DeviceHeard before = std::exchange(link.heard, input);
  const bool is = in_doubt(device);
  if (!was && is) {
    record_waiting(link, input.at);
    robbed_.try_emplace(device, link).first->second.heard = before;
    hold_what_stands(link, input.at);
    for (const Alarm* a : state_.present_of(AlarmOrigin::device, device))
      link.unconfirmed.emplace(a->condition, input.at);
  } else if (was && !is) {
    link.held.clear();
    link.denied.clear();
    robbed_.erase(device);
  }
}

/// hold_what_stands has a link in doubt neither end nor lessen what the confirmed device told.
void Station::hold_what_stands(Link& link, WallTime at) {
  for (const AlarmOrigin origin : {AlarmOrigin::device, AlarmOrigin::limit}) {
    for (const Alarm* alarm : state_.present_of(origin, link.heard.identity.device))
      link.held.emplace(alarm->number, at);
  }
}

/// step_back has a link claim its device from now on: what it told stands as its word.
void Station::step_back(Link& link) {
  for (const Alarm* a : state_.present_of(AlarmOrigin::device, link.heard.identity.device)) {
    if (link.unconfirmed.contains(a->condition)) continue;
    link.waiting.try_emplace(a->condition,
                             WaitingAlarm{.last = said_of(*a), .gravest = a->priority, .order = ++order_});
  }
  link.claims = true;
  link.unjudged.clear();
  link.unconfirmed.clear();
  link.held.clear();
  link.denied.clear();
}

/// begin has a link speak for its device, with what it said while it was not believed.
void Station::begin(Link& link, WallTime at, const Link* old) {
  const std::string& device = link.heard.identity.device;
  link.opened = at;
  for (auto& [handle, wave] : link.waves) wave.advanced = at;
  const bool same_place = old != nullptr && old->heard.identity.address == link.heard.identity.address;
  if (in_doubt(device)) {
    if (same_place && !is_confirmed(*old)) {
      link.held = old->held;
    } else {
      hold_what_stands(link, at);
    }
  }
  for (const Alarm* a : state_.present_of(AlarmOrigin::device, device)) {
    if (link.whole) {
      WaitingAlarm over{.last = said_of(*a), .order = ++order_};
      over.last.present = false;
      link.waiting.try_emplace(a->condition, std::move(over));
    } else if (!link.waiting.contains(a->condition)) {
      link.unconfirmed.emplace(a->condition, at);
    }
  }
}

/// come_back has a new link go on where the `former` one of its device stopped, and where the confirmed one did before
/// another took its name.
void Station::come_back(Link& link, const Link* former, WallTime at) {
  const std::string& device = link.heard.identity.device;
  if (former == &link || (former != nullptr && !former->spoke())) former = nullptr;
  if (former != nullptr && in_doubt(device) && is_confirmed(*former)) robbed_.try_emplace(device, *former);
  const auto robbed = robbed_.find(device);
  const bool goes_on =
      former != nullptr && (is_confirmed(*former) || former->heard.identity.address == link.heard.identity.address);
  if (goes_on) {
    carry_over(link, *former, at);
  } else if (robbed != robbed_.end()) {  // what one in doubt elsewhere brought is not missed
    carry_over(link, robbed->second, at);
  }
  miss_what_stood(link, at);
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::station, device)) {
    const auto wave = link.waves.find(frozen_trace(*alarm));
    if (wave == link.waves.end()) continue;
    wave->second.awaited = at;
    wave->second.stood = true;
  }
  if (robbed != robbed_.end() && is_confirmed(link)) robbed_.erase(robbed);
}

/// carry_over has a device at a bed miss what it brought before, so that no reconnect takes anything away unseen.
void Station::carry_over(Link& link, const Link& old, WallTime at) {
  if (state_.bed_of(link.heard.identity.device).empty() || at - old.last > carried_max) return;
  carry(link, old, at, waves_);
}

/// miss_what_stood has a link miss the traces that were told to stand still before the start, as long as they are.
void Station::miss_what_stood(Link& link, WallTime at) {
  const std::string& device = link.heard.identity.device;
  if (state_.bed_of(device).empty() || at - began_ > carried_max) return;
  for (const Alarm* alarm : state_.present_of(AlarmOrigin::station, device)) {
    const std::string trace = alarm->raised <= began_ ? frozen_trace(*alarm) : "";
    if (!trace.empty()) miss(link, trace, alarm->text, at, waves_);
  }
}

/// inherit gives a link what goes on of the one that it replaces: who comes back has no more room than before, and what
/// waited still waits.
void Station::inherit(Link& link, Link old) {
  link.alarms = old.alarms;
  link.high_alarms = old.high_alarms;
  link.identities = old.identities;
  for (auto& [condition, waiting] : old.waiting) {
    if (link.whole) waiting.last.present = false;
    if (!link.waiting.contains(condition)) link.unconfirmed.emplace(condition, link.opened);
  }
  link.waiting.merge(old.waiting);
}

bool Station::is_confirmed(const Link& link) const {
  const auto found = state_.devices.find(link.heard.identity.device);
  return found != state_.devices.end() && found->second.is_confirmed_as(link.heard.identity);
}

/// promote believes a claim when the link that it contradicted lives no longer, or is another one than a person
/// confirmed while the claim is that one. Who is another one than before is confirmed by a person.
void Station::promote(WallTime at) {
  std::vector<std::tuple<bool, WallTime, std::uint64_t>> claims;
  for (const auto& [number, link] : links_) {
    if (link.claims && lives(link, at)) claims.emplace_back(is_confirmed(link), link.last, number);
  }
  std::ranges::sort(claims, std::greater{});
  for (const auto& [confirmed, last, number] : claims) {
    event::DeviceHeard heard = links_.at(number).heard;
    const bool is_the_one = confirmed && in_doubt(heard.identity.device);
    if (is_live(heard.identity.device, at) && !is_the_one) continue;
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
