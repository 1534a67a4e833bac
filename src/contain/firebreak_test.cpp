// SPDX-License-Identifier: Apache-2.0
#include "contain/firebreak.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/check.h"
#include "contain/lines.h"
#include "contain/relief.h"
#include "contain/testing.h"

namespace cordon::contain {
namespace {

constexpr Action firebreak{ActionKind::firebreak};

/// Two wards of workstations that reach each other by every protocol, and a ward that only others can close.
estate::Estate wards(double file_care = 0) {
  estate::Estate out;
  out.sites.push_back({"site", {}});
  out.buildings.push_back({"A", {0}});
  out.units.push_back({"Médecine", estate::UnitKind::medecine, {0}, 20, 20});
  out.services.push_back({"dossiers", "sur papier", "on paper"});
  for (std::uint32_t n = 0; n < 3; ++n) {
    const auto prefix = *IpAddress::parse("10." + std::to_string(n) + ".0.0");
    out.networks.push_back({"ward-" + std::to_string(n), {0}, std::nullopt, {{prefix, 24}}, {true, true}});
    for (std::uint32_t h = 0; h < 4; ++h) {
      estate::Host host;
      host.name = "pc-" + std::to_string(n) + std::to_string(h);
      host.role = estate::Role::workstation;
      host.unit = estate::UnitIndex{0};
      host.network = estate::NetworkIndex{n};
      host.addresses = {*IpAddress::parse("10." + std::to_string(n) + ".0." + std::to_string(h + 1))};
      host.grain = estate::Grain::flow;
      host.harm_if_lost = 100;
      out.hosts.push_back(host);
    }
  }
  for (std::uint32_t from = 0; from < 3; ++from) {
    for (std::uint32_t to = 0; to < 3; ++to) {
      if (from != to) out.borders.push_back({{from}, {to}, {true, true}, to != 2});
    }
  }
  estate::Flow files;
  files.client = {0};
  files.server = {4};
  files.port = 445;
  files.unit = {0};
  files.dependence = file_care;
  out.flows.push_back(files);
  out.index();
  return out;
}

CarePlan plan_of(const estate::Estate& estate, std::vector<estate::HostIndex> infected,
                 std::vector<Suspect> suspects = {}, std::vector<Action> in_force = {},
                 std::vector<Overruling> overruled = {}) {
  const auto graph = Graph::build(estate);
  return weigh({.graph = *graph,
                .infected = infected,
                .suspects = suspects,
                .in_force = in_force,
                .overruled = overruled,
                .budget = 1000});
}

TEST(Firebreak, ClosesWhatAnEnforcerCanAndNothingThatCarriesCareNobodyCanName) {
  estate::Estate estate = wards();
  EXPECT_EQ(firebreak_borders(estate), (std::vector<std::uint32_t>{0, 2, 4, 5})) << "into ward-2 nobody can close";
  estate.flows[0].care = true;
  EXPECT_EQ(firebreak_borders(estate).size(), 4U) << "a rule lets that care pass";
  estate.hosts[4].addresses.clear();
  estate.index();
  EXPECT_EQ(firebreak_borders(estate), (std::vector<std::uint32_t>{2, 4, 5})) << "no rule can name this server";
  estate.networks[0].prefixes.clear();
  EXPECT_EQ(firebreak_borders(estate), (std::vector<std::uint32_t>{5})) << "no rule can name this network";
}

TEST(Firebreak, IsAdvisedAfterAVerdictAndNotAfterASuspicion) {
  const CarePlan plan = plan_of(wards(), {{1}});
  ASSERT_TRUE(plan.firebreak);
  EXPECT_EQ(plan.firebreak->line.approval, Approval::person);
  EXPECT_GT(plan.firebreak->saves, 0);
  EXPECT_LT(plan.firebreak->worth_from, unseen_chance);
  for (const Line& line : plan.lines) EXPECT_NE(line.action.kind, ActionKind::firebreak) << "it is no part of the cut";
  EXPECT_FALSE(plan_of(wards(), {}, {{{1}, 0.9}}).firebreak);
}

// Eleven machines are not infected, three in ward-0 and four in each other. From ward-0 and ward-1 the firebreak leaves
// the way into ward-2 open, which nobody can close.
TEST(Firebreak, SavesWhatOneUnseenMachineWouldReachByProtocolsOfSpread) {
  const CarePlan plan = plan_of(wards(), {{1}});
  ASSERT_TRUE(plan.firebreak);
  const double few = unseen_chance * 3 / 11, many = unseen_chance * 4 / 11;
  const double somewhere = 1 - (1 - few) * (1 - many) * (1 - many);
  EXPECT_NEAR(plan.firebreak->saves, 100 * ((11 - 4) * somewhere - 3 * few - 4 * many), 1e-9);
}

TEST(Firebreak, IsNotAdvisedWhereItCostsMoreThanItSaves) {
  estate::Estate dear = wards(1);
  dear.weights.rebuild_hours = 0.01;
  for (estate::Host& host : dear.hosts) host.harm_if_lost = 0.01;
  EXPECT_FALSE(plan_of(dear, {{1}}).firebreak);
  EXPECT_TRUE(plan_of(wards(1), {{1}}).firebreak);
  EXPECT_EQ(plan_of(wards(1), {{1}}).firebreak->line.approval, Approval::two_persons) << "patients depend on the files";
}

TEST(Firebreak, OnceInForceOrForbiddenItIsNotAdvisedAgain) {
  EXPECT_FALSE(plan_of(wards(), {{1}}, {}, {firebreak}).firebreak);
  EXPECT_FALSE(plan_of(wards(), {{1}}, {}, {}, {{firebreak, false}}).firebreak);
  const CarePlan ordered = plan_of(wards(), {{1}}, {}, {}, {{firebreak, true}});
  EXPECT_FALSE(ordered.firebreak);
  EXPECT_EQ(std::ranges::count(ordered.lines, firebreak, &Line::action), 1);
}

TEST(Firebreak, OrderedItStillSaysWhatItIsFor) {
  const estate::Estate estate = wards();
  const CarePlan advised = plan_of(estate, {{1}});
  const CarePlan ordered = plan_of(estate, {{1}}, {}, {}, {{firebreak, true}});
  ASSERT_TRUE(advised.firebreak && ordered.firebreak_ordered);
  const auto line = std::ranges::find(ordered.lines, firebreak, &Line::action);
  ASSERT_NE(line, ordered.lines.end());
  EXPECT_DOUBLE_EQ(saves_of(ordered, *line).value(), advised.firebreak->saves) << "who approves it reads what it saves";
  EXPECT_EQ(savings_of(estate, ordered, *line).front().en, savings_of(*advised.firebreak).front().en);
  EXPECT_FALSE(plan_of(estate, {{1}}).firebreak_ordered);
}

TEST(Firebreak, ALineNamesEveryBorderAndItsKeyNamesIt) {
  const estate::Estate estate = wards();
  const event::PlannedAction line = line_of(estate, firebreak, {});
  EXPECT_EQ(line.key, "firebreak");
  EXPECT_EQ(line.action, "close_border");
  EXPECT_EQ(line.borders.size(), 4U);
  EXPECT_EQ(action_of(estate, "firebreak"), firebreak);
  EXPECT_FALSE(action_of(estate, "firebreak x"));
}

TEST(Firebreak, ThePlanThatIsServedAsksPeopleForItWhateverTheBudget) {
  const estate::Estate estate = wards();
  const auto graph = Graph::build(estate);
  const std::vector<event::HostKey> infected{{"span0", 1, {}, *IpAddress::parse("10.0.0.2"), {}}};
  const event::PlanMade plan =
      make_care_plan({.graph = *graph, .infected = infected, .budget = 1e6, .automatic_cuts_left = 1000});
  const auto line = std::ranges::find(plan.actions, "firebreak", &event::PlannedAction::key);
  ASSERT_NE(line, plan.actions.end());
  EXPECT_EQ(line->disposition, event::Disposition::waits);
  EXPECT_EQ(line->needs, (std::vector<event::Role>{event::Role::cyber}));
  EXPECT_EQ(line->saved.size(), line->saved_fr.size());
}

TEST(Firebreak, IsNeededAsLongAsAnybodyIsUnderAVerdict) {
  const estate::Estate estate = wards();
  const auto graph = Graph::build(estate);
  const std::vector<Standing> standing{{{"cut-1", "firebreak"}, {firebreak}, true, false}};
  const std::vector<estate::HostIndex> infected{{11}};  // in ward-2, whose ways in it does not close
  EXPECT_TRUE(no_longer_needed(*graph, infected, {}, standing).empty());
  EXPECT_EQ(no_longer_needed(*graph, {}, {}, standing).size(), 1U);
}

// In random estates: what it closes breaks no safety rule, and how far an attack comes beside it the independent
// checker says too.
TEST(Firebreak, TheCheckerAgreesOnWhatItClosesWhatItCostsAndHowFarAnAttackComes) {
  std::size_t offered = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    testing::Dice dice{seed};
    estate::Estate estate = testing::random_estate(dice, {4, 8, 8, 8, 2, 0, 0, seed % 3 == 0 ? 2U : 0U});
    for (std::uint32_t n = 0; n < estate.networks.size(); ++n) {
      const auto prefix = *IpAddress::parse(dice.one_in(4) ? "fd00:" + std::to_string(n) + "::"
                                                           : "10." + std::to_string(n + 1) + ".0.0");
      if (!dice.one_in(5)) estate.networks[n].prefixes.push_back({prefix, 24});
    }
    estate.index();
    const auto graph = Graph::build(estate);
    if (!graph->offered(firebreak)) continue;
    ++offered;
    for (const std::uint32_t border : firebreak_borders(estate)) {
      EXPECT_TRUE(graph->offered({ActionKind::close_border, border})) << seed;
      EXPECT_EQ(rule_broken_by(estate, {ActionKind::close_border, border}), "") << seed;
    }
    const std::vector<estate::HostIndex> infected{{dice.below(8)}};
    const std::vector<Action> done{firebreak};
    const Checked checked = check(estate, infected, done);
    EXPECT_EQ(spread_under(*graph, infected, done), checked.reached) << seed;
    EXPECT_NEAR(graph->harm_of(firebreak), checked.harm_cut, 1e-6) << seed;
  }
  EXPECT_GT(offered, 500U);
}

}  // namespace
}  // namespace cordon::contain
