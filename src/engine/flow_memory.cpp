// SPDX-License-Identifier: Apache-2.0
#include "engine/flow_memory.h"

#include <algorithm>

namespace cordon::engine {

namespace {

template <class Services>
bool has_many_ports(const Services& services, const IpAddress& server) {
  std::size_t ports = 0;
  for (auto at = services.lower_bound({server, 0}); at != services.end() && at->first.server == server; ++at) ++ports;
  return ports >= ports_per_pair_max;
}

}  // namespace

FlowMemory::Taken FlowMemory::take(const event::FlowSeen& flow) {
  Taken out{Answer::known, {flow.at, flow.server, flow.port}};
  if (out.seen.port >= event::ports_given_out_from) out.seen.port = event::port_given_out;
  if (const auto client = clients_.find(flow.host.ip); client != clients_.end()) {
    const Services& services = client->second;
    auto known = services.find({flow.server, out.seen.port});
    if (known == services.end() && has_many_ports(services, flow.server)) {
      out.seen.port = event::port_given_out;
      known = services.find({flow.server, out.seen.port});
    }
    if (known != services.end() && flow.at - known->second.last < flow_again_min) return out;
  }
  out.answer = note(flow.host.ip, out.seen) ? Answer::news : Answer::beyond;
  return out;
}

void FlowMemory::apply(const event::FlowsSeen& flows) {
  beyond_ += flows.beyond;
  for (const event::ServerSeen& seen : flows.flows) note(flows.host.ip, seen);
}

bool FlowMemory::note(const IpAddress& client, const event::ServerSeen& seen) {
  make_room(seen.at);
  const auto found = clients_.find(client);
  if (found != clients_.end()) {
    const auto known = found->second.find({seen.server, seen.port});
    if (known != found->second.end()) {
      known->second.last = std::max(known->second.last, seen.at);
      ++changes_;
      return true;
    }
    if (found->second.size() >= flows_per_client_max) return false;
  }
  if (size_ >= flows_max) return false;
  clients_[client].emplace(Service{seen.server, seen.port}, Times{seen.at, seen.at});
  ++size_;
  ++changes_;
  return true;
}

void FlowMemory::make_room(WallTime now) {
  if (size_ < flows_max || now - looked_ < std::chrono::hours(1)) return;
  looked_ = now;
  for (auto client = clients_.begin(); client != clients_.end();) {
    const auto gone = std::erase_if(client->second, [&](const auto& one) { return now - one.second.last > flow_kept; });
    size_ -= gone;
    changes_ += gone;
    client = client->second.empty() ? clients_.erase(client) : std::next(client);
  }
}

std::vector<KnownFlow> FlowMemory::list() const {
  std::vector<KnownFlow> out;
  out.reserve(size_);
  for (const auto& [client, services] : clients_) {
    for (const auto& [service, times] : services) {
      out.push_back({client, service.server, service.port, times.first, times.last});
    }
  }
  return out;
}

}  // namespace cordon::engine
