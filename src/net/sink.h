// SPDX-License-Identifier: Apache-2.0
// Sink: what net tells its consumer, and FlowView: what a consumer may know about a flow. No parsing here.
#pragma once

#include <array>
#include <cstdint>

#include "base/address.h"
#include "base/bytes.h"
#include "base/id.h"
#include "base/time.h"
#include "net/frame.h"

namespace cordon::net {

struct FlowTag;
/// FlowId counts flows from 1 in the order of their first segment; it is never used twice by one Decoder.
using FlowId = Id<FlowTag>;

enum class Direction : std::uint8_t { to_server, to_client };

inline Direction opposite(Direction d) {
  return d == Direction::to_server ? Direction::to_client : Direction::to_server;
}

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  Mac mac;  // of a flow: where the other end sends to, for anybody may send under any; until it answers, the sender's
};

/// DirectionView counts one direction's payload. Offsets and counts are 64 bits wide and do not wrap.
struct DirectionView {
  bool seen = false;                  // at least one segment of this direction was captured
  std::uint64_t delivered_bytes = 0;  // handed to on_data
  std::uint64_t gap_bytes = 0;        // handed to on_gap
  std::uint64_t acked_bytes = 0;      // acknowledged by the other side since this direction's first byte seen
  std::uint32_t acked_sequence = 0;   // highest sequence number acknowledged by the other side; 0 before any
};

/// FlowView is one TCP flow. The Decoder owns it; it stays at its address from on_flow_start until on_flow_end returns.
struct FlowView {
  FlowId id;
  Vlan vlan;
  Endpoint client;  // who sent the SYN; without one, who talks to a service port; else who has the higher port
  Endpoint server;
  bool midstream = false;  // neither SYN nor SYN-ACK was seen
  bool coherent = false;   // each side acknowledged what the other had sent: no blind spoofer gets that far
  WallTime started;
  WallTime last;
  std::array<DirectionView, 2> directions;
  /// user belongs to the consumer: an index of its own, 0 at the start. Attach state on the first data, not in
  /// on_flow_start: a flood of half-open flows starts many.
  std::uint64_t user = 0;

  bool one_sided() const { return !directions[0].seen || !directions[1].seen; }
  DirectionView& operator[](Direction d) { return directions[static_cast<std::size_t>(d)]; }
  const DirectionView& operator[](Direction d) const { return directions[static_cast<std::size_t>(d)]; }
};

enum class FlowEnd : std::uint8_t {
  finished,  // FIN on both sides (or on the only side seen)
  reset,     // RST within the window
  reused,    // the same addresses and ports began a new connection
  idle,      // nothing for the idle time of its kind
  evicted,   // the table was full
  capture_ended,
};

/// UdpWay is how sure it is who serves whom.
enum class UdpWay : std::uint8_t {
  answered,  // the one who was spoken to first answered, at a port no less a server's than the other's
  unclear,   // both spoke; which one serves is told from the ports alone
  one_way,   // several datagrams over some time, and no answer
};

/// UdpView is what is known of who speaks UDP with whom.
struct UdpView {
  Vlan vlan;
  Endpoint client;
  Endpoint server;
  WallTime last;
  UdpWay way = UdpWay::answered;
  bool port_given_out = false;  // the server's: no service's own, but given out, or agreed upon as for media (RTP)
};

/// Sink is told what happens, in order, on the thread that calls the Decoder. It must not call the Decoder. Views and
/// bytes are borrowed for the call. Times are capture times; bytes that waited for a hole carry the time of the frame
/// that released them.
class Sink {
 public:
  virtual ~Sink() = default;

  /// on_packet sees every IP packet that decoded, fragments one by one, before anything else happens with it.
  virtual void on_packet(const PacketView&) {}
  virtual void on_flow_start(FlowView&) {}
  /// on_data gives the next bytes of one direction. `d` is the direction in which they travel.
  virtual void on_data(FlowView&, Direction, WallTime, ByteView) {}
  /// on_gap says that the next `bytes` of this direction were not captured. 0 means: an unknown number.
  virtual void on_gap(FlowView&, Direction, std::uint64_t /*bytes*/) {}
  /// on_ack says that the other side acknowledged `bytes` more payload bytes of direction `acked`.
  virtual void on_ack(FlowView&, Direction /*acked*/, WallTime, std::uint64_t /*bytes*/) {}
  virtual void on_flow_end(FlowView&, FlowEnd) {}
  /// on_udp says who speaks with whom: when it becomes known, and at most every UdpOptions::again while it goes on.
  /// Both ends are as they stand in the frames: a single forged datagram that a server answers looks the same.
  virtual void on_udp(const UdpView&) {}
};

}  // namespace cordon::net
