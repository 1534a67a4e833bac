// SPDX-License-Identifier: Apache-2.0
// What one device, one address or one connection may take of the station, and who speaks for a device.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bedside/signal.h"
#include "bedside/testing.h"
#include "bedside/view.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::AlarmOrigin;
using event::AlarmPriority;
using List = std::vector<std::string>;

std::string address_of(std::size_t n) {
  return fmt::format("10.0.{}.{}", n / 250, n % 250 + 1);
}

std::size_t open_of(const Unit& unit, const std::string& device) {
  std::size_t out = 0;
  for (const auto& [number, alarm] : unit.station.state().open) out += alarm.device == device ? 1U : 0U;
  return out;
}

TEST(BedsideLinks, AMonitorThatReconnectsWhenAllLinksAreTakenReplacesItsOwn) {
  Unit unit;
  for (std::size_t i = 0; i < links_max; ++i) {
    unit.say(heard(unit.now, i + 1, fmt::format("m{}", i), address_of(i), 600s));
  }
  for (int i = 0; i <= static_cast<int>(unplaced_budget.at_once); ++i) {
    unit.say(alarms(unit.now, 1, {alarm("flicker", AlarmPriority::high, i % 2 == 0)}));
  }
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(event::DeviceGone{unit.now, 1, ""});  // its closed link is what would give way
  unit.say(heard(unit.now, links_max + 1, "m0", address_of(0), 600s));
  ASSERT_NE(unit.station.link_of("m0"), nullptr);
  EXPECT_EQ(unit.station.link_of("m0")->heard.link, links_max + 1);
  EXPECT_EQ(unit.station.links().size(), links_max);
  unit.pass(250ms);
  EXPECT_TRUE(unit.have(" device vf high")) << "what waited is not given away with the link";
  for (std::size_t i = 1; i < links_max; ++i) EXPECT_NE(unit.station.link_of(fmt::format("m{}", i)), nullptr) << i;
}

TEST(BedsideLinks, AMonitorThatComesFromAnotherAddressIsBelievedWhenItsOldLinkIsDead) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 1s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::medium)}));
  unit.say(heard(unit.now, 2, "m1", "10.0.0.9", 1s));  // the old connection is half open
  unit.say(alarms(unit.now, 2, {alarm("vf", AlarmPriority::high)}, true));
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), (List{"R1 device rate medium", "R1 station claimed medium"}));
  for (int i = 0; i < 10; ++i) {
    unit.say(numeric(unit.now, 2, heart_rate, 70, "/min"));
    unit.pass(250ms);
  }
  EXPECT_EQ(unit.conditions(), (List{"R1 device rate medium", "R1 device vf high", "R1 station doubted medium"}))
      << "what it said meanwhile is told, and it ends nothing before a person confirms it";
  unit.say(numeric(unit.now, 2, heart_rate, 71, "/min"));
  EXPECT_EQ(unit.station.link_of("m1")->numerics.at("n147842").value.value, 71);
  unit.assign("m1", "R1");
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 device vf high"});
}

TEST(BedsideLinks, AClaimIsToldWhileItIsMadeAndNoLonger) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(heard(unit.now, 2, "m1", "10.0.0.66", 600s));
  unit.say(heard(unit.now, 3, "m1", "10.0.0.77", 1s));
  unit.pass(250ms);
  EXPECT_TRUE(unit.have("R1 station claimed medium"));
  unit.say(event::DeviceGone{unit.now, 2, ""});
  unit.pass(250ms);
  EXPECT_TRUE(unit.have("R1 station claimed medium")) << "the other one says so still";
  unit.pass(4s);
  EXPECT_EQ(unit.conditions(), List{}) << "it says nothing any more";
}

TEST(BedsideAlarms, OneConditionThatComesAndGoesIsOneLine) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  for (int i = 0; i < 50; ++i) {
    unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
    unit.pass(250ms);
    unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high, false)}));
    unit.pass(250ms);
  }
  ASSERT_EQ(unit.station.state().open.size(), 1U);
  const Alarm& latched = unit.station.state().open.begin()->second;
  EXPECT_EQ(latched.times, 50U);
  EXPECT_EQ(latched.unanswered, night) << "nobody has answered since the first";
}

