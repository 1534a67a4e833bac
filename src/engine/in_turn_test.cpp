// SPDX-License-Identifier: Apache-2.0
// Words of people that come one after the other, and an address that goes from machine to machine: what was forbidden,
// declined or taken back between two approvals, and who has the address when it is carried out.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/deciding.h"

namespace cordon::engine {
namespace {

using event::Disposition;
using event::LineWish;

class InTurn : public testing::Test, protected LittleNight {
 protected:
  InTurn() : LittleNight(policy_with(0), little_hospital()) {}
  const event::PlannedAction* line(const std::string& key) const {
    const auto* last = engine.state().last_plan();
    if (last == nullptr) return nullptr;
    const auto found = std::ranges::find(last->actions, key, &event::PlannedAction::key);
    return found == last->actions.end() ? nullptr : &*found;
  }
  void say(const std::string& key, double when, LineWish wish, const std::string& by = decider) {
    step(event::LineDecided{at(when), key, wish, by, session_of(by), "x"});
  }
  void agree(const std::string& key, const std::string& who, double when, bool yes = true) {
    const auto* l = line(key);
    ASSERT_NE(l, nullptr);
    const auto* a = engine.state().approvals.find(l->approval);
    ASSERT_NE(a, nullptr) << key << ": " << l->why;
    step(event::ApprovalWish{at(when), l->approval, a->asked.digest, who, session_of(who), yes, ""});
  }
  void ticks(double from, double to, double by = 1) {
    for (double t = from; t <= to; t += by) step(event::Tick{at(t)});
  }
  std::vector<CutRecord> of(const std::string& key) const {
    std::vector<CutRecord> out;
    for (const auto& [id, cut] : engine.state().cuts)
      if (cut.decision.key == key) out.push_back(cut);
    return out;
  }
  void seen(double when, const char* mac, int n = 99, double since = -1) {
    const event::HostKey key{"span0", 12, *Mac::parse(mac), *IpAddress::parse("10.77.0." + std::to_string(n)),
                             at(since < 0 ? when : since)};
    step(event::HostSeen{at(when), key, "", false});
  }
  bool cut_names(const char* ip) const {
    for (const auto& [id, c] : engine.state().cuts)
      if (c.in_force() && std::ranges::find(c.decision.ips, *IpAddress::parse(ip)) != c.decision.ips.end()) return true;
    return false;
  }
  bool is_cut(const char* mac) const {
    return std::ranges::any_of(engine.state().cuts, [&](const auto& c) {
      return c.second.in_force() && c.second.decision.host.mac == *Mac::parse(mac);
    });
  }
};

TEST_F(InTurn, ADeclineBeforeTheCutIsNoAnswerToItsRenewal) {
  Policy p = policy_with(0);
  p.cut_lasts = std::chrono::hours(1);
  begin(p, little_hospital());
  attack(11);
  const std::string key = waiting().key;
  agree(key, "c.petit", 10, false);
  step(event::Tick{at(11)});
  say(key, 20, LineWish::force);
  step(event::Tick{at(21)});
  agree(key, "c.petit", 22);
  ASSERT_EQ(of(key).size(), 1U);
  ticks(23, 3600 - 10, 30);
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits) << line(key)->why;
}

TEST_F(InTurn, AnOrderAsksAnewWhetherACutGoesOnThoughSomebodyDeclined) {
  attack(11);
  const std::string key = waiting().key;
  agree(key, "a.durand", 10);
  agree(key, "c.petit", 11);
  ASSERT_EQ(of(key).size(), 1U);
  const double soon = 11 + 3.5 * 3600 + 2;
  ticks(12, soon, 60);
  step(event::Tick{at(soon)});
  agree(key, "c.petit", soon + 5, false);
  step(event::Tick{at(soon + 6)});
  say(key, soon + 60, LineWish::force);
  step(event::Tick{at(soon + 61)});
  EXPECT_EQ(line(key)->disposition, Disposition::waits) << line(key)->why;
  ticks(soon + 62, soon + 1900, 10);
  EXPECT_TRUE(engine.state().overruled.contains(key)) << "the order is lost";
  EXPECT_EQ(line(key)->disposition, Disposition::waits) << line(key)->why;
}

TEST_F(InTurn, WhatIsForbiddenBetweenTwoApprovalsIsNotDone) {
  attack(11);
  const std::string key = waiting().key;
  agree(key, "a.durand", 10);
  say(key, 10.2, LineWish::forbid);
  agree(key, "c.petit", 10.4);
  EXPECT_EQ(of(key).size(), 0U);
  ticks(11, 20);
  EXPECT_TRUE(of(key).empty() || !of(key)[0].in_force());
}

TEST_F(InTurn, WhatIsTakenBackBetweenTwoApprovalsOfItsRenewalStaysSo) {
  attack(11);
  const std::string key = waiting().key;
  agree(key, "a.durand", 10);
  agree(key, "c.petit", 11);
  const double soon = 11 + 3.5 * 3600 + 2;
  ticks(12, soon, 60);
  step(event::Tick{at(soon)});
  agree(key, "a.durand", soon + 5);
  ASSERT_EQ(of(key).size(), 1U);
  step(taken_back(soon + 6, of(key)[0].decision.id));
  agree(key, "c.petit", soon + 6.5);
  ticks(soon + 7, soon + 20);
  EXPECT_EQ(of(key).size(), 1U);
}

TEST_F(InTurn, NoApprovalCutsWhoWasGivenTheAddressMeanwhile) {
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  estate::Estate e = dhcp_hospital();
  e.hosts[1].is_protected = true;
  begin(p, std::move(e));
  encrypt(99, 1);
  ticks(5, 99);
  const std::string key = "block_out 10.77.0.99";
  seen(100, "02:77:00:00:00:12");
  ticks(101, 109);
  agree(key, "a.durand", 110);
  ticks(111, 130);
  seen(131, "02:77:00:00:00:12", 99, 100);
  ticks(132, 300);
  EXPECT_FALSE(cut_names("10.77.0.99"));
}

TEST_F(InTurn, WhatWasDeclinedIsNotDoneByItselfAtTheThaw) {
  begin(policy_with(1000), little_hospital());
  step(event::Freeze{at(0.5), true, decider, decider_session, ""});
  attack(11);
  std::string key;
  for (const auto& a : engine.state().last_plan()->actions)
    if (a.disposition == Disposition::waits && a.key.starts_with("block_out")) key = a.key;
  ASSERT_NE(key, "");
  agree(key, "a.durand", 100, false);
  step(event::Tick{at(101)});
  step(event::Freeze{at(110), false, decider, decider_session, ""});
  ticks(111, 113);
  EXPECT_TRUE(of(key).empty());
}

TEST_F(InTurn, AVerdictOfEarlierFilesThanTheDeclineAsksAnewToo) {
  attack(11);
  const std::string key = waiting().key;
  agree(key, "c.petit", 32, false);
  step(event::Tick{at(33)});
  encrypt(12, 12, 29.5);  // the sensor's times are a moment before the decline; the verdict comes after it
  ticks(34, 60);
  ASSERT_NE(line(key), nullptr);
  EXPECT_EQ(line(key)->disposition, Disposition::waits) << line(key)->why;
}

TEST_F(InTurn, WhoTookHisOrderBackHasAgreedToNothing) {
  attack(11);
  const std::string key = waiting().key;
  say(key, 10, LineWish::force);
  step(event::Tick{at(11)});
  say(key, 12, LineWish::free);
  step(event::Tick{at(13)});
  agree(key, "c.petit", 20);
  EXPECT_TRUE(of(key).empty()) << "one person's word";
  agree(key, "a.durand", 21);
  EXPECT_EQ(of(key).size(), 1U);
}

TEST_F(InTurn, NorWhoForbadeAndFreedItBeforeTheNextPlan) {
  attack(11);
  const std::string key = waiting().key;
  agree(key, "a.durand", 10);
  say(key, 10.2, LineWish::forbid);
  say(key, 10.3, LineWish::free);
  agree(key, "c.petit", 10.4);
  EXPECT_TRUE(of(key).empty());
}

TEST_F(InTurn, WhatIsForbiddenOfAStrangerIsNotOfWhoHasItsAddressNow) {
  begin(policy_with(1000), dhcp_hospital());
  seen(0.1, "02:77:00:00:00:14", 16);
  seen(0.2, "02:77:00:00:00:16", 20);
  seen(0.3, "02:77:00:00:00:16", 16);
  say("isolate 10.77.0.16", 1, LineWish::forbid);
  seen(5, "02:77:00:00:00:20", 20);
  say("isolate fs", 6, LineWish::force);
  step(event::Tick{at(7)});
  agree("isolate fs", "c.petit", 8);
  ASSERT_EQ(of("isolate fs").size(), 1U);
  EXPECT_EQ(of("isolate fs")[0].decision.host.mac, *Mac::parse("02:77:00:00:00:20"));
}

TEST_F(InTurn, WhoIsDeclaredOnlyNowIsSparedFromTheNextStartOn) {
  begin(policy_with(1000), dhcp_hospital());
  encrypt(99, 1);
  ticks(5, 6);
  seen(100, "02:77:00:00:00:50", 99);
  ASSERT_TRUE(cut_names("10.77.0.99")) << "anybody may take it";
  estate::Estate with_it = dhcp_hospital();
  with_it.hosts.push_back(host_named("monitor-2", 50, estate::Role::medical_device));
  with_it.hosts.back().addresses.clear();
  with_it.hosts.back().is_protected = true;
  engine = Engine(policy_with(1000), with_it, engine.state());
  step(event::Started{at(110), "0.1.0", "", event::Mode::guard});
  EXPECT_FALSE(cut_names("10.77.0.99"));
  EXPECT_TRUE(is_cut("02:77:00:00:00:99"));
}

TEST_F(InTurn, NobodyIsAskedToCutAProtectedMachineWhoseAddressARouterHadToo) {
  estate::Estate house = dhcp_hospital();
  house.hosts[1].is_protected = true;
  house.hosts.push_back(host_named("router", 18, estate::Role::network));
  house.hosts.back().addresses.clear();
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  begin(p, house);
  seen(0.2, "02:77:00:00:00:12", 50);
  seen(0.3, "02:77:00:00:00:12", 99);
  seen(0.4, "02:77:00:00:00:18", 50);
  encrypt(99, 12, 1);
  encrypt(50, 18, 4);
  ticks(8, 9);
  ASSERT_NE(line("block_out monitor"), nullptr);
  EXPECT_EQ(line("block_out monitor")->disposition, Disposition::advised) << line("block_out monitor")->why;
}

TEST_F(InTurn, WhatIsForbiddenByOneAddressIsNotDoneByAnother) {
  begin(policy_with(1000), dhcp_hospital());
  seen(0.2, "02:77:00:00:00:99", 98, 0);
  for (const char* k : {"block_out 10.77.0.98", "isolate 10.77.0.98"}) say(k, 0.5, LineWish::forbid);
  encrypt(99, 1);
  ticks(5, 10);
  EXPECT_FALSE(cut_names("10.77.0.98"));
}

TEST_F(InTurn, WhatIsForbiddenByOneAddressBeforeItIsApprovedByAnotherIsNotDone) {
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  begin(p, dhcp_hospital());
  seen(0.2, "02:77:00:00:00:99", 98, 0);
  encrypt(99, 1);
  ticks(5, 10);
  const std::string key = "block_out 10.77.0.99";
  ASSERT_NE(line(key), nullptr);
  ASSERT_EQ(line(key)->disposition, Disposition::waits);
  say("block_out 10.77.0.98", 10.2, LineWish::forbid);
  agree(key, "a.durand", 10.4);
  EXPECT_TRUE(of(key).empty());
}

TEST_F(InTurn, WhatIsForbiddenByOneAddressIsNotProlongedByAnother) {
  begin(policy_with(1000), dhcp_hospital());
  seen(0.2, "02:77:00:00:00:99", 98, 0);
  step(event::Freeze{at(0.5), true, decider, decider_session, ""});
  encrypt(99, 1);
  step(event::Tick{at(5)});
  step(event::Freeze{at(6), false, decider, decider_session, ""});
  ticks(7, 9);
  ASSERT_EQ(of("block_out 10.77.0.99").size(), 1U);
  say("block_out 10.77.0.98", 100, LineWish::forbid);
  ticks(101, 4.1 * 3600, 60);
  EXPECT_FALSE(of("block_out 10.77.0.99")[0].in_force());
}

TEST_F(InTurn, WhatIsForbiddenByTheAddressItHasIsNotDoneByOneThatWasGivenOut) {
  Policy p = policy_with(1000);
  p.means = {{"bridge", "cordon-nft", event::Reach::exact, false}};
  begin(p, dhcp_hospital());
  encrypt(99, 1);
  ticks(5, 9);
  seen(10, "02:77:00:00:00:99", 98);
  seen(100, "02:77:00:00:00:12");
  for (const char* k : {"block_out 10.77.0.98", "isolate 10.77.0.98"}) say(k, 110, LineWish::forbid);
  ticks(111, 4.1 * 3600, 60);
  EXPECT_FALSE(is_cut("02:77:00:00:00:99"));
}

TEST_F(InTurn, ASecondAddressOfWhoIsCutIsSparedOnceItIsGivenOut) {
  begin(policy_with(1000), dhcp_hospital());
  encrypt(98, 99, 1);
  ticks(5, 6);
  encrypt(99, 99, 7);
  ticks(10, 12);
  const auto names_it = [&] {
    return std::ranges::any_of(engine.state().cuts, [](const auto& c) {
      const event::CutDecided& d = c.second.decision;
      const bool names = std::ranges::find(d.ips, *IpAddress::parse("10.77.0.99")) != d.ips.end();
      return c.second.in_force() && names && d.host.mac == *Mac::parse("02:77:00:00:00:99");
    });
  };
  ASSERT_TRUE(names_it());
  seen(100, "02:77:00:00:00:12");
  step(event::Tick{at(101)});
  EXPECT_FALSE(names_it());
}

TEST_F(InTurn, WhoIsToldLateToHaveAnAddressIsSparedToo) {
  constexpr double first_heard = 2;  // before the cut, and proven long after it
  begin(policy_with(1000), dhcp_hospital());
  encrypt(99, 1);
  ticks(5, 6);
  ASSERT_TRUE(cut_names("10.77.0.99"));
  seen(100, "02:77:00:00:00:12", 99, first_heard);
  EXPECT_FALSE(cut_names("10.77.0.99"));
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  begin(p, dhcp_hospital());
  encrypt(99, 1);
  ticks(5, 9);
  const std::string key = "block_out 10.77.0.99";
  ASSERT_NE(line(key), nullptr);
  ASSERT_EQ(line(key)->ips.size(), 1U);
  seen(100, "02:77:00:00:00:12", 99, first_heard);
  ticks(101, 103);
  EXPECT_TRUE(line(key)->ips.empty());
}

TEST_F(InTurn, ALineThatWaitsDoesNotNameAnAddressThatWasGivenOutMeanwhile) {
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  begin(p, dhcp_hospital());
  encrypt(99, 1);
  ticks(5, 99);
  const std::string key = "block_out 10.77.0.99";
  ASSERT_EQ(line(key)->ips.size(), 1U);
  seen(100, "02:77:00:00:00:12");
  ticks(101, 103);
  EXPECT_TRUE(line(key)->ips.empty());
  agree(key, "a.durand", 110);
  EXPECT_EQ(of(key).size(), 1U) << "it is asked once";
}

TEST_F(InTurn, WhoHasTheAddressNowIsSparedAlsoAfterDaysOfSilence) {
  constexpr double days = 2.5 * 86400;
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  begin(p, dhcp_hospital());
  encrypt(99, 1);
  seen(6, "02:77:00:00:00:12", 99);
  ticks(7, 8);
  step(event::ModeChosen{at(days), event::Mode::guard, decider, decider_session, ""});
  step(event::Tick{at(days + 1)});
  EXPECT_TRUE(is_cut("02:77:00:00:00:99"));
  EXPECT_FALSE(cut_names("10.77.0.99"));
}

TEST_F(InTurn, WhatIsForbiddenOfOneBehindARouterIsNotForbiddenOfTheOthersThere) {
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  begin(p, dhcp_hospital());
  for (int n = 40; n < 49; ++n) seen(0.5, "02:77:00:00:00:99", n);
  for (const char* k : {"block_out 10.77.0.41", "isolate 10.77.0.41"}) say(k, 0.7, LineWish::forbid);
  encrypt(99, 1);
  ticks(5, 10);
  ASSERT_NE(line("block_out 10.77.0.99"), nullptr);
  EXPECT_EQ(line("block_out 10.77.0.99")->disposition, Disposition::waits);
}

TEST_F(InTurn, WhatSomebodyDeclinedToProlongIsNotProlongedAtTheThaw) {
  begin(policy_with(1000), little_hospital());
  attack(11);
  step(event::Freeze{at(100), true, decider, decider_session, ""});
  const double soon = 3.55 * 3600;
  ticks(101, soon, 60);
  step(event::Tick{at(soon)});
  agree("block_out pc-1", "a.durand", soon + 5, false);
  step(event::Tick{at(soon + 6)});
  step(event::Freeze{at(soon + 10), false, decider, decider_session, ""});
  ticks(soon + 11, soon + 20);
  bool prolonged = false;
  for (const auto& e : events) prolonged = prolonged || std::holds_alternative<event::CutProlonged>(e);
  EXPECT_FALSE(prolonged);
}

TEST_F(InTurn, WhatIsForbiddenWhileItIsInForceIsNotProlonged) {
  begin(policy_with(1000), little_hospital());
  attack(11);
  for (const char* k : {"block_out pc-1", "isolate pc-1", "shield pc-2", "shield fs"}) say(k, 100, LineWish::forbid);
  ticks(101, 3.6 * 3600, 60);
  for (const auto& e : events)
    if (const auto* x = std::get_if<event::CutProlonged>(&e))
      ADD_FAILURE() << "prolonged " << engine.state().cuts.at(x->id).decision.key << "/"
                    << engine.state().cuts.at(x->id).decision.what;
}

TEST_F(InTurn, WhoComesBackToItsAddressIsCutAgain) {
  for (const bool router : {false, true}) {
    Policy p = policy_with(1000);
    if (!router) p.means = {{"samba", "cordon-smb", event::Reach::file_service, false}};
    begin(p, dhcp_hospital());
    if (router)
      for (int n = 40; n < 49; ++n) seen(0.5, "02:77:00:00:00:99", n);
    encrypt(99, 1);
    ticks(5, 99);
    seen(100, "02:77:00:00:00:12");
    ticks(101, 199);
    seen(200, "02:77:00:00:00:99");
    for (int i = 0; i < 50; ++i) step(file_altered(99, 99, 210 + i));
    ticks(261, 3600);
    EXPECT_TRUE(is_cut("02:77:00:00:00:99")) << "an hour and 50 files after it came back, router " << router;
  }
}

TEST_F(InTurn, WhoIsBackWithinAMinuteOfAnotherWordOfItHasItsAddressAgain) {
  Policy p = policy_with(1000);
  p.means = {{"samba", "cordon-smb", event::Reach::file_service, false}};
  begin(p, dhcp_hospital());
  const event::HostKey infected{"span0", 12, *Mac::parse("02:77:00:00:00:99"), *IpAddress::parse("10.77.0.99"), at(0)};
  encrypt(99, 1);
  ticks(5, 94);
  step(event::HostSeen{at(95), infected, "l.leroy", false});
  seen(100, "02:77:00:00:00:12");
  ticks(101, 119);
  ASSERT_FALSE(is_cut("02:77:00:00:00:99"));
  seen(120, "02:77:00:00:00:99");
  ticks(121, 130);
  EXPECT_TRUE(is_cut("02:77:00:00:00:99"));
}

TEST_F(InTurn, AnAddressOfAnotherNetworkIsNotTheSame) {
  Policy p = policy_with(1000);
  p.mode = event::Mode::watch;
  begin(p, dhcp_hospital());
  seen(0.5, "02:77:00:00:00:11", 98);
  encrypt(98, 11, 1);
  step(event::HostSeen{
      at(3), {"span1", 12, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.98"), at(3)}, "", false});
  step(event::HostSeen{
      at(3), {"span0", 13, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.98"), at(3)}, "", false});
  ticks(5, 10);
  ASSERT_NE(line("block_out pc-1"), nullptr);
  EXPECT_EQ(line("block_out pc-1")->ips, std::vector{*IpAddress::parse("10.77.0.98")});
}

TEST_F(InTurn, AnAnswerThatNamesAnAddressGivenOutMeanwhileIsAskedAnew) {
  Policy p = policy_with(1000);
  p.means = {{"bridge", "cordon-nft", event::Reach::exact, false}};
  begin(p, dhcp_hospital(), Weighing::elsewhere);
  step(event::Freeze{at(0.5), true, decider, decider_session, ""});
  encrypt(99, 1);
  step(event::Tick{at(5)});
  keep(engine.take({question->number, at(5.5), weigh(*question)}));
  step(event::Freeze{at(6), false, decider, decider_session, ""});
  step(event::Tick{at(7)});
  const auto first = question;
  seen(7.2, "02:77:00:00:00:12");
  keep(engine.take({first->number, at(7.5), weigh(*first)}));
  ASSERT_NE(question, first);
  keep(engine.take({question->number, at(8), weigh(*question)}));
  EXPECT_FALSE(cut_names("10.77.0.99"));
}

TEST_F(InTurn, AnOrderIsNoNewerThanItWasWhenTheClockWasSetBack) {
  for (const double ahead : {0.0, -5 * 3600.0}) {
    estate::Estate e = little_hospital();
    for (estate::Flow& flow : e.flows) flow.dependence = 0.003;
    begin(policy_with(0), e);
    say("isolate pc-2", 10, LineWish::force);
    step(event::Tick{at(11)});
    ASSERT_EQ(of("isolate pc-2").size(), 1U);
    step(event::ClockSet{at(100), ahead});
    engine = Engine(policy_with(0), e, engine.state(), Weighing::here);
    step(event::Started{at(101 + ahead), "x", "y", event::Mode::guard});
    ticks(102 + ahead, 101 + ahead + 4.5 * 3600, 60);
    EXPECT_EQ(of("isolate pc-2").size(), 1U) << "nobody ordered it anew, clock ahead by " << ahead;
  }
}

TEST_F(InTurn, WhatIsGivenOutAsOneOfTwoSensorsSeesIsGivenOut) {
  for (const bool reversed : {false, true}) {
    begin(policy_with(1000), dhcp_hospital());
    const auto seen_by = [&](double when, const char* sensor, const char* mac) {
      step(event::HostSeen{
          at(when), {sensor, 12, *Mac::parse(mac), *IpAddress::parse("10.77.0.98"), at(when)}, "", false});
    };
    seen_by(0.3, reversed ? "span1" : "span0", "02:77:00:00:00:99");
    seen_by(0.4, reversed ? "span0" : "span1", "02:77:00:00:00:99");
    seen_by(0.6, "span0", "02:77:00:00:00:12");
    encrypt(99, 1);
    step(event::Tick{at(5)});
    EXPECT_FALSE(cut_names("10.77.0.98")) << "the monitor's";
    EXPECT_TRUE(cut_names("10.77.0.99"));
  }
}

}  // namespace
}  // namespace cordon::engine
