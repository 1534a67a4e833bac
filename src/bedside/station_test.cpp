// SPDX-License-Identifier: Apache-2.0
#include "bedside/station.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "bedside/signal.h"
#include "bedside/testing.h"
#include "bedside/view.h"
#include "event/bedside_json.h"

namespace cordon::bedside {
namespace testing {

std::vector<std::string> Unit::conditions() const {
  std::vector<std::string> out;
  for (const auto& [number, a] : station.state().open) {
    if (!a.present) continue;
    out.push_back(a.bed + " " + std::string(event::word(a.origin)) + " " + a.condition + " " +
                  std::string(event::word(a.priority)));
  }
  std::ranges::sort(out);
  return out;
}

bool Unit::have(const std::string& line) const {
  return std::ranges::count(conditions(), line) == 1;
}

}  // namespace testing

namespace {

using namespace testing;
using event::AlarmOrigin;
using event::AlarmPriority;
using List = std::vector<std::string>;

TEST(BedsideStation, AnUnpluggedBedIsAnAlarmWithinThreeSeconds) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 250ms));
  unit.assign("m1", "R1");
  unit.pass(2500ms);
  EXPECT_EQ(unit.conditions(), List{});
  unit.pass(500ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station silent medium"});
  unit.say(numeric(unit.now, 1, heart_rate, 70, "/min"));
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, ASlowProtocolMayPauseForTwoOfItsPeriodsAndASecond) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 5s));
  unit.assign("m1", "R1");
  unit.pass(10500ms);
  EXPECT_EQ(unit.conditions(), List{});
  unit.pass(500ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station silent medium"});
}

TEST(BedsideStation, AClosedLinkIsSilentAtOnce) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(event::DeviceGone{unit.now, 1, "closed"});
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station silent medium"});
}

TEST(BedsideStation, AfterAStartABedThatDoesNotComeBackIsSilent) {
  Unit before;
  before.say(heard(before.now, 1, "m1"));
  before.assign("m1", "R1");
  State state;
  for (const auto& e : before.events) state.apply(e);
  Station again({{"R1"}}, std::move(state));
  again.step(event::StationStarted{night + 60s, "test", ""});
  again.step(event::StationTick{night + 65s});
  EXPECT_TRUE(again.state().open.empty());
  again.step(event::StationTick{night + 66s});
  ASSERT_EQ(again.state().open.size(), 1U);
  EXPECT_EQ(again.state().open.begin()->second.condition, "silent");
  EXPECT_EQ(again.state().open.begin()->second.bed, "R1");
}

/// StartedAnew is a unit that was killed with two things wrong at R1's device, which has not come back.
struct StartedAnew : Unit {
  StartedAnew() {
    event::DeviceHeard other = heard(now, 1, "m1");
    other.patient = {"IPP-2", "MARTIN", "Yves", "1961-04-12"};
    say(event::PatientPlaced{now, "R1", {"IPP-1", "DURAND", "Anne", "1950-01-02"}, "a.durand", ""});
    say(other);
    assign("m1", "R1");
    say(event::TroubleHeard{now, 1, "dialect", "", ""});
    pass(1s);
    State state;
    for (const auto& each : events) state.apply(each);
    station = Station({{"R1"}}, std::move(state));
    say(event::StationStarted{now, "test", ""});
    pass(start_patience + 1s);
  }
  std::uint64_t number(const std::string& condition) const {
    const Alarm* alarm = station.state().present_alarm({event::AlarmOrigin::station, "m1", condition});
    return alarm == nullptr ? 0 : alarm->number;
  }
};

TEST(BedsideStation, WhatADeviceSaidBeforeAStartIsNotOverBecauseItDoesNotComeBack) {
  StartedAnew unit;
  unit.pass(60s);
  const List all{"R1 station patient medium", "R1 station silent medium", "R1 station trouble:dialect medium"};
  EXPECT_EQ(unit.conditions(), all);
  unit.say(heard(unit.now, 1, "m1"));
  const auto speak = [&](Micros span) {
    for (const WallTime end = unit.now + span; unit.now < end; unit.pass(1s)) unit.say(event::LinkAlive{unit.now, 1});
  };
  speak(10s);
  EXPECT_EQ(unit.conditions(), (List{all[0], all[2]})) << "it may say so yet";
  speak(2s);
  EXPECT_EQ(unit.conditions(), List{}) << "it speaks, and says nothing of the kind";
}

TEST(BedsideStation, WhatADeviceSaysAgainAfterAStartIsTheSameAlarm) {
  StartedAnew unit;
  const auto patient = unit.number("patient"), trouble = unit.number("trouble:dialect");
  unit.say(heard(unit.now, 1, "m1"));
  unit.pass(1s);
  event::DeviceHeard other = heard(unit.now, 1, "m1");
  other.patient = {"IPP-2", "MARTIN", "Yves", "1961-04-12"};
  unit.say(other);
  unit.say(event::TroubleHeard{unit.now, 1, "dialect", "", ""});
  unit.pass(250ms);
  EXPECT_EQ(unit.number("patient"), patient);
  EXPECT_EQ(unit.number("trouble:dialect"), trouble);
  other.patient = {"IPP-1", "DURAND", "Anne", "1950-01-02"};
  unit.say(other);
  unit.pass(250ms);
  EXPECT_EQ(unit.number("patient"), 0U) << "it names whom a person named";
}

