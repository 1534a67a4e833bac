// SPDX-License-Identifier: Apache-2.0
#include "event/bedside_json.h"

#include <gtest/gtest.h>

namespace cordon::event {
namespace {

TEST(BedsideJson, EveryTypeReadsBackAsWritten) {
  const WallTime at = wall_time_of(1670101200.25);
  const DeviceIdentity monitor{"sdc:urn:uuid:1", Protocol::intellivue, "10.0.0.1", "Maker", "M", "S1", "Réa 3",
                               "REA^3"};
  const std::vector<BedsideEvent> events{
      StationStarted{at, "0.1.0", "d1"},
      DeviceKnown{at, monitor},
      DeviceAssigned{at, monitor.device, "R3", "a.durand", "s"},
      PatientPlaced{at, "R3", {"IPP-1", "DURAND", "Anne", "1950-01-02"}, "a.durand", "s", {{147842, 150456}}},
      AlarmChanged{at, 7, AlarmStep::escalated, AlarmOrigin::limit, monitor.device, "low:hr", "R3", AlarmPriority::high,
                   AlarmKind::technical, 147842, "HR < 40", 2},
      AlarmAcknowledged{at, 7, at, "a.durand", "s", AlarmPriority::medium},
      AlarmOver{at, 7, "a.durand", "s"},
      NumberTakenOff{at, monitor.device, "hr", "a.durand", "s", "R3", "HR"},
      AudioPaused{at, "", at, "a.durand", "s", 12, true},
      LimitSet{at, "R3", 147842, "/min", 40.5, std::nullopt, AlarmPriority::low, "a.durand", "s"},
      SoundChanged{at, true, "hw:0", ""},
      PaperPrinted{at, "strip", "R3", "a.durand"},
      PersonChanged{at, "a.durand", PersonStep::entered, {Role::nurse}, "console"},
      SessionChanged{at, "a.durand", "0123456789abcdef", SessionStep::signed_in, "10.0.0.9", 1, ""},
      CertificateChanged{at, "AB:CD", "made", {"station-a"}, at}};
  ASSERT_EQ(events.size(), std::variant_size_v<BedsideEvent>);
  for (const BedsideEvent& e : events) {
    const std::string text = to_text(e);
    const auto back = bedside_event_from_text(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->index(), e.index());
    EXPECT_EQ(to_text(*back), text);
    EXPECT_EQ(time_of(*back), at);
  }
  const auto limit = bedside_event_from_text(to_text(events[9]));
  EXPECT_EQ(std::get<LimitSet>(*limit).low, 40.5);
  EXPECT_FALSE(std::get<LimitSet>(*limit).high);
}

TEST(BedsideJson, WhatTheFirstVersionWroteReadsOn) {
  const auto acknowledged = bedside_event_from_text(
      R"({"alarm":7,"by":"desk","session":"","ts":1670101200.25,"type":"alarm_acknowledged","until":1670101260.25})",
      1);
  ASSERT_TRUE(acknowledged);
  EXPECT_EQ(std::get<AlarmAcknowledged>(*acknowledged).alarm, 7U);
  EXPECT_FALSE(std::get<AlarmAcknowledged>(*acknowledged).seen);
  const auto paused = bedside_event_from_text(
      R"({"bed":"R1","by":"desk","session":"","ts":1670101200.25,"type":"audio_paused","until":1670101260.25})", 1);
  ASSERT_TRUE(paused);
  EXPECT_FALSE(std::get<AudioPaused>(*paused).seen);
}

TEST(BedsideJson, WhatTheSecondVersionWroteReadsOn) {
  const std::string text =
      R"({"bed":"","by":"desk","seen":3,"session":"","ts":1670101200.25,"type":"audio_paused","until":1670101260.25})";
  const auto paused = bedside_event_from_text(text, 2);
  ASSERT_TRUE(paused);
  EXPECT_FALSE(std::get<AudioPaused>(*paused).unplaced) << "it was every bed's";
  EXPECT_FALSE(bedside_event_from_text(text)) << "whoever writes now says of what";
}

TEST(BedsideJson, WhatTheThirdVersionWroteReadsOn) {
  const std::string text =
      R"({"bed":"R1","by":"desk","patient":{"born":"","family":"DURAND","given":"","identifier":"1"},"session":"",)"
      R"("ts":1670101200.25,"type":"patient_placed"})";
  const auto placed = bedside_event_from_text(text, 3);
  ASSERT_TRUE(placed);
  EXPECT_FALSE(std::get<PatientPlaced>(*placed).limits_kept) << "the bed's limits stayed";
  EXPECT_FALSE(bedside_event_from_text(text)) << "whoever writes now says which go on";
}

TEST(BedsideJson, WhatTheFifthVersionWroteReadsOn) {
  const std::string text =
      R"({"identity":{"address":"10.0.0.5","bed_label":"REA 3","device":"hl7:G/1","maker":"","model":"","protocol":"hl7",)"
      R"("serial":"1"},"ts":1670101200.25,"type":"device_known"})";
  const auto known = bedside_event_from_text(text, 5);
  ASSERT_TRUE(known);
  EXPECT_EQ(std::get<DeviceKnown>(*known).identity.bed_label, "REA 3");
  EXPECT_EQ(std::get<DeviceKnown>(*known).identity.place, "") << "not known";
  EXPECT_FALSE(bedside_event_from_text(text)) << "whoever writes now says it";
}

TEST(BedsideJson, WhatSoundsAgainIsAStepOfItsAlarm) {
  AlarmChanged again;
  again.step = AlarmStep::resounded;
  const auto back = bedside_event_from_text(to_text(again));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<AlarmChanged>(*back).step, AlarmStep::resounded);
}

TEST(BedsideJson, WhatIsNoEventIsRefused) {
  EXPECT_EQ(bedside_event_from_text("{").error().code, ErrorCode::malformed);
  EXPECT_EQ(bedside_event_from_text(R"({"type":"evidence","ts":1})").error().code, ErrorCode::unsupported);
  EXPECT_EQ(bedside_event_from_text(R"({"type":"sound","ts":1})").error().code, ErrorCode::malformed);
  EXPECT_EQ(bedside_event_from_text("{}", bedside_schema_version + 1).error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace cordon::event
