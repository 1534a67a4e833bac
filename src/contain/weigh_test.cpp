// SPDX-License-Identifier: Apache-2.0
#include "contain/weigh.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/check.h"
#include "contain/testing.h"
#include "contain/testing_brute.h"
#include "contain/testing_house.h"

namespace cordon::contain {
namespace {

using estate::Estate;
using estate::HostIndex;
using testing::Dice;

testing::Size some_size(Dice& dice) {
  return {.networks = 1 + dice.below(3),
          .hosts = 5 + dice.below(8),
          .flows = dice.below(20),
          .borders = dice.below(5),
          .passages = dice.below(4),
          .accounts = dice.one_in(3) ? 1 + dice.below(3) : 0,
          .sessions = dice.one_in(5) ? 1 + dice.below(3) : 0};
}

std::vector<Action> actions_of(const CarePlan& plan, bool automatic_only = false) {
  std::vector<Action> out;
  for (const Line& line : plan.lines) {
    if (!automatic_only || line.approval == Approval::automatic) out.push_back(line.action);
  }
  return out;
}

TEST(Weigh, KeepsTheBudgetAndTheRulesAndWhatPeopleSaid) {
  for (std::uint64_t seed = 1; seed <= 1'500; ++seed) {
    Dice dice{seed};
    testing::Size size = some_size(dice);
    size.own_ways = seed % 3 == 0 ? 2 : 0;
    const Estate estate = testing::random_estate(dice, size);
    const auto hosts = static_cast<std::uint32_t>(estate.hosts.size());
    const auto graph = Graph::build(estate);
    const std::vector<HostIndex> infected{{dice.below(hosts)}};
    std::vector<Suspect> suspects;
    for (std::uint32_t i = dice.below(4); i > 0; --i) suspects.push_back({{dice.below(hosts)}, dice.unit()});
    std::vector<Overruling> overruled;
    const auto any_action = [&] {
      if (!estate.sessions.empty() && dice.one_in(2)) return Action{ActionKind::end_sessions, 0};
      return Action{static_cast<ActionKind>(dice.below(3)), dice.below(hosts)};
    };
    if (dice.one_in(2)) overruled.push_back({any_action(), false});
    if (dice.one_in(3)) overruled.push_back({any_action(), true});
    const double budget = dice.one_in(4) ? 0 : dice.unit() * 100;
    const double lone_left = dice.one_in(3) ? dice.unit() : harm_unbounded;
    const CarePlan plan = weigh({.graph = *graph,
                                 .infected = infected,
                                 .suspects = suspects,
                                 .overruled = overruled,
                                 .budget = budget,
                                 .lone_left = lone_left});
    ASSERT_LE(plan.harm_automatic, budget) << "seed " << seed;
    double on_one_word = 0;
    for (const Line& line : plan.lines) {
      if (line.approval == Approval::ordered && is_done_at_once(*graph, line)) on_one_word += line.harm;
    }
    ASSERT_LE(on_one_word, lone_left) << "seed " << seed;
    for (const Line& line : plan.lines) {
      if (line.approval == Approval::person && line.harm > 0) {
        ASSERT_LE(line.harm, lone_left - on_one_word + 1e-9) << "seed " << seed;
      }
    }
    for (const Line& line : plan.lines) {
      ASSERT_EQ(rule_broken_by(estate, line.action), "") << "seed " << seed;
      if (line.approval == Approval::automatic) {
        ASSERT_TRUE(automatic_is_allowed(estate, line.action)) << "seed " << seed;
      }
      ASSERT_EQ(std::ranges::count(plan.lines, line.action, &Line::action), 1) << "seed " << seed;
      if (line.approval == Approval::ordered) continue;
      for (const Overruling& word : overruled) {
        ASSERT_FALSE(!word.force && word.action == line.action) << "seed " << seed;
      }
    }
    for (const Overruling& word : overruled) {
      if (!word.force) continue;
      ASSERT_EQ(std::ranges::count(plan.lines, word.action, &Line::action) +
                    std::ranges::count(plan.impossible, word.action, &Overruling::action),
                1)
          << "seed " << seed;
    }
    std::vector<Action> done = actions_of(plan);
    double not_stolen = 0;
    for (const Action& account : plan.not_stolen) {
      if (std::ranges::find(done, account) != done.end()) continue;  // a person ordered it all the same
      done.push_back(account);
      not_stolen += graph->harm_of(account);
    }
    const Checked checked = check(estate, plan.sources, done);
    ASSERT_EQ(checked.reached, plan.reached) << "seed " << seed;
    ASSERT_NEAR(checked.harm_cut - not_stolen, plan.harm_cut, 1e-6) << "seed " << seed;
  }
}

/// needs_somebody says by the plainest reading of the estate that a line is a person's to decide.
bool needs_somebody(const Estate& estate, const Action& action) {
  if (action.kind == ActionKind::disable_account || action.kind == ActionKind::firebreak) return true;
  if (!touches_host(action)) return false;
  using estate::Role;
  constexpr Role stand_for_many[] = {Role::terminal_server, Role::nat, Role::network};
  constexpr Role serve[] = {Role::server, Role::domain_controller, Role::hypervisor,
                            Role::backup, Role::bedside_gateway,   Role::telephony};
  const estate::Host& host = estate.hosts[action.index];
  if (std::ranges::find(stand_for_many, host.role) != std::end(stand_for_many)) return true;
  if (action.kind == ActionKind::shield) return false;
  return host.is_protected || std::ranges::find(serve, host.role) != std::end(serve);
}

/// Night is one of the ten thousand larger estates, who is infected or suspected there, what people said, and what is
/// in force.
struct Night {
  Dice dice;
  Estate estate;
  std::uint32_t hosts;
  Graph graph;
  std::vector<HostIndex> infected;
  std::vector<Suspect> suspects;
  std::vector<Action> in_force;
  std::vector<Overruling> overruled;
  bool has_hands;
  Hands hands;
  double budget;
  std::uint32_t cuts_left;

