// SPDX-License-Identifier: Apache-2.0
#include "contain/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>

#include "base/french.h"
#include "contain/firebreak.h"
#include "contain/together.h"
#include "contain/words.h"

namespace cordon::contain {

using estate::Estate;
using estate::Flow;
using estate::HostIndex;

namespace {

// Ender answers which flows the actions end, in constant time a flow.
class Ender {
 public:
  Ender(const Estate& estate, std::span<const Action> actions)
      : estate_(estate), hosts_(estate.hosts.size(), 0), flows_(estate.flows.size(), false) {
    for (const Action& action : actions) {
      const std::uint32_t i = action.index;
      switch (action.kind) {
        case ActionKind::block_out:
        case ActionKind::shield:
        case ActionKind::isolate:
          if (i < hosts_.size()) hosts_[i] |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(action.kind));
          break;
        case ActionKind::cut_flow:
          if (i < flows_.size()) flows_[i] = true;
          break;
        case ActionKind::close_passage: {
          if (i >= estate.passages.size()) break;
          const estate::Passage& p = estate.passages[i];
          (p.spreading ? pairs_ : pairs_other_).emplace(p.from.value, p.to.value);
          break;
        }
        case ActionKind::close_border: {
          if (i >= estate.borders.size()) break;
          const estate::Border& b = estate.borders[i];
          if (b.from != b.to) (action.plane_other ? borders_other_ : borders_).emplace(b.from.value, b.to.value);
          break;
        }
        case ActionKind::firebreak:
          for (const std::uint32_t border : firebreak_borders(estate)) {
            borders_.emplace(estate.borders[border].from.value, estate.borders[border].to.value);
          }
          break;
        case ActionKind::disable_account:
        case ActionKind::end_sessions:
          break;  // what its people cannot do any more is no flow of the network
      }
    }
  }

  bool ends(std::uint32_t index) const {
    const Flow& flow = estate_.flows[index];
    if (flow.care) return false;
    const unsigned client = hosts_[flow.client.value];
    const unsigned server = hosts_[flow.server.value];
    if (flows_[index] || is(client, ActionKind::isolate) || is(server, ActionKind::isolate)) return true;
    const bool blocked = estate::ends_with_spreading(flow);
    if (blocked && (is(client, ActionKind::block_out) || is(server, ActionKind::shield))) return true;
    const auto& pairs = estate::spreads(flow) ? pairs_ : pairs_other_;
    if (pairs.contains({flow.client.value, flow.server.value})) return true;
    const auto here = estate_.hosts[flow.client.value].network;
    const auto there = estate_.hosts[flow.server.value].network;
    return here && there && (blocked ? borders_ : borders_other_).contains({here->value, there->value});
  }

  // works_without: the host is cut from the file shares and desktops that Host::harm_per_hour_blocked stands for.
  bool works_without(std::uint32_t host) const {
    const ActionKind block = estate::serves(estate_.hosts[host].role) ? ActionKind::shield : ActionKind::block_out;
    return is(hosts_[host], block) || is(hosts_[host], ActionKind::isolate);
  }

 private:
  using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;
  static bool is(unsigned bits, ActionKind kind) { return (bits >> static_cast<unsigned>(kind) & 1U) != 0; }
  const Estate& estate_;
  std::vector<std::uint8_t> hosts_;
  std::vector<bool> flows_;
  Pairs pairs_, pairs_other_, borders_, borders_other_;
};

std::vector<bool> marked(std::size_t size, std::span<const HostIndex> hosts) {
  std::vector<bool> out(size, false);
  for (const HostIndex host : hosts) {
    if (host.value < size) out[host.value] = true;
  }
  return out;
}

// work_stopped sums what people cannot do any more without their accounts and sessions, the work of an account once.
double work_stopped(const Graph& graph, std::span<const Action> actions) {
  std::set<std::uint32_t> accounts;
  double harm = 0;
  for (const Action& action : actions) {
    std::optional<std::uint32_t> account;
    if (action.kind == ActionKind::disable_account) {
      account = action.index;
    } else if (action.kind != ActionKind::end_sessions) {
      continue;
    } else if (action.index < graph.estate().sessions.size()) {
      account = graph.estate().sessions[action.index].account;
    }
    if (!account || accounts.insert(*account).second) harm += graph.harm_of(action);
  }
  return harm;
}

std::vector<bool> are_ended(const Estate& estate, const Ender& ender) {
  std::vector<bool> out;
  out.reserve(estate.flows.size());
  for (std::uint32_t i = 0; i < estate.flows.size(); ++i) out.push_back(ender.ends(i));
  return out;
}

std::size_t touched(const Estate& estate, std::span<const Action> actions, const std::vector<bool>& ended) {
  std::vector<bool> hosts(estate.hosts.size(), false);
  for (const Action& action : actions) {
    if (touches_host(action) && action.index < hosts.size()) hosts[action.index] = true;
  }
  for (std::size_t f = 0; f < ended.size(); ++f) {
    if (ended[f]) hosts[estate.flows[f].client.value] = hosts[estate.flows[f].server.value] = true;
  }
  return static_cast<std::size_t>(std::ranges::count(hosts, true));
}

}  // namespace

