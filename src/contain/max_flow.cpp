// SPDX-License-Identifier: Apache-2.0
#include "contain/max_flow.h"

#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <utility>

namespace cordon::contain {

namespace {

using Digraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                   boost::no_property, std::uint32_t, std::uint32_t>;
using EdgeOf = boost::graph_traits<Digraph>::edge_descriptor;

}  // namespace

MaxFlow max_flow(std::uint32_t nodes, std::uint32_t source, std::uint32_t sink, std::span<const Arc> arcs) {
  // Both halves of every arc, sorted by tail with a counting sort: `place` says where each half went.
  std::vector<std::uint32_t> next(nodes + 1, 0);
  for (const Arc& arc : arcs) {
    ++next[arc.from + 1];
    ++next[arc.to + 1];
  }
  for (std::uint32_t n = 0; n < nodes; ++n) next[n + 1] += next[n];
  const std::size_t halves = 2 * arcs.size();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends(halves);
  std::vector<std::int64_t> capacity(halves, 0);
  std::vector<EdgeOf> reverse(halves);
  std::vector<std::uint32_t> place;
  place.reserve(arcs.size());
  for (const Arc& arc : arcs) {
    const std::uint32_t there = next[arc.from]++;
    const std::uint32_t back = next[arc.to]++;
    ends[there] = {arc.from, arc.to};
    ends[back] = {arc.to, arc.from};
    capacity[there] = arc.capacity;
    place.push_back(there);
    reverse[there] = EdgeOf(arc.to, back);
    reverse[back] = EdgeOf(arc.from, there);
  }
  const Digraph graph(boost::edges_are_sorted, ends.begin(), ends.end(), nodes);

  std::vector<std::int64_t> residual(halves);
  std::vector<EdgeOf> predecessor(nodes);
  std::vector<boost::default_color_type> colour(nodes);
  std::vector<std::int32_t> distance(nodes);
  const auto edge_index = get(boost::edge_index, graph);
  const auto node_index = get(boost::vertex_index, graph);
  const auto by_edge = [&](auto& values) { return boost::make_iterator_property_map(values.begin(), edge_index); };
  const auto by_node = [&](auto& values) { return boost::make_iterator_property_map(values.begin(), node_index); };
  boost::boykov_kolmogorov_max_flow(graph, by_edge(capacity), by_edge(residual), by_edge(reverse), by_node(predecessor),
                                    by_node(colour), by_node(distance), node_index, source, sink);

  // What the residual network still reaches from the source is on every minimum cut's source side.
  std::vector<bool> reached(nodes, false);
  std::vector<std::uint32_t> open{source};
  reached[source] = true;
  while (!open.empty()) {
    const std::uint32_t node = open.back();
    open.pop_back();
    for (auto [at, end] = out_edges(node, graph); at != end; ++at) {
      const std::uint32_t other = target(*at, graph);
      if (reached[other] || get(by_edge(residual), *at) <= 0) continue;
      reached[other] = true;
      open.push_back(other);
    }
  }
  std::vector<std::int64_t> flow(arcs.size());
  for (std::size_t i = 0; i < arcs.size(); ++i) flow[i] = arcs[i].capacity - residual[place[i]];
  return {std::move(reached), std::move(flow)};
}

}  // namespace cordon::contain