  explicit Night(std::uint64_t seed)
      : dice{seed},
        estate(testing::larger_estate(dice, seed)),
        hosts(static_cast<std::uint32_t>(estate.hosts.size())),
        graph(*Graph::build(estate)),
        has_hands(dice.one_in(2)),
        hands(estate),
        budget(dice.one_in(4) ? 0 : dice.unit() * 60),
        cuts_left(dice.one_in(4) ? dice.below(4) : cuts_unlimited) {
    estate.index();
    const std::uint32_t more = hosts >= testing::house_hosts_min ? 10 : 0;
    for (std::uint32_t i = dice.below(4 + more); i > 0; --i) infected.push_back({dice.below(hosts)});
    for (std::uint32_t i = dice.below(3 + more); i > 0; --i) suspects.push_back({{dice.below(hosts)}, dice.unit()});
    std::set<Action> said;
    const std::vector<Action> all = testing::every_action(estate);
    const auto any = [&] {
      const Action of_a_host{static_cast<ActionKind>(dice.below(3)), dice.below(hosts)};
      return dice.one_in(2) ? of_a_host : all[dice.below(static_cast<std::uint32_t>(all.size()))];
    };
    for (std::uint32_t i = dice.below(3 + more / 2); i > 0; --i) {
      const Action word = any();
      if (said.insert(word).second) overruled.push_back({word, dice.one_in(3)});
    }
    for (std::uint32_t i = dice.below(2 + more); i > 0; --i) {
      const Action cut = any();
      if (rule_broken_by(estate, cut).empty() && said.insert(cut).second) in_force.push_back(cut);
    }
  }

