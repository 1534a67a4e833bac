// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_inputs.h"
#include "gateway/inputs_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gateway/gateway.h"
#include "gateway/hl7_names.h"
#include "hl7/build.h"
#include "hl7/interpret.h"
#include "hl7/messages_test.inc"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
using event::BedsideInput;

/// Speaking reads messages as one device of a sender would be read.
struct Speaking {
  explicit Speaking(Hl7Reading reading = {}) : link(7, "hl7:LAB/mon", reading) {}
  std::vector<BedsideInput> say(std::string_view bytes, WallTime at = noon) {
    const auto message = hl7::parse(bytes);
    EXPECT_TRUE(message);
    return link.take({hl7::interpret(*message), at, "10.0.0.5"});
  }
  std::vector<BedsideInput> say(const hl7::Report& report, WallTime at = noon) {
    return say(hl7::print(hl7::build(report)), at);
  }
  Hl7Link link;
};

TEST(Hl7Inputs, NumericsHaveTheirCodeUnitValueAndReasonWhyNot) {
  Speaking sender;
  const auto inputs = sender.say(hl7::golden::gateway);
  const auto heard = all<event::DeviceHeard>(inputs);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].identity.device, "hl7:LAB/mon");
  EXPECT_EQ(heard[0].identity.address, "10.0.0.5");
  EXPECT_EQ(heard[0].identity.serial, "mon-12");
  EXPECT_EQ(heard[0].identity.bed_label, "REA 12 B");
  EXPECT_EQ(heard[0].patient, (event::PatientOffer{"700123", "VIDAL", "Renée", "1900-01-01"}));
  EXPECT_EQ(heard[0].period, Micros(10s));
  const auto said = all<event::NumericsHeard>(inputs);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].device_time, WallTime(std::chrono::seconds(1'670'097'600))) << "21:00:00+0100";
  EXPECT_EQ(said[0].local_time, std::nullopt);
  const auto& n = said[0].numerics;
  ASSERT_EQ(n.size(), 8U);
  EXPECT_EQ(n[0].channel, (event::Channel{"150021@1.16.1.1", 150021, "NBPs", "mm[Hg]", "1.16.1"}));
  EXPECT_EQ(n[0].value, 111);
  EXPECT_EQ(n[0].validity, event::Validity::valid);
  EXPECT_EQ(n[2].channel, (event::Channel{"150456@1.3.1.1", 150456, "SpO2", "%", "1.3.1"}));
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
  EXPECT_TRUE(std::isnan(n[7].value)) << "and no 0 either";
}

TEST(Hl7Inputs, AValueOfADemonstrationIsNeverOneOfAPatient) {
  using event::Validity;
  Speaking sender;
  const auto n = all<event::NumericsHeard>(sender.say(hl7::golden::demonstration))[0].numerics;
  ASSERT_EQ(n.size(), 8U);
  EXPECT_EQ(n[0].validity, Validity::demo);
  EXPECT_EQ(n[0].value, 99);
  EXPECT_EQ(n[1].validity, Validity::demo);
  EXPECT_EQ(n[2].validity, Validity::questionable);
  EXPECT_EQ(n[3].validity, Validity::calibrating);
  EXPECT_EQ(n[4].validity, Validity::invalid) << "the gravest of INV and QUES";
  EXPECT_EQ(n[5].validity, Validity::missing) << "OFF";
  EXPECT_EQ(n[6].validity, Validity::missing) << "status W: it was wrong";
  EXPECT_EQ(n[7].validity, Validity::valid);
  hl7::Report report;
  report.kind = hl7::Kind::observations;
  report.sender = "LAB";
  report.waves.emplace_back().code = {"131330", "MDC_ECG_ELEC_POTL_II", "MDC"};
  report.waves[0].rate_hz = 4;
  report.waves[0].samples = {1, 2};
  report.waves[0].flags = {"DEMO"};
  EXPECT_EQ(all<event::WaveHeard>(sender.say(report))[0].validity, Validity::demo);
  report.waves[0].status = "W";
  EXPECT_EQ(all<event::WaveHeard>(sender.say(report))[0].validity, Validity::invalid);
  report.waves.clear();
  report.numerics.emplace_back().flags = {"INV"};
  EXPECT_EQ(all<event::NumericsHeard>(sender.say(report))[0].numerics[0].validity, Validity::invalid);
}

TEST(Hl7Inputs, ATraceOfWhichNoResultCouldBeObtainedIsNoSureOne) {
  using event::Validity;
  Speaking sender;
  hl7::Report report;
  report.kind = hl7::Kind::observations;
  report.sender = "LAB";
  auto& wave = report.waves.emplace_back();
  wave.code = {"131330", "MDC_ECG_ELEC_POTL_II", "MDC"};
  wave.rate_hz = 4;
  wave.samples = {1, 2};
  wave.status = "X";
  const auto validity = [&] { return all<event::WaveHeard>(sender.say(report)).at(0).validity; };
  EXPECT_EQ(validity(), Validity::unconfirmed) << "as a number's";
  wave.flags = {"DEMO"};
  EXPECT_EQ(validity(), Validity::demo);
  wave.flags.clear();
  wave.status = "W";
  EXPECT_EQ(validity(), Validity::invalid);
  wave.status = "R";
  EXPECT_EQ(validity(), Validity::valid);
}

TEST(Hl7Inputs, AValueIsAsOldAsItsMessageSaysWhateverTheClockAndTheZone) {
  Speaking sender;
  const auto said = all<event::NumericsHeard>(sender.say(hl7::golden::demonstration))[0];
  EXPECT_EQ(said.device_time, std::nullopt) << "no zone is stated";
  EXPECT_EQ(said.local_time, noon + 9h + 15min) << "what its wall shows: 21:15";
  EXPECT_EQ(said.numerics[0].measured_at, noon);
  EXPECT_EQ(said.numerics[2].measured_at, noon - 292s) << "the cuff was inflated at 21:10:08";
  ASSERT_TRUE(said.device_ticks);
  std::string later(hl7::golden::demonstration);
  const auto ticks = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = later.find(from); at != std::string::npos; at = later.find(from, at)) {
      later.replace(at, from.size(), to);
    }
    return *all<event::NumericsHeard>(sender.say(later))[0].device_ticks - *said.device_ticks;
  };
  EXPECT_EQ(ticks("20221203211008", "20221203211459"), 0) << "a cuff's time does not move by itself";
  EXPECT_EQ(ticks("20221203211500", "20221203211501"), 5) << "each of the others did";
  const auto of_pds = sender.say(hl7::golden::pds_numerics);
  EXPECT_EQ(all<event::DeviceHeard>(of_pds)[0].period, Micros(2s)) << "a called monitor speaks each second";
  const auto pds = all<event::NumericsHeard>(of_pds)[0];
  EXPECT_EQ(pds.device_ticks, std::nullopt);
  EXPECT_EQ(pds.numerics[0].channel.group, "2101");
  EXPECT_EQ(pds.numerics[0].measured_at, std::nullopt);
}

