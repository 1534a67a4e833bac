// SPDX-License-Identifier: Apache-2.0
#include "app/station_loop.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "bedside/testing.h"

namespace cordon::app {
namespace {

using namespace bedside::testing;
using nlohmann::json;

/// Box is a whole station without threads: a turn at a time, on a clock that the test sets.
class StationTurns : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    std::string form = (std::filesystem::temp_directory_path() / "cordon-turns-XXXXXX").string();
    ASSERT_NE(::mkdtemp(form.data()), nullptr);
    folder = form;
    StationWriter::Store store;
    store.book = std::move(*logbook::Logbook::open(
        {.path = folder + "/book.db", .box = "station", .now = [] { return night; }, .reserve_bytes = 0}));
    store.keys = std::move(*PatientKeys::open(folder + "/patients"));
    writer.emplace(std::move(store), StationWriter::Written{});
    StationLoop::Options options;
    options.box = "station";
    options.now = [this] { return now; };
    options.box_ahead = [this] { return box_ahead; };
    options.show = [this](std::string text, bool urgent) {
      views.push_back(json::parse(text));
      hurried = hurried || urgent;
    };
    options.show_waves = [this](std::string frame) { frames.push_back(std::move(frame)); };
    options.hooks.signal = [this](const bedside::Signal& signal, WallTime) { sounding = signal.priority; };
    options.hooks.heard = [this](const event::BedsideInput& input, const event::DeviceIdentity& device,
                                 const std::string& bed) {
      recorded.push_back(device.device + "@" + bed);
      if (const auto* values = std::get_if<event::NumericsHeard>(&input)) {
        values_recorded += values->numerics.size();
        validity_recorded = values->numerics.back().validity;
      }
      if (std::holds_alternative<event::WaveHeard>(input)) ++waves_recorded;
    };
    loop.emplace(std::move(options), bedside::Station({{"R1", "R2"}}, {}), inbox, *writer);
    loop->begin({now, "test", ""});
  }
  void TearDown() override {
    loop.reset();
    writer.reset();
    std::filesystem::remove_all(folder);
  }

  /// ask hands a wish in; its answer goes to `answers`.
  void ask(event::BedsideInput input) {
    ASSERT_TRUE(inbox.ask({std::move(input), [this](const std::function<http::Answer()>& make) {
                             const http::Answer answer = make();
                             answers.push_back(answer.status);
                             body = answer.body;
                           }}));
  }
  void write() {
    writer->close();
    writer->run({});
  }
  void turn() {
    now += 50ms;
    loop->turn();
  }
  void pass(Micros span) {
    for (const WallTime end = now + span; now < end;) {
      now += 250ms;
      loop->turn();
    }
  }
  void device_at_bed() {
    inbox.say(heard(now, 1, "m1", "10.0.0.1", 600s));
    inbox.say(event::DeviceAssigned{now, "m1", "R1", "desk", ""});
    turn();
  }
  std::vector<std::string> alarms_shown() const {
    std::vector<std::string> out;
    for (const json& alarm : views.back()["alarms"]) out.push_back(alarm["condition"].get<std::string>());
    return out;
  }

  std::string folder;
  WallTime now = night;
  Micros box_ahead{};
  StationInbox inbox;
  std::optional<StationWriter> writer;
  std::optional<StationLoop> loop;
  std::vector<json> views;
  std::vector<std::string> frames;
  std::size_t values_recorded = 0;
  event::Validity validity_recorded = event::Validity::missing;
  std::size_t waves_recorded = 0;
  std::vector<std::string> recorded;
  std::vector<unsigned> answers;
  std::string body;  // of the last one
  event::AlarmPriority sounding = event::AlarmPriority::none;
  bool hurried = false;
};

TEST_F(StationTurns, AClockOfTheBoxThatWasSetIsToldUntilItIsSetBack) {
  const auto told = [&] {
    pass(500ms);
    std::string out;
    for (const json& alarm : views.back()["alarms"]) {
      if (alarm["condition"] == "box_clock" && alarm["present"]) out = alarm["text"].get<std::string>();
    }
    return out;
  };
  box_ahead = 50s;
  EXPECT_EQ(told(), "");
  box_ahead = std::chrono::days(9000);
  EXPECT_EQ(told(), "+9000 d");
  EXPECT_EQ(sounding, event::AlarmPriority::low);
  box_ahead = -std::chrono::hours(2);
  EXPECT_EQ(told(), "−2 h");
  box_ahead += 1ms;
  EXPECT_EQ(told(), "−2 h") << "what creeps is not told anew";
  box_ahead = 1s;
  EXPECT_EQ(told(), "");
}

