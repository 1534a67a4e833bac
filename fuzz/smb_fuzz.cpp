// SPDX-License-Identifier: Apache-2.0
// Any bytes in both directions, with gaps: nothing breaks, nothing grows, and the segmentation changes nothing.
// Input: records of a control byte and a 16-bit length: bit 0 server's direction, bit 1 a gap of that length, bit 2 a
// second passes; else that many bytes follow.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "smb/conversation.h"

namespace {

using namespace cordon;
using namespace cordon::smb;

struct Total final : Sink {
  std::uint64_t messages = 0, exchanges = 0, payload = 0, lost = 0, others = 0;
  void message(const MessageInfo&) override { ++messages; }
  void exchange(const Exchange& e) override {
    ++exchanges;
    if (const auto* create = std::get_if<CreateRequest>(&e.request))
      if (create->name.size() > name_bytes_max * 3 / 2) std::abort();
  }
  void data(const DataPiece&, ByteView bytes) override { payload += bytes.size(); }
  void data_gap(const DataPiece&, std::uint64_t bytes) override { lost += bytes; }
  void transform(const Transform&) override { ++others; }
  void smb1(const Smb1Message&) override { ++others; }
  friend bool operator==(const Total& a, const Total& b) {
    return a.messages == b.messages && a.exchanges == b.exchanges && a.payload == b.payload && a.lost == b.lost &&
           a.others == b.others;
  }
};

/// run feeds the records, cut into pieces of at most piece_max; true when time stood still.
bool run(ByteView in, std::size_t piece_max, Total& total, Counters& counters) {
  Limits limits;
  limits.pending_requests_max = 64;
  Conversation conversation(total, limits);
  WallTime now{};
  while (in.size() >= 3) {
    const std::uint8_t control = in[0];
    const std::size_t length = in[1] | (std::size_t{in[2]} << 8U);
    in = in.subspan(3);
    const Direction direction = (control & 1U) != 0 ? Direction::server_to_client : Direction::client_to_server;
    if ((control & 4U) != 0) now += std::chrono::seconds(1);
    if ((control & 2U) != 0) {
      conversation.gap(direction, now, length);
      continue;
    }
    ByteView bytes = in.first(std::min(length, in.size()));
    in = in.subspan(bytes.size());
    while (!bytes.empty()) {
      const std::size_t n = std::min(piece_max, bytes.size());
      conversation.feed(direction, now, bytes.first(n));
      bytes = bytes.subspan(n);
    }
    if (conversation.waiting() > limits.pending_requests_max) std::abort();
  }
  conversation.finish();
  if (conversation.waiting() != 0) std::abort();
  counters = conversation.counters();
  return now == WallTime{};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(data, size);
  Total whole, cut;
  Counters whole_counters, cut_counters;
  const bool still = run(in, 65536, whole, whole_counters);
  run(in, 1 + size % 7, cut, cut_counters);
  // Where time passes, a request may be given up between two pieces of what would have answered it.
  if (still && (!(whole == cut) || whole_counters.weird != cut_counters.weird ||
                whole_counters.skipped_bytes != cut_counters.skipped_bytes))
    std::abort();
  return 0;
}
