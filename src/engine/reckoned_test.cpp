// SPDX-License-Identifier: Apache-2.0
// What a plan reckons a cut in force for: what every means refused, what goes another way round, what comes back.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "contain/proof.h"
#include "engine/deciding.h"
#include "event/json.h"

namespace cordon::engine {
namespace {

using event::CountsAs;
using event::CutState;
using event::Disposition;
using event::EnforcerStep;

/// AfterTheFirstAnswer: pc-1 encrypts, its spreading is blocked, and the plan has nothing more to do.
class AfterTheFirstAnswer : public testing::Test, protected LittleNight {
 protected:
  explicit AfterTheFirstAnswer(const Policy& policy = policy_with(1000), estate::Estate estate = little_hospital())
      : LittleNight(policy, std::move(estate)) {}
  void SetUp() override {
    attack(11);
    ASSERT_EQ(cuts().size(), 1U);
    first = cuts()[0].id;
    left = plan().harm_left;
  }
  void reports(double when, const std::string& cut, EnforcerStep what, std::uint64_t drops = 0,
               const std::string& means = "nftables") {
    step(event::EnforcerReport{at(when), cut, what, drops, what == EnforcerStep::failed ? "no such table" : "", means});
  }
  void goes_on(double when) {
    step(event::FlowProgress{at(when), cuts()[0].host, *IpAddress::parse("10.77.0.20"), 445, 4096});
  }
  /// refuse_all has every cut that is asked for fail, until nothing new is asked for.
  void refuse_all(double from) {
    for (int turn = 0; turn < 20; ++turn) {
      std::vector<std::string> ids;
      for (const auto& [id, cut] : engine.state().cuts) {
        if (cut.state == CutState::decided) ids.push_back(id);
      }
      for (const std::string& id : ids) reports(from + turn, id, EnforcerStep::failed);
      step(event::Tick{at(from + turn + 0.5)});
    }
  }
  const CutRecord& record() const { return engine.state().cuts.at(first); }
  const CutRecord* cut_of(const std::string& key) const {
    for (const auto& [id, cut] : engine.state().cuts) {
      if (cut.decision.key == key) return &cut;
    }
    return nullptr;
  }
  std::size_t often(const std::string& key) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(engine.state().cuts, [&](const auto& cut) { return cut.second.decision.key == key; }));
  }
  State folded() const {
    State out{Policy{}.tally};
    std::uint64_t n = 0;
    for (const event::Event& e : events) out.apply(Sequence{++n}, *event::event_from_text(event::to_text(e)));
    return out;
  }

  std::string first;
  double left = 0;
};

/// OutOfReach: pc-1 hangs where nothing cuts, as the estate says.
class OutOfReach : public AfterTheFirstAnswer {
 protected:
  OutOfReach() : AfterTheFirstAnswer(policy_with(1000), estate()) {}
  static estate::Estate estate() {
    estate::Estate out = little_hospital();
    out.hosts[0].grain = estate::Grain::none;
    return out;
  }
};

TEST_F(OutOfReach, ARuleCountsOnceItIsSeenToStopSomething) {
  const CutRecord* shield = cut_of("shield pc-2");
  ASSERT_NE(shield, nullptr) << "the plan goes round it at once";
  EXPECT_TRUE(shield->decision.by.empty());
  EXPECT_GT(left, 400) << "the server cannot be shielded by itself";
  reports(6, first, EnforcerStep::applied);
  reports(6.5, first, EnforcerStep::read_back);
  step(event::Tick{at(30)});
  EXPECT_EQ(record().state, CutState::unproven);
  EXPECT_EQ(plan().harm_left, left) << "nobody ran into it";
}

class WithTheSwitches : public AfterTheFirstAnswer {
 protected:
  WithTheSwitches() : AfterTheFirstAnswer(policy()) {}
  static Policy policy() {
    Policy out = policy_with(1000);
    out.means.push_back({"radius", "radius", event::Reach::whole_host, false});
    return out;
  }
};

TEST_F(AfterTheFirstAnswer, WhatFailedIsPlannedAroundAndNotAskedForAgain) {
  reports(6, first, EnforcerStep::failed);
  EXPECT_EQ(record().state, CutState::failed);
  step(event::Tick{at(7)});
  EXPECT_GT(plan().harm_nothing, 0);
  ASSERT_NE(cut_of("isolate pc-1"), nullptr) << "another cut of the same host, within the budget";
  EXPECT_EQ(cut_of("block_out pc-1"), nullptr);
  refuse_all(8);
  EXPECT_GT(plan().harm_left, left + 400) << "nothing keeps it from the others";
  for (const event::PlannedAction& line : plan().actions) EXPECT_NE(line.disposition, Disposition::cut) << line.key;
  for (const char* key : {"", "isolate pc-1", "shield pc-2", "shield fs"}) EXPECT_LE(often(key), 1U) << key;
  const std::size_t plans = engine.state().plans.size();
  refuse_all(40);
  EXPECT_EQ(engine.state().plans.size(), plans) << "the same again is no news";
  EXPECT_EQ(to_json(folded()), to_json(engine.state()));
}

