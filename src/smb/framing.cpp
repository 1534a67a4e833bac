// SPDX-License-Identifier: Apache-2.0
#include "smb/framing.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace cordon::smb {

namespace {

// RFC 1002 4.3.1.
constexpr std::uint8_t type_message = 0x00;
constexpr std::uint8_t type_request = 0x81;
constexpr std::uint8_t type_keepalive = 0x85;
constexpr std::size_t head_bytes = 4;
constexpr std::size_t probe_bytes = head_bytes + 4;  // with the protocol id

std::uint32_t message_size(ByteView head) {
  return (std::uint32_t{head[1]} << 16U) | (std::uint32_t{head[2]} << 8U) | head[3];
}

enum class Match : std::uint8_t { no, maybe, yes };

/// match_smb2 judges the header behind a NetBIOS head. Source: [MS-SMB2] 2.2.1.2; the flags are those specified there.
Match match_smb2(ByteView in) {
  constexpr std::uint32_t flags_known = 0x3000007FU;
  if (message_size(in) < header_bytes) return Match::no;
  if (in.size() < head_bytes + 24) return Match::maybe;
  const ByteView h = in.subspan(head_bytes);
  if (le16(h, 4) != header_bytes || le16(h, 12) > command_last || (le32(h, 16) & ~flags_known) != 0) return Match::no;
  const std::uint32_t next = le32(h, 20);
  return next % 8 == 0 && next < message_size(in) ? Match::yes : Match::no;
}

Match match_transform(ByteView in) {
  if (message_size(in) < transform_bytes) return Match::no;
  if (in.size() < head_bytes + 44) return Match::maybe;
  const ByteView h = in.subspan(head_bytes);
  return le16(h, 40) == 0 && le16(h, 42) == 1 && le32(h, 36) <= message_size(in) ? Match::yes : Match::no;
}

Match match_compression(ByteView in) {
  if (message_size(in) < compression_bytes) return Match::no;
  if (in.size() < head_bytes + 12) return Match::maybe;
  const ByteView h = in.subspan(head_bytes);
  return le16(h, 8) <= 5 && le16(h, 10) <= 1 ? Match::yes : Match::no;  // [MS-SMB2] 2.2.42.1
}

/// match says whether an SMB message starts at the front of `in`.
Match match(ByteView in) {
  static constexpr std::array<std::uint8_t, 3> letters{'S', 'M', 'B'};
  if (in[0] != type_message) return Match::no;
  if (in.size() > 4 && in[4] < 0xFC) return Match::no;
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (in.size() > 5 + i && in[5 + i] != letters[i]) return Match::no;
  if (in.size() < probe_bytes) return Match::maybe;
  switch (protocol_of(in.subspan(head_bytes))) {
    case Protocol::smb2:
      return match_smb2(in);
    case Protocol::transform:
      return match_transform(in);
    case Protocol::compression:
      return match_compression(in);
    case Protocol::smb1:  // header and the two counts; SMB1 messages stay under 128 KiB, [MS-CIFS] 2.2.3
      return message_size(in) >= 35 && message_size(in) <= 0x1FFFF ? Match::yes : Match::no;
    case Protocol::unknown:
      break;
  }
  return Match::no;
}

struct Found {
  std::size_t at = 0;
  Match match = Match::no;
};

/// find gives the first place in [0, end) where a message starts or may start; `in` reaches beyond `end` where it can.
Found find(ByteView in, std::size_t end) {
  std::size_t at = 0;
  while (at < end) {
    if (at + probe_bytes <= in.size()) {  // jump to the next "SMB"; the last 7 places may hold the start of one
      const auto* s = static_cast<const std::uint8_t*>(memmem(in.data() + at + 5, in.size() - at - 5, "SMB", 3));
      at = s == nullptr ? in.size() - 7 : static_cast<std::size_t>(s - in.data()) - 5;
      if (at >= end) break;
    }
    const Match m = match(in.subspan(at));
    if (m != Match::no) return {at, m};
    ++at;
  }
  return {end, Match::no};
}

}  // namespace

void Framer::feed(ByteView in) {
  while (!in.empty()) {
    switch (mode_) {
      case Mode::head:
        in = read_head(in);
        break;
      case Mode::frame:
      case Mode::ignored_frame:
        in = read_frame(in);
        break;
      case Mode::search:
        in = search(in);
        break;
    }
  }
}

