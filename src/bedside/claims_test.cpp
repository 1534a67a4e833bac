// SPDX-License-Identifier: Apache-2.0
// Two that say they are one device: what the one that a person confirmed has told stands, and it is believed again as
// soon as it speaks.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bedside/signal.h"
#include "bedside/testing.h"
#include "bedside/view.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::AlarmPriority;
using List = std::vector<std::string>;

/// Robbed is R1, whose monitor (link 1) has a loose cable while another device (link 2) says that it is this one.
struct Robbed : Unit {
  static constexpr std::uint64_t monitor = 1, impostor = 2;
  Robbed() {
    say(heard(now, monitor, "m1"));
    assign("m1", "R1");
    say(event::LimitSet{now, "R1", heart_rate, "/min", 40.0, std::nullopt, AlarmPriority::high, "a.durand", ""});
    say(numeric(now, monitor, heart_rate, 30, "/min"));
    say(alarms(now, monitor, {alarm("rate", AlarmPriority::medium)}));
    say(heard(now, impostor, "m1", "10.0.0.66"));
    speak(impostor, 4s);
  }
  /// speak has one of them alone send its numbers for a while.
  void speak(std::uint64_t link, Micros span, double rate = 70) {
    for (const WallTime end = now + span; now < end;) {
      say(numeric(now, link, heart_rate, rate, "/min"));
      pass(250ms);
    }
  }
  nlohmann::json view() const { return view_json(station, {}, now); }
};

TEST(BedsideClaims, WhoTakesANameOverEndsNothingThatTheConfirmedDeviceTold) {
  Robbed unit;
  const List told{"R1 device rate medium", "R1 limit low:n147842 high", "R1 station doubted medium"};
  EXPECT_EQ(unit.conditions(), told) << "its good numbers end no limit's alarm";
  EXPECT_EQ(unit.view()["devices"][0]["doubted"], true);
  unit.say(alarms(unit.now, Robbed::impostor, {}, true));
  EXPECT_EQ(unit.conditions(), told) << "nor does a list without it";
  unit.say(alarms(unit.now, Robbed::impostor, {alarm("rate", AlarmPriority::low)}));
  EXPECT_EQ(unit.conditions(), told) << "nor a lesser word";
  unit.say(alarms(unit.now, Robbed::impostor, {alarm("rate", AlarmPriority::medium, false)}));
  EXPECT_EQ(unit.conditions(), told) << "nor its end";
  const nlohmann::json view = unit.view();
  for (const auto& shown : view["alarms"]) {
    EXPECT_EQ(shown["unconfirmed"].is_null(), shown["origin"] == "station") << "a person may end it: " << shown;
  }
  unit.say(alarms(unit.now, Robbed::impostor, {alarm("rate", AlarmPriority::high)}));
  EXPECT_TRUE(unit.have("R1 device rate high")) << "but it may be graver";
}

TEST(BedsideClaims, WhoBecomesAnotherEndsNothingThatTheConfirmedDeviceTold) {
  const auto other = [](WallTime at, std::uint64_t link, int kind) {
    event::DeviceHeard out = heard(at, link, "m1", kind == 2 ? "10.0.0.66" : "10.0.0.1");
    if (kind == 0) out.identity.serial = "other";
    if (kind == 1) out.identity.model = "other";
    return out;
  };
  for (const bool same_link : {true, false}) {
    for (const int kind : {0, 1, 2}) {
      SCOPED_TRACE("kind " + std::to_string(kind) + (same_link ? ", same link" : ""));
      Robbed unit;
      unit.say(event::DeviceGone{unit.now, Robbed::impostor, ""});
      unit.say(heard(unit.now, Robbed::monitor, "m1"));
      unit.say(numeric(unit.now, Robbed::monitor, heart_rate, 30, "/min"));
      unit.say(alarms(unit.now, Robbed::monitor, {alarm("rate", AlarmPriority::medium)}));
      unit.pass(500ms);
      ASSERT_FALSE(unit.station.in_doubt("m1"));
      const std::uint64_t link = same_link ? Robbed::monitor : 3;
      if (!same_link) unit.say(event::DeviceGone{unit.now, Robbed::monitor, ""});
      const WallTime since = unit.now;
      unit.say(other(unit.now, link, kind));
      unit.say(alarms(unit.now, link, {}, true));
      unit.speak(link, 1s, 90);
      EXPECT_EQ(unit.conditions(),
                (List{"R1 device rate medium", "R1 limit low:n147842 high", "R1 station doubted medium"}));
      const nlohmann::json view = unit.view();
      for (const auto& shown : view["alarms"]) {
        if (shown["origin"] != "station") EXPECT_EQ(shown["unconfirmed"], seconds_of(since)) << shown;
      }
      unit.say(heard(unit.now, link, "m1"));
      unit.say(alarms(unit.now, link, {}, true));
      unit.speak(link, 1s, 90);
      EXPECT_EQ(unit.conditions(), List{}) << "it is itself again";
    }
  }
}