TEST(BedsideStation, ABedThatWasSilentBeforeAStartIsSilentSinceThen) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.pass(60s);
  const Alarm silent = *unit.station.state().present_alarm({event::AlarmOrigin::station, "m1", "silent"});
  unit.say(event::AlarmAcknowledged{unit.now, silent.number, unit.now + 60s, "a.durand", "", std::nullopt});
  State state;
  for (const auto& each : unit.events) state.apply(each);
  unit.station = Station({{"R1"}}, std::move(state));
  unit.say(event::StationStarted{unit.now, "test", ""});
  for (const bool open : {true, false}) {
    event::DeviceHeard named = heard(unit.now, open ? 1 : 2, "m1");
    named.spoke = false;
    unit.say(named);
    if (!open) unit.say(event::DeviceGone{unit.now, 2, "does not answer"});
    unit.say(event::TroubleHeard{unit.now, named.link, "no_answer", "", ""});
    unit.pass(8s);
    EXPECT_EQ(unit.conditions(), List{"R1 station silent medium"}) << "its gateway's trouble is no word of it";
    const Alarm now = *unit.station.state().present_alarm({event::AlarmOrigin::station, "m1", "silent"});
    EXPECT_EQ(now.number, silent.number);
    EXPECT_EQ(now.raised, silent.raised);
    EXPECT_TRUE(now.acknowledged);
    const auto device = view_json(unit.station, {}, unit.now)["devices"][0];
    EXPECT_TRUE(device["age"].is_null()) << "nobody knows how long";
    EXPECT_EQ(device["trouble"]["code"], "no_answer");
  }
}

TEST(BedsideStation, APersonEndsWhatADeviceThatDoesNotComeBackSaidBeforeAStart) {
  StartedAnew unit;
  const auto since = [&](const std::string& condition) {
    return unit.station.unconfirmed_since(unit.station.state().open.at(unit.number(condition)));
  };
  EXPECT_EQ(since("trouble:dialect"), night + 1s);
  EXPECT_EQ(since("silent"), std::nullopt) << "it is seen, and needs no word";
  EXPECT_TRUE(unit.say(event::AlarmOver{unit.now, unit.number("silent"), "a.durand", ""}).empty());
  EXPECT_EQ(unit.say(event::AlarmOver{unit.now, unit.number("trouble:dialect"), "a.durand", ""}).size(), 1U);
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), (List{"R1 station patient medium", "R1 station silent medium"}));
  unit.say(event::PatientPlaced{unit.now, "R1", {}, "a.durand", ""});
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), List{"R1 station silent medium"}) << "nobody is in that bed any more";
  unit.assign("m1", "");
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, AClockThatWasSetBackBeforeAStartSilencesNoAlarm) {
  Unit before;
  before.say(heard(before.now, 1, "m1", "10.0.0.1", 600s));
  before.assign("m1", "R1");
  before.say(alarms(before.now, 1, {alarm("asystole", AlarmPriority::high)}));
  before.say(event::AlarmAcknowledged{before.now, 1, before.now + 120s, "a.durand", ""});
  State state;
  for (const auto& e : before.events) state.apply(e);
  const WallTime a_year_ago = night - std::chrono::hours(24 * 365);
  Station again({{"R1"}}, std::move(state));
  again.step(event::StationStarted{a_year_ago, "test", ""});
  EXPECT_FALSE(audible(again.state().open.at(1), a_year_ago + audio_pause_max - 1s));
  EXPECT_TRUE(audible(again.state().open.at(1), a_year_ago + audio_pause_max));
}

TEST(BedsideStation, WhatEndedBeforeAStartWithAnEarlierClockSoundsNoMore) {
  Unit before;
  before.say(heard(before.now, 1, "m1"));
  before.assign("m1", "R1");
  before.pass(3s);
  ASSERT_EQ(before.conditions(), List{"R1 station silent medium"});
  before.say(numeric(before.now, 1, heart_rate, 70, "/min"));
  before.pass(250ms);
  ASSERT_EQ(before.conditions(), List{});
  ASSERT_EQ(signal_of(before.station.state(), before.now).audible, 1U) << "it is heard for one burst";
  State state;
  for (const auto& e : before.events) state.apply(e);
  const WallTime corrected = before.now - std::chrono::hours(1);
  EXPECT_EQ(signal_of(state, corrected).audible, 0U) << "what lies ahead is not of this clock";
  state.apply(event::StationStarted{corrected, "test", ""});
  for (const Micros later : {Micros{0s}, Micros{30min}, Micros{60min}, Micros{60min + 1s}}) {
    EXPECT_EQ(signal_of(state, corrected + later).audible, 0U) << "nobody could see or answer it";
  }
}

