// SPDX-License-Identifier: Apache-2.0
#include "contain/weigh.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <map>
#include <tuple>

#include "contain/own_way.h"

namespace cordon::contain {

using estate::HostIndex;
using estate::Role;

bool automatic_is_allowed(const estate::Estate& estate, const Action& action) {
  if (action.kind == ActionKind::disable_account) return false;
  if (!touches_host(action)) return true;
  if (action.index >= estate.hosts.size()) return false;
  const estate::Host& host = estate.hosts[action.index];
  if (host.role == Role::terminal_server || host.role == Role::nat || host.role == Role::network) return false;
  if (action.kind == ActionKind::shield) return true;  // its price says what that costs whom
  return !host.is_protected && (!estate::serves(host.role) || host.role == Role::printer);
}

Approval approval_for(const Graph& graph, const Action& action) {
  return graph.harm_of(action) < patients_depend ? Approval::person : Approval::two_persons;
}

double expected_loss(const Graph& graph, std::span<const HostIndex> infected, std::span<const Suspect> suspects,
                     std::span<const Action> actions) {
  // Suspects with the same ways on infect the same hosts: they are one source, which is infected if any of them is. One
  // bit a source, the first for the infected. What reaches a node is the union of what reaches its neighbours.
  using Sources = std::bitset<suspect_groups_max + 1>;
  const Done done(graph, actions);
  std::vector<Sources> sources(graph.nodes());
  std::vector<std::uint32_t> open;
  std::vector<bool> waiting(graph.nodes(), false);
  const auto give = [&](std::uint32_t node, const Sources& bits) {
    if ((bits & ~sources[node]).none()) return;
    sources[node] |= bits;
    if (waiting[node]) return;
    waiting[node] = true;
    open.push_back(node);
  };
  for (const HostIndex host : infected) {
    if (host.value < graph.hosts()) give(host.value, Sources{1});
  }
  for (const std::uint32_t node : graph.session_nodes()) give(node, Sources{1});
  struct Own {
    std::size_t group = 0;  // none
    double spared = 1;
  };
  std::map<std::uint32_t, Own> own;
  std::map<std::vector<std::uint32_t>, std::size_t> groups;  // by ways on
  std::vector<double> spared_by(suspect_groups_max + 1, 1);  // of each bit, the chance that it is not infected
  spared_by[0] = 0;
  for (const Suspect& suspect : suspects.first(std::min(suspects.size(), suspects_max))) {
    const std::uint32_t host = suspect.host.value;
    if (host >= graph.hosts()) continue;
    std::vector<std::uint32_t> ways;
    for (const Graph::Edge& edge : graph.edges_from(host)) {
      if (!done.removes(edge)) ways.push_back(edge.to);
    }
    const double probability = std::clamp(suspect.probability, 0.0, 1.0);
    const bool isolated = done.removes(graph.edges()[graph.host_edges(host).rest_out]);
    Own& self = own[host];
    self.spared *= 1 - probability * (isolated ? 1 - isolation_spares : 1);
    if (ways.empty()) continue;
    const std::size_t next = std::min(groups.size() + 1, suspect_groups_max);
    self.group = groups.try_emplace(std::move(ways), next).first->second;
    spared_by[self.group] *= 1 - probability;
  }
  for (const auto& [ways, group] : groups) {
    for (const std::uint32_t node : ways) give(node, Sources{}.set(group));
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    const std::uint32_t node = open[i];
    waiting[node] = false;
    for (const Graph::Edge& edge : graph.edges_from(node)) {
      if (!done.removes(edge)) give(edge.to, sources[node]);
    }
  }
  double expected = 0;
  for (std::uint32_t h = 0; h < graph.hosts(); ++h) {
    const auto self = own.find(h);
    // Where its own source comes back to a suspect, it is counted there that it is infected itself.
    const bool apart = self != own.end() && (self->second.group == 0 || !sources[h].test(self->second.group));
    double spared = apart ? self->second.spared : 1;
    for (std::size_t bit = sources[h]._Find_first(); bit < sources[h].size() && spared > 0;
         bit = sources[h]._Find_next(bit)) {
      spared *= spared_by[bit];
    }
    if (spared < 1) expected += graph.harm(h).lost * (1 - spared);
  }
  return expected;
}

namespace {

std::vector<Action> joined(std::span<const Action> one, std::span<const Action> other) {
  std::vector<Action> out(one.begin(), one.end());
  out.insert(out.end(), other.begin(), other.end());
  return out;
}

std::vector<Action> not_automatic(const Graph& graph) {
  std::vector<Action> out;
  for (std::uint32_t h = 0; h < graph.hosts(); ++h) {
    for (const ActionKind kind : {ActionKind::block_out, ActionKind::shield, ActionKind::isolate}) {
      if (!automatic_is_allowed(graph.estate(), {kind, h})) out.push_back({kind, h});
    }
  }
  for (std::uint32_t a = 0; a < graph.estate().accounts.size(); ++a) out.push_back({ActionKind::disable_account, a});
  return out;
}

class Weighing {
 public:
  explicit Weighing(const WeighRequest& request) : request_(request), graph_(request.graph) {
    for (const Suspect& suspect : request.suspects) {
      const bool known = std::ranges::find(request.infected, suspect.host) != request.infected.end();
      if (!known && suspect.probability > 0 && suspect.host.value < graph_.hosts()) suspects_.push_back(suspect);
    }
    for (const HostIndex host : request.infected) {
      if (host.value >= graph_.hosts()) continue;
      // Whoever cannot be cut himself must not get others cut by what he seems to do: as sure as a verdict, yet a
      // person's to answer.
      const bool is_spared = spared(graph_.estate().hosts[host.value]);
      is_spared ? suspects_.push_back({host, 1}) : infected_.push_back(host);
    }
    std::ranges::sort(suspects_, [](const Suspect& x, const Suspect& y) {
      return std::tuple(-x.probability, x.host) < std::tuple(-y.probability, y.host);
    });
    if (suspects_.size() > suspects_max) {
      plan_.suspects_left_out = suspects_.size() - suspects_max;
      suspects_.resize(suspects_max);
    }
    for (const Overruling& word : request.overruled) {
      if (!word.force) {
        forbidden_.push_back(word.action);
      } else if (std::ranges::find(request.in_force, word.action) != request.in_force.end()) {
        continue;  // done already
      } else if (graph_.offered(word.action)) {
        ordered_.push_back(word.action);
      } else {
        plan_.impossible.push_back(word);
      }
    }
    std::vector<HostIndex> sources = infected_;
    for (const Suspect& suspect : suspects_) sources.push_back(suspect.host);
    plan_.not_stolen = unexposed_accounts(graph_, sources);
    given_ = joined(request.in_force, plan_.not_stolen);
    base_ = joined(given_, ordered_);
  }

