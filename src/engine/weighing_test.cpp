// SPDX-License-Identifier: Apache-2.0
// The estate weighed elsewhere: what an engine does while an answer is awaited, and with an answer that comes late.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <tuple>

#include "contain/care_plan.h"
#include "contain/graph.h"
#include "engine/deciding.h"
#include "event/json.h"

namespace cordon::engine {
namespace {

using event::Disposition;

class WeighedElsewhere : public testing::Test, protected LittleNight {
 protected:
  explicit WeighedElsewhere(double budget = 1000) : LittleNight({}, {}) {
    begin(policy_with(budget), little_hospital(), Weighing::elsewhere);
  }
  /// answers gives the answer to a question, as whoever weighs does.
  void answers(double when, const Question& to) { keep(engine.take({to.number, at(when), weigh(to)})); }
  /// answers_last does it for the last one; false when the engine has put no question since.
  bool answers_last(double when) {
    const auto to = question;
    answers(when, *to);
    return question == to;
  }
  void freeze(double when, bool frozen) {
    step(event::Freeze{at(when), frozen, decider, decider_session, "looked at"});
  }
  std::size_t plans() const {
    return static_cast<std::size_t>(
        std::ranges::count(engine.state().plans, contain::care_rule, &event::PlanMade::rule));
  }
  double spent() const {
    double out = 0;
    for (const auto& [id, cut] : engine.state().cuts) {
      if (cut.in_force() && cut.decision.by.empty()) out += cut.decision.harm;
    }
    return out;
  }
};

class WeighedElsewhereNoBudget : public WeighedElsewhere {
 protected:
  WeighedElsewhereNoBudget() : WeighedElsewhere(0) {}
};

/// TooLarge: the next start finds an estate with more ways than a graph holds.
class TooLarge : public WeighedElsewhereNoBudget {
 protected:
  void start_again(double when) {
    estate::Estate estate = little_hospital();
    estate.accounts.push_back({.name = "all", .signs_in_on = {}, .unit = {0}});
    estate.accounts[0].signs_in_on.assign(contain::priced_edges_max + 1, estate::HostIndex{0});
    engine = Engine(policy_with(0), std::move(estate), engine.state(), Weighing::elsewhere);
    question.reset();
    step(event::Started{at(when), "0.1.0", "", event::Mode::guard});
  }
  /// asked counts the questions, each of which cannot be answered.
  std::size_t asked(double from, double to, double by) {
    std::size_t out = 0;
    for (double t = from; t < to; t += by) {
      question.reset();
      step(event::Tick{at(t)});
      if (question == nullptr) continue;
      ++out;
      const std::uint64_t number = question->number;
      keep(engine.take({number, at(t + 0.1), std::nullopt}));
    }
    return out;
  }
};

TEST_F(TooLarge, ItIsWeighedOnceAndNotEachTick) {
  attack(11);
  answers_last(5.5);
  start_again(60);
  EXPECT_EQ(asked(61, 70, 1), 1U);
  EXPECT_LE(asked(70, 3 * 3600, 60), 2U) << "when a question's time is over";
}

TEST_F(TooLarge, NobodysApprovalCountsForAPlanOfAnotherEstate) {
  attack(11);
  answers_last(5.5);
  ASSERT_EQ(waiting().needs.size(), 2U);
  start_again(60);
  step(event::Tick{at(61)});
  approve(decider, 62);
  approve("c.petit", 63);
  EXPECT_TRUE(cuts().empty());
}

TEST_F(WeighedElsewhere, ASecondVerdictIsAnsweredInItsStepWhileTheFirstIsWeighed) {
  attack(11);
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(plans(), 0U);
  ASSERT_EQ(cuts().size(), 1U);
  effects.clear();
  encrypt(12, 6);
  ASSERT_EQ(cuts().size(), 2U);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<event::ApplyCut>(effects[0]).ips, (std::vector{*IpAddress::parse("10.77.0.12")}));
  EXPECT_EQ(plans(), 0U);
}

TEST_F(WeighedElsewhere, ASuspicionWeighsMoreWithWhatTheServersConfirm) {
  const auto weight = [&](bool confirmed, double llr) {
    begin(policy_with(1000), little_hospital(), Weighing::elsewhere);
    attack(11);  // a plan is made for somebody
    for (int i = 0; i < 2; ++i) {
      event::Observation o = file_altered(12, 12, 6 + i);
      o.confirmed = confirmed;
      o.llr = llr;
      step(o);
    }
    step(event::Tick{at(9)});
    answers_last(10);
    return question->grounds.suspects.size() == 1 ? question->grounds.suspects[0].probability : -1;
  };
  EXPECT_EQ(weight(false, 10), -1) << "one-sided evidence may be forged";
  EXPECT_GT(weight(true, 8), contain::suspect_probability);
  EXPECT_GT(weight(true, 10), weight(true, 8));
}

TEST_F(WeighedElsewhere, AnAnswerToWhatHasChangedIsDroppedAndAskedAnewAtOnce) {
  attack(11);
  const auto first = question;
  encrypt(12, 6);
  EXPECT_FALSE(answers_last(9));
  EXPECT_EQ(plans(), 0U);
  EXPECT_EQ(question->grounds.infected.size(), 2U);
  answers(9.1, *first);
  EXPECT_EQ(plans(), 0U) << "nobody waits for that answer any more";
  EXPECT_TRUE(answers_last(9.2));
  EXPECT_EQ(plans(), 1U);
}

TEST_F(WeighedElsewhereNoBudget, HarmlessEvidenceMakesNoAnswerLate) {
  attack(11);
  event::Observation work = file_altered(12, 12, 5.5);
  work.llr = -1;
  step(work);
  step(event::HostSeen{
      at(6), {"span0", 12, *Mac::parse("02:00:00:00:00:99"), *IpAddress::parse("10.77.0.99"), at(6)}, "", false});
  EXPECT_TRUE(answers_last(7));
  EXPECT_EQ(plan().rule, contain::care_rule);
  EXPECT_EQ(plan().at, at(7)) << "it is made when it is taken, after what was recorded before it";
  ASSERT_EQ(engine.state().cuts.size(), 1U);
  EXPECT_EQ(engine.state().cuts.begin()->second.decision.at, at(7));
  const auto last = question;
  step(event::Tick{at(8)});
  EXPECT_EQ(question, last) << "it is answered: nothing is due";
}

TEST_F(WeighedElsewhereNoBudget, FrozenWhileItIsWeighedNothingIsCut) {
  attack(11);
  freeze(5.5, true);
  EXPECT_FALSE(answers_last(6));
  EXPECT_TRUE(answers_last(7));
  EXPECT_EQ(plans(), 1U);
  EXPECT_TRUE(engine.state().cuts.empty());
  EXPECT_EQ(waiting().disposition, Disposition::waits);
}

TEST_F(WeighedElsewhereNoBudget, InAnotherModeWhileItIsWeighedNothingIsCut) {
  attack(11);
  step(event::ModeChosen{at(5.5), event::Mode::watch, decider, decider_session, ""});
  EXPECT_FALSE(answers_last(6));
  EXPECT_TRUE(answers_last(7));
  EXPECT_EQ(plans(), 1U);
  EXPECT_TRUE(engine.state().cuts.empty());
}

TEST_F(WeighedElsewhere, WhatIsSpentWhileItIsWeighedIsSpentOnce) {
  attack(11);
  const double one = cuts().at(0).harm;
  ASSERT_GT(one, 0);
  const double budget = 1.5 * one;
  begin(policy_with(budget), little_hospital(), Weighing::elsewhere);
  freeze(0.5, true);
  encrypt(11);
  freeze(4, false);
  step(event::Tick{at(5)});
  ASSERT_NE(question, nullptr);
  const auto would = weigh(*question);
  EXPECT_TRUE(std::ranges::any_of(would->actions, [](const event::PlannedAction& line) {
    return line.disposition == Disposition::cut && line.harm > 0;
  }));
  encrypt(12, 6);
  ASSERT_GT(spent(), 0) << "the second verdict took it";
  while (!answers_last(10)) EXPECT_LE(spent(), budget);
  EXPECT_EQ(plans(), 1U);
  EXPECT_LE(spent(), budget);
}

TEST_F(WeighedElsewhereNoBudget, WhatAPersonTookBackWhileItIsWeighedIsNotCutAgain) {
  attack(11);
  step(event::LineDecided{at(5.5), "shield pc-2", event::LineWish::forbid, decider, decider_session, ""});
  EXPECT_FALSE(answers_last(6));
  EXPECT_TRUE(answers_last(7));
  EXPECT_EQ(plans(), 1U);
  EXPECT_TRUE(engine.state().cuts.empty());
}

TEST_F(WeighedElsewhere, AnOrderIsCarriedOutWithTheAnswerThatKnowsIt) {
  step(event::LineDecided{at(1), "shield pc-2", event::LineWish::force, decider, decider_session, "audit"});
  step(event::Tick{at(2)});
  ASSERT_NE(question, nullptr);
  EXPECT_TRUE(answers_last(2.2));
  ASSERT_EQ(engine.state().cuts.size(), 1U);
  EXPECT_EQ(engine.state().cuts.begin()->second.decision.by, decider);
}

TEST_F(WeighedElsewhere, UnderALastingAttackPlansStillCome) {
  attack(11);
  double now = 6;
  for (int dropped = 0; dropped < answers_dropped_max; ++dropped) {
    freeze(now, dropped % 2 == 0);
    EXPECT_FALSE(answers_last(now + 0.5)) << "asked anew";
    EXPECT_EQ(plans(), 0U);
    ++now;
  }
  freeze(now, answers_dropped_max % 2 == 0);
  EXPECT_TRUE(answers_last(now + 0.5)) << "weighed in the step";
  EXPECT_EQ(plans(), 1U);
  // And it is asked elsewhere again, as often as before.
  freeze(now + 1, answers_dropped_max % 2 != 0);
  const auto before = question;
  step(event::Tick{at(now + 2)});
  ASSERT_NE(question, before);
  freeze(now + 3, answers_dropped_max % 2 == 0);
  EXPECT_FALSE(answers_last(now + 4));
}

TEST_F(WeighedElsewhereNoBudget, AQuestionWithoutAnAnswerIsWeighedInTheStep) {
  attack(11);
  const auto lost = question;
  step(event::Tick{lost->at + answer_awaited_max - Micros(1)});
  EXPECT_EQ(plans(), 0U);
  step(event::Tick{lost->at + answer_awaited_max});
  EXPECT_EQ(question, lost);
  EXPECT_EQ(plans(), 1U);
  const std::size_t cuts_before = engine.state().cuts.size();
  answers(20, *lost);
  EXPECT_EQ(plans(), 1U) << "it comes after all: it is no news";
  EXPECT_EQ(engine.state().cuts.size(), cuts_before);
}

TEST_F(WeighedElsewhereNoBudget, WhatCouldNotBeWeighedElsewhereIsWeighedInTheStep) {
  attack(11);
  keep(engine.take({question->number, at(6), std::nullopt}));
  EXPECT_EQ(plans(), 1U);
  EXPECT_EQ(engine.state().cuts.size(), 1U);
}

TEST_F(WeighedElsewhereNoBudget, AQuestionLostInARestartIsAskedAnew) {
  attack(11);
  const auto lost = question;
  engine = Engine(policy_with(0), little_hospital(), engine.state(), Weighing::elsewhere);
  step(event::Started{at(6), "1", "", event::Mode::guard});
  step(event::Tick{at(7)});
  ASSERT_NE(question, lost);
  EXPECT_TRUE(answers_last(8));
  EXPECT_EQ(plans(), 1U);
}

TEST_F(WeighedElsewhereNoBudget, NobodysApprovalCountsBeforeThisRunHasWeighed) {
  attack(11);
  ASSERT_TRUE(answers_last(6));
  const std::string waits = waiting().approval;
  estate::Estate estate = little_hospital();
  estate.hosts[0].own = estate::Own::box;
  engine = Engine(policy_with(0), estate, engine.state(), Weighing::elsewhere);
  step(event::Tick{at(8)});
  const auto asked = question;
  approve("a.durand", 9);
  approve("c.petit", 9.5);
  EXPECT_TRUE(cuts().empty());
  EXPECT_FALSE(engine.state().approvals.find(waits)->open()) << "weighed in the step, though a question is out";
  const std::size_t before = events.size();
  answers(10, *asked);
  EXPECT_EQ(events.size(), before);
}

TEST_F(WeighedElsewhereNoBudget, ALineApprovedWhileItIsWeighedIsCutOnce) {
  attack(11);
  ASSERT_TRUE(answers_last(6));
  freeze(7, true);
  step(event::Tick{at(8)});
  const std::string key = waiting().key;
  approve("a.durand", 8.2);
  approve("c.petit", 8.4);
  ASSERT_EQ(cuts().size(), 1U);
  while (!answers_last(9)) EXPECT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts().size(), 1U);
  EXPECT_EQ(cuts()[0].key, key);
}