TEST(BedsideStation, ItsOwnTroubleIsAnAlarmOfNoDeviceUntilItIsOver) {
  Unit unit;
  unit.say(event::OwnTrouble{unit.now, "logbook", AlarmPriority::medium, "full", true});
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), List{" station logbook medium"});
  EXPECT_TRUE(unit.say(event::OwnTrouble{unit.now, "logbook", AlarmPriority::medium, "full", true}).empty());
  unit.say(event::OwnTrouble{unit.now, "logbook", AlarmPriority::medium, "", false});
  EXPECT_EQ(unit.conditions(), List{});
  unit.say(event::OwnTrouble{unit.now, "gateway:sdc", AlarmPriority::high, "port in use", true});
  unit.say(event::StationStarted{unit.now, "test", ""});
  EXPECT_EQ(unit.conditions(), List{}) << "a part that is not there any more says nothing";
}

TEST(BedsideStation, WhoSignsInIsPartOfWhatIsRecorded) {
  Unit unit;
  unit.say(event::PersonChanged{unit.now, "a.durand", event::PersonStep::entered, {event::Role::nurse}, "console"});
  unit.say(event::SessionChanged{unit.now, "a.durand", "s1", event::SessionStep::signed_in, "10.0.0.9", 1, ""});
  EXPECT_TRUE(unit.station.state().roster.speaks_for("s1", "a.durand"));
}

event::WaveHeard trace(WallTime at, std::uint64_t first, std::size_t count, float value = 0) {
  return {at, 1, std::nullopt, {"ecg", 131330, "II", "mV"}, 250, first, std::vector<float>(count, value)};
}

TEST(BedsideStation, AFlatLineIsNoFrozenTraceAndAStandingCounterIs) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  std::uint64_t sample = 0;
  for (int i = 0; i < 80; ++i) {  // 20 s of a flat line
    unit.say(trace(unit.now, sample, 62));
    sample += 62;
    unit.pass(250ms);
  }
  EXPECT_EQ(unit.conditions(), List{});
  for (int i = 0; i < 40; ++i) {  // 10 s of the same samples again and again
    unit.say(trace(unit.now, sample - 62, 62));
    unit.pass(250ms);
  }
  EXPECT_EQ(unit.conditions(), List{"R1 station frozen:ecg medium"});
  unit.say(trace(unit.now, sample, 62));
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, EachTraceOfEachLinkHasANumberOfItsOwn) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2"));
  unit.say(trace(unit.now, 0, 10));
  auto other = trace(unit.now, 0, 10);
  other.link = 2;
  unit.say(other);
  unit.say(trace(unit.now, 10, 10));
  EXPECT_EQ(unit.station.links().at(1).waves.at("ecg").id, 1U);
  EXPECT_EQ(unit.station.links().at(2).waves.at("ecg").id, 2U);
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.say(heard(unit.now, 3, "m1"));
  other.link = 3;
  unit.say(other);
  EXPECT_EQ(unit.station.links().at(3).waves.at("ecg").id, 3U) << "another link, another trace";
}

TEST(BedsideStation, ADeviceClockThatStandsStillOrIsAstrayIsTold) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  auto said = numeric(unit.now, 1, heart_rate, 70, "/min");
  said.device_time = night - std::chrono::hours(24 * 365 * 122) + 7s;  // the year 1900
  unit.say(said);
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station clock_astray low"});
  for (int i = 0; i < 10; ++i) {
    said.at = unit.now;
    unit.say(said);
    unit.pass(1s);
  }
  EXPECT_EQ(unit.conditions(), (List{"R1 station clock_astray low", "R1 station clock_still medium"}));
}

TEST(BedsideStation, AClockThatIsSaidSeldomStandsStillOnlyWhenItIsSaidAgainUnmoved) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 10s));
  unit.assign("m1", "R1");
  for (int i = 0; i < 5; ++i) {
    auto said = numeric(unit.now, 1, heart_rate, 70, "/min");
    said.device_time = unit.now;
    unit.say(said);
    unit.pass(10s);
    EXPECT_EQ(unit.conditions(), List{});
  }
  auto same = numeric(unit.now, 1, heart_rate, 70, "/min");
  same.device_time = unit.now - 10s;  // what it said before
  unit.say(same);
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station clock_still medium"});
}

TEST(BedsideStation, ACounterWithoutATimeStandsStillAsAClockDoes) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  auto said = numeric(unit.now, 1, heart_rate, 70, "/min");
  for (std::int64_t i = 0; i < 12; ++i) {
    said.at = unit.now;
    said.device_ticks = i * 8000;
    unit.say(said);
    unit.pass(1s);
  }
  EXPECT_EQ(unit.conditions(), List{});
  for (int i = 0; i < 11; ++i) {
    said.at = unit.now;
    unit.say(said);
    unit.pass(1s);
  }
  EXPECT_EQ(unit.conditions(), List{"R1 station clock_still medium"});
  ++*said.device_ticks;
  said.at = unit.now;
  unit.say(said);
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, WhatAGatewaySaysOfALinkIsNoSignOfLife) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  for (int i = 0; i < 8; ++i) {
    unit.say(event::TroubleHeard{unit.now, 1, "flood", "too much", ""});
    unit.pass(500ms);
  }
  EXPECT_EQ(unit.conditions(), List{"R1 station silent medium"});
}

