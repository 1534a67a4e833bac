// SPDX-License-Identifier: Apache-2.0
#include "contain/cut.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "contain/account.h"
#include "contain/check.h"
#include "contain/testing.h"
#include "contain/testing_brute.h"

namespace cordon::contain {
namespace {

using estate::Estate;
using estate::HostIndex;
using testing::Brute;
using testing::Dice;
using testing::every_action;

double effort_sum(const Graph& graph, std::span<const Action> actions) {
  double sum = 0;
  for (const Action& action : actions) sum += graph.effort_of(action);
  return sum;
}

std::vector<HostIndex> some_hosts(Dice& dice, const Estate& estate, std::uint32_t one_in) {
  std::vector<HostIndex> out{{dice.below(static_cast<std::uint32_t>(estate.hosts.size()))}};
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    if (h != out[0].value && dice.one_in(one_in)) out.push_back({h});
  }
  return out;
}

// equals_brute_force tries so many small estates; it gives how often something was cut, how often an account was
// disabled, a session ended, and one account that has several sessions disabled.
struct Counted {
  std::size_t with_actions = 0;
  std::size_t with_accounts = 0;
  std::size_t with_spared = 0;
  std::size_t with_sessions = 0;
  std::size_t with_shared_price = 0;
  std::size_t with_refused = 0;  // isolated where blocking is refused
  std::size_t with_sunk = 0;
};

bool is_kind(const Cut& cut, ActionKind kind) {
  return std::ranges::any_of(cut.actions, [&](const Action& action) { return action.kind == kind; });
}

bool shares_a_price(const Estate& estate, const Cut& cut) {
  return std::ranges::any_of(cut.actions, [&](const Action& action) {
    return action.kind == ActionKind::disable_account &&
           std::ranges::count(estate.sessions, action.index, &estate::Session::account) > 1;
  });
}

Counted equals_brute_force(int estates, std::uint32_t accounts_max, std::uint32_t sessions_max = 0) {
  int tried = 0;
  Counted counted;
  for (std::uint64_t seed = 1; tried < estates; ++seed) {
    Dice dice{seed};
    const testing::Size size{.networks = 1 + dice.below(3),
                             .hosts = 2 + dice.below(4),
                             .flows = dice.below(6),
                             .borders = dice.below(4),
                             .passages = dice.below(3),
                             .accounts = accounts_max == 0 ? 0 : 1 + dice.below(accounts_max),
                             .sessions = sessions_max == 0 ? 0 : 1 + dice.below(sessions_max),
                             .own_ways = seed % 4 == 0 ? 2U : 0};
    const Estate estate = testing::random_estate(dice, size);
    const auto graph = Graph::build(estate);
    std::vector<HostIndex> infected = some_hosts(dice, estate, 6);
    if (sessions_max > 0 && !dice.one_in(3)) infected.clear();
    std::vector<Sparing> sparings;
    for (const HostIndex host : infected) {
      const double lost = estate::harm_of_host(estate, host).lost;
      if (dice.one_in(3)) sparings.push_back({host, dice.unit() * lost});
    }
    std::vector<Action> refused;
    for (const Action& action : every_action(estate)) {
      if (seed % 3 == 0 && dice.one_in(5)) refused.push_back(action);
    }
    const std::vector<HostIndex> sunk = seed % 2 == 0 ? infected : std::vector<HostIndex>{};
    const Brute brute(*graph, infected, sparings, refused, sunk);
    if (!brute.small_enough()) continue;
    ++tried;
    const Cut cut = minimum_cut(
        *graph,
        {.infected = infected, .refused = refused, .sparings = sparings, .sunk = sunk, .first_arcs = seed % 16});
    if (cut.harm_sunk > 0) ++counted.with_sunk;
    for (const Action& action : cut.actions) {
      EXPECT_EQ(std::ranges::count(refused, action), 0) << "seed " << seed;
      const bool blocked_in_vain = std::ranges::any_of(
          refused, [&](const Action& a) { return a.kind == ActionKind::block_out && a.index == action.index; });
      if (action.kind == ActionKind::isolate && blocked_in_vain) ++counted.with_refused;
    }
    double spared = 0;
    for (const Sparing& sparing : sparings) {
      const bool isolated = std::ranges::count(cut.actions, Action{ActionKind::isolate, sparing.host.value}) > 0;
      spared += isolated ? sparing.harm : 0;
    }
    if (spared > 0) ++counted.with_spared;
    const Checked checked = check(estate, infected, cut.actions);
    EXPECT_TRUE(checked.broken.empty()) << "seed " << seed;
    EXPECT_EQ(checked.reached, cut.reached) << "seed " << seed;
    EXPECT_NEAR(checked.harm_cut, cut.harm_cut, 1e-6) << "seed " << seed;
    EXPECT_NEAR(checked.harm_left - spared, cut.harm_left, 0.001) << "seed " << seed;
    EXPECT_EQ(cut.gap, 0) << "seed " << seed;
    // Rounding: half a unit a price, some dozens of prices.
    const double cost = cut.harm_cut - cut.harm_sunk + cut.harm_left + cut.effort;
    EXPECT_NEAR(cost, brute.best(), 40 / price_units_per_hour) << "seed " << seed;
    if (::testing::Test::HasFailure()) break;
    if (!cut.actions.empty()) ++counted.with_actions;
    if (is_kind(cut, ActionKind::disable_account)) ++counted.with_accounts;
    if (is_kind(cut, ActionKind::end_sessions)) ++counted.with_sessions;
    if (shares_a_price(estate, cut)) ++counted.with_shared_price;
  }
  return counted;
}

TEST(Cut, EqualsBruteForceOnTenThousandSmallEstates) {
  const Counted counted = equals_brute_force(10'000, 0);
  EXPECT_GT(counted.with_actions, 2'000U);  // else the estates are too tame to tell
  EXPECT_GT(counted.with_spared, 500U);
  EXPECT_GT(counted.with_refused, 50U);
  EXPECT_GT(counted.with_sunk, 500U);
}

TEST(Cut, EqualsBruteForceOnThreeThousandSmallEstatesWithAccounts) {
  EXPECT_GT(equals_brute_force(3'000, 4).with_accounts, 300U);
}

TEST(Cut, EqualsBruteForceOnTwoThousandSmallEstatesWithSessions) {
  const Counted counted = equals_brute_force(2'000, 3, 4);
  EXPECT_GT(counted.with_sessions, 300U);
  EXPECT_GT(counted.with_shared_price, 50U);
}

TEST(Cut, KeepsEverySafetyRuleOnTenThousandLargerEstates) {
  std::size_t actions = 0;
  for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
    Dice dice{seed};
    const Estate estate = testing::random_estate(dice, testing::larger_size(dice, seed));
    const auto graph = Graph::build(estate);
    ASSERT_TRUE(graph);
    const std::vector<HostIndex> infected = some_hosts(dice, estate, 8);
    std::vector<Action> forbidden;
    for (const Action& action : every_action(estate)) {
      if (dice.one_in(20)) forbidden.push_back(action);
    }
    const Cut cut = minimum_cut(*graph, {.infected = infected, .forbidden = forbidden});
    ASSERT_EQ(minimum_cut(*graph, {.infected = infected, .forbidden = forbidden, .first_arcs = seed % 64}).actions,
              cut.actions)
        << "seed " << seed;
    for (const Action& action : cut.actions) {
      const std::string why = rule_broken_by(estate, action);
      ASSERT_TRUE(why.empty()) << "seed " << seed << ": " << why;
      ASSERT_EQ(std::ranges::find(forbidden, action), forbidden.end()) << "seed " << seed;
    }
    ASSERT_EQ(spread_under(*graph, infected, cut.actions), cut.reached) << "seed " << seed;
    if (seed % 5 == 0) {
      const Checked checked = check(estate, infected, cut.actions);
      ASSERT_TRUE(checked.broken.empty()) << "seed " << seed;
      ASSERT_EQ(checked.reached, cut.reached) << "seed " << seed;
      ASSERT_NEAR(checked.harm_cut, cut.harm_cut, 1e-6) << "seed " << seed;
    }
    // No single action less would do: neither doing nothing nor leaving one out is better.
    const auto cost = [&](std::span<const Action> done) {
      double sum = effort_sum(*graph, done);
      for (const Action& action : done) sum += graph->harm_of(action);
      for (const HostIndex host : spread_under(*graph, infected, done)) sum += graph->harm(host.value).lost;
      return sum;
    };
    const double here = cut.harm_cut + cut.harm_left + cut.effort;
    ASSERT_LE(here, cost({}) + 0.05) << "seed " << seed;
    actions += cut.actions.size();
  }
  EXPECT_GT(actions, 20'000U);
}

// A ward: two workstations and a file server in one network, a ventilator in another behind a border.
struct Ward {
  Estate estate;
  Ward() {
    estate.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 14, 14});
    estate.networks.push_back({"bureautique", {0}, {}, {}, {true, false}});
    estate.networks.push_back({"biomédical", {0}, {}, {}, {true, false}});
    estate.borders.push_back({{0}, {1}, {true, false}, true});
    add("ws1", 0, 5);
    add("ws2", 0, 5);
    add("serveur", 0, 200).role = estate::Role::server;
    auto& ventilator = add("respirateur", 1, 900);
    ventilator.is_protected = true;
  }
  estate::Host& add(const char* name, std::uint32_t network, double lost) {
    estate::Host host;
    host.name = name;
    host.network = estate::NetworkIndex{network};
    host.harm_if_lost = lost;
    estate.hosts.push_back(host);
    return estate.hosts.back();
  }
  void flow(std::uint32_t client, std::uint32_t server, std::uint16_t port, double dependence, bool care = false) {
    estate::Flow f;
    f.client = {client};
    f.server = {server};
    f.port = port;
    f.dependence = dependence;
    f.care = care;
    estate.flows.push_back(f);
  }
  Cut cut(std::vector<HostIndex> infected, std::vector<Action> done = {}, std::vector<Action> forbidden = {}) const {
    return minimum_cut(*Graph::build(estate), {.infected = infected, .done = done, .forbidden = forbidden});
  }
};

TEST(Cut, BlocksTheSpreadOfTheInfectedHostAndNothingElse) {
  const Cut cut = Ward{}.cut({{0}});
  EXPECT_EQ(cut.actions, (std::vector<Action>{{ActionKind::block_out, 0}}));
  EXPECT_EQ(cut.reached, std::vector<HostIndex>{{0}});
  EXPECT_DOUBLE_EQ(cut.harm_left, 5);
}

TEST(Cut, WhatWasRefusedIsNotAskedForAgainAndOthersAre) {
  const Ward ward;
  const auto graph = Graph::build(ward.estate);
  const std::vector<HostIndex> infected{{0}};
  const auto without = [&](std::vector<Action> refused, std::vector<Action> forbidden = {}) {
    return minimum_cut(*graph, {.infected = infected, .forbidden = forbidden, .refused = refused}).actions;
  };
  const Action block{ActionKind::block_out, 0};
  const Action isolate{ActionKind::isolate, 0};
  EXPECT_EQ(without({block}), std::vector<Action>{isolate});
  const std::vector<Action> shields{{ActionKind::shield, 1}, {ActionKind::shield, 2}, {ActionKind::shield, 3}};
  EXPECT_EQ(without({block, isolate}), shields);
  EXPECT_EQ(without({isolate, block}), shields);
  EXPECT_EQ(without({block}, {isolate}), shields) << "a person's word is about isolating too";
  EXPECT_TRUE(minimum_cut(*graph, {.infected = infected, .done = std::vector{block}, .refused = std::vector{block}})
                  .actions.empty())
      << "done by another";
}

TEST(Cut, ShieldsWhatIsWorthMoreWhenTheInfectedHostIsNeeded) {
  Ward ward;
  ward.flow(0, 2, 445, 1);  // ws1 carries the whole unit's work on the server: 14 patients, 12 hours
  ward.estate.hosts[0].harm_per_hour_blocked = 100;
  const Cut cut = ward.cut({{0}});
  EXPECT_EQ(cut.actions,
            (std::vector<Action>{{ActionKind::shield, 1}, {ActionKind::shield, 2}, {ActionKind::shield, 3}}));
}

TEST(Cut, ClosesABorderWhereThatIsLessThanShieldingEveryHostBehindIt) {
  Ward ward;
  testing::out_of_reach(ward.estate.hosts[0]);
  for (int i = 0; i < 6; ++i) ward.add("pompe", 1, 100);
  const Cut cut = ward.cut({{0}});
  EXPECT_NE(std::ranges::find(cut.actions, Action{ActionKind::close_border, 0}), cut.actions.end());
  EXPECT_EQ(cut.reached, std::vector<HostIndex>{{0}});
}

TEST(Cut, NeverIsolatesAProtectedHostButShieldsIt) {
  Ward ward;
  ward.estate.borders[0].can_close = false;
  testing::out_of_reach(ward.estate.hosts[0]);
  const Cut cut = ward.cut({{0}});
  EXPECT_NE(std::ranges::find(cut.actions, Action{ActionKind::shield, 3}), cut.actions.end());
  EXPECT_EQ(std::ranges::find(cut.actions, Action{ActionKind::isolate, 3}), cut.actions.end());
}

TEST(Cut, AHostThatCanOnlyBeIsolatedKeepsItsCareFlows) {
  Ward ward;
  ward.estate.hosts[0].grain = estate::Grain::isolate;
  EXPECT_EQ(ward.cut({{0}}).actions, (std::vector<Action>{{ActionKind::isolate, 0}}));
  ward.flow(0, 3, 2575, 0.5, true);
  const Cut cut = ward.cut({{0}});
  EXPECT_EQ(std::ranges::find(cut.actions, Action{ActionKind::isolate, 0}), cut.actions.end());
}

TEST(Cut, AHostIsIsolatedOnlyWhereARuleCanLetItsCarePass) {
  Ward ward;
  ward.flow(0, 3, 24105, 0.5, true);
  ward.estate.flows.back().udp = true;
  const auto isolated = [&](std::uint32_t host) {
    const Action isolate{ActionKind::isolate, host};
    const bool offered = Graph::build(ward.estate)->offered(isolate);
    EXPECT_EQ(offered, rule_broken_by(ward.estate, isolate).empty());
    return offered;
  };
  ward.estate.hosts[3].is_protected = false;
  ward.estate.hosts[3].addresses = {*IpAddress::parse("10.2.0.3")};
  EXPECT_TRUE(isolated(0) && isolated(3));
  ward.estate.flows.back().port = 0;
  EXPECT_FALSE(isolated(0) || isolated(3)) << "on which port?";
  EXPECT_TRUE(isolated(1));
  EXPECT_TRUE(Graph::build(ward.estate)->offered({ActionKind::block_out, 0}));
  ward.estate.flows.back().port = 24105;
  ward.estate.hosts[3].addresses.clear();
  EXPECT_FALSE(isolated(0) || isolated(3)) << "to which address?";
}

TEST(Cut, WhatWouldStopCareThatNoRuleCanLetPassIsNotOffered) {
  Ward ward;
  const auto offered = [&](const Action& action) {
    const bool is = Graph::build(ward.estate)->offered(action);
    EXPECT_EQ(is, rule_broken_by(ward.estate, action).empty());
    return is;
  };
  const Action block{ActionKind::block_out, 0}, shield{ActionKind::shield, 3};
  const Action border{ActionKind::close_border, 0, false}, other{ActionKind::close_border, 0, true};
  ward.flow(0, 3, 445, 0.5, true);
  EXPECT_FALSE(offered(block) || offered(shield) || offered(border)) << "to which address?";
  EXPECT_TRUE(offered(other) && offered({ActionKind::block_out, 1}) && offered({ActionKind::shield, 0}));
  ward.estate.flows.back().port = 104;
  EXPECT_TRUE(offered(block) && offered(shield) && offered(border));
  EXPECT_FALSE(offered(other));
  ward.estate.hosts[3].addresses = {*IpAddress::parse("10.2.0.3")};
  EXPECT_TRUE(offered(other));
  const auto words = consequences_of(ward.estate, other);
  ASSERT_FALSE(words.empty());
  EXPECT_EQ(words[0].en, "leave open for care: " + ward.estate.hosts[3].name + ":104");
  EXPECT_EQ(words[0].fr, "à laisser ouvert pour les soins : " + ward.estate.hosts[3].name + ":104");
  ward.estate.flows.back().port = 445;
  EXPECT_TRUE(offered(block) && offered(shield) && offered(border) && offered(other));
}

TEST(Cut, ACareFlowOverFileSharingIsAWayThatNothingCloses) {
  Ward ward;
  ward.estate.hosts[3].addresses = {*IpAddress::parse("10.2.0.3")};
  ward.flow(0, 3, 445, 0.5, true);
  const Cut cut = ward.cut({{0}});
  EXPECT_EQ(cut.reached, (std::vector<HostIndex>{{0}, {3}}));
}

// Two domain controllers fall only by an account, and the infected workstation cannot be cut off from anybody.
struct Domain : Ward {
  Domain() {
    testing::out_of_reach(estate.hosts[0]);
    for (const char* name : {"annuaire-1", "annuaire-2"}) {
      estate::Host& host = add(name, 0, 1'000);
      host.needs_account = true;
      testing::out_of_reach(host);
    }
    estate.accounts.push_back({"administrateur", {{0}, {4}, {5}}, false, {0}, 0.1});
    estate.accounts.push_back({"sauvegarde", {{4}}, true, {0}, 0.01});
  }
};

TEST(Cut, DisablesAnAccountOnceForEveryPlaceItOpens) {
  const Domain domain;
  const Cut cut = domain.cut({{0}});
  EXPECT_NE(std::ranges::find(cut.actions, Action{ActionKind::disable_account, 0}), cut.actions.end());
  EXPECT_NE(std::ranges::find(cut.actions, Action{ActionKind::disable_account, 1}), cut.actions.end());
  EXPECT_EQ(std::ranges::find(cut.reached, HostIndex{4}), cut.reached.end());
  const Cut without = domain.cut({{0}}, {}, {{ActionKind::disable_account, 1}});
  EXPECT_NE(std::ranges::find(without.reached, HostIndex{4}), without.reached.end());
  EXPECT_EQ(std::ranges::find(without.reached, HostIndex{5}), without.reached.end());
}

TEST(Cut, LeavesAnAccountAloneThatCostsMoreThanWhatItOpens) {
  Domain domain;
  domain.estate.accounts[0].dependence = 1;  // 14 patients for 12 hours
  for (const std::uint32_t host : {4U, 5U}) domain.estate.hosts[host].harm_if_lost = 80;
  const Cut cut = domain.cut({{0}});
  EXPECT_EQ(std::ranges::find(cut.actions, Action{ActionKind::disable_account, 0}), cut.actions.end());
  EXPECT_EQ(std::ranges::count(cut.actions, Action{ActionKind::disable_account, 1}), 0);  // alone it saves nothing
}

TEST(Cut, KnowsWhichAccountsCannotHaveBeenStolen) {
  const Domain domain;
  const auto graph = *Graph::build(domain.estate);
  EXPECT_TRUE(unexposed_accounts(graph, std::vector<HostIndex>{{0}}).empty());  // the one is stolen, it opens the other
  Domain tiers;
  tiers.estate.accounts[0].signs_in_on = {{4}, {5}};  // never on a workstation
  const auto apart = *Graph::build(tiers.estate);
  EXPECT_EQ(unexposed_accounts(apart, std::vector<HostIndex>{{0}}).size(), 2U);
  EXPECT_TRUE(unexposed_accounts(apart, std::vector<HostIndex>{{5}}).size() < 2U);
}

// Two terminal servers on which one user encrypts, and a third user on the second.
struct Terminals : Ward {
  Terminals() {
    for (const char* name : {"ts-1", "ts-2"}) {
      estate::Host& host = add(name, 0, 50);
      host.role = estate::Role::terminal_server;
      testing::out_of_reach(host);
    }
    estate.accounts.push_back({"b.martin", {}, false, {0}, 0.01});
    estate.sessions = {{{4}, "b.martin", 0U, 3, true}, {{5}, "b.martin", 0U, 3, true}, {{5}, "c.nguyen", {}, 3, true}};
  }
};

TEST(Cut, EndsASessionAndItsHostIsNotLost) {
  Terminals night;
  night.estate.sessions.resize(1);
  const Cut cut = night.cut({});
  EXPECT_EQ(cut.actions, (std::vector<Action>{{ActionKind::end_sessions, 0}})) << "no dearer than the account alone";
  EXPECT_TRUE(cut.reached.empty());
  EXPECT_DOUBLE_EQ(cut.harm_left, 0);
}

TEST(Cut, DisablesTheAccountOnceWhereItHasSeveralSessions) {
  const Terminals night;
  const Cut cut = night.cut({});
  EXPECT_EQ(cut.actions, (std::vector<Action>{{ActionKind::disable_account, 0}, {ActionKind::end_sessions, 2}}));
  EXPECT_TRUE(cut.reached.empty());
  const Cut by_two = night.cut({}, {}, {{ActionKind::disable_account, 0}});
  EXPECT_EQ(by_two.actions,
            (std::vector<Action>{
                {ActionKind::end_sessions, 0}, {ActionKind::end_sessions, 1}, {ActionKind::end_sessions, 2}}));
  const Cut rest = night.cut({}, {{ActionKind::end_sessions, 0}});
  EXPECT_EQ(rest.actions, (std::vector<Action>{{ActionKind::end_sessions, 1}, {ActionKind::end_sessions, 2}}));
}

TEST(Cut, ASessionThatNobodyMayEndMakesItsHostASource) {
  Terminals night;
  night.estate.sessions.resize(1);
  const auto goes_on = [&](bool account_too = true) {
    std::vector<Action> forbidden;
    if (account_too) forbidden.push_back({ActionKind::disable_account, 0});
    const Cut cut = night.cut({}, {}, forbidden);
    return !is_kind(cut, ActionKind::end_sessions) && std::ranges::count(cut.reached, HostIndex{4}) > 0;
  };
  EXPECT_FALSE(goes_on());
  night.estate.sessions[0].can_end = false;
  EXPECT_TRUE(goes_on());
  EXPECT_FALSE(goes_on(false)) << "the account can be disabled, by hand";
  night.estate.sessions[0].can_end = true;
  night.estate.sessions[0].login = "b.martin\n[global]";
  EXPECT_TRUE(goes_on());
  night.estate.sessions[0].login = "b.martin";
  night.estate.accounts[0].is_protected = true;
  EXPECT_TRUE(goes_on());
  night.estate.accounts[0].is_protected = false;
  night.estate.hosts[4].is_protected = true;
  EXPECT_TRUE(goes_on());
}

TEST(Cut, WhereTheHostItselfIsInfectedEndingASessionSavesNothing) {
  const Terminals night;
  const Cut cut = night.cut({{4}, {5}});
  EXPECT_FALSE(is_kind(cut, ActionKind::end_sessions));
  EXPECT_FALSE(is_kind(cut, ActionKind::disable_account));
  EXPECT_EQ(std::ranges::count(cut.reached, HostIndex{4}), 1);
}

TEST(Cut, AnAccountThatAttacksIsStolenWhereverItWasDeclared) {
  Terminals night;
  night.add("annuaire", 0, 1'000).needs_account = true;
  night.estate.accounts[0].signs_in_on = {{6}};  // never on a terminal server, says the estate
  const auto graph = *Graph::build(night.estate);
  EXPECT_TRUE(unexposed_accounts(graph, {}).empty());
  EXPECT_EQ(std::ranges::count(spread_under(graph, {}, {}), HostIndex{6}), 1);
}

TEST(Cut, WhatIsDoneIsNotAskedForAgainAndWhatIsForbiddenIsNotUsed) {
  const Ward ward;
  EXPECT_TRUE(ward.cut({{0}}, {{ActionKind::block_out, 0}}).actions.empty());
  const Cut without = ward.cut({{0}}, {}, {{ActionKind::block_out, 0}});
  EXPECT_FALSE(without.actions.empty());
  EXPECT_EQ(std::ranges::find(without.actions, Action{ActionKind::isolate, 0}), without.actions.end());
}

TEST(Cut, KnowsNoHostsWithoutAnEstate) {
  const Estate empty;
  const auto graph = Graph::build(empty);
  const std::vector<HostIndex> infected{{7}};
  EXPECT_TRUE(minimum_cut(*graph, {.infected = infected}).actions.empty());
}

TEST(Price, IsBoundedWhateverTheEstateSays) {
  EXPECT_EQ(price_of(std::numeric_limits<double>::quiet_NaN()), price_max);
  EXPECT_EQ(price_of(std::numeric_limits<double>::infinity()), price_max);
  EXPECT_EQ(price_of(-1), 0);
  EXPECT_EQ(price_of(patient_hours(price_max) + 1), price_max);
  EXPECT_EQ(price_of(1.5), 15'000);
}

}  // namespace
}  // namespace cordon::contain
