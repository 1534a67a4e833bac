// SPDX-License-Identifier: Apache-2.0
#include "contain/saving.h"

#include <gtest/gtest.h>

#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/testing.h"

namespace cordon::contain {
namespace {

using estate::Estate;
using estate::HostIndex;

std::vector<Action> some_offered(testing::Dice& dice, const Graph& graph) {
  std::vector<Action> out;
  const auto perhaps = [&](ActionKind kind, std::size_t count, bool other) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (const Action action{kind, i, other}; graph.offered(action) && dice.one_in(3)) out.push_back(action);
    }
  };
  const Estate& estate = graph.estate();
  for (const ActionKind kind : {ActionKind::block_out, ActionKind::shield, ActionKind::isolate}) {
    perhaps(kind, estate.hosts.size(), false);
  }
  perhaps(ActionKind::cut_flow, estate.flows.size(), false);
  perhaps(ActionKind::close_passage, estate.passages.size(), false);
  perhaps(ActionKind::close_border, estate.borders.size(), false);
  perhaps(ActionKind::close_border, estate.borders.size(), true);
  perhaps(ActionKind::disable_account, estate.accounts.size(), false);
  perhaps(ActionKind::end_sessions, estate.sessions.size(), false);
  return out;
}

TEST(Flood, WhatOneActionSavesIsTheDifferenceOfTwoFloods) {
  std::size_t saving = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    testing::Dice dice{seed};
    const Estate estate = testing::random_estate(
        dice, {3, 4 + dice.below(12), 12, 4, 4, seed % 3 == 0 ? 2U : 0U, seed % 4 == 0 ? 2U : 0U});
    const auto graph = Graph::build(estate);
    const std::vector<HostIndex> infected{{dice.below(4)}};
    std::vector<Suspect> suspects;
    for (std::uint32_t i = dice.below(5); i > 0; --i) {
      suspects.push_back({{dice.below(graph->hosts())}, dice.one_in(6) ? 1 : dice.unit()});
    }
    const std::vector<Action> actions = some_offered(dice, *graph);
    Flood flood(*graph, infected, suspects, actions);
    EXPECT_EQ(flood.expected(), expected_loss(*graph, infected, suspects, actions));
    for (std::size_t i = 0; i < actions.size(); ++i) {
      std::vector<Action> others = actions;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      const double apart = expected_loss(*graph, infected, suspects, others) - flood.expected();
      const Saving saved = flood.without(actions[i]);
      ASSERT_NEAR(saved.harm, apart, 1e-6) << "seed " << seed << " action " << i;
      if (saved.harm > 0) {
        ++saving;
        EXPECT_FALSE(saved.first.empty());
      }
    }
  }
  EXPECT_GT(saving, 1500U) << "else nothing was tried";
}

// A ward of workstations without rules of their own, each kept from the infected one by its shield alone.
Estate ward(std::uint32_t workstations) {
  Estate out;
  out.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 14, 14});
  out.services.push_back({"résultats de laboratoire", "par téléphone", "by phone"});
  out.networks.push_back({"bureautique", {0}, {}, {}, {true, false}});
  for (std::uint32_t i = 0; i <= workstations; ++i) {
    estate::Host host;
    host.name = "pc-" + std::to_string(i);
    host.unit = estate::UnitIndex{0};
    host.network = estate::NetworkIndex{0};
    host.harm_if_lost = 10 + i;
    if (i == 0) testing::out_of_reach(host);
    out.hosts.push_back(host);
  }
  estate::Flow flow;
  flow.client = {1};
  flow.server = {2};
  flow.port = 2575;
  flow.dependence = 0.5;
  flow.tolerance_hours = 2;
  flow.fallback = estate::Fallback::by_hand;
  out.flows.push_back(flow);
  return out;
}

TEST(Flood, EveryLineOfALongPlanSaysWhatItSaves) {
  const Estate estate = ward(60);
  const auto graph = Graph::build(estate);
  const std::vector<HostIndex> infected{{0}};
  const CarePlan plan = weigh({.graph = *graph, .infected = infected, .budget = 1000});
  ASSERT_EQ(plan.lines.size(), 60U);
  for (const Line& line : plan.lines) {
    ASSERT_TRUE(line.saves);
    EXPECT_EQ(line.saves->hosts, 1U);
    EXPECT_NEAR(line.saves->harm, graph->harm(line.action.index).lost, 1e-9);
  }
  for (const Line& line : weigh({.graph = *graph, .infected = infected, .with_saves = false}).lines) {
    EXPECT_FALSE(line.saves);
  }
}

TEST(Flood, ALineIsToldInBothLanguagesByWhomItSavesAndWhoseCare) {
  const Estate estate = ward(3);
  const auto graph = Graph::build(estate);
  const std::vector<Action> actions{
      {ActionKind::shield, 1}, {ActionKind::shield, 2}, {ActionKind::shield, 3}, {ActionKind::isolate, 3}};
  const std::vector<HostIndex> infected{{0}};
  Flood flood(*graph, infected, {}, actions);
  const std::vector<Text> said = savings_of(estate, flood.without(actions[0]));
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0], (Text{"sans elle, 1 machine de plus peut être perdue : pc-1",
                           "without it 1 more machine may be lost: pc-1"}));
  EXPECT_EQ(said[1], (Text{"résultats de laboratoire, Réanimation : par téléphone après 2 h ; 14 lits",
                           "résultats de laboratoire, Réanimation: by phone after 2 h; 14 beds"}));
  EXPECT_EQ(savings_of(estate, flood.without(actions[2])).at(0).en,
            "without it nothing more would be lost: other lines hold what it holds");
  Saving many;
  many.hosts = 5;
  many.first = {{3}, {2}};
  EXPECT_EQ(savings_of(estate, many).at(0),
            (Text{"sans elle, 5 machines de plus peuvent être perdues : d'abord pc-3, pc-2",
                  "without it 5 more machines may be lost: first pc-3, pc-2"}));
}

TEST(Flood, APlanRecordsWhatItsLinesSave) {
  Estate estate = ward(3);
  estate.hosts[0].addresses = {*IpAddress::parse("10.0.0.1")};
  const auto graph = Graph::build(estate);
  event::HostKey key;
  key.ip = *IpAddress::parse("10.0.0.1");
  const std::vector<event::HostKey> infected{key};
  const event::PlanMade plan =
      make_care_plan({.graph = *graph, .infected = infected, .budget = 1000, .automatic_cuts_left = 3});
  ASSERT_EQ(plan.actions.size(), 3U);
  for (const event::PlannedAction& line : plan.actions) {
    EXPECT_GT(line.saves.value_or(0), 0) << line.key;
    EXPECT_FALSE(line.saved.empty());
    EXPECT_EQ(line.saved.size(), line.saved_fr.size());
  }
}

}  // namespace
}  // namespace cordon::contain
