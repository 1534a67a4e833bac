// SPDX-License-Identifier: Apache-2.0
// Cuts in force of whom the estate, as it was edited since, lets nobody cut like that.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/deciding.h"

namespace cordon::engine {
namespace {

using event::CutState;

const event::MeansOffer a_bridge{"nftables", "cordon-nft", event::Reach::exact, true};
const event::MeansOffer a_file_server{"samba", "cordon-smb", event::Reach::file_service, false};
const event::MeansOffer a_switch{"radius", "radius", event::Reach::whole_host, false};

class SparedSince : public testing::Test, protected LittleNight {
 protected:
  SparedSince() : LittleNight({}, {}) {}
  void begin_with(event::MeansOffer means) {
    means_ = std::move(means);
    begin(policy(), little_hospital());
  }
  Policy policy() const {
    Policy out = policy_with(1000);
    out.means = {means_};
    return out;
  }
  void restart(const estate::Estate& estate, double when) {
    engine = Engine(policy(), estate, engine.state(), Weighing::here);
    events.clear();
    effects.clear();
    step(event::Started{at(when), "x", "y", event::Mode::guard});
    step(event::Tick{at(when + 1)});
  }
  /// cut_of gives the cut that stops pc-1, which attacked.
  std::string cut_of_pc_1() {
    encrypt(11, 1);
    step(event::Tick{at(5)});
    if (cuts().empty()) throw std::logic_error("pc-1 is not cut");
    return cuts().front().id;
  }
  const CutRecord& cut(const std::string& id) const { return engine.state().cuts.at(id); }
  std::ptrdiff_t lifts_of(const std::string& id) const {
    return std::ranges::count_if(effects, [&](const event::Effect& e) {
      const auto* lift = std::get_if<event::LiftCut>(&e);
      return lift != nullptr && lift->id == id;
    });
  }
  std::ptrdiff_t asked_to_stop_pc_1() const {
    return std::ranges::count_if(effects, [](const event::Effect& e) {
      const auto* apply = std::get_if<event::ApplyCut>(&e);
      return apply != nullptr && apply->action != "shield" &&
             std::ranges::find(apply->ips, *IpAddress::parse("10.77.0.11")) != apply->ips.end();
    });
  }

  event::MeansOffer means_;
};

TEST_F(SparedSince, WhoIsDeclaredProtectedIsLetGoByEveryMeans) {
  for (const event::MeansOffer& means : {a_bridge, a_file_server}) {
    begin_with(means);
    const std::string id = cut_of_pc_1();
    estate::Estate since = little_hospital();
    since.hosts[0].is_protected = true;
    restart(since, 30);
    EXPECT_EQ(cut(id).state, CutState::lifting) << means.name;
    EXPECT_EQ(cut(id).detail, "the estate has it otherwise now: pc-1 is protected") << means.name;
    EXPECT_EQ(lifts_of(id), 1) << means.name;
    EXPECT_EQ(asked_to_stop_pc_1(), 0) << means.name;
    step(event::EnforcerReport{at(32), id, event::EnforcerStep::lifted, 0, "", means.name});
    EXPECT_EQ(cut(id).state, CutState::lifted) << means.name;
    step(event::Tick{at(33)});
    EXPECT_EQ(asked_to_stop_pc_1(), 0) << means.name << ": nor does a plan do it again";
  }
}

TEST_F(SparedSince, ByAMacThatNobodyDeclaredHeIsLetGoToo) {
  begin_with(a_bridge);
  estate::Estate bare = little_hospital();
  bare.hosts[0].macs.clear();
  begin(policy(), bare);
  const std::string id = cut_of_pc_1();
  ASSERT_EQ(cut(id).decision.macs.size(), 1U);
  bare.hosts[0].is_protected = true;
  restart(bare, 30);
  EXPECT_EQ(cut(id).state, CutState::lifting) << "the helper frees the address by itself and keeps the MAC";
  EXPECT_EQ(lifts_of(id), 1);
}

TEST_F(SparedSince, WhoHasACareFlowIsNotKeptOffByASwitchNorByTheFileServer) {
  for (const bool files : {false, true}) {
    begin_with(files ? a_file_server : a_switch);
    const std::string id = cut_of_pc_1();
    ASSERT_EQ(cut(id).decision.action, files ? "block_spread" : "isolate");
    estate::Estate since = little_hospital();
    since.flows[0].care = true;
    restart(since, 30);
    EXPECT_EQ(cut(id).state, CutState::lifting);
    EXPECT_EQ(cut(id).detail, "the estate has it otherwise now: care would stop with it");
    EXPECT_EQ(lifts_of(id), 1);
    EXPECT_EQ(asked_to_stop_pc_1(), 0);
  }
}

TEST_F(SparedSince, OnTheBridgeCarePassesBesideSoTheCutStays) {
  begin_with(a_bridge);
  const std::string id = cut_of_pc_1();
  estate::Estate since = little_hospital();
  since.flows[0].port = 2575;
  since.flows[0].care = true;
  restart(since, 30);
  EXPECT_NE(cut(id).state, CutState::lifting);
  EXPECT_EQ(lifts_of(id), 0);
}

TEST_F(SparedSince, AnotherEditLetsNobodyGo) {
  begin_with(a_bridge);
  const std::string id = cut_of_pc_1();
  estate::Estate since = little_hospital();
  since.hosts[0].name = "pc-1-old";
  since.hosts[0].grain = estate::Grain::none;
  since.hosts[1].is_protected = true;
  restart(since, 30);
  EXPECT_NE(cut(id).state, CutState::lifting);
  EXPECT_EQ(lifts_of(id), 0);
}

TEST_F(SparedSince, WhoIsProtectedSinceMayBeShieldedStill) {
  begin_with(a_bridge);
  step(event::LineDecided{at(2), "shield pc-2", event::LineWish::force, decider, session_of(decider), ""});
  step(event::Tick{at(3)});
  ASSERT_EQ(engine.state().cuts.size(), 1U);
  const std::string id = engine.state().cuts.begin()->first;
  ASSERT_EQ(cut(id).decision.action, "shield");
  estate::Estate since = little_hospital();
  since.hosts[1].is_protected = true;
  restart(since, 30);
  EXPECT_TRUE(cut(id).in_force());
}

TEST_F(SparedSince, WhereTheBridgeHoldsTooOnlyTheFileServerLetsGo) {
  Policy both = policy_with(1000);
  both.means = {a_bridge, a_file_server};
  begin(both, little_hospital());
  const std::string id = cut_of_pc_1();
  step(event::EnforcerReport{at(6), id, event::EnforcerStep::failed, 0, "no", "nftables"});
  ASSERT_EQ(cut(id).means, (std::vector<std::string>{"nftables", "samba"}));
  estate::Estate since = little_hospital();
  since.flows[0].care = true;
  engine = Engine(both, since, engine.state(), Weighing::here);
  effects.clear();
  step(event::Started{at(30), "x", "y", event::Mode::guard});
  EXPECT_TRUE(cut(id).in_force());
  EXPECT_EQ(lifts_of(id), 1) << "of the file server alone";
  std::vector<std::string> asked;
  for (const event::Effect& e : effects) {
    if (const auto* apply = std::get_if<event::ApplyCut>(&e); apply != nullptr && apply->id == id)
      asked.push_back(apply->means);
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"nftables"}));
}