TEST(Hl7Inputs, AValueThatIsTimedToTheMinuteIsNoneOfNow) {
  Speaking sender;
  const auto measured = [&](Micros before, std::uint8_t digits) {
    hl7::Report report;
    report.kind = hl7::Kind::observations;
    report.at = hl7::Moment{.clock = noon + 30s, .digits = 14};
    auto& numeric = report.numerics.emplace_back();
    numeric.at = hl7::Moment{.clock = noon - before, .digits = digits};
    return all<event::NumericsHeard>(sender.say(report, noon + 30s)).at(0).numerics.at(0).measured_at;
  };
  EXPECT_EQ(measured(40min, 12), noon - 39min) << "a cuff of half an hour ago";
  EXPECT_EQ(measured(0min, 12), noon + 30s);
  EXPECT_EQ(measured(40min, 14), noon - 40min);
  EXPECT_EQ(measured(40min, 10), std::nullopt);
}

TEST(Hl7Inputs, WhatWasKeptOnItsWayIsAsOldAsItIsWithAndWithoutAZone) {
  for (const hl7::ZoneOrigin zone : {hl7::ZoneOrigin::local, hl7::ZoneOrigin::stated}) {
    Speaking sender;
    const auto said = [&](WallTime at, Micros kept) {
      const auto moment = [&](Micros before) {
        return hl7::Moment{.clock = at - kept - before - 7h, .offset = -7h, .zone = zone, .digits = 14};
      };
      hl7::Report report;
      report.kind = hl7::Kind::observations;
      report.sender = "LAB";
      report.at = moment(0s);
      report.numerics.emplace_back().code = {"147842", "MDC_ECG_HEART_RATE", "MDC"};
      report.numerics[0].value = 70;
      report.numerics[0].stated = "70";
      report.numerics[0].at = moment(2s);
      return *all<event::NumericsHeard>(sender.say(report, at)).at(0).numerics.at(0).measured_at;
    };
    WallTime now = noon;
    for (int i = 0; i < 10; ++i, now += 1s) EXPECT_EQ(said(now, 0s), now - 2s);
    for (const Micros cut : {60s, 0s}) {
      now += cut;
      EXPECT_EQ(said(now, 60s), now - 62s);
      EXPECT_EQ(said(now + 100ms, 30s), now + 100ms - 32s);
      EXPECT_EQ(said(now + 200ms, 0s), now + 200ms - 2s) << "those behind it are of now";
      now += 1s;
    }
  }
}

TEST(Hl7Inputs, CodesAndUnitsOfPhilipsAreThoseOfTheStandard) {
  Speaking sender;
  const auto n = all<event::NumericsHeard>(sender.say(hl7::golden::mdil))[0].numerics;
  ASSERT_EQ(n.size(), 5U);
  EXPECT_EQ(n[0].channel, (event::Channel{"0002-4bb8@0", 150456, "SpO2", "%", "0"}));
  EXPECT_EQ(n[1].channel, (event::Channel{"0002-4a15@0", 150037, "ABPs", "mm[Hg]", "0"}));
  EXPECT_EQ(n[2].channel, (event::Channel{"0002-f101@0", 0, "Own (furlong)", "", "0"}))
      << "a unit nobody knows is shown";
  EXPECT_EQ(n[3].channel.unit, "Cel");
}

TEST(Hl7Inputs, PartsOfOneChannelAreOneGroupAndAPathThatNamesNoneIsAGroupOfItsOwn) {
  const auto group = [](const std::string& text, std::vector<std::uint32_t> parts) {
    return hl7_channel({"150037", "MDC_PRESS_BLD_ART_ABP_SYS", "MDC"}, {text, std::move(parts)}, {}).group;
  };
  EXPECT_EQ(group("1.3.1.150037", {1, 3, 1, 150037}), "1.3.1");
  EXPECT_EQ(group("1.9.1.150037.2", {1, 9, 1, 150037, 2}), "1.9.1");
  EXPECT_EQ(group("1.2.3", {1, 2, 3}), "1.2.3");
  EXPECT_EQ(group("2", {2}), "2");
  EXPECT_EQ(group("line 2", {}), "line 2");
}

