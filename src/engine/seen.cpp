// SPDX-License-Identifier: Apache-2.0
#include "engine/seen.h"

#include <algorithm>
#include <set>

namespace cordon::engine {

namespace {

/// was_anothers: since the last word of this host another had its address, until `until`.
bool was_anothers(const State& state, const HostState& host, WallTime until) {
  return std::ranges::any_of(state.hosts, [&](const auto& named) {
    const auto& [key, other] = named;
    return key.ip == host.key.ip && key.mac != host.key.mac && key.sensor == host.key.sensor &&
           key.vlan == host.key.vlan && other.told > host.told && other.told < until;
  });
}

}  // namespace

const event::HostKey& known_key(const State& state, const event::HostKey& seen) {
  event::HostKey earliest = seen;
  earliest.since = WallTime::min();
  const auto found = state.hosts.lower_bound(earliest);
  if (found == state.hosts.end()) return seen;
  const event::HostKey& known = found->first;
  const bool same =
      known.sensor == seen.sensor && known.vlan == seen.vlan && known.mac == seen.mac && known.ip == seen.ip;
  return same ? known : seen;
}

std::vector<event::HostKey> seen_lately(const State& state, WallTime now) {
  std::set<IpAddress> of_suspects;
  for (const auto& [key, host] : state.hosts) {
    if (host.level != event::Level::quiet) of_suspects.insert(key.ip);
  }
  std::vector<event::HostKey> out;
  for (const auto& [key, host] : state.hosts) {
    if (of_suspects.contains(key.ip) || now - host.last_seen <= seen_lately_max) out.push_back(host.told_key());
  }
  return out;
}

std::vector<event::HostKey> seen_since(const State& state, WallTime when) {
  std::vector<event::HostKey> out;
  for (const auto& [key, host] : state.hosts) {
    if (event::HostKey told = host.told_key(); told.since > when) out.push_back(std::move(told));
  }
  return out;
}

std::vector<event::HostKey> seen_under(const State& state, const Mac& mac, WallTime now) {
  std::vector<event::HostKey> out;
  std::set<IpAddress> addresses;
  const auto take = [&](const auto& wanted) {
    for (const auto& [key, host] : state.hosts) {
      if (wanted(key) && now - host.last_seen <= seen_lately_max) out.push_back(host.told_key());
    }
  };
  take([&](const event::HostKey& key) { return key.mac == mac; });
  for (const event::HostKey& key : out) addresses.insert(key.ip);
  take([&](const event::HostKey& key) { return key.mac != mac && addresses.contains(key.ip); });
  return out;
}

bool tells_more(const State& state, const HostState& host, const event::HostSeen& input) {
  const bool new_user =
      !input.user.empty() && !host.users.contains(input.user) && host.users.size() < users_per_host_max;
  const bool seen_again = input.at - host.last_seen >= seen_again_period;
  const WallTime since = input.host.since;
  const bool bound_anew =
      since >= host.told + event::bound_anew_period || (since > host.told && was_anothers(state, host, since));
  return new_user || seen_again || bound_anew || (input.server && !host.server);
}

}  // namespace cordon::engine
