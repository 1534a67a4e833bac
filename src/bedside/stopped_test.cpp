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
  EXPECT_EQ(unit.conditions(), (List{"R1 station frozen:ecg medium", "R1 station silent medium"}))
      << "silence moves no trace";
  const Alarm* silent = unit.station.state().present_alarm({event::AlarmOrigin::station, "m1", "silent"});
  ASSERT_NE(silent, nullptr);
  EXPECT_TRUE(unit.say(event::AlarmOver{unit.now, silent->number, "a", ""}).empty())
      << "nobody ends that a bed is silent";
}

/// Rejoined is a monitor at R1 with a trace and a rate, whose link is cut and replaced.
struct Rejoined : Unit {
  std::uint64_t link = 1;
  Rejoined() {
    say(heard(now, link, "m1"));
    assign("m1", "R1");
    full(3s);
  }
  void full(Micros span) {
    for (const WallTime end = now + span; now < end;) {
      trace("ecg");
      say(numeric(now, link, heart_rate, 70, "/min"));
      say(numeric(now, link, 150456, 97, "%"));
      pass(250ms);
    }
  }
  void trace(const std::string& handle) {
    say(event::WaveHeard{
        now, link, std::nullopt, {handle, 131330, "II", "mV"}, 250, first_ += 62, std::vector<float>(62)});
  }
  void spo2(Micros span) {
    for (const WallTime end = now + span; now < end;) {
      say(numeric(now, link, 150456, 97, "%"));
      pass(250ms);
    }
  }
  void rejoin(Micros after = 1s, const std::string& address = "10.0.0.1") {
    say(event::DeviceGone{now, link, ""});
    pass(after);
    say(heard(now, ++link, "m1", address));
  }
  const Link& speaks() const { return *station.link_of("m1"); }
  std::optional<std::uint64_t> frozen() const {
    for (const Alarm* alarm : station.state().present_of(event::AlarmOrigin::station, "m1")) {
      if (!frozen_trace(*alarm).empty()) return alarm->number;
    }
    return std::nullopt;
  }

 private:
  std::uint64_t first_ = 0;
};

TEST(BedsideRejoined, WhatIsLostInTheCutIsTold) {
  Rejoined unit;
  const WallTime last = unit.now - 250ms;
  unit.rejoin();
  unit.spo2(9s);
  EXPECT_EQ(unit.conditions(), List{}) << "it may come yet";
  unit.spo2(2s);
  EXPECT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  EXPECT_EQ(unit.station.unconfirmed_since(unit.station.state().open.at(unit.frozen().value_or(0))), last);
  const auto bed = view_json(unit.station, {}, unit.now)["beds"][0];
  ASSERT_EQ(bed["numerics"].size(), 2U) << "the rate stands, with its age";
  EXPECT_EQ(bed["numerics"][0]["value"], 70);
  EXPECT_EQ(bed["numerics"][0]["age"], 12.25);
  EXPECT_EQ(bed["waves"].size(), 1U);
  unit.spo2(60s);
  EXPECT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
}

TEST(BedsideRejoined, WhatWasToldBeforeTheCutStandsOverItAndSoDoesItsAlarm) {
  Rejoined unit;
  unit.spo2(11s);
  ASSERT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  const auto number = unit.frozen();
  for (int i = 0; i < 5; ++i) {
    unit.rejoin(i == 3 ? 5min : 1s);
    EXPECT_EQ(unit.frozen(), number) << "nobody has acted, and nothing has moved";
    unit.spo2(3s);
    EXPECT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
    EXPECT_EQ(unit.frozen(), number);
  }
  unit.full(1s);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideRejoined, WhatComesAgainIsWellUnderItsHandleOrAnother) {
  Rejoined unit;
  const std::uint32_t id = unit.speaks().waves.at("ecg").id;
  unit.rejoin();
  unit.spo2(8s);
  unit.full(15s);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_NE(unit.speaks().waves.at("ecg").id, id) << "samples of two links are never drawn as one";
  unit.rejoin();
  for (int i = 0; i < 60; ++i) {
    unit.trace("restarted");
    unit.spo2(250ms);
    ASSERT_EQ(unit.conditions(), List{}) << i;
  }
  EXPECT_EQ(unit.speaks().waves.size(), 1U);
}