TEST_F(SparedSince, WhatIsLetGoOfIsNoDifferenceToASurvey) {
  Policy both = policy_with(1000);
  both.means = {a_bridge, a_file_server};
  begin(both, little_hospital());
  const std::string id = cut_of_pc_1();
  step(event::EnforcerReport{at(6), id, event::EnforcerStep::failed, 0, "no", "nftables"});
  estate::Estate since = little_hospital();
  since.flows[0].care = true;
  engine = Engine(both, since, engine.state(), Weighing::here);
  step(event::Started{at(30), "x", "y", event::Mode::guard});
  step(event::Tick{at(31)});
  events.clear();
  event::InForce found;
  found.at = at(40);
  found.means = "samba";
  step(found);
  EXPECT_TRUE(events.empty());
}

TEST_F(SparedSince, WhoOnlyRehearsesBesideKeepsNoCut) {
  Policy both = policy_with(1000);
  both.means = {a_bridge, a_file_server};
  both.means[0].rehearses = true;
  begin(both, little_hospital());
  const std::string id = cut_of_pc_1();
  step(event::EnforcerReport{at(6), id, event::EnforcerStep::rehearsed, 0, "", "nftables"});
  step(event::EnforcerReport{at(6), id, event::EnforcerStep::applied, 0, "", "samba"});
  estate::Estate since = little_hospital();
  since.flows[0].care = true;
  engine = Engine(both, since, engine.state(), Weighing::here);
  step(event::Started{at(30), "x", "y", event::Mode::guard});
  EXPECT_EQ(cut(id).state, CutState::lifting);
  EXPECT_EQ(cut(id).detail, "the estate has it otherwise now: care would stop with it");
}

TEST_F(SparedSince, WhoHasItsAddressNowIsNoReasonToLetGoOfTheMac) {
  means_ = a_bridge;
  estate::Estate house = dhcp_hospital();
  house.hosts.push_back(host_named("monitor-2", 50, estate::Role::medical_device));
  house.hosts.back().addresses.clear();
  begin(policy(), house);
  encrypt(99, 1);
  step(event::Tick{at(5)});
  const std::string id = cuts().at(0).id;
  event::HostSeen seen;
  seen.at = at(100);
  seen.host = {"span0", 12, *Mac::parse("02:77:00:00:00:50"), *IpAddress::parse("10.77.0.99"), at(100)};
  step(seen);
  ASSERT_TRUE(cut(id).decision.ips.empty());
  house.hosts.back().addresses = {*IpAddress::parse("10.77.0.99")};
  house.hosts.back().is_protected = true;
  restart(house, 200);
  EXPECT_TRUE(cut(id).in_force());
  EXPECT_EQ(lifts_of(id), 0);
}

}  // namespace
}  // namespace cordon::engine
