// SPDX-License-Identifier: Apache-2.0
#include "enforce/radius_enforcer.h"

#include <algorithm>

namespace cordon::enforce {

namespace {

/// A unicast address kept for documentation (RFC 7042, section 2.1.2): no station has it.
constexpr Mac nobody{{0x00, 0x00, 0x5e, 0x00, 0x53, 0x00}};

bool is_coa(const RadiusSwitch& one) {
  return !one.cut.empty();
}

void append(std::string& list, const std::string& word) {
  list += (list.empty() ? "" : ", ") + word;
}

}  // namespace

Result<std::unique_ptr<RadiusMeans>> RadiusMeans::open(RadiusConfig config) {
  if (config.switches.empty()) return fail(ErrorCode::malformed, "radius: no switch");
  std::vector<RadiusNas> nas;
  for (const RadiusSwitch& one : config.switches) {
    if (is_coa(one) && one.release.empty())
      return fail(ErrorCode::malformed, "radius: a change that nothing takes back");
    nas.push_back(one.nas);
  }
  RadiusClient client = CORDON_TRY(RadiusClient::open(std::move(nas)));
  return std::unique_ptr<RadiusMeans>(new RadiusMeans(std::move(config), std::move(client)));
}

std::string RadiusMeans::note() const {
  std::string names;
  for (const std::size_t index : silent_) append(names, config_.switches[index].nas.name);
  return names.empty() ? "" : "silent: " + names;
}

RadiusAsk RadiusMeans::ask_about(std::size_t index, const Mac& mac, WallTime now, bool release) const {
  const RadiusSwitch& one = config_.switches[index];
  RadiusAsk ask{index, is_coa(one) ? radius::Code::coa_request : radius::Code::disconnect_request, {}};
  if (!one.nas_identifier.empty()) {
    ask.attributes.push_back(radius::text_attribute(radius::Type::nas_identifier, one.nas_identifier));
  }
  if (one.nas_address) ask.attributes.push_back(radius::nas_address(*one.nas_address));
  ask.attributes.push_back(radius::calling_station_id(mac, one.style));
  const std::vector<radius::Attribute>& change = release ? one.release : one.cut;
  ask.attributes.insert(ask.attributes.end(), change.begin(), change.end());
  ask.attributes.push_back(radius::event_timestamp(now));
  return ask;
}

Result<event::InForce> RadiusMeans::connect(WallTime now) {
  CORDON_TRY_VOID(ask_who_is_there(now));
  return event::InForce{now, {}, {}};
}

Result<std::optional<event::InForce>> RadiusMeans::survey(WallTime now) {
  CORDON_TRY_VOID(ask_who_is_there(now));
  return std::nullopt;
}

Result<void> RadiusMeans::ask_who_is_there(WallTime now) {
  std::vector<RadiusAsk> asks;
  for (std::size_t i = 0; i < config_.switches.size(); ++i) asks.push_back(ask_about(i, nobody, now, false));
  const std::vector<RadiusReply> replies = CORDON_TRY(client_.ask(asks, radius_patience_max));
  silent_.clear();
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (replies[i].kind == RadiusReply::Kind::silent) silent_.insert(i);
  }
  if (silent_.size() == config_.switches.size()) return fail(ErrorCode::timeout, "radius: every switch is silent");
  return {};
}

std::optional<std::string> RadiusMeans::refusal(const event::ApplyCut& cut) const {
  if (cut.macs.empty()) return "the host's MAC is not known, and a switch knows stations by nothing else";
  for (const Mac& mac : cut.macs) {
    if (!mac.known() || mac.multicast()) return mac.text() + " is not the address of one station";
    if (std::find(config_.protected_macs.begin(), config_.protected_macs.end(), mac) != config_.protected_macs.end()) {
      return mac.text() + " is protected";
    }
  }
  return std::nullopt;
}

Outcome RadiusMeans::apply(const event::ApplyCut& cut, WallTime now) {
  if (const auto why = refusal(cut)) return {Outcome::Kind::refused, *why};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(cut.deadline - now);
  const auto patience = std::clamp(left, radius_patience_min, radius_patience_max);
  Outcome out;
  for (const Mac& mac : cut.macs) {
    const Outcome one = cut_one(mac, now, patience);
    append(out.detail, one.detail);
    out.kind = std::max(out.kind, one.kind);  // the worst of them: done, refused, lost
  }
  return out;
}

Outcome RadiusMeans::cut_one(const Mac& mac, WallTime now, std::chrono::milliseconds patience) {
  std::vector<RadiusAsk> asks;
  const auto known = acknowledged_.find(mac);
  for (std::size_t i = 0; i < config_.switches.size(); ++i) asks.push_back(ask_about(i, mac, now, false));
  const auto replies = client_.ask(asks, patience);
  if (!replies) return {Outcome::Kind::refused, replies.error().where};
  std::string yes, no, silent;
  std::set<std::size_t> said_yes;
  silent_.clear();
  for (std::size_t i = 0; i < replies->size(); ++i) {
    const std::string& name = config_.switches[i].nas.name;
    const RadiusReply& reply = (*replies)[i];
    switch (reply.kind) {
      case RadiusReply::Kind::acknowledged:
        said_yes.insert(i);
        append(yes, name);
        break;
      case RadiusReply::Kind::refused:
        if (reply.cause != radius::ErrorCause::session_not_found) append(no, name + ": " + to_string(reply.cause));
        break;
      case RadiusReply::Kind::silent:
        silent_.insert(i);
        append(silent, name);
        break;
    }
  }
  if (!said_yes.empty()) {
    if (known != acknowledged_.end() || acknowledged_.size() < enforcer_cuts_max) acknowledged_[mac] = said_yes;
    return {Outcome::Kind::done, yes + " acknowledged for " + mac.text()};
  }
  if (silent_.size() == config_.switches.size()) return {Outcome::Kind::lost, "silent: " + silent};
  if (!no.empty()) return {Outcome::Kind::refused, no};
  // The second of two requests finds no session any more: that is what the first one was for.
  if (known != acknowledged_.end() || look_at(mac) == Reading::Kind::in_force) {
    return {Outcome::Kind::done, mac.text() + " has no session any more"};
  }
  return {Outcome::Kind::refused,
          "no switch has a session of " + mac.text() + (silent.empty() ? "" : " (silent: " + silent + ")")};
}

