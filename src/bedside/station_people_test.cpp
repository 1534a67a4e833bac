// SPDX-License-Identifier: Apache-2.0
// Limits that people set: whose they are, and how many a bed may have.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bedside/patient.h"
#include "bedside/testing.h"
#include "bedside/view.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::AlarmPriority;
using List = std::vector<std::string>;
using Codes = std::vector<std::uint32_t>;

constexpr std::uint32_t saturation = 150456;
const event::PatientOffer anne{"IPP-1", "DURAND", "Anne", "1950-01-02"};
const event::PatientOffer yves{"IPP-2", "MARTIN", "Yves", "1961-04-12"};

/// Limited is a bed R1 whose monitor measures two things below the limits that a person set.
struct Limited : Unit {
  Limited() {
    say(heard(now, 1, "m1", "10.0.0.1", 600s));
    assign("m1", "R1");
    limit(heart_rate, 50.0);
    limit(saturation, 85.0);
  }
  Events limit(std::uint32_t code, std::optional<double> low) {
    return say(event::LimitSet{now, "R1", code, "", low, std::nullopt, AlarmPriority::high, "a.durand", ""});
  }
  Events place(const event::PatientOffer& patient, std::optional<Codes> kept = std::nullopt) {
    return say(event::PatientPlaced{now, "R1", patient, "a.durand", "", std::move(kept)});
  }
  void measure() {
    say(numeric(now, 1, heart_rate, 40, ""));
    say(numeric(now, 1, saturation, 80, ""));
  }
  Codes limits() const {
    Codes out;
    for (const auto& [code, limit] : station.state().beds.at("R1").limits) out.push_back(code);
    return out;
  }
};

TEST(BedsidePeople, LimitsGoOnForWhoIsNamedFirstOrCorrectedAndEndWithTheirPatient) {
  Limited unit;
  unit.place(anne);
  EXPECT_EQ(unit.limits(), (Codes{heart_rate, saturation})) << "they were set for whoever lay there";
  unit.place({"IPP-1", "DURAND", "Anne-Marie", "1950-01-02"});
  EXPECT_EQ(unit.limits(), (Codes{heart_rate, saturation})) << "it is the same patient";
  unit.measure();
  EXPECT_EQ(unit.conditions().size(), 2U);
  unit.place(yves);
  EXPECT_EQ(unit.limits(), Codes{});
  EXPECT_EQ(unit.conditions(), List{}) << "what they found is over";
  for (const auto& [number, alarm] : unit.station.state().open) EXPECT_TRUE(alarm.former);
  unit.measure();
  EXPECT_EQ(unit.conditions(), List{});
  unit.limit(saturation, 85.0);
  unit.place({});
  EXPECT_EQ(unit.limits(), Codes{}) << "and with a bed that is freed";
}

TEST(BedsidePeople, ALimitGoesOnForAnotherPatientWhereAPersonSaysSo) {
  Limited unit;
  unit.place(anne);
  unit.measure();
  const Events said = unit.place(yves, Codes{saturation, 99});
  EXPECT_EQ(unit.limits(), Codes{saturation});
  EXPECT_EQ(unit.conditions(), List{"R1 limit low:n150456 high"}) << "its alarm goes on too";
  EXPECT_EQ(std::get<event::PatientPlaced>(said.back()).limits_kept, Codes{saturation}) << "the logbook has which";
  State folded;
  for (const event::BedsideEvent& event : unit.events) folded.apply(event);
  EXPECT_EQ(folded.beds.at("R1").limits.size(), 1U);
  unit.place(yves, Codes{});
  EXPECT_EQ(unit.limits(), Codes{}) << "a person may end them for the same patient too";
}