TEST(Hl7Inputs, WhatOneMessageSaysTwiceOfOneMomentAreTwoSitesAndNeitherHidesTheOther) {
  const auto said = [](std::string_view first_at, std::string_view second_at) {
    Speaking sender;
    const std::string text = fmt::format(
        "MSH|^~\\&|LAB||||20221203211500||ORU^R01^ORU_R01|1|P|2.6\r"
        "PV1||I|REA^^12\rOBR|1|||MDC^X|||20221203211500\r"
        "OBX|1|NM|150344^MDC_TEMP^MDC||39.9|268192^MDC_DIM_DEGC^MDC|||||R|||{}\r"
        "OBX|2|NM|150344^MDC_TEMP^MDC||36.5|268192^MDC_DIM_DEGC^MDC|||||R|||{}\r",
        first_at, second_at);
    return all<event::NumericsHeard>(sender.say(text)).at(0).numerics;
  };
  const auto two = said("20221203211500", "20221203211500");
  ASSERT_EQ(two.size(), 2U);
  EXPECT_NE(two[0].channel.handle, two[1].channel.handle);
  EXPECT_NE(two[0].channel.group, two[1].channel.group);
  EXPECT_EQ(two[0].channel.code, two[1].channel.code);
  const auto series = said("20221203211458", "20221203211459");
  EXPECT_EQ(series[0].channel, series[1].channel) << "one site, a second later";
}

TEST(Hl7Inputs, PrivateTermsAreToldApartByTheirNames) {
  hl7::Report report;
  report.kind = hl7::Kind::observations;
  report.sender = "LAB";
  for (const char* name : {"LAB_FIRST", "LAB_SECOND"}) report.numerics.emplace_back().code = {"0", name, "99LAB"};
  for (const char end : {'a', 'b'}) {
    report.numerics.emplace_back().code = {"", "LAB_" + std::string(80, 'x') + end, "99LAB"};
  }
  Speaking sender;
  const auto n = all<event::NumericsHeard>(sender.say(report))[0].numerics;
  std::set<std::string> handles;
  for (const event::Numeric& one : n) handles.insert(one.channel.handle);
  EXPECT_EQ(handles.size(), n.size());
}

TEST(Hl7Inputs, WhatIsKnownIsNotSaidAgainAndAnEmptyPidTakesThePatientBack) {
  Speaking sender;
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
  Speaking sender;
  const auto inputs = sender.say(hl7::golden::waves);
  const auto waves = all<event::WaveHeard>(inputs);
  ASSERT_EQ(waves.size(), 2U) << "the third is opaque";
  const event::WaveHeard& ecg = waves[0];
  EXPECT_EQ(ecg.channel, (event::Channel{"131329@1.7.6.131329", 131329, "I", "mV", "1.7.6"}));
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
  EXPECT_EQ(troubles[0].code, event::trouble_aside) << "it was never shown: no tile misses it";
  EXPECT_FALSE(troubles[0].remedy.empty());
}

TEST(Hl7Inputs, ATraceThatCanBeReadNoMoreIsTheBedsTroubleAndOneThatNeverCouldIsNot) {
  Speaking sender;
  hl7::Report report = hl7::interpret(*hl7::parse(hl7::golden::waves));
  hl7::Report all_can = report;
  all_can.waves.pop_back();
  const auto told = [&](const hl7::Report& said, WallTime at) {
    const auto troubles = all<event::TroubleHeard>(sender.link.take({said, at, "10.0.0.5"}));
    return troubles.empty() ? std::string("-") : troubles.back().code;
  };
  EXPECT_EQ(told(report, noon), event::trouble_aside);
  EXPECT_EQ(told(report, noon + 5s), "-") << "once, while it stands";
  report.waves[0].rate_hz = 0;
  EXPECT_EQ(told(report, noon + 6s), "dialect") << "this one was on the screen";
  EXPECT_EQ(told(report, noon + 7s), "-");
  EXPECT_EQ(told(all_can, noon + 16s), "-");
  EXPECT_EQ(told(all_can, noon + 18s), "") << "ten seconds after the last";
  EXPECT_FALSE(sender.link.trouble({noon + 19s, 7, "flood", "", ""}).empty());
  report.waves.erase(report.waves.begin());
  EXPECT_EQ(told(report, noon + 20s), "-") << "what nobody misses stands behind everything else";
  sender.link.clear(noon + 30s);
  EXPECT_EQ(told(report, noon + 31s), event::trouble_aside);
  const Hl7Link again(8, "hl7:LAB/mon", {}, sender.link.memory());
  EXPECT_TRUE(again.memory().traces.contains("131329@1.7.6.131329")) << "also when it is connected anew";
}

