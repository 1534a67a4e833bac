// SPDX-License-Identifier: Apache-2.0
// Seeded random estates for the tests of this folder: every kind of border, grain, passage and care flow in few hosts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "estate/estate.h"

namespace cordon::contain::testing {

/// Dice is SplitMix64 (Steele, Lea, Flood 2014): the same numbers from a seed on every machine.
struct Dice {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
    return z ^ z >> 31U;
  }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(next() % bound); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  double unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
};

/// out_of_reach makes a host that nobody can cut off: no enforcer reaches it, and it cannot be unplugged.
inline void out_of_reach(estate::Host& host) {
  host.role = estate::Role::network;
  host.grain = estate::Grain::none;
}

struct Size {
  std::uint32_t networks = 2;
  std::uint32_t hosts = 4;
  std::uint32_t flows = 4;
  std::uint32_t borders = 2;
  std::uint32_t passages = 1;
  std::uint32_t accounts = 0;  // with some, hosts that need one
  std::uint32_t sessions = 0;
  std::uint32_t own_ways = 0;  // with some, a box and who carries its cuts out
};

/// larger_size is that of the estates on which safety rules are held: too large for every choice to be tried.
inline Size larger_size(Dice& dice, std::uint64_t seed) {
  return {.networks = 2 + dice.below(4),
          .hosts = 12 + dice.below(13),
          .flows = dice.below(40),
          .borders = dice.below(10),
          .passages = dice.below(6),
          .accounts = seed % 8 == 0 ? 1 + dice.below(5) : 0,
          .sessions = seed % 10 == 0 ? 1 + dice.below(5) : 0,
          .own_ways = seed % 3 == 0 ? 3U : 0};
}

inline estate::Estate random_estate(Dice& dice, const Size& size) {
  estate::Estate out;
  out.sites.push_back({"site", {}});
  out.buildings.push_back({"bâtiment", {0}});
  for (std::uint32_t u = 0; u < 3; ++u) {
    estate::Unit unit;
    unit.name = "unité " + std::to_string(u);
    unit.kind = static_cast<estate::UnitKind>(dice.below(estate::unit_kinds));
    unit.beds = dice.below(30);
    unit.patients = unit.beds;
    out.units.push_back(unit);
  }
  out.services.push_back({"résultats", "par téléphone", "by telephone"});
  for (std::uint32_t n = 0; n < size.networks; ++n) {
    estate::Network network;
    network.name = "réseau " + std::to_string(n);
    network.inside = {!dice.one_in(3), dice.one_in(3)};
    out.networks.push_back(network);
  }
  for (std::uint32_t h = 0; h < size.hosts; ++h) {
    estate::Host host;
    host.name = "h" + std::to_string(h);
    host.role = static_cast<estate::Role>(dice.below(estate::roles));
    host.unit = estate::UnitIndex{dice.below(3)};
    if (!dice.one_in(12)) host.network = estate::NetworkIndex{dice.below(size.networks)};
    host.is_protected = dice.one_in(5);
    host.harm_per_hour_blocked = dice.one_in(2) ? 0 : dice.unit() * 3;
    host.harm_if_lost = dice.one_in(4) ? 0 : dice.unit() * 100;
    host.grain = static_cast<estate::Grain>(dice.below(4));
    if (h % 4 != 3)
      host.addresses = {*IpAddress::parse("10.0." + std::to_string(h / 250) + "." + std::to_string(h % 250 + 1))};
    out.hosts.push_back(host);
  }
  constexpr std::uint16_t ports[] = {445, 3389, 443, 2575, 0};
  for (std::uint32_t f = 0; f < size.flows && size.hosts > 1; ++f) {
    estate::Flow flow;
    flow.client = {dice.below(size.hosts)};
    flow.server = {(flow.client.value + 1 + dice.below(size.hosts - 1)) % size.hosts};
    flow.port = ports[dice.below(5)];
    flow.udp = dice.one_in(6);
    flow.unit = {dice.below(3)};
    flow.dependence = dice.unit() * 0.4;
    flow.tolerance_hours = dice.below(14);
    flow.fallback = dice.one_in(2) ? estate::Fallback::by_hand : estate::Fallback::none;
    flow.care = dice.one_in(5);
    out.flows.push_back(flow);
  }
  for (std::uint32_t b = 0; b < size.borders; ++b) {
    out.borders.push_back(
        {{dice.below(size.networks)}, {dice.below(size.networks)}, {dice.one_in(2), dice.one_in(3)}, !dice.one_in(3)});
  }
  for (std::uint32_t p = 0; p < size.passages && size.hosts > 1; ++p) {
    const std::uint32_t from = dice.below(size.hosts);
    out.passages.push_back(
        {{from}, {(from + 1 + dice.below(size.hosts - 1)) % size.hosts}, dice.one_in(2), dice.one_in(2)});
  }
  for (std::uint32_t a = 0; a < size.accounts; ++a) {
    estate::Account account;
    account.name = "compte " + std::to_string(a);
    account.unit = {dice.below(3)};
    account.dependence = dice.unit() * 0.1;
    for (std::uint32_t h = 0; h < size.hosts; ++h) {
      if (dice.one_in(2)) account.signs_in_on.push_back({h});
    }
    out.accounts.push_back(account);
  }
  for (std::uint32_t h = 0; size.accounts > 0 && h < size.hosts; ++h) out.hosts[h].needs_account = dice.one_in(2);
  for (std::uint32_t s = 0; s < size.sessions; ++s) {
    estate::Session session{{dice.below(size.hosts)}, "u" + std::to_string(s), {}, 1 + dice.below(4), !dice.one_in(4)};
    if (size.accounts > 0 && !dice.one_in(3)) session.account = dice.below(size.accounts);
    if (dice.one_in(8)) session.login += "\n";
    out.sessions.push_back(session);
  }
  for (std::uint32_t a = 0; size.sessions > 0 && a < size.accounts; ++a) out.accounts[a].is_protected = dice.one_in(6);
  for (std::uint32_t w = 0; w < size.own_ways && size.hosts > 1; ++w) {
    estate::OwnWay way{estate::HostIndex{0}, {1 + dice.below(size.hosts - 1)}, 3799, true, "own"};
    out.hosts[0].own = estate::Own::box;
    if (dice.one_in(3)) {
      way = {std::nullopt, {0}, static_cast<std::uint16_t>(dice.one_in(2) ? 8422 : 22), false, "page"};
    } else {
      out.hosts[way.to.value].own = estate::Own::enforcer;
    }
    out.own_ways.push_back(std::move(way));
  }
  return out;
}

/// stir gives an estate figures that no default has: a price that reads the wrong one is another then.
inline void stir(Dice& dice, estate::Estate& estate) {
  estate.weights.incident_hours = 1 + dice.unit() * 40;
  estate.weights.rebuild_hours = 50 + dice.unit() * 500;
  estate.weights.by_hand = dice.unit();
  for (double& weight : estate.weights.of_kind) weight = dice.unit();
  for (estate::Unit& unit : estate.units) unit.patients = dice.unit() * 30;
}

/// stir_ports gives flows ports on both sides of what counts as spreading.
inline void stir_ports(Dice& dice, estate::Estate& estate) {
  constexpr std::uint16_t ports[] = {22, 135, 139,   445,   3389,  5985, 5986, 21,
                                     23, 137, 49151, 49152, 65535, 443,  2575, 0};
  for (estate::Flow& flow : estate.flows) flow.port = ports[dice.below(16)];
}

}  // namespace cordon::contain::testing
