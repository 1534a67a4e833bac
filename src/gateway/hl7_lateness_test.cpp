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
  Micros message(Micros kept = 0s) { return lateness.note(now - kept + clock, now, 3s); }
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

TEST(Hl7Lateness, AClockThatIsSetMakesNothingLate) {
  Kept unit;
  unit.steady();
  unit.clock -= 30s;
  unit.steady();
  unit.clock += 90s;
  unit.steady();
  unit.now += 60s;
  unit.clock -= 2h;
  unit.steady();  // after a cut, and further than that
}

TEST(Hl7Lateness, AClockThatIsSetDuringACutIsTakenForLateForFiveSecondsAtMost) {
  Kept unit;
  unit.steady();
  unit.now += 60s;
  unit.clock -= 40s;
  const WallTime back = unit.now;
  for (; unit.now <= back + late_catch_up; unit.now += 1s) EXPECT_EQ(unit.message(), Micros(40s));
  unit.steady(20);
  unit.now += 60s;
  EXPECT_EQ(unit.message(20s), Micros(20s)) << "its clock is the new one now";
}

TEST(Hl7Lateness, NothingIsLateBeforeItsClockIsKnownNorAfterALongCut) {
  Kept unit;
  for (int kept = 60; kept > 0; --kept, unit.now += 20ms) EXPECT_EQ(unit.message(kept * 1s), Micros(0));
  unit.steady();
  unit.now += late_cut_max + 1s;
  EXPECT_EQ(unit.message(60s), Micros(0));
}

TEST(Hl7Lateness, AMessageOlderThanTheCutIsLeftAsItIsAndThoseBehindItAreLate) {
  Kept unit;
  unit.steady();
  unit.now += 20s;
  EXPECT_EQ(unit.message(50s), Micros(0));
  EXPECT_EQ(unit.message(15s), Micros(15s));
  EXPECT_EQ(unit.message(25s), Micros(25s));
  EXPECT_EQ(unit.message(), Micros(0));
}

}  // namespace
}  // namespace cordon::gateway
