// SPDX-License-Identifier: Apache-2.0
// What a logbook has seen of hosts and flows, beside what is declared: the work of `cordon estate learned`.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "estate/seen.h"
#include "event/messages.h"

namespace cordon::app {

/// sightings_max bounds the hosts and, apart from them, the flows of one logbook; further ones are counted.
constexpr std::size_t sightings_max = 1U << 18U;

/// Sightings is what a logbook knows of hosts: who spoke, and who opened connections to whom.
struct Sightings {
  using Flow = std::tuple<IpAddress, IpAddress, std::uint16_t, bool>;  // client, server, port, UDP
  struct Times {
    WallTime first;
    WallTime last;
    std::uint16_t vlan = 0;                               // of the client, where it was seen first
    event::FlowState state = event::FlowState::answered;  // the most that was proven of it
  };
  std::set<event::HostKey> hosts;
  std::map<Flow, Times> flows;
  std::map<std::string, std::uint64_t> withheld;  // by sensor: connections it did not tell apart, since its last start
  std::size_t beyond = 0;

  std::size_t left_out() const {
    std::size_t out = beyond;
    for (const auto& [sensor, connections] : withheld) out += connections;
    return out;
  }
};

/// sight takes one event in.
void sight(const event::Event& event, Sightings& out);

/// read_sightings reads a whole logbook. Entries of a kind this version does not know are passed over.
Result<Sightings> read_sightings(const std::string& path);

/// Learned is the declared estate with what a logbook has seen beside it.
struct Learned {
  estate::Estate whole;
  estate::Added added;
  std::vector<Sightings::Times> times;  // of each added flow
  std::vector<estate::SeenFlow> seen;   // every flow, declared or not
  std::set<IpAddress> udp_only;         // of whom no connection was seen: that they are there is not proven

  std::span<const estate::Host> hosts() const { return std::span(whole.hosts).last(added.hosts); }
  std::span<const estate::Flow> flows() const { return std::span(whole.flows).last(added.flows); }
};

/// learn adds to `declared` what was seen and nobody declared. `hosts` is given who was seen.
Learned learn(const estate::Estate& declared, const Sightings& sightings, std::vector<estate::SeenHost>& hosts);

}  // namespace cordon::app