TEST_F(StationTurns, AnAlarmSoundsAndShowsInItsOwnTurnWithoutTheDisk) {
  device_at_bed();
  hurried = false;
  inbox.say(alarms(now, 1, {alarm("asystole", event::AlarmPriority::high)}));
  turn();
  EXPECT_EQ(sounding, event::AlarmPriority::high);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"asystole"});
  EXPECT_TRUE(hurried);
  EXPECT_EQ(writer->durable(), 0U) << "nothing is written yet";
}

TEST_F(StationTurns, WhoAsksIsAnsweredWhenItIsDurableAndNotBefore) {
  device_at_bed();
  ask(event::PatientPlaced{now, "R1", {"IPP-1", "DURAND", "Anne", ""}, "desk", ""});
  turn();
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(views.back()["beds"][0]["patient"]["family"], "DURAND") << "shown at once";
  write();
  turn();
  EXPECT_EQ(answers, std::vector<unsigned>{200});
}

TEST_F(StationTurns, ALimitIsOfThePatientWhoWasSeen) {
  device_at_bed();
  pass(250ms);
  event::LimitSet limit{now, "R1", heart_rate, "/min", 40, {}, event::AlarmPriority::high, "desk", ""};
  limit.seen = views.back()["beds"][0]["seen"].get<std::string>();
  ask(event::PatientPlaced{now, "R1", {"IPP-1", "DURAND", "Anne", ""}, "desk", ""});
  ask(limit);
  turn();
  EXPECT_EQ(answers, std::vector<unsigned>{409});
  EXPECT_EQ(body, R"({"ok":false,"word":"changed"})");
  EXPECT_TRUE(views.back()["beds"][0]["limits"].empty());
  limit.seen = views.back()["beds"][0]["seen"].get<std::string>();
  ask(limit);
  turn();
  EXPECT_EQ(views.back()["beds"][0]["limits"][0]["low"], 40);
}

TEST_F(StationTurns, NobodyConfirmsADeviceOrAPatientOtherThanTheOneSeen) {
  const auto says = [&](std::uint64_t link, const std::string& address, const std::string& family) {
    event::DeviceHeard out = heard(now, link, "m1", address, 600s);
    out.patient.family = family;
    inbox.say(out);
  };
  const auto seen = [&](const char* of) { return views.back()[of][0]["seen"].get<std::string>(); };
  says(1, "10.0.0.1", "ALPHA");
  pass(250ms);
  event::DeviceAssigned yes{now, "m1", "R1", "desk", ""};
  yes.seen = seen("devices");
  yes.bed_seen = seen("beds");
  inbox.say(event::DeviceGone{now, 1, ""});
  says(2, "10.0.0.66", "BETA");
  turn();
  ask(yes);
  hurried = false;
  turn();
  EXPECT_EQ(answers, std::vector<unsigned>{409});
  EXPECT_EQ(body, R"({"ok":false,"word":"changed"})");
  EXPECT_TRUE(hurried) << "there is something new to look at";
  EXPECT_EQ(views.back()["devices"][0]["bed"], "");
  EXPECT_NE(seen("devices"), yes.seen);
  yes.seen = seen("devices");
  ask(event::PatientPlaced{now, "R1", {"IPP-1", "DURAND", "Anne", ""}, "desk", ""});  // who says nothing means now
  ask(yes);
  turn();
  EXPECT_EQ(answers, (std::vector<unsigned>{409, 409})) << "another patient lies in that bed by now";
  yes.bed_seen = seen("beds");
  event::PatientPlaced free{now, "R1", {}, "desk", ""};
  free.seen = "of another time";
  ask(free);
  ask(yes);
  turn();
  EXPECT_EQ(answers, (std::vector<unsigned>{409, 409, 409}));
  EXPECT_EQ(views.back()["beds"][0]["patient"]["family"], "DURAND");
  EXPECT_EQ(views.back()["devices"][0]["bed"], "R1") << "what was seen is so";
  free.seen = yes.bed_seen;
  ask(free);
  turn();
  write();
  turn();
  EXPECT_EQ(answers, (std::vector<unsigned>{409, 409, 409, 200, 200, 200}));
}

