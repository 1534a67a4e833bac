// SPDX-License-Identifier: Apache-2.0
// How long a cut and a whole plan take, by size: a campus of networks with workstations, servers and devices, borders
// between them, and ten permitted flows a host (firewall exceptions, each a way of its own and a price of its own).
// docs/CONTAINMENT.md has the figures.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/relief.h"
#include "contain/weigh.h"

namespace {

using namespace cordon;

struct Dice {
  std::uint64_t state = 1;
  std::uint32_t below(std::uint32_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>((state >> 33U) % bound);
  }
};

// campus: 100 hosts a network; one host in 20 serves, one in 10 is a device. Half the networks let their hosts reach
// each other; each has borders to five others, half of them closable. Passages: flows_per_host × hosts.
estate::Estate campus(std::uint32_t hosts, std::uint32_t flows_per_host) {
  Dice dice;
  estate::Estate out;
  for (std::uint32_t u = 0; u < 40; ++u) {
    out.units.push_back(
        {"unit " + std::to_string(u), static_cast<estate::UnitKind>(u % estate::unit_kinds), {0}, 20, 20});
  }
  out.services.push_back({"files", "", ""});
  const std::uint32_t networks = hosts / 100 + 1;
  for (std::uint32_t n = 0; n < networks; ++n) {
    estate::Network network;
    network.name = "vlan " + std::to_string(n);
    network.inside = {dice.below(2) == 0, dice.below(10) == 0};
    out.networks.push_back(network);
    for (int i = 0; i < 5; ++i) {
      out.borders.push_back(
          {{n}, {dice.below(networks)}, {dice.below(3) == 0, dice.below(6) == 0}, dice.below(2) == 0});
    }
  }
  for (std::uint32_t h = 0; h < hosts; ++h) {
    estate::Host host;
    host.name = "h" + std::to_string(h);
    const bool server = h % 20 == 0;
    const bool device = h % 10 == 5;
    host.role = server ? estate::Role::server : device ? estate::Role::medical_device : estate::Role::workstation;
    host.is_protected = device;
    host.unit = estate::UnitIndex{dice.below(40)};
    host.network = estate::NetworkIndex{dice.below(networks)};
    host.harm_per_hour_blocked = 0.001 * dice.below(server ? 2000 : 100);
    host.harm_if_lost = 0.1 * dice.below(server ? 20000 : 500);
    host.grain = dice.below(10) == 0 ? estate::Grain::isolate : estate::Grain::spreading;
    out.hosts.push_back(host);
  }
  for (std::uint32_t i = 0; i < hosts * flows_per_host; ++i) {
    const std::uint32_t from = dice.below(hosts);
    // Two in three go to a server, the rest anywhere.
    const std::uint32_t to = dice.below(3) == 0 ? dice.below(hosts) : dice.below(hosts / 20) * 20;
    if (from == to) continue;
    estate::Flow flow;
    flow.client = {from};
    flow.server = {to};
    flow.port = 445;
    flow.unit = {dice.below(40)};
    flow.dependence = 0.00001 * dice.below(100);
    out.flows.push_back(flow);
    out.passages.push_back({{from}, {to}, true, dice.below(3) != 0});
  }
  return out;
}

const estate::Estate& campus_of(std::int64_t hosts) {
  static std::map<std::int64_t, estate::Estate> made;
  const auto [at, fresh] = made.try_emplace(hosts);
  if (fresh) {
    at->second = campus(static_cast<std::uint32_t>(hosts), 10);
    at->second.index();
  }
  return at->second;
}

std::vector<estate::HostIndex> infected_of(std::int64_t count) {
  std::vector<estate::HostIndex> out;
  for (std::int64_t i = 0; i < count; ++i) out.push_back({static_cast<std::uint32_t>(11 + 37 * i)});
  return out;
}

void sizes(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t hosts : {1'000, 2'500, 5'000, 10'000, 20'000, 40'000}) bench->Arg(hosts);
  bench->Unit(benchmark::kMillisecond);
}