TEST(BedsidePeople, WhatWasMeasuredOfThePatientBeforeIsNoNumberOfThisOne) {
  Limited unit;
  constexpr std::uint32_t cuff = 150021;
  const auto valid = [&](std::uint32_t code) {
    const Link& link = *unit.station.link_of("m1");
    return link.numerics.at("n" + std::to_string(code)).value.validity == event::Validity::valid;
  };
  const auto say_cuff = [&](double value, WallTime measured) {
    auto said = numeric(unit.now, 1, cuff, value, "mm[Hg]");
    said.numerics[0].measured_at = measured;
    unit.say(said);
  };
  unit.limit(cuff, 150.0);
  say_cuff(140, unit.now - 60s);  // its clock is behind
  unit.measure();
  unit.place(anne);
  EXPECT_TRUE(valid(cuff)) << "it was measured of whoever lay there";
  EXPECT_EQ(unit.conditions().size(), 3U);
  unit.pass(60s);
  unit.measure();
  unit.place(yves, Codes{cuff});
  EXPECT_FALSE(valid(cuff));
  EXPECT_EQ(unit.conditions(), List{}) << "what a limit found in it is over";
  EXPECT_TRUE(valid(heart_rate)) << "it comes again at once";
  say_cuff(140, night - 60s);
  EXPECT_FALSE(valid(cuff)) << "said again with its time";
  unit.pass(1s);
  say_cuff(120, unit.now - 60s);
  EXPECT_TRUE(valid(cuff)) << "measured since, by the same clock";
  unit.pass(1300s);
  unit.place({});
  EXPECT_FALSE(valid(heart_rate)) << "nothing came of it for long";
}

TEST(BedsidePeople, WhatAnOldLogbookSaysOfAPatientLeavesTheLimits) {
  Limited unit;
  unit.place(anne);
  State state = unit.station.state();
  state.apply(event::PatientPlaced{unit.now, "R1", yves, "a.durand", ""});
  EXPECT_EQ(state.beds.at("R1").limits.size(), 2U);
}

TEST(BedsidePeople, OneLimitMoreThanABedMayHaveIsRefused) {
  Limited unit;
  for (std::uint32_t code = 1; code <= limits_per_bed_max - 2; ++code) EXPECT_EQ(unit.limit(code, 1.0).size(), 1U);
  ASSERT_EQ(unit.limits().size(), limits_per_bed_max);
  EXPECT_TRUE(unit.limit(1000, 1.0).empty()) << "nothing is recorded that does not hold";
  EXPECT_EQ(unit.limit(heart_rate, 60.0).size(), 1U) << "one that stands may change";
  EXPECT_EQ(unit.limit(1, std::nullopt).size(), 1U);
  EXPECT_EQ(unit.limit(1000, 1.0).size(), 1U) << "where one was taken away there is room";
}

TEST(BedsidePeople, ALimitInAUnitThatItsChannelHasNotIsRefused) {
  Unit unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(numeric(unit.now, 1, heart_rate, 60, "/min"));
  const auto limit = [&](const std::string& bed, const std::string& pulse, std::optional<double> low = 40.0) {
    return event::LimitSet{unit.now, bed, heart_rate, pulse, low, std::nullopt, AlarmPriority::high, "a.durand", ""};
  };
  EXPECT_TRUE(unit.say(limit("R1", "mm[Hg]")).empty());
  EXPECT_EQ(unit.station.other_unit(limit("R1", "mm[Hg]")), "/min");
  EXPECT_EQ(unit.say(limit("R1", "{beat}/min")).size(), 1U) << "that can be compared";
  EXPECT_EQ(unit.say(limit("R2", "mm[Hg]")).size(), 1U) << "nothing there measures it";
  unit.pass(10s);
  EXPECT_FALSE(unit.say(limit("R1", "mm[Hg]")).empty()) << "nor here, now";
  unit.say(heard(unit.now, 2, "m1"));
  unit.say(numeric(unit.now, 2, heart_rate, 60, "/min"));
  EXPECT_FALSE(unit.say(limit("R1", "mm[Hg]", std::nullopt)).empty()) << "one that stands can be taken away";
  EXPECT_TRUE(unit.say(limit("R1", "mm[Hg]")).empty());
  unit.say(heard(unit.now, 3, "m2"));
  unit.assign("m2", "R1");
  unit.say(numeric(unit.now, 3, heart_rate, 8, "mm[Hg]"));
  EXPECT_FALSE(unit.say(limit("R1", "mm[Hg]")).empty()) << "one device of the bed is enough";
}

