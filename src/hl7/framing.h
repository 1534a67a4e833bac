// SPDX-License-Identifier: Apache-2.0
// MLLP: how HL7 messages lie in a byte stream. <VT> message <FS><CR>, both ways. What a message means is message.h's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace cordon::hl7 {

constexpr char start_block = '\x0b';
constexpr char end_block = '\x1c';
constexpr std::size_t message_bytes_max = std::size_t{1} << 20U;  // ours: a bed's waves of one second are 37 kB

/// FrameEnd is how a message was closed.
enum class FrameEnd : std::uint8_t {
  block,    // by its end block
  missing,  // by the next start block or the end of the stream: it may be cut short
};

struct Frame {
  std::string bytes;
  FrameEnd end = FrameEnd::block;
  friend bool operator==(const Frame&, const Frame&) = default;
};

/// FramingCounters tells what a stream held besides whole messages.
struct FramingCounters {
  std::uint64_t messages = 0;
  std::uint64_t ends_missing = 0;
  std::uint64_t too_long = 0;         // messages over message_bytes_max
  std::uint64_t bytes_discarded = 0;  // of those, and outside of any message
  friend bool operator==(const FramingCounters&, const FramingCounters&) = default;
};

/// MllpReader cuts a stream into messages, however the bytes were split into reads. It holds at most message_bytes_max
/// and finds its way again at the next start block. Source: HL7 "MLLP, Release 2", and what senders do in its place.
class MllpReader {
 public:
  /// feed gives the messages that `in` completes. An empty message is given too: some senders say only that they live.
  std::vector<Frame> feed(ByteView in);
  /// finish gives what stands unfinished when the stream ends or falls silent; the reader is as new afterwards.
  std::vector<Frame> finish();
  const FramingCounters& counters() const { return counters_; }

 private:
  enum class State : std::uint8_t { outside, inside, skipping };
  void give(std::vector<Frame>& out, FrameEnd end);
  void inside(char c, std::vector<Frame>& out);

  State state_ = State::outside;
  std::string held_;
  FramingCounters counters_;
};

/// frame wraps a message for the wire. Returns `malformed` with the offset where a block character stands inside it,
/// `limit` above message_bytes_max.
Result<std::string> frame(std::string_view message);

}  // namespace cordon::hl7
