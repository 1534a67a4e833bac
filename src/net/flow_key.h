// SPDX-License-Identifier: Apache-2.0
// FlowKey: the name by which both directions of a flow are found, for TCP and for UDP.
#pragma once

#include <cstdint>
#include <cstring>

#include "net/frame.h"
#include "net/slots.h"

namespace cordon::net {

/// FlowKey is both endpoints in a canonical order, the VLAN and the IP version.
using FlowKey = KeyWords<5>;

inline std::uint64_t address_word(const IpAddress& address, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, address.bytes.data() + at, sizeof word);
  return word;
}

/// KeyedPacket is the key of a packet's flow, and which end of it sent the packet.
struct KeyedPacket {
  FlowKey key;
  bool source_is_low;
};

inline KeyedPacket flow_key(const PacketView& packet, std::uint16_t source_port, std::uint16_t destination_port) {
  const int order =
      std::memcmp(packet.source.bytes.data(), packet.destination.bytes.data(), packet.source.bytes.size());
  const bool source_is_low = order < 0 || (order == 0 && source_port <= destination_port);
  const IpAddress& low = source_is_low ? packet.source : packet.destination;
  const IpAddress& high = source_is_low ? packet.destination : packet.source;
  const std::uint64_t low_port = source_is_low ? source_port : destination_port;
  const std::uint64_t high_port = source_is_low ? destination_port : source_port;
  const std::uint64_t rest = low_port << 48 | high_port << 32 | std::uint64_t{packet.vlan.outer} << 16 |
                             std::uint64_t{packet.vlan.inner} << 4 | (packet.source.v6 ? 1U : 0U);
  return {{address_word(low, 0), address_word(low, 8), address_word(high, 0), address_word(high, 8), rest},
          source_is_low};
}

}  // namespace cordon::net