void say(benchmark::State& state, const contain::Graph& graph) {
  state.counters["hosts"] = graph.hosts();
  state.counters["flows"] = static_cast<double>(graph.estate().passages.size());
  state.counters["edges"] = static_cast<double>(graph.edges().size());
}

void build_graph(benchmark::State& state) {
  const estate::Estate& estate = campus_of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(contain::Graph::build(estate));
}
BENCHMARK(build_graph)->Apply(sizes);

void one_cut(benchmark::State& state) {
  const auto graph = contain::Graph::build(campus_of(state.range(0)));
  const auto infected = infected_of(5);
  std::size_t actions = 0;
  for (auto _ : state) actions = contain::minimum_cut(*graph, {.infected = infected}).actions.size();
  say(state, *graph);
  state.counters["actions"] = static_cast<double>(actions);
}
BENCHMARK(one_cut)->Apply(sizes);

// Nothing that is infected can be cut: the attack is met all over the campus, the hardest question.
void one_cut_without_means(benchmark::State& state) {
  estate::Estate estate = campus_of(state.range(0));
  const auto infected = infected_of(20);
  for (const estate::HostIndex host : infected) estate.hosts[host.value].grain = estate::Grain::none;
  const auto graph = contain::Graph::build(estate);
  std::size_t actions = 0;
  for (auto _ : state) actions = contain::minimum_cut(*graph, {.infected = infected}).actions.size();
  say(state, *graph);
  state.counters["actions"] = static_cast<double>(actions);
}
BENCHMARK(one_cut_without_means)->Apply(sizes);

// Losses scaled down until doing nothing is as good as the whole cut: what the search for the budget asks first, and
// the dearest flow there is, for all that is reached is weighed.
void one_cut_in_balance(benchmark::State& state) {
  const auto graph = contain::Graph::build(campus_of(state.range(0)));
  const auto infected = infected_of(5);
  const contain::Cut cut = contain::minimum_cut(*graph, {.infected = infected});
  double spared = -cut.harm_left;
  for (const estate::HostIndex host : contain::spread_under(*graph, infected, {})) {
    spared += graph->harm(host.value).lost;
  }
  const double scale = (cut.harm_cut + cut.effort) / spared;
  for (auto _ : state) {
    benchmark::DoNotOptimize(contain::minimum_cut(*graph, {.infected = infected, .loss_scale = scale}));
  }
  say(state, *graph);
}
BENCHMARK(one_cut_in_balance)->Apply(sizes);

const std::vector<contain::Suspect> three_suspects{{{400}, 0.6}, {{813}, 0.4}, {{97}, 0.2}};

/// suspects_of gives the three, and others of whom servers confirmed nothing.
std::vector<contain::Suspect> suspects_of(std::int64_t count, std::int64_t hosts) {
  std::vector<contain::Suspect> out = three_suspects;
  for (std::int64_t i = 3; i < count; ++i) {
    out.push_back({{static_cast<std::uint32_t>((98 + 613 * i) % hosts)}, contain::suspect_probability});
  }
  return out;
}

// From verdict to plan: graph, suspects, budget search, account.
void plan_of(benchmark::State& state, const estate::Estate& estate,
             const std::vector<contain::Suspect>& suspects = three_suspects) {
  const auto infected = infected_of(5);
  std::size_t lines = 0;
  std::ptrdiff_t told = 0;
  for (auto _ : state) {
    const auto graph = contain::Graph::build(estate);
    const contain::WeighRequest request{.graph = *graph, .infected = infected, .suspects = suspects, .budget = 0.2};
    const contain::CarePlan plan = contain::weigh(request);
    benchmark::DoNotOptimize(contain::compare(request, plan));
    lines = plan.lines.size();
    told = std::ranges::count_if(plan.lines, [](const contain::Line& line) { return line.saves.has_value(); });
  }
  state.counters["lines"] = static_cast<double>(lines);
  state.counters["with_saves"] = static_cast<double>(told);
}

void whole_plan(benchmark::State& state) {
  plan_of(state, campus_of(state.range(0)));
}
BENCHMARK(whole_plan)->Apply(sizes);

