// SPDX-License-Identifier: Apache-2.0
// From libpcap's words to net's, for both kinds of capture. Private to io.
#pragma once

#include <pcap/pcap.h>

#include <optional>

#include "net/frame.h"

namespace cordon::io {

/// link_type_of gives the link type of an open capture, nothing if net does not read it.
inline std::optional<net::LinkType> link_type_of(pcap_t* handle) {
  const int number = pcap_datalink(handle);
  if (number < 0 || number > 0xFFFF) return std::nullopt;
  const auto type = static_cast<net::LinkType>(number);
  if (!net::link_type_supported(type)) return std::nullopt;
  return type;
}

/// frame_of views a captured packet. Times outside 1970 to 2255, which only a damaged file has, become 1970.
inline net::Frame frame_of(const pcap_pkthdr& header, const u_char* data, net::LinkType link_type) {
  net::Frame frame;
  frame.link_type = link_type;
  const std::int64_t seconds = header.ts.tv_sec;
  constexpr std::int64_t seconds_max = 9'000'000'000;
  if (seconds >= 0 && seconds < seconds_max && header.ts.tv_usec >= 0 && header.ts.tv_usec < 1'000'000) {
    frame.time = WallTime{Micros{seconds * 1'000'000 + header.ts.tv_usec}};
  }
  frame.bytes = {data, header.caplen};
  frame.wire_bytes = header.len < header.caplen ? header.caplen : header.len;
  return frame;
}

}  // namespace cordon::io
