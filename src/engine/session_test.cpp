// SPDX-License-Identifier: Apache-2.0
// Two people on a terminal server, one of whom encrypts.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "engine/situation.h"
#include "engine/testing.h"

namespace cordon::engine {
namespace {

using event::CutState;
using event::Disposition;
using event::EnforcerStep;
using event::Subject;

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
  void work(const std::string& user, double s, double llr, int n = 12) {
    event::Observation o;
    o.at = o.first_altered = at(s);
    o.host = {"span0", 0, *Mac::parse("02:77:00:00:00:" + std::to_string(n)),
              *IpAddress::parse("10.77.0." + std::to_string(n)), at(0)};
    o.server = *IpAddress::parse("10.77.0.20");
    o.user = user;
    o.share = "\\\\10.77.0.20\\commun";
    o.path = o.share + "\\" + user + std::to_string(s);
    o.llr = llr;
    o.confirmed = o.altered = true;
    step(o);
  }
  void attack(double from = 1) { attack_from(12, from); }
  void attack_from(int n, double from) {
    for (int i = 0; i < 3; ++i) {
      work("HOPITAL\\c.nguyen", from + i, 1, n);
      work("HOPITAL\\b.martin", from + i + 0.5, 8, n);
    }
  }
  void listed(double s, std::vector<event::SessionTarget> sessions) {
    event::InForce in_force;
    in_force.at = at(s);
    in_force.means = "samba";
    in_force.sessions = std::move(sessions);
    step(in_force);
  }
  std::size_t shields() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(cuts(), [](const CutRecord* cut) { return cut->decision.sessions.empty(); }));
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

TEST_F(TerminalServer, WhereCareGoesByFilesFromThereTheFileServerRefusesNobody) {
  estate::Estate estate = hospital();
  estate::Host fs;
  fs.name = "fs";
  fs.role = estate::Role::server;
  fs.addresses = {*IpAddress::parse("10.77.0.20")};
  estate.hosts.push_back(fs);
  for (estate::Host& host : estate.hosts) host.harm_if_lost = 100;
  estate::Flow care;
  care.client = {0};
  care.server = {1};
  care.port = 445;
  care.care = true;
  estate.sites.push_back({"Site", std::nullopt});
  estate.buildings.push_back({"A", {0}});
  estate.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 10, 10});
  estate.services.push_back({"prescriptions", "sur papier", "on paper"});
  estate.flows.push_back(care);
  engine = Engine(policy({bridge, samba}), estate, State{});
  attack();
  step(event::Tick{at(10)});
  for (const CutRecord* cut : cuts()) EXPECT_TRUE(cut->decision.sessions.empty());
  for (const event::Effect& effect : effects) EXPECT_NE(std::get<event::ApplyCut>(effect).means, "samba");
  bool advised = false;
  for (const event::PlanMade& plan : all<event::PlanMade>()) {
    for (const event::PlannedAction& line : plan.actions) {
      if (line.action != event::end_sessions) continue;
      EXPECT_EQ(line.disposition, Disposition::advised);
      EXPECT_EQ(plan.rule, "end_sessions/1") << "the whole plan reckons with what can be done";
      advised = true;
    }
  }
  EXPECT_TRUE(advised) << "a person is told";
}

