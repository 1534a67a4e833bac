// SPDX-License-Identifier: Apache-2.0
#include "gateway/intellivue_inputs.h"
#include "gateway/inputs_testing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "intellivue/client.h"
#include "intellivue/codes.h"
#include "intellivue/mdpnp_test.inc"
#include "intellivue/nomenclature.h"
#include "intellivue/testing.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
namespace iv = intellivue;
using event::BedsideInput;

iv::Device device() {
  iv::Device out;
  out.bed = "R5";
  out.manufacturer = "Philips";
  out.model = "M8004A";
  out.system_id = "0009fb000001";
  return out;
}

/// Followed is a monitor that is associated.
struct Followed {
  std::uint64_t links = 40;
  IntellivueLink link{"10.0.0.7", [this] { return ++links; }};
  std::vector<BedsideInput> say(std::vector<iv::Report> reports, WallTime at = noon) { return link.take(reports, at); }
  std::vector<BedsideInput> begin() { return say({device(), iv::PhaseChanged{iv::Phase::polling}}); }
};

iv::Numeric numeric(double value, iv::Validity validity) {
  return {{0, 3}, 0x4BB8, "SpO2", 0x0220, iv::ucum(0x0220), value, validity, 0, 0};
}

iv::Wave wave(iv::Ticks at, std::vector<double> values, bool gap = false) {
  iv::Wave out;
  out.key = {0, 10};
  out.physio_id = 0x0102;
  out.label = "II";
  out.ucum = "mV";
  out.sample_period = 16;
  out.scaled = true;
  out.marks.assign(values.size(), 0);
  out.values = std::move(values);
  out.validity = iv::Validity::valid;
  out.gap = gap;
  out.at = at;
  return out;
}

TEST(IntellivueInputs, AnAssociationIsALinkToTheDeviceThatTheMonitorSaysItIs) {
  Followed bed;
  const auto inputs = bed.begin();
  ASSERT_EQ(inputs.size(), 1U);
  const auto& heard = std::get<event::DeviceHeard>(inputs[0]);
  EXPECT_EQ(heard.link, 41U);
  EXPECT_EQ(heard.identity, (event::DeviceIdentity{"intellivue:00:09:fb:00:00:01", event::Protocol::intellivue,
                                                   "10.0.0.7", "Philips", "M8004A", "0009fb000001", "R5"}));
  EXPECT_EQ(heard.period, Micros(1024ms));
  const auto over = bed.say({iv::Trouble{iv::TroubleKind::no_answer, 0}, iv::PhaseChanged{iv::Phase::waiting}});
  ASSERT_EQ(over.size(), 2U);
  EXPECT_EQ(std::get<event::TroubleHeard>(over[0]).code, "no_answer");
  EXPECT_FALSE(std::get<event::TroubleHeard>(over[0]).remedy.empty());
  EXPECT_EQ(std::get<event::DeviceGone>(over[1]).link, 41U);
  EXPECT_EQ(std::get<event::DeviceHeard>(bed.begin().at(0)).link, 42U) << "a number is never used twice";
}

TEST(IntellivueInputs, AMonitorThatRefusesIsSeenByItsAddress) {
  Followed bed;
  const auto inputs = bed.say({iv::Trouble{iv::TroubleKind::refused, 0}, iv::PhaseChanged{iv::Phase::waiting}});
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(std::get<event::DeviceHeard>(inputs[0]).identity.device, "intellivue:10.0.0.7");
  EXPECT_EQ(std::get<event::TroubleHeard>(inputs[1]).code, "refused");
  EXPECT_FALSE(std::get<event::DeviceHeard>(inputs[0]).spoke) << "no word of what it measures";
  const auto later = bed.begin();
  ASSERT_EQ(later.size(), 2U);
  EXPECT_TRUE(std::get<event::DeviceHeard>(later[1]).spoke);
  EXPECT_EQ(std::get<event::DeviceGone>(later[0]).link, 41U);
  EXPECT_EQ(std::get<event::DeviceHeard>(later[1]).identity.device, "intellivue:00:09:fb:00:00:01");
}

