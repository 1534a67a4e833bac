// SPDX-License-Identifier: Apache-2.0
#include "hl7/interpret.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "hl7/mdc.h"
#include "hl7/messages_test.inc"

namespace cordon::hl7 {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

Report told(std::string_view bytes) {
  const auto message = parse(bytes);
  EXPECT_TRUE(message);
  EXPECT_EQ(print(*message), bytes);
  return interpret(*message);
}

Report told_of(const std::string& obx) {
  return told("MSH|^~\\&|a||||20221203||ORU^R01|1|P|2.6\rOBR|1|||x\r" + obx);
}

bool odd(const Report& report, OddityKind kind) {
  for (const Oddity& o : report.oddities) {
    if (o.kind == kind) return true;
  }
  return false;
}

TEST(Interpret, AGatewaysNumericsComeWithCodeUnitTimeAndReason) {
  const Report r = told(golden::gateway);
  EXPECT_EQ(r.kind, Kind::observations);
  EXPECT_EQ(r.device, "mon-12");
  EXPECT_EQ(r.sender, "LAB_GATEWAY");
  EXPECT_EQ(r.sender_id, "0277000000000001");
  EXPECT_EQ(r.bed, (Bed{"REA", "12", "B", "CHV"}));
  EXPECT_EQ(r.place, "REA^12^B^CHV");
  EXPECT_EQ(r.bed_label, "REA 12 B");
  EXPECT_EQ(r.patient.identifiers, (std::vector<PatientIdentifier>{{"700123", "CHV", "MR"}, {"55", "CHV", "VN"}}));
  EXPECT_EQ(r.patient.family, "VIDAL");
  EXPECT_EQ(r.patient.given,
            "Ren\xc3\xa9"
            "e");
  EXPECT_EQ(r.patient.birth, "19000101");
  ASSERT_EQ(r.numerics.size(), 8U);
  const Numeric& pressure = r.numerics[0];
  EXPECT_EQ(pressure.code, (Code{"150021", "MDC_PRESS_BLD_NONINV_SYS", "MDC"}));
  EXPECT_EQ(pressure.value, 111.0);
  EXPECT_EQ(pressure.unit, (Unit{"mm[Hg]", "mm[Hg]", false}));
  EXPECT_EQ(pressure.containment.parts, (std::vector<std::uint32_t>{1, 16, 1, 1}));
  EXPECT_EQ(pressure.range, "90-160");
  EXPECT_TRUE(pressure.aperiodic);
  EXPECT_EQ(pressure.device, "mon-12");
  EXPECT_EQ(pressure.at->zone, ZoneOrigin::of_message);
  EXPECT_EQ(to_iso(pressure.at->utc(minutes(0))), "2022-12-03T19:59:00.000000Z");
  EXPECT_EQ(to_iso(r.numerics[1].at->utc(minutes(0))), "2022-12-03T19:59:58.000000Z");  // the order's
  EXPECT_EQ(r.numerics[1].unit.ucum, "{beat}/min");
  EXPECT_EQ(r.numerics[6].unit.ucum, "mL/h");
  EXPECT_EQ(r.numerics[5].comparator, ">");
  EXPECT_EQ(r.numerics[5].value, 41.5);
  EXPECT_EQ(r.numerics[5].unit.ucum, "Cel");
  ASSERT_EQ(r.findings.size(), 1U);
  EXPECT_EQ(r.findings[0].text, "MDC_ECG_SINUS_RHY");
  ASSERT_EQ(r.devices.size(), 2U);
}

TEST(Interpret, AValueWhoseStatusSaysThatThereIsNoneIsKeptAndSaysSo) {
  const Report r = told(golden::gateway);
  EXPECT_EQ(r.numerics[4].validity, Validity::unconfirmed);
  EXPECT_EQ(r.numerics[4].value, 80);
  EXPECT_TRUE(odd(r, OddityKind::value_despite_x));
  for (const char* none : {"", "\"\"", "---", "-999", "8388607", "eighty"}) {
    const Report one = told_of("OBX|1|NM|1^X^MDC|1.1.1.1|" + std::string(none) + "||||||X");
    ASSERT_EQ(one.numerics.size(), 1U) << none;
    EXPECT_EQ(one.numerics[0].validity, Validity::not_obtained) << none;
    EXPECT_FALSE(one.numerics[0].value) << none;
  }
}

TEST(Interpret, ANumberThatIsMissingIsNeverZero) {
  const Report r = told(golden::gateway);
  const auto reason = [&](std::size_t i, Validity validity) {
    EXPECT_EQ(r.numerics[i].validity, validity);
    EXPECT_FALSE(r.numerics[i].value);
  };
  reason(2, Validity::empty);
  reason(3, Validity::marker);
  reason(7, Validity::not_a_number);
  for (const auto& [text, validity] :
       {std::pair{"\"\"", Validity::null}, std::pair{"---", Validity::marker}, std::pair{"NaN", Validity::not_a_number},
        std::pair{"inf", Validity::not_a_number}, std::pair{"1e3", Validity::not_a_number},
        std::pair{"0x10", Validity::not_a_number}, std::pair{"8388607", Validity::marker},
        std::pair{"-999", Validity::marker}, std::pair{"1.2.3", Validity::not_a_number},
        std::pair{".", Validity::not_a_number}, std::pair{"--1", Validity::not_a_number},
        std::pair{" ", Validity::empty}}) {
    const Report one = told_of("OBX|1|NM|1^X^MDC|1.1.1.1|" + std::string(text));
    ASSERT_EQ(one.numerics.size(), 1U);
    EXPECT_EQ(one.numerics[0].validity, validity) << text;
    EXPECT_FALSE(one.numerics[0].value) << text;
  }
  EXPECT_EQ(told_of("OBX|1|NM|1^X^MDC|1|0").numerics[0].value, 0.0);
  // Where -100 can be measured it is a value: a lead's offset, a fluid balance.
  EXPECT_EQ(told_of("OBX|1|NM|1^X^MDC|1|-100|mL^mL^UCUM").numerics[0].value, -100.0);
  EXPECT_EQ(told_of("OBX|1|NM|1^X^MDC|1|+12.50|mL^mL^UCUM").numerics[0].value, 12.5);
}

TEST(Interpret, WhatObx8SaysOfAMeasurementIsKeptAndTheGravestCounts) {
  const Report r = told(golden::demonstration);
  ASSERT_EQ(r.numerics.size(), 8U);
  EXPECT_EQ(r.numerics[0].flags, (std::vector<std::string>{"DEMO"}));
  EXPECT_EQ(r.numerics[1].flags, (std::vector<std::string>{"H", "TEST"}));
  const std::array standings{Standing::demo,    Standing::demo,        Standing::questionable, Standing::calibrating,
                             Standing::invalid, Standing::unavailable, Standing::measured,     Standing::measured};
  for (std::size_t i = 0; i < standings.size(); ++i) EXPECT_EQ(standing_of(r.numerics[i].flags), standings[i]) << i;
  for (const char* demo : {"demo", "Test", "test"}) EXPECT_EQ(standing_of({"H", demo}), Standing::demo) << demo;
  for (const char* none : {"NAV", "NI", "MSK", "NAN", "BUSY"}) EXPECT_EQ(standing_of({none}), Standing::unavailable);
  for (const char* doubt : {"EARLY", ">", "<"}) EXPECT_EQ(standing_of({"L", doubt}), Standing::questionable);
  std::string many;
  for (std::size_t i = 0; i <= flags_max; ++i) many += "L~~";
  EXPECT_EQ(told_of("OBX|1|NM|1^X^MDC|1|5|||" + many + "|||R").numerics[0].flags.size(), flags_max);
}

TEST(Interpret, ANumberThatIsSentAsTextIsReadAndNoted) {
  const std::string rate = "147842^MDC_ECG_HEART_RATE^MDC|2.1|";
  for (const char* type : {"ST", "TX", ""}) {
    const Report r =
        told_of("OBX|1|" + std::string(type) + "|" + rate + "81|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R|||||||mon");
    ASSERT_EQ(r.numerics.size(), 1U) << type;
    EXPECT_EQ(r.numerics[0].value, 81.0);
    EXPECT_EQ(r.numerics[0].unit.ucum, "{beat}/min");
    EXPECT_TRUE(r.numerics[0].as_text);
    EXPECT_EQ(r.device, "mon");
    EXPECT_TRUE(r.findings.empty());
    EXPECT_TRUE(odd(r, OddityKind::number_as_text));
  }
  EXPECT_EQ(told_of("OBX|1|ST|0002-4182^HR^MDIL|2.1|81").numerics.size(), 1U) << "by its code alone";
  EXPECT_EQ(told_of("OBX|1|ST|9^OWN^99LAB|2.1|81|mL").numerics.size(), 1U) << "by its unit alone";
  EXPECT_EQ(told_of("OBX|1|ST|9^OWN^99LAB|2.1|81").numerics.size(), 0U);
  for (const auto& [none, validity] : {std::pair{"", Validity::empty}, std::pair{"---", Validity::marker},
                                       std::pair{"\"\"", Validity::null}, std::pair{"-100", Validity::marker}}) {
    const Report r = told_of("OBX|1|ST|" + rate + none);
    ASSERT_EQ(r.numerics.size(), 1U) << none;
    EXPECT_EQ(r.numerics[0].validity, validity) << none;
    EXPECT_EQ(r.oddities_seen, 0U) << none;
  }
  EXPECT_EQ(told_of("OBX|1||" + rate + "||||||X").numerics.at(0).validity, Validity::not_obtained);
}

TEST(Interpret, ATextThatIsNoNumberStaysOneAndSaysSoWhereANumberHasToStand) {
  for (const char* text : {"81 bpm", "37,2", "120/80", "1e3", "81~82", "low"}) {
    const Report r = told_of("OBX|1|ST|147842^MDC_ECG_HEART_RATE^MDC|2.1|" + std::string(text) + "|||||||||||||mon");
    EXPECT_TRUE(r.numerics.empty()) << text;
    ASSERT_EQ(r.findings.size(), 1U) << text;
    EXPECT_TRUE(r.findings[0].measured);
    EXPECT_TRUE(odd(r, OddityKind::text_for_number));
    EXPECT_EQ(r.device, "mon") << "a finding names its device, too";
  }
  for (const char* words : {"ST|184352^MDC_VENT_MODE^MDC|2.1|3", "ST|184352^MDC_VENT_MODE^MDC|2.1|VCV",
                            "CWE|147842^MDC_ECG_HEART_RATE^MDC|2.1|81", "ST|196674^MDC_EVT_LO^MDC|2.1|81|%",
                            "ST|68481^MDC_ATTR_EVENT_PHASE^MDC|2.1|3|%", "ST|68323^MDC_ATTR_DATA_RANGE^MDC|2.1|3|mV"}) {
    const Report r = told_of("OBX|1|" + std::string(words));
    EXPECT_TRUE(r.numerics.empty()) << words;
    ASSERT_EQ(r.findings.size(), 1U) << words;
    EXPECT_FALSE(r.findings[0].measured) << words;
    EXPECT_EQ(r.oddities_seen, 0U) << words;
  }
  const Report alarm = told(
      "MSH|^~\\&|a||||20221203||ORU^R40|1|P|2.6\rOBR|1|||196616^MDC_EVT_ALARM^MDC\r"
      "OBX|1|ST|196674^MDC_EVT_HI^MDC|1.1.1.1.1|90|%\rOBX|2|ST|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.1.2|88|%\r"
      "OBX|3|ST|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.1.9|88|%");
  EXPECT_EQ(alarm.alarms.size(), 1U);
  EXPECT_TRUE(alarm.numerics.empty());
  EXPECT_EQ(alarm.oddities_seen, 0U);
}

TEST(Interpret, AMessageOfTrainingOrDebuggingIsADemonstration) {
  const auto standing = [](const std::string& processing, const std::vector<std::string>& flags) {
    return standing_of(flags,
                       told("MSH|^~\\&|a||||20221203||ORU^R01|1|" + processing + "|2.6\rOBX|1|NM|1^X^MDC|1|5||||||R"));
  };
  for (const char* none : {"T", "D", "t", "T^T", "D^", " T "}) {
    EXPECT_EQ(standing(none, {}), Standing::demo) << none;
    EXPECT_EQ(standing(none, {"QUES"}), Standing::demo) << none;
    EXPECT_EQ(standing(none, {"INV"}), Standing::invalid) << "the gravest counts";
  }
  for (const char* real : {"", "P", "P^T", "p", "TD"}) EXPECT_EQ(standing(real, {}), Standing::measured) << real;
}

TEST(Interpret, WhatIsDeletedOrWrongIsNoValue) {
  for (const char* status : {"D", "W"}) {
    const Report r = told_of("OBX|1|NM|1^X^MDC|1|5||||||" + std::string(status) + "\rOBX|2|NA|1^W^MDC|1.9|1^2||||||" +
                             status + "\rOBX|3|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.9.1|500");
    EXPECT_EQ(r.numerics[0].validity, Validity::withdrawn) << status;
    EXPECT_FALSE(r.numerics[0].value) << status;
    EXPECT_EQ(r.waves[0].samples_missing, 2U) << status;
  }
}

TEST(Interpret, EachPatientOfAMessageIsAReportOfItsOwn) {
  const auto both = interpret_all(*parse(golden::two_patients));
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ((*both)[0].patient.family, "VIDAL");
  EXPECT_EQ((*both)[0].place, "REA^12^B");
  ASSERT_EQ((*both)[0].numerics.size(), 1U);
  EXPECT_EQ((*both)[0].numerics[0].value, 61);
  EXPECT_TRUE((*both)[0].alarms.empty());
  EXPECT_EQ((*both)[1].patient.family, "MOREAU");
  EXPECT_EQ((*both)[1].place, "REA^13^A");
  ASSERT_EQ((*both)[1].numerics.size(), 1U);
  EXPECT_EQ((*both)[1].numerics[0].value, 132);
  ASSERT_EQ((*both)[1].alarms.size(), 1U);
  EXPECT_EQ((*both)[1].alarms[0].text, "HR high");
  EXPECT_EQ(interpret_all(*parse(golden::gateway))->size(), 1U);
  // A PV1 without PID begins a patient too; one in which nothing is observed is left out.
  std::string unnamed(golden::two_patients);
  unnamed.replace(unnamed.find("PID|||700124||MOREAU^LEA\r"), 25, "");
  unnamed += "PID|||700125||PETIT\rPV1||I|REA^14\r";
  ASSERT_EQ(interpret_all(*parse(unnamed))->size(), 2U);
  EXPECT_EQ(interpret_all(*parse(unnamed))->back().place, "REA^13^A");
}

TEST(Interpret, PatientsOfOneMessageAreBounded) {
  std::string message = "MSH|^~\\&|a||||20221203||ORU^R01|1|P|2.6\r";
  for (std::size_t i = 0; i < patients_max; ++i) message += "PID|||1\rOBX|1|NM|1^X^MDC|1|5\r";
  ASSERT_TRUE(interpret_all(*parse(message)));
  EXPECT_EQ(interpret_all(*parse(message))->size(), patients_max);
  message += "PID|||1\rOBX|1|NM|1^X^MDC|1|5\r";
  const auto over = interpret_all(*parse(message));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::limit);
}