TEST_F(TerminalServer, RolledBackHeIsLetInAndRefusedAgainWhenHeGoesOn) {
  attack();
  const std::string id = cuts()[0]->decision.id;
  effects.clear();
  enter([this](const event::Input& input) { step(input); }, decider, event::Role::cyber);
  step(taken_back(10, id));
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

/// Weighed: two terminal servers and a file server of réanimation, and two persons who decide.
class Weighed : public TerminalServer {
 protected:
  Weighed() { begin(20, ward()); }

  static estate::Estate ward() {
    estate::Estate out = hospital();
    out.sites.push_back({"Site", std::nullopt});
    out.buildings.push_back({"A", {0}});
    out.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 10, 10});
    out.networks.push_back({"Soins", {0}, 12, {{*IpAddress::parse("10.77.0.0"), 24}}, {true, false}});
    out.hosts.resize(3, out.hosts[0]);
    out.hosts[1].name = "ts-2";
    out.hosts[1].addresses = {*IpAddress::parse("10.77.0.13")};
    out.hosts[1].macs = {*Mac::parse("02:77:00:00:00:13")};
    out.hosts[2].name = "fs";
    out.hosts[2].role = estate::Role::server;
    out.hosts[2].addresses = {*IpAddress::parse("10.77.0.20")};
    out.hosts[2].macs = {*Mac::parse("02:77:00:00:00:20")};
    for (estate::Host& host : out.hosts) {
      host.unit = estate::UnitIndex{0};
      host.network = estate::NetworkIndex{0};
      host.harm_if_lost = 500;
    }
    estate::Flow files;
    files.server = {2};
    files.port = 445;
    files.dependence = 0.1;
    out.flows.push_back(files);  // of ts-1: 12 patient-hours, half of them each user's
    return out;
  }
  void begin(double budget, estate::Estate estate) {
    Policy rules = policy({bridge, samba});
    rules.harm_budget = budget;
    engine = Engine(rules, std::move(estate), State{});
    events.clear();
    effects.clear();
    for (const auto& [name, role] :
         {std::pair{"a.durand", event::Role::cyber}, std::pair{"c.petit", event::Role::director}}) {
      step(event::PersonChanged{at(0), name, event::PersonStep::entered, {role}, "console"});
      step(event::SessionChanged{at(0), name, name, event::SessionStep::signed_in, "127.0.0.1", 1, ""});
    }
  }
  const event::PlanMade& plan() const {
    const auto& plans = engine.state().plans;
    const auto last = std::ranges::find(plans.rbegin(), plans.rend(), "care/1", &event::PlanMade::rule);
    static const event::PlanMade none;
    return last == plans.rend() ? none : *last;
  }
  const event::PlannedAction* line(const std::string& wanted) const {
    const auto found = std::ranges::find(plan().actions, wanted, &event::PlannedAction::key);
    return found == plan().actions.end() ? nullptr : &*found;
  }
  const CutRecord* cut_of(const std::string& wanted) const {
    for (const CutRecord* cut : cuts()) {
      if (cut->decision.key == wanted && cut->in_force()) return cut;
    }
    return nullptr;
  }
  void answer(const std::string& wanted, const std::string& name, double s, bool approves = true) {
    ASSERT_NE(line(wanted), nullptr);
    const std::string id = line(wanted)->approval;
    const auto* approval = engine.state().approvals.find(id);
    ASSERT_NE(approval, nullptr);
    step(event::ApprovalWish{at(s), id, approval->asked.digest, name, name, approves, ""});
  }
  void say(const std::string& wanted, event::LineWish wish, double s) {
    step(event::LineDecided{at(s), wanted, wish, "a.durand", "a.durand", "decided"});
    step(event::Tick{at(s + 0.5)});
  }
  void refused(const CutRecord* cut, double s) {
    ASSERT_NE(cut, nullptr);
    const std::string id = cut->decision.id;
    step(event::EnforcerReport{at(s), id, EnforcerStep::applied, 0, "", "samba"});
    step(event::EnforcerReport{at(s + 0.5), id, EnforcerStep::read_back, 0, "", "samba"});
    step(event::Tick{at(s + 1)});
  }
  /// touches says whether the plan does something to this host.
  bool touches(const std::string& host) const {
    return std::ranges::any_of(plan().actions, [&](const event::PlannedAction& a) {
      return a.key.ends_with(' ' + host) || a.key.find(host + '>') != std::string::npos;
    });
  }

  const std::string key = "end_sessions b.martin@ts-1";
};

TEST_F(Weighed, WhoIsRefusedAtOnceLeavesThePlanNothingToDo) {
  attack();
  step(event::Tick{at(4)});
  ASSERT_NE(cut_of(key), nullptr);
  EXPECT_EQ(plan().harm_left, 0) << "the refusal is on its way";
  EXPECT_TRUE(plan().actions.empty());
  EXPECT_GT(plan().harm_nothing, 1000) << "left alone he reaches both terminal servers and the file server";
  refused(cut_of(key), 5);
  EXPECT_EQ(plan().harm_left, 0);
  EXPECT_TRUE(plan().no_longer_needed.empty()) << "to lift it is to acquit him";
}

