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
  const Sightings::Flow flow{client.ip, seen.server, seen.port};
  if (out.flows.size() >= sightings_max && !out.flows.contains(flow)) {
    ++out.beyond;
    return;
  }
  const auto [at, fresh] = out.flows.try_emplace(flow, Sightings::Times{seen.at, seen.at, client.vlan});
  at->second.first = std::min(at->second.first, seen.at);
  at->second.last = std::max(at->second.last, seen.at);
}

}  // namespace

void sight(const event::Event& event, Sightings& out) {
  if (const auto* seen = std::get_if<event::HostSeen>(&event)) sight_host(seen->host, out);
  if (const auto* work = std::get_if<event::WorkSummed>(&event)) sight_host(work->host, out);
  if (const auto* observation = std::get_if<event::Observation>(&event);
      observation != nullptr && observation->confirmed) {
    sight_host(observation->host, out);
    sight_flow(observation->host, {observation->at, observation->server, smb_port}, out);
  }
  if (const auto* flows = std::get_if<event::FlowsSeen>(&event)) {
    sight_host(flows->host, out);
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
  std::map<IpAddress, std::set<std::uint16_t>> serves;
  std::vector<estate::SeenFlow> flows;
  for (const auto& [flow, times] : sightings.flows) {
    const auto& [client, server, port] = flow;
    flows.push_back({client, server, port, false});
    if (port != event::port_given_out) serves[server].insert(port);
  }
  for (const event::HostKey& key : sightings.hosts) {
    const auto ports = serves.find(key.ip);
    hosts.push_back({key, {}});
    if (ports != serves.end()) hosts.back().serves.assign(ports->second.begin(), ports->second.end());
  }
  Learned out{declared, {}, {}};
  out.added = estate::add_seen(out.whole, hosts, flows);
  for (const std::size_t index : out.added.flows_of) {
    const estate::SeenFlow& seen = flows[index];
    out.times.push_back(sightings.flows.at({seen.client, seen.server, seen.port}));
  }
  return out;
}

}  // namespace cordon::app
