// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <gtest/gtest.h>

#include "net/testing.h"

namespace cordon::net {
namespace {

using testing::down;
using testing::host;
using testing::MemorySink;
using testing::Talk;
using testing::up;

class Tcp : public ::testing::Test {
 protected:
  MemorySink sink;
  Decoder decoder{sink};
  Talk talk{decoder, host(1, 50'000), host(2, 445)};
  Talk other{decoder, host(3, 50'000), host(2, 445)};
  std::uint64_t weird(Weird w) const { return decoder.counters().weird[w]; }
};

TEST_F(Tcp, AConversationFromSynToFin) {
  talk.handshake();
  talk.data(up, 0, "negotiate");
  talk.data(down, 0, "a longer response", 9);
  talk.data(up, 9, "", 17, testing::fin_flag);
  talk.data(down, 17, "bye", 10, testing::fin_flag);
  talk.ack(up, 10, 21);
  ASSERT_EQ(sink.flows.size(), 1U);
  const auto& flow = sink.flows[1];
  EXPECT_EQ(sink.to_server(), "negotiate");
  EXPECT_EQ(sink.to_client(), "a longer responsebye") << "across the wrap of the sequence numbers";
  EXPECT_EQ(flow.acked, (std::array<std::uint64_t, 2>{9, 17}));
  EXPECT_TRUE(flow.ended);
  EXPECT_EQ(flow.end, FlowEnd::finished);
  EXPECT_EQ(flow.view.client.address.text(), "10.0.0.1");
  EXPECT_EQ(flow.view.server.port, 445);
  EXPECT_EQ(flow.view.client.mac, host(1, 0).mac);
  EXPECT_TRUE(flow.view.coherent);
  EXPECT_FALSE(flow.view.midstream);
  EXPECT_FALSE(flow.view.one_sided());
  EXPECT_EQ(flow.view[up].acked_sequence, talk.client_isn + 1 + 9);
  EXPECT_EQ(decoder.counters().weird.total(), 0U);
  EXPECT_EQ(sink.sources.size(), 2U);
}

TEST_F(Tcp, AnEndIsWhereItIsAnsweredWhateverItSendsFrom) {
  talk.client_sends_from = host(9, 0).mac;
  talk.handshake();
  EXPECT_EQ(sink.flows[1].view.client.mac, host(9, 0).mac) << "told before it was answered";
  talk.data(up, 0, "negotiate");
  EXPECT_EQ(sink.flows[1].view.client.mac, host(1, 0).mac);
  talk.data(down, 0, "an answer", 9);
  talk.data(up, 9, "more", 9);
  EXPECT_EQ(sink.flows[1].view.client.mac, host(1, 0).mac);
  EXPECT_EQ(sink.flows[1].view.server.mac, host(2, 0).mac);
}

TEST_F(Tcp, WhoIsAnsweredWhereSeveralHearItHasNoMac) {
  testing::Host client = host(1, 50'001);
  for (const Mac mac : {Mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, Mac{{1, 0, 0x5e, 0, 0, 1}}, Mac{}}) {
    client.mac = mac;
    ++client.port;
    Talk to_many(decoder, client, host(2, 445));
    to_many.client_sends_from = host(9, 0).mac;
    to_many.handshake();
    to_many.data(up, 0, "negotiate");
    EXPECT_FALSE(sink.flows[sink.flows.size()].view.client.mac.known()) << mac.text();
  }
}

TEST_F(Tcp, WhereFramesNameNoReceiverAnEndIsWhatItSendsFrom) {
  std::uint32_t sent = 0;
  const auto cooked = [&](const testing::Host& from, const testing::Host& to, const testing::SegmentFields& fields) {
    ByteWriter w;
    for (const std::uint16_t word : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{6}}) w.u16be(word);
    w.bytes(from.mac.bytes);
    w.u32be(0x0800);
    w.bytes(testing::ip_bytes(from, to, testing::tcp_bytes(from, to, fields), {}));
    const WallTime time = talk.now + Micros(++sent);
    decoder.frame(testing::OwnedFrame{w.release(), time, LinkType::linux_cooked, 0}.view());
  };
  const testing::Host client = host(1, 50'000);
  const testing::Host server = host(2, 445);
  cooked(client, server, {.sequence = 10, .flags = testing::syn_flag});
  cooked(server, client, {.sequence = 20, .acknowledgement = 11, .flags = testing::syn_flag | testing::ack_flag});
  cooked(client, server, {.sequence = 11, .acknowledgement = 21, .payload = "negotiate"});
  cooked(server, client, {.sequence = 21, .acknowledgement = 20, .payload = "answer"});
  EXPECT_TRUE(sink.flows[1].view.coherent);
  EXPECT_EQ(sink.flows[1].view.client.mac, client.mac);
  EXPECT_EQ(sink.flows[1].view.server.mac, server.mac);
}

TEST_F(Tcp, InOrderDataIsTheFramesOwnBytes) {
  struct : Sink {
    const std::uint8_t* seen = nullptr;
    void on_data(FlowView&, Direction, WallTime, ByteView bytes) override { seen = bytes.data(); }
  } pointer_sink;
  Decoder direct(pointer_sink);
  const auto frame = testing::tcp_frame(host(1, 50'000), host(2, 445), {.payload = "x"}, talk.now);
  direct.frame(frame.view());
  EXPECT_EQ(pointer_sink.seen, frame.bytes.data() + 54);
}

TEST_F(Tcp, AHoleWaitsForItsRetransmission) {
  talk.handshake();
  talk.data(up, 3, "def");
  talk.data(up, 6, "ghi");
  EXPECT_EQ(sink.to_server(), "");
  talk.data(up, 0, "abc");
  EXPECT_EQ(sink.to_server(), "abcdefghi");
  EXPECT_EQ(decoder.counters().gaps, 0U);
}

TEST_F(Tcp, AHoleThatTheOtherSideHasIsAGap) {
  talk.handshake();
  talk.data(up, 3, "def");
  talk.ack(down, 0, 6);
  EXPECT_EQ(sink.to_server(), "???def");
  talk.data(up, 0, "abc");
  EXPECT_EQ(sink.to_server(), "???def") << "too late";
}

TEST_F(Tcp, AnAckThatOvertookItsDataMakesNoGap) {
  talk.handshake();
  talk.ack(down, 0, 3);
  talk.data(up, 0, "abc");
  EXPECT_EQ(sink.to_server(), "abc");
  EXPECT_EQ(sink.flows[1].acked[0], 3U);
}

TEST_F(Tcp, AnAnswerWithPayloadMakesALostRequestAGapAtOnce) {
  talk.handshake();
  talk.data(down, 0, "answer", 7);
  EXPECT_EQ(sink.to_server(), "???????");
  EXPECT_EQ(sink.to_client(), "answer");
}

TEST_F(Tcp, OneSidedHolesEndAfterTheirTime) {
  talk.send(up, {.sequence = talk.client_isn, .flags = testing::syn_flag});
  talk.data(up, 3, "def");
  talk.now += std::chrono::milliseconds(900);
  talk.data(up, 6, "ghi");
  EXPECT_EQ(sink.to_server(), "");
  talk.now += std::chrono::milliseconds(200);
  decoder.advance(talk.now);
  EXPECT_EQ(sink.to_server(), "???defghi");
  EXPECT_TRUE(sink.flows[1].view.one_sided());
  EXPECT_FALSE(sink.flows[1].view.coherent);
  talk.data(up, 9, "", 0, testing::fin_flag);
  EXPECT_EQ(sink.flows[1].end, FlowEnd::finished);
}

TEST_F(Tcp, BytesThatTheReceiverNeverAcknowledgedAreForgottenNotDelivered) {
  talk.handshake();
  talk.data(up, 0, "abc");
  talk.data(up, 100'000, "forged");
  talk.now += std::chrono::milliseconds(600);
  talk.ack(down, 0, 3);
  talk.now += std::chrono::milliseconds(600);
  decoder.advance(talk.now);
  EXPECT_EQ(decoder.counters().pending_bytes_now, 0U);
  talk.data(up, 3, "def");
  EXPECT_EQ(sink.to_server(), "abcdef");
}

TEST_F(Tcp, TheFirstBytesSeenWinAndConflictsAreCounted) {
  talk.handshake();
  talk.data(up, 3, "DEF");
  talk.data(up, 0, "abcdefghi");
  EXPECT_EQ(sink.to_server(), "abcDEFghi");
  EXPECT_EQ(weird(Weird::tcp_overlap_conflict), 1U);
  talk.data(up, 3, "xxx");
  EXPECT_EQ(sink.to_server(), "abcDEFghi");
}

TEST_F(Tcp, KeepalivesAndZeroWindowsAreCountedNotDelivered) {
  talk.handshake();
  talk.data(up, 0, "abc");
  talk.data(up, 2, "");
  talk.data(up, 2, "c");
  talk.send(down, {.sequence = talk.server_isn + 1, .acknowledgement = talk.client_isn + 4, .window = 0});
  EXPECT_EQ(sink.to_server(), "abc");
  EXPECT_EQ(decoder.counters().keepalives, 2U);
  EXPECT_EQ(decoder.counters().zero_windows, 1U);
}

TEST_F(Tcp, ASnapLengthLeavesBytesAndAGap) {
  talk.handshake();
  auto frame = testing::tcp_frame(host(1, 50'000), host(2, 445), {.sequence = 1'001, .payload = "abcdefgh"}, talk.now);
  frame.wire_bytes = static_cast<std::uint32_t>(frame.bytes.size());
  for (int i = 0; i < 5; ++i) frame.bytes.pop_back();
  decoder.frame(frame.view());
  talk.data(up, 8, "ij");
  EXPECT_EQ(sink.to_server(), "abc?????ij");
}

TEST_F(Tcp, MidstreamStartsAtTheFirstSegmentAndFindsTheServerByItsPort) {
  talk.data(down, 1'000, "answer", 500);
  talk.data(up, 500, "request", 1'006);
  talk.data(down, 1'006, "", 507);
  const auto& flow = sink.flows[1];
  EXPECT_EQ(sink.to_client(), "answer");
  EXPECT_EQ(sink.to_server(), "request");
  EXPECT_TRUE(flow.view.midstream);
  EXPECT_TRUE(flow.view.coherent);
  EXPECT_EQ(flow.view.server.port, 445);
  EXPECT_EQ(flow.acked, (std::array<std::uint64_t, 2>{7, 6}));

  Talk high(decoder, host(9, 60'000), host(8, 50'123));
  high.data(down, 5, "x");
  EXPECT_EQ(sink.flows[2].view.client.address.text(), "10.0.0.9") << "the lower port serves";
}

TEST_F(Tcp, ASynAckShowsWhoIsTheServerAndWhereTheClientBegan) {
  talk.send(down, {.sequence = talk.server_isn,
                   .acknowledgement = talk.client_isn + 1,
                   .flags = testing::syn_flag | testing::ack_flag});
  talk.data(up, 3, "def");
  talk.data(up, 0, "abc");
  EXPECT_EQ(sink.to_server(), "abcdef");
  EXPECT_FALSE(sink.flows[1].view.midstream);
}

TEST_F(Tcp, ARepeatedSynIsTheSameFlow) {
  talk.send(up, {.sequence = talk.client_isn, .flags = testing::syn_flag});
  talk.handshake();
  talk.data(up, 0, "abc");
  EXPECT_EQ(sink.flows.size(), 1U);
  EXPECT_EQ(sink.to_server(), "abc");
}

TEST_F(Tcp, PortReuseIsANewFlowOnceItIsAnswered) {
  talk.handshake();
  talk.data(up, 0, "first");
  talk.client_isn = 70'000'000;
  talk.server_isn = 90'000'000;
  talk.handshake();
  talk.data(up, 0, "second");
  ASSERT_EQ(sink.flows.size(), 2U);
  EXPECT_EQ(sink.flows[1].end, FlowEnd::reused);
  EXPECT_EQ(sink.to_server(2), "second");
  EXPECT_EQ(sink.flows[2].view.client.port, 50'000);
  EXPECT_FALSE(sink.flows[2].view.midstream);
}

TEST_F(Tcp, PortReuseAfterTheEndIsANewFlow) {
  talk.handshake();
  talk.data(up, 0, "a", 0, testing::fin_flag);
  talk.data(down, 0, "", 2, testing::fin_flag);
  talk.ack(up, 2, 1);
  talk.client_isn = 70'000'000;
  talk.handshake();
  talk.data(up, 0, "second");
  ASSERT_EQ(sink.flows.size(), 2U);
  EXPECT_EQ(sink.to_server(2), "second");
}

TEST_F(Tcp, AForgedSynOrResetDoesNotEndACoherentFlow) {
  talk.handshake();
  talk.data(up, 0, "abc");
  talk.send(up, {.sequence = 123'456'789, .flags = testing::syn_flag});
  talk.send(up, {.sequence = 123'456'789, .flags = testing::reset_flag});
  talk.send(
      down,
      {.sequence = 400'000'000, .acknowledgement = 987'654'321, .flags = testing::reset_flag | testing::ack_flag});
  talk.send(down, {.sequence = 5, .acknowledgement = 987'654'321, .flags = testing::syn_flag | testing::ack_flag});
  talk.data(up, 3, "def");
  EXPECT_EQ(sink.flows.size(), 1U);
  EXPECT_FALSE(sink.flows[1].ended);
  EXPECT_EQ(sink.to_server(), "abcdef");
  EXPECT_EQ(weird(Weird::tcp_reset_out_of_window), 2U);
  EXPECT_EQ(weird(Weird::tcp_syn_unexpected), 1U);
  EXPECT_EQ(weird(Weird::tcp_bad_syn_ack), 1U);
}

TEST_F(Tcp, AResetEndsTheFlowAndStragglersStartNone) {
  talk.handshake();
  talk.data(up, 0, "abc");
  talk.send(down, {.sequence = talk.server_isn + 1, .flags = testing::reset_flag});
  talk.data(up, 3, "def");
  EXPECT_EQ(sink.flows.size(), 1U);
  EXPECT_EQ(sink.flows[1].end, FlowEnd::reset);
}

TEST_F(Tcp, WhoGoesOnAfterItsOwnResetDidNotSendIt) {
  talk.handshake();
  talk.data(up, 0, "abc");
  talk.send(up, {.sequence = talk.client_isn + 4, .flags = testing::reset_flag});
  talk.data(up, 3, "def");
  ASSERT_EQ(sink.flows.size(), 2U);
  EXPECT_EQ(sink.to_server(2), "def");
  EXPECT_EQ(weird(Weird::tcp_data_after_reset), 1U);
}

TEST_F(Tcp, ARefusedConnectionIsNotCoherent) {
  talk.send(up, {.sequence = talk.client_isn, .flags = testing::syn_flag});
  talk.send(down,
            {.sequence = 0, .acknowledgement = talk.client_isn + 1, .flags = testing::reset_flag | testing::ack_flag});
  EXPECT_EQ(sink.flows[1].end, FlowEnd::reset);
  EXPECT_FALSE(sink.flows[1].view.coherent);
}

TEST_F(Tcp, ABlindSpooferNeverBecomesCoherent) {
  // It forges the client: SYN, then the ACK and data of a handshake whose SYN-ACK it cannot see.
  talk.send(up, {.sequence = talk.client_isn, .flags = testing::syn_flag});
  talk.send(down, {.sequence = talk.server_isn,
                   .acknowledgement = talk.client_isn + 1,
                   .flags = testing::syn_flag | testing::ack_flag});
  talk.send(up, {.sequence = talk.client_isn + 1, .acknowledgement = 0x12345678, .payload = "evil"});
  talk.send(down, {.sequence = talk.server_isn + 1, .acknowledgement = talk.client_isn + 1});
  decoder.finish();
  EXPECT_FALSE(sink.flows[1].view.coherent);
}

TEST_F(Tcp, AfterALongLossTheFlowGoesOnWhereBothSidesAre) {
  talk.handshake();
  talk.data(up, 0, "abc");
  talk.ack(down, 0, 3);
  talk.data(up, 50'000'000, "too early to believe");
  EXPECT_EQ(sink.to_server(), "abc");
  talk.ack(down, 0, 50'000'020);
  talk.data(up, 50'000'020, "believed");
  EXPECT_EQ(sink.to_server().substr(0, 4), "abc?");
  EXPECT_EQ(sink.to_server().substr(3 + 64), "believed");
  EXPECT_EQ(sink.flows[1].gaps[0], 50'000'020U - 3U);
  EXPECT_EQ(weird(Weird::tcp_resynchronised), 1U);
}

TEST_F(Tcp, AStreamThatWasLuredAwayComesBack) {
  talk.handshake();
  talk.data(up, 0, "abc");
  talk.now += std::chrono::seconds(1);
  for (std::uint32_t i = 0; i < 3; ++i) talk.data(up, 500'000'000 + i * 4, "evil");
  EXPECT_EQ(weird(Weird::tcp_resynchronised), 1U) << "idle, and three in a row";
  talk.data(up, 3, "def");
  EXPECT_EQ(weird(Weird::tcp_resynchronised), 2U);
  EXPECT_EQ(sink.to_server().substr(sink.to_server().size() - 3), "def");
}

TEST_F(Tcp, DataBehindTheFinIsCountedAndForgotten) {
  talk.handshake();
  talk.data(up, 3, "def", 0, testing::fin_flag);  // the hole before it keeps the flow open
  talk.data(up, 5'000, "behind");
  talk.data(up, 5, "fgh");
  EXPECT_EQ(weird(Weird::tcp_data_after_fin), 2U);
  talk.data(up, 0, "abc");
  EXPECT_EQ(sink.to_server(), "abcdef");
  decoder.finish();
  EXPECT_EQ(decoder.counters().gaps, 0U);
  EXPECT_EQ(decoder.counters().pending_bytes_now, 0U);
}

TEST_F(Tcp, VlansKeepFlowsApart) {
  talk.data(up, 0, "a");
  talk.vlan = {7, 0};
  talk.data(up, 0, "b");
  talk.vlan = {7, 8};
  talk.data(up, 0, "c");
  EXPECT_EQ(sink.flows.size(), 3U);
  EXPECT_EQ(sink.flows[3].view.vlan, (Vlan{7, 8}));
}

TEST_F(Tcp, IdleFlowsEnd) {
  talk.handshake();
  other.send(up, {.sequence = 1, .flags = testing::syn_flag});
  decoder.advance(talk.now + std::chrono::seconds(30));
  EXPECT_TRUE(sink.flows[2].ended);
  EXPECT_FALSE(sink.flows[1].ended);
  decoder.advance(talk.now + std::chrono::hours(2));
  EXPECT_EQ(sink.flows[1].end, FlowEnd::idle);
  EXPECT_EQ(decoder.counters().flows_now, 0U);
}

TEST_F(Tcp, AClockThatJumpsBackDoesNotStopTime) {
  talk.handshake();
  const WallTime real = talk.now;
  talk.now += std::chrono::hours(24 * 365);
  other.now = talk.now;
  other.send(up, {.sequence = 1, .flags = testing::syn_flag});
  talk.now = real;
  talk.client_isn += 5'000'000;
  talk.handshake();
  talk.data(up, 3, "def");
  decoder.advance(talk.now + std::chrono::seconds(2));
  EXPECT_EQ(weird(Weird::time_backwards), 1U);
  EXPECT_EQ(sink.flows[3].gaps[0], 3U);
}

TEST_F(Tcp, PiecesOfOneStreamStopAtTheirBound) {
  talk.handshake();
  for (std::uint32_t i = 0; i < pieces_max; ++i) talk.data(up, 2 * i + 1, "x");
  EXPECT_EQ(decoder.counters().gaps, 0U);
  talk.data(up, 2 * pieces_max + 1, "x");
  EXPECT_EQ(decoder.counters().gaps, 1U);
  EXPECT_EQ(sink.to_server(), "?x");
}

TEST_F(Tcp, BytesOfOneStreamStopAtTheirBound) {
  const TcpOptions options;
  talk.handshake();
  const std::string piece(32'768, 'x');
  std::uint32_t at = 1;
  for (; at < options.stream_pending_bytes_max; at += 32'768) talk.data(up, at, piece);
  EXPECT_EQ(decoder.counters().gaps, 1U);
  EXPECT_LE(decoder.counters().pending_bytes_peak, options.stream_pending_bytes_max + 32'768 + piece_overhead_bytes);
  EXPECT_EQ(sink.to_server().size(), at);
}

}  // namespace
}  // namespace cordon::net