TEST(BedsideRejoined, ALinkThatFlapsHasNoMorePatienceThanOne) {
  Rejoined unit;
  for (int i = 0; i < 4; ++i) {
    unit.rejoin();
    unit.spo2(3s);
  }
  EXPECT_TRUE(unit.have("R1 station frozen:ecg medium"));
}

TEST(BedsideRejoined, APersonSaysThatItIsOver) {
  Rejoined unit;
  unit.rejoin();
  unit.spo2(11s);
  EXPECT_FALSE(unit.say(event::AlarmOver{unit.now, unit.frozen().value_or(0), "a.durand", ""}).empty());
  unit.rejoin();
  unit.spo2(20s);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_TRUE(unit.speaks().waves.empty());
  EXPECT_EQ(unit.speaks().numerics.size(), 2U);
  unit.assign("m1", "R1");
  EXPECT_EQ(unit.speaks().numerics.size(), 1U) << "whoever places it takes it as it is now";
  unit.full(1s);
  unit.rejoin();
  unit.spo2(11s);
  ASSERT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  unit.assign("m1", "R1");
  unit.spo2(20s);
  EXPECT_EQ(unit.conditions(), List{});
}

/// AnsweredStill is a monitor of which something stands still, and somebody has answered it.
struct AnsweredStill : Rejoined {
  explicit AnsweredStill(bool clock = false) {
    clock_ = clock;
    still(12s);
    for (const auto& [number, alarm] : station.state().open) numbers.push_back(number);
    for (const std::uint64_t number : numbers) {
      say(event::AlarmAcknowledged{now, number, now + 120s, "a.durand", "", std::nullopt});
    }
  }
  /// still has it say the same numbers, the same time, and where its clock stands the same piece of its trace.
  void still(Micros span) {
    for (const WallTime end = now + span; now < end; pass(250ms)) {
      auto said = numeric(now, link, 150456, 97, "%");
      if (clock_) {
        said.device_ticks = 7;
        say(piece(0));
      }
      say(said);
    }
  }
  event::WaveHeard piece(std::uint64_t first) const {
    return {now, link, std::nullopt, {"ecg", 131330, "II", "mV"}, 250, first, std::vector<float>(62)};
  }
  void kill(Micros away) {
    State state;
    for (const auto& each : events) state.apply(each);
    now += away;
    station = Station({{"R1"}}, std::move(state));
    say(event::StationStarted{now, "test", ""});
    say(heard(now, ++link, "m1"));
  }
  /// stand says whether all of them stand as they were, and nothing besides.
  bool stand() const {
    std::vector<std::uint64_t> now_open;
    for (const auto& [number, alarm] : station.state().open) {
      if (alarm.condition == "silent") continue;
      now_open.push_back(number);
      if (!alarm.present || !alarm.acknowledged) return false;
    }
    return !numbers.empty() && now_open == numbers;
  }
  std::vector<std::uint64_t> numbers;

 private:
  bool clock_ = false;
};

