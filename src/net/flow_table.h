// SPDX-License-Identifier: Apache-2.0
// FlowTable: where flows live, who must leave when it is full, and who has been idle too long. It knows nothing of
// TCP's rules (tcp.h) or of bytes (stream.h).
//
// Each flow is in one pool with its own bound, and a pool never takes a place from another:
//   half_open    carried no payload and is not coherent: SYN floods, scans, spoofed segments end here
//   unproven     carried payload but is not coherent: one-sided captures, or forged data
//   established  coherent (each side acknowledged what the other sent)
//   closed       ended; lingers so that stragglers do not start a new flow
// Within a pool the least recently used flow leaves first; among the established ones, those that never carried payload
// both ways leave before all others.
//
// Memory at the default bounds: sizeof(Flow) <= 640, (16,384 + 8,192 + 65,536 + 4,096) x 640 = 60.3 MB, the index
// 262,144 x 4 = 1 MB. Bytes that wait for a hole are bounded separately (tcp.h).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "net/counters.h"
#include "net/flow_key.h"
#include "net/sink.h"
#include "net/slots.h"
#include "net/stream.h"

namespace cordon::net {

struct FlowTableOptions {
  std::size_t half_open_max = 16'384;
  std::size_t unproven_max = 8'192;
  std::size_t established_max = 65'536;
  std::size_t closed_max = 4'096;
  // Linux gives up a SYN after 127 s, but sends it at 0, 1, 3, 7 and 15 s; a later one starts anew.
  Micros half_open_idle = std::chrono::seconds(20);
  Micros unproven_idle = std::chrono::minutes(5);
  Micros established_idle = std::chrono::hours(1);  // SMB clients send ECHO each minute; memory is bounded anyway
  Micros closed_linger = std::chrono::seconds(10);
  std::uint64_t hash_seed = 0;  // random in live capture; results never depend on it
};

enum class Pool : std::uint8_t { half_open, unproven, quiet, busy, closed };
inline constexpr std::size_t pool_count = 5;  // quiet and busy together are the established ones

struct Flow {
  FlowKey key{};
  std::uint64_t hash = 0;
  FlowView view;
  std::array<Stream, 2> streams;
  SlotLink recent;  // in its pool
  SlotLink holes;   // in the list of flows with a hole, while in_holes
  WallTime hole_since;
  std::array<std::uint64_t, 2> hole_at{};  // where each stream stood when last looked at
  std::array<WallTime, 2> heard{};         // the last segment of each direction that fitted
  std::uint32_t pending_charged = 0;       // of the tracker's sums, while in_holes
  std::uint32_t reuse_sequence = 0;        // first byte of a connection that a SYN announced on this coherent flow
  Direction reuse_direction = Direction::to_server;
  Pool pool = Pool::half_open;
  bool low_is_client = false;  // which end of the key the client is
  bool in_holes = false;
  bool reuse_announced = false;
  std::array<bool, 2> syn{};    // a SYN of this direction was seen
  std::array<bool, 2> reset{};  // a RST of this direction was believed
  std::array<bool, 2> acked{};  // this direction was acknowledged within what it had sent

  Stream& operator[](Direction d) { return streams[static_cast<std::size_t>(d)]; }
  bool established() const { return pool == Pool::quiet || pool == Pool::busy; }
};

using FlowList = SlotList<Flow, &Flow::recent>;

class FlowTable {
 public:
  explicit FlowTable(const FlowTableOptions& options);

  Flow& operator[](SlotIndex index) { return slots_[index]; }
  Slots<Flow>& slots() { return slots_; }

  SlotIndex find(const FlowKey& key, std::uint64_t hash);
  std::uint64_t hash(const FlowKey& key) const { return hash_words(key, options_.hash_seed); }

  /// insert adds a flow that is not there yet to half_open. The pool may then be over its bound: see overfull.
  SlotIndex insert(const FlowKey& key, std::uint64_t hash);
  void erase(SlotIndex index);
  void move(SlotIndex index, Pool pool);
  void touch(SlotIndex index) { list(slots_[index].pool).touch(slots_, index); }

  /// overfull gives the flow that must leave because its pool is over its bound, or no_slot.
  SlotIndex overfull(Pool pool) const;
  /// idle gives a flow of this pool that was idle too long at `now`, or no_slot.
  SlotIndex idle(Pool pool, WallTime now);
  /// oldest gives the least recently used flow of a pool, or no_slot.
  SlotIndex oldest(Pool pool) const { return lists_[static_cast<std::size_t>(pool)].front(); }

  std::size_t size() const { return slots_.used(); }
  std::size_t size(Pool pool) const { return lists_[static_cast<std::size_t>(pool)].size(); }

 private:
  FlowList& list(Pool pool) { return lists_[static_cast<std::size_t>(pool)]; }
  std::size_t index_mask() const { return index_.size() - 1; }

  const FlowTableOptions options_;
  Slots<Flow> slots_;
  std::array<FlowList, pool_count> lists_;
  std::vector<SlotIndex> index_;  // open addressing, linear probing, at most half full
};

}  // namespace cordon::net