TEST_F(Weighed, OverTheBudgetTwoPersonsDecideAndThenHeIsRefused) {
  begin(1, ward());
  attack();
  EXPECT_TRUE(cuts().empty());
  step(event::Tick{at(4)});
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits);
  EXPECT_EQ(line(key)->needs, (std::vector{event::Role::cyber, event::Role::director}));
  EXPECT_FALSE(line(key)->care_fr.empty());
  const auto asked = all<event::ApprovalAsked>();
  ASSERT_FALSE(asked.empty());
  EXPECT_NE(sentence_of(asked.back()).fr.find("mettre fin aux sessions de b.martin@ts-1"), std::string::npos)
      << sentence_of(asked.back()).fr;
  const auto his = std::ranges::find_if(events, [](const Recorded& r) {
    const auto* verdict = std::get_if<event::Verdict>(&r.event);
    return verdict != nullptr && verdict->subject == Subject::session;
  });
  ASSERT_NE(his, events.end());
  EXPECT_EQ(std::ranges::count(plan().why, his->entry), 1) << "it rests on his verdict";
  const auto shown = nlohmann::json::parse(situation_json(engine, {}));
  EXPECT_EQ(shown["plan"]["lines"][0]["key"], key);
  EXPECT_EQ(shown["plan"]["lines"][0]["state"], "waits");
  EXPECT_EQ(shown["network"]["marks"][0]["host"], "ts-1") << "and stands at its host on the map";
  EXPECT_EQ(shown["network"]["marks"][0]["lines"][0]["key"], key);
  answer(key, "a.durand", 10);
  EXPECT_EQ(cut_of(key), nullptr);
  effects.clear();
  answer(key, "c.petit", 11);
  ASSERT_NE(cut_of(key), nullptr);
  const event::CutDecided cut = cut_of(key)->decision;
  EXPECT_EQ(cut.by, "a.durand, c.petit");
  EXPECT_EQ(cut.means, "samba");
  EXPECT_EQ(cut.sessions, (std::vector<event::SessionTarget>{{*IpAddress::parse("10.77.0.12"), "b.martin"}}));
  EXPECT_TRUE(cut.ips.empty() && cut.macs.empty());
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<event::ApplyCut>(effects[0]).sessions, cut.sessions);
  step(event::Tick{at(12)});
  EXPECT_EQ(line(key), nullptr) << "it is in force";
  EXPECT_EQ(plan().harm_left, 0);
  State folded;
  for (const Recorded& r : events) folded.apply(r.entry, r.event);
  EXPECT_EQ(to_json(folded), to_json(engine.state()));
}

TEST_F(Weighed, WhereOthersSignedInSinceItIsTheSameHost) {
  const auto signs_in = [&](const char* user, double s) {
    step(event::HostSeen{
        at(s), {"span0", 0, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.12"), at(0)}, user, false});
  };
  begin(1, ward());
  signs_in("HOPITAL\\c.nguyen", 0);
  signs_in("HOPITAL\\b.martin", 0.5);
  attack();
  step(event::Tick{at(4)});
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits);
  EXPECT_GT(plan().harm_nothing, 1000);
  signs_in("HOPITAL\\e.roux", 5);
  step(event::Tick{at(6)});
  EXPECT_NE(line(key), nullptr);
  begin(20, ward());
  signs_in("HOPITAL\\c.nguyen", 0);
  signs_in("HOPITAL\\b.martin", 0.5);
  attack();
  ASSERT_NE(cut_of(key), nullptr);
  step(event::EnforcerReport{at(5), cut_of(key)->decision.id, EnforcerStep::failed, 0, "smbd is away", "samba"});
  step(event::Tick{at(6)});
  EXPECT_GT(plan().harm_left, 0) << "he is a source whom nobody stops";
}

TEST_F(Weighed, ForbiddenItIsPlannedAroundAndOrderedItStillNeedsTheSecondPerson) {
  begin(1, ward());
  attack();
  step(event::Tick{at(4)});
  say(key, event::LineWish::forbid, 10);
  EXPECT_EQ(line(key), nullptr);
  EXPECT_TRUE(touches("ts-1") || touches("fs")) << "others are kept from what he does there";
  say(key, event::LineWish::force, 12);
  EXPECT_EQ(cut_of(key), nullptr);
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits);
  answer(key, "c.petit", 13);
  EXPECT_NE(cut_of(key), nullptr);
}

TEST_F(Weighed, FrozenAndInWatchTheEndOfASessionWaitsForAPerson) {
  step(event::Freeze{at(0.5), true, "a.durand", "a.durand", ""});
  attack();
  step(event::Tick{at(4)});
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits);
  step(event::Freeze{at(5), false, "a.durand", "a.durand", ""});
  step(event::Tick{at(6)});
  EXPECT_NE(cut_of(key), nullptr) << "within the budget it is automatic again";
  begin(20, ward());
  step(event::ModeChosen{at(0.5), event::Mode::watch, "a.durand", "a.durand", ""});
  attack();
  step(event::Tick{at(4)});
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits);
}

TEST_F(Weighed, OneAccountThatIsGuiltyOnTwoHostsIsDisabledOnce) {
  estate::Estate estate = ward();
  estate.accounts.push_back({.name = "HOPITAL\\b.martin", .signs_in_on = {}, .unit = {0}, .dependence = 0.05});
  begin(1, estate);
  attack();
  attack_from(13, 3);
  step(event::Tick{at(8)});
  EXPECT_NE(line("disable_account HOPITAL\\b.martin"), nullptr);
  EXPECT_EQ(line(key), nullptr);
  say("disable_account HOPITAL\\b.martin", event::LineWish::forbid, 10);
  EXPECT_NE(line(key), nullptr) << "then one after the other";
  EXPECT_NE(line("end_sessions b.martin@ts-2"), nullptr);
}