  CarePlan plan() const {
    return weigh({.graph = graph,
                  .infected = infected,
                  .suspects = suspects,
                  .in_force = in_force,
                  .overruled = overruled,
                  .hands = has_hands ? &hands : nullptr,
                  .budget = budget,
                  .cuts_left = cuts_left,
                  .with_saves = false});
  }
  bool is_certain() const {
    return !estate.sessions.empty() || std::ranges::any_of(infected, [&](HostIndex host) {
      return !estate.hosts[host.value].is_protected && estate.hosts[host.value].own == estate::Own::no;
    });
  }
  bool is_said(const Action& action, bool force) const {
    return std::ranges::any_of(overruled, [&](const Overruling& w) { return w.action == action && w.force == force; });
  }
  bool is_by_hand(const Action& action) const { return has_hands && hands.by_hand(action); }
  bool is_unplugged(const Action& action) const {
    return action.kind == ActionKind::isolate && estate.hosts[action.index].grain == estate::Grain::none;
  }
};

TEST(Weigh, KeepsEverySafetyRuleOnTenThousandLargerEstates) {
  std::size_t automatic_lines = 0, two_persons = 0, beyond_the_budget = 0, by_hand = 0, ordered = 0, houses = 0;
  for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
    SCOPED_TRACE(seed);
    const Night night(seed);
    const Estate& estate = night.estate;
    const CarePlan plan = night.plan();
    double spent = 0, harm_cut = 0;
    std::size_t automatic = 0;
    for (const Line& line : plan.lines) {
      const double harm = harm_of_one(estate, line.action);
      harm_cut += harm;
      ASSERT_FALSE(night.is_said(line.action, false)) << "a person forbade it";
      if (line.approval == Approval::automatic) {
        ASSERT_FALSE(needs_somebody(estate, line.action));
        ASSERT_FALSE(night.is_by_hand(line.action));
        spent += harm;
        ++automatic;
      } else if (night.is_by_hand(line.action)) {
        ASSERT_EQ(line.approval, Approval::by_hand);
        ++by_hand;
      } else if (night.is_said(line.action, true)) {
        ASSERT_EQ(line.approval, Approval::ordered);
        ++ordered;
      } else if (night.is_unplugged(line.action)) {
        ASSERT_EQ(line.approval, Approval::by_hand);
        ASSERT_NE(std::ranges::find(night.infected, HostIndex{line.action.index}), night.infected.end());
        ++by_hand;
      } else {
        ASSERT_EQ(line.approval, harm < 1 ? Approval::person : Approval::two_persons);
        if (harm >= 1) ++two_persons;
        if (night.is_certain() && spent + harm > night.budget) ++beyond_the_budget;
      }
    }
    ASSERT_LE(spent, night.budget + 1e-9);
    ASSERT_LE(automatic, night.cuts_left);
    ASSERT_TRUE(night.is_certain() || automatic == 0) << "nobody is infected for certain";
    for (const Overruling& word : night.overruled) {
      if (!word.force) continue;
      const bool may_be = rule_broken_by(estate, word.action).empty();
      ASSERT_EQ(std::ranges::count(plan.lines, word.action, &Line::action), may_be ? 1 : 0);
      ASSERT_EQ(std::ranges::count(plan.impossible, word.action, &Overruling::action), may_be ? 0 : 1);
    }
    const std::vector<Action> lines = actions_of(plan);
    ASSERT_TRUE(check(estate, {}, lines).broken.empty());
    std::set<Action> done(lines.begin(), lines.end());
    done.insert(night.in_force.begin(), night.in_force.end());
    done.insert(plan.not_stolen.begin(), plan.not_stolen.end());
    ASSERT_EQ(check(estate, plan.sources, std::vector(done.begin(), done.end())).reached, plan.reached);
    ASSERT_NEAR(harm_cut, plan.harm_cut, 1e-6);
    automatic_lines += automatic;
    if (night.hosts >= testing::large_house_hosts_min && !plan.lines.empty()) ++houses;
  }
  EXPECT_GT(automatic_lines, 5'000U);
  EXPECT_GT(two_persons, 5'000U);
  EXPECT_GT(beyond_the_budget, 5'000U);
  EXPECT_GT(by_hand, 5'000U);
  EXPECT_GT(ordered, 1'000U);
  EXPECT_GT(houses, 280U);
}

TEST(Weigh, ExpectsWhatEveryWorldOfSuspectsWouldLoseOnAverage) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Dice dice{seed};
    const Estate estate = testing::random_estate(dice, some_size(dice));
    const auto graph = Graph::build(estate);
    const std::vector<HostIndex> infected{{0}};
    const std::vector<Suspect> suspects{{{1}, dice.unit()}, {{2}, dice.unit()}, {{3}, dice.unit()}};
    const std::vector<Action> done{{ActionKind::block_out, 0}, {ActionKind::isolate, 2}};
    double mean = 0;
    for (std::uint32_t world = 0; world < 8; ++world) {
      std::vector<HostIndex> sources = infected;
      double probability = 1;
      for (std::uint32_t i = 0; i < 3; ++i) {
        const bool is = (world >> i & 1U) != 0;
        probability *= is ? suspects[i].probability : 1 - suspects[i].probability;
        if (is) sources.push_back(suspects[i].host);
      }
      double lost = check(estate, sources, done).harm_left;
      // The third suspect is isolated: it is spared by half where nobody else and no way of its own comes back to it.
      const bool true_third = (world >> 1 & 1U) != 0;
      std::vector<HostIndex> without;
      for (const HostIndex host : sources) {
        if (host.value != 2) without.push_back(host);
      }
      for (std::uint32_t to = 0; true_third && to < estate.hosts.size(); ++to) {
        const auto ways = to == 2 ? std::vector<Way>{} : ways_between(estate, {2}, {to});
        const auto open = [&](const Way& way) {
          return std::ranges::none_of(way.closers, [&](const Action& a) { return std::ranges::count(done, a) > 0; });
        };
        if (std::ranges::any_of(ways, open)) without.push_back({to});
      }
      const auto reached = check(estate, without, done).reached;
      if (true_third && !std::ranges::binary_search(reached, HostIndex{2})) {
        lost -= isolation_spares * estate::harm_of_host(estate, {2}).lost;
      }
      mean += probability * lost;
    }
    ASSERT_NEAR(expected_loss(*graph, infected, suspects, done), mean, 1e-6 * (1 + mean)) << "seed " << seed;
  }
}

TEST(Weigh, AWholeBudgetGivesTheExactCut) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Dice dice{seed};
    Estate estate = testing::random_estate(dice, some_size(dice));
    for (estate::Host& host : estate.hosts) {
      host.role = estate::Role::workstation;
      host.is_protected = false;
      host.needs_account = false;  // an account is never disabled at once
    }
    for (estate::Session& session : estate.sessions) session.account.reset();
    const auto graph = Graph::build(estate);
    const std::vector<HostIndex> infected{{1}};
    std::vector<Action> actions = actions_of(weigh({.graph = *graph, .infected = infected, .budget = 1e9}), true);
    std::vector<Action> not_awaited;  // somebody would have to walk there
    for (std::uint32_t i = 0; i < graph->hosts(); ++i) {
      if (graph->is_unplugged(i)) not_awaited.push_back({ActionKind::isolate, i});
    }
    const Cut cut = minimum_cut(*graph, {.infected = infected, .forbidden = not_awaited});
    ASSERT_EQ(actions, cut.actions) << "seed " << seed;
  }
}

TEST(Weigh, MoreBudgetDoesNoLessAtOnce) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Dice dice{seed};
    const Estate estate = testing::random_estate(dice, some_size(dice));
    const auto graph = Graph::build(estate);
    const std::vector<HostIndex> infected{{0}, {1}};
    double before = 0;
    for (const double budget : {0.0, 5.0, 20.0, 80.0, 320.0}) {
      const CarePlan plan = weigh({.graph = *graph, .infected = infected, .budget = budget});
      ASSERT_GE(plan.harm_automatic, before - 1e-9) << "seed " << seed << " budget " << budget;
      before = plan.harm_automatic;
    }
  }
}