TEST(BedsideStation, AnOldMeasurementIsNoNewsForALimit) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(event::LimitSet{unit.now, "R1", heart_rate, "/min", 40.0, 150.0, AlarmPriority::high, "a.durand", ""});
  auto old = numeric(unit.now, 1, heart_rate, 20, "/min");
  old.numerics[0].measured_at = unit.now - measured_late_max - 1s;
  unit.say(old);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_EQ(unit.station.link_of("m1")->numerics.at("n147842").measured, unit.now - measured_late_max - 1s);
  old.numerics[0].measured_at = unit.now - measured_late_max;
  unit.say(old);
  EXPECT_EQ(unit.conditions(), List{"R1 limit low:n147842 high"});
}

TEST(BedsideStation, LimitsOfPeopleAreJudgedInTheirOwnUnitAndOnlyByValidValues) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  constexpr std::uint32_t mean_pressure = 150035;
  unit.say(event::LimitSet{unit.now, "R1", mean_pressure, "mm[Hg]", 60.0, std::nullopt, AlarmPriority::high, "a.durand",
                           ""});
  unit.say(numeric(unit.now, 1, mean_pressure, 8.1, "kPa"));  // 60.8 mmHg
  EXPECT_EQ(unit.conditions(), List{});
  unit.say(numeric(unit.now, 1, mean_pressure, 7.9, "kPa"));  // 59.3 mmHg
  EXPECT_EQ(unit.conditions(), List{"R1 limit low:n150035 high"});
  unit.say(numeric(unit.now, 1, mean_pressure, 90, "mm[Hg]", event::Validity::invalid));
  EXPECT_EQ(unit.conditions(), List{"R1 limit low:n150035 high"}) << "an invalid value ends nothing";
  unit.say(numeric(unit.now, 1, mean_pressure, 70, "mm[Hg]", event::Validity::unconfirmed));
  EXPECT_EQ(unit.conditions(), List{}) << "what is shown is judged";
  unit.say(numeric(unit.now, 1, mean_pressure, 50, "mm[Hg]", event::Validity::unconfirmed));
  EXPECT_EQ(unit.conditions(), List{"R1 limit low:n150035 high"});
  unit.say(numeric(unit.now, 1, mean_pressure, 9, "/min"));
  EXPECT_EQ(unit.conditions(), (List{"R1 limit low:n150035 high", "R1 limit unit:n150035 medium"}))
      << "what cannot be compared is told, and ends nothing";
  unit.say(numeric(unit.now, 1, mean_pressure, 9, "kPa"));
  EXPECT_EQ(unit.conditions(), List{});
  unit.say(numeric(unit.now, 1, mean_pressure, 9, "/min"));
  EXPECT_EQ(unit.conditions(), List{"R1 limit unit:n150035 medium"});
  unit.say(event::LimitSet{unit.now, "R1", mean_pressure, "mm[Hg]", std::nullopt, std::nullopt, AlarmPriority::high,
                           "a.durand", ""});
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, NotANumberCrossesNoLimitAndIsNoValue) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(event::LimitSet{unit.now, "R1", heart_rate, "/min", 40.0, 150.0, AlarmPriority::high, "a.durand", ""});
  unit.say(
      numeric(unit.now, 1, heart_rate, std::numeric_limits<double>::quiet_NaN(), "/min", event::Validity::missing));
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, OnlyATimedPauseSilencesAndANewConditionSounds) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("apnoea", AlarmPriority::high)}));
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::high);
  unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now + 600s, "a.durand", ""});  // asks for too long
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::none);
  EXPECT_EQ(signal_of(unit.station.state(), unit.now + audio_pause_max).priority, AlarmPriority::high);
  unit.say(alarms(unit.now, 1, {alarm("spo2 low", AlarmPriority::medium)}));
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::medium) << "a new one sounds";
  unit.say(event::AudioPaused{unit.now, "R1", unit.now + 60s, "a.durand", ""});
  const Signal signal = signal_of(unit.station.state(), unit.now);
  EXPECT_EQ(signal.priority, AlarmPriority::none);
  EXPECT_EQ(signal.paused, 2U);
  unit.say(alarms(unit.now, 1, {alarm("spo2 low", AlarmPriority::high)}));
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::high) << "a graver one sounds";
}

TEST(BedsideStation, WhatWasDangerousStaysOnTheScreenUntilAcknowledged) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high), alarm("rate", AlarmPriority::medium)}));
  unit.say(alarms(unit.now, 1, {}, true));
  ASSERT_EQ(unit.station.state().open.size(), 1U);
  EXPECT_EQ(unit.station.state().open.begin()->second.condition, "vf");
  EXPECT_TRUE(audible(unit.station.state().open.begin()->second, unit.now)) << "one burst is heard in any case";
  EXPECT_FALSE(audible(unit.station.state().open.begin()->second, unit.now + burst_heard_min));
  unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now, "a.durand", ""});
  EXPECT_TRUE(unit.station.state().open.empty());
}

