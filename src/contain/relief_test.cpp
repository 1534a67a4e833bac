// SPDX-License-Identifier: Apache-2.0
#include "contain/relief.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "contain/account.h"
#include "contain/check.h"
#include "contain/testing.h"

namespace cordon::contain {
namespace {

using testing::Dice;

std::vector<Action> all_offered(const Graph& graph) {
  const estate::Estate& estate = graph.estate();
  std::vector<Action> out;
  const auto add = [&](ActionKind kind, std::size_t count, bool other = false) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (graph.offered({kind, i, other})) out.push_back({kind, i, other});
    }
  };
  for (const ActionKind kind : {ActionKind::block_out, ActionKind::shield, ActionKind::isolate}) {
    add(kind, estate.hosts.size());
  }
  add(ActionKind::cut_flow, estate.flows.size());
  add(ActionKind::close_passage, estate.passages.size());
  add(ActionKind::close_border, estate.borders.size());
  add(ActionKind::close_border, estate.borders.size(), true);
  add(ActionKind::end_sessions, estate.sessions.size());
  return out;
}

/// Some is a random estate with one infected host and a third of all that can be done in force.
struct Some {
  explicit Some(std::uint64_t seed) : dice{seed}, estate(testing::random_estate(dice, {2, 5, 8, 3, 2, 0, 2})) {
    estate.index();
    graph = Graph::build(estate);
    infected = {{dice.below(5)}};
    for (const Action& action : all_offered(*graph)) {
      if (!dice.one_in(3)) continue;
      const std::string name = "cut-" + std::to_string(standing.size());
      standing.push_back({{name, "key of " + name}, {action}, !dice.one_in(3), dice.one_in(6)});
    }
  }
  /// without gives what stays in force when these are lifted; of the rest only what is proven, if that is asked.
  std::vector<Action> without(const std::vector<std::string>& lifted, bool proven_only) const {
    std::vector<Action> out;
    for (const Standing& one : standing) {
      if (std::ranges::find(lifted, one.name.cut) != lifted.end()) continue;
      if (proven_only && !one.proven) continue;
      out.push_back(one.actions[0]);
    }
    return out;
  }
  std::vector<estate::HostIndex> lost(const std::vector<Action>& actions) const {
    return check(estate, infected, actions).reached;
  }

  double harm_lost(const std::vector<std::string>& lifted, bool proven_only) const {
    double sum = 0;
    for (const estate::HostIndex host : lost(without(lifted, proven_only))) sum += graph->harm(host.value).lost;
    return sum;
  }

  Dice dice;
  estate::Estate estate;
  std::optional<Graph> graph;
  std::vector<estate::HostIndex> infected;
  std::vector<Standing> standing;
};

std::vector<std::string> names(const std::vector<event::Unneeded>& all) {
  std::vector<std::string> out;
  for (const event::Unneeded& one : all) out.push_back(one.cut);
  return out;
}

constexpr std::uint64_t seeds = 600;

TEST(Relief, AllThatIsNamedCanBeLiftedTogetherAndNoMoreIsLost) {
  std::size_t named = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Some some(seed);
    const auto found = names(no_longer_needed(*some.graph, some.infected, {}, some.standing));
    named += found.size();
    for (const bool proven_only : {false, true}) {
      const double before = some.harm_lost({}, proven_only);
      const double after = some.harm_lost(found, proven_only);
      ASSERT_NEAR(before, after, 1e-6) << "seed " << seed;
    }
  }
  EXPECT_GT(named, seeds) << "the estates have something to name";
}

TEST(Relief, WhatIsProvenAndNotNamedIsOrderedOrKeepsASourceOrSavesSomething) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Some some(seed);
    const auto found = names(no_longer_needed(*some.graph, some.infected, {}, some.standing));
    for (const Standing& one : some.standing) {
      const Action action = one.actions[0];
      const bool stops = action.kind == ActionKind::block_out || action.kind == ActionKind::isolate;
      const bool keeps_a_source =
          action.kind == ActionKind::end_sessions || (stops && action.index == some.infected[0].value);
      const bool is_named = std::ranges::find(found, one.name.cut) != found.end();
      if (one.ordered || keeps_a_source) {
        ASSERT_FALSE(is_named) << "seed " << seed << ", " << one.name.cut;
      } else if (!is_named && one.proven) {
        auto more = found;
        more.push_back(one.name.cut);
        double saved = 0;
        for (const bool proven_only : {false, true}) {
          saved += some.harm_lost(more, proven_only) - some.harm_lost(found, proven_only);
        }
        ASSERT_GT(saved, 0) << "seed " << seed << ", " << one.name.cut;
      }
    }
  }
}

TEST(Relief, WhatCareGetsBackIsTheUnionAndAddsUp) {
  for (std::uint64_t seed = 0; seed < seeds / 4; ++seed) {
    const Some some(seed);
    const auto found = no_longer_needed(*some.graph, some.infected, {}, some.standing);
    double sum = 0;
    for (const event::Unneeded& one : found) {
      ASSERT_GE(one.harm, 0);
      sum += one.harm;
    }
    const auto before = some.without({}, false);
    const auto after = some.without(names(found), false);
    const double given_back =
        harm_together(*some.graph, before, some.lost(before)) - harm_together(*some.graph, after, some.lost(after));
    ASSERT_NEAR(sum, given_back, 1e-6) << "seed " << seed;
  }
}

TEST(Relief, SoManyAreTriedTheDearestFirst) {
  estate::Estate estate;
  estate.sites.push_back({"site", {}});
  estate.buildings.push_back({"A", {0}});
  estate.units.push_back({"unité", estate::UnitKind::reanimation, {0}, 10, 10});
  estate.networks.push_back({"réseau", {0}, {}, {}, {true, false}});
  std::vector<Standing> standing;
  for (std::uint32_t h = 0; h <= relief_tried_max; ++h) {
    estate::Host host;
    host.name = "h" + std::to_string(h);
    host.network = estate::NetworkIndex{0};
    host.role = estate::Role::server;
    host.harm_per_hour_blocked = h;
    estate.hosts.push_back(host);
    standing.push_back({{host.name, "shield " + host.name}, {{ActionKind::shield, h}}, true, false});
  }
  const auto graph = Graph::build(estate);
  const auto found = names(no_longer_needed(*graph, {}, {}, standing));
  EXPECT_EQ(found.size(), relief_tried_max);
  EXPECT_EQ(found.front(), "h" + std::to_string(relief_tried_max));
  EXPECT_EQ(std::ranges::find(found, "h0"), found.end());
}

}  // namespace
}  // namespace cordon::contain
