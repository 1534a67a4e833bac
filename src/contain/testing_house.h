// SPDX-License-Identifier: Apache-2.0
// Seeded houses of some hundred machines for the tests of this folder: wards and offices, servers that whole wards
// share, bedside devices and their gateways, and Cordon's own box. What random_estate throws together has its place
// here.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "contain/testing.h"

namespace cordon::contain::testing {

class House {
 public:
  House(Dice& dice, std::uint32_t hosts) : dice_(dice) {
    add_units(3 + hosts / 40);
    add_networks(std::clamp(hosts / 30, 2U, 12U));
    add_hosts(hosts);
    for (std::uint32_t u = 0; u < estate_.units.size(); ++u) add_work(u, 1 + hosts / 60);
    add_care();
    add_borders();
    add_passages(hosts / 10);
    if (dice_.one_in(3)) add_accounts(1 + dice_.below(4));
    if (dice_.one_in(3)) add_sessions(1 + dice_.below(4));
    if (!dice_.one_in(4)) add_own_ways();
  }

  estate::Estate take() { return std::move(estate_); }

 private:
  using Role = estate::Role;
  static constexpr std::uint32_t servers = 0, biomedical = 1, gear = 2, first_ward = 3;  // networks
  static constexpr std::uint32_t box = 0;                                                // host

  void add_units(std::uint32_t count) {
    estate_.sites.push_back({"site", {}});
    estate_.buildings.push_back({"bâtiment", {0}});
    estate_.services.push_back({"résultats", "par téléphone", "by telephone"});
    for (std::uint32_t u = 0; u < count; ++u) {
      estate::Unit unit;
      unit.name = "unité " + std::to_string(u);
      unit.kind = static_cast<estate::UnitKind>(dice_.below(estate::unit_kinds));
      unit.beds = dice_.below(40);
      unit.patients = unit.beds * dice_.unit();
      estate_.units.push_back(unit);
    }
  }

  void add_networks(std::uint32_t wards) {
    for (std::uint32_t n = 0; n < first_ward + wards; ++n) {
      estate::Network network;
      network.name = "réseau " + std::to_string(n);
      network.inside = {!dice_.one_in(6), dice_.one_in(3)};
      network.prefixes = {{*IpAddress::parse("10." + std::to_string(n) + ".0.0"), 16}};
      estate_.networks.push_back(network);
    }
  }

  estate::Host& add(Role role, std::uint32_t network, double lost) {
    estate::Host host;
    host.name = "h" + std::to_string(estate_.hosts.size());
    host.role = role;
    host.unit = estate::UnitIndex{dice_.below(static_cast<std::uint32_t>(estate_.units.size()))};
    host.network = estate::NetworkIndex{network};
    host.harm_if_lost = dice_.unit() * lost;
    host.harm_per_hour_blocked = dice_.one_in(3) ? dice_.unit() / 2 : 0;
    const std::uint32_t place = static_cast<std::uint32_t>(estate_.hosts.size());
    if (!dice_.one_in(20)) {
      host.addresses = {*IpAddress::parse("10." + std::to_string(network) + "." + std::to_string(place / 250) + "." +
                                          std::to_string(place % 250 + 1))};
    }
    constexpr estate::Grain grains[] = {estate::Grain::none, estate::Grain::isolate, estate::Grain::isolate,
                                        estate::Grain::flow, estate::Grain::flow};
    const std::uint32_t grain = dice_.below(10);
    if (grain < 5) host.grain = grains[grain];
    estate_.hosts.push_back(host);
    return estate_.hosts.back();
  }

