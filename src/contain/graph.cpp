// SPDX-License-Identifier: Apache-2.0
#include "contain/graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "contain/firebreak.h"
#include "contain/own_way.h"
#include "event/login.h"

namespace cordon::contain {

using estate::Estate;
using estate::Flow;
using estate::Grain;
using estate::Host;
using estate::HostIndex;
using estate::Reach;

std::string_view word(ActionKind kind) {
  constexpr std::array<std::string_view, action_kinds> words{"block_spread",    "block_spread",  "isolate",
                                                             "cut_flow",        "close_passage", "close_border",
                                                             "disable_account", "end_sessions",  "firebreak"};
  return words.at(static_cast<std::size_t>(kind));
}

std::string_view direction_word(ActionKind kind) {
  if (kind == ActionKind::block_out) return "out";
  if (kind == ActionKind::shield) return "in";
  return "";
}

Price price_of(double hours) {
  if (!(hours < patient_hours(price_max))) return price_max;
  return hours <= 0 ? 0 : static_cast<Price>(std::llround(hours * price_units_per_hour));
}

double patient_hours(Price price) {
  return static_cast<double>(price) / price_units_per_hour;
}

namespace {

using Tag = Graph::Tag;

std::uint64_t pair_key(std::uint32_t from, std::uint32_t to) {
  return static_cast<std::uint64_t>(from) << 32U | to;
}

// PassageWay is a passage by its ends and plane, so that flows find the passage they use.
struct PassageWay {
  std::uint64_t key;
  bool spreading;
  std::uint32_t passage;
  friend auto operator<=>(const PassageWay&, const PassageWay&) = default;
};

}  // namespace

Permits::Permits(const Estate& estate) : estate_(&estate) {
  borders_.reserve(estate.borders.size());
  for (const estate::Border& border : estate.borders) {
    borders_.emplace_back(pair_key(border.from.value, border.to.value), border.reach);
  }
  std::ranges::sort(borders_, {}, &std::pair<std::uint64_t, Reach>::first);
}

Reach Permits::between(HostIndex from, HostIndex to) const {
  const auto here = estate_->hosts[from.value].network;
  const auto there = estate_->hosts[to.value].network;
  if (!here) return {.spreading = true, .other = false};
  if (!there) return {.spreading = false, .other = false};
  Reach reach = here == there ? estate_->networks[here->value].inside : Reach{.spreading = false, .other = false};
  const std::uint64_t key = pair_key(here->value, there->value);
  for (auto at = std::ranges::lower_bound(borders_, key, {}, &std::pair<std::uint64_t, Reach>::first);
       at != borders_.end() && at->first == key; ++at) {
    reach.spreading = reach.spreading || at->second.spreading;
    reach.other = reach.other || at->second.other;
  }
  return reach;
}

bool Permits::undeclared_way(const Flow& flow) const {
  const auto placed = [&](HostIndex host) { return estate_->hosts[host.value].network.has_value(); };
  if (!estate::spreads(flow) || !placed(flow.client) || !placed(flow.server)) return false;
  if (between(flow.client, flow.server).spreading) return false;
  return std::ranges::none_of(estate_->passages, [&](const estate::Passage& p) {
    return p.from == flow.client && p.to == flow.server && p.spreading;
  });
}

struct GraphBuilder {
  const Estate& estate;
  Graph& graph;
  Permits permits;
  std::vector<bool> own_out{};  // hosts with layers of their own
  std::vector<bool> own_in{};
  std::vector<std::uint32_t> out_node{};
  std::vector<std::uint32_t> in_node{};
  std::vector<std::uint32_t> door_node{};  // of a host that needs an account: where all ways into it end

  // Four nodes a network; one more network for hosts that stand in none.
  std::uint32_t zone(std::uint32_t network) const { return graph.hosts_ + 4 * network; }
  std::uint32_t unplaced() const { return static_cast<std::uint32_t>(estate.networks.size()); }
  std::uint32_t zone_of(std::uint32_t host) const {
    const auto network = estate.hosts[host].network;
    return zone(network ? network->value : unplaced());
  }
  static constexpr std::uint32_t out_s = 0, out_o = 1, in_s = 2, in_o = 3;
  // Of a host: its own layers, or its network's.
  std::uint32_t a(std::uint32_t h) const { return own_out[h] ? out_node[h] : zone_of(h) + out_s; }
  std::uint32_t e(std::uint32_t h) const { return own_out[h] ? out_node[h] + 1 : zone_of(h) + out_o; }
  std::uint32_t a_in(std::uint32_t h) const { return own_in[h] ? in_node[h] : zone_of(h) + in_s; }
  std::uint32_t e_in(std::uint32_t h) const { return own_in[h] ? in_node[h] + 1 : zone_of(h) + in_o; }
  std::uint32_t into(std::uint32_t h) const { return estate.hosts[h].needs_account ? door_node[h] : h; }

