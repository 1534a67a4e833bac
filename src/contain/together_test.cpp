// SPDX-License-Identifier: Apache-2.0
#include "contain/together.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/testing.h"

namespace cordon::contain {
namespace {

using estate::Estate;
using estate::HostIndex;
using testing::Dice;

std::map<std::string, Policy> by_name(const std::vector<Policy>& policies) {
  std::map<std::string, Policy> out;
  for (const Policy& policy : policies) out.emplace(policy.name, policy);
  return out;
}

Estate some_estate(Dice& dice) {
  const testing::Size size{.networks = 1 + dice.below(3),
                           .hosts = 5 + dice.below(8),
                           .flows = dice.below(30),
                           .borders = dice.below(5),
                           .passages = dice.below(4),
                           .accounts = dice.one_in(3) ? 1 + dice.below(3) : 0,
                           .sessions = dice.one_in(5) ? 1 + dice.below(3) : 0};
  Estate out = testing::random_estate(dice, size);
  if (dice.one_in(2)) {
    for (estate::Flow& flow : out.flows) flow.dependence *= 4;  // units lose all their care
  }
  return out;
}

/// Mean is what `take` gives on average over all worlds of the suspects: it is called with those who are infected.
template <class Take>
double mean_over(std::span<const Suspect> suspects, Take&& take) {
  double out = 0;
  for (std::uint32_t world = 0; world < 1U << suspects.size(); ++world) {
    std::vector<HostIndex> guilty;
    double chance = 1;
    for (std::size_t i = 0; i < suspects.size(); ++i) {
      const bool is = (world >> i & 1U) != 0;
      chance *= is ? suspects[i].probability : 1 - suspects[i].probability;
      if (is) guilty.push_back(suspects[i].host);
    }
    out += chance * take(guilty);
  }
  return out;
}

struct DoubtfulNight {
  explicit DoubtfulNight(std::uint64_t seed, std::uint32_t suspects_count) : dice{seed}, estate(some_estate(dice)) {
    for (estate::Host& host : estate.hosts) host.is_protected = false;
    for (std::uint32_t i = 1; i <= suspects_count; ++i) suspects.push_back({{i}, dice.unit()});
  }
  /// union_of is what these actions and the hosts that are lost then cost, averaged over the worlds.
  double union_of(std::span<const Action> actions, const CarePlan& plan) const {
    return mean_over(suspects, [&](std::vector<HostIndex> sources) {
      sources.insert(sources.end(), infected.begin(), infected.end());
      std::vector<Action> done(actions.begin(), actions.end());
      done.insert(done.end(), plan.not_stolen.begin(), plan.not_stolen.end());
      return harm_together(*graph, actions, spread_under(*graph, sources, done));
    });
  }
  Dice dice;
  Estate estate;
  std::vector<Suspect> suspects;
  std::vector<HostIndex> infected{{0}};
  std::optional<Graph> graph = Graph::build(estate);
};

TEST(Together, IsTheMeanOverAllWorldsForEveryPolicyThatIsolatesNoSuspect) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const DoubtfulNight night(seed, 4);
    const WeighRequest request{
        .graph = *night.graph, .infected = night.infected, .suspects = night.suspects, .budget = 50};
    const CarePlan plan = weigh(request);
    const auto policies = by_name(compare(request, plan));
    const double nothing = night.union_of({}, plan);
    ASSERT_NEAR(policies.at("nothing").together, nothing, 1e-6 * (1 + nothing)) << "seed " << seed;
    std::vector<HostIndex> infected = night.infected;
    for (const estate::Session& session : night.estate.sessions) infected.push_back(session.host);
    const std::vector<Action> isolated = isolate_only(*night.graph, infected);
    if (!night.estate.sessions.empty()) continue;  // their hosts may be suspects
    const double alone = night.union_of(isolated, plan);
    ASSERT_NEAR(policies.at("infected_only").together, alone, 1e-6 * (1 + alone)) << "seed " << seed;
    ASSERT_NEAR(policies.at("infected_only").harm_left,
                expected_loss(*night.graph, night.infected, night.suspects, isolated), 1e-6 * (1 + alone));
  }
}

TEST(Together, IsNeverLessThanTheMeanNorMoreThanTheSum) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const DoubtfulNight night(seed, static_cast<std::uint32_t>(told_apart_max + 2 - seed % 3 * 3));
    const WeighRequest request{
        .graph = *night.graph, .infected = night.infected, .suspects = night.suspects, .budget = 50};
    const CarePlan plan = weigh(request);
    const auto policies = by_name(compare(request, plan));
    for (const auto& [name, policy] : policies) {
      ASSERT_LE(policy.together, policy.harm_cut + policy.harm_left + 1e-6) << "seed " << seed << " " << name;
    }
    const double nothing = night.union_of({}, plan);
    ASSERT_GE(policies.at("nothing").together, nothing - 1e-6 * (1 + nothing)) << "seed " << seed;
    ASSERT_NEAR(policies.at("plan").harm_left, plan.harm_left, 1e-6 * (1 + plan.harm_left)) << "seed " << seed;
    ASSERT_NEAR(policies.at("automatic").harm_left, plan.harm_left_automatic, 1e-6 * (1 + plan.harm_left_automatic));
  }
}