TEST(IntellivueInputs, AMonitorThatIsKnownHasItsTroubleAtItsOwnName) {
  Followed bed;
  const event::DeviceIdentity known{"intellivue:00:09:fb:00:00:01",
                                    event::Protocol::intellivue,
                                    "10.0.0.7",
                                    "Philips",
                                    "M8004A",
                                    "0009fb000001",
                                    "R5"};
  bed.link.know(known);
  const auto inputs = bed.say({iv::Trouble{iv::TroubleKind::no_answer, 0}, iv::PhaseChanged{iv::Phase::waiting}});
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(std::get<event::DeviceHeard>(inputs[0]).identity, known);
  EXPECT_EQ(std::get<event::TroubleHeard>(inputs[1]).code, "no_answer");
  iv::Device other = device();
  other.system_id = "0009fb000002";
  const auto later = bed.say({other, iv::PhaseChanged{iv::Phase::polling}});
  ASSERT_EQ(later.size(), 2U) << "another one stands there now";
  EXPECT_EQ(std::get<event::DeviceHeard>(later[1]).identity.device, "intellivue:00:09:fb:00:00:02");
}

TEST(IntellivueInputs, ANumberIsAsTheMonitorSaysItIs) {
  const std::vector<std::pair<iv::Validity, event::Validity>> expected{
      {iv::Validity::valid, event::Validity::valid},
      {iv::Validity::questionable, event::Validity::questionable},
      {iv::Validity::calibrating, event::Validity::calibrating},
      {iv::Validity::demonstration, event::Validity::demo},
      {iv::Validity::test, event::Validity::demo},
      {iv::Validity::unavailable, event::Validity::missing},
      {iv::Validity::invalid, event::Validity::invalid}};
  Followed bed;
  bed.begin();
  for (const auto& [from, to] : expected) {
    const auto said = all<event::NumericsHeard>(bed.say({numeric(97.5, from)}));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].numerics[0].channel, (event::Channel{"0.3.4BB8", 150456, "SpO2", "%", "0.3"}));
    EXPECT_EQ(said[0].numerics[0].value, 97.5);
    EXPECT_EQ(said[0].numerics[0].validity, to);
  }
  EXPECT_EQ(all<event::NumericsHeard>(bed.say({numeric(NAN, iv::Validity::valid)}))[0].numerics[0].validity,
            event::Validity::missing);
  iv::Device demo = device();
  demo.demonstration = true;
  bed.say({demo});
  EXPECT_EQ(all<event::NumericsHeard>(bed.say({numeric(97, iv::Validity::valid)}))[0].numerics[0].validity,
            event::Validity::demo);
}

TEST(IntellivueInputs, ANumberIsAsOldAsTheMonitorSays) {
  Followed bed;
  bed.begin();
  iv::Numeric cuff = numeric(124, iv::Validity::valid);
  EXPECT_EQ(all<event::NumericsHeard>(bed.say({cuff})).at(0).numerics.at(0).measured_at, std::nullopt);
  cuff.age = 150s;
  EXPECT_EQ(all<event::NumericsHeard>(bed.say({cuff})).at(0).numerics.at(0).measured_at, noon - 150s);
}