TEST(BedsideClaims, APersonWhoLookedEndsWhatADeviceInDoubtDenies) {
  Robbed unit;
  const auto number = [&](event::AlarmOrigin origin) {
    return unit.station.state().present_of(origin, "m1").at(0)->number;
  };
  unit.say(alarms(unit.now, Robbed::impostor, {alarm("rate", AlarmPriority::low)}));
  unit.say(event::AlarmOver{unit.now, number(event::AlarmOrigin::device), "a.durand", ""});
  EXPECT_TRUE(unit.have("R1 device rate low")) << "what the device says of it is there";
  unit.say(event::AlarmOver{unit.now, number(event::AlarmOrigin::limit), "a.durand", ""});
  EXPECT_EQ(unit.conditions(), (List{"R1 device rate low", "R1 station doubted medium"}));
}

TEST(BedsideClaims, WhatItSaidCountsWhenAPersonConfirmsIt) {
  Robbed unit;
  unit.say(alarms(unit.now, Robbed::impostor, {alarm("apnoea", AlarmPriority::medium)}, true));
  unit.assign("m1", "R1");
  EXPECT_EQ(unit.conditions(),
            (List{"R1 device apnoea medium", "R1 limit low:n147842 high", "R1 station doubted medium"}));
  unit.speak(Robbed::impostor, 250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 device apnoea medium"});
}

TEST(BedsideClaims, TheConfirmedDeviceIsBelievedAgainAsSoonAsItSpeaks) {
  Robbed unit;
  unit.say(alarms(unit.now, Robbed::impostor, {alarm("forged", AlarmPriority::low)}));
  EXPECT_EQ(unit.view()["beds"][0]["numerics"][0]["value"], 70);
  unit.say(numeric(unit.now, Robbed::monitor, heart_rate, 25, "/min"));  // in the association that it had
  unit.say(alarms(unit.now, Robbed::monitor, {alarm("asystole", AlarmPriority::high)}));
  unit.say(numeric(unit.now, Robbed::impostor, heart_rate, 70, "/min"));
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), (List{"R1 device asystole high", "R1 device forged low", "R1 device rate medium",
                                     "R1 limit low:n147842 high", "R1 station claimed medium"}));
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::high);
  unit.say(numeric(unit.now, Robbed::impostor, heart_rate, 70, "/min"));
  unit.say(numeric(unit.now, Robbed::monitor, heart_rate, 24, "/min"));
  EXPECT_EQ(unit.view()["beds"][0]["numerics"][0]["value"], 24);
  EXPECT_EQ(unit.view()["devices"][0]["doubted"], false);
  EXPECT_EQ(unit.view()["devices"][0]["address"], "10.0.0.1");
  unit.say(alarms(unit.now, Robbed::monitor, {alarm("asystole", AlarmPriority::high)}, true));
  unit.speak(Robbed::monitor, 4s, 50);
  EXPECT_EQ(unit.conditions(), List{"R1 device asystole high"}) << "its list is all there is, and its numbers count";
}

TEST(BedsideClaims, WhatWaitedOverTheRateIsNoWordOfWhoTakesTheNameOver) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(heard(unit.now, 2, "m1", "10.0.0.66"));
  unit.say(alarms(unit.now, 2, {}, true));
  for (int i = 0; i < static_cast<int>(alarm_budget.at_once); ++i) {
    unit.say(alarms(unit.now, 1, {alarm("flicker", AlarmPriority::high, i % 2 == 0)}));
  }
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  ASSERT_FALSE(unit.have("R1 device vf high"));
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.pass(1s);
  unit.say(alarms(unit.now, 2, {}, true));
  unit.pass(1s);
  EXPECT_TRUE(unit.have("R1 device vf high"));
}

TEST(BedsideClaims, APersonConfirmsWhoSpeaksAndNotWhoWasRecordedLast) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  auto monitor = heard(unit.now, 1, "m1");
  for (int i = 0; i < 8; ++i) {  // more than is recorded at once
    monitor.identity.serial = std::to_string(i);
    unit.say(monitor);
  }
  EXPECT_NE(unit.station.state().devices.at("m1").identity.serial, "7");
  EXPECT_EQ(view_json(unit.station, {}, unit.now)["devices"][0]["serial"], "7");
  unit.assign("m1", "R1");
  EXPECT_FALSE(unit.station.in_doubt("m1"));
  EXPECT_EQ(unit.station.state().devices.at("m1").confirmed->serial, "7");
}

TEST(BedsideClaims, AConfirmedDeviceIsBelievedByAnotherLinkToo) {
  Robbed unit;
  unit.say(event::DeviceGone{unit.now, Robbed::monitor, ""});
  unit.say(heard(unit.now, 3, "m1"));
  unit.say(alarms(unit.now, 3, {alarm("asystole", AlarmPriority::high)}));
  unit.pass(250ms);
  EXPECT_TRUE(unit.have("R1 device asystole high"));
  EXPECT_EQ(unit.station.link_of("m1")->heard.link, 3U);
  EXPECT_TRUE(unit.have("R1 station claimed medium"));
  EXPECT_FALSE(unit.have("R1 station doubted medium"));
}