TEST_F(Weighed, AProtectedAccountIsNeverRefused) {
  estate::Estate estate = ward();
  estate.accounts.push_back(
      {.name = "b.martin", .signs_in_on = {}, .unit = {0}, .dependence = 0.01, .is_protected = true});
  begin(1000, estate);
  attack();
  step(event::Tick{at(4)});
  EXPECT_EQ(cut_of(key), nullptr);
  EXPECT_EQ(line(key), nullptr);
  say(key, event::LineWish::force, 10);
  EXPECT_EQ(cut_of(key), nullptr);
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::withheld);
}

TEST_F(Weighed, WhereNothingTellsUsersApartTheHostIsPlannedAround) {
  engine = Engine(policy({bridge}), ward(), State{});
  attack();
  step(event::Tick{at(4)});
  EXPECT_EQ(line(key), nullptr);
  EXPECT_TRUE(touches("ts-1") || touches("fs"));
}

TEST_F(Weighed, AVerdictOnWhatNobodyIsNamedForIsTheHostsOwn) {
  attack();
  refused(cut_of(key), 5);
  EXPECT_EQ(plan().harm_left, 0);
  for (int i = 0; i < 6; ++i) work("", 7 + i, 8);
  step(event::Tick{at(14)});
  ASSERT_NE(cut_of(key), nullptr);
  EXPECT_GT(plan().harm_left, 0) << "the host is a source, whoever was refused there";
  EXPECT_TRUE(touches("ts-1") || touches("fs"));
}

TEST_F(Weighed, WhoGoesOnThoughHeIsRefusedOrWhoseRefusalFailedIsPlannedAround) {
  attack();
  step(event::Tick{at(4)});
  refused(cut_of(key), 5);
  work("HOPITAL\\b.martin", 40, 8);
  step(event::Tick{at(41)});
  EXPECT_GT(plan().harm_left, 0) << "he goes on, on another server";
  EXPECT_EQ(line(key), nullptr) << "he is refused already";
  EXPECT_EQ(cuts().size(), 1U + shields()) << "and not a second time";
  begin(20, ward());
  attack();
  step(event::EnforcerReport{at(5), cut_of(key)->decision.id, EnforcerStep::failed, 0, "smbd is away", "samba"});
  step(event::Tick{at(6)});
  EXPECT_GT(plan().harm_left, 0);
}

TEST_F(Weighed, ASecondUserWhoEncryptsIsASourceOfHisOwn) {
  attack();
  step(event::Tick{at(4)});
  refused(cut_of(key), 5);
  for (int i = 0; i < 3; ++i) work("HOPITAL\\c.nguyen", 10 + i, 8);
  step(event::Tick{at(14)});
  ASSERT_NE(cut_of("end_sessions c.nguyen@ts-1"), nullptr);
  EXPECT_EQ(plan().harm_left, 0);
}

TEST_F(Weighed, HeIsASourceThoughSomebodyElseSignedInOnHisHostSince) {
  begin(1, ward());
  attack();
  const event::HostKey host{"span0", 0, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.12"), at(0)};
  step(event::HostSeen{at(3.9), host, "HOPITAL\\d.simon", false});
  step(event::Tick{at(4)});
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits);
}

TEST_F(Weighed, WhoWasRefusedDoesNotGoOnWhereTheClockWasSetBack) {
  attack();
  step(event::Tick{at(4)});
  refused(cut_of(key), 5);
  ASSERT_EQ(plan().harm_left, 0);
  constexpr double back = -5 * 3600.0;
  step(event::ClockSet{at(60), back});
  engine = Engine(policy({bridge, samba}), ward(), engine.state());
  step(event::Started{at(61 + back), "0.1.0", "", event::Mode::guard});
  refused(cut_of(key), 62 + back);
  step(event::Tick{at(90 + back)});
  EXPECT_EQ(plan().harm_left, 0);
  EXPECT_FALSE(touches("fs"));
}

TEST_F(TerminalServer, TheStateIsTheFoldOfTheEvents) {
  attack();
  enter([this](const event::Input& input) { step(input); }, decider, event::Role::cyber);
  step(taken_back(10, cuts()[0]->decision.id));
  attack(20);
  State folded;
  for (const Recorded& r : events) folded.apply(r.entry, r.event);
  EXPECT_EQ(to_json(folded), to_json(engine.state()));
}

}  // namespace
}  // namespace cordon::engine
