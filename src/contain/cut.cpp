// SPDX-License-Identifier: Apache-2.0
#include "contain/cut.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "contain/max_flow.h"

namespace cordon::contain {

using estate::HostIndex;
using Tag = Graph::Tag;

Done::Done(const Graph& graph, std::span<const Action> actions)
    : first_(graph.edges().data()), removed_(graph.edges().size(), false) {
  for (const Action& action : actions) {
    for (const std::uint32_t edge : graph.edges_of(action)) {
      if (edge != Graph::no_edge) removed_[edge] = true;
    }
  }
}

namespace {

// Problem is one question on one graph, made small: everything that the infected reach uncuttably is the source, and
// what they cannot reach at all is left out.
class Problem {
 public:
  Problem(const Graph& graph, const CutQuestion& question) : graph_(graph), scale_(question.loss_scale) {
    price_.reserve(graph.edges().size());
    for (const Graph::Edge& edge : graph.edges()) price_.push_back(edge.price);
    for (const Action& action : question.forbidden) forbid(action);
    for (const Action& action : question.done) set(graph.edges_of(action), 0);
    flood_source(question.infected);
    number_the_rest();
  }

  // solve gives for every node of the graph whether it is on the source's side.
  std::vector<bool> solve() {
    std::vector<bool> side(graph_.nodes(), false);
    for (const std::uint32_t node : source_) side[node] = true;
    if (rest_.empty()) return side;
    const std::vector<Arc> arcs = make_arcs();
    const std::uint32_t nodes = static_cast<std::uint32_t>(rest_.size()) + 2;
    const std::vector<bool> reached = source_side(nodes, nodes - 2, nodes - 1, arcs);
    for (std::uint32_t n = 0; n < rest_.size(); ++n) {
      if (reached[n]) side[rest_[n]] = true;
    }
    return side;
  }

  Price price(std::size_t edge) const { return price_[edge]; }

 private:
  static constexpr std::uint32_t in_source = 0xffffffff;
  static constexpr std::uint32_t unknown = 0xfffffffe;

  void set(const std::array<std::uint32_t, 4>& edges, Price price) {
    for (const std::uint32_t edge : edges) {
      if (edge != Graph::no_edge) price_[edge] = price;
    }
  }

  // forbid: isolation contains both blocks, so forbidding either forbids isolation; forbidding isolation leaves the
  // blocks, where they are offered.
  void forbid(const Action& action) {
    if (!touches_host(action)) {
      set(graph_.edges_of(action), uncuttable);
    } else if (action.index < graph_.hosts()) {
      const auto [out, rest_out, shield, rest_in] = graph_.edges_of({ActionKind::isolate, action.index});
      set({rest_out, rest_in, Graph::no_edge, Graph::no_edge}, uncuttable);
      const bool only = graph_.isolates_only(action.index);
      if (only || action.kind == ActionKind::block_out) price_[out] = uncuttable;
      if (only || action.kind == ActionKind::shield) price_[shield] = uncuttable;
    }
  }

  std::size_t position(const Graph::Edge& edge) const {
    return static_cast<std::size_t>(&edge - graph_.edges().data());
  }

  void flood_source(std::span<const HostIndex> infected) {
    number_.assign(graph_.nodes(), unknown);
    const auto take = [&](std::uint32_t node) {
      if (number_[node] == in_source) return;
      number_[node] = in_source;
      source_.push_back(node);
    };
    for (const HostIndex host : infected) {
      if (host.value < graph_.hosts()) take(host.value);
    }
    for (std::size_t i = 0; i < source_.size(); ++i) {
      for (const Graph::Edge& edge : graph_.edges_from(source_[i])) {
        if (price_[position(edge)] == uncuttable) take(edge.to);
      }
    }
  }

  void number_the_rest() {
    const auto take = [&](std::uint32_t node) {
      if (number_[node] != unknown) return;
      number_[node] = static_cast<std::uint32_t>(rest_.size());
      rest_.push_back(node);
    };
    const auto look_from = [&](std::uint32_t node) {
      for (const Graph::Edge& edge : graph_.edges_from(node)) {
        if (price_[position(edge)] > 0) take(edge.to);
      }
    };
    for (const std::uint32_t node : source_) look_from(node);
    for (std::size_t i = 0; i < rest_.size(); ++i) look_from(rest_[i]);
  }

