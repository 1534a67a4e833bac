// SPDX-License-Identifier: Apache-2.0
// Values that no body has: told as their device's trouble, and shown as none.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "bedside/testing.h"
#include "bedside/view.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::Validity;
using List = std::vector<std::string>;

constexpr std::uint32_t spo2 = 150456;           // MDC_PULS_OXIM_SAT_O2
constexpr std::uint32_t breath = 151562;         // MDC_RESP_RATE
constexpr std::uint32_t minute_volume = 152004;  // of a ventilator, in % of what was wished: over 100 on purpose

bool impossible(std::uint32_t code, double value, const std::string& unit, Validity validity = Validity::valid) {
  return is_impossible({{"h", code, "x", unit}, value, validity});
}

TEST(BedsideImpossible, NoBodyHasASaturationBeyondItsScaleNorARateUnderNothing) {
  for (const double value : {-5.0, -0.1, 100.1, 140.0}) EXPECT_TRUE(impossible(spo2, value, "%")) << value;
  for (const double value : {0.0, 42.0, 100.0}) EXPECT_FALSE(impossible(spo2, value, "%")) << value;
  for (const std::uint32_t rate : {heart_rate, breath}) {
    for (const double value : {-1.0, 999.5, 123456789012345.0}) EXPECT_TRUE(impossible(rate, value, "/min")) << value;
    for (const double value : {0.0, 1.0, 320.0, 999.0}) EXPECT_FALSE(impossible(rate, value, "/min")) << value;
  }
}

TEST(BedsideImpossible, WhatIsUnlikelyOrOfAnotherKindIsNotJudged) {
  EXPECT_FALSE(impossible(minute_volume, 140, "%"));
  EXPECT_FALSE(impossible(spo2, 1.4, "1")) << "in a unit that is not the scale's";
  EXPECT_FALSE(impossible(0, -5, "%")) << "nobody knows what it is";
  EXPECT_FALSE(impossible(spo2, -5, "%", Validity::invalid)) << "its device says so itself";
  EXPECT_FALSE(impossible(spo2, std::numeric_limits<double>::quiet_NaN(), "%"));
}

TEST(BedsideImpossible, ItIsToldWithTheChannelShownAsNoneAndJudgedByNoLimit) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 1s));
  unit.assign("m1", "R1");
  unit.say(event::LimitSet{unit.now, "R1", spo2, "%", 90.0, std::nullopt, event::AlarmPriority::high, "a", ""});
  const auto goes_on = [&](double value, int seconds) {
    for (int i = 0; i < seconds; ++i) {
      unit.say(numeric(unit.now, 1, spo2, value, "%"));
      unit.say(numeric(unit.now, 1, heart_rate, value, "/min"));
      unit.pass(1s);
    }
  };
  goes_on(-5, 5);
  EXPECT_EQ(unit.conditions(), List{"R1 station impossible medium"});
  const auto shown = view_json(unit.station, {}, unit.now)["beds"][0]["numerics"];
  ASSERT_EQ(shown.size(), 2U);
  for (const auto& each : shown) EXPECT_EQ(each["validity"], "invalid");
  const std::size_t before = unit.events.size();
  goes_on(-6, 5);
  EXPECT_EQ(unit.events.size(), before) << "told once, of whichever came first";
  goes_on(95, 5);
  EXPECT_TRUE(unit.have("R1 station impossible medium")) << "until it was well for a while";
  goes_on(95, 6);
  EXPECT_EQ(unit.conditions(), List{});
}

}  // namespace
}  // namespace cordon::bedside
