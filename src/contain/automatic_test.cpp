// SPDX-License-Identifier: Apache-2.0
// What is done without a person: both bounds, the hands that there are, and what a suspicion weighs.
#include "contain/automatic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/check.h"
#include "contain/testing.h"
#include "contain/testing_brute.h"

namespace cordon::contain {
namespace {

using estate::Estate;
using estate::HostIndex;
using testing::Brute;
using testing::Dice;

std::vector<Action> automatic_of(const CarePlan& plan) {
  std::vector<Action> out;
  for (const Line& line : plan.lines) {
    if (line.approval == Approval::automatic) out.push_back(line.action);
  }
  return out;
}

// Two workstations under a verdict hang on ports that nobody commands. Beside them stand `others` that can be shielded,
// and beyond a border what the house lives on.
struct OutOfReach {
  Estate estate;
  std::vector<HostIndex> infected{{0}, {1}};
  explicit OutOfReach(std::uint32_t others, bool other_plane = false) {
    estate.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 14, 14});
    estate.networks.push_back({"bureaux", {0}, {}, {{*IpAddress::parse("10.1.0.0"), 16}}, {true, false}});
    estate.networks.push_back({"serveurs", {0}, {}, {{*IpAddress::parse("10.2.0.0"), 16}}, {true, false}});
    for (std::uint32_t i = 0; i < others + 2; ++i) add("pc-" + std::to_string(i), 0, i < 2 ? 1 : 39);
    for (const std::uint32_t i : {0U, 1U}) testing::out_of_reach(estate.hosts[i]);
    add("serveur", 1, 5000);
    estate.hosts.back().role = estate::Role::server;
    testing::out_of_reach(estate.hosts.back());
    estate.borders.push_back({{0}, {1}, {true, other_plane}, true});
  }
  void add(const std::string& name, std::uint32_t network, double harm) {
    estate::Host host;
    host.name = name;
    host.role = estate::Role::workstation;
    host.network = estate::NetworkIndex{network};
    host.unit = estate::UnitIndex{0};
    host.harm_if_lost = harm;
    host.addresses = {
        *IpAddress::parse("10." + std::to_string(network + 1) + ".0." + std::to_string(estate.hosts.size() + 1))};
    estate.hosts.push_back(host);
  }
  CarePlan plan(std::uint32_t cuts_left, double budget = 100) const {
    const auto graph = Graph::build(estate);
    const Hands hands(estate);
    return weigh({.graph = *graph, .infected = infected, .hands = &hands, .budget = budget, .cuts_left = cuts_left});
  }
  double lost_after(std::span<const Action> done) const { return check(estate, infected, done).harm_left; }
};

std::size_t held_up(const CarePlan& plan) {
  return static_cast<std::size_t>(std::ranges::count_if(plan.lines, &Line::held_up));
}

TEST(Weigh, TheLimitAnHourTakesAWholeCutOfFewerLinesAndNotTheFirstOfMany) {
  const OutOfReach night(30);
  const Action border{ActionKind::close_border, 0};
  const CarePlan all = night.plan(31);
  EXPECT_EQ(automatic_of(all).size(), 31U);
  EXPECT_EQ(held_up(all), 0U);
  for (const std::uint32_t left : {30U, 20U, 1U}) {
    const CarePlan plan = night.plan(left);
    EXPECT_EQ(automatic_of(plan), std::vector<Action>{border}) << "it alone saves the server";
    EXPECT_EQ(held_up(plan), 30U) << "the shields wait for people, all of them";
    EXPECT_NEAR(plan.harm_left_automatic, night.lost_after(std::vector<Action>{border}), 1e-6);
    EXPECT_NEAR(plan.harm_left, all.harm_left, 1e-6) << "with them it is the same plan";
  }
  const CarePlan none = night.plan(0);
  EXPECT_TRUE(automatic_of(none).empty());
  EXPECT_EQ(held_up(none), 31U);
  EXPECT_EQ(none.lines.front().action, border) << "people are shown first what saves most";
  EXPECT_NEAR(none.harm_left_automatic, night.lost_after({}), 1e-6);
}

