// SPDX-License-Identifier: Apache-2.0
// Plans that weigh care, and people who approve, overrule and freeze them.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "contain/care_plan.h"
#include "contain/own_way.h"
#include "engine/deciding.h"
#include "engine/network_marks.h"
#include "engine/situation.h"

namespace cordon::engine {
namespace {

using event::Disposition;
using event::Role;

class Deciding : public testing::Test, protected LittleNight {
 protected:
  explicit Deciding(double budget = 1000) : Deciding(policy_with(budget), little_hospital()) {}
  Deciding(const Policy& policy, estate::Estate estate) : LittleNight(policy, std::move(estate)) {}
};

class NoBudget : public Deciding {
 protected:
  NoBudget() : Deciding(0) {}
};

/// OnASwitchPort: the first workstation hangs on a switch that can shut its port, and nothing finer is there.
class OnASwitchPort : public Deciding {
 protected:
  OnASwitchPort() : Deciding(by_radius(), hospital()) {}

 public:
  static Policy by_radius(double budget = 1000) {
    Policy out = policy_with(budget);
    out.means = {{"radius", "radius", event::Reach::whole_host, false}};
    return out;
  }
  static estate::Estate hospital() {
    estate::Estate out = little_hospital();
    out.hosts[0].grain = estate::Grain::isolate;
    return out;
  }
};

TEST_F(OnASwitchPort, WhereNothingFinerIsThereTheVerdictItselfShutsThePort) {
  encrypt(11);
  ASSERT_EQ(cuts().size(), 1U) << "not with the next tick: a second is hundreds of files";
  EXPECT_EQ(cuts()[0].action, "isolate");
  EXPECT_EQ(std::get<event::ApplyCut>(effects.back()).means, "radius");
}

TEST_F(OnASwitchPort, TakenBackItIsCutAgainByTheNextVerdict) {
  attack(11);
  const std::string first = cuts().at(0).id;
  step(taken_back(6, first));
  step(event::EnforcerReport{at(7), first, event::EnforcerStep::lifted, 0, "", "radius"});
  step(event::Tick{at(8)});
  EXPECT_EQ(cuts().size(), 1U) << "nothing new was seen of it";
  encrypt(11, 10);
  step(event::Tick{at(20)});
  ASSERT_EQ(cuts().size(), 2U);
  EXPECT_TRUE(engine.state().cuts.rbegin()->second.in_force());
}

TEST_F(Deciding, WithinTheBudgetItIsCutAtOnceAndThePlanComparesTheWaysOut) {
  attack(11);
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].action, "block_spread");
  EXPECT_GT(cuts()[0].harm, 0);
  EXPECT_EQ(plan().rule, contain::care_rule);
  // The infected host is lost either way; doing nothing loses the other two.
  EXPECT_GT(plan().harm_nothing, plan().harm_left + 900);
  EXPECT_GT(plan().harm_all, 0);
  ASSERT_TRUE(plan().harm_together);
  EXPECT_LT(*plan().harm_together, plan().harm_nothing);
  const auto shown = nlohmann::json::parse(situation_json(engine, {}))["plan"]["harm"];
  EXPECT_EQ(shown["together"], *plan().harm_together);
  EXPECT_EQ(shown["nothing"], plan().harm_nothing);
  const std::string said =
      fmt::format("; the plan would cost {:.0f} patient-hours in all, doing nothing would cost {:.0f}",
                  *plan().harm_together, plan().harm_nothing);
  EXPECT_NE(sentence_of(plan()).en.find(said), std::string::npos) << sentence_of(plan()).en;
  event::PlanMade old = plan();
  old.harm_together.reset();
  EXPECT_EQ(sentence_of(old).en.find("in all"), std::string::npos) << "its lines added up would be another sum";
}

// Both ends of a flow are lost: added up it counts twice, beside the other ways out once.
TEST_F(Deciding, WherePeopleForbidEveryLineThePlanCostsWhatDoingNothingDoes) {
  estate::Estate estate = little_hospital();
  for (estate::Flow& flow : estate.flows) flow.dependence = 0.8;
  Policy policy;
  policy.mode = event::Mode::watch;  // else what costs nothing is done, and is in force
  begin(policy, std::move(estate));
  attack(11);
  for (int i = 0; i < 20 && !plan().actions.empty(); ++i) {
    const std::string key = plan().actions.front().key;
    step(event::LineDecided{at(10 + i), key, event::LineWish::forbid, decider, session_of(decider), "needed tonight"});
    step(event::Tick{at(10.5 + i)});
  }
  ASSERT_TRUE(plan().actions.empty());
  ASSERT_TRUE(plan().harm_together);
  EXPECT_DOUBLE_EQ(*plan().harm_together, plan().harm_nothing);
  EXPECT_GT(plan().harm_cut + plan().harm_left, plan().harm_nothing * 1.5);
}

