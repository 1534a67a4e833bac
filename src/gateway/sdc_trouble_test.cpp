// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "gateway/sdc_told.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;

TEST(SdcTrouble, ThoseThatComeInTurnAreOneForAsLongAsTheyComeAndOverOnceNothingComes) {
  SdcTold told;
  const MonoTime begin{1h};
  int times = 0;
  for (int second = 0; second < 60; ++second) {  // one report in four cannot be read; then it is missing
    const MonoTime now = begin + second * 1s;
    if (second % 4 == 0) times += told.note("dialect", now, {true, false}) ? 1 : 0;
    times += told.note("lost_messages", now + 500ms, {true, false}) ? 1 : 0;
    if (!told.outlives_reading(now + 600ms, true)) told.clear();
  }
  EXPECT_EQ(times, 1);
  EXPECT_EQ(told.code(), "dialect");
  EXPECT_TRUE(told.is_fresh(begin + 65s));
  EXPECT_FALSE(told.is_fresh(begin + 66s)) << "ten seconds after it last came";
}

TEST(SdcTrouble, AGraverOneIsToldAtOnceAndASlighterOneWaits) {
  SdcTold told;
  const MonoTime now{1h};
  EXPECT_TRUE(told.note("odd_rate", now, {true, false}));
  EXPECT_TRUE(told.note("dialect", now, {true, false}));
  EXPECT_TRUE(told.note("own_fault", now, {true, false}));
  EXPECT_FALSE(told.note("dialect", now + 9s, {true, false}));
  EXPECT_FALSE(told.note("dialect", now + 1min, {true, true})) << "it still stands";
  EXPECT_TRUE(told.note("dialect", now + 1min, {true, false}));
  EXPECT_TRUE(told.note("unreachable", now + 1min, {false, false}));
  EXPECT_TRUE(told.note("dialect", now + 1min, {false, false})) << "of a device that is not read the last word counts";
}

}  // namespace
}  // namespace cordon::gateway