ByteView Framer::read_head(ByteView in) {
  const std::size_t want = held_ < head_bytes ? head_bytes : probe_bytes;
  const std::size_t take = std::min(want - held_, in.size());
  std::copy_n(in.begin(), take, hold_.begin() + static_cast<std::ptrdiff_t>(held_));
  held_ += take;
  in = in.subspan(take);
  if (held_ < want) return in;
  const ByteView head(hold_.data(), held_);
  const std::uint8_t type = head[0];
  if (held_ == probe_bytes) {
    if (protocol_of(head.subspan(head_bytes)) == Protocol::unknown) {
      lose(false);
    } else {
      begin(message_size(head));
    }
    return in;
  }
  if (type == type_message) {
    if (message_size(head) == 0 && in_step_) {
      held_ = 0;  // some stacks keep alive with an empty message
    } else if (message_size(head) < 4) {
      lose(false);
    }
    return in;  // else four more bytes are wanted
  }
  // Session request, its answers, keepalive: a flags byte whose lowest bit extends the length. RFC 1002 4.3.1.
  if (type >= type_request && type <= type_keepalive && head[1] <= 1) {
    held_ = 0;
    left_ = message_size(head);
    mode_ = left_ == 0 ? Mode::head : Mode::ignored_frame;
    return in;
  }
  lose(false);
  return in;
}

ByteView Framer::read_frame(ByteView in) {
  const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  left_ -= take;
  if (mode_ == Mode::frame) handler_->frame_bytes(in.first(take));
  if (left_ == 0) end(true);
  return in.subspan(take);
}

ByteView Framer::search(ByteView in) {
  if (held_ > 0) {
    // The held tail joins the front of the new bytes: enough for every place in the tail to be judged.
    std::array<std::uint8_t, 2 * window_bytes_max> joined{};
    const std::size_t fresh = std::min(in.size(), window_bytes_max);
    std::copy_n(hold_.begin(), held_, joined.begin());
    std::copy_n(in.begin(), fresh, joined.begin() + static_cast<std::ptrdiff_t>(held_));
    const Found found = find(ByteView(joined).first(held_ + fresh), held_);
    handler_->skipped(found.at);
    if (found.match == Match::no) {
      held_ = 0;
      return in;
    }
    const std::size_t kept = held_ - found.at;
    std::copy_n(joined.begin() + static_cast<std::ptrdiff_t>(found.at), kept, hold_.begin());
    held_ = kept;
    if (found.match == Match::maybe) {  // then all of `in` lies inside the window of this place
      std::copy_n(in.begin(), in.size(), hold_.begin() + static_cast<std::ptrdiff_t>(held_));
      held_ += in.size();
      return {};
    }
    const std::array<std::uint8_t, window_bytes_max> start = hold_;
    mode_ = Mode::head;
    held_ = 0;
    feed(ByteView(start).first(kept));  // at most 48 bytes: this does not nest further
    return in;
  }
  const Found found = find(in, in.size());
  handler_->skipped(found.at);
  in = in.subspan(found.at);
  if (found.match == Match::yes) {
    mode_ = Mode::head;
  } else if (found.match == Match::maybe) {
    std::copy_n(in.begin(), in.size(), hold_.begin());
    held_ = in.size();
    return {};
  }
  return in;
}

void Framer::lose(bool by_gap) {
  handler_->lost(by_gap);
  mode_ = Mode::search;
  in_step_ = false;
  if (by_gap) {
    handler_->skipped(held_);
    held_ = 0;
    return;
  }
  // The bytes that were no head may hold the start of one.
  const std::array<std::uint8_t, window_bytes_max> start = hold_;
  const std::size_t size = held_;
  held_ = 0;
  feed(ByteView(start).first(size));
}

void Framer::begin(std::uint32_t size) {
  const std::array<std::uint8_t, 4> id{hold_[4], hold_[5], hold_[6], hold_[7]};
  held_ = 0;
  mode_ = Mode::frame;
  in_step_ = true;
  left_ = size - id.size();
  handler_->frame_begin(protocol_of(id), size);
  handler_->frame_bytes(id);
  if (left_ == 0) end(true);
}

void Framer::end(bool whole) {
  if (mode_ == Mode::frame) handler_->frame_end(whole);
  mode_ = Mode::head;
  left_ = 0;
}

void Framer::gap(std::uint64_t bytes) {
  if (bytes == 0) bytes = std::numeric_limits<std::uint64_t>::max();  // unknown: no length in hand can be trusted
  if (mode_ == Mode::frame || mode_ == Mode::ignored_frame) {
    const std::uint64_t inside = std::min(bytes, left_);
    left_ -= inside;
    if (mode_ == Mode::frame) handler_->frame_gap(inside);
    if (left_ == 0) end(inside == bytes);
    bytes -= inside;
    if (bytes == 0) return;
  }
  if (mode_ == Mode::search) {
    handler_->skipped(held_);
    held_ = 0;
    return;
  }
  lose(true);
}

void Framer::finish() {
  if (mode_ == Mode::frame) end(false);
  handler_->skipped(held_);
  held_ = 0;
  mode_ = Mode::search;
}

}  // namespace cordon::smb