  void edge(std::uint32_t from, std::uint32_t to, Price price = uncuttable, Graph::Tag tag = Graph::Tag::none,
            std::uint32_t index = 0) {
    graph.edges_.push_back({from, to, price, tag, index});
  }

  // look_at_flows prices flows and passages and finds which flows are ways of their own.
  void look_at_flows() {
    std::vector<PassageWay> ways;
    for (std::uint32_t i = 0; i < estate.passages.size(); ++i) {
      const estate::Passage& p = estate.passages[i];
      ways.push_back({pair_key(p.from.value, p.to.value), p.spreading, i});
    }
    std::ranges::sort(ways);
    graph.flow_harm_.reserve(estate.flows.size());
    graph.flow_is_own_way_.assign(estate.flows.size(), false);
    graph.passage_harm_.assign(estate.passages.size(), 0);
    graph.care_in_passage_.assign(estate.passages.size(), false);
    graph.has_care_.assign(graph.hosts_, false);
    graph.loses_care_.assign(graph.hosts_, false);
    graph.blocks_care_out_ = graph.blocks_care_in_ = graph.loses_care_;
    graph.care_at_border_.assign(estate.borders.size(), false);
    graph.other_care_at_border_ = graph.care_at_border_;
    for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
      const Flow& flow = estate.flows[i];
      const double harm = estate::harm_of_flow(estate, flow, estate.weights.incident_hours);
      graph.flow_harm_.push_back(harm);
      const bool spreading = estate::spreads(flow);
      if (flow.care) graph.has_care_[flow.client.value] = graph.has_care_[flow.server.value] = true;
      if (flow.care && !estate::can_be_kept_open(estate, flow)) {
        look_at_lost_care(flow);
      }
      const PassageWay key{pair_key(flow.client.value, flow.server.value), spreading, 0};
      bool by_passage = false;
      for (auto at = std::ranges::lower_bound(ways, key);
           at != ways.end() && at->key == key.key && at->spreading == spreading; ++at) {
        by_passage = true;
        graph.passage_harm_[at->passage] += flow.care ? 0 : harm;
        if (flow.care) graph.care_in_passage_[at->passage] = true;
      }
      if (spreading && !flow.care && !by_passage) {
        graph.flow_is_own_way_[i] = !permits.between(flow.client, flow.server).spreading;
      }
    }
  }

  void look_at_lost_care(const Flow& flow) {
    graph.loses_care_[flow.client.value] = graph.loses_care_[flow.server.value] = true;
    const bool spreading = estate::ends_with_spreading(flow);
    if (spreading) graph.blocks_care_out_[flow.client.value] = graph.blocks_care_in_[flow.server.value] = true;
    const auto here = estate.hosts[flow.client.value].network;
    const auto there = estate.hosts[flow.server.value].network;
    for (std::uint32_t i = 0; i < estate.borders.size(); ++i) {
      if (estate.borders[i].from != here || estate.borders[i].to != there) continue;
      (spreading ? graph.care_at_border_ : graph.other_care_at_border_)[i] = true;
    }
  }

  void find_care_flows() {
    using Ends = std::tuple<std::uint64_t, std::uint16_t, bool>;
    const auto ends = [](const Flow& flow) {
      return Ends{pair_key(flow.client.value, flow.server.value), flow.port, flow.udp};
    };
    std::vector<Ends> care;
    for (const Flow& flow : estate.flows) {
      if (flow.care) care.push_back(ends(flow));
    }
    std::ranges::sort(care);
    graph.flow_is_care_.reserve(estate.flows.size());
    for (const Flow& flow : estate.flows) {
      graph.flow_is_care_.push_back(std::ranges::binary_search(care, ends(flow)));
    }
  }