  void add_hosts(std::uint32_t count) {
    const auto wards = static_cast<std::uint32_t>(estate_.networks.size()) - first_ward;
    add(Role::server, gear, 1);  // where Cordon runs, if it is here
    while (estate_.hosts.size() < count) {
      const std::uint32_t kind = dice_.below(100);
      const std::uint32_t ward = first_ward + dice_.below(wards);
      if (kind < 62) {
        add(Role::workstation, ward, 4);
      } else if (kind < 70) {
        add(Role::server, servers, 400);
        servers_.push_back(static_cast<std::uint32_t>(estate_.hosts.size()) - 1);
      } else if (kind < 82) {
        add(Role::medical_device, biomedical, 60).is_protected = !dice_.one_in(4);
        devices_.push_back(static_cast<std::uint32_t>(estate_.hosts.size()) - 1);
      } else if (kind < 85) {
        add(Role::bedside_gateway, dice_.one_in(3) ? servers : biomedical, 200).is_protected = !dice_.one_in(3);
        gateways_.push_back(static_cast<std::uint32_t>(estate_.hosts.size()) - 1);
      } else {
        constexpr Role odd[] = {Role::domain_controller, Role::hypervisor,      Role::backup, Role::telephony,
                                Role::printer,           Role::terminal_server, Role::nat,    Role::network,
                                Role::building,          Role::unknown};
        estate::Host& host = add(odd[dice_.below(10)], dice_.one_in(2) ? ward : dice_.below(first_ward), 100);
        if (dice_.one_in(4)) host.network.reset();
        host.is_protected = dice_.one_in(8);
      }
    }
    if (servers_.empty()) servers_.push_back(box);
    if (gateways_.empty()) gateways_.push_back(box);
  }

  estate::Flow flow(std::uint32_t client, std::uint32_t server, std::uint16_t port, std::uint32_t unit) {
    estate::Flow out;
    out.client = {client};
    out.server = {server};
    out.port = port;
    out.unit = {unit};
    out.tolerance_hours = dice_.below(10);
    out.fallback = dice_.one_in(2) ? estate::Fallback::by_hand : estate::Fallback::none;
    return out;
  }

  /// add_work: services of a unit, each of which its workstations share; some also those of the unit beside it.
  void add_work(std::uint32_t unit, std::uint32_t count) {
    constexpr std::uint16_t ports[] = {445, 445, 445, 3389, 443, 1433, 49160, 0};
    std::vector<std::uint32_t> clients;
    for (std::uint32_t h = 0; h < estate_.hosts.size(); ++h) {
      if (estate_.hosts[h].role == Role::workstation && estate_.hosts[h].unit->value == unit) clients.push_back(h);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t server = servers_[dice_.below(static_cast<std::uint32_t>(servers_.size()))];
      const std::uint16_t port = ports[dice_.below(8)];
      const double dependence = dice_.unit() * 0.5 / static_cast<double>(clients.size() + 1);
      for (const std::uint32_t client : clients) {
        if (client == server || dice_.one_in(3)) continue;
        estate::Flow one = flow(client, server, port, unit);
        one.dependence = dependence;
        one.udp = port == 3389 && dice_.one_in(2);
        estate_.flows.push_back(one);
        if (!dice_.one_in(12)) continue;
        one.unit = {(unit + 1) % static_cast<std::uint32_t>(estate_.units.size())};
        estate_.flows.push_back(one);
      }
    }
  }

  void add_care() {
    constexpr std::uint16_t ports[] = {2575, 2575, 2575, 104, 24105, 445};
    for (const std::uint32_t device : devices_) {
      const std::uint32_t gateway = gateways_[dice_.below(static_cast<std::uint32_t>(gateways_.size()))];
      const std::uint16_t port = dice_.one_in(60) ? std::uint16_t{0} : ports[dice_.below(dice_.one_in(6) ? 6 : 5)];
      estate::Flow one = flow(device, gateway, port, estate_.hosts[device].unit->value);
      one.udp = port == 24105;
      one.dependence = dice_.unit() * 0.05;
      one.care = true;
      estate_.flows.push_back(one);
      if (!dice_.one_in(10)) continue;
      one.care = false;  // the same for another unit, who did not say that it is care
      estate_.flows.push_back(one);
    }
  }

  void border(std::uint32_t from, std::uint32_t to, bool other) {
    estate_.borders.push_back({{from}, {to}, {!dice_.one_in(5), other}, !dice_.one_in(4)});
  }

  void add_borders() {
    const auto networks = static_cast<std::uint32_t>(estate_.networks.size());
    for (std::uint32_t n = first_ward; n < networks; ++n) {
      if (!dice_.one_in(5)) border(n, servers, dice_.one_in(2));
      if (dice_.one_in(3)) border(servers, n, dice_.one_in(3));
      const std::uint32_t other = first_ward + dice_.below(networks - first_ward);
      if (other != n) border(n, other, dice_.one_in(4));
      if (dice_.one_in(5)) border(n, biomedical, false);
    }
    border(biomedical, servers, dice_.one_in(2));
    border(servers, biomedical, dice_.one_in(2));
    border(servers, gear, true);
    border(gear, servers, dice_.one_in(2));
  }

