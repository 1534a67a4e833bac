// SPDX-License-Identifier: Apache-2.0
#include "intellivue/message.h"

#include <gtest/gtest.h>

#include "intellivue/association.h"
#include "intellivue/codes.h"
#include "intellivue/testing.h"

namespace cordon::intellivue {
namespace {

using testing::any;
using testing::any_attributes;
using testing::any_bytes;
using testing::any_object;
using testing::from_hex;
using testing::some;

// The guide, "Association Control Protocol Examples": release and abort carry nothing of their own.
constexpr std::string_view release_request =
    "09 18 c1 16 61 80 30 80 02 01 01 a0 80 62 80 80 01 00 00 00 00 00 00 00 00 00";
constexpr std::string_view release_reply =
    "0a 18 c1 16 61 80 30 80 02 01 01 a0 80 63 80 80 01 00 00 00 00 00 00 00 00 00";
constexpr std::string_view abort_message =
    "19 2e 11 01 03 c1 29 a0 80 a0 80 30 80 02 01 01 06 02 51 01 00 00 00 00 61 80 30 80 02 01 01 a0 80 64 80 80 01 01 "
    "00 00 00 00 00 00 "
    "00 00 00 00";

TEST(Association, PrintsTheGuidesExamples) {
  EXPECT_EQ(*print_association(standard(SessionKind::release_request)), from_hex(release_request));
  EXPECT_EQ(*print_association(standard(SessionKind::release_reply)), from_hex(release_reply));
  const Bytes abort_bytes = *print_association(standard(SessionKind::abort));
  EXPECT_EQ(parse_association(abort_bytes)->kind, SessionKind::abort);
  EXPECT_EQ(*print_association(*parse_association(from_hex(release_request))), from_hex(release_request));
}

// The user data by the guide's layout; what surrounds it is that of its example.
TEST(Association, RequestHasTheGuidesBytes) {
  Wish wish;
  wish.min_poll_period = 0x1F40;
  wish.bytes_max = 1000;
  wish.extensions = code::ext_numerics_1s | code::ext_waves;
  const Bytes bytes = *print_association(standard(SessionKind::request, user_info(code::system_client, wish)));
  EXPECT_EQ(
      bytes,
      from_hex(
          "0d ec 05 08 13 01 00 16 01 02 80 00 14 02 00 02 c1 dc 31 80 a0 80 80 01 01 00 00 a2 80 a0 03 00 00 01 a4 80"
          "30 80 02 01 01 06 04 52 01 00 01 30 80 06 02 51 01 00 00 00 00 30 80 02 01 02 06 0c 2a 86 48 ce 14 02 01 00 "
          "00 00"
          "01 01 30 80 06 0c 2a 86 48 ce 14 02 01 00 00 00 02 01 00 00 00 00 00 00 61 80 30 80 02 01 01 a0 80 60 80 a1 "
          "80 06"
          "0c 2a 86 48 ce 14 02 01 00 00 00 03 01 00 00 be 80 28 80 06 0c 2a 86 48 ce 14 02 01 00 00 00 01 01 02 01 02 "
          "81"
          "48 80000000 40000000 00000000 80000000 20000000 0000 0000 0001 002c 0001 0028 80000000 00001f40 000003e8 "
          "000003e8"
          "ffffffff 60000000 0001 000c f001 0008 88000000 0000 0000"
          "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"));
  EXPECT_EQ(granted(*parse_association(bytes)->user)->extensions, wish.extensions);
}

TEST(Association, ComesBackAndPrintsTheSameBytes) {
  EXPECT_TRUE(rc::check("any user data, short and long", [] {
    const UserInfo info{any<std::uint32_t>(), any<std::uint32_t>(), any<std::uint32_t>(), any<std::uint32_t>(),
                        any<std::uint32_t>(), any_attributes(),     any_attributes()};
    const auto kind = *rc::gen::element(SessionKind::request, SessionKind::accept);
    const Association message = standard(kind, info);
    const Bytes bytes = *print_association(message);
    const auto again = parse_association(bytes);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == message);
    RC_ASSERT(*print_association(*again) == bytes);
  }));
}

TEST(Association, LyingLengthsAreRefused) {
  Bytes bytes = *print_association(standard(SessionKind::accept, user_info(code::system_server, {})));
  EXPECT_EQ(parse_association(ByteView(bytes).first(40)).error().code, ErrorCode::truncated);
  bytes.push_back(0);
  EXPECT_EQ(parse_association(bytes).error().code, ErrorCode::malformed);
  EXPECT_EQ(parse_association(from_hex("e100 0002")).error().code, ErrorCode::unsupported);
  EXPECT_EQ(parse_association({}).error().code, ErrorCode::unsupported);
}

TEST(Association, TheBoundHoldsAtTheBound) {
  Association refuse{SessionKind::refuse, Bytes(association_bytes_max - 4, 0), std::nullopt, {}};
  ASSERT_TRUE(print_association(refuse));
  EXPECT_TRUE(parse_association(*print_association(refuse)));
  refuse.before.push_back(0);
  EXPECT_EQ(print_association(refuse).error().code, ErrorCode::limit);
  EXPECT_EQ(parse_association(Bytes(association_bytes_max + 1, 0x0C)).error().code, ErrorCode::limit);
}

TEST(Association, TimeoutsAreTheGuides) {
  EXPECT_EQ(timeout_seconds(ticks_per_second), 10U);
  EXPECT_EQ(timeout_seconds(ticks_per_second * 10), 30U);
  EXPECT_EQ(timeout_seconds(ticks_per_second * 100), 130U);
}

// Laid out by hand after the guide, "Poll Data Request" and "Extended Poll Data Request".
TEST(Message, RequestsHaveTheGuidesBytes) {
  PollRequest request;
  request.object = {code::moc_mds, 0, 0};
  request.poll_number = 7;
  request.polled = {code::part_object, code::moc_numeric};
  request.group = code::group_observed;
  EXPECT_EQ(*print({0xE100, 2, 5, std::nullopt, request}),
            from_hex("e100 0002 0001 001c 0005 0007 0016 0021 0000 0000 00000000 0c16 0008 0007 0001 0006 0803"));
  request.extended = true;
  request.extra = {attribute(code::attr_poll_period, Number32{8000})};
  EXPECT_EQ(*print({0xE100, 2, 5, std::nullopt, request}),
            from_hex("e100 0002 0001 0028 0005 0007 0022 0021 0000 0000 00000000 f13b 0014 0007 0001 0006 0803 0001 "
                     "0008 f13e 0004 00001f40"));
  const EventResult result{{code::moc_mds, 0, 0}, 0x4847, code::noti_mds_create, {}};
  EXPECT_EQ(*print({0xE100, 2, 1, std::nullopt, result}),
            from_hex("e100 0002 0002 0014 0001 0001 000e 0021 0000 0000 00004847 0d06 0000"));
  const GetRequest get{{code::moc_mds, 0, 0}, 0, {code::attr_wave_priorities}};
  EXPECT_EQ(*print({0xE100, 2, 9, std::nullopt, get}),
            from_hex("e100 0002 0001 0016 0009 0003 0010 0021 0000 0000 00000000 0001 0002 f23a"));
  const SetRequest set{true,
                       {code::moc_mds, 0, 0},
                       0,
                       {{Modify::replace, attribute(code::attr_wave_priorities, LabelList{{0x00020102}})}}};
  EXPECT_EQ(
      *print({0xE100, 2, 9, std::nullopt, set}),
      from_hex(
          "e100 0002 0001 0022 0009 0005 001c 0021 0000 0000 00000000 0001 000e 0000 f23a 0008 0001 0004 00020102"));
}

TEST(Message, LinkedResultsCarryTheirPlace) {
  const auto part = parse(from_hex(
      "e100 0002 0005 002c 0102 0005 0007 0024 0021 0000 0000 0c16 001a 0007 00000010 ffffffffffffffff 0001 0006 0803"
      "0000 0000 0000"));
  EXPECT_FALSE(part) << "two octets too many in the reply";
  const auto good = parse(from_hex(
      "e100 0002 0005 002a 0102 0005 0007 0022 0021 0000 0000 0c16 0018 0007 00000010 ffffffffffffffff 0001 0006 0803"
      "0000 0000"));
  ASSERT_TRUE(good);
  EXPECT_EQ(good->link, (Link{LinkState::first, 2}));
  EXPECT_EQ(std::get<PollReply>(good->body).relative_time, 16U);
}

TEST(Message, ErrorsAreRead) {
  const auto error = parse(from_hex("e100 0002 0003 0006 0009 0002 0000"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->invoke_id, 9);
  EXPECT_EQ(std::get<RemoteError>(error->body).code, RemoteErrorCode::access_denied);
}

PollReply any_reply() {
  PollReply out;
  out.extended = any<bool>();
  out.object = any_object();
  out.poll_number = any<std::uint16_t>();
  out.sequence = out.extended ? any<std::uint16_t>() : std::uint16_t{0};
  out.relative_time = any<std::uint32_t>();
  out.absolute_time = *rc::gen::arbitrary<AbsoluteTime>();
  out.polled = {any<std::uint16_t>(), any<std::uint16_t>()};
  out.group = any<std::uint16_t>();
  out.contexts = some<PollContext>([] {
    return PollContext{any<std::uint16_t>(), some<Observation>([] {
                         return Observation{any<std::uint16_t>(), any_attributes()};
                       })};
  });
  return out;
}

PollRequest any_request() {
  const bool extended = any<bool>();
  return {extended,
          any_object(),
          any<std::uint32_t>(),
          any<std::uint16_t>(),
          {any<std::uint16_t>(), any<std::uint16_t>()},
          any<std::uint16_t>(),
          extended ? any_attributes() : Attributes{}};
}

Body any_body() {
  switch (*rc::gen::inRange(0, 10)) {
    case 0:
      return EventReport{any<bool>(), any_object(), any<std::uint32_t>(), any<std::uint16_t>(), any_bytes()};
    case 1:
      return EventResult{any_object(), any<std::uint32_t>(), any<std::uint16_t>(), any_bytes()};
    case 2:
      return any_request();
    case 3:
      return GetRequest{any_object(), any<std::uint32_t>(), some<std::uint16_t>(any<std::uint16_t>)};
    case 4:
      return GetReply{any_object(), any_attributes()};
    case 5:
      return SetRequest{
          any<bool>(), any_object(), any<std::uint32_t>(), some<Modification>([] {
            return Modification{static_cast<Modify>(any<std::uint16_t>()), {any<std::uint16_t>(), any_bytes()}};
          })};
    case 6:
      return SetReply{any_object(), any_attributes()};
    case 7:
      return RemoteError{static_cast<RemoteErrorCode>(any<std::uint16_t>()), any_bytes()};
    case 8:
      return Unread{any<bool>(), 99, any_bytes()};
    default:
      return any_reply();
  }
}

bool is_result(const Body& body) {
  const auto* unread = std::get_if<Unread>(&body);
  return std::holds_alternative<EventResult>(body) || std::holds_alternative<PollReply>(body) ||
         std::holds_alternative<GetReply>(body) || std::holds_alternative<SetReply>(body) ||
         (unread != nullptr && unread->result);
}

TEST(Message, ComesBackAndPrintsTheSameBytes) {
  EXPECT_TRUE(rc::check("any message", [] {
    Message message{static_cast<std::uint16_t>(0xE100U | any<std::uint8_t>()), any<std::uint16_t>(),
                    any<std::uint16_t>(), std::nullopt, any_body()};
    if (is_result(message.body) && any<bool>())
      message.link = Link{static_cast<LinkState>(any<std::uint8_t>()), any<std::uint8_t>()};
    const Bytes bytes = *print(message);
    const auto again = parse(bytes);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == message);
    RC_ASSERT(*print(*again) == bytes);
  }));
}

TEST(Message, ACutOrDamagedOneIsRefusedOrReadAndNeverMore) {
  EXPECT_TRUE(rc::check("what is read of damaged bytes prints as those bytes", [] {
    Bytes bytes = *print({0xE100, 2, any<std::uint16_t>(), std::nullopt, any_body()});
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = any<std::uint8_t>();
    const auto message = parse(bytes);
    if (message) RC_ASSERT(*print(*message) == bytes);
    RC_ASSERT(!parse(ByteView(bytes).first(at)));
  }));
}

TEST(Message, TheBoundHoldsAtTheBound) {
  Message message{0xE100, 2, 0, std::nullopt, Unread{false, 99, Bytes(message_bytes_max - 14, 0)}};
  ASSERT_TRUE(print(message));
  EXPECT_EQ(print(message)->size(), message_bytes_max);
  EXPECT_TRUE(parse(*print(message)));
  std::get<Unread>(message.body).argument.push_back(0);
  EXPECT_EQ(print(message).error().code, ErrorCode::limit);
  EXPECT_EQ(parse(Bytes(message_bytes_max + 1, 0)).error().code, ErrorCode::limit);
}

TEST(Beacon, TellsWhereToAssociate) {
  Beacon beacon;
  beacon.nomenclature = 0x100;
  beacon.command = code::cmd_confirmed_event;
  beacon.attributes = {attribute(code::attr_net_address, NetAddress{{}, {10, 9, 0, 2}, {255, 255, 255, 0}}),
                       attribute(code::attr_protocol_support, ProtocolSupport{{{1, 1, 99, 0}, {5, 1, 24106, 0}}})};
  const auto again = parse_beacon(*print_beacon(beacon));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, beacon);
  EXPECT_EQ(*beacon_endpoint(*again), (Endpoint{{10, 9, 0, 2}, 24106}));
  beacon.attributes[1] = attribute(code::attr_protocol_support, ProtocolSupport{{{5, 2, 24106, 0}}});
  EXPECT_EQ(beacon_endpoint(beacon).error().code, ErrorCode::malformed);
  beacon.attributes.pop_back();
  EXPECT_EQ(beacon_endpoint(beacon)->port, data_port);
  beacon.attributes.clear();
  EXPECT_FALSE(beacon_endpoint(beacon));
}

}  // namespace
}  // namespace cordon::intellivue
