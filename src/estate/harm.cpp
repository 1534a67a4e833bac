// SPDX-License-Identifier: Apache-2.0
#include "estate/harm.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace cordon::estate {

namespace {

// loss_per_hour is what a flow's unit loses in each hour after the tolerance.
double loss_per_hour(const Estate& estate, const Flow& flow) {
  const Unit& unit = estate.units[flow.unit.value];
  return weight(estate.weights, unit.kind) * unit.patients * flow.dependence * residual(estate.weights, flow.fallback);
}

// add_set_by_hand adds what a person set for the host outright, beside the flows.
void add_set_by_hand(const Estate& estate, const Host& host, HostHarm& harm) {
  const double blocked = host.harm_per_hour_blocked * estate.weights.incident_hours;
  (serves(host.role) ? harm.block_in : harm.block_out) += blocked;
  (serves(host.role) ? harm.isolate_in : harm.isolate_out) += blocked;
  harm.lost += host.harm_if_lost;
}

void add_flow(const Estate& estate, const Flow& flow, bool outbound, HostHarm& harm) {
  harm.lost += harm_of_flow(estate, flow, estate.weights.rebuild_hours);
  const double cut = harm_of_flow(estate, flow, estate.weights.incident_hours);
  if (flow.care) {
    (outbound ? harm.care_out : harm.care_in) += cut;
    return;
  }
  (outbound ? harm.isolate_out : harm.isolate_in) += cut;
  if (ends_with_spreading(flow)) (outbound ? harm.block_out : harm.block_in) += cut;
}

}  // namespace

std::span<const event::SpreadingPort> spreading_ports() {
  return event::spreading_tcp;
}

bool spreads(const Flow& flow) {
  return !flow.udp && event::is_spreading_tcp(flow.port);
}

bool ends_with_spreading(const Flow& flow) {
  if (flow.udp) return event::is_spreading_udp(flow.port);
  return event::is_spreading_tcp(flow.port) || event::is_given_out(flow.port);
}

bool can_be_kept_open(const Estate& estate, const Flow& flow) {
  return flow.port != 0 && !estate.hosts[flow.server.value].addresses.empty();
}

double weight(const Weights& weights, UnitKind kind) {
  const auto at = static_cast<std::size_t>(kind);
  return at < weights.of_kind.size() ? weights.of_kind[at] : 0;
}

double residual(const Weights& weights, Fallback fallback) {
  return fallback == Fallback::by_hand ? weights.by_hand : 1;
}

double harm_per_hour(const Estate& estate, const Host& host) {
  if (!host.unit || host.criticality == Criticality::normal) return 0;
  const Unit& unit = estate.units[host.unit->value];
  const double share =
      host.criticality == Criticality::vital ? estate.weights.critical.vital : estate.weights.critical.high;
  return weight(estate.weights, unit.kind) * std::max(0.0, unit.patients) * share;
}

double harm_of_flow(const Estate& estate, const Flow& flow, double hours) {
  return loss_per_hour(estate, flow) * std::max(0.0, hours - flow.tolerance_hours);
}

double harm_of_account(const Estate& estate, const Account& account, double hours) {
  const Unit& unit = estate.units[account.unit.value];
  return weight(estate.weights, unit.kind) * unit.patients * account.dependence * std::max(0.0, hours);
}

double harm_of_session(const Estate& estate, const Session& session, const HostHarm& of_host) {
  if (session.account) {
    return harm_of_account(estate, estate.accounts[*session.account], estate.weights.incident_hours);
  }
  return of_host.block_out / std::max(1U, session.users);
}

bool serves(Role role) {
  switch (role) {
    case Role::server:
    case Role::domain_controller:
    case Role::hypervisor:
    case Role::backup:
    case Role::bedside_gateway:
    case Role::telephony:
    case Role::printer:
    case Role::terminal_server:
    case Role::network:
      return true;
    case Role::workstation:
    case Role::medical_device:
    case Role::building:
    case Role::nat:
    case Role::unknown:
      return false;
  }
  return false;
}

bool routes(Role role) {
  return role == Role::network || role == Role::nat;
}

std::vector<HostHarm> harm_of_hosts(const Estate& estate) {
  std::vector<HostHarm> out(estate.hosts.size());
  for (std::size_t i = 0; i < estate.hosts.size(); ++i) add_set_by_hand(estate, estate.hosts[i], out[i]);
  for (const Flow& flow : estate.flows) {
    add_flow(estate, flow, true, out[flow.client.value]);
    add_flow(estate, flow, false, out[flow.server.value]);
  }
  return out;
}

HostHarm harm_of_host(const Estate& estate, HostIndex host) {
  HostHarm out;
  add_set_by_hand(estate, estate.hosts[host.value], out);
  for (const Flow& flow : estate.flows) {
    if (flow.client == host) add_flow(estate, flow, true, out);
    if (flow.server == host) add_flow(estate, flow, false, out);
  }
  return out;
}

std::vector<BorderHarm> harm_of_borders(const Estate& estate) {
  const auto key = [](NetworkIndex from, NetworkIndex to) {
    return static_cast<std::uint64_t>(from.value) << 32U | to.value;
  };
  std::unordered_map<std::uint64_t, BorderHarm> crossing;
  for (const Flow& flow : estate.flows) {
    const auto from = estate.hosts[flow.client.value].network;
    const auto to = estate.hosts[flow.server.value].network;
    if (flow.care || !from || !to || from == to) continue;
    const double harm = harm_of_flow(estate, flow, estate.weights.incident_hours);
    BorderHarm& border = crossing[key(*from, *to)];
    border.all += harm;
    if (ends_with_spreading(flow)) border.spreading += harm;
  }
  std::vector<BorderHarm> out;
  out.reserve(estate.borders.size());
  for (const Border& border : estate.borders) {
    const auto found = crossing.find(key(border.from, border.to));
    out.push_back(found == crossing.end() ? BorderHarm{} : found->second);
  }
  return out;
}

double harm_together(const Estate& estate, std::span<const Outage> outages) {
  constexpr double none = -1;
  std::vector<double> longest(estate.flows.size(), none);
  for (const Outage& outage : outages) longest[outage.flow] = std::max(longest[outage.flow], outage.hours);
  // A unit's loss is a staircase over time: each flow adds its share when its tolerance ends and takes it back when it
  // returns. The share is capped at 1 between two steps. There are few different times.
  std::vector<std::map<double, double>> steps(
      estate.units.size());  // of each unit: what its share changes by, and when
  for (std::size_t i = 0; i < longest.size(); ++i) {
    const Flow& flow = estate.flows[i];
    if (longest[i] <= flow.tolerance_hours) continue;
    const double share = flow.dependence * residual(estate.weights, flow.fallback);
    steps[flow.unit.value][flow.tolerance_hours] += share;
    steps[flow.unit.value][longest[i]] -= share;
  }
  double harm = 0;
  for (std::size_t u = 0; u < steps.size(); ++u) {
    double share = 0;
    double lost_hours = 0;
    for (auto at = steps[u].begin(); at != steps[u].end(); ++at) {
      share += at->second;
      if (const auto next = std::next(at); next != steps[u].end()) {
        lost_hours += std::clamp(share, 0.0, 1.0) * (next->first - at->first);
      }
    }
    harm += weight(estate.weights, estate.units[u].kind) * estate.units[u].patients * lost_hours;
  }
  return harm;
}

}  // namespace cordon::estate
