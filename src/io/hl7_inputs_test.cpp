// SPDX-License-Identifier: Apache-2.0
#include "io/hl7_inputs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hl7/build.h"
#include "hl7/interpret.h"
#include "hl7/messages_test.inc"
#include "io/gateway.h"

namespace cordon::io {
namespace {

using namespace std::chrono_literals;
using event::BedsideInput;

constexpr WallTime noon{std::chrono::seconds(1'670'068'800)};

/// Sender reads messages as one device of a sender would be read.
struct Sender {
  explicit Sender(Hl7Reading reading = {}) : link(7, "hl7:LAB/mon", reading) {}
  std::vector<BedsideInput> say(std::string_view bytes, WallTime at = noon) {
    const auto message = hl7::parse(bytes);
    EXPECT_TRUE(message);
    return link.take({*message, hl7::interpret(*message), at, "10.0.0.5"});
  }
  std::vector<BedsideInput> say(const hl7::Report& report, WallTime at = noon) {
    return say(hl7::print(hl7::build(report)), at);
  }
  Hl7Link link;
};

template <class T>
std::vector<T> all(const std::vector<BedsideInput>& inputs) {
  std::vector<T> out;
  for (const BedsideInput& input : inputs) {
    if (const auto* one = std::get_if<T>(&input)) out.push_back(*one);
  }
  return out;
}

std::string name_of(std::string_view bytes) {
  return hl7_device(hl7::interpret(*hl7::parse(bytes)), "10.0.0.5");
}

TEST(Hl7Inputs, ADeviceIsCalledByWhatItSaysElseByItsBedElseByItsSender) {
  EXPECT_EQ(name_of(hl7::golden::gateway), "hl7:0277000000000001/mon-12");
  EXPECT_EQ(name_of(hl7::golden::low_saturation), "hl7:0277000000000002/bed-9");
  EXPECT_EQ(name_of(hl7::golden::watchdog), "hl7:0277000000000004/mon-4");
  EXPECT_EQ(name_of(hl7::golden::waves), "hl7:0277000000000005/bed REA 12 B") << "two beds are never taken for one";
  EXPECT_EQ(name_of(hl7::golden::pds_patient), "hl7:10.0.0.5");
  EXPECT_EQ(name_of(hl7::golden::pds_numerics), "hl7:10.0.0.5") << "though it names no bed";
}

TEST(Hl7Inputs, AHeartbeatThatNamesNobodyIsNobodys) {
  hl7::Report beat;
  beat.kind = hl7::Kind::heartbeat;
  beat.sender = "GATEWAY";
  beat.heartbeat = hl7::Heartbeat{10s, {}, "continue", ""};
  EXPECT_EQ(name_of(hl7::print(hl7::build(beat))), "");
}

TEST(Hl7Inputs, NumericsHaveTheirCodeUnitValueAndReasonWhyNot) {
  Sender sender;
  const auto inputs = sender.say(hl7::golden::gateway);
  const auto heard = all<event::DeviceHeard>(inputs);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].identity.device, "hl7:LAB/mon");
  EXPECT_EQ(heard[0].identity.address, "10.0.0.5");
  EXPECT_EQ(heard[0].identity.serial, "mon-12");
  EXPECT_EQ(heard[0].identity.bed_label, "B");
  EXPECT_EQ(heard[0].patient, (event::PatientOffer{"700123", "VIDAL", "Renée", "1900-01-01"}));
  EXPECT_EQ(heard[0].period, Micros(10s));
  const auto said = all<event::NumericsHeard>(inputs);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].device_time, WallTime(std::chrono::seconds(1'670'097'600))) << "21:00:00+0100";
  const auto& n = said[0].numerics;
  ASSERT_EQ(n.size(), 8U);
  EXPECT_EQ(n[0].channel, (event::Channel{"150021@1.16.1.1", 150021, "NBPs", "mm[Hg]"}));
  EXPECT_EQ(n[0].value, 111);
  EXPECT_EQ(n[0].validity, event::Validity::valid);
  EXPECT_EQ(n[2].channel, (event::Channel{"150456@1.3.1.1", 150456, "SpO2", "%"}));
  EXPECT_EQ(n[2].validity, event::Validity::missing) << "empty";
  EXPECT_EQ(n[3].validity, event::Validity::missing) << "-100";
  EXPECT_EQ(n[4].channel.code, 147842U);
  EXPECT_EQ(n[4].validity, event::Validity::unconfirmed) << "status X, though a number stands there";
  EXPECT_EQ(n[4].value, 80);
  EXPECT_EQ(n[5].validity, event::Validity::questionable) << "above 41.5 is no measured value";
  EXPECT_EQ(n[5].value, 41.5);
  EXPECT_EQ(n[6].value, 15.4);
  EXPECT_EQ(n[6].channel.unit, "mL/h");
  EXPECT_EQ(n[7].validity, event::Validity::invalid) << "37,2 is no number of HL7";
}

TEST(Hl7Inputs, WhatIsKnownIsNotSaidAgainAndAnEmptyPidTakesThePatientBack) {
  Sender sender;
  sender.say(hl7::golden::gateway);
  EXPECT_TRUE(all<event::DeviceHeard>(sender.say(hl7::golden::gateway)).empty());
  std::string empty(hl7::golden::gateway);
  const std::size_t pid = empty.find("PID|||");
  empty.replace(pid, empty.find('\r', pid) - pid, "PID|||");
  const auto heard = all<event::DeviceHeard>(sender.say(empty));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].patient.empty());
}

TEST(Hl7Inputs, EverySampleIsWhereTheSenderPutItAndAsMuchAsItSays) {
  Sender sender;
  const auto inputs = sender.say(hl7::golden::waves);
  const auto waves = all<event::WaveHeard>(inputs);
  ASSERT_EQ(waves.size(), 2U) << "the third is opaque";
  const event::WaveHeard& ecg = waves[0];
  EXPECT_EQ(ecg.channel, (event::Channel{"131329@1.7.6.131329", 131329, "I", "mV"}));
  EXPECT_EQ(ecg.rate_hz, 8);
  const std::vector<float> expected{40, -44, NAN, 46, 0, 0, 0, 0};
  ASSERT_EQ(ecg.samples.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(ecg.samples[i])) << i;
    } else {
      EXPECT_EQ(ecg.samples[i], expected[i]) << i;
    }
  }
  EXPECT_EQ(ecg.validity, event::Validity::valid);
  EXPECT_EQ(ecg.device_time, std::nullopt) << "no zone stated, none configured";
  EXPECT_EQ(waves[1].rate_hz, 4);
  EXPECT_EQ(waves[1].samples, (std::vector<float>{10, 20}));
  const auto troubles = all<event::TroubleHeard>(inputs);
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].code, "dialect");
  EXPECT_FALSE(troubles[0].remedy.empty());
}

