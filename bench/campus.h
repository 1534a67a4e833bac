// SPDX-License-Identifier: Apache-2.0
// Campus: a made-up estate of any size, for what is measured of cuts: networks of a hundred hosts with workstations,
// servers and devices, borders between them, and permitted flows (firewall exceptions, each a way of its own and a
// price of its own).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "contain/cut.h"
#include "contain/graph.h"
#include "contain/saving.h"
#include "estate/estate.h"

namespace cordon::bench {

struct Dice {
  std::uint64_t state = 1;
  std::uint32_t below(std::uint32_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>((state >> 33U) % bound);
  }
};

// campus: 100 hosts a network; one host in 20 serves, one in 10 is a device. Half the networks let their hosts reach
// each other; each has borders to five others, half of them closable. Passages: flows_per_host × hosts.
inline estate::Estate campus(std::uint32_t hosts, std::uint32_t flows_per_host) {
  Dice dice;
  estate::Estate out;
  for (std::uint32_t u = 0; u < 40; ++u) {
    out.units.push_back(
        {"unit " + std::to_string(u), static_cast<estate::UnitKind>(u % estate::unit_kinds), {0}, 20, 20});
  }
  out.services.push_back({"files", "", ""});
  const std::uint32_t networks = hosts / 100 + 1;
  for (std::uint32_t n = 0; n < networks; ++n) {
    estate::Network network;
    network.name = "vlan " + std::to_string(n);
    network.inside = {dice.below(2) == 0, dice.below(10) == 0};
    out.networks.push_back(network);
    for (int i = 0; i < 5; ++i) {
      out.borders.push_back(
          {{n}, {dice.below(networks)}, {dice.below(3) == 0, dice.below(6) == 0}, dice.below(2) == 0});
    }
  }
  for (std::uint32_t h = 0; h < hosts; ++h) {
    estate::Host host;
    host.name = "h" + std::to_string(h);
    const bool server = h % 20 == 0;
    const bool device = h % 10 == 5;
    host.role = server ? estate::Role::server : device ? estate::Role::medical_device : estate::Role::workstation;
    host.is_protected = device;
    host.unit = estate::UnitIndex{dice.below(40)};
    host.network = estate::NetworkIndex{dice.below(networks)};
    host.harm_per_hour_blocked = 0.001 * dice.below(server ? 2000 : 100);
    host.harm_if_lost = 0.1 * dice.below(server ? 20000 : 500);
    host.grain = dice.below(10) == 0 ? estate::Grain::isolate : estate::Grain::spreading;
    out.hosts.push_back(host);
  }
  for (std::uint32_t i = 0; i < hosts * flows_per_host; ++i) {
    const std::uint32_t from = dice.below(hosts);
    // Two in three go to a server, the rest anywhere.
    const std::uint32_t to = dice.below(3) == 0 ? dice.below(hosts) : dice.below(hosts / 20) * 20;
    if (from == to) continue;
    estate::Flow flow;
    flow.client = {from};
    flow.server = {to};
    flow.port = 445;
    flow.unit = {dice.below(40)};
    flow.dependence = 0.00001 * dice.below(100);
    out.flows.push_back(flow);
    out.passages.push_back({{from}, {to}, true, dice.below(3) != 0});
  }
  return out;
}

inline const estate::Estate& campus_of(std::int64_t hosts) {
  static std::map<std::int64_t, estate::Estate> made;
  const auto [at, fresh] = made.try_emplace(hosts);
  if (fresh) {
    at->second = campus(static_cast<std::uint32_t>(hosts), 10);
    at->second.index();
  }
  return at->second;
}

inline std::vector<estate::HostIndex> infected_of(std::int64_t count) {
  std::vector<estate::HostIndex> out;
  for (std::int64_t i = 0; i < count; ++i) out.push_back({static_cast<std::uint32_t>(11 + 37 * i)});
  return out;
}

/// campus_without_means: none of these can be cut off, nor unplugged.
inline estate::Estate campus_without_means(std::int64_t hosts, const std::vector<estate::HostIndex>& infected) {
  estate::Estate out = campus_of(hosts);
  for (const estate::HostIndex host : infected) {
    out.hosts[host.value].grain = estate::Grain::none;
    out.hosts[host.value].role = estate::Role::network;
  }
  return out;
}

/// scale_in_balance: losses that weigh so little leave doing nothing as good as the whole cut.
inline double scale_in_balance(const contain::Graph& graph, const std::vector<estate::HostIndex>& infected) {
  const contain::Cut cut = contain::minimum_cut(graph, {.infected = infected});
  double spared = -cut.harm_left;
  for (const estate::HostIndex host : contain::spread_under(graph, infected, {})) {
    spared += graph.harm(host.value).lost;
  }
  return (cut.harm_cut + cut.effort) / spared;
}

}  // namespace cordon::bench
