// SPDX-License-Identifier: Apache-2.0
#include "app/station_past.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/station_journal.h"
#include "bedside/testing.h"
#include "event/bedside_json.h"

namespace cordon::app {
namespace {

using event::AlarmStep;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

using bedside::testing::night;

/// StationPast is a logbook in which each entry is written when its fact happens.
class StationPast : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (std::filesystem::temp_directory_path() / "cordon-past-XXXXXX").string();
    ASSERT_NE(::mkdtemp(form.data()), nullptr);
    folder = form;
    auto opened = logbook::Logbook::open(
        {.path = folder + "/book.db", .box = "station", .now = [this] { return now; }, .reserve_bytes = 0});
    ASSERT_TRUE(opened);
    book.emplace(std::move(*opened));
  }
  void TearDown() override {
    book.reset();
    std::filesystem::remove_all(folder);
  }

  void write(const event::BedsideEvent& event) {
    now = event::time_of(event);
    const logbook::Draft draft{std::string(event::type_of(event)), event::bedside_schema_version, now,
                               event::to_text(event)};
    ASSERT_TRUE(book->append({&draft, 1}));
  }
  void alarm(WallTime at, std::uint64_t number, AlarmStep step, const std::string& bed = "R1") {
    event::AlarmChanged out;
    out.at = at;
    out.alarm = number;
    out.step = step;
    out.device = "m" + bed;
    out.condition = "c" + std::to_string(number);
    out.bed = bed;
    out.text = out.condition;
    write(out);
  }
  /// noise writes many entries, of another bed, in one transaction.
  void noise(WallTime at, std::size_t count) {
    now = at;
    event::AlarmAcknowledged other;
    other.at = at;
    const std::vector<logbook::Draft> drafts(
        count, {std::string(event::type_of(event::BedsideEvent{other})), event::bedside_schema_version, at,
                event::to_text(event::BedsideEvent{other})});
    ASSERT_TRUE(book->append(drafts));
  }
  std::vector<std::uint64_t> numbers(const Span& span, const PastBounds& bounds = {}) {
    const auto reader = logbook::Reader::open(folder + "/book.db");
    auto found = past_alarms(*reader, span, bounds);
    EXPECT_TRUE(found);
    last = std::move(*found);
    std::vector<std::uint64_t> out;
    for (const bedside::Alarm& a : last.alarms) out.push_back(a.number);
    return out;
  }

  using List = std::vector<std::uint64_t>;
  std::string folder;
  std::optional<logbook::Logbook> book;
  WallTime now = night;
  PastAlarms last;
};

TEST_F(StationPast, AnOldHourIsFoundHoweverMuchWasWrittenSince) {
  alarm(night, 1, AlarmStep::raised);
  alarm(night + 30s, 1, AlarmStep::ended);
  alarm(night + 10min, 2, AlarmStep::raised);
  alarm(night + 11min, 3, AlarmStep::raised, "R2");
  alarm(night + 12min, 2, AlarmStep::ended);
  for (int i = 0; i < 6; ++i) noise(night + 3h + std::chrono::minutes(i), 4096);
  alarm(night + 5h, 4, AlarmStep::raised);
  EXPECT_EQ(numbers({"R1", night + 9min, night + 20min}), List{2});
  EXPECT_EQ(last.alarms[0].raised, night + 10min);
  EXPECT_EQ(last.alarms[0].ended, night + 12min);
  EXPECT_TRUE(last.whole);
  EXPECT_EQ(numbers({"R2", night + 9min, night + 20min}), List{3}) << "still there at the end of the book";
  EXPECT_EQ(numbers({"R1", night, night + 20min}), (List{1, 2}));
  EXPECT_EQ(numbers({"R1", night + 1min, night + 2min}), List{});
  EXPECT_EQ(numbers({"R1", night + 4h, night + 6h}), List{4});
}

TEST_F(StationPast, WhatBeganEarlierIsThereAndFurtherBackThanIsReadTheWordOfItsEndSaysSo) {
  alarm(night, 1, AlarmStep::raised);
  noise(night + 1min, 200);
  alarm(night + 2h, 1, AlarmStep::ended);
  EXPECT_EQ(numbers({"R1", night + 1h, night + 3h}), List{1});
  EXPECT_EQ(last.alarms[0].raised, night);
  EXPECT_EQ(numbers({"R1", night + 1h, night + 3h}, {.before = 50}), List{1});
  EXPECT_EQ(last.alarms[0].raised, night + 1min) << "no later than the first entry that was read";
}