// An office with five workstations and a file server; the third workstation is a nurse's.
struct Office {
  Estate estate;
  Office() {
    estate.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 14, 14});
    estate.networks.push_back({"bureautique", {0}, {}, {}, {true, false}});
    estate.services.push_back({"résultats de laboratoire", "par téléphone", "by phone"});
    for (std::uint32_t i = 0; i < 6; ++i) {
      estate::Host host;
      host.name = i == 5 ? "serveur" : "pc-" + std::to_string(i);
      host.role = i == 5 ? estate::Role::server : estate::Role::workstation;
      host.network = estate::NetworkIndex{0};
      host.unit = estate::UnitIndex{0};
      host.harm_if_lost = i == 5 ? 500 : 5;
      estate.hosts.push_back(host);
    }
    estate::Flow flow;
    flow.client = {2};
    flow.server = {5};
    flow.port = 445;
    flow.dependence = 0.5;
    flow.tolerance_hours = 2;
    flow.fallback = estate::Fallback::by_hand;
    estate.flows.push_back(flow);
  }
  CarePlan plan(std::vector<HostIndex> infected, std::vector<Suspect> suspects = {}, double budget = 100,
                std::vector<Overruling> overruled = {}) const {
    const auto graph = Graph::build(estate);
    return weigh(
        {.graph = *graph, .infected = infected, .suspects = suspects, .overruled = overruled, .budget = budget});
  }
};

TEST(Weigh, ASuspectIsCutByAPersonAndOnlyIfLikelyEnough) {
  const Office office;
  const CarePlan likely = office.plan({{0}}, {{{2}, 0.6}});
  ASSERT_EQ(likely.lines.size(), 2U);
  EXPECT_EQ(likely.lines[0].action, (Action{ActionKind::block_out, 0}));
  EXPECT_EQ(likely.lines[0].approval, Approval::automatic);
  EXPECT_EQ(likely.lines[1].action, (Action{ActionKind::isolate, 2}));  // which may spare it too
  EXPECT_EQ(likely.lines[1].approval, Approval::two_persons);           // réanimation's results depend on it
  ASSERT_TRUE(likely.lines[1].saves);
  EXPECT_GT(likely.lines[1].saves->harm, 100);
  // 17.5 patient-hours are sure, 0.005 × what can be lost is less.
  EXPECT_EQ(office.plan({{0}}, {{{2}, 0.005}}).lines.size(), 1U);
}