void whole_plan_of_suspects(benchmark::State& state) {
  plan_of(state, campus_of(state.range(0)), suspects_of(state.range(1), state.range(0)));
}
BENCHMARK(whole_plan_of_suspects)->ArgsProduct({{1'000, 5'000, 20'000}, {7, 64, 400}})->Unit(benchmark::kMillisecond);

// Nothing that is infected can be cut: thousands of lines, more than can be asked what each saves.
void whole_plan_without_means(benchmark::State& state) {
  estate::Estate estate = campus_of(state.range(0));
  for (const estate::HostIndex host : infected_of(5)) estate.hosts[host.value].grain = estate::Grain::none;
  plan_of(state, estate);
}
BENCHMARK(whole_plan_without_means)->Apply(sizes);

// Twelve users under a verdict on as many hosts: eight of them are two accounts.
estate::Estate campus_with_sessions(std::int64_t hosts) {
  estate::Estate estate = campus_of(hosts);
  for (std::uint32_t a = 0; a < 2; ++a)
    estate.accounts.push_back({"account " + std::to_string(a), {}, false, {a}, 0.001});
  for (std::uint32_t i = 0; i < 12; ++i) {
    estate::Session session{{200 + 60 * i}, "user" + std::to_string(i), {}, 8, true};
    if (i < 8) session.account = i % 2;
    estate.sessions.push_back(session);
  }
  return estate;
}

void whole_plan_with_sessions(benchmark::State& state) {
  plan_of(state, campus_with_sessions(state.range(0)));
}
BENCHMARK(whole_plan_with_sessions)->Apply(sizes);

// Cuts in force on servers, half of them proven.
std::vector<contain::Standing> shields_in_force(std::size_t count) {
  std::vector<contain::Standing> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    out.push_back({{"cut", "key"}, {{contain::ActionKind::shield, 20 * i}}, i % 2 == 0, false});
  }
  return out;
}

// What cordon serve computes after whatever changes the answer: the same hosts by their addresses, twelve sessions, and
// 16 cuts in force, half of them proven, each tried for whether it is still needed.
void served_plan(benchmark::State& state) {
  estate::Estate estate = campus_with_sessions(state.range(0));
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    IpAddress address;
    address.bytes = {10, static_cast<std::uint8_t>(h >> 16U), static_cast<std::uint8_t>(h >> 8U),
                     static_cast<std::uint8_t>(h)};
    estate.hosts[h].addresses = {address};
  }
  estate.index();
  const auto keys_of = [&](const auto& hosts) {
    std::vector<event::HostKey> out;
    for (const estate::HostIndex host : hosts) {
      out.emplace_back();
      out.back().ip = estate.hosts[host.value].addresses.front();
    }
    return out;
  };
  const auto infected = keys_of(infected_of(5));
  std::vector<estate::HostIndex> suspected;
  for (const contain::Suspect& suspect : three_suspects) suspected.push_back(suspect.host);
  std::vector<contain::Suspicion> suspects;
  for (const event::HostKey& key : keys_of(suspected)) suspects.push_back({key});
  const auto standing = shields_in_force(16);
  std::size_t lines = 0;
  for (auto _ : state) {
    const auto graph = contain::Graph::build(estate);
    lines = contain::make_care_plan({.graph = *graph,
                                     .at = {},
                                     .seen = infected,
                                     .infected = infected,
                                     .suspects = suspects,
                                     .standing = standing,
                                     .overruled = {},
                                     .budget = 0.2,
                                     .automatic_cuts_left = 20})
                .actions.size();
  }
  state.counters["lines"] = static_cast<double>(lines);
}
BENCHMARK(served_plan)->Apply(sizes);

// What is no longer needed, of as many cuts as one plan tries, half of them proven.
void relief(benchmark::State& state) {
  const auto graph = contain::Graph::build(campus_of(state.range(0)));
  const auto infected = infected_of(5);
  const auto standing = shields_in_force(contain::relief_tried_max);
  std::size_t named = 0;
  for (auto _ : state) named = contain::no_longer_needed(*graph, infected, three_suspects, standing).size();
  say(state, *graph);
  state.counters["named"] = static_cast<double>(named);
}
BENCHMARK(relief)->Apply(sizes);

}  // namespace