TEST(IntellivueInputs, SamplesStandWhereTheMonitorsTimePutsThem) {
  Followed bed;
  bed.begin();
  iv::Wave first = wave(0xFFFFFFF0U, {-0.5, 1.25, 3, 0});
  first.marks = {0, iv::mark_pacer, iv::mark_invalid, iv::mark_saturated};
  const auto one = all<event::WaveHeard>(bed.say({first}));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].channel, (event::Channel{"0.10.0102", 131330, "II", "mV", "0.10"}));
  EXPECT_EQ(one[0].rate_hz, 500);
  EXPECT_EQ(one[0].first, 0U);
  ASSERT_EQ(one[0].samples.size(), 4U);
  EXPECT_EQ(one[0].samples[0], -0.5F);
  EXPECT_EQ(one[0].samples[1], 1.25F) << "a pacer's pulse is a value";
  EXPECT_TRUE(std::isnan(one[0].samples[2]));
  EXPECT_EQ(one[0].samples[3], 0.0F);
  const auto at = [&](iv::Ticks ticks, bool gap) {
    return all<event::WaveHeard>(bed.say({wave(ticks, {1, 2, 3, 4}, gap)}))[0].first;
  };
  EXPECT_EQ(at(0xFFFFFFF0U + 64, false), 4U) << "the ticks wrap after 6.2 days";
  EXPECT_EQ(at(0xFFFFFFF0U + 64 + 128, true), 12U) << "an answer is missing: a gap of four samples";
  EXPECT_EQ(at(0xFFFFFFF0U + 64 + 128 + 96, false), 16U) << "none is missing: the answer was late";
}

TEST(IntellivueInputs, TwoListsAreAllThatIsWrong) {
  Followed bed;
  bed.begin();
  const iv::Alarm brady{iv::AlarmKind::patient,
                        iv::AlarmPriority::high,
                        0x4182,
                        0x0CF2,
                        0,
                        {iv::code::moc_alert_monitor, 0, 7},
                        1,
                        "*** BRADY"};
  const iv::Alarm leads{
      iv::AlarmKind::technical, iv::AlarmPriority::low, 0x0102, 0x0001, iv::code::alarm_silenced, {}, 0, "LEADS OFF"};
  const auto patient =
      all<event::AlarmsHeard>(bed.say({iv::AlarmList{iv::AlarmKind::patient, {brady}, 0},
                                       iv::AlarmList{iv::AlarmKind::technical, {}, 0}, iv::AlarmSummary{}}));
  ASSERT_EQ(patient.size(), 1U) << "one answer is one word";
  EXPECT_TRUE(patient[0].complete);
  ASSERT_EQ(patient[0].alarms.size(), 1U);
  EXPECT_EQ(patient[0].alarms[0].priority, event::AlarmPriority::high);
  EXPECT_EQ(patient[0].alarms[0].kind, event::AlarmKind::physiological);
  EXPECT_EQ(patient[0].alarms[0].code, 147842U);
  EXPECT_EQ(patient[0].alarms[0].text, "*** BRADY");
  const auto both = all<event::AlarmsHeard>(bed.say({iv::AlarmList{iv::AlarmKind::technical, {leads}, 0}}));
  ASSERT_EQ(both[0].alarms.size(), 2U) << "the technical list does not end the patient's alarm";
  EXPECT_TRUE(both[0].alarms[1].silenced);
  EXPECT_EQ(both[0].alarms[1].kind, event::AlarmKind::technical);
  const auto over = all<event::AlarmsHeard>(bed.say({iv::AlarmList{iv::AlarmKind::patient, {}, 0}}));
  ASSERT_EQ(over[0].alarms.size(), 1U);
  EXPECT_EQ(over[0].alarms[0].text, "LEADS OFF");
}

TEST(IntellivueInputs, AlarmsThatAreSuspendedAtTheMonitorAreTold) {
  Followed bed;
  bed.begin();
  iv::AlarmSummary summary;
  summary.suspended = true;
  const auto told = all<event::AlarmsHeard>(bed.say({summary}));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].alarms[0].condition, "suspended");
  EXPECT_TRUE(told[0].alarms[0].present);
  summary.suspended = false;
  const auto over = all<event::AlarmsHeard>(bed.say({summary}));
  ASSERT_EQ(over[0].alarms.size(), 1U);
  EXPECT_FALSE(over[0].alarms[0].present);
  EXPECT_FALSE(over[0].complete) << "the lists were not read";
}

