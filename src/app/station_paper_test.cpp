// SPDX-License-Identifier: Apache-2.0
// The unit's list, from what devices say to the words on paper: what a screen would not let anybody believe, paper does
// not either.
#include "app/station_paper.h"

#include <gtest/gtest.h>

#include "app/station_past.h"
#include "bedside/testing.h"
#include "report/testing.h"

namespace cordon::app {
namespace {

using namespace std::chrono_literals;
using bedside::testing::heard;
using event::Validity;
using report::Language;

/// Ward is R1, whose monitor says one value of each validity, and R2, whose monitor is another one than was put there.
struct Ward : bedside::testing::Unit {
  Ward() {
    say(heard(now, 1, "m1"));
    assign("m1", "R1");
    say(event::NumericsHeard{
        now,
        1,
        std::nullopt,
        {of(147842, "HR", "/min", 71, Validity::valid), of(149530, "Pulse", "/min", 72, Validity::unconfirmed),
         of(150456, "SpO2", "%", 93, Validity::questionable), of(151562, "RR", "/min", 14, Validity::demo),
         of(150344, "Temp", "Cel", 45, Validity::invalid), of(151708, "CO2", "kPa", 46, Validity::missing),
         of(150364, "Tskin", "Cel", 47, Validity::calibrating), cuff(0, "NBPs", 118), cuff(1, "NBPd", 66),
         cuff(2, "NBPm", 83)}});
    say(heard(now, 2, "m2"));
    assign("m2", "R2");
    say(heard(now, 3, "m2", "10.0.0.66"));
    pass(4s);
    say(heard(now, 3, "m2", "10.0.0.66"));
    say(event::NumericsHeard{
        now,
        3,
        std::nullopt,
        {of(147842, "HR", "/min", 60, Validity::valid), of(151562, "RR", "/min", 61, Validity::demo),
         of(150456, "SpO2", "%", 62, Validity::invalid)}});
  }
  static event::Numeric of(std::uint32_t code, const char* label, const char* unit, double value, Validity validity) {
    return {{label, code, label, unit}, value, validity};
  }
  /// cuff is a part of a pressure that was measured ten minutes ago.
  event::Numeric cuff(std::uint32_t part, const char* label, double value) const {
    event::Numeric out =
        of(150021 + part, label, "mm[Hg]", value, part == 1 ? Validity::questionable : Validity::valid);
    out.measured_at = now - 10min;
    return out;
  }
  std::string paper(Language language) const {
    const report::UnitList empty{"CH du Val", "Réanimation A", {now, "desk", 0min, language}, {}};
    return report::testing::words(*report::unit_list_pdf(unit_list_of(station, empty)));
  }
};

void expect_all(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(StationPaper, AListMarksWhatTheScreenWouldMark) {
  const Ward ward;
  const std::string french = ward.paper(Language::french);
  expect_all(french, {"HR 71 /min 21:00:00", "Pulse 72 ? /min non sûr 21:00:00", "SpO2 93 ? % douteux",
                      "RR 14 /min DÉMO", "Temp – °C INVALIDE", "CO2 – kPa non mesuré", "Tskin – °C étalonnage"});
  const std::string english = ward.paper(Language::english);
  expect_all(english, {"HR 71 /min 21:00:00", "Pulse 72 ? /min unsure", "SpO2 93 ? % doubtful", "RR 14 /min DEMO",
                       "Temp – °C INVALID", "CO2 – kPa not measured", "Tskin – °C calibrating"});
  for (const char* never : {"45", "46", "47"}) EXPECT_EQ(french.find(std::string(" ") + never), std::string::npos);
}

TEST(StationPaper, ATraceThatStandsStillIsNamed) {
  Ward ward;
  for (const char* label : {"II", "Pleth"}) {
    ward.say(event::WaveHeard{ward.now, 1, std::nullopt, {label, 0, label, ""}, 250, 0, std::vector<float>(62, 1)});
  }
  for (int i = 0; i < 10; ++i) {
    ward.pass(1s);
    ward.say(heard(ward.now, 1, "m1"));
  }
  expect_all(ward.paper(Language::french), {"tracé figé : II", "tracé figé : Pleth"});
  expect_all(ward.paper(Language::english), {"a trace stands still: II", "a trace stands still: Pleth"});
}

/// line is one arterial line, as a gateway tells it that has two under the same codes.
std::vector<event::Numeric> line(const char* group, std::vector<double> values,
                                 std::vector<std::uint32_t> parts = {0, 1, 2}) {
  std::vector<event::Numeric> out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string label = std::string("ABP") + "sdm"[parts[i]];
    out.push_back({{std::to_string(parts[i]) + "@" + group, 150037 + parts[i], label, "mm[Hg]", group},
                   values[i],
                   Validity::valid});
  }
  return out;
}

std::string paper_of(std::vector<event::Numeric> one, const std::vector<event::Numeric>& two) {
  Ward ward;
  ward.say(heard(ward.now, 4, "m4"));
  ward.assign("m4", "R3");
  one.insert(one.end(), two.begin(), two.end());
  ward.say(event::NumericsHeard{ward.now, 4, std::nullopt, one});
  return ward.paper(Language::french);
}

TEST(StationPaper, TwoLinesAreTwoPressuresAndPartsOfTwoAreNone) {
  expect_all(paper_of(line("1.3.1", {120, 80, 93}), line("1.9.1", {100, 60, 73})),
             {"ABP (1.3.1) 120/80 (93) mmHg", "ABP (1.9.1) 100/60 (73) mmHg"});
  const std::string halves = paper_of(line("1.3.1", {120}, {0}), line("1.9.1", {60}, {1}));
  expect_all(halves, {"ABPs 120 mmHg", "ABPd 60 mmHg"});
  EXPECT_EQ(halves.find("120/60"), std::string::npos) << halves;
  const std::string systolics = paper_of(line("1.3.1", {120}, {0}), line("1.9.1", {100}, {0}));
  expect_all(systolics, {"ABPs (1.3.1) 120 mmHg", "ABPs (1.9.1) 100 mmHg"});
  const std::string mixed =
      paper_of(line("1", {120, 80}, {0, 1}), {{{"x", 150037, "ABPs", "mm[Hg]", "1"}, 100, Validity::valid}});
  EXPECT_EQ(mixed.find("/80"), std::string::npos) << mixed;
}

TEST(StationPaper, AListMarksADeviceInDoubtAndAllItsNumbers) {
  const Ward ward;
  ASSERT_TRUE(ward.station.in_doubt("m2"));
  expect_all(ward.paper(Language::french), {"Sm2 (à confirmer)", "HR 60 ? /min à confirmer 21:00:04",
                                            "RR 61 ? /min à confirmer, DÉMO", "SpO2 – % INVALIDE"});
  expect_all(ward.paper(Language::english),
             {"Sm2 (unconfirmed)", "HR 60 ? /min unconfirmed 21:00:04", "RR 61 ? /min unconfirmed, DEMO"});
}

TEST(StationPaper, ANegativeNumberHasATrueMinusSign) {
  Ward ward;
  ward.say(event::LimitSet{ward.now, "R1", 150344, "Cel", -2.5, {}, event::AlarmPriority::high, "desk", ""});
  ward.say(event::NumericsHeard{ward.now, 1, std::nullopt, {ward.of(150344, "Temp", "Cel", -3.5, Validity::valid)}});
  expect_all(ward.paper(Language::french), {"Temp −3,5 °C", "Temp < −2,5 °C", "!!! Temp < −2,5 °C"});
}

TEST(StationPaper, ALimitIsWrittenAsPeopleDoAlsoWhereNothingMeasuresIt) {
  Ward ward;
  const auto limit = [&](std::uint32_t code, const char* unit, double low) {
    ward.say(event::LimitSet{ward.now, "R1", code, unit, low, {}, event::AlarmPriority::high, "desk", ""});
  };
  limit(147842, "{beat}/min", 90);
  limit(150037, "mm[Hg]", 80);
  limit(151976, "cm[H2O]", 5);
  ward.say(event::NumericsHeard{ward.now, 1, std::nullopt, {ward.of(147842, "HR", "{beat}/min", 60, Validity::valid)}});
  const std::string paper = ward.paper(Language::french);
  expect_all(paper, {"!!! HR < 90 /min", "ABPs < 80 mmHg", "PEP < 5 cmH2O"});
  for (const char* never : {"{beat}", "mm[", "MDC"}) EXPECT_EQ(paper.find(never), std::string::npos) << paper;
}

TEST(StationPaper, WhatTwoDevicesOfABedMeasureIsNamedByThem) {
  Ward ward;
  for (const auto& [link, device, rate] :
       {std::tuple(std::uint64_t{5}, "m5", 80.0), std::tuple(std::uint64_t{6}, "m6", 150.0)}) {
    ward.say(heard(ward.now, link, device));
    ward.assign(device, "R4");
    ward.say(
        event::NumericsHeard{ward.now, link, std::nullopt, {ward.of(147842, "HR", "/min", rate, Validity::valid)}});
  }
  expect_all(ward.paper(Language::french), {"HR · Sm5 80 /min", "HR · Sm6 150 /min", "HR 71 /min"});
}

TEST(StationPaper, WhatAVentilatorMeasuresHasItsShortName) {
  Ward ward;
  ward.say(event::NumericsHeard{ward.now,
                                1,
                                std::nullopt,
                                {ward.of(151976, "PRESS_AWAY_END_EXP_POS", "cm[H2O]", 8, Validity::valid),
                                 ward.of(151868, "VTe", "mL", 480, Validity::valid)}});
  expect_all(ward.paper(Language::french), {"PEP 8 cmH2O", "VTe 480 mL"});
  expect_all(ward.paper(Language::english), {"PEEP 8 cmH2O"});
}

TEST(StationPaper, AStripOfThatTimeKnowsTheDeviceThatIsInDoubt) {
  Ward ward;
  ward.pass(1s);
  std::vector<bedside::Alarm> alarms;
  for (const auto& [number, alarm] : ward.station.state().open) alarms.push_back(alarm);
  const auto doubts = doubts_of(alarms);
  ASSERT_EQ(doubts.size(), 1U);
  EXPECT_EQ(doubts[0].device, "m2");
  EXPECT_LE(doubts[0].from, ward.now);
  EXPECT_GT(doubts[0].to, ward.now);
}

TEST(StationPaper, AlarmsOfDevicesAtNoBedAreCounted) {
  Ward ward;
  EXPECT_EQ(ward.paper(Language::french).find("hors lit"), std::string::npos);
  ward.say(heard(ward.now, 7, "m7"));
  ward.say(bedside::testing::alarms(ward.now, 7, {bedside::testing::alarm("vf", event::AlarmPriority::high)}));
  expect_all(ward.paper(Language::french), {"hors lit : 1 alarme"});
  ward.say(bedside::testing::alarms(ward.now, 7, {bedside::testing::alarm("rate", event::AlarmPriority::low)}));
  expect_all(ward.paper(Language::english), {"at no bed: 2 alarms"});
}

TEST(StationPaper, AValueStandsWithTheTimeAtWhichItWasMeasured) {
  expect_all(Ward().paper(Language::french), {"NBP 118/66 (83) ? mmHg douteux 20:50:00"});
}

}  // namespace
}  // namespace cordon::app
