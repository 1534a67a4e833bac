// SPDX-License-Identifier: Apache-2.0
#include "observe/sketch.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace cordon::observe {
namespace {

constexpr std::uint32_t chunk_bytes_min = 32;
constexpr std::uint32_t chunk_bytes_max = 1024;
constexpr unsigned chunk_mask_shift = 56;  // a cut where the top 8 bits are zero: one place in 256
constexpr std::uint32_t gear_window_bytes = 64;

constexpr std::uint64_t mix(std::uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ x >> 30U) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27U) * 0x94d049bb133111ebULL;
  return x ^ x >> 31U;
}

constexpr std::array<std::uint64_t, 256> make_gear() {
  std::array<std::uint64_t, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = mix(i + 1);
  return out;
}
constexpr std::array<std::uint64_t, 256> gear = make_gear();

std::uint64_t stir(std::uint64_t h, const std::uint8_t* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  h = (h ^ word) * 0x9fb21c651e98df25ULL;
  return h ^ h >> 29U;
}

// Two sums side by side: each step of one waits for the step before.
std::uint16_t hash_block(ByteView bytes) {
  std::uint64_t even = bytes.size();
  std::uint64_t odd = ~even;
  std::size_t i = 0;
  for (; i + 16 <= bytes.size(); i += 16) {
    even = stir(even, bytes.data() + i);
    odd = stir(odd, bytes.data() + i + 8);
  }
  for (const std::uint8_t b : bytes.subspan(i)) odd = (odd ^ b) * 0x100000001b3ULL;
  const auto out = static_cast<std::uint16_t>(mix(even + (odd << 32U | odd >> 32U)) >> 48U);
  return out == 0 ? 1 : out;
}

constexpr std::size_t no_block = std::numeric_limits<std::size_t>::max();

// block_index gives where the block at `offset` (a multiple of 64) is kept, or no_block.
std::size_t block_index(std::uint64_t offset) {
  if (offset < Sketch::dense_bytes) return offset / Sketch::block_bytes;
  if (offset < Sketch::middle_bytes)
    return offset % 4096 != 0 ? no_block : 1024 + (offset - Sketch::dense_bytes) / 4096;
  if (offset < Sketch::sparse_bytes) {
    return offset % 65536 != 0 ? no_block : 1264 + (offset - Sketch::middle_bytes) / 65536;
  }
  return no_block;
}

// next_block gives the first offset ≥ `offset` at which a block is kept; sparse_bytes when there is none.
std::uint64_t next_block(std::uint64_t offset) {
  const auto up = [offset](std::uint64_t step) { return (offset + step - 1) / step * step; };
  if (offset <= Sketch::dense_bytes - Sketch::block_bytes) return up(Sketch::block_bytes);
  if (offset <= Sketch::middle_bytes - 4096) return std::max(up(4096), Sketch::dense_bytes);
  if (offset <= Sketch::sparse_bytes - 65536) return std::max(up(65536), Sketch::middle_bytes);
  return Sketch::sparse_bytes;
}

}  // namespace

void Extents::add(std::uint64_t from, std::uint64_t to) {
  if (from >= to) return;
  // The usual piece continues the last range.
  if (!ranges_.empty() && from >= ranges_.back().from && from <= ranges_.back().to) {
    ranges_.back().to = std::max(ranges_.back().to, to);
    return;
  }
  const auto first = std::lower_bound(ranges_.begin(), ranges_.end(), from,
                                      [](const Range& r, std::uint64_t value) { return r.to < value; });
  auto last = first;
  while (last != ranges_.end() && last->from <= to) {
    from = std::min(from, last->from);
    to = std::max(to, last->to);
    ++last;
  }
  if (first != last) {
    *first = {from, to};
    ranges_.erase(first + 1, last);
    return;
  }
  ranges_.insert(first, {from, to});
  if (ranges_.size() > ranges_max) {
    ranges_.erase(std::min_element(ranges_.begin(), ranges_.end(),
                                   [](const Range& a, const Range& b) { return a.to - a.from < b.to - b.from; }));
  }
}

void Extents::add(const Extents& other) {
  for (const Range& r : other.ranges_) add(r.from, r.to);
}

