// SPDX-License-Identifier: Apache-2.0
// How long a cut lasts: asked about before its end, prolonged as it is, and narrower where an address of it was given
// out anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "engine/deciding.h"

namespace cordon::engine {
namespace {

using event::Disposition;
using event::Role;

/// Lasting: Cordon may cut what costs up to so many patient-hours by itself.
class Lasting : public testing::Test, protected LittleNight {
 protected:
  explicit Lasting(double budget = 1000) : LittleNight(policy_with(budget), little_hospital()) {}
};

/// Ending: two persons agreed to a cut of four hours, which is at its end soon.
class Ending : public Lasting {
 protected:
  Ending() : Lasting(0) {}
  void SetUp() override {
    attack(11);
    key = waiting().key;
    both_agree(10);
    ASSERT_EQ(of_key().size(), 1U);
    step(event::Tick{at(soon - 60)});
    ASSERT_EQ(asked_anew(), 0) << "not yet";
    step(event::Tick{at(soon)});
    effects.clear();
  }
  const event::PlannedAction& line() const {
    const auto found = std::ranges::find(plan().actions, key, &event::PlannedAction::key);
    if (found == plan().actions.end() || found->disposition != Disposition::waits) throw std::logic_error("no line");
    return *found;
  }
  void agrees(const std::string& name, double when) {
    const std::string id = line().approval;
    step(event::ApprovalWish{at(when), id, engine.state().approvals.find(id)->asked.digest, name, session_of(name),
                             true, ""});
  }
  void both_agree(double when) {
    agrees("a.durand", when);
    agrees("c.petit", when + 1);
  }
  std::vector<CutRecord> of_key() const {
    std::vector<CutRecord> out;
    for (const auto& [id, cut] : engine.state().cuts) {
      if (cut.decision.key == key) out.push_back(cut);
    }
    std::ranges::sort(out, {}, [](const CutRecord& cut) { return cut.decision.at; });
    return out;
  }
  std::ptrdiff_t asked_anew() const {
    return std::ranges::count_if(plan().actions, [&](const event::PlannedAction& line) {
      return line.key == key && line.disposition == Disposition::waits;
    });
  }
  static constexpr double soon = 10 + 3.5 * 3600 + 2;
  std::string key;
};

TEST_F(Ending, PeopleAreAskedWhetherItGoesOnAndItStandsMeanwhile) {
  EXPECT_EQ(line().why, "in force, and soon at its end: agree anew if it is to go on");
  EXPECT_EQ(line().needs, (std::vector<Role>{Role::cyber, Role::director}));
  EXPECT_TRUE(of_key()[0].in_force());
  EXPECT_TRUE(effects.empty()) << "nothing else is cut because it ends soon";
  agrees("a.durand", soon + 5);
  EXPECT_TRUE(effects.empty()) << "two must agree";
  agrees("c.petit", soon + 6);
  ASSERT_EQ(of_key().size(), 1U) << "the same cut";
  EXPECT_EQ(of_key()[0].decision.until, at(soon + 6) + Policy().cut_lasts);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<event::ApplyCut>(effects[0]).until, of_key()[0].decision.until);
  step(event::Tick{at(soon + 60)});
  EXPECT_EQ(asked_anew(), 0);
}

TEST_F(Ending, WhereNobodyAgreesItEndsAndTheQuestionStands) {
  step(event::Tick{at(soon + 1800)});
  EXPECT_FALSE(of_key()[0].in_force());
  EXPECT_EQ(asked_anew(), 1);
  EXPECT_EQ(engine.state().hosts.begin()->second.level, event::Level::infected) << "this acquits nobody";
}

TEST_F(Ending, ARestartAsksAnew) {
  engine = Engine(policy_with(0), little_hospital(), engine.state());
  step(event::Started{at(soon + 10), "1", "", event::Mode::guard});
  step(event::Tick{at(soon + 11)});
  EXPECT_TRUE(of_key()[0].in_force());
  both_agree(soon + 20);
  EXPECT_EQ(of_key()[0].decision.until, at(soon + 21) + Policy().cut_lasts);
}

TEST_F(Lasting, WhatCordonCutByItselfGoesOnByItselfAsItIs) {
  attack(11);
  ASSERT_EQ(cuts().size(), 1U);
  const event::CutDecided before = cuts()[0];
  const std::size_t plans = engine.state().plans.size();
  effects.clear();
  const double soon = 3.6 * 3600;
  step(event::Tick{at(soon)});
  ASSERT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].id, before.id);
  EXPECT_EQ(cuts()[0].action, before.action) << "not harder than before";
  EXPECT_EQ(cuts()[0].until, at(soon) + Policy().cut_lasts);
  for (const event::Effect& effect : effects) EXPECT_TRUE(std::holds_alternative<event::ApplyCut>(effect));
  EXPECT_EQ(engine.state().plans.size(), plans);
  step(event::Freeze{at(soon + 10), true, decider, decider_session, ""});
  step(event::Tick{at(2 * soon)});
  const auto asked = std::ranges::find(plan().actions, "block_out pc-1", &event::PlannedAction::key);
  ASSERT_NE(asked, plan().actions.end()) << "frozen, a person is asked";
  EXPECT_EQ(asked->disposition, Disposition::waits);
  EXPECT_EQ(cuts()[0].until, at(soon) + Policy().cut_lasts);
}