TEST_F(Deciding, ASuspicionAloneAsksAPersonAndCutsNothing) {
  event::Observation o;
  o.at = o.first_altered = at(1);
  o.host = {"span0", 12, *Mac::parse("02:77:00:00:00:11"), *IpAddress::parse("10.77.0.11"), at(0)};
  o.llr = 15;
  for (int i = 0; i < 4; ++i) step(o);
  step(event::Tick{at(5)});
  EXPECT_TRUE(engine.state().plans.empty()) << "one-sided: anybody could have said it";
  o.confirmed = true;
  step(o);
  step(event::Tick{at(6)});
  EXPECT_TRUE(engine.state().cuts.empty());
  EXPECT_NE(waiting().key.find("pc-1"), std::string::npos);
  EXPECT_NE(waiting().why.find("suspected, not infected"), std::string::npos);
  const std::size_t plans = engine.state().plans.size();
  step(event::Tick{at(7)});
  EXPECT_EQ(engine.state().plans.size(), plans);
}

TEST_F(NoBudget, WhatCostsNobodyAnythingIsDoneAtOnce) {
  attack(11);
  ASSERT_EQ(engine.state().cuts.size(), 1U);
  EXPECT_EQ(engine.state().cuts.begin()->second.decision.key, "shield pc-2");
}

TEST_F(NoBudget, BeyondTheBudgetTwoPersonsDecideAndEachCountsOnce) {
  attack(11);
  EXPECT_EQ(cuts().size(), 0U);
  const event::PlannedAction line = waiting();
  EXPECT_EQ(line.needs, (std::vector<Role>{Role::cyber, Role::director}));
  EXPECT_FALSE(line.care.empty());
  approve("a.durand");
  approve("a.durand", 11);
  EXPECT_EQ(cuts().size(), 0U);
  approve("c.petit", 12);
  ASSERT_EQ(cuts().size(), 1U);
  const event::CutDecided cut = cuts()[0];
  EXPECT_EQ(cut.by, "a.durand, c.petit");
  EXPECT_EQ(cut.key, line.key);
  EXPECT_EQ(std::get<event::ApplyCut>(effects.back()).action, line.action);
  // The approval is spent: nothing of it cuts a second time.
  step(event::ApprovalWish{at(13), line.approval, engine.state().approvals.find(line.approval)->asked.digest, "c.petit",
                           session_of("c.petit"), true, ""});
  EXPECT_EQ(cuts().size(), 1U);
}

// Each line costs more than half a patient-hour, and one person may agree to one.
class ManySmallLines : public LittleNight, public ::testing::Test {
 protected:
  ManySmallLines() : LittleNight(policy(), hospital()) {}
  static Policy policy() {
    Policy out = policy_with(0);
    out.lone_harm_max = 1;
    return out;
  }
  static estate::Estate hospital() {
    estate::Estate out = little_hospital();
    for (estate::Flow& flow : out.flows) flow.dependence = 0.005;
    return out;
  }
};

TEST_F(ManySmallLines, WhatOnePersonAloneApprovesHasABoundForAllOfItTogether) {
  attack(11);
  ASSERT_EQ(waiting().needs, (std::vector<Role>{Role::cyber}));
  const double each = waiting().harm;
  ASSERT_GT(each, 0.5);
  ASSERT_LT(each, 1);
  approve("a.durand");
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_DOUBLE_EQ(engine.lone_harm(), each);
  attack(12);
  step(event::Tick{at(20)});
  EXPECT_EQ(waiting().needs, (std::vector<Role>{Role::cyber, Role::director}));
  EXPECT_NE(waiting().why.find("one person alone"), std::string::npos);
  approve("a.durand", 21);
  EXPECT_EQ(cuts().size(), 1U);
  approve("c.petit", 22);
  ASSERT_EQ(cuts().size(), 2U);
  EXPECT_EQ(cuts()[1].by, "a.durand, c.petit");
  EXPECT_DOUBLE_EQ(engine.lone_harm(), each) << "two have agreed to the other";
}

TEST_F(ManySmallLines, WhatWaitsBesideAsksTwoAsSoonAsOneHasAgreedToTheFirst) {
  attack(11);
  attack(12);
  step(event::Tick{at(6)});
  const std::string first = waiting().key;
  ASSERT_EQ(waiting().needs.size(), 1U);
  approve("a.durand");
  step(event::Tick{at(11)});
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_NE(waiting().key, first);
  EXPECT_EQ(waiting().needs.size(), 2U);
  const std::size_t plans = engine.state().plans.size();
  approve("a.durand", 12);
  for (int second = 13; second < 20; ++second) step(event::Tick{at(second)});
  EXPECT_EQ(cuts().size(), 1U);
  EXPECT_LE(engine.state().plans.size(), plans + 1) << "and no plan is made over and over";
}

TEST_F(ManySmallLines, SoHasWhatOnePersonAloneOrders) {
  for (const char* key : {"block_out pc-1", "block_out pc-2"}) {
    step(event::LineDecided{at(10), key, event::LineWish::force, "a.durand", session_of("a.durand"), ""});
  }
  step(event::Tick{at(11)});
  EXPECT_EQ(cuts().size(), 1U);
  EXPECT_EQ(waiting().needs, (std::vector<Role>{Role::cyber, Role::director}));
  approve("c.petit", 12);
  EXPECT_EQ(cuts().size(), 2U);
}