TEST(IntellivueInputs, StandbyIsAConditionOfItsOwn) {
  Followed bed;
  iv::Device asleep = device();
  asleep.standby = true;
  const auto begun = all<event::AlarmsHeard>(bed.say({asleep, iv::PhaseChanged{iv::Phase::polling}}));
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].alarms.at(0).condition, "standby");
  EXPECT_NE(begun[0].alarms[0].text.find("veille"), std::string::npos);
  EXPECT_NE(begun[0].alarms[0].text.find("standby"), std::string::npos);
  const auto over = all<event::AlarmsHeard>(bed.say({device()}));
  EXPECT_FALSE(over.at(0).alarms.at(0).present);
  iv::AlarmSummary summary;
  summary.standby = true;
  EXPECT_EQ(all<event::AlarmsHeard>(bed.say({summary})).at(0).alarms.at(0).condition, "standby");
  EXPECT_TRUE(all<event::AlarmsHeard>(bed.say({device()})).empty()) << "the summary alone says it, and stands";
  summary.standby = false;
  EXPECT_FALSE(all<event::AlarmsHeard>(bed.say({summary})).at(0).alarms.at(0).present);
}

iv::Alarm alarm(iv::AlarmKind kind, std::uint16_t code) {
  return {kind, iv::AlarmPriority::high, 0x4182, code, 0, {}, 0, "X"};
}
iv::AlarmList list(iv::AlarmKind kind, std::vector<std::uint16_t> codes) {
  iv::AlarmList out{kind, {}, 0};
  for (const std::uint16_t code : codes) out.alarms.push_back(alarm(kind, code));
  return out;
}

// Whoever has seen an alarm has seen it, whatever the cable does: nothing ends on a new link before it was read there.
TEST(IntellivueInputs, ALinkThatComesBackEndsNoAlarmThatStillStands) {
  using enum iv::AlarmKind;
  Followed bed;
  bed.begin();
  const auto before = all<event::AlarmsHeard>(bed.say({list(patient, {2}), list(technical, {4}), iv::AlarmSummary{}}));
  EXPECT_TRUE(before.at(0).complete);
  bed.say({iv::PhaseChanged{iv::Phase::waiting}});
  bed.begin();
  const auto first = all<event::AlarmsHeard>(bed.say({list(patient, {2})}));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_FALSE(first[0].complete) << "the technical list is under way: its alarm has not ended";
  EXPECT_EQ(first[0].alarms.size(), 1U);
  const auto second = all<event::AlarmsHeard>(bed.say({list(technical, {4})}));
  EXPECT_FALSE(second.at(0).complete) << "nor whether alarms are paused is known";
  EXPECT_TRUE(all<event::AlarmsHeard>(bed.say({iv::AlarmSummary{}})).at(0).complete);
}

TEST(IntellivueInputs, AMonitorThatNeverSumsUpIsCompleteWithItsSecondLists) {
  using enum iv::AlarmKind;
  Followed bed;
  bed.begin();
  EXPECT_FALSE(all<event::AlarmsHeard>(bed.say({list(patient, {}), list(technical, {})})).at(0).complete);
  EXPECT_TRUE(all<event::AlarmsHeard>(bed.say({list(patient, {}), list(technical, {})})).at(0).complete);
}

TEST(IntellivueInputs, AListThatCannotBeReadEndsNothingAndSaysSo) {
  using enum iv::AlarmKind;
  Followed bed;
  bed.begin();
  bed.say({list(patient, {2}), list(technical, {4, 6}), iv::AlarmSummary{}});
  const auto said = bed.say({iv::Trouble{iv::TroubleKind::damaged_alarms, iv::code::attr_patient_alarms},
                             list(technical, {4}), iv::AlarmSummary{}});
  EXPECT_EQ(all<event::TroubleHeard>(said).at(0).code, "dialect");
  const auto alarms = all<event::AlarmsHeard>(said);
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_FALSE(alarms[0].complete) << "what stands in the other list is not known";
  ASSERT_EQ(alarms[0].alarms.size(), 2U);
  EXPECT_TRUE(alarms[0].alarms[0].present);
  EXPECT_EQ(alarms[0].alarms[1].condition, "technical/4182/0006/0.0");
  EXPECT_FALSE(alarms[0].alarms[1].present) << "this one is known to be over";
  const auto better = bed.say({list(patient, {2}), list(technical, {4}), iv::AlarmSummary{}});
  EXPECT_EQ(all<event::TroubleHeard>(better).at(0).code, "");
  EXPECT_TRUE(all<event::AlarmsHeard>(better).at(0).complete);
}

