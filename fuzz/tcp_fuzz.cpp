// SPDX-License-Identifier: Apache-2.0
// Sequences of segments on few flows. An input is records of 8 bytes: flags and ports, milliseconds, where the segment
// stands, what it acknowledges, its length. Whatever comes, the counts of the flow add up and every bound holds.
#include <cstdlib>

#include "net/testing.h"

namespace {

using namespace cordon;

struct Adder : net::Sink {
  std::uint64_t data = 0;
  std::uint64_t gaps = 0;
  std::uint64_t open = 0;
  void on_flow_start(net::FlowView&) override { ++open; }
  void on_flow_end(net::FlowView& flow, net::FlowEnd) override {
    --open;
    for (const auto& d : flow.directions) {
      data -= d.delivered_bytes;
      gaps -= d.gap_bytes;
    }
  }
  void on_data(net::FlowView&, net::Direction, WallTime, ByteView bytes) override {
    if (bytes.empty()) std::abort();
    data += bytes.size();
  }
  void on_gap(net::FlowView&, net::Direction, std::uint64_t bytes) override { gaps += bytes; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Adder sink;
  net::DecoderOptions options;
  options.tcp.table = {.half_open_max = 2, .unproven_max = 2, .established_max = 16, .closed_max = 2};
  options.tcp.stream_pending_bytes_max = 4'096;
  options.tcp.unproven_pending_bytes_max = 2'048;
  options.tcp.pending_proven_bytes_max = 16'384;
  options.tcp.pending_unproven_bytes_max = 8'192;
  net::Decoder decoder(sink, options);
  const std::string content(4'096, 'c');
  WallTime now{std::chrono::seconds(1'670'097'605)};
  // Coarse places reach the window's edges, the fine ones make overlaps.
  const auto place = [](std::uint16_t v) {
    return (v & 0x8000U) != 0 ? (v & 0x7fffU) << 17 : std::uint32_t{v} - 0x1000U;
  };
  ByteReader in(ByteView(data, size));
  while (in.left() >= 8) {
    const std::uint8_t kind = *in.u8();
    now += std::chrono::milliseconds(*in.u8() * 4);
    const std::uint16_t where = *in.u16le();
    const std::uint16_t acked = *in.u16le();
    const std::uint16_t length = *in.u16le() & 0xfffU;
    const auto client = net::testing::host(1, static_cast<std::uint16_t>(50'000 + (kind >> 6)));
    const auto server = net::testing::host(2, 445);
    const bool up = (kind & 0x20U) != 0;
    const std::uint8_t flags = kind & 0x17U;
    const auto frame = net::testing::tcp_frame(up ? client : server, up ? server : client,
                                               {.sequence = place(where),
                                                .acknowledgement = place(acked),
                                                .flags = flags,
                                                .payload = std::string_view(content).substr(0, length)},
                                               now);
    decoder.frame(frame.view());
    if (decoder.counters().pending_bytes_now > 24'576 + 8'192) std::abort();
    if (decoder.counters().flows_now > 23) std::abort();
  }
  decoder.finish();
  if (sink.open != 0 || sink.data != 0 || sink.gaps != 0 || decoder.counters().pending_bytes_now != 0) std::abort();
  return 0;
}
