// SPDX-License-Identifier: Apache-2.0
// Cuts whose means are not configured any more, and what Cordon may do by itself about cuts that fail.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/deciding.h"

namespace cordon::engine {
namespace {

using event::CutState;

const event::MeansOffer bridge{"nftables", "cordon-nft", event::Reach::exact, true};
const event::MeansOffer file_server{"samba", "cordon-smb", event::Reach::file_service, false};
const event::MeansOffer switches{"radius", "radius", event::Reach::whole_host, false};

class Orphan : public testing::Test, protected LittleNight {
 protected:
  Orphan() : LittleNight({}, {}) {}
  void begin_with(std::vector<event::MeansOffer> means) {
    Policy policy = policy_with(1000);
    policy.means = std::move(means);
    begin(policy, dhcp_hospital());
  }
  void restart_with(std::vector<event::MeansOffer> means, double when) {
    Policy policy = policy_with(1000);
    policy.means = std::move(means);
    engine = Engine(policy, dhcp_hospital(), engine.state(), Weighing::here);
    events.clear();
    effects.clear();
    step(event::Started{at(when), "x", "y", event::Mode::guard});
  }
  std::string quick_cut() const {
    for (const auto& [id, cut] : engine.state().cuts) {
      if (cut.decision.key.empty()) return id;
    }
    return "";
  }
  const CutRecord& cut(const std::string& id) const { return engine.state().cuts.at(id); }
  template <class E>
  std::ptrdiff_t count() const {
    return std::ranges::count_if(events, [](const event::Event& e) { return std::holds_alternative<E>(e); });
  }
  std::ptrdiff_t asked_of(const std::string& means) const {
    return std::ranges::count_if(effects, [&](const event::Effect& e) {
      const auto* apply = std::get_if<event::ApplyCut>(&e);
      return apply != nullptr && apply->means == means;
    });
  }
  void freeze(double when, bool frozen) { step(event::Freeze{at(when), frozen, decider, decider_session, ""}); }
};

TEST_F(Orphan, WhatNobodyCarriesAnyMoreHasFailedIsPlannedAroundAndNotProlonged) {
  for (const bool none : {false, true}) {
    begin_with({bridge});
    encrypt(99, 1);
    step(event::Tick{at(5)});
    const std::string id = quick_cut();
    step(event::EnforcerReport{at(5.2), id, event::EnforcerStep::applied, 0, "", "nftables"});
    step(event::EnforcerReport{at(5.5), id, event::EnforcerStep::read_back, 5, "", "nftables"});
    step(event::Tick{at(21)});
    ASSERT_NE(cut(id).state, CutState::failed);
    restart_with(none ? std::vector<event::MeansOffer>{} : std::vector{switches}, 30);
    EXPECT_EQ(cut(id).state, CutState::failed);
    EXPECT_EQ(cut(id).counts_as, event::CountsAs::not_done);
    EXPECT_EQ(cut(id).detail, "what it was asked of is not configured any more");
    step(event::Tick{at(31)});
    ASSERT_EQ(plan().actions.size(), 1U) << "what it was for is planned around";
    EXPECT_EQ(plan().actions[0].key, "isolate 10.77.0.99");
    EXPECT_EQ(plan().actions[0].disposition, none ? event::Disposition::advised : event::Disposition::cut);
    for (double t = 60; t < 4.1 * 3600; t += 60) step(event::Tick{at(t)});
    EXPECT_TRUE(std::ranges::none_of(events, [&](const event::Event& e) {
      const auto* prolonged = std::get_if<event::CutProlonged>(&e);
      return prolonged != nullptr && prolonged->id == id;
    }));
    EXPECT_EQ(cut(id).state, CutState::expired);
  }
}

TEST_F(Orphan, FrozenOrInWatchWhatCordonCutIsHandedOnToNobodyUntilItMay) {
  for (const bool watch : {false, true}) {
    begin_with({file_server});
    encrypt(99, 1);
    step(event::Tick{at(5)});
    const std::string id = quick_cut();
    if (watch) {
      step(event::ModeChosen{at(10), event::Mode::watch, decider, decider_session, ""});
    } else {
      freeze(10, true);
    }
    step(event::Tick{at(11)});
    restart_with({bridge}, 20);
    step(event::Tick{at(21)});
    EXPECT_EQ(count<event::CutHandedOn>(), 0);
    EXPECT_EQ(asked_of("nftables"), 0);
    EXPECT_EQ(cut(id).counts_as, event::CountsAs::not_done);
    if (watch) {
      step(event::ModeChosen{at(30), event::Mode::guard, decider, decider_session, ""});
    } else {
      freeze(30, false);
    }
    step(event::Tick{at(31)});
    EXPECT_GT(asked_of("nftables"), 0);
  }
}

TEST_F(Orphan, InWatchWhatFailedIsHandedOnToNobody) {
  begin_with({file_server, bridge});
  encrypt(99, 1);
  step(event::Tick{at(5)});
  step(event::ModeChosen{at(10), event::Mode::watch, decider, decider_session, ""});
  events.clear();
  effects.clear();
  step(event::EnforcerReport{at(11), quick_cut(), event::EnforcerStep::failed, 0, "no", "samba"});
  step(event::Tick{at(12)});
  EXPECT_EQ(count<event::CutHandedOn>(), 0);
  EXPECT_EQ(asked_of("nftables"), 0);
}

TEST_F(Orphan, WhoseMeansAreConfiguredAgainIsOnItsWayAgain) {
  begin_with({bridge});
  encrypt(99, 1);
  step(event::Tick{at(5)});
  const std::string id = quick_cut();
  restart_with({}, 30);
  step(event::Tick{at(31)});
  ASSERT_EQ(cut(id).state, CutState::failed);
  restart_with({bridge}, 60);
  EXPECT_EQ(cut(id).state, CutState::decided);
  EXPECT_EQ(asked_of("nftables"), 1);
  step(event::Tick{at(61)});
  EXPECT_EQ(engine.state().cuts.size(), 1U) << "nothing else is cut for it";
}

}  // namespace
}  // namespace cordon::engine
