// SPDX-License-Identifier: Apache-2.0
#include "recorder/overview.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "recorder/recorder.h"

namespace cordon::recorder {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Held = Column::Held;

constexpr WallTime dawn{std::chrono::seconds(1670101200)};  // 3 December 2022, 21:00 UTC
constexpr std::size_t trace_hz = 25;

/// Bed is one bed's record: second by second, written as it came.
struct Bed {
  std::string path;
  Bed() {
    std::string name = (fs::temp_directory_path() / "cordon-overview-XXXXXX").string();
    path = ::mkdtemp(name.data());
    recorder.emplace(*Recorder::open({path}));
  }
  ~Bed() { fs::remove_all(path); }

  void number(WallTime at, double value, event::Validity validity = event::Validity::valid) {
    recorder->note("R1", "m1",
                   event::NumericsHeard{at, 1, std::nullopt, {{{"hr", 147842, "HR", "/min"}, value, validity}}});
  }
  /// trace notes a second of a wave that climbs by one with each second.
  void trace(std::size_t second, std::size_t count = trace_hz, event::Validity validity = event::Validity::valid) {
    event::WaveHeard heard{dawn + std::chrono::seconds(second + 1),
                           1,
                           std::nullopt,
                           {"ii", 131330, "II", "mV"},
                           trace_hz,
                           second * trace_hz,
                           {}};
    for (std::size_t i = 0; i < count; ++i) {
      heard.samples.push_back(static_cast<float>(second) + static_cast<float>(i) / trace_hz);
    }
    heard.validity = validity;
    recorder->note("R1", "m1", heard);
  }
  Result<std::vector<Lane>> see(std::size_t columns, WallTime from, WallTime to) {
    recorder->commit(dawn);
    return overview(path, {"R1", from, to}, columns);
  }