TEST(Interpret, AnAlarmIsReadWithItsMeasurement) {
  const Report r = told(golden::low_saturation);
  EXPECT_EQ(r.kind, Kind::alarm);
  ASSERT_EQ(r.alarms.size(), 1U);
  const AlarmEvent& a = r.alarms[0];
  EXPECT_EQ(a.event.name, "MDC_EVT_LO");
  EXPECT_EQ(a.text, "SpO2 <b>bas</b>");
  EXPECT_EQ(a.source.name, "MDC_PULS_OXIM_SAT_O2");
  ASSERT_TRUE(a.source_value);
  EXPECT_EQ(a.source_value->value, 82.0);
  EXPECT_EQ(a.source_value->range, "90-96");
  EXPECT_EQ(a.containment.text, "1.3.1.150456");
  EXPECT_EQ(a.phase, Phase::start);
  EXPECT_EQ(a.state, AlarmState::active);
  EXPECT_EQ(a.priority, Priority::medium);
  EXPECT_EQ(a.type, AlarmType::physiological);
  EXPECT_EQ(a.abnormality, "L");
  EXPECT_EQ(a.inactivation, (std::vector<std::string>{"audio-paused", "alarm-off"}));
  EXPECT_EQ(a.id, "8");
  EXPECT_EQ(a.first_id, "7");
  EXPECT_EQ(a.device, "bed-9");
  EXPECT_EQ(r.device, "bed-9");
  EXPECT_TRUE(odd(r, OddityKind::status_shifted));
  EXPECT_TRUE(r.numerics.empty());
}