TEST(IntellivueInputs, AnAlarmsSourceIsReadFromThePartitionThatItsCodeNames) {
  using enum iv::AlarmKind;
  Followed bed;
  bed.begin();
  iv::AlarmList both = list(patient, {0x0CF2, 0x0CF3});
  for (iv::Alarm& one : both.alarms) one.text.clear();
  const auto said = all<event::AlarmsHeard>(bed.say({both}));
  EXPECT_EQ(said.at(0).alarms.at(0).code, 147842U);
  EXPECT_EQ(said[0].alarms[0].text, "HR 0CF2");
  EXPECT_EQ(said[0].alarms.at(1).code, 0U) << "an object's number is no measurement's";
  EXPECT_EQ(said[0].alarms[1].text, "4182:0CF3");
}

TEST(IntellivueInputs, TheGravestTroubleIsTheOneThatIsTold) {
  Followed bed;
  bed.begin();
  const auto told = [&](iv::TroubleKind kind, bool present) {
    const auto said = all<event::TroubleHeard>(bed.say({iv::Trouble{kind, 0, present}}));
    return said.empty() ? std::string("-") : said.back().code;
  };
  EXPECT_EQ(told(iv::TroubleKind::no_waves, true), "no_waves");
  EXPECT_EQ(told(iv::TroubleKind::no_alarms, true), "no_alarms");
  EXPECT_EQ(told(iv::TroubleKind::no_numerics, true), "-") << "a bed without alarms is the graver one";
  EXPECT_EQ(told(iv::TroubleKind::unreadable, true), "-");
  EXPECT_EQ(told(iv::TroubleKind::no_alarms, false), "dialect");
  EXPECT_EQ(told(iv::TroubleKind::unreadable, false), "no_numerics");
  EXPECT_EQ(told(iv::TroubleKind::no_numerics, false), "no_waves");
  EXPECT_EQ(told(iv::TroubleKind::no_waves, false), "");
  EXPECT_EQ(told(iv::TroubleKind::unseen, true), event::trouble_aside) << "what nobody misses comes last";
  EXPECT_EQ(told(iv::TroubleKind::no_waves, true), "no_waves");
  EXPECT_EQ(told(iv::TroubleKind::unseen, false), "-");
  EXPECT_EQ(told(iv::TroubleKind::no_waves, false), "");
}

TEST(IntellivueInputs, WhatCannotBeIsToldOnceWhileItStands) {
  Followed bed;
  bed.begin();
  const auto told = [&](const iv::Report& report, WallTime at) {
    const auto said = all<event::TroubleHeard>(bed.say({report}, at));
    return said.empty() ? std::string("-") : said.back().code;
  };
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(told(numeric(std::numeric_limits<double>::quiet_NaN(), iv::Validity::valid), noon), "-");
  EXPECT_EQ(told(numeric(infinite, iv::Validity::invalid), noon), "-") << "it is said to be none";
  EXPECT_EQ(told(numeric(-infinite, iv::Validity::valid), noon), "no_number");
  EXPECT_EQ(told(numeric(infinite, iv::Validity::valid), noon + 2s), "-");
  iv::Patient patient;
  patient.state = iv::PatientState::admitted;
  patient.given =
      "<i>Ren\xC3\xA9"
      "e";
  EXPECT_EQ(told(patient, noon + 3s), "-") << "one at a time";
  EXPECT_EQ(told(numeric(97, iv::Validity::valid), noon + 13s), "odd_name");
  patient.given =
      "Ren\xC3\xA9"
      "e";
  EXPECT_EQ(told(patient, noon + 14s), "");
}