// Ten networks, in each of which a machine that nobody can cut reaches a server that can be shielded for three
// patient-hours; what it saves differs by two parts of a hundred from one to the next.
TEST(Weigh, TheLargestCutThatFitsTheBudgetIsFoundHoweverLittleLarger) {
  OutOfReach night(0);
  Estate& estate = night.estate;
  estate.networks.clear();
  estate.hosts.clear();
  estate.borders.clear();
  night.infected.clear();
  for (std::uint32_t i = 0; i < 10; ++i) {
    estate.networks.push_back({"n" + std::to_string(i), {0}, {}, {}, {true, false}});
    night.infected.push_back({2 * i});
    night.add("x" + std::to_string(i), i, 0);
    testing::out_of_reach(estate.hosts.back());
    night.add("v" + std::to_string(i), i, 6 / (1 + 0.02 * i));
    estate.hosts.back().role = estate::Role::server;
    estate.hosts.back().harm_per_hour_blocked = 0.25;
  }
  for (std::uint32_t budget = 0; budget <= 30; ++budget) {
    std::vector<Action> six;
    for (std::uint32_t i = 0; i < budget / 3; ++i) six.push_back({ActionKind::shield, 2 * i + 1});
    EXPECT_EQ(automatic_of(night.plan(cuts_unlimited, budget)), six) << "budget " << budget;
  }
}

struct Point {
  double cost = 0;  // effort included
  double left = 0;
  double harm = 0;
};

/// corners gives the nested cuts, the smallest first: where cost + m·left is least for some m of 0 to 1. Nothing where
/// another choice comes so near to being one that the rounding of prices decides.
std::vector<Point> corners(const Brute& brute) {
  std::vector<Point> all;
  for (std::uint32_t done = 0; done < brute.choices(); ++done) {
    all.push_back({brute.cost(done), brute.left(done), brute.cost(done) - brute.effort(done)});
  }
  std::ranges::sort(all, {}, [](const Point& point) { return std::pair(point.cost, point.left); });
  const auto turn = [](const Point& a, const Point& b, const Point& c) {
    return (b.cost - a.cost) * (c.left - a.left) - (b.left - a.left) * (c.cost - a.cost);
  };
  std::vector<Point> chain;
  for (const Point& point : all) {
    while (chain.size() > 1 && turn(chain[chain.size() - 2], chain.back(), point) <= 0) chain.pop_back();
    chain.push_back(point);
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const double more = chain[i].cost - chain[i - 1].cost;
    const double spares = chain[i - 1].left - chain[i].left;
    if (spares <= more) {
      chain.resize(i);
      break;
    }
  }
  const auto is_corner = [&](const Point& point) {
    return std::ranges::any_of(chain, [&](const Point& c) { return c.cost == point.cost && c.left == point.left; });
  };
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    const double m = (chain[i + 1].cost - chain[i].cost) / (chain[i].left - chain[i + 1].left);
    for (const Point& point : all) {
      if (!is_corner(point) && point.cost + m * point.left < chain[i].cost + m * chain[i].left + 0.002) return {};
    }
  }
  return chain;
}

