// SPDX-License-Identifier: Apache-2.0
#include "observe/byte_statistics.h"

namespace cordon::observe {
namespace {

// Below this, clearing and folding four tables (4 KiB) costs more than it saves.
constexpr std::size_t interleave_bytes_min = 2048;

}  // namespace

void ByteHistogram::add(ByteView bytes) {
  total_ += bytes.size();
  if (bytes.size() < interleave_bytes_min) {
    for (const std::uint8_t b : bytes) ++counts_[b];
    return;
  }
  std::array<std::array<std::uint32_t, 256>, 4> tables{};
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    ++tables[0][bytes[i]];
    ++tables[1][bytes[i + 1]];
    ++tables[2][bytes[i + 2]];
    ++tables[3][bytes[i + 3]];
  }
  for (; i < bytes.size(); ++i) ++tables[0][bytes[i]];
  for (std::size_t v = 0; v < 256; ++v) counts_[v] += tables[0][v] + tables[1][v] + tables[2][v] + tables[3][v];
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
