// SPDX-License-Identifier: Apache-2.0
#include "recorder/recorder.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "recorder/review.h"

namespace cordon::recorder {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr WallTime night{std::chrono::seconds(1670101200)};  // 3 December 2022, 21:00 UTC

struct Folder {
  std::string path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "cordon-recorder-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
};

event::NumericsHeard numeric(WallTime at, double value, event::Validity validity = event::Validity::valid) {
  return {at, 1, std::nullopt, {{{"hr", 147842, "HR", "/min"}, value, validity}}};
}
event::WaveHeard wave(WallTime at, std::uint64_t first, std::size_t count) {
  event::WaveHeard out{at, 1, std::nullopt, {"ii", 131330, "II", "mV"}, 250, first, {}};
  for (std::size_t i = 0; i < count; ++i) out.samples.push_back(static_cast<float>(first + i) * 0.001F);
  return out;
}

TEST(Recorder, WhatWasNotedIsReadBackSampleBySample) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  for (std::uint64_t second = 1; second <= 10; ++second) {
    const WallTime at = night + std::chrono::seconds(second);
    recorder.note("R1", "m1", numeric(at, 70.25 + static_cast<double>(second)));
    recorder.note("R1", "m1", wave(at, (second - 1) * 250, 125));
    recorder.note("R1", "m1", wave(at, (second - 1) * 250 + 125, 125));
    recorder.note("R2", "m2", numeric(at, 1));
    recorder.commit(at);
  }
  EXPECT_EQ(recorder.health().trouble, "");
  const auto tracks = review(folder.path, {"R1", night, night + 1h});
  ASSERT_TRUE(tracks);
  ASSERT_EQ(tracks->size(), 2U);
  const Track& hr = (*tracks)[0];
  ASSERT_EQ(hr.values.size(), 10U);
  EXPECT_EQ(hr.values[3].value, 74.25);
  EXPECT_EQ(hr.values[3].at, night + 4s);
  const Track& ecg = (*tracks)[1];
  ASSERT_EQ(ecg.pieces.size(), 1U) << "pieces that go on are one";
  ASSERT_EQ(ecg.pieces[0].samples.size(), 2500U);
  EXPECT_EQ(ecg.pieces[0].at, night + 1s - 500ms);
  for (std::size_t i = 0; i < 2500; ++i) ASSERT_EQ(ecg.pieces[0].samples[i], static_cast<float>(i) * 0.001F);
}

TEST(Recorder, WhatCameBeforeAnHoursBorderAndWasWrittenAfterItIsThere) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  const WallTime border = night + 1h;
  recorder.note("R1", "m1", numeric(border - 2s, 70));
  recorder.note("R1", "m1", wave(border - 2s, 0, 250));
  recorder.commit(border - 1s);
  recorder.note("R1", "m1", numeric(border - 500ms, 71));
  recorder.note("R1", "m1", wave(border - 500ms, 375, 250));
  recorder.commit(border + 90s);  // the disk stood still
  const auto tracks = review(folder.path, {"R1", border - 10s, border});
  ASSERT_TRUE(tracks);
  ASSERT_EQ(tracks->size(), 2U);
  EXPECT_EQ((*tracks)[0].values.size(), 2U);
  std::size_t samples = 0;
  for (const auto& piece : (*tracks)[1].pieces) samples += piece.samples.size();
  EXPECT_EQ(samples, 500U);
}

TEST(Recorder, WhatIsNoValueIsKeptAsNone) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  recorder.note("R1", "m1", numeric(night, std::nan(""), event::Validity::missing));
  recorder.note("R1", "m1", numeric(night + 1s, 0, event::Validity::invalid));
  recorder.note("R1", "m1", numeric(night + 2s, 80, event::Validity::unconfirmed));
  auto gap = wave(night + 1s, 0, 4);
  gap.samples[2] = std::nanf("");
  recorder.note("R1", "m1", gap);
  recorder.commit(night + 1s);
  const auto tracks = *review(folder.path, {"R1", night - 1s, night + 1h});
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_TRUE(std::isnan(tracks[0].values[0].value));
  EXPECT_EQ(tracks[0].values[1].value, 0);
  EXPECT_EQ(tracks[0].values[1].validity, event::Validity::invalid);
  EXPECT_EQ(tracks[0].values[2].validity, event::Validity::unconfirmed);
  EXPECT_TRUE(std::isnan(tracks[1].pieces[0].samples[2]));
  EXPECT_EQ(tracks[1].pieces[0].samples[3], 0.003F);
}

