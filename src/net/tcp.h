// SPDX-License-Identifier: Apache-2.0
// TcpTracker: TCP's rules. It finds or starts the flow of a segment, follows SYN, FIN and RST, decides what is
// coherent, and lets the two streams put the bytes in order. Not for decoding (frame.h).
//
// Memory of waiting bytes: pending_proven_bytes_max + pending_unproven_bytes_max (64 + 8 MiB) plus one segment (64
// KiB); when a sum is reached the flow of that kind whose hole is oldest gives it up, so that nobody's bytes push out
// those of a flow of the other kind.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "net/flow_table.h"

namespace cordon::net {

struct TcpOptions {
  FlowTableOptions table;
  std::uint32_t stream_pending_bytes_max = 2 << 20;     // one direction: 16 ms at 1 Gbit/s; a LAN's round trip is 1 ms
  std::uint32_t unproven_pending_bytes_max = 64 << 10;  // the same for a flow that is not coherent
  std::uint64_t pending_proven_bytes_max = 64 << 20;
  std::uint64_t pending_unproven_bytes_max = 8 << 20;
  // A hole without an acknowledgement behind it waits for two retransmissions: 200 ms (Linux' TCP_RTO_MIN) and 400 ms.
  Micros hole_wait_max = std::chrono::seconds(1);
  // A coherent flow moves to an unconfirmed far place only when nothing fitted for this long (see Far).
  Micros far_quiet_min = std::chrono::milliseconds(200);
  // Ports that belong to servers, besides those under 1024, when the SYN was not seen; these come first.
  std::vector<std::uint16_t> service_ports = {445, 139, 135, 3389, 5985, 5986, 3260, 2049, 104, 11112};
};

class TcpTracker {
 public:
  TcpTracker(const TcpOptions& options, Sink& sink, Counters& counters);

  /// segment takes one segment at capture time `now`, which does not go backwards by itself (see Decoder).
  void segment(const PacketView& packet, const SegmentView& segment, WallTime now);
  /// advance ends what waited or was idle too long at capture time `now`.
  void advance(WallTime now);
  /// finish gives up all holes and ends all flows.
  void finish(WallTime now);

  const FlowTable& table() const { return table_; }

 private:
  using HoleList = SlotList<Flow, &Flow::holes>;

  /// Step is the segment in hand, so that the rules below need not pass six things around.
  struct Step {
    const PacketView& packet;
    const SegmentView& segment;
    FlowKey key;
    std::uint64_t hash;
    bool source_is_low;
    WallTime now;
  };

  SlotIndex start(const Step& step, bool source_is_client);
  SlotIndex flow_of(const Step& step);
  SlotIndex restart(const Step& step, SlotIndex old, FlowEnd reason);
  bool straggler(const Step& step, Flow& flow, Direction d);
  bool reuse_confirmed(const Step& step, const Flow& flow, Direction d) const;
  SlotIndex take_reuse(const Step& step, SlotIndex index);
  SlotIndex handle_syn(const Step& step, SlotIndex index, Direction d);
  bool handle_syn_ack(const Step& step, Flow& flow, Direction d);
  bool handle_far(const Step& step, Flow& flow, Direction d);
  bool reset_fits(const Step& step, Flow& flow, Direction d) const;
  void handle_ack(const Step& step, Flow& flow, Direction d);
  void handle_payload(const Step& step, Flow& flow, Direction d, std::int64_t offset);
  void settle(const Step& step, SlotIndex index, Direction d);

  bool source_is_client(const SegmentView& segment) const;
  int service_rank(std::uint16_t port) const;
  void promote(SlotIndex index);
  void make_room(Pool pool, WallTime now);
  void bound_streams(SlotIndex index, WallTime now);
  void update_holes(SlotIndex index, WallTime now);
  void leave_holes(SlotIndex index);
  void give_up_hole(SlotIndex index, WallTime now, bool timed_out);
  bool end_if_finished(SlotIndex index, WallTime now);
  void end(SlotIndex index, FlowEnd reason, WallTime now);
  void erase(SlotIndex index);
  Outlet outlet(Flow& flow, Direction d, WallTime now) { return {sink_, flow.view, d, now, counters_}; }

  const TcpOptions options_;
  Sink& sink_;
  Counters& counters_;
  FlowTable table_;
  std::array<HoleList, 2> holes_;           // unproven, proven; oldest hole first
  std::array<std::uint64_t, 2> pending_{};  // their bytes
  std::uint64_t flows_ = 0;
};

}  // namespace cordon::net