TEST(Hl7Inputs, ATraceGoesOnFromMessageToMessageAndALostOneIsAGap) {
  Speaking sender({.utc_offset = 60min});
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
  Speaking sender;
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

/// advisory is one of a gateway's private alarms.
std::string advisory(const std::string& words, const std::string& phase, const std::string& id,
                     const std::string& first = "") {
  std::string out(hl7::golden::advisory);
  const auto put = [&](std::string_view from, const std::string& to) {
    for (std::size_t at = out.find(from); at != std::string::npos; at = out.find(from, at + to.size())) {
      out.replace(at, from.size(), to);
    }
  };
  put("|ev-1^ev-1\n", first.empty() ? "\n" : "|^" + first + "&LAB\n");
  put("ev-1", id);
  put("Recheck the cuff", words);
  put("|start|", "|" + phase + "|");
  return out;
}

/// Standing alarms of one device: condition by condition, as the station would have them.
struct Standing {
  Speaking sender;
  std::map<std::string, std::string> texts;  // by condition
  void say(std::string_view message) {
    for (const auto& heard : all<event::AlarmsHeard>(sender.say(message))) {
      for (const event::DeviceAlarm& alarm : heard.alarms) {
        if (alarm.present) {
          texts[alarm.condition] = alarm.text;
        } else {
          texts.erase(alarm.condition);
        }
      }
    }
  }
  std::set<std::string> words() const {
    std::set<std::string> out;
    for (const auto& [condition, text] : texts) out.insert(text);
    return out;
  }
};
using Words = std::set<std::string>;

TEST(Hl7Inputs, TheEndOfOnePrivateAlarmEndsNoOther) {
  Standing unit;
  unit.say(advisory("Recheck the cuff", "start", "a1"));
  unit.say(advisory("Paper is low", "start", "b1"));
  EXPECT_EQ(unit.words(), (Words{"Recheck the cuff", "Paper is low"}));
  unit.say(advisory("Recheck the cuff", "end", "a2", "a1"));
  EXPECT_EQ(unit.words(), Words{"Paper is low"});
  unit.say(advisory("Paper is low", "end", "b2"));
  EXPECT_EQ(unit.words(), Words{}) << "without OBR-29 its words tell it";
}

TEST(Hl7Inputs, AnAlarmEndsThoughItsEndDoesNotRepeatItsMeasurement) {
  std::string end(hl7::golden::low_saturation);
  end.replace(end.find("|start|"), 7, "|end|");
  const std::size_t facet = end.find("OBX|2|NM");
  end.erase(facet, end.find('\n', facet) + 1 - facet);
  Standing unit;
  unit.say(hl7::golden::low_saturation);
  ASSERT_EQ(unit.texts.size(), 1U);
  std::string reworded = end;
  reworded.replace(reworded.find("<b>bas</b>"), 10, "ok");
  unit.say(reworded);
  EXPECT_EQ(unit.words(), Words{}) << "by OBR-29";
  unit.say(hl7::golden::low_saturation);
  std::string alone = end;
  alone.replace(alone.find("|8^LAB"), 6, "|31^LAB");
  alone.replace(alone.find("^7&LAB"), 6, "");
  unit.say(alone);
  EXPECT_EQ(unit.words(), Words{}) << "by what it is";
}

TEST(Hl7Inputs, AlarmsOfOneKindAreToldApartByTheirFirstReport) {
  const auto pump = [](const std::string& words, const std::string& phase, const std::string& id,
                       const std::string& first) {
    return "MSH|^~\\&|LAB_PUMP||||20221203||ORU^R40|1|P|2.6\rOBR|1||" + id +
           "|196616^MDC_EVT_ALARM^MDC|||20221203211500+0000||||||||||||||||||||||" +
           (first.empty() ? "" : "^" + first) +
           "\rOBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.1.0.0.1|196670^MDC_EVT_PUMP_GENERAL_ALARM^MDC"
           "\rOBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.1.0.0.3|" +
           phase + "\rOBX|3|ST|68546^MDC_ATTR_ALERT_TEXT^MDC|1.1.0.0.8|" + words;
  };
  Standing unit;
  unit.say(pump("Air in line", "start", "a0", ""));
  unit.say(pump("Door open", "start", "b0", ""));
  unit.say(pump("Door open", "update", "b1", "b0"));
  EXPECT_EQ(unit.words(), (Words{"Air in line", "Door open"}));
  unit.say(pump("Line is free", "end", "a1", "a0"));
  EXPECT_EQ(unit.words(), Words{"Door open"});
  unit.say(pump("Door open", "end", "b2", "b0"));
  EXPECT_EQ(unit.words(), Words{});
}

// Some senders write one number everywhere and never refer to a first report.
TEST(Hl7Inputs, AnEndThatMayBeOfSeveralAlarmsEndsNone) {
  const auto pump = [](const std::string& words, const std::string& phase) {
    return "MSH|^~\\&|LAB_PUMP||||20221203||ORU^R40|1|P|2.6\rOBR|1||1|196616^MDC_EVT_ALARM^MDC"
           "\rOBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.1.0.0.1|196670^MDC_EVT_PUMP_GENERAL_ALARM^MDC"
           "\rOBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.1.0.0.3|" +
           phase + "\rOBX|3|ST|68546^MDC_ATTR_ALERT_TEXT^MDC|1.1.0.0.8|" + words;
  };
  Standing unit;
  unit.say(pump("Air in line", "start"));
  unit.say(pump("Door open", "start"));
  unit.say(pump("Cleared", "end"));
  unit.say(pump("", "end"));
  EXPECT_EQ(unit.words(), (Words{"Air in line", "Door open"}));
  unit.say(pump("Air in line", "end"));
  EXPECT_EQ(unit.words(), Words{"Door open"}) << "its words tell it";
  unit.say(pump("Cleared", "end"));
  EXPECT_EQ(unit.words(), Words{}) << "it can be no other";
}

TEST(Hl7Inputs, ConditionsAreBoundedAndTheOldestIsForgotten) {
  Hl7Conditions conditions;
  const auto named = [&](std::size_t i, bool present) {
    hl7::AlarmEvent alarm;
    alarm.event = {std::to_string(i + 1), "MDC_EVT_X", "MDC"};
    alarm.containment.text = "1";
    alarm.text = std::string(100'000, 'x');
    return conditions.named(alarm, present);
  };
  for (std::size_t i = 0; i <= hl7_conditions_max; ++i) EXPECT_EQ(named(i, true).size(), 1U);
  EXPECT_EQ(named(hl7_conditions_max, false).size(), 1U);
  EXPECT_GT(named(0, false).size(), 1U) << "not known any more: whatever it may have been is over";
}

TEST(Hl7Inputs, AnAlarmBesideAHeartbeatIsHeard) {
  Speaking sender;
  const auto inputs = sender.say(hl7::golden::watchdog_with_alarm);
  EXPECT_EQ(all<event::DeviceHeard>(inputs)[0].period, Micros(2s));
  ASSERT_EQ(all<event::AlarmsHeard>(inputs).size(), 1U);
  EXPECT_EQ(all<event::AlarmsHeard>(inputs)[0].alarms[0].text, "SpO2 low");
}

TEST(Hl7Inputs, ALatchedAlarmWhoseConditionIsOverIsOver) {
  Speaking sender;
  const auto said = all<event::AlarmsHeard>(sender.say(hl7::golden::occlusion));
  ASSERT_FALSE(said[0].alarms.empty());
  EXPECT_EQ(said[0].alarms[0].priority, event::AlarmPriority::high);
  EXPECT_EQ(said[0].alarms[0].kind, event::AlarmKind::technical);
  for (const event::DeviceAlarm& alarm : said[0].alarms) EXPECT_FALSE(alarm.present);
}

TEST(Hl7Inputs, AMomentIsAnAlarmThatIsOverAtOnce) {
  for (const std::string state : {"active", "inactive", "latched", ""}) {
    Speaking sender;
    std::string point(hl7::golden::low_saturation);
    point.replace(point.find("|start|"), 7, "|tpoint|");
    point.replace(point.find("|active|"), 8, "|" + state + "|");
    const auto said = all<event::AlarmsHeard>(sender.say(point));
    ASSERT_EQ(said.size(), 2U) << state;
    EXPECT_TRUE(said[0].alarms[0].present) << state;
    EXPECT_FALSE(said[1].alarms[0].present) << state;
    EXPECT_EQ(said[0].alarms[0].condition, said[1].alarms[0].condition) << state;
  }
}

TEST(Hl7Inputs, AnAlarmOfUnknownUrgencyIsMedium) {
  Speaking sender;
  std::string unknown(hl7::golden::low_saturation);
  unknown.replace(unknown.find("L~PM~SP"), 7, "L~XX~SP");
  EXPECT_EQ(all<event::AlarmsHeard>(sender.say(unknown))[0].alarms[0].priority, event::AlarmPriority::medium);
}

TEST(Hl7Inputs, MindraysTwoListsAreOneListOfTheDeviceOnceBothWereRead) {
  constexpr std::string_view no_physiological = "MSH|^~\\&|||||||ORU^R01|54|P|2.3.1|\rOBX||CE|2040^||0^||||||F\r";
  constexpr std::string_view technical_list =
      "MSH|^~\\&|||||||ORU^R01|56|P|2.3.1|\rOBX||CE|4|1|10033^*SENSOR OFF||||||F|||20221203211501|\r";
  Speaking sender;
  const auto first = all<event::AlarmsHeard>(sender.say(hl7::golden::pds_alarms));
  EXPECT_FALSE(first[0].complete) << "what stood before this link may be in the other list";
  ASSERT_EQ(first[0].alarms.size(), 2U);
  EXPECT_EQ(first[0].alarms[0].text, "SpO2 TOO HIGH");
  EXPECT_EQ(first[0].alarms[0].priority, event::AlarmPriority::medium);
  EXPECT_EQ(first[0].alarms[1].priority, event::AlarmPriority::high);
  const auto technical = all<event::AlarmsHeard>(sender.say(technical_list));
  EXPECT_TRUE(technical[0].complete);
  ASSERT_EQ(technical[0].alarms.size(), 3U) << "the technical list does not end the physiological alarms";
  EXPECT_NE(technical[0].alarms[2].condition, technical[0].alarms[0].condition) << "though the number is the same";
  const auto none = all<event::AlarmsHeard>(sender.say(no_physiological));
  ASSERT_EQ(none[0].alarms.size(), 1U);
  EXPECT_EQ(none[0].alarms[0].kind, event::AlarmKind::technical);
  Speaking again;
  again.say(hl7::golden::pds_alarms);
  const auto over = all<event::AlarmsHeard>(again.say(no_physiological));
  EXPECT_FALSE(over[0].complete);
  ASSERT_EQ(over[0].alarms.size(), 2U) << "what has left its list is over";
  EXPECT_FALSE(over[0].alarms[0].present || over[0].alarms[1].present);
}

TEST(Hl7Inputs, AHeartbeatStatesThePeriodWithinReason) {
  Speaking sender;
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
  Speaking sender;
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
  Speaking sender;
  EXPECT_EQ(all<event::WaveHeard>(sender.say(report)).size(), hl7_traces_max);
}

TEST(Hl7Inputs, WhatIsBeyondTheBoundsIsToldUntilMessagesFitAgain) {
  const auto code = [](const std::vector<BedsideInput>& inputs) {
    const auto told = all<event::TroubleHeard>(inputs);
    return told.empty() ? std::string("-") : told.back().code;
  };
  const auto list = [](std::size_t alarms) {
    std::string out = "MSH|^~\\&|||||||ORU^R01|54|P|2.3.1|\r";
    for (std::size_t i = 0; i < alarms; ++i)
      out += "OBX||CE|2|1|" + std::to_string(20000 + i) + "^**ALARM||||||F|||20221203211501|\r";
    return out;
  };
  constexpr std::string_view no_technical = "MSH|^~\\&|||||||ORU^R01|56|P|2.3.1|\rOBX||CE|2040^||0^||||||F\r";
  Speaking sender;
  sender.say(no_technical);
  EXPECT_TRUE(all<event::AlarmsHeard>(sender.say(list(hl7_alarms_max)))[0].complete);
  const auto cut = sender.say(list(hl7_alarms_max + 1), noon + 1s);
  EXPECT_EQ(code(cut), "crowded");
  const auto heard = all<event::AlarmsHeard>(cut);
  EXPECT_FALSE(heard[0].complete) << "what was cut off is not over";
  EXPECT_TRUE(std::ranges::all_of(heard[0].alarms, &event::DeviceAlarm::present));
  EXPECT_EQ(code(sender.say(list(1), noon + 2s)), "-");
  EXPECT_EQ(code(sender.say(list(1), noon + 13s)), "");
}

TEST(Hl7Inputs, WhatCannotBeIsToldOnceWhileItStandsAndNamesNobody) {
  const auto told = [](const std::vector<BedsideInput>& inputs) {
    const auto all_told = all<event::TroubleHeard>(inputs);
    return all_told.empty() ? std::string("-") : all_told.back().code;
  };
  hl7::Report report;
  report.kind = hl7::Kind::observations;
  report.sender = "LAB";
  report.patient.family = "VIDAL";
  report.numerics.emplace_back().code = {"147842", "MDC_ECG_HEART_RATE", "MDC"};
  report.numerics[0].value = 72;
  Speaking sender;
  EXPECT_EQ(told(sender.say(report)), "-");
  report.numerics[0].stated = "NaN";
  EXPECT_EQ(told(sender.say(report)), "no_number");
  EXPECT_EQ(told(sender.say(report, noon + 5s)), "-") << "told once";
  report.numerics[0].flags = {"NAN"};
  EXPECT_EQ(told(sender.say(report, noon + 14s)), "-");
  EXPECT_EQ(told(sender.say(report, noon + 16s)), "") << "it says itself that there is none";
  for (const char* odd : {"VI<b>DAL", "VIDAL\x01X", "\xE2\x80\xAELADIV", "\xC2\x85"}) {
    report.patient.family = odd;
    const auto inputs = sender.say(report, noon + 20s);
    EXPECT_EQ(told(inputs), "odd_name") << odd;
    EXPECT_EQ(all<event::TroubleHeard>(inputs)[0].text.find("DAL"), std::string::npos);
    report.patient.family =
        "\tLef\xC3\xA8vre \xE2\x80\x93 N\xE2\x80\x99"
        "Diaye ";
    EXPECT_EQ(told(sender.say(report, noon + 21s)), "") << odd;
  }
}

/// named is a message of numbers of one who lies at a bed, in a character set (MSH-18).
std::string named(const std::string& family, const std::string& bed, const std::string& charset = "UNICODE UTF-8") {
  return "MSH|^~\\&|LAB||||20221203211500||ORU^R01|1|P|2.6||||||" + charset + "\r" +
         (family.empty() ? "" : "PID|||||" + family + "^Anne\r") + (bed.empty() ? "" : "PV1||I|^^" + bed + "\r") +
         "OBR|1|||x\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.2.1.1|60\r";
}
std::string last_trouble(const std::vector<BedsideInput>& inputs) {
  const auto told = all<event::TroubleHeard>(inputs);
  return told.empty() ? "-" : told.back().code;
}

TEST(Hl7Inputs, ALetterOfAnotherCharacterSetIsNoMarkThatIsHidden) {
  Speaking sender;
  EXPECT_EQ(last_trouble(sender.say(named("N\x92"
                                          "DIAYE",
                                          "R1", "8859/1"))),
            "-")
      << "an apostrophe of Windows-1252";
  EXPECT_EQ(last_trouble(sender.say(named("B\x8CUF", "R1", "8859/1"))), "-");
  for (const auto* charset : {"ISO IR87", "~ISO IR87", "ASCII~ISO IR87"})
    EXPECT_EQ(last_trouble(sender.say(named("\x1B$B;3ED\x1B(B", "R1", charset))), "-") << charset;
  EXPECT_EQ(last_trouble(sender.say(named("A\x9B"
                                          "31m",
                                          "R1", "8859/1"))),
            "odd_name")
      << "CSI";
}

TEST(Hl7Inputs, AnOddNameIsToldUntilThatNameIsAnother) {
  Speaking sender;
  EXPECT_EQ(last_trouble(sender.say(named("", "R<b>1"))), "odd_name") << "of a bed, beside no patient";
  EXPECT_EQ(last_trouble(sender.say(named("VIDAL", ""))), "-") << "nothing is said of the bed";
  EXPECT_EQ(last_trouble(sender.say(named("VI<DAL", "R1"))), "-") << "the patient's now";
  EXPECT_EQ(last_trouble(sender.say(named("", "R1"))), "-");
  EXPECT_EQ(last_trouble(sender.say(named("VIDAL", ""))), "");
}

TEST(Hl7Inputs, WhatADeviceCallsItselfAndWhatItMeasuresMayBeOddToo) {
  const auto told = [](const auto& change) {
    hl7::Report report;
    report.kind = hl7::Kind::observations;
    report.sender = "LAB";
    report.numerics.emplace_back().code = {"0", "own", "99LAB"};
    change(report);
    Speaking sender;
    return last_trouble(sender.say(report));
  };
  const std::string turned = "S\xE2\x80\xAEpO2";
  EXPECT_EQ(told([](hl7::Report&) {}), "-");
  EXPECT_EQ(told([](hl7::Report& r) { r.sender = "G<b>W"; }), "odd_name");
  EXPECT_EQ(told([](hl7::Report& r) { r.numerics[0].device = "mon\x07"; }), "odd_name");
  EXPECT_EQ(told([&](hl7::Report& r) { r.numerics[0].code.name = turned; }), "odd_name");
  EXPECT_EQ(told([&](hl7::Report& r) { r.numerics[0].unit.text = turned; }), "odd_name");
  EXPECT_EQ(told([](hl7::Report& r) { r.numerics[0].unit.text = "<\xC2\xB0/%>"; }), "-");
}

TEST(Hl7Inputs, WhatAnAlarmSaysInAnotherFormIsAnnunciatedAndTakesNoOthersPlace) {
  const auto alarm = [](const std::string& id, const std::string& words, const std::string& flags,
                        const std::string& phase, const std::string& state) {
    return "MSH|^~\\&|LAB||||20221203211500||ORU^R40|1|P|2.6\rOBR|1||" + id +
           "|196616^MDC_EVT_ALARM^MDC\rOBX|1|ST|196670^MDC_EVT_LO^MDC|1.3.1.2.1|" + words + "|||" + flags +
           "|||F\rOBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.3.1.2.3|" + phase +
           "\rOBX|3|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.3.1.2.4|" + state;
  };
  Speaking sender;
  const auto said = [&](const std::string& text) { return all<event::AlarmsHeard>(sender.say(text)).at(0).alarms; };
  auto heard = said(alarm("k1", "A1", "ph~sp", "start", "active"));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].priority, event::AlarmPriority::high);
  const std::string first = heard[0].condition;
  heard = said(alarm("k2", "A2", "PH~SP", "start", "inactive"));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].present) << "one that says both is there";
  const std::string second = heard[0].condition;
  heard = said(alarm("k3", "A3", "PH~SP", "begun", "active"));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].present);
  EXPECT_NE(heard[0].condition, first);
  EXPECT_NE(heard[0].condition, second);
  heard = said(alarm("k1", "A1", "PH~SP", "End", "Inactive"));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].condition, first);
  EXPECT_FALSE(heard[0].present);
}

