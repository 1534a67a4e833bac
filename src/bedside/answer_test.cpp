// SPDX-License-Identifier: Apache-2.0
// What an answer is worth: silence for its time, and no longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bedside/sentence.h"
#include "bedside/signal.h"
#include "bedside/testing.h"
#include "bedside/view.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::AlarmPriority;

/// Answered is a unit with one alarm of R1 that somebody answered for a minute.
struct Answered : Unit {
  explicit Answered(AlarmPriority priority = AlarmPriority::high) {
    say(heard(now, 1, "m1", "10.0.0.1", 600s));
    assign("m1", "R1");
    say(alarms(now, 1, {alarm("vf", priority)}));
    answer(1);
  }
  void answer(std::uint64_t number) { say(event::AlarmAcknowledged{now, number, now + 60s, "a.durand", ""}); }
  const Alarm& at(std::uint64_t number) const { return station.state().open.at(number); }
  nlohmann::json shown(std::uint64_t number) const { return alarm_json(at(number), now); }
};

TEST(BedsideAnswer, WhatSoundsAgainAfterItsSilenceWantsAnAnswerAgain) {
  Answered unit;
  unit.pass(59750ms);
  EXPECT_TRUE(unit.at(1).acknowledged);
  EXPECT_FALSE(audible(unit.at(1), unit.now));
  EXPECT_FALSE(unit.shown(1)["acknowledged"].is_null());
  unit.pass(250ms);
  EXPECT_TRUE(audible(unit.at(1), unit.now));
  EXPECT_FALSE(unit.at(1).acknowledged) << "flash and button come back with the sound";
  EXPECT_TRUE(unit.shown(1)["acknowledged"].is_null());
  EXPECT_EQ(unit.shown(1)["by"], "a.durand") << "who answered last is still known";
  EXPECT_EQ(unit.shown(1)["answered"], seconds_of(night));
  const auto* told = std::get_if<event::AlarmChanged>(&unit.events.back());
  ASSERT_NE(told, nullptr) << "and it is in the logbook";
  EXPECT_EQ(told->step, event::AlarmStep::resounded);
  EXPECT_EQ(sentence_of(*told).en, "R1: alarm 1 (high priority): sounds again, wants an answer: vf — m1");
  EXPECT_EQ(sentence_of(*told).fr, "R1 : alarme 1 (priorité haute) : sonne de nouveau, attend une réponse : vf — m1");
  unit.answer(1);
  EXPECT_FALSE(audible(unit.at(1), unit.now)) << "and can be answered again";
}

TEST(BedsideAnswer, NobodyAnsweringWhatSoundsAgainCallsOthersFromThenOn) {
  Answered unit;
  unit.pass(60s + 29750ms);
  EXPECT_EQ(unit.at(1).level, 0U);
  unit.pass(250ms);
  EXPECT_EQ(unit.at(1).level, 1U);
  unit.answer(1);
  unit.pass(60s + 250ms);
  EXPECT_EQ(unit.at(1).level, 0U) << "who answered has come: it calls from the beginning";
  unit.pass(60s);
  EXPECT_EQ(unit.at(1).level, 2U);
}

TEST(BedsideAnswer, WhatWasDangerousAgainStaysUntilSomebodyAnswersThat) {
  Answered unit;
  unit.pass(61s);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high, false)}));
  ASSERT_EQ(unit.station.state().open.size(), 1U);
  unit.answer(1);
  EXPECT_TRUE(unit.station.state().open.empty());
  Answered other;
  other.pass(30s);
  other.say(alarms(other.now, 1, {alarm("vf", AlarmPriority::high, false)}));
  EXPECT_TRUE(other.station.state().open.empty()) << "what ends in its silence was answered";
}

TEST(BedsideAnswer, APauseOfTheBedProlongsTheSilenceAndItsEndEndsIt) {
  Answered unit;
  unit.pass(50s);
  unit.say(event::AudioPaused{unit.now, "R1", unit.now + 120s, "a.durand", ""});
  unit.pass(100s);
  EXPECT_TRUE(unit.at(1).acknowledged);
  unit.say(event::AudioPaused{unit.now, "R1", unit.now, "a.durand", ""});
  unit.pass(250ms);
  EXPECT_FALSE(unit.at(1).acknowledged);
}

TEST(BedsideAnswer, WhatBecameGraverIsShownAsUnanswered) {
  Answered unit(AlarmPriority::medium);
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  EXPECT_TRUE(unit.shown(1)["acknowledged"].is_null());
}

TEST(BedsideAnswer, InformationNeverWantsOne) {
  Answered unit(AlarmPriority::none);
  unit.pass(61s);
  EXPECT_TRUE(unit.at(1).acknowledged);
}

