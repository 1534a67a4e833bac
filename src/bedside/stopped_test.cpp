// SPDX-License-Identifier: Apache-2.0
// What stops on a link that lives: numbers on which a person relies, and traces that nobody wants any more.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bedside/sentence.h"
#include "bedside/testing.h"
#include "bedside/view.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::AlarmPriority;
using event::Validity;
using List = std::vector<std::string>;

constexpr std::uint32_t cuff_mean = 150023;  // MDC_PRESS_CUFF_MEAN, term 0x4a07

/// LimitedSpo2 is R1 with a limit on the heart rate, and a monitor that sends other things too.
struct LimitedSpo2 : Unit {
  explicit LimitedSpo2(AlarmPriority priority = AlarmPriority::high) {
    say(heard(now, 1, "m1"));
    assign("m1", "R1");
    limit(heart_rate, priority);
  }
  void limit(std::uint32_t code, AlarmPriority priority = AlarmPriority::high) {
    say(event::LimitSet{now, "R1", code, "/min", 40.0, std::nullopt, priority, "a.durand", ""});
  }
  /// live lets the link live for a while by other numbers.
  void live(Micros span, std::uint64_t link = 1) {
    for (const WallTime end = now + span; now < end;) {
      say(numeric(now, link, 150456, 97, "%"));
      pass(1s);
    }
  }
  void rate(double value, Validity validity = Validity::valid, std::uint64_t link = 1) {
    say(numeric(now, link, heart_rate, value, "/min", validity));
  }
  const Alarm& only(event::AlarmOrigin origin) const { return *station.state().present_of(origin, "m1").at(0); }
};

TEST(BedsideStopped, ALimitWhoseNumberStopsOnALiveLinkIsTold) {
  LimitedSpo2 unit;
  unit.rate(70);
  unit.live(30s);
  EXPECT_EQ(unit.conditions(), List{});
  unit.live(1s);
  EXPECT_EQ(unit.conditions(), List{"R1 station unjudged:147842 medium"}) << "whoever set it relies on it";
  EXPECT_EQ(unit.only(event::AlarmOrigin::station).text, "HR");
  EXPECT_EQ(condition_of(unit.only(event::AlarmOrigin::station)).en, "a limit without a value to judge");
  unit.rate(70, Validity::missing);
  unit.live(1s);
  EXPECT_EQ(unit.conditions(), List{"R1 station unjudged:147842 medium"}) << "what is no value judges nothing";
  unit.rate(70, Validity::questionable);
  unit.live(1s);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStopped, ALimitThatNothingHasEverMeasuredIsToldAndWaitsForASlowLink) {
  LimitedSpo2 unit(AlarmPriority::low);
  unit.live(31s);
  EXPECT_EQ(unit.conditions(), List{"R1 station unjudged:147842 low"}) << "no graver than the limit itself";
  unit.say(event::LimitSet{unit.now, "R1", heart_rate, "/min", {}, {}, AlarmPriority::low, "a.durand", ""});
  unit.live(1s);
  EXPECT_EQ(unit.conditions(), List{}) << "who takes the limit away has answered it";
  unit.limit(heart_rate);
  unit.limit(cuff_mean);
  unit.live(29s);
  EXPECT_EQ(unit.conditions(), List{}) << "it was set just now";
  unit.live(3s);
  EXPECT_EQ(unit.conditions(), List{"R1 station unjudged:147842 medium"}) << "a cuff measures now and then";
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 10s));
  unit.live(50s);
  EXPECT_EQ(unit.conditions(), List{}) << "four times 21 s";
  unit.live(3s);
  EXPECT_EQ(unit.conditions(), List{"R1 station unjudged:147842 medium"});
}