TEST(Recorder, WhatIsNotRealIsKeptAsWhatItIs) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  auto trace = wave(night + 1s, 0, 250);
  recorder.note("R1", "m1", trace);
  trace = wave(night + 2s, 250, 250);
  trace.validity = event::Validity::demo;
  recorder.note("R1", "m1", trace);
  auto old = numeric(night + 2s, 70);
  old.numerics[0].measured_at = night - 600s;
  recorder.note("R1", "m1", old);
  recorder.commit(night + 2s);
  const auto tracks = *review(folder.path, {"R1", night - 1h, night + 1h});
  EXPECT_EQ(tracks[0].values[0].measured, night - 600s);
  ASSERT_EQ(tracks[1].pieces.size(), 2U) << "what goes on as a demonstration is another piece";
  EXPECT_EQ(tracks[1].pieces[0].validity, event::Validity::valid);
  EXPECT_EQ(tracks[1].pieces[1].validity, event::Validity::demo);
  EXPECT_NE(to_csv(tracks, {"R1", night}).find(",demo,,\"R1\","), std::string::npos);
}

TEST(Recorder, AnHourOfTheFirstVersionIsReadAndWrittenOn) {
  const Folder folder;
  {
    const auto db =
        *sqlite::open(hour_path(folder.path, night), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 1 << 20, "t");
    ASSERT_TRUE(sqlite::execute(
        db.get(),
        "CREATE TABLE channel (id INTEGER PRIMARY KEY, bed TEXT NOT NULL, device TEXT NOT NULL, handle TEXT NOT NULL, "
        "code INTEGER NOT NULL, label TEXT NOT NULL, unit TEXT NOT NULL, rate REAL NOT NULL, UNIQUE (bed, device, "
        "handle, code, label, unit, rate)) STRICT;"
        "CREATE TABLE numeric (channel INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, validity INTEGER NOT NULL) "
        "STRICT;"
        "CREATE TABLE wave (channel INTEGER NOT NULL, at INTEGER NOT NULL, first INTEGER NOT NULL, rate REAL NOT NULL, "
        "samples BLOB NOT NULL) STRICT;"
        "INSERT INTO channel VALUES (1, 'R1', 'm1', 'hr', 147842, 'HR', '/min', 0), (2, 'R1', 'm1', 'ii', 131330, "
        "'II', 'mV', 250);"
        "INSERT INTO numeric VALUES (1, 1670101200000000, 70, 0);"
        "INSERT INTO wave VALUES (2, 1670101200000000, 0, 250, x'0000803F00000040');",
        "t"));
  }
  const auto first = *review(folder.path, {"R1", night - 1h, night + 1h});
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].values[0].value, 70);
  EXPECT_FALSE(first[0].values[0].measured);
  EXPECT_EQ(first[1].pieces[0].samples, (std::vector<float>{1, 2}));
  EXPECT_EQ(first[1].pieces[0].validity, event::Validity::valid);
  Recorder recorder = *Recorder::open({folder.path});
  auto said = numeric(night + 1s, 71);
  said.numerics[0].measured_at = night;
  recorder.note("R1", "m1", said);
  recorder.commit(night + 1s);
  EXPECT_EQ(recorder.health().trouble, "");
  const auto both = *review(folder.path, {"R1", night - 1h, night + 1h});
  ASSERT_EQ(both[0].values.size(), 2U);
  EXPECT_EQ(both[0].values[1].measured, night);
}

