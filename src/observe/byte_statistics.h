// SPDX-License-Identifier: Apache-2.0
// ByteHistogram: how often each byte value stands in what was measured of a file, and what follows from it. It weighs
// nothing: whether χ² 251 is suspicious is detect's question.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace cordon::observe {

class ByteHistogram {
 public:
  /// add counts the bytes, about one a cycle; a run of equal bytes is slower, since each waits for the count before it.
  void add(ByteView bytes);
  void add(const ByteHistogram& other);
  void clear();

  std::uint64_t total() const { return total_; }
  /// chi_squared against equal frequencies, 255 degrees of freedom: near 255 for random bytes, far above for all
  /// else. 0 while nothing is measured. Source: Pearson 1900; the fit is rough under five counts a cell (1,280 bytes).
  double chi_squared() const;
  /// text_share is the share of printable ASCII, tab, line feed and carriage return, 0..1.
  double text_share() const;

 private:
  std::array<std::uint32_t, 256> counts_{};  // 2^32 would need 4 GB measured; bounded far below by Content
  std::uint64_t total_ = 0;
};

}  // namespace cordon::observe
