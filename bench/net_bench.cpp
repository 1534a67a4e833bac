// SPDX-License-Identifier: Apache-2.0
// How fast net turns frames into streams: bulk data in order, in order with reordering, and a flood of SYNs; and what
// datagrams cost: conversations that go on, and a flood in which each is the first of its own.
#include <benchmark/benchmark.h>

#include "net/testing.h"

namespace {

using namespace cordon;
using net::testing::OwnedFrame;

struct NullSink : net::Sink {
  std::uint64_t bytes = 0;
  void on_data(net::FlowView&, net::Direction, WallTime, ByteView in) override { bytes += in.size(); }
};

// `flows` connections that each send segments of `payload` bytes in turn; 4,096 frames, their sequence numbers moved on
// at each pass so that the streams go on.
class Bulk {
 public:
  Bulk(std::size_t flows, std::size_t payload) : payload_(static_cast<std::uint32_t>(payload)) {
    const std::string text(payload, 'x');
    for (std::size_t i = 0; i < frames_count; ++i) {
      const auto client = net::testing::host(static_cast<std::uint16_t>(1 + i % flows), 50'000);
      sequences_.push_back(static_cast<std::uint32_t>(i / flows) * payload_);
      frames_.push_back(net::testing::tcp_frame(client, net::testing::host(999, 445), {.payload = text}, {}));
    }
    step_ = static_cast<std::uint32_t>(frames_count / flows) * payload_;
  }
  void swap_neighbours(std::size_t every, std::size_t distance) {
    for (std::size_t i = 0; i + distance < frames_.size(); i += every) {
      std::swap(frames_[i], frames_[i + distance]);
      std::swap(sequences_[i], sequences_[i + distance]);
    }
  }
  void run(benchmark::State& state) {
    NullSink sink;
    net::Decoder decoder(sink);
    for (auto _ : state) {
      for (std::size_t i = 0; i < frames_.size(); ++i) {
        for (std::size_t b = 0; b < 4; ++b) {
          frames_[i].bytes[38 + b] = static_cast<std::uint8_t>(sequences_[i] >> (24 - 8 * b));
        }
        sequences_[i] += step_;
        decoder.frame(frames_[i].view());
      }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(decoder.counters().bytes));
    state.SetItemsProcessed(static_cast<std::int64_t>(decoder.counters().packets));
    state.counters["delivered"] =
        static_cast<double>(sink.bytes) / static_cast<double>(decoder.counters().packets * payload_);
  }

 private:
  static constexpr std::size_t frames_count = 4'096;
  std::uint32_t payload_;
  std::uint32_t step_;
  std::vector<OwnedFrame> frames_;
  std::vector<std::uint32_t> sequences_;
};

void in_order(benchmark::State& state) {
  Bulk(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1))).run(state);
}
BENCHMARK(in_order)->ArgNames({"flows", "payload"})->Args({1, 1'460})->Args({64, 1'460})->Args({64, 60'000});

void reordered(benchmark::State& state) {
  Bulk bulk(1, 1'460);
  bulk.swap_neighbours(64, 3);
  bulk.run(state);
}
BENCHMARK(reordered);

void syn_flood(benchmark::State& state) {
  NullSink sink;
  net::Decoder decoder(sink);
  auto frame = net::testing::tcp_frame(net::testing::host(1, 50'000), net::testing::host(999, 445),
                                       {.flags = net::testing::syn_flag}, {});
  std::uint32_t i = 0;
  for (auto _ : state) {
    ++i;
    for (std::size_t b = 0; b < 4; ++b) frame.bytes[26 + b] = static_cast<std::uint8_t>(i >> (8 * b));
    decoder.frame(frame.view());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(decoder.counters().packets));
}
BENCHMARK(syn_flood);

OwnedFrame udp_frame(const net::testing::Host& from, const net::testing::Host& to) {
  return net::testing::udp_frame(from, to, std::string(64, 'x'), {});
}

// Requests and answers of range(0) conversations, in turn.
void datagrams(benchmark::State& state) {
  net::Sink sink;
  net::Decoder decoder(sink);
  std::vector<OwnedFrame> frames;
  for (std::uint16_t i = 0; i < state.range(0); ++i) {
    const auto client = net::testing::host(static_cast<std::uint16_t>(1 + i), 50'000);
    const auto server = net::testing::host(60'000, 53);
    frames.push_back(udp_frame(client, server));
    frames.push_back(udp_frame(server, client));
  }
  for (auto _ : state) {
    for (const OwnedFrame& frame : frames) decoder.frame(frame.view());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(decoder.counters().packets));
}
BENCHMARK(datagrams)->ArgName("conversations")->Arg(64)->Arg(8'192);

void datagram_flood(benchmark::State& state) {
  net::Sink sink;
  net::Decoder decoder(sink);
  auto frame = udp_frame(net::testing::host(1, 50'000), net::testing::host(999, 514));
  std::uint32_t i = 0;
  for (auto _ : state) {
    ++i;
    for (std::size_t b = 0; b < 4; ++b) frame.bytes[26 + b] = static_cast<std::uint8_t>(i >> (8 * b));
    decoder.frame(frame.view());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(decoder.counters().packets));
}
BENCHMARK(datagram_flood);

}  // namespace