/// EndingOrder: one person ordered a cut of four hours.
class EndingOrder : public Lasting {
 protected:
  void SetUp() override {
    step(event::LineDecided{at(10), key, event::LineWish::force, decider, decider_session, "audit"});
    step(event::Tick{at(11)});
    ASSERT_EQ(engine.state().cuts.size(), 1U);
  }
  const CutRecord& only() const { return engine.state().cuts.begin()->second; }
  static constexpr double soon = 11 + 3.5 * 3600;
  const std::string key = "shield pc-2";
};

TEST_F(EndingOrder, IsAskedAboutLikeAnyOtherAndNotInTheNameOfWhoGaveIt) {
  step(event::Tick{at(soon)});
  ASSERT_EQ(waiting().key, key);
  EXPECT_TRUE(engine.state().approvals.find(waiting().approval)->given.empty());
  EXPECT_EQ(only().decision.until, at(11) + Policy().cut_lasts);
  approve(decider, soon + 5);
  EXPECT_EQ(only().decision.until, at(soon + 5) + Policy().cut_lasts);
  EXPECT_EQ(engine.state().cuts.size(), 1U);
}

TEST_F(EndingOrder, OrderedAnewItGoesOn) {
  step(event::Tick{at(soon)});
  step(event::LineDecided{at(soon + 5), key, event::LineWish::force, decider, decider_session, "audit"});
  EXPECT_EQ(only().decision.until, at(soon + 5) + Policy().cut_lasts);
  for (double when = soon + 6; when < soon + 1900; when += 60) step(event::Tick{at(when)});
  EXPECT_EQ(engine.state().cuts.size(), 1U);
  EXPECT_TRUE(only().in_force());
}

TEST_F(EndingOrder, EndsWhereNobodyAgreesAndIsNoOrderAnyMore) {
  for (double when = soon; when < soon + 1900; when += 60) step(event::Tick{at(when)});
  EXPECT_FALSE(only().in_force());
  EXPECT_EQ(engine.state().cuts.size(), 1U);
  EXPECT_FALSE(engine.state().overruled.contains(key));
}

TEST_F(Lasting, AnOrderOfWhoHasLeftIsNotCarriedOut) {
  step(event::Freeze{at(1), true, "a.durand", session_of("a.durand"), ""});
  step(event::LineDecided{at(10), "shield pc-2", event::LineWish::force, decider, decider_session, ""});
  step(event::PersonChanged{at(10.5), decider, event::PersonStep::disabled, {}, "c.petit"});
  step(event::Tick{at(11)});
  EXPECT_TRUE(engine.state().cuts.empty());
}

