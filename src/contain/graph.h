// SPDX-License-Identifier: Apache-2.0
// Graph: the network on which a minimum s-t cut is the best containment: hosts, networks and what is permitted between
// them, with the price in patient-hours of every way that can be cut. Built once from an estate; who is infected comes
// with each question (cut.h). It decides nothing.
//
// A host is a node v, with v→t at the harm of losing it. In the design each host also has spreading-out a, any-out e,
// spreading-in a' and any-in e':
//
//     v→a  block       v→e  isolate − block       a→e  ∞
//     a'→v shield      e'→v isolate − shield      e'→a' ∞
//
// and a network has an out- and an in-node for each of the two planes: a→out_s, e→out_o, in_s→a', in_o→e' (all ∞), a
// network's inside is out→in, a border out→in of the other network, at the price of closing it.
// A node whose only way on is uncuttable is one with where that way leads, so a host has layers of its own only if a
// flow or a passage begins or ends there; else its a is its network's out_s, and so on. The minimum is the same.
//
// Into a host that needs an account (Host::needs_account) all ways end at a node of its own, and from there one edge
// for every account that signs in there leads to v. Disabling an account removes its edges everywhere at one price,
// which no s-t cut can express: cut.h says how it is found all the same. An account that is not disabled counts as
// stolen; who asks names those that cannot have been (unexposed_accounts) among what is done.
//
// A session (Estate::sessions: one user of a host that stands for several people, under a verdict of his own) is a
// source that is no host: a node of its own, from which a way at the price of ending it leads to the host where he
// works, through a second one, of his account, where he is declared: disabling that ends the session too. So several
// sessions on one host are parallel ways. As long as one goes on, its host is reached and lost like any other that is
// reached; once all have ended it is not: what encrypts is a user's program, and what it encrypts lies on the shares.
// Where the host itself is infected, it is a source and its sessions no longer matter.
//
// What can be cut is what the enforcer offers (Grain) and the safety rules permit: isolating a protected host, cutting
// a care flow and whatever the grain does not offer have no finite price. A host that no enforcer reaches is unplugged
// by hand (hands.h); a switch or a router never is, for it would take others along. Where only isolation is offered, a
// host with care flows cannot be isolated; where rules are finer, care flows pass beside every action, and a care flow
// on a spreading port is a way that nothing cuts. What would stop a care flow that no rule can let pass is not offered.
// A care flow on another port is not taken as a way of spread. What would cut Cordon's own way to whoever carries its
// cuts out has no finite price either (own_way.h). Every action also has a small price of its own (Effort), so that
// what costs nobody anything is not done everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "contain/action.h"
#include "estate/estate.h"
#include "estate/harm.h"

namespace cordon::contain {

/// Price is patient-hours in fixed point, one ten-thousandth each. A single price is at most price_max, so that
/// 4,000,000 of them stay under 2^62: sums and the infinity above them cannot overflow.
using Price = std::int64_t;
constexpr double price_units_per_hour = 10'000;
constexpr Price price_max = 1'000'000'000'000;  // 10^8 patient-hours
constexpr std::size_t priced_edges_max = 4'000'000;
constexpr Price uncuttable = std::int64_t{1} << 62U;

/// price_of rounds to the nearest unit, into 0..price_max; not a number is price_max.
Price price_of(double patient_hours);
double patient_hours(Price price);

/// Effort is what an action costs beside its harm, in patient-hours: somebody's minute, and the chance of a mistake.
/// The figures are ours; they only settle what harm leaves open: fewer actions before more, blocking before isolating,
/// a host before a border.
struct Effort {
  double block = 0.01;
  double isolate = 0.02;
  double unplug = 0.1;  // isolating by hand: somebody's way there
  double flow = 0.01;
  double passage = 0.02;
  double border = 0.05;
  double account = 0.05;
  double session = 0.01;
};

class Graph {
 public:
  enum class Tag : std::uint8_t {
    none,
    block_out,  // v→a
    rest_out,   // v→e
    shield,     // a'→v
    rest_in,    // e'→v
    flow,
    passage,
    border_spreading,
    border_other,
    account,
    session,
  };
  struct Edge {
    std::uint32_t from;
    std::uint32_t to;
    Price price;  // uncuttable, or what cutting it costs
    Tag tag;
    std::uint32_t index;  // host, flow, passage, border, account or session
  };

  /// Graph reads the estate once; it must not change while the graph is used, and must outlive it. An estate with more
  /// than priced_edges_max ways is refused by build().
  static std::optional<Graph> build(const estate::Estate& estate, const Effort& effort = {});

  const estate::Estate& estate() const { return *estate_; }
  std::uint32_t hosts() const { return hosts_; }
  std::uint32_t nodes() const { return nodes_; }
  /// edges lists all but v→t, by `from`; edges_from is the part of one node.
  std::span<const Edge> edges() const { return edges_; }
  /// prices are those of edges(), in the same order.
  std::span<const Price> prices() const { return prices_; }
  std::span<const Edge> edges_from(std::uint32_t node) const {
    return std::span(edges_).subspan(first_[node], first_[node + 1] - first_[node]);
  }
  /// session_nodes are where an attack begins beside the infected hosts, one for each of Estate::sessions.
  std::span<const std::uint32_t> session_nodes() const { return session_nodes_; }
  /// for_edges_of calls with the places in edges() that doing the action removes: none for what is no way at all.
  template <class Take>
  void for_edges_of(const Action& action, Take&& take) const;
  static constexpr std::uint32_t no_edge = 0xffffffff;
  struct HostEdges {
    std::uint32_t out = no_edge, rest_out = no_edge, shield = no_edge, rest_in = no_edge;
  };
  const HostEdges& host_edges(std::uint32_t host) const { return host_edges_[host]; }
  /// has_accounts: at least one host needs an account, and one signs in there.
  bool has_accounts() const { return has_accounts_; }
  /// loss is the price of v→t.
  Price loss(std::uint32_t host) const { return loss_[host]; }
  const estate::HostHarm& harm(std::uint32_t host) const { return harm_[host]; }

