// SPDX-License-Identifier: Apache-2.0
// Weird: every oddity that net can meet on the wire, each with a counter and a static name. Meeting one is never an
// error: malformed input is data. The set is closed, so the counters are bounded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cordon::net {

enum class Weird : std::uint8_t {
  link_type_unsupported,
  link_header_short,
  link_family_unknown,
  vlan_too_deep,
  ip_bad_version,
  ip_bad_header_length,
  ip_bad_total_length,
  ip_bad_checksum,
  ip_length_zero,
  ip6_too_many_headers,
  ip6_header_short,
  fragment_bad_length,
  fragment_beyond_end,
  fragment_cut_by_snaplen,
  fragment_overlap,
  fragment_overlap_ip6,
  fragment_too_scattered,
  fragment_evicted,
  fragment_timeout,
  tcp_header_short,
  tcp_bad_header_length,
  tcp_bad_flags,
  tcp_bad_syn_ack,
  tcp_syn_unexpected,
  tcp_out_of_window,
  tcp_ack_out_of_window,
  tcp_reset_out_of_window,
  tcp_resynchronised,
  tcp_overlap_conflict,
  tcp_data_after_fin,
  tcp_data_after_reset,
  tcp_pending_full,
  udp_header_short,
  udp_bad_length,
  time_backwards,
  count_,
};

inline constexpr std::size_t weird_count = static_cast<std::size_t>(Weird::count_);

/// weird_name gives the static name under which a counter is printed, as `ip_bad_header_length`.
std::string_view weird_name(Weird weird);

/// WeirdCounters counts each oddity.
class WeirdCounters {
 public:
  void add(Weird weird) { ++counts_[static_cast<std::size_t>(weird)]; }
  std::uint64_t operator[](Weird weird) const { return counts_[static_cast<std::size_t>(weird)]; }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : counts_) sum += n;
    return sum;
  }

 private:
  std::array<std::uint64_t, weird_count> counts_{};
};

}  // namespace cordon::net