TEST_F(StationTurns, ATokenOfAnotherRunIsNoneOfThisOne) {
  const bedside::Station station({{"R1"}}, {});
  SeenKey other{};
  other[0] = 1;
  EXPECT_EQ(Seen({}).of_bed(station, "R1"), Seen({}).of_bed(station, "R1"));
  EXPECT_NE(Seen({}).of_bed(station, "R1"), Seen(other).of_bed(station, "R1"));
}

TEST_F(StationTurns, WhoPlacesAPatientWhoCannotBeRecordedIsToldSo) {
  device_at_bed();
  std::filesystem::remove_all(folder + "/patients");
  ask(event::PatientPlaced{now, "R1", {"IPP-1", "DURAND", "Anne", ""}, "desk", ""});
  ask(event::AudioPaused{now, "R1", now + 60s, "desk", ""});
  turn();
  write();
  turn();
  EXPECT_EQ(answers, (std::vector<unsigned>{503, 200}));
  EXPECT_EQ(views.back()["beds"][0]["patient"]["family"], "DURAND") << "done and shown";
  pass(250ms);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"logbook"});
  EXPECT_EQ(views.back()["alarms"][0]["text"], "unnamed");
}

TEST_F(StationTurns, AWishThatCannotBeGrantedIsRefusedAtOnce) {
  ask(event::AlarmAcknowledged{now, 99, now + 60s, "desk", ""});
  ask(event::PatientPlaced{now, "R9", {"1", "", "", ""}, "desk", ""});
  turn();
  EXPECT_EQ(answers, (std::vector<unsigned>{409, 409}));
}

TEST_F(StationTurns, ADiskThatStandsStillIsAnAlarmAndHoldsNobodyUp) {
  device_at_bed();
  ask(event::AudioPaused{now, "R1", now + 60s, "desk", ""});
  pass(2s);
  EXPECT_TRUE(alarms_shown().empty());
  pass(1s);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"logbook"});
  EXPECT_EQ(views.back()["alarms"][0]["text"], "stalled");
  EXPECT_GT(views.back()["logbook"]["waiting"], 0);
  EXPECT_TRUE(answers.empty());
  pass(3s);
  EXPECT_EQ(answers, std::vector<unsigned>{503}) << "done and shown, but not recorded yet";
  inbox.say(alarms(now, 1, {alarm("asystole", event::AlarmPriority::high)}));
  pass(250ms);
  EXPECT_EQ(sounding, event::AlarmPriority::high);
}

TEST_F(StationTurns, AFloodedInboxIsAnAlarm) {
  for (std::size_t i = 0; i < said_max; ++i) EXPECT_TRUE(inbox.say(event::LinkAlive{now, 1 + i % 32}));
  EXPECT_EQ(inbox.lost(), 0U);
  EXPECT_FALSE(inbox.say(event::LinkAlive{now, 33}));
  EXPECT_EQ(inbox.lost(), 1U);
  pass(250ms);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"inputs"});
}

TEST_F(StationTurns, OneLinkThatFloodsTakesNoRoomFromAnother) {
  for (std::size_t i = 0; i < link_share_max; ++i) EXPECT_TRUE(inbox.say(event::LinkAlive{now, 1}));
  EXPECT_FALSE(inbox.say(event::LinkAlive{now, 1}));
  EXPECT_TRUE(inbox.say(event::LinkAlive{now, 2}));
  EXPECT_EQ(inbox.lost(), 1U);
  turn();
  EXPECT_TRUE(inbox.say(event::LinkAlive{now, 1})) << "what was taken makes room";
  pass(250ms);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"inputs"}) << "and what was lost is told";
}

TEST_F(StationTurns, LostSamplesAreToldToo) {
  const event::WaveHeard wave{now, 1, std::nullopt, {"ecg", 131330, "II", "mV"}, 250, 0, {1, 2, 3}};
  for (std::size_t i = 0; i < link_share_max; ++i) EXPECT_TRUE(inbox.say(wave));
  EXPECT_FALSE(inbox.say(wave));
  EXPECT_TRUE(inbox.say(event::LinkAlive{now, 1})) << "samples take no room from what else it says";
  pass(250ms);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"inputs"});
}