// Seventy networks, in each of which a suspect, blocked for five patient-hours, reaches what is worth a hundred.
struct Crowd {
  Estate estate;
  std::vector<Suspect> suspects;
  explicit Crowd(std::uint32_t probable) {
    estate.units.push_back({"unité", estate::UnitKind::medecine, {0}, 10, 10});
    for (std::uint32_t i = 0; i < 70; ++i) {
      estate.networks.push_back({"n" + std::to_string(i), {0}, {}, {}, {true, false}});
      add("s" + std::to_string(i), i).harm_per_hour_blocked = 5 / estate.weights.incident_hours;
      estate::Host& worth = add("v" + std::to_string(i), i);
      worth.harm_if_lost = 100;
      testing::out_of_reach(worth);
      suspects.push_back({{2 * i}, i < probable ? 0.9 : 0.01});
    }
  }
  estate::Host& add(const std::string& name, std::uint32_t network) {
    estate::Host host;
    host.name = name;
    host.role = estate::Role::workstation;
    host.network = estate::NetworkIndex{network};
    host.unit = estate::UnitIndex{0};
    estate.hosts.push_back(host);
    return estate.hosts.back();
  }
  // ways between others, which make every cut more work
  void add_ways(std::uint32_t hosts) {
    const auto first = static_cast<std::uint32_t>(estate.hosts.size());
    estate.networks.push_back({"others", {0}, {}, {}, {}});
    for (std::uint32_t i = 0; i < hosts; ++i) add("o" + std::to_string(i), 70);
    for (std::uint32_t i = 0; i < hosts; ++i) {
      for (std::uint32_t j = 0; j < hosts; ++j) {
        if (i != j) estate.passages.push_back({{first + i}, {first + j}, true, true});
      }
    }
  }
  CarePlan plan() const {
    const auto graph = Graph::build(estate);
    return weigh({.graph = *graph, .infected = {}, .suspects = suspects});
  }
  std::vector<Action> probable(std::uint32_t count) const {
    std::vector<Action> out;
    for (std::uint32_t i = 0; i < count; ++i) out.push_back({ActionKind::block_out, 2 * i});
    return out;
  }
};

TEST(Weigh, ACrowdOfImprobableSuspectsHidesNoProbableOne) {
  for (const std::uint32_t probable : {0U, 1U, 2U, 5U, 33U, 69U, 70U}) {
    Crowd crowd(probable);
    const CarePlan plan = crowd.plan();
    EXPECT_EQ(actions_of(plan), crowd.probable(probable));
    EXPECT_EQ(plan.prefixes_left_out, 0U);
    crowd.add_ways(100);
    const CarePlan in_a_large_house = crowd.plan();
    EXPECT_EQ(actions_of(in_a_large_house), crowd.probable(probable)) << probable << " are probable";
    EXPECT_GT(in_a_large_house.prefixes_left_out, 30U) << "else it does not tell";
  }
}

TEST(Weigh, ServersAndTerminalServersWaitForPeople) {
  Office office;
  const CarePlan server = office.plan({{5}});
  ASSERT_FALSE(server.lines.empty());
  for (const Line& line : server.lines) {
    if (line.action.index == 5) {
      EXPECT_NE(line.approval, Approval::automatic);
    }
  }
  office.estate.hosts[0].role = estate::Role::terminal_server;
  for (const Line& line : office.plan({{0}}).lines) {
    if (line.action == Action{ActionKind::block_out, 0}) {
      EXPECT_NE(line.approval, Approval::automatic);
    }
  }
}

TEST(Weigh, WhatFollowsFromAProtectedHostWaitsForPeople) {
  Office office;
  office.estate.hosts[0].is_protected = true;
  const CarePlan plan = office.plan({{0}});
  ASSERT_FALSE(plan.lines.empty());
  for (const Line& line : plan.lines) EXPECT_NE(line.approval, Approval::automatic);
  EXPECT_EQ(plan.sources, std::vector<HostIndex>{{0}});
}

TEST(Weigh, AnOverruledLineIsLeftOutAndTheRestIsComputedAnew) {
  const Office office;
  const CarePlan plan = office.plan({{0}}, {}, 100, {{{ActionKind::block_out, 0}, false}});
  EXPECT_GT(plan.lines.size(), 1U);  // now the others are shielded
  EXPECT_EQ(std::ranges::count(plan.lines, Action{ActionKind::block_out, 0}, &Line::action), 0);
  const CarePlan forced = office.plan({{0}}, {}, 100, {{{ActionKind::isolate, 0}, true}});
  ASSERT_EQ(forced.lines.size(), 1U);
  EXPECT_EQ(forced.lines[0].approval, Approval::ordered);
  EXPECT_EQ(office.plan({{0}}, {}, 100, {{{ActionKind::cut_flow, 0}, true}}).impossible.size(), 1U);
}

TEST(Weigh, AnOrderThatWaitsForASecondPersonOnlyBecauseOfTheBoundIsNotCountedOn) {
  Office office;
  office.estate.flows[0].dependence = 0.01;
  const auto graph = Graph::build(office.estate);
  const std::vector<HostIndex> infected{{2}};
  const Action block{ActionKind::block_out, 2};
  const Action isolate{ActionKind::isolate, 2};
  const double harm = graph->harm_of(isolate);
  ASSERT_EQ(approval_for(*graph, isolate), Approval::person);
  ASSERT_GT(harm, 0);
  std::vector<Overruling> order{{isolate, true}};
  WeighRequest request{.graph = *graph, .infected = infected, .overruled = order, .budget = 100, .lone_left = harm};
  EXPECT_TRUE(actions_of(weigh(request), true).empty()) << "one may order it, and it is enough";
  request.lone_left = harm / 2;
  const CarePlan plan = weigh(request);
  ASSERT_EQ(plan.lines[0].action, isolate);
  EXPECT_TRUE(plan.lines[0].beyond_one);
  EXPECT_FALSE(is_done_at_once(*graph, plan.lines[0]));
  EXPECT_EQ(actions_of(plan, true), std::vector<Action>{block}) << "what is done meanwhile";
  order[0].action = block;
  EXPECT_EQ(actions_of(weigh(request), true), std::vector<Action>{block}) << "Cordon may what one person may not";
}

