// SPDX-License-Identifier: Apache-2.0
// Stream: the bytes of one direction of a TCP flow, put in order. Offsets count payload bytes from the stream's base in
// 64 bits, so that sequence numbers may wrap. It knows nothing of flags, the other side or the table (see tcp.h).
#pragma once

#include <cstdint>
#include <vector>

#include "net/counters.h"
#include "net/sink.h"

namespace cordon::net {

/// Outlet is where a stream's pieces go, for the length of one call.
struct Outlet {
  Sink& sink;
  FlowView& flow;
  Direction direction;
  WallTime time;
  Counters& counters;

  void data(ByteView bytes) const;
  void gap(std::uint64_t bytes) const;
};

/// window_bytes_max: further than this from where a stream stands, a segment is not believed at once. More in flight
/// than 4 MiB needs 10 Gbit/s at 3 ms; a blind spoofer hits this window once in 512 tries.
inline constexpr std::int64_t window_bytes_max = 4 << 20;

/// Far is what a segment outside the window is worth: nothing yet, the third that continues a run, or confirmed by the
/// other side's acknowledgement or by returning to where the stream stood before it was moved.
enum class Far : std::uint8_t { stray, run, confirmed };

/// piece_overhead_bytes is charged for each piece that waits: its record (40 bytes) up to four times, as a vector keeps
/// room for (2 x size + 2), and the allocator's header and rounding (32).
inline constexpr std::uint32_t piece_overhead_bytes = 192;

/// pieces_max bounds the pieces one stream keeps waiting; inserting into a sorted vector of 1,024 moves 40 KiB at most.
inline constexpr std::size_t pieces_max = 1024;

class Stream {
 public:
  /// begin sets the sequence number of the stream's first payload byte. Only before anything was delivered.
  void begin(std::uint32_t sequence);
  bool begun() const { return begun_; }
  /// reset makes it new again; it must hold no pending bytes.
  void reset() { *this = Stream{}; }

  /// offset_of places a sequence number within 2^31 of where the stream stands. It may be negative.
  std::int64_t offset_of(std::uint32_t sequence) const {
    const auto here = static_cast<std::uint32_t>(base_ + next_);
    return static_cast<std::int64_t>(next_) + static_cast<std::int32_t>(sequence - here);
  }
  std::uint32_t sequence_of(std::uint64_t offset) const { return static_cast<std::uint32_t>(base_ + offset); }

  /// near says whether a segment at this offset fits the stream.
  bool near(std::int64_t offset, std::uint32_t bytes) const {
    const auto here = static_cast<std::int64_t>(next_);
    return offset - here <= window_bytes_max && here - (offset + bytes) <= window_bytes_max;
  }

  std::uint64_t next() const { return next_; }        // every byte before it was delivered or declared a gap
  std::uint64_t highest() const { return highest_; }  // end of the furthest byte sent
  std::uint64_t acked() const { return acked_; }
  std::uint64_t fin_at() const { return fin_at_; }
  bool fin_seen() const { return fin_at_ != no_fin; }
  bool finished() const { return next_ >= fin_at_; }
  bool waiting() const { return !pieces_.empty() || acked_ > next_; }
  std::uint32_t pending_bytes() const { return pending_bytes_; }

  /// acknowledge notes that the other side has everything before `offset`, and returns how many bytes are new in that.
  std::uint64_t acknowledge(std::uint64_t offset);
  /// fin notes that the stream ends at `offset`; the first FIN wins. False when it contradicts what was seen.
  bool fin(std::uint64_t offset);

  /// segment takes payload that stands at `offset`: `bytes` were captured of `wire_bytes`. What continues the stream
  /// goes to `out` at once, without a copy; what lies beyond a hole is copied and waits. The bytes seen first win.
  void segment(std::int64_t offset, ByteView bytes, std::uint32_t wire_bytes, const Outlet& out);

  /// skip_acked gives up holes that the other side does not have. With `tail`, also a hole after which nothing was
  /// seen.
  void skip_acked(bool tail, const Outlet& out);
  /// skip_hole gives up the first hole and delivers what stood behind it.
  void skip_hole(const Outlet& out);
  /// flush gives up every hole.
  void flush(const Outlet& out);

  /// discard_waiting forgets the bytes behind holes, without a gap: the receiver never had them.
  void discard_waiting();

  /// far_segment is told of a segment that is not near, far_acknowledgement of an acknowledgement far ahead of what was
  /// sent, in a segment that was itself near.
  Far far_segment(std::uint32_t sequence, std::uint32_t wire_bytes);
  void far_acknowledgement(std::uint32_t sequence) {
    far_acked_ = sequence;
    far_acked_known_ = true;
  }
  /// resynchronise moves the stream to `sequence`: a gap forwards, or a gap of unknown size.
  void resynchronise(std::uint32_t sequence, const Outlet& out);

 private:
  static constexpr std::uint64_t no_fin = ~std::uint64_t{0};
  static constexpr std::uint8_t far_run_min = 3;

  struct Piece {
    std::uint64_t start = 0;
    std::uint32_t wire_bytes = 0;
    std::vector<std::uint8_t> bytes;  // at most wire_bytes
    std::uint64_t end() const { return start + wire_bytes; }
  };

  void deliver(ByteView bytes, std::uint32_t wire_bytes, const Outlet& out);
  void deliver_ready(const Outlet& out);
  void skip_to(std::uint64_t target, const Outlet& out);
  void keep(std::uint64_t start, ByteView bytes, std::uint32_t wire_bytes, const Outlet& out);

  std::uint32_t base_ = 0;
  std::uint32_t pending_bytes_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t highest_ = 0;
  std::uint64_t acked_ = 0;
  std::uint64_t fin_at_ = no_fin;
  std::vector<Piece> pieces_;  // sorted, disjoint, all behind a hole
  std::uint32_t far_next_ = 0;
  std::uint32_t far_acked_ = 0;
  std::uint32_t left_at_ = 0;  // where it stood before resynchronise
  std::uint8_t far_run_ = 0;
  bool far_acked_known_ = false;
  bool left_known_ = false;
  bool begun_ = false;
};

}  // namespace cordon::net
