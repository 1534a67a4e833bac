// SPDX-License-Identifier: Apache-2.0
#include "hl7/framing.h"

#include <utility>

namespace cordon::hl7 {

void MllpReader::give(std::vector<Frame>& out, FrameEnd end) {
  ++counters_.messages;
  if (end == FrameEnd::missing) ++counters_.ends_missing;
  out.push_back({std::exchange(held_, {}), end});
}

void MllpReader::inside(char c, std::vector<Frame>& out) {
  if (c == end_block) {
    give(out, FrameEnd::block);
    state_ = State::outside;
    return;
  }
  if (c == start_block) {
    if (!held_.empty()) give(out, FrameEnd::missing);
    return;
  }
  if (held_.size() == message_bytes_max) {
    ++counters_.too_long;
    counters_.bytes_discarded += held_.size() + 1;
    held_ = {};
    state_ = State::skipping;
    return;
  }
  held_.push_back(c);
}

std::vector<Frame> MllpReader::feed(ByteView in) {
  std::vector<Frame> out;
  for (const std::uint8_t byte : in) {
    const char c = static_cast<char>(byte);
    if (state_ == State::inside) {
      inside(c, out);
    } else if (c == start_block) {
      state_ = State::inside;
    } else if (state_ == State::skipping || (c != '\r' && c != '\n')) {
      // Outside, the CR of the end block and blank lines are no loss.
      ++counters_.bytes_discarded;
    }
  }
  return out;
}

std::vector<Frame> MllpReader::finish() {
  std::vector<Frame> out;
  if (!held_.empty()) give(out, FrameEnd::missing);
  state_ = State::outside;
  return out;
}

Result<std::string> frame(std::string_view message) {
  if (message.size() > message_bytes_max) return fail(ErrorCode::limit, "hl7 message", message.size());
  const std::size_t block = message.find_first_of(std::string{start_block, end_block});
  if (block != std::string_view::npos) return fail(ErrorCode::malformed, "hl7 block character", block);
  std::string out;
  out.reserve(message.size() + 3);
  out += start_block;
  out += message;
  out += end_block;
  out += '\r';
  return out;
}

}  // namespace cordon::hl7
