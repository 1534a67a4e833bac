// SPDX-License-Identifier: Apache-2.0
// Two people on a terminal server, one of whom encrypts.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "engine/situation.h"

namespace cordon::engine {
namespace {

using event::CutState;
using event::Disposition;
using event::EnforcerStep;
using event::Subject;

WallTime at(double s) {
  return wall_time_of(1670097600 + s);
}

class TerminalServer : public testing::Test {
 protected:
  static estate::Estate hospital() {
    estate::Estate out;
    estate::Host host;
    host.name = "ts-1";
    host.role = estate::Role::terminal_server;
    host.addresses = {*IpAddress::parse("10.77.0.12")};
    host.macs = {*Mac::parse("02:77:00:00:00:12")};
    out.hosts.push_back(host);
    return out;
  }
  static Policy policy(std::vector<event::MeansOffer> means) {
    Policy out;
    out.means = std::move(means);
    return out;
  }
  static inline const event::MeansOffer bridge{"nftables", "cordon-nft", event::Reach::exact, true};
  static inline const event::MeansOffer samba{"samba", "cordon-smb", event::Reach::file_service, false, true};

  void step(const event::Input& input) {
    Step out = engine.step(input);
    for (Recorded& r : out.events) events.push_back(std::move(r));
    for (event::Effect& e : out.effects) effects.push_back(std::move(e));
  }
  void work(const std::string& user, double s, double llr) {
    event::Observation o;
    o.at = o.first_altered = at(s);
    o.host = {"span0", 0, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.12"), at(0)};
    o.server = *IpAddress::parse("10.77.0.20");
    o.user = user;
    o.share = "\\\\10.77.0.20\\commun";
    o.path = o.share + "\\" + user + std::to_string(s);
    o.llr = llr;
    o.confirmed = o.altered = true;
    step(o);
  }
  void attack(double from = 1) {
    for (int i = 0; i < 3; ++i) {
      work("HOPITAL\\c.nguyen", from + i, 1);
      work("HOPITAL\\b.martin", from + i + 0.5, 8);
    }
  }
  void listed(double s, std::vector<event::SessionTarget> sessions) {
    event::InForce in_force;
    in_force.at = at(s);
    in_force.means = "samba";
    in_force.sessions = std::move(sessions);
    step(in_force);
  }
  std::vector<const CutRecord*> cuts() const {
    std::vector<const CutRecord*> out;
    for (const auto& [id, cut] : engine.state().cuts) out.push_back(&cut);
    return out;
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (const Recorded& r : events) {
      if (const auto* e = std::get_if<T>(&r.event)) out.push_back(*e);
    }
    return out;
  }

  Engine engine{policy({bridge, samba}), hospital(), State{}};
  std::vector<Recorded> events;
  std::vector<event::Effect> effects;
};

TEST_F(TerminalServer, WhoEncryptsIsRefusedByTheFileServerAndNobodyElseIs) {
  attack();
  ASSERT_EQ(cuts().size(), 1U);
  const event::CutDecided& cut = cuts()[0]->decision;
  EXPECT_EQ(cut.action, "end_sessions");
  EXPECT_EQ(cut.sessions, (std::vector<event::SessionTarget>{{*IpAddress::parse("10.77.0.12"), "b.martin"}}));
  EXPECT_TRUE(cut.ips.empty() && cut.macs.empty());
  EXPECT_EQ(cut.means, "samba") << "the bridge cannot tell two people apart";
  ASSERT_FALSE(effects.empty());
  const auto& apply = std::get<event::ApplyCut>(effects[0]);
  EXPECT_EQ(apply.sessions, cut.sessions);
  EXPECT_EQ(apply.action, "end_sessions");
  const auto verdicts = all<event::Verdict>();
  const auto session = std::ranges::find(verdicts, Subject::session, &event::Verdict::subject);
  ASSERT_NE(session, verdicts.end());
  EXPECT_EQ(session->name, "b.martin");
  for (const Sequence entry : session->why) EXPECT_EQ(engine.state().evidence.at(entry).user, "HOPITAL\\b.martin");
  EXPECT_EQ(std::ranges::count(verdicts, Subject::session, &event::Verdict::subject), 1);
  const auto shown = nlohmann::json::parse(situation_json(engine, {}));
  EXPECT_EQ(shown["cuts"][0]["users"], nlohmann::json::array({"b.martin"}));
  EXPECT_EQ(shown["headline"]["level"], "attack");
}

TEST_F(TerminalServer, OnAWorkstationTheHostIsCutAndNobodyIsNamed) {
  estate::Estate estate = hospital();
  estate.hosts[0].role = estate::Role::workstation;
  engine = Engine(policy({bridge, samba}), estate, State{});
  attack();
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0]->decision.action, "block_spread");
  for (const event::Verdict& v : all<event::Verdict>()) EXPECT_NE(v.subject, Subject::session);
}

TEST_F(TerminalServer, WithoutAFileServerOfOursItIsWorkForAPerson) {
  engine = Engine(policy({bridge}), hospital(), State{});
  attack();
  EXPECT_TRUE(cuts().empty());
  const auto plans = all<event::PlanMade>();
  const auto plan = std::ranges::find(plans, "end_sessions/1", &event::PlanMade::rule);
  ASSERT_NE(plan, plans.end());
  EXPECT_EQ(plan->actions[0].disposition, Disposition::advised);
  EXPECT_EQ(plan->actions[0].why, "no enforcer here can do this: do it by hand");
}

TEST_F(TerminalServer, RolledBackHeIsLetInAndRefusedAgainWhenHeGoesOn) {
  attack();
  const std::string id = cuts()[0]->decision.id;
  effects.clear();
  step(event::RollBack{at(10), id, "a.durand", "it was him"});
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<event::LiftCut>(effects[0]).sessions.size(), 1U);
  step(event::EnforcerReport{at(11), id, EnforcerStep::lifted, 0, "", "samba"});
  EXPECT_EQ(cuts()[0]->state, CutState::lifted);
  work("HOPITAL\\b.martin", 12, 8);
  EXPECT_EQ(cuts().size(), 1U) << "what he did until then was judged";
  attack(13);
  EXPECT_EQ(cuts().size(), 2U);
}