/// GivenOutAnew: the machines have their addresses by DHCP, and one of them is a monitor.
class GivenOutAnew : public Lasting {
 protected:
  void SetUp() override {
    begin(policy_with(1000), dhcp_hospital());
    attack(11);
    effects.clear();
  }
  /// seen has a machine answered at the address that is cut.
  void seen(double when, const std::string& mac) {
    step(event::HostSeen{at(when), {"span0", 12, *Mac::parse(mac), address, at(when)}, "", false});
  }
  const CutRecord& record() const { return engine.state().cuts.at(cuts().at(0).id); }
  const IpAddress address = *IpAddress::parse("10.77.0.11");
};

TEST_F(GivenOutAnew, AnAddressThatAnotherMachineTakesIsNotCutAnyMore) {
  ASSERT_EQ(cuts().at(0).ips, (std::vector{address}));
  seen(100, "02:77:00:00:00:12");
  EXPECT_TRUE(record().in_force());
  EXPECT_TRUE(record().decision.ips.empty());
  EXPECT_EQ(record().decision.macs, (std::vector{*Mac::parse("02:77:00:00:00:11")}));
  const auto& told = std::get<event::CutNarrowed>(events.back());
  EXPECT_EQ(told.ip, address);
  EXPECT_EQ(told.to, "monitor");
  ASSERT_EQ(effects.size(), 2U) << "what is asked for must be narrower before the address is lifted";
  EXPECT_EQ(std::get<event::ApplyCut>(effects[0]).ips, std::vector<IpAddress>{});
  EXPECT_EQ(std::get<event::LiftCut>(effects[1]).id, "stray");
  EXPECT_EQ(std::get<event::LiftCut>(effects[1]).ips, std::vector{address});
  EXPECT_EQ(engine.state().hosts.begin()->second.level, event::Level::infected) << "this acquits nobody";
}

TEST_F(GivenOutAnew, AlsoWhereWhoHadItBeforeHasItAgain) {
  begin(policy_with(1000), dhcp_hospital());
  seen(0.2, "02:77:00:00:00:12");
  attack(11);
  ASSERT_EQ(cuts().at(0).ips, (std::vector{address}));
  seen(100, "02:77:00:00:00:12");
  EXPECT_TRUE(record().decision.ips.empty());
  const auto told = [&](const char* mac) {
    for (const auto& [key, host] : engine.state().hosts) {
      if (key.mac == *Mac::parse(mac)) return host.told_key().since;
    }
    return WallTime::min();
  };
  EXPECT_GT(told("02:77:00:00:00:12"), told("02:77:00:00:00:11")) << "and no later cut takes it along";
}

TEST_F(GivenOutAnew, ElsewhereTheSameAddressMayBeAnybodys) {
  for (const auto& [sensor, vlan] : {std::pair{"span1", 12}, std::pair{"span0", 7}}) {
    step(event::HostSeen{at(100),
                         {sensor, static_cast<std::uint16_t>(vlan), *Mac::parse("02:77:00:00:00:12"), address, at(100)},
                         "",
                         false});
  }
  EXPECT_EQ(record().decision.ips, std::vector{address});
}

TEST_F(GivenOutAnew, AFileServerKnowsAddressesAloneSoItsCutIsLifted) {
  Policy policy = policy_with(1000);
  policy.means = {{"samba", "cordon-smb", event::Reach::file_service, false}};
  begin(policy, dhcp_hospital());
  attack(11);
  seen(100, "02:77:00:00:00:12");
  EXPECT_FALSE(record().in_force());
  EXPECT_EQ(engine.state().hosts.begin()->second.level, event::Level::infected);
}

TEST_F(GivenOutAnew, WhatAnybodyCanForgeLiftsNothing) {
  seen(100, "02:77:00:00:00:99");  // a MAC that nobody declared
  seen(101, "02:77:00:00:00:11");  // its own
  EXPECT_EQ(record().decision.ips, std::vector{address});
  EXPECT_TRUE(effects.empty());
}