  // find_layers gives nodes of their own to hosts where a flow or a passage is a way.
  void find_layers() {
    own_out.assign(graph.hosts_, false);
    own_in.assign(graph.hosts_, false);
    for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
      if (!graph.flow_is_own_way_[i]) continue;
      own_out[estate.flows[i].client.value] = own_in[estate.flows[i].server.value] = true;
    }
    for (const estate::Passage& p : estate.passages) own_out[p.from.value] = own_in[p.to.value] = true;
    out_node.assign(graph.hosts_, 0);
    in_node.assign(graph.hosts_, 0);
    door_node.assign(graph.hosts_, 0);
    graph.nodes_ = zone(unplaced() + 1);
    for (std::uint32_t h = 0; h < graph.hosts_; ++h) {
      if (own_out[h]) out_node[h] = std::exchange(graph.nodes_, graph.nodes_ + 2);
      if (own_in[h]) in_node[h] = std::exchange(graph.nodes_, graph.nodes_ + 2);
      if (estate.hosts[h].needs_account) door_node[h] = std::exchange(graph.nodes_, graph.nodes_ + 1);
    }
    for (const estate::Session& session : estate.sessions) {
      graph.session_nodes_.push_back(std::exchange(graph.nodes_, graph.nodes_ + (session.account ? 2 : 1)));
    }
  }

  void add_host(std::uint32_t h) {
    const auto priced = [&](const Action& action) {
      return graph.offered(action) ? price_of(graph.harm_of(action) + graph.effort_of(action)) : uncuttable;
    };
    const Price isolate = priced({ActionKind::isolate, h});
    const auto side = [&](Price block, Price& rest) {
      if (graph.isolates_only(h)) {
        rest = isolate == uncuttable ? uncuttable : 0;  // v→a alone stands for the one action there is
        return isolate;
      }
      // At least 1, for an edge without a price counts as removed.
      rest = isolate == uncuttable || block == uncuttable ? uncuttable : std::max<Price>(1, isolate - block);
      return block;
    };
    Price rest = 0;
    const Price out = side(priced({ActionKind::block_out, h}), rest);
    edge(h, a(h), out, Tag::block_out, h);
    edge(h, e(h), rest, Tag::rest_out, h);
    const Price in = side(priced({ActionKind::shield, h}), rest);
    edge(a_in(h), into(h), in, Tag::shield, h);
    edge(e_in(h), into(h), rest, Tag::rest_in, h);
    if (own_out[h]) {
      edge(a(h), e(h));
      edge(a(h), zone_of(h) + out_s);
      edge(e(h), zone_of(h) + out_o);
    }
    if (own_in[h]) {
      edge(e_in(h), a_in(h));
      edge(zone_of(h) + in_s, a_in(h));
      edge(zone_of(h) + in_o, e_in(h));
    }
    graph.loss_.push_back(price_of(graph.harm_[h].lost));
  }

  void add_zones() {
    for (std::uint32_t n = 0; n <= unplaced(); ++n) {
      edge(zone(n) + out_s, zone(n) + out_o);
      edge(zone(n) + in_o, zone(n) + in_s);
      if (n < unplaced()) {
        const Reach& inside = estate.networks[n].inside;
        if (inside.spreading) edge(zone(n) + out_s, zone(n) + in_s);
        if (inside.other) edge(zone(n) + out_o, zone(n) + in_o);
      }
      edge(zone(unplaced()) + out_s, zone(n) + in_s);
    }
    for (std::uint32_t i = 0; i < estate.borders.size(); ++i) {
      const estate::Border& border = estate.borders[i];
      const auto price = [&](bool other) {
        const Action action{ActionKind::close_border, i, other};
        return graph.offered(action) ? price_of(graph.harm_of(action) + graph.effort_of(action)) : uncuttable;
      };
      const std::uint32_t from = zone(border.from.value);
      const std::uint32_t to = zone(border.to.value);
      if (border.reach.spreading) edge(from + out_s, to + in_s, price(false), Graph::Tag::border_spreading, i);
      if (border.reach.other) edge(from + out_o, to + in_o, price(true), Graph::Tag::border_other, i);
    }
  }

  void add_flows_and_passages() {
    for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
      const Flow& flow = estate.flows[i];
      if (flow.care && estate::spreads(flow)) {
        edge(flow.client.value, into(flow.server.value));
      } else if (graph.flow_is_own_way_[i]) {
        const Action action{ActionKind::cut_flow, i};
        const Price price =
            graph.offered(action) ? price_of(graph.harm_of(action) + graph.effort_of(action)) : uncuttable;
        edge(a(flow.client.value), a_in(flow.server.value), price, Graph::Tag::flow, i);
      }
    }
    for (std::uint32_t i = 0; i < estate.passages.size(); ++i) {
      const estate::Passage& p = estate.passages[i];
      const Action action{ActionKind::close_passage, i};
      const Price price =
          graph.offered(action) ? price_of(graph.harm_of(action) + graph.effort_of(action)) : uncuttable;
      if (p.spreading) {
        edge(a(p.from.value), a_in(p.to.value), price, Graph::Tag::passage, i);
      } else {
        edge(e(p.from.value), e_in(p.to.value), price, Graph::Tag::passage, i);
      }
    }
  }

  void add_accounts() {
    for (std::uint32_t i = 0; i < estate.accounts.size(); ++i) {
      const double harm = estate::harm_of_account(estate, estate.accounts[i], estate.weights.incident_hours);
      graph.account_harm_.push_back(harm);
      for (const HostIndex host : estate.accounts[i].signs_in_on) {
        if (host.value >= graph.hosts_ || !estate.hosts[host.value].needs_account) continue;
        account_edge(into(host.value), host.value, i);
        graph.has_accounts_ = true;
      }
    }
  }

  void account_edge(std::uint32_t from, std::uint32_t to, std::uint32_t account) {
    edge(from, to, price_of(graph.account_harm_[account] + graph.effort_.account), Graph::Tag::account, account);
  }

  // add_sessions: the node after a session's own is its account's.
  void add_sessions() {
    for (std::uint32_t i = 0; i < estate.sessions.size(); ++i) {
      const estate::Session& session = estate.sessions[i];
      const double harm = estate::harm_of_session(estate, session, graph.harm_[session.host.value]);
      graph.session_harm_.push_back(harm);
      const bool ends = graph.offered({ActionKind::end_sessions, i});
      const std::uint32_t node = graph.session_nodes_[i];
      const std::uint32_t to = session.account ? node + 1 : session.host.value;
      edge(node, to, ends ? price_of(harm + graph.effort_.session) : uncuttable, Graph::Tag::session, i);
      if (session.account) account_edge(node + 1, session.host.value, *session.account);
    }
  }

  // sort_edges puts them in the order of their tails, keeping the order in which they were made.
  void sort_edges() {
    std::vector<std::uint32_t> first(graph.nodes_ + 1, 0);
    for (const Graph::Edge& each : graph.edges_) ++first[each.from + 1];
    for (std::uint32_t n = 0; n < graph.nodes_; ++n) first[n + 1] += first[n];
    std::vector<Graph::Edge> sorted(graph.edges_.size());
    std::vector<std::uint32_t> next = first;
    for (const Graph::Edge& each : graph.edges_) sorted[next[each.from]++] = each;
    graph.prices_.reserve(sorted.size());
    for (const Graph::Edge& each : sorted) graph.prices_.push_back(each.price);
    graph.edges_ = std::move(sorted);
    graph.first_ = std::move(first);
  }

  void remember_places() {
    graph.host_edges_.resize(graph.hosts_);
    graph.flow_edges_.assign(estate.flows.size(), Graph::no_edge);
    graph.passage_edges_.assign(estate.passages.size(), Graph::no_edge);
    graph.border_edges_.assign(estate.borders.size(), Graph::no_edge);
    graph.border_other_edges_ = graph.border_edges_;
    graph.account_edges_.resize(estate.accounts.size());
    graph.session_edges_.assign(estate.sessions.size(), Graph::no_edge);
    for (std::uint32_t at = 0; at < graph.edges_.size(); ++at) {
      const Graph::Edge& each = graph.edges_[at];
      switch (each.tag) {
        case Tag::none:
          break;
        case Tag::block_out:
          graph.host_edges_[each.index].out = at;
          break;
        case Tag::rest_out:
          graph.host_edges_[each.index].rest_out = at;
          break;
        case Tag::shield:
          graph.host_edges_[each.index].shield = at;
          break;
        case Tag::rest_in:
          graph.host_edges_[each.index].rest_in = at;
          break;
        case Tag::flow:
          graph.flow_edges_[each.index] = at;
          break;
        case Tag::passage:
          graph.passage_edges_[each.index] = at;
          break;
        case Tag::border_spreading:
          graph.border_edges_[each.index] = at;
          break;
        case Tag::border_other:
          graph.border_other_edges_[each.index] = at;
          break;
        case Tag::account:
          graph.account_edges_[each.index].push_back(at);
          break;
        case Tag::session:
          graph.session_edges_[each.index] = at;
          break;
      }
    }
  }
};

