// SPDX-License-Identifier: Apache-2.0
#include "app/sensor_link.h"

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
