// SPDX-License-Identifier: Apache-2.0
// Sketch: a small picture of a file's content, good for one question: how much of the new bytes stood in the old file,
// at the same place or anywhere? It holds hashes, never content.
//
// Two pictures, because each is blind where the other sees:
//   blocks   a 16-bit hash of 64-byte blocks at fixed places. Sees in-place changes down to single blocks, and so also
//            encryption of every other run. A byte inserted at the front makes all of it useless.
//   chunks   a 32-bit hash of pieces cut where the content itself says so (a gear hash, Xia et al. 2014), about 290
//            bytes each. Finds text that only moved. Needs runs longer than a few chunks.
// Memory: 2,272 x 2 + 320 x 12 + 64 x 16 bytes = 9.4 KB at most, less for small files.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace cordon::observe {

/// Similarity is the answer. kept_share is 0..1 and only meaningful when compared_bytes > 0.
struct Similarity {
  std::uint64_t compared_bytes = 0;  // measured new bytes whose place in the old content was known
  double kept_share = 0;             // share of them that stands in the old content
};

/// Extents is a set of byte ranges, at most ranges_max; the smallest is forgotten beyond it.
class Extents {
 public:
  static constexpr std::size_t ranges_max = 64;
  void add(std::uint64_t from, std::uint64_t to);
  bool covers(std::uint64_t from, std::uint64_t to) const;
  std::uint64_t end() const { return ranges_.empty() ? 0 : ranges_.back().to; }
  void cut(std::uint64_t size);
  void clear() { ranges_.clear(); }
  bool empty() const { return ranges_.empty(); }
  std::size_t memory_bytes() const { return ranges_.capacity() * sizeof(Range); }
  void add(const Extents& other);

 private:
  struct Range {
    std::uint64_t from, to;
  };
  std::vector<Range> ranges_;  // sorted, apart
};

class Sketch {
 public:
  static constexpr std::size_t block_bytes = 64;
  // Every block of the first 64 KiB, then one each 4 KiB up to 1 MiB, then one each 64 KiB up to 64 MiB: the places do
  // not depend on the file, so old and new pictures always meet.
  static constexpr std::uint64_t dense_bytes = 64 << 10;
  static constexpr std::uint64_t middle_bytes = 1 << 20;
  static constexpr std::uint64_t sparse_bytes = 64 << 20;
  static constexpr std::size_t blocks_max = 1024 + 240 + 1008;
  static constexpr std::size_t chunks_max = 320;
  static constexpr std::uint64_t chunked_bytes_max = 64 << 10;  // of all runs together

  /// add takes bytes that stand at `offset`. A piece that follows the one before continues its run.
  void add(std::uint64_t offset, ByteView bytes);
  /// settle ends the run: what is open is the end of what will come.
  void settle();
  /// covers says whether the range was seen, as far as Extents remembers.
  bool covers(std::uint64_t from, std::uint64_t to) const { return extents_.covers(from, to); }
  const Extents& extents() const { return extents_; }
  /// lay_over puts a newer picture over this one: where both know a block, the newer counts.
  void lay_over(const Sketch& newer);
  /// compare: how much of `now` stood in `old`.
  static Similarity compare(const Sketch& old, const Sketch& now);
  std::size_t memory_bytes() const;

 private:
  struct Chunk {
    std::uint32_t hash;
    std::uint32_t offset;  // cut to 32 bits; only used where it fits
    std::uint16_t bytes;
    bool whole;  // both ends were cut by the content, or are the file's own start and end
  };
  void start_run(std::uint64_t offset);
  void end_run(bool at_end_of_file);
  void add_blocks(std::uint64_t offset, ByteView bytes);
  void set_block(std::uint64_t offset, ByteView bytes);
  void add_chunks(ByteView bytes);
  void end_chunk(bool natural_end, bool next_natural);

  std::vector<std::uint16_t> blocks_;  // 0: not known
  std::vector<Chunk> chunks_;
  Extents extents_;
  std::uint64_t chunked_bytes_ = 0;
  // the run in progress
  bool running_ = false;
  std::uint64_t run_next_ = 0;
  std::array<std::uint8_t, block_bytes> block_{};  // of a block that matters and is not complete
  std::uint32_t block_fill_ = 0;
  std::uint64_t gear_ = 0;
  std::uint64_t chunk_start_ = 0;
  std::uint64_t chunk_hash_ = 0;
  std::uint32_t chunk_bytes_ = 0;
  bool chunk_natural_ = false;
};

}  // namespace cordon::observe
