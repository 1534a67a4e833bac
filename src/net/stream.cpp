// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <algorithm>

#include "base/check.h"

namespace cordon::net {
namespace {

// The captured part of a piece, `skip` bytes into it and at most `bytes` long.
ByteView part(ByteView captured, std::uint64_t skip, std::uint64_t bytes) {
  if (skip >= captured.size()) return {};
  return captured.subspan(skip, std::min<std::uint64_t>(bytes, captured.size() - skip));
}

}  // namespace

void Outlet::data(ByteView bytes) const {
  counters.delivered_bytes += bytes.size();
  flow[direction].delivered_bytes += bytes.size();
  sink.on_data(flow, direction, time, bytes);
}

void Outlet::gap(std::uint64_t bytes) const {
  ++counters.gaps;
  counters.gap_bytes += bytes;
  flow[direction].gap_bytes += bytes;
  sink.on_gap(flow, direction, bytes);
}

void Stream::begin(std::uint32_t sequence) {
  CORDON_CHECK(next_ == 0 && pieces_.empty());
  base_ = sequence;
  begun_ = true;
}

std::uint64_t Stream::acknowledge(std::uint64_t offset) {
  offset = std::min(offset, fin_at_);
  if (offset <= acked_) return 0;
  const std::uint64_t news = offset - acked_;
  acked_ = offset;
  return news;
}

bool Stream::fin(std::uint64_t offset) {
  if (fin_seen()) return offset == fin_at_;
  if (offset + 1 < highest_) return false;
  // One less than `highest_` is right when the FIN itself was acknowledged before it was seen: it counts as one byte.
  fin_at_ = std::max(offset, highest_);
  highest_ = fin_at_;
  acked_ = std::min(acked_, fin_at_);
  return true;
}

void Stream::deliver(ByteView bytes, std::uint32_t wire_bytes, const Outlet& out) {
  next_ += wire_bytes;
  if (!bytes.empty()) out.data(bytes);
  if (wire_bytes > bytes.size()) out.gap(wire_bytes - bytes.size());
}

void Stream::deliver_ready(const Outlet& out) {
  std::size_t ready = 0;
  for (; ready < pieces_.size() && pieces_[ready].start <= next_; ++ready) {
    const Piece& piece = pieces_[ready];
    pending_bytes_ -= static_cast<std::uint32_t>(piece.bytes.size()) + piece_overhead_bytes;
    deliver(piece.bytes, piece.wire_bytes, out);
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(ready));
  // Room that is no longer used would be memory that nobody counts.
  if (pieces_.capacity() > 2 * pieces_.size() + 2 || pieces_.empty()) pieces_.shrink_to_fit();
}

void Stream::skip_to(std::uint64_t target, const Outlet& out) {
  target = std::min(target, fin_at_);
  while (next_ < target) {
    const std::uint64_t stop = pieces_.empty() ? target : std::min(target, pieces_.front().start);
    const std::uint64_t missing = stop - next_;
    next_ = stop;
    if (missing != 0) out.gap(missing);
    deliver_ready(out);
  }
  highest_ = std::max(highest_, next_);
}

void Stream::skip_acked(bool tail, const Outlet& out) {
  if (acked_ <= next_) return;
  if (tail) {
    skip_to(acked_, out);
    return;
  }
  while (!pieces_.empty() && pieces_.front().start <= acked_) skip_to(pieces_.front().start, out);
}

void Stream::skip_hole(const Outlet& out) {
  if (!pieces_.empty()) {
    skip_to(pieces_.front().start, out);
  } else {
    skip_acked(true, out);
  }
}

void Stream::flush(const Outlet& out) {
  while (waiting()) skip_hole(out);
}

void Stream::segment(std::int64_t offset, ByteView bytes, std::uint32_t wire_bytes, const Outlet& out) {
  std::int64_t end = offset + wire_bytes;
  if (fin_seen() && end > static_cast<std::int64_t>(fin_at_)) {
    out.counters.weird.add(Weird::tcp_data_after_fin);
    end = static_cast<std::int64_t>(fin_at_);
    if (end <= offset) return;  // wholly behind the FIN
  }
  const auto here = static_cast<std::int64_t>(next_);
  if (end <= here) {
    out.counters.retransmitted_bytes += wire_bytes;
    return;
  }
  if (offset < here) {
    const auto old = static_cast<std::uint64_t>(here - offset);
    out.counters.retransmitted_bytes += old;
    bytes = part(bytes, old, bytes.size());
    offset = here;
  }
  auto start = static_cast<std::uint64_t>(offset);
  const auto stop = static_cast<std::uint64_t>(end);
  bytes = part(bytes, 0, stop - start);
  highest_ = std::max(highest_, stop);

  if (start == next_ && (pieces_.empty() || stop <= pieces_.front().start)) {
    deliver(bytes, static_cast<std::uint32_t>(stop - start), out);
    if (!pieces_.empty()) deliver_ready(out);
    return;
  }
  keep(start, bytes, static_cast<std::uint32_t>(stop - start), out);
  deliver_ready(out);
  skip_acked(false, out);
}

// Inserts what no piece covers yet. What a piece covers is compared with it: the piece came first and stays.
void Stream::keep(std::uint64_t start, ByteView bytes, std::uint32_t wire_bytes, const Outlet& out) {
  const std::uint64_t first = start;
  const std::uint64_t stop = start + wire_bytes;
  std::size_t at = 0;
  if (!pieces_.empty() && pieces_.back().end() <= start) {
    at = pieces_.size();  // the usual case: the run behind a hole grows
  } else {
    const auto found =
        std::partition_point(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.end() <= start; });
    at = static_cast<std::size_t>(found - pieces_.begin());
  }
  bool conflict = false;
  while (start < stop) {
    const std::uint64_t limit = at < pieces_.size() ? std::min(stop, pieces_[at].start) : stop;
    if (start < limit) {
      const ByteView mine = part(bytes, start - first, limit - start);
      pending_bytes_ += static_cast<std::uint32_t>(mine.size()) + piece_overhead_bytes;
      pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(at),
                     Piece{start, static_cast<std::uint32_t>(limit - start), {mine.begin(), mine.end()}});
      ++at;
      start = limit;
      continue;
    }
    const Piece& piece = pieces_[at];
    const std::uint64_t overlap_end = std::min(stop, piece.end());
    const ByteView mine = part(bytes, start - first, overlap_end - start);
    const ByteView theirs = part(piece.bytes, start - piece.start, overlap_end - start);
    const std::size_t both = std::min(mine.size(), theirs.size());
    conflict = conflict || !std::equal(mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(both), theirs.begin());
    out.counters.retransmitted_bytes += overlap_end - start;
    start = overlap_end;
    ++at;
  }
  if (conflict) out.counters.weird.add(Weird::tcp_overlap_conflict);
  while (pieces_.size() > pieces_max) {
    out.counters.weird.add(Weird::tcp_pending_full);
    skip_hole(out);
  }
}

