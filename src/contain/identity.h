// SPDX-License-Identifier: Apache-2.0
// Identity: which machine speaks under a MAC and an address. A MAC can be borrowed and an address stolen; what the
// estate declares binds the two, so that nobody is cut for what another machine did under his address. Who holds both
// of a machine is that machine here. Pure.
#pragma once

#include <set>
#include <span>

#include "estate/estate.h"
#include "event/host.h"

namespace cordon::contain {

/// addresses_per_mac_max: a MAC under which more addresses speak is a router or a NAT box, so it is not the host's own.
constexpr std::size_t addresses_per_mac_max = 8;

/// is_router says whether more addresses were seen under a MAC than one machine has.
bool is_router(const Mac& mac, std::span<const event::HostKey> seen);

/// own_addresses gives those seen under a MAC that the estate does not declare for another machine; none of a router's.
std::set<IpAddress> own_addresses(const estate::Estate& estate, const Mac& mac, std::span<const event::HostKey> seen);

/// stands_for_many says whether several people work, or several machines speak, behind one address of this host: who
/// did something there is a user or a session, not the host.
bool stands_for_many(const estate::Estate& estate, const event::HostKey& key);

/// is_impostor says whether this machine uses an address that is declared for a host with other MACs. What it does
/// under that address is not that host's doing.
bool is_impostor(const estate::Estate& estate, const event::HostKey& key, std::span<const event::HostKey> seen);

}  // namespace cordon::contain