TEST(Interpret, TheNameDecidesAndTheNumberOnlyWithoutOne) {
  const Report r = told(golden::occlusion);
  ASSERT_EQ(r.alarms.size(), 1U);
  const AlarmEvent& a = r.alarms[0];
  EXPECT_EQ(a.event, (Code{"196940", "MDC_EVT_FLUID_LINE_OCCL", "MDC"}));
  EXPECT_EQ(a.text, "Occlusion");
  EXPECT_EQ(a.source.name, "MDC_DEV_PUMP_INFUS_MDS");
  EXPECT_EQ(a.phase, Phase::end);
  EXPECT_EQ(a.state, AlarmState::latched);
  EXPECT_EQ(a.priority, Priority::high);
  EXPECT_EQ(a.type, AlarmType::technical);
}

TEST(Interpret, TwoAlarmsOfOneOrderAreTwoAndAFacetAloneIsKept) {
  const std::string head = "MSH|^~\\&|a||||20221203||ORU^R40|1|P|2.6\rOBR|1||f|196616^MDC_EVT_ALARM^MDC\r";
  const Report two =
      told(head +
           "OBX|1|ST|1^MDC_EVT_LO^MDC|1.1.1.1.1|low|||PL\rOBX|2|ST|2^MDC_EVT_HI^MDC|1.1.1.1.1|high|||PH\r"
           "OBX|3|ST|0^MDC_ATTR_ALARM_PRIORITY^MDC|1.1.1.1.6|PM\r");
  ASSERT_EQ(two.alarms.size(), 2U);
  EXPECT_EQ(two.alarms[0].text, "low");
  EXPECT_EQ(two.alarms[1].priority, Priority::high);  // the higher of two that differ
  EXPECT_TRUE(odd(two, OddityKind::priorities_differ));
  const Report late = told(
      head + "OBX|1|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.1.1.1.4|active\rOBX|2|ST|1^MDC_EVT_LO^MDC|1.1.1.1.1|low\r");
  ASSERT_EQ(late.alarms.size(), 1U);
  EXPECT_EQ(late.alarms[0].event.name, "MDC_EVT_LO");
  EXPECT_EQ(late.alarms[0].state, AlarmState::active);
  EXPECT_TRUE(odd(late, OddityKind::facet_alone));
}