TEST(BedsideRejoined, ATraceThatStandsStillAndItsAnswerStandOverAKillUntilItMoves) {
  AnsweredStill unit;
  ASSERT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  unit.kill(1s);
  unit.pass(250ms);
  EXPECT_TRUE(unit.stand());
  unit.still(30s);
  EXPECT_TRUE(unit.stand()) << "it was not seen to move";
  EXPECT_EQ(unit.speaks().waves.at("ecg").channel.label, "II");
  EXPECT_NE(unit.station.unconfirmed_since(unit.station.state().open.at(unit.numbers[0])), std::nullopt);
  unit.say(unit.piece(620));
  unit.pass(250ms);
  EXPECT_TRUE(unit.stand()) << "it may be the piece at which it stands";
  unit.say(unit.piece(682));
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideRejoined, ATraceOfBeforeAKillIsNotMissedForEver) {
  AnsweredStill ended;
  ended.kill(1s);
  ended.still(1s);
  ended.say(event::AlarmOver{ended.now, ended.numbers.at(0), "a.durand", ""});
  ended.still(20s);
  EXPECT_EQ(ended.conditions(), List{});
  EXPECT_TRUE(ended.speaks().waves.empty());
  AnsweredStill off;
  off.kill(1s);
  off.say(event::WaveHeard{off.now, off.link, std::nullopt, {"ecg", 131330, "II", "mV"}, 0, 0, {}, Validity::missing});
  off.still(1s);
  EXPECT_EQ(off.conditions(), List{}) << "the device says that it is off";
  AnsweredStill placed;
  placed.kill(1s);
  placed.assign("m1", "R1");
  placed.still(1s);
  EXPECT_EQ(placed.conditions(), List{});
  AnsweredStill late;
  late.kill(1s);
  late.pass(carried_max + 1s);
  late.say(heard(late.now, ++late.link, "m1"));
  late.still(1s);
  EXPECT_EQ(late.conditions(), List{}) << "it was away for an hour";
}

TEST(BedsideRejoined, ATraceThatStandsStillAndItsAnswerStandOverAKillBesideOneOfTheSameName) {
  for (const bool moving_first : {true, false}) {
    AnsweredStill unit;
    unit.kill(1s);
    for (int i = 0; i < 120; ++i) {
      if (moving_first) unit.trace("beside");
      unit.say(unit.piece(620));
      if (!moving_first) unit.trace("beside");
      unit.still(250ms);
      ASSERT_TRUE(unit.stand()) << moving_first << i;
    }
    EXPECT_EQ(unit.speaks().waves.size(), 2U);
    unit.say(unit.piece(682));
    unit.still(250ms);
    EXPECT_EQ(unit.conditions(), List{});
  }
}

TEST(BedsideRejoined, ATraceThatDoesNotComeAfterAKillIsMissedBesideOneOfItsNameUntilAPersonEndsIt) {
  AnsweredStill unit;
  unit.kill(1s);
  for (int i = 0; i < 120; ++i) {
    unit.trace("beside");
    unit.still(250ms);
    ASSERT_TRUE(unit.stand()) << i;
  }
  unit.say(event::AlarmOver{unit.now, unit.numbers.at(0), "a.durand", ""});
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_EQ(unit.speaks().waves.size(), 1U);
}

TEST(BedsideRejoined, ATraceThatStandsStillItselfEndsNoAlarmOfAnotherOfItsName) {
  AnsweredStill unit;
  unit.kill(1s);
  auto beside = unit.piece(620);
  beside.channel.handle = "beside";
  for (int i = 0; i < 120; ++i) {
    beside.at = unit.now;
    beside.link = unit.link;
    unit.say(beside);
    unit.still(250ms);
    const auto alarm = unit.station.state().open.find(unit.numbers.at(0));
    ASSERT_NE(alarm, unit.station.state().open.end()) << i;
    ASSERT_TRUE(alarm->second.present && alarm->second.acknowledged) << i;
  }
  EXPECT_TRUE(unit.have("R1 station frozen:beside medium")) << "it is told itself";
}

TEST(BedsideRejoined, AClockThatStandsStillAndItsAnswerStandOverAKillAndACutUntilItGoes) {
  for (const int killed : {0, 1, 2}) {
    AnsweredStill unit(true);
    ASSERT_EQ(unit.conditions(), (List{"R1 station clock_still medium", "R1 station frozen:ecg medium"}));
    if (killed == 0) unit.rejoin(10s);
    if (killed == 1) unit.kill(10s);
    if (killed == 2) {  // nothing of it comes, on the same link
      unit.pass(10s);
      EXPECT_TRUE(unit.have("R1 station silent medium"));
    }
    EXPECT_TRUE(unit.stand()) << killed;
    unit.still(250ms);
    EXPECT_TRUE(unit.stand()) << killed;
    unit.still(20s);
    EXPECT_TRUE(unit.stand()) << killed;
    for (int i = 0; i < 3; ++i) {
      unit.trace("ecg");
      auto said = numeric(unit.now, unit.link, 150456, 97, "%");
      said.device_ticks = 8 + i;
      unit.say(said);
      unit.pass(250ms);
    }
    EXPECT_EQ(unit.conditions(), List{}) << killed;
  }
}