TEST(BedsideAlarms, WhatOneDeviceLeavesBehindIsBoundedAndTold) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  for (std::size_t i = 0; i <= latched_per_device_max; ++i) {
    unit.say(alarms(unit.now, 1, {alarm(fmt::format("c{}", i), AlarmPriority::high)}));
    unit.say(alarms(unit.now, 1, {}, true));
    unit.pass(250ms);
  }
  EXPECT_EQ(unit.station.state().open.size(), latched_per_device_max + 1) << "with the one that tells it";
  EXPECT_EQ(unit.conditions(), List{"R1 station crowded low"});
  EXPECT_FALSE(unit.station.state().open.contains(1)) << "the oldest gave way";
}

TEST(BedsideAlarms, ADeviceThatIsCarriedLosesNothingOfWhatItLeavesBehind) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  for (std::size_t i = 0; i < latched_per_device_max; ++i) {
    unit.say(alarms(unit.now, 1, {alarm(fmt::format("c{}", i), AlarmPriority::high)}));
    unit.say(alarms(unit.now, 1, {alarm(fmt::format("c{}", i), AlarmPriority::high, false)}));
    unit.pass(250ms);
  }
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::medium)}));
  unit.pass(40s);
  for (const char* bed : {"R2", "", "R3"}) unit.assign("m1", bed);
  const auto& open = unit.station.state().open;
  EXPECT_EQ(open.size(), latched_per_device_max + 1);
  EXPECT_TRUE(open.contains(1)) << "nobody has answered it";
  EXPECT_EQ(unit.station.state().gave_way, 0U);
  const Alarm& vf = open.rbegin()->second;
  EXPECT_EQ(vf.bed, "R3");
  EXPECT_EQ(vf.level, 0U);
  EXPECT_EQ(vf.unanswered, unit.now - 40s);
  EXPECT_TRUE(vf.dangerous);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::medium, false)}));
  EXPECT_EQ(unit.station.state().gave_way, 1U) << "now it waits too";
}

/// hear_unplaced has a device speak that stands at no bed, by a link and an address of the same number.
std::string hear_unplaced(Unit& unit, std::uint64_t link) {
  const std::string device = fmt::format("x{}", link);
  unit.say(heard(unit.now, link, device, address_of(link), 600s));
  return device;
}

void raise(Unit& unit, std::uint64_t link, int count, AlarmPriority priority) {
  for (int i = 0; i < count; ++i) unit.say(alarms(unit.now, link, {alarm(fmt::format("c{}", i), priority)}));
}

std::size_t raised_of(const Unit& unit, const std::string& device) {
  return static_cast<std::size_t>(std::ranges::count_if(unit.events, [&](const event::BedsideEvent& e) {
    const auto* change = std::get_if<event::AlarmChanged>(&e);
    return change != nullptr && change->device == device && change->step == event::AlarmStep::raised;
  }));
}

TEST(BedsideAlarms, AUnitThatNobodyHasPlacedYetLosesNoAlarm) {
  Unit unit;
  for (std::uint64_t n = 1; n <= 64; ++n) {
    hear_unplaced(unit, n);
    raise(unit, n, 4, AlarmPriority::medium);
  }
  unit.pass(3s);
  for (std::uint64_t n = 1; n <= 64; ++n) {
    EXPECT_EQ(open_of(unit, fmt::format("x{}", n)), 4U) << n;
    EXPECT_EQ(unit.station.link_of(fmt::format("x{}", n))->beyond, 0U) << n;
  }
}

