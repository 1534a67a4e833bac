// SPDX-License-Identifier: Apache-2.0
// Patients in the logbook: sealed, opened again, erased with their key; and the writer of it all.
#include "app/station_journal.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/station_writer.h"
#include "bedside/testing.h"
#include "logbook/verify.h"

namespace cordon::app {
namespace {

using bedside::testing::night;

class StationBook : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    std::string form = (std::filesystem::temp_directory_path() / "cordon-station-XXXXXX").string();
    ASSERT_NE(::mkdtemp(form.data()), nullptr);
    folder = form;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  PatientKeys keys() { return std::move(*PatientKeys::open(folder + "/patients")); }
  std::string book_path() const { return folder + "/book.db"; }
  logbook::Logbook book() {
    return std::move(*logbook::Logbook::open(
        {.path = book_path(), .box = "station", .now = [] { return night; }, .reserve_bytes = 0}));
  }
  Rebuilt rebuilt(PatientKeys* opening) const {
    const auto reader = logbook::Reader::open(book_path());
    return rebuild_station([&](Sequence from, std::size_t limit) { return reader->read(from, limit); },
                           Sequence{*reader->count()}, opening);
  }
  static event::BedsideEvent placed(const std::string& bed, const event::PatientOffer& patient) {
    return event::PatientPlaced{night, bed, patient, "desk", ""};
  }
  /// bytes_on_disk gives all that stands in the book's files.
  std::string bytes_on_disk() const {
    std::string out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }

  std::string folder;
  const event::PatientOffer anne{"IPP-1", "DURAND", "Anne", "1950-01-02"};
  const event::PatientOffer paul{"IPP-2", "PETIT", "Paul", "1961-12-31"};
};

TEST_F(StationBook, APatientStandsThereOnlyUnderAKeyAndIsErasedWithIt) {
  std::string key;
  {
    PatientKeys writing = keys();
    logbook::Logbook writer = book();
    for (const auto& e : {placed("R1", anne), placed("R2", paul), placed("R3", anne), placed("R1", {})}) {
      ASSERT_TRUE(writer.append(std::vector{*draft_of(e, &writing)}));
    }
    const auto entries = writer.read(Sequence{1}, 10);
    key = key_of(entries->at(0));
    EXPECT_EQ(key_of(entries->at(2)), key) << "one key for one patient";
    EXPECT_NE(key_of(entries->at(1)), key);
    EXPECT_EQ(key_of(entries->at(3)), "");
    EXPECT_EQ(entries->at(0).body.size(), entries->at(1).body.size()) << "lengths tell nothing";
  }
  EXPECT_EQ(bytes_on_disk().find("DURAND"), std::string::npos);
  struct stat s {};
  ASSERT_EQ(::stat((folder + "/patients/" + key + ".key").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777U, 0600U);

  PatientKeys reading = keys();
  const auto [state, unread, failed] = rebuilt(&reading);
  EXPECT_EQ(unread, 0U);
  EXPECT_EQ(state.beds.at("R3").patient, anne);
  EXPECT_EQ(state.beds.at("R2").patient, paul);
  EXPECT_TRUE(state.beds.at("R1").patient.empty());

  ASSERT_TRUE(reading.destroy(key));
  EXPECT_FALSE(reading.destroy(key));
  PatientKeys after = keys();
  const Rebuilt without = rebuilt(&after);
  EXPECT_EQ(without.unread, 0U);
  EXPECT_EQ(without.state.beds.at("R3").patient, erased_patient);
  EXPECT_EQ(without.state.beds.at("R2").patient, paul);
  EXPECT_TRUE(logbook::verify(book_path(), {})->sound());

  EXPECT_NE(reading.seal(anne)->key, key) << "who comes back gets a new key";
}

TEST_F(StationBook, ABoxThatWasTamperedWithNamesNobody) {
  PatientKeys some = keys();
  SealedPatient sealed = *some.seal(anne);
  EXPECT_EQ(*some.unseal(sealed), anne);
  sealed.box[8] = sealed.box[8] == '0' ? '1' : '0';
  EXPECT_EQ(*some.unseal(sealed), erased_patient);
  sealed.box = "zz";
  EXPECT_EQ(*some.unseal(sealed), erased_patient);
  sealed.key = "../../etc/passwd";
  EXPECT_FALSE(some.unseal(sealed));
}

TEST_F(StationBook, AFolderThatOthersMayReadIsRefused) {
  ASSERT_EQ(::mkdir((folder + "/patients").c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder + "/patients").c_str(), 0755), 0);
  EXPECT_EQ(PatientKeys::open(folder + "/patients").error().code, ErrorCode::denied);
}

TEST_F(StationBook, WithoutKeysAnEntrySaysWhereAndNotWho) {
  PatientKeys some = keys();
  logbook::Logbook writer = book();
  ASSERT_TRUE(writer.append(std::vector{*draft_of(placed("R1", anne), &some)}));
  const auto entry = writer.read(Sequence{1}, 1)->at(0);
  const auto event = event_of(entry, nullptr);
  ASSERT_TRUE(event);
  EXPECT_EQ(sentence_of(*event).en, "R1: patient placed, by desk");
  EXPECT_EQ(entry_json(Sequence{1}, 1, *event).find("DURAND"), std::string::npos);
}

TEST_F(StationBook, PeoplesEventsReadAsThoseOfServe) {
  const event::BedsideEvent entered =
      event::PersonChanged{night, "a.durand", event::PersonStep::entered, {event::Role::nurse}, "console"};
  EXPECT_EQ(sentence_of(entered).en, "Account a.durand: entered (nurse), by console");
}

TEST_F(StationBook, WhatTheWriterCallsDurableIsInTheBook) {
  std::vector<std::string> told;
  StationWriter writer({book(), keys()},
                       [&](std::vector<std::string> entries) { std::ranges::move(entries, std::back_inserter(told)); });
  EXPECT_EQ(writer.push({placed("R1", anne)}), 1U);
  EXPECT_EQ(writer.push({event::SoundChanged{night, true, "hw:0", ""}}), 2U);
  EXPECT_EQ(writer.waiting(), 2U);
  EXPECT_EQ(writer.durable(), 0U);
  writer.close();
  writer.run({});
  EXPECT_EQ(writer.durable(), 2U);
  EXPECT_EQ(writer.waiting(), 0U);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].find("DURAND"), std::string::npos) << "screens are told who lies where by the view alone";
  EXPECT_EQ(logbook::Reader::open(book_path())->read(Sequence{1}, 10)->at(1).kind, "sound");
}

