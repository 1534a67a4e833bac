// SPDX-License-Identifier: Apache-2.0
#include "observe/byte_statistics.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>
#include <vector>

namespace cordon::observe {
namespace {

TEST(ByteStatistics, NothingMeasuredIsZero) {
  const ByteHistogram h;
  EXPECT_EQ(h.chi_squared(), 0);
  EXPECT_EQ(h.text_share(), 0);
}

TEST(ByteStatistics, RandomBytesStandNear255AndTextFarAbove) {
  std::mt19937 random(3);  // fixed seed
  std::vector<std::uint8_t> bytes(65536);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  ByteHistogram h;
  h.add(bytes);
  EXPECT_GT(h.chi_squared(), 180);
  EXPECT_LT(h.chi_squared(), 340);
  ByteHistogram text;
  for (int i = 0; i < 1000; ++i)
    text.add(
        as_bytes("Le service de r\xc3\xa9"
                 "animation compte douze lits.\n"));
  EXPECT_GT(text.chi_squared(), 100000);
  EXPECT_GT(text.text_share(), 0.9);
  EXPECT_NEAR(h.text_share(), 98.0 / 256, 0.01);
}

TEST(ByteStatistics, EvenCountsGiveExactlyZero) {
  std::vector<std::uint8_t> bytes(256);
  for (std::size_t i = 0; i < 256; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  ByteHistogram h;
  h.add(bytes);
  EXPECT_EQ(h.chi_squared(), 0);
}

TEST(ByteStatistics, PiecesCountLikeTheWhole) {
  EXPECT_TRUE(rc::check("any cut of the bytes gives the same histogram", [] {
    const auto bytes = *rc::gen::resize(5000, rc::gen::arbitrary<std::vector<std::uint8_t>>());
    const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size() + 1);
    ByteHistogram whole;
    whole.add(bytes);
    ByteHistogram parts;
    parts.add(ByteView(bytes).first(cut));
    parts.add(ByteView(bytes).subspan(cut));
    RC_ASSERT(whole.total() == parts.total());
    RC_ASSERT(whole.chi_squared() == parts.chi_squared());
    RC_ASSERT(whole.text_share() == parts.text_share());
  }));
}

}  // namespace
}  // namespace cordon::observe