  std::optional<Recorder> recorder;
};

TEST(Overview, EachColumnHasTheLowestAndTheHighestOfItsTimeAndNothingElse) {
  Bed bed;
  for (std::size_t second = 0; second < 600; ++second) {
    bed.trace(second);
    bed.number(dawn + std::chrono::seconds(second), second == 317 ? 31 : 80);  // one second long
  }
  const auto lanes = *bed.see(60, dawn, dawn + 10min);
  ASSERT_EQ(lanes.size(), 2U);
  const auto& [hr, ecg] = std::tie(lanes[0].columns, lanes[1].columns);
  ASSERT_EQ(hr.size(), 60U);
  for (std::size_t i = 0; i < 60; ++i) {
    EXPECT_EQ(hr[i].low, i == 31 ? 31 : 80) << "what is short is not lost";
    EXPECT_EQ(hr[i].high, 80);
    EXPECT_NEAR(ecg[i].low, static_cast<double>(i) * 10, 0.05);
    EXPECT_NEAR(ecg[i].high, static_cast<double>(i) * 10 + 9.96, 0.05);
    EXPECT_EQ(ecg[i].held, Held::whole) << i;
  }
}

TEST(Overview, WhatTheReviewHasOfATimeIsWhatAColumnHas) {
  Bed bed;
  for (std::size_t second = 0; second < 120; ++second) {
    if (second % 13 != 5) bed.trace(second, second % 7 == 0 ? 20 : trace_hz);
  }
  const auto lanes = *bed.see(31, dawn + 3s, dawn + 117s);
  const auto tracks = *review(bed.path, {"R1", dawn + 3s, dawn + 117s});
  std::vector<Column> wanted(31);
  for (const auto& piece : tracks.at(0).pieces) {
    for (std::size_t i = 0; i < piece.samples.size(); ++i) {
      const auto at = std::chrono::duration<double>(piece.at - (dawn + 3s)).count() +
                      static_cast<double>(i) / tracks[0].rate_of(piece);
      const double place = at / 114 * 31;
      if (place < 0 || place >= 31) continue;
      Column& column = wanted[static_cast<std::size_t>(place)];
      column.low = std::fmin(column.low, piece.samples[i]);
      column.high = std::fmax(column.high, piece.samples[i]);
    }
  }
  for (std::size_t i = 0; i < 31; ++i) {
    EXPECT_NEAR(lanes.at(0).columns[i].low, wanted[i].low, 0.05) << i;
    EXPECT_NEAR(lanes.at(0).columns[i].high, wanted[i].high, 0.05) << i;
  }
}

TEST(Overview, AGapIsEmptyAndAColumnThatLacksAPartSaysSo) {
  Bed bed;
  for (std::size_t second = 0; second < 100; ++second) {
    if (second >= 20 && second < 43) continue;
    bed.trace(second);
  }
  const auto lanes = *bed.see(10, dawn, dawn + 100s);
  std::string held;
  for (const Column& column : lanes.at(0).columns) held += word(column.held)[0];
  EXPECT_EQ(held, "wwnnpwwwww");
  EXPECT_TRUE(std::isnan(lanes[0].columns[2].low));
  EXPECT_EQ(lanes[0].columns[2].held, Held::nothing);
}

TEST(Overview, ASlowTraceHasNoGapsBetweenItsSamples) {
  Bed bed;
  for (std::size_t second = 0; second < 30; ++second) bed.trace(second);
  const auto lanes = *bed.see(1000, dawn, dawn + 20s);  // 25 Hz in columns of 20 ms
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(lanes.at(0).columns[i].held, Held::whole) << i;
}

TEST(Overview, ARateThatNothingHasHarmsNobody) {
  Bed bed;
  for (const double hertz : {0.001, 1e6}) {
    bed.recorder->note(
        "R1", "m1",
        event::WaveHeard{dawn + 1s, 1, std::nullopt, {std::to_string(hertz), 0, "x", ""}, hertz, 0, {1, 2, 3}});
  }
  EXPECT_TRUE(bed.see(100, dawn - 10s, dawn + 60s));
}

TEST(Overview, WhatIsNoNumberIsNoneAndWhatIsDoubtfulMarksItsColumn) {
  Bed bed;
  bed.number(dawn + 1s, 80);
  bed.number(dawn + 11s, 300, event::Validity::invalid);
  bed.number(dawn + 21s, std::nan(""), event::Validity::missing);
  bed.number(dawn + 31s, 80);
  bed.number(dawn + 32s, 20, event::Validity::calibrating);
  bed.number(dawn + 41s, 80);
  bed.number(dawn + 42s, 90, event::Validity::questionable);
  bed.number(dawn + 51s, 60, event::Validity::demo);
  bed.trace(0);
  bed.trace(1, trace_hz, event::Validity::demo);
  const auto lanes = *bed.see(6, dawn, dawn + 60s);
  const auto& hr = lanes.at(0).columns;
  EXPECT_EQ(hr[0].held, Held::whole);
  EXPECT_EQ(hr[1].held, Held::none);
  EXPECT_TRUE(std::isnan(hr[1].high)) << "an invalid number stands on no screen";
  EXPECT_EQ(hr[2].held, Held::none);
  EXPECT_EQ(hr[3].held, Held::part);
  EXPECT_EQ(hr[3].low, 80);
  EXPECT_EQ(hr[4].high, 90);
  EXPECT_EQ(hr[4].validity, event::Validity::questionable);
  EXPECT_EQ(hr[5].validity, event::Validity::demo);
  EXPECT_EQ(lanes.at(1).columns[0].validity, event::Validity::demo);
}

TEST(Overview, ItIsBoundedAndEndsWhenNobodyWaitsForIt) {
  Bed bed;
  for (std::size_t second = 0; second < 30; ++second) {
    bed.trace(second);
    bed.recorder->commit(dawn);  // a row each
  }
  EXPECT_TRUE(bed.see(columns_max, dawn, dawn + overview_span_max));
  EXPECT_EQ(bed.see(columns_max + 1, dawn, dawn + 1h).error().code, ErrorCode::limit);
  EXPECT_EQ(bed.see(0, dawn, dawn + 1h).error().code, ErrorCode::limit);
  EXPECT_EQ(bed.see(10, dawn, dawn + overview_span_max + 1s).error().code, ErrorCode::limit);
  std::size_t asked = 0;
  const Wanted wanted{"R1", dawn, dawn + 1h, true, [&] { return ++asked == 3; }};
  EXPECT_EQ(overview(bed.path, wanted, 10).error().code, ErrorCode::timeout);
  EXPECT_EQ(asked, 3U) << "not read to the end";
}

TEST(Overview, WhatHeightIsUsualIsThatOfTheTimeBefore) {
  Bed bed;
  for (std::size_t second = 0; second < 60; ++second) bed.trace(second);
  bed.recorder->commit(dawn + 60s);
  const auto before = [&](const char* of, WallTime at) { return usual_heights(bed.path, {of, at, at + 30s}); };
  const Heights usual = before("R1", dawn + 60s);
  ASSERT_TRUE(usual.contains({"m1", "ii"}));
  EXPECT_NEAR(usual.at({"m1", "ii"}), 3, 0.2) << "in three seconds";
  EXPECT_EQ(before("R1", dawn - 1s), Heights{});
  EXPECT_EQ(before("R2", dawn + 60s), Heights{});
}

TEST(Overview, CsvHasALineForEachColumnThatIsNotEmpty) {
  Bed bed;
  bed.number(dawn + 1s, 80.5);
  bed.number(dawn + 2s, 70);
  bed.number(dawn + 21s, std::nan(""), event::Validity::missing);
  const auto lanes = *bed.see(3, dawn, dawn + 30s);
  EXPECT_EQ(
      to_csv(lanes, {"R1", dawn, dawn + 30s},
             {"R1", dawn + 1h, {{{}, "1", "DURAND"}, {dawn + 10s, "2", ""}, {dawn + 25s, "3", "(hidden)"}}}),
      "from,to,device,channel,code,label,unit,lowest,highest,held,validity,bed,exported,zone,stay,patient\n"
      "2022-12-03T21:00:00.000000Z,2022-12-03T21:00:10.000000Z,\"m1\",\"hr\",147842,\"HR\",\"/min\",70,80.5,whole,"
      "valid,\"R1\",2022-12-03T22:00:00.000000Z,UTC,1,\"DURAND\"\n"
      "2022-12-03T21:00:20.000000Z,2022-12-03T21:00:30.000000Z,\"m1\",\"hr\",147842,\"HR\",\"/min\",,,none,"
      "missing,\"R1\",2022-12-03T22:00:00.000000Z,UTC,2 + 3,\" + (hidden)\"\n");
}

}  // namespace
}  // namespace cordon::recorder