TEST(BedsideAlarms, WhoFloodsAtNoBedSilencesNoOtherDevice) {
  Unit unit;
  unit.say(heard(unit.now, 500, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  for (std::uint64_t n = 1; n <= 40; ++n) {
    hear_unplaced(unit, n);
    raise(unit, n, 300, AlarmPriority::high);
  }
  unit.pass(10s);
  EXPECT_GT(unit.station.link_of("x1")->beyond, 0U) << "it sends more than a device may";
  hear_unplaced(unit, 99);
  unit.say(alarms(unit.now, 99, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 99, {alarm("rate", AlarmPriority::medium)}));
  unit.pass(1s);
  EXPECT_TRUE(unit.have(" device vf high"));
  EXPECT_TRUE(unit.have(" device rate medium"));
  EXPECT_EQ(unit.station.link_of("x99")->beyond, 0U) << "the victim is not told as who sends too much";
  const auto view = view_json(unit.station, {}, unit.now);
  EXPECT_TRUE(std::ranges::any_of(view["alarms"], [](const auto& a) { return a["condition"] == "vf"; }));
  EXPECT_TRUE(std::ranges::any_of(view["alarms"], [](const auto& a) { return a["condition"] == "rate"; }))
      << "each device at no bed is a place of its own";
  unit.say(alarms(unit.now, 500, {alarm("asystole", AlarmPriority::high)}));
  EXPECT_TRUE(unit.have("R1 device asystole high"));
  unit.assign("x99", "R2");
  EXPECT_TRUE(unit.have("R2 device vf high"));
}

TEST(BedsideAlarms, WhatADeviceAtNoBedSaysBeyondItsBoundIsToldWhenThereIsRoomOrItIsPlaced) {
  Unit unit;
  const std::string device = hear_unplaced(unit, 1);
  raise(unit, 1, 60, AlarmPriority::medium);
  unit.pass(10s);
  EXPECT_EQ(open_of(unit, device), alarms_unplaced_max - alarms_unplaced_high_reserved);
  EXPECT_EQ(unit.station.link_of(device)->beyond, 0U) << "nothing is lost";
  const std::size_t shown = alarms_shown_per_bed_max;
  EXPECT_EQ(view_json(unit.station, {}, unit.now)["alarms_more"], 60 - shown) << "and what waits is counted";
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  EXPECT_TRUE(unit.have(" device vf high")) << "there is room for it, at once";
  unit.say(alarms(unit.now, 1, {alarm("c0", AlarmPriority::medium, false)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high, false)}));
  unit.pass(1s);
  EXPECT_TRUE(unit.have(" device c16 medium")) << "in the place of what is over";
  unit.assign(device, "R1");
  unit.pass(5s);
  for (int i = 1; i < 60; ++i) EXPECT_TRUE(unit.have(fmt::format("R1 device c{} medium", i))) << i;
}

TEST(BedsideAlarms, WhatWaitedOfADeviceThatIsGoneIsInTheLogbook) {
  Unit unit;
  const std::string device = hear_unplaced(unit, 1);
  raise(unit, 1, 40, AlarmPriority::high);
  unit.pass(gone_after + 10s);
  EXPECT_EQ(raised_of(unit, device), 40U);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_EQ(open_of(unit, device), 40U) << "what was dangerous waits for a person";
}

TEST(BedsideAlarms, WhatADeviceSaysBeforeItsNameIsTakenIsToldAfter) {
  Unit unit;
  for (int i = 0; i < static_cast<int>(names_budget.at_once); ++i) {
    unit.say(heard(unit.now, 1000 + static_cast<std::uint64_t>(i), fmt::format("g{}", i), "10.0.0.1", 600s));
  }
  unit.say(heard(unit.now, 1, "late", "10.0.0.1", 600s));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  EXPECT_FALSE(unit.have(" device vf high")) << "nobody knows whose it is";
  unit.pass(1s);
  EXPECT_TRUE(unit.have(" device vf high"));
  EXPECT_EQ(unit.station.link_of("late")->beyond, 0U);
}

TEST(BedsideAlarms, DevicesAtNoBedTakeTurnsAtTheirCommonRate) {
  Unit unit;
  for (std::uint64_t n = 1; n <= 12; ++n) hear_unplaced(unit, n);
  hear_unplaced(unit, 99);
  const auto flicker = [&](int i) {
    for (std::uint64_t n = 1; n <= 12; ++n) {
      for (int c = 0; c < 30; ++c) {
        unit.say(alarms(unit.now, n, {alarm(fmt::format("c{}", c), AlarmPriority::high, i % 2 == 0)}));
      }
    }
    unit.pass(250ms);
  };
  for (int i = 0; i < 80; ++i) flicker(i);
  unit.say(alarms(unit.now, 99, {alarm("vf", AlarmPriority::high)}));
  for (int i = 0; i < 4; ++i) flicker(i);
  EXPECT_TRUE(unit.have(" device vf high")) << "within a second";
}

TEST(BedsideAlarms, WhatEndedAtNoBedGivesWayToNoOtherDevices) {
  Unit unit;
  hear_unplaced(unit, 99);
  unit.say(alarms(unit.now, 99, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 99, {}, true));
  const std::string device = hear_unplaced(unit, 1);
  for (std::size_t i = 0; i <= latched_per_device_max; ++i) {
    unit.say(alarms(unit.now, 1, {alarm(fmt::format("c{}", i), AlarmPriority::high)}));
    unit.say(alarms(unit.now, 1, {}, true));
    unit.pass(250ms);
  }
  EXPECT_EQ(open_of(unit, device), latched_per_device_max);
  EXPECT_EQ(open_of(unit, "x99"), 1U) << "nobody has answered it";
  EXPECT_EQ(unit.station.link_of("x99")->beyond, 0U);
}

TEST(BedsideAlarms, AViewCarriesTheGravestOfEachBedAndHowManyMoreThereAre) {
  Unit unit;
  for (std::uint64_t n = 1; n <= 2; ++n) {
    unit.say(heard(unit.now, n, fmt::format("m{}", n), address_of(n), 600s));
    unit.assign(fmt::format("m{}", n), fmt::format("R{}", n));
  }
  unit.say(alarms(unit.now, 2, {alarm("rate", AlarmPriority::low)}));
  for (std::size_t i = 0; i < 60; ++i) {
    unit.say(alarms(unit.now, 1, {alarm(fmt::format("c{}", i), AlarmPriority::high)}));
  }
  unit.say(heard(unit.now, 3, "m3", address_of(3), 600s));
  for (std::size_t i = 0; i < 20; ++i) {
    unit.say(alarms(unit.now, 3, {alarm(fmt::format("c{}", i), AlarmPriority::high)}));
  }
  unit.say(event::OwnTrouble{unit.now, "logbook", AlarmPriority::medium, "full", true});
  const nlohmann::json view = view_json(unit.station, {}, unit.now);
  EXPECT_EQ(view["alarms"].size(), 2 * alarms_shown_per_bed_max + 2);
  EXPECT_EQ(view["alarms_more"], 80 - 2 * alarms_shown_per_bed_max);
  const auto& shown = view["alarms"];
  EXPECT_TRUE(std::ranges::any_of(shown, [](const auto& alarm) { return alarm["condition"] == "logbook"; }));
  EXPECT_EQ(view["beds"][0]["more"], 60 - alarms_shown_per_bed_max);
  EXPECT_EQ(view["beds"][1]["more"], 0);
  EXPECT_EQ(view["alarms"].back()["bed"], "R2") << "one bed crowds out no other";
}

TEST(BedsideAlarms, LimitsAreJudgedOnWhatIsShownAndWithinTheDevicesRate) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(event::LimitSet{unit.now, "R1", heart_rate, "/min", 40.0, std::nullopt, AlarmPriority::medium, "a", ""});
  const std::size_t before = unit.events.size();
  for (std::size_t i = 0; i < 3 * numerics_per_link_max; ++i) {
    auto said = numeric(unit.now, 1, heart_rate, 30, "/min");
    said.numerics[0].channel.handle = fmt::format("h{}", i);
    unit.say(said);
  }
  EXPECT_EQ(unit.events.size() - before, static_cast<std::size_t>(alarm_budget.at_once));
  unit.pass(10s);
  EXPECT_EQ(open_of(unit, "m1"), numerics_per_link_max + 1) << "and that there were too many";
}