Outcome RadiusMeans::rehearse(const event::ApplyCut& cut, WallTime) {
  if (const auto why = refusal(cut)) return {Outcome::Kind::refused, *why};
  std::string names;
  for (const RadiusSwitch& one : config_.switches) {
    append(names, (is_coa(one) ? "CoA-Request to " : "Disconnect-Request to ") + one.nas.name);
  }
  std::string macs;
  for (const Mac& mac : cut.macs) append(macs, mac.text());
  return {Outcome::Kind::done, names + " would be sent about " + macs};
}

Outcome RadiusMeans::lift(const event::LiftCut& cut, WallTime now) {
  for (const Mac& mac : cut.macs) {
    if (Outcome one = release_one(mac, now); one.kind != Outcome::Kind::done) return one;
    acknowledged_.erase(mac);
  }
  return {Outcome::Kind::done, "the station may log on again"};
}

/// release_one asks every switch that may have changed the station; who has no session of it has nothing to take back.
Outcome RadiusMeans::release_one(const Mac& mac, WallTime now) {
  std::vector<RadiusAsk> asks;
  bool was_silent = false;
  for (std::size_t i = 0; i < config_.switches.size(); ++i) {
    if (!is_coa(config_.switches[i])) continue;
    asks.push_back(ask_about(i, mac, now, true));
    was_silent = was_silent || silent_.contains(i);
  }
  const auto replies = client_.ask(asks, was_silent ? radius_patience_min : radius_patience_max);
  if (!replies) return {Outcome::Kind::refused, replies.error().where};
  const auto known = acknowledged_.find(mac);
  std::string silent, no;
  std::size_t silent_ones = 0;
  for (std::size_t i = 0; i < replies->size(); ++i) {
    const std::size_t index = asks[i].nas;
    const RadiusReply& reply = (*replies)[i];
    const bool is_silent = reply.kind == RadiusReply::Kind::silent;
    silent_ones += is_silent ? 1U : 0U;
    if (is_silent) {
      silent_.insert(index);
    } else {
      silent_.erase(index);
    }
    if (known != acknowledged_.end() && !known->second.contains(index)) continue;
    const std::string& name = config_.switches[index].nas.name;
    if (is_silent) append(silent, name);
    if (reply.kind == RadiusReply::Kind::refused && reply.cause != radius::ErrorCause::session_not_found) {
      append(no, name + ": " + to_string(reply.cause));
    }
  }
  if (silent_ones > 0 && silent_ones == config_.switches.size()) return {Outcome::Kind::lost, note()};
  if (!silent.empty()) append(no, "silent: " + silent);
  return {no.empty() ? Outcome::Kind::done : Outcome::Kind::refused, no};
}

Result<std::vector<Reading>> RadiusMeans::read_back(const std::vector<event::ApplyCut>& cuts, WallTime) {
  std::vector<Reading> out;
  for (const event::ApplyCut& cut : cuts) {
    Reading reading{Reading::Kind::in_force, 0, ""};
    for (const Mac& mac : cut.macs) {
      const Reading::Kind one = look_at(mac);
      reading.kind = std::max(reading.kind, one);  // the worst of them: in force, blind, missing
      if (one == Reading::Kind::missing) {
        reading.detail = "the port of " + mac.text() + " was authorised again; asked for again";
      }
    }
    out.push_back(std::move(reading));
  }
  return out;
}

/// look_at reads the ports. That no switch knows a station proves nothing by itself: it may sit where nobody asks it to
/// log on. So either a switch acknowledged that it ended a session of it, or one knows it and holds it back.
Reading::Kind RadiusMeans::look_at(const Mac& mac) {
  const auto known = acknowledged_.find(mac);
  bool held_back = known != acknowledged_.end();
  for (std::size_t i = 0; i < config_.switches.size(); ++i) {
    const std::optional<PortState> state = port(i, mac);
    if (state == PortState::authorised) return Reading::Kind::missing;
    const bool answered_for_it = known != acknowledged_.end() && known->second.contains(i);
    if (answered_for_it && !state) held_back = false;
    if (known == acknowledged_.end() && state == PortState::unauthorised) held_back = true;
  }
  return held_back ? Reading::Kind::in_force : Reading::Kind::blind;
}

/// port gives what hostapd says of a station, or nothing where it cannot be asked; a restarted one is found again.
std::optional<PortState> RadiusMeans::port(std::size_t index, const Mac& mac) {
  const std::string& path = config_.switches[index].hostapd_control;
  if (path.empty()) return std::nullopt;
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::optional<HostapdControl>& reader = readers_[index];
    if (!reader) {
      Result<HostapdControl> opened = HostapdControl::open(path, config_.own_folder);
      if (!opened) return std::nullopt;
      reader.emplace(std::move(*opened));
    }
    if (const Result<PortState> state = reader->state(mac)) return *state;
    reader.reset();
  }
  return std::nullopt;
}

}  // namespace cordon::enforce
