// SPDX-License-Identifier: Apache-2.0
#include "net/frame.h"

#include <gtest/gtest.h>

#include "net/testing.h"

namespace cordon::net {
namespace {

using testing::host;
using testing::host6;
using testing::noon;
using testing::OwnedFrame;


std::vector<std::uint8_t> hello4() {
  return testing::ip_bytes(host(1, 50'000), host(2, 445),
                           testing::tcp_bytes(host(1, 50'000), host(2, 445), {.sequence = 7, .payload = "hello"}), {});
}

std::string payload_of(const OwnedFrame& frame, WeirdCounters& weird) {
  const auto packet = decode_frame(frame.view(), weird);
  if (!packet || packet->protocol != protocol_tcp) return "no packet";
  const auto segment = decode_segment(*packet, weird);
  return segment ? std::string(segment->payload.begin(), segment->payload.end()) : "no segment";
}

std::vector<std::uint8_t> with_prefix(std::vector<std::uint8_t> prefix, const std::vector<std::uint8_t>& rest) {
  prefix.insert(prefix.end(), rest.begin(), rest.end());
  return prefix;
}

TEST(Frame, EveryLinkTypeLeadsToTheSamePayload) {
  WeirdCounters weird;
  const auto ip = hello4();
  const std::vector<std::pair<LinkType, std::vector<std::uint8_t>>> cases = {
      {LinkType::raw, ip},
      {LinkType::raw_bsd, ip},
      {LinkType::raw_openbsd, ip},
      {LinkType::raw_ip4, ip},
      {LinkType::null, with_prefix({2, 0, 0, 0}, ip)},
      {LinkType::null, with_prefix({0, 0, 0, 2}, ip)},
      {LinkType::loop, with_prefix({0, 0, 0, 2}, ip)},
      {LinkType::linux_cooked, with_prefix({0, 0, 0, 1, 0, 6, 2, 0x77, 0, 0, 0, 9, 0, 0, 8, 0}, ip)},
      {LinkType::linux_cooked_2, with_prefix({8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0x77, 0, 0, 0, 9, 0, 0}, ip)},
      {LinkType::linux_cooked, with_prefix({0, 0, 0, 1, 0, 6, 2, 0x77, 0, 0, 0, 9, 0, 0, 0x81, 0, 0, 5, 8, 0}, ip)},
  };
  for (const auto& [type, bytes] : cases) {
    EXPECT_TRUE(link_type_supported(type));
    EXPECT_EQ(payload_of({bytes, noon, type, 0}, weird), "hello") << static_cast<int>(type);
  }
  const auto cooked = decode_frame(OwnedFrame{cases[7].second, noon, LinkType::linux_cooked, 0}.view(), weird);
  EXPECT_EQ(cooked->source_mac.text(), "02:77:00:00:00:09");
  EXPECT_EQ(weird.total(), 0U);
  EXPECT_FALSE(link_type_supported(LinkType{105}));
}

TEST(Frame, KeepsBothVlanTagsAndTheMacs) {
  WeirdCounters weird;
  const OwnedFrame frame = testing::ethernet(host(1, 50'000), host(2, 445), hello4(), noon, {.outer = 77, .inner = 12});
  const auto packet = decode_frame(frame.view(), weird);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->vlan, (Vlan{77, 12}));
  EXPECT_EQ(packet->source_mac, host(1, 0).mac);
  EXPECT_EQ(packet->destination_mac, host(2, 0).mac);
  EXPECT_EQ(packet->source.text(), "10.0.0.1");
  EXPECT_EQ(packet->time, noon);
  const OwnedFrame tagged = testing::ethernet(host(1, 50'000), host(2, 445), hello4(), noon, {.outer = 5, .inner = 0});
  EXPECT_EQ(decode_frame(tagged.view(), weird)->vlan, (Vlan{5, 0}));
}

TEST(Frame, ThreeVlanTagsAreTooMany) {
  WeirdCounters weird;
  const auto head = std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x81, 0, 0, 1, 0x81, 0, 0, 2};
  auto two = with_prefix(with_prefix(head, {8, 0}), hello4());
  EXPECT_EQ(payload_of({two, noon, LinkType::ethernet, 0}, weird), "hello");
  auto three = with_prefix(with_prefix(head, {0x91, 0, 0, 3, 8, 0}), hello4());
  EXPECT_EQ(payload_of({three, noon, LinkType::ethernet, 0}, weird), "no packet");
  EXPECT_EQ(weird[Weird::vlan_too_deep], 1U);
}

TEST(Frame, LlcIsSkippedAndSnapIsRead) {
  WeirdCounters weird;
  const std::vector<std::uint8_t> macs{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const auto netbeui = with_prefix(macs, {0, 40, 0xf0, 0xf0, 3, 0x2c, 0, 0xff, 0xef});
  EXPECT_EQ(payload_of({netbeui, noon, LinkType::ethernet, 0}, weird), "no packet");
  const auto snap = with_prefix(with_prefix(macs, {0, 53, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0}), hello4());
  EXPECT_EQ(payload_of({snap, noon, LinkType::ethernet, 0}, weird), "hello");
  EXPECT_EQ(weird.total(), 0U) << "another protocol is no oddity";
}

TEST(Frame, EthernetPaddingIsNotPayload) {
  WeirdCounters weird;
  OwnedFrame frame = testing::ethernet(host(1, 50'000), host(2, 445), hello4(), noon);
  frame.bytes.resize(frame.bytes.size() + 20, 0xee);
  EXPECT_EQ(payload_of(frame, weird), "hello");
}

TEST(Frame, BrokenIp4HeadersAreCounted) {
  WeirdCounters weird;
  const auto broken = [&](std::size_t at, std::uint8_t value) {
    auto ip = hello4();
    ip[at] = value;
    return payload_of({ip, noon, LinkType::raw, 0}, weird);
  };
  EXPECT_EQ(broken(0, 0x44), "no packet");
  EXPECT_EQ(weird[Weird::ip_bad_header_length], 1U);
  EXPECT_EQ(broken(3, 19), "no packet");
  EXPECT_EQ(weird[Weird::ip_bad_total_length], 1U);
  EXPECT_EQ(broken(0, 0x95), "no packet");
  EXPECT_EQ(weird[Weird::ip_bad_version], 1U);
  EXPECT_EQ(broken(3, 0), "hello") << "no length: what was captured (segmentation offload)";
  EXPECT_EQ(weird[Weird::ip_length_zero], 1U);
  EXPECT_EQ(broken(10, 1), "hello") << "a wrong checksum is counted, not obeyed";
  EXPECT_EQ(weird[Weird::ip_bad_checksum], 1U);
  EXPECT_EQ(broken(20 + 12, 0x40), "no segment");
  EXPECT_EQ(broken(20 + 12, 0xf0), "no segment");
  EXPECT_EQ(weird[Weird::tcp_bad_header_length], 2U);
  EXPECT_EQ(broken(20 + 13, 0x06), "no segment");
  EXPECT_EQ(weird[Weird::tcp_bad_flags], 1U);
}

TEST(Frame, EveryPrefixOfAFrameIsHarmless) {
  WeirdCounters weird;
  const OwnedFrame whole = testing::ethernet(host6(1, 50'000), host6(2, 445),
                                             testing::ip_bytes(host6(1, 1), host6(2, 2), hello4(), {.protocol = 60}),
                                             noon, {.outer = 3, .inner = 4});
  for (std::size_t n = 0; n <= whole.bytes.size(); ++n) {
    OwnedFrame cut = whole;
    cut.bytes.resize(n);
    cut.wire_bytes = static_cast<std::uint32_t>(whole.bytes.size());
    payload_of(cut, weird);
  }
  EXPECT_GT(weird[Weird::link_header_short], 0U);
}

TEST(Frame, SnapLengthLeavesTheLengthOnTheWire) {
  WeirdCounters weird;
  OwnedFrame frame = testing::ethernet(host(1, 50'000), host(2, 445), hello4(), noon);
  frame.wire_bytes = static_cast<std::uint32_t>(frame.bytes.size());
  frame.bytes.resize(frame.bytes.size() - 3);
  const auto packet = decode_frame(frame.view(), weird);
  const auto segment = decode_segment(*packet, weird);
  EXPECT_EQ(segment->payload.size(), 2U);
  EXPECT_EQ(segment->payload_bytes, 5U);
}

std::vector<std::uint8_t> ip6_with_headers(int count) {
  const auto from = host6(1, 50'000);
  const auto to = host6(2, 445);
  ByteWriter w;
  for (int i = 0; i < count; ++i) {
    w.u8(i + 1 == count ? protocol_tcp : 60);
    w.u8(0);
    for (int pad = 0; pad < 6; ++pad) w.u8(0);
  }
  w.bytes(testing::tcp_bytes(from, to, {.payload = "hello"}));
  return testing::ip_bytes(from, to, w.view(), {.protocol = 60});
}

TEST(Frame, Ip6ExtensionHeadersUpToTheBound) {
  WeirdCounters weird;
  EXPECT_EQ(payload_of({ip6_with_headers(1), noon, LinkType::raw, 0}, weird), "hello");
  EXPECT_EQ(payload_of({ip6_with_headers(ip6_headers_max), noon, LinkType::raw, 0}, weird), "hello");
  EXPECT_EQ(weird.total(), 0U);
  EXPECT_EQ(payload_of({ip6_with_headers(ip6_headers_max + 1), noon, LinkType::raw, 0}, weird), "no packet");
  EXPECT_EQ(weird[Weird::ip6_too_many_headers], 1U);
  auto short_chain = ip6_with_headers(1);
  short_chain[41] = 200;
  EXPECT_EQ(payload_of({short_chain, noon, LinkType::raw, 0}, weird), "no packet");
  EXPECT_EQ(weird[Weird::ip6_header_short], 1U);
}

TEST(Frame, AnAtomicIp6FragmentIsWhole) {
  WeirdCounters weird;
  const auto from = host6(1, 50'000);
  const auto to = host6(2, 445);
  ByteWriter w;
  w.u8(protocol_tcp);
  w.u8(0);
  w.u16be(0);
  w.u32be(0x1234);
  w.bytes(testing::tcp_bytes(from, to, {.payload = "hello"}));
  const auto ip = testing::ip_bytes(from, to, w.view(), {.protocol = 44});
  EXPECT_EQ(payload_of({ip, noon, LinkType::raw, 0}, weird), "hello");
}

TEST(Frame, ADatagramNamesItsPortsAndABrokenOneIsCounted) {
  WeirdCounters weird;
  const auto ports_of = [&](ByteView udp, std::size_t captured, bool v6 = false) {
    const auto from = v6 ? host6(1, 50'000) : host(1, 50'000);
    const auto to = v6 ? host6(2, 161) : host(2, 161);
    OwnedFrame frame = testing::ethernet(from, to, testing::ip_bytes(from, to, udp, {.protocol = protocol_udp}), noon);
    frame.wire_bytes = static_cast<std::uint32_t>(frame.bytes.size());
    frame.bytes.resize(frame.bytes.size() - (udp.size() - captured));
    const auto packet = decode_frame(frame.view(), weird);
    const auto ports = decode_datagram(*packet, weird);
    return ports ? std::to_string(ports->source) + ">" + std::to_string(ports->destination) : "none";
  };
  const auto says = [](std::uint16_t length) { return testing::udp_bytes(host(1, 50'000), host(2, 161), "hello", length); };
  for (const bool v6 : {false, true}) {
    EXPECT_EQ(ports_of(says(13), 13, v6), "50000>161");
    EXPECT_EQ(ports_of(says(13), 8, v6), "50000>161") << "a snap length may cut the payload";
    EXPECT_EQ(ports_of(says(8), 13, v6), "50000>161") << "what follows is padding";
  }
  EXPECT_EQ(weird.total(), 0U);
  EXPECT_EQ(ports_of(says(13), 7), "none");
  EXPECT_EQ(ports_of(ByteView(says(13)).first(7), 7), "none");
  EXPECT_EQ(weird[Weird::udp_header_short], 2U);
  auto nothing = says(13);
  nothing[5] = 0;
  for (const auto& wrong : {says(7), says(14), says(65'535), nothing}) EXPECT_EQ(ports_of(wrong, 13), "none");
  EXPECT_EQ(ports_of(nothing, 13, true), "none") << "no jumbogram";
  EXPECT_EQ(weird[Weird::udp_bad_length], 5U);
}

TEST(Weird, EveryOneHasItsOwnName) {
  std::map<std::string_view, int> names;
  for (std::size_t i = 0; i < weird_count; ++i) ++names[weird_name(static_cast<Weird>(i))];
  EXPECT_EQ(names.size(), weird_count);
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace cordon::net