  /// harm_of is what one action costs, in patient-hours, without the effort; an action on nothing known costs 0.
  double harm_of(const Action& action) const;
  /// effort_of is the small price beside it.
  double effort_of(const Action& action) const;
  /// offered says whether the action has a finite price: an enforcer can do it and no safety rule forbids it.
  bool offered(const Action& action) const;
  /// is_care: a flow that is never cut, or one between the same ends on the same port as such a flow.
  bool is_care(std::uint32_t flow) const { return flow < flow_is_care_.size() && flow_is_care_[flow]; }
  /// is_unplugged: no enforcer reaches this host, and to isolate it a person unplugs it.
  bool is_unplugged(std::uint32_t host) const { return estate_->hosts[host].grain == estate::Grain::none; }
  /// isolates_only: where this host is attached an enforcer can isolate, but not block spreading alone; or a person
  /// unplugs it.
  bool isolates_only(std::uint32_t host) const {
    return is_unplugged(host) || estate_->hosts[host].grain == estate::Grain::isolate;
  }

 private:
  friend struct GraphBuilder;
  const estate::Estate* estate_ = nullptr;
  Effort effort_;
  std::uint32_t hosts_ = 0;
  std::uint32_t nodes_ = 0;
  std::vector<Edge> edges_;
  std::vector<Price> prices_;
  std::vector<std::uint32_t> first_;
  std::vector<Price> loss_;
  std::vector<estate::HostHarm> harm_;
  std::vector<double> flow_harm_;
  std::vector<double> passage_harm_;
  std::vector<estate::BorderHarm> border_harm_;
  std::vector<HostEdges> host_edges_;
  std::vector<std::uint32_t> flow_edges_, passage_edges_, border_edges_, border_other_edges_;
  std::vector<std::vector<std::uint32_t>> account_edges_;
  std::vector<double> account_harm_;
  std::vector<std::uint32_t> session_nodes_, session_edges_;
  std::vector<double> session_harm_;
  bool has_accounts_ = false;
  std::vector<bool> has_care_;         // a care flow begins or ends at this host
  std::vector<bool> loses_care_;       // and isolation would stop one, for no rule can let it pass
  std::vector<bool> care_in_passage_;  // a care flow goes this way
  // A care flow on a spreading port that no rule can let pass begins or ends at this host, or goes over this border
  // (on whichever port of the plane).
  std::vector<bool> blocks_care_out_;
  std::vector<bool> blocks_care_in_;
  std::vector<bool> care_at_border_;        // spreading protocols
  std::vector<bool> other_care_at_border_;  // the others
  std::vector<bool> flow_is_care_;
  std::vector<bool> flow_is_own_way_;     // no border, no inside, no passage permits it
  std::vector<std::uint32_t> firebreak_;  // borders
};

template <class Take>
void Graph::for_edges_of(const Action& action, Take&& take) const {
  const std::uint32_t i = action.index;
  const auto one = [&](std::uint32_t edge) {
    if (edge != no_edge) take(edge);
  };
  const auto at = [&](const std::vector<std::uint32_t>& edges) {
    if (i < edges.size()) one(edges[i]);
  };
  const HostEdges host = touches_host(action) && i < hosts_ ? host_edges_[i] : HostEdges{};
  switch (action.kind) {
    case ActionKind::block_out:
      return one(host.out);
    case ActionKind::shield:
      return one(host.shield);
    case ActionKind::isolate:
      for (const std::uint32_t edge : {host.out, host.rest_out, host.shield, host.rest_in}) one(edge);
      return;
    case ActionKind::cut_flow:
      return at(flow_edges_);
    case ActionKind::close_passage:
      return at(passage_edges_);
    case ActionKind::close_border:
      return at(action.plane_other ? border_other_edges_ : border_edges_);
    case ActionKind::disable_account:
      if (i >= account_edges_.size()) return;
      for (const std::uint32_t edge : account_edges_[i]) take(edge);
      return;
    case ActionKind::end_sessions:
      return at(session_edges_);
    case ActionKind::firebreak:
      for (const std::uint32_t border : firebreak_) one(border_edges_[border]);
      return;
  }
}

/// permits says what a host may open towards another by the networks they stand in: inside, or by a border.
/// A host whose network is unknown is taken to reach every network on spreading protocols, and other such hosts; nobody
/// is taken to reach it but by a declared flow or a passage. A host may always reach itself; that is never asked.
class Permits {
 public:
  explicit Permits(const estate::Estate& estate);
  estate::Reach between(estate::HostIndex from, estate::HostIndex to) const;
  /// undeclared_way says that this flow is on a spreading port and that neither network, border nor passage lets it
  /// pass, although the networks of both ends are known: where it was only seen, no plan reckons with it. Linear in the
  /// passages.
  bool undeclared_way(const estate::Flow& flow) const;

 private:
  const estate::Estate* estate_;
  std::vector<std::pair<std::uint64_t, estate::Reach>> borders_;  // by from and to
};

}  // namespace cordon::contain
