// SPDX-License-Identifier: Apache-2.0
#include "contain/cut.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

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

// Problem is one question on one graph. Everything that the infected reach uncuttably is the source. The rest is looked
// at no further than the answer needs: a node whose ways have not been looked at is taken to lead nowhere and to lose
// nothing, which can only make the cut cheaper; so a cut whose source side was looked at wholly is the least of all,
// and the one nearest the source. While it was not, more is looked at.
class Problem {
 public:
  Problem(const Graph& graph, const CutQuestion& question)
      : graph_(graph),
        scale_(question.loss_scale),
        first_arcs_(question.first_arcs),
        price_(graph.prices().begin(), graph.prices().end()) {
    for (const HostIndex host : question.sunk) sink(host);
    if (question.action_price > 0) add_to_each_action(price_of(question.action_price));
    if (scale_ < 1) refine();
    for (const Action& action : question.forbidden) forbid(action);
    for (const Action& action : question.refused) {
      if (std::ranges::find(question.done, action) == question.done.end()) refuse(action);
    }
    for (const Action& action : question.done) set(action, 0);
    flood_source(question);
    for (const Sparing& sparing : question.sparings) spare(sparing);
    for (const std::uint32_t node : source_) look_from(node, source_number);
  }

  /// Spared is an infected host whose loss isolating it would lessen, as two nodes of the small network.
  struct Spared {
    HostIndex host;
    std::uint32_t out;   // before its spreading-out
    std::uint32_t rest;  // before its any-out; on the source's side it is not isolated and `price` is lost
    Price price;         // in units of this problem
  };

  struct Solution {
    std::vector<std::uint32_t> side;  // the nodes of the graph on the source's side; sorted
    std::vector<Action> on_spared;    // what is done to those
    double spared = 0;                // patient-hours
    double gap = 0;
  };

  Solution solve() {
    std::vector<std::vector<bool>> tried;  // sets of accounts that are disabled
    std::vector<LabelBound> bounds;
    Price best = std::numeric_limits<Price>::max();
    Price least = 0;
    std::vector<bool> side;
    std::vector<bool> disabled;
    for (int round = 0; round < account_rounds_max; ++round) {
      Tried now = cut_with(disabled);
      if (now.cost < best) {
        best = now.cost;
        side = std::move(now.side);
      }
      if (accounts_.empty()) {
        least = best;
        break;
      }
      // Accounts that were met for the first time in a later cut save nothing in an earlier one.
      bounds.push_back(std::move(now.bound));
      for (LabelBound& bound : bounds) bound.saves.resize(accounts_.size(), 0);
      tried.push_back(std::move(disabled));
      for (std::vector<bool>& set : tried) set.resize(accounts_.size(), false);
      const Labels next = least_labels(account_prices_, bounds);
      least = next.least;
      // Prices are whole: a bound less than one under the best is met. No choice comes twice unless it is the best.
      if (least + 1 > best || std::ranges::find(tried, next.chosen) != tried.end()) break;
      disabled = next.chosen;
    }
    const Price tolerance = fine_ + best / solver_tolerance_inverse;
    Solution out = solution_of(side);
    if (best - least > tolerance) out.gap = patient_hours((best - least) / fine_);
    return out;
  }

  bool is_spared(std::uint32_t host) const { return spared_of_.contains(host); }

  Price price(std::size_t edge) const { return price_[edge]; }

  /// isolates says whether an edge stands for isolating its host, whatever its tag says.
  bool isolates(const Graph::Edge& edge) const { return isolates_.contains(position(edge)); }

 private:
  static constexpr Price solver_tolerance_inverse = 100'000'000;
  static constexpr std::uint32_t unknown = 0xffffffff;
  static constexpr std::uint32_t nowhere = 0xffffffff;  // for a node of the small network that is none of the graph
  static constexpr std::uint32_t source_number = 0;
  static constexpr std::uint32_t sink_number = 1;
  static constexpr std::uint32_t first_number = 2;
  // By how many times more arcs are looked at before each further try: a cut that needs few costs little, one that
  // needs all costs a seventh more than if all had been looked at at once.
  static constexpr std::size_t growth = 8;

  struct Tried {
    Price cost = 0;          // of the cut, what it loses and the accounts
    std::vector<bool> side;  // of every node of the small network
    LabelBound bound;
  };
  struct AccountArc {
    Arc arc;
    std::size_t account;  // into accounts_
  };