TEST_F(StationBook, WhatBelongsTogetherIsOnTheDiskTogether) {
  std::vector<std::size_t> written;
  StationWriter writer({book(), keys()}, [&](const std::vector<std::string>& each) { written.push_back(each.size()); });
  const event::SoundChanged event{night, true, "", ""};
  for (std::size_t i = 1; i < logbook::batch_entries_max; ++i) writer.push({event});
  EXPECT_EQ(writer.push({event, event, event}), logbook::batch_entries_max + 2);
  writer.push({event});
  writer.close();
  writer.run({});
  EXPECT_EQ(writer.durable(), logbook::batch_entries_max + 3);
  EXPECT_EQ(written, (std::vector<std::size_t>{logbook::batch_entries_max - 1, 4})) << "a kill leaves no half";
}

TEST_F(StationBook, AStepThatHasNoRoomWholeIsLostWhole) {
  StationWriter writer({book(), keys()}, {});
  const event::SoundChanged event{night, true, "", ""};
  for (std::size_t i = 1; i < unwritten_station_max; ++i) ASSERT_TRUE(writer.push({event}));
  EXPECT_FALSE(writer.push({event, event}));
  EXPECT_EQ(writer.lost(), 2U);
  EXPECT_EQ(writer.push({event}), unwritten_station_max);
}

