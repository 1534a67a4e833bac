// SPDX-License-Identifier: Apache-2.0
#include "gateway/sample_index.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;

/// Trace feeds blocks of 250 samples at 250 Hz, each a second; `begin` and `at` in milliseconds.
struct Trace {
  SampleIndex index;
  std::uint64_t put(std::int64_t begin_ms, std::int64_t at_ms, std::size_t count = 250, double rate = 250) {
    return index.place({std::chrono::milliseconds(begin_ms), WallTime{std::chrono::milliseconds(at_ms)}, count, rate,
                        std::chrono::milliseconds(500)});
  }
};

TEST(SampleOf, WhatIsNoNumberOrBeyondOneIsMissing) {
  EXPECT_EQ(sample_of(-0.5), -0.5F);
  EXPECT_EQ(sample_of(3.4e38), 3.4e38F);
  for (const double none : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300, -1e39}) {
    EXPECT_TRUE(std::isnan(sample_of(none))) << none;
  }
}

TEST(SampleIndex, BlocksThatNearlyFitAreOneTrace) {
  Trace trace;
  EXPECT_EQ(trace.put(1'700'000'000'000, 0), 0U);
  EXPECT_EQ(trace.put(1'700'000'001'000, 1000), 250U);
  EXPECT_EQ(trace.put(1'700'000'002'500, 2000), 500U) << "half a block late: still within the tolerance";
  EXPECT_EQ(trace.put(1'700'000'002'900, 3000), 750U) << "a little early";
}

TEST(SampleIndex, ALostBlockIsAGapOfItsLength) {
  Trace trace;
  trace.put(0, 0);
  EXPECT_EQ(trace.put(2000, 2000), 500U);
  EXPECT_EQ(trace.put(3000, 3000), 750U);
  EXPECT_EQ(trace.put(4504, 4500), 1126U) << "one millisecond above the tolerance";
}

TEST(SampleIndex, TheSameBlockAgainStandsWhereItStood) {
  Trace trace;
  trace.put(0, 0);
  EXPECT_EQ(trace.put(1000, 1000), 250U);
  EXPECT_EQ(trace.put(1000, 2000), 250U);
  EXPECT_EQ(trace.put(2000, 3000), 500U);
}

TEST(SampleIndex, AClockThatStandsStillNeedNotMeanARepeatedBlock) {
  SampleIndex index;
  for (std::uint64_t block = 0; block < 20; ++block) {
    EXPECT_EQ(index.place({0s, WallTime{std::chrono::seconds(block)}, 250, 250, 500ms, false}), block * 250);
  }
}

TEST(SampleIndex, AClockThatIsSetMakesASmallGapAndNeverAStepBack) {
  Trace trace;
  trace.put(10'000'000, 0);
  EXPECT_EQ(trace.put(10'001'000 - 3'600'000, 1000), 251U) << "an hour back: one sample is missing";
  EXPECT_EQ(trace.put(10'002'000 - 3'600'000, 2000), 501U) << "and the new time is followed";
  EXPECT_EQ(trace.put(10'003'000 + 3'600'000, 3000), 751U + 750U) << "an hour on: not longer than we waited, and 2 s";
}

TEST(SampleIndex, ADeviceWhoseSecondIsNotOursStaysUnbrokenForHours) {
  Trace trace;
  std::uint64_t expected = 0;
  for (int block = 0; block < 10'000; ++block, expected += 250) {
    // 0.02 % too fast by its own times: after 10,000 blocks two seconds early.
    ASSERT_EQ(trace.put(block * 1000 - block / 5, block * 1000), expected);
  }
}

TEST(SampleIndex, AnotherRateBreaksTheTrace) {
  Trace trace;
  trace.put(0, 0);
  EXPECT_EQ(trace.put(1000, 1000, 500, 500), 251U);
  EXPECT_EQ(trace.put(2000, 2000, 500, 500), 751U);
}

}  // namespace
}  // namespace cordon::gateway