std::optional<Graph> Graph::build(const Estate& estate, const Effort& effort) {
  std::size_t sign_ins = 0;
  for (const estate::Account& account : estate.accounts) sign_ins += account.signs_in_on.size();
  const std::size_t ways = sign_ins + estate.sessions.size() * 2 + estate.hosts.size() * 11 +
                           estate.networks.size() * 5 + estate.borders.size() * 2 + estate.flows.size() +
                           estate.passages.size();
  if (ways > priced_edges_max) return std::nullopt;
  Graph graph;
  graph.estate_ = &estate;
  graph.effort_ = effort;
  graph.hosts_ = static_cast<std::uint32_t>(estate.hosts.size());
  graph.harm_ = estate::harm_of_hosts(estate);
  graph.border_harm_ = estate::harm_of_borders(estate);
  graph.firebreak_ = firebreak_borders(estate);
  GraphBuilder builder{estate, graph, Permits(estate)};
  builder.find_care_flows();
  builder.look_at_flows();
  builder.find_layers();
  for (std::uint32_t h = 0; h < graph.hosts_; ++h) builder.add_host(h);
  builder.add_zones();
  builder.add_flows_and_passages();
  builder.add_accounts();
  builder.add_sessions();
  builder.sort_edges();
  builder.remember_places();
  return graph;
}