TEST_F(NoBudget, AnApprovalOfSomethingElseOrFromNobodyChangesNothing) {
  attack(11);
  const std::string id = waiting().approval;
  const std::string digest = engine.state().approvals.find(id)->asked.digest;
  for (const auto& [by, session, what] :
       {std::tuple{"a.durand", "session-a.durand", std::string(64, '0')}, std::tuple{"a.durand", "stolen", digest},
        std::tuple{"nobody", "session-a.durand", digest}, std::tuple{"c.petit", "session-a.durand", digest}}) {
    step(event::ApprovalWish{at(10), id, what, by, session, true, ""});
  }
  EXPECT_TRUE(engine.state().approvals.find(id)->given.empty());
  EXPECT_EQ(cuts().size(), 0U);
}

TEST_F(NoBudget, WhatIsForbiddenIsPlannedAround) {
  attack(11);
  const std::string key = waiting().key;
  step(event::LineDecided{at(10), key, event::LineWish::forbid, "nobody", "none", ""});
  step(event::Tick{at(11)});
  EXPECT_EQ(waiting().key, key);
  step(event::LineDecided{at(12), key, event::LineWish::forbid, "a.durand", session_of("a.durand"), "needed tonight"});
  step(event::Tick{at(13)});
  for (const event::PlannedAction& line : plan().actions) EXPECT_NE(line.key, key);
  step(event::LineDecided{at(14), key, event::LineWish::free, "a.durand", session_of("a.durand"), ""});
  step(event::Tick{at(15)});
  EXPECT_EQ(waiting().key, key);
}

TEST_F(NoBudget, AnOrderStillNeedsTheSecondPersonWherePatientsDepend) {
  attack(11);
  const std::string key = "isolate pc-1";
  step(event::LineDecided{at(10), key, event::LineWish::force, "a.durand", session_of("a.durand"), "now"});
  step(event::Tick{at(11)});
  EXPECT_EQ(cuts().size(), 0U);
  EXPECT_EQ(waiting().key, key);
  approve("c.petit", 12);
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].action, "isolate");
}

TEST_F(NoBudget, WhoOrdersWhatWaitsAlreadyHasApprovedItAndIsOnePerson) {
  attack(11);
  const std::string key = waiting().key;
  const std::string id = waiting().approval;
  const event::LineDecided order{at(10), key, event::LineWish::force, "a.durand", session_of("a.durand"), "now"};
  step(order);
  EXPECT_TRUE(engine.state().approvals.find(id)->given.contains("a.durand"));
  step(event::Tick{at(11)});
  approve("a.durand", 12);
  step(order);
  EXPECT_EQ(cuts().size(), 0U);
  approve("c.petit", 13);
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].by, "a.durand, c.petit");
}

TEST_F(Deciding, WhatAPersonForbadeNoVerdictDoesEither) {
  for (const char* key : {"block_out pc-1", "isolate pc-1"})
    step(event::LineDecided{at(0.5), key, event::LineWish::forbid, "a.durand", session_of("a.durand"), "in use"});
  attack(11);
  EXPECT_TRUE(cuts().empty());
  const auto quick = std::ranges::find(engine.state().plans, contain::plan_rule, &event::PlanMade::rule);
  ASSERT_NE(quick, engine.state().plans.end());
  EXPECT_EQ(quick->actions.at(0).disposition, Disposition::withheld);
  EXPECT_EQ(quick->actions[0].why, "forbidden by a.durand: Cordon does not do it");
  EXPECT_EQ(quick->harm_cut, 0);
}

TEST_F(NoBudget, WhatWasDeclinedIsAdvisedUntilSomebodyOrdersIt) {
  attack(11);
  const std::string key = waiting().key;
  const std::size_t asked = engine.state().approvals.all().size();
  const auto line = [&] { return *std::ranges::find(plan().actions, key, &event::PlannedAction::key); };
  approve("c.petit", 10, false);
  step(event::Tick{at(11)});
  EXPECT_EQ(line().disposition, Disposition::advised);
  EXPECT_EQ(line().why, "declined by c.petit: an order or a new verdict asks anew");
  const std::size_t plans = engine.state().plans.size();
  step(event::Tick{at(12)});
  EXPECT_EQ(engine.state().plans.size(), plans);
  EXPECT_EQ(engine.state().approvals.all().size(), asked);
  step(event::LineDecided{at(20), key, event::LineWish::force, "a.durand", session_of("a.durand"), ""});
  step(event::Tick{at(21)});
  EXPECT_TRUE(engine.state().approvals.find(line().approval)->given.contains("a.durand"));
  approve("c.petit", 22);
  EXPECT_EQ(cuts().size(), 1U);
}

TEST_F(NoBudget, AnOrderThatAnotherDeclinedIsOverAndMayBeGivenAgain) {
  attack(11);
  const std::string key = "isolate pc-1";
  const auto order = [&](double when) {
    step(event::LineDecided{at(when), key, event::LineWish::force, "a.durand", session_of("a.durand"), "now"});
    step(event::Tick{at(when + 1)});
  };
  order(10);
  approve("c.petit", 12, false);
  step(event::Tick{at(13)});
  EXPECT_FALSE(engine.state().overruled.contains(key));
  EXPECT_EQ(cuts().size(), 0U);
  order(20);
  ASSERT_EQ(waiting().key, key);
  approve("c.petit", 22);
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].action, "isolate");
}