TEST(BedsideRejoined, AClockOfBeforeACutThatIsSaidNoMoreIsEndedByAPerson) {
  AnsweredStill unit(true);
  unit.rejoin(1s);
  for (int i = 0; i < 80; ++i) {
    unit.spo2(250ms);
  }
  ASSERT_TRUE(unit.have("R1 station clock_still medium"));
  const Alarm* still = unit.station.state().present_alarm({event::AlarmOrigin::station, "m1", "clock_still"});
  EXPECT_EQ(unit.station.unconfirmed_since(*still), unit.speaks().opened);
  EXPECT_FALSE(unit.say(event::AlarmOver{unit.now, still->number, "a.durand", ""}).empty());
  unit.spo2(10s);
  EXPECT_FALSE(unit.have("R1 station clock_still medium"));
}

/// Unvalued is one whose limited rate does not come, which somebody has answered.
struct Unvalued : AnsweredStill {
  Unvalued() {
    say(event::LimitSet{now, "R1", heart_rate, "/min", 40.0, std::nullopt, AlarmPriority::high, "a.durand", ""});
    still(45s);
    const Alarm* told = unjudged();
    number = told == nullptr ? 0 : told->number;
    say(event::AlarmAcknowledged{now, number, now + 120s, "a.durand", "", std::nullopt});
  }
  const Alarm* unjudged() const {
    return station.state().present_alarm({event::AlarmOrigin::station, "m1", "unjudged:147842"});
  }
  bool stands() const {
    const Alarm* told = unjudged();
    return told != nullptr && told->number == number && told->acknowledged;
  }
  std::uint64_t number = 0;
};

TEST(BedsideRejoined, ALimitWithoutAValueAndItsAnswerStandOverAKillAndACutUntilAValueComes) {
  for (const bool killed : {true, false}) {
    Unvalued unit;
    ASSERT_TRUE(unit.stands());
    killed ? unit.kill(10s) : unit.rejoin(10s);
    EXPECT_TRUE(unit.stands());
    unit.still(60s);
    EXPECT_TRUE(unit.stands());
    unit.say(numeric(unit.now, unit.link, heart_rate, 70, "/min"));
    unit.pass(250ms);
    EXPECT_EQ(unit.unjudged(), nullptr);
  }
  Unvalued changed;
  changed.rejoin(10s);
  changed.say(event::LimitSet{changed.now, "R1", heart_rate, "/min", {}, {}, AlarmPriority::high, "a.durand", ""});
  changed.still(250ms);
  EXPECT_EQ(changed.unjudged(), nullptr) << "who takes the limit away has answered it";
  Unvalued beside;
  beside.say(heard(beside.now, 9, "pump", "10.0.0.2"));
  beside.assign("pump", "R1");
  beside.say(event::DeviceGone{beside.now, beside.link, ""});
  for (int i = 0; i < 40; ++i) {
    beside.say(event::LinkAlive{beside.now, 9});
    beside.pass(1s);
  }
  EXPECT_TRUE(beside.stands());
  EXPECT_FALSE(beside.station.state().present_alarm({event::AlarmOrigin::station, "pump", "unjudged:147842"}))
      << "once";
  beside.say(numeric(beside.now, 9, heart_rate, 70, "/min"));
  beside.pass(250ms);
  EXPECT_EQ(beside.unjudged(), nullptr);
}

