// SPDX-License-Identifier: Apache-2.0
#include "radius/packet.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <functional>

#include "radius/authenticator.h"
#include "radius/golden_test.inc"

namespace cordon::radius {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  Bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4U | digit(hex[i + 1])));
  }
  return out;
}

const Mac station{{0x02, 0x77, 0x00, 0x00, 0x00, 0x12}};
const WallTime night = wall_time_of(1670097605);  // 2022-12-03 20:00:05 UTC

std::vector<Attribute> disconnect_attributes() {
  return {calling_station_id(station), text_attribute(Type::nas_identifier, "sw-core"), event_timestamp(night)};
}

Packet any_packet(Code code) {
  Packet out{code, *rc::gen::arbitrary<std::uint8_t>(), {}, {}};
  const auto count = *rc::gen::inRange<std::size_t>(0, 12);
  for (std::size_t i = 0; i < count; ++i) {
    const auto type = *rc::gen::suchThat<std::uint8_t>(
        [](std::uint8_t t) { return t != static_cast<std::uint8_t>(Type::message_authenticator); });
    const auto size = *rc::gen::inRange<std::size_t>(0, attribute_value_bytes_max + 1);
    out.attributes.push_back(
        {static_cast<Type>(type), *rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>())});
  }
  return out;
}

TEST(Packet, WhatRadclientSaysIsReadAndBelieved) {
  for (const std::string_view hex : {golden::disconnect, golden::disconnect_signed, golden::coa}) {
    const Bytes bytes = from_hex(hex);
    EXPECT_EQ(verify_request(bytes, golden::secret, Need::if_present), Verdict::genuine);
    EXPECT_EQ(verify_request(bytes, "another secret", Need::if_present), Verdict::forged);
  }
  EXPECT_EQ(verify_request(from_hex(golden::disconnect), golden::secret, Need::message_authenticator), Verdict::forged);
  const auto packet = parse(from_hex(golden::coa));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->code, Code::coa_request);
  EXPECT_EQ(packet->attributes.size(), 13U);
  ASSERT_NE(packet->find(Type::event_timestamp), nullptr);
  EXPECT_EQ(number_of(*packet->find(Type::event_timestamp)), 1670097605U);
  EXPECT_EQ(*packet->find(Type::nas_ipv6_address), nas_address(*IpAddress::parse("fd00:77::1")));
  EXPECT_EQ(*packet->find(Type::nas_ip_address), nas_address(*IpAddress::parse("10.77.0.1")));
}

TEST(Packet, TheSameRequestAsRadclientsHasTheSameBytes) {
  const Bytes plain = from_hex(golden::disconnect);
  const Packet request{Code::disconnect_request, plain[1], {}, disconnect_attributes()};
  EXPECT_EQ(*sign_request(request, golden::secret, Signature::authenticator_only), plain);
  const Bytes with = from_hex(golden::disconnect_signed);
  const Packet again{Code::disconnect_request, with[1], {}, disconnect_attributes()};
  EXPECT_EQ(*sign_request(again, golden::secret), with);
}

TEST(Packet, WhatHostapdAnswersIsReadAndBelieved) {
  for (const auto& [request, answer, code, cause] :
       {std::tuple{golden::hostapd_asked, golden::hostapd_ack, Code::disconnect_ack, ErrorCause::none},
        std::tuple{golden::hostapd_asked_nobody, golden::hostapd_nak, Code::disconnect_nak,
                   ErrorCause::session_not_found},
        std::tuple{golden::hostapd_asked_coa, golden::hostapd_coa_nak, Code::coa_nak, golden::hostapd_coa_cause}}) {
    const Bytes asked = from_hex(request);
    const Bytes said = from_hex(answer);
    EXPECT_EQ(verify_request(asked, golden::hostapd_secret, Need::message_authenticator), Verdict::genuine);
    EXPECT_EQ(verify_answer(said, asked, golden::hostapd_secret, Need::message_authenticator), Verdict::genuine);
    EXPECT_EQ(verify_answer(said, asked, "another secret", Need::if_present), Verdict::forged);
    const auto packet = parse(said);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->code, code);
    EXPECT_EQ(error_cause(*packet), cause);
  }
  // An answer belongs to its own question alone, though the secret is the same.
  Bytes other = from_hex(golden::hostapd_asked_nobody);
  other[1] = from_hex(golden::hostapd_asked)[1];
  EXPECT_EQ(verify_answer(from_hex(golden::hostapd_ack), other, golden::hostapd_secret, Need::if_present),
            Verdict::forged);
}

