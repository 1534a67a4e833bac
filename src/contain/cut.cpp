// SPDX-License-Identifier: Apache-2.0
#include "contain/cut.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "contain/benders.h"
#include "contain/max_flow.h"

namespace cordon::contain {

using estate::HostIndex;
using Tag = Graph::Tag;

Done::Done(const Graph& graph, std::span<const Action> actions)
    : first_(graph.edges().data()), removed_(graph.edges().size(), false) {
  for (const Action& action : actions) graph.for_edges_of(action, [&](std::uint32_t edge) { removed_[edge] = true; });
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
    for (const Action& action : question.done) set(action, 0);
    flood_source(question.infected);
    number_the_rest();
    make_arcs();
  }

  struct Solution {
    std::vector<bool> side;  // of every node of the graph: whether it is on the source's side
    double gap = 0;
  };

  Solution solve() {
    std::vector<std::vector<bool>> tried;  // sets of accounts that are disabled
    std::vector<LabelBound> bounds;
    std::vector<std::int64_t> prices;
    for (const std::uint32_t account : accounts_) prices.push_back(account_price_[account]);
    Price best = std::numeric_limits<Price>::max();
    Price least = 0;
    std::vector<bool> side;
    std::vector<bool> disabled(accounts_.size(), false);
    for (int round = 0; round < account_rounds_max; ++round) {
      Tried now = cut_with(disabled);
      if (now.cost < best) {
        best = now.cost;
        side = std::move(now.side);
      }
      if (accounts_.empty()) return {to_graph(side), 0};
      bounds.push_back(std::move(now.bound));
      tried.push_back(disabled);
      const Labels next = least_labels(prices, bounds);
      least = next.least;
      // Prices are whole: a bound less than one under the best is met. No choice comes twice unless it is the best.
      if (least + 1 > best || std::ranges::find(tried, next.chosen) != tried.end()) break;
      disabled = next.chosen;
    }
    const Price tolerance = 1 + best / solver_tolerance_inverse;
    return {to_graph(side), best - least <= tolerance ? 0 : patient_hours(best - least)};
  }

  Price price(std::size_t edge) const { return price_[edge]; }

 private:
  static constexpr Price solver_tolerance_inverse = 100'000'000;
  static constexpr std::uint32_t in_source = 0xffffffff;
  static constexpr std::uint32_t unknown = 0xfffffffe;

  void set(const Action& action, Price price) {
    graph_.for_edges_of(action, [&](std::uint32_t edge) { price_[edge] = price; });
  }

