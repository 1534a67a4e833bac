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
      ASSERT_TRUE(writer.append(std::vector{*draft_of(e, writing)}));
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
  const auto state = rebuild_station(book(), reading);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->beds.at("R3").patient, anne);
  EXPECT_EQ(state->beds.at("R2").patient, paul);
  EXPECT_TRUE(state->beds.at("R1").patient.empty());

  ASSERT_TRUE(reading.destroy(key));
  EXPECT_FALSE(reading.destroy(key));
  PatientKeys after = keys();
  const auto without = rebuild_station(book(), after);
  ASSERT_TRUE(without);
  EXPECT_EQ(without->beds.at("R3").patient, erased_patient);
  EXPECT_EQ(without->beds.at("R2").patient, paul);
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
  ASSERT_TRUE(writer.append(std::vector{*draft_of(placed("R1", anne), some)}));
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
  StationWriter writer(book(), keys(),
                       [&](std::vector<std::string> entries) { std::ranges::move(entries, std::back_inserter(told)); });
  EXPECT_EQ(writer.push(placed("R1", anne)), 1U);
  EXPECT_EQ(writer.push(event::SoundChanged{night, true, "hw:0", ""}), 2U);
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

TEST_F(StationBook, ASealIsToldTheHeadOfWhatIsDurableAndAgainWhereItHadNoRoom) {
  std::vector<logbook::Head> heads;  // the writer's thread's, until it has ended
  std::atomic<int> told{0};
  StationWriter writer(book(), keys(), {}, [&](logbook::Head head) {
    heads.push_back(std::move(head));
    return ++told > 1;
  });
  writer.push(event::SoundChanged{night, true, "", ""});
  writer.push(event::SoundChanged{night, false, "", ""});
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

TEST_F(StationBook, OneEventOverTheBoundIsLostAndCounted) {
  StationWriter writer(book(), keys(), {});
  for (std::size_t i = 0; i < unwritten_station_max; ++i) {
    ASSERT_TRUE(writer.push(event::SoundChanged{night, true, "", ""}));
  }
  EXPECT_EQ(writer.lost(), 0U);
  EXPECT_FALSE(writer.push(event::SoundChanged{night, true, "", ""}));
  EXPECT_EQ(writer.lost(), 1U);
}

}  // namespace
}  // namespace cordon::app