TEST(Recorder, AGapInTheCountIsAGapInTheRecord) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  recorder.note("R1", "m1", wave(night, 0, 250));
  recorder.note("R1", "m1", wave(night + 2s, 500, 250));
  recorder.commit(night + 2s);
  const auto tracks = *review(folder.path, {"R1", night - 1h, night + 1h});
  ASSERT_EQ(tracks[0].pieces.size(), 2U);
  EXPECT_EQ(tracks[0].pieces[1].first, 500U);
}

/// Sender is a device that says 250 samples a second and sends 250 once in `every`, `late` or not.
struct Sender {
  Micros every = 1s;
  std::uint64_t rows_a_commit = 1;
  std::uint64_t row = 0;
  void say(Recorder& recorder, Micros late = {}, event::Validity validity = event::Validity::valid) {
    const WallTime at = night + every * static_cast<std::int64_t>(row + 1) + late;
    auto heard = wave(at, row++ * 250, 250);
    heard.validity = validity;
    recorder.note("R1", "m1", heard);
    if (row % rows_a_commit == 0) recorder.commit(at);
  }
};

std::vector<Track::Piece> pieces(const Folder& folder, WallTime from, WallTime to) {
  return review(folder.path, {"R1", from, to})->at(0).pieces;
}

double end_of(const Track::Piece& piece) {
  const double seconds = static_cast<double>(piece.samples.size()) / 250 * piece.spread;
  return std::chrono::duration<double>(piece.at - night).count() + seconds;
}

TEST(Recorder, ATraceEndsWhenItCameHoweverFarItsRateIsOff) {
  for (const Micros every : {880ms, 1120ms}) {  // 284 and 223 samples a second
    const Folder folder;
    Recorder recorder = *Recorder::open({folder.path});
    Sender sender{every};
    for (int i = 0; i < 120; ++i) sender.say(recorder, Micros{(i * 7919) % 60'000});  // up to 60 ms late
    const WallTime now = night + 120 * every;
    const auto last = pieces(folder, now - 10s, now);
    ASSERT_EQ(last.size(), 1U) << "and nothing is torn for it";
    const double seconds = std::chrono::duration<double>(every).count();
    EXPECT_NEAR(end_of(last[0]), 120 * seconds, 0.2) << "a row is taken to begin a second before it came";
    EXPECT_NEAR(last[0].spread, seconds, 0.002) << "intervals are as long as they were";
  }
}

TEST(Recorder, AClockOf100PpmStandsRightAfterHours) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  Sender sender{Micros{999'900}, 10};
  const int seconds = 2 * 3600;
  for (int i = 0; i < seconds; ++i) sender.say(recorder, Micros{(i * 7919) % 60'000});
  const auto all = pieces(folder, night - 1s, night + 3h);
  EXPECT_NEAR(end_of(all.back()), seconds * 0.9999, 0.15);
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_NEAR(all[i].spread, 0.9999, 0.0005);
    if (i == 0) continue;
    ASSERT_EQ(all[i].first, all[i - 1].first + all[i - 1].samples.size());
    ASSERT_NEAR(end_of(all[i - 1]), std::chrono::duration<double>(all[i].at - night).count(), 0.000'01) << "no hole";
  }
}

TEST(Recorder, WhatTheNetworkHeldUpTearsNothing) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  Sender sender;
  for (int i = 0; i < 180; ++i) {
    Micros late{(i * 7919) % 90'000};
    if (i >= 60 && i < 66) late = 6s - std::chrono::seconds(i - 60);  // six rows come at once
    if (i == 120) late = 900ms;
    sender.say(recorder, late);
  }
  const auto all = pieces(folder, night - 1s, night + 1h);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].samples.size(), 180U * 250U);
  EXPECT_EQ(all[0].spread, 1) << "a rate that holds is left as the device says it";
  EXPECT_NEAR(end_of(all[0]), 180, 0.02) << "messages are late and never early";
}

TEST(Recorder, AGapThatTheDeviceDidNotCountIsAGap) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  Sender sender;
  for (int i = 0; i < 60; ++i) sender.say(recorder, i < 30 ? 0s : 20s);
  const auto all = pieces(folder, night - 1s, night + 1h);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NEAR(end_of(all[0]), 30, 0.001);
  EXPECT_EQ(all[1].at, night + 50s);
}

TEST(Recorder, WhatIsMissingLeavesTheRestWhereItIs) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  Sender sender{880ms};
  for (int i = 0; i < 120; ++i) {
    if (i == 118) ++sender.row;  // lost, and counted
    sender.say(recorder);
  }
  const auto all = pieces(folder, night - 1s, night + 1h);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].spread, all[1].spread);
  EXPECT_NEAR(end_of(all[1]), 121 * 0.88, 0.15);
  EXPECT_NEAR(std::chrono::duration<double>(all[1].at - night).count() - end_of(all[0]), 0.88, 0.001);
}

