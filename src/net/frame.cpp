// SPDX-License-Identifier: Apache-2.0
#include "net/frame.h"

#include <algorithm>

namespace cordon::net {
namespace {

constexpr std::uint16_t ether_type_ip4 = 0x0800;
constexpr std::uint16_t ether_type_ip6 = 0x86dd;
constexpr std::uint16_t ether_type_vlan = 0x8100;
constexpr std::uint16_t ether_type_provider_vlan = 0x88a8;
constexpr std::uint16_t ether_type_old_qinq = 0x9100;
constexpr std::uint16_t ether_length_max = 1500;  // below or equal: an 802.3 length, not a type
constexpr int vlan_tags_max = 2;
constexpr std::uint32_t udp_header_bytes = 8;
constexpr std::uint32_t udp_length_max = 65'535;

// The callers below check the size once for a whole header instead of at each field, as ByteReader would; a mistake
// here still stops at span's own check (_GLIBCXX_ASSERTIONS is always on).
std::uint16_t be16(ByteView in, std::size_t at) {
  return static_cast<std::uint16_t>((in[at] << 8) | in[at + 1]);
}
std::uint32_t be32(ByteView in, std::size_t at) {
  return (std::uint32_t{be16(in, at)} << 16) | be16(in, at + 2);
}
Mac mac_at(ByteView in, std::size_t at) {
  Mac mac;
  std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(at), 6, mac.bytes.begin());
  return mac;
}

bool wrong_checksum(ByteView header) {
  if (be16(header, 10) == 0) return false;  // left to the network card
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < header.size(); i += 2) sum += be16(header, i);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return sum != 0xffff;
}

std::optional<PacketView> decode_ip4(PacketView packet, ByteView in, std::uint32_t wire, WeirdCounters& weird) {
  const std::size_t header = std::size_t{in[0] & 0x0fU} * 4;
  if (header < 20) {
    weird.add(Weird::ip_bad_header_length);
    return std::nullopt;
  }
  if (in.size() < header) {
    weird.add(header <= wire ? Weird::link_header_short : Weird::ip_bad_header_length);
    return std::nullopt;
  }
  std::uint32_t total = be16(in, 2);
  if (total == 0) {  // segmentation offload: longer than the field can say
    weird.add(Weird::ip_length_zero);
    total = std::max(wire, static_cast<std::uint32_t>(in.size()));
  }
  if (total < header) {
    weird.add(Weird::ip_bad_total_length);
    return std::nullopt;
  }
  if (wrong_checksum(in.first(header))) weird.add(Weird::ip_bad_checksum);

  packet.protocol = in[9];
  packet.source = IpAddress::from_v4(in.subspan<12, 4>());
  packet.destination = IpAddress::from_v4(in.subspan<16, 4>());
  packet.payload = in.first(std::min<std::size_t>(total, in.size())).subspan(header);
  packet.payload_bytes = total - static_cast<std::uint32_t>(header);
  const std::uint16_t flags = be16(in, 6);
  const bool more = (flags & 0x2000U) != 0;
  const std::uint32_t offset = (flags & 0x1fffU) * 8U;
  if (more || offset != 0) packet.fragment = Fragment{be16(in, 4), offset, more};
  return packet;
}

std::optional<PacketView> decode_ip6(PacketView packet, ByteView in, std::uint32_t wire, WeirdCounters& weird) {
  if (in.size() < 40) {
    weird.add(Weird::link_header_short);
    return std::nullopt;
  }
  std::uint32_t length = be16(in, 4);
  if (length == 0 && wire > 40) {  // a jumbogram (RFC 2675) or segmentation offload
    weird.add(Weird::ip_length_zero);
    length = std::max(wire, static_cast<std::uint32_t>(in.size())) - 40;
  }
  packet.protocol = in[6];
  packet.source = IpAddress::from_v6(in.subspan<8, 16>());
  packet.destination = IpAddress::from_v6(in.subspan<24, 16>());
  packet.payload = in.subspan(40).first(std::min<std::size_t>(length, in.size() - 40));
  packet.payload_bytes = length;
  if (!skip_ip6_headers(packet, weird)) return std::nullopt;
  return packet;
}

