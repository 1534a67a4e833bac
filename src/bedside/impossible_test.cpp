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
  for (const double value : {-5.0, 100.1, 150.0}) EXPECT_TRUE(impossible(spo2, value, "")) << value << ", in no unit";
  for (const double value : {0.0, 0.97, 97.0}) EXPECT_FALSE(impossible(spo2, value, "")) << value;
  for (const double value : {-0.01, 1.4, 97.0}) EXPECT_TRUE(impossible(spo2, value, "1")) << value << ", a fraction";
  for (const double value : {0.0, 0.97, 1.0}) EXPECT_FALSE(impossible(spo2, value, "1")) << value;
  for (const std::uint32_t rate : {heart_rate, breath}) {
    for (const double value : {-1.0, 999.5, 123456789012345.0}) EXPECT_TRUE(impossible(rate, value, "/min")) << value;
    for (const double value : {0.0, 1.0, 320.0, 999.0}) EXPECT_FALSE(impossible(rate, value, "/min")) << value;
  }
}

TEST(BedsideImpossible, WhatIsUnlikelyOrOfAnotherKindIsNotJudged) {
  EXPECT_FALSE(impossible(minute_volume, 140, "%"));
  EXPECT_FALSE(impossible(spo2, 140, "kPa")) << "in a unit that is not the scale's";
  EXPECT_FALSE(impossible(0, -5, "%")) << "nobody knows what it is";
  EXPECT_FALSE(impossible(spo2, -5, "%", Validity::invalid)) << "its device says so itself";
  EXPECT_FALSE(impossible(spo2, std::numeric_limits<double>::quiet_NaN(), "%"));
}

TEST(BedsideImpossible, NoLimitIsSetWhereNoValueCanBe) {
  const auto beyond = [](std::uint32_t code, const std::string& unit, std::optional<double> low,
                         std::optional<double> high) {
    event::LimitSet limit;
    limit.code = code;
    limit.unit = unit;
    limit.low = low;
    limit.high = high;
    return beyond_range(limit).has_value();
  };
  EXPECT_TRUE(beyond(heart_rate, "/min", 1e308, std::nullopt));
  EXPECT_TRUE(beyond(heart_rate, "/min", -5, 120));
  EXPECT_TRUE(beyond(heart_rate, "/min", 40, 999.5));
  EXPECT_FALSE(beyond(heart_rate, "/min", 0, 999));
  EXPECT_TRUE(beyond(heart_rate, "Hz", std::nullopt, 20)) << "1200 a minute";
  EXPECT_FALSE(beyond(heart_rate, "Hz", 0.5, 3));
  EXPECT_TRUE(beyond(spo2, "1", 1.1, std::nullopt));
  EXPECT_FALSE(beyond(spo2, "1", 0.9, 1));
  EXPECT_TRUE(beyond(spo2, "%", std::nullopt, 101));
  EXPECT_TRUE(beyond(150344, "Cel", std::nullopt, 1e6)) << "more than a person can write";
  EXPECT_FALSE(beyond(150344, "Cel", -2.5, 41));
  EXPECT_FALSE(beyond(heart_rate, "/min", std::nullopt, std::nullopt)) << "it is taken away";

  Unit unit;
  const auto limits = [&] {
    const auto& beds = unit.station.state().beds;
    return beds.contains("R1") ? beds.at("R1").limits.size() : 0;
  };
  const auto set = [&](double low) {
    unit.say(
        event::LimitSet{unit.now, "R1", heart_rate, "/min", low, std::nullopt, event::AlarmPriority::high, "a", ""});
  };
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 1s));
  unit.assign("m1", "R1");
  for (const double low : {1e308, -5.0}) set(low);
  EXPECT_EQ(limits(), 0U);
  set(40);
  EXPECT_EQ(limits(), 1U);
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