TEST(IntellivueInputs, WhatAMonitorCallsItselfAndWhatItMeasuresMayBeOddToo) {
  Followed bed;
  bed.begin();
  const auto told = [&](const iv::Report& report, WallTime at) {
    const auto said = all<event::TroubleHeard>(bed.say({report}, at));
    return said.empty() ? std::string("-") : said.back().code;
  };
  for (const auto name : {&iv::Device::bed, &iv::Device::manufacturer, &iv::Device::model}) {
    iv::Device odd = device();
    odd.*name = "R\x07<5>";
    EXPECT_EQ(told(odd, noon), "odd_name");
    EXPECT_EQ(told(device(), noon), "");
  }
  iv::Numeric hr = numeric(72, iv::Validity::valid);
  hr.label = "H<R>";
  EXPECT_EQ(told(hr, noon), "-") << "a channel's name may have those";
  hr.label = "H\xE2\x80\xAER";
  EXPECT_EQ(told(hr, noon), "odd_name");
  EXPECT_EQ(told(numeric(72, iv::Validity::valid), noon + 11s), "");
  iv::AlarmList list;
  list.alarms.emplace_back().text = "**\x1B HR";
  EXPECT_EQ(told(list, noon + 12s), "odd_name");
}

TEST(IntellivueInputs, ATraceOfAnotherRateThanIsStatedIsToldUntilItIsRight) {
  Followed bed;
  bed.begin();
  iv::Ticks ticks = 0;
  WallTime now = noon;
  const auto told_within = [&](Micros span, std::size_t samples) {
    std::vector<std::string> out;
    for (const WallTime end = now + span; now < end; now += 256ms) {
      ticks += 2048;
      for (const auto& said : all<event::TroubleHeard>(bed.say({wave(ticks, std::vector<double>(samples, 1))}, now)))
        out.push_back(said.code);
    }
    return out;
  };
  using Codes = std::vector<std::string>;
  EXPECT_EQ(told_within(10min, 128), Codes{}) << "500 a second";
  EXPECT_EQ(told_within(90s, 102), Codes{"odd_rate"});
  EXPECT_EQ(told_within(2min, 128), Codes{""});
  EXPECT_EQ(told_within(90s, 154), Codes{"odd_rate"});
}

TEST(IntellivueInputs, ANumberSaysWhereTheMonitorsClockStands) {
  Followed bed;
  bed.begin();
  const auto ticks = [&](iv::Ticks at) {
    iv::Numeric hr = numeric(72, iv::Validity::valid);
    hr.at = at;
    return all<event::NumericsHeard>(bed.say({hr})).at(0).device_ticks;
  };
  EXPECT_EQ(ticks(0x753), std::nullopt);
  EXPECT_EQ(ticks(0x753), std::nullopt) << "a monitor whose time never moves states none";
  const auto first = ticks(0xFFFFFFFFU);
  const auto second = ticks(8191);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*second - *first, 8192) << "it wraps and goes on";
  EXPECT_EQ(ticks(8191), second) << "it stands still, and the station sees it";
}

TEST(IntellivueInputs, ATimeThatStoodStillWhenTheLinkBeganDoesNotGoOn) {
  struct Told {
    std::optional<std::int64_t> ticks;
    std::uint64_t next;
  };
  const auto follow = [](iv::Ticks at, bool numbered) {
    Followed bed;
    bed.begin();
    Told out{};
    for (std::uint16_t answer = 0; answer < 4; ++answer) {
      iv::Numeric hr = numeric(72, iv::Validity::valid);
      iv::Wave ecg = wave(at, {1, 2});
      hr.at = at;
      hr.sequence = ecg.sequence = numbered ? answer : 0;
      const auto said = bed.say({hr, ecg});
      const auto heard = all<event::WaveHeard>(said).at(0);
      out = {all<event::NumericsHeard>(said).at(0).device_ticks, heard.first + heard.samples.size()};
    }
    return out;
  };
  EXPECT_EQ(follow(7, true).ticks, 7) << "and the station sees that it stands, at what is no whole minute";
  EXPECT_EQ(follow(7, true).next, 2U);
  EXPECT_FALSE(follow(0, true).ticks) << "a counter that is 0 for ever counts nothing";
  EXPECT_EQ(follow(0, true).next, 8U);
  EXPECT_FALSE(follow(0x753, false).ticks) << "nor does one whose answers have no numbers: mdpnp's simulators";
  EXPECT_EQ(follow(0x753, false).next, 8U);
}

