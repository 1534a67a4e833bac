// SPDX-License-Identifier: Apache-2.0
#include "hl7/build.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cmath>

#include "hl7/answer.h"
#include "hl7/framing.h"
#include "hl7/interpret.h"
#include "hl7/messages_test.inc"

namespace cordon::hl7 {
namespace {

constexpr std::array all_golden{
    golden::gateway,       golden::low_saturation, golden::occlusion,     golden::watchdog,
    golden::waves,         golden::pds_numerics,   golden::pds_alarms,    golden::pds_patient,
    golden::demonstration, golden::advisory,       golden::feed_numerics, golden::feed_waves,
    golden::flagged_waves, golden::mdil,           golden::two_patients,  golden::watchdog_with_alarm};

using Words = std::vector<std::string>;

std::string any_text() {
  std::string out;
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    out += *rc::gen::element<std::string>("a", "Z", "<i>", "|", "^", "~", "\\", "&", "\x01", "\xc3\xa9", "\xe2\x82\xac",
                                          "\\F\\", "x y", "\"", "\n");
  }
  return std::string(trimmed(out));
}

/// any_place: "" is HL7's deleted value and no part of a bed.
std::string any_place() {
  std::string out = any_text();
  return out == "\"\"" ? "" : out;
}

Moment any_moment() {
  Moment out;
  out.digits = 14;
  out.clock = WallTime{Micros{*rc::gen::inRange<std::int64_t>(-2'200'000'000'000'000, 4'000'000'000'000'000)}};
  out.zone = ZoneOrigin::stated;
  out.offset = std::chrono::minutes(*rc::gen::inRange(-720, 840));
  return out;
}

Containment any_containment() {
  Containment out;
  for (int i = 0; i < 4; ++i) {
    out.parts.push_back(*rc::gen::inRange<std::uint32_t>(2, 200'000));
    out.text += (i > 0 ? "." : "") + std::to_string(out.parts.back());
  }
  return out;
}

Numeric any_numeric() {
  Numeric out;
  out.code = {std::to_string(*rc::gen::inRange(1, 200'000)), "MDC_LAB_" + std::to_string(*rc::gen::inRange(0, 99)),
              "MDC"};
  out.containment = any_containment();
  out.unit = *rc::gen::element(Unit{"mm[Hg]", "mm[Hg]", false}, Unit{"MDC_DIM_PERCENT", "%", false},
                               Unit{"my unit", "", false}, Unit{});
  out.range = any_text();
  out.device = any_text();
  out.at = any_moment();
  out.aperiodic = *rc::gen::arbitrary<bool>();
  out.status = *rc::gen::element<std::string>("R", "F", "X");
  out.flags = *rc::gen::element(Words{}, Words{"DEMO"}, Words{"L", "QUES"}, Words{"a~b", "INV"});
  if (out.status == "X") {
    out.validity = Validity::not_obtained;  // with a value it would be odd, and no message of ours is
  } else if (*rc::gen::arbitrary<bool>()) {
    out.value = *rc::gen::inRange(-90'000, 900'000) / 100.0 + 0.005;  // no marker among them
    out.validity = Validity::valid;
  }
  return out;
}

Report any_report(Kind kind) {
  Report out;
  out.kind = kind;
  out.control_id = any_text() + "7";
  out.processing = *rc::gen::element<std::string>("P", "T", "D", "d");
  out.sender = any_text() + "s";
  out.sender_id = any_text();
  out.at = any_moment();
  out.bed = {any_place(), any_place(), any_place(), any_place()};
  out.patient_stated = true;
  out.patient = {{{"1" + any_text(), any_text(), any_text()}, {"2" + any_text(), any_text(), any_text()}},
                 any_text(),
                 any_text(),
                 any_text(),
                 any_text()};
  out.devices.push_back(
      {{"69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "MDC"}, {"1.0.0.0", {1, 0, 0, 0}}, "d" + any_text()});
  out.device = out.devices[0].id;
  return out;
}

AlarmEvent any_alarm() {
  AlarmEvent out;
  out.event = {"196670", *rc::gen::element<std::string>("MDC_EVT_LO", "MDC_EVT_HI", "99LAB_OWN"), "MDC"};
  out.text = any_text();
  out.containment = any_containment();
  out.phase = *rc::gen::element(Phase::start, Phase::continues, Phase::end, Phase::present, Phase::update,
                                Phase::escalate, Phase::deescalate, Phase::reset, Phase::tpoint, Phase::unstated);
  out.state = *rc::gen::element(AlarmState::active, AlarmState::inactive, AlarmState::latched, AlarmState::unstated);
  out.priority = *rc::gen::element(Priority::none, Priority::low, Priority::medium, Priority::high, Priority::unstated);
  out.type =
      *rc::gen::element(AlarmType::physiological, AlarmType::technical, AlarmType::advisory, AlarmType::unstated);
  out.abnormality = *rc::gen::element<std::string>("", "L", "HH");
  out.inactivation = *rc::gen::element(Words{}, Words{"enabled"}, Words{"audio-paused", "alarm-off"});
  out.at = any_moment();
  out.device = "d" + any_text();
  out.id = any_text();
  out.first_id = any_text();
  if (*rc::gen::arbitrary<bool>()) {
    out.source_value = any_numeric();
    out.source_value->containment = out.containment;
    out.source_value->containment.text += ".2";
    out.source_value->containment.parts.push_back(2);
    out.source = out.source_value->code;
  } else {
    out.source = {"69985", "MDC_DEV_PUMP_INFUS_MDS", any_text()};
  }
  return out;
}

Report over_the_wire(const Report& report) {
  const std::string bytes = print(build(report));
  MllpReader reader;
  const std::string framed = *frame(bytes);
  const auto frames = reader.feed(as_bytes(framed));
  RC_ASSERT(frames.size() == 1U);
  const auto message = parse(frames[0].bytes);
  RC_ASSERT(message.has_value());
  RC_ASSERT(print(*message) == bytes);
  return interpret(*message);
}

void assert_head(const Report& got, const Report& sent) {
  RC_ASSERT(got.kind == sent.kind);
  RC_ASSERT(got.control_id == sent.control_id);
  RC_ASSERT(got.processing == sent.processing);
  RC_ASSERT(got.sender == sent.sender);
  RC_ASSERT(got.sender_id == sent.sender_id);
  RC_ASSERT(got.at == sent.at);
  RC_ASSERT(got.bed == sent.bed);
  RC_ASSERT(got.patient == sent.patient);
}

TEST(Build, NumericsAndFindingsArriveAsTheyWereSent) {
  EXPECT_TRUE(rc::check([] {
    Report sent = any_report(Kind::observations);
    const auto count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i) sent.numerics.push_back(any_numeric());
    sent.findings.push_back({{"1", "MDC_ECG_STAT_RHY", "MDC"}, any_containment(), any_text(), "R", any_moment()});
    sent.findings.push_back({{"147842", "MDC_ECG_HEART_RATE", "MDC"},
                             any_containment(),
                             *rc::gen::element<std::string>("", "---", "81", "a^b"),  // of a coded value
                             "R",
                             any_moment(),
                             any_text(),
                             *rc::gen::element(Unit{}, Unit{"my unit", "", false})});
    const Report got = over_the_wire(sent);
    assert_head(got, sent);
    RC_ASSERT(got.device == sent.device);
    RC_ASSERT(got.devices == sent.devices);
    RC_ASSERT(got.findings == sent.findings);
    RC_ASSERT(got.oddities_seen == 0U);
    RC_ASSERT(got.numerics.size() == sent.numerics.size());
    for (std::size_t i = 0; i < got.numerics.size(); ++i) {
      Numeric want = sent.numerics[i];
      want.stated = got.numerics[i].stated;
      RC_ASSERT(got.numerics[i] == want);
      RC_ASSERT(want.stated.empty() != want.value.has_value());
    }
  }));
}

TEST(Build, NumbersAsTextArriveAsTheyWereSent) {
  EXPECT_TRUE(rc::check([] {
    Report sent = any_report(Kind::observations);
    Numeric number = any_numeric();
    number.as_text = true;
    if (number.unit == Unit{}) number.code = {"147842", "MDC_ECG_HEART_RATE", "MDC"};
    sent.numerics.push_back(number);
    const Unit unit = *rc::gen::element(Unit{"mm[Hg]", "mm[Hg]", false}, Unit{"my unit", "", false});
    sent.findings.push_back(
        {number.code, any_containment(), "8" + any_text() + "x", "R", any_moment(), any_text(), unit, true});
    const Report got = over_the_wire(sent);
    RC_ASSERT(got.findings == sent.findings);
    RC_ASSERT(got.numerics.size() == 1U);
    number.stated = got.numerics[0].stated;
    RC_ASSERT(got.numerics[0] == number);
    RC_ASSERT(got.oddities_seen == (number.value ? 2U : 1U));
  }));
}

TEST(Build, WavesArriveSampleForSample) {
  EXPECT_TRUE(rc::check([] {
    Report sent = any_report(Kind::observations);
    Wave wave;
    wave.code = {"131329", "MDC_ECG_ELEC_POTL_I", "MDC"};
    wave.containment = any_containment();
    wave.unit = {"MDC_DIM_MILLI_VOLT", "mV", false};
    wave.rate_hz = *rc::gen::element(60.0, 125.0, 256.0, 500.0);
    wave.begin = any_moment();
    if (*rc::gen::arbitrary<bool>()) wave.resolution = 0.001221;
    if (*rc::gen::arbitrary<bool>()) wave.invalid_markers = {32767, -32768};
    wave.device = any_text();
    wave.status = *rc::gen::element<std::string>("R", "F");
    wave.flags = *rc::gen::element(Words{}, Words{"DEMO"}, Words{"L", "QUES"});
    const auto count = *rc::gen::inRange(2, 300);
    for (int i = 0; i < count; ++i) {
      const int step = *rc::gen::inRange(-3000, 3000);
      wave.samples.push_back(step % 50 == 0 ? std::nan("") : step * wave.resolution.value_or(1));
    }
    sent.waves.push_back(wave);
    const Report got = over_the_wire(sent);
    RC_ASSERT(got.waves.size() == 1U);
    const Wave& w = got.waves[0];
    RC_ASSERT(w.code == wave.code);
    RC_ASSERT(w.unit == wave.unit);
    RC_ASSERT(w.rate_hz == wave.rate_hz);
    RC_ASSERT(w.begin == wave.begin);
    RC_ASSERT(w.resolution == wave.resolution);
    RC_ASSERT(w.invalid_markers == wave.invalid_markers);
    RC_ASSERT(w.device == wave.device);
    RC_ASSERT(w.flags == wave.flags);
    RC_ASSERT(w.samples.size() == wave.samples.size());
    for (std::size_t i = 0; i < w.samples.size(); ++i) {
      RC_ASSERT(std::isnan(w.samples[i]) == std::isnan(wave.samples[i]));
      if (!std::isnan(w.samples[i])) RC_ASSERT(w.samples[i] == wave.samples[i]);
    }
  }));
}

TEST(Build, AlarmsArriveAsTheyWereSent) {
  EXPECT_TRUE(rc::check([] {
    Report sent = any_report(Kind::alarm);
    const auto count = *rc::gen::inRange(1, 4);
    for (int i = 0; i < count; ++i) sent.alarms.push_back(any_alarm());
    const Report got = over_the_wire(sent);
    assert_head(got, sent);
    RC_ASSERT(got.alarms.size() == sent.alarms.size());
    for (std::size_t i = 0; i < got.alarms.size(); ++i) {
      AlarmEvent want = sent.alarms[i];
      if (want.source_value) want.source_value->stated = got.alarms[i].source_value->stated;
      RC_ASSERT(got.alarms[i] == want);
    }
  }));
}

TEST(Build, TheHeartbeatArrivesWithItsPeriod) {
  EXPECT_TRUE(rc::check([] {
    Report sent = any_report(Kind::heartbeat);
    sent.heartbeat =
        Heartbeat{std::chrono::milliseconds(*rc::gen::inRange(1, 86'400'001)), any_moment(), "continue", any_text()};
    const Report got = over_the_wire(sent);
    assert_head(got, sent);
    RC_ASSERT(got.heartbeat == sent.heartbeat);
  }));
}

TEST(Answer, TheSenderChoosesTheMode) {
  const auto asked = [](std::string_view accept, std::string_view application) {
    return *parse("MSH|^~\\&|mon^02^EUI-64|lab|||20221203||ORU^R40|id-1|P|2.6|||" + std::string(accept) + "|" +
                  std::string(application));
  };
  const auto code = [&](std::string_view accept, std::string_view application, Outcome outcome) {
    const auto ack =
        build_ack(asked(accept, application), {outcome, "no <b>", "c-1", "CORDON", *moment_of("20221203210000+0100")});
    if (!ack) return std::string();
    const auto again = parse(print(*ack));
    EXPECT_EQ(again->header().field(5), "mon^02^EUI-64");
    const auto read = acknowledgement_of(*again);
    EXPECT_EQ(read->control_id, "id-1");
    EXPECT_EQ(read->outcome, outcome);
    EXPECT_EQ(read->text, outcome == Outcome::accept ? "" : "no <b>");
    EXPECT_EQ(read->commit, read->code[0] == 'C');
    EXPECT_EQ(interpret(*again).kind, Kind::answer);
    return read->code;
  };
  EXPECT_EQ(code("", "", Outcome::accept), "AA");
  EXPECT_EQ(code("", "", Outcome::error), "AE");
  EXPECT_EQ(code("", "", Outcome::reject), "AR");
  EXPECT_EQ(code("AL", "NE", Outcome::accept), "CA");
  EXPECT_EQ(code("AL", "NE", Outcome::error), "CE");
  EXPECT_EQ(code("AL", "NE", Outcome::reject), "CR");
  EXPECT_EQ(code("NE", "AL", Outcome::accept), "AA");
  EXPECT_EQ(code("NE", "NE", Outcome::accept), "");
  EXPECT_EQ(code("ER", "NE", Outcome::accept), "");
  EXPECT_EQ(code("ER", "NE", Outcome::error), "CE");
  EXPECT_EQ(code("SU", "", Outcome::accept), "CA");
  EXPECT_EQ(code("SU", "", Outcome::reject), "");
  EXPECT_FALSE(build_ack(*parse(golden::pds_numerics), {}));
  EXPECT_FALSE(acknowledgement_of(*parse("MSH|^~\\&|\rMSA|ZZ|1")));
}

TEST(Answer, TheAnswerHasTheUsualDelimitersWhateverTheQuestionHad) {
  const auto ack = build_ack(*parse("MSH#*@!%#a|b*c####20221203##ORU*R01#1^2"), {Outcome::accept, "", "", "", {}});
  ASSERT_TRUE(ack);
  const auto again = parse(print(*ack));
  EXPECT_EQ(again->header().field(5), "a\\F\\b^c");
  EXPECT_EQ(acknowledgement_of(*again)->control_id, "1^2");
}

TEST(Answer, WhatAPdsMonitorIsSentIsTheDialectItself) {
  EXPECT_EQ(print(pds_echo()), "MSH|^~\\&|||||||ORU^R01|106|P|2.3.1|\r");
  EXPECT_EQ(interpret(pds_echo()).kind, Kind::heartbeat);
  EXPECT_EQ(print(pds_query(*moment_of("20221203210000"), "Q1")),
            "MSH|^~\\&|||||||QRY^R02|1203|P|2.3.1\rQRD|20221203210000|R|I|Q1||||||RES\r"
            "QRF|MON||||0&0^1^1^0^101&151&160&161\rQRF|MON||||0&0^1^1^0^162&170&171&172\r"
            "QRF|MON||||0&0^1^1^0^173&200&201&202\rQRF|MON||||0&0^1^1^0^250&500&501&502\r"
            "QRF|MON||||0&0^3^1^1^\rQRF|MON||||0&0^4^1^1^\r");
}

TEST(Answer, AnAnnouncementTellsThePortAndNothingElse) {
  const auto port = [](const std::string& place, const char* kind = "ADT^A01|101") {
    return pds_announced(*parse("MSH|^~\\&|||||||" + std::string(kind) + "|P|2.3.1|\rPV1||I|" + place));
  };
  EXPECT_EQ(port("^^REA&12&3232237756&4678&&1"), 4678);
  EXPECT_EQ(port("^^REA&12&3232237756"), pds_port);
  for (const char* none : {"^^&&&22", "^^&&&0", "^^&&&65536", "^^&&&x", ""}) EXPECT_EQ(port(none), pds_port) << none;
  EXPECT_EQ(port("^^REA&12&1&4678", "ORU^R01|103"), std::nullopt);
  EXPECT_EQ(port("^^REA&12&1&4678", "ADT^A01|9"), std::nullopt);
  EXPECT_EQ(pds_announced(*parse("MSH|^~\\&|||||||ADT^A01|101|P|2.3.1|")), pds_port);
}

TEST(Hostile, WhateverBecomesOfAMessageItIsReadAndPrintedAgain) {
  EXPECT_TRUE(rc::check([] {
    std::string bytes(all_golden[*rc::gen::inRange<std::size_t>(0, all_golden.size())]);
    const auto changes = *rc::gen::inRange(1, 12);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(4, bytes.size());
      if (*rc::gen::arbitrary<bool>()) {
        bytes[at] = *rc::gen::oneOf(rc::gen::element('|', '^', '\r', '~', '&', '\\', '.', '-', '0'),
                                    rc::gen::arbitrary<char>());
      } else {
        bytes.erase(at, *rc::gen::inRange<std::size_t>(0, 8));
      }
      if (bytes.size() < 6) break;
    }
    const auto message = parse(bytes);
    if (!message) return;
    RC_ASSERT(print(*message) == bytes);
    const Report report = interpret(*message);
    for (const Numeric& n : report.numerics) {
      RC_ASSERT(n.value.has_value() == (n.validity == Validity::valid || n.validity == Validity::unconfirmed));
      if (n.value) RC_ASSERT(std::isfinite(*n.value));
    }
    for (const Wave& w : report.waves) RC_ASSERT(w.rate_hz >= 0 && w.rate_hz <= 100'000);
    RC_ASSERT(parse(print(build(report))).has_value());
  }));
}

}  // namespace
}  // namespace cordon::hl7
