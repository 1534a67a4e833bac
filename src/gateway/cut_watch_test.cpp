// SPDX-License-Identifier: Apache-2.0
// What is judged of the kernel's signs. On a network that is cut in truth: tests/station/recovery_test.py.
#include "gateway/cut_watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;

/// resets looks at each of the signs, once a second, and gives after which ones the connection would be reset.
std::vector<std::size_t> resets(const std::vector<TcpSigns>& signs) {
  CutWatch watch;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < signs.size(); ++i) {
    if (watch.came_back(signs[i])) out.push_back(i);
  }
  return out;
}
using Seconds = std::vector<std::size_t>;

TEST(CutWatch, WhoAnswersAgainAfterACutAndSendsNothingIsReset) {
  EXPECT_EQ(resets({{0, 0, 300ms}, {1, 0, 3s}, {2, 0, 6s}, {29, 0, 61s}, {0, 0, 62s}, {0, 0, 63s}}), Seconds{4})
      << "once, when its kernel answers a probe";
  EXPECT_EQ(resets({{0, 2, 4s}, {0, 9, 60s}, {0, 0, 62s}}), Seconds{2}) << "likewise for what was sent to it";
}

TEST(CutWatch, WhoSendsAgainByHimselfIsLeftAlone) {
  EXPECT_EQ(resets({{2, 0, 6s}, {9, 0, 20s}, {0, 0, 100ms}, {0, 0, 3s}}), Seconds{});
}

TEST(CutWatch, OneThatWasLostIsNoCut) {
  EXPECT_EQ(resets({{1, 0, 3s}, {0, 0, 4s}, {0, 1, 5s}, {0, 0, 6s}}), Seconds{});
  EXPECT_EQ(resets({{2, 0, 6s}, {1, 0, 8s}, {2, 0, 9s}}), Seconds{}) << "nor is it over while one is not answered";
}

TEST(CutWatch, AQuietSenderOnAGoodNetworkIsLeftAlone) {
  EXPECT_EQ(resets({{0, 0, 10s}, {0, 0, 60s}, {1, 0, 200s}, {0, 0, 202s}}), Seconds{});
}

}  // namespace
}  // namespace cordon::gateway