TEST(Weigh, WhatWasRefusedIsPlannedAroundAndOfADoubtPeopleAreAsked) {
  const Office office;
  const auto graph = Graph::build(office.estate);
  const std::vector<HostIndex> infected{{0}};
  const std::vector<Action> block{{ActionKind::block_out, 0}};
  const std::vector<Overruling> order{{block[0], true}};
  WeighRequest request{.graph = *graph, .infected = infected, .in_force = block, .overruled = order, .budget = 100};
  EXPECT_TRUE(weigh(request).lines.empty());
  request.in_force = {};
  request.refused = block;
  const CarePlan around = weigh(request);
  EXPECT_EQ(actions_of(around, true), (std::vector<Action>{{ActionKind::isolate, 0}}));
  EXPECT_TRUE(around.impossible.empty());
  EXPECT_GT(around.harm_left_automatic, 0);
  request.doubted = block;
  const CarePlan asked = weigh(request);
  EXPECT_EQ(actions_of(asked), (std::vector<Action>{{ActionKind::isolate, 0}}));
  EXPECT_TRUE(actions_of(asked, true).empty()) << "frames that may be forged cut nobody";
  EXPECT_GT(asked.harm_left_automatic, 500) << "and the plan does not count on it";
  const std::vector<Action> both{block[0], {ActionKind::isolate, 0}};
  request.refused = both;
  request.doubted = {};
  for (const Action& action : actions_of(weigh(request))) EXPECT_EQ(action.kind, ActionKind::shield);
}

// What leaves the blocked host by other protocols could still reach the server.
TEST(Weigh, ToIsolateWhoIsBlockedWaitsForAPersonAlsoWhereASensorSpeaksAgainstTheBlock) {
  Office office;
  office.estate.networks[0].inside.other = true;
  office.estate.hosts[0].addresses = {*IpAddress::parse("10.0.0.1")};
  const auto graph = Graph::build(office.estate);
  event::HostKey key;
  key.ip = office.estate.hosts[0].addresses[0];
  const std::vector<event::HostKey> infected{key};
  const std::vector<Action> block{{ActionKind::block_out, 0}};
  const std::vector<Standing> standing{{{"cut-1", "block_out pc-0"}, block, true, false}};
  CareRequest request{.graph = *graph,
                      .at = {},
                      .seen = {},
                      .infected = infected,
                      .suspects = {},
                      .standing = standing,
                      .overruled = {},
                      .budget = 1000,
                      .automatic_cuts_left = 3};
  const auto isolating = [&] {
    const event::PlanMade plan = make_care_plan(request);
    const auto line = std::ranges::find(plan.actions, std::string("isolate pc-0"), &event::PlannedAction::key);
    return line == plan.actions.end() ? event::PlannedAction{} : *line;
  };
  EXPECT_EQ(isolating().disposition, event::Disposition::waits);
  EXPECT_EQ(isolating().why, "its spreading is blocked already; to stop its other protocols, too, a person decides");
  request.standing = {};
  request.refused = request.doubted = block;
  EXPECT_EQ(isolating().disposition, event::Disposition::waits);
  request.doubted = {};
  EXPECT_EQ(isolating().disposition, event::Disposition::cut) << "the block was refused: no frame can forge that";
}

// Two terminal servers, on each a user who encrypts.
struct OfficeTerminals : Office {
  OfficeTerminals() {
    for (const std::uint32_t host : {0U, 1U}) {
      estate.hosts[host].role = estate::Role::terminal_server;
      estate.sessions.push_back({{host}, "u" + std::to_string(host), {}, 4, true});
    }
    estate::Flow files = estate.flows[0];
    files.client = {0};
    estate.flows.push_back(files);  // 17.5 patient-hours, and a quarter of it one user's
  }
};

