// SPDX-License-Identifier: Apache-2.0
#include "gateway/sdc_readings.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gateway/gateway.h"
#include "gateway/sdc_wave_index.h"
#include "sdc/provider.h"
#include "sdc/testing.h"

namespace cordon::gateway {
namespace {

using event::Validity;
using sdc::testing::small_bed;
using sdc::testing::wall;

const SdcStamp stamp{wall(1'000), 7};

// --- numbers

TEST(SdcReadings, TheValidityOfAValueIsTheDevicesWord) {
  struct Row {
    SdcQuality quality;
    Validity expected;
  };
  const auto said = [](bool has_value, std::optional<sdc::Validity> validity) {
    return SdcQuality{has_value, validity, {}, {}, true};
  };
  const Row rows[] = {
      {said(true, std::nullopt), Validity::valid},
      {said(true, sdc::Validity::valid), Validity::valid},
      {said(true, sdc::Validity::validated), Validity::valid},
      {said(true, sdc::Validity::questionable), Validity::questionable},
      {said(true, sdc::Validity::ongoing), Validity::questionable},
      {said(false, sdc::Validity::ongoing), Validity::missing},
      {said(true, sdc::Validity::calibrating), Validity::calibrating},
      {said(true, sdc::Validity::invalid), Validity::invalid},
      {said(false, sdc::Validity::invalid), Validity::invalid},
      {said(true, sdc::Validity::overflow), Validity::invalid},
      {said(true, sdc::Validity::underflow), Validity::invalid},
      {said(true, sdc::Validity::unavailable), Validity::missing},
      {said(false, sdc::Validity::valid), Validity::missing},
      {{true, sdc::Validity::valid, sdc::Mode::demo, {}, true}, Validity::demo},
      {{true, sdc::Validity::valid, sdc::Mode::test, {}, true}, Validity::demo},
      {{true, sdc::Validity::invalid, sdc::Mode::demo, {}, true}, Validity::invalid},
      {{true, sdc::Validity::valid, sdc::Mode::real, sdc::Activation::on, true}, Validity::valid},
      {{true, sdc::Validity::valid, {}, sdc::Activation::off, true}, Validity::missing},
      {{true, sdc::Validity::valid, {}, sdc::Activation::standby, true}, Validity::missing},
      {{true, sdc::Validity::valid, {}, sdc::Activation::failure, true}, Validity::invalid},
      {{true, sdc::Validity::valid, {}, {}, false}, Validity::questionable},
  };
  for (const Row& row : rows) EXPECT_EQ(sdc_validity(row.quality), row.expected) << (&row - rows);
}

sdc::Numeric numeric(double value, std::int64_t determined_ms) {
  sdc::Numeric out;
  out.subject = {"hr", "mds", 147842U, "", "Heart rate", true};
  out.unit = {264864U, "{beat}/min", "bpm"};
  out.value = value;
  out.determined = wall(determined_ms);
  return out;
}

TEST(SdcReadings, NumbersKeepCodeUnitAndTheNewestTime) {
  EXPECT_FALSE(sdc_numerics({}, stamp));
  const auto heard = sdc_numerics({numeric(72, 500), numeric(73, 900), numeric(74, 700)}, stamp);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->link, 7U);
  EXPECT_EQ(heard->at, stamp.at);
  EXPECT_EQ(heard->device_time, wall(900));
  EXPECT_EQ(heard->numerics.at(0).channel, (event::Channel{"hr", 147842, "Heart rate", "{beat}/min"}));
  EXPECT_EQ(heard->numerics.at(2).value, 74);
}

TEST(SdcReadings, AValueSaysWhenItWasMeasuredByOurClock) {
  const auto heard = sdc_numerics({numeric(120, 500), numeric(72, 2'900), numeric(73, 9'900)},
                                  {stamp.at, stamp.link, std::chrono::milliseconds(2'000)});
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->numerics.at(0).measured_at, wall(-1'500)) << "a clock two seconds ahead makes nothing old or new";
  EXPECT_EQ(heard->numerics.at(1).measured_at, wall(900));
  EXPECT_EQ(heard->numerics.at(2).measured_at, stamp.at) << "nothing was measured later than now";
  EXPECT_EQ(sdc_numerics({numeric(72, 500)}, stamp)->numerics.at(0).measured_at, std::nullopt);
}

TEST(SdcReadings, AUnitThatIsNotKnownIsNotGuessed) {
  const event::Channel channel = sdc_channel({"f", "mds", std::nullopt, "code2", "Flow", true}, {{}, "", "l/min*"});
  EXPECT_EQ(channel.unit, "");
  EXPECT_EQ(channel.label, "Flow [l/min*]");
  EXPECT_EQ(channel.code, 0U);
  EXPECT_EQ(sdc_channel({"f", "mds", std::nullopt, "code2", "", true}, {}).label, "code2");
  EXPECT_EQ(sdc_channel({"f", "mds", std::nullopt, "", "", true}, {}).label, "f");
}

TEST(SdcReadings, AMetricStandsInTheChannelOfItsDevice) {
  EXPECT_EQ(sdc_channel({"f", "mds", std::nullopt, "code2", "Flow", true, "line.2"}, {}).group, "line.2");
}

TEST(SdcReadings, TwoHandlesNeverBecomeOne) {
  EXPECT_EQ(sdc_handle("hr"), "hr");
  const std::string stem(device_text_bytes_max, 'a');
  EXPECT_EQ(sdc_handle(stem), stem);
  EXPECT_NE(sdc_handle(stem + "1"), sdc_handle(stem + "2"));
  EXPECT_LE(sdc_handle(stem + "1").size(), device_text_bytes_max);
  EXPECT_NE(sdc_handle("a\nb"), sdc_handle("a b"));
  EXPECT_EQ(sdc_handle("a\nb").find('\n'), std::string::npos);
}

// --- traces

sdc::Wave piece(std::optional<std::int64_t> determined_ms, std::size_t count = 25) {
  sdc::Wave out;
  out.subject = {"ecg", "mds", 131329U, "", "ECG II", true};
  out.unit = {266418U, "mV", "mV"};
  out.period = sdc::Nanos{4'000'000};
  out.samples.assign(count, 0.5);
  if (determined_ms) out.determined = wall(*determined_ms);
  return out;
}

TEST(SdcReadings, ATraceHasItsRateAndNoNumberWhereThereIsNone) {
  sdc::Wave wave = piece(100, 3);
  wave.samples = {1, std::nan(""), 1e300};
  const auto heard = sdc_wave(wave, 40, stamp);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->rate_hz, 250);
  EXPECT_EQ(heard->first, 40U);
  EXPECT_EQ(heard->device_time, wall(100));
  EXPECT_EQ(heard->samples.at(0), 1);
  EXPECT_TRUE(std::isnan(heard->samples.at(1)));
  EXPECT_TRUE(std::isnan(heard->samples.at(2)));
  wave.period = sdc::Nanos{1};
  EXPECT_FALSE(sdc_wave(wave, 0, stamp));
  wave.period.reset();
  EXPECT_FALSE(sdc_wave(wave, 0, stamp));
  EXPECT_FALSE(sdc_wave(piece(100, 0), 0, stamp));
}

TEST(SdcWaveIndex, PiecesThatFollowEachOtherAreOneTraceWhateverTheirTimesSay) {
  SdcWaveIndex index;
  std::uint64_t expected = 0;
  std::int64_t ms = 1'000;
  for (const int late : {0, 3, -7, 40, -40, 59, -30, 0}) {
    EXPECT_EQ(index.place(piece(ms + late), false), expected) << late;
    expected += 25;
    ms += 100;
  }
  EXPECT_EQ(index.place(piece(std::nullopt), false), expected);
}

TEST(SdcWaveIndex, AClockThatRunsAwaySlowlyMakesNoGap) {
  SdcWaveIndex index;
  for (int i = 0; i < 10'000; ++i)  // 1,000 s, 0.5 % fast
    ASSERT_EQ(index.place(piece(1'000 + i * 1005 / 10), false), static_cast<std::uint64_t>(i) * 25);
}

TEST(SdcWaveIndex, LostReportsAreAGapAsLongAsTheDevicesTimeSays) {
  SdcWaveIndex index;
  EXPECT_EQ(index.place(piece(1'000), false), 0U);
  EXPECT_EQ(index.place(piece(1'200), true), 50U);
  EXPECT_EQ(index.place(piece(1'300), true), 75U);    // another device's report was lost, not this trace
  EXPECT_EQ(index.place(piece(3'400), false), 600U);  // a probe that was off for two seconds
}

TEST(SdcWaveIndex, APieceThatHasNoSamplesIsAGapHoweverShort) {
  SdcWaveIndex index;
  EXPECT_EQ(index.place(piece(1'000), false), 0U);
  sdc::Wave none = piece(1'100);
  none.samples.clear();
  EXPECT_FALSE(index.place(none, false));
  EXPECT_EQ(index.place(piece(1'200), false), 50U);
  EXPECT_EQ(index.place(piece(1'340), false), 75U) << "and what follows goes on";
}

TEST(SdcWaveIndex, WhatWasThereIsNotThereTwice) {
  SdcWaveIndex index;
  EXPECT_EQ(index.place(piece(1'000), false), 0U);
  EXPECT_EQ(index.place(piece(1'100), false), 25U);
  EXPECT_FALSE(index.place(piece(1'100), false));
  EXPECT_FALSE(index.place(piece(1'000), true));
  EXPECT_EQ(index.place(piece(1'200), false), 50U);
}

TEST(SdcWaveIndex, AClockThatWasSetNeitherStepsBackNorLeapsFar) {
  SdcWaveIndex index;
  EXPECT_EQ(index.place(piece(100'000), false), 0U);
  EXPECT_EQ(index.place(piece(1'000), false), 25U);
  EXPECT_EQ(index.place(piece(86'400'000), false), 50U);
}

TEST(SdcWaveIndex, AnotherRateIsNotJoinedAndTracesAreBounded) {
  SdcWaveIndex index;
  index.place(piece(1'000), false);
  sdc::Wave faster = piece(1'100);
  faster.period = sdc::Nanos{2'000'000};
  EXPECT_EQ(index.place(faster, false), 26U);
  for (std::size_t i = 1; i <= sdc_waves_max; ++i) {
    sdc::Wave other = piece(1'000);
    other.subject.handle = "w" + std::to_string(i);
    EXPECT_EQ(index.place(other, false).has_value(), i < sdc_waves_max) << i;
  }
  index.keep({piece(0)});
  sdc::Wave other = piece(1'000);
  other.subject.handle = "w1";
  EXPECT_EQ(index.place(other, false), 0U);
}

// --- alarms

sdc::Alarm alarm(std::optional<bool> presence) {
  sdc::Alarm out;
  out.subject = {"hr.limits", "mds", 196648U, "", "HR limits", true};
  out.kind = sdc::ConditionKind::physiological;
  out.priority = sdc::Priority::high;
  out.presence = presence;
  out.signals = {{"s.0", sdc::Manifestation::audible, sdc::SignalPresence::on, sdc::Activation::on, {}},
                 {"s.1", sdc::Manifestation::visible, sdc::SignalPresence::on, sdc::Activation::on, {}}};
  return out;
}
event::DeviceAlarm taken(const sdc::Alarm& from, const std::vector<sdc::AlertSystem>& systems = {}) {
  const std::vector<sdc::Alarm> alarms{from};
  return sdc_alarms({alarms, systems, false}, stamp).alarms.at(0);
}

TEST(SdcReadings, AWholeListNamesWhatIsThereAndAReportWhatChanged) {
  const std::vector<sdc::Alarm> alarms{alarm(true), alarm(false)};
  const auto whole = sdc_alarms({alarms, {}, true}, stamp);
  EXPECT_TRUE(whole.complete);
  EXPECT_EQ(whole.alarms.size(), 1U);
  const auto change = sdc_alarms({alarms, {}, false}, stamp);
  EXPECT_FALSE(change.complete);
  ASSERT_EQ(change.alarms.size(), 2U);
  EXPECT_TRUE(change.alarms[0].present);
  EXPECT_FALSE(change.alarms[1].present);
  EXPECT_EQ(change.alarms[0].code, 196648U);
  EXPECT_EQ(change.alarms[0].text, "HR limits");
}

TEST(SdcReadings, PriorityKindAndPresence) {
  sdc::Alarm a = alarm(true);
  EXPECT_EQ(taken(a).priority, event::AlarmPriority::high);
  a.priority = sdc::Priority::low;
  EXPECT_EQ(taken(a).priority, event::AlarmPriority::low);
  a.priority = sdc::Priority::none;
  EXPECT_EQ(taken(a).priority, event::AlarmPriority::none);
  a.priority.reset();
  EXPECT_EQ(taken(a).priority, event::AlarmPriority::medium);
  EXPECT_EQ(taken(a).kind, event::AlarmKind::physiological);
  a.kind = sdc::ConditionKind::technical;
  EXPECT_EQ(taken(a).kind, event::AlarmKind::technical);
  EXPECT_TRUE(taken(alarm(std::nullopt)).present);  // its signals are on
  for (const auto activation : {sdc::Activation::off, sdc::Activation::failure, sdc::Activation::not_ready,
                                sdc::Activation::standby, sdc::Activation::paused}) {
    a = alarm(true);
    a.activation = activation;
    EXPECT_TRUE(taken(a).present) << "the device says that it is there";
    a.presence.reset();
    EXPECT_FALSE(taken(a).present) << "nobody looks for it, and nobody says it is there";
  }
}

TEST(SdcReadings, AnAlertSystemThatIsOffOrPausedIsAConditionOfItsOwn) {
  sdc::AlertSystem system;
  system.subject.handle = "alerts";
  system.subject.mds = "mds";
  for (const auto activation : {sdc::Activation::off, sdc::Activation::paused, sdc::Activation::failure}) {
    system.activation = activation;
    const std::vector<sdc::Alarm> alarms{alarm(true)};
    const auto whole = sdc_alarms({alarms, {system}, true}, stamp);
    ASSERT_EQ(whole.alarms.size(), 2U);
    EXPECT_EQ(whole.alarms[1].condition, "suspended:alerts");
    EXPECT_EQ(whole.alarms[1].kind, event::AlarmKind::technical);
    EXPECT_TRUE(whole.alarms[1].present);
    EXPECT_NE(whole.alarms[1].text.find(" / "), std::string::npos) << "in both languages";
  }
  system.activation = sdc::Activation::on;
  EXPECT_TRUE(sdc_alarms({{}, {system}, true}, stamp).alarms.empty());
}

TEST(SdcReadings, ASoundThatIsOffAtTheBedsideIsSilenced) {
  EXPECT_FALSE(taken(alarm(true)).silenced);
  sdc::Alarm a = alarm(true);
  a.signals[0].activation = sdc::Activation::paused;
  EXPECT_TRUE(taken(a).silenced);
  a.signals.push_back({"s.2", sdc::Manifestation::audible, sdc::SignalPresence::on, sdc::Activation::on, {}});
  EXPECT_FALSE(taken(a).silenced);  // another one sounds
  a = alarm(true);
  a.signals[0].presence = sdc::SignalPresence::acknowledged;
  EXPECT_TRUE(taken(a).silenced);
  a = alarm(true);
  a.signals.erase(a.signals.begin());  // it never had a sound: nobody silenced it
  EXPECT_FALSE(taken(a).silenced);
}

TEST(SdcReadings, APauseOfTheAlertSystemSilencesItsOwnSubDeviceAlone) {
  sdc::AlertSystem system;
  system.subject.mds = "mds";
  system.activation = sdc::Activation::on;
  sdc::SystemSignal sound;
  sound.manifestation = sdc::Manifestation::audible;
  sound.activation = sdc::Activation::paused;
  system.signals = {sound};
  EXPECT_TRUE(taken(alarm(true), {system}).silenced);
  EXPECT_FALSE(taken(alarm(false), {system}).silenced);
  sdc::Alarm other = alarm(true);
  other.subject.mds = "second";
  EXPECT_FALSE(taken(other, {system}).silenced);
  system.signals.clear();
  EXPECT_FALSE(taken(alarm(true), {system}).silenced);
  system.activation = sdc::Activation::off;
  EXPECT_TRUE(taken(alarm(true), {system}).silenced);
}

// --- who and where

sdc::PatientOffer offer(const char* family, sdc::Association association) {
  sdc::PatientOffer out;
  out.association = association;
  out.person.family_name = family;
  out.person.date_of_birth = "1960-02-03";
  out.identifiers = {{"urn:h", "", {}}, {"urn:h", "4711", {}}};
  return out;
}

TEST(SdcReadings, OnePatientIsOfferedAndSeveralAreNobody) {
  const auto here = offer("Martin\n", sdc::Association::associated);
  const auto before = offer("Durand", sdc::Association::disassociated);
  EXPECT_EQ(sdc_patient({before, here}), (event::PatientOffer{"4711", "Martin", "", "1960-02-03"}));
  EXPECT_EQ(sdc_patient({before}), event::PatientOffer{});
  const auto second = offer("Petit", sdc::Association::associated);
  EXPECT_EQ(sdc_patient({here, second}), event::PatientOffer{});
  EXPECT_TRUE(sdc_has_several_patients({here, second}));
  EXPECT_FALSE(sdc_has_several_patients({here, here}));
  auto year = here;
  year.person.date_of_birth = "1960";
  EXPECT_EQ(sdc_patient({year}).born, "");
  year.person.date_of_birth = "1960-02-03T04:05:06Z";
  EXPECT_EQ(sdc_patient({year}).born, "1960-02-03");
}

TEST(SdcReadings, WhatCannotBeIsSeenOfWhatIsSaidToHold) {
  const auto odd = offer("Mar<tin", sdc::Association::associated);
  const auto is_odd = [](const auto& change) {
    sdc::Readings said;
    sdc::Metadata metadata;
    change(said, metadata);
    return sdc_has_odd_name(said, metadata);
  };
  EXPECT_TRUE(is_odd([&](auto& said, auto&) { said.patients = {odd}; }));
  EXPECT_FALSE(is_odd([](auto& said, auto&) { said.patients = {offer("Mar<tin", sdc::Association::disassociated)}; }));
  EXPECT_FALSE(is_odd([](auto& said, auto&) { said.patients = {offer("Martin\n", sdc::Association::associated)}; }));
  sdc::LocationOffer place;
  place.association = sdc::Association::associated;
  place.location.bed = "12\xE2\x80\xAE";
  EXPECT_TRUE(is_odd([&](auto& said, auto&) { said.locations = {place}; }));
  for (const auto name : {&sdc::Metadata::manufacturer, &sdc::Metadata::model, &sdc::Metadata::serial_number})
    EXPECT_TRUE(is_odd([&](auto&, auto& metadata) { metadata.*name = "<b>"; }));
  constexpr const char* turned = "S\xE2\x80\xAEpO2";
  EXPECT_TRUE(is_odd([&](auto& said, auto&) { said.numerics.emplace_back().subject.label = turned; }));
  EXPECT_TRUE(is_odd([&](auto& said, auto&) { said.numerics.emplace_back().unit.label = turned; }));
  EXPECT_TRUE(is_odd([&](auto& said, auto&) { said.waves.emplace_back().subject.label = turned; }));
  EXPECT_TRUE(is_odd([&](auto& said, auto&) { said.alarms.emplace_back().subject.label = turned; }));
  EXPECT_FALSE(is_odd([](auto& said, auto&) { said.alarms.emplace_back().subject.label = "SpO2 < 85 %\nlow"; }));
  sdc::Numeric value;
  EXPECT_FALSE(sdc_has_no_number({value})) << "there is none";
  value.no_number = true;
  EXPECT_TRUE(sdc_has_no_number({value}));
  value.validity = sdc::Validity::invalid;
  EXPECT_FALSE(sdc_has_no_number({value})) << "it is said to be none";
}

TEST(SdcReadings, ADeviceSaysWhoItIsAndWhereItStands) {
  sdc::Device device;
  device.address = "urn:uuid:1";
  sdc::Location scope;
  scope.point_of_care = "REA";
  scope.bed = "BED12";
  device.scopes = {sdc::location_scope(scope)};
  sdc::Metadata metadata;
  metadata.manufacturer = "Dr\u00e4ger\t";
  metadata.friendly_name = "Friend";
  const auto found = sdc_identity({device, metadata, {}}, "10.9.0.12");
  EXPECT_EQ(found.device, "sdc:urn:uuid:1");
  EXPECT_EQ(found.address, "10.9.0.12");
  EXPECT_EQ(found.maker, "Dr\u00e4ger");
  EXPECT_EQ(found.bed_label, "REA BED12");
  sdc::LocationOffer moved;
  moved.association = sdc::Association::associated;
  moved.location.bed = "BED13";
  EXPECT_EQ(sdc_identity({device, metadata, {moved}}, "").bed_label, "BED13");
  device.scopes.clear();
  EXPECT_EQ(sdc_identity({device, metadata, {}}, "").bed_label, "Friend");
}

TEST(SdcReadings, EveryTroubleSaysWhatIsWrongAndWhatToDoInBothLanguages) {
  for (const auto language : {SdcLanguage::english, SdcLanguage::french}) {
    for (int kind = 0; kind <= static_cast<int>(sdc::TroubleKind::wrong_device); ++kind) {
      const auto said = sdc_trouble(sdc::Trouble{static_cast<sdc::TroubleKind>(kind), sdc::Ask::get, "x\ny"}, language);
      EXPECT_FALSE(said.code.empty());
      EXPECT_TRUE(said.text.ends_with(". (x y)")) << said.text;
      EXPECT_TRUE(said.remedy.ends_with(".")) << said.text;
    }
    for (int kind = 0; kind <= static_cast<int>(SdcTroubleKind::odd_rate); ++kind) {
      const auto said = sdc_trouble(static_cast<SdcTroubleKind>(kind), "", language);
      EXPECT_FALSE(said.code.empty());
      EXPECT_TRUE(said.text.ends_with(".")) << said.text;
      EXPECT_TRUE(said.remedy.ends_with(".")) << said.text;
    }
  }
  EXPECT_NE(sdc_trouble(SdcTroubleKind::plain, "", SdcLanguage::english).text,
            sdc_trouble(SdcTroubleKind::plain, "", SdcLanguage::french).text);
}

}  // namespace
}  // namespace cordon::gateway