  CarePlan make() {
    find_automatic();
    find_rest();
    for (const Action& action : ordered_) add(action, Approval::ordered);
    for (const Action& action : automatic_) add(action, Approval::automatic);
    for (const Action& action : rest_) add(action, approval_for(graph_, action));
    finish();
    return std::move(plan_);
  }

 private:
  void add(const Action& action, Approval approval) {
    plan_.lines.push_back({action, approval, graph_.harm_of(action), -1});
    plan_.harm_cut += graph_.harm_of(action);
    if (approval == Approval::automatic) plan_.harm_automatic += graph_.harm_of(action);
  }

  void find_automatic() {
    const bool certain = !infected_.empty() || !graph_.session_nodes().empty();
    if (!certain || !(request_.budget >= 0)) return;
    std::vector<Action> forbidden = forbidden_;
    const auto fits = [&](const Cut& cut) { return cut.harm_cut <= request_.budget; };
    const auto ask = [&](double scale) {
      return minimum_cut(graph_, {.infected = infected_, .done = base_, .forbidden = forbidden, .loss_scale = scale});
    };
    // Often nothing in the whole optimum needs a person: then one cut is enough.
    Cut cut = ask(1);
    const bool all_allowed =
        std::ranges::all_of(cut.actions, [&](const Action& a) { return automatic_is_allowed(graph_.estate(), a); });
    if (!all_allowed || !fits(cut)) {
      const std::vector<Action> closed = not_automatic(graph_);
      forbidden.insert(forbidden.end(), closed.begin(), closed.end());
      cut = ask(1);
    }
    if (fits(cut)) {
      automatic_ = std::move(cut.actions);
      complete_ = all_allowed;
      return;
    }
    // The cuts are nested in the scale (Gallo, Grigoriadis, Tarjan 1989): the harm of the cut grows with it. Harms span
    // orders of magnitude, so the exponent is halved.
    double low = budget_exponent_min;
    double high = 0;
    double harm_low = 0;
    double harm_high = cut.harm_cut;
    // Nested cuts of equal harm are the same but for effort: nothing lies between them.
    for (int step = 0; step < budget_steps && harm_low < harm_high; ++step) {
      const double middle = (low + high) / 2;
      Cut tried = ask(std::exp2(middle));
      if (fits(tried)) {
        low = middle;
        harm_low = tried.harm_cut;
        automatic_ = std::move(tried.actions);
      } else {
        high = middle;
        harm_high = tried.harm_cut;
      }
    }
  }