TEST(Interpret, NumbersAndWavesBesideAnAlarmAreNoAlarm) {
  const std::string alarm =
      "MSH|^~\\&|a||||20221203||ORU^R40|1|P|2.6\rOBR|1||f|196616^MDC_EVT_ALARM^MDC\r"
      "OBX|1|ST|196674^MDC_EVT_LO^MDC|1.1.1.1.1|low|||PM\r";
  const std::string wave =
      "OBR|2|||69121^MDC_OBS_WAVE_CTS^MDC\rOBX|2|NA|131330^MDC_ECG_ELEC_POTL_II^MDC|1.3.1.1|1^2\r"
      "OBX|3|NM|67981^MDC_ATTR_SAMP_RATE^MDC|1.3.1.1.1|250\r"
      "OBX|4|ST|262196^MDC_EVT_INOP^MDC|1.3.1.1.2|7\r";
  const std::string numbers =
      "OBR|3|||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC\r"
      "OBX|5|NM|147842^MDC_ECG_HEART_RATE^MDC|1.3.2.1|61\r";
  const Report r = told(alarm + wave + numbers);
  ASSERT_EQ(r.alarms.size(), 1U);
  EXPECT_EQ(r.alarms[0].text, "low");
  EXPECT_TRUE(r.numerics.empty() && r.waves.empty()) << "they are of when it began";
  EXPECT_EQ(r.findings.size(), 4U);
  for (const char* one :
       {"OBX|2|ST|1^MDC_EVT_HI^MDC|1.2.1.1.1|high", "OBX|2|ST|196652^^MDC|1.2.1.1.9|high",
        "OBX|2|ST|7^OWN^L|1.2.1.1|high|||PH", "OBX|2|ST|68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.2.1.1.6|PH"})
    EXPECT_EQ(told(alarm + "OBR|2|||69965^MDC_DEV_MON_MDS^MDC\r" + one).alarms.size(), 2U) << one;
  for (const char* one :
       {"OBX|2|NM|147842^MDC_ECG_HEART_RATE^MDC|1.2.1.1|31|||PH~LL", "OBX|2|SN|7^OWN^L|1.2.1.1|>^31|||PM"})
    EXPECT_EQ(told(alarm + "OBR|2|||69965^MDC_DEV_MON_MDS^MDC\r" + one).alarms.size(), 1U) << one;
  const std::size_t order = alarm.find("OBR");
  EXPECT_EQ(told(alarm.substr(0, order) + numbers + alarm.substr(order)).alarms.size(), 1U) << "before it";
  const std::string alone = "MSH|^~\\&|a||||20221203||ORU^R40|1|P|2.6\rOBR|1||f|69965^MDC_DEV_MON_MDS^MDC\r";
  EXPECT_EQ(told(alone + "OBX|1|ST|EV12^Apnea^99VEND|1.1.1|APNEA|||A~H").alarms.size(), 1U) << "the alarm itself";
  EXPECT_EQ(told(alone + "OBX|1|NM|7^OWN^L|1.1.1|31|||PH").alarms.size(), 1U) << "nothing else is one";
  EXPECT_EQ(told(alarm + "OBR|2\rOBX|2|ST|7^OWN^L|1.2.1.1|high").alarms.size(), 2U) << "of no stated kind";
}

