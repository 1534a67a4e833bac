// SPDX-License-Identifier: Apache-2.0
#include "enforce/enforcer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cordon::enforce {
namespace {

using event::EnforcerStep;
using std::chrono::seconds;

/// World is a means whose moods the test sets, and what it was asked.
struct World {
  bool there = true;
  Outcome::Kind answer = Outcome::Kind::done;
  std::set<std::string> keeps;  // what it does not lift
  Reading::Kind reading = Reading::Kind::in_force;
  std::set<std::string> in_force;
  std::vector<std::string> done;
  int applied = 0;
  int lifted = 0;
  int rehearsed = 0;
  bool owned_by_last = false;
  std::string note;  // why it is refused at once
  std::vector<IpAddress> lifted_ips;
};

class FakeMeans final : public Means {
 public:
  explicit FakeMeans(World& world) : world_(world) {}
  std::string name() const override { return "fake"; }
  std::string process() const override { return "fake"; }
  Result<event::InForce> connect(WallTime now) override {
    if (!world_.there || !world_.note.empty()) return fail(ErrorCode::timeout, "fake");
    return event::InForce{now, {}, {}};
  }
  std::string note() const override { return world_.note; }
  Outcome apply(const event::ApplyCut& cut, WallTime) override {
    ++world_.applied;
    if (!world_.there) return {Outcome::Kind::lost, "gone"};
    if (world_.answer == Outcome::Kind::done) world_.in_force.insert(cut.id);
    world_.done.push_back("cut " + cut.id);
    return {world_.answer, "said"};
  }
  Outcome rehearse(const event::ApplyCut&, WallTime) override {
    ++world_.rehearsed;
    return {Outcome::Kind::done, "would"};
  }
  Outcome lift(const event::LiftCut& cut, WallTime) override {
    ++world_.lifted;
    if (!world_.there) return {Outcome::Kind::lost, "gone"};
    world_.done.push_back("lift " + cut.id);
    if (world_.keeps.contains(cut.id)) return {Outcome::Kind::refused, "sw-2 is silent"};
    if (world_.answer == Outcome::Kind::done) world_.in_force.erase(cut.id);
    world_.lifted_ips = cut.ips;
    return {world_.answer, ""};
  }
  Result<std::vector<Reading>> read_back(const std::vector<event::ApplyCut>& cuts, WallTime) override {
    if (!world_.there) return fail(ErrorCode::timeout, "fake");
    return std::vector<Reading>(cuts.size(), Reading{world_.reading, 3, ""});
  }
  Result<std::optional<event::InForce>> survey(WallTime now) override {
    if (!world_.there) return fail(ErrorCode::timeout, "fake");
    return event::InForce{now, {}, {}};
  }
  bool owned_by_last() const override { return world_.owned_by_last; }

 private:
  World& world_;
};

class EnforcerTest : public ::testing::Test {
 protected:
  Enforcer make(Enforcer::Run run = Enforcer::Run::real) {
    return Enforcer(
        std::make_unique<FakeMeans>(world_),
        [this](event::Input input) {
          if (const auto* report = std::get_if<event::EnforcerReport>(&input)) {
            steps_[report->id].push_back(report->step);
            details_[report->id] = report->detail;
          }
          if (const auto* process = std::get_if<event::ProcessChanged>(&input)) {
            ups_.push_back(process->up);
            notes_.push_back(process->detail);
          }
          if (std::holds_alternative<event::InForce>(input)) ++in_force_told_;
        },
        [this] { return now_; }, run);
  }
  event::ApplyCut cut(const std::string& id) const { return {id, now_ + seconds(60), now_ + seconds(3), {}, {}}; }