TEST(Recorder, WithinOneSecondOfWritingAGapIsAGapToo) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  for (int i = 0; i < 4; ++i)
    recorder.note("R1", "m1", wave(night + (i < 2 ? 0s : 20s) + 1s * i, 250 * static_cast<std::uint64_t>(i), 250));
  recorder.commit(night + 30s);
  const auto all = pieces(folder, night - 1min, night + 1h);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].at, night + 21s);
}

TEST(Recorder, WhatIsInDoubtStandsOnTheSameTimeAsTheRest) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  Sender sender{880ms};
  for (int i = 0; i < 120; ++i)
    sender.say(recorder, {}, i < 119 ? event::Validity::valid : event::Validity::questionable);
  const auto all = pieces(folder, night - 1s, night + 1h);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NEAR(end_of(all[0]), std::chrono::duration<double>(all[1].at - night).count(), 0.001);
  EXPECT_EQ(all[0].spread, all[1].spread);
}

TEST(Recorder, ADeviceThatInventsChannelsTakesNoRoomOfAnother) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  for (std::size_t second = 0; second < 40; ++second) {
    const WallTime at = night + std::chrono::seconds(second);
    event::NumericsHeard invented = numeric(at, 1);
    for (std::size_t i = 0; i < 512; ++i) {
      invented.numerics[0].channel.handle = std::to_string(second * 512 + i);
      recorder.note("R1", "liar", invented);
    }
    recorder.note("R2", "m2", numeric(at, 70));
    if (second == 39) recorder.note("R3", "m3", numeric(at, 80));
    recorder.commit(at);
  }
  EXPECT_EQ(review(folder.path, {"R1", night, night + 1h})->size(), channels_per_device_max);
  EXPECT_EQ(review(folder.path, {"R2", night, night + 1h})->at(0).values.size(), 40U);
  ASSERT_EQ(review(folder.path, {"R3", night, night + 1h})->size(), 1U) << "a channel that came last has room as well";
  EXPECT_EQ(recorder.take_unkept(), std::set<std::string>{"liar"});
  EXPECT_TRUE(recorder.take_unkept().empty());
}

TEST(Recorder, WhatWaitsOfOneDeviceIsBoundedAndTold) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path});
  for (std::uint64_t i = 0; i < 64; ++i) recorder.note("R1", "loud", wave(night, i * 125'000, 125'000));
  recorder.note("R2", "m2", wave(night, 0, 250));
  recorder.commit(night + 1s);
  std::size_t bytes = 0;
  const auto loud = review(folder.path, {"R1", night - 1h, night + 1h});
  for (const auto& piece : loud->at(0).pieces) bytes += piece.samples.size() * sizeof(float);
  EXPECT_GT(bytes, device_pending_bytes_max / 2);
  EXPECT_LE(bytes, device_pending_bytes_max);
  EXPECT_EQ(review(folder.path, {"R2", night - 1h, night + 1h})->size(), 1U);
  EXPECT_EQ(recorder.take_unkept(), std::set<std::string>{"loud"});
}

