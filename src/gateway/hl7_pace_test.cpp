// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_pace.h"

#include <gtest/gtest.h>

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;

constexpr WallTime paced_from{std::chrono::seconds(1670101217)};  // 21:00:17

struct Paced {
  Hl7Pace pace;
  WallTime now = paced_from;
  void say(const std::string& channel, WallTime said, bool measured = true) { pace.note(channel, said, measured, now); }
  Micros period() const { return pace.pace(now).value_or(Hl7Pace::Pace{0, -1s}).period; }
  std::int64_t moves() const { return pace.pace(now).value_or(Hl7Pace::Pace{}).moves; }
};

TEST(Hl7Pace, WhatMovesEachSecondIsKnownAfterFourSteps) {
  Paced unit;
  EXPECT_EQ(unit.period(), Micros(-1s)) << "nothing has come";
  for (int i = 0; i < 4; ++i, unit.now += 1s) {
    unit.say("hr", unit.now);
    EXPECT_EQ(unit.period(), Micros(0)) << i;
  }
  unit.say("hr", unit.now);
  EXPECT_EQ(unit.period(), Micros(1s));
  const auto moves = unit.moves();
  for (int i = 0; i < 9; ++i, unit.now += 1s) unit.say("hr", paced_from + 4s);
  EXPECT_EQ(unit.moves(), moves) << "it stands";
  EXPECT_EQ(unit.period(), Micros(1s));
}

TEST(Hl7Pace, AValueOfEachMinuteThatIsSaidEachSecondIsSlowFromItsFirstStepOn) {
  Paced unit;
  const auto measured = [&] { return paced_from + std::chrono::floor<std::chrono::minutes>(unit.now - paced_from); };
  for (; unit.now < paced_from + 59s; unit.now += 1s) unit.say("temp", measured());
  EXPECT_EQ(unit.period(), Micros(0));
  for (; unit.now < paced_from + 5min; unit.now += 1s) {
    unit.say("temp", measured());
    if (unit.now >= paced_from + 60s) {
      EXPECT_EQ(unit.period(), Micros(60s));
    }
  }
  for (int i = 0; i < 5; ++i, unit.now += 1s) {
    unit.say("temp", measured());
    unit.say("hr", unit.now);
  }
  EXPECT_EQ(unit.period(), Micros(1s)) << "the quickest of those that come";
  unit.now += 8s;
  unit.say("temp", measured());
  EXPECT_EQ(unit.period(), Micros(60s)) << "its finger clip is off: what is left is slow, and nothing stands still";
}

TEST(Hl7Pace, TwoMessagesInTurnStandStillTogether) {
  Paced unit;
  for (int i = 0; i < 6; ++i, unit.now += 1s) {
    unit.say("hr", unit.now);
    unit.say("temp", paced_from - 40s);
  }
  const auto moves = unit.moves();
  for (int i = 0; i < 9; ++i, unit.now += 500ms) {
    unit.say(i % 2 == 0 ? "hr" : "temp", i % 2 == 0 ? paced_from + 5s : paced_from - 40s);
    EXPECT_EQ(unit.period(), Micros(1s)) << "also while the slow one alone is said";
  }
  EXPECT_EQ(unit.moves(), moves);
}

TEST(Hl7Pace, WhatWasKeptOnItsWayIsNoQuickChannelAndWhatIsNoValueSaysNothing) {
  Paced unit;
  for (int i = 0; i < 30; ++i, unit.now += 100ms) unit.say("hr", paced_from + i * 1min);
  EXPECT_EQ(unit.period(), Micros(60s)) << "a minute each, however quickly they come";
  Paced off;
  for (int i = 0; i < 30; ++i, off.now += 1s) off.say("hr", paced_from, false);
  EXPECT_FALSE(off.pace.pace(off.now)) << "that there is none may stand for ever";
}

TEST(Hl7Pace, WholeMinutesArePacedByTheMinuteAndChannelsAreBounded) {
  Paced unit;
  unit.say("hr", std::chrono::floor<std::chrono::minutes>(paced_from));
  EXPECT_EQ(unit.period(), Micros(60s));
  for (std::size_t i = 1; i < hl7_paced_max; ++i) unit.say(std::to_string(i), paced_from);
  unit.say("one more", paced_from);
  unit.say("one more", paced_from + 1s);
  EXPECT_FALSE(unit.pace.has_moved("one more"));
  unit.say("hr", paced_from);
  EXPECT_TRUE(unit.pace.has_moved("hr"));
}

}  // namespace
}  // namespace cordon::gateway