  // sink leaves of the prices of what is done to a host its efforts.
  void sink(HostIndex host) {
    if (host.value >= graph_.hosts()) return;
    const auto& [out, rest_out, shield, rest_in] = graph_.host_edges(host.value);
    const Price isolate = price_of(graph_.effort_of({ActionKind::isolate, host.value}));
    const Price block = price_of(graph_.effort_of({ActionKind::block_out, host.value}));
    const auto lower = [&](std::uint32_t edge, Price to) {
      if (price_[edge] != uncuttable && price_[edge] > to) price_[edge] = to;
    };
    lower(out, graph_.isolates_only(host.value) ? isolate : block);
    lower(rest_out, isolate - block);
  }

  // refine: small losses are not rounded away by a small scale. An estate whose prices leave no room keeps its units.
  void refine() {
    constexpr Price finer = 1024;
    Price sum = 0;
    for (const Price price : price_) sum += price == uncuttable ? 0 : price;
    for (std::uint32_t host = 0; host < graph_.hosts(); ++host) sum += graph_.loss(host);
    if (sum > uncuttable / (2 * finer)) return;
    fine_ = finer;
    for (Price& price : price_) price *= price == uncuttable ? 1 : fine_;
  }

  // weighed is what losing so much counts against the prices.
  Price weighed(Price loss) const {
    return std::llround(static_cast<double>(loss) * scale_ * static_cast<double>(fine_));
  }