  std::uint32_t any_host() { return dice_.below(static_cast<std::uint32_t>(estate_.hosts.size())); }

  void add_passages(std::uint32_t count) {
    for (std::uint32_t p = 0; p < count; ++p) {
      const std::uint32_t from = any_host();
      const std::uint32_t to = dice_.one_in(2) ? any_host() : servers_[0];
      if (from != to) estate_.passages.push_back({{from}, {to}, !dice_.one_in(3), dice_.one_in(2)});
    }
    for (const estate::Flow& one : std::vector(estate_.flows)) {  // exceptions were made for what needs them
      if (dice_.one_in(60)) {
        estate_.passages.push_back({one.client, one.server, !one.udp && one.port == 445, dice_.one_in(2)});
      }
    }
  }

  void add_accounts(std::uint32_t count) {
    for (std::uint32_t a = 0; a < count; ++a) {
      estate::Account account;
      account.name = "compte " + std::to_string(a);
      account.unit = {dice_.below(static_cast<std::uint32_t>(estate_.units.size()))};
      account.dependence = dice_.unit() * 0.05;
      account.is_protected = dice_.one_in(4);
      for (const std::uint32_t server : servers_) {
        if (dice_.one_in(2)) account.signs_in_on.push_back({server});
      }
      for (std::uint32_t i = dice_.below(6); i > 0; --i) account.signs_in_on.push_back({any_host()});
      estate_.accounts.push_back(account);
    }
    for (estate::Host& host : estate_.hosts) {
      const bool is_hardened = host.role == Role::domain_controller || host.role == Role::backup;
      host.needs_account = is_hardened || (host.role == Role::server && dice_.one_in(3));
    }
  }

  void add_sessions(std::uint32_t count) {
    for (std::uint32_t s = 0; s < count; ++s) {
      estate::Session session{{any_host()}, "u" + std::to_string(s), {}, 1 + dice_.below(8), !dice_.one_in(5)};
      if (!estate_.accounts.empty() && dice_.one_in(2)) {
        session.account = dice_.below(static_cast<std::uint32_t>(estate_.accounts.size()));
      }
      estate_.sessions.push_back(session);
    }
  }

  void add_own_ways() {
    estate_.hosts[box].own = estate::Own::box;
    estate_.own_ways.push_back({std::nullopt, {box}, 8422, false, "page"});
    for (std::uint32_t i = 1 + dice_.below(3); i > 0; --i) {
      const std::uint32_t to = 1 + dice_.below(static_cast<std::uint32_t>(estate_.hosts.size()) - 1);
      estate_.hosts[to].own = estate::Own::enforcer;
      estate_.own_ways.push_back({estate::HostIndex{box}, {to}, 3799, true, "switch"});
      if (dice_.one_in(2)) estate_.own_ways.push_back({estate::HostIndex{box}, {to}, 22, false, "router"});
    }
  }

  Dice& dice_;
  estate::Estate estate_;
  std::vector<std::uint32_t> servers_, devices_, gateways_;
};

constexpr std::uint32_t house_hosts_min = 40;
constexpr std::uint32_t large_house_hosts_min = 200;

/// larger_estate is the one of ten thousand with this seed on which safety rules are held: 312 are houses of 200 to 500
/// machines, most of them under 300, 313 have 40 to 199, the rest 12 to 24 and are wilder than any house.
inline estate::Estate larger_estate(Dice& dice, std::uint64_t seed) {
  const auto stirred = [&](estate::Estate estate) {
    if (dice.one_in(2)) stir(dice, estate);
    return estate;
  };
  if (seed % 32 == 0) return stirred(House(dice, large_house_hosts_min + dice.below(1 + dice.below(301))).take());
  if (seed % 32 == 16) return stirred(House(dice, house_hosts_min + dice.below(160)).take());
  return random_estate(dice, larger_size(dice, seed));
}

}  // namespace cordon::contain::testing