TEST(BedsideAlarms, ADevicesFloodHoldsUpNoneOfItsGraverAlarms) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  for (int i = 0; i < 1000; ++i) {
    unit.say(alarms(unit.now, 1, {alarm(fmt::format("lead{}", i), AlarmPriority::low)}));
  }
  EXPECT_LT(open_of(unit, "m1"), alarms_per_link_max - alarms_of_high_reserved);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  EXPECT_TRUE(unit.have("R1 device vf high")) << "at once";
  unit.pass(10s);
  for (std::size_t i = 1; i < alarms_of_high_reserved; ++i) {
    unit.say(alarms(unit.now, 1, {alarm(fmt::format("high{}", i), AlarmPriority::high)}));
  }
  unit.pass(5s);
  EXPECT_TRUE(unit.have(fmt::format("R1 device high{} high", alarms_of_high_reserved - 1))) << "there is room for it";
}

TEST(BedsideAlarms, WhatWaitsIsNotOvertakenByWhatComesAgainAndAgain) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  const auto flicker = [&](int i) {
    for (int n = 0; n < 40; ++n) {
      unit.say(alarms(unit.now, 1, {alarm(fmt::format("a{}", n), AlarmPriority::high, i % 2 == 0)}));
    }
  };
  for (int i = 0; i < 4; ++i) flicker(i);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  for (int i = 0; i < 12 && !unit.have("R1 device vf high"); ++i) {
    flicker(i);
    unit.pass(250ms);
  }
  EXPECT_TRUE(unit.have("R1 device vf high")) << "within three seconds";
}