TEST(Hl7Inputs, TheWordsOfAnAlarmAreOddForTenSecondsAfterTheLast) {
  const auto alarm = [](const std::string& words) {
    hl7::Report report;
    report.kind = hl7::Kind::alarm;
    report.sender = "LAB";
    report.alarms.emplace_back().text = words;
    report.alarms[0].phase = hl7::Phase::start;
    return report;
  };
  Speaking sender;
  EXPECT_EQ(last_trouble(sender.say(alarm("SpO2 < 85 %\nlook"))), "-");
  EXPECT_EQ(last_trouble(sender.say(alarm("LOW\x07"))), "odd_name");
  EXPECT_EQ(last_trouble(sender.say(alarm("LOW"), noon + 10s)), "-");
  EXPECT_EQ(last_trouble(sender.say(alarm("LOW"), noon + 11s)), "");
}

TEST(Hl7Inputs, FiguresInAnotherFormThanANumbersAreNoLie) {
  const auto trouble_of = [](const std::string& type_code_value) {
    Speaking sender;
    const auto inputs =
        sender.say("MSH|^~\\&|LAB||||20221203211500||ORU^R01|1|P|2.6\rOBR|1|||x\rOBX|1|" + type_code_value);
    EXPECT_EQ(all<event::NumericsHeard>(inputs).at(0).numerics.at(0).validity, event::Validity::invalid);
    const auto told = all<event::TroubleHeard>(inputs);
    return told.empty() ? std::string("-") : told[0].code;
  };
  const std::string breath = "151832^MDC_RATIO_IE^MDC|1.2.1.1|";
  EXPECT_EQ(trouble_of("SN|" + breath + "^1^:^2"), "-");
  EXPECT_EQ(trouble_of("NM|" + breath + "1:2"), "-");
  EXPECT_EQ(trouble_of("NM|150016^MDC_PRESS_BLD^MDC|1.2.1.1|120/80"), "-");
  EXPECT_EQ(trouble_of("NM|150344^MDC_TEMP^MDC|1.2.1.1|37,2"), "-");
  for (const char* lie : {"NaN", "inf", "1e400", "0x48", ".", ":"}) {
    EXPECT_EQ(trouble_of("NM|" + breath + lie), "no_number") << lie;
  }
}

