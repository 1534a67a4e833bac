// SPDX-License-Identifier: Apache-2.0
#include "bedside/sentence.h"

#include <gtest/gtest.h>

#include "bedside/testing.h"

namespace cordon::bedside {
namespace {

using namespace testing;

TEST(BedsideSentence, SaysWhatHappenedInBothLanguagesAndNamesNoPatient) {
  const event::PatientPlaced placed{night, "R3", {"IPP-1", "DURAND", "Anne", "1950-01-02"}, "desk (AD)", ""};
  EXPECT_EQ(sentence_of(placed).fr, "R3 : patient installé, par desk (AD)");
  EXPECT_EQ(sentence_of(placed).en, "R3: patient placed, by desk (AD)");
  EXPECT_EQ(sentence_of(event::PatientPlaced{night, "R3", {}, "desk", "", {{}}}).fr,
            "R3 : lit libre, aucune limite gardée, par desk");
  EXPECT_EQ(sentence_of(event::PatientPlaced{night, "R3", placed.patient, "desk", "", {{147842, 150456}}}).en,
            "R3: patient placed, limits kept: 147842 150456, by desk");
  const event::LimitSet limit{night, "R3", 147842, "/min", 40.5, 130.0, event::AlarmPriority::high, "desk", ""};
  EXPECT_EQ(sentence_of(limit).fr, "R3 : limite du paramètre 147842 : > 40,5, < 130 /min (priorité haute), par desk");
  EXPECT_EQ(sentence_of(limit).en, "R3: limit of parameter 147842: > 40.5, < 130 /min (high priority), by desk");
  event::AlarmChanged silent;
  silent.alarm = 7;
  silent.origin = event::AlarmOrigin::station;
  silent.device = "m1";
  silent.condition = "silent";
  silent.bed = "R3";
  silent.priority = event::AlarmPriority::medium;
  EXPECT_EQ(sentence_of(silent).fr, "R3 : alarme 7 (priorité moyenne) : apparaît : ne dit plus rien — m1");
  EXPECT_EQ(sentence_of(silent).en, "R3: alarm 7 (medium priority): begins: says nothing any more — m1");
  EXPECT_EQ(sentence_of(event::AudioPaused{night, "", night, "desk", ""}).en,
            "the whole unit: the pause of the sound ends, by desk");
}

TEST(BedsideSentence, ANegativeNumberHasATrueMinusSign) {
  const event::LimitSet limit{night, "R3", 150364, "mmol/L", -2.5, 2.5, event::AlarmPriority::high, "desk", ""};
  EXPECT_EQ(sentence_of(limit).fr, "R3 : limite du paramètre 150364 : > −2,5, < 2,5 mmol/L (priorité haute), par desk");
  EXPECT_EQ(sentence_of(limit).en, "R3: limit of parameter 150364: > −2.5, < 2.5 mmol/L (high priority), by desk");
  Alarm alarm;
  alarm.origin = event::AlarmOrigin::limit;
  alarm.condition = "low:be";
  alarm.text = "BE <5 < -2.5 mmol/L";
  EXPECT_EQ(condition_of(alarm).fr, "BE <5 < −2,5 mmol/L");
  EXPECT_EQ(condition_of(alarm).en, "BE <5 < −2.5 mmol/L");
  for (const char* text : {"", "<", "BE <", "BE < ", "BE < -x"}) {
    alarm.text = text;
    EXPECT_EQ(condition_of(alarm).fr, text);
  }
  alarm.origin = event::AlarmOrigin::device;
  alarm.text = "BE < -2.5";
  EXPECT_EQ(condition_of(alarm).fr, "BE < -2.5") << "a device's words are its own";
}

TEST(BedsideSentence, ATraceThatStandsStillIsNamed) {
  Alarm alarm;
  alarm.origin = event::AlarmOrigin::station;
  alarm.condition = "frozen:ecg";
  alarm.text = "II";
  EXPECT_EQ(condition_of(alarm).fr, "tracé figé : II");
  EXPECT_EQ(condition_of(alarm).en, "a trace stands still: II");
  alarm.text = "";
  EXPECT_EQ(condition_of(alarm).fr, "tracé figé");
}

TEST(BedsideSentence, WhatIsTakenOffABedIsNamedWithWhoDidIt) {
  const event::NumberTakenOff taken{night, "m1", "n147842", "desk (AD)", "", "R1", "HR"};
  EXPECT_EQ(sentence_of(taken).fr, "R1 : HR retiré par desk (AD), l'appareil ne l'envoie plus — m1");
  EXPECT_EQ(sentence_of(taken).en, "R1: HR taken off by desk (AD), its device sends it no more — m1");
}

TEST(BedsideSentence, PaperNamesWhoHasIt) {
  EXPECT_EQ(sentence_of(event::PaperPrinted{{}, "strip", "R1", "desk (AD)"}).fr, "R1 : bande imprimée par desk (AD)");
  EXPECT_EQ(sentence_of(event::PaperPrinted{{}, "list", "", "desk"}).en, "the whole unit: list printed by desk");
}

}  // namespace
}  // namespace cordon::bedside