TEST(BedsideLinks, ADeviceThatChangesItsLabelAllTheTimeIsRecordedSeldomAndWithItsLastWord) {
  Unit unit;
  auto monitor = heard(unit.now, 1, "m1", "10.0.0.1", 600s);
  unit.say(monitor);
  for (int i = 0; i < 4000; ++i) {  // ten seconds
    monitor.identity.bed_label = fmt::format("{}", i);
    monitor.at = unit.now;
    unit.say(monitor);
    if (i % 100 == 99) unit.pass(250ms);
  }
  const auto known = [&] {
    return std::ranges::count_if(
        unit.events, [](const event::BedsideEvent& e) { return std::holds_alternative<event::DeviceKnown>(e); });
  };
  EXPECT_LE(known(), 2 + static_cast<std::ptrdiff_t>(identity_budget.at_once));
  unit.pass(10s);
  EXPECT_EQ(unit.station.state().devices.at("m1").identity.bed_label, "3999");
}

TEST(BedsideLinks, OneAddressBringsSoManyNewDevicesAndCrowdsOutItsOwnAlone) {
  Unit unit;
  unit.say(heard(unit.now, 1, "bed", "10.0.0.1", 600s));
  unit.say(heard(unit.now, 2, "other", "10.0.0.2", 600s));
  unit.assign("bed", "R1");
  const std::size_t before = unit.events.size();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    unit.say(heard(unit.now, 3, fmt::format("x{}", i), "10.0.0.66", 600s));
  }
  EXPECT_EQ(unit.events.size() - before, static_cast<std::size_t>(names_budget.at_once));
  for (std::uint64_t i = 0; i < 200; ++i) {
    unit.say(heard(unit.now, 3, fmt::format("y{}", i), "10.0.0.66", 600s));
    unit.pass(1s);
  }
  EXPECT_LE(unit.station.state().devices.size(), devices_per_address_max + 2);
  EXPECT_TRUE(unit.station.state().devices.contains("other"));
  EXPECT_EQ(unit.station.state().bed_of("bed"), "R1");
}

TEST(BedsideLinks, ADeviceThatGivesWayLeavesNoAlarmThatNobodyCanEnd) {
  Unit unit;
  unit.say(heard(unit.now, 1, "x0", "10.0.0.66", 600s));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  for (std::uint64_t i = 1; i < devices_per_address_max; ++i) {
    unit.say(heard(unit.now, 1 + i, fmt::format("x{}", i), "10.0.0.66", 600s));
  }
  EXPECT_EQ(open_of(unit, "x0"), 1U);
  unit.pass(2s);
  const Events said = unit.say(heard(unit.now, 500, "newest", "10.0.0.66", 600s));
  const auto* ended = said.empty() ? nullptr : std::get_if<event::AlarmChanged>(&said.front());
  ASSERT_NE(ended, nullptr) << "and the logbook tells it";
  EXPECT_EQ(ended->step, event::AlarmStep::ended);
  EXPECT_FALSE(unit.station.state().devices.contains("x0"));
  EXPECT_EQ(open_of(unit, "x0"), 0U);
}

}  // namespace
}  // namespace cordon::bedside
