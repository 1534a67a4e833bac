// SPDX-License-Identifier: Apache-2.0
// Why the max-flow is our own: the same network of the same campus, in balance and without means, by contain::max_flow
// and by Boost.Graph's two. All three must find the same value. docs/CONTAINMENT.md has the ratios.
#include <benchmark/benchmark.h>

#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "campus.h"
#include "contain/max_flow.h"

namespace {

using namespace cordon;
using namespace cordon::bench;
using contain::Arc;

struct Network {
  std::uint32_t nodes = 0;
  std::uint32_t source = 0;
  std::uint32_t sink = 0;
  std::vector<Arc> arcs;
};

/// network_of has the whole graph, from the infected to what is lost, in the finer units that cut.cpp takes for small
/// losses.
Network network_of(const contain::Graph& graph, const std::vector<estate::HostIndex>& infected, double scale) {
  Network out{.nodes = graph.nodes() + 2, .source = graph.nodes(), .sink = graph.nodes() + 1, .arcs = {}};
  constexpr std::int64_t finer = 1024;
  std::int64_t finite = 0;
  for (const contain::Graph::Edge& edge : graph.edges()) {
    const bool can_be_cut = edge.price != contain::uncuttable;
    out.arcs.push_back({edge.from, edge.to, can_be_cut ? edge.price * finer : edge.price});
    if (can_be_cut) finite += edge.price * finer;
  }
  for (std::uint32_t host = 0; host < graph.hosts(); ++host) {
    const std::int64_t loss = std::llround(static_cast<double>(graph.loss(host) * finer) * scale);
    out.arcs.push_back({host, out.sink, loss});
    finite += loss;
  }
  for (const estate::HostIndex host : infected) out.arcs.push_back({out.source, host.value, contain::uncuttable});
  for (Arc& arc : out.arcs) {
    if (arc.capacity == contain::uncuttable) arc.capacity = finite + 1;
  }
  return out;
}

/// Boosted is the network as Boost.Graph takes it: both halves of every arc, by tail.
class Boosted {
  using Digraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                     boost::no_property, std::uint32_t, std::uint32_t>;
  using Edge = boost::graph_traits<Digraph>::edge_descriptor;

  template <class Values>
  auto by_edge(Values& values) {
    return boost::make_iterator_property_map(values.begin(), get(boost::edge_index, graph_));
  }
  template <class Values>
  auto by_node(Values& values) {
    return boost::make_iterator_property_map(values.begin(), get(boost::vertex_index, graph_));
  }

 public:
  explicit Boosted(const Network& network) : source_(network.source), sink_(network.sink) {
    std::vector<std::uint32_t> next(network.nodes + 1, 0);
    for (const Arc& arc : network.arcs) {
      ++next[arc.from + 1];
      ++next[arc.to + 1];
    }
    for (std::uint32_t node = 0; node < network.nodes; ++node) next[node + 1] += next[node];
    const std::size_t halves = 2 * network.arcs.size();
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ends(halves);
    capacity_.assign(halves, 0);
    reverse_.resize(halves);
    for (const Arc& arc : network.arcs) {
      const std::uint32_t there = next[arc.from]++;
      const std::uint32_t back = next[arc.to]++;
      ends[there] = {arc.from, arc.to};
      ends[back] = {arc.to, arc.from};
      capacity_[there] = arc.capacity;
      reverse_[there] = Edge(arc.to, back);
      reverse_[back] = Edge(arc.from, there);
    }
    graph_ = Digraph(boost::edges_are_sorted, ends.begin(), ends.end(), network.nodes);
    residual_.resize(halves);
    predecessor_.resize(network.nodes);
    colour_.resize(network.nodes);
    distance_.resize(network.nodes);
  }

  std::int64_t boykov_kolmogorov() {
    return boost::boykov_kolmogorov_max_flow(graph_, by_edge(capacity_), by_edge(residual_), by_edge(reverse_),
                                             by_node(predecessor_), by_node(colour_), by_node(distance_),
                                             get(boost::vertex_index, graph_), source_, sink_);
  }
  std::int64_t push_relabel() {
    return boost::push_relabel_max_flow(graph_, source_, sink_, by_edge(capacity_), by_edge(residual_),
                                        by_edge(reverse_), get(boost::vertex_index, graph_));
  }

 private:
  std::uint32_t source_;
  std::uint32_t sink_;
  Digraph graph_;
  std::vector<std::int64_t> capacity_, residual_;
  std::vector<Edge> reverse_, predecessor_;
  std::vector<boost::default_color_type> colour_;
  std::vector<std::int32_t> distance_;
};

std::int64_t value_of(const Network& network, const contain::MaxFlow& found) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < network.arcs.size(); ++i) {
    if (network.arcs[i].to == network.sink) sum += found.flow[i];
  }
  return sum;
}

Network in_balance(std::int64_t hosts) {
  const auto graph = contain::Graph::build(campus_of(hosts));
  const auto infected = infected_of(5);
  return network_of(*graph, infected, scale_in_balance(*graph, infected));
}

Network without_means(std::int64_t hosts) {
  const auto infected = infected_of(20);
  const estate::Estate estate = campus_without_means(hosts, infected);
  const auto graph = contain::Graph::build(estate);
  return network_of(*graph, infected, 1);
}

enum class Way : std::uint8_t { ours, boykov_kolmogorov, push_relabel };

void flow(benchmark::State& state, const Network& network, Way way) {
  Boosted boosted(network);
  const std::int64_t value =
      value_of(network, contain::max_flow(network.nodes, network.source, network.sink, network.arcs));
  std::int64_t found = value;
  for (auto _ : state) {
    if (way == Way::ours) {
      benchmark::DoNotOptimize(contain::max_flow(network.nodes, network.source, network.sink, network.arcs));
    } else {
      found = way == Way::push_relabel ? boosted.push_relabel() : boosted.boykov_kolmogorov();
    }
  }
  state.counters["arcs"] = static_cast<double>(network.arcs.size());
  if (found != value) state.SkipWithError("another value than ours");
}

void balance(benchmark::State& state, Way way) {
  flow(state, in_balance(state.range(0)), way);
}
void no_means(benchmark::State& state, Way way) {
  flow(state, without_means(state.range(0)), way);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Arg(1'000)->Arg(20'000)->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(balance, ours, Way::ours)->Apply(sizes);
BENCHMARK_CAPTURE(balance, boykov_kolmogorov, Way::boykov_kolmogorov)->Apply(sizes);
BENCHMARK_CAPTURE(balance, push_relabel, Way::push_relabel)->Apply(sizes);
BENCHMARK_CAPTURE(no_means, ours, Way::ours)->Apply(sizes);
BENCHMARK_CAPTURE(no_means, boykov_kolmogorov, Way::boykov_kolmogorov)->Apply(sizes);
BENCHMARK_CAPTURE(no_means, push_relabel, Way::push_relabel)->Apply(sizes);

}  // namespace