TEST(Hl7Inputs, ATraceGoesOnFromMessageToMessageAndALostOneIsAGap) {
  Sender sender({.utc_offset = 60min});
  std::string second(hl7::golden::waves);
  for (std::size_t at = second.find("21150"); at != std::string::npos; at = second.find("21150", at + 5)) {
    second[at + 5] = static_cast<char>(second[at + 5] + 1);
  }
  std::string fourth(hl7::golden::waves);
  for (std::size_t at = fourth.find("21150"); at != std::string::npos; at = fourth.find("21150", at + 5)) {
    fourth[at + 5] = static_cast<char>(fourth[at + 5] + 3);
  }
  const auto one = all<event::WaveHeard>(sender.say(hl7::golden::waves, noon));
  EXPECT_EQ(one[0].first, 0U);
  EXPECT_EQ(one[0].device_time, WallTime(std::chrono::seconds(1'670'098'500))) << "21:15:00 at +01:00";
  EXPECT_EQ(all<event::WaveHeard>(sender.say(second, noon + 1s))[0].first, 8U);
  EXPECT_EQ(all<event::WaveHeard>(sender.say(second, noon + 2s))[0].first, 8U) << "said twice";
  EXPECT_EQ(all<event::WaveHeard>(sender.say(fourth, noon + 3s))[0].first, 24U) << "the third is lost";
}

TEST(Hl7Inputs, OneAlarmIsOneConditionFromItsStartToItsEnd) {
  Sender sender;
  const auto inputs = sender.say(hl7::golden::low_saturation);
  const auto said = all<event::AlarmsHeard>(inputs);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_FALSE(said[0].complete);
  ASSERT_EQ(said[0].alarms.size(), 1U);
  const event::DeviceAlarm& alarm = said[0].alarms[0];
  EXPECT_EQ(alarm.priority, event::AlarmPriority::medium);
  EXPECT_EQ(alarm.kind, event::AlarmKind::physiological);
  EXPECT_EQ(alarm.code, 150456U);
  EXPECT_EQ(alarm.text, "SpO2 <b>bas</b>") << "text is data";
  EXPECT_TRUE(alarm.present);
  EXPECT_TRUE(alarm.silenced);
  std::string over(hl7::golden::low_saturation);
  over.replace(over.find("|start|"), 7, "|end|");
  const auto ended = all<event::AlarmsHeard>(sender.say(over));
  EXPECT_EQ(ended[0].alarms[0].condition, alarm.condition);
  EXPECT_FALSE(ended[0].alarms[0].present);
}

TEST(Hl7Inputs, ALatchedAlarmWhoseConditionIsOverIsOver) {
  Sender sender;
  const auto said = all<event::AlarmsHeard>(sender.say(hl7::golden::occlusion));
  ASSERT_EQ(said[0].alarms.size(), 1U);
  EXPECT_EQ(said[0].alarms[0].priority, event::AlarmPriority::high);
  EXPECT_EQ(said[0].alarms[0].kind, event::AlarmKind::technical);
  EXPECT_FALSE(said[0].alarms[0].present);
}

TEST(Hl7Inputs, AMomentIsAnAlarmThatIsOverAtOnce) {
  Sender sender;
  std::string point(hl7::golden::low_saturation);
  point.replace(point.find("|start|"), 7, "|tpoint|");
  const auto said = all<event::AlarmsHeard>(sender.say(point));
  ASSERT_EQ(said.size(), 2U);
  EXPECT_TRUE(said[0].alarms[0].present);
  EXPECT_FALSE(said[1].alarms[0].present);
  EXPECT_EQ(said[0].alarms[0].condition, said[1].alarms[0].condition);
}

TEST(Hl7Inputs, AnAlarmOfUnknownUrgencyIsMedium) {
  Sender sender;
  std::string unknown(hl7::golden::low_saturation);
  unknown.replace(unknown.find("L~PM~SP"), 7, "L~XX~SP");
  EXPECT_EQ(all<event::AlarmsHeard>(sender.say(unknown))[0].alarms[0].priority, event::AlarmPriority::medium);
}

TEST(Hl7Inputs, MindraysTwoListsAreOneListOfTheDevice) {
  Sender sender;
  const auto first = all<event::AlarmsHeard>(sender.say(hl7::golden::pds_alarms));
  EXPECT_TRUE(first[0].complete);
  ASSERT_EQ(first[0].alarms.size(), 2U);
  EXPECT_EQ(first[0].alarms[0].text, "SpO2 TOO HIGH");
  EXPECT_EQ(first[0].alarms[0].priority, event::AlarmPriority::medium);
  EXPECT_EQ(first[0].alarms[1].priority, event::AlarmPriority::high);
  const auto technical = all<event::AlarmsHeard>(
      sender.say("MSH|^~\\&|||||||ORU^R01|56|P|2.3.1|\rOBX||CE|4|1|10033^*SENSOR OFF||||||F|||20221203211501|\r"));
  ASSERT_EQ(technical[0].alarms.size(), 3U) << "the technical list does not end the physiological alarms";
  EXPECT_NE(technical[0].alarms[2].condition, technical[0].alarms[0].condition) << "though the number is the same";
  const auto none =
      all<event::AlarmsHeard>(sender.say("MSH|^~\\&|||||||ORU^R01|54|P|2.3.1|\rOBX||CE|2040^||0^||||||F\r"));
  ASSERT_EQ(none[0].alarms.size(), 1U);
  EXPECT_EQ(none[0].alarms[0].kind, event::AlarmKind::technical);
}

TEST(Hl7Inputs, AHeartbeatStatesThePeriodWithinReason) {
  Sender sender;
  EXPECT_EQ(all<event::DeviceHeard>(sender.say(hl7::golden::watchdog))[0].period, Micros(10s));
  std::string hourly(hl7::golden::watchdog);
  hourly.replace(hourly.find("<10000"), 6, "<3600000");
  EXPECT_EQ(all<event::DeviceHeard>(sender.say(hourly))[0].period, Micros(60s)) << "a bed is not dark for an hour";
  const auto again = sender.say(hourly);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<event::LinkAlive>(again[0]));
}

TEST(Hl7Inputs, ForeignTextIsBoundedAndOneLine) {
  hl7::Report report;
  report.kind = hl7::Kind::observations;
  report.sender = "LAB";
  report.patient.family = "VI\nDAL\xe2\x80\xae" + std::string(500, 'x');
  report.numerics.emplace_back().code = {"1", std::string(500, 'n'), "L"};
  Sender sender;
  const auto inputs = sender.say(report);
  const auto family = all<event::DeviceHeard>(inputs)[0].patient.family;
  EXPECT_LE(family.size(), device_text_bytes_max);
  EXPECT_EQ(family.find('\n'), std::string::npos);
  EXPECT_EQ(family.find("\xe2\x80\xae"), std::string::npos);
  EXPECT_LE(all<event::NumericsHeard>(inputs)[0].numerics[0].channel.label.size(), device_text_bytes_max);
}

TEST(Hl7Inputs, TracesBeyondTheBoundAreLeftOut) {
  hl7::Report report;
  report.kind = hl7::Kind::observations;
  report.sender = "LAB";
  for (std::size_t i = 0; i <= hl7_traces_max; ++i) {
    hl7::Wave wave;
    wave.code = {std::to_string(131000 + i), "MDC_X", "MDC"};
    wave.containment.text = "1.1.1." + std::to_string(i);
    wave.rate_hz = 10;
    wave.samples = {1, 2};
    report.waves.push_back(wave);
  }
  Sender sender;
  EXPECT_EQ(all<event::WaveHeard>(sender.say(report)).size(), hl7_traces_max);
}

}  // namespace
}  // namespace cordon::io