TEST(Hl7Inputs, WhatIsOfTrainingOrDebuggingIsShownAsADemonstration) {
  for (const char* processing : {"|T^T|", "|d|"}) {
    Speaking sender;
    for (const std::string_view golden : {hl7::golden::gateway, hl7::golden::waves}) {
      std::string message(golden);
      const std::size_t real = message.find("|P|");
      ASSERT_LT(real, message.find('\r'));
      const auto inputs = sender.say(message.replace(real, 3, processing));
      for (const auto& heard : all<event::NumericsHeard>(inputs)) {
        for (const event::Numeric& each : heard.numerics)
          EXPECT_EQ(each.validity, std::isnan(each.value) ? each.validity : event::Validity::demo)
              << each.channel.label;
      }
      for (const auto& wave : all<event::WaveHeard>(inputs)) EXPECT_EQ(wave.validity, event::Validity::demo);
      EXPECT_EQ(all<event::WaveHeard>(inputs).empty(), golden == hl7::golden::gateway);
    }
  }
}

TEST(Hl7Inputs, NumbersThatComeAsTextAreShownAndToldOnDevicesAlone) {
  Speaking sender;
  const auto say = [&](const std::string& type_code_value, Micros later) {
    return sender.say("MSH|^~\\&|LAB||||20221203211500||ORU^R01|1|P|2.6\rOBR|1|||x\rOBX|1|" + type_code_value + "|%",
                      noon + later);
  };
  const std::string saturation = "150456^MDC_PULS_OXIM_SAT_O2^MDC|2.1|";
  const auto first = say("ST|" + saturation + "97", 0s);
  EXPECT_EQ(all<event::NumericsHeard>(first).at(0).numerics.at(0).value, 97);
  EXPECT_EQ(all<event::NumericsHeard>(first).at(0).numerics.at(0).validity, event::Validity::valid);
  EXPECT_EQ(last_trouble(first), "aside_text_read");
  EXPECT_TRUE(event::is_aside("aside_text_read") && !event::is_aside("dialect"));
  EXPECT_EQ(last_trouble(say("ST|" + saturation + "97", 1s)), "-") << "once";
  const auto words = say("TX|" + saturation + "97 %", 2s);
  EXPECT_EQ(last_trouble(words), "aside_text_unread") << "what is missing comes first";
  EXPECT_TRUE(all<event::NumericsHeard>(words).empty()) << "what stood there before ages";
  EXPECT_EQ(last_trouble(say("ST|" + saturation + "97", 13s)), "aside_text_read");
  EXPECT_EQ(last_trouble(say("NM|" + saturation + "NaN", 14s)), "no_number") << "what is the bed's comes first";
  EXPECT_EQ(last_trouble(say("NM|" + saturation + "97", 30s)), "");
  EXPECT_EQ(last_trouble(say("NM|" + saturation + "97", 31s)), "-");
}

