// SPDX-License-Identifier: Apache-2.0
#include "contain/check_price.h"

#include <algorithm>
#include <vector>

#include "contain/check.h"

namespace cordon::contain {

using estate::Estate;
using estate::Flow;
using estate::Host;
using estate::HostIndex;

bool is_way_of_spread(std::uint16_t port, bool udp) {
  constexpr std::uint16_t fixed[] = {22, 135, 139, 445, 3389, 5985, 5986};
  return !udp && std::ranges::find(fixed, port) != std::end(fixed);
}

bool ends_where_blocked(std::uint16_t port, bool udp) {
  return udp ? port == 3389 : port >= 49152 || is_way_of_spread(port, false);
}

namespace {

/// care_in_an_hour is what the patients of a unit are worth in an hour.
double care_in_an_hour(const Estate& estate, estate::UnitIndex unit) {
  const estate::Unit& of = estate.units[unit.value];
  return estate.weights.of_kind[static_cast<std::size_t>(of.kind)] * of.patients;
}

double harm_without(const Estate& estate, const Flow& flow, double hours) {
  if (hours <= flow.tolerance_hours) return 0;
  const double lost = flow.fallback == estate::Fallback::none ? 1 : estate.weights.by_hand;
  return care_in_an_hour(estate, flow.unit) * flow.dependence * lost * (hours - flow.tolerance_hours);
}

/// goes_to_others: what people lose with its file shares and remote desktop they lose where it is a client of them.
bool goes_to_others(const Host& host) {
  using estate::Role;
  constexpr Role clients[] = {Role::workstation, Role::medical_device, Role::building, Role::nat, Role::unknown};
  return std::ranges::find(clients, host.role) != std::end(clients);
}

}  // namespace

double harm_of_one(const Estate& estate, const Action& action) {
  const double hours = estate.weights.incident_hours;
  const std::uint32_t i = action.index;
  const auto flows = [&](auto&& wanted) {
    double harm = 0;
    for (const Flow& flow : estate.flows) {
      if (!flow.care && wanted(flow)) harm += harm_without(estate, flow, hours);
    }
    return harm;
  };
  switch (action.kind) {
    case ActionKind::block_out: {
      const Host& host = estate.hosts[i];
      const double opened =
          flows([&](const Flow& f) { return f.client.value == i && ends_where_blocked(f.port, f.udp); });
      return opened + (goes_to_others(host) ? host.harm_per_hour_blocked * hours : 0);
    }
    case ActionKind::shield: {
      const Host& host = estate.hosts[i];
      const double opened =
          flows([&](const Flow& f) { return f.server.value == i && ends_where_blocked(f.port, f.udp); });
      return opened + (goes_to_others(host) ? 0 : host.harm_per_hour_blocked * hours);
    }
    case ActionKind::isolate:
      return flows([&](const Flow& f) { return f.client.value == i || f.server.value == i; }) +
             estate.hosts[i].harm_per_hour_blocked * hours;
    case ActionKind::cut_flow:
      return harm_without(estate, estate.flows[i], hours);
    case ActionKind::close_passage: {
      const estate::Passage& p = estate.passages[i];
      return flows([&](const Flow& f) {
        return f.client == p.from && f.server == p.to && is_way_of_spread(f.port, f.udp) == p.spreading;
      });
    }
    case ActionKind::close_border: {
      const estate::Border& border = estate.borders[i];
      if (border.from == border.to) return 0;  // nothing crosses it
      return flows([&](const Flow& f) {
        return estate.hosts[f.client.value].network == border.from &&
               estate.hosts[f.server.value].network == border.to &&
               ends_where_blocked(f.port, f.udp) != action.plane_other;
      });
    }
    case ActionKind::disable_account: {
      const estate::Account& account = estate.accounts[i];
      return care_in_an_hour(estate, account.unit) * account.dependence * hours;
    }
    case ActionKind::end_sessions: {
      const estate::Session& session = estate.sessions[i];
      if (session.account) return harm_of_one(estate, {ActionKind::disable_account, *session.account});
      return harm_of_one(estate, {ActionKind::block_out, session.host.value}) / std::max(1U, session.users);
    }
    case ActionKind::firebreak: {
      double harm = 0;
      for (std::uint32_t b = 0; b < estate.borders.size(); ++b) {
        if (firebreak_closes(estate, b)) harm += harm_of_one(estate, {ActionKind::close_border, b});
      }
      return harm;
    }
  }
  return 0;
}

double effort_of_one(const Estate& estate, const Action& action) {
  switch (action.kind) {
    case ActionKind::block_out:
    case ActionKind::shield:
    case ActionKind::cut_flow:
    case ActionKind::end_sessions:
      return 0.01;
    case ActionKind::close_passage:
      return 0.02;
    case ActionKind::isolate:
      return estate.hosts[action.index].grain == estate::Grain::none ? 0.1 : 0.02;
    case ActionKind::close_border:
    case ActionKind::disable_account:
    case ActionKind::firebreak:
      return 0.05;
  }
  return 0;
}

double harm_of_losing(const Estate& estate, std::span<const HostIndex> hosts) {
  std::vector<bool> is_lost(estate.hosts.size(), false);
  double harm = 0;
  for (const HostIndex host : hosts) {
    if (!is_lost[host.value]) harm += estate.hosts[host.value].harm_if_lost;
    is_lost[host.value] = true;
  }
  for (const Flow& flow : estate.flows) {  // care flows too, and once for each end
    const double ends = (is_lost[flow.client.value] ? 1 : 0) + (is_lost[flow.server.value] ? 1 : 0);
    harm += ends * harm_without(estate, flow, estate.weights.rebuild_hours);
  }
  return harm;
}

}  // namespace cordon::contain