TEST_F(NoBudget, WhatNobodyAnsweredOrWasDeclinedIsAskedAnewAfterTwoHours) {
  attack(11);
  const std::string key = waiting().key;
  const std::string first = waiting().approval;
  step(event::Tick{at(7210)});
  EXPECT_FALSE(engine.state().approvals.find(first)->open());
  EXPECT_NE(waiting().approval, first);
  EXPECT_TRUE(engine.state().approvals.find(waiting().approval)->open());
  approve("c.petit", 7220, false);
  step(event::Tick{at(7221)});
  EXPECT_THROW(waiting(), std::logic_error);
  step(event::Tick{at(7220 + 7201)});
  EXPECT_EQ(waiting().key, key);
  approve("c.petit", 7220 + 7202);
  approve("a.durand", 7220 + 7203);
  EXPECT_EQ(cuts().size(), 1U);
}

TEST_F(NoBudget, ANewVerdictAsksAnewWhatWasDeclined) {
  attack(11);
  const std::string key = waiting().key;
  approve("c.petit", 10, false);
  step(event::Tick{at(11)});
  EXPECT_THROW(waiting(), std::logic_error);
  encrypt(12, 12, 30);
  step(event::Tick{at(40)});
  const auto line = std::ranges::find(plan().actions, key, &event::PlannedAction::key);
  ASSERT_NE(line, plan().actions.end());
  EXPECT_EQ(line->disposition, Disposition::waits);
}

TEST_F(NoBudget, AnOrderMayBeTheLastApprovalAndIsCarriedOutOnce) {
  attack(11);
  const std::string key = waiting().key;
  approve("c.petit", 10);
  for (const auto& [by, session] :
       {std::pair{"c.petit", session_of("c.petit")}, std::pair{"a.durand", std::string("x")}}) {
    step(event::LineDecided{at(11), key, event::LineWish::force, by, session, "not his to order, or not he"});
    EXPECT_EQ(cuts().size(), 0U);
  }
  step(event::LineDecided{at(12), key, event::LineWish::force, "a.durand", session_of("a.durand"), "now"});
  ASSERT_EQ(cuts().size(), 1U);
  step(event::Tick{at(13)});
  step(event::LineDecided{at(14), "shield fs", event::LineWish::forbid, "a.durand", session_of("a.durand"), ""});
  step(event::Tick{at(15)});
  EXPECT_EQ(cuts().size(), 1U);
  for (const event::PlannedAction& line : plan().actions) EXPECT_NE(line.key, key) << "it is in force";
}

TEST_F(Deciding, AnOrderThatIsInForceIsNotCarriedOutAgainByTheNextPlan) {
  const auto order = [&](double when, const std::string& key) {
    step(event::LineDecided{at(when), key, event::LineWish::force, "a.durand", session_of("a.durand"), "audit"});
    step(event::Tick{at(when + 1)});
  };
  order(10, "shield pc-2");
  order(12, "block_out pc-2");
  EXPECT_EQ(engine.state().cuts.size(), 1U);
  EXPECT_EQ(waiting().key, "block_out pc-2") << "the unit's care hangs on it: two persons";
}

/// OwnSwitch: the file server carries cuts out for Cordon.
class OwnSwitch : public Deciding {
 protected:
  OwnSwitch() : Deciding(policy_with(1000), hospital()) {}
  static estate::Estate hospital() {
    estate::Estate out = little_hospital();
    out.hosts[2].own = estate::Own::enforcer;
    return out;
  }
};

TEST_F(OwnSwitch, NobodyOrdersACutOfWhoCarriesCutsOutAndIsToldWhyInTwoLanguages) {
  for (const char* key : {"shield fs", "block_out fs", "isolate fs"}) {
    step(event::LineDecided{at(10), key, event::LineWish::force, "a.durand", session_of("a.durand"), "now"});
  }
  step(event::Tick{at(11)});
  EXPECT_TRUE(engine.state().cuts.empty());
  ASSERT_EQ(plan().actions.size(), 3U);
  for (const event::PlannedAction& line : plan().actions) {
    EXPECT_EQ(line.disposition, Disposition::withheld);
    EXPECT_EQ(line.why, std::string(contain::own_way_reason) + "fs");
  }
  const std::string told = entry_json(Sequence{1}, 1, event::Event{plan()});
  EXPECT_NE(told.find("it would cut Cordon's own way"), std::string::npos) << told;
  EXPECT_NE(told.find("cela couperait le chemin de Cordon"), std::string::npos) << told;
}

TEST_F(OwnSwitch, AVerdictOnItCutsNothingByItself) {
  attack(20);
  for (const event::CutDecided& cut : cuts()) EXPECT_EQ(cut.what, "nothing");
  for (const event::PlannedAction& line : plan().actions) {
    EXPECT_EQ(line.key.find(" fs"), std::string::npos) << line.key;
    EXPECT_NE(line.disposition, Disposition::cut);
  }
}

