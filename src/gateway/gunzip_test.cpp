// SPDX-License-Identifier: Apache-2.0
#include "gateway/gunzip.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gateway/gunzip_testing.h"

namespace cordon::gateway {
namespace {

using testing::gzip;

Result<std::string> open(const std::string& compressed, std::size_t bytes_max = 1 << 20) {
  return gunzip(as_bytes(compressed), bytes_max);
}

TEST(Gunzip, GivesBackWhatWasCompressed) {
  EXPECT_TRUE(rc::check([](const std::string& content) { RC_ASSERT(open(gzip(content)).value() == content); }));
}

TEST(Gunzip, IsBounded) {
  const std::string bomb = gzip(std::string(1'000'000, ' '));
  ASSERT_LT(bomb.size(), 2000U);
  EXPECT_EQ(open(bomb, 1'000'000).value().size(), 1'000'000U);
  EXPECT_EQ(open(bomb, 999'999).error().code, ErrorCode::limit);
  EXPECT_EQ(open(bomb, 0).error().code, ErrorCode::limit);
}

TEST(Gunzip, RefusesWhatIsBroken) {
  const std::string whole = gzip("The bed is not empty.");
  EXPECT_EQ(open("").error().code, ErrorCode::truncated);
  for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(open(whole.substr(0, size))) << size;
  EXPECT_EQ(open(whole + "x").error().code, ErrorCode::malformed);
  EXPECT_EQ(open("no gzip at all").error().code, ErrorCode::malformed);
  std::string wrong_sum = whole;
  wrong_sum[whole.size() - 8] = static_cast<char>(wrong_sum[whole.size() - 8] ^ 1);
  EXPECT_EQ(open(wrong_sum).error().code, ErrorCode::malformed);
}

}  // namespace
}  // namespace cordon::gateway