TEST(BedsideRejoined, ALimitWithoutAValueAndItsAnswerStandWhenAnotherOfTheBedComesBack) {
  for (const bool had_it : {false, true}) {
    Unvalued unit;
    unit.say(heard(unit.now, 90, "pump", "10.0.0.2"));
    unit.assign("pump", "R1");
    unit.still(45s);
    ASSERT_TRUE(unit.stands());
    unit.say(event::DeviceGone{unit.now, 90, ""});
    unit.still(2s);
    unit.say(heard(unit.now, 91, "pump", "10.0.0.2"));
    if (had_it) unit.say(numeric(unit.now, 91, heart_rate, 70, "/min", Validity::missing));
    for (int i = 0; i < 45; ++i) {
      unit.say(event::LinkAlive{unit.now, 91});
      unit.still(1s);
      ASSERT_TRUE(unit.stands()) << had_it << i;
    }
    unit.say(numeric(unit.now, 91, heart_rate, 70, "/min"));
    unit.pass(250ms);
    EXPECT_EQ(unit.unjudged(), nullptr);
  }
  Unvalued stopped;  // its own device had brought one
  stopped.say(numeric(stopped.now, stopped.link, heart_rate, 70, "/min"));
  stopped.still(45s);
  const Alarm* told = stopped.unjudged();
  ASSERT_NE(told, nullptr);
  const std::uint64_t number = told->number;
  stopped.say(heard(stopped.now, 90, "pump", "10.0.0.2"));
  stopped.assign("pump", "R1");
  stopped.say(numeric(stopped.now, 90, heart_rate, 70, "/min", Validity::missing));
  stopped.still(1s);
  told = stopped.unjudged();
  EXPECT_TRUE(told != nullptr && told->number == number);
}

/// Crossed is one whose rate crosses a person's limit when its link is cut; the new one brings other things alone.
struct Crossed : Rejoined {
  explicit Crossed(AlarmPriority priority = AlarmPriority::medium) {
    say(event::LimitSet{now, "R1", heart_rate, "/min", 80.0, std::nullopt, priority, "a.durand", ""});
    full(250ms);
    rejoin();
    spo2(11s);
  }
  const Alarm* crossed() const { return station.state().present_alarm({event::AlarmOrigin::limit, "m1", low}); }
  Events answer() {
    return say(event::AlarmAcknowledged{now, crossed()->number, now + 60s, "a.durand", "", std::nullopt});
  }
  Events take_off(const std::string& handle = "n147842") {
    return say(event::NumberTakenOff{now, "m1", handle, "a.durand", ""});
  }
  static constexpr const char* low = "low:n147842";
};

TEST(BedsideRejoined, ALimitsAlarmWhoseNumberDoesNotComeBackStandsUntilItIsAnswered) {
  Crossed unit;
  ASSERT_NE(unit.crossed(), nullptr) << "nothing has said that it is over";
  EXPECT_EQ(unit.station.unconfirmed_since(*unit.crossed()), unit.speaks().opened);
  unit.spo2(5min);
  ASSERT_NE(unit.crossed(), nullptr);
  EXPECT_TRUE(unit.have("R1 station unjudged:147842 medium")) << "and nobody watches the rate";
  unit.answer();
  unit.spo2(250ms);
  EXPECT_EQ(unit.crossed(), nullptr) << "it was of then, and somebody has seen it";
  EXPECT_TRUE(unit.have("R1 station unjudged:147842 medium"));
  unit.full(250ms);
  EXPECT_NE(unit.crossed(), nullptr) << "the number is back, and still crosses it";
}

/// only_named: a link names m1 and says nothing, a person answers, and then m1 begins to speak.
void only_named(Crossed& unit) {
  event::DeviceHeard named = heard(unit.now, ++unit.link, "m1");
  named.spoke = false;
  unit.say(named);
  unit.say(event::TroubleHeard{unit.now, named.link, "no_answer", "", ""});
  unit.pass(20s);
  ASSERT_NE(unit.crossed(), nullptr);
  unit.answer();
  unit.pass(5s);
  ASSERT_NE(unit.crossed(), nullptr) << "nothing has said that it is over";
  unit.say(heard(unit.now, unit.link, "m1"));
  unit.spo2(3s);
  ASSERT_NE(unit.crossed(), nullptr) << "it has only begun to speak";
}

