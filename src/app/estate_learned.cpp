// SPDX-License-Identifier: Apache-2.0
#include "app/estate_learned.h"

#include <algorithm>

#include "engine/journal.h"
#include "logbook/logbook.h"

namespace cordon::app {

namespace {

constexpr std::uint16_t smb_port = 445;

void sight_host(event::HostKey key, Sightings& out) {
  if (key.ip.unspecified()) return;
  key.since = {};
  if (out.hosts.size() >= sightings_max && !out.hosts.contains(key)) {
    ++out.beyond;
    return;
  }
  out.hosts.insert(key);
}

void sight_flow(const event::HostKey& client, const event::ServerSeen& seen, Sightings& out) {
  const Sightings::Flow flow{client.ip, seen.server, seen.port, seen.transport == event::Transport::udp};
  if (out.flows.size() >= sightings_max && !out.flows.contains(flow)) {
    ++out.beyond;
    return;
  }
  const auto [at, fresh] = out.flows.try_emplace(flow, Sightings::Times{seen.at, seen.at, client.vlan, seen.state});
  at->second.first = std::min(at->second.first, seen.at);
  at->second.last = std::max(at->second.last, seen.at);
  at->second.state = std::min(at->second.state, seen.state);
}

}  // namespace

void sight(const event::Event& event, Sightings& out) {
  if (const auto* seen = std::get_if<event::HostSeen>(&event)) sight_host(seen->host, out);
  if (const auto* work = std::get_if<event::WorkSummed>(&event)) sight_host(work->host, out);
  if (const auto* observation = std::get_if<event::Observation>(&event);
      observation != nullptr && observation->confirmed) {
    sight_host(observation->host, out);
    sight_flow(observation->host,
               {observation->at, observation->server, smb_port, event::Transport::tcp, event::FlowState::answered},
               out);
  }
  if (const auto* flows = std::get_if<event::FlowsSeen>(&event)) {
    // A datagram proves no MAC.
    if (std::ranges::find(flows->flows, event::Transport::tcp, &event::ServerSeen::transport) != flows->flows.end()) {
      sight_host(flows->host, out);
    }
    for (const event::ServerSeen& seen : flows->flows) sight_flow(flows->host, seen, out);
    out.beyond += flows->beyond;
  }
  if (const auto* report = std::get_if<event::SensorReport>(&event)) {
    const auto withheld = report->weird.find("flows_withheld");
    if (withheld != report->weird.end()) out.withheld[report->sensor] = withheld->second;
  }
}

Result<Sightings> read_sightings(const std::string& path) {
  const auto book = CORDON_TRY(logbook::Reader::open(path));
  Sightings out;
  for (std::uint64_t next = 1;;) {
    const auto entries = CORDON_TRY(book.read(Sequence{next}, logbook::read_entries_max));
    if (entries.empty()) return out;
    for (const logbook::Entry& entry : entries) {
      if (const auto event = engine::event_of(entry)) sight(*event, out);
      next = entry.sequence.value + 1;
    }
  }
}

Learned learn(const estate::Estate& declared, const Sightings& sightings, std::vector<estate::SeenHost>& hosts) {
  struct Serves {
    std::set<std::uint16_t> tcp;
    std::set<std::uint16_t> udp;
  };
  Learned out{declared, {}, {}, {}, {}};
  std::map<IpAddress, Serves> serves;
  std::map<IpAddress, std::uint16_t> by_udp;  // with the VLAN in which it was seen
  for (const auto& [flow, times] : sightings.flows) {
    const auto& [client, server, port, udp] = flow;
    out.seen.push_back({client, server, port, udp});
    if (udp) by_udp.insert({{client, times.vlan}, {server, times.vlan}});
    if (port == event::port_given_out || times.state == event::FlowState::one_way) continue;
    (udp ? serves[server].udp : serves[server].tcp).insert(port);
  }
  const auto add_host = [&](const event::HostKey& key) {
    const Serves& ports = serves[key.ip];
    hosts.push_back({key, {ports.tcp.begin(), ports.tcp.end()}, {ports.udp.begin(), ports.udp.end()}});
  };
  for (const event::HostKey& key : sightings.hosts) {
    by_udp.erase(key.ip);
    add_host(key);
  }
  for (const auto& [address, vlan] : by_udp) {
    event::HostKey key;
    key.ip = address;
    key.vlan = vlan;
    add_host(key);
    out.udp_only.insert(address);
  }
  out.added = estate::add_seen(out.whole, hosts, out.seen);
  for (const std::size_t index : out.added.flows_of) {
    const estate::SeenFlow& seen = out.seen[index];
    out.times.push_back(sightings.flows.at({seen.client, seen.server, seen.port, seen.udp}));
  }
  return out;
}

}  // namespace cordon::app