TEST_F(StationBook, ASealIsToldTheHeadOfWhatIsDurableAndAgainWhereItHadNoRoom) {
  std::vector<logbook::Head> heads;  // the writer's thread's, until it has ended
  std::atomic<int> told{0};
  StationWriter writer({book(), keys()}, {}, [&](logbook::Head head) {
    heads.push_back(std::move(head));
    return ++told > 1;
  });
  writer.push({event::SoundChanged{night, true, "", ""}});
  writer.push({event::SoundChanged{night, false, "", ""}});
  std::jthread writing([&](const std::stop_token& stop) { writer.run(stop); });
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (told < 2 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  writer.close();
  writing.join();
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_EQ(heads[0].sequence, Sequence{2});
  EXPECT_EQ(heads[1], heads[0]);
}

TEST_F(StationBook, AnEntryThatCannotBeReadLeavesTheOthersAndNobodyNamedWrongly) {
  PatientKeys some = keys();
  const event::DeviceIdentity monitor{"m1", event::Protocol::sdc, "10.0.0.1", "Maker", "Model", "S1", ""};
  {
    logbook::Logbook writer = book();
    const auto write = [&](const event::BedsideEvent& e) {
      ASSERT_TRUE(writer.append(std::vector{*draft_of(e, &some)}));
    };
    write(event::DeviceKnown{night, monitor});
    write(event::DeviceAssigned{night, "m1", "R1", "desk", ""});
    write(placed("R1", anne));
    ASSERT_TRUE(writer.append(std::vector{logbook::Draft{"alarm", 1, night, "{"}}));
    EXPECT_EQ(rebuilt(&some).state.beds.at("R1").patient, anne) << "an alarm's entry says nothing of patients";
    ASSERT_TRUE(writer.append(std::vector{logbook::Draft{"patient_placed", 1, night, "damaged"}}));
    write(placed("R2", paul));
  }
  std::vector<std::string> told;
  const auto reader = logbook::Reader::open(book_path());
  const Rebuilt found = rebuild_station([&](Sequence from, std::size_t limit) { return reader->read(from, limit); },
                                        Sequence{*reader->count()}, &some,
                                        [&](const event::BedsideEvent& e) {
                                          if (const auto* p = std::get_if<event::PatientPlaced>(&e)) {
                                            told.push_back(p->bed + " " + p->patient.family);
                                          }
                                        });
  EXPECT_EQ(found.unread, 2U);
  EXPECT_FALSE(found.pages_failed);
  EXPECT_TRUE(found.state.beds.at("R1").patient.empty()) << "who lies there now may be what cannot be read";
  EXPECT_EQ(found.state.beds.at("R2").patient, paul) << "and this was said after it";
  EXPECT_EQ(found.state.devices.at("m1").bed, "R1");
  EXPECT_TRUE(found.state.devices.at("m1").doubted());
  EXPECT_EQ(told, (std::vector<std::string>{"R1 DURAND", "R1 ", "R2 PETIT"}));
}

TEST_F(StationBook, PagesThatTheDiskDoesNotGiveAreGoneAroundAndCounted) {
  PatientKeys some = keys();
  {
    logbook::Logbook writer = book();
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(
          writer.append(std::vector{*draft_of(event::SoundChanged{night, true, std::to_string(i), ""}, &some)}));
    }
  }
  const auto reader = logbook::Reader::open(book_path());
  const auto without = [&](std::uint64_t first, std::uint64_t last) {
    return rebuild_station(
        [&, first, last](Sequence from, std::size_t limit) -> Result<std::vector<logbook::Entry>> {
          if (from.value <= last && from.value + limit > first) return fail(ErrorCode::io, "page", 5);
          return reader->read(from, limit);
        },
        Sequence{200}, &some);
  };
  const Rebuilt some_missing = without(7, 9);
  EXPECT_EQ(some_missing.unread, 3U);
  EXPECT_TRUE(some_missing.pages_failed);
  EXPECT_EQ(some_missing.state.sound.detail, "199");
  EXPECT_EQ(without(1, 200).unread, unread_in_a_row_max) << "and then the rest is left";
}

TEST_F(StationBook, APatientWhoseKeyCannotBeWrittenHoldsUpNothingAndIsRecordedLater) {
  const std::string patients = folder + "/patients";
  const auto open_keys = [&] { return PatientKeys::open(patients); };
  StationWriter writer({book(), keys(), open_keys}, {});
  std::filesystem::remove_all(patients);
  std::ofstream(patients) << "in the way";
  writer.push({event::PatientPlaced{night, "R1", anne, "desk", "", {{}}}});
  writer.push(
      {event::LimitSet{night, "R1", 147842, "/min", 40.0, std::nullopt, event::AlarmPriority::low, "desk", ""}});
  std::jthread writing([&](const std::stop_token& stop) { writer.run(stop); });
  const auto within = [](const std::function<bool()>& so) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!so() && std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return so();
  };
  ASSERT_TRUE(within([&] { return writer.durable() == 2; })) << "what came after is recorded";
  EXPECT_EQ(writer.trouble(), BookTrouble::unnamed);
  EXPECT_EQ(writer.take_unnamed(), std::vector<std::uint64_t>{1});
  PatientKeys none = std::move(*PatientKeys::open(folder + "/other"));
  EXPECT_EQ(rebuilt(&none).state.beds.at("R1").patient, unrecorded_patient);
  std::filesystem::remove(patients);
  writer.close();
  writing.join();
  EXPECT_EQ(writer.trouble(), BookTrouble::none);
  EXPECT_EQ(writer.durable(), 2U) << "it is no event of its own";
  PatientKeys reading = keys();
  const bedside::Bed bed = rebuilt(&reading).state.beds.at("R1");
  EXPECT_EQ(bed.patient, anne);
  EXPECT_EQ(bed.limits.size(), 1U) << "a limit that was set before the name was recorded stays";
}

TEST_F(StationBook, WithoutABookNothingIsRecordedAndNothingWaits) {
  StationWriter writer({std::nullopt, std::nullopt}, {});
  EXPECT_FALSE(writer.push({event::SoundChanged{night, true, "", ""}}));
  EXPECT_EQ(writer.trouble(), BookTrouble::absent);
  EXPECT_EQ(writer.waiting(), 0U);
  writer.close();
  writer.run({});
}

TEST_F(StationBook, OneEventOverTheBoundIsLostAndCounted) {
  StationWriter writer({book(), keys()}, {});
  for (std::size_t i = 0; i < unwritten_station_max; ++i) {
    ASSERT_TRUE(writer.push({event::SoundChanged{night, true, "", ""}}));
  }
  EXPECT_EQ(writer.lost(), 0U);
  EXPECT_FALSE(writer.push({event::SoundChanged{night, true, "", ""}}));
  EXPECT_EQ(writer.lost(), 1U);
}

}  // namespace
}  // namespace cordon::app