TEST(BedsideRejoined, ALimitsAlarmOfADeviceThatHasNotSpokenSinceTheStartStandsOverAnAnswer) {
  Crossed unit;
  State state;
  for (const auto& each : unit.events) state.apply(each);
  unit.station = Station({{"R1"}}, std::move(state));
  unit.say(event::StationStarted{unit.now, "test", ""});
  only_named(unit);
  unit.full(1s);
  ASSERT_NE(unit.crossed(), nullptr);
  EXPECT_TRUE(unit.crossed()->acknowledged);
  unit.say(numeric(unit.now, unit.link, heart_rate, 90, "/min"));
  EXPECT_EQ(unit.crossed(), nullptr);
}

TEST(BedsideRejoined, ALimitsAlarmOfADeviceThatHasNotSpokenSinceTheCutStandsOverAnAnswer) {
  Crossed unit;
  unit.say(event::DeviceGone{unit.now, unit.link, "the association ended"});
  only_named(unit);
  unit.say(numeric(unit.now, unit.link, heart_rate, 90, "/min"));
  EXPECT_EQ(unit.crossed(), nullptr);
}

TEST(BedsideRejoined, WhatWasAnsweredBeforeTheCutWantsAnAnswerAgain) {
  Rejoined unit;
  unit.say(event::LimitSet{unit.now, "R1", heart_rate, "/min", 80.0, std::nullopt, AlarmPriority::high, "a", ""});
  unit.full(250ms);
  const std::uint64_t number = unit.station.state().present_of(event::AlarmOrigin::limit, "m1").at(0)->number;
  unit.say(event::AlarmAcknowledged{unit.now, number, unit.now + 60s, "a.durand", "", std::nullopt});
  unit.rejoin();
  unit.spo2(40s);
  ASSERT_TRUE(unit.have("R1 limit low:n147842 high")) << "it was answered as one of now";
  unit.spo2(30s);
  ASSERT_TRUE(unit.have("R1 limit low:n147842 high"));
  EXPECT_FALSE(unit.station.state().open.at(number).acknowledged);
  unit.say(event::AlarmOver{unit.now, number, "a.durand", ""});
  EXPECT_FALSE(unit.have("R1 limit low:n147842 high"));
}

TEST(BedsideRejoined, WhatWasAnsweredBeforeAStartWithAnEarlierClockStands) {
  Crossed unit;
  unit.full(250ms);
  ASSERT_NE(unit.crossed(), nullptr);
  unit.answer();
  State state;
  for (const auto& each : unit.events) state.apply(each);
  unit.station = Station(unit.station.policy(), std::move(state));
  unit.now = night - std::chrono::years(20);
  unit.say(event::StationStarted{unit.now, "test", ""});
  unit.say(heard(unit.now, ++unit.link, "m1"));
  unit.spo2(20s);
  ASSERT_NE(unit.crossed(), nullptr) << "nobody has answered it since";
  unit.answer();
  unit.spo2(250ms);
  EXPECT_EQ(unit.crossed(), nullptr);
}

TEST(BedsideRejoined, ALimitsAlarmEndsWithItsNumberBackOrUnderAnotherHandle) {
  Crossed unit;
  unit.say(numeric(unit.now, unit.link, heart_rate, 90, "/min"));
  EXPECT_EQ(unit.crossed(), nullptr);
  Crossed another;
  another.say(event::NumericsHeard{
      another.now, another.link, std::nullopt, {{{"restarted", heart_rate, "HR", "/min"}, 70, Validity::valid}}});
  another.spo2(250ms);
  EXPECT_EQ(another.conditions(), (List{"R1 limit low:restarted medium", "R1 station frozen:ecg medium"}))
      << "one number, one alarm";
}

