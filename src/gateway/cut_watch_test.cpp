// SPDX-License-Identifier: Apache-2.0
// What is judged of the kernel's signs. On a network that is cut in truth: tests/station/recovery_test.py.
#include "gateway/cut_watch.h"

#include <gtest/gtest.h>

#include <cerrno>
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

TEST(CutWatch, WhereAnAnswerIsOnItsWayTheAddressIsAskedAfterSixSecondsAndNotBefore) {
  CutWatch watch;
  for (int second = 1; second <= 5; ++second) {
    EXPECT_FALSE(watch.came_back({0, 4, 5s}));
    EXPECT_FALSE(watch.wants_knock()) << second;
  }
  EXPECT_FALSE(watch.came_back({0, 5, 6s}));
  EXPECT_TRUE(watch.wants_knock());
  EXPECT_TRUE(watch.came_back({0, 0, 7s})) << "it was taken after all";
  EXPECT_FALSE(watch.wants_knock());
  CutWatch asked;
  for (int second = 1; second <= 60; ++second) asked.came_back({30, 0, 60s});
  EXPECT_FALSE(asked.wants_knock()) << "the kernel asks by itself where nothing is on its way";
}

TEST(CutWatch, AnAddressIsThereAgainWhenItRefusesOrIsUnreachableNoMore) {
  EXPECT_TRUE(CutWatch{}.answered(ECONNREFUSED));
  CutWatch watch;
  for (int second = 1; second <= 60; ++second) EXPECT_FALSE(watch.answered(0)) << "nothing says that it is there";
  EXPECT_FALSE(watch.answered(EHOSTUNREACH));
  for (int second = 1; second <= 4; ++second) EXPECT_FALSE(watch.answered(0)) << second;
  EXPECT_FALSE(watch.answered(EHOSTUNREACH));
  for (int second = 1; second <= 4; ++second) EXPECT_FALSE(watch.answered(0)) << second;
  EXPECT_TRUE(watch.answered(0)) << "a device that ignores the question";
}

TEST(Knock, ADeviceThatIsThereRefuses) {
  Knock knock;
  const auto home = boost::asio::ip::make_address("127.0.0.1");
  EXPECT_EQ(knock.knock(home), 0);
  EXPECT_EQ(knock.knock(home), ECONNREFUSED);
  knock.stop();
  EXPECT_EQ(knock.knock(home), 0);
}

}  // namespace
}  // namespace cordon::gateway