TEST_F(NoBudget, WhatBecameCordonsOwnWhileItWaitedIsApprovedByNobody) {
  attack(11);
  const std::string id = waiting().approval;
  estate::Estate estate = little_hospital();
  estate.hosts[0].own = estate::Own::box;
  engine = Engine(policy_with(0), estate, engine.state());
  approve("a.durand");
  approve("c.petit", 12);
  EXPECT_EQ(cuts().size(), 0U);
  EXPECT_FALSE(engine.state().approvals.find(id)->open());
  const auto over = std::ranges::find_if(events, [&](const event::Event& e) {
    const auto* changed = std::get_if<event::ApprovalChanged>(&e);
    return changed != nullptr && changed->step == event::ApprovalStep::declined && changed->id == id;
  });
  ASSERT_NE(over, events.end());
  EXPECT_EQ(std::get<event::ApprovalChanged>(*over).detail, std::string(contain::own_way_reason) + "pc-1");
}

/// Rehearsing: the bridge cuts; the file server is asked what it would do.
class Rehearsing : public Deciding {
 protected:
  explicit Rehearsing(bool alone = false) : Deciding(policy(alone), little_hospital()) {}
  static Policy policy(bool alone) {
    Policy out = policy_with(1000);
    event::MeansOffer samba{"samba", "cordon-smb", event::Reach::file_service, false, true};
    samba.rehearses = true;
    if (alone) out.means.clear();
    out.means.push_back(samba);
    return out;
  }
  void reports(double when, const std::string& means, event::EnforcerStep what, const std::string& detail = "") {
    step(event::EnforcerReport{at(when), cuts().at(0).id, what, 0, detail, means});
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> out;
    for (const event::Effect& effect : effects) {
      const auto* apply = std::get_if<event::ApplyCut>(&effect);
      if (apply != nullptr && apply->action != "shield") out.push_back(apply->means);
    }
    return out;
  }
  const CutRecord& record() const { return engine.state().cuts.at(cuts().at(0).id); }
};

class RehearsingAlone : public Rehearsing {
 protected:
  RehearsingAlone() : Rehearsing(true) {}
};

TEST_F(Rehearsing, WhoRehearsesIsAskedBesideAndHidesNoFailure) {
  attack(11);
  EXPECT_EQ(asked(), (std::vector<std::string>{"nftables", "samba"}));
  EXPECT_EQ(cuts()[0].means, "nftables");
  for (const double when : {6.0, 7.0}) {
    reports(when, "samba", event::EnforcerStep::rehearsed, "3 connections would be ended");
  }
  EXPECT_EQ(record().state, event::CutState::decided);
  std::vector<event::CutHandedOn> told;
  for (const event::Event& e : events) {
    if (const auto* handed = std::get_if<event::CutHandedOn>(&e)) told.push_back(*handed);
  }
  ASSERT_EQ(told.size(), 1U) << "once";
  const auto situation = nlohmann::json::parse(situation_json(engine, {}));
  for (const auto& cut : situation["cuts"]) {
    EXPECT_EQ(cut["means"], nlohmann::json::array({"nftables"})) << "the page names nobody who only rehearses";
  }
  EXPECT_EQ(told[0].why, "dry run: nothing was enforced: 3 connections would be ended");
  reports(8, "nftables", event::EnforcerStep::failed, "no such table");
  EXPECT_EQ(record().state, event::CutState::failed);
  step(event::RollBack{at(9), cuts()[0].id, "a.durand", session_of("a.durand"), ""});
  reports(10, "samba", event::EnforcerStep::lifted);
  EXPECT_EQ(record().state, event::CutState::lifting) << "the bridge has not said so";
  reports(11, "nftables", event::EnforcerStep::lifted);
  EXPECT_EQ(record().state, event::CutState::lifted);
}

TEST_F(RehearsingAlone, ACutThatWasOnlyRehearsedNeverHolds) {
  attack(11);
  EXPECT_EQ(asked(), std::vector<std::string>{"samba"});
  reports(6, "samba", event::EnforcerStep::rehearsed, "3 connections would be ended");
  reports(7, "samba", event::EnforcerStep::read_back);
  step(event::Tick{at(40)});
  EXPECT_EQ(record().state, event::CutState::rehearsed);
  EXPECT_EQ(record().detail, "dry run: nothing was enforced: 3 connections would be ended");
  engine = Engine(policy(true), little_hospital(), engine.state());
  step(event::Started{at(50), "1", "", event::Mode::guard});
  reports(51, "samba", event::EnforcerStep::rehearsed);
  EXPECT_EQ(record().state, event::CutState::rehearsed);
}

/// Proven: what the plan asked of people is in force and known to hold.
class Proven : public NoBudget {
 protected:
  void SetUp() override {
    attack(11);
    approve("a.durand");
    approve("c.petit", 12);
    ASSERT_EQ(cuts().size(), 1U);
    event::SensorReport sensor;
    sensor.at = at(13);
    sensor.sensor = "span0";
    step(sensor);
    step(event::Tick{at(13)});
    EXPECT_TRUE(plan().no_longer_needed.empty()) << "what is not proven makes nothing unneeded";
    step(event::EnforcerReport{at(14), cuts()[0].id, event::EnforcerStep::read_back, 7, "", "nftables"});
    step(event::Tick{at(15)});
  }
  const CutRecord& shield() const {
    for (const auto& [id, cut] : engine.state().cuts) {
      if (cut.decision.key == "shield pc-2") return cut;
    }
    static const CutRecord none;
    ADD_FAILURE() << "no shield";
    return none;
  }
};