TEST(BedsideRejoined, APersonTakesANumberOffThatIsNotSentAnyMore) {
  Crossed unit;
  EXPECT_TRUE(unit.take_off("n150456").empty()) << "that one is sent";
  EXPECT_TRUE(unit.take_off("nothing").empty());
  const Events said = unit.take_off();
  ASSERT_EQ(said.size(), 2U);
  const auto& taken = std::get<event::NumberTakenOff>(said[0]);
  EXPECT_EQ(taken.bed + " " + taken.label, "R1 HR");
  EXPECT_EQ(unit.crossed(), nullptr);
  EXPECT_EQ(view_json(unit.station, {}, unit.now)["beds"][0]["numerics"].size(), 1U);
  State folded;
  for (const event::BedsideEvent& event : unit.events) folded.apply(event);
  EXPECT_EQ(folded.open.size(), unit.station.state().open.size());
  unit.spo2(60s);
  EXPECT_TRUE(unit.have("R1 station unjudged:147842 medium")) << "the limit stands, and nothing is measured";
  unit.full(250ms);
  EXPECT_NE(unit.crossed(), nullptr) << "what comes again is there again";
  EXPECT_TRUE(unit.take_off().empty());
}

TEST(BedsideRejoined, WhoeverPlacesTheDeviceEndsTheAlarmsOfWhatItDoesNotSend) {
  Crossed unit;
  unit.assign("m1", "R1");
  EXPECT_EQ(unit.crossed(), nullptr);
}

TEST(BedsideRejoined, WhatWasIdleForLongOrStandsAtNoBedIsNotMissed) {
  Rejoined unit;
  unit.rejoin(carried_max + 1s);
  EXPECT_TRUE(unit.speaks().waves.empty());
  EXPECT_TRUE(unit.speaks().numerics.empty());
  unit.full(1s);
  unit.assign("m1", "");
  unit.rejoin();
  EXPECT_TRUE(unit.speaks().waves.empty());
  EXPECT_TRUE(unit.speaks().numerics.empty());
}

TEST(BedsideRejoined, WhatTheDeviceItselfCalledOffIsNotMissed) {
  Rejoined unit;
  unit.say(numeric(unit.now, 1, heart_rate, 0, "/min", Validity::missing));
  unit.say(event::WaveHeard{unit.now, 1, std::nullopt, {"ecg", 131330, "II", "mV"}, 0, 0, {}, Validity::missing});
  unit.rejoin();
  unit.spo2(20s);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_EQ(unit.speaks().numerics.size(), 1U);
}

TEST(BedsideRejoined, OneInDoubtEndsNothingByComingWithoutIt) {
  Rejoined unit;
  unit.spo2(11s);
  const auto number = unit.frozen();
  unit.pass(10s);  // its link is not closed
  unit.say(heard(unit.now, ++unit.link, "m1", "10.0.0.9"));
  unit.spo2(3s);
  EXPECT_TRUE(unit.have("R1 station doubted medium"));
  EXPECT_EQ(unit.frozen(), number);
}

/// Impersonated is one whose name another address held, which brought nothing of its own but a saturation.
struct Impersonated : Rejoined {
  static constexpr std::uint64_t impostor = 90;
  void take_name() {
    say(event::DeviceGone{now, link, ""});
    pass(4s);
    say(heard(now, impostor, "m1", "10.0.0.66"));
    forge(4s);
  }
  void forge(Micros span) {
    for (const WallTime end = now + span; now < end;) {
      say(numeric(now, impostor, 150456, 90, "%"));
      pass(250ms);
    }
  }
  void come_back(bool impostor_goes) {
    if (impostor_goes) {
      say(event::DeviceGone{now, impostor, ""});
      pass(1s);
    }
    say(heard(now, ++link, "m1"));
    spo2(4s);
  }
};