TEST(BedsideStation, WhatWasDangerousStaysAlsoWhenItBecameLessBeforeItEnded) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::low)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::low, false)}));
  ASSERT_EQ(unit.station.state().open.size(), 1U);
  EXPECT_EQ(unit.station.state().open.at(1).priority, AlarmPriority::high) << "and is shown as what it was";
  unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now, "a.durand", ""});
  EXPECT_TRUE(unit.station.state().open.empty());
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(event::AlarmAcknowledged{unit.now, 2, unit.now, "a.durand", ""});
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::low)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::medium)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::medium, false)}));
  EXPECT_TRUE(unit.station.state().open.empty()) << "that it was high was answered";
}

TEST(BedsideStation, WhatAPersonHasNotSeenIsNotAcknowledged) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::medium)}));
  const event::AlarmAcknowledged seen{unit.now, 1, unit.now + 60s, "a.durand", "", AlarmPriority::medium};
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::high)}));  // as the key is pressed
  EXPECT_TRUE(unit.say(seen).empty());
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::high);
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::medium)}));
  EXPECT_TRUE(unit.say(seen).empty()) << "it was graver for a moment, and nobody has seen that";
  EXPECT_FALSE(
      unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now + 60s, "a.durand", "", AlarmPriority::high}).empty());
}

TEST(BedsideStation, APauseSilencesWhatStoodOnTheScreenAndNothingElse) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::medium), alarm("apnoea", AlarmPriority::medium)}));
  const std::uint64_t shown = unit.station.state().changes;
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(event::AudioPaused{unit.now, "R1", unit.now + 60s, "a.durand", "", shown});
  const Signal signal = signal_of(unit.station.state(), unit.now);
  EXPECT_EQ(signal.audible, 2U) << "what came and what became graver";
  EXPECT_EQ(signal.paused, 1U);
  unit.say(event::AudioPaused{unit.now, "R1", unit.now, "a.durand", "", 0});
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).paused, 0U) << "a pause ends for all";
}

TEST(BedsideStation, AnAlarmGoesToAnotherBedWithItsDeviceAndWhatEndedStaysWhereItWas) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high), alarm("rate", AlarmPriority::medium)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high, false)}));
  unit.now += 1ms;
  const std::size_t before = unit.events.size();
  unit.assign("m1", "R2");
  EXPECT_EQ(unit.conditions(), List{"R2 device rate medium"});
  EXPECT_EQ(unit.station.state().open.at(1).bed, "R1") << "what ended there is that bed's";
  std::vector<std::string> told;
  for (std::size_t i = before; i < unit.events.size(); ++i) {
    if (const auto* e = std::get_if<event::AlarmChanged>(&unit.events[i])) {
      told.push_back(e->bed + " " + e->condition + " " + std::string(event::word(e->step)));
    }
  }
  EXPECT_EQ(told, (List{"R2 rate raised", "R1 rate ended"})) << "and the logbook says so";
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  EXPECT_TRUE(unit.have("R2 device vf high"));
  EXPECT_EQ(unit.station.state().open.at(1).bed, "R1") << "nobody has answered that one";
}

TEST(BedsideStation, AnUnansweredAlarmThatGoesAlongWithItsDeviceIsOverNowhereAndCallsOn) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  const WallTime raised = unit.now;
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.pass(40s);
  for (const char* bed : {"R1", "R2", ""}) {
    unit.assign("m1", bed);
    const auto& open = unit.station.state().open;
    ASSERT_EQ(open.size(), 1U) << "it is there, and nowhere over: " << bed;
    const Alarm& alarm = open.begin()->second;
    EXPECT_TRUE(alarm.present);
    EXPECT_EQ(alarm.bed, bed);
    EXPECT_EQ(alarm.unanswered, raised);
    EXPECT_EQ(alarm.level, 1U) << "who was called is called";
    EXPECT_EQ(alarm.times, 1U);
  }
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::medium)}));
  unit.assign("m1", "R2");
  ASSERT_EQ(unit.station.state().open.size(), 1U);
  EXPECT_EQ(unit.station.state().open.begin()->second.gravest, AlarmPriority::high) << "which nobody has answered";
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::medium, false)}));
  ASSERT_EQ(unit.station.state().open.size(), 1U);
  EXPECT_EQ(unit.station.state().open.begin()->second.bed, "R2");
  State folded;
  for (const event::BedsideEvent& event : unit.events) folded.apply(event);
  EXPECT_EQ(folded.open, unit.station.state().open);
}