  std::vector<Arc> make_arcs() const {
    const std::uint32_t source = static_cast<std::uint32_t>(rest_.size());
    const std::uint32_t sink = source + 1;
    std::vector<Arc> arcs;
    arcs.reserve(graph_.edges().size() + rest_.size());
    Price finite = 0;
    std::vector<Price> from_source(rest_.size(), 0);
    for (const std::uint32_t node : source_) {
      for (const Graph::Edge& edge : graph_.edges_from(node)) {
        const Price price = price_[position(edge)];
        if (price > 0 && number_[edge.to] != in_source) from_source[number_[edge.to]] += price;
      }
    }
    for (std::uint32_t n = 0; n < rest_.size(); ++n) {
      if (from_source[n] > 0) arcs.push_back({source, n, from_source[n]});
      finite += from_source[n];
      const std::uint32_t node = rest_[n];
      for (const Graph::Edge& edge : graph_.edges_from(node)) {
        const Price price = price_[position(edge)];
        // A way back to the source is never in a cut.
        if (price == 0 || number_[edge.to] == in_source) continue;
        arcs.push_back({n, number_[edge.to], price});
        if (price != uncuttable) finite += price;
      }
      if (node < graph_.hosts()) {
        const Price loss = static_cast<Price>(std::llround(static_cast<double>(graph_.loss(node)) * scale_));
        if (loss > 0) arcs.push_back({n, sink, loss});
        finite += loss;
      }
    }
    for (Arc& arc : arcs) {
      if (arc.capacity == uncuttable) arc.capacity = finite + 1;
    }
    return arcs;
  }

  const Graph& graph_;
  double scale_;
  std::vector<Price> price_;           // of each edge, after what is done and forbidden
  std::vector<std::uint32_t> number_;  // of each node, in the small network
  std::vector<std::uint32_t> source_;
  std::vector<std::uint32_t> rest_;
};

Action action_of(const Graph& graph, const Graph::Edge& edge) {
  switch (edge.tag) {
    case Tag::block_out:
      return {graph.isolates_only(edge.index) ? ActionKind::isolate : ActionKind::block_out, edge.index};
    case Tag::shield:
      return {graph.isolates_only(edge.index) ? ActionKind::isolate : ActionKind::shield, edge.index};
    case Tag::rest_out:
    case Tag::rest_in:
    case Tag::none:
      break;
    case Tag::flow:
      return {ActionKind::cut_flow, edge.index};
    case Tag::passage:
      return {ActionKind::close_passage, edge.index};
    case Tag::border_spreading:
      return {ActionKind::close_border, edge.index, false};
    case Tag::border_other:
      return {ActionKind::close_border, edge.index, true};
  }
  return {ActionKind::isolate, edge.index};
}

}  // namespace

Cut minimum_cut(const Graph& graph, const CutQuestion& question) {
  Problem problem(graph, question);
  const std::vector<bool> side = problem.solve();

  Cut cut;
  std::vector<bool> isolated(graph.hosts(), false);
  for (std::size_t i = 0; i < graph.edges().size(); ++i) {
    const Graph::Edge& edge = graph.edges()[i];
    if (!side[edge.from] || side[edge.to] || problem.price(i) == 0) continue;
    const Action action = action_of(graph, edge);
    if (action.kind == ActionKind::isolate) isolated[action.index] = true;
    cut.actions.push_back(action);
  }
  // Isolating contains blocking.
  std::erase_if(cut.actions, [&](const Action& action) {
    return touches_host(action) && action.kind != ActionKind::isolate && isolated[action.index];
  });
  std::ranges::sort(cut.actions);
  const auto twice = std::ranges::unique(cut.actions);
  cut.actions.erase(twice.begin(), twice.end());
  for (const Action& action : cut.actions) {
    cut.harm_cut += graph.harm_of(action);
    cut.effort += graph.effort_of(action);
  }
  for (std::uint32_t h = 0; h < graph.hosts(); ++h) {
    if (!side[h]) continue;
    cut.reached.push_back({h});
    cut.harm_left += graph.harm(h).lost;
  }
  return cut;
}

std::vector<HostIndex> spread_under(const Graph& graph, std::span<const HostIndex> infected,
                                    std::span<const Action> actions) {
  const Done done(graph, actions);
  std::vector<bool> reached(graph.nodes(), false);
  std::vector<std::uint32_t> open;
  const auto take = [&](std::uint32_t node) {
    if (reached[node]) return;
    reached[node] = true;
    open.push_back(node);
  };
  for (const HostIndex host : infected) {
    if (host.value < graph.hosts()) take(host.value);
  }
  while (!open.empty()) {
    const std::uint32_t node = open.back();
    open.pop_back();
    for (const Graph::Edge& edge : graph.edges_from(node)) {
      if (!done.removes(edge)) take(edge.to);
    }
  }
  std::vector<HostIndex> out;
  for (std::uint32_t h = 0; h < graph.hosts(); ++h) {
    if (reached[h]) out.push_back({h});
  }
  return out;
}

}  // namespace cordon::contain
