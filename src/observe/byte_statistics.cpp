// SPDX-License-Identifier: Apache-2.0
#include "observe/byte_statistics.h"

#include <cstring>

namespace cordon::observe {

void ByteHistogram::add(ByteView bytes) {
  total_ += bytes.size();
  const std::size_t words = bytes.size() / sizeof(std::uint64_t);
  const std::uint8_t* at = bytes.data();
  for (std::size_t i = 0; i < words; ++i, at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);  // one load, not eight
    for (unsigned shift = 0; shift < 64; shift += 8) ++counts_[word >> shift & 0xffU];
  }
  for (const std::uint8_t b : bytes.subspan(words * sizeof(std::uint64_t))) ++counts_[b];
}

void ByteHistogram::add(const ByteHistogram& other) {
  for (std::size_t v = 0; v < 256; ++v) counts_[v] += other.counts_[v];
  total_ += other.total_;
}

void ByteHistogram::clear() {
  *this = {};
}

double ByteHistogram::chi_squared() const {
  if (total_ == 0) return 0;
  const double expected = static_cast<double>(total_) / 256.0;
  double sum = 0;
  for (const std::uint32_t n : counts_) {
    const double d = static_cast<double>(n) - expected;
    sum += d * d;
  }
  return sum / expected;
}

double ByteHistogram::text_share() const {
  if (total_ == 0) return 0;
  std::uint64_t text = std::uint64_t{counts_['\t']} + counts_['\n'] + counts_['\r'];
  for (std::size_t v = 0x20; v < 0x7f; ++v) text += counts_[v];
  return static_cast<double>(text) / static_cast<double>(total_);
}

}  // namespace cordon::observe
