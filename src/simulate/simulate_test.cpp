// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "contain/care_plan.h"
#include "contain/lines.h"
#include "estate/harm.h"
#include "simulate/study.h"

namespace cordon::simulate {
namespace {

using contain::ActionKind;
using estate::Estate;

Study study(const Estate& estate, const StudyRequest& request) {
  const auto graph = contain::Graph::build(estate);
  const Play play(*graph, request);
  std::vector<Played> played;
  for (std::uint32_t i = 0; i < request.attacks; ++i) played.push_back(play.attack(i));
  return compare(played);
}

// address gives machine `n` of a house one of its own: what has none cannot be cut off by anybody.
IpAddress address(std::size_t n) {
  return *IpAddress::parse("10.0.0." + std::to_string(n + 1));
}

// One network of `workstations` and a file server that all of them use.
Estate office(std::uint32_t workstations) {
  Estate out;
  out.units.push_back({"Médecine", estate::UnitKind::medecine, {0}, 30, 30});
  out.networks.push_back({"bureautique", {0}, {}, {}, {true, false}});
  for (std::uint32_t i = 0; i <= workstations; ++i) {
    estate::Host host;
    host.name = i == workstations ? "serveur" : "pc-" + std::to_string(i);
    host.role = i == workstations ? estate::Role::server : estate::Role::workstation;
    host.network = estate::NetworkIndex{0};
    host.unit = estate::UnitIndex{0};
    host.harm_if_lost = i == workstations ? 800 : 10;
    host.addresses = {address(i)};
    out.hosts.push_back(host);
    if (i == workstations) continue;
    estate::Flow flow;
    flow.client = {i};
    flow.server = {workstations};
    flow.port = 445;
    flow.unit = {0};
    flow.dependence = 0.2 / workstations;
    flow.tolerance_hours = 1;
    out.flows.push_back(flow);
  }
  return out;
}

Attack worm() {
  Attack a;
  a.seed = 5;
  a.entry = {0};
  a.worm = true;
  a.tries_per_minute = 20;
  a.exploit = 2;  // whatever the role
  a.local_minutes = 10;
  a.share_minutes = 20;
  a.coverage = 1;
  a.verdict_minutes = 1;
  a.people_minutes = 60;
  a.person_minutes = 10;
  a.person_agrees = 1;
  a.pull_minutes = 10;
  a.incident_hours = 12;
  a.rebuild_hours = 500;
  return a;
}

TEST(Spread, AWormTakesEverythingIfNobodyActs) {
  const Estate estate = office(20);
  const Outcome out = run(Terrain(estate), worm(), nothing_answer());
  EXPECT_EQ(out.hosts_broken, 21U);
  EXPECT_EQ(out.hosts_lost, 21U);
  EXPECT_DOUBLE_EQ(out.harm_cuts, 0);
  EXPECT_GT(out.harm, 800);
}

TEST(Spread, TheSameSeedGivesTheSameNight) {
  const Estate estate = office(20);
  const Terrain terrain(estate);
  const Attack attack = draw(estate, {}, 17);
  const Outcome one = run(terrain, attack, nothing_answer());
  const Outcome other = run(terrain, attack, nothing_answer());
  EXPECT_EQ(one.harm, other.harm);
  EXPECT_EQ(one.hosts_broken, other.hosts_broken);
}

TEST(Spread, AHostThatIsIsolatedBeforeTheAttackMovesInfectsNobody) {
  const Estate estate = office(20);
  Attack attack = worm();
  attack.tries_per_minute = 1e-9;  // it has not moved when the verdict falls
  const Outcome out = run(Terrain(estate), attack, [](const Sight& sight) {
    Orders orders;
    for (const auto host : sight.infected) orders.now.push_back({ActionKind::isolate, host.value});
    return orders;
  });
  EXPECT_EQ(out.hosts_broken, 1U);
  EXPECT_EQ(out.hosts_lost, 1U);
}

TEST(Spread, ShieldsAndBordersHoldUnlessTheActionFails) {
  const Estate estate = office(20);
  const Terrain terrain(estate);
  const Answer shield_all = [&](const Sight&) {
    Orders orders;
    for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) orders.now.push_back({ActionKind::shield, h});
    return orders;
  };
  Attack attack = worm();
  attack.tries_per_minute = 0.05;
  const Outcome held = run(terrain, attack, shield_all);
  EXPECT_LT(held.hosts_broken, 21U);
  attack.action_fails = 1;
  EXPECT_EQ(run(terrain, attack, shield_all).hosts_broken, 21U);
}

TEST(Spread, ADisabledAccountOpensNothingAnyMore) {
  Estate estate = office(20);
  estate.accounts.push_back({"admin", {}, false, {0}, 0.1});
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) estate.accounts[0].signs_in_on.push_back({h});
  const Terrain terrain(estate);
  Attack attack = worm();
  attack.exploit = 0;  // nobody falls but by the stolen account
  attack.theft = 1;
  attack.tries_per_minute = 0.05;
  const Answer disable = [](const Sight&) {
    Orders orders;
    orders.now.push_back({ActionKind::disable_account, 0});
    return orders;
  };
  EXPECT_EQ(run(terrain, attack, nothing_answer()).hosts_broken, 21U);
  const Outcome held = run(terrain, attack, disable);
  EXPECT_LT(held.hosts_broken, 21U);
  EXPECT_NEAR(held.harm_cuts, estate::harm_of_account(estate, estate.accounts[0], attack.incident_hours), 1e-6);
}