TEST(BedsideStopped, ADeviceThatLivesAndSaysANumberEachHalfMinuteIsWellAndIsSilentAsSoonAsOthers) {
  LimitedSpo2 unit;
  event::DeviceHeard slow = heard(unit.now, 1, "m1");
  slow.values_period = 30s;
  unit.say(slow);
  for (int i = 0; i < 600; ++i) {
    if (i % 30 == 0) unit.rate(70);
    unit.say(event::LinkAlive{unit.now, 1});
    unit.pass(1s);
    ASSERT_EQ(unit.conditions(), List{}) << i;
  }
  unit.pass(1750ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station silent medium"}) << "within three seconds of its last word";
}

TEST(BedsideStopped, OneDeviceOfABedThatBringsTheNumberIsEnough) {
  LimitedSpo2 unit;
  unit.rate(70);
  unit.say(heard(unit.now, 2, "pump", "10.0.0.2"));
  unit.assign("pump", "R1");
  unit.say(heard(unit.now, 3, "second", "10.0.0.3"));
  unit.assign("second", "R1");
  for (int i = 0; i < 35; ++i) {
    unit.rate(70, Validity::valid, 3);
    unit.say(numeric(unit.now, 2, 157784, 5, "mL/h"));
    unit.live(1s);
  }
  EXPECT_EQ(unit.conditions(), List{});
  for (int i = 0; i < 31; ++i) {
    unit.say(numeric(unit.now, 2, 157784, 5, "mL/h"));
    unit.say(event::LinkAlive{unit.now, 3});
    unit.live(1s);
  }
  EXPECT_EQ(unit.conditions(), List{"R1 station unjudged:147842 medium"});
  EXPECT_EQ(unit.only(event::AlarmOrigin::station).device, "m1") << "once, where it was measured";
}

TEST(BedsideStopped, ALimitsAlarmWhoseNumberStoppedIsEndedByAPerson) {
  LimitedSpo2 unit;
  unit.rate(30);
  const std::uint64_t number = unit.only(event::AlarmOrigin::limit).number;
  const WallTime last = unit.now;
  unit.live(30s);
  EXPECT_TRUE(unit.say(event::AlarmOver{unit.now, number, "a.durand", ""}).empty()) << "a number may come yet";
  unit.live(1s);
  EXPECT_TRUE(unit.have("R1 limit low:n147842 high")) << "it ends by itself for no silence";
  EXPECT_EQ(unit.station.unconfirmed_since(unit.station.state().open.at(number)), last);
  EXPECT_FALSE(unit.say(event::AlarmOver{unit.now, number, "a.durand", ""}).empty());
  EXPECT_EQ(unit.conditions(), List{"R1 station unjudged:147842 medium"});
  unit.rate(30);
  EXPECT_TRUE(unit.have("R1 limit low:n147842 high")) << "the next number is judged";
}

event::WaveHeard ecg(WallTime at, std::uint64_t first, std::size_t count = 62) {
  return {at, 1, std::nullopt, {"ecg", 131330, "II", "mV"}, 250, first, std::vector<float>(count)};
}

TEST(BedsideStopped, ATraceThatIsNotMeasuredStandsStillForAReason) {
  LimitedSpo2 unit;
  unit.say(ecg(unit.now, 0));
  auto off = ecg(unit.now, 0, 0);
  off.rate_hz = 0;
  off.validity = Validity::missing;
  unit.say(off);
  unit.live(12s);
  EXPECT_EQ(unit.conditions(), List{});
  const LiveWave& wave = unit.station.link_of("m1")->waves.at("ecg");
  EXPECT_EQ(wave.rate_hz, 250) << "what it was is still known";
  EXPECT_EQ(wave.next, 62U);
}

TEST(BedsideStopped, ATraceThatStandsStillIsEndedByAPersonAndReturnsWithItsNextSample) {
  LimitedSpo2 unit;
  unit.say(ecg(unit.now, 0));
  const WallTime moved = unit.now;
  unit.live(9s);
  ASSERT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  const std::uint64_t number = unit.only(event::AlarmOrigin::station).number;
  const auto shown = view_json(unit.station, {}, unit.now)["alarms"][0]["unconfirmed"];
  EXPECT_EQ(shown, seconds_of(moved));
  EXPECT_FALSE(unit.say(event::AlarmOver{unit.now, number, "a.durand", ""}).empty());
  unit.live(5s);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_TRUE(unit.station.link_of("m1")->waves.empty());
  unit.say(ecg(unit.now, 62));
  EXPECT_EQ(unit.station.link_of("m1")->waves.size(), 1U);
  unit.live(9s);
  EXPECT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.pass(250ms);
  EXPECT_TRUE(unit.say(event::AlarmOver{unit.now, unit.only(event::AlarmOrigin::station).number, "a", ""}).empty())
      << "nobody ends that a bed is silent";
}

}  // namespace
}  // namespace cordon::bedside