TEST_F(StationPast, ASpanWithMoreThanTheBoundSaysThatItIsNotWhole) {
  alarm(night, 1, AlarmStep::raised);
  noise(night + 1min, 100);
  alarm(night + 2min, 2, AlarmStep::raised);
  EXPECT_EQ(numbers({"R1", night, night + 3min}, {.all = 102}), (List{1, 2}));
  EXPECT_TRUE(last.whole);
  EXPECT_EQ(numbers({"R1", night, night + 3min}, {.all = 101}), List{1});
  EXPECT_FALSE(last.whole);
}

TEST_F(StationPast, WhatAPersonEndedIsOver) {
  alarm(night, 1, AlarmStep::raised);
  write(event::AlarmOver{night + 1min, 1, "desk", ""});
  EXPECT_EQ(numbers({"R1", night, night + 10min}), List{1});
  EXPECT_EQ(last.alarms[0].ended, night + 1min);
  EXPECT_FALSE(last.alarms[0].present);
  EXPECT_EQ(numbers({"R1", night + 2min, night + 10min}), List{});
}

TEST_F(StationPast, AnAlarmFollowsItsDeviceToAnotherBed) {
  alarm(night, 1, AlarmStep::raised, "R1");
  write(event::DeviceAssigned{night + 1min, "mR1", "R2", "desk", ""});
  EXPECT_EQ(numbers({"R2", night + 2min, night + 3min}), List{1});
}

TEST_F(StationPast, WhatMovesWithItsDeviceIsThereAtBothBeds) {
  event::AlarmChanged there;
  there.at = night + 1min;
  there.alarm = 2;
  there.device = "m1";
  there.condition = "vf";
  there.bed = "R2";
  event::AlarmChanged before = there;
  before.alarm = 1;
  before.bed = "R1";
  before.at = night;
  write(before);
  write(there);
  before.at = there.at;
  before.step = AlarmStep::ended;
  write(before);
  write(event::DeviceAssigned{there.at, "m1", "R2", "desk", ""});
  EXPECT_EQ(numbers({"R1", night, night + 3min}), List{1});
  EXPECT_EQ(last.alarms.at(0).ended, there.at);
  EXPECT_EQ(numbers({"R2", night + 2min, night + 3min}), List{2});
  EXPECT_TRUE(last.alarms.at(0).present);
}

TEST_F(StationPast, WhatMovedLongAfterItBeganIsThereAtTheBedThatItLeft) {
  alarm(night, 1, AlarmStep::raised);
  noise(night + 1min, 200);
  event::AlarmChanged there;
  there.at = night + 2h;
  there.alarm = 2;
  there.device = "mR1";
  there.condition = "c1";
  there.bed = "R2";
  write(there);
  alarm(there.at, 1, AlarmStep::ended);
  EXPECT_EQ(numbers({"R1", night + 1h, night + 3h}, {.before = 50}), List{1});
  EXPECT_EQ(last.alarms.at(0).ended, there.at);
}

TEST_F(StationPast, WhenADeviceWasInDoubtIsKnownAlsoWhereItsAlarmsBecameOneLine) {
  const auto doubt = [&](WallTime at, std::uint64_t number, AlarmStep step) {
    event::AlarmChanged out;
    out.at = at;
    out.alarm = number;
    out.step = step;
    out.origin = event::AlarmOrigin::station;
    out.device = "mR1";
    out.condition = "doubted";
    out.bed = "R1";
    out.priority = event::AlarmPriority::medium;
    write(out);
  };
  alarm(night, 1, AlarmStep::raised);
  doubt(night + 10s, 2, AlarmStep::raised);
  doubt(night + 20s, 2, AlarmStep::ended);
  doubt(night + 60s, 3, AlarmStep::raised);
  numbers({"R1", night, night + 2min});
  const auto doubts = doubts_of(last.alarms);
  ASSERT_EQ(doubts.size(), 2U);
  EXPECT_EQ(doubts[0].device, "mR1");
  EXPECT_EQ(doubts[0].from, night + 10s - doubt_told_within);
  EXPECT_EQ(doubts[0].to, night + 20s);
  EXPECT_EQ(doubts[1].from, night + 60s - doubt_told_within);
  EXPECT_EQ(doubts[1].to, WallTime::max()) << "it still is";
}