TEST(Interpret, TheHeartbeatSaysWhenTheNextIsDue) {
  const Report r = told(golden::watchdog);
  EXPECT_EQ(r.kind, Kind::heartbeat);
  ASSERT_TRUE(r.heartbeat);
  EXPECT_EQ(r.device, "mon-4");
  EXPECT_EQ(r.heartbeat->period, milliseconds(10000));
  EXPECT_TRUE(odd(r, OddityKind::range_shifted));
  EXPECT_EQ(r.heartbeat->phase, "continue");
  ASSERT_TRUE(r.heartbeat->at);
  EXPECT_EQ(to_iso(r.heartbeat->at->clock), "2022-12-03T21:15:00.038000Z");
  EXPECT_TRUE(r.alarms.empty());
}

TEST(Interpret, AnAlarmBesideAHeartbeatIsNotLost) {
  const Report r = told(golden::watchdog_with_alarm);
  EXPECT_EQ(r.kind, Kind::alarm);
  ASSERT_EQ(r.alarms.size(), 1U);
  EXPECT_EQ(r.alarms[0].text, "SpO2 low");
  ASSERT_TRUE(r.heartbeat);
  EXPECT_EQ(r.heartbeat->period, milliseconds(2000));
}

TEST(Interpret, APeriodThatNobodyCanKeepIsNone) {
  const auto period = [](const std::string& stated) {
    return told("MSH|^~\\&|a||||20221203||ORU^R40|1|P|2.6\rOBX|1|ST|198200^MDC_EVT_WATCHDOG^MDC|1.0.0.1|continue||" +
                stated)
        .heartbeat->period;
  };
  EXPECT_EQ(period("<2000"), milliseconds(2000));
  EXPECT_EQ(period("1"), milliseconds(1));
  EXPECT_EQ(period("<86400000"), milliseconds(86'400'000));
  for (const char* none : {"", "<", "<0", "<0.5", "<-5", "<86400001", "soon"}) EXPECT_FALSE(period(none)) << none;
}