TEST(Recorder, TheOldestHourGoesFirstByDaysAndByBytes) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path, 5h, 1ULL << 40U});
  for (int hour = 0; hour < 10; ++hour) {
    const WallTime at = night + std::chrono::hours(hour);
    recorder.note("R1", "m1", numeric(at, hour));
    recorder.commit(at);
  }
  const auto hours = hours_in(folder.path);
  EXPECT_EQ(hours.size(), 7U) << "five whole hours, the one they reach into, and this one";
  EXPECT_EQ(hour_of(hours.back()), night + 9h);
  Recorder small = *Recorder::open({folder.path, 100h, 1});
  small.note("R1", "m1", numeric(night + 9h + 1s, 1));
  small.commit(night + 9h + 1s);
  EXPECT_EQ(hours_in(folder.path).size(), 1U) << "the hour being written stays, whatever its size";
}

constexpr WallTime flat_battery{std::chrono::sys_days(std::chrono::January / 1 / 2000)};

/// exercise records so many hours from `night` on, each with a trace of 100 kB.
void exercise(const std::string& folder, int hours) {
  Recorder recorder = *Recorder::open({.folder = folder, .free_bytes_min = 0});
  for (int hour = 0; hour < hours; ++hour) {
    const WallTime at = night + std::chrono::hours(hour);
    recorder.note("R1", "m1", wave(at, 0, 25'000));
    recorder.commit(at);
  }
}

/// minutes_of records one value a minute, and gives how many of them are there afterwards.
std::size_t minutes_of(const std::string& folder, Recorder& recorder, WallTime from, int minutes) {
  for (int minute = 0; minute < minutes; ++minute) {
    const WallTime at = from + std::chrono::minutes(minute);
    recorder.note("R1", "m1", numeric(at, minute));
    recorder.note("R1", "m1", wave(at, static_cast<std::uint64_t>(minute) * 5000, 5000));
    recorder.commit(at);
  }
  const auto tracks = review(folder, {"R1", from, from + 1h});
  return tracks && !tracks->empty() ? tracks->at(0).values.size() : 0;
}

TEST(Recorder, AClockBehindTheOldHoursNeverCostsTheOneBeingWritten) {
  const Folder folder;
  exercise(folder.path, 3);
  Recorder roomy = *Recorder::open({folder.path, 72h, 1ULL << 40U});
  EXPECT_EQ(minutes_of(folder.path, roomy, flat_battery, 5), 5U);
  EXPECT_EQ(hours_in(folder.path).size(), 4U) << "while there is room, no hour goes for a clock that may be wrong";
  Recorder tight = *Recorder::open({folder.path, 72h, 1});
  EXPECT_EQ(minutes_of(folder.path, tight, flat_battery + 1h, 5), 5U);
  EXPECT_EQ(hours_in(folder.path), std::vector{hour_path(folder.path, flat_battery + 1h)});
  EXPECT_EQ(tight.health().oldest, flat_battery + 1h);
}

TEST(Recorder, WhereRoomIsNeededHoursOfTheFutureGoBeforeTheOldest) {
  const Folder folder;
  exercise(folder.path, 4);
  const WallTime now = night + 2h + 30min;  // the hour of the fourth is of the future
  std::uint64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(folder.path)) bytes += file.file_size();
  Recorder recorder = *Recorder::open({folder.path, 72h, bytes - 1});
  recorder.note("R1", "m1", numeric(now, 1));
  recorder.commit(now);
  EXPECT_EQ(hours_in(folder.path), (std::vector{hour_path(folder.path, night), hour_path(folder.path, night + 1h),
                                                hour_path(folder.path, now)}));
}

/// on_a_disk_of runs `body` in a process of its own, which sees a file system of that size at `folder`; true when it
/// gave true, nothing where nobody may mount one.
std::optional<bool> on_a_disk_of(const char* size, const std::string& folder,
                                 const std::function<std::optional<bool>()>& body) {
  constexpr int may_not = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 && ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("tmpfs", folder.c_str(), "tmpfs", 0, size) == 0;
    const std::optional<bool> gave = mounted ? body() : std::nullopt;
    ::_exit(!gave ? may_not : *gave ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == may_not) return std::nullopt;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Recorder, AFullDiskCostsHoursOfTheFutureAndNeverTheOneBeingWritten) {
  const Folder folder;
  const auto kept = on_a_disk_of("size=512k", folder.path, [&] {
    exercise(folder.path, 3);
    Recorder recorder = *Recorder::open({.folder = folder.path, .free_bytes_min = 0});
    const bool all = minutes_of(folder.path, recorder, flat_battery, 10) == 10;
    return all && recorder.health().trouble.empty() && hours_in(folder.path).size() < 4;
  });
  if (!kept) GTEST_SKIP() << "a small disk needs the right to mount";
  EXPECT_TRUE(*kept);
}

std::uint64_t free_of(const std::string& folder) {
  return fs::space(folder).available;
}

TEST(Recorder, WhatTheLogbookFreesForItselfIsNeverTaken) {
  const Folder folder;
  const auto kept = on_a_disk_of("size=24m", folder.path, [&] {
    constexpr std::uint64_t mebibyte = 1U << 20U;
    std::string data = folder.path + "/recorder";
    fs::create_directory(data);
    exercise(data, 3);
    const auto past = hours_in(data);
    const auto fill = [&](const char* name, std::uint64_t bytes) {
      std::ofstream(folder.path + "/" + name)
          .write(std::string(bytes, 'x').data(), static_cast<std::streamsize>(bytes));
    };
    fill("reserve", 4 * mebibyte);
    Recorder recorder = *Recorder::open({.folder = data, .free_bytes_min = 8 * mebibyte});
    WallTime at = night + 5h;
    std::uint64_t first = 0;
    const auto record = [&](int seconds) {
      for (int i = 0; i < seconds; ++i, at += 1s, first += 5000) {
        recorder.note("R1", "m1", wave(at, first, 5000));
        recorder.commit(at);
      }
    };
    record(10);
    EXPECT_EQ(recorder.health().trouble, "");
    fill("ballast", free_of(folder.path));
    fs::remove(folder.path + "/reserve");  // the logbook's
    const std::uint64_t freed = free_of(folder.path);
    record(60);
    EXPECT_EQ(free_of(folder.path), freed);
    EXPECT_EQ(recorder.health().trouble, std::strerror(ENOSPC)) << "and it says so";
    EXPECT_EQ(hours_in(data).size(), past.size() + 1) << "no hour goes that would not be enough";
    fs::resize_file(folder.path + "/ballast", fs::file_size(folder.path + "/ballast") - 3 * mebibyte);
    record(60);
    EXPECT_EQ(recorder.health().trouble, std::strerror(ENOSPC));
    fs::remove(folder.path + "/ballast");
    record(2);
    EXPECT_EQ(recorder.health().trouble, "");
    EXPECT_EQ(hours_in(data).size(), past.size() + 1);
    return !::testing::Test::HasFailure();
  });
  if (!kept) GTEST_SKIP() << "a small disk needs the right to mount";
  EXPECT_TRUE(*kept);
}

TEST(Recorder, ADiskThatItFillsItselfKeepsTheLogbooksSpaceAndLosesItsOldestHours) {
  const Folder folder;
  const auto kept = on_a_disk_of("size=24m", folder.path, [&] {
    constexpr std::uint64_t leave = 4U << 20U;
    Recorder recorder = *Recorder::open({.folder = folder.path, .free_bytes_min = leave});
    std::uint64_t least = free_of(folder.path);
    int troubled = 0;
    for (int minute = 0; minute < 600; ++minute) {
      const WallTime at = night + std::chrono::minutes(minute);
      recorder.note("R1", "m1", wave(at, static_cast<std::uint64_t>(minute) * 15000, 15000));
      recorder.commit(at);
      least = std::min(least, free_of(folder.path));
      troubled += recorder.health().trouble.empty() ? 0 : 1;
    }
    EXPECT_GE(least, leave);
    EXPECT_EQ(troubled, 0) << "an hour that goes makes room for the next";
    EXPECT_EQ(recorder.health().lost, 0U);
    EXPECT_GE(hours_in(folder.path).size(), 2U);
    return !::testing::Test::HasFailure();
  });
  if (!kept) GTEST_SKIP() << "a small disk needs the right to mount";
  EXPECT_TRUE(*kept);
}

TEST(Recorder, AFullDiskOfSmallBlocksIsToldAndEndsNobody) {
  const Folder folder;
  const std::string mount =
      "dd if=/dev/zero of=\"$0/disk\" bs=1M count=8 status=none && PATH=$PATH:/sbin:/usr/sbin && "
      "mkfs.ext4 -q -F -b 1024 -m 0 \"$0/disk\" && mkdir \"$0/data\" && "
      "mount -o loop \"$0/disk\" \"$0/data\"";
  const auto kept = on_a_disk_of("size=16m", folder.path, [&] {
    if (::setenv("CORDON_DISK", folder.path.c_str(), 1) != 0 ||
        std::system(("sh -c '" + mount + "' \"$CORDON_DISK\" 2>/dev/null").c_str()) != 0) {
      return std::optional<bool>();
    }
    const std::string data = folder.path + "/data";
    const Options options{.folder = data, .free_bytes_min = 0};
    std::optional<Recorder> recorder = *Recorder::open(options);
    recorder->note("R1", "m1", numeric(night, 1));
    recorder->commit(night);
    std::ofstream ballast(data + "/ballast", std::ios::binary);
    const std::string kilobyte(1024, 'x');
    while (ballast.write(kilobyte.data(), 1024).flush()) {
    }
    bool told = false;
    for (int second = 1; second < 300; ++second) {  // whatever is free, down to the last block
      if (second % 60 == 0) recorder = *Recorder::open(options);
      recorder->note("R1", "m1", wave(night + std::chrono::seconds(second), 0, 250));
      recorder->commit(night + std::chrono::seconds(second));
      told = told || recorder->health().trouble == std::strerror(ENOSPC);
      for (int blocks = second % 40; second % 7 == 0 && blocks > 0; --blocks) {
        ballast.clear();
        ballast.write(kilobyte.data(), 1024).flush();
      }
    }
    fs::remove(data + "/ballast");
    ballast.close();
    recorder->commit(night + 600s);
    return std::optional(told && recorder->health().trouble.empty());
  });
  if (!kept) GTEST_SKIP() << "a small disk needs the right to mount";
  EXPECT_TRUE(*kept);
}

TEST(Recorder, ADiskThatTakesNothingIsToldAndHoldsUpNobody) {
  const Folder folder;
  Recorder recorder = *Recorder::open({folder.path + "/"});
  fs::remove(folder.path);
  recorder.note("R1", "m1", numeric(night, 1));
  recorder.commit(night);
  EXPECT_NE(recorder.health().trouble, "");
  for (std::uint64_t i = 0; i < 200; ++i) recorder.note("R1", "m1", wave(night, i * 60000, 60000));
  EXPECT_GT(recorder.health().lost, 0U) << "what waits is bounded, and what is lost is counted";
  fs::create_directory(folder.path);
  recorder.commit(night + 1s);
  EXPECT_EQ(recorder.health().trouble, "");
  EXPECT_EQ(review(folder.path, {"R1", night, night + 1h})->at(0).values.at(0).value, 1) << "what waited is there";
}

TEST(Recorder, KilledAtAnyMomentItLosesNoCommittedSecond) {
  const Folder folder;
  int pipe_fd[2];
  ASSERT_EQ(::pipe(pipe_fd), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Recorder recorder = *Recorder::open({folder.path});
    for (std::uint8_t i = 0;; ++i) {
      const WallTime at = night + std::chrono::seconds(i);
      recorder.note("R1", "m1", numeric(at, i));
      recorder.commit(at);
      if (::write(pipe_fd[1], &i, 1) != 1) ::_exit(1);
    }
  }
  std::uint8_t last = 0;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(::read(pipe_fd[0], &last, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto tracks = review(folder.path, {"R1", night, night + 1h});
  ASSERT_TRUE(tracks);
  EXPECT_GE(tracks->at(0).values.size(), std::size_t{last} + 1);
  for (const int fd : pipe_fd) ::close(fd);
}

TEST(Recorder, NamesOfHoursAreReadStrictly) {
  EXPECT_EQ(hour_of(hour_path("/x", night)), night);
  for (const char* other : {"2022-12-03T21.rec-wal", "2022-13-03T21.rec", "2022-12-03T24.rec", "x.rec", ""}) {
    EXPECT_EQ(hour_of(other), WallTime{}) << other;
  }
}

TEST(Review, AnHourThatHasJustBegunIsEmpty) {
  const Folder folder;
  std::ofstream(hour_path(folder.path, night)).close();
  const auto tracks = review(folder.path, {"R1", night, night + 1h});
  ASSERT_TRUE(tracks);
  EXPECT_TRUE(tracks->empty());
}

TEST(Review, ADamagedFileIsAnErrorAndMoreThanFitsIsRefused) {
  const Folder folder;
  std::ofstream(hour_path(folder.path, night)) << "no database at all, but long enough to be looked at";
  EXPECT_EQ(review(folder.path, {"R1", night, night + 1h}).error().code, ErrorCode::malformed);
  fs::remove(hour_path(folder.path, night));
  Recorder recorder = *Recorder::open({folder.path});
  for (std::uint64_t i = 0; i < 70; ++i) {
    recorder.note("R1", "m1", wave(night, i * 300'000, 250'000));
    recorder.commit(night);
  }
  EXPECT_EQ(review(folder.path, {"R1", night - 1h, night + 1h}).error().code, ErrorCode::limit);
}

TEST(Review, CsvWritesASampleAsShortAsItReadsBack) {
  const std::vector<Track> tracks{
      {"m1", {"ii", 131330, "II", "mV"}, 250, {{night, 0.303}}, {{night, 0, {0.303F, 1.0F / 3, std::nanf("")}}}}};
  const std::string csv = to_csv(tracks, {"R1", night, {{{}, "7", "A"}, {night + 4ms, "8", "=B"}}});
  EXPECT_NE(csv.find("00.000000Z,\"m1\",\"ii\",131330,\"II\",\"mV\",0.303,valid,,\"R1\",2022-12-03T21:00:00.000000Z,"
                     "UTC,7,\"A\"\n"),
            std::string::npos)
      << csv;
  EXPECT_NE(csv.find("00.004000Z,\"m1\",\"ii\",131330,\"II\",\"mV\",0.33333334,valid,,\"R1\",2022-12-03T21:00:00."
                     "000000Z,UTC,8,\"'=B\"\n"),
            std::string::npos)
      << csv;
  EXPECT_NE(
      csv.find(
          "00.008000Z,\"m1\",\"ii\",131330,\"II\",\"mV\",,missing,,\"R1\",2022-12-03T21:00:00.000000Z,UTC,8,\"'=B\"\n"),
      std::string::npos)
      << csv;
  EXPECT_EQ(csv.find("0.30300000"), std::string::npos) << csv;
}

TEST(Review, CsvQuotesWhatASpreadsheetWouldRunAndHasAnAsciiHyphen) {
  const std::vector<Track> tracks{{"m\"1",
                                   {"hr", 1, "=HYPERLINK(\"x\")", "/min"},
                                   0,
                                   {{night, -0.5}, {night, std::nan(""), event::Validity::missing}},
                                   {}}};
  EXPECT_EQ(to_csv(tracks, {"=R1", night + 1h}),
            "time,device,channel,code,label,unit,value,validity,measured,bed,exported,zone,stay,patient\n"
            "2022-12-03T21:00:00.000000Z,\"m\"\"1\",\"hr\",1,\"'=HYPERLINK(\"\"x\"\")\",\"/"
            "min\",-0.5,valid,,\"'=R1\",2022-12-03T22:00:00.000000Z,UTC,,\"\"\n"
            "2022-12-03T21:00:00.000000Z,\"m\"\"1\",\"hr\",1,\"'=HYPERLINK(\"\"x\"\")\",\"/"
            "min\",,missing,,\"'=R1\",2022-12-03T22:00:00.000000Z,UTC,,\"\"\n");
}

}  // namespace
}  // namespace cordon::recorder