TEST(Weigh, OfAllNestedCutsTheAutomaticPartIsTheLargestThatFits) {
  std::size_t estates = 0;
  std::size_t in_between = 0;
  for (std::uint64_t seed = 1; estates < 600; ++seed) {
    Dice dice{seed};
    Estate estate = testing::random_estate(dice, {.networks = 1 + dice.below(3),
                                                  .hosts = 4 + dice.below(4),
                                                  .flows = dice.below(8),
                                                  .borders = dice.below(5),
                                                  .passages = dice.below(5),
                                                  .sessions = dice.one_in(4) ? 1 + dice.below(2) : 0});
    for (estate::Network& network : estate.networks) network.prefixes = {{*IpAddress::parse("10.0.0.0"), 16}};
    for (estate::Host& host : estate.hosts) {
      if (dice.one_in(4)) continue;
      host.role = estate::Role::workstation;
      host.is_protected = false;
      host.harm_per_hour_blocked = dice.unit() * 2;
      host.harm_if_lost = dice.unit() * 100;
    }
    const auto graph = Graph::build(estate);
    const Hands hands(estate);
    const bool has_hands = seed % 2 == 0;
    const std::vector<HostIndex> infected{{0}, {1}};
    std::vector<Action> not_automatic;
    for (const Action& action : testing::every_action(estate)) {
      const bool is_by_hand = has_hands && hands.by_hand(action);
      if (is_by_hand || !automatic_is_allowed(estate, action)) not_automatic.push_back(action);
    }
    const Brute brute(estate, infected, {}, not_automatic);
    if (!brute.small_enough()) continue;
    const std::vector<Point> nested = corners(brute);
    if (nested.size() < 2) continue;
    ++estates;
    for (int i = 0; i < 4; ++i) {
      const double budget = dice.unit() * 1.1 * nested.back().harm;
      Point most;
      for (const Point& point : nested) {
        if (point.harm <= budget) most = point;
      }
      const Automatic found = find_automatic(
          {.graph = *graph, .infected = infected, .hands = has_hands ? &hands : nullptr, .budget = budget});
      double harm = 0;
      for (const Action& action : found.actions) harm += graph->harm_of(action);
      ASSERT_LE(harm, budget) << "seed " << seed;
      ASSERT_NEAR(harm, most.harm, 1e-6) << "seed " << seed << ", " << nested.size() << " nested cuts";
      if (most.cost > nested[0].cost && most.cost < nested.back().cost) ++in_between;
    }
  }
  EXPECT_GT(in_between, 300U) << "else the estates are too tame to tell";
}

// All of them are reached through a terminal server, whose isolation would do in the place of thirty shields: it is a
// person's to give.
TEST(Weigh, WhatNeedsAPersonIsNoWayOutOfTheLimit) {
  OutOfReach night(30);
  Estate& estate = night.estate;
  estate.hosts.pop_back();
  estate.borders.clear();
  estate.networks[0].inside = {};
  estate.hosts[1].role = estate::Role::terminal_server;
  estate.hosts[1].grain = estate::Grain::isolate;
  estate.hosts[1].harm_per_hour_blocked = 1;
  estate.passages.push_back({{0}, {1}, true, false});
  for (std::uint32_t other = 2; other < estate.hosts.size(); ++other) {
    estate.passages.push_back({{1}, {other}, true, false});
  }
  night.infected = {{0}};
  for (const std::uint32_t left : {100U, 20U, 3U}) {
    const std::vector<Action> automatic = automatic_of(night.plan(left));
    EXPECT_EQ(automatic.size(), std::min(left, 30U));
    for (const Action& action : automatic) {
      EXPECT_TRUE(automatic_is_allowed(estate, action)) << words_of(estate, action).en << ", limit " << left;
    }
  }
}

// Beyond two borders, each of which leads to all that is to be saved, and a third that leads to less.
TEST(Weigh, WhereNoWholeCutFitsTheLimitHalfOfOneIsBegunByWhatSavesMost) {
  OutOfReach night(0);
  Estate& estate = night.estate;
  for (const auto& [name, harm] : {std::pair{"imprimerie", 3.0}, {"serveurs 2", 2000.0}}) {
    estate.networks.push_back({name, {0}, {}, {{*IpAddress::parse("10.3.0.0"), 16}}, {true, false}});
    night.add(name, static_cast<std::uint32_t>(estate.networks.size()) - 1, harm);
    estate.hosts.back().role = estate::Role::server;
  }
  for (const auto& [from, to] : {std::pair{0U, 2U}, {0U, 3U}})
    estate.borders.push_back({{from}, {to}, {true, false}, true});
  for (estate::Host& host : estate.hosts) testing::out_of_reach(host);
  EXPECT_EQ(automatic_of(night.plan(2)),
            (std::vector<Action>{{ActionKind::close_border, 0}, {ActionKind::close_border, 2}}));
  // From wherever it gets in it now goes everywhere: one border closed saves nothing.
  for (const auto& [from, to] : {std::pair{1U, 2U}, {2U, 1U}, {1U, 3U}, {3U, 1U}}) {
    estate.borders.push_back({{from}, {to}, {true, false}, false});
  }
  const CarePlan plan = night.plan(2);
  EXPECT_EQ(automatic_of(plan).size(), 2U) << "an attack goes on: half a cut is begun";
  EXPECT_EQ(held_up(plan), 1U);
  EXPECT_NEAR(plan.harm_left_automatic, night.lost_after({}), 1e-6) << "and nothing is promised of it";
  EXPECT_LT(plan.harm_left, 3) << "people complete it";
}