/// Two wards in a network each, open within and closed to each other; whoever is reached costs `harm_if_lost`.
struct TwoWards {
  TwoWards() {
    estate.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 10, 10});
    for (const std::uint32_t network : {0U, 1U}) {
      estate.networks.push_back({"n" + std::to_string(network), {0}, {}, {}, {true, true}});
      for (int i = 0; i < 3; ++i) {
        estate::Host host;
        host.name = "pc-" + std::to_string(estate.hosts.size());
        host.network = estate::NetworkIndex{network};
        host.grain = estate::Grain::flow;
        host.harm_if_lost = 100;
        estate.hosts.push_back(host);
      }
    }
  }
  std::map<std::string, Policy> policies() const {
    const auto graph = Graph::build(estate);
    const WeighRequest request{.graph = *graph, .infected = infected, .suspects = suspects, .budget = 50};
    return by_name(compare(request, weigh(request)));
  }
  Estate estate;
  const std::vector<HostIndex> infected{{0}};
  std::vector<Suspect> suspects{{{3}, 0.4}};
};

TEST(Account, WhoIsolatesTheInfectedLeavesTheSuspectsConnected) {
  const auto policies = TwoWards().policies();
  EXPECT_NEAR(policies.at("infected_only").harm_left, 100 + 0.4 * 300, 1e-9);
  EXPECT_NEAR(policies.at("infected_only").hosts_lost, 1 + 0.4 * 3, 1e-9);
  EXPECT_EQ(policies.at("infected_only").hosts_touched, 1U);
  EXPECT_NEAR(policies.at("plan").harm_left, 100 + 0.4 * 0.5 * 100, 1e-9) << "isolated, it is spared by one half";
}

TEST(Account, WhoDoesNothingLosesByASuspectAsFarAsHeIsSuspected) {
  const auto policies = TwoWards().policies();
  EXPECT_NEAR(policies.at("nothing").harm_left, 300 + 0.4 * 300, 1e-9);
  EXPECT_NEAR(policies.at("nothing").together, 300 + 0.4 * 300, 1e-9);
  EXPECT_NEAR(policies.at("pull_everything").together, 100 + 0.4 * 0.5 * 100, 1e-9);
}

// The cap is put on the world, not on the average: four times all its care is lost with a chance of 0.4.
TEST(Together, AUnitThatMayLoseItsCareManyTimesOverLosesItOnceAsOftenAsThat) {
  TwoWards night;
  for (const std::uint32_t client : {3U, 4U, 5U, 3U}) {
    estate::Flow flow;
    flow.client = {client};
    flow.server = {client == 5 ? 4U : 5U};
    flow.port = 9000;
    flow.unit = {0};
    flow.dependence = 1;
    night.estate.flows.push_back(flow);
  }
  const double all = 10 * night.estate.weights.rebuild_hours;
  EXPECT_NEAR(night.policies().at("nothing").together, 300 + 0.4 * (300 + all), 1e-6);
}

TEST(Together, OverTheBoundOneSuspectFewerIsToldApart) {
  Estate estate;
  estate.hosts.resize(1);
  Fates fates{{{}}, {0}, {0}, {}};
  fates.suspicions.resize(together_steps_max >> told_apart_max, {0, 0, 0.5, false});
  EXPECT_EQ(Together(estate, fates, {}).affordable(), told_apart_max);
  fates.suspicions.push_back({0, 0, 0.5, false});
  EXPECT_EQ(Together(estate, fates, {}).affordable(), told_apart_max - 1);
}

// The plan that is served carries the sum by which it is compared, not its lines added up.
TEST(Account, TheServedPlanSaysWhatItCostsTogether) {
  TwoWards night;
  event::HostKey known;
  known.ip = *IpAddress::parse("10.0.0.1");
  night.estate.hosts[0].addresses = {known.ip};
  night.estate.index();
  const auto graph = Graph::build(night.estate);
  const std::vector<event::HostKey> infected{known};
  const event::PlanMade plan = make_care_plan(
      {.graph = *graph, .seen = infected, .infected = infected, .budget = 50, .automatic_cuts_left = 20});
  ASSERT_TRUE(plan.harm_together);
  EXPECT_NEAR(*plan.harm_together, 100, 1e-9);
  EXPECT_NEAR(plan.harm_nothing, 300, 1e-9);
}

}  // namespace
}  // namespace cordon::contain