double Graph::harm_of(const Action& action) const {
  const std::uint32_t i = action.index;
  switch (action.kind) {
    case ActionKind::block_out:
      return i < harm_.size() ? harm_[i].block_out : 0;
    case ActionKind::shield:
      return i < harm_.size() ? harm_[i].block_in : 0;
    case ActionKind::isolate:
      return i < harm_.size() ? harm_[i].isolate() : 0;
    case ActionKind::cut_flow:
      return i < flow_harm_.size() ? flow_harm_[i] : 0;
    case ActionKind::close_passage:
      return i < passage_harm_.size() ? passage_harm_[i] : 0;
    case ActionKind::close_border:
      if (i >= border_harm_.size()) return 0;
      return action.plane_other ? border_harm_[i].all - border_harm_[i].spreading : border_harm_[i].spreading;
    case ActionKind::disable_account:
      return i < account_harm_.size() ? account_harm_[i] : 0;
    case ActionKind::end_sessions:
      return i < session_harm_.size() ? session_harm_[i] : 0;
    case ActionKind::firebreak: {
      double harm = 0;
      for (const std::uint32_t border : firebreak_) harm += border_harm_[border].spreading;
      return harm;
    }
  }
  return 0;
}

double Graph::effort_of(const Action& action) const {
  switch (action.kind) {
    case ActionKind::block_out:
    case ActionKind::shield:
      return effort_.block;
    case ActionKind::isolate:
      return action.index < hosts_ && is_unplugged(action.index) ? effort_.unplug : effort_.isolate;
    case ActionKind::cut_flow:
      return effort_.flow;
    case ActionKind::close_passage:
      return effort_.passage;
    case ActionKind::close_border:
      return effort_.border;
    case ActionKind::disable_account:
      return effort_.account;
    case ActionKind::end_sessions:
      return effort_.session;
    case ActionKind::firebreak:
      return effort_.border;
  }
  return 0;
}

bool Graph::offered(const Action& action) const {
  const std::uint32_t i = action.index;
  if (own_way_ended(*estate_, action)) return false;
  switch (action.kind) {
    case ActionKind::block_out:
    case ActionKind::shield: {
      const Grain grain = i < hosts_ ? estate_->hosts[i].grain : Grain::none;
      if (i < hosts_ && (action.kind == ActionKind::shield ? blocks_care_in_ : blocks_care_out_)[i]) return false;
      return grain == Grain::spreading || grain == Grain::flow;
    }
    case ActionKind::isolate: {
      if (i >= hosts_) return false;
      const Host& host = estate_->hosts[i];
      if (host.is_protected || (is_unplugged(i) && estate::routes(host.role))) return false;
      return !loses_care_[i] && (!isolates_only(i) || !has_care_[i]);
    }
    case ActionKind::cut_flow: {
      if (i >= estate_->flows.size()) return false;
      const Flow& flow = estate_->flows[i];
      const auto single = [&](HostIndex h) { return estate_->hosts[h.value].grain == Grain::flow; };
      return !is_care(i) && (single(flow.client) || single(flow.server));
    }
    case ActionKind::close_passage:
      return i < estate_->passages.size() && estate_->passages[i].can_close && !care_in_passage_[i];
    case ActionKind::close_border:
      return i < estate_->borders.size() && estate_->borders[i].can_close &&
             !(action.plane_other ? other_care_at_border_ : care_at_border_)[i];
    case ActionKind::disable_account:
      return i < estate_->accounts.size();
    case ActionKind::end_sessions: {
      if (i >= estate_->sessions.size()) return false;
      const estate::Session& session = estate_->sessions[i];
      const bool is_protected = estate_->hosts[session.host.value].is_protected ||
                                (session.account && estate_->accounts[*session.account].is_protected);
      return session.can_end && !is_protected && event::is_plain(session.login);
    }
    case ActionKind::firebreak:
      return !firebreak_.empty();
  }
  return false;
}

}  // namespace cordon::contain