  void find_rest() {
    const std::vector<Action> done = joined(base_, automatic_);
    std::vector<std::size_t> prefixes;
    const std::size_t steps = std::min(suspects_.size(), prefixes_max - 1);
    for (std::size_t i = 0; i <= steps; ++i) prefixes.push_back(steps == 0 ? 0 : i * suspects_.size() / steps);
    double best = 0;
    bool any = false;
    for (const std::size_t k : prefixes) {
      if (k == 0 && suspects_.empty() && complete_) {  // the automatic part is the whole cut
        plan_.sources.assign(infected_.begin(), infected_.end());
        plan_.reached = spread_under(graph_, plan_.sources, done);
        plan_.harm_left = expected_loss(graph_, infected_, suspects_, done);
        break;
      }
      std::vector<HostIndex> sources(infected_.begin(), infected_.end());
      std::vector<Sparing> sparings;
      for (const Suspect& suspect : std::span(suspects_).first(k)) {
        sources.push_back(suspect.host);
        const double lost = graph_.harm(suspect.host.value).lost;
        sparings.push_back({suspect.host, suspect.probability * isolation_spares * lost});
      }
      Cut cut = minimum_cut(graph_, {.infected = sources, .done = done, .forbidden = forbidden_, .sparings = sparings});
      const double left = expected_loss(graph_, infected_, suspects_, joined(done, cut.actions));
      const double cost = cut.harm_cut + cut.effort + left;
      if (any && cost >= best) continue;
      any = true;
      best = cost;
      plan_.gap = cut.gap;
      rest_ = std::move(cut.actions);
      plan_.sources = std::move(sources);
      plan_.reached = std::move(cut.reached);
      plan_.harm_left = left;
    }
    std::ranges::sort(plan_.sources);
  }

  void finish() {
    const std::vector<Action> without_rest = joined(base_, automatic_);
    plan_.harm_left_automatic =
        rest_.empty() ? plan_.harm_left : expected_loss(graph_, infected_, suspects_, without_rest);
    if (automatic_.empty() && ordered_.empty() && forbidden_.empty()) {
      plan_.least = plan_.harm_cut + plan_.harm_left;
    } else {
      const Cut free = minimum_cut(graph_, {.infected = plan_.sources, .done = given_});
      plan_.least = free.harm_cut + expected_loss(graph_, infected_, suspects_, joined(given_, free.actions));
    }
    if (!request_.with_saves) return;
    for (std::size_t i = 0; i < std::min(plan_.lines.size(), saves_lines_max); ++i) {
      std::vector<Action> others = given_;
      for (std::size_t j = 0; j < plan_.lines.size(); ++j) {
        if (j != i) others.push_back(plan_.lines[j].action);
      }
      plan_.lines[i].saves = expected_loss(graph_, infected_, suspects_, others) - plan_.harm_left;
    }
  }

  const WeighRequest& request_;
  const Graph& graph_;
  std::vector<HostIndex> infected_;
  std::vector<Suspect> suspects_;
  std::vector<Action> given_;  // in force, and accounts that cannot have been stolen
  std::vector<Action> ordered_, forbidden_, base_, automatic_, rest_;
  bool complete_ = false;  // nothing is left for a person
  CarePlan plan_;
};

}  // namespace

CarePlan weigh(const WeighRequest& request) {
  return Weighing(request).make();
}

}  // namespace cordon::contain