TEST(Weigh, ASessionIsEndedAtOnceWithinTheBudgetAndWaitsBeyondIt) {
  const OfficeTerminals night;
  const CarePlan plan = night.plan({});
  ASSERT_EQ(plan.lines.size(), 2U);
  for (const Line& line : plan.lines) {
    EXPECT_EQ(line.action.kind, ActionKind::end_sessions);
    EXPECT_EQ(line.approval, Approval::automatic);
    ASSERT_TRUE(line.saves);
    EXPECT_GT(line.saves->harm, 500) << "who goes on reaches the file server";
  }
  EXPECT_NEAR(plan.harm_cut, 17.5 / 4, 1e-9);
  EXPECT_EQ(plan.harm_left, 0);
  const CarePlan poor = night.plan({}, {}, 1);
  EXPECT_EQ(poor.harm_left, 0);
  ASSERT_EQ(std::ranges::count(poor.lines, Action{ActionKind::end_sessions, 0}, &Line::action), 1);
  EXPECT_EQ(std::ranges::find(poor.lines, Action{ActionKind::end_sessions, 0}, &Line::action)->approval,
            Approval::two_persons);
}

TEST(Weigh, APersonMayForbidTheEndOfASessionOrOrderIt) {
  const OfficeTerminals night;
  const Action end{ActionKind::end_sessions, 0};
  const CarePlan without = night.plan({}, {}, 100, {{end, false}});
  EXPECT_EQ(std::ranges::count(without.lines, end, &Line::action), 0);
  EXPECT_GT(without.lines.size(), 1U) << "others are kept from it";
  const CarePlan ordered = night.plan({}, {}, 0, {{end, true}});
  ASSERT_FALSE(ordered.lines.empty());
  EXPECT_EQ(ordered.lines[0].action, end);
  EXPECT_EQ(ordered.lines[0].approval, Approval::ordered);
}

TEST(Weigh, ASuspectIsIsolatedWhereThatMaySpareItAndOnlyBlockedWhereThatCostsMore) {
  Office office;
  office.estate.hosts[1].harm_per_hour_blocked = 0.01;
  const auto on_the_suspect = [&] {
    for (const Line& line : office.plan({{0}}, {{{1}, 0.5}}).lines) {
      if (line.action.index == 1) return line.action.kind;
    }
    return ActionKind::close_border;
  };
  EXPECT_EQ(on_the_suspect(), ActionKind::isolate);
  estate::Flow other = office.estate.flows[0];  // what isolating ends and blocking does not
  other.client = {1};
  other.port = 443;
  other.dependence = 0.1;
  other.tolerance_hours = 0;
  office.estate.flows.push_back(other);
  office.estate.weights.rebuild_hours = 0;
  EXPECT_EQ(on_the_suspect(), ActionKind::block_out);
}

// Beyond the bound the expectation may only grow: never less than with every suspect told apart.
TEST(Weigh, WaysOnOverTheBoundCountAsOneThatReachesAll) {
  Estate estate;
  estate.units.push_back({"unité", estate::UnitKind::medecine, {0}, 1, 1});
  const auto suspects_of = [&](std::uint32_t count) {
    estate.hosts.clear();
    estate.networks.clear();
    std::vector<Suspect> out;
    for (std::uint32_t i = 0; i < count; ++i) {
      estate.networks.push_back({"n" + std::to_string(i), {0}, {}, {}, {true, false}});
      for (const char* name : {"a", "b"}) {
        estate::Host host;
        host.name = name + std::to_string(i);
        host.network = estate::NetworkIndex{i};
        host.harm_if_lost = 1;
        estate.hosts.push_back(host);
      }
      out.push_back({{2 * i}, 0.5});
    }
    return out;
  };
  const auto at_bound = suspects_of(suspect_groups_max);
  EXPECT_NEAR(expected_loss(*Graph::build(estate), {}, at_bound, {}), suspect_groups_max, 1e-9);
  const auto over = suspects_of(suspect_groups_max + 1);
  EXPECT_GT(expected_loss(*Graph::build(estate), {}, over, {}), suspect_groups_max + 1);
  EXPECT_LT(expected_loss(*Graph::build(estate), {}, over, {}), suspect_groups_max + 3);
}

TEST(Weigh, SuspectsOverTheBoundAreCounted) {
  Office office;
  while (office.estate.hosts.size() < suspects_max + 2) office.estate.hosts.push_back(office.estate.hosts[1]);
  std::vector<Suspect> suspects;
  for (std::uint32_t i = 1; i <= suspects_max + 1; ++i) suspects.push_back({{i}, 0.5});
  const auto graph = Graph::build(office.estate);
  const std::vector<HostIndex> infected{{0}};
  const auto left_out = [&] {
    return weigh({.graph = *graph, .infected = infected, .suspects = suspects, .with_saves = false}).suspects_left_out;
  };
  EXPECT_EQ(left_out(), 1U);
  suspects.pop_back();
  EXPECT_EQ(left_out(), 0U);
}

