// SPDX-License-Identifier: Apache-2.0
#include "contain/cut.h"

#include <algorithm>
#include <cmath>

#include "contain/max_flow.h"

namespace cordon::contain {

using estate::HostIndex;
using Tag = Graph::Tag;

namespace {

constexpr std::uint8_t bit_out = 1;
constexpr std::uint8_t bit_in = 2;
constexpr std::uint8_t bit_all = 4;

void mark(std::vector<bool>& which, std::uint32_t index) {
  if (index < which.size()) which[index] = true;
}

}  // namespace

Done::Done(const Graph& graph, std::span<const Action> actions)
    : hosts_(graph.hosts(), 0),
      flows_(graph.estate().flows.size()),
      passages_(graph.estate().passages.size()),
      borders_(graph.estate().borders.size()),
      borders_other_(graph.estate().borders.size()) {
  for (const Action& action : actions) {
    if (touches_host(action) && action.index >= hosts_.size()) continue;
    switch (action.kind) {
      case ActionKind::block_out:
        hosts_[action.index] |= bit_out;
        break;
      case ActionKind::shield:
        hosts_[action.index] |= bit_in;
        break;
      case ActionKind::isolate:
        hosts_[action.index] |= bit_all;
        break;
      case ActionKind::cut_flow:
        mark(flows_, action.index);
        break;
      case ActionKind::close_passage:
        mark(passages_, action.index);
        break;
      case ActionKind::close_border:
        mark(action.plane_other ? borders_other_ : borders_, action.index);
        break;
    }
  }
}

bool Done::removes(const Graph::Edge& edge) const {
  switch (edge.tag) {
    case Tag::none:
      return false;
    case Tag::block_out:
      return (hosts_[edge.index] & (bit_out | bit_all)) != 0;
    case Tag::shield:
      return (hosts_[edge.index] & (bit_in | bit_all)) != 0;
    case Tag::rest_out:
    case Tag::rest_in:
      return (hosts_[edge.index] & bit_all) != 0;
    case Tag::flow:
      return flows_[edge.index];
    case Tag::passage:
      return passages_[edge.index];
    case Tag::border_spreading:
      return borders_[edge.index];
    case Tag::border_other:
      return borders_other_[edge.index];
  }
  return false;
}

namespace {

// Forbidden turns prices into uncuttable. Where only isolation is offered, forbidding it forbids all; elsewhere
// forbidding isolation leaves blocking, and forbidding either block forbids isolation too, which contains both.
class Forbidden {
 public:
  Forbidden(const Graph& graph, std::span<const Action> actions)
      : graph_(graph), done_(graph, actions), any_(!actions.empty()) {
    for (const Action& action : actions) {
      if (action.kind != ActionKind::isolate || action.index >= graph.hosts()) continue;
      if (isolation_.empty()) isolation_.resize(graph.hosts());
      isolation_[action.index] = true;
    }
    for (const Action& action : actions) {
      if (action.kind != ActionKind::block_out && action.kind != ActionKind::shield) continue;
      if (action.index >= graph.hosts()) continue;
      if (blocks_.empty()) blocks_.resize(graph.hosts());
      blocks_[action.index] |= action.kind == ActionKind::block_out ? bit_out : bit_in;
    }
  }
  bool forbids(const Graph::Edge& edge) const {
    if (!any_) return false;
    const bool isolation = !isolation_.empty() && edge.index < isolation_.size() && isolation_[edge.index];
    const std::uint8_t blocks = !blocks_.empty() && edge.index < blocks_.size() ? blocks_[edge.index] : std::uint8_t{0};
    switch (edge.tag) {
      case Tag::block_out:
        return (blocks & bit_out) != 0 || ((isolation || blocks != 0) && graph_.isolates_only(edge.index));
      case Tag::shield:
        return (blocks & bit_in) != 0 || ((isolation || blocks != 0) && graph_.isolates_only(edge.index));
      case Tag::rest_out:
      case Tag::rest_in:
        return isolation || blocks != 0;
      case Tag::none:
      case Tag::flow:
      case Tag::passage:
      case Tag::border_spreading:
      case Tag::border_other:
        return done_.removes(edge);
    }
    return false;
  }

 private:
  const Graph& graph_;
  Done done_;
  bool any_;
  std::vector<bool> isolation_;
  std::vector<std::uint8_t> blocks_;
};

// Problem is one question on one graph, made small: everything that the infected reach uncuttably is the source, and
// what they cannot reach at all is left out.
class Problem {
 public:
  Problem(const Graph& graph, const CutQuestion& question) : graph_(graph), scale_(question.loss_scale) {
    const Done done(graph, question.done);
    const Forbidden forbidden(graph, question.forbidden);
    price_.reserve(graph.edges().size());
    for (const Graph::Edge& edge : graph.edges()) {
      price_.push_back(done.removes(edge) ? 0 : forbidden.forbids(edge) ? uncuttable : edge.price);
    }
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