TEST_F(GivenOutAnew, BehindARouterEverybodyHasItsMac) {
  estate::Estate estate = little_hospital();
  estate.hosts[1].role = estate::Role::network;
  begin(policy_with(1000), std::move(estate));
  attack(11);
  seen(100, "02:77:00:00:00:12");
  EXPECT_EQ(record().decision.ips, std::vector{address});
}

/// StrangerGone: a machine that nobody declared is cut, and then another one is answered at its address.
class StrangerGone : public GivenOutAnew {
 protected:
  void SetUp() override { start(files_only(), dhcp_hospital()); }
  void start(const Policy& policy, estate::Estate estate, double attacked = 1) {
    begin(policy, std::move(estate));
    encrypt(99, attacked);
    step(event::Tick{at(attacked + 4)});
    ASSERT_EQ(cuts().at(0).ips, std::vector{stranger});
  }
  static Policy files_only() {
    Policy out = policy_with(1000);
    out.means = {{"samba", "cordon-smb", event::Reach::file_service, false}};
    return out;
  }
  void seen(double when, const char* mac) {
    step(event::HostSeen{at(when), {"span0", 12, *Mac::parse(mac), stranger, at(when)}, "", false});
    step(event::Tick{at(when + 1)});
  }
  /// of_the_stranger gives the cuts in force of it; its neighbours may be cut off to be safe from it.
  std::vector<CutRecord> of_the_stranger() const {
    std::vector<CutRecord> out;
    for (const auto& [id, cut] : engine.state().cuts) {
      if (cut.in_force() && (cut.decision.key.empty() || cut.decision.key.ends_with(' ' + stranger.text()))) {
        out.push_back(cut);
      }
    }
    return out;
  }
  bool names_the_address(const auto& one) const { return std::ranges::find(one.ips, stranger) != one.ips.end(); }
  /// is_left_alone: neither a cut nor a line of the plan stops who has the address now for what the stranger did.
  void is_left_alone() const {
    for (const CutRecord& cut : of_the_stranger()) EXPECT_FALSE(names_the_address(cut.decision)) << cut.decision.key;
    for (const event::PlannedAction& line : plan().actions) {
      if (line.key != "isolate monitor") EXPECT_FALSE(names_the_address(line)) << line.key;
    }
    for (const auto& [id, cut] : engine.state().cuts) {
      EXPECT_FALSE(cut.in_force() && cut.means.empty()) << "asked of nobody: " << cut.decision.key;
    }
  }
  const event::PlannedAction* line_of(const std::string& key) const {
    const auto found = std::ranges::find(plan().actions, key, &event::PlannedAction::key);
    return found == plan().actions.end() ? nullptr : &*found;
  }
  const IpAddress stranger = *IpAddress::parse("10.77.0.99");
  static constexpr const char* taker = "02:77:00:00:00:12";
};

TEST_F(StrangerGone, WhoHasItsAddressNowIsNotCutByTheNextPlan) {
  seen(100, taker);
  is_left_alone();
  EXPECT_TRUE(of_the_stranger().empty()) << "a file server knows addresses alone";
  const event::PlannedAction* line = line_of("block_out 10.77.0.99");
  ASSERT_NE(line, nullptr) << "it is infected still";
  EXPECT_EQ(line->disposition, Disposition::advised);
  EXPECT_EQ(line->macs, std::vector{*Mac::parse("02:77:00:00:00:99")});
  ASSERT_FALSE(line->care.empty());
  EXPECT_EQ(line->care.front(),
            "another machine has the address 10.77.0.99 now: look for this one by its MAC 02:77:00:00:00:99");
  EXPECT_EQ(line->care_fr.front(),
            "une autre machine a maintenant l'adresse 10.77.0.99 : chercher celle-ci par son adresse MAC "
            "02:77:00:00:00:99");
}

TEST_F(StrangerGone, NorByAnOrderThatStands) {
  step(event::LineDecided{at(8), "isolate 10.77.0.99", event::LineWish::force, decider, decider_session, ""});
  step(event::Tick{at(9)});
  seen(100, taker);
  is_left_alone();
  const event::PlannedAction* line = line_of("isolate 10.77.0.99");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->disposition, Disposition::advised);
}

