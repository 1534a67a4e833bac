// SPDX-License-Identifier: Apache-2.0
// LittleNight: a little hospital whose engine is told things, for the tests of this folder in which people decide.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/testing.h"

namespace cordon::engine {

inline estate::Host host_named(const std::string& name, int n, estate::Role role) {
  estate::Host out;
  out.name = name;
  out.role = role;
  out.unit = estate::UnitIndex{0};
  out.network = estate::NetworkIndex{0};
  out.addresses = {*IpAddress::parse("10.77.0." + std::to_string(n))};
  out.macs = {*Mac::parse("02:77:00:00:00:" + std::to_string(n))};
  return out;
}

/// Réanimation with ten patients, two workstations and a file server on which the unit depends.
inline estate::Estate little_hospital() {
  estate::Estate out;
  out.sites.push_back({"Site", std::nullopt});
  out.buildings.push_back({"A", {0}});
  out.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 10, 10});
  out.networks.push_back({"Soins", {0}, 12, {{*IpAddress::parse("10.77.0.0"), 24}}, {true, false}});
  out.hosts = {host_named("pc-1", 11, estate::Role::workstation), host_named("pc-2", 12, estate::Role::workstation),
               host_named("fs", 20, estate::Role::server)};
  for (estate::Host& host : out.hosts) host.harm_if_lost = 500;
  out.services.push_back({"prescriptions", "sur papier", "on paper"});
  for (const std::uint32_t client : {0U, 1U}) {
    estate::Flow flow;
    flow.client = {client};
    flow.server = {2};
    flow.port = 445;
    flow.unit = {0};
    flow.dependence = 0.05;
    out.flows.push_back(flow);
  }
  return out;
}

/// The same where the machines have their addresses by DHCP, and one of them is a monitor.
inline estate::Estate dhcp_hospital() {
  estate::Estate out = little_hospital();
  for (estate::Host& host : out.hosts) host.addresses.clear();
  out.hosts[1].name = "monitor";
  out.hosts[1].role = estate::Role::medical_device;
  return out;
}

class LittleNight {
 protected:
  LittleNight(const Policy& policy, estate::Estate estate) { begin(policy, std::move(estate)); }

  /// begin forgets all that was before: a new box, two persons who decide.
  void begin(const Policy& policy, estate::Estate estate, Weighing weighing = Weighing::here) {
    engine = Engine(policy, std::move(estate), State{}, weighing);
    events.clear();
    effects.clear();
    question.reset();
    const auto into = [this](const event::Input& input) { step(input); };
    enter(into, decider, event::Role::cyber);
    enter(into, "c.petit", event::Role::director);
  }

  static Policy policy_with(double budget) {
    Policy out;
    out.harm_budget = budget;
    return out;
  }
  static std::string session_of(const std::string& name) { return "session-" + name; }

  void step(const event::Input& input) { keep(engine.step(input)); }
  void keep(Step out) {
    for (Recorded& r : out.events) events.push_back(std::move(r.event));
    for (event::Effect& e : out.effects) effects.push_back(std::move(e));
    if (out.question) question = std::move(out.question);
  }
  void encrypt(int n, double from = 1) { encrypt(n, n, from); }
  void encrypt(int n, int mac, double from) {
    for (int i = 0; i < 3; ++i) step(file_altered(n, mac, from + i));
  }
  static event::Observation file_altered(int n, int mac, double when) {
    event::Observation o;
    o.at = o.first_altered = at(when);
    o.host = {"span0", 12, *Mac::parse("02:77:00:00:00:" + std::to_string(mac)),
              *IpAddress::parse("10.77.0." + std::to_string(n)), at(0)};
    o.share = "\\\\10.77.0.20\\commun";
    o.path = o.share + "\\f" + std::to_string(when);
    o.llr = 8;
    o.confirmed = o.altered = true;
    return o;
  }
  void attack(int n) { attack(n, n); }
  void attack(int n, int mac) {
    encrypt(n, mac, 1);
    step(event::Tick{at(5)});
  }
  void approve(const std::string& name, double when = 10, bool approves = true) {
    const event::PlannedAction& line = waiting();
    const auto* approval = engine.state().approvals.find(line.approval);
    if (approval == nullptr) throw std::logic_error("nothing waits");
    step(event::ApprovalWish{at(when), line.approval, approval->asked.digest, name, session_of(name), approves, ""});
  }
  const event::PlanMade& plan() const { return engine.state().plans.back(); }
  const event::PlannedAction& waiting() const {
    for (const event::PlannedAction& line : plan().actions) {
      if (line.disposition == event::Disposition::waits) return line;
    }
    throw std::logic_error("nothing waits");
  }
  /// cuts that stop what a host spreads; shielding the second workstation costs nobody anything and is done anyway.
  std::vector<event::CutDecided> cuts() const {
    std::vector<event::CutDecided> out;
    for (const auto& [id, cut] : engine.state().cuts) {
      if (cut.stops_host()) out.push_back(cut.decision);
    }
    return out;
  }

  Engine engine{{}, {}, State{}};
  std::vector<event::Event> events;
  std::vector<event::Effect> effects;
  std::shared_ptr<const Question> question;  // the last one that was given out
};

}  // namespace cordon::engine
