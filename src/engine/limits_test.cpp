// SPDX-License-Identifier: Apache-2.0
// What bounds Cordon's own doing: modes, limits, the freeze, who may order what, and who counts as whom.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "contain/care_plan.h"
#include "engine/deciding.h"
#include "engine/situation.h"

namespace cordon::engine {
namespace {

using event::Disposition;
using event::LineWish;
using event::Role;

State folded(const std::vector<event::Event>& events) {
  State out{Policy{}.tally};
  std::uint64_t n = 0;
  for (const event::Event& e : events) out.apply(Sequence{++n}, e);
  return out;
}

template <class T>
std::vector<T> all_of_type(const std::vector<event::Event>& events) {
  std::vector<T> out;
  for (const event::Event& e : events) {
    if (const auto* one = std::get_if<T>(&e)) out.push_back(*one);
  }
  return out;
}

event::HostKey seen_at(int mac, const std::string& ip) {
  return {"span0", 12, *Mac::parse("02:77:00:00:00:" + std::to_string(mac)), *IpAddress::parse(ip), at(0)};
}

class Limits : public testing::Test, protected LittleNight {
 protected:
  explicit Limits(double budget = 1000) : LittleNight(policy_with(budget), little_hospital()) {}
};

class LimitsWithoutBudget : public Limits {
 protected:
  LimitsWithoutBudget() : Limits(0) {}
};

/// In each mode, what becomes of what Cordon would do by itself.
class Modes : public Limits {
 protected:
  void attacked_in(event::Mode mode) {
    Policy policy = policy_with(1000);
    policy.mode = mode;
    policy.means.push_back({"samba", "cordon-smb", event::Reach::file_service, false});
    begin(policy, little_hospital());
    attack(11);
  }
  const event::PlannedAction& first_answer() const { return engine.state().plans.front().actions.at(0); }
};

TEST_F(Modes, GuardCutsByItselfAndNoOtherModeDoes) {
  attacked_in(event::Mode::guard);
  EXPECT_EQ(first_answer().disposition, Disposition::cut);
  EXPECT_EQ(cuts().size(), 1U);
  for (const auto& [mode, word] : {std::pair{event::Mode::watch, "mode watch"}, {event::Mode::island, "mode island"}}) {
    attacked_in(mode);
    EXPECT_EQ(first_answer().disposition, Disposition::advised);
    EXPECT_NE(first_answer().why.find(word), std::string::npos) << first_answer().why;
    EXPECT_TRUE(engine.state().cuts.empty()) << word;
    EXPECT_TRUE(effects.empty()) << word;
    EXPECT_EQ(waiting().key, "block_out pc-1");
    EXPECT_EQ(waiting().why, std::string(word) + ": a person decides");
    EXPECT_EQ(in_french(waiting().why).find("person decides"), std::string::npos);
    approve(decider, 10);
    EXPECT_TRUE(effects.empty()) << "patients depend on it";
    approve("c.petit", 11);
    EXPECT_EQ(cuts().size(), 1U) << "people cut in every mode";
  }
}

TEST_F(Modes, InEachModeAnOrderIsCarriedOut) {
  for (const event::Mode mode : {event::Mode::watch, event::Mode::island}) {
    attacked_in(mode);
    step(event::LineDecided{at(10), "shield pc-2", LineWish::force, decider, decider_session, ""});
    step(event::Tick{at(11)});
    ASSERT_EQ(engine.state().cuts.size(), 1U);
    EXPECT_EQ(engine.state().cuts.begin()->second.decision.by, decider);
  }
}

TEST_F(Modes, BackInGuardWhatWaitedIsCut) {
  attacked_in(event::Mode::island);
  step(event::ModeChosen{at(10), event::Mode::guard, decider, decider_session, ""});
  step(event::Tick{at(11)});
  EXPECT_EQ(cuts().size(), 1U);
}

TEST_F(Modes, TheLimitOfCutsAnHourHoldsForThePlansLinesToo) {
  estate::Estate estate = little_hospital();
  estate.hosts.push_back(host_named("pc-3", 13, estate::Role::workstation));
  estate.hosts.back().harm_if_lost = 500;
  for (const std::uint32_t limit : {0U, 1U, 2U, 3U}) {  // two shields that cost nobody anything
    Policy policy = policy_with(0);
    policy.automatic_cuts_per_hour_max = limit;
    begin(policy, estate);
    attack(11);
    EXPECT_EQ(engine.state().cuts.size(), std::min(contain::cuts_for_plan(limit, limit), 2U));
    EXPECT_EQ(waiting().key, "block_out pc-1") << "around what is cut people are asked for the best that is left";
  }
  Policy policy = policy_with(1000);
  policy.automatic_cuts_per_hour_max = 0;
  begin(policy, estate);
  attack(11);
  EXPECT_TRUE(engine.state().cuts.empty());
  EXPECT_EQ(waiting().key, "block_out pc-1");
  EXPECT_EQ(waiting().why, "the limit of automatic cuts an hour is reached: a person decides");
}

/// A file server on which a person must decide, and forty machines around it that can be shielded meanwhile.
TEST_F(Modes, OneServerUnderAVerdictUsesUpNoCutOfThoseWhoEncryptNext) {
  estate::Estate estate = little_hospital();
  for (int n = 30; n < 70; ++n) {
    estate.hosts.push_back(host_named("pc-" + std::to_string(n), n, estate::Role::workstation));
    estate.hosts.back().harm_if_lost = 500;
  }
  begin(policy_with(1000), estate);
  attack(20);
  EXPECT_LE(engine.state().cuts.size(), contain::cuts_per_hour_default / 2);
  EXPECT_GT(engine.state().cuts.size(), 0U);
  for (int n = 50; n < 55; ++n) encrypt(n, n, 20 + n);
  std::size_t blocked = 0;
  for (int n = 50; n < 55; ++n) {
    const auto address = *IpAddress::parse("10.77.0." + std::to_string(n));
    blocked +=
        std::ranges::any_of(engine.state().cuts,
                            [&](const auto& cut) {
                              const event::CutDecided& d = cut.second.decision;
                              return d.action == "block_spread" && std::ranges::find(d.ips, address) != d.ips.end();
                            })
            ? 1U
            : 0U;
  }
  EXPECT_EQ(blocked, 5U);
}

TEST_F(Modes, WhatTheLimitHeldUpIsDoneWhenTheHourIsOver) {
  Policy policy = policy_with(0);
  policy.automatic_cuts_per_hour_max = 1;
  begin(policy, [] {
    estate::Estate estate = little_hospital();
    estate.hosts.push_back(host_named("pc-3", 13, estate::Role::workstation));
    estate.hosts.back().harm_if_lost = 500;
    return estate;
  }());
  attack(11);
  step(event::Tick{at(3500)});
  EXPECT_EQ(engine.state().cuts.size(), 1U);
  step(event::Tick{at(3700)});
  EXPECT_EQ(engine.state().cuts.size(), 2U) << "nothing else has happened since";
}

TEST_F(Limits, TheFreezeStopsWhatCordonHandsOnAndNotWhatPeopleOrdered) {
  for (const bool ordered : {false, true}) {
    Policy policy = policy_with(ordered ? 0 : 1000);
    policy.means.push_back({"samba", "cordon-smb", event::Reach::file_service, false});
    begin(policy, little_hospital());
    attack(11);
    if (ordered) {
      approve(decider);
      approve("c.petit", 11);
    }
    ASSERT_EQ(cuts().size(), 1U);
    EXPECT_EQ(cuts()[0].by.empty(), !ordered);
    step(event::Freeze{at(12), true, decider, decider_session, ""});
    step(event::EnforcerReport{at(13), cuts()[0].id, event::EnforcerStep::failed, 0, "", "nftables"});
    EXPECT_EQ(all_of_type<event::CutHandedOn>(events).size(), ordered ? 1U : 0U);
  }
}

/// Lighter: blocking a workstation costs 0.6 patient-hours, so that one person is enough.
estate::Estate lighter_hospital() {
  estate::Estate out = little_hospital();
  for (estate::Flow& flow : out.flows) flow.dependence = 0.005;
  return out;
}

TEST_F(Limits, WhereMoreCareHangsOnItThanWhenItWasAskedOneApprovalIsNotEnough) {
  begin(policy_with(0), lighter_hospital());
  attack(11);
  const event::PlannedAction asked = waiting();
  ASSERT_EQ(asked.needs, std::vector{Role::cyber});
  const std::string digest = engine.state().approvals.find(asked.approval)->asked.digest;
  const event::ApprovalWish approval{at(20), asked.approval, digest, decider, decider_session, true, ""};
  for (const bool at_once : {true, false}) {  // before the first tick of the new run, and after
    Engine again(policy_with(0), little_hospital(), folded(events));
    again.step(event::Started{at(19), "0.1.0", "", event::Mode::guard});
    if (!at_once) again.step(event::Tick{at(19.5)});
    EXPECT_TRUE(again.step(approval).effects.empty()) << "patients depend on it now: two persons";
    const event::PlannedAction& now = again.state().plans.back().actions.at(0);
    EXPECT_EQ(now.key, asked.key);
    EXPECT_EQ(now.needs, (std::vector{Role::cyber, Role::director}));
    EXPECT_NE(now.approval, asked.approval) << "the question is put anew";
  }
  Engine same(policy_with(0), lighter_hospital(), folded(events));
  EXPECT_EQ(same.step(approval).effects.size(), 1U);
}

TEST_F(LimitsWithoutBudget, AnApprovalSaidAgainInALaterRunCutsNothing) {
  attack(11);
  std::vector<event::ApprovalWish> wishes;
  const std::string id = waiting().approval;
  const std::string digest = engine.state().approvals.find(id)->asked.digest;
  for (const char* name : {decider, "c.petit"}) {
    wishes.push_back({at(10), id, digest, name, session_of(name), true, ""});
    step(wishes.back());
  }
  ASSERT_EQ(cuts().size(), 1U);
  step(taken_back(12, cuts()[0].id));
  step(event::EnforcerReport{at(13), cuts()[0].id, event::EnforcerStep::lifted, 0, "", "nftables"});
  Engine again(policy_with(0), little_hospital(), folded(events));
  again.step(event::Started{at(20), "0.1.0", "", event::Mode::guard});
  const std::size_t before = again.state().cuts.size();
  for (event::ApprovalWish& wish : wishes) {
    wish.at = at(21);
    const Step said = again.step(wish);
    EXPECT_TRUE(said.effects.empty());
    ASSERT_FALSE(said.events.empty());
    EXPECT_EQ(std::get<event::ApprovalChanged>(said.events.back().event).step, event::ApprovalStep::rejected);
  }
  EXPECT_EQ(again.state().cuts.size(), before);
}

TEST_F(Limits, OnlyWhoMayTakesACutBack) {
  attack(11);
  const std::string id = cuts().at(0).id;
  for (const auto& [by, session] :
       {std::pair{decider, "stolen"}, {"c.petit", "session-c.petit"}, {"nobody", ""}, {"c.petit", decider_session}}) {
    step(event::RollBack{at(6), id, by, session, ""});
    EXPECT_TRUE(engine.state().cuts.at(id).in_force()) << by;
    EXPECT_TRUE(std::holds_alternative<event::OrderRefused>(events.back())) << by;
  }
  step(taken_back(7, id));
  EXPECT_FALSE(engine.state().cuts.at(id).in_force());
}

TEST_F(Limits, WhatIsAskedTooLateOrOfTheWrongPersonIsAnsweredWithTheReason) {
  attack(11);
  const auto why = [&](const event::Input& input) { return why_turned_down(engine.step(input).events); };
  const std::string id = cuts().at(0).id;
  EXPECT_EQ(why(taken_back(6, "cut-999")), "there is no such cut");
  EXPECT_EQ(why(taken_back(6, id)), "");
  EXPECT_EQ(why(taken_back(7, id)), "this cut is not in force any more, or is being lifted already");
  EXPECT_EQ(why(event::Freeze{at(8), true, "c.petit", "stolen", ""}), "no open session of this person");
  EXPECT_EQ(why(event::Freeze{at(8), true, decider, decider_session, ""}), "");
  EXPECT_EQ(why(event::Freeze{at(9), true, decider, decider_session, ""}), "") << "it is as he wishes";
  EXPECT_EQ(why(event::ModeChosen{at(9), event::Mode::watch, "nobody", "", ""}), "no open session of this person");
  EXPECT_EQ(why(event::ApprovalWish{at(9), "ask-9", "", decider, decider_session, true, ""}),
            "nothing under this number waits for approval");
}

/// Two persons of one role: the engine wants the director, and the second must not believe that he was counted.
TEST_F(Limits, TheSecondPersonOfOneRoleIsToldThatAnotherMustApprove) {
  const auto into = [this](const event::Input& input) { step(input); };
  enter(into, "e.roux", event::Role::cyber);
  attack(11);
  step(event::LineDecided{at(6), "isolate fs", LineWish::force, decider, decider_session, ""});
  step(event::Tick{at(7)});
  const event::PlannedAction line = waiting();
  ASSERT_EQ(line.key, "isolate fs");
  const std::string digest = engine.state().approvals.find(line.approval)->asked.digest;
  const Step said =
      engine.step(event::ApprovalWish{at(8), line.approval, digest, "e.roux", session_of("e.roux"), true, ""});
  EXPECT_EQ(why_turned_down(said.events), "another role has to approve this");
}

TEST_F(Limits, WhenTheFirstAnswerIsTakenBackTheEstateIsWeighedAnew) {
  attack(11);
  const std::size_t plans = engine.state().plans.size();
  ASSERT_TRUE(cuts().at(0).key.empty());
  step(taken_back(6, cuts()[0].id));
  step(event::Tick{at(7)});
  ASSERT_EQ(engine.state().plans.size(), plans + 1);
  EXPECT_TRUE(engine.state().plans.back().actions.empty()) << "a person has acquitted it";
}

TEST_F(Limits, TheEndOfACutIsNoWordOnWhoeverWasCut) {
  attack(11);
  const std::size_t before = cuts().size();
  const double ends = 4 * 3600 + 60;
  step(event::Tick{at(ends)});
  step(event::Tick{at(ends + 1)});
  EXPECT_EQ(engine.state().hosts.begin()->second.level, event::Level::infected);
  ASSERT_GT(cuts().size(), before) << "the next plan cuts it anew";
  EXPECT_EQ(cuts().back().ips, std::vector{*IpAddress::parse("10.77.0.11")});
}

TEST_F(Limits, WhatNoServerConfirmedMovesNoPlan) {
  attack(11);
  for (int i = 0; i < 4; ++i) {
    event::Observation o = file_altered(12, 12, 6 + i);
    o.confirmed = false;
    step(o);
  }
  step(event::Tick{at(20)});
  EXPECT_EQ(engine.state().hosts.size(), 2U);
  for (const event::PlanMade& plan : engine.state().plans) {
    for (const event::PlannedAction& line : plan.actions)
      EXPECT_EQ(line.key.find("pc-2"), std::string::npos) << line.key;
  }
}

TEST_F(Limits, AnOrderOnWhatNobodyKnowsIsRefusedInWords) {
  for (const char* key : {"isolate pc-9", "isolate 10.77.0.99", "disable_account adm", "make coffee", ""}) {
    step(event::LineDecided{at(1), key, LineWish::forbid, decider, decider_session, ""});
    EXPECT_FALSE(engine.state().overruled.contains(key)) << key;
    const auto* refused = std::get_if<event::OrderRefused>(&events.back());
    ASSERT_NE(refused, nullptr) << key;
    EXPECT_NE(sentence_of(events.back()).fr.find("non retenu"), std::string::npos);
    EXPECT_EQ(sentence_of(events.back()).fr.find("nothing"), std::string::npos) << sentence_of(events.back()).fr;
  }
  step(event::HostSeen{at(2), seen_at(99, "10.77.0.99"), "", false});
  step(event::LineDecided{at(3), "isolate 10.77.0.99", LineWish::forbid, decider, decider_session, ""});
  EXPECT_TRUE(engine.state().overruled.contains("isolate 10.77.0.99"));
}

TEST_F(LimitsWithoutBudget, AFullTableOfOrdersRefusesTheNextAndKeepsWhatIsTakenBack) {
  attack(11);
  const auto forbid = [&](std::size_t i) {
    const std::string ip = "10.78." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
    step(event::HostSeen{at(6), seen_at(98, ip), "", false});
    step(event::LineDecided{at(6), "isolate " + ip, LineWish::forbid, decider, decider_session, ""});
  };
  for (std::size_t i = 0; i < orders_max; ++i) forbid(i);
  EXPECT_EQ(engine.state().overruled.size(), orders_max);
  forbid(orders_max);
  EXPECT_EQ(engine.state().overruled.size(), orders_max);
  EXPECT_NE(sentence_of(events.back()).fr.find("1024 ordres sont déjà en vigueur"), std::string::npos)
      << sentence_of(events.back()).fr;
  for (const auto& [id, cut] : engine.state().cuts) {
    if (cut.decision.key == "shield pc-2") {
      step(taken_back(7, id));
      break;
    }
  }
  ASSERT_TRUE(engine.state().overruled.contains("shield pc-2")) << "or the next plan would cut it again";
  State state = engine.state();
  for (std::size_t i = 0; i < overruled_max; ++i) {
    state.apply(Sequence{i}, event::LineDecided{at(8.0 + static_cast<double>(i)), "shield h" + std::to_string(i),
                                                LineWish::forbid, decider, "", ""});
  }
  EXPECT_EQ(state.overruled.size(), overruled_max);
  EXPECT_FALSE(state.overruled.contains("shield pc-2")) << "the oldest that was taken back gives way";
  EXPECT_TRUE(state.overruled.contains("shield h" + std::to_string(overruled_max - 1)));
  EXPECT_TRUE(state.overruled.contains("isolate 10.78.0.1")) << "never a person's order";
}

TEST_F(Limits, AMachineThatTakesANewAddressEachDayIsNoRouter) {
  for (int day = 0; day < 30; ++day) {
    const double now = day * 86'400.0;
    step(event::HostSeen{at(now), seen_at(66, "fd00:77::" + std::to_string(day + 1)), "", false});
  }
  encrypt(99, 66, 30 * 86'400.0);
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].macs, std::vector{seen_at(66, "10.77.0.99").mac});
  begin(policy_with(1000), little_hospital());
  for (int n = 0; n < 9; ++n) {
    step(event::HostSeen{at(0), seen_at(66, "10.78.0." + std::to_string(n + 1)), "", false});
  }
  encrypt(99, 66, 1);
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_TRUE(cuts()[0].macs.empty()) << "in two days, nine are a router's";
}

TEST_F(Limits, WhoTakesNineAddressesAndThenAnInnocentsGetsNobodyCut) {
  for (int n = 0; n < 9; ++n) {
    step(event::HostSeen{at(0), seen_at(66, "10.78.0." + std::to_string(n + 1)), "", false});
  }
  attack(11, 66);  // pc-1 is declared with another MAC
  EXPECT_TRUE(engine.state().cuts.empty());
  EXPECT_EQ(engine.state().plans.front().actions.at(0).disposition, Disposition::withheld);
  EXPECT_NE(waiting().why.find("suspected"), std::string::npos) << "a person decides: it may be a router";
}

TEST_F(Limits, WhoIsAnsweredAtNoOneMachinesMacGetsNobodyCutUnderAnInnocentsAddress) {
  for (int i = 0; i < 3; ++i) {
    event::Observation o = file_altered(11, 11, 1 + i);
    o.host.mac = Mac{};
    step(o);
  }
  step(event::Tick{at(5)});
  EXPECT_TRUE(engine.state().cuts.empty());
  EXPECT_EQ(engine.state().plans.front().actions.at(0).disposition, Disposition::withheld);
  EXPECT_NE(sentence_of(engine.state().plans.front())
                .fr.find("on n'a vu la MAC d'aucune machine recevoir les réponses "
                         "pour pc-1, qui est déclaré avec une MAC"),
            std::string::npos)
      << sentence_of(engine.state().plans.front()).fr;
}

TEST_F(Limits, OfWhoeverSpeaksBehindARouterOnlyTheAddressIsCut) {
  step(event::ModeChosen{at(0), event::Mode::watch, decider, decider_session, ""});
  for (int n = 0; n < 9; ++n) {
    step(event::HostSeen{at(0), seen_at(66, "10.78.0." + std::to_string(n + 1)), "", false});
  }
  attack(99, 66);
  const auto line = std::ranges::find(plan().actions, "block_out 10.77.0.99", &event::PlannedAction::key);
  ASSERT_NE(line, plan().actions.end());
  EXPECT_EQ(line->ips, std::vector{*IpAddress::parse("10.77.0.99")});
  EXPECT_TRUE(line->macs.empty()) << "all who are behind it have that MAC";
}

TEST_F(Limits, WhoIsKnownByItsMacAloneIsPaidFor) {
  estate::Estate estate = little_hospital();
  estate.hosts[0].addresses.clear();
  begin(policy_with(5), estate);
  attack(11);
  EXPECT_TRUE(cuts().empty()) << "six patient-hours hang on it";
  EXPECT_EQ(waiting().needs.size(), 2U);
}

TEST_F(Limits, AClockThatWasSetIsToldAndAfterTheNextStartACutKeepsTheTimeThatIsLeft) {
  attack(11);
  const WallTime until = cuts().at(0).until;
  step(event::Freeze{at(50), true, decider, decider_session, ""});  // so that nothing is prolonged by itself
  step(event::ClockSet{at(60), 3 * 3600.0});
  EXPECT_NE(sentence_of(events.back()).fr.find("avance de 3 h 00 min"), std::string::npos);
  EXPECT_NE(sentence_of(event::ClockSet{at(60), -90}).en.find("0 h 02 min behind"), std::string::npos);
  const auto shown = nlohmann::json::parse(situation_json(engine, {}));
  EXPECT_EQ(shown["clock_ahead_s"], 3 * 3600.0);
  step(event::Tick{until - std::chrono::seconds(1)});
  EXPECT_TRUE(engine.state().cuts.at(cuts()[0].id).in_force());
  step(event::Started{until - std::chrono::seconds(1) + std::chrono::hours(3), "0.1.0", "", event::Mode::guard});
  EXPECT_EQ(cuts()[0].until, until + std::chrono::hours(3));
  EXPECT_EQ(to_json(folded(events)), to_json(engine.state()));
  Engine again(policy_with(1000), little_hospital(), folded(events));
  again.step(event::Tick{until + std::chrono::minutes(179)});
  EXPECT_TRUE(again.state().cuts.at(cuts()[0].id).in_force());
  again.step(event::Tick{until + std::chrono::minutes(181)});
  EXPECT_FALSE(again.state().cuts.at(cuts()[0].id).in_force());
  EXPECT_EQ(again.state().clock_ahead_s, 0);
}

TEST_F(Limits, AFloodOfHostsLetsThoseGoWhoAreSilentForLongestAndForgetsNoAttacker) {
  const auto host = [](std::uint32_t i) {
    event::HostKey key = seen_at(10, "10.1.0.0");
    for (std::uint8_t* end : {&key.ip.bytes[3], &key.mac.bytes[5]}) {
      end[0] = static_cast<std::uint8_t>(i);
      end[-1] = static_cast<std::uint8_t>(i >> 8U);
      end[-2] = static_cast<std::uint8_t>(i >> 16U);
    }
    return key;
  };
  for (int i = 0; i < 2; ++i) step(file_altered(12, 12, i));  // two files of the three that make a verdict
  State state = engine.state();
  const Sequence entry = state.last;
  const std::size_t before = state.hosts.size();
  for (std::uint32_t i = 0; state.hosts.size() < hosts_max; ++i) {
    state.apply(entry, event::HostSeen{at(i), host(i), "", false});
  }
  event::FlowsSeen still;
  still.host = host(0);
  still.to = at(100'000);
  state.apply(entry, still);
  event::CutDecided cut;
  cut.id = "cut-1";
  cut.ips = {host(1).ip};
  state.apply(entry, cut);
  state.apply(entry, event::HostSeen{at(100'001), host(hosts_max), "", false});
  EXPECT_EQ(before, 1U);
  EXPECT_EQ(state.hosts.size(), hosts_max - hosts_let_go + 1);
  for (const std::uint32_t kept : {0U, 1U, static_cast<std::uint32_t>(hosts_max)}) {
    EXPECT_TRUE(state.hosts.contains(host(kept))) << kept;
  }
  for (const std::uint32_t gone : {2U, 3U, static_cast<std::uint32_t>(hosts_let_go)}) {
    EXPECT_FALSE(state.hosts.contains(host(gone))) << gone;
  }
  state.cuts.clear();
  engine = Engine(policy_with(1000), little_hospital(), std::move(state));
  step(file_altered(12, 12, 2));
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].host, seen_at(12, "10.77.0.12"));
}

}  // namespace
}  // namespace cordon::engine
