// SPDX-License-Identifier: Apache-2.0
#include "contain/saving.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

namespace cordon::contain {

using estate::HostIndex;

namespace {

/// steps_of_a_suspect: what his ways on cost to compare, against looking at one edge.
constexpr std::uint64_t steps_of_a_suspect = 16;
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

/// Products gives the chance that none of these sources is infected; most hosts share theirs with all of their network.
template <class Sources>
class Products {
 public:
  explicit Products(const std::vector<double>& spared_by) : spared_by_(spared_by) {}

  double of(const Sources& sources) {
    const auto [known, is_new] = known_.try_emplace(sources, 1);
    double& out = known->second;
    if (!is_new) return out;
    for (std::size_t bit = sources._Find_first(); bit < sources.size() && out > 0; bit = sources._Find_next(bit))
      out *= spared_by_[bit];
    return out;
  }

 private:
  const std::vector<double>& spared_by_;
  std::unordered_map<Sources, double> known_;
};

}  // namespace

template <std::size_t GroupsMax>
FloodOf<GroupsMax>::FloodOf(const Graph& graph, std::span<const HostIndex> infected, std::span<const Suspect> suspects,
                            std::span<const Action> actions)
    : graph_(graph),
      place_(graph.nodes(), none),
      removed_(graph.edges().size(), 0),
      reached_(graph.nodes()),
      waiting_(graph.nodes(), false),
      spared_(graph.hosts(), 1) {
  name_suspects(suspects);
  to_.reserve(graph.edges().size());
  for (const Graph::Edge& edge : graph.edges()) to_.push_back(edge.to);
  for (const Action& action : actions) graph.for_edges_of(action, [&](std::uint32_t edge) { ++removed_[edge]; });
  chances_ = {std::vector<std::size_t>(suspect_hosts_.size(), 0), std::vector<double>(suspect_hosts_.size(), 1),
              std::vector<double>(GroupsMax + 1, 1)};
  chances_.spared_by[0] = 0;
  groups_ = look_at(chances_, std::vector<bool>(suspect_hosts_.size(), true));
  for (const HostIndex host : infected) {
    if (host.value < graph.hosts()) give(reached_, host.value, Sources{1});
  }
  for (const std::uint32_t node : graph.session_nodes()) give(reached_, node, Sources{1});
  give_ways(reached_, groups_);
  settle();
  tried_ = reached_;
  Products<Sources> products(chances_.spared_by);
  for (std::uint32_t h = 0; h < graph.hosts(); ++h) {
    spared_[h] = spared(chances_, reached_[h], h, products.of(reached_[h]));
    if (spared_[h] < 1) expected_ += graph.harm(h).lost * (1 - spared_[h]);
  }
}

template <std::size_t GroupsMax>
void FloodOf<GroupsMax>::name_suspects(std::span<const Suspect> suspects) {
  for (const Suspect& suspect : suspects.first(std::min(suspects.size(), suspects_max))) {
    const std::uint32_t host = suspect.host.value;
    if (host >= graph_.hosts()) continue;
    if (place_[host] == none) {
      place_[host] = static_cast<std::uint32_t>(suspect_hosts_.size());
      suspect_hosts_.push_back(host);
    }
    suspects_.push_back(suspect);
    named_.push_back(place_[host]);
  }
}

template <std::size_t GroupsMax>
typename FloodOf<GroupsMax>::Ways FloodOf<GroupsMax>::ways_of(std::uint32_t host) const {
  Ways out;
  const std::span<const Graph::Edge> edges = graph_.edges_from(host);
  const auto first = static_cast<std::size_t>(edges.data() - graph_.edges().data());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (removed_[first + i] == 0) out.push_back(edges[i].to);
  }
  return out;
}

