// SPDX-License-Identifier: Apache-2.0
// MessageReader takes the NetBIOS messages of one direction apart: compound elements, their headers and bodies, and
// payload that passes through unbuffered. Part of Conversation, not for other folders. Source:
// [MS-SMB2] 2.2, 3.2.5.1.9.
#pragma once

#include <cstdint>
#include <vector>

#include "smb/exchanges.h"
#include "smb/framing.h"

namespace cordon::smb {

class MessageReader final : public FrameHandler {
 public:
  MessageReader(Direction direction, Sink& sink, Exchanges& exchanges, Counters& counters, const Limits& limits)
      : direction_(direction), sink_(&sink), exchanges_(&exchanges), counters_(&counters), limits_(&limits) {}

  /// set_time says when the bytes that follow were captured.
  void set_time(WallTime time) { time_ = time; }

  void frame_begin(Protocol protocol, std::uint32_t size) override;
  void frame_bytes(ByteView in) override;
  void frame_gap(std::uint64_t bytes) override;
  void frame_end(bool whole) override;
  void lost(bool by_gap) override { count(by_gap ? Weird::gap_lost_framing : Weird::not_smb); }
  void skipped(std::uint64_t bytes) override { counters_->skipped_bytes += bytes; }

 private:
  enum class Stage : std::uint8_t {
    head,    // wants the header of an element, or of a message that is not SMB2
    fixed,   // wants the fixed part in front of payload
    body,    // wants the element, or as much of it as is looked at
    pad,     // skips to the payload
    data,    // passes payload on
    rest,    // skips to the end of the element
    nothing  // skips to the end of the message
  };
  bool collecting() const { return stage_ <= Stage::body; }

  void start_element();
  /// on_prefix looks at the first want_ bytes of the element; true when no more of it is needed as one piece.
  bool on_prefix(ByteView prefix);
  bool on_header(ByteView prefix);
  bool on_fixed(ByteView prefix);
  /// on_body decodes; `whole` is false when the capture lost the end of the element.
  void on_body(ByteView prefix, bool whole);
  bool on_foreign(ByteView prefix);
  void start_payload(ByteView prefix, std::size_t announced_at, std::uint32_t length);
  void plan_body();
  void move_on();
  void end_payload();
  void release_held();
  ByteView pass(ByteView in);
  std::uint64_t stage_left() const;
  void count(Weird weird) { ++counters_->weird[static_cast<std::size_t>(weird)]; }

  Direction direction_;
  Sink* sink_;
  Exchanges* exchanges_;
  Counters* counters_;
  const Limits* limits_;
  WallTime time_{};

  // The message.
  Protocol protocol_ = Protocol::unknown;
  std::uint32_t frame_size_ = 0;
  std::uint64_t frame_left_ = 0;
  std::size_t elements_ = 0;
  // The element; sizes and offsets count from its start.
  Stage stage_ = Stage::nothing;
  Header header_;
  std::uint64_t size_ = 0;
  std::uint64_t got_ = 0;
  std::size_t want_ = 0;
  std::vector<std::uint8_t> held_;  // a prefix that came in several pieces
  // Its payload.
  DataPiece piece_;
  std::uint64_t data_at_ = 0;
  std::uint64_t data_left_ = 0;
  bool respond_after_data_ = false;
  std::uint32_t read_length_ = 0;
};

}  // namespace cordon::smb