TEST(BedsideStation, AMediumAlarmThatNobodyHasAnsweredCallsOnWhereItsDeviceGoes) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  const WallTime raised = unit.now;
  unit.say(alarms(unit.now, 1, {alarm("desat", AlarmPriority::medium)}));
  unit.pass(70s);
  for (const char* bed : {"R2", "", "R1"}) {
    unit.assign("m1", bed);
    ASSERT_EQ(unit.station.state().open.size(), 1U);
    const Alarm& alarm = unit.station.state().open.begin()->second;
    EXPECT_EQ(alarm.bed, bed);
    EXPECT_EQ(alarm.unanswered, raised) << bed;
    EXPECT_EQ(alarm.level, 1U) << "who was called is called: " << bed;
  }
  const std::uint64_t number = unit.station.state().open.begin()->first;
  unit.say(event::AlarmAcknowledged{unit.now, number, unit.now + 60s, "a.durand", ""});
  unit.pass(1s);
  unit.assign("m1", "R2");
  EXPECT_EQ(unit.station.state().open.begin()->second.level, 0U) << "which was answered at the bed that it left";
  EXPECT_EQ(unit.station.state().open.begin()->second.unanswered, unit.now);
  State folded;
  for (const event::BedsideEvent& event : unit.events) folded.apply(event);
  EXPECT_EQ(folded.open, unit.station.state().open);
}

TEST(BedsideStation, WhatALimitFoundStaysWhereItEndedThoughTheNextBedsFindsTheSameAtThatMoment) {
  event::AlarmChanged e{.at = night,
                        .alarm = 1,
                        .step = event::AlarmStep::raised,
                        .origin = event::AlarmOrigin::limit,
                        .device = "m1",
                        .condition = "low:hr",
                        .bed = "R1",
                        .priority = AlarmPriority::high};
  State state;
  state.apply(e);
  e.step = event::AlarmStep::ended;
  e.at = night + 1s;
  state.apply(e);
  e.step = event::AlarmStep::raised;
  e.alarm = 2;
  e.bed = "R2";
  state.apply(e);
  ASSERT_EQ(state.open.size(), 2U) << "limits are of the bed";
  EXPECT_EQ(state.open.at(1).bed, "R1");
}

TEST(BedsideStation, WhatStandsGoesAlongWithADeviceThatIsUnpluggedForTheWay) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("asystole", AlarmPriority::high), alarm("spo2_low", AlarmPriority::medium)}));
  unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now + 30s, "a.durand", ""});
  const WallTime last = unit.now;
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.pass(5s);
  unit.assign("m1", "R2");
  unit.pass(250ms);
  const List stands{"R2 device asystole high", "R2 device spo2_low medium"};
  const auto since = [&](const std::string& condition) {
    return unit.station.unconfirmed_since(*unit.station.state().present_alarm({AlarmOrigin::device, "m1", condition}));
  };
  EXPECT_EQ(unit.conditions(), (List{stands[0], stands[1], "R2 station silent medium"}));
  EXPECT_EQ(since("asystole"), last);
  const WallTime back = unit.now;
  unit.say(heard(unit.now, 2, "m1"));  // it tells what changes alone
  unit.say(numeric(unit.now, 2, heart_rate, 70, "/min"));
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), stands);
  EXPECT_EQ(since("spo2_low"), back);
  unit.say(alarms(unit.now, 2, {alarm("spo2_low", AlarmPriority::medium, false)}));
  EXPECT_EQ(unit.conditions(), List{stands[0]});
  State folded;
  for (const event::BedsideEvent& event : unit.events) folded.apply(event);
  Station again({{"R1", "R2", "R3"}}, std::move(folded));
  again.step(event::StationStarted{unit.now, "test", ""});
  again.step(event::DeviceAssigned{unit.now + 1s, "m1", "R3", "a.durand", ""});
  ASSERT_EQ(again.state().present_of(AlarmOrigin::device, "m1").size(), 1U) << "also before it is heard again";
  EXPECT_TRUE(again.unconfirmed_since(*again.state().present_of(AlarmOrigin::device, "m1").at(0)));
  again.step(event::DeviceAssigned{unit.now + 2s, "m1", "", "a.durand", ""});
  EXPECT_TRUE(again.state().present_of(AlarmOrigin::device, "m1").empty()) << "a person took it off";
}

TEST(BedsideStation, WhatEndedBeforeAnotherPatientCameIsMarked) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(event::PatientPlaced{unit.now, "R1", {"IPP-1", "DURAND", "Anne", "1950-01-02"}, "a.durand", ""});
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high, false)}));
  unit.say(event::PatientPlaced{unit.now, "R1", {"IPP-1", "DURAND", "Zoé", "1950-01-02"}, "a.durand", ""});
  EXPECT_FALSE(unit.station.state().open.at(1).former) << "a name was corrected";
  unit.say(event::PatientPlaced{unit.now, "R1", {"IPP-2", "MARTIN", "", ""}, "a.durand", ""});
  EXPECT_TRUE(unit.station.state().open.at(1).former);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  EXPECT_EQ(unit.station.state().open.size(), 2U) << "the new patient's is another one";
}

TEST(BedsideStation, AnAlarmWhoseDeviceIsGoneCanBeEnded) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high), alarm("rate", AlarmPriority::medium)}));
  EXPECT_TRUE(unit.say(event::AlarmOver{unit.now, 1, "a.durand", ""}).empty()) << "the device says that it is not";
  unit.say(event::DeviceGone{unit.now, 1, ""});
  EXPECT_FALSE(unit.say(event::AlarmOver{unit.now, 1, "a.durand", ""}).empty());
  EXPECT_FALSE(unit.station.state().open.contains(1)) << "and it waits for no further answer";
  EXPECT_EQ(unit.station.state().ended.back().acknowledged_by, "a.durand");
  EXPECT_TRUE(unit.have("R1 device rate medium"));
  unit.assign("m1", "");
  EXPECT_EQ(unit.conditions(), List{}) << "who takes a device away that says nothing ends what it said last";
}

