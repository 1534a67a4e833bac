// SPDX-License-Identifier: Apache-2.0
// What one wave means when several share a handle, and what a sample's bits mean. Layouts: values_test.cpp.
#include "intellivue/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "intellivue/codes.h"

namespace cordon::intellivue {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t ecg_handle = 10, lead_i = 0x0101, lead_ii = 0x0102, lead_iii = 0x013D;

PollReply reply_of(std::vector<Observation> observations) {
  PollReply out;
  out.extended = true;
  out.polled = {code::part_object, code::moc_samples};
  out.contexts = {{0, std::move(observations)}};
  return out;
}

Attributes static_part(std::uint16_t flags = code::samples_extended_range, std::vector<FixedValue> fixed = {}) {
  return {attribute(code::attr_sample_spec, SampleSpec{1, 16, 12, flags}),
          attribute(code::attr_sample_period, Number32{16}), attribute(code::attr_fixed_values, FixedValues{fixed})};
}
Attributes dynamic_part(std::uint16_t lead, std::string_view label, double full) {
  return {attribute(code::attr_label, Number32{0x00020000U + lead}),
          attribute(code::attr_label_string, Text{text_from(label)}), attribute(code::attr_unit, Number16{0x10B2}),
          attribute(code::attr_scale, ScaleRange{Float::of(0), Float::of(full), 0, 1000})};
}
SamplesObserved samples_of(std::uint16_t lead, std::uint16_t count) {
  return {lead, 0, {static_cast<std::uint8_t>(count >> 8U), static_cast<std::uint8_t>(count & 0xFFU)}};
}
Observation samples(std::uint16_t lead, std::uint16_t count) {
  return {ecg_handle, {attribute(code::attr_samples, samples_of(lead, count))}};
}

std::vector<Wave> waves_in(const std::vector<Report>& reports) {
  std::vector<Wave> out;
  for (const Report& report : reports) {
    if (const auto* wave = std::get_if<Wave>(&report)) out.push_back(*wave);
  }
  return out;
}

void expect_leads(const std::vector<Wave>& waves) {
  ASSERT_EQ(waves.size(), 3U);
  EXPECT_EQ(waves[0].label, "I");
  EXPECT_NEAR(waves[0].values.at(0), 0.5, 1e-9);
  EXPECT_EQ(waves[1].label, "II");
  EXPECT_NEAR(waves[1].values.at(0), 1.0, 1e-9);
  EXPECT_EQ(waves[2].label, "III");
  EXPECT_NEAR(waves[2].values.at(0), 2.0, 1e-9);
  for (const Wave& wave : waves) EXPECT_EQ(wave.ucum, "mV");
}

const std::vector<Observation> three_samples{samples(lead_i, 500), samples(lead_ii, 500), samples(lead_iii, 500)};

TEST(Decoder, LeadsOfOneHandleKeepTheirOwnLabelAndScale) {
  Decoder decoder;
  decoder.take(reply_of({{ecg_handle, static_part()}, {ecg_handle, static_part()}, {ecg_handle, static_part()}}));
  decoder.take(reply_of({{ecg_handle, dynamic_part(lead_i, "I", 1)},
                         {ecg_handle, dynamic_part(lead_ii, "II", 2)},
                         {ecg_handle, dynamic_part(lead_iii, "III", 4)}}));
  expect_leads(waves_in(decoder.take(reply_of(three_samples))));
  EXPECT_FALSE(decoder.lacks_context());
}

TEST(Decoder, LeadsAreToldApartByTheirSamplesWhereThoseComeWithTheDescription) {
  Decoder decoder;
  std::vector<Observation> described = three_samples;
  const std::array<std::tuple<std::uint16_t, const char*, double>, 3> leads{
      std::tuple{lead_i, "I", 1.0}, {lead_ii, "II", 2.0}, {lead_iii, "III", 4.0}};
  for (std::size_t i = 0; i < leads.size(); ++i) {
    Attributes& all = described[i].attributes;
    const auto& [lead, label, full] = leads[i];
    for (const Attributes& more : {static_part(), dynamic_part(lead, label, full)}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    all.erase(std::remove_if(all.begin(), all.end(), [](const Attribute& a) { return a.id == code::attr_label; }),
              all.end());
  }
  expect_leads(waves_in(decoder.take(reply_of(described))));
  expect_leads(waves_in(decoder.take(reply_of(three_samples))));
}

TEST(Decoder, ANewLeadIsNeverDrawnOnTheScaleOfAnother) {
  Decoder decoder;
  decoder.take(reply_of({{ecg_handle, static_part()}, {ecg_handle, dynamic_part(lead_ii, "II", 2)}}));
  EXPECT_TRUE(waves_in(decoder.take(reply_of({samples(lead_ii, 500)}))).at(0).scaled);
  EXPECT_FALSE(decoder.lacks_context());
  EXPECT_TRUE(waves_in(decoder.take(reply_of({samples(lead_iii, 500)}))).empty());
  EXPECT_TRUE(decoder.lacks_context()) << "so that it is asked for";
  decoder.take(reply_of({{ecg_handle, dynamic_part(lead_iii, "III", 4)}}));
  EXPECT_NEAR(waves_in(decoder.take(reply_of({samples(lead_iii, 500)}))).at(0).values.at(0), 2.0, 1e-9);
}

TEST(Decoder, ALeadThatWasNotDescribedWaitsWhereOthersWere) {
  Decoder decoder;
  decoder.take(reply_of({{ecg_handle, static_part()},
                         {ecg_handle, dynamic_part(lead_i, "I", 1)},
                         {ecg_handle, dynamic_part(lead_ii, "II", 2)}}));
  EXPECT_TRUE(waves_in(decoder.take(reply_of({samples(lead_iii, 500)}))).empty());
  EXPECT_TRUE(decoder.lacks_context());
}

TEST(Decoder, TheLeadsOfACompoundWaveShareItsDescription) {
  Decoder decoder;
  decoder.take(reply_of({{ecg_handle, static_part()}, {ecg_handle, dynamic_part(0x0100, "ECG", 2)}}));
  const CompoundSamples all{{samples_of(lead_i, 500), samples_of(lead_ii, 250)}};
  const auto waves = waves_in(decoder.take(reply_of({{ecg_handle, {attribute(code::attr_samples_compound, all)}}})));
  ASSERT_EQ(waves.size(), 2U);
  EXPECT_EQ(waves[0].label, "I");
  EXPECT_NEAR(waves[0].values.at(0), 1.0, 1e-9);
  EXPECT_EQ(waves[1].label, "II");
  EXPECT_NEAR(waves[1].values.at(0), 0.5, 1e-9);
}

TEST(Decoder, LeadsCountAmongTheObjectsThatAreKept) {
  Decoder decoder;
  std::size_t troubles = 0;
  for (std::uint16_t lead = 1; lead <= handles_max; ++lead) {
    for (const Report& report : decoder.take(reply_of({{ecg_handle, dynamic_part(lead, "X", 1)}}))) {
      troubles += std::holds_alternative<Trouble>(report) ? 1U : 0U;
    }
    EXPECT_EQ(troubles, lead == handles_max ? 1U : 0U);
  }
}

// The guide, "Sample Array Fixed Values Specification" and "Sample Array Specification".
TEST(Decoder, SaturationIsAMaskAndBitsAreMaskedWhereTheMonitorSaysSo) {
  const std::vector<FixedValue> fixed{{FixedValueId::saturation, 0x2000}};
  for (const bool masked : {true, false}) {
    Decoder decoder;
    Attributes all = static_part(masked ? code::samples_extended_range : std::uint16_t{0}, fixed);
    all.push_back(attribute(code::attr_samples, samples_of(lead_ii, 0x2FFF)));
    const Wave wave = waves_in(decoder.take(reply_of({{ecg_handle, all}}))).at(0);
    EXPECT_EQ(wave.marks.at(0), mark_saturated);
    EXPECT_EQ(wave.values.at(0), masked ? 0x0FFF : 0x2FFF);
  }
}

std::vector<Numeric> numerics_in(const std::vector<Report>& reports) {
  std::vector<Numeric> out;
  for (const Report& report : reports) {
    if (const auto* numeric = std::get_if<Numeric>(&report)) out.push_back(*numeric);
  }
  return out;
}

/// Cuff is a pressure that is said at 21:00 of the monitor's clock, when its counter has just wrapped.
struct Cuff {
  Decoder decoder;
  PollReply reply;
  Cuff() {
    reply.polled = {code::part_object, code::moc_numeric};
    reply.relative_time = 8000;
    reply.absolute_time = clock(0s);
  }
  static AbsoluteTime clock(Micros before) {
    return absolute_time_of(WallTime{std::chrono::seconds(1670101200)} - before);
  }
  std::optional<Micros> age(Attributes stamps) {
    const CompoundNumeric all{{{0x4A05, 0, 0x0F20, Float::of(124)}, {0x4A06, 0, 0x0F20, Float::of(72)}}};
    stamps.push_back(attribute(code::attr_numeric_compound, all));
    reply.contexts = {{0, {{7, stamps}}}};
    const auto said = numerics_in(decoder.take(reply));
    EXPECT_EQ(said.size(), 2U);
    EXPECT_EQ(said.at(0).age, said.at(1).age) << "of all that was measured together";
    return said.at(0).age;
  }
};
Attribute by_counter(Ticks at) {
  return attribute(code::attr_stamp_relative, Number32{at});
}
Attribute by_date(const AbsoluteTime& at) {
  return attribute(code::attr_stamp_absolute, DateTime{at});
}

TEST(Decoder, AValueIsAsOldAsTheMonitorSays) {
  Cuff cuff;
  EXPECT_EQ(cuff.age({}), std::nullopt);
  EXPECT_EQ(cuff.age({by_counter(8000)}), 0s);
  EXPECT_EQ(cuff.age({by_counter(8000U - 8000U * 120U)}), 120s) << "the counter wraps";
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(292s))}), 292s);
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(1h)), by_counter(0)}), 1s) << "nobody sets the counter";
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(96h)), by_counter(8000U - 8000U * 345600U)}), 96h)
      << "so long ago that the counter says it lies ahead";
  cuff.reply.relative_time = 0;
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(60s)), by_counter(0)}), 60s) << "it counts nothing";
  EXPECT_EQ(cuff.decoder.damaged(), 0U);
}

