// SPDX-License-Identifier: Apache-2.0
// How long a cut and a whole plan take, by size: a campus of networks with workstations, servers and devices, borders
// between them, and ten permitted flows a host (firewall exceptions, each a way of its own and a price of its own).
// docs/CONTAINMENT.md has the figures.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>

#include "campus.h"
#include "contain/account.h"
#include "contain/care_plan.h"
#include "contain/relief.h"
#include "contain/weigh.h"

namespace {

using namespace cordon;
using namespace cordon::bench;

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
  const auto infected = infected_of(20);
  const estate::Estate estate = campus_without_means(state.range(0), infected);
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
  const double scale = scale_in_balance(*graph, infected);
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
  plan_of(state, campus_without_means(state.range(0), infected_of(5)));
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
