// SPDX-License-Identifier: Apache-2.0
#include "engine/flow_memory.h"

#include <algorithm>

namespace cordon::engine {

namespace {

constexpr std::size_t tcp_room = 0;
constexpr std::size_t udp_room = 1;
constexpr std::size_t one_way_room = 2;

template <class Services>
bool has_many_ports(const Services& services, const IpAddress& server) {
  std::size_t ports = 0;
  for (auto at = services.lower_bound({server, 0}); at != services.end() && at->first.server == server; ++at) ++ports;
  return ports >= ports_per_pair_max;
}

}  // namespace

std::size_t FlowMemory::room_of(const event::ServerSeen& seen) {
  if (seen.transport == event::Transport::tcp) return tcp_room;
  return seen.state == event::FlowState::one_way ? one_way_room : udp_room;
}

const FlowMemory::Times* FlowMemory::find(std::size_t room, const IpAddress& client, const Service& service) const {
  const auto services = rooms_[room].clients.find(client);
  if (services == rooms_[room].clients.end()) return nullptr;
  const auto known = services->second.find(service);
  return known == services->second.end() ? nullptr : &known->second;
}

FlowMemory::Taken FlowMemory::take(const event::FlowSeen& flow) {
  Taken out{Answer::known, {flow.at, flow.server, flow.port, flow.transport, flow.state}};
  event::ServerSeen& seen = out.seen;
  if (seen.transport == event::Transport::tcp) seen.state = event::FlowState::answered;
  if (seen.port >= event::ports_given_out_from) seen.port = event::port_given_out;
  const std::size_t room = room_of(seen);
  const Times* known = find(room, flow.host.ip, {flow.server, seen.port});
  const auto client = rooms_[room].clients.find(flow.host.ip);
  if (known == nullptr && client != rooms_[room].clients.end() && has_many_ports(client->second, flow.server)) {
    seen.port = event::port_given_out;
    known = find(room, flow.host.ip, {flow.server, seen.port});
  }
  if (known != nullptr && known->state <= seen.state && flow.at - known->last < flow_again_min) return out;
  if (room == one_way_room && find(udp_room, flow.host.ip, {flow.server, seen.port}) != nullptr) return out;
  out.answer = note(flow.host.ip, seen) ? Answer::news : Answer::beyond;
  return out;
}

void FlowMemory::apply(const event::FlowsSeen& flows) {
  beyond_ += flows.beyond;
  for (const event::ServerSeen& seen : flows.flows) note(flows.host.ip, seen);
}

void FlowMemory::shift(Micros by) {
  if (by == Micros{}) return;
  for (Room& room : rooms_) {
    room.looked += by;
    for (auto& [client, services] : room.clients) {
      for (auto& [service, times] : services) {
        times.first += by;
        times.last += by;
      }
    }
  }
  ++changes_;
}

bool FlowMemory::note(const IpAddress& client, const event::ServerSeen& seen) {
  Room& room = rooms_[room_of(seen)];
  make_room(room, seen.at);
  const Service service{seen.server, seen.port};
  const auto found = room.clients.find(client);
  if (found != room.clients.end()) {
    const auto known = found->second.find(service);
    if (known != found->second.end()) {
      known->second.last = std::max(known->second.last, seen.at);
      known->second.state = std::min(known->second.state, seen.state);
      ++changes_;
      return true;
    }
    if (found->second.size() >= room.per_client_max) return false;
  }
  if (room.size >= room.flows_max) return false;
  room.clients[client].emplace(service, Times{seen.at, seen.at, seen.state});
  ++room.size;
  ++changes_;
  if (&room == &rooms_[udp_room]) forget_one_way(client, service);
  return true;
}

void FlowMemory::forget_one_way(const IpAddress& client, const Service& service) {
  Room& room = rooms_[one_way_room];
  const auto found = room.clients.find(client);
  if (found == room.clients.end()) return;
  room.size -= found->second.erase(service);
  if (found->second.empty()) room.clients.erase(found);
}

void FlowMemory::make_room(Room& room, WallTime now) {
  if (room.size < room.flows_max || now - room.looked < std::chrono::hours(1)) return;
  room.looked = now;
  for (auto client = room.clients.begin(); client != room.clients.end();) {
    const auto gone = std::erase_if(client->second, [&](const auto& one) { return now - one.second.last > flow_kept; });
    room.size -= gone;
    changes_ += gone;
    client = client->second.empty() ? room.clients.erase(client) : std::next(client);
  }
}

std::size_t FlowMemory::size() const {
  std::size_t out = 0;
  for (const Room& room : rooms_) out += room.size;
  return out;
}

std::vector<KnownFlow> FlowMemory::list() const {
  std::vector<KnownFlow> out;
  out.reserve(size());
  for (std::size_t room = 0; room < rooms_.size(); ++room) {
    const event::Transport transport = room == tcp_room ? event::Transport::tcp : event::Transport::udp;
    for (const auto& [client, services] : rooms_[room].clients) {
      for (const auto& [service, times] : services) {
        out.push_back({client, service.server, service.port, times.first, times.last, transport, times.state});
      }
    }
  }
  return out;
}

}  // namespace cordon::engine