TEST(Hl7Inputs, ATraceOfAnotherRateThanIsStatedIsToldUntilItIsRight) {
  Speaking sender;
  hl7::Report report;
  report.kind = hl7::Kind::observations;
  report.sender = "LAB";
  report.waves.emplace_back().code = {"131330", "MDC_ECG_ELEC_POTL_II", "MDC"};
  report.waves[0].rate_hz = 250;
  WallTime now = noon;
  const auto told_within = [&](int seconds, std::size_t samples) {
    std::vector<std::string> out;
    for (int i = 0; i < seconds; ++i, now += 1s) {
      report.waves[0].samples.assign(samples, 1);
      report.waves[0].begin = hl7::Moment{now + 370ms, {}, hl7::ZoneOrigin::local, 14};
      const std::string told = last_trouble(sender.say(report, now + 1500ms));
      if (told != "-") out.push_back(told);
    }
    return out;
  };
  using Codes = std::vector<std::string>;
  EXPECT_EQ(told_within(600, 250), Codes{});
  EXPECT_EQ(told_within(90, 200), Codes{"odd_rate"});
  EXPECT_EQ(told_within(120, 250), Codes{""});
  EXPECT_EQ(told_within(90, 300), Codes{"odd_rate"});
}

TEST(Hl7Inputs, ASenderThatStatesNoPeriodIsWatchedByItsOwn) {
  Speaking sender;
  const hl7::Report one = hl7::interpret(*hl7::parse(hl7::golden::gateway));
  const auto period_after = [&](Micros span, Micros every) {
    static WallTime now = noon;
    for (const WallTime end = now + span; now < end; now += every) sender.link.take({one, now, "10.0.0.5"});
    sender.link.tell_again();
    return all<event::DeviceHeard>(sender.link.take({one, now, "10.0.0.5"})).at(0).period;
  };
  EXPECT_EQ(period_after(3s, 1s), Micros(10s)) << "as configured, until enough was seen";
  EXPECT_EQ(period_after(1s, 1s), Micros(1s));
  EXPECT_EQ(period_after(8s, 4s), Micros(4s)) << "who slows down is given the time at once";
  EXPECT_EQ(period_after(100s, 500ms), Micros(1s));
  EXPECT_EQ(period_after(120s, 40s), Micros(10s)) << "and never more than is configured";
}

}  // namespace
}  // namespace cordon::gateway