TEST(BedsideStation, AnAlarmThatADeviceDoesNotNameWhenItComesBackCanBeEnded) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high), alarm("rate", AlarmPriority::medium)}));
  const auto since = [&](std::uint64_t number) {
    return unit.station.unconfirmed_since(unit.station.state().open.at(number));
  };
  EXPECT_EQ(since(1), std::nullopt);
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.pass(60s);
  const WallTime back = unit.now;
  unit.say(heard(unit.now, 2, "m1"));
  unit.say(numeric(unit.now, 2, heart_rate, 70, "/min"));
  EXPECT_EQ(since(1), back);
  EXPECT_EQ(since(2), back);
  unit.say(alarms(unit.now, 2, {alarm("rate", AlarmPriority::medium)}));
  EXPECT_EQ(since(2), std::nullopt) << "it says so again";
  EXPECT_TRUE(unit.say(event::AlarmOver{unit.now, 2, "a.durand", ""}).empty());
  EXPECT_EQ(unit.say(event::AlarmOver{unit.now, 1, "a.durand", ""}).size(), 1U);
  EXPECT_FALSE(unit.have("R1 device vf high"));
  EXPECT_TRUE(unit.have("R1 device rate medium"));
  unit.say(alarms(unit.now, 2, {alarm("vf", AlarmPriority::high)}));
  EXPECT_TRUE(unit.have("R1 device vf high")) << "what a device reports is there, whatever a person said before";
  EXPECT_EQ(since(3), std::nullopt);
}

TEST(BedsideStation, AfterAStartTheAlarmsOfTheLogbookWaitForAWordOfTheirDevice) {
  Unit before;
  before.say(heard(before.now, 1, "m1"));
  before.assign("m1", "R1");
  before.say(alarms(before.now, 1, {alarm("vf", AlarmPriority::high)}));
  State folded;
  for (const event::BedsideEvent& event : before.events) folded.apply(event);
  Station station({{"R1"}}, std::move(folded));
  station.step(event::StationStarted{night + 60s, "test", ""});
  station.step(heard(night + 61s, 1, "m1"));
  EXPECT_EQ(station.unconfirmed_since(station.state().open.at(1)), night + 61s);
  station.step(alarms(night + 62s, 1, {}, true));
  EXPECT_TRUE(station.state().present_of(event::AlarmOrigin::device, "m1").empty()) << "who lists all has ended it";
}

TEST(BedsideStation, WhatADeviceAtNoBedSaidLastDoesNotRingForEver) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.assign("m1", "");
  EXPECT_EQ(unit.conditions(), List{" device vf high"}) << "it says so still";
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.pass(gone_after);
  EXPECT_EQ(unit.conditions(), List{" device vf high"});
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_FALSE(unit.station.state().open.empty()) << "it was dangerous, and nobody has seen it";
}

TEST(BedsideStation, ALimitOfAChannelThatANewLinkDoesNotBringIsOverOnceItIsAnswered) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 1s));
  unit.assign("m1", "R1");
  unit.say(event::LimitSet{unit.now, "R1", heart_rate, "/min", 40.0, std::nullopt, AlarmPriority::high, "a", ""});
  unit.say(numeric(unit.now, 1, heart_rate, 30, "/min"));
  EXPECT_TRUE(unit.have("R1 limit low:n147842 high"));
  unit.say(event::DeviceGone{unit.now, 1, ""});
  unit.say(heard(unit.now, 2, "m1", "10.0.0.1", 1s));
  for (int i = 0; i < 41; ++i) {
    EXPECT_TRUE(unit.have("R1 limit low:n147842 high")) << "it may come yet";
    unit.say(numeric(unit.now, 2, 150456, 97, "%"));
    unit.pass(250ms);
  }
  EXPECT_EQ(unit.conditions(), List{"R1 limit low:n147842 high"}) << "nobody has seen it";
  unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now + 60s, "a.durand", "", std::nullopt});
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, WhatIsRaisedSoundsForOneBurstWhateverWasAnsweredMeanwhile) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high, false)}));
  unit.pass(60s);
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::medium)}));
  unit.say(alarms(unit.now, 1, {alarm("rate", AlarmPriority::medium, false)}));
  unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now, "a.durand", ""});  // one that ended long ago
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::medium);
}

TEST(BedsideStation, NobodyAnsweringCallsOthers) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.pass(29750ms);
  EXPECT_EQ(unit.station.state().open.at(1).level, 0U);
  unit.pass(250ms);
  EXPECT_EQ(unit.station.state().open.at(1).level, 1U);
  unit.pass(30s);
  EXPECT_EQ(unit.station.state().open.at(1).level, 2U);
}

