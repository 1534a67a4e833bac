// SPDX-License-Identifier: Apache-2.0
#include "app/sensor_link.h"
#include "app/own_time.h"

#include <gtest/gtest.h>

namespace cordon::app {
namespace {

WallTime seconds_in(double s) {
  return wall_time_of(1670097600 + s);
}

WallTime time_of(const event::Input& input) {
  return std::visit([](const auto& i) { return i.at; }, input);
}

TEST(SensorLink, ASensorThatLivesInTheFutureIsHeardNow) {
  event::Observation o;
  o.at = seconds_in(5 * 3600);
  EXPECT_EQ(time_of(not_ahead(o, seconds_in(10))), seconds_in(10)) << "else its clock would end every cut";
  o.at = seconds_in(11);
  EXPECT_EQ(time_of(not_ahead(o, seconds_in(10))), seconds_in(11)) << "two clocks never agree to the second";
  o.at = seconds_in(3);
  EXPECT_EQ(time_of(not_ahead(o, seconds_in(10))), seconds_in(3)) << "a replayed night lies behind";
}

TEST(OwnTime, AClockThatIsSetEndsNothingAndLeavesNobodySilent) {
  const auto hours = [](int n) { return std::chrono::hours(n); };
  event::Observation o;
  o.at = o.first_altered = seconds_in(10) + hours(3);
  const event::Input after = in_own_time(o, seconds_in(10.5), hours(3));
  EXPECT_EQ(time_of(after), seconds_in(10));
  EXPECT_EQ(std::get<event::Observation>(after).first_altered, seconds_in(10));
  event::SensorReport report;
  report.at = seconds_in(10) - hours(3);
  EXPECT_EQ(time_of(in_own_time(report, seconds_in(10.5), -hours(3))), seconds_in(10))
      << "it is not three hours silent";
  report.at = seconds_in(10);
  EXPECT_EQ(time_of(in_own_time(report, seconds_in(10.5), -hours(3))), seconds_in(10.5))
      << "stamped before the clock was set back";
  EXPECT_EQ(time_of(in_own_time(report, seconds_in(10.5), std::chrono::milliseconds(3))), seconds_in(10))
      << "as it was stamped";
}

TEST(OwnTime, AStepIsToldOnceAndAnAdjustmentIsNot) {
  ClockWatch watch;
  EXPECT_FALSE(watch.look(seconds_in(1), std::chrono::seconds(60)));
  const auto set = watch.look(seconds_in(2), std::chrono::hours(-2));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->ahead_s, -7200);
  EXPECT_EQ(set->at, seconds_in(2));
  EXPECT_FALSE(watch.look(seconds_in(3), std::chrono::hours(-2)));
  EXPECT_TRUE(watch.look(seconds_in(4), Micros(0))) << "it was set right again";
}

TEST(SensorLink, ASensorSpeaksOfPacketsOnly) {
  EXPECT_TRUE(from_sensor(event::Observation{}));
  EXPECT_TRUE(from_sensor(event::HostSeen{}));
  EXPECT_TRUE(from_sensor(event::FlowSeen{}));
  EXPECT_TRUE(from_sensor(event::FlowProgress{}));
  EXPECT_TRUE(from_sensor(event::SensorReport{}));
  EXPECT_FALSE(from_sensor(event::RollBack{}));
  EXPECT_FALSE(from_sensor(event::Tick{}));
  EXPECT_FALSE(from_sensor(event::EnforcerReport{}));
  EXPECT_FALSE(from_sensor(event::PersonChanged{}));
}

}  // namespace
}  // namespace cordon::app