/// Placed is a unit without devices, in which patients are placed.
struct Placed : Unit {
  Events place(const std::string& bed, const event::PatientOffer& patient, List also_at = {}) {
    return say(event::PatientPlaced{now, bed, patient, "a.durand", "", std::nullopt, std::move(also_at)});
  }
};

TEST(BedsidePeople, WhoIsPlacedInASecondBedIsAskedForAnewAndToldAtBoth) {
  Placed unit;
  unit.place("R8", anne);
  EXPECT_TRUE(unit.place("R3", anne).empty()) << "nobody has said that it is the same person";
  EXPECT_TRUE(unit.place("R3", anne, {"R7"}).empty());
  EXPECT_EQ(unit.station.beds_of(anne, "R3"), List{"R8"});
  const Events said = unit.place("R3", anne, {"R8"});
  ASSERT_EQ(said.size(), 3U);
  EXPECT_TRUE(std::get<event::PatientPlaced>(said.front()).also_at.empty()) << "the alarms tell it";
  EXPECT_EQ(unit.conditions(), (List{"R3 station twice:R3 low", "R8 station twice:R8 low"}));
  EXPECT_EQ(unit.station.state().open.begin()->second.text, "R8");
  for (const auto& [number, alarm] : unit.station.state().open) EXPECT_EQ(alarm.kind, event::AlarmKind::technical);
  EXPECT_TRUE(unit.place("R5", anne, {"R8"}).empty()) << "and R3, which nobody has seen";
  unit.place("R5", anne, {"R3", "R8"});
  EXPECT_EQ(unit.conditions().size(), 3U);
  EXPECT_EQ(unit.station.state().open.begin()->second.text, "R5, R8");
  unit.place("R8", {});
  unit.place("R5", {});
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsidePeople, OnePersonAtTwoBedsIsToldOnAfterAStartAndItsAnswerIsKept) {
  Placed unit;
  unit.place("R8", anne);
  unit.place("R3", anne, {"R8"});
  const std::uint64_t alarm = unit.station.state().open.begin()->first;
  unit.say(event::AlarmAcknowledged{unit.now, alarm, unit.now + 60s, "a.durand", ""});
  Station again{unit.station.policy(), unit.station.state()};
  EXPECT_EQ(again.step(event::StationStarted{unit.now + 1s, "test", ""}).size(), 1U) << "nothing ends or begins";
  EXPECT_TRUE(again.state().open.at(alarm).acknowledged);
  Station smaller{{{"R8"}}, unit.station.state()};
  smaller.step(event::StationStarted{unit.now + 1s, "test", ""});
  EXPECT_TRUE(smaller.state().open.empty()) << "R3 is no bed any more";
  State old;  // of a station that told nobody
  old.apply(event::PatientPlaced{night, "R1", anne, "desk", ""});
  old.apply(event::PatientPlaced{night, "R2", anne, "desk", ""});
  Station newer{unit.station.policy(), old};
  newer.step(event::StationStarted{night, "test", ""});
  EXPECT_EQ(newer.state().open.size(), 2U);
}