  World world_;
  WallTime now_ = wall_time_of(1670097605);
  std::map<std::string, std::vector<EnforcerStep>> steps_;
  std::map<std::string, std::string> details_;  // of the last step
  std::vector<bool> ups_;
  std::vector<std::string> notes_;
  int in_force_told_ = 0;
  using Steps = std::vector<EnforcerStep>;
};

TEST_F(EnforcerTest, ACutIsAppliedReadBackAndLifted) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::applied, EnforcerStep::read_back}));
  enforcer.take(event::LiftCut{"a", {}, {}});
  EXPECT_EQ(steps_["a"].back(), EnforcerStep::lifted);
  EXPECT_TRUE(world_.in_force.empty());
  enforcer.tend();
  EXPECT_EQ(steps_["a"].size(), 3U);
  EXPECT_EQ(ups_, (std::vector{true}));
}

TEST_F(EnforcerTest, WhatWasWishedBeforeTheMeansIsThereIsDoneWhenItIs) {
  world_.there = false;
  Enforcer enforcer = make();
  enforcer.take(cut("a"));
  enforcer.tend();
  EXPECT_TRUE(steps_["a"].empty());
  now_ += seconds(4);  // past the deadline
  enforcer.tend();
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::failed}));
  world_.there = true;
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::failed, EnforcerStep::applied, EnforcerStep::read_back}));
  EXPECT_EQ(ups_, (std::vector{false, true})) << "a loss is told once";
}

TEST_F(EnforcerTest, AMeansThatDiesIsAskedAgainForEverything) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  enforcer.tend();
  world_.there = false;
  world_.in_force.clear();
  enforcer.tend();
  world_.there = true;
  enforcer.tend();
  EXPECT_EQ(world_.in_force, (std::set<std::string>{"a"}));
  EXPECT_EQ(ups_, (std::vector{true, false, true}));
}

TEST_F(EnforcerTest, WhatIsMissingIsAskedForAgain) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  world_.reading = Reading::Kind::missing;
  enforcer.tend();
  EXPECT_EQ(steps_["a"].back(), EnforcerStep::missing);
  world_.reading = Reading::Kind::in_force;
  enforcer.tend();
  EXPECT_EQ(world_.applied, 2);
  EXPECT_EQ(steps_["a"].back(), EnforcerStep::read_back);
}

TEST_F(EnforcerTest, WhoCannotLookSaysNothing) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  world_.reading = Reading::Kind::blind;
  enforcer.tend();
  now_ += seconds(59);
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::applied}));
}

TEST_F(EnforcerTest, WhoSawACutAndIsBlindTellsItOnceAfterAWhile) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  enforcer.tend();
  world_.reading = Reading::Kind::blind;
  now_ += blind_after - std::chrono::milliseconds(1);
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::applied, EnforcerStep::read_back})) << "a reader that starts anew";
  enforcer.take(cut("a"));  // asked again: what was told of it stands
  now_ += std::chrono::milliseconds(1);
  enforcer.tend();
  EXPECT_EQ(steps_["a"].back(), EnforcerStep::blind);
  const std::size_t told = steps_["a"].size();
  now_ += seconds(20);
  enforcer.tend();
  EXPECT_EQ(steps_["a"].size(), told);
  world_.reading = Reading::Kind::in_force;
  enforcer.tend();
  EXPECT_EQ(steps_["a"].back(), EnforcerStep::read_back);
}

TEST_F(EnforcerTest, TheSameIdIsTheSameWish) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  enforcer.take(cut("a"));
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::applied, EnforcerStep::applied, EnforcerStep::read_back}));
}

TEST_F(EnforcerTest, ARefusalIsToldOnce) {
  world_.answer = Outcome::Kind::refused;
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  enforcer.tend();
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::failed}));
}

TEST_F(EnforcerTest, WhyNobodyIsThereIsToldWhenItIsAnotherReason) {
  world_.there = false;
  Enforcer enforcer = make();
  enforcer.take(cut("a"));
  enforcer.tend();
  enforcer.tend();
  EXPECT_EQ(notes_, (std::vector<std::string>{"fake does not answer"}));
  world_.there = true;
  world_.note = "more than 32768 protected addresses";
  now_ += seconds(4);
  enforcer.tend();
  enforcer.tend();
  EXPECT_EQ(notes_, (std::vector<std::string>{"fake does not answer", "more than 32768 protected addresses"}));
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::failed}));
  EXPECT_EQ(details_["a"], "more than 32768 protected addresses");
}