/// look_at says of these suspect hosts, by their places, what they lead to now, and gives the groups that are new by
/// it.
template <std::size_t GroupsMax>
typename FloodOf<GroupsMax>::Groups FloodOf<GroupsMax>::look_at(Chances& chances,
                                                                const std::vector<bool>& hosts) const {
  Groups added;
  std::vector<bool> anew(GroupsMax + 1, false);  // of each bit: somebody came or went
  for (std::size_t i = 0; i < suspect_hosts_.size(); ++i) {
    if (!hosts[i]) continue;
    anew[chances.group[i]] = true;
    chances.group[i] = 0;
    chances.spared[i] = 1;
    Ways ways = ways_of(suspect_hosts_[i]);
    if (ways.empty()) continue;
    const auto known = groups_.find(ways);
    const std::size_t next = std::min(groups_.size() + added.size() + 1, GroupsMax);
    chances.group[i] = known != groups_.end() ? known->second : added.try_emplace(std::move(ways), next).first->second;
    anew[chances.group[i]] = true;
  }
  anew[0] = false;
  for (std::size_t bit = 1; bit <= GroupsMax; ++bit) {
    if (anew[bit]) chances.spared_by[bit] = 1;
  }
  for (std::size_t i = 0; i < suspects_.size(); ++i) {
    const std::uint32_t host = named_[i];
    const double probability = std::clamp(suspects_[i].probability, 0.0, 1.0);
    if (hosts[host]) {
      const bool isolated = is_isolated(suspect_hosts_[host]);
      chances.spared[host] *= 1 - probability * (isolated ? 1 - isolation_spares : 1);
    }
    if (anew[chances.group[host]]) chances.spared_by[chances.group[host]] *= 1 - probability;
  }
  return added;
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

/// settle spreads what was given at first. Nodes that reach each other have the same sources, and those sets of nodes
/// are found in an order in which each comes after all it leads to (Tarjan 1972): so each way is looked at twice,
/// however many sources there are.
template <std::size_t GroupsMax>
void FloodOf<GroupsMax>::settle() {
  constexpr std::uint32_t closed = none;
  struct Visit {
    std::uint32_t node;
    std::size_t next, end;  // of its edges
  };
  std::vector<std::uint32_t> order(graph_.nodes(), 0);  // in which they were met, from 1
  std::vector<std::uint32_t> lowest(graph_.nodes(), 0);
  std::vector<std::uint32_t> stack;
  std::vector<std::uint32_t> nodes;  // set after set
  std::vector<std::size_t> ends;     // of the sets, in `nodes`
  std::vector<Visit> path;
  std::uint32_t met = 0;
  const auto edges_of = [&](std::uint32_t node) {
    const std::span<const Graph::Edge> edges = graph_.edges_from(node);
    const auto first = static_cast<std::size_t>(edges.data() - graph_.edges().data());
    return std::pair(first, first + edges.size());
  };
  const auto meet = [&](std::uint32_t node) {
    order[node] = lowest[node] = ++met;
    stack.push_back(node);
    const auto [first, end] = edges_of(node);
    path.push_back({node, first, end});
    steps_ += 2 * (end - first);
  };
  const auto close = [&](std::uint32_t node) {
    if (lowest[node] != order[node]) return;
    for (bool is_last = false; !is_last; stack.pop_back()) {
      is_last = stack.back() == node;
      lowest[stack.back()] = closed;
      nodes.push_back(stack.back());
    }
    ends.push_back(nodes.size());
  };
  for (const std::uint32_t start : open_) {
    waiting_[start] = false;
    if (order[start] == 0) meet(start);
    while (!path.empty()) {
      Visit& here = path.back();
      const std::uint32_t node = here.node;
      if (here.next < here.end) {
        const std::size_t edge = here.next++;
        if (removed_[edge] != 0) continue;
        if (order[to_[edge]] == 0) {
          meet(to_[edge]);
        } else {
          lowest[node] = std::min(lowest[node], lowest[to_[edge]]);
        }
        continue;
      }
      close(node);
      path.pop_back();
      if (!path.empty()) lowest[path.back().node] = std::min(lowest[path.back().node], lowest[node]);
    }
  }
  open_.clear();
  for (std::size_t set = ends.size(); set-- > 0;) {
    const std::size_t begin = set == 0 ? 0 : ends[set - 1];
    const std::span<const std::uint32_t> members = std::span(nodes).subspan(begin, ends[set] - begin);
    Sources all;
    for (const std::uint32_t node : members) all |= reached_[node];
    for (const std::uint32_t node : members) {
      reached_[node] = all;
      const auto [first, end] = edges_of(node);
      for (std::size_t edge = first; edge < end; ++edge) {
        if (removed_[edge] == 0) reached_[to_[edge]] |= all;
      }
    }
  }
  steps_ += graph_.nodes();
}

/// spread gives the nodes that more sources reach than did; a node may be among them several times.
template <std::size_t GroupsMax>
std::vector<std::uint32_t> FloodOf<GroupsMax>::spread(std::vector<Sources>& reached) {
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
  steps_ += graph_.nodes();
  return std::exchange(open_, {});
}

/// spared gives the chance that a host is not infected; `others` is that of these sources.
template <std::size_t GroupsMax>
double FloodOf<GroupsMax>::spared(const Chances& chances, const Sources& sources, std::uint32_t host,
                                  double others) const {
  const std::uint32_t place = place_[host];
  if (place == none) return others;
  // Where its own source comes back to a suspect, it is counted there that it is infected itself.
  const std::size_t group = chances.group[place];
  return group == 0 || !sources.test(group) ? chances.spared[place] * others : others;
}

template <std::size_t GroupsMax>
Saving FloodOf<GroupsMax>::without(const Action& action) {
  std::vector<std::uint32_t> again;  // what this action alone closes
  graph_.for_edges_of(action, [&](std::uint32_t edge) {
    if (removed_[edge] == 1) again.push_back(edge);
  });
  if (again.empty()) return {};
  std::vector<bool> led_on(suspect_hosts_.size(), false);
  bool leads_suspects_on = false;
  for (const std::uint32_t edge : again) {
    removed_[edge] = 0;
    const std::uint32_t place = place_[graph_.edges()[edge].from];
    if (place == none) continue;
    led_on[place] = leads_suspects_on = true;
  }
  Chances changed;
  if (leads_suspects_on) {
    changed = chances_;
    steps_ += suspects_.size() * steps_of_a_suspect;
    give_ways(tried_, look_at(changed, led_on));
  }
  for (const std::uint32_t edge : again) {
    give(tried_, graph_.edges()[edge].to, reached_[graph_.edges()[edge].from]);
  }
  const std::vector<std::uint32_t> more = spread(tried_);
  for (const std::uint32_t edge : again) removed_[edge] = 1;
  const Saving out = more_than_now(leads_suspects_on ? changed : chances_, more);
  for (const std::uint32_t node : more) tried_[node] = reached_[node];
  return out;
}

template <std::size_t GroupsMax>
Fates FloodOf<GroupsMax>::fates() const {
  Fates out;
  std::unordered_map<Sources, std::uint32_t> known;
  out.cause.reserve(graph_.hosts());
  out.lost.reserve(graph_.hosts());
  for (std::uint32_t h = 0; h < graph_.hosts(); ++h) {
    const Sources& sources = reached_[h];
    const auto [at, is_new] = known.try_emplace(sources, static_cast<std::uint32_t>(out.causes.size()));
    if (is_new) {
      out.causes.emplace_back();
      for (std::size_t bit = sources._Find_first(); bit < sources.size(); bit = sources._Find_next(bit))
        out.causes.back().push_back(static_cast<std::uint32_t>(bit));
    }
    out.cause.push_back(at->second);
    out.lost.push_back(1 - spared_[h]);
  }
  for (std::size_t i = 0; i < suspects_.size(); ++i) {
    const std::uint32_t host = suspect_hosts_[named_[i]];
    out.suspicions.push_back({host, static_cast<std::uint32_t>(chances_.group[named_[i]]),
                              std::clamp(suspects_[i].probability, 0.0, 1.0), is_isolated(host)});
  }
  return out;
}

/// changed gives the hosts whose chance may be another now: more sources reach them, or the same with other chances.
template <std::size_t GroupsMax>
std::vector<bool> FloodOf<GroupsMax>::changed(const Chances& chances, std::span<const std::uint32_t> more) const {
  std::vector<bool> out(graph_.hosts(), false);
  for (const std::uint32_t node : more) {
    if (node < graph_.hosts()) out[node] = true;
  }
  if (&chances == &chances_) return out;
  for (std::size_t i = 0; i < suspect_hosts_.size(); ++i) {
    if (chances.spared[i] != chances_.spared[i] || chances.group[i] != chances_.group[i]) out[suspect_hosts_[i]] = true;
  }
  Sources other;
  for (std::size_t bit = 1; bit <= groups_.size() && bit <= GroupsMax; ++bit)
    other.set(bit, chances.spared_by[bit] != chances_.spared_by[bit]);
  for (std::uint32_t h = 0; other.any() && h < graph_.hosts(); ++h) {
    if ((reached_[h] & other).any()) out[h] = true;
  }
  return out;
}

template <std::size_t GroupsMax>
Saving FloodOf<GroupsMax>::more_than_now(const Chances& chances, std::span<const std::uint32_t> nodes) const {
  const std::vector<bool> others = changed(chances, nodes);
  std::vector<std::pair<double, HostIndex>> more;
  Saving out;
  Products<Sources> products(chances.spared_by);
  for (std::uint32_t h = 0; h < graph_.hosts(); ++h) {
    if (!others[h]) continue;
    const double chance = spared_[h] - spared(chances, tried_[h], h, products.of(tried_[h]));
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