std::optional<PacketView> decode_ip(const PacketView& packet, ByteView in, std::uint32_t wire, WeirdCounters& weird) {
  if (in.size() < 20) {
    weird.add(Weird::link_header_short);
    return std::nullopt;
  }
  switch (in[0] >> 4) {
    case 4:
      return decode_ip4(packet, in, wire, weird);
    case 6:
      return decode_ip6(packet, in, wire, weird);
    default:
      weird.add(Weird::ip_bad_version);
      return std::nullopt;
  }
}

// Follows an EtherType through VLAN tags and SNAP. `at` is the offset of what the type describes.
std::optional<PacketView> decode_type(PacketView packet, const Frame& frame, std::uint16_t type, std::size_t at,
                                      WeirdCounters& weird) {
  const ByteView in = frame.bytes;
  for (int tags = 0; type == ether_type_vlan || type == ether_type_provider_vlan || type == ether_type_old_qinq;) {
    if (++tags > vlan_tags_max) {
      weird.add(Weird::vlan_too_deep);
      return std::nullopt;
    }
    if (in.size() < at + 4) {
      weird.add(Weird::link_header_short);
      return std::nullopt;
    }
    (tags == 1 ? packet.vlan.outer : packet.vlan.inner) = static_cast<std::uint16_t>(be16(in, at) & 0x0fff);
    type = be16(in, at + 2);
    at += 4;
  }
  const bool llc = type <= ether_length_max;  // LINUX_SLL_P_802_2 (4) too
  if (llc && in.size() >= at + 8 && in[at] == 0xaa && in[at + 1] == 0xaa && in[at + 2] == 0x03) {
    type = be16(in, at + 6);  // SNAP
    at += 8;
  }
  if (type != ether_type_ip4 && type != ether_type_ip6) return std::nullopt;
  const auto before = static_cast<std::uint32_t>(at);
  return decode_ip(packet, in.subspan(at), frame.wire_bytes > before ? frame.wire_bytes - before : 0, weird);
}

bool known_family(std::uint32_t family) {
  // AF_INET everywhere; AF_INET6 of Linux, Windows, NetBSD, FreeBSD, Darwin.
  return family == 2 || family == 10 || family == 23 || family == 24 || family == 28 || family == 30;
}

constexpr std::uint32_t swapped(std::uint32_t v) {
  return (v >> 24) | ((v >> 8) & 0xff00U) | ((v << 8) & 0xff0000U) | (v << 24);
}

}  // namespace

bool link_type_supported(LinkType type) {
  switch (type) {
    case LinkType::null:
    case LinkType::ethernet:
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::raw:
    case LinkType::loop:
    case LinkType::linux_cooked:
    case LinkType::raw_ip4:
    case LinkType::raw_ip6:
    case LinkType::linux_cooked_2:
      return true;
  }
  return false;
}

bool skip_ip6_headers(PacketView& packet, WeirdCounters& weird) {
  for (int headers = 0;; ++headers) {
    const std::uint8_t kind = packet.protocol;
    const bool fragment = kind == 44;
    const bool skippable =
        kind == 0 || kind == 43 || kind == 51 || kind == 60 || kind == 135 || kind == 139 || kind == 140;
    if (!fragment && !skippable) return true;
    if (headers == ip6_headers_max) {
      weird.add(Weird::ip6_too_many_headers);
      return false;
    }
    const ByteView in = packet.payload;
    if (in.size() < 8) {
      weird.add(Weird::ip6_header_short);
      return false;
    }
    // RFC 8200 4.2: in units of 8 bytes without the first; RFC 4302 2.2: in units of 4 bytes without the first two.
    const std::uint32_t length = fragment ? 8U : kind == 51 ? (in[1] + 2U) * 4U : (in[1] + 1U) * 8U;
    if (in.size() < length) {
      weird.add(Weird::ip6_header_short);
      return false;
    }
    packet.protocol = in[0];
    packet.payload = in.subspan(length);
    packet.payload_bytes -= length;
    if (fragment) {
      const std::uint16_t field = be16(in, 2);
      const bool more = (field & 1U) != 0;
      const std::uint32_t offset = field & 0xfff8U;
      if (!more && offset == 0) continue;  // atomic: whole in itself
      packet.fragment = Fragment{be32(in, 4), offset, more};
      return true;
    }
  }
}

