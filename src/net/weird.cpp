// SPDX-License-Identifier: Apache-2.0
#include "net/weird.h"

namespace cordon::net {

std::string_view weird_name(Weird weird) {
  switch (weird) {
    case Weird::link_type_unsupported:
      return "link_type_unsupported";
    case Weird::link_header_short:
      return "link_header_short";
    case Weird::link_family_unknown:
      return "link_family_unknown";
    case Weird::vlan_too_deep:
      return "vlan_too_deep";
    case Weird::ip_bad_version:
      return "ip_bad_version";
    case Weird::ip_bad_header_length:
      return "ip_bad_header_length";
    case Weird::ip_bad_total_length:
      return "ip_bad_total_length";
    case Weird::ip_bad_checksum:
      return "ip_bad_checksum";
    case Weird::ip_length_zero:
      return "ip_length_zero";
    case Weird::ip6_too_many_headers:
      return "ip6_too_many_headers";
    case Weird::ip6_header_short:
      return "ip6_header_short";
    case Weird::fragment_bad_length:
      return "fragment_bad_length";
    case Weird::fragment_beyond_end:
      return "fragment_beyond_end";
    case Weird::fragment_cut_by_snaplen:
      return "fragment_cut_by_snaplen";
    case Weird::fragment_overlap:
      return "fragment_overlap";
    case Weird::fragment_overlap_ip6:
      return "fragment_overlap_ip6";
    case Weird::fragment_too_scattered:
      return "fragment_too_scattered";
    case Weird::fragment_evicted:
      return "fragment_evicted";
    case Weird::fragment_timeout:
      return "fragment_timeout";
    case Weird::tcp_header_short:
      return "tcp_header_short";
    case Weird::tcp_bad_header_length:
      return "tcp_bad_header_length";
    case Weird::tcp_bad_flags:
      return "tcp_bad_flags";
    case Weird::tcp_bad_syn_ack:
      return "tcp_bad_syn_ack";
    case Weird::tcp_syn_unexpected:
      return "tcp_syn_unexpected";
    case Weird::tcp_out_of_window:
      return "tcp_out_of_window";
    case Weird::tcp_ack_out_of_window:
      return "tcp_ack_out_of_window";
    case Weird::tcp_reset_out_of_window:
      return "tcp_reset_out_of_window";
    case Weird::tcp_resynchronised:
      return "tcp_resynchronised";
    case Weird::tcp_overlap_conflict:
      return "tcp_overlap_conflict";
    case Weird::tcp_data_after_fin:
      return "tcp_data_after_fin";
    case Weird::tcp_data_after_reset:
      return "tcp_data_after_reset";
    case Weird::tcp_pending_full:
      return "tcp_pending_full";
    case Weird::udp_header_short:
      return "udp_header_short";
    case Weird::udp_bad_length:
      return "udp_bad_length";
    case Weird::time_backwards:
      return "time_backwards";
    case Weird::count_:
      break;
  }
  return "";
}

}  // namespace cordon::net