TEST_F(StrangerGone, NorIsACutWrittenDownThatNobodyIsAskedFor) {
  estate::Estate estate = dhcp_hospital();
  estate.hosts[1].is_protected = true;
  start(files_only(), std::move(estate));
  seen(100, taker);
  is_left_alone();
}

TEST_F(StrangerGone, NorByTheNextMeansWhereTheCutHadFailed) {
  start(policy_with(1000), dhcp_hospital());
  seen(100, taker);
  ASSERT_EQ(of_the_stranger().size(), 1U) << "by its MAC";
  step(
      event::EnforcerReport{at(102), of_the_stranger()[0].decision.id, event::EnforcerStep::failed, 0, "", "nftables"});
  step(event::Tick{at(103)});
  is_left_alone();
}

TEST_F(StrangerGone, AlsoWhereTheOtherHadItAMomentBefore) {
  begin(files_only(), dhcp_hospital());
  seen(20, taker);
  encrypt(99, 30);
  step(event::Tick{at(34)});
  ASSERT_EQ(cuts().at(0).ips, std::vector{stranger});
  seen(40, taker);
  is_left_alone();
}

TEST_F(StrangerGone, WhoComesBackIsCutAgain) {
  seen(100, taker);
  seen(200, "02:77:00:00:00:99");
  ASSERT_EQ(of_the_stranger().size(), 1U);
  EXPECT_EQ(of_the_stranger()[0].decision.ips, std::vector{stranger});
  EXPECT_EQ(of_the_stranger()[0].decision.host.mac, *Mac::parse("02:77:00:00:00:99"))
      << "and is not taken for the other";
  EXPECT_FALSE(of_the_stranger()[0].means.empty());
}

TEST_F(StrangerGone, BehindARouterThatNobodyDeclaredThereIsNothingLeftToCut) {
  begin(policy_with(1000), dhcp_hospital());
  for (int n = 40; n < 49; ++n) {  // too many addresses for one machine
    step(event::HostSeen{
        at(0.5),
        {"span0", 12, *Mac::parse("02:77:00:00:00:99"), *IpAddress::parse("10.77.0." + std::to_string(n)), at(0.5)},
        "",
        false});
  }
  encrypt(99, 1);
  step(event::Tick{at(5)});
  ASSERT_EQ(cuts().at(0).ips, std::vector{stranger});
  seen(100, taker);
  is_left_alone();
  EXPECT_TRUE(of_the_stranger().empty());
}

