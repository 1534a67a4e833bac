// SPDX-License-Identifier: Apache-2.0
#include "contain/identity.h"

#include <algorithm>
#include <map>
#include <vector>

#include "contain/lines.h"
#include "estate/harm.h"

namespace cordon::contain {

namespace {

/// addresses_under gives each once, with where it was seen.
std::map<IpAddress, std::vector<event::HostKey>> addresses_under(const Mac& mac, std::span<const event::HostKey> seen) {
  std::map<IpAddress, std::vector<event::HostKey>> out;
  for (const event::HostKey& key : seen) {
    if (key.mac == mac) out[key.ip].push_back(key);
  }
  return out;
}

bool is_anothers(const estate::Estate& estate, const Mac& mac, const IpAddress& ip) {
  const estate::Host* host = estate.find(ip);
  return host != nullptr && !host->macs.empty() && std::ranges::find(host->macs, mac) == host->macs.end();
}

}  // namespace

bool is_router(const estate::Estate& estate, const Mac& mac, std::span<const event::HostKey> seen) {
  if (const estate::Host* declared = estate.find(mac)) return estate::routes(declared->role);
  return mac.shared_by_routers() || addresses_under(mac, seen).size() > addresses_per_mac_max;
}

std::set<IpAddress> own_addresses(const estate::Estate& estate, const Mac& mac, std::span<const event::HostKey> seen) {
  if (is_router(estate, mac, seen)) return {};
  std::vector<std::pair<WallTime, IpAddress>> own;
  for (const auto& [ip, keys] : addresses_under(mac, seen)) {
    const bool given_out = std::ranges::any_of(keys, [&](const auto& key) { return is_given_out(estate, key, seen); });
    if (is_anothers(estate, mac, ip) || given_out) continue;
    own.emplace_back(std::ranges::max_element(keys, {}, &event::HostKey::since)->since, ip);
  }
  std::ranges::sort(own, std::greater<>{});
  if (own.size() > addresses_per_mac_max) own.resize(addresses_per_mac_max);
  std::set<IpAddress> out;
  for (const auto& [since, ip] : own) out.insert(ip);
  return out;
}

bool is_given_out(const estate::Estate& estate, const event::HostKey& key, std::span<const event::HostKey> seen) {
  return std::ranges::any_of(seen, [&](const event::HostKey& other) {
    const bool is_there = other.ip == key.ip && other.sensor == key.sensor && other.vlan == key.vlan;
    if (!is_there || other.mac == key.mac || other.since <= key.since) return false;
    const estate::Host* now = estate.find(other.mac);  // behind a router everybody has its MAC
    return now != nullptr && !estate::routes(now->role) && now != estate.find(key.mac);
  });
}

const estate::Host* taken_over_by(const estate::Estate& estate, const event::CutDecided& cut,
                                  const event::HostKey& seen) {
  const bool is_there = seen.sensor == cut.host.sensor && seen.vlan == cut.host.vlan;
  if (!is_there || std::ranges::find(cut.ips, seen.ip) == cut.ips.end() || seen.since <= cut.at) return nullptr;
  const estate::Host* now = estate.find(seen.mac);
  if (now == nullptr || estate::routes(now->role) || std::ranges::find(cut.macs, seen.mac) != cut.macs.end()) {
    return nullptr;
  }
  const auto of_whom = host_of(estate, cut.host);
  const estate::Host* was = of_whom ? &estate.hosts[of_whom->value] : nullptr;
  const bool is_declared = was != nullptr && std::ranges::find(was->addresses, seen.ip) != was->addresses.end();
  return was == now || is_declared ? nullptr : now;
}

bool names_given_out(const estate::Estate& estate, const event::PlannedAction& line, WallTime planned,
                     std::span<const event::HostKey> seen) {
  event::CutDecided as;
  as.at = planned;
  as.host = line.host;
  as.macs = line.macs;
  as.ips = line.ips;
  return std::ranges::any_of(seen,
                             [&](const event::HostKey& key) { return taken_over_by(estate, as, key) != nullptr; });
}

bool stands_for_many(const estate::Estate& estate, const event::HostKey& key) {
  const auto host = host_of(estate, key);
  if (!host) return false;
  const estate::Role role = estate.hosts[host->value].role;
  return role == estate::Role::terminal_server || role == estate::Role::nat;
}

Speaker speaker_of(const estate::Estate& estate, const event::HostKey& key, std::span<const event::HostKey> seen) {
  if (!is_anothers(estate, key.mac, key.ip)) return Speaker::itself;
  if (!key.mac.known()) return Speaker::unsure;
  if (!is_router(estate, key.mac, seen)) return Speaker::another;
  return estate.find(key.mac) != nullptr ? Speaker::itself : Speaker::unsure;
}

}  // namespace cordon::contain