TEST(BedsideClaims, TheAddressThatIsNamedIsNotTheOneThatAPersonConfirmed) {
  Robbed unit;
  const auto text = [&](const char* condition) {
    const Alarm* alarm = unit.station.state().present_alarm({event::AlarmOrigin::station, "m1", condition});
    return alarm == nullptr ? std::string("not told") : alarm->text;
  };
  EXPECT_EQ(text("doubted"), "10.0.0.66");
  EXPECT_TRUE(unit.view()["devices"][0]["claimed"].is_null());
  unit.say(heard(unit.now, 3, "m1", "10.0.0.67"));
  unit.say(numeric(unit.now, Robbed::impostor, heart_rate, 70, "/min"));
  unit.pass(250ms);
  EXPECT_EQ(text("contested"), "10.0.0.66, 10.0.0.67") << "the confirmed one is silent: neither of them is it";
  EXPECT_EQ(unit.view()["devices"][0]["claimed"], "10.0.0.66, 10.0.0.67");
  unit.say(event::DeviceGone{unit.now, 3, ""});
  unit.say(heard(unit.now, Robbed::monitor, "m1"));
  EXPECT_EQ(unit.view()["devices"][0]["claimed"], "10.0.0.66") << "also before it is believed again";
  unit.pass(250ms);
  EXPECT_EQ(text("claimed"), "10.0.0.66");
  EXPECT_EQ(text("contested"), "not told");
  EXPECT_EQ(unit.view()["devices"][0]["claimed"], "10.0.0.66");
}

TEST(BedsideClaims, OfADeviceThatNobodyHasConfirmedBothAreNamed) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.say(heard(unit.now, 2, "m1", "10.0.0.66"));
  unit.pass(250ms);
  EXPECT_EQ(view_json(unit.station, {}, unit.now)["devices"][0]["claimed"], "10.0.0.1, 10.0.0.66");
  EXPECT_TRUE(unit.conditions().empty()) << "it stands at no bed";
}

TEST(BedsideClaims, WhoSaysItIsAnotherBedsDeviceIsToldAtItsOwnBedToo) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2"));
  unit.assign("m1", "R1");
  unit.assign("m2", "R2");
  const auto speak = [&](std::vector<std::uint64_t> links, Micros span) {
    for (const WallTime end = unit.now + span; unit.now < end; unit.pass(250ms)) {
      for (const std::uint64_t link : links) unit.say(event::LinkAlive{unit.now, link});
    }
  };
  unit.say(heard(unit.now, 3, "m1", "10.0.0.2"));
  speak({1, 2, 3}, 1s);
  EXPECT_EQ(unit.conditions(), (List{"R1 station claimed medium", "R2 station poses medium"}));
  EXPECT_EQ(unit.station.state().present_of(event::AlarmOrigin::station, "m2").at(0)->text, "R1");
  speak({2, 3}, 5s);
  EXPECT_EQ(unit.conditions(), (List{"R1 station doubted medium", "R2 station poses medium"})) << "it was taken";
  speak({1, 3}, 5s);
  EXPECT_EQ(unit.conditions(),
            (List{"R1 station claimed medium", "R2 station poses medium", "R2 station silent medium"}))
      << "it has one name at a time";
  speak({1, 2}, 5s);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideClaims, WhereAnAddressIsSeveralBedsNobodyIsSaidToPose) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2"));
  unit.say(heard(unit.now, 3, "m3", "10.0.0.2"));
  unit.assign("m1", "R1");
  unit.assign("m2", "R2");
  unit.assign("m3", "R3");
  unit.say(heard(unit.now, 4, "m1", "10.0.0.2"));
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), List{"R1 station claimed medium"});
}

TEST(BedsideClaims, AMonitorThatIsMovedAndConfirmedPosesAsNobody) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2"));
  unit.assign("m1", "R1");
  unit.assign("m2", "R2");
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.say(heard(unit.now, 3, "m1", "10.0.0.9"));
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), List{"R1 station doubted medium"}) << "nobody else has that address";
  unit.assign("m1", "R1");
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideClaims, ATraceOfADeviceThatIsBelievedAgainIsNotFrozenBecauseOfThat) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(event::WaveHeard{unit.now, 1, std::nullopt, {"ecg", 131330, "II", "mV"}, 250, 0, std::vector<float>(62)});
  unit.say(heard(unit.now, 2, "m1", "10.0.0.66"));
  for (int i = 0; i < 40; ++i) {
    unit.say(event::LinkAlive{unit.now, 2});
    unit.pass(250ms);
  }
  unit.say(event::LinkAlive{unit.now, 1});
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station claimed medium"});
}

}  // namespace
}  // namespace cordon::bedside
