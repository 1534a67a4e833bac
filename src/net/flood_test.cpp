// SPDX-License-Identifier: Apache-2.0
// What an attacker may throw at the tables: they keep their bounds, and nobody established is forgotten.
#include <gtest/gtest.h>

#include "net/testing.h"

namespace cordon::net {
namespace {

using testing::down;
using testing::host;
using testing::MemorySink;
using testing::Talk;
using testing::up;

// Remembers one client's stream only, so that the test's own memory says nothing.
class VictimSink : public Sink {
 public:
  void on_data(FlowView& flow, Direction, WallTime, ByteView in) override {
    if (flow.client.address == host(1, 0).address) bytes.append(in.begin(), in.end());
  }
  void on_flow_end(FlowView& flow, FlowEnd) override {
    if (flow.client.address == host(1, 0).address) ended = true;
    ends += 1;
  }
  std::string bytes;
  bool ended = false;
  std::uint64_t ends = 0;
};

class Flood : public ::testing::Test {
 protected:
  VictimSink sink;
  Decoder decoder{sink};
  Talk victim{decoder, host(1, 50'000), host(2, 445)};

  void SetUp() override {
    victim.handshake();
    victim.data(up, 0, "before ");
    victim.data(down, 0, "answer", 7);
    sink.bytes.clear();
  }
  void expect_victim_lives() {
    victim.data(up, 7, "after");
    EXPECT_EQ(sink.bytes, "after");
    EXPECT_FALSE(sink.ended);
    EXPECT_EQ(decoder.counters().flows_evicted_established, 0U);
  }
};

TEST_F(Flood, AHundredThousandSpoofedSyns) {
  const FlowTableOptions options;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    Talk forged(decoder,
                host(static_cast<std::uint16_t>(1'000 + i % 50'000), static_cast<std::uint16_t>(1'024 + i / 50'000)),
                host(2, 445));
    forged.now = victim.now;
    forged.client_isn = i * 977;
    forged.send(up, {.sequence = forged.client_isn, .flags = testing::syn_flag});
    if (i % 3 == 0) {
      forged.send(
          down,
          {.sequence = i, .acknowledgement = forged.client_isn + 1, .flags = testing::syn_flag | testing::ack_flag});
    }
  }
  EXPECT_LE(decoder.counters().flows_peak, options.half_open_max + 3);
  EXPECT_EQ(decoder.counters().flows_evicted_half_open, 100'000 - options.half_open_max);
  EXPECT_EQ(decoder.counters().flows_coherent, 1U);
  expect_victim_lives();
}

TEST_F(Flood, ForgedDataSegmentsWithHoles) {
  const FlowTableOptions options;
  const TcpOptions tcp;
  const std::string payload(1'000, 'x');
  for (std::uint32_t i = 0; i < 12'000; ++i) {
    Talk forged(decoder,
                host(static_cast<std::uint16_t>(1'000 + i % 20'000), static_cast<std::uint16_t>(1'024 + i / 20'000)),
                host(2, 445));
    forged.now = victim.now;
    forged.data(up, 0, "x");
    forged.data(up, 100, payload);
    forged.data(up, 5'000, payload);
  }
  EXPECT_LE(decoder.counters().flows_peak, options.unproven_max + 3);
  EXPECT_LE(decoder.counters().pending_bytes_peak, tcp.pending_unproven_bytes_max + 64 * 1'024);
  expect_victim_lives();
}

TEST_F(Flood, ForgedHolesDoNotPushOutThoseOfAnEstablishedFlow) {
  victim.data(up, 10, "er");
  const std::string payload(1'400, 'x');
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    Talk forged(decoder, host(static_cast<std::uint16_t>(1'000 + i), 1'024), host(2, 445));
    forged.now = victim.now;
    forged.data(up, 0, "x");
    forged.data(up, 100, payload);
  }
  EXPECT_GT(decoder.counters().weird[Weird::tcp_pending_full], 0U);
  victim.data(up, 7, "aft");
  EXPECT_EQ(sink.bytes, "after") << "the hole was still open and the bytes behind it still there";
}

TEST_F(Flood, RealConnectionsThatSaySomethingOnlyOnceLeaveBeforeBusyOnes) {
  VictimSink small_sink;
  DecoderOptions options;
  options.tcp.table.established_max = 64;
  Decoder small(small_sink, options);
  Talk busy(small, host(1, 50'000), host(2, 445));
  busy.handshake();
  busy.data(up, 0, "request");
  busy.data(down, 0, "answer", 7);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    Talk scan(small, host(static_cast<std::uint16_t>(1'000 + i), 1'024), host(2, 445));
    scan.now = busy.now;
    scan.handshake();
  }
  EXPECT_EQ(small.counters().flows_evicted_established, 1'001U - 64U);
  EXPECT_FALSE(small_sink.ended);
  // One more than the bound of busy flows: the least recently used leaves.
  for (std::uint32_t i = 0; i < 64; ++i) {
    Talk fresh(small, host(static_cast<std::uint16_t>(3'000 + i), 1'024), host(2, 445));
    fresh.now = busy.now;
    fresh.handshake();
    fresh.data(up, 0, "q");
    fresh.data(down, 0, "a", 1);
  }
  EXPECT_TRUE(small_sink.ended);
  EXPECT_LE(small.counters().flows_now, 64U);
}

TEST_F(Flood, ResetsAndClosedFlowsKeepTheirBound) {
  const FlowTableOptions options;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    Talk refused(decoder, host(static_cast<std::uint16_t>(1'000 + i), 1'024), host(2, 445));
    refused.now = victim.now;
    refused.send(up, {.sequence = 5, .flags = testing::syn_flag});
    refused.send(down, {.acknowledgement = 6, .flags = testing::reset_flag | testing::ack_flag});
  }
  EXPECT_LE(decoder.counters().flows_now, options.closed_max + 1);
  EXPECT_EQ(sink.ends, 20'000U);
  expect_victim_lives();
}

TEST_F(Flood, TinyFragmentsLeaveFlowsAlone) {
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const auto from = host(static_cast<std::uint16_t>(1'000 + i % 30'000), 0);
    const auto ip =
        testing::ip_bytes(from, host(2, 0), as_bytes("tinytiny"), {.identification = i, .offset = 8, .more = true});
    decoder.frame(testing::ethernet(from, host(2, 0), ip, victim.now).view());
  }
  const FragmentOptions options;
  EXPECT_LE(decoder.counters().fragment_bytes_peak, options.bytes_max + 65'535);
  expect_victim_lives();
}

TEST(Decoder, ManyFlowsComeAndGoAndAllEnd) {
  MemorySink sink;
  Decoder decoder(sink);
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    Talk talk(decoder, host(static_cast<std::uint16_t>(i % 500), static_cast<std::uint16_t>(2'000 + i)), host(2, 445));
    talk.now += std::chrono::milliseconds(i);
    talk.handshake();
    talk.data(up, 0, "request");
    if (i % 2 == 0) talk.data(down, 0, "answer", 7, testing::fin_flag);
    if (i % 4 == 0) talk.data(up, 7, "", 7, testing::fin_flag);
  }
  decoder.finish();
  EXPECT_EQ(sink.flows.size(), 3'000U);
  for (const auto& [id, flow] : sink.flows) EXPECT_TRUE(flow.ended);
  EXPECT_EQ(decoder.counters().flows_now, 0U);
  EXPECT_EQ(decoder.counters().gaps, 0U);
}

}  // namespace
}  // namespace cordon::net