TEST(IntellivueInputs, ATraceWhoseTimeStandsStillDoesNotGoOn) {
  Followed bed;
  bed.begin();
  const auto next = [&](iv::Ticks at) {
    const auto heard = all<event::WaveHeard>(bed.say({wave(at, {1, 2})})).at(0);
    return heard.first + heard.samples.size();
  };
  EXPECT_EQ(next(7), 2U);
  EXPECT_EQ(next(7), 4U) << "a monitor whose time never moves states none";
  EXPECT_EQ(next(39), 6U);
  EXPECT_EQ(next(39), 6U);
  EXPECT_EQ(next(71), 8U);
}

TEST(IntellivueInputs, ATimeWithoutAZoneIsLocal) {
  Followed bed;
  bed.begin();
  iv::Numeric hr = numeric(72, iv::Validity::valid);
  const auto local = [&](WallTime at) { return all<event::NumericsHeard>(bed.say({hr}, at)).at(0).local_time; };
  EXPECT_EQ(local(noon), std::nullopt) << "the monitor states none";
  iv::Device told = device();
  told.clock = noon + 1h;
  bed.say({told}, noon);
  EXPECT_EQ(local(noon + 3s), noon + 1h + 3s) << "it was seen three seconds ago";
  hr.clock = noon + 2h;
  EXPECT_EQ(local(noon + 4s), noon + 2h);
}

TEST(IntellivueInputs, APatientIsOfferedWhileAdmitted) {
  Followed bed;
  bed.begin();
  iv::Patient patient;
  patient.state = iv::PatientState::admitted;
  patient.family = "Vidal";
  patient.given = "Renée";
  patient.id = "700123";
  patient.birth = "1900-01-01T00:00:00";
  const auto heard = all<event::DeviceHeard>(bed.say({patient}));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].patient, (event::PatientOffer{"700123", "Vidal", "Renée", "1900-01-01"}));
  EXPECT_TRUE(bed.say({patient}).empty()) << "nothing new";
  patient.state = iv::PatientState::discharged;
  EXPECT_TRUE(all<event::DeviceHeard>(bed.say({patient}))[0].patient.empty());
}

TEST(IntellivueInputs, AnotherDeviceOnTheSameAssociationIsAnotherLink) {
  Followed bed;
  bed.begin();
  iv::Device other = device();
  other.system_id = "0009fb000002";
  const auto inputs = bed.say({other});
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(std::get<event::DeviceGone>(inputs[0]).link, 41U);
  EXPECT_EQ(std::get<event::DeviceHeard>(inputs[1]).link, 42U);
  EXPECT_EQ(all<event::NumericsHeard>(bed.say({numeric(97, iv::Validity::valid)}))[0].link, 42U);
}