TEST(Interpret, WavesAreScaledAlignedAndGapsStayGaps) {
  const Report r = told(golden::waves);
  ASSERT_EQ(r.waves.size(), 3U);
  const Wave& ecg = r.waves[0];
  EXPECT_EQ(ecg.code.name, "MDC_ECG_ELEC_POTL_I");
  EXPECT_EQ(ecg.rate_hz, 8);
  EXPECT_EQ(ecg.unit.ucum, "mV");
  ASSERT_EQ(ecg.samples.size(), 8U);
  EXPECT_EQ(ecg.samples[0], 40);
  EXPECT_EQ(ecg.samples[1], -44);
  EXPECT_TRUE(std::isnan(ecg.samples[2]));
  EXPECT_EQ(ecg.samples_missing, 1U);
  EXPECT_EQ(to_iso(ecg.begin->clock), "2022-12-03T21:15:00.000000Z");
  EXPECT_EQ(ecg.begin->zone, ZoneOrigin::local);
  EXPECT_EQ(r.waves[1].rate_hz, 4);
  EXPECT_EQ(r.waves[2].opaque, (std::vector<std::uint8_t>{0, 1, 2, 255}));
  EXPECT_TRUE(r.waves[2].samples.empty());
  EXPECT_TRUE(odd(r, OddityKind::not_decoded));
  EXPECT_TRUE(r.numerics.empty());
}

TEST(Interpret, ALyingWaveIsOnlyOdd) {
  const std::string head = "MSH|^~\\&|a||||20221203||ORU^R01|1|P|2.6\rOBR|1|||x|||20221203210000.5|20221203210001.5\r";
  const Report lie =
      told(head + "OBX|1|NA|1^W^MDC|1.1.1.9|1^x^3~4^^1e999\rOBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.1.1.9.1|500");
  ASSERT_EQ(lie.waves.size(), 1U);
  EXPECT_EQ(lie.waves[0].samples.size(), 6U);
  EXPECT_EQ(lie.waves[0].samples_missing, 3U);
  EXPECT_TRUE(odd(lie, OddityKind::rows));
  EXPECT_TRUE(odd(lie, OddityKind::sample_unreadable));
  EXPECT_TRUE(odd(lie, OddityKind::samples_and_time));
  EXPECT_EQ(lie.oddities.back(), (Oddity{OddityKind::samples_and_time, 2}));
  for (const std::string_view rate : {"0", "-1", "NaN", "100001", ""}) {
    const Report r =
        told(head + "OBX|1|NA|1^W^MDC|1.9|1\rOBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.9.1|" + std::string(rate));
    EXPECT_EQ(r.waves[0].rate_hz, 0) << rate;
    EXPECT_TRUE(odd(r, OddityKind::rate)) << rate;
  }
  EXPECT_EQ(told(head + "OBX|1|NA|1^W^MDC|1.9|1\rOBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.9.1|100000").waves[0].rate_hz,
            100000);
  const Report alone = told(head + "OBX|1|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.9.1|500");
  EXPECT_TRUE(odd(alone, OddityKind::attribute_alone));
  EXPECT_EQ(alone.numerics.size(), 1U);
}

TEST(Interpret, OtherSpellingsOfAWavesAttributesAreAttributesToo) {
  const Report r = told(golden::feed_waves);
  ASSERT_EQ(r.waves.size(), 1U);
  const Wave& w = r.waves[0];
  EXPECT_EQ(w.rate_hz, 240);
  EXPECT_EQ(w.resolution, 2.5);
  EXPECT_EQ(w.unit.ucum, "uV");
  EXPECT_EQ(w.invalid_markers, (std::vector<double>{-32768, -32766, -32767}));
  ASSERT_EQ(w.samples.size(), 4U);
  EXPECT_EQ(w.samples[0], 250);
  EXPECT_TRUE(std::isnan(w.samples[1]) && std::isnan(w.samples[2]));
  EXPECT_EQ(w.samples[3], 500);
  EXPECT_EQ(w.device, "REA-01~LAB9");
  EXPECT_EQ(r.device, "REA-01~LAB9");
  EXPECT_TRUE(r.device_stated);
  EXPECT_TRUE(r.numerics.empty());
  EXPECT_TRUE(r.findings.empty());
}