TEST_F(StationPast, AnEmptyBookHasNoAlarm) {
  EXPECT_EQ(numbers({"R1", night, night + 1h}), List{});
}

TEST(Placements, AStripNamesWhoLayThereThen) {
  const event::PatientOffer anne{"1", "DURAND", "Anne", "1950-01-02"};
  const event::PatientOffer omar{"2", "RICHARD", "Omar", "1961-04-12"};
  Placements placements;
  placements.note({night, "R1", anne, "desk", ""});
  placements.note({night + 1h, "R1", omar, "desk", ""});
  placements.note({night + 2h, "R1", {}, "desk", ""});
  placements.note({night + 2h, "R2", anne, "desk", ""});
  const auto at = [&](WallTime from, WallTime to) { return placements.during({"R1", from, to}); };
  EXPECT_TRUE(at(night - 1min, night - 30s).patient.empty());
  EXPECT_EQ(at(night + 1min, night + 2min).patient, anne);
  EXPECT_EQ(at(night + 1h, night + 1h + 10s).patient, omar);
  EXPECT_TRUE(at(night + 1h - 5s, night + 1h + 5s).changed);
  EXPECT_TRUE(at(night + 1h - 5s, night + 1h + 5s).patient.empty());
  EXPECT_TRUE(at(night + 3h, night + 4h).patient.empty());
  EXPECT_FALSE(at(night + 3h, night + 4h).changed);
}

TEST(Placements, AStayEndsWhereAnotherPersonBeginsAndGoesOnWhereOneIsNamedMoreFully) {
  const event::PatientOffer anne{"", "DURAND", "Anne", "1950-01-02"};
  const event::PatientOffer whole{"1", "DURAND", "Anne", "1950-01-02"};
  const event::PatientOffer omar{"2", "RICHARD", "Omar", "1961-04-12"};
  const event::PatientOffer erased{"(erased)", "", "", ""};
  Placements placements;
  const std::vector<event::PatientOffer> all{anne, whole, omar, {}, {}, erased, erased};
  for (std::size_t i = 0; i < all.size(); ++i) {
    placements.note({night + std::chrono::hours(i), "R1", all[i], "desk", ""});
  }
  using Found = std::vector<std::pair<std::uint64_t, event::PatientOffer>>;
  const auto stays = [&](WallTime from, WallTime to) {
    Found out;
    for (const Placements::Stay& stay : placements.stays({"R1", from, to})) out.emplace_back(stay.number, stay.patient);
    return out;
  };
  EXPECT_EQ(stays(night - 2h, night - 1h), (Found{{0, {}}})) << "nobody was named yet";
  EXPECT_EQ(stays(night - 1h, night + 90min), (Found{{0, {}}, {1, whole}}));
  EXPECT_EQ(stays(night + 1min, night + 150min), (Found{{1, whole}, {3, omar}}));
  EXPECT_EQ(stays(night + 2h, night + 3h), (Found{{3, omar}})) << "the end is not included, the beginning is";
  EXPECT_EQ(stays(night + 3h, night + 7h), (Found{{4, {}}, {6, erased}, {7, erased}}))
      << "who stands behind two erased names nobody knows";
  EXPECT_EQ(placements.stays({"R1", night + 150min, night + 4h})[1].from, night + 3h);
  EXPECT_EQ(placements.stays({"R2", night, night + 1h}).size(), 1U);
}

TEST(Placements, OneOverTheBoundAndTheOldestGivesWay) {
  Placements placements;
  const auto someone = [](std::size_t i) { return event::PatientOffer{std::to_string(i), "A", "", ""}; };
  for (std::size_t i = 0; i <= placements_per_bed_max; ++i) {
    placements.note({night + std::chrono::minutes(i), "R1", someone(i), "desk", ""});
  }
  const auto before = placements.during({"R1", night, night + 30s});
  EXPECT_TRUE(before.patient.empty());
  EXPECT_FALSE(before.known) << "that is not nobody";
  EXPECT_FALSE(placements.stays({"R1", night, night + 30s})[0].known);
  const auto second = placements.stays({"R1", night + 1min, night + 1min + 30s});
  EXPECT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].number, 2U) << "numbers do not begin anew";
  EXPECT_TRUE(placements.during({"R1", night + 1min, night + 1min + 30s}).known);
  EXPECT_EQ(placements.during({"R1", night + 1min, night + 1min + 30s}).patient, someone(1));
}

}  // namespace
}  // namespace cordon::app
