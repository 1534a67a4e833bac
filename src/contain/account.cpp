// SPDX-License-Identifier: Apache-2.0
#include "contain/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>

#include "base/french.h"
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

// together_of sums the union: outages of flows by harm_together, and what was set for hosts outright.
template <class Ends, class Without>
double together_of(const Estate& estate, std::span<const HostIndex> lost, Ends&& ends, Without&& without) {
  const std::vector<bool> is_lost = marked(estate.hosts.size(), lost);
  const double incident = estate.weights.incident_hours;
  const double rebuild = estate.weights.rebuild_hours;
  std::vector<estate::Outage> outages;
  for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
    const Flow& flow = estate.flows[i];
    if (is_lost[flow.client.value] || is_lost[flow.server.value]) {
      outages.push_back({i, rebuild});
    } else if (ends(i)) {
      outages.push_back({i, incident});
    }
  }
  double harm = estate::harm_together(estate, outages);
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    const double blocked = without(h) ? estate.hosts[h].harm_per_hour_blocked * incident : 0;
    harm += blocked + (is_lost[h] ? estate.hosts[h].harm_if_lost : 0);
  }
  return harm;
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

std::size_t touched(const Estate& estate, std::span<const Action> actions) {
  std::vector<bool> hosts(estate.hosts.size(), false);
  for (const Action& action : actions) {
    if (touches_host(action) && action.index < hosts.size()) hosts[action.index] = true;
  }
  for (const std::uint32_t f : flows_ended(estate, actions)) {
    hosts[estate.flows[f].client.value] = hosts[estate.flows[f].server.value] = true;
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
  const Ender ender(graph.estate(), actions);
  return work_stopped(graph, actions) + together_of(
                                            graph.estate(), lost, [&](std::uint32_t flow) { return ender.ends(flow); },
                                            [&](std::uint32_t host) { return ender.works_without(host); });
}

double harm_of_pulling(const Graph& graph, std::span<const HostIndex> lost) {
  return together_of(
      graph.estate(), lost, [](std::uint32_t) { return true; }, [](std::uint32_t) { return true; });
}

std::vector<Action> isolate_only(const Graph& graph, std::span<const HostIndex> hosts) {
  std::vector<Action> out;
  for (const HostIndex host : hosts) {
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

std::vector<Policy> compare(const WeighRequest& request, const CarePlan& plan) {
  const Graph& graph = request.graph;
  const Estate& estate = graph.estate();
  std::vector<Action> whole(request.in_force.begin(), request.in_force.end());
  std::vector<Action> automatic = whole;
  for (const Line& line : plan.lines) {
    whole.push_back(line.action);
    if (is_done_at_once(graph, line)) automatic.push_back(line.action);
  }
  std::vector<Policy> out;
  const auto add = [&](std::string name, Text words, std::span<const Action> actions) {
    std::vector<Action> done(actions.begin(), actions.end());
    done.insert(done.end(), plan.not_stolen.begin(), plan.not_stolen.end());
    const std::vector<HostIndex> lost = spread_under(graph, plan.sources, done);
    Policy policy{std::move(name), std::move(words),        0, 0, harm_together(graph, actions, lost),
                  lost.size(),     touched(estate, actions)};
    for (const Action& action : actions) policy.harm_cut += graph.harm_of(action);
    for (const HostIndex host : lost) policy.harm_left += graph.harm(host.value).lost;
    out.push_back(std::move(policy));
  };
  add("plan", {"le plan entier", "the whole plan"}, whole);
  add("automatic", {"sa partie automatique seule", "its automatic part alone"}, automatic);
  add("nothing", {"ne rien faire", "do nothing"}, {});
  std::vector<HostIndex> infected = plan.sources;
  for (const estate::Session& session : estate.sessions) infected.push_back(session.host);
  add("infected_only", {"isoler seulement les machines infectées", "isolate only the infected hosts"},
      isolate_only(graph, infected));

  Policy pull{"pull_everything", {"couper tout le réseau", "pull the whole network"}, 0, 0, 0, 0, estate.hosts.size()};
  for (const Flow& flow : estate.flows) {
    pull.harm_cut += estate::harm_of_flow(estate, flow, estate.weights.incident_hours);
  }
  for (const estate::Host& host : estate.hosts) {
    pull.harm_cut += host.harm_per_hour_blocked * estate.weights.incident_hours;
  }
  for (const HostIndex host : plan.sources) pull.harm_left += graph.harm(host.value).lost;
  pull.together = harm_of_pulling(graph, plan.sources);
  pull.hosts_lost = plan.sources.size();
  out.push_back(std::move(pull));
  return out;
}

}  // namespace cordon::contain