std::vector<std::uint32_t> flows_ended(const Estate& estate, std::span<const Action> actions) {
  const Ender ender(estate, actions);
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
    if (ender.ends(i)) out.push_back(i);
  }
  return out;
}

double harm_together(const Graph& graph, std::span<const Action> actions, std::span<const HostIndex> lost) {
  const Estate& estate = graph.estate();
  const Ender ender(estate, actions);
  const std::vector<bool> is_lost = marked(estate.hosts.size(), lost);
  std::vector<estate::Outage> outages;
  for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
    const Flow& flow = estate.flows[i];
    if (is_lost[flow.client.value] || is_lost[flow.server.value]) {
      outages.push_back({i, estate.weights.rebuild_hours});
    } else if (ender.ends(i)) {
      outages.push_back({i, estate.weights.incident_hours});
    }
  }
  double harm = work_stopped(graph, actions) + estate::harm_together(estate, outages);
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    const estate::Host& host = estate.hosts[h];
    harm += ender.works_without(h) ? host.harm_per_hour_blocked * estate.weights.incident_hours : 0;
    harm += is_lost[h] ? host.harm_if_lost : 0;
  }
  return harm;
}

std::vector<Action> isolate_only(const Graph& graph, std::span<const HostIndex> hosts) {
  std::vector<Action> out;
  for (const HostIndex host : hosts) {
    if (graph.is_unplugged(host.value)) continue;
    if (const Action whole{ActionKind::isolate, host.value}; graph.offered(whole)) {
      out.push_back(whole);
    } else if (const Action block{ActionKind::block_out, host.value}; graph.offered(block)) {
      out.push_back(block);
    }
  }
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

namespace {

Text work_of_account(const Estate& estate, std::uint32_t index) {
  const estate::Account& account = estate.accounts[index];
  const double harm = estate::harm_of_account(estate, account, estate.weights.incident_hours);
  const std::string& unit = estate.units[account.unit.value].name;
  const int digits = harm < 10 ? 1 : 0;
  return {
      fmt::format(french_numbers(), "travail fait avec ce compte, {} : {:.{}Lf} heures-patients", unit, harm, digits),
      fmt::format("work done with this account, {}: {:.{}f} patient-hours", unit, harm, digits)};
}

Text share_of_user(const Estate& estate, const estate::Session& session) {
  const double harm = estate::harm_of_session(estate, session, estate::harm_of_host(estate, session.host));
  const std::string host = host_name(estate, session.host);
  const int digits = harm < 10 ? 1 : 0;
  const bool alone = session.users <= 1;
  const std::string whose =
      alone ? fmt::format("que {} ouvre", host) : fmt::format("pour une personne sur {} de {}", session.users, host);
  const std::string whose_en =
      alone ? fmt::format("that {} opens", host) : fmt::format("for one of the {} people on {}", session.users, host);
  return {fmt::format(french_numbers(), "fichiers partagés {} : {:.{}Lf} heures-patients", whose, harm, digits),
          fmt::format("file shares {}: {:.{}f} patient-hours", whose_en, harm, digits)};
}

}  // namespace

/// care_to_leave_open names the care that goes over a border by other protocols. Whoever closes it at his firewall does
/// so by hand, where no rule of ours lets care pass.
std::optional<Text> care_to_leave_open(const Estate& estate, const estate::Border& border) {
  std::set<std::string> servers;
  for (const Flow& flow : estate.flows) {
    const bool crosses =
        estate.hosts[flow.client.value].network == border.from && estate.hosts[flow.server.value].network == border.to;
    if (!flow.care || !crosses || estate::ends_with_spreading(flow)) continue;
    servers.insert(fmt::format("{}:{}{}", host_name(estate, flow.server), flow.port, flow.udp ? "/udp" : ""));
  }
  if (servers.empty()) return std::nullopt;
  const std::string first = fmt::format("{}", fmt::join(servers | std::views::take(consequences_max), ", "));
  if (servers.size() <= consequences_max) {
    return Text{"à laisser ouvert pour les soins : " + first, "leave open for care: " + first};
  }
  return Text{
      fmt::format("à laisser ouvert pour les soins : {} et {} autres", first, servers.size() - consequences_max),
      fmt::format("leave open for care: {} and {} others", first, servers.size() - consequences_max)};
}

namespace {

/// where_it_is: who was seen and not declared is called by an address that may be another machine's now (with_seen).
std::optional<Text> where_it_is(const estate::Host& host) {
  if (host.origin != estate::Origin::seen || !host.addresses.empty()) return std::nullopt;
  if (host.macs.empty()) {
    return Text{
        fmt::format("une autre machine a maintenant l'adresse {} ; de celle-ci, rien d'autre n'est connu", host.name),
        fmt::format("another machine has the address {} now; nothing else is known of this one", host.name)};
  }
  const std::string mac = host.macs.front().text();
  return Text{fmt::format("une autre machine a maintenant l'adresse {} : chercher celle-ci par son adresse MAC {}",
                          host.name, mac),
              fmt::format("another machine has the address {} now: look for this one by its MAC {}", host.name, mac)};
}

}  // namespace

std::vector<Text> consequences_of(const Estate& estate, const Action& action) {
  const double hours = estate.weights.incident_hours;
  const Ender ender(estate, std::span(&action, 1));
  CareTouched touched(estate, hours);
  const auto touch_flow = [&](std::uint32_t i) {
    if (ender.ends(i)) touched.add(i);
  };
  if (touches_host(action)) {
    for (const std::uint32_t i : estate.flows_of({action.index})) touch_flow(i);
  } else {
    for (std::uint32_t i = 0; i < estate.flows.size(); ++i) touch_flow(i);
  }
  std::vector<Text> out = touched.texts(consequences_max);
  if (touches_host(action) && action.index < estate.hosts.size()) {
    if (auto gone = where_it_is(estate.hosts[action.index])) out.insert(out.begin(), *std::move(gone));
  }
  if (action.kind == ActionKind::close_border && action.plane_other && action.index < estate.borders.size()) {
    if (auto open = care_to_leave_open(estate, estate.borders[action.index])) out.insert(out.begin(), *std::move(open));
  }
  if (action.kind == ActionKind::disable_account && action.index < estate.accounts.size()) {
    out.push_back(work_of_account(estate, action.index));
  }
  if (action.kind == ActionKind::end_sessions && action.index < estate.sessions.size()) {
    const estate::Session& session = estate.sessions[action.index];
    out.push_back(session.account ? work_of_account(estate, *session.account) : share_of_user(estate, session));
  }
  if (touches_host(action) && action.index < estate.hosts.size() && out.size() < consequences_max) {
    const estate::Host& host = estate.hosts[action.index];
    if (host.harm_per_hour_blocked > 0 && ender.works_without(action.index)) {
      const double harm = host.harm_per_hour_blocked * hours;
      const std::string unit = host.unit ? estate.units[host.unit->value].name : std::string("—");
      const int digits = harm < 10 ? 1 : 0;
      out.push_back(
          {fmt::format(french_numbers(), "fichiers et bureau à distance de {}, {} : {:.{}Lf} heures-patients",
                       host.name, unit, harm, digits),
           fmt::format("files and remote desktop of {}, {}: {:.{}f} patient-hours", host.name, unit, harm, digits)});
    }
  }
  return out;
}

namespace {

/// Comparison weighs every policy by the same measure: what is lost on average over the suspects that the plan weighed.
class Comparison {
 public:
  Comparison(const WeighRequest& request, const CarePlan& plan)
      : graph_(request.graph), estate_(request.graph.estate()), plan_(plan) {
    for (const HostIndex host : request.infected) {
      if (host.value < graph_.hosts()) infected_.push_back(host);
    }
    std::ranges::sort(infected_);
  }

  std::span<const HostIndex> infected() const { return infected_; }

  void add(std::string name, Text words, std::span<const Action> actions) {
    std::vector<Action> done(actions.begin(), actions.end());
    done.insert(done.end(), plan_.not_stolen.begin(), plan_.not_stolen.end());
    const Fates fates =
        with_flood(graph_, plan_.infected, plan_.suspects, done, [](const auto& flood) { return flood.fates(); });
    const Ender ender(estate_, actions);
    const std::vector<bool> ended = are_ended(estate_, ender);
    Policy policy{std::move(name), std::move(words), 0, 0, 0, 0, touched(estate_, actions, ended)};
    for (const Action& action : actions) policy.harm_cut += graph_.harm_of(action);
    policy.together = work_stopped(graph_, actions);
    for (std::uint32_t h = 0; h < estate_.hosts.size(); ++h) {
      if (ender.works_without(h)) policy.together += blocked(h);
    }
    add(std::move(policy), fates, ended);
  }

  void add_pulling(std::string name, Text words) {
    Policy policy{std::move(name), std::move(words), 0, 0, 0, 0, estate_.hosts.size()};
    for (const estate::Flow& flow : estate_.flows) {
      policy.harm_cut += estate::harm_of_flow(estate_, flow, estate_.weights.incident_hours);
    }
    for (std::uint32_t h = 0; h < estate_.hosts.size(); ++h) policy.together += blocked(h);
    policy.harm_cut += policy.together;
    add(std::move(policy), pulled(graph_, plan_.infected, plan_.suspects, infected_),
        std::vector<bool>(estate_.flows.size(), true));
  }

  std::vector<Policy> take() {
    std::size_t told_apart = told_apart_max;
    for (const Together& flows : flows_) told_apart = std::min(told_apart, flows.affordable());
    for (std::size_t i = 0; i < policies_.size(); ++i) policies_[i].together += flows_[i].expected(told_apart);
    return std::move(policies_);
  }

 private:
  double blocked(std::uint32_t host) const {
    return estate_.hosts[host].harm_per_hour_blocked * estate_.weights.incident_hours;
  }

  void add(Policy policy, const Fates& fates, const std::vector<bool>& ended) {
    for (std::uint32_t h = 0; h < estate_.hosts.size(); ++h) {
      policy.harm_left += graph_.harm(h).lost * fates.lost[h];
      policy.together += estate_.hosts[h].harm_if_lost * fates.lost[h];
      policy.hosts_lost += fates.lost[h];
    }
    policies_.push_back(std::move(policy));
    flows_.emplace_back(estate_, fates, ended);
  }

  const Graph& graph_;
  const Estate& estate_;
  const CarePlan& plan_;
  std::vector<HostIndex> infected_;
  std::vector<Policy> policies_;
  std::vector<Together> flows_;  // of each
};

}  // namespace

std::vector<Policy> compare(const WeighRequest& request, const CarePlan& plan, bool with_automatic) {
  const Graph& graph = request.graph;
  std::vector<Action> whole(request.in_force.begin(), request.in_force.end());
  std::vector<Action> automatic = whole;
  for (const Line& line : plan.lines) {
    whole.push_back(line.action);
    if (is_done_at_once(graph, line)) automatic.push_back(line.action);
  }
  Comparison out(request, plan);
  out.add("plan", {"le plan entier", "the whole plan"}, whole);
  if (with_automatic) out.add("automatic", {"sa partie automatique seule", "its automatic part alone"}, automatic);
  out.add("nothing", {"ne rien faire", "do nothing"}, {});
  std::vector<HostIndex> infected(out.infected().begin(), out.infected().end());
  for (const estate::Session& session : graph.estate().sessions) infected.push_back(session.host);
  out.add("infected_only", {"isoler seulement les machines infectées", "isolate only the infected hosts"},
          isolate_only(graph, infected));
  out.add_pulling("pull_everything", {"couper tout le réseau", "pull the whole network"});
  return out.take();
}

}  // namespace cordon::contain