TEST(Interpret, MarkersAreBoundedAndAFlagIsNone) {
  const Report r = told(golden::flagged_waves);
  EXPECT_EQ(r.dialect, Dialect::ihe) << "though it counts in MSH-10 as Mindray PDS names its messages";
  ASSERT_EQ(r.waves.size(), 1U);
  EXPECT_EQ(r.waves[0].samples, (std::vector<double>{0.5, 0, 1, 0.5}));
  EXPECT_TRUE(odd(r, OddityKind::marker_small));
  EXPECT_EQ(r.place, "REA^BED7");
  EXPECT_EQ(r.bed_label, "REA BED7");
  std::string wave = "OBX|1|NA|1^W^MDC|1.9|1^2\r";
  for (std::size_t i = 0; i <= markers_max; ++i) {
    wave += "OBX|2|NM|0^MDC_EVT_INOP^MDC|1.9.3|" + std::to_string(-32768 + static_cast<int>(i)) + "\r";
  }
  EXPECT_EQ(told_of(wave).waves[0].invalid_markers.size(), markers_max);
}

TEST(Interpret, AnAttributeBelongsToTheLastWaveOfItsPath) {
  const Report r = told_of(
      "OBX|1|NA|1^V^MDC|1.9|1\rOBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.9.1|10\r"
      "OBX|3|NA|2^W^MDC|1.9|1\rOBX|4|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.9.2.1|20\r"
      "OBX|5|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.90.1|30");
  ASSERT_EQ(r.waves.size(), 2U);
  EXPECT_EQ(r.waves[0].rate_hz, 10);
  EXPECT_EQ(r.waves[1].rate_hz, 20);
  EXPECT_TRUE(odd(r, OddityKind::attribute_alone)) << "1.90 is not below 1.9";
}

TEST(Interpret, UnitsOfPhilipsAndOfPeopleAreKnown) {
  const Report r = told(golden::mdil);
  ASSERT_EQ(r.numerics.size(), 5U);
  EXPECT_EQ(r.numerics[0].unit.ucum, "%");
  EXPECT_EQ(r.numerics[1].unit.ucum, "mm[Hg]");
  EXPECT_EQ(r.numerics[2].unit, (Unit{"furlong", "", false}));
  EXPECT_EQ(r.numerics[3].unit.ucum, "Cel");
  EXPECT_EQ(r.numerics[4].unit.ucum, "mm[Hg]");
  EXPECT_EQ(r.bed_label, "Lab1");
  EXPECT_EQ(r.place, "^^Lab1&5&1");
  EXPECT_EQ(ucum_of({"", "bpm", ""}), "{beat}/min");
  EXPECT_EQ(ucum_of({"kPa", "", ""}), "kPa");
  EXPECT_EQ(ucum_of({"", "MDC_DIM_FURLONG", "MDC"}), "");
  const auto breaths = [](const std::string& unit) {
    return told_of("OBX|1|NM|151562^MDC_RESP_RATE^MDC|1|-100|" + unit).numerics[0];
  };
  for (const std::string unit : {"{rpm}^{rpm}^UCUM", "264928^MDC_DIM_RESP_PER_MIN^MDC^{rpm}^{rpm}^UCUM", "rpm",
                                 "{breaths}/min^^UCUM", "{resp}/min^^UCUM"}) {
    EXPECT_EQ(breaths(unit).unit.ucum, "{breath}/min") << unit;
    EXPECT_EQ(breaths(unit).validity, Validity::marker) << "nobody breathes -100 times, in " << unit;
  }
  EXPECT_EQ(breaths("{furlong}^{furlong}^UCUM").unit.ucum, "{furlong}") << "what nobody knows stands as it came";
}