TEST_F(TerminalServer, TheOthersWorkGoingOnIsNoContradiction) {
  attack();
  const std::string id = cuts()[0]->decision.id;
  step(event::EnforcerReport{at(5), id, EnforcerStep::applied, 0, "", "samba"});
  step(event::EnforcerReport{at(5.5), id, EnforcerStep::read_back, 0, "", "samba"});
  event::FlowProgress progress;
  progress.at = at(8);
  progress.host = cuts()[0]->decision.host;
  step(progress);
  EXPECT_EQ(cuts()[0]->state, CutState::unproven);
  EXPECT_EQ(cuts()[0]->detail.find("acknowledged"), std::string::npos) << cuts()[0]->detail;
}

TEST_F(TerminalServer, WhatTheFileServerRefusesIsComparedWithWhatWasAsked) {
  attack();
  const std::string id = cuts()[0]->decision.id;
  const IpAddress client = *IpAddress::parse("10.77.0.12");
  effects.clear();
  listed(60, {{client, "b.martin"}, {client, "somebody"}});
  ASSERT_EQ(effects.size(), 1U) << "what was asked for is there";
  const auto& stray = std::get<event::LiftCut>(effects[0]);
  EXPECT_EQ(stray.id, "stray");
  EXPECT_EQ(stray.sessions, (std::vector<event::SessionTarget>{{client, "somebody"}}));
  effects.clear();
  listed(90, {});
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<event::ApplyCut>(effects[0]).id, id) << "asked for again";
}

TEST_F(TerminalServer, OnceHeIsRefusedAndStopsTheHostIsNoSourceAnyMore) {
  estate::Estate estate = hospital();
  estate.sites.push_back({"Site", std::nullopt});
  estate.buildings.push_back({"A", {0}});
  estate.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 10, 10});
  estate.networks.push_back({"Soins", {0}, 12, {{*IpAddress::parse("10.77.0.0"), 24}}, {true, false}});
  estate.hosts.push_back(estate.hosts[0]);
  estate.hosts[1].name = "fs";
  estate.hosts[1].role = estate::Role::server;
  estate.hosts[1].addresses = {*IpAddress::parse("10.77.0.20")};
  estate.hosts[1].macs = {*Mac::parse("02:77:00:00:00:20")};
  for (estate::Host& host : estate.hosts) {
    host.unit = estate::UnitIndex{0};
    host.network = estate::NetworkIndex{0};
    host.harm_if_lost = 500;
  }
  engine = Engine(policy({bridge, samba}), estate, State{});
  // What doing nothing would cost by the last weighed plan: nothing, when it knows no source.
  const auto at_stake = [&] {
    const auto plans = all<event::PlanMade>();
    const auto last = std::find_if(plans.rbegin(), plans.rend(), [](const auto& p) { return p.rule == "care/1"; });
    return last == plans.rend() ? -1.0 : last->harm_nothing;
  };
  attack();
  step(event::Tick{at(4)});
  EXPECT_GT(at_stake(), 0) << "until it is read back";
  const std::string id = cuts()[0]->decision.id;
  const auto refused = [&](double s) {
    event::SensorReport report;
    report.at = at(s);
    report.sensor = "span0";
    step(report);
    step(event::EnforcerReport{at(s), id, EnforcerStep::applied, 0, "", "samba"});
    step(event::EnforcerReport{at(s + 0.5), id, EnforcerStep::read_back, 0, "", "samba"});
    for (int i = 1; i < 30; ++i) {
      step(event::EnforcerReport{at(s + i), id, EnforcerStep::read_back, 0, "", "samba"});
      step(event::Tick{at(s + i)});
    }
  };
  refused(5);
  EXPECT_EQ(at_stake(), 0) << cuts()[0]->detail;
  work("HOPITAL\\b.martin", 40, 8);
  step(event::Tick{at(41)});
  EXPECT_GT(at_stake(), 0) << "he goes on, on another server: the host is in question again";
}

TEST_F(TerminalServer, TheStateIsTheFoldOfTheEvents) {
  attack();
  step(event::RollBack{at(10), cuts()[0]->decision.id, "a.durand", ""});
  attack(20);
  State folded;
  for (const Recorded& r : events) folded.apply(r.entry, r.event);
  EXPECT_EQ(to_json(folded), to_json(engine.state()));
}

}  // namespace
}  // namespace cordon::engine
