// SPDX-License-Identifier: Apache-2.0
#include "observe/host_table.h"

#include <utility>

#include "observe/path.h"

namespace cordon::observe {

std::size_t HostTable::Hash::operator()(const Binding& b) const noexcept {
  return std::hash<IpAddress>{}(b.ip) * 31 ^ std::hash<Mac>{}(b.mac) ^ std::size_t{b.vlan} << 48U;
}

std::size_t HostTable::AddressHash::operator()(const std::pair<std::uint16_t, IpAddress>& a) const noexcept {
  return std::hash<IpAddress>{}(a.second) ^ std::size_t{a.first} << 48U;
}

HostTable::HostTable(std::string sensor, std::size_t hosts_limit, std::size_t unproven_limit)
    : sensor_(std::move(sensor)),
      proven_({hosts_limit, hosts_limit}),
      unproven_({unproven_limit, unproven_limit}),
      latest_({hosts_limit, hosts_limit}) {}

event::HostKey HostTable::host(const Binding& binding, bool proven, WallTime now) {
  event::HostKey key{sensor_, binding.vlan, binding.mac, binding.ip, now};
  if (Entry* known = proven_.touch(binding)) {
    if (proven) bind_anew(binding, *known, now);
    key.since = known->since;
    return key;
  }
  const Entry* earlier = unproven_.touch(binding);
  if (earlier != nullptr) key.since = earlier->since;
  if (!proven) {
    if (earlier == nullptr) unproven_.insert(nobody, binding).since = now;
    return key;
  }
  if (earlier != nullptr) unproven_.erase(binding);
  proven_.insert(nobody, binding).since = key.since;
  Mac* latest = latest_.touch({binding.vlan, binding.ip});
  if (latest == nullptr) latest = &latest_.insert(nobody, {binding.vlan, binding.ip});
  if (latest->known() && *latest != binding.mac) ++rebound_;
  *latest = binding.mac;
  return key;
}

/// bind_anew: another MAC had this address meanwhile, so that it is this one's again is news; two machines that both
/// use it are told once a minute.
void HostTable::bind_anew(const Binding& binding, Entry& known, WallTime now) {
  Mac* latest = latest_.touch({binding.vlan, binding.ip});
  const bool just_told = known.since <= now && now < known.since + event::bound_anew_period;  // a clock may be set back
  if (latest == nullptr || *latest == binding.mac || just_told) return;
  *latest = binding.mac;
  known = {.since = now, .announced = false, .announced_server = false, .user = known.user};
  ++rebound_;
}

bool HostTable::first_time(const Binding& binding, bool server) {
  Entry* e = proven_.find(binding);
  return e != nullptr && !std::exchange(server ? e->announced_server : e->announced, true);
}

bool HostTable::new_user(const Binding& binding, const std::string& user) {
  Entry* e = proven_.find(binding);
  const std::uint64_t hash = hash_text(user);
  return e != nullptr && !user.empty() && std::exchange(e->user, hash) != hash;
}

}  // namespace cordon::observe
