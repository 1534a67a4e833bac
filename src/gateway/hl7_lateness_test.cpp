// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_lateness.h"

#include <gtest/gtest.h>

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kept_from{std::chrono::seconds(1670101217)};

/// Kept is a sender of a message each second whose clock is an hour behind ours, and what lies between it and us.
struct Kept {
  Hl7Lateness lateness;
  WallTime now = kept_from;
  Micros clock = -1h;
  Micros message(Micros kept = 0s) { return lateness.note(now - kept + clock, now); }
  void steady(int seconds = 10) {
    for (int i = 0; i < seconds; ++i, now += 1s) EXPECT_EQ(message(), Micros(0)) << i;
  }
};

TEST(Hl7Lateness, WhatWasKeptThroughACutIsAsOldAsItIs) {
  Kept unit;
  unit.steady();
  unit.now += 60s;
  for (int kept = 60; kept >= 5; --kept, unit.now += 20ms) {
    EXPECT_LE(std::chrono::abs(unit.message(std::chrono::seconds(kept)) - kept * 1s), 500ms) << kept;
  }
  unit.steady();
  unit.now += 4s;
  EXPECT_EQ(unit.message(), Micros(0)) << "a cut alone makes nothing late";
}

TEST(Hl7Lateness, WhatAQueueSendsOnALinkThatNeverBrokeIsAsOldAsItIs) {
  Kept unit;
  unit.steady();
  for (int kept = 600; kept > 500; --kept, unit.now += 500ms) {  // between those of now
    EXPECT_EQ(unit.message(kept * 1s), Micros(kept * 1s)) << kept;
    EXPECT_EQ(unit.message(), Micros(0));
  }
  unit.steady();
  for (int i = 0; i < 50; ++i, unit.now += 1s) {  // one whose way catches up slowly
    const Micros kept = 60s - i * 300ms;
    EXPECT_EQ(unit.message(kept), kept) << i;
  }
  unit.steady();
}

TEST(Hl7Lateness, AQueueThatGrowsIsEverLater) {
  Kept unit;
  unit.steady();
  Micros kept{};
  for (int i = 0; i < 600; ++i, unit.now += 1s, kept += 140ms) {
    const Micros late = unit.message(kept);
    if (kept < 5s) {
      EXPECT_EQ(late, Micros(0)) << i;
    }
    if (kept > 6s) {
      EXPECT_LE(std::chrono::abs(late - kept), 1s) << i;
    }
  }
}

TEST(Hl7Lateness, ASenderOfManyMessagesASecondHasASteadyClockToo) {
  Kept unit;
  for (int i = 0; i < 50; ++i, unit.now += 100ms) EXPECT_EQ(unit.message(), Micros(0));
  EXPECT_EQ(unit.message(20s), Micros(20s));
}

TEST(Hl7Lateness, AClockThatIsWrongSlowOrTwoClocksMakeNothingLate) {
  Kept slow;
  for (int i = 0; i < 7200; ++i, slow.now += 1s, slow.clock -= 5ms) ASSERT_EQ(slow.message(), Micros(0)) << i;
  Kept two;
  for (int i = 0; i < 60; ++i, two.now += 500ms) EXPECT_EQ(two.message(i % 2 * 30s), Micros(0)) << i;
  Kept by_ten;  // its clock moves each ten seconds
  for (int i = 0; i < 600; ++i, by_ten.now += 100ms) EXPECT_EQ(by_ten.message(i % 100 * 100ms), Micros(0)) << i;
  Kept one_wrong;
  one_wrong.steady();
  EXPECT_EQ(one_wrong.message(-1h), Micros(0)) << "ahead of its own clock";
  one_wrong.now += 1s;
  one_wrong.steady();
}

TEST(Hl7Lateness, ASlowerClockAmongQuickOnesIsTakenForLateForFiveSecondsAtMost) {
  Kept unit;
  unit.steady();
  for (int i = 0; i < 60; ++i, unit.now += 500ms) {
    EXPECT_EQ(unit.message(), Micros(0));
    EXPECT_EQ(unit.message(10s), i <= 10 ? Micros(10s) : Micros(0)) << i;
  }
  Kept cut;  // a way that is cut twice for as long is no clock
  cut.steady();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(cut.message(10s), Micros(10s));
    cut.steady();
  }
}

TEST(Hl7Lateness, AClockThatIsSetBackIsTakenForLateForFiveSecondsAtMost) {
  Kept unit;
  unit.steady();
  unit.clock += 90s;
  unit.steady();
  for (const Micros cut : {Micros(0), Micros(60s)}) {
    unit.now += cut;
    unit.clock -= 40s;
    const WallTime back = unit.now;
    for (; unit.now <= back + late_settles; unit.now += 1s) EXPECT_EQ(unit.message(), Micros(40s));
    unit.steady(20);
  }
  EXPECT_EQ(unit.message(20s), Micros(20s)) << "its clock is the new one now";
  Kept seldom;
  seldom.steady();
  seldom.clock -= 40s;
  EXPECT_EQ(seldom.message(), Micros(40s)) << "until its next message";
  for (int i = 0; i < 10; ++i) {
    seldom.now += 60s;
    EXPECT_EQ(seldom.message(), Micros(0)) << i;
  }
}

TEST(Hl7Lateness, AClockThatIsSlowedUntilItIsRightIsBelievedAMinuteAfter) {
  Kept unit;
  unit.steady();
  for (int i = 0; i < 400; ++i, unit.now += 1s, unit.clock -= 80ms) EXPECT_LE(unit.message(), Micros(32s));
  for (int i = 0; i < 73; ++i, unit.now += 1s) EXPECT_LE(unit.message(), Micros(32s));
  unit.steady(60);
}

TEST(Hl7Lateness, AClockThatStandsStillIsEverLater) {
  Kept unit;
  unit.steady();
  for (int i = 0; i < 100; ++i, unit.now += 1s) {
    EXPECT_EQ(unit.message(i * 1s), i < 5 ? Micros(0) : Micros(i * 1s));
  }
}

TEST(Hl7Lateness, NothingIsLateBeforeItsClockIsKnown) {
  Kept unit;
  for (int kept = 60; kept > 0; --kept, unit.now += 20ms) EXPECT_EQ(unit.message(kept * 1s), Micros(0));
  unit.steady();
  unit.now += 3h;
  EXPECT_EQ(unit.message(2h), Micros(2h)) << "also after a long cut";
}

}  // namespace
}  // namespace cordon::gateway