TEST_F(Proven, WhatSavesNothingAnyMoreIsNamedAndNotLifted) {
  ASSERT_EQ(plan().no_longer_needed.size(), 1U) << "never what keeps the infected host itself from others";
  EXPECT_EQ(plan().no_longer_needed[0].cut, shield().decision.id);
  EXPECT_EQ(plan().no_longer_needed[0].key, "shield pc-2");
  step(event::Tick{at(60)});
  EXPECT_TRUE(shield().in_force());
}

TEST_F(Proven, TakenBackForThatItIsNotForbiddenForEver) {
  step(taken_back(20, shield().decision.id));
  EXPECT_FALSE(shield().in_force());
  step(event::Tick{at(21)});
  EXPECT_TRUE(engine.state().overruled.empty());
  EXPECT_TRUE(plan().no_longer_needed.empty());
  EXPECT_FALSE(shield().in_force()) << "nor done again while the other holds";
}

TEST_F(Proven, WhenTheProofIsGoneItIsNeededAgain) {
  event::FlowProgress round;
  round.at = at(40);
  round.host = cuts()[0].host;
  round.server = *IpAddress::parse("10.77.0.20");
  round.port = 445;
  step(round);
  ASSERT_EQ(engine.state().cuts.at(cuts()[0].id).state, event::CutState::unproven);
  step(event::Tick{at(41)});
  EXPECT_TRUE(plan().no_longer_needed.empty());
}

TEST_F(Proven, WhatAPersonOrderedIsNeverCalledUnneeded) {
  step(event::LineDecided{at(20), "shield pc-2", event::LineWish::force, "a.durand", session_of("a.durand"), "audit"});
  step(event::Tick{at(21)});
  EXPECT_TRUE(plan().no_longer_needed.empty());
  EXPECT_TRUE(shield().in_force());
}

/// ByHand: nothing here can block what a host spreads and the budget isolates nobody, so a person must.
class ByHand : public Deciding {
 protected:
  ByHand() : Deciding(OnASwitchPort::by_radius(0), little_hospital()) {}
  void SetUp() override {
    attack(11);
    ASSERT_TRUE(engine.state().cuts.empty());
    ASSERT_TRUE(is_in_plan(key));
    before = plan();
  }
  bool is_in_plan(const std::string& wanted) const {
    return std::ranges::find(plan().actions, wanted, &event::PlannedAction::key) != plan().actions.end();
  }
  void say(bool done, const std::string& by, const std::string& session, const std::string& what, double when) {
    step(event::HandDone{at(when), what, done, by, session, "at the switch"});
    step(event::Tick{at(when + 0.5)});
  }
  const std::string key = "block_out pc-1";
  event::PlanMade before;
};

TEST_F(OnASwitchPort, WhomNobodyHereCanBlockIsIsolatedAtOnceByWhoCan) {
  begin(by_radius(), little_hospital());
  attack(11);
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].key, "isolate pc-1") << "it would spread until somebody came";
}

TEST_F(ByHand, WhatAPersonSaysWasDoneCountsAsDoneUntilItIsTakenBack) {
  say(true, "a.durand", session_of("a.durand"), key, 10);
  EXPECT_TRUE(engine.state().by_hand.contains(key));
  EXPECT_FALSE(is_in_plan(key));
  EXPECT_LE(plan().actions.size(), before.actions.size() - 1);
  EXPECT_TRUE(engine.state().cuts.empty()) << "nothing is asked of an enforcer";
  State folded{Policy{}.tally};
  std::uint64_t n = 0;
  for (const event::Event& e : events) folded.apply(Sequence{++n}, e);
  EXPECT_EQ(to_json(folded), to_json(engine.state()));
  say(false, "a.durand", session_of("a.durand"), key, 20);
  EXPECT_TRUE(engine.state().by_hand.empty());
  EXPECT_TRUE(is_in_plan(key));
}

TEST_F(ByHand, WhenACutWouldEndAPersonSaysAnewThatItIsStillInPlace) {
  const auto until = [&] {
    return nlohmann::json::parse(situation_json(engine, {}))["plan"]["by_hand"][0]["until"].get<double>();
  };
  say(true, "a.durand", session_of("a.durand"), key, 10);
  EXPECT_DOUBLE_EQ(until(), seconds_of(at(10) + Policy().cut_lasts));
  const double due = 10 + 4 * 3600.0;
  say(true, "a.durand", session_of("a.durand"), key, due - 1);
  EXPECT_DOUBLE_EQ(until(), seconds_of(at(10) + Policy().cut_lasts)) << "not asked yet";
  step(event::Tick{at(due + 60)});
  EXPECT_TRUE(engine.state().by_hand.contains(key)) << "nobody else can tell that it is over";
  say(true, "a.durand", session_of("a.durand"), key, due + 120);
  EXPECT_DOUBLE_EQ(until(), seconds_of(at(due + 120) + Policy().cut_lasts));
}

