// SPDX-License-Identifier: Apache-2.0
// A bad disk at the start, and a station's thread that hangs.
#include "app/station_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include "app/station_sound.h"
#include "bedside/testing.h"

namespace cordon::app {
namespace {

using bedside::testing::night;

class StationMemory : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    std::string form = (std::filesystem::temp_directory_path() / "cordon-memory-XXXXXX").string();
    ASSERT_NE(::mkdtemp(form.data()), nullptr);
    folder = form;
    config.box = "station";
    config.data = folder + "/var";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  /// lived writes what an earlier run had, and gives the path of its patient's key.
  std::string lived() {
    Memory memory = recall(config, progress);
    EXPECT_EQ(memory.lack, Lack::nothing) << memory.why;
    const event::BedsideEvent started = event::StationStarted{night, "test", ""};
    const event::BedsideEvent placed =
        event::PatientPlaced{night, "R1", {"IPP-1", "DURAND", "Anne", "1950-01-02"}, "desk", ""};
    for (const auto& e : {started, placed}) {
      EXPECT_TRUE(memory.store.book->append(std::vector{*draft_of(e, &*memory.store.keys)}));
    }
    for (const auto& entry : std::filesystem::directory_iterator(config.patients_folder())) {
      return entry.path().string();
    }
    return "";
  }

  std::string folder;
  StationConfig config;
  Progress progress{0};
};

TEST_F(StationMemory, AFolderThatCannotBeUsedLeavesNothingAndStartsAllTheSame) {
  std::ofstream(config.data) << "a file in the way";
  const Memory memory = recall(config, progress);
  EXPECT_FALSE(memory.refused);
  EXPECT_FALSE(memory.store.book);
  EXPECT_EQ(word(memory.lack), "all");
  EXPECT_NE(memory.why.find(config.data), std::string::npos) << memory.why;
}

TEST_F(StationMemory, ABedThatTheConfigurationDoesNotNameIsTold) {
  config.beds = {"R1"};
  EXPECT_EQ(told_lost_beds(config), "") << "there is no logbook yet";
  EXPECT_FALSE(std::filesystem::exists(config.book_path()));
  lived();
  EXPECT_EQ(told_lost_beds(config), "");
  config.beds = {"Room 1", "R2"};
  EXPECT_NE(told_lost_beds(config).find("does not name: R1."), std::string::npos) << told_lost_beds(config);
  EXPECT_EQ(told_lost_beds(config), told_lost_beds(recall(config, progress).state, config));
}

TEST_F(StationMemory, ABookThatIsNoneIsLeftAsItIs) {
  lived();
  std::ofstream(config.book_path(), std::ios::trunc) << "no book";
  for (const char* beside : {"-wal", "-shm"}) std::filesystem::remove(config.book_path() + beside);
  const Memory memory = recall(config, progress);
  EXPECT_EQ(memory.lack, Lack::all);
  EXPECT_FALSE(memory.store.book);
  std::ifstream in(config.book_path());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "no book");
}

TEST_F(StationMemory, AnotherStationOnTheSameFolderIsTheOnlyReasonNotToStart) {
  lived();
  const Memory first = recall(config, progress);
  const Memory second = recall(config, progress);
  EXPECT_TRUE(second.refused);
  EXPECT_NE(second.why.find("in use by another station"), std::string::npos);
}

TEST_F(StationMemory, WithoutKeysABedIsKnownToBeTakenAndNotByWhom) {
  lived();
  std::filesystem::remove_all(config.patients_folder());
  std::ofstream(config.patients_folder()) << "in the way";
  const Memory memory = recall(config, progress);
  EXPECT_EQ(memory.lack, Lack::part);
  EXPECT_TRUE(memory.store.book) << "what happens is recorded";
  EXPECT_EQ(memory.state.beds.at("R1").patient, unopened_patient);
}

bool comes_true(const std::function<bool()>& so) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!so() && std::chrono::steady_clock::now() < patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return so();
}

TEST_F(StationMemory, ADiskThatStandsStillIsGivenUpAfterAWhile) {
  const std::string key = lived();
  std::filesystem::remove(key);
  ASSERT_EQ(::mkfifo(key.c_str(), 0600), 0);  // whoever opens it waits for its other end
  const auto ended = std::make_shared<std::atomic<bool>>(false);
  const auto recalled = within_patience<bool>(
      [c = config, ended](Progress& p) {
        const bool refused = recall(c, p).refused;
        *ended = true;
        return refused;
      },
      std::chrono::milliseconds(300));
  EXPECT_FALSE(recalled);
  const int end = ::open(key.c_str(), O_WRONLY | O_CLOEXEC);  // and the thread that was left to itself ends
  ASSERT_GE(end, 0);
  ::close(end);
  EXPECT_TRUE(comes_true([&] { return ended->load(); })) << "its folder is taken away after this";
}

TEST_F(StationMemory, WorkThatGoesOnIsWaitedFor) {
  const auto counted = within_patience<int>(
      [](Progress& p) {
        for (int i = 0; i < 20; ++i) {
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          ++p;
        }
        return 7;
      },
      std::chrono::milliseconds(500));
  EXPECT_EQ(counted, 7) << "a second of work, half a second of patience";
}

TEST(StationSoundGuard, AStationThatSaysNothingSoundsByItselfUntilItSpeaks) {
  StationSound sound({"null", [] { return night; }, [](const event::BedsideInput&) {}, std::chrono::milliseconds(400)});
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  EXPECT_FALSE(sound.hung()) << "before its first word nobody misses it";
  sound.signal({}, night);
  ASSERT_TRUE(comes_true([&] { return sound.hung(); }));
  ASSERT_TRUE(comes_true([&] { return sound.begun() == 1; })) << "and it is heard";
  sound.signal({}, night);
  EXPECT_FALSE(sound.hung());
  ASSERT_TRUE(comes_true([&] { return sound.hung(); })) << "and again";
  sound.signal({}, night);
  sound.rest();
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  EXPECT_FALSE(sound.hung()) << "whoever was asked to end is not missed";
}

TEST(StationSoundTest, NoTestSoundsInsteadOfAnAlarm) {
  StationSound sound({"null", [] { return night; }, [](const event::BedsideInput&) {}, std::chrono::seconds(60)});
  const bedside::Signal alarm{
      .priority = event::AlarmPriority::medium, .alarm = 1, .audible = 1, .paused = 0, .until = {}};
  sound.test("AD");
  sound.signal({}, night);
  ASSERT_TRUE(comes_true([&] { return sound.begun() == 1; }));
  sound.signal(alarm, night + std::chrono::seconds(1));
  ASSERT_TRUE(comes_true([&] { return sound.begun() == 2; })) << "at once, and not when the test is over";
  sound.test("AD");
  sound.signal(alarm, night + std::chrono::seconds(2));
  sound.signal({}, night + std::chrono::seconds(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(sound.begun(), 2U) << "nor behind it";
}

}  // namespace
}  // namespace cordon::app