TEST(BedsideAnswer, ALogbookOfEarlierIsUnansweredAfterTheStart) {
  Answered before;
  State state;
  for (const auto& e : before.events) state.apply(e);
  Station again({{"R1"}}, std::move(state));
  again.step(event::StationStarted{night + std::chrono::hours(8), "test", ""});
  again.step(event::StationTick{night + std::chrono::hours(8)});
  EXPECT_FALSE(again.state().open.at(1).acknowledged);
}

TEST(BedsideAnswer, WhatStandsAtNoBedIsPausedApart) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2", 600s));
  unit.assign("m2", "R2");
  unit.say(alarms(unit.now, 1, {alarm("vf", AlarmPriority::high)}));
  unit.say(alarms(unit.now, 2, {alarm("apnoea", AlarmPriority::high)}));
  unit.say(event::OwnTrouble{unit.now, "gateway:sdc", AlarmPriority::high, "port in use", true});
  event::AudioPaused pause{unit.now, "", unit.now + 600s, "a.durand", "", unit.station.state().changes, true};
  ASSERT_EQ(unit.say(pause).size(), 1U);
  const Signal signal = signal_of(unit.station.state(), unit.now);
  EXPECT_EQ(signal.paused, 2U) << "the box's and the device's at no bed";
  EXPECT_EQ(signal.audible, 1U) << "no bed's";
  EXPECT_EQ(signal.until, unit.now + audio_pause_max);
  EXPECT_EQ(sentence_of(pause).fr, "station et hors lit : son en pause 600 s, par a.durand");
  pause.bed = "R2";
  EXPECT_TRUE(unit.say(pause).empty()) << "a bed is a place";
}

TEST(BedsideAnswer, ALostMemoryIsToldUntilSomebodyHasAnsweredThat) {
  Unit unit;
  const auto lost = [&](const std::string& text) {
    unit.say(event::OwnTrouble{unit.now, std::string(memory_condition), AlarmPriority::high, text, true});
    return unit.station.state().alarms;
  };
  const auto answer = [&](std::uint64_t number) {
    unit.say(event::AlarmAcknowledged{unit.now, number, unit.now + 60s, "desk", "", AlarmPriority::high});
  };
  answer(lost(std::string(memory_part_lost)));
  EXPECT_TRUE(unit.station.state().open.empty()) << "that is over: nothing brings it back";
  const std::uint64_t unrecorded = lost("none");
  EXPECT_TRUE(unit.have(" station memory high"));
  answer(unrecorded);
  EXPECT_EQ(unit.conditions(), std::vector<std::string>{" station memory low"}) << "nothing is recorded still";
  unit.pass(60s);
  EXPECT_EQ(signal_of(unit.station.state(), unit.now).priority, AlarmPriority::low);
}

TEST(BedsideView, InitialsComeWithASecondIdentifier) {
  const ViewOptions options{.unit = "A", .names = Names::initials};
  const auto shown = [&](const event::PatientOffer& patient) {
    State state;
    state.apply(event::PatientPlaced{night, "R1", patient, "a.durand", ""});
    return view_json(Station{{{"R1"}}, state}, options, night)["beds"][0]["patient"];
  };
  EXPECT_EQ(shown({"IPP-4711", "DURAND", "Anne", "1950-01-02"}),
            nlohmann::json({{"family", "D."}, {"given", "A."}, {"born", "1950"}, {"identifier", "…711"}}));
  EXPECT_EQ(shown({"8é9", "ÉMILE", "", ""})["identifier"], "…8é9") << "letters, not bytes";
  EXPECT_EQ(shown({"(erased)", "", "", ""})["identifier"], "(erased)");
}

TEST(BedsideView, WithoutNamesATakenBedIsNoFreeOne) {
  const ViewOptions options{.unit = "A", .names = Names::none};
  const auto shown = [&](const event::PatientOffer& patient) {
    State state;
    state.apply(event::PatientPlaced{night, "R1", patient, "a.durand", ""});
    return view_json(Station{{{"R1"}}, state}, options, night)["beds"][0]["patient"];
  };
  const auto only = [](const char* identifier) {
    return nlohmann::json({{"family", ""}, {"given", ""}, {"born", ""}, {"identifier", identifier}});
  };
  EXPECT_EQ(shown({"IPP-4711", "DURAND", "Anne", "1950-01-02"}), only("(hidden)"));
  EXPECT_EQ(shown({"(4711", "DURAND", "", ""}), only("(hidden)"));
  EXPECT_EQ(shown({"(erased)", "", "", ""}), only("(erased)"));
  EXPECT_TRUE(shown({}).is_null());
}

}  // namespace
}  // namespace cordon::bedside