TEST(Spread, PullingEverythingStopsTheAttackAndCostsEveryFlow) {
  const Estate estate = office(20);
  Attack attack = worm();
  attack.tries_per_minute = 0.1;
  attack.pull_minutes = 1;
  const Outcome pulled = run(Terrain(estate), attack, pull_answer());
  EXPECT_LT(pulled.hosts_lost, 21U);
  EXPECT_GT(pulled.harm_cuts, 10);
}

TEST(Study, PairsTheAttacksAndStatesItsIntervals) {
  const Estate estate = office(30);
  const Study out = study(estate, {.attacks = 12, .seed = 3});
  ASSERT_EQ(out.standings.size(), 5U);
  EXPECT_EQ(out.standings[0].policy, "cordon");
  EXPECT_EQ(out.standings[0].difference, 0);
  for (const Standing& s : out.standings) {
    EXPECT_LE(s.low, s.difference);
    EXPECT_LE(s.difference, s.high);
    EXPECT_GE(s.regret, 0);
    EXPECT_GE(s.worst_decile, s.mean);
  }
  EXPECT_TRUE(study(estate, {.attacks = 0}).standings.empty());
}

// Two wards and the servers of a house; whoever is in one reaches the servers, and the servers reach all.
Estate two_wards() {
  Estate out;
  out.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 12, 12});
  out.units.push_back({"Médecine", estate::UnitKind::medecine, {0}, 30, 30});
  for (const char* name : {"réanimation", "médecine", "serveurs"}) {
    const auto third = std::to_string(out.networks.size());
    out.networks.push_back({name, {0}, {}, {{*IpAddress::parse("10.0." + third + ".0"), 24}}, {true, false}});
  }
  for (const auto& [from, to] : {std::pair{0U, 2U}, {1U, 2U}, {2U, 0U}, {2U, 1U}}) {
    out.borders.push_back({{from}, {to}, {true, false}, true});
  }
  const auto add = [&](std::string name, estate::Role role, std::uint32_t network, double harm_if_lost) {
    estate::Host host;
    host.name = std::move(name);
    host.role = role;
    host.network = estate::NetworkIndex{network};
    host.unit = estate::UnitIndex{network == 0 ? 0U : 1U};
    host.harm_if_lost = harm_if_lost;
    host.addresses = {address(out.hosts.size())};
    out.hosts.push_back(host);
  };
  for (std::uint32_t i = 0; i < 40; ++i) add("pc-" + std::to_string(i), estate::Role::workstation, i % 2, 10);
  for (std::uint32_t s = 0; s < 3; ++s) add("srv-" + std::to_string(s), estate::Role::server, 2, 600);
  for (std::uint32_t i = 0; i < 40; ++i) {
    estate::Flow flow;
    flow.client = {i};
    flow.server = {40 + i % 3};
    flow.port = 445;
    flow.unit = {i % 2};
    flow.dependence = 0.3 / 20;
    flow.tolerance_hours = 1;
    out.flows.push_back(flow);
  }
  return out;
}

// What the long table says of a whole hospital (docs/CONTAINMENT.md), in little: were it not so here, the plan, the
// simulation or the figures they share would have changed. One workstation in ten hangs on a switch that nobody can
// command, so that somebody has to look further than the infected machine. Of the seeds 1 to 30 it holds for each.
TEST(Study, CordonDoesLessHarmThanTheOtherWaysOut) {
  Estate estate = two_wards();
  for (const std::uint32_t deaf : {0U, 1U, 20U, 21U}) estate.hosts[deaf].grain = estate::Grain::none;
  const Study out = study(estate, {.attacks = 40, .seed = 1});
  ASSERT_EQ(out.standings.size(), 5U);
  for (std::size_t p = 1; p < out.standings.size(); ++p) {
    EXPECT_GT(out.standings[p].low, 0) << out.standings[p].policy;
  }
}