TEST(Interpret, MindrayPdsIsReadAsFarAsItIsKnown) {
  const Report r = told(golden::pds_numerics);
  EXPECT_EQ(r.dialect, Dialect::mindray_pds);
  ASSERT_EQ(r.numerics.size(), 5U);
  EXPECT_EQ(r.numerics[0].code.name, "MDC_ECG_HEART_RATE");
  EXPECT_EQ(r.numerics[0].value, 60.0);
  EXPECT_EQ(r.numerics[0].unit, (Unit{"", "{beat}/min", true}));
  EXPECT_EQ(r.numerics[1].validity, Validity::marker);
  EXPECT_EQ(r.numerics[2].code, r.numerics[3].code);
  EXPECT_NE(r.numerics[2].containment, r.numerics[3].containment);
  EXPECT_EQ(r.numerics[2].unit.ucum, "");  // Celsius or Fahrenheit is a setting of the monitor
  EXPECT_EQ(r.numerics[4].code, (Code{"587", "PPV", "99MNDRY"}));
  const Report alarms = told(golden::pds_alarms);
  EXPECT_EQ(alarms.kind, Kind::alarm);
  EXPECT_TRUE(alarms.alarms_are_all);
  ASSERT_EQ(alarms.alarms.size(), 2U);
  EXPECT_EQ(alarms.alarms[0].text, "SpO2 TOO HIGH");
  EXPECT_EQ(alarms.alarms[0].event.id, "10033");
  EXPECT_EQ(alarms.alarms[0].priority, Priority::medium);
  EXPECT_EQ(alarms.alarms[1].priority, Priority::high);
  EXPECT_FALSE(alarms.alarms[1].at);
  const Report who = told(golden::pds_patient);
  EXPECT_EQ(who.bed_label, "BED-012");
  EXPECT_EQ(who.bed.unit, "REA");
  EXPECT_EQ(who.bed.bed, "12");
  EXPECT_EQ(who.place, "REA^12");
  EXPECT_EQ(who.bed_address, "192.168.8.188");
  EXPECT_EQ(told("MSH|^~\\&|||||||ORU^R01|106|P|2.3.1|").kind, Kind::heartbeat);
  EXPECT_EQ(told("MSH|^~\\&|||||||ADT^A01|101|P|2.3.1|\rPV1||I|^^REA&7").bed_label, "REA 7");
  EXPECT_EQ(told("MSH|^~\\&|||||||ORU^R01|999|P|2.3.1|").dialect, Dialect::ihe);
  for (const char* somebody : {"HIS||||", "|WARD|||", "||HIS||", "|||WARD|", "||||20221203"}) {
    EXPECT_EQ(told("MSH|^~\\&|" + std::string(somebody) + "||ORU^R01|204|P|2.3.1|").dialect, Dialect::ihe) << somebody;
  }
}

TEST(Interpret, PathsAndNumbersHaveTheirBounds) {
  const auto numeric = [](const std::string& path, const std::string& value) {
    return told_of("OBX|1|NM|1^X^MDC|" + path + "|" + value + "|mL^mL^UCUM").numerics[0];
  };
  EXPECT_EQ(numeric("1.2.3.4.5.6.7.8", "1").containment.parts.size(), 8U);
  for (const char* none : {"1.2.3.4.5.6.7.8.9", "1..2", "1.a", "4294967296", "-1", ""}) {
    EXPECT_TRUE(numeric(none, "1").containment.parts.empty()) << none;
    EXPECT_EQ(numeric(none, "1").containment.text, none);
  }
  EXPECT_EQ(numeric("1", std::string(39, '0') + "7").value, 7.0);
  EXPECT_EQ(numeric("1", std::string(40, '0') + "7").validity, Validity::not_a_number);
}

TEST(Interpret, OdditiesAreBoundedAndCounted) {
  const auto with = [](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "OBX|1|NM|1^X^MDC|1|5||||||X\r";
    return told_of(out);
  };
  EXPECT_EQ(with(oddities_max).oddities.size(), oddities_max);
  const Report over = with(oddities_max + 1);
  EXPECT_EQ(over.oddities.size(), oddities_max);
  EXPECT_EQ(over.oddities_seen, oddities_max + 1);
  EXPECT_EQ(over.numerics.size(), oddities_max + 1);
}

TEST(Interpret, ADefectLosesNoMessage) {
  const Report wrapped =
      told_of("OBX|1|NM|147842^MDC_ECG_\rHEART_RATE^MDC|1.2.1.1|80|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R\r");
  EXPECT_TRUE(odd(wrapped, OddityKind::wrapped_line));
  ASSERT_EQ(wrapped.numerics.size(), 1U);
  EXPECT_EQ(wrapped.numerics[0].code.name, "MDC_ECG_HEART_RATE");
  const Report late = told_of("OBX|1|NM|1^X^MDC|1|5||||||R||20221203211501\r");
  EXPECT_TRUE(odd(late, OddityKind::time_shifted));
  EXPECT_EQ(to_iso(late.numerics[0].at->clock), "2022-12-03T21:15:01.000000Z");
  EXPECT_TRUE(odd(told_of("OBX|1|NM|1^X^MDC|1|5||||||R|||yesterday\r"), OddityKind::time_unreadable));
}

}  // namespace
}  // namespace cordon::hl7