TEST_F(StationTurns, SamplesOfBedsGoToTheScreensAndToTheRecorder) {
  const event::WaveHeard wave{now, 1, std::nullopt, {"ecg", 131330, "II", "mV"}, 250, 0, {1, 2, 3}};
  inbox.say(heard(now, 1, "m1", "10.0.0.1", 600s));
  inbox.say(wave);
  turn();
  EXPECT_TRUE(frames.empty()) << "at no bed";
  EXPECT_TRUE(recorded.empty());
  inbox.say(event::DeviceAssigned{now, "m1", "R1", "desk", ""});
  inbox.say(wave);
  turn();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].size(), wave_frame_header_bytes + wave_block_header_bytes + 3 * 4);
  pass(250ms);
  EXPECT_EQ(static_cast<int>(frames[0][wave_frame_header_bytes]), views.back()["beds"][0]["waves"][0]["id"]);
  EXPECT_EQ(recorded, std::vector<std::string>{"m1@R1"});
}

TEST_F(StationTurns, WhatWasSaidIsMarkedAsKeptWhenItIsDurableAndNotBefore) {
  device_at_bed();
  for (std::uint64_t link = 100; link < 100 + turn_inputs_max; ++link) inbox.say(event::LinkAlive{now, link});
  inbox.say(alarms(now, 1, {alarm("vf", event::AlarmPriority::high)}));
  const auto mark = inbox.kept();
  ASSERT_TRUE(mark);
  turn();  // the alarm waits behind what fills a turn
  turn();
  EXPECT_EQ(sounding, event::AlarmPriority::high);
  EXPECT_FALSE(*mark);
  write();
  turn();
  EXPECT_TRUE(*mark);
}

TEST_F(StationTurns, ChannelsThatTheStationHasNoPlaceForAreNotRecorded) {
  device_at_bed();
  event::NumericsHeard many = numeric(now, 1, heart_rate, 70, "/min");
  for (std::size_t i = 0; i < bedside::numerics_per_link_max + 10; ++i) {
    many.numerics.push_back({{"x" + std::to_string(i), 0, "X", ""}, 1, event::Validity::valid});
  }
  inbox.say(many);
  for (std::size_t i = 0; i < bedside::waves_per_link_max + 10; ++i) {
    inbox.say(event::WaveHeard{now, 1, std::nullopt, {"w" + std::to_string(i), 0, "W", ""}, 250, 0, {1, 2}});
  }
  turn();
  EXPECT_EQ(values_recorded, bedside::numerics_per_link_max);
  EXPECT_EQ(waves_recorded, bedside::waves_per_link_max);
}

TEST_F(StationTurns, AValueThatNoBodyHasIsRecordedAsInvalid) {
  device_at_bed();
  inbox.say(numeric(now, 1, heart_rate, -70, "/min"));
  turn();
  EXPECT_EQ(validity_recorded, event::Validity::invalid);
  inbox.say(numeric(now, 1, heart_rate, 70, "/min"));
  turn();
  EXPECT_EQ(validity_recorded, event::Validity::valid);
  pass(1s);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"impossible"});
}

TEST_F(StationTurns, WhatIsRepeatedOfThePatientBeforeIsRecordedAsMissing) {
  device_at_bed();
  constexpr std::uint32_t cuff = 150021;
  event::NumericsHeard said = numeric(now, 1, cuff, 140, "mm[Hg]");
  said.numerics[0].measured_at = now;
  const auto place = [&](const char* identifier) {
    inbox.say(event::PatientPlaced{now, "R1", {identifier, "DURAND", "Anne", "1950-01-02"}, "desk", ""});
    turn();
  };
  place("IPP-1");
  inbox.say(said);
  turn();
  EXPECT_EQ(validity_recorded, event::Validity::valid);
  pass(60s);
  place("IPP-2");
  said.at = now;
  inbox.say(said);
  turn();
  EXPECT_EQ(validity_recorded, event::Validity::missing);
}

TEST_F(StationTurns, ATraceThatFloodsIsToldAtItsDevice) {
  device_at_bed();
  const std::vector<float> flood(link_samples_max, 1.0F);
  for (std::uint64_t i = 0; i < 2; ++i) {
    inbox.say(event::WaveHeard{now, 1, std::nullopt, {"ii", 131330, "II", "mV"}, 250, i * flood.size(), flood});
  }
  turn();
  pass(1s);
  EXPECT_EQ(alarms_shown(), std::vector<std::string>{"crowded"});
}

TEST_F(StationTurns, AQuietUnitIsShownFiveTimesASecondAtMost) {
  const std::size_t before = views.size();
  for (int i = 0; i < 100; ++i) {
    now += 10ms;
    loop->turn();
  }
  EXPECT_LE(views.size() - before, 6U);
  EXPECT_GE(views.size() - before, 4U);
}

}  // namespace
}  // namespace cordon::app