TEST(Weigh, TheAutomaticPartKeepsBothBoundsAndPromisesWhatItDoes) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Dice dice{seed};
    Estate estate = testing::random_estate(dice, {.networks = 1 + dice.below(3),
                                                  .hosts = 5 + dice.below(8),
                                                  .flows = dice.below(20),
                                                  .borders = dice.below(5),
                                                  .passages = dice.below(4),
                                                  .accounts = dice.one_in(3) ? 2U : 0U,
                                                  .sessions = dice.one_in(5) ? 2U : 0U});
    for (estate::Network& network : estate.networks) network.prefixes = {{*IpAddress::parse("10.0.0.0"), 16}};
    const auto graph = Graph::build(estate);
    const Hands hands(estate);
    const std::vector<HostIndex> infected{{0}, {1}};
    const double budget = dice.unit() * 40;
    for (const std::uint32_t left : {0U, 1U, 2U, 4U}) {
      const CarePlan plan = weigh({.graph = *graph,
                                   .infected = infected,
                                   .hands = &hands,
                                   .budget = budget,
                                   .cuts_left = left,
                                   .with_saves = false});
      const std::vector<Action> automatic = automatic_of(plan);
      ASSERT_LE(automatic.size(), left) << "seed " << seed;
      ASSERT_LE(plan.harm_automatic, budget) << "seed " << seed;
      for (const Line& line : plan.lines) {
        ASSERT_EQ(line.approval == Approval::by_hand, hands.by_hand(line.action)) << "seed " << seed;
        ASSERT_TRUE(line.approval != Approval::automatic || automatic_is_allowed(estate, line.action))
            << "seed " << seed;
        ASSERT_FALSE(line.held_up && line.approval == Approval::automatic) << "seed " << seed;
      }
      std::vector<Action> done = plan.not_stolen;
      done.insert(done.end(), automatic.begin(), automatic.end());
      ASSERT_NEAR(plan.harm_left_automatic, expected_loss(*graph, infected, {}, done), 1e-6) << "seed " << seed;
    }
  }
}

TEST(Weigh, WhatNobodyHereCanCarryOutIsWorkForAPersonAndNoPartOfWhatIsAutomatic) {
  const OutOfReach night(0, true);
  const CarePlan plan = night.plan(20);
  ASSERT_EQ(plan.lines.size(), 2U);
  EXPECT_EQ(plan.lines[0].action, (Action{ActionKind::close_border, 0, false}));
  EXPECT_EQ(plan.lines[0].approval, Approval::person) << "alone it saves nothing";
  EXPECT_EQ(plan.lines[1].action, (Action{ActionKind::close_border, 0, true}));
  EXPECT_EQ(plan.lines[1].approval, Approval::by_hand);
  EXPECT_NEAR(plan.harm_left_automatic, night.lost_after({}), 1e-6);
  const auto graph = Graph::build(night.estate);
  EXPECT_EQ(disposition_of(*graph, plan.lines[1], event::Mode::guard, false), event::Disposition::advised);
  // Where something else does it that can be carried out, that is done at once.
  OutOfReach wards(0, true);
  wards.estate.hosts.back().role = estate::Role::workstation;
  wards.estate.hosts.back().grain = estate::Grain::spreading;
  EXPECT_EQ(automatic_of(wards.plan(20)), (std::vector<Action>{{ActionKind::isolate, 2}}));
}