TEST_F(EnforcerTest, ACutEndsByItselfAndNobodyIsTold) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  enforcer.tend();
  const std::size_t before = steps_["a"].size();
  now_ += seconds(61);
  enforcer.tend();
  EXPECT_TRUE(world_.in_force.empty());
  EXPECT_EQ(steps_["a"].size(), before);
}

TEST_F(EnforcerTest, ALiftThatIsRefusedIsTriedAgainAndHoldsUpNobody) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  world_.answer = Outcome::Kind::refused;
  enforcer.take(event::LiftCut{"a", {}, {}});
  EXPECT_EQ(world_.in_force.size(), 1U);
  world_.answer = Outcome::Kind::done;
  enforcer.tend();
  EXPECT_TRUE(world_.in_force.empty());
  EXPECT_EQ(steps_["a"].back(), EnforcerStep::lifted);
}

TEST_F(EnforcerTest, WhatIsNotTakenBackIsSaidTriedAgainLastAndForgottenWhenItIs) {
  Enforcer enforcer = make();
  enforcer.tend();
  for (const char* id : {"a", "b", "c", "d"}) enforcer.take(cut(id));
  world_.keeps = {"a", "b"};
  for (const char* id : {"a", "b", "c"}) enforcer.take(event::LiftCut{id, {}, {}});
  EXPECT_EQ(steps_["c"].back(), EnforcerStep::lifted);
  EXPECT_EQ(notes_.back(), "not lifted yet: a (sw-2 is silent), b (sw-2 is silent)");
  world_.reading = Reading::Kind::missing;
  enforcer.tend();
  for (const char* expected : {"lift b", "lift a", "lift b"}) {
    world_.done.clear();
    const std::size_t read_back = steps_["d"].size();
    enforcer.tend();
    EXPECT_EQ(world_.done, (std::vector<std::string>{"cut d", expected})) << "one a turn, after what is wanted";
    EXPECT_GT(steps_["d"].size(), read_back) << "the others are read back";
  }
  EXPECT_EQ(std::ranges::count(ups_, false), 0);
  world_.keeps.clear();
  enforcer.tend();
  EXPECT_EQ(steps_["a"].back(), EnforcerStep::lifted);
  EXPECT_EQ(steps_["b"].back(), EnforcerStep::lifted);
  EXPECT_EQ(notes_.back(), "");
}

TEST_F(EnforcerTest, AnOldWishDoesNotUndoANewerOne) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(cut("a"));
  world_.there = false;
  enforcer.take(event::LiftCut{"a", {}, {}});
  enforcer.take(cut("b"));
  world_.there = true;
  world_.done.clear();
  enforcer.tend();
  EXPECT_EQ(world_.done, (std::vector<std::string>{"lift a", "cut b"}));
}

TEST_F(EnforcerTest, WhatAnotherCutOfTheKindNamesStaysInForceWhicheverIsLiftedFirst) {
  const IpAddress shared = *IpAddress::parse("10.0.0.1");
  const IpAddress alone = *IpAddress::parse("10.0.0.2");
  for (const bool owned_by_last : {true, false}) {
    for (const auto& [first, second] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
      world_ = {};
      world_.owned_by_last = owned_by_last;
      Enforcer enforcer = make();
      enforcer.tend();
      for (const char* id : {"a", "b", "c"}) {
        event::ApplyCut one = cut(id);
        one.ips = {shared, alone};
        if (std::string(id) != first) one.ips.pop_back();
        one.action = std::string(id) == "c" ? "isolate" : "block_spread";
        enforcer.take(std::move(one));
      }
      world_.done.clear();
      enforcer.take(event::LiftCut{first, {}, {shared, alone}, {}, {}, "", {}, "block_spread"});
      std::vector<std::string> expected{std::string("lift ") + first};
      if (owned_by_last) expected.insert(expected.begin(), std::string("cut ") + second);
      EXPECT_EQ(world_.done, expected) << "cuts of another kind are no matter";
      EXPECT_EQ(world_.lifted_ips, std::vector{alone});
      enforcer.take(event::LiftCut{second, {}, {shared}, {}, {}, "", {}, "block_spread"});
      EXPECT_EQ(world_.lifted_ips, std::vector{shared});
    }
  }
}