TEST(BedsideStation, ASecondDeviceOfTheSameNameIsNotBelievedWhileTheFirstLives) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(heard(unit.now, 2, "m1", "10.0.0.66", 600s));
  unit.say(alarms(unit.now, 2, {alarm("forged", AlarmPriority::high)}));
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station claimed medium"});
  EXPECT_EQ(unit.station.device_of(2), nullptr);
  unit.say(event::DeviceGone{unit.now, 2, ""});
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, ADeviceThatComesBackAsSomebodyElseIsConfirmedByAPerson) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(event::DeviceGone{unit.now, 1, ""});
  auto other = heard(unit.now, 2, "m1", "10.0.0.9");
  unit.say(other);
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station doubted medium"});
  unit.assign("m1", "R1");
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsideStation, AMonitorThatNamesAnotherPatientIsToldAndMovesNobody) {
  Unit unit;
  auto monitor = heard(unit.now, 1, "m1");
  monitor.patient = {"IPP-2", "MARTIN", "", ""};
  unit.say(monitor);
  unit.assign("m1", "R1");
  unit.say(event::PatientPlaced{unit.now, "R1", {"IPP-1", "DÉSIRÉ", "Anne", "1950-01-02"}, "a.durand", ""});
  unit.pass(250ms);
  EXPECT_EQ(unit.conditions(), List{"R1 station patient medium"});
  monitor.patient = {"IPP-1", "Désiré", "", ""};  // the bed's, in other letters
  unit.say(monitor);
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), List{});
  EXPECT_EQ(unit.station.state().beds.at("R1").patient.identifier, "IPP-1");
}

TEST(BedsideStation, APatientNeedsTwoIdentifiers) {
  Unit unit;
  EXPECT_TRUE(unit.say(event::PatientPlaced{unit.now, "R1", {"", "DURAND", "Anne", ""}, "a.durand", ""}).empty());
  EXPECT_TRUE(unit.say(event::PatientPlaced{unit.now, "R1", {"IPP-1", "", "", ""}, "a.durand", ""}).empty());
  EXPECT_TRUE(unit.say(event::PatientPlaced{unit.now, "R1", {"IPP-1", "", "", "1950-01-02"}, "a", ""}).empty());
  EXPECT_TRUE(unit.say(event::PatientPlaced{unit.now, "R9", {"IPP-1", "DURAND", "", ""}, "a.durand", ""}).empty());
  EXPECT_FALSE(unit.say(event::PatientPlaced{unit.now, "R1", {"IPP-1", "DURAND", "", ""}, "a.durand", ""}).empty());
  EXPECT_FALSE(
      unit.say(event::PatientPlaced{unit.now, "R1", {"", "DURAND", "", "1950-01-02"}, "a.durand", ""}).empty());
}

TEST(BedsideStation, AFloodOfAlarmsOfOneDeviceLosesNoneAndHoldsUpNobody) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2", 600s));
  unit.assign("m1", "R1");
  unit.assign("m2", "R2");
  const std::size_t before = unit.events.size();
  for (int i = 0; i < 100000; ++i) {
    unit.say(alarms(unit.now, 1, {alarm("flicker", AlarmPriority::high, i % 2 == 0)}));
  }
  EXPECT_LE(unit.events.size() - before, static_cast<std::size_t>(alarm_budget.at_once) + 1);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 2, {alarm("apnoea", AlarmPriority::high)}));
  EXPECT_TRUE(unit.have("R2 device apnoea high")) << "another bed is not held up";
  unit.say(heard(unit.now, 3, "m1", "10.0.0.1", 600s));  // the same monitor by another link
  unit.pass(1s);
  EXPECT_TRUE(unit.have("R1 device vf high")) << "what waited is told, over a reconnect too";
}

TEST(BedsideStation, MoreChannelsAndAlarmsThanADeviceMayHaveAreCountedAndTold) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  for (std::uint32_t i = 0; i <= numerics_per_link_max; ++i) unit.say(numeric(unit.now, 1, 1000 + i, 1, "1"));
  unit.pass(250ms);
  EXPECT_EQ(unit.station.link_of("m1")->numerics.size(), numerics_per_link_max);
  EXPECT_EQ(unit.conditions(), List{"R1 station crowded low"});
}

TEST(BedsideStation, WhoSendsNoMoreThanItMayIsCrowdedNoMore) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(event::DeviceBeyond{unit.now, "m1"});
  const auto live_for = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      unit.say(numeric(unit.now, 1, heart_rate, 70, "/min"));
      unit.pass(1s);
    }
  };
  live_for(9);
  EXPECT_EQ(unit.conditions(), List{"R1 station crowded low"});
  live_for(2);
  EXPECT_EQ(unit.conditions(), List{});
  unit.say(event::DeviceBeyond{unit.now, "nobody"});
}

TEST(BedsideStation, AStateIsTheFoldOfItsEventsWhateverOrderTheyComeIn) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.assign("m1", "R1");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  State state;
  for (auto e = unit.events.rbegin(); e != unit.events.rend(); ++e) state.apply(*e);
  SUCCEED();
}

}  // namespace
}  // namespace cordon::bedside