TEST_F(Lasting, AnAddressThatIsDeclaredForWhoIsCutIsNotGivenOut) {
  attack(11);
  step(event::HostSeen{
      at(100), {"span0", 12, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.11"), at(100)}, "", false});
  EXPECT_EQ(cuts().at(0).ips, (std::vector{*IpAddress::parse("10.77.0.11")}));
}

/// Cheap: what a host does costs little enough that one person may decide.
class Cheap : public Lasting {
 protected:
  void begin_with(double lone_max, estate::Grain of_first) {
    estate::Estate e = little_hospital();
    e.hosts[0].grain = of_first;
    for (estate::Flow& flow : e.flows) flow.dependence = 0.003;
    Policy policy = policy_with(1000);
    policy.lone_harm_max = lone_max;
    begin(policy, e);
  }
  /// all_hold has every cut read back twice, as an enforcer does.
  void all_hold(double from) {
    for (const double when : {from, from + 2}) {
      std::vector<std::string> ids;
      for (const auto& [id, cut] : engine.state().cuts) ids.push_back(id);
      for (const std::string& id : ids) {
        step(event::EnforcerReport{at(when), id, event::EnforcerStep::applied, 0, "", "nftables"});
        step(event::EnforcerReport{at(when + 0.1), id, event::EnforcerStep::read_back, 5, "", "nftables"});
      }
      step(event::Tick{at(when + 1)});
    }
  }
  void freeze_until(double when) {
    step(event::Freeze{at(10), true, decider, decider_session, ""});
    for (double t = 11; t < when; t += 60) step(event::Tick{at(t)});
  }
  const event::PlannedAction* line(const std::string& key) const {
    const auto found = std::ranges::find(plan().actions, key, &event::PlannedAction::key);
    return found == plan().actions.end() ? nullptr : &*found;
  }
};

TEST_F(Cheap, PeopleAreAskedWhetherTheQuickBlocksOfVerdictsGoOn) {
  begin_with(20, estate::Grain::flow);
  encrypt(11, 1);
  encrypt(12, 2);
  step(event::Tick{at(5)});
  all_hold(5.5);
  ASSERT_EQ(cuts().size(), 2U);
  freeze_until(3.9 * 3600);
  for (const char* key : {"block_out pc-1", "block_out pc-2"}) {
    ASSERT_NE(line(key), nullptr) << key;
    EXPECT_EQ(line(key)->disposition, Disposition::waits);
  }
  const std::string id = line("block_out pc-1")->approval;
  step(event::ApprovalWish{at(3.9 * 3600), id, engine.state().approvals.find(id)->asked.digest, decider,
                           decider_session, true, ""});
  for (double t = 3.9 * 3600; t < 4.1 * 3600; t += 60) step(event::Tick{at(t)});
  ASSERT_EQ(cuts().size(), 2U);
  for (const event::CutDecided& cut : cuts()) {
    const bool stands = engine.state().cuts.at(cut.id).in_force();
    EXPECT_EQ(stands, cut.host.ip == *IpAddress::parse("10.77.0.11"));
  }
}

TEST_F(Cheap, NobodyAloneProlongsMoreThanOneMay) {
  begin_with(0.5, estate::Grain::none);
  encrypt(11, 1);
  step(event::Tick{at(5)});
  all_hold(5.5);
  freeze_until(3.6 * 3600);
  ASSERT_NE(line("shield fs"), nullptr);
  ASSERT_GT(line("shield fs")->harm, 0.5);
  EXPECT_EQ(line("shield fs")->needs.size(), 2U);
  EXPECT_GE(engine.lone_left(), 0);
}

TEST_F(Cheap, WhatCordonCutsByItselfIsNotDoneOnThePersonsWordWhoOrderedIt) {
  begin_with(20, estate::Grain::none);
  const auto into = [this](const event::Input& input) { step(input); };
  enter(into, "b.gone", event::Role::cyber);
  step(event::LineDecided{at(0.3), "shield fs", event::LineWish::force, "b.gone", session_of("b.gone"), "x"});
  step(event::PersonChanged{at(0.32), "b.gone", event::PersonStep::disabled, {}, decider});
  step(event::Tick{at(0.5)});
  for (const auto& [id, cut] : engine.state().cuts) ASSERT_NE(cut.decision.key, "shield fs");
  encrypt(11, 1);
  step(event::Tick{at(5)});
  const auto of_fs =
      std::ranges::find_if(engine.state().cuts, [](const auto& cut) { return cut.second.decision.key == "shield fs"; });
  ASSERT_NE(of_fs, engine.state().cuts.end());
  EXPECT_EQ(of_fs->second.decision.by, "");
  EXPECT_LT(engine.budget_left(), 1000);
}

/// QuickBlock: the first answer to a verdict, frozen since and asked about, for its end is near.
class QuickBlock : public Cheap {
 protected:
  void SetUp() override {
    begin_with(20, estate::Grain::flow);
    encrypt(11, 1);
    step(event::Tick{at(5)});
    all_hold(5.5);
  }
  void answer(double when, bool approves) {
    ASSERT_NE(line(key), nullptr);
    const std::string id = line(key)->approval;
    step(event::ApprovalWish{at(when), id, engine.state().approvals.find(id)->asked.digest, decider, decider_session,
                             approves, ""});
  }
  void say(double when, event::LineWish wish) {
    step(event::LineDecided{at(when), key, wish, decider, decider_session, "x"});
  }
  void ticks(double from, double to) {
    for (double t = from; t <= to; t += 30) step(event::Tick{at(t)});
  }
  std::size_t standing() const {
    std::size_t out = 0;
    for (const event::CutDecided& cut : cuts()) out += engine.state().cuts.at(cut.id).in_force() ? 1 : 0;
    return out;
  }
  const std::string key = "block_out pc-1";
  static constexpr double window = 3.6 * 3600;
};

TEST_F(QuickBlock, WhatSomebodyDeclinedToProlongIsNotDoneByItselfAtItsEnd) {
  freeze_until(window);
  answer(window + 1, false);
  step(event::Tick{at(window + 2)});
  step(event::Freeze{at(window + 6), false, decider, decider_session, ""});
  ticks(window + 7, 4.05 * 3600);
  EXPECT_EQ(standing(), 0U);
}

TEST_F(QuickBlock, WhatSomebodyDeclinedToProlongIsNotAskedAgainAtItsEnd) {
  freeze_until(window);
  answer(window + 1, false);
  ticks(window + 2, 4.05 * 3600);
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::advised) << line(key)->why;
}

TEST_F(QuickBlock, AnOrderOnItIsUsedUpAtItsEnd) {
  say(9, event::LineWish::force);
  step(event::Tick{at(9.5)});
  freeze_until(window);
  ticks(window, 6 * 3600);
  EXPECT_EQ(standing(), 0U);
}

TEST_F(QuickBlock, TakenBackItIsNotMadeAnewByAnEarlierOrder) {
  say(9, event::LineWish::force);
  step(event::Tick{at(9.5)});
  step(taken_back(20, cuts().at(0).id));
  ticks(21, 300);
  EXPECT_EQ(standing(), 0U);
}

TEST_F(QuickBlock, WhatSomebodyDeclinedToProlongIsNotDoneOneWayAtItsEnd) {
  estate::Estate estate = little_hospital();
  for (estate::Flow& flow : estate.flows) flow.dependence = 0.003;
  estate::Flow served = estate.flows[0];  // blocked both ways it costs more than a patient-hour
  served.client = {1};
  served.server = {0};
  served.dependence = 0.008;
  estate.flows.push_back(served);
  begin(policy_with(1000), std::move(estate));
  encrypt(11, 1);
  step(event::Tick{at(5)});
  all_hold(5.5);
  freeze_until(window);
  answer(window + 1, false);
  step(event::Tick{at(window + 2)});
  step(event::Freeze{at(window + 6), false, decider, decider_session, ""});
  ticks(window + 7, 4.05 * 3600);
  EXPECT_EQ(standing(), 0U);
}

TEST_F(QuickBlock, NobodyIsAskedToProlongWhatIsForbidden) {
  say(9, event::LineWish::forbid);
  freeze_until(window);
  EXPECT_TRUE(line(key) == nullptr || line(key)->disposition != Disposition::waits);
}

TEST_F(QuickBlock, WhatIsForbiddenAfterItWasAskedIsNotProlonged) {
  freeze_until(window);
  ASSERT_NE(line(key), nullptr);
  say(window + 1, event::LineWish::forbid);
  answer(window + 1.5, true);
  ticks(window + 2, 4.05 * 3600);
  EXPECT_EQ(standing(), 0U);
}

TEST_F(QuickBlock, TakenBackItIsNotMadeAnewByALateApproval) {
  freeze_until(window);
  step(taken_back(window + 1, cuts().at(0).id));
  answer(window + 1.5, true);
  EXPECT_EQ(standing(), 0U);
}

TEST_F(QuickBlock, ThawedItGoesOnByItselfAndALateApprovalCutsNothingElse) {
  freeze_until(window);
  step(event::Freeze{at(window + 6), false, decider, decider_session, ""});
  answer(window + 6.5, true);
  ticks(window + 7, 4.05 * 3600);
  EXPECT_EQ(cuts().size(), 1U);
  EXPECT_EQ(standing(), 1U);
}

}  // namespace
}  // namespace cordon::engine