TEST_F(ByHand, OnlyWhoMayDecideLinesSaysSoAndOnlyOfWhatWaitsForAHand) {
  say(true, "c.petit", session_of("c.petit"), key, 10);
  say(true, "a.durand", "stolen", key, 11);
  say(true, "nobody", session_of("a.durand"), key, 12);
  say(true, "a.durand", session_of("a.durand"), "isolate fs", 13);
  say(false, "a.durand", session_of("a.durand"), key, 14);
  EXPECT_TRUE(engine.state().by_hand.empty());
  EXPECT_TRUE(
      std::ranges::none_of(events, [](const event::Event& e) { return std::holds_alternative<event::HandDone>(e); }));
  say(true, "a.durand", session_of("a.durand"), key, 15);
  say(true, "a.durand", session_of("a.durand"), key, 16);
  EXPECT_EQ(
      std::ranges::count_if(events, [](const event::Event& e) { return std::holds_alternative<event::HandDone>(e); }),
      1);
  std::vector<std::string> refused;
  for (const event::Event& e : events) {
    if (const auto* order = std::get_if<event::OrderRefused>(&e)) refused.push_back(order->why);
  }
  EXPECT_EQ(refused, (std::vector<std::string>{"this person's roles do not permit it", "no open session of this person",
                                               "no open session of this person",
                                               "this line waits for nobody's hand any more: look at the plan again"}))
      << "what is as they wish already is no refusal";
}

TEST_F(Deciding, WhoseAddressWasUsedIsNotCutForIt) {
  attack(11, 66);  // another machine under the address of pc-1
  EXPECT_TRUE(engine.state().cuts.empty());
  EXPECT_TRUE(std::ranges::none_of(
      events, [](const event::Event& e) { return std::holds_alternative<event::ApprovalAsked>(e); }));
  EXPECT_EQ(plan().actions.at(0).disposition, Disposition::withheld);
  attack(12);  // a true attack begins a plan; pc-1 is no part of it
  for (const event::CutDecided& cut : cuts()) EXPECT_NE(cut.host.ip.text(), "10.77.0.11") << cut.key;
  EXPECT_EQ(cuts().size(), 1U);
}

TEST_F(Deciding, AnOrderIsCarriedOutThoughNobodyIsInfected) {
  step(event::LineDecided{at(10), "shield pc-2", event::LineWish::force, "a.durand", session_of("a.durand"), "audit"});
  step(event::Tick{at(11)});
  ASSERT_EQ(engine.state().cuts.size(), 1U);
  const event::CutDecided& cut = engine.state().cuts.begin()->second.decision;
  EXPECT_EQ(cut.key, "shield pc-2");
  EXPECT_EQ(cut.by, "a.durand");
}

TEST_F(Deciding, WhatNoOrderCanHaveDoneIsRefusedAndNotTaken) {
  estate::Estate estate = little_hospital();
  estate.hosts[1].is_protected = true;
  const std::string name = estate.hosts[1].name;
  begin(policy_with(1000), std::move(estate));
  for (const std::string& key : {"isolate " + name, "block_out " + name, std::string("firebreak")}) {
    step(event::LineDecided{at(10), key, event::LineWish::force, "a.durand", session_of("a.durand"), "now"});
    EXPECT_FALSE(engine.state().overruled.contains(key)) << key;
  }
  step(event::LineDecided{at(11), "isolate " + name, event::LineWish::forbid, "a.durand", session_of("a.durand"), ""});
  EXPECT_TRUE(engine.state().overruled.contains("isolate " + name)) << "a word against it may stand";
  step(event::LineDecided{at(11), "isolate " + name, event::LineWish::force, "a.durand", session_of("a.durand"), ""});
  EXPECT_EQ(engine.state().overruled.at("isolate " + name).wish, event::LineWish::forbid) << "and makes no way for it";
  step(event::LineDecided{at(12), "shield " + name, event::LineWish::force, "a.durand", session_of("a.durand"), "now"});
  EXPECT_TRUE(engine.state().overruled.contains("shield " + name)) << "its other ports may be shielded";
}

TEST_F(Deciding, WhoWasSeenAndNotDeclaredCanBeCutByOrder) {
  const event::HostKey stranger{"span0", 12, *Mac::parse("02:00:00:00:00:99"), *IpAddress::parse("10.77.0.99"), at(0)};
  step(event::HostSeen{at(1), stranger, "", false});
  step(
      event::LineDecided{at(10), "isolate 10.77.0.99", event::LineWish::force, "a.durand", session_of("a.durand"), ""});
  step(event::Tick{at(11)});
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].host, stranger);
  EXPECT_EQ(cuts()[0].ips, (std::vector{stranger.ip}));
}

