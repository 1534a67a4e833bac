// SPDX-License-Identifier: Apache-2.0
#include "event/json.h"

#include <gtest/gtest.h>

namespace cordon::event {
namespace {

HostKey some_host() {
  return {"span0", 12, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.12"), wall_time_of(1670097600.5)};
}

Observation some_observation() {
  Observation o;
  o.at = wall_time_of(1670097605.123456);
  o.host = some_host();
  o.server = *IpAddress::parse("fd00:77::20");
  o.path =
      "\\\\10.77.0.20\\commun\\R\xC3\xA9"
      "a\\a.docx";
  o.kind = "structure_lost";
  o.looks = {{"structure", "lost", "zip → unknown"}};
  o.llr = 4.25;
  o.confirmed = true;
  return o;
}

TEST(EventJson, EveryTypeReadsBackAsWritten) {
  CutDecided cut;
  cut.id = "cut-9";
  cut.host = some_host();
  cut.macs = {some_host().mac};
  cut.ips = {some_host().ip};
  cut.why = {Sequence{7}, Sequence{8}};
  SensorReport report;
  report.weird["ip_bad_header_length"] = 3;
  const std::vector<Event> events{Started{},
                                  ProcessChanged{},
                                  report,
                                  HostSeen{{}, some_host(), "CHV\\b.martin", false},
                                  some_observation(),
                                  WorkSummed{},
                                  Verdict{},
                                  PlanMade{},
                                  cut,
                                  CutChanged{},
                                  PersonChanged{{}, "a.durand", PersonStep::entered, {Role::cyber, Role::director}, ""},
                                  SessionChanged{},
                                  ApprovalAsked{{}, "ask-9", "", "", {Role::director}, "", "", {}},
                                  ApprovalChanged{},
                                  CertificateChanged{}};
  ASSERT_EQ(events.size(), std::variant_size_v<Event>);
  for (const Event& e : events) {
    const std::string text = to_text(e);
    const auto back = event_from_text(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->index(), e.index());
    EXPECT_EQ(to_text(*back), text);
  }
}

TEST(EventJson, KeepsMicroseconds) {
  EXPECT_NE(to_text(Event{some_observation()}).find("\"ts\":1670097605.123456"), std::string::npos);
}

TEST(EventJson, RefusesWhatIsNotAMessage) {
  EXPECT_EQ(event_from_text("").error().code, ErrorCode::malformed);
  EXPECT_EQ(event_from_text("[]").error().code, ErrorCode::malformed);
  EXPECT_EQ(event_from_text(R"({"type":"coffee"})").error().code, ErrorCode::unsupported);
  EXPECT_EQ(event_from_text(R"({"type":"verdict"})").error().code, ErrorCode::malformed);
  EXPECT_EQ(event_from_text("{}", schema_version + 1).error().code, ErrorCode::unsupported);
  EXPECT_EQ(event_from_text(std::string(message_bytes_max + 1, ' ')).error().code, ErrorCode::limit);
  EXPECT_EQ(input_from_text(R"({"type":"roll_back","at":1,"id":"x","by":"y"})").error().code, ErrorCode::malformed);
}

}  // namespace
}  // namespace cordon::event