TEST_F(EnforcerTest, AStrayIsNoStrayWhereACutWantsItAndEachKindIsLiftedByItself) {
  Enforcer enforcer = make();
  enforcer.tend();
  event::ApplyCut block = cut("a");
  block.ips = {*IpAddress::parse("10.0.0.1")};
  enforcer.take(block);
  world_.answer = Outcome::Kind::refused;
  for (const char* kind : {"isolate", "block_spread"}) {
    enforcer.take(event::LiftCut{std::string(stray_cut_id), {}, block.ips, {}, {}, "", {}, kind});
  }
  world_.answer = Outcome::Kind::done;
  world_.done.clear();
  enforcer.tend();
  EXPECT_EQ(world_.done, (std::vector<std::string>{"lift stray", "lift stray"})) << "one a kind";
  EXPECT_TRUE(world_.lifted_ips.empty()) << "the last, of the kind that is wanted";
}

TEST_F(EnforcerTest, TheSameLiftAgainIsTheSameLift) {
  Enforcer enforcer = make();
  enforcer.tend();
  world_.answer = Outcome::Kind::refused;
  for (int i = 0; i < 5; ++i) enforcer.take(event::LiftCut{"a", {}, {}});
  world_.done.clear();
  enforcer.tend();
  EXPECT_EQ(world_.done.size(), 1U);
}

TEST_F(EnforcerTest, AllThatIsInForceIsToldNowAndAgain) {
  Enforcer enforcer = make();
  enforcer.tend();
  EXPECT_EQ(in_force_told_, 1) << "on connecting";
  now_ += survey_period - seconds(1);
  enforcer.tend();
  EXPECT_EQ(in_force_told_, 1);
  now_ += seconds(1);
  enforcer.tend();
  enforcer.tend();
  EXPECT_EQ(in_force_told_, 2);
  now_ -= std::chrono::hours(2);  // a clock that was put back stops nothing
  enforcer.tend();
  EXPECT_EQ(in_force_told_, 3);
}

TEST_F(EnforcerTest, AStrayIsLiftedWithoutAReport) {
  Enforcer enforcer = make();
  enforcer.tend();
  enforcer.take(event::LiftCut{std::string(stray_cut_id), {}, {}});
  EXPECT_EQ(world_.lifted, 1);
  EXPECT_TRUE(steps_.empty());
}

TEST_F(EnforcerTest, DryRunChangesNothing) {
  Enforcer enforcer = make(Enforcer::Run::dry);
  enforcer.tend();
  enforcer.take(cut("a"));
  enforcer.take(event::LiftCut{"a", {}, {}});
  enforcer.tend();
  EXPECT_EQ(steps_["a"], (Steps{EnforcerStep::rehearsed, EnforcerStep::lifted}));
  EXPECT_EQ(world_.applied + world_.lifted, 0);
  EXPECT_EQ(world_.rehearsed, 1);
}

TEST_F(EnforcerTest, CutsAreBounded) {
  Enforcer enforcer = make();
  enforcer.tend();
  for (std::size_t i = 0; i <= enforcer_cuts_max; ++i) enforcer.take(cut("c" + std::to_string(i)));
  EXPECT_EQ(world_.in_force.size(), enforcer_cuts_max);
  EXPECT_EQ(steps_["c" + std::to_string(enforcer_cuts_max)], (Steps{EnforcerStep::failed}));
  enforcer.take(cut("c0"));
  EXPECT_EQ(steps_["c0"].back(), EnforcerStep::applied);
}

}  // namespace
}  // namespace cordon::enforce
