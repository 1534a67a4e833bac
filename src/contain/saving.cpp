// SPDX-License-Identifier: Apache-2.0
#include "contain/saving.h"

#include <algorithm>

namespace cordon::contain {

using estate::HostIndex;

namespace {

/// steps_of_a_suspect: what his ways on cost to compare, against looking at one edge.
constexpr std::uint64_t steps_of_a_suspect = 16;

}  // namespace

template <std::size_t GroupsMax>
FloodOf<GroupsMax>::FloodOf(const Graph& graph, std::span<const HostIndex> infected, std::span<const Suspect> suspects,
                            std::span<const Action> actions)
    : graph_(graph),
      is_suspect_(graph.nodes(), false),
      removed_(graph.edges().size(), 0),
      reached_(graph.nodes()),
      waiting_(graph.nodes(), false),
      spared_(graph.hosts(), 1) {
  for (const Suspect& suspect : suspects.first(std::min(suspects.size(), suspects_max))) {
    if (suspect.host.value >= graph.hosts()) continue;
    suspects_.push_back(suspect);
    is_suspect_[suspect.host.value] = true;
  }
  to_.reserve(graph.edges().size());
  for (const Graph::Edge& edge : graph.edges()) to_.push_back(edge.to);
  for (const Action& action : actions) graph.for_edges_of(action, [&](std::uint32_t edge) { ++removed_[edge]; });
  chances_ = chances({});
  for (const HostIndex host : infected) {
    if (host.value < graph.hosts()) give(reached_, host.value, Sources{1});
  }
  for (const std::uint32_t node : graph.session_nodes()) give(reached_, node, Sources{1});
  give_ways(reached_, chances_.groups);
  spread(reached_);
  for (std::uint32_t h = 0; h < graph.hosts(); ++h) {
    spared_[h] = spared(chances_, reached_[h], h);
    if (spared_[h] < 1) expected_ += graph.harm(h).lost * (1 - spared_[h]);
  }
}

/// chances says of each suspect what he leads to now; `groups` are known already and keep their bits.
template <std::size_t GroupsMax>
typename FloodOf<GroupsMax>::Chances FloodOf<GroupsMax>::chances(Groups groups) const {
  Chances out{std::move(groups), {}, std::vector<double>(GroupsMax + 1, 1)};
  out.spared_by[0] = 0;
  for (const Suspect& suspect : suspects_) {
    const std::uint32_t host = suspect.host.value;
    std::vector<std::uint32_t> ways;
    const std::span<const Graph::Edge> edges = graph_.edges_from(host);
    const auto first = static_cast<std::size_t>(edges.data() - graph_.edges().data());
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (removed_[first + i] == 0) ways.push_back(edges[i].to);
    }
    const double probability = std::clamp(suspect.probability, 0.0, 1.0);
    const bool isolated = removed_[graph_.host_edges(host).rest_out] != 0;
    Own& self = out.own[host];
    self.spared *= 1 - probability * (isolated ? 1 - isolation_spares : 1);
    if (ways.empty()) continue;
    const std::size_t next = std::min(out.groups.size() + 1, GroupsMax);
    self.group = out.groups.try_emplace(std::move(ways), next).first->second;
    out.spared_by[self.group] *= 1 - probability;
  }
  return out;
}

template <std::size_t GroupsMax>
void FloodOf<GroupsMax>::give(std::vector<Sources>& reached, std::uint32_t node, const Sources& bits) {
  if ((bits & ~reached[node]).none()) return;
  reached[node] |= bits;
  if (waiting_[node]) return;
  waiting_[node] = true;
  open_.push_back(node);
}

template <std::size_t GroupsMax>
void FloodOf<GroupsMax>::give_ways(std::vector<Sources>& reached, const Groups& groups) {
  for (const auto& [ways, group] : groups) {
    for (const std::uint32_t node : ways) give(reached, node, Sources{}.set(group));
  }
}

template <std::size_t GroupsMax>
void FloodOf<GroupsMax>::spread(std::vector<Sources>& reached) {
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const std::uint32_t node = open_[i];
    waiting_[node] = false;
    const std::span<const Graph::Edge> edges = graph_.edges_from(node);
    const auto first = static_cast<std::size_t>(edges.data() - graph_.edges().data());
    for (std::size_t e = first; e < first + edges.size(); ++e) {
      if (removed_[e] == 0) give(reached, to_[e], reached[node]);
    }
    steps_ += edges.size();
  }
  open_.clear();
  steps_ += graph_.nodes();
}

template <std::size_t GroupsMax>
double FloodOf<GroupsMax>::spared(const Chances& chances, const Sources& sources, std::uint32_t host) const {
  const auto self = is_suspect_[host] ? chances.own.find(host) : chances.own.end();
  // Where its own source comes back to a suspect, it is counted there that it is infected itself.
  const bool apart = self != chances.own.end() && (self->second.group == 0 || !sources.test(self->second.group));
  double out = apart ? self->second.spared : 1;
  for (std::size_t bit = sources._Find_first(); bit < sources.size() && out > 0; bit = sources._Find_next(bit)) {
    out *= chances.spared_by[bit];
  }
  return out;
}

template <std::size_t GroupsMax>
Saving FloodOf<GroupsMax>::without(const Action& action) {
  std::vector<std::uint32_t> again;  // what this action alone closes
  graph_.for_edges_of(action, [&](std::uint32_t edge) {
    if (removed_[edge] == 1) again.push_back(edge);
  });
  if (again.empty()) return {};
  tried_ = reached_;
  bool leads_suspects_on = false;
  for (const std::uint32_t edge : again) {
    removed_[edge] = 0;
    leads_suspects_on = leads_suspects_on || is_suspect_[graph_.edges()[edge].from];
  }
  Chances changed;
  if (leads_suspects_on) {
    changed = chances(chances_.groups);
    steps_ += suspects_.size() * steps_of_a_suspect;
    give_ways(tried_, changed.groups);
  }
  for (const std::uint32_t edge : again) {
    give(tried_, graph_.edges()[edge].to, reached_[graph_.edges()[edge].from]);
  }
  spread(tried_);
  for (const std::uint32_t edge : again) removed_[edge] = 1;
  return more_than_now(leads_suspects_on ? changed : chances_);
}

template <std::size_t GroupsMax>
Saving FloodOf<GroupsMax>::more_than_now(const Chances& chances) const {
  const bool same_chances = &chances == &chances_;
  std::vector<std::pair<double, HostIndex>> more;
  Saving out;
  for (std::uint32_t h = 0; h < graph_.hosts(); ++h) {
    if (same_chances && tried_[h] == reached_[h]) continue;
    const double chance = spared_[h] - spared(chances, tried_[h], h);
    constexpr double rounding = 1e-12;
    if (chance <= rounding) continue;
    const double harm = graph_.harm(h).lost * chance;
    out.harm += harm;
    ++out.hosts;
    more.emplace_back(-harm, HostIndex{h});
  }
  const auto shown = static_cast<std::ptrdiff_t>(std::min(more.size(), saving_hosts_max));
  std::partial_sort(more.begin(), more.begin() + shown, more.end());
  for (std::ptrdiff_t i = 0; i < shown; ++i) out.first.push_back(more[static_cast<std::size_t>(i)].second);
  return out;
}

template class FloodOf<63>;
template class FloodOf<suspect_groups_max>;

double expected_loss(const Graph& graph, std::span<const HostIndex> infected, std::span<const Suspect> suspects,
                     std::span<const Action> actions) {
  return with_flood(graph, infected, suspects, actions, [](const auto& flood) { return flood.expected(); });
}

}  // namespace cordon::contain
