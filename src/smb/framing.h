// SPDX-License-Identifier: Apache-2.0
// Framer cuts one direction of a connection into NetBIOS session messages, without buffering them, and finds its way
// back after a gap. It knows the outside of SMB messages only. Source: [MS-SMB2] 2.1 (direct TCP), RFC 1002 4.3 (port
// 139).
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "smb/header.h"

namespace cordon::smb {

/// FrameHandler receives the messages of one direction: begin, then bytes and gaps in order up to `size`, then end.
class FrameHandler {
 public:
  FrameHandler() = default;
  FrameHandler(const FrameHandler&) = delete;
  FrameHandler& operator=(const FrameHandler&) = delete;
  virtual ~FrameHandler() = default;
  virtual void frame_begin(Protocol protocol, std::uint32_t size) = 0;
  virtual void frame_bytes(ByteView bytes) = 0;
  virtual void frame_gap(std::uint64_t bytes) = 0;
  /// frame_end: `whole` is false when the message's end was never reached (a gap over it, or the end of the stream).
  virtual void frame_end(bool whole) = 0;
  /// lost: the framing no longer holds; `by_gap` says whether lost bytes or wrong ones are the reason.
  virtual void lost(bool by_gap) = 0;
  /// skipped: bytes that belong to no message.
  virtual void skipped(std::uint64_t bytes) = 0;
};

/// Framer is the state of one direction; it holds at most window_bytes_max bytes. After a loss it looks for the next
/// message that must be SMB by its own header. The search is linear and never given up, so that nobody can blind it.
class Framer {
 public:
  /// window_bytes_max: as much of a message is looked at in a search; the transform header's Flags end at byte 4 + 44.
  static constexpr std::size_t window_bytes_max = 48;

  explicit Framer(FrameHandler& handler) : handler_(&handler) {}
  void feed(ByteView in);
  /// gap: `bytes` were lost; 0 is an unknown number.
  void gap(std::uint64_t bytes);
  void finish();

 private:
  enum class Mode : std::uint8_t { head, frame, ignored_frame, search };
  ByteView read_head(ByteView in);
  ByteView read_frame(ByteView in);
  ByteView search(ByteView in);
  void lose(bool by_gap);
  void begin(std::uint32_t size);
  void end(bool whole);

  FrameHandler* handler_;
  Mode mode_ = Mode::head;
  bool in_step_ = false;  // the message before was SMB
  std::uint64_t left_ = 0;
  std::size_t held_ = 0;
  std::array<std::uint8_t, window_bytes_max> hold_{};  // a head in progress, or the tail of a search
};

}  // namespace cordon::smb