/// Told is an engine and all that it said, in the logbook's words.
struct Told {
  Engine engine;
  std::vector<std::string> said{};

  void operator()(const event::Input& input) { keep(engine.step(input)); }
  void keep(const Step& step) {
    for (const Recorded& r : step.events) said.push_back(std::to_string(r.entry.value) + event::to_text(r.event));
    for (const event::Effect& effect : step.effects) said.push_back(event::to_text(effect));
    if (step.question) keep(engine.take({step.question->number, step.question->at, weigh(*step.question)}));
  }
};

class AnyNight : private LittleNight {
 public:
  AnyNight() : LittleNight({}, {}) {}
  using Steps = std::vector<std::tuple<int, int, int>>;

  static std::vector<std::string> told_of(const Steps& steps, Weighing weighing) {
    Told night{Engine(policy_with(1), little_hospital(), State{}, weighing)};
    enter(night, decider, event::Role::cyber);
    double now = 1;
    for (const auto& [what, n, much] : steps) {
      now += 0.7;
      const State& state = night.engine.state();
      const std::string id = state.cuts.empty() ? "cut-1" : state.cuts.begin()->first;
      const std::string key = (much % 2 == 0 ? "shield pc-" : "block_out pc-") + std::to_string(n);
      if (what < 5) night(seen_of(10 + n, now, much, what != 0));
      if (what == 5) night(event::EnforcerReport{at(now), id, event::EnforcerStep::read_back, 3, "", "nftables"});
      if (what == 6) night(taken_back(now, id));
      if (what == 7) night(event::LineDecided{at(now), key, wish_of(much), decider, decider_session, ""});
      if (what == 8) night(event::Freeze{at(now), much % 2 == 0, decider, decider_session, ""});
      if (what >= 9) night(event::Tick{at(now)});
    }
    return night.said;
  }

 private:
  static event::LineWish wish_of(int much) {
    return much < 3 ? event::LineWish::force : much < 6 ? event::LineWish::forbid : event::LineWish::free;
  }
  static event::Observation seen_of(int n, double now, int much, bool confirmed) {
    event::Observation out = file_altered(n, n, now);
    out.llr = much;
    out.confirmed = confirmed;
    return out;
  }
};

TEST(Weighing, HereAndElsewhereGiveTheSameWhereNothingComesBetween) {
  std::size_t longest = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto steps = *rc::gen::container<AnyNight::Steps>(
        rc::gen::tuple(rc::gen::inRange(0, 13), rc::gen::inRange(1, 3), rc::gen::inRange(-1, 9)));
    const auto here = AnyNight::told_of(steps, Weighing::here);
    RC_ASSERT(here == AnyNight::told_of(steps, Weighing::elsewhere));
    longest = std::max(longest, here.size());
  }));
  EXPECT_GT(longest, 20U);
}

}  // namespace
}  // namespace cordon::engine