bool Extents::covers(std::uint64_t from, std::uint64_t to) const {
  const auto it = std::upper_bound(ranges_.begin(), ranges_.end(), from,
                                   [](std::uint64_t value, const Range& r) { return value < r.to; });
  return it != ranges_.end() && it->from <= from && to <= it->to;
}

void Extents::cut(std::uint64_t size) {
  while (!ranges_.empty() && ranges_.back().from >= size) ranges_.pop_back();
  if (!ranges_.empty()) ranges_.back().to = std::min(ranges_.back().to, size);
}

void Sketch::add(std::uint64_t offset, ByteView bytes) {
  if (bytes.empty()) return;
  if (offset > std::numeric_limits<std::uint64_t>::max() - bytes.size()) return;  // no file is that long
  if (!running_ || offset != run_next_) {
    if (running_) end_run(false);
    start_run(offset);
  }
  add_blocks(offset, bytes);
  add_chunks(bytes);
  run_next_ = offset + bytes.size();
  extents_.add(offset, run_next_);
}

void Sketch::settle() {
  if (running_) end_run(true);
}

void Sketch::start_run(std::uint64_t offset) {
  running_ = true;
  run_next_ = offset;
  block_fill_ = 0;
  gear_ = 0;
  chunk_start_ = offset;
  chunk_hash_ = 0;
  chunk_bytes_ = 0;
  chunk_natural_ = offset == 0;
}

void Sketch::end_run(bool at_end_of_file) {
  if (block_fill_ > 0) set_block(run_next_ - block_fill_, ByteView(block_).first(block_fill_));
  if (chunk_bytes_ > 0) end_chunk(at_end_of_file, false);
  running_ = false;
}

void Sketch::set_block(std::uint64_t offset, ByteView bytes) {
  const std::size_t index = block_index(offset);
  if (index == no_block) return;
  if (blocks_.size() <= index) blocks_.resize(index + 1);
  blocks_[index] = hash_block(bytes);
}

void Sketch::add_blocks(std::uint64_t offset, ByteView bytes) {
  std::uint64_t at = offset;
  const std::uint64_t end = offset + bytes.size();
  if (block_fill_ > 0) {
    const std::size_t more = std::min<std::size_t>(block_bytes - block_fill_, bytes.size());
    std::copy_n(bytes.begin(), more, block_.begin() + block_fill_);
    block_fill_ += static_cast<std::uint32_t>(more);
    at += more;
    if (block_fill_ < block_bytes) return;
    set_block(at - block_bytes, block_);
    block_fill_ = 0;
  }
  for (at = next_block(at); at < end && at < sparse_bytes; at = next_block(at + block_bytes)) {
    const ByteView rest = bytes.subspan(static_cast<std::size_t>(at - offset));
    if (rest.size() < block_bytes) {
      std::copy(rest.begin(), rest.end(), block_.begin());
      block_fill_ = static_cast<std::uint32_t>(rest.size());
      return;
    }
    set_block(at, rest.first(block_bytes));
  }
}

// The gear starts anew with each chunk, and the sum of its states is the chunk's hash: order and place of every byte
// count, at two additions a byte. A cut is the content's own when its window holds nothing but bytes of this run.
void Sketch::add_chunks(ByteView bytes) {
  if (chunked_bytes_ >= chunked_bytes_max) return;
  bytes =
      bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), chunked_bytes_max - chunked_bytes_)));
  chunked_bytes_ += bytes.size();
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::uint32_t bytes_min = chunk_natural_ ? chunk_bytes_min : gear_window_bytes;
    const std::size_t begin = i;
    const std::size_t end = std::min<std::size_t>(bytes.size(), i + (chunk_bytes_max - chunk_bytes_));
    // Up to here no cut is looked for: a chunk has bytes_min bytes at least.
    const std::size_t early = std::min<std::size_t>(end, i + (bytes_min - 1 - std::min(bytes_min - 1, chunk_bytes_)));
    std::uint64_t g = gear_;
    std::uint64_t h = chunk_hash_;
    for (const std::uint8_t b : bytes.subspan(i, early - i)) {
      g = (g << 1U) + gear[b];
      h += g;
    }
    bool natural = false;
    i = early;
    for (const std::uint8_t b : bytes.subspan(early, end - early)) {
      g = (g << 1U) + gear[b];
      h += g;
      ++i;
      natural = g >> chunk_mask_shift == 0;
      if (natural) break;
    }
    const std::uint32_t n = chunk_bytes_ + static_cast<std::uint32_t>(i - begin);
    gear_ = g;
    chunk_hash_ = h;
    chunk_bytes_ = n;
    if (natural || n == chunk_bytes_max) end_chunk(natural || chunk_natural_, natural || chunk_natural_);
  }
  if (chunked_bytes_ >= chunked_bytes_max && chunk_bytes_ > 0) end_chunk(false, false);
}