  // forbid: isolation contains both blocks, so forbidding either forbids isolation; forbidding isolation leaves the
  // blocks, where they are offered.
  void forbid(const Action& action) {
    if (!touches_host(action)) {
      set(action, uncuttable);
    } else if (action.index < graph_.hosts()) {
      const auto& [out, rest_out, shield, rest_in] = graph_.host_edges(action.index);
      price_[rest_out] = price_[rest_in] = uncuttable;
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

  // make_arcs writes the small network once; account_arcs_ are those of accounts, which come and go.
  void make_arcs() {
    const std::uint32_t source = static_cast<std::uint32_t>(rest_.size());
    const std::uint32_t sink = source + 1;
    arcs_.reserve(graph_.edges().size() + rest_.size());
    std::vector<Price> from_source(rest_.size(), 0);
    const auto is_account = [&](const Graph::Edge& edge, Price price) {
      return edge.tag == Tag::account && price != uncuttable;
    };
    for (const std::uint32_t node : source_) {
      for (const Graph::Edge& edge : graph_.edges_from(node)) {
        const Price price = price_[position(edge)];
        if (price == 0 || number_[edge.to] == in_source) continue;
        if (is_account(edge, price)) {
          add_account_arc({source, number_[edge.to], price}, edge.index);
        } else {
          from_source[number_[edge.to]] += price;
        }
      }
    }
    for (std::uint32_t n = 0; n < rest_.size(); ++n) {
      if (from_source[n] > 0) arcs_.push_back({source, n, from_source[n]});
      finite_ += from_source[n];
      const std::uint32_t node = rest_[n];
      for (const Graph::Edge& edge : graph_.edges_from(node)) {
        const Price price = price_[position(edge)];
        // A way back to the source is never in a cut.
        if (price == 0 || number_[edge.to] == in_source) continue;
        if (is_account(edge, price)) {
          add_account_arc({n, number_[edge.to], price}, edge.index);
          continue;
        }
        arcs_.push_back({n, number_[edge.to], price});
        if (price != uncuttable) finite_ += price;
      }
      if (node < graph_.hosts()) {
        const Price loss = static_cast<Price>(std::llround(static_cast<double>(graph_.loss(node)) * scale_));
        if (loss > 0) arcs_.push_back({n, sink, loss});
        finite_ += loss;
      }
    }
    for (Arc& arc : arcs_) {
      if (arc.capacity == uncuttable) arc.capacity = finite_ + 1;
    }
  }

  void add_account_arc(Arc arc, std::uint32_t account) {
    const auto [at, fresh] = account_price_.try_emplace(account, arc.capacity);
    if (fresh) accounts_.push_back(account);
    account_arcs_.push_back({arc, account});
  }

  struct Tried {
    Price cost = 0;  // of the cut, what it loses and the accounts
    std::vector<bool> side;
    LabelBound bound;
  };

  // cut_with is the exact cut when these accounts (as accounts_ names them) are disabled and the others cannot be.
  Tried cut_with(const std::vector<bool>& disabled) const {
    const std::uint32_t nodes = static_cast<std::uint32_t>(rest_.size()) + 2;
    std::vector<Arc> arcs = arcs_;
    std::vector<std::size_t> label;
    Tried out;
    for (const AccountArc& each : account_arcs_) {
      const auto at = static_cast<std::size_t>(std::ranges::find(accounts_, each.account) - accounts_.begin());
      if (disabled[at]) continue;
      arcs.push_back({each.arc.from, each.arc.to, finite_ + 1});
      label.push_back(at);
    }
    MaxFlow found = max_flow(nodes, nodes - 2, nodes - 1, arcs);
    out.bound.saves.assign(accounts_.size(), 0);
    for (std::size_t i = 0; i < arcs.size(); ++i) {
      if (arcs[i].to == nodes - 1) out.bound.value += found.flow[i];
      if (i >= arcs_.size()) out.bound.saves[label[i - arcs_.size()]] += found.flow[i];
    }
    out.cost = out.bound.value;
    for (std::size_t at = 0; at < accounts_.size(); ++at) {
      if (disabled[at]) out.cost += account_price_.at(accounts_[at]);
    }
    out.side = std::move(found.side);
    return out;
  }

  std::vector<bool> to_graph(const std::vector<bool>& reached) const {
    std::vector<bool> side(graph_.nodes(), false);
    for (const std::uint32_t node : source_) side[node] = true;
    for (std::uint32_t n = 0; n < rest_.size(); ++n) {
      if (reached[n]) side[rest_[n]] = true;
    }
    return side;
  }

  struct AccountArc {
    Arc arc;
    std::uint32_t account;
  };

  const Graph& graph_;
  double scale_;
  std::vector<Price> price_;           // of each edge, after what is done and forbidden
  std::vector<std::uint32_t> number_;  // of each node, in the small network
  std::vector<std::uint32_t> source_;
  std::vector<std::uint32_t> rest_;
  std::vector<Arc> arcs_;
  Price finite_ = 0;  // the sum of all finite prices
  std::vector<std::uint32_t> accounts_;
  std::map<std::uint32_t, Price> account_price_;
  std::vector<AccountArc> account_arcs_;
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
    case Tag::account:
      return {ActionKind::disable_account, edge.index};
  }
  return {ActionKind::isolate, edge.index};
}

}  // namespace

Cut minimum_cut(const Graph& graph, const CutQuestion& question) {
  Problem problem(graph, question);
  const auto [side, gap] = problem.solve();

  Cut cut;
  cut.gap = gap;
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

std::vector<Action> unexposed_accounts(const Graph& graph, std::span<const HostIndex> infected) {
  if (!graph.has_accounts()) return {};
  const auto& accounts = graph.estate().accounts;
  std::vector<Action> safe;
  for (std::uint32_t a = 0; a < accounts.size(); ++a) safe.push_back({ActionKind::disable_account, a});
  // What is stolen opens more hosts, on which more accounts sign in.
  for (std::size_t before = accounts.size() + 1; safe.size() < before;) {
    before = safe.size();
    const std::vector<HostIndex> reached = spread_under(graph, infected, safe);
    std::erase_if(safe, [&](const Action& account) {
      return std::ranges::any_of(accounts[account.index].signs_in_on,
                                 [&](HostIndex host) { return std::ranges::binary_search(reached, host); });
    });
  }
  return safe;
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