TEST(BedsidePeople, APatientWhoseLastDeviceIsPlacedElsewhereIsTold) {
  Placed unit;
  unit.say(heard(unit.now, 1, "m1", "10.0.0.1", 600s));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2", 600s));
  unit.place("R1", anne);
  EXPECT_EQ(unit.conditions(), List{}) << "whoever is named first has no device yet";
  unit.assign("m1", "R1");
  unit.assign("m2", "R1");
  unit.assign("m2", "R2");
  EXPECT_EQ(unit.conditions(), List{}) << "one is left";
  unit.assign("m1", "");
  EXPECT_EQ(unit.conditions(), List{"R1 station unwatched:R1 low"});
  unit.pass(1s);
  EXPECT_EQ(unit.conditions(), List{"R1 station unwatched:R1 low"});
  unit.assign("m2", "R1");
  EXPECT_EQ(unit.conditions(), List{}) << "and R2, which it left, has no patient";
  unit.assign("m2", "R2");
  unit.place("R1", yves);
  EXPECT_EQ(unit.conditions(), List{"R1 station unwatched:R1 low"}) << "nobody watches this one either";
  Station again{unit.station.policy(), unit.station.state()};
  EXPECT_EQ(again.step(event::StationStarted{unit.now, "test", ""}).size(), 1U) << "nothing ends or begins";
  unit.place("R1", {});
  EXPECT_EQ(unit.conditions(), List{});
}

TEST(BedsidePeople, ADeviceWhoseBedIsNotNamedAnyMoreStandsAtNoneAndIsTold) {
  Placed unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.say(heard(unit.now, 2, "m2", "10.0.0.2"));
  unit.assign("m1", "R1");
  unit.assign("m2", "R2");
  unit.place("R1", anne);
  unit.say(
      event::LimitSet{unit.now, "R1", heart_rate, "/min", 40.0, std::nullopt, event::AlarmPriority::high, "a", ""});
  unit.say(alarms(unit.now, 1, {alarm("asystole", event::AlarmPriority::high)}));
  unit.say(event::AlarmAcknowledged{unit.now, 1, unit.now + 60s, "a.durand", ""});
  unit.say(alarms(unit.now, 2, {alarm("vf", event::AlarmPriority::high)}));
  unit.say(alarms(unit.now, 2, {alarm("vf", event::AlarmPriority::high, false)}));
  const auto restart = [&unit](std::vector<std::string> beds) {
    State state;
    for (const auto& each : unit.events) state.apply(each);
    unit.station = Station({std::move(beds)}, std::move(state));
    unit.now += 1s;
    unit.say(event::StationStarted{unit.now, "test", ""});
  };
  restart({"Room 1", "Room 2"});
  EXPECT_EQ(unit.conditions(), (List{" device asystole high", " station beds medium"}));
  const State& state = unit.station.state();
  EXPECT_EQ(state.present_alarm({event::AlarmOrigin::station, "", "beds"})->text, "R1, R2");
  EXPECT_TRUE(state.open.at(1).acknowledged) << "what was answered is";
  EXPECT_EQ(state.open.at(2).bed, "") << "what has ended there is found where its device is";
  const auto device = view_json(unit.station, {}, unit.now)["devices"][0];
  EXPECT_EQ(device["bed"].get<std::string>() + device["former_bed"].get<std::string>(), "R1");
  EXPECT_FALSE(unit.say(event::AudioPaused{unit.now, "", unit.now + 60s, "a.durand", "", std::nullopt, true}).empty());
  EXPECT_EQ(state.beds.at("R1").patient, anne) << "whose bed may be named again";
  EXPECT_EQ(state.beds.at("R1").limits.size(), 1U);
  const std::uint64_t told = state.present_alarm({event::AlarmOrigin::station, "", "beds"})->number;
  restart({"Room 1", "Room 2"});
  EXPECT_EQ(unit.station.state().present_alarm({event::AlarmOrigin::station, "", "beds"})->number, told);
  unit.assign("m1", "Room 1");
  EXPECT_EQ(unit.station.state().present_alarm({event::AlarmOrigin::station, "", "beds"})->text, "R2");
  unit.assign("m2", "");
  EXPECT_EQ(unit.conditions(), List{"Room 1 device asystole high"}) << "a person has placed both";
}

