// SPDX-License-Identifier: Apache-2.0
// From a captured frame to an IP packet and a TCP segment or the ports of a UDP datagram, by looking only: nothing is
// copied, nothing is kept. Fragments are marked here and joined in fragments.h. Not for anything above these headers.
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"
#include "base/time.h"
#include "net/weird.h"

namespace cordon::net {

/// LinkType is what a frame begins with. The numbers are those of pcap files and of libpcap's DLT_ constants on Linux.
/// Source: https://www.tcpdump.org/linktypes.html
enum class LinkType : std::uint16_t {
  null = 0,
  ethernet = 1,
  raw_bsd = 12,
  raw_openbsd = 14,
  raw = 101,
  loop = 108,
  linux_cooked = 113,
  raw_ip4 = 228,
  raw_ip6 = 229,
  linux_cooked_2 = 276,
};

/// link_type_supported says whether decode_frame reads frames of this kind.
bool link_type_supported(LinkType type);

/// Frame is what a capture hands over. `bytes` is borrowed from the capture until its next frame.
struct Frame {
  LinkType link_type = LinkType::ethernet;
  WallTime time;
  ByteView bytes;                // what was captured
  std::uint32_t wire_bytes = 0;  // how long it was on the wire; more than bytes.size() when a snap length cut it
};

/// Vlan is the outer (802.1ad or only 802.1Q) and the inner tag; 0 is untagged, as a priority tag is.
struct Vlan {
  std::uint16_t outer = 0;
  std::uint16_t inner = 0;
  friend auto operator<=>(const Vlan&, const Vlan&) = default;
};

/// Fragment is where a packet's payload stands in its datagram.
struct Fragment {
  std::uint32_t identification = 0;
  std::uint32_t offset = 0;  // bytes
  bool more = false;
};

inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;

/// PacketView is one IPv4 or IPv6 packet. `payload` borrows from the frame (or from the joined datagram, until the next
/// frame). `payload_bytes` is its length on the wire, at least payload.size().
struct PacketView {
  WallTime time;
  Vlan vlan;
  Mac source_mac;                      // all zero where the link type has none
  std::optional<Mac> destination_mac;  // none where the link type has none
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;  // what `payload` is, extension headers skipped
  std::optional<Fragment> fragment;
  ByteView payload;
  std::uint32_t payload_bytes = 0;

  /// receiver is the machine that the frame goes to; not known where that is nobody or several.
  Mac receiver() const { return destination_mac && !destination_mac->multicast() ? *destination_mac : Mac{}; }
};

/// SegmentView is one TCP segment; `payload` borrows from the packet.
struct SegmentView {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint16_t window = 0;
  bool fin = false;
  bool syn = false;
  bool reset = false;
  bool ack = false;
  ByteView payload;
  std::uint32_t payload_bytes = 0;  // on the wire, at least payload.size()
};

/// DatagramPorts is all that is read of a UDP datagram.
struct DatagramPorts {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
};

/// ip6_headers_max bounds the extension headers of one packet. Eight kinds exist (RFC 8200 4.1 recommends each once,
/// destination options twice); who sends more hides something.
inline constexpr int ip6_headers_max = 8;

/// decode_frame finds the IP packet in a frame. Returns nothing where there is none (ARP, LLC …: no oddity) or where it
/// cannot be read (counted in `weird`).
/// Checksums are not a reason to drop. A packet captured on the sending machine has none yet (offload), recorded
/// captures are rewritten by anonymisers, and evidence needs the other side's reply anyway. A wrong IPv4 header
/// checksum other than zero is counted; TCP's is not looked at.
/// Source: IEEE 802.1Q-2018 9, RFC 791 3.1, RFC 8200 3 and 4, RFC 6946 (atomic fragments).
std::optional<PacketView> decode_frame(const Frame& frame, WeirdCounters& weird);

/// skip_ip6_headers moves packet.payload past extension headers, sets protocol, and stops at a fragment header, which
/// fills packet.fragment. False (and counted) when the chain is broken.
bool skip_ip6_headers(PacketView& packet, WeirdCounters& weird);

/// decode_segment reads the TCP header at the front of packet.payload. Returns nothing (counted) when it is broken.
/// Source: RFC 9293 3.1.
std::optional<SegmentView> decode_segment(const PacketView& packet, WeirdCounters& weird);

/// decode_datagram reads the UDP header at the front of packet.payload, which may be the first fragment of a datagram.
/// Returns nothing (counted) when the header was not captured whole, or claims less than itself or more than there is.
/// Source: RFC 768; RFC 2675 4 (a jumbogram says 0).
std::optional<DatagramPorts> decode_datagram(const PacketView& packet, WeirdCounters& weird);

}  // namespace cordon::net
