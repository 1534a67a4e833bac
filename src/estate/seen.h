// SPDX-License-Identifier: Apache-2.0
// Seen: hosts and flows that a sensor sees and nobody declared, as part of an estate, and what differs between two
// estates. Pure; what is known of a seen host is its addresses, its network and the ports it answers on. Roles are not
// guessed here.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "estate/estate.h"
#include "event/host.h"

namespace cordon::estate {

/// SeenHost is one binding of MAC and address that spoke coherently, and the ports it answered on. Who is known by UDP
/// alone has no MAC here: a datagram proves none.
struct SeenHost {
  event::HostKey key;
  std::vector<std::uint16_t> serves;  // TCP
  std::vector<std::uint16_t> serves_udp{};
};

/// SeenFlow: somebody opened a connection, and it was answered; or spoke UDP, answered or not.
struct SeenFlow {
  IpAddress client;
  IpAddress server;
  std::uint16_t port = 0;  // or event::port_given_out
  bool udp = false;
};

struct SeenLimits {
  std::size_t hosts = 1U << 16U;  // added beside those declared
  std::size_t flows = 1U << 18U;
  std::size_t addresses_per_mac = 8;  // a MAC with more is a router's, and says nothing of the hosts behind it
};

/// Added counts what add_seen added, and what did not fit.
struct Added {
  std::size_t hosts = 0;
  std::size_t flows = 0;
  std::size_t beyond = 0;
  std::vector<std::size_t>
      flows_of;  // which of the seen flows each added one is, in the order in which they were added
};

/// add_seen adds every host and flow that the estate does not know, with Role::unknown and Origin::seen, in the network
/// whose prefix (and VLAN, where prefixes repeat) fits. Several addresses of one MAC are one host; a host is known when
/// one of its addresses or its MAC is declared, and stays as it was declared; its flows are its own under every address
/// that its MAC was seen with. A seen flow has no dependence: it shows what is used, not what care needs. What a
/// declared flow covers, by its port or because it names none, is not added. The estate is indexed again.
Added add_seen(Estate& estate, std::span<const SeenHost> hosts, std::span<const SeenFlow> flows,
               const SeenLimits& limits = {});

/// estate_of_seen is the declared estate's places and networks with the seen hosts alone: what diff() compares with.
Estate estate_of_seen(const Estate& declared, std::span<const SeenHost> hosts, const SeenLimits& limits = {});

/// unseen_flows gives the declared flows of which none was seen, as indices: by client, server and protocol, and by the
/// port where the flow names one that is not given out. `declared` is indexed.
std::vector<std::uint32_t> unseen_flows(const Estate& declared, std::span<const SeenHost> hosts,
                                        std::span<const SeenFlow> flows, const SeenLimits& limits = {});

/// Moved is a host in both estates that is elsewhere, or otherwise attached, in the second.
struct Moved {
  HostIndex before;
  HostIndex after;
  std::string what;  // "network postes-1 → postes-2; unit A → B"
};

/// FlowsMoved is what differs in the flows to one server and port, of one unit for one service: as a file declares
/// them, client by client or as a group.
struct FlowsMoved {
  std::string server;
  std::uint16_t port = 0;
  bool udp = false;
  std::string service;
  std::string unit;
  std::vector<std::string> fresh;  // clients in the second estate alone
  std::vector<std::string> gone;   // in the first alone
  std::string what;                // "dependence 0.2 → 0.5", of those who are clients in both
};

struct Difference {
  std::vector<HostIndex> fresh;  // in the second estate alone
  std::vector<HostIndex> gone;   // in the first alone
  std::vector<Moved> moved;
  std::vector<FlowsMoved> flows;
  std::vector<std::optional<HostIndex>> match;  // by host of the second estate: the same in the first
  bool none() const { return fresh.empty() && gone.empty() && moved.empty() && flows.empty(); }
};

/// After says what the other estate is: files that somebody wrote, also of hosts that were seen first, or
/// estate_of_seen.
enum class After : std::uint8_t { declared, seen };

/// diff matches hosts by MAC, then by address, then by name. Of what was only seen it compares network and addresses;
/// of what somebody wrote, all that a host declares. Flows are compared between the hosts so matched; what else is
/// declared is declared_diff.h's.
Difference diff(const Estate& before, const Estate& after, After what = After::declared);

}  // namespace cordon::estate