// Where every machine can be isolated at its own port there is nothing left to weigh around the infected, and isolating
// all suspects does as well, but for the firebreak: without borders that a rule can close its interval holds zero.
TEST(Study, WhereEveryMachineCanBeIsolatedTheFirebreakIsWhatIsLeftToWeigh) {
  Estate estate = two_wards();
  const auto suspects_too = [&] {
    const Study out = study(estate, {.attacks = 60, .seed = 1});
    for (const Standing& s : out.standings) {
      if (s.policy != "cordon" && s.policy != "suspects_too") {
        EXPECT_GT(s.low, 0) << s.policy;
      }
    }
    return *std::ranges::find(out.standings, "suspects_too", &Standing::policy);
  };
  EXPECT_GT(suspects_too().low, 0);
  for (estate::Network& network : estate.networks) network.prefixes.clear();
  const Standing without = suspects_too();
  EXPECT_LT(without.low, 0);
  EXPECT_GT(without.high, 0);
}

// The sweep's lines have names of their own, the first changes nothing, and where movement is never suspected nobody is
// under suspicion but the innocent ones of the first verdict.
TEST(Study, WithoutSuspectedMovementOnlyTheFirstVerdictBringsSuspects) {
  const auto sweep = variations({}, 60, 20);
  std::set<std::string> names;
  for (const Variation& v : sweep) names.insert(v.name);
  EXPECT_EQ(names.size(), sweep.size());
  const auto unseen = std::ranges::find(sweep, "movement is never suspected", &Variation::name);
  ASSERT_NE(unseen, sweep.end());
  const Estate estate = two_wards();
  const Terrain terrain(estate);
  const auto suspects_at_most = [&](const Ranges& ranges) {
    std::size_t most = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      run(terrain, draw(estate, ranges, seed), [&](const Sight& sight) {
        most = std::max(most, sight.suspects.size());
        return Orders{};
      });
    }
    return most;
  };
  EXPECT_LE(suspects_at_most(unseen->ranges), 4U);
  EXPECT_GT(suspects_at_most(sweep.front().ranges), 4U);
}

// The hour's limit of automatic cuts is kept, by the quick answers and the plan together; what comes beyond waits for a
// person, and an hour later there is room.
TEST(Study, CordonMakesNoMoreAutomaticCutsAnHourThanItMay) {
  const Estate estate = two_wards();
  const auto graph = contain::Graph::build(estate);
  ASSERT_TRUE(graph);
  const std::vector<estate::HostIndex> infected{{2}, {3}, {4}};
  const auto cuts_at = [&](const Answer& cordon, double minutes) {
    const Orders orders = cordon({.infected = infected, .suspects = {}, .in_force = {}, .minutes = minutes});
    return std::pair(orders.now.size(), orders.by_people.size());
  };
  EXPECT_GE(cuts_at(cordon_answer(*graph, 1000, contain::cuts_unlimited), 0).first, 6U) << "three, both ways";
  const Answer limited = cordon_answer(*graph, 1000, 2);
  const auto [at_once, waiting] = cuts_at(limited, 0);
  EXPECT_EQ(at_once, 4U) << "two, both ways";
  EXPECT_GT(waiting, 0U);
  EXPECT_EQ(cuts_at(limited, 59).first, 0U);
  const std::size_t later = cuts_at(limited, 60).first;
  EXPECT_GT(later, 0U);
  EXPECT_LE(later, 2U);
}

// What waits costs people's time, one line after the other.
TEST(Spread, OnePersonGoesThroughWhatWaitsOneLineAfterTheOther) {
  const Estate estate = office(40);
  Attack attack = worm();
  attack.incident_hours = 2;
  attack.person_minutes = 20;
  attack.approve_minutes = 5;
  attack.hand_minutes = 24;
  const auto done = [&](Task::Work work) {
    const Outcome out = run(Terrain(estate), attack, [&](const Sight&) {
      Orders orders;
      for (std::uint32_t h = 0; h < 40; ++h) orders.by_people.push_back({{ActionKind::shield, h}, work});
      return orders;
    });
    return out.actions;
  };
  EXPECT_NEAR(static_cast<double>(done(Task::Work::one_person)), 20, 1);
  EXPECT_NEAR(static_cast<double>(done(Task::Work::two_persons)), 10, 1);
  EXPECT_EQ(done(Task::Work::by_hand), 4U);
}