TEST(Decoder, ATimeThatCannotBeMakesNoValueOld) {
  Cuff cuff;
  EXPECT_EQ(cuff.age({by_counter(8001)}), std::nullopt) << "it lies ahead";
  EXPECT_EQ(cuff.age({by_counter(0xFFFFFFFF)}), std::nullopt);
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(-1s))}), std::nullopt);
  EXPECT_EQ(cuff.age({by_date(no_absolute_time)}), std::nullopt);
  EXPECT_EQ(cuff.age({by_date({0x19, 0x00, 0x01, 0x01, 0x12, 0, 0, 0})}), std::nullopt);
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(age_max))}), age_max);
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(age_max + 1s))}), std::nullopt);
  EXPECT_EQ(cuff.age({{code::attr_stamp_relative, {1}}}), std::nullopt);
  EXPECT_EQ(cuff.decoder.damaged(), 1U) << "what cannot be read is counted, and the value is there";
  cuff.reply.absolute_time = no_absolute_time;
  EXPECT_EQ(cuff.age({by_date(Cuff::clock(60s))}), std::nullopt);
}

TEST(Decoder, AnAlarmIsWithoutPriorityOnlyWhereItsMonitorSaysSo) {
  const auto priority = [](std::uint16_t list, std::uint16_t type) {
    AlarmEntry entry;
    entry.type = type;
    Decoder decoder;
    const auto reports = decoder.take(reply_of({{1, {attribute(list, AlarmEntries{{entry}})}}}));
    const auto* read = reports.empty() ? nullptr : std::get_if<AlarmList>(&reports.front());
    return read == nullptr ? std::nullopt : std::optional(read->alarms.at(0).priority);
  };
  const auto patient = code::attr_patient_alarms, technical = code::attr_technical_alarms;
  EXPECT_EQ(priority(patient, 0), AlarmPriority::none);
  EXPECT_EQ(priority(technical, 0), AlarmPriority::none);
  EXPECT_EQ(priority(patient, code::patient_low), AlarmPriority::low);
  EXPECT_EQ(priority(patient, code::technical_high), AlarmPriority::high) << "in the bits of the other list";
  EXPECT_EQ(priority(technical, code::patient_low), AlarmPriority::low);
  EXPECT_EQ(priority(patient, code::patient_low | code::technical_high), AlarmPriority::low);
  EXPECT_EQ(priority(patient, 0x0800), AlarmPriority::medium) << "in bits that nobody knows";
}

}  // namespace
}  // namespace cordon::intellivue