TEST(Packet, EveryPacketSurvivesBeingWrittenAndRead) {
  EXPECT_TRUE(rc::check([] {
    Packet packet = any_packet(*rc::gen::elementOf(
        std::vector{Code::disconnect_request, Code::disconnect_nak, Code::coa_request, Code::coa_ack}));
    packet.authenticator = *rc::gen::container<Authenticator>(rc::gen::arbitrary<std::uint8_t>());
    const auto bytes = encode(packet);
    RC_ASSERT(bytes.has_value());
    const auto back = parse(*bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == packet);
    Bytes padded = *bytes;
    padded.resize(padded.size() + *rc::gen::inRange<std::size_t>(0, 9), 0xff);
    RC_ASSERT(*parse(padded) == packet);
  }));
}

TEST(Packet, OneChangedBitIsForged) {
  EXPECT_TRUE(rc::check([] {
    const auto request = sign_request(any_packet(Code::disconnect_request), "a shared secret");
    RC_ASSERT(request.has_value());
    RC_ASSERT(verify_request(*request, "a shared secret", Need::message_authenticator) == Verdict::genuine);
    Packet said = any_packet(Code::disconnect_ack);
    said.identifier = (*request)[1];
    Authenticator of_request{};
    std::copy_n(request->begin() + 4, of_request.size(), of_request.begin());
    const auto signature = *rc::gen::element(Signature::authenticator_only, Signature::message_authenticator);
    const auto answer = sign_answer(said, of_request, "a shared secret", signature);
    RC_ASSERT(answer.has_value());
    RC_ASSERT(verify_answer(*answer, *request, "a shared secret", Need::if_present) == Verdict::genuine);
    Bytes changed = *answer;
    changed[*rc::gen::inRange<std::size_t>(0, changed.size())] ^=
        static_cast<std::uint8_t>(1U << *rc::gen::inRange(0, 8));
    RC_ASSERT(verify_answer(changed, *request, "a shared secret", Need::if_present) != Verdict::genuine);
  }));
}

TEST(Packet, AnyBytesAreReadOrRefused) {
  EXPECT_TRUE(rc::check([] {
    Bytes bytes = *rc::gen::arbitrary<Bytes>();
    if (*rc::gen::arbitrary<bool>() && bytes.size() >= header_bytes) {  // past the first checks
      bytes[0] = *rc::gen::inRange<std::uint8_t>(40, 46);
      bytes[2] = static_cast<std::uint8_t>(bytes.size() >> 8U);
      bytes[3] = static_cast<std::uint8_t>(bytes.size());
    }
    const auto packet = parse(bytes);
    RC_ASSERT(verify_request(bytes, "s", Need::if_present) != Verdict::genuine);
    if (packet) RC_ASSERT(encode(*packet).has_value());
  }));
}

TEST(Packet, HostileLengthsAreRefused) {
  const Bytes good = from_hex(golden::disconnect);
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes out = good;
    out[at] = value;
    return parse(out);
  };
  EXPECT_EQ(with(0, 1).error().code, ErrorCode::unsupported);   // Access-Request
  EXPECT_EQ(with(3, 19).error().code, ErrorCode::malformed);    // shorter than its header
  EXPECT_EQ(with(3, 0xff).error().code, ErrorCode::truncated);  // longer than the datagram
  EXPECT_EQ(with(2, 0x10).error().code, ErrorCode::limit);      // over 4096
  EXPECT_EQ(with(21, 0).error().code, ErrorCode::malformed);    // an attribute that would never end
  EXPECT_EQ(with(21, 1).error().code, ErrorCode::malformed);
  EXPECT_EQ(with(21, 0xff).error().code, ErrorCode::malformed);  // an attribute over the packet's end
  EXPECT_EQ(parse(Bytes(good.begin(), good.begin() + 19)).error().code, ErrorCode::truncated);
  EXPECT_EQ(parse({}).error().code, ErrorCode::truncated);
}