void Sketch::end_chunk(bool natural_end, bool next_natural) {
  if (chunks_.size() < chunks_max && chunk_start_ <= std::numeric_limits<std::uint32_t>::max()) {
    chunks_.push_back({static_cast<std::uint32_t>(mix(chunk_hash_) >> 32U), static_cast<std::uint32_t>(chunk_start_),
                       static_cast<std::uint16_t>(chunk_bytes_), chunk_natural_ && natural_end});
  }
  chunk_start_ += chunk_bytes_;
  chunk_natural_ = next_natural;
  chunk_bytes_ = 0;
  chunk_hash_ = 0;
  gear_ = 0;
}

void Sketch::lay_over(const Sketch& newer) {
  if (running_) end_run(false);
  if (blocks_.size() < newer.blocks_.size()) blocks_.resize(newer.blocks_.size());
  for (std::size_t i = 0; i < newer.blocks_.size(); ++i) {
    if (newer.blocks_[i] != 0) blocks_[i] = newer.blocks_[i];
  }
  std::erase_if(chunks_, [&](const Chunk& c) { return newer.covers(c.offset, std::uint64_t{c.offset} + c.bytes); });
  chunks_.insert(chunks_.begin(), newer.chunks_.begin(), newer.chunks_.end());
  if (chunks_.size() > chunks_max) chunks_.resize(chunks_max);
  chunked_bytes_ = std::min(chunked_bytes_max, chunked_bytes_ + newer.chunked_bytes_);
  extents_.add(newer.extents_);
}

Similarity Sketch::compare(const Sketch& old, const Sketch& now) {
  std::uint64_t blocks = 0;
  std::uint64_t blocks_kept = 0;
  for (std::size_t i = 0; i < std::min(old.blocks_.size(), now.blocks_.size()); ++i) {
    if (old.blocks_[i] == 0 || now.blocks_[i] == 0) continue;
    ++blocks;
    if (old.blocks_[i] == now.blocks_[i]) ++blocks_kept;
  }
  std::vector<std::uint32_t> known;
  known.reserve(old.chunks_.size());
  for (const Chunk& c : old.chunks_) known.push_back(c.hash);
  std::sort(known.begin(), known.end());
  std::uint64_t bytes = 0;
  std::uint64_t bytes_kept = 0;
  for (const Chunk& c : now.chunks_) {
    const bool found = std::binary_search(known.begin(), known.end(), c.hash);
    // A piece that the capture cut, not the content, can only be found by luck: missing it proves nothing.
    if (!found && !(c.whole && old.covers(c.offset, std::uint64_t{c.offset} + c.bytes))) continue;
    bytes += c.bytes;
    if (found) bytes_kept += c.bytes;
  }
  Similarity out;
  out.compared_bytes = std::max(blocks * block_bytes, bytes);
  const double by_place = blocks == 0 ? 0 : static_cast<double>(blocks_kept) / static_cast<double>(blocks);
  const double anywhere = bytes == 0 ? 0 : static_cast<double>(bytes_kept) / static_cast<double>(bytes);
  out.kept_share = std::max(by_place, anywhere);
  return out;
}

std::size_t Sketch::memory_bytes() const {
  return blocks_.capacity() * sizeof(std::uint16_t) + chunks_.capacity() * sizeof(Chunk) + extents_.memory_bytes();
}

}  // namespace cordon::observe