TEST(Account, SaysWhoseCareAnActionTouchesInBothLanguages) {
  const Office office;
  const auto words = consequences_of(office.estate, {ActionKind::block_out, 2});
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].fr, "résultats de laboratoire, Réanimation : par téléphone après 2 h ; 14 lits");
  EXPECT_EQ(words[0].en, "résultats de laboratoire, Réanimation: by phone after 2 h; 14 beds");
  EXPECT_TRUE(consequences_of(office.estate, {ActionKind::block_out, 1}).empty());
  EXPECT_EQ(words_of(office.estate, {ActionKind::block_out, 2}).en, "block spreading from pc-2");
}

TEST(Account, SaysWhoseWorkStopsWithAnAccount) {
  Office office;
  office.estate.accounts.push_back({"adm", {{5}}, true, {0}, 0.1});
  const Action disable{ActionKind::disable_account, 0};
  const auto words = consequences_of(office.estate, disable);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].fr, "travail fait avec ce compte, Réanimation : 17 heures-patients");
  EXPECT_EQ(words[0].en, "work done with this account, Réanimation: 17 patient-hours");
  EXPECT_EQ(words_of(office.estate, disable).fr, "désactiver le compte adm et fermer ses sessions");
}

TEST(Account, SaysWhoseWorkStopsWithASessionAndCountsItOnce) {
  OfficeTerminals night;
  const Action end{ActionKind::end_sessions, 0};
  auto words = consequences_of(night.estate, end);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].fr, "fichiers partagés pour une personne sur 4 de pc-0 : 4,4 heures-patients");
  EXPECT_EQ(words[0].en, "file shares for one of the 4 people on pc-0: 4.4 patient-hours");
  const auto together = [&](std::vector<Action> actions) {
    return harm_together(*Graph::build(night.estate), actions, {});
  };
  EXPECT_NEAR(together({end}), 17.5 / 4, 1e-9);
  night.estate.accounts.push_back({"u", {}, false, {0}, 0.1});
  for (estate::Session& session : night.estate.sessions) session.account = 0;
  words = consequences_of(night.estate, end);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].en, "work done with this account, Réanimation: 17 patient-hours");
  EXPECT_NEAR(together({end, {ActionKind::end_sessions, 1}, {ActionKind::disable_account, 0}}), 14 * 0.1 * 12, 1e-9);
}

TEST(Account, WhoIsolatesTheInfectedIsolatesTheHostsOfSessionsToo) {
  const OfficeTerminals night;
  const auto graph = Graph::build(night.estate);
  const WeighRequest request{.graph = *graph, .infected = {}, .budget = 100};
  const auto policies = compare(request, weigh(request));
  EXPECT_EQ(policies[0].hosts_lost, 0U);
  EXPECT_EQ(policies[2].hosts_lost, 6U) << "nothing is done";
  EXPECT_EQ(policies[3].hosts_lost, 2U) << "both terminal servers are isolated";
}

TEST(Account, ComparesThePlanWithDoingNothingIsolatingAndPullingEverything) {
  const Office office;
  const auto graph = Graph::build(office.estate);
  const std::vector<HostIndex> infected{{0}};
  const WeighRequest request{.graph = *graph, .infected = infected, .budget = 100};
  const auto policies = compare(request, weigh(request));
  ASSERT_EQ(policies.size(), 5U);
  EXPECT_DOUBLE_EQ(policies[0].together, 5);  // the plan loses the infected workstation and nothing else
  EXPECT_GT(policies[2].together, 500);       // nothing: the file server and everybody
  EXPECT_EQ(policies[2].hosts_lost, 6U);
  EXPECT_NEAR(policies[4].together, 5 + 14 * 0.5 * 0.25 * 10, 1e-9);  // everything: the unit's files are missing too
}

TEST(Account, TheUnionIsNeverMoreThanTheSum) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    Dice dice{seed};
    const Estate estate = testing::random_estate(dice, some_size(dice));
    const auto graph = Graph::build(estate);
    const std::vector<HostIndex> infected{{0}, {2}};
    const WeighRequest request{.graph = *graph, .infected = infected, .budget = 50};
    for (const Policy& policy : compare(request, weigh(request))) {
      ASSERT_LE(policy.together, policy.harm_cut + policy.harm_left + 1e-6) << "seed " << seed << " " << policy.name;
    }
  }
}

TEST(Account, OverTheBoundTheLastSentenceCountsTheOthers) {
  Office office;
  for (std::uint32_t i = 0; i < consequences_max; ++i) {
    estate::Flow flow = office.estate.flows[0];
    flow.service = i + 1;
    office.estate.flows.push_back(flow);
    office.estate.services.push_back({"service", "", ""});
  }
  const auto words = consequences_of(office.estate, {ActionKind::block_out, 2});
  ASSERT_EQ(words.size(), consequences_max);
  EXPECT_EQ(words.back().en, "and 2 others");
}

}  // namespace
}  // namespace cordon::contain