std::optional<PacketView> decode_frame(const Frame& frame, WeirdCounters& weird) {
  const ByteView in = frame.bytes;
  PacketView packet;
  packet.time = frame.time;
  const auto short_header = [&](std::size_t need) {
    if (in.size() >= need) return false;
    weird.add(Weird::link_header_short);
    return true;
  };
  switch (frame.link_type) {
    case LinkType::ethernet:
      if (short_header(14)) return std::nullopt;
      packet.destination_mac = mac_at(in, 0);
      packet.source_mac = mac_at(in, 6);
      return decode_type(packet, frame, be16(in, 12), 14, weird);
    case LinkType::linux_cooked:
      if (short_header(16)) return std::nullopt;
      if (be16(in, 4) == 6) packet.source_mac = mac_at(in, 6);
      return decode_type(packet, frame, be16(in, 14), 16, weird);
    case LinkType::linux_cooked_2:
      if (short_header(20)) return std::nullopt;
      if (in[11] == 6) packet.source_mac = mac_at(in, 12);
      return decode_type(packet, frame, be16(in, 0), 20, weird);
    case LinkType::null:
    case LinkType::loop: {
      if (short_header(4)) return std::nullopt;
      const std::uint32_t family = be32(in, 0);
      if (!known_family(family) && !known_family(swapped(family))) {
        weird.add(Weird::link_family_unknown);
        return std::nullopt;
      }
      return decode_ip(packet, in.subspan(4), frame.wire_bytes > 4 ? frame.wire_bytes - 4 : 0, weird);
    }
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::raw:
    case LinkType::raw_ip4:
    case LinkType::raw_ip6:
      return decode_ip(packet, in, frame.wire_bytes, weird);
  }
  weird.add(Weird::link_type_unsupported);
  return std::nullopt;
}

std::optional<SegmentView> decode_segment(const PacketView& packet, WeirdCounters& weird) {
  const ByteView in = packet.payload;
  if (in.size() < 20) {
    weird.add(Weird::tcp_header_short);
    return std::nullopt;
  }
  const std::size_t header = std::size_t{in[12]} / 16 * 4;
  if (header < 20 || header > packet.payload_bytes) {
    weird.add(Weird::tcp_bad_header_length);
    return std::nullopt;
  }
  SegmentView segment;
  segment.source_port = be16(in, 0);
  segment.destination_port = be16(in, 2);
  segment.sequence = be32(in, 4);
  segment.acknowledgement = be32(in, 8);
  const std::uint8_t flags = in[13];
  segment.fin = (flags & 0x01U) != 0;
  segment.syn = (flags & 0x02U) != 0;
  segment.reset = (flags & 0x04U) != 0;
  segment.ack = (flags & 0x10U) != 0;
  segment.window = be16(in, 14);
  if (in.size() > header) segment.payload = in.subspan(header);
  segment.payload_bytes = packet.payload_bytes - static_cast<std::uint32_t>(header);
  if (segment.syn && (segment.fin || segment.reset)) {
    weird.add(Weird::tcp_bad_flags);
    return std::nullopt;
  }
  return segment;
}

std::optional<DatagramPorts> decode_datagram(const PacketView& packet, WeirdCounters& weird) {
  const ByteView in = packet.payload;
  if (in.size() < udp_header_bytes) {
    weird.add(Weird::udp_header_short);
    return std::nullopt;
  }
  const std::uint32_t length = be16(in, 4);
  const bool jumbo = length == 0 && packet.source.v6 && packet.payload_bytes > udp_length_max;
  const bool whole = length <= packet.payload_bytes || packet.fragment;
  if (!jumbo && (length < udp_header_bytes || !whole)) {
    weird.add(Weird::udp_bad_length);
    return std::nullopt;
  }
  return DatagramPorts{be16(in, 0), be16(in, 2)};
}

}  // namespace cordon::net
