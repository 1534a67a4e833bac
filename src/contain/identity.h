// SPDX-License-Identifier: Apache-2.0
// Identity: which machine speaks under a MAC and an address. A MAC can be borrowed and an address stolen; what the
// estate declares binds the two, so that nobody is cut for what another machine did under his address. Who holds both
// of a machine is that machine here. Pure.
//
// `seen` is who was seen lately (engine/state.h): a machine changes its addresses over the weeks, and that makes it no
// router.
#pragma once

#include <set>
#include <span>

#include "estate/estate.h"
#include "event/containment.h"
#include "event/host.h"

namespace cordon::contain {

/// addresses_per_mac_max: an undeclared MAC under which more addresses speak may be a router's or a NAT box's, so it is
/// not taken for the host's own. Of a declared machine so many are covered by a cut, those begun last.
constexpr std::size_t addresses_per_mac_max = 8;

/// is_router says whether a MAC is that of a declared router or NAT box; of a MAC that nobody declared, whether more
/// addresses were seen under it than one machine has, or routers share it. A declared machine is never one, whatever
/// addresses it takes.
bool is_router(const estate::Estate& estate, const Mac& mac, std::span<const event::HostKey> seen);

/// own_addresses gives those seen under a MAC that the estate does not declare for another machine and that are not
/// given out anew (is_given_out) at any sensor and VLAN where they were seen under it, at most addresses_per_mac_max,
/// those begun last; none of a router's.
std::set<IpAddress> own_addresses(const estate::Estate& estate, const Mac& mac, std::span<const event::HostKey> seen);

/// is_given_out says whether a declared machine was answered at this address since this key was, as far as its sensor
/// and VLAN show.
bool is_given_out(const estate::Estate& estate, const event::HostKey& key, std::span<const event::HostKey> seen);

/// taken_over_by gives the declared machine that was answered at an address of a cut since it was decided: the cut no
/// longer stops whom it was meant for there. Null where nobody else was, and for an address that the estate declares
/// for who is cut: that one is not given out. Only what the sensor and VLAN of who is cut show counts: elsewhere the
/// same address may be anybody's.
const estate::Host* taken_over_by(const estate::Estate& estate, const event::CutDecided& cut,
                                  const event::HostKey& seen);

/// names_given_out says whether a declared machine was answered, since this line was planned, at an address it names
/// for another.
bool names_given_out(const estate::Estate& estate, const event::PlannedAction& line, WallTime planned,
                     std::span<const event::HostKey> seen);

/// stands_for_many says whether several people work, or several machines speak, behind one address of this host: who
/// did something there is a user or a session, not the host. An address that nobody declared is its MAC's.
bool stands_for_many(const estate::Estate& estate, const event::HostKey& key);

/// Speaker is who does what is done under an address.
enum class Speaker : std::uint8_t {
  itself,   // whose address it is, as far as the estate says
  unsure,   // its MAC is another than declared, and may be that of a router that nobody declared, or it has none that
            // is one machine's: a person decides
  another,  // another machine uses this address: what it does is not the host's doing
};

/// speaker_of says whether this machine uses an address that is declared for a host with other MACs. Behind a declared
/// router everybody has its MAC. Many addresses alone make nobody a router: whoever wants another machine cut can take
/// as many as he likes, and can be answered where nobody in particular is.
Speaker speaker_of(const estate::Estate& estate, const event::HostKey& key, std::span<const event::HostKey> seen);

}  // namespace cordon::contain