// A monitor that we did not write: mdpnp's simulated pulse oximeter, as recorded, against what the codec reads of it.
TEST(IntellivueInputs, EveryForeignSampleAndNumberComesThrough) {
  iv::Client client;
  MonoTime now{};
  Followed bed;
  std::vector<BedsideInput> inputs;
  std::vector<double> samples;
  std::vector<double> numbers;
  const auto hear = [&](std::string_view hex) {
    now += 300ms;
    const iv::ClientOutput out = client.receive(iv::testing::from_hex(hex), now);
    for (const iv::Report& report : out.reports) {
      if (const auto* n = std::get_if<iv::Numeric>(&report)) numbers.push_back(n->value);
      if (const auto* w = std::get_if<iv::Wave>(&report)) {
        samples.insert(samples.end(), w->values.begin(), w->values.end());
      }
    }
    const auto more = bed.say(out.reports, noon + std::chrono::duration_cast<Micros>(now.time_since_epoch()));
    inputs.insert(inputs.end(), more.begin(), more.end());
  };
  client.tick(now);
  hear(iv::mdpnp::accept);
  hear(iv::mdpnp::create);
  for (const std::string_view result : iv::mdpnp::results) hear(result);
  EXPECT_EQ(all<event::DeviceHeard>(inputs).at(0).identity.device, "intellivue:10.0.0.7") << "it states no system id";
  EXPECT_EQ(all<event::DeviceHeard>(inputs).at(0).identity.model, "ICE TEST ONE");
  std::size_t number = 0;
  for (const event::NumericsHeard& said : all<event::NumericsHeard>(inputs)) {
    ASSERT_EQ(said.numerics.size(), 2U);
    EXPECT_EQ(said.numerics[0].value, numbers.at(number++));
    EXPECT_EQ(said.numerics[0].channel.unit, "{beat}/min");
    EXPECT_EQ(said.numerics[1].value, numbers.at(number++));
    EXPECT_EQ(said.numerics[1].channel.code, 150456U);
  }
  EXPECT_EQ(number, numbers.size());
  EXPECT_NEAR(numbers.at(0), 75, 0.01);
  EXPECT_NEAR(numbers.at(1), 98, 0.01);
  std::vector<float> passed;
  std::uint64_t next = 0;
  const auto waves = all<event::WaveHeard>(inputs);
  ASSERT_EQ(waves.size(), iv::mdpnp::results.size());
  for (const event::WaveHeard& one : waves) {
    EXPECT_EQ(one.first, next) << "one unbroken trace";
    EXPECT_EQ(one.channel.unit, "") << "counts without a scale are of no unit";
    next = one.first + one.samples.size();
    passed.insert(passed.end(), one.samples.begin(), one.samples.end());
  }
  ASSERT_EQ(passed.size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(passed[i], static_cast<float>(samples[i])) << i;
}

TEST(IntellivueInputs, WhatFoundNoRoomIsSaidAgainWithAllThatStands) {
  Followed bed;
  bed.begin();
  const iv::Alarm apnea{iv::AlarmKind::patient, iv::AlarmPriority::high, 0x4182, 0x0CF2, 0, {}, 1, "*** APNEA"};
  bed.say({iv::AlarmList{iv::AlarmKind::patient, {apnea}, 0}, iv::AlarmList{iv::AlarmKind::technical, {}, 0},
           iv::AlarmSummary{}});
  bed.say({iv::Trouble{iv::TroubleKind::no_waves, 0}});
  EXPECT_TRUE(bed.say({}).empty());
  bed.link.tell_again();
  const auto again = bed.say({});
  EXPECT_EQ(all<event::DeviceHeard>(again).size(), 1U);
  EXPECT_EQ(all<event::TroubleHeard>(again).at(0).code, "no_waves");
  const auto alarms = all<event::AlarmsHeard>(again);
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_TRUE(alarms[0].complete);
  EXPECT_EQ(alarms[0].alarms.at(0).text, "*** APNEA");
  EXPECT_TRUE(bed.say({}).empty()) << "once";
}

TEST(IntellivueInputs, TracesBeyondTheBoundAreToldUntilTheyFitAgain) {
  Followed bed;
  bed.begin();
  std::vector<iv::Report> many;
  for (std::uint16_t i = 0; i <= intellivue_traces_max; ++i) {
    iv::Wave one = wave(0, {1, 2});
    one.key.handle = i;
    many.emplace_back(one);
  }
  const auto inputs = bed.say(many);
  EXPECT_EQ(all<event::WaveHeard>(inputs).size(), intellivue_traces_max);
  EXPECT_EQ(all<event::TroubleHeard>(inputs).at(0).code, "crowded");
  many.pop_back();
  EXPECT_TRUE(all<event::TroubleHeard>(bed.say(many, noon + 1s)).empty());
  EXPECT_EQ(all<event::TroubleHeard>(bed.say(many, noon + 11s)).at(0).code, "");
}

}  // namespace
}  // namespace cordon::gateway
