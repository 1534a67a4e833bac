// SPDX-License-Identifier: Apache-2.0
// The list is read back by poppler.
#include "report/unit_list.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "report/testing.h"

namespace cordon::report {
namespace {

using namespace std::chrono_literals;
using testing::printed;
using testing::words;

constexpr WallTime evening{std::chrono::seconds(1670101200)};  // 3 December 2022, 21:00 UTC

UnitList::Bed bed(std::size_t i) {
  UnitList::Bed out;
  out.bed = fmt::format("R{}", i);
  out.patient = {fmt::format("IPP-{:04}", i), fmt::format("NOM{}", i), "Anne", "1950-01-02"};
  out.devices = {{fmt::format("Dräger M540 DE{}", i), "", true}};
  out.values = {{"HR", "72", "/min", evening - 1s},
                {"ABP", "122/68 (86)", "mmHg", evening - 2s},
                {"SpO2", "97 ?", "%", evening - 1s},
                {"NBP", "118/66 (83)", "mmHg", evening - 640s}};
  return out;
}

UnitList unit(std::size_t beds) {
  UnitList out{"CH du Val", "Réanimation A", {evening, "desk (AD)", 60min, Language::french}, {}};
  for (std::size_t i = 1; i <= beds; ++i) out.beds.push_back(bed(i));
  return out;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(UnitList, SaysEveryBedWithBothIdentifiersValuesAlarmsLimitsAndWhen) {
  UnitList list = unit(2);
  list.beds[0].alarms = {{event::AlarmPriority::high, "*** TACHY 148 > 140", evening - 14s, true, ""},
                         {event::AlarmPriority::medium, "** SpO2 88", evening - 60s, false, "desk (BC)"}};
  list.beds[0].limits = {"HR < 50 ou > 120 /min"};
  list.beds[1].devices[0] = {"Philips MX800 F7", "R9", false};
  list.beds.push_back({.bed = "R3", .patient = {}, .devices = {}, .values = {}, .alarms = {}, .limits = {}});
  const std::string french = words(*unit_list_pdf(list));
  for (const char* part : {"Liste de l'unité Réanimation A",
                           "CH du Val",
                           "03/12/2022 22:00:00 (UTC+01:00)",
                           "par desk (AD)",
                           "3 lits, 2 patients inscrits, 2 alarmes",
                           "NOM1 Anne",
                           "02/01/1950 · IPP-0001",
                           "HR 72 /min 21:59:59",
                           "ABP 122/68 (86) mmHg",
                           "SpO2 97 ? %",
                           "21:49:20",
                           "!!! *** TACHY 148 > 140",
                           "21:59:46",
                           "finie, à acquitter",
                           "acquittée par desk (BC)",
                           "HR < 50 ou > 120 /min",
                           "Philips MX800 F7 ≠ R9 (muet)",
                           "libre",
                           "CE",
                           "1/1"}) {
    EXPECT_TRUE(has(french, part)) << part << "\n" << french;
  }
  list.made.language = Language::english;
  const std::string english = words(*unit_list_pdf(list));
  for (const char* part : {"List of the unit", "2022-12-03 22:00:00", "by desk (AD)", "1950-01-02 · IPP-0001",
                           "over, to be", "free", "silent"}) {
    EXPECT_TRUE(has(english, part)) << part << "\n" << english;
  }
}

TEST(UnitList, OneIsNotMany) {
  UnitList list = unit(1);
  const std::string french = words(*unit_list_pdf(list));
  EXPECT_TRUE(has(french, "1 lit, 1 patient inscrit, 0 alarme")) << french;
  EXPECT_FALSE(has(french, "0 alarmes"));
  list.made.language = Language::english;
  EXPECT_TRUE(has(words(*unit_list_pdf(list)), "1 bed, 1 patient recorded, 0 alarms"));
}

TEST(UnitList, ThirtyTwoBedsStandOnSheetsOfWhichNoneTearsABed) {
  UnitList list = unit(32);
  for (std::size_t i = 0; i < 32; i += 3) {
    list.beds[i].alarms.assign(6, {event::AlarmPriority::low,
                                   "* une alarme dont le texte est assez long pour deux lignes", evening, true, ""});
  }
  const std::string pdf = *unit_list_pdf(list);
  const int sheets = std::atoi(printed(pdf, "pdfinfo {} | sed -n 's/^Pages: *//p'").c_str());
  ASSERT_GT(sheets, 2);
  std::set<std::string> seen;
  for (int sheet = 1; sheet <= sheets; ++sheet) {
    const std::string text = printed(pdf, fmt::format("pdftotext -layout -f {0} -l {0} {{}} -", sheet));
    EXPECT_TRUE(has(text, fmt::format("{}/{}", sheet, sheets))) << sheet;
    EXPECT_TRUE(has(text, "Patient, appareils")) << "each sheet has the heads of its columns";
    EXPECT_TRUE(has(text, "Pas de marquage CE"));
    for (std::size_t i = 1; i <= 32; ++i) {
      const bool name = has(text, fmt::format("NOM{} Anne", i));
      EXPECT_EQ(name, has(text, fmt::format("IPP-{:04}", i))) << i << " on sheet " << sheet;
      EXPECT_EQ(name,
                has(text, fmt::format("Dräger M540 DE{}\n", i)) || has(text, fmt::format("Dräger M540 DE{} ", i)));
      EXPECT_TRUE(!name || seen.insert(std::to_string(i)).second) << i << " stands twice";
    }
  }
  EXPECT_EQ(seen.size(), 32U);
}

TEST(UnitList, LongNamesGoOnAndNamesInOtherLettersAreThere) {
  UnitList list = unit(5);
  list.beds[0].patient = {"IPP-1", "DE LA ROCHEFOUCAULD-MONTBEL D'AUBIGNY", "Marie-Christine Élisabeth Joséphine",
                          "1950-01-02"};
  list.beds[1].patient = {"IPP-2", "ЩЕРБАКОВА", "Ольга", "1950-01-02"};
  list.beds[2].patient = {"IPP-3", "ΠΑΠΑΔΟΠΟΥΛΟΥ", "Ελένη", "1950-01-02"};
  list.beds[3].patient = {"IPP-4", "王", "小明", "1950-01-02"};
  list.beds[4].patient = {"IPP-5", "כהן", "שרה", "1950-01-02"};
  const std::string text = words(*unit_list_pdf(list));
  EXPECT_TRUE(has(text, "ROCHEFOUCAULD-MONTBEL")) << text;
  EXPECT_TRUE(has(text, "Joséphine"));
  EXPECT_TRUE(has(text, "ЩЕРБАКОВА Ольга"));
  EXPECT_TRUE(has(text, "ΠΑΠΑΔΟΠΟΥΛΟΥ Ελένη"));
  EXPECT_TRUE(has(text, "[U+738B]")) << "a letter that the font does not have is told by its number:\n" << text;
  EXPECT_TRUE(has(text, "IPP-4")) << "and the other identifier is there";
  EXPECT_TRUE(has(text, "IPP-5"));
}

TEST(UnitList, WhatIsBeyondIsCountedAndNoRowIsHigherThanASheet) {
  UnitList list = unit(1);
  list.beds[0].values.assign(list_values_max + 1, {"HR", "72", "/min", evening});
  list.beds[0].alarms.assign(list_alarms_max + 3,
                             {event::AlarmPriority::low, std::string(900, 'x'), evening, true, ""});
  list.beds[0].patient.family = std::string(5000, 'N');
  const std::string pdf = *unit_list_pdf(list);
  const std::string text = words(pdf);
  EXPECT_TRUE(has(text, "1 de plus")) << text;
  EXPECT_TRUE(has(text, "…"));
  EXPECT_EQ(std::atoi(printed(pdf, "pdfinfo {} | sed -n 's/^Pages: *//p'").c_str()), 1);
}

TEST(UnitList, AUnitWithoutBedsIsASheet) {
  EXPECT_TRUE(has(words(*unit_list_pdf(unit(0))), "0 lit, 0 patient inscrit"));
}

}  // namespace
}  // namespace cordon::report
