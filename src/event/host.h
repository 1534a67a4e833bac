// SPDX-License-Identifier: Apache-2.0
// HostKey: what a sensor knows a host by. A host is more than an address: the same address under another MAC is another
// host. And what it saw hosts open to each other.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/time.h"

namespace cordon::event {

struct HostKey {
  std::string sensor;      // name of the mirror port that saw it
  std::uint16_t vlan = 0;  // outermost VLAN id, 0 for untagged
  Mac mac;                 // where it is answered, at the mirror port: a router's, if one stands between
  IpAddress ip;
  WallTime since;  // when this binding of MAC and address was first seen

  friend bool operator==(const HostKey&, const HostKey&) = default;
  friend auto operator<=>(const HostKey&, const HostKey&) = default;
};

/// bound_anew_period: that an address is a known host's again is told and recorded this often at most.
constexpr Micros bound_anew_period = std::chrono::minutes(1);

/// port_given_out stands for any port that a server hands out anew and nobody can declare: remote procedure calls and
/// passive FTP on 49152 to 65535 (RFC 6335 6), and one among too many between the same two machines.
constexpr std::uint16_t port_given_out = 0;
constexpr std::uint16_t ports_given_out_from = 49152;

enum class Transport : std::uint8_t { tcp, udp };

/// FlowState is how far a seen flow is proven.
enum class FlowState : std::uint8_t {
  answered,  // TCP: each side acknowledged what the other had sent. UDP: the server spoke too, which one can forge
  unclear,   // UDP: both spoke; which one serves the other is taken from the ports alone
  one_way,   // UDP: several datagrams over some minutes, and no answer
};

/// FlowSeen: a client opened a TCP connection to this server and port, the opening was seen, and each side acknowledged
/// what the other had sent; or it was seen to speak UDP with it. A few are told for each client in an hour, and each at
/// most once a day.
struct FlowSeen {
  WallTime at;
  HostKey host;  // who opened it
  IpAddress server;
  std::uint16_t port = 0;
  Transport transport = Transport::tcp;
  FlowState state = FlowState::answered;
};

/// ServerSeen is one server and port to which a client spoke, and by what.
struct ServerSeen {
  WallTime at;
  IpAddress server;
  std::uint16_t port = 0;  // or port_given_out
  Transport transport = Transport::tcp;
  FlowState state = FlowState::answered;
};

/// FlowsSeen is a period of one client's flows: those not recorded before, and those last recorded a day ago.
struct FlowsSeen {
  WallTime from;
  WallTime to;
  HostKey host;  // without an address: of all senders over UDP together, what was not taken
  std::vector<ServerSeen> flows;
  std::uint64_t beyond = 0;  // told by the sensor and not taken: no more flows are remembered of this client, or at all
};

}  // namespace cordon::event