// Approvals that come while he is on his way to the firewall wait until he is back: no minute counts for what nobody
// had asked for yet.
TEST(Spread, WhoIsAskedAnewMidwayFinishesWhatHeHasBegun) {
  const Estate estate = office(40);
  Attack attack = worm();
  attack.incident_hours = 0.95;  // and an answer is asked for after 6 and after 52 minutes
  attack.person_minutes = 0;
  attack.approve_minutes = 1;
  attack.hand_minutes = 60;
  std::size_t answers = 0;
  const Outcome out = run(Terrain(estate), attack, [&](const Sight&) {
    Orders orders;
    if (answers++ > 0) {
      for (std::uint32_t h = 1; h < 40; ++h)
        orders.by_people.push_back({{ActionKind::shield, h}, Task::Work::one_person});
    }
    orders.by_people.push_back({{ActionKind::shield, 0}, Task::Work::by_hand});
    return orders;
  });
  EXPECT_GT(answers, 1U);
  EXPECT_EQ(out.actions, 0U) << "it is over before he is back";
}

// The Cordon that is simulated does what the plan that is served says, beside its quick answer to each verdict.
TEST(Study, TheCordonThatIsSimulatedIsTheOneThatIsServed) {
  Estate estate = two_wards();
  for (const std::size_t to_servers : {0U, 1U}) estate.borders[to_servers].reach.other = true;  // nobody can close that
  for (estate::Host& host : estate.hosts) {
    if (estate::serves(host.role)) host.grain = estate::Grain::none;
  }
  for (const std::uint32_t deaf : {0U, 1U, 20U, 21U}) estate.hosts[deaf].grain = estate::Grain::none;
  const auto graph = contain::Graph::build(estate);
  ASSERT_TRUE(graph);
  const auto key = [&](std::uint32_t host) {
    event::HostKey out;
    out.ip = estate.hosts[host].addresses.front();
    return out;
  };
  std::set<event::Disposition> met;
  for (const std::uint32_t limit : {3U, 20U}) {
    const std::vector<estate::HostIndex> infected{{0}, {2}};
    const std::vector<contain::Suspect> suspects{{{5}, contain::suspect_probability}};
    const Orders orders =
        cordon_answer(*graph, 20, limit)({.infected = infected, .suspects = suspects, .in_force = {}});
    // The first can be blocked by nobody, so of the two quick answers only the other's two actions are in force.
    const std::vector<contain::Action> quick{{ActionKind::block_out, 2}, {ActionKind::shield, 2}};
    const std::vector<contain::Standing> standing{{{"cut-1", ""}, quick, false, false}};
    const std::vector<event::HostKey> verdicts{key(0), key(2)};
    const std::vector<contain::Suspicion> suspicions{{key(5)}};
    double budget = 20;
    for (const auto host : infected) budget -= estate::harm_of_host(estate, host).block();
    const event::PlanMade plan =
        contain::make_care_plan({.graph = *graph,
                                 .infected = verdicts,
                                 .suspects = suspicions,
                                 .standing = standing,
                                 .budget = budget,
                                 .automatic_cuts_left = contain::cuts_for_plan(limit - 2, limit)});
    std::set<std::string> cut, waits, by_hand, now, approved, hands;
    for (const event::PlannedAction& line : plan.actions) {
      met.insert(line.disposition);
      (line.disposition == event::Disposition::cut     ? cut
       : line.disposition == event::Disposition::waits ? waits
                                                       : by_hand)
          .insert(line.key);
    }
    for (std::size_t i = 0; i < orders.now.size(); ++i) {
      if (i < quick.size()) {
        EXPECT_EQ(orders.now[i], quick[i]);
      } else {
        now.insert(contain::key_of(estate, orders.now[i]));
      }
    }
    for (const Task& task : orders.by_people) {
      (task.work == Task::Work::by_hand ? hands : approved).insert(contain::key_of(estate, task.action));
    }
    EXPECT_EQ(now, cut);
    EXPECT_EQ(approved, waits);
    EXPECT_EQ(hands, by_hand);
  }
  EXPECT_EQ(met.size(), 3U) << "cut, waits and advised";
}

TEST(Study, AnEmptyEstateHasNoHarm) {
  const Estate estate;
  EXPECT_EQ(study(estate, {.attacks = 2}).standings.at(1).mean, 0);
}

}  // namespace
}  // namespace cordon::simulate