TEST(Packet, BoundsHoldAtOneMore) {
  Packet packet;
  packet.attributes.assign(attributes_max, {Type::proxy_state, {1}});
  const auto bytes = encode(packet);
  ASSERT_TRUE(bytes);
  EXPECT_TRUE(parse(*bytes));
  packet.attributes.push_back({Type::proxy_state, {1}});
  EXPECT_EQ(encode(packet).error().code, ErrorCode::limit);
  Bytes more = *bytes;
  more.insert(more.end(), {33, 3, 1});
  more[2] = static_cast<std::uint8_t>(more.size() >> 8U);
  more[3] = static_cast<std::uint8_t>(more.size());
  EXPECT_EQ(parse(more).error().code, ErrorCode::limit);

  Packet wide;
  wide.attributes = {{Type::proxy_state, Bytes(attribute_value_bytes_max)}};
  EXPECT_TRUE(encode(wide));
  wide.attributes = {{Type::proxy_state, Bytes(attribute_value_bytes_max + 1)}};
  EXPECT_EQ(encode(wide).error().code, ErrorCode::limit);

  Packet longest;  // 20 + 15 * 255 + 2 + 249 is 4096
  longest.attributes.assign(15, {Type::proxy_state, Bytes(attribute_value_bytes_max)});
  longest.attributes.push_back({Type::proxy_state, Bytes(249)});
  EXPECT_EQ(encode(longest)->size(), packet_bytes_max);
  longest.attributes.back().value.push_back(0);
  EXPECT_EQ(encode(longest).error().code, ErrorCode::limit);
}

TEST(Packet, TwoMessageAuthenticatorsAreForged) {
  Packet request{Code::disconnect_request, 1, {}, disconnect_attributes()};
  request.attributes.assign(2, {Type::message_authenticator, Bytes(authenticator_bytes)});
  EXPECT_FALSE(sign_request(request, "secret"));
  request.attributes.resize(1);
  request.attributes[0].value.resize(3);
  EXPECT_TRUE(sign_request(request, "secret"));  // the value is ours to make
}

TEST(Packet, NothingIsSignedWithoutASecret) {
  EXPECT_FALSE(sign_request({Code::disconnect_request, 1, {}, {}}, ""));
  EXPECT_FALSE(sign_request({Code::disconnect_ack, 1, {}, {}}, "secret"));
  EXPECT_FALSE(sign_answer({Code::disconnect_request, 1, {}, {}}, {}, "secret"));
}

TEST(Packet, AStationIsWrittenAsEachSwitchWantsIt) {
  const Mac mac{{0x02, 0x77, 0x00, 0xab, 0x00, 0x1a}};
  const auto text = [&](MacStyle style) {
    const Attribute attribute = calling_station_id(mac, style);
    return std::string(attribute.value.begin(), attribute.value.end());
  };
  EXPECT_EQ(text(MacStyle::dashes), "02-77-00-AB-00-1A");
  EXPECT_EQ(text(MacStyle::colons), "02:77:00:ab:00:1a");
  EXPECT_EQ(text(MacStyle::dots), "0277.00ab.001a");
  EXPECT_EQ(text(MacStyle::bare), "027700ab001a");
}

TEST(Packet, AVlanIsThreeAttributes) {
  const auto vlan = tunnel_vlan(999);
  ASSERT_EQ(vlan.size(), 3U);
  EXPECT_EQ(number_of(vlan[0]), 13U);
  EXPECT_EQ(number_of(vlan[1]), 6U);
  EXPECT_EQ(vlan[2].value, (Bytes{'9', '9', '9'}));
}

TEST(Packet, TimesBeforeAndBeyondTheFieldStayInIt) {
  EXPECT_EQ(number_of(event_timestamp(wall_time_of(-5))), 0U);
  EXPECT_EQ(number_of(event_timestamp(wall_time_of(5e9))), 0xffffffffU);
}

}  // namespace
}  // namespace cordon::radius