TEST(BedsidePeople, WhatEndedAtABedThatIsNotNamedAnyMoreIsPaused) {
  Placed unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R8");
  unit.say(alarms(unit.now, 1, {alarm("vf", event::AlarmPriority::high)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", event::AlarmPriority::high, false)}));
  unit.assign("m1", "R1");
  unit.station = Station({{"R1"}}, State(unit.station.state()));
  unit.say(event::StationStarted{unit.now, "test", ""});
  EXPECT_FALSE(unit.say(event::AudioPaused{unit.now, "R8", unit.now + 60s, "a.durand", "", std::nullopt}).empty());
  EXPECT_TRUE(unit.say(event::AudioPaused{unit.now, "R7", unit.now + 60s, "a.durand", "", std::nullopt}).empty());
}

TEST(BedsidePeople, WritingTellsNobodyApartAndWhatBothSidesStateDoes) {
  const auto other = [](const event::PatientOffer& a, const event::PatientOffer& b) {
    EXPECT_EQ(differs(a, b), differs(b, a));
    return differs(a, b);
  };
  const auto given = [&](const char* a, const char* b) { return other({"", "MARTIN", a, ""}, {"", "MARTIN", b, ""}); };
  const auto family = [&](const char* a, const char* b) { return other({"", a, "", ""}, {"", b, "", ""}); };
  const auto number = [&](const char* a, const char* b) { return other({a, "MARTIN", "", ""}, {b, "MARTIN", "", ""}); };
  EXPECT_FALSE(number("47 11", "4711"));
  EXPECT_FALSE(number("IPP-4711", "ipp 4711"));
  EXPECT_TRUE(number("4711", "4712"));
  EXPECT_FALSE(number("4711", ""));
  EXPECT_TRUE(given("Paul", "Jeanne"));
  EXPECT_TRUE(given("Marc", "Marie"));
  EXPECT_FALSE(given("Hélène", "HELENE"));
  EXPECT_FALSE(given("He\u0301le\u0300ne", "Hélène")) << "marks after their letters";
  EXPECT_FALSE(given("Anne Marie", "Marie-Anne"));
  EXPECT_FALSE(given("Jean-Christophe Maximilien", "Jean-Christo"));
  EXPECT_FALSE(given("J.", "Jeanne"));
  EXPECT_TRUE(given("P.", "Jeanne"));
  EXPECT_FALSE(given("Paul", ""));
  EXPECT_TRUE(family("MARTIN", "DURAND"));
  EXPECT_TRUE(family("MARTIN", "MARTINEZ"));
  EXPECT_FALSE(family("N'Guyen", "NGUYEN"));
  EXPECT_FALSE(family("N’Guyen", "N GUYEN"));
  EXPECT_FALSE(family("Müller", "MUELLER"));
  EXPECT_FALSE(family("Müller", "MULLER"));
  EXPECT_FALSE(family("ŒUVRARD", "Oeuvrard"));
  EXPECT_FALSE(family("Groß", "GROSS"));
  EXPECT_FALSE(family("DURAND-MARTIN", "MARTIN"));
  EXPECT_TRUE(family("王", "李"));
  EXPECT_FALSE(other(anne, {"", "MARTIN", "Anne", "1950-01-02"})) << "a married name";
  EXPECT_TRUE(other({"", "DURAND", "", "1950-01-02"}, {"", "MARTIN", "Anne", "1950-01-02"}));
  EXPECT_FALSE(other(anne, {"IPP-1", "MARTIN", "Anne", ""})) << "one number";
  EXPECT_FALSE(other(anne, {"IPP-1", "DURAND", "Anne", "1950-01-03"})) << "one number, a day corrected";
  EXPECT_TRUE(other(anne, {"IPP-1", "MARTIN", "Yves", "1950-01-02"})) << "two things against one number";
  EXPECT_TRUE(other({"", "PETIT", "Léa", "2022-12-03"}, {"", "PETIT", "Zoé", "2022-12-03"})) << "twins";
  EXPECT_TRUE(other({"(sealed)", "", "", ""}, anne)) << "of whom nothing is known";
  EXPECT_FALSE(other({}, anne));
}

TEST(BedsidePeople, TheSecondOfTwinsWithoutNumbersIsAnotherPatient) {
  Placed unit;
  unit.say(heard(unit.now, 1, "m1"));
  unit.assign("m1", "R1");
  unit.place("R1", {"", "PETIT", "Léa", "2022-12-03"});
  unit.say(
      event::LimitSet{unit.now, "R1", heart_rate, "/min", 40.0, std::nullopt, event::AlarmPriority::high, "a", ""});
  unit.say(alarms(unit.now, 1, {alarm("vf", event::AlarmPriority::high)}));
  unit.say(alarms(unit.now, 1, {alarm("vf", event::AlarmPriority::high, false)}));
  unit.place("R1", {"", "PETIT", "LEA", "2022-12-03"});
  EXPECT_EQ(unit.station.state().beds.at("R1").limits.size(), 1U) << "she is written again";
  EXPECT_FALSE(unit.station.state().open.at(1).former);
  unit.place("R1", {"", "PETIT", "Zoé", "2022-12-03"});
  EXPECT_TRUE(unit.station.state().beds.at("R1").limits.empty());
  EXPECT_TRUE(unit.station.state().open.at(1).former);
}

TEST(BedsidePeople, WhoIsTheSamePersonAndWhoIsNot) {
  const auto same = [](const event::PatientOffer& a, const event::PatientOffer& b) {
    EXPECT_EQ(is_same(a, b), is_same(b, a));
    return is_same(a, b);
  };
  EXPECT_TRUE(same(anne, {"ipp-1 ", "MARTIN", "", ""})) << "one number is one person, whatever the name";
  EXPECT_TRUE(same(anne, {"", "Durand", "ANNE", "1950-01-02"}));
  EXPECT_TRUE(same(anne, {"", "Durand", "", "1950-01-02"}));
  EXPECT_TRUE(same(anne, {"", "Durand", "Anne-Marie", "1950-01-02"}));
  EXPECT_TRUE(same({"", "PETIT", "Zoé", "2022-12-03"}, {"", "Petit", "ZOE", "2022-12-03"}));
  EXPECT_FALSE(same(anne, {"IPP-2", "DURAND", "Anne", "1950-01-02"})) << "two numbers are two persons";
  EXPECT_FALSE(same({"", "PETIT", "Léa", "2022-12-03"}, {"", "PETIT", "Zoé", "2022-12-03"})) << "twins";
  EXPECT_FALSE(same({"17", "PETIT", "", "2022-12-03"}, {"18", "PETIT", "", "2022-12-03"})) << "twins without names";
  EXPECT_TRUE(same({"", "PETIT", "", "2022-12-03"}, {"", "PETIT", "", "2022-12-03"})) << "nobody can tell them apart";
  EXPECT_FALSE(same(anne, {"", "DURAND", "Anne", ""}));
  EXPECT_FALSE(same({"", "", "", "1950-01-02"}, {"", "", "", "1950-01-02"}));
  EXPECT_FALSE(same({"(sealed)", "", "", ""}, {"(sealed)", "", "", ""})) << "of whom nothing is known";
  EXPECT_FALSE(same({}, {}));
}

TEST(BedsidePeople, NobodyIsBornAfterTomorrow) {
  Placed unit;
  EXPECT_TRUE(unit.place("R1", {"", "DURAND", "Anne", "2031-04-12"}).empty());
  EXPECT_TRUE(unit.place("R1", {"IPP-1", "DURAND", "Anne", "2022-12-05"}).empty());
  EXPECT_FALSE(unit.place("R1", {"IPP-1", "DURAND", "Anne", "2022-12-04"}).empty()) << "it is tomorrow further east";
}

}  // namespace
}  // namespace cordon::bedside