  // add_to_each_action: isolating takes the edge of a block and the rest, so the rest adds nothing; a host is cut off
  // on one side of the cut alone, so its two blocks are never in one.
  void add_to_each_action(Price price) {
    const auto edges = graph_.edges();
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const bool is_an_action =
          edges[i].tag != Tag::none && edges[i].tag != Tag::rest_out && edges[i].tag != Tag::rest_in;
      if (is_an_action && price_[i] != uncuttable) price_[i] += price;
    }
  }

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
      if (only || isolates_.contains(out) || action.kind == ActionKind::block_out) price_[out] = uncuttable;
      if (only || isolates_.contains(shield) || action.kind == ActionKind::shield) price_[shield] = uncuttable;
    }
  }

  // refuse: where a block is refused its edge stands for isolating the host, which is dearer and may be done by others.
  void refuse(const Action& action) {
    const bool blocks = action.kind == ActionKind::block_out || action.kind == ActionKind::shield;
    if (!blocks) return forbid(action);
    if (action.index >= graph_.hosts() || graph_.isolates_only(action.index)) return;
    const auto& [out, rest_out, shield, rest_in] = graph_.host_edges(action.index);
    const std::uint32_t block = action.kind == ActionKind::block_out ? out : shield;
    const std::uint32_t rest = action.kind == ActionKind::block_out ? rest_out : rest_in;
    if (price_[rest] == uncuttable) {
      price_[block] = uncuttable;
    } else if (isolates_.insert(block).second) {
      price_[block] += std::exchange(price_[rest], 0);
    }
  }

  std::size_t position(const Graph::Edge& edge) const {
    return static_cast<std::size_t>(&edge - graph_.edges().data());
  }

  void flood_source(const CutQuestion& question) {
    number_.assign(graph_.nodes(), question.side_at_most.empty() ? unknown : sink_number);
    for (const std::uint32_t node : question.side_at_most) number_[node] = unknown;
    const auto take = [&](std::uint32_t node) {
      if (number_[node] == source_number) return;
      number_[node] = source_number;
      source_.push_back(node);
    };
    for (const HostIndex host : question.infected) {
      if (host.value < graph_.hosts()) take(host.value);
    }
    for (const std::uint32_t node : graph_.session_nodes()) take(node);
    for (const std::uint32_t node : question.side_at_least) take(node);
    for (std::size_t i = 0; i < source_.size(); ++i) {
      for (const Graph::Edge& edge : graph_.edges_from(source_[i])) {
        if (price_[position(edge)] == uncuttable) take(edge.to);
      }
    }
  }

  // spare notes a sparing where isolating is possible and not done.
  void spare(const Sparing& sparing) {
    const std::uint32_t host = sparing.host.value;
    if (host >= graph_.hosts() || number_[host] != source_number) return;
    const Price out = price_[graph_.host_edges(host).out];
    const Price rest = price_[graph_.host_edges(host).rest_out];
    const Price saved = weighed(price_of(sparing.harm));
    if (out == uncuttable || rest == uncuttable || out + rest == 0 || saved == 0) return;
    if (!spared_of_.emplace(host, spared_.size()).second) return;
    const std::uint32_t before_out = new_node(nowhere);
    spared_.push_back({sparing.host, before_out, new_node(nowhere), saved});
  }

  std::uint32_t new_node(std::uint32_t node) {
    rest_.push_back(node);
    looked_at_.push_back(node == nowhere);
    return first_number + static_cast<std::uint32_t>(rest_.size()) - 1;
  }

  std::uint32_t number_of(std::uint32_t node) {
    if (number_[node] == unknown) number_[node] = new_node(node);
    return number_[node];
  }

  // add_arc leaves out what is cut already, and what is in every cut; a way back to the source is never in one.
  void add_arc(std::uint32_t from, std::uint32_t to, Price price) {
    if (price == 0 || to == source_number || (from == source_number && to == sink_number)) return;
    arcs_.push_back({from, to, price});
    if (price != uncuttable) finite_ += price;
  }

  // look_from adds the ways on from a node, which is `number` in the small network.
  void look_from(std::uint32_t node, std::uint32_t number) {
    const auto found = number == source_number ? spared_of_.find(node) : spared_of_.end();
    const Spared* spared = found == spared_of_.end() ? nullptr : &spared_[found->second];
    for (const Graph::Edge& edge : graph_.edges_from(node)) {
      const Price price = price_[position(edge)];
      if (spared != nullptr && (edge.tag == Tag::block_out || edge.tag == Tag::rest_out)) {
        const std::uint32_t between = edge.tag == Tag::block_out ? spared->out : spared->rest;
        add_arc(source_number, between, price);
        add_arc(between, number_of(edge.to), uncuttable);
      } else if (price > 0 && number_[edge.to] != source_number) {
        const std::uint32_t to = number_of(edge.to);
        if (edge.tag == Tag::account && price != uncuttable) {
          account_arcs_.push_back({{number, to, uncuttable}, account_at(edge.index, price)});
        } else {
          add_arc(number, to, price);
        }
      }
    }
    if (spared != nullptr) {
      add_arc(spared->out, spared->rest, uncuttable);
      add_arc(spared->rest, sink_number, spared->price);
    }
    if (node >= graph_.hosts() || number == source_number) return;
    add_arc(number, sink_number, weighed(graph_.loss(node)));
  }

  std::size_t account_at(std::uint32_t account, Price price) {
    const auto at = std::ranges::find(accounts_, account);
    if (at != accounts_.end()) return static_cast<std::size_t>(at - accounts_.begin());
    accounts_.push_back(account);
    account_prices_.push_back(price);
    return accounts_.size() - 1;
  }

  void look_at(std::size_t rest) {
    if (looked_at_[rest]) return;
    looked_at_[rest] = true;
    look_from(rest_[rest], first_number + static_cast<std::uint32_t>(rest));
  }

  // look_further looks at so many arcs in all, those first that are found first.
  void look_further(std::size_t arcs) {
    while (next_ < rest_.size() && arcs_.size() < arcs) look_at(next_++);
  }

  // cut_with is the exact cut when these accounts (as accounts_ names them) are disabled and the others cannot be.
  Tried cut_with(const std::vector<bool>& disabled) {
    look_further(first_arcs_);
    for (;;) {
      std::vector<Arc> arcs = arcs_;
      for (Arc& arc : arcs) {
        if (arc.capacity == uncuttable) arc.capacity = finite_ + 1;
      }
      std::vector<std::size_t> account_of;  // of the arcs after those
      for (const AccountArc& each : account_arcs_) {
        if (each.account < disabled.size() && disabled[each.account]) continue;
        arcs.push_back({each.arc.from, each.arc.to, finite_ + 1});
        account_of.push_back(each.account);
      }
      const auto nodes = static_cast<std::uint32_t>(rest_.size()) + first_number;
      const MaxFlow found = max_flow(nodes, source_number, sink_number, arcs);
      const std::size_t before = arcs_.size() + account_arcs_.size();
      const std::size_t known = rest_.size();
      bool whole = true;
      for (std::size_t i = 0; i < known; ++i) {
        if (!found.side[first_number + i] || looked_at_[i]) continue;
        whole = false;
        look_at(i);
      }
      if (whole) return tried_of(found, arcs, account_of, disabled);
      look_further(before * growth);
    }
  }

  Tried tried_of(const MaxFlow& found, std::span<const Arc> arcs, std::span<const std::size_t> account_of,
                 const std::vector<bool>& disabled) const {
    Tried out;
    out.bound.saves.assign(accounts_.size(), 0);
    const std::size_t first_account_arc = arcs.size() - account_of.size();
    for (std::size_t i = 0; i < arcs.size(); ++i) {
      if (arcs[i].to == sink_number) out.bound.value += found.flow[i];
      if (i >= first_account_arc) out.bound.saves[account_of[i - first_account_arc]] += found.flow[i];
    }
    out.cost = out.bound.value;
    for (std::size_t at = 0; at < disabled.size(); ++at) {
      if (disabled[at]) out.cost += account_prices_[at];
    }
    out.side = found.side;
    return out;
  }

  Solution solution_of(const std::vector<bool>& side) const {
    Solution out;
    out.side = source_;
    // What was met after this cut was found is none of its side.
    for (std::size_t i = 0; first_number + i < side.size(); ++i) {
      if (side[first_number + i] && rest_[i] != nowhere) out.side.push_back(rest_[i]);
    }
    std::ranges::sort(out.side);
    for (const Spared& each : spared_) {
      if (!side[each.rest]) {
        out.on_spared.push_back({ActionKind::isolate, each.host.value});
        out.spared += patient_hours(each.price) / static_cast<double>(fine_) / scale_;
      } else if (!side[each.out] && price_[graph_.host_edges(each.host.value).out] > 0) {
        out.on_spared.push_back({ActionKind::block_out, each.host.value});
      }
    }
    return out;
  }

  const Graph& graph_;
  double scale_;
  Price fine_ = 1;  // how many units of this problem are one of the graph's
  std::size_t first_arcs_;
  std::vector<Price> price_;           // of each edge, after what is done, forbidden and refused
  std::set<std::size_t> isolates_;     // edges of refused blocks
  std::vector<std::uint32_t> number_;  // of each node, in the small network
  std::vector<std::uint32_t> source_;  // nodes that are the source
  std::vector<std::uint32_t> rest_;    // the other nodes, by number less first_number
  std::vector<Spared> spared_;
  std::map<std::uint32_t, std::size_t> spared_of_;  // by host, into spared_
  std::vector<bool> looked_at_;                     // of rest_
  std::size_t next_ = 0;                            // rest_ before it is looked at
  std::vector<Arc> arcs_;
  Price finite_ = 0;  // the sum of all finite prices
  std::vector<std::uint32_t> accounts_;
  std::vector<Price> account_prices_;
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
    case Tag::session:
      return {ActionKind::end_sessions, edge.index};
  }
  return {ActionKind::isolate, edge.index};
}

}  // namespace

