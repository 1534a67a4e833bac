// SPDX-License-Identifier: Apache-2.0
#include "contain/cut.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "contain/account.h"
#include "contain/check.h"
#include "contain/testing.h"
#include "contain/testing_brute.h"
#include "contain/testing_house.h"

namespace cordon::contain {
namespace {

using estate::Estate;
using estate::HostIndex;
using testing::Brute;
using testing::Dice;
using testing::every_action;

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

/// prices_are_the_checkers: every price, whether it decides anything or not.
void prices_are_the_checkers(const Estate& estate, const Graph& graph, std::uint64_t seed) {
  for (const Action& action : every_action(estate)) {
    const double harm = harm_of_one(estate, action);
    EXPECT_NEAR(graph.harm_of(action), harm, 1e-9 * (1 + harm)) << word(action.kind) << ", seed " << seed;
    EXPECT_DOUBLE_EQ(graph.effort_of(action), effort_of_one(estate, action)) << word(action.kind) << ", seed " << seed;
  }
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    const double lost = testing::lost_with(estate, {h});
    EXPECT_NEAR(graph.harm(h).lost, lost, 1e-9 * (1 + lost)) << "seed " << seed;
  }
}

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
    Estate estate = testing::random_estate(dice, size);
    if (seed % 4 != 0) testing::stir(dice, estate);
    if (seed % 4 == 1) testing::stir_ports(dice, estate);
    const auto graph = Graph::build(estate);
    prices_are_the_checkers(estate, *graph, seed);
    if (::testing::Test::HasFailure()) break;
    std::vector<HostIndex> infected = some_hosts(dice, estate, 6);
    if (sessions_max > 0 && !dice.one_in(3)) infected.clear();
    std::vector<Sparing> sparings;
    for (const HostIndex host : infected) {
      const double lost = testing::lost_with(estate, host);
      if (dice.one_in(3)) sparings.push_back({host, dice.unit() * lost});
    }
    std::vector<Action> refused;
    for (const Action& action : every_action(estate)) {
      if (seed % 3 == 0 && dice.one_in(5)) refused.push_back(action);
    }
    const std::vector<HostIndex> sunk = seed % 2 == 0 ? infected : std::vector<HostIndex>{};
    const Brute brute(estate, infected, sparings, refused, sunk);
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

/// Asked is a question about a larger estate, and its answer.
struct Asked {
  const Estate& estate;
  std::vector<HostIndex> infected;
  std::vector<Action> done;  // nothing of a host, whose isolation would then cost less than it does by itself
  Cut cut;

  std::vector<Action> with(std::span<const Action> lines) const {
    std::vector<Action> all = done;
    all.insert(all.end(), lines.begin(), lines.end());
    return all;
  }
  Checked checked(std::span<const Action> lines) const { return check(estate, infected, with(lines)); }
};

/// every_line_is_needed: without it more is lost than it costs. That follows from the minimum, for the other lines are
/// a choice too; and since every line has a price, none can go without a machine being lost. Tried are so many lines.
std::size_t every_line_is_needed(Dice& dice, const Asked& asked, const Checked& whole, std::size_t lines) {
  const std::vector<Action>& actions = asked.cut.actions;
  std::size_t tried = 0;
  for (; tried < std::min(lines, actions.size()); ++tried) {
    const std::size_t at = lines >= actions.size() ? tried : dice.below(static_cast<std::uint32_t>(actions.size()));
    std::vector<Action> others = actions;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(at));
    const Checked without = asked.checked(others);
    const double price = harm_of_one(asked.estate, actions[at]) + effort_of_one(asked.estate, actions[at]);
    const auto rounded = static_cast<double>(2 + without.reached.size() - whole.reached.size()) / price_units_per_hour;
    EXPECT_GT(without.reached.size(), whole.reached.size()) << word(actions[at].kind) << " does nothing";
    EXPECT_GE(without.harm_left - whole.harm_left, price - rounded) << word(actions[at].kind) << " costs more";
  }
  return tried;
}

TEST(Cut, KeepsEverySafetyRuleOnTenThousandLargerEstates) {
  std::array<int, action_kinds> lines{};
  std::array<int, action_kinds> lines_of_houses{};
  std::size_t houses = 0;
  std::size_t needed = 0;
  for (std::uint64_t seed = 1; seed <= 10'000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Dice dice{seed};
    const Estate estate = testing::larger_estate(dice, seed);
    const bool is_house = estate.hosts.size() >= testing::house_hosts_min;
    const bool is_large = estate.hosts.size() >= testing::large_house_hosts_min;
    const auto graph = Graph::build(estate);
    ASSERT_TRUE(graph);
    Asked asked{estate, some_hosts(dice, estate, is_house ? 40 : 8), {}, {}};
    std::vector<Action> forbidden;
    for (const Action& action : every_action(estate)) {
      if (dice.one_in(20)) {
        forbidden.push_back(action);
      } else if (is_house && dice.one_in(30) && !touches_host(action) && rule_broken_by(estate, action).empty()) {
        asked.done.push_back(action);
      }
    }
    const CutQuestion question{.infected = asked.infected, .done = asked.done, .forbidden = forbidden};
    asked.cut = minimum_cut(*graph, question);
    const Cut& cut = asked.cut;
    CutQuestion again = question;
    again.first_arcs = seed % 64;
    if (seed % 2 == 1) {
      ASSERT_EQ(minimum_cut(*graph, again).actions, cut.actions);
    }
    for (const Action& action : cut.actions) {
      ASSERT_EQ(std::ranges::find(forbidden, action), forbidden.end());
      ++lines[static_cast<std::size_t>(action.kind)];
      if (is_large) ++lines_of_houses[static_cast<std::size_t>(action.kind)];
    }
    const Checked checked = asked.checked(cut.actions);
    ASSERT_TRUE(checked.broken.empty()) << checked.broken.front();
    ASSERT_EQ(checked.reached, cut.reached);
    ASSERT_EQ(spread_under(*graph, asked.infected, asked.with(cut.actions)), cut.reached);
    double harm_cut = 0;
    double effort = 0;
    for (const Action& action : cut.actions) {
      harm_cut += harm_of_one(estate, action);
      effort += effort_of_one(estate, action);
    }
    ASSERT_NEAR(harm_cut, cut.harm_cut, 1e-6);
    ASSERT_NEAR(effort, cut.effort, 1e-6);
    ASSERT_NEAR(checked.harm_left, cut.harm_left, 1e-6 * (1 + cut.harm_left));
    ASSERT_LE(harm_cut + effort + checked.harm_left, asked.checked({}).harm_left + 0.05) << "nothing is better";
    if (is_large) ++houses;
    if (cut.gap > 0 || (!is_house && seed % 8 != 0)) continue;
    needed += every_line_is_needed(dice, asked, checked, 4);
  }
  EXPECT_EQ(houses, 312U);
  EXPECT_GT(needed, 4'000U);
  for (std::size_t kind = 0; kind < action_kinds; ++kind) {
    const bool is_in_no_cut = static_cast<ActionKind>(kind) == ActionKind::firebreak;
    EXPECT_GT(lines[kind], is_in_no_cut ? -1 : 500) << word(static_cast<ActionKind>(kind));
    EXPECT_GT(lines_of_houses[kind], is_in_no_cut ? -1 : 20) << word(static_cast<ActionKind>(kind));
  }
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
