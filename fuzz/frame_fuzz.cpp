// SPDX-License-Identifier: Apache-2.0
// Any frames of any link type, one after the other. An input is: link type (2 bytes, little-endian), then records of
// a length (2 bytes), microseconds since the last (2 bytes) and that many bytes.
#include <cstdlib>

#include "net/decoder.h"

namespace {

struct Judge final : cordon::net::Sink {
  void on_udp(const cordon::net::UdpView& talk) override {
    if (talk.client.address == talk.server.address || talk.server.address.unspecified()) std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cordon;
  Judge sink;
  net::DecoderOptions options;  // small tables: a fuzzer makes thousands a second
  options.tcp.table = {.half_open_max = 32, .unproven_max = 32, .established_max = 32, .closed_max = 32};
  options.udp = {.talks_max = 8, .one_way_max = 8};
  net::Decoder decoder(sink, options);
  ByteReader in(ByteView(data, size));
  const auto type = in.u16le();
  if (!type) return 0;
  net::Frame frame;
  frame.link_type = static_cast<net::LinkType>(*type);
  while (in.left() != 0) {
    const auto length = in.u16le();
    const auto later = in.u16le();
    if (!length || !later) break;
    const auto bytes = in.take(std::min<std::size_t>(*length, in.left()));
    frame.bytes = *bytes;
    frame.wire_bytes = *length;
    frame.time += Micros(*later * 100);
    decoder.frame(frame);
  }
  decoder.finish();
  if (decoder.counters().flows_now != 0 || decoder.counters().pending_bytes_now != 0) std::abort();
  return 0;
}