Cut minimum_cut(const Graph& graph, const CutQuestion& question) {
  Problem problem(graph, question);
  Problem::Solution solution = problem.solve();
  std::vector<bool> side(graph.nodes(), false);
  for (const std::uint32_t node : solution.side) side[node] = true;

  Cut cut;
  cut.gap = solution.gap;
  cut.actions = solution.on_spared;
  std::set<std::uint32_t> isolated;
  for (const Action& action : cut.actions) {
    if (action.kind == ActionKind::isolate) isolated.insert(action.index);
  }
  for (const std::uint32_t node : solution.side) {
    for (const Graph::Edge& edge : graph.edges_from(node)) {
      if (side[edge.to] || problem.price(static_cast<std::size_t>(&edge - graph.edges().data())) == 0) continue;
      const bool leads_out = edge.tag == Tag::block_out || edge.tag == Tag::rest_out;
      if (leads_out && problem.is_spared(edge.index)) continue;  // among on_spared
      const Action action = problem.isolates(edge) ? Action{ActionKind::isolate, edge.index} : action_of(graph, edge);
      if (action.kind == ActionKind::isolate) isolated.insert(action.index);
      cut.actions.push_back(action);
    }
  }
  // Isolating contains blocking.
  std::erase_if(cut.actions, [&](const Action& action) {
    return touches_host(action) && action.kind != ActionKind::isolate && isolated.contains(action.index);
  });
  std::ranges::sort(cut.actions);
  const auto twice = std::ranges::unique(cut.actions);
  cut.actions.erase(twice.begin(), twice.end());
  for (const Action& action : cut.actions) {
    cut.harm_cut += graph.harm_of(action);
    cut.effort += graph.effort_of(action);
    const bool is_sunk =
        touches_host(action) && std::ranges::find(question.sunk, HostIndex{action.index}) != question.sunk.end();
    if (is_sunk) cut.harm_sunk += graph.harm_of(action);
  }
  for (const std::uint32_t host : solution.side) {
    if (host >= graph.hosts()) break;  // hosts are the first nodes
    cut.reached.push_back({host});
    cut.harm_left += graph.harm(host).lost;
  }
  cut.harm_left -= solution.spared;
  cut.side = std::move(solution.side);
  return cut;
}

std::vector<Action> unexposed_accounts(const Graph& graph, std::span<const HostIndex> infected) {
  if (!graph.has_accounts()) return {};
  const auto& accounts = graph.estate().accounts;
  std::vector<bool> attacks(accounts.size(), false);
  for (const estate::Session& session : graph.estate().sessions) {
    if (session.account) attacks[*session.account] = true;
  }
  std::vector<Action> safe;
  for (std::uint32_t a = 0; a < accounts.size(); ++a) {
    if (!attacks[a]) safe.push_back({ActionKind::disable_account, a});
  }
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
  for (const std::uint32_t node : graph.session_nodes()) take(node);
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
