// SPDX-License-Identifier: Apache-2.0
// When a device stands still, and when it only seems so.
#include <gtest/gtest.h>

#include "bedside/testing.h"

namespace cordon::bedside {
namespace {

using namespace testing;

constexpr const char* still = "R1 station clock_still medium";

struct Monitor : Unit {
  Monitor() {
    say(heard(now, 1, "m1"));
    assign("m1", "R1");
  }
  void number(std::optional<WallTime> time, std::optional<std::int64_t> ticks = std::nullopt) {
    auto said = numeric(now, 1, heart_rate, 70, "/min");
    said.device_time = time;
    said.device_ticks = ticks;
    say(said);
  }
  void piece(std::optional<WallTime> time) {
    say(event::WaveHeard{now, 1, time, {"ecg", 131330, "II", "mV"}, 250, next_, std::vector<float>(250)});
    next_ += 250;
  }
  /// run has a second go by, `seconds` times, with what is said in each; true when the clock was told to stand still.
  template <class Say>
  bool run(int seconds, const Say& said) {
    bool told = false;
    for (int i = 0; i < seconds; ++i) {
      said();
      pass(1s);
      told = told || have(still);
    }
    return told;
  }

 private:
  std::uint64_t next_ = 0;
};

TEST(BedsideClocks, ADeviceWhoseTracesGoOnDoesNotStandStill) {
  Monitor sdc;  // its reports repeat when a number was determined
  EXPECT_FALSE(sdc.run(30, [&] {
    sdc.number(night + 7s);
    sdc.piece(sdc.now);
  }));
  Monitor untimed;  // its traces have no time, and go on
  EXPECT_FALSE(untimed.run(30, [&] {
    untimed.number(std::nullopt, 7);
    untimed.piece(std::nullopt);
  }));
}

TEST(BedsideClocks, TracesWhoseTimeStandsStillMoveNothing) {
  Monitor unit;
  EXPECT_TRUE(unit.run(12, [&] {
    unit.number(night + 7s);
    unit.piece(night + 7s);
  }));
}

TEST(BedsideClocks, WhenTheTracesEndTheClockIsLookedAtAgain) {
  Monitor unit;
  unit.run(12, [&] {
    unit.number(night + 7s);
    unit.piece(unit.now);
  });
  EXPECT_FALSE(unit.have(still));
  EXPECT_TRUE(unit.run(12, [&] { unit.number(night + 7s); }));
}

TEST(BedsideClocks, ATimeByTheMinuteStandsForAMinute) {
  const auto minute_of = [](WallTime at) { return std::chrono::floor<std::chrono::minutes>(at); };
  Monitor unit;
  EXPECT_FALSE(unit.run(200, [&] { unit.number(minute_of(unit.now)); }));
  EXPECT_TRUE(unit.run(71, [&] { unit.number(night + 3min); })) << "and not for two";
  Monitor zoneless;
  EXPECT_FALSE(zoneless.run(
      200, [&] { zoneless.number(std::nullopt, Micros(minute_of(zoneless.now).time_since_epoch()).count()); }));
}

TEST(BedsideClocks, ATimeWithoutAZoneIsAstrayWhereItIsInEveryZone) {
  Monitor unit;
  const auto told = [&](WallTime local) {
    auto said = numeric(unit.now, 1, heart_rate, 70, "/min");
    said.local_time = local;
    unit.say(said);
    unit.pass(250ms);
    return unit.have("R1 station clock_astray low");
  };
  EXPECT_FALSE(told(unit.now + zones_span));
  EXPECT_FALSE(told(unit.now - zones_span));
  EXPECT_TRUE(told(unit.now - zones_span - 1s));
  EXPECT_FALSE(told(unit.now)) << "it was set";
  EXPECT_TRUE(told(unit.now + zones_span + 1s));
  EXPECT_TRUE(told(WallTime(-std::chrono::days(25567)))) << "the year 1900";
}

TEST(BedsideClocks, ValuesMayBeOldWhereTheTimeOfTheirMessagesGoesOn) {
  Monitor unit;
  EXPECT_FALSE(unit.run(60, [&] { unit.number(unit.now, 7); }));
  EXPECT_TRUE(unit.run(12, [&] { unit.number(unit.now, 7); })) << "but not for ever";
}

TEST(BedsideClocks, ValuesWhoseTimeWasSeenToGoOnEachSecondAreStillWhereItStops) {
  Monitor unit;
  std::int64_t moves = 0;
  const auto said = [&](Micros period, bool moves_now) {
    auto out = numeric(unit.now, 1, heart_rate, 70, "/min");
    out.device_time = unit.now;  // its gateway's clock goes on
    out.device_ticks = moves += moves_now ? 1 : 0;
    out.ticks_period = period;
    unit.say(out);
  };
  EXPECT_FALSE(unit.run(20, [&] { said(1s, true); }));
  EXPECT_FALSE(unit.run(8, [&] { said(1s, false); }));
  EXPECT_TRUE(unit.run(2, [&] { said(1s, false); })) << "within ten seconds";
  EXPECT_FALSE(unit.run(1, [&] { said(1s, true); }));
  EXPECT_FALSE(unit.run(21, [&] { said(10s, false); })) << "two of its periods and a second";
  EXPECT_TRUE(unit.run(2, [&] { said(10s, false); }));
  said(60s, true);
  EXPECT_FALSE(unit.run(66, [&] { said(60s, false); }));
  EXPECT_TRUE(unit.run(4, [&] { said(60s, false); })) << "nobody waits for two minutes";
}

}  // namespace
}  // namespace cordon::bedside
