// SPDX-License-Identifier: Apache-2.0
// What the screens are told of a device's own alarms.
#include "bedside/view.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bedside/signal.h"
#include "bedside/testing.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::AlarmPriority;

event::DeviceAlarm silenced(const std::string& condition) {
  event::DeviceAlarm out = alarm(condition, AlarmPriority::high);
  out.silenced = true;
  return out;
}

nlohmann::json first_alarm(const Unit& unit) {
  return view_json(unit.station, {}, unit.now)["alarms"][0];
}

TEST(BedsideView, AnAlarmThatIsSilencedAtTheBedSaysSoAndSoundsHereAllTheSame) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 1s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  EXPECT_FALSE(first_alarm(unit)["silenced"]);
  EXPECT_TRUE(unit.say(alarms(unit.now, 1, {silenced("vf")})).empty()) << "it is no other alarm";
  EXPECT_TRUE(first_alarm(unit)["silenced"]);
  EXPECT_TRUE(first_alarm(unit)["audible"]);
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::high);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}, true));
  EXPECT_FALSE(first_alarm(unit)["silenced"]) << "its pause is over";
  unit.say(alarms(unit.now, 1, {silenced("vf")}, true));
  unit.now += silence_of(1s) + 1s;
  EXPECT_FALSE(first_alarm(unit)["silenced"]) << "what a silent device said last is not of now";
}

TEST(BedsideView, WhatIsSilencedAtTheBedIsForgottenWithItsAlarmAndBounded) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  for (std::size_t i = 0; i <= alarms_per_link_max; ++i) {
    unit.say(alarms(unit.now, 1, {silenced("c" + std::to_string(i))}));
  }
  EXPECT_EQ(unit.station.link_of("m1")->silenced.size(), alarms_per_link_max);
  event::DeviceAlarm over = silenced("c1");
  over.present = false;
  unit.say(alarms(unit.now, 1, {over}));
  EXPECT_EQ(unit.station.link_of("m1")->silenced.size(), alarms_per_link_max - 1);
  unit.say(alarms(unit.now, 1, {silenced("c2")}, true));
  EXPECT_EQ(unit.station.link_of("m1")->silenced, std::set<std::string>{"c2"});
}

TEST(BedsideView, WhatNobodyMissesIsNoAlarmAndWhatWasShownIs) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  const auto say = [&](std::string code) {
    unit.say(event::TroubleHeard{unit.now, 1, std::move(code), "some words", "do this"});
    unit.say(event::LinkAlive{unit.now, 1});
    unit.pass(250ms);
  };
  say(std::string(event::trouble_aside));
  EXPECT_EQ(unit.conditions(), std::vector<std::string>{});
  const nlohmann::json wanted{{"code", "aside"}, {"text", "some words"}, {"remedy", "do this"}};
  EXPECT_EQ(view_json(unit.station, {}, unit.now)["devices"][0]["trouble"], wanted);
  say("aside_text_read");
  EXPECT_EQ(unit.conditions(), std::vector<std::string>{});
  say("dialect");
  EXPECT_EQ(unit.conditions(), std::vector<std::string>{"R1 station trouble:dialect medium"});
  say(std::string(event::trouble_aside));
  EXPECT_EQ(unit.conditions(), std::vector<std::string>{}) << "the bed's own is over";
}

TEST(BedsideView, ANumberSaysWhatItStandsInAndOneThatCouldNotBeReadHasNoValue) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(event::NumericsHeard{unit.now,
                                1,
                                std::nullopt,
                                {{{"s", 150037, "ABPs", "mm[Hg]", "1.9.1"}, 100, event::Validity::valid},
                                 {{"t", 150344, "Temp", "Cel"}, 0, event::Validity::invalid}}});
  const auto numerics = view_json(unit.station, {}, unit.now)["beds"][0]["numerics"];
  ASSERT_EQ(numerics.size(), 2U);
  EXPECT_EQ(numerics[0]["group"], "1.9.1");
  EXPECT_EQ(numerics[0]["value"], 100);
  EXPECT_TRUE(numerics[1]["value"].is_null());
}

}  // namespace
}  // namespace cordon::bedside