void Stream::discard_waiting() {
  pieces_ = {};
  pending_bytes_ = 0;
  acked_ = std::min(acked_, next_);
  if (!fin_seen()) highest_ = next_;
}

Far Stream::far_segment(std::uint32_t sequence, std::uint32_t wire_bytes) {
  if (left_known_ && sequence == left_at_) return Far::confirmed;
  if (far_acked_known_) {
    const std::int64_t distance = static_cast<std::int32_t>(far_acked_ - sequence);
    if (distance >= -window_bytes_max && distance <= window_bytes_max) return Far::confirmed;
  }
  if (far_run_ == 0 || sequence != far_next_) far_run_ = 0;
  if (far_run_ < far_run_min) ++far_run_;
  far_next_ = sequence + wire_bytes;
  return far_run_ >= far_run_min ? Far::run : Far::stray;
}

void Stream::resynchronise(std::uint32_t sequence, const Outlet& out) {
  flush(out);
  left_at_ = sequence_of(next_);
  left_known_ = true;
  far_run_ = 0;
  far_acked_known_ = false;
  const std::int64_t offset = offset_of(sequence);
  if (offset > static_cast<std::int64_t>(next_)) {
    skip_to(static_cast<std::uint64_t>(offset), out);
  } else {
    base_ = static_cast<std::uint32_t>(sequence - next_);
    out.gap(0);
  }
  acked_ = next_;
}

}  // namespace cordon::net
