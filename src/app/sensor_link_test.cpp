// SPDX-License-Identifier: Apache-2.0
#include "app/sensor_link.h"

#include <gtest/gtest.h>

namespace cordon::app {
namespace {

WallTime at(double s) {
  return wall_time_of(1670097600 + s);
}

WallTime time_of(const event::Input& input) {
  return std::visit([](const auto& i) { return i.at; }, input);
}

TEST(SensorLink, ASensorThatLivesInTheFutureIsHeardNow) {
  event::Observation o;
  o.at = at(5 * 3600);
  EXPECT_EQ(time_of(not_ahead(o, at(10))), at(10)) << "else its clock would end every cut";
  o.at = at(11);
  EXPECT_EQ(time_of(not_ahead(o, at(10))), at(11)) << "two clocks never agree to the second";
  o.at = at(3);
  EXPECT_EQ(time_of(not_ahead(o, at(10))), at(3)) << "a replayed night lies behind";
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
