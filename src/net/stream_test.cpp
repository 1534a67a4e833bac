// SPDX-License-Identifier: Apache-2.0
// Properties of the byte streams: whatever the network does, what comes out is the stream, and gaps say what is
// missing.
#include "net/stream.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "net/testing.h"

namespace cordon::net {
namespace {

using testing::host;
using testing::Talk;

// The byte that stands at an offset, so that a piece in the wrong place shows.
char byte_at(std::uint64_t offset) {
  return static_cast<char>((offset * 2'654'435'761U) >> 16);
}

std::string text_of(std::uint64_t offset, std::size_t bytes) {
  std::string text(bytes, 0);
  for (std::size_t i = 0; i < bytes; ++i) text[i] = byte_at(offset + i);
  return text;
}

// Checks every piece against its place.
class CheckingSink : public Sink {
 public:
  void on_data(FlowView&, Direction d, WallTime, ByteView bytes) override {
    std::uint64_t& at = place[static_cast<std::size_t>(d)];
    for (const std::uint8_t b : bytes) right = right && static_cast<char>(b) == byte_at(at++);
    delivered[static_cast<std::size_t>(d)] += bytes.size();
  }
  void on_gap(FlowView&, Direction d, std::uint64_t bytes) override { place[static_cast<std::size_t>(d)] += bytes; }
  void on_ack(FlowView&, Direction d, WallTime, std::uint64_t bytes) override {
    acked[static_cast<std::size_t>(d)] += bytes;
  }
  std::array<std::uint64_t, 2> place{};
  std::array<std::uint64_t, 2> delivered{};
  std::array<std::uint64_t, 2> acked{};
  bool right = true;
};

struct Cut {
  std::uint32_t start;
  std::uint32_t bytes;
};

// Cuts a stream into segments, repeats and overlaps some, and shuffles neighbours up to 40 places apart.
std::vector<Cut> any_cuts(std::uint32_t total) {
  std::vector<Cut> cuts;
  for (std::uint32_t at = 0; at < total;) {
    const std::uint32_t bytes = std::min(total - at, *rc::gen::inRange<std::uint32_t>(1, 1'461));
    cuts.push_back({at, bytes});
    if (*rc::gen::inRange(0, 5) == 0) {
      const std::uint32_t back = *rc::gen::inRange<std::uint32_t>(0, at + 1);
      cuts.push_back({at - back, std::min(total - at + back, *rc::gen::inRange<std::uint32_t>(1, 3'000))});
    }
    at += bytes;
  }
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const std::size_t j = i + *rc::gen::inRange<std::size_t>(0, 40);
    if (j < cuts.size()) std::swap(cuts[i], cuts[j]);
  }
  return cuts;
}

TEST(Stream, AnySegmentationReorderingRepetitionAndOverlapGivesTheStream) {
  EXPECT_TRUE(rc::check([](std::uint32_t isn, bool one_sided) {
    CheckingSink sink;
    Decoder decoder(sink);
    Talk talk(decoder, host(1, 50'000), host(2, 445));
    talk.client_isn = isn;
    if (one_sided) {
      talk.send(Direction::to_server, {.sequence = isn, .flags = testing::syn_flag});
    } else {
      talk.handshake();
    }
    const std::uint32_t total = *rc::gen::inRange<std::uint32_t>(0, 40'000);
    std::uint32_t complete = 0;
    std::vector<bool> sent(total + 1);
    for (const Cut& cut : any_cuts(total)) {
      talk.data(Direction::to_server, cut.start, text_of(cut.start, cut.bytes));
      std::fill_n(sent.begin() + cut.start, cut.bytes, true);
      while (sent[complete]) ++complete;
      if (!one_sided) talk.ack(Direction::to_client, 0, complete);
    }
    RC_ASSERT(sink.right);
    RC_ASSERT(sink.delivered[0] == total);
    RC_ASSERT(sink.acked[0] == (one_sided ? 0 : total));
    RC_ASSERT(decoder.counters().gaps == 0U);
    RC_ASSERT(decoder.counters().pending_bytes_now == 0U);
    RC_ASSERT(decoder.counters().weird.total() == 0U);
    decoder.finish();
    RC_ASSERT(decoder.counters().gaps == 0U);
  }));
}

TEST(Stream, WithLossPiecesAndGapsAddUpAndEachPieceIsRight) {
  EXPECT_TRUE(rc::check([](std::uint32_t isn, bool acks) {
    CheckingSink sink;
    Decoder decoder(sink);
    Talk talk(decoder, host(1, 50'000), host(2, 445));
    talk.client_isn = isn;
    talk.handshake();
    const std::uint32_t total = *rc::gen::inRange<std::uint32_t>(1, 200'000);
    std::uint32_t complete = 0;
    std::uint32_t reached = 0;
    std::vector<bool> captured(total);
    std::vector<bool> sent(total + 1);
    for (const Cut& cut : any_cuts(total)) {
      std::fill_n(sent.begin() + cut.start, cut.bytes, true);
      while (sent[complete]) ++complete;
      if (*rc::gen::inRange(0, 4) != 0) {
        talk.data(Direction::to_server, cut.start, text_of(cut.start, cut.bytes));
        std::fill_n(captured.begin() + cut.start, cut.bytes, true);
        reached = std::max(reached, cut.start + cut.bytes);
      }
      if (acks && *rc::gen::inRange(0, 3) == 0) {
        talk.ack(Direction::to_client, 0, complete);
        reached = std::max(reached, complete);
      }
    }
    decoder.finish();
    RC_ASSERT(sink.right);
    RC_ASSERT(sink.place[0] == reached);
    RC_ASSERT(sink.delivered[0] <= static_cast<std::uint64_t>(std::count(captured.begin(), captured.end(), true)));
    RC_ASSERT(decoder.counters().gap_bytes + sink.delivered[0] == reached);
    RC_ASSERT(decoder.counters().pending_bytes_now == 0U);
  }));
}

TEST(Stream, RunsOverFourGibibytes) {
  // 70,000 segments of 64 KiB with only their first byte captured: sequence numbers wrap, offsets do not.
  CheckingSink sink;
  Decoder decoder(sink);
  Talk talk(decoder, host(1, 50'000), host(2, 445));
  talk.handshake();
  constexpr std::uint32_t bytes = 65'000;
  auto frame = testing::tcp_frame(host(1, 50'000), host(2, 445),
                                  {.acknowledgement = talk.server_isn + 1, .payload = "x"}, talk.now);
  frame.wire_bytes = static_cast<std::uint32_t>(frame.bytes.size()) - 1 + bytes;
  frame.bytes[16] = static_cast<std::uint8_t>((40 + bytes) >> 8);
  frame.bytes[17] = static_cast<std::uint8_t>(40 + bytes);
  for (std::uint32_t i = 0; i < 70'000; ++i) {
    const std::uint32_t sequence = talk.client_isn + 1 + i * bytes;
    for (std::size_t b = 0; b < 4; ++b) frame.bytes[38 + b] = static_cast<std::uint8_t>(sequence >> (24 - 8 * b));
    frame.bytes.back() = static_cast<std::uint8_t>(byte_at(std::uint64_t{i} * bytes));
    decoder.frame(frame.view());
  }
  EXPECT_TRUE(sink.right);
  EXPECT_EQ(sink.place[0], std::uint64_t{70'000} * bytes);
  EXPECT_EQ(sink.delivered[0], 70'000U);
  EXPECT_EQ(decoder.counters().gap_bytes, std::uint64_t{70'000} * (bytes - 1));
  EXPECT_EQ(decoder.counters().weird.total(), 0U);
}

}  // namespace
}  // namespace cordon::net