TEST_F(AfterTheFirstAnswer, WhatComesBackCountsAgain) {
  reports(6, first, EnforcerStep::failed);
  step(event::Tick{at(7)});
  reports(8, first, EnforcerStep::applied);
  reports(8.5, first, EnforcerStep::read_back);
  step(event::Tick{at(30)});
  EXPECT_EQ(record().counts_as, CountsAs::done) << "idle, as far as is known";
  EXPECT_EQ(plan().harm_left, left);
}

TEST_F(AfterTheFirstAnswer, AnIdleHostIsNoReasonToCutOthers) {
  reports(6, first, EnforcerStep::read_back);
  const std::size_t cuts_before = engine.state().cuts.size();
  for (double s = 7; s < 60; ++s) step(event::Tick{at(s)});
  EXPECT_EQ(record().state, CutState::unproven);
  EXPECT_EQ(record().counts_as, CountsAs::done);
  EXPECT_EQ(engine.state().cuts.size(), cuts_before);
  EXPECT_EQ(plan().harm_left, left);
}

TEST_F(AfterTheFirstAnswer, OfAnotherWayRoundPeopleAreAskedAndNothingIsCutForFramesThatMayBeForged) {
  reports(6, first, EnforcerStep::read_back, 7);
  const std::size_t cuts_before = engine.state().cuts.size();
  goes_on(10);
  EXPECT_EQ(record().counts_as, CountsAs::contradicted);
  step(event::Tick{at(11)});
  EXPECT_GT(plan().harm_left + plan().harm_cut, left);
  EXPECT_EQ(engine.state().cuts.size(), cuts_before);
  EXPECT_EQ(waiting().key, "isolate pc-1");
  for (double s = 40; s < 300; s += 30) {
    goes_on(s);
    step(event::Tick{at(s + 29)});
    EXPECT_EQ(record().state, CutState::unproven) << s;
    EXPECT_EQ(waiting().key, "isolate pc-1") << s;
  }
}

TEST_F(AfterTheFirstAnswer, ADoubtOutlivesTheRunOfTheProgramAndSoDoesWhatFailed) {
  reports(6, first, EnforcerStep::read_back, 7);
  goes_on(10);
  step(event::Tick{at(11)});
  const std::string asked = waiting().approval;
  Engine again(policy_with(1000), little_hospital(), folded());
  again.step(event::Started{at(60), "0.1.0", "", event::Mode::guard});
  again.step(event::Tick{at(60.5)});
  again.step(event::EnforcerReport{at(61), first, EnforcerStep::read_back, 9, "", "nftables"});
  again.step(event::Tick{at(62)});
  EXPECT_EQ(again.state().cuts.at(first).counts_as, CountsAs::contradicted);
  EXPECT_TRUE(again.state().approvals.find(asked)->open());
  again.step(event::Tick{at(11) + contain::contradiction_lasts});
  EXPECT_EQ(again.state().cuts.at(first).counts_as, CountsAs::done);
  reports(70, first, EnforcerStep::failed);
  Engine refused(policy_with(1000), little_hospital(), folded());
  refused.step(event::Started{at(80), "0.1.0", "", event::Mode::guard});
  refused.step(event::Tick{at(80.5)});
  EXPECT_EQ(refused.state().cuts.at(first).counts_as, CountsAs::not_done);
}

TEST_F(WithTheSwitches, WhatIsHandedOnIsOnItsWayAgainUntilThatFailsToo) {
  reports(6, first, EnforcerStep::failed);
  step(event::Tick{at(7)});
  const CutRecord* isolated = cut_of("isolate pc-1");
  ASSERT_NE(isolated, nullptr);
  const std::string id = isolated->decision.id;
  reports(8, id, EnforcerStep::failed);
  EXPECT_EQ(cut_of("isolate pc-1")->means, (std::vector<std::string>{"nftables", "radius"}));
  EXPECT_EQ(cut_of("isolate pc-1")->counts_as, CountsAs::done) << "the switches are asked";
  step(event::Tick{at(9)});
  EXPECT_EQ(often("shield fs"), 0U);
  reports(10, id, EnforcerStep::failed, 0, "radius");
  EXPECT_EQ(cut_of("isolate pc-1")->counts_as, CountsAs::not_done);
  step(event::Tick{at(11)});
  EXPECT_EQ(often("shield fs"), 1U) << "then others are kept from it";
}

}  // namespace
}  // namespace cordon::engine