TEST(Weigh, WhoMustBeUnpluggedIsALineOfItsOwnAndNotCountedOnBeforeSomebodyWasThere) {
  OutOfReach night(30);
  night.estate.hosts[0].role = estate::Role::workstation;  // a person can unplug it
  night.infected = {{0}};
  const Action unplug{ActionKind::isolate, 0};
  const CarePlan plan = night.plan(cuts_unlimited);
  EXPECT_EQ(automatic_of(plan).size(), 31U) << "its neighbours and the border are cut at once";
  const auto line = std::ranges::find(plan.lines, unplug, &Line::action);
  ASSERT_NE(line, plan.lines.end());
  EXPECT_EQ(line->approval, Approval::by_hand);
  EXPECT_NEAR(plan.harm_left, 1, 1e-6);
  // Nothing is done by itself: what the unplugging saves is all that is reached, and the others have theirs as before.
  const auto graph = Graph::build(night.estate);
  const Hands hands(night.estate);
  const auto weighed = [&](std::span<const Action> in_force) {
    return weigh({.graph = *graph, .infected = night.infected, .in_force = in_force, .hands = &hands, .budget = -1});
  };
  const CarePlan by_people = weighed({});
  ASSERT_EQ(by_people.lines.front().action, unplug) << "first of what waits";
  ASSERT_TRUE(by_people.lines.front().saves);
  EXPECT_NEAR(by_people.lines.front().saves->harm, night.lost_after({}) - 1, 1e-6);
  EXPECT_EQ(by_people.lines.size(), 32U);
  EXPECT_TRUE(
      std::ranges::all_of(by_people.lines, [](const Line& each) { return each.saves && each.saves->harm > 0; }));
  // Once somebody was there, nothing else is needed.
  EXPECT_TRUE(weighed(std::array{unplug}).lines.empty());
}

TEST(Weigh, WhatWasOrderedOfAHandIsNotCountedOnBeforeItIsDone) {
  OutOfReach wards(0, true);
  wards.estate.hosts.back().role = estate::Role::workstation;
  wards.estate.hosts.back().grain = estate::Grain::spreading;
  const auto graph = Graph::build(wards.estate);
  const Hands hands(wards.estate);
  const std::vector<Overruling> ordered{{{ActionKind::close_border, 0, true}, true}};
  const CarePlan plan =
      weigh({.graph = *graph, .infected = wards.infected, .overruled = ordered, .hands = &hands, .budget = 100});
  EXPECT_EQ(automatic_of(plan), (std::vector<Action>{{ActionKind::isolate, 2}}));
}

TEST(Hands, WhoCannotBeBlockedByAnySwitchMayBeIsolatedByIt) {
  OutOfReach night(3);
  for (const std::uint32_t i : {0U, 1U}) {
    night.estate.hosts[i].role = estate::Role::workstation;
    night.estate.hosts[i].grain = estate::Grain::spreading;
  }
  const Estate& estate = night.estate;
  const auto graph = Graph::build(estate);
  const std::vector<event::MeansOffer> means{{"radius", "cordon-radius", event::Reach::whole_host}};
  const Hands hands(estate, means);
  EXPECT_TRUE(hands.by_hand({ActionKind::block_out, 0}));
  EXPECT_FALSE(hands.by_hand({ActionKind::isolate, 0}));
  const std::vector<HostIndex> infected{{0}};
  const CarePlan plan = weigh({.graph = *graph, .infected = infected, .hands = &hands, .budget = 100});
  EXPECT_EQ(automatic_of(plan), (std::vector<Action>{{ActionKind::isolate, 0}}));
  EXPECT_NEAR(plan.harm_left, estate.hosts[0].harm_if_lost, 1e-6);
}

TEST(Suspicion, RisesWithWhatServersConfirmAndNeverFalls) {
  EXPECT_DOUBLE_EQ(suspicion_at(0, 13.8, 20.7), suspect_probability);
  EXPECT_DOUBLE_EQ(suspicion_at(13.8, 13.8, 20.7), suspect_probability);
  EXPECT_NEAR(suspicion_at(20.7, 13.8, 20.7), 0.9, 1e-9);
  EXPECT_NEAR(suspicion_at(1e6, 13.8, 20.7), 0.9, 1e-9);
  EXPECT_DOUBLE_EQ(suspicion_at(5, 10, 10), suspect_probability);
  double before = 0;
  for (double score = 0; score < 25; score += 0.1) {
    EXPECT_GE(suspicion_at(score, 13.8, 20.7), before);
    before = suspicion_at(score, 13.8, 20.7);
  }
}

}  // namespace
}  // namespace cordon::contain