TEST(BedsideRejoined, ATraceThatStandsStillStandsWhenAnotherAddressHeldTheName) {
  for (const bool impostor_goes : {true, false}) {
    Impersonated unit;
    unit.spo2(9s);
    const auto number = unit.frozen();
    ASSERT_TRUE(number);
    unit.take_name();
    EXPECT_EQ(unit.frozen(), number);
    unit.come_back(impostor_goes);
    EXPECT_EQ(unit.frozen(), number) << "nothing has moved";
    unit.full(500ms);
    EXPECT_EQ(unit.frozen(), std::nullopt);
  }
  Impersonated same;  // its link was never closed
  same.spo2(9s);
  const auto number = same.frozen();
  same.pass(4s);
  same.say(heard(same.now, Impersonated::impostor, "m1", "10.0.0.66"));
  same.forge(4s);
  same.spo2(1s);
  EXPECT_EQ(same.speaks().heard.link, same.link);
  EXPECT_EQ(same.frozen(), number);
  same.full(500ms);
  EXPECT_EQ(same.frozen(), std::nullopt);
}

TEST(BedsideRejoined, WhatADeviceBroughtIsMissedWhenAnotherAddressHeldItsName) {
  Impersonated unit;
  unit.take_name();
  unit.come_back(true);
  EXPECT_EQ(unit.speaks().numerics.size(), 2U);
  EXPECT_TRUE(unit.speaks().numerics.at("n147842").carried);
  unit.spo2(7s);
  EXPECT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  Impersonated confirmed;
  confirmed.take_name();
  confirmed.assign("m1", "R1");
  confirmed.rejoin();
  EXPECT_TRUE(confirmed.speaks().waves.empty()) << "a person has said that the other one is the device";
}

TEST(BedsideRejoined, ATraceThatStoodStillStandsWhenAnotherAddressIsTheFirstAfterAKill) {
  Impersonated unit;
  unit.spo2(9s);
  const auto number = unit.frozen();
  State state;
  for (const auto& each : unit.events) state.apply(each);
  unit.station = Station(unit.station.policy(), std::move(state));
  unit.say(event::StationStarted{unit.now, "test", ""});
  unit.say(heard(unit.now, Impersonated::impostor, "m1", "10.0.0.66"));
  unit.forge(4s);
  unit.come_back(true);
  EXPECT_EQ(unit.frozen(), number);
  unit.full(500ms);
  EXPECT_EQ(unit.frozen(), std::nullopt);
}

TEST(BedsideRejoined, WhatIsCarriedHasNoRoomOfItsOwn) {
  Rejoined unit;
  const auto fill = [&](const std::string& name) {
    for (std::size_t i = 0; i < numerics_per_link_max; ++i) {
      const event::Channel channel{name + std::to_string(i), 0, name + std::to_string(i), ""};
      unit.say(event::NumericsHeard{unit.now, unit.link, std::nullopt, {{channel, 1, Validity::valid}}});
    }
    for (std::size_t i = 0; i < waves_per_link_max; ++i) {
      const std::string one = name + std::to_string(i);
      unit.say(event::WaveHeard{unit.now, unit.link, std::nullopt, {one, 0, one, ""}, 1, 1, {0}});
    }
  };
  for (const std::string name : {"a", "b", "c"}) {
    unit.rejoin();
    fill(name);
    EXPECT_EQ(unit.speaks().numerics.size(), numerics_per_link_max);
    EXPECT_EQ(unit.speaks().waves.size(), waves_per_link_max);
    EXPECT_TRUE(unit.speaks().waves.contains(name + "0")) << "what the device has now is there";
    EXPECT_EQ(unit.speaks().beyond, 0U);
  }
  const std::uint64_t lost = 3 + 2 * (numerics_per_link_max + waves_per_link_max);  // what each brought before
  EXPECT_EQ(unit.speaks().gave_way, lost);
  EXPECT_EQ(view_json(unit.station, {}, unit.now)["devices"][0]["gave_way"], lost) << "and a person can read it";
  unit.assign("m1", "R1");
  EXPECT_EQ(unit.speaks().gave_way, 0U);
}

}  // namespace
}  // namespace cordon::bedside
