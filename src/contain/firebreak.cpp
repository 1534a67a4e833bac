// SPDX-License-Identifier: Apache-2.0
#include "contain/firebreak.h"

#include <algorithm>
#include <map>
#include <set>

#include "contain/own_way.h"
#include "contain/saving.h"
#include "estate/harm.h"

namespace cordon::contain {

using estate::Estate;
using estate::HostIndex;

namespace {

bool share_a_family(const estate::Network& from, const estate::Network& to) {
  return std::ranges::any_of(from.prefixes, [&](const estate::Prefix& one) {
    return std::ranges::any_of(to.prefixes,
                               [&](const estate::Prefix& other) { return one.address.v6 == other.address.v6; });
  });
}

/// unseen gives one suspect a network, as likely as that the unseen one stands there: the first of its machines that
/// nothing touches yet stands for the others. Of the networks with most machines, as many as one flood tells apart
/// quickly; who stands in a smaller one is left out.
std::vector<Suspect> unseen(const FirebreakRequest& request) {
  const Estate& estate = request.graph.estate();
  std::set<std::uint32_t> taken;
  for (const HostIndex host : request.infected) taken.insert(host.value);
  for (const Action& action : request.done) {
    if (touches_host(action)) taken.insert(action.index);
  }
  std::map<std::uint32_t, std::pair<std::size_t, std::uint32_t>> networks;  // how many machines, and one of them
  std::size_t all = 0;
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    if (!estate.hosts[h].network || taken.contains(h)) continue;
    ++networks.try_emplace(estate.hosts[h].network->value, 0, h).first->second.first;
    ++all;
  }
  std::vector<std::pair<std::size_t, std::uint32_t>> order;
  for (const auto& [network, machines] : networks) order.push_back(machines);
  std::ranges::sort(order, std::greater<>{}, [](const auto& machines) { return machines.first; });
  order.resize(std::min(order.size(), flood_few_max));
  std::vector<Suspect> out;
  for (const auto& [count, host] : order) {
    out.push_back({{host}, unseen_chance * static_cast<double>(count) / static_cast<double>(all)});
  }
  return out;
}

}  // namespace

std::vector<std::uint32_t> firebreak_borders(const Estate& estate) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> nameless;  // networks between which care cannot be let pass
  for (const estate::Flow& flow : estate.flows) {
    if (!flow.care || !estate::ends_with_spreading(flow) || estate::can_be_kept_open(estate, flow)) continue;
    const auto here = estate.hosts[flow.client.value].network;
    const auto there = estate.hosts[flow.server.value].network;
    if (here && there) nameless.emplace(here->value, there->value);
  }
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < estate.borders.size(); ++i) {
    const estate::Border& border = estate.borders[i];
    const bool can_close = border.can_close && border.reach.spreading && border.from != border.to;
    if (!can_close || nameless.contains({border.from.value, border.to.value})) continue;
    if (!share_a_family(estate.networks[border.from.value], estate.networks[border.to.value])) continue;
    if (!own_way_ended(estate, Action{ActionKind::close_border, i})) out.push_back(i);
  }
  return out;
}

std::optional<Firebreak> advise_firebreak(const FirebreakRequest& request) {
  const Graph& graph = request.graph;
  constexpr Action action{ActionKind::firebreak};
  if (!graph.offered(action) || std::ranges::find(request.done, action) != request.done.end()) return std::nullopt;
  const std::vector<Suspect> suspects = unseen(request);
  // What goes over a border by other protocols is left out of both sums: the firebreak stops none of it, and a graph
  // that takes whatever may be reached for lost would then see no use in stopping the rest.
  std::vector<Action> done(request.done.begin(), request.done.end());
  for (std::uint32_t i = 0; i < graph.estate().borders.size(); ++i) done.push_back({ActionKind::close_border, i, true});
  const double without = expected_loss(graph, request.infected, suspects, done);
  done.push_back(action);
  const double saves = without - expected_loss(graph, request.infected, suspects, done);
  const double costs = graph.harm_of(action) + graph.effort_of(action);
  if (!(saves > costs)) return std::nullopt;
  const Line line{
      .action = action, .approval = approval_for(graph, action), .harm = graph.harm_of(action), .saves = {}};
  return Firebreak{.line = line, .saves = saves, .worth_from = unseen_chance * costs / saves};
}

}  // namespace cordon::contain
