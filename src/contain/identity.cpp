// SPDX-License-Identifier: Apache-2.0
#include "contain/identity.h"

#include <algorithm>

namespace cordon::contain {

namespace {

std::set<IpAddress> addresses_under(const Mac& mac, std::span<const event::HostKey> seen) {
  std::set<IpAddress> out;
  for (const event::HostKey& key : seen) {
    if (key.mac == mac) out.insert(key.ip);
  }
  return out;
}

bool is_anothers(const estate::Estate& estate, const Mac& mac, const IpAddress& ip) {
  const estate::Host* host = estate.find(ip);
  return host != nullptr && !host->macs.empty() && mac.known() &&
         std::ranges::find(host->macs, mac) == host->macs.end();
}

}  // namespace

bool is_router(const Mac& mac, std::span<const event::HostKey> seen) {
  return addresses_under(mac, seen).size() > addresses_per_mac_max;
}

std::set<IpAddress> own_addresses(const estate::Estate& estate, const Mac& mac, std::span<const event::HostKey> seen) {
  std::set<IpAddress> out = addresses_under(mac, seen);
  if (out.size() > addresses_per_mac_max) return {};
  std::erase_if(out, [&](const IpAddress& ip) { return is_anothers(estate, mac, ip); });
  return out;
}

bool stands_for_many(const estate::Estate& estate, const event::HostKey& key) {
  const estate::Host* host = estate.find(key.ip);
  return host != nullptr && (host->role == estate::Role::terminal_server || host->role == estate::Role::nat);
}

bool is_impostor(const estate::Estate& estate, const event::HostKey& key, std::span<const event::HostKey> seen) {
  return is_anothers(estate, key.mac, key.ip) && !is_router(key.mac, seen);
}

}  // namespace cordon::contain
