// SPDX-License-Identifier: Apache-2.0
// Counters: what a Decoder saw, for the summary and for the tests of its bounds.
#pragma once

#include <cstdint>

#include "net/weird.h"

namespace cordon::net {

/// Counters only grow, but for those named `_now`. `_peak` is the highest that `_now` ever was.
struct Counters {
  std::uint64_t packets = 0;         // frames handed in, of every kind
  std::uint64_t bytes = 0;           // their length on the wire
  std::uint64_t bytes_captured = 0;  // what was captured of it
  std::uint64_t ip_packets = 0;
  std::uint64_t fragments = 0;
  std::uint64_t datagrams_joined = 0;
  std::uint64_t tcp_segments = 0;
  std::uint64_t udp_datagrams = 0;        // with ports that could be read
  std::uint64_t udp_later_fragments = 0;  // which name no port
  std::uint64_t udp_to_groups = 0;        // multicast and broadcast, and what has no sender: not followed
  std::uint64_t udp_talks = 0;            // a pair of addresses and ports that was not known
  std::uint64_t udp_talks_evicted = 0;    // before they were idle
  std::uint64_t udp_answers_alone = 0;    // of these: only a server's side was heard
  std::uint64_t flows = 0;
  std::uint64_t flows_coherent = 0;
  std::uint64_t flows_evicted_half_open = 0;
  std::uint64_t flows_evicted_unproven = 0;
  std::uint64_t flows_evicted_established = 0;
  std::uint64_t delivered_bytes = 0;
  std::uint64_t gaps = 0;
  std::uint64_t gap_bytes = 0;
  std::uint64_t retransmitted_bytes = 0;
  std::uint64_t keepalives = 0;
  std::uint64_t zero_windows = 0;
  std::uint64_t flows_now = 0;  // with the closed ones that still linger
  std::uint64_t flows_peak = 0;
  std::uint64_t pending_bytes_now = 0;  // out of order, waiting for a hole, with their overhead
  std::uint64_t pending_bytes_peak = 0;
  std::uint64_t fragment_bytes_now = 0;
  std::uint64_t fragment_bytes_peak = 0;
  WeirdCounters weird;
};

}  // namespace cordon::net