TEST_F(Deciding, WhatAPersonTookBackIsNotCutAgainByTheNextPlan) {
  step(event::LineDecided{at(10), "shield pc-2", event::LineWish::force, "a.durand", session_of("a.durand"), "audit"});
  step(event::Tick{at(11)});
  ASSERT_EQ(engine.state().cuts.size(), 1U);
  step(taken_back(12, engine.state().cuts.begin()->first));
  attack(11);
  for (const auto& [id, cut] : engine.state().cuts) {
    if (cut.decision.key == "shield pc-2") {
      EXPECT_FALSE(cut.in_force()) << id;
    }
  }
}

TEST_F(Deciding, FrozenNothingIsCutByItself) {
  step(event::Freeze{at(0.5), true, "a.durand", session_of("a.durand"), "maintenance"});
  attack(11);
  EXPECT_EQ(cuts().size(), 0U);
  EXPECT_EQ(waiting().disposition, Disposition::waits);
  step(event::Freeze{at(20), false, "a.durand", session_of("a.durand"), ""});
  step(event::Tick{at(21)});
  EXPECT_EQ(cuts().size(), 1U);
}

TEST_F(Deciding, WatchAsksWhereGuardCuts) {
  step(event::ModeChosen{at(0.5), event::Mode::watch, "a.durand", session_of("a.durand"), ""});
  attack(11);
  EXPECT_EQ(cuts().size(), 0U);
  EXPECT_EQ(waiting().disposition, Disposition::waits);
  step(event::ModeChosen{at(20), event::Mode::guard, "c.petit", "stolen", ""});
  step(event::Tick{at(21)});
  EXPECT_EQ(cuts().size(), 0U);
}

/// Two networks that reach each other, as most houses have.
estate::Estate two_networks() {
  estate::Estate estate = little_hospital();
  estate.networks.push_back({"Bureaux", {0}, std::nullopt, {{*IpAddress::parse("10.78.0.0"), 24}}, {true, false}});
  for (int n = 1; n < 4; ++n) {
    estate.hosts.push_back(host_named("bureau-" + std::to_string(n), 0, estate::Role::workstation));
    estate.hosts.back().network = estate::NetworkIndex{1};
    estate.hosts.back().addresses = {*IpAddress::parse("10.78.0." + std::to_string(n))};
    estate.hosts.back().macs = {*Mac::parse("02:78:00:00:00:0" + std::to_string(n))};
    estate.hosts.back().harm_if_lost = 500;
  }
  estate.borders = {{{0}, {1}, {true, false}, true}, {{1}, {0}, {true, false}, true}};
  return estate;
}

TEST_F(Deciding, AFirebreakThatWaitsIsCountedWhenAnotherVerdictIsAnswered) {
  begin(policy_with(1000), two_networks());
  attack(11);
  const auto waiting_now = [this] { return network_marks(engine, "r.1")["counts"]["waits"].get<int>(); };
  const int waits = waiting_now();
  encrypt(12, 12, 6);
  ASSERT_NE(plan().rule, contain::care_rule) << "the first answer to the verdict is the last plan";
  EXPECT_EQ(waiting_now(), waits);
}

TEST_F(Deciding, TheFirebreakWaitsForPeopleIsOneCutAndIsTakenBackWhole) {
  begin(policy_with(1000), two_networks());
  attack(11);
  EXPECT_EQ(waiting().key, "firebreak");
  EXPECT_EQ(waiting().why, "in case somebody unseen is infected: a person decides");
  const auto counted = [this](const char* what) { return network_marks(engine, "r.1")["counts"][what].get<int>(); };
  const int waits = counted("waits");
  const int pending = counted("pending");
  approve(decider);
  EXPECT_EQ(counted("pending"), pending + 1) << "it stands nowhere on the map, and is counted";
  const auto cut =
      std::ranges::find_if(engine.state().cuts, [](const auto& one) { return one.second.decision.key == "firebreak"; });
  ASSERT_NE(cut, engine.state().cuts.end());
  EXPECT_EQ(cut->second.decision.action, "close_border");
  EXPECT_EQ(cut->second.decision.borders.size(), 2U);
  step(event::Tick{at(12)});
  for (const event::PlannedAction& line : plan().actions) EXPECT_NE(line.key, "firebreak") << "it is in force";
  EXPECT_EQ(counted("waits"), waits - 1);
  step(taken_back(13, cut->first));
  step(event::Tick{at(14)});
  for (const event::PlannedAction& line : plan().actions) EXPECT_NE(line.key, "firebreak") << "a person took it back";
}

TEST_F(NoBudget, ARestartForgetsNoApprovalAndNoOrder) {
  attack(11);
  approve("a.durand");
  State folded{Policy{}.tally};
  std::uint64_t n = 0;
  for (const event::Event& e : events) folded.apply(Sequence{++n}, e);
  EXPECT_EQ(to_json(folded), to_json(engine.state()));
  Engine again(policy_with(0), little_hospital(), std::move(folded));
  const auto id = waiting().approval;
  const auto step = again.step(event::ApprovalWish{at(20), id, again.state().approvals.find(id)->asked.digest,
                                                   "c.petit", session_of("c.petit"), true, ""});
  EXPECT_EQ(step.effects.size(), 1U);
}

}  // namespace
}  // namespace cordon::engine
