// SPDX-License-Identifier: Apache-2.0
#include "intellivue/values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "intellivue/nomenclature.h"
#include "intellivue/report.h"
#include "intellivue/testing.h"

namespace cordon::intellivue {
namespace {

using testing::any;
using testing::any_attributes;
using testing::any_bytes;
using testing::any_object;
using testing::from_hex;
using testing::some;

// The guide, "FLOAT-Type": its examples 32 and -1000, each in two ways, and the special values.
TEST(Float, ReadsTheGuidesExamples) {
  EXPECT_EQ(Float{0xFD007D00}.value(), 32.0);
  EXPECT_EQ(Float{0xFF000140}.value(), 32.0);
  EXPECT_EQ(Float{0xFEFE7960}.value(), -1000.0);
  EXPECT_TRUE(std::isnan(Float{0x007FFFFF}.value()));
  EXPECT_TRUE(std::isnan(Float{0x00800000}.value()));
  EXPECT_EQ(Float{0x007FFFFE}.value(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(Float{0x00800002}.value(), -std::numeric_limits<double>::infinity());
  EXPECT_FALSE(Float{0x00800001}.finite());
  EXPECT_TRUE(Float{0x00800003}.finite());
}

TEST(Float, TellsATenthAsItIsWritten) {
  EXPECT_EQ(Float::of(36.7, 1).value(), 36.7);
}

TEST(Float, WritesWhatItCannotHoldAsSpecialValues) {
  EXPECT_EQ(Float::of(std::nan("")).raw, Float::nan);
  EXPECT_EQ(Float::of(std::numeric_limits<double>::infinity()).raw, Float::positive_infinity);
  EXPECT_EQ(Float::of(-1e200).raw, Float::negative_infinity);
  EXPECT_EQ(Float::of(123456789.0, 2).value(), 123456800.0);  // 24 bits
}

TEST(Float, KeepsSixDigitsOfEveryReading) {
  EXPECT_TRUE(rc::check("a reading comes back to the wanted places", [] {
    const int decimals = *rc::gen::inRange(0, 4);
    const double value = *rc::gen::inRange(-800000, 800000) / std::pow(10.0, decimals);
    RC_ASSERT(std::fabs(Float::of(value, decimals).value() - value) < 1e-9);
  }));
}

TEST(Text, IsUtf8HereAndUtf16There) {
  EXPECT_EQ(text_from("Zoë"), from_hex("005a 006f 00eb 0000"));
  EXPECT_EQ(text_of(from_hex("005a 006f 00eb 0000 0041")), "Zoë");
  EXPECT_EQ(text_of(text_from("Nguyễn 𝄞 Łukasz")), "Nguyễn 𝄞 Łukasz");
  EXPECT_EQ(text_of(text_from("a\xFF\xC0\x80z")), "a\uFFFD\uFFFD\uFFFDz");
  EXPECT_EQ(text_of(from_hex("d800 0041")), "\uFFFD\u0041");
}

TEST(Text, IsCutAtItsBoundAndNotOneEarlier) {
  const std::size_t units = text_bytes_max / 2 - 1;
  EXPECT_EQ(text_of(text_from(std::string(units, 'x'))).size(), units);
  EXPECT_EQ(text_of(text_from(std::string(units + 1, 'x'))).size(), units);
  EXPECT_EQ(text_from(std::string(units + 1, 'x')).size(), text_bytes_max);
}

TEST(Time, ReadsBcdAndRefusesWhatIsNoDate) {
  const DateTime night = *read<DateTime>(from_hex("20 22 12 03 20 00 05 00"));
  EXPECT_EQ(iso_text(night.time), "2022-12-03T20:00:05");
  EXPECT_EQ(iso_text(no_absolute_time), "");
  EXPECT_EQ(iso_text({0x20, 0x22, 0x13, 0x03, 0x20, 0x00, 0x05, 0x00}), "");
  EXPECT_EQ(iso_text({0x20, 0x22, 0x12, 0x00, 0x20, 0x00, 0x05, 0x00}), "");
  EXPECT_EQ(iso_text({0x20, 0x22, 0x12, 0x03, 0x24, 0x00, 0x05, 0x00}), "");
  EXPECT_EQ(iso_text({0x2A, 0x22, 0x12, 0x03, 0x20, 0x00, 0x05, 0x00}), "");
}

TEST(Time, IsWhatTheClockShows) {
  const auto shown = [](const AbsoluteTime& time) {
    const auto clock = clock_of(time);
    return clock ? to_iso(*clock) : std::string("-");
  };
  const AbsoluteTime night{0x20, 0x22, 0x12, 0x03, 0x20, 0x00, 0x05, 0xFF};
  EXPECT_EQ(shown(night), "2022-12-03T20:00:05.000000Z");
  EXPECT_EQ(absolute_time_of(*clock_of(night)), (AbsoluteTime{0x20, 0x22, 0x12, 0x03, 0x20, 0x00, 0x05, 0x00}));
  EXPECT_EQ(shown({0x19, 0x00, 0x01, 0x01, 0x12, 0x00, 0x00, 0x00}), "1900-01-01T12:00:00.000000Z");
  EXPECT_EQ(shown(no_absolute_time), "-");
  EXPECT_EQ(shown({}), "-");
  EXPECT_EQ(shown({0x20, 0x22, 0x02, 0x30, 0x20, 0x00, 0x05, 0x00}), "-");
  EXPECT_EQ(absolute_time_of(WallTime(std::chrono::days(4'000'000))), no_absolute_time);
}

// Laid out by hand after the guide: SpO2 (0x4BB8), questionable, percent (0x0220), 98.1.
TEST(Values, ReadANumericByTheGuidesLayout) {
  const auto value = read<NumericObserved>(from_hex("4bb8 4000 0220 ff0003d5"));
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, (NumericObserved{0x4BB8, 0x4000, 0x0220, {0xFF0003D5}}));
  EXPECT_EQ(value->value.value(), 98.1);
  EXPECT_EQ(validity_of(value->state), Validity::questionable);
}

TEST(Values, ReadAnAlarmListByTheGuidesLayout) {
  const auto list = read<AlarmEntries>(
      from_hex("0001 0022  4182 4bc0 0400 0008  0036 0000 8001  0204  0010 0007 00000000 0000 0000 0004 0041 0000"));
  ASSERT_TRUE(list);
  const AlarmEntry& entry = list->entries.at(0);
  EXPECT_EQ(entry.source, 0x4182);
  EXPECT_EQ(entry.code, 0x4BC0);
  EXPECT_EQ(entry.type, 0x0400);
  EXPECT_EQ(entry.state, 0x0008);
  EXPECT_EQ(entry.object, (ManagedObject{0x0036, 0, 0x8001}));
  const auto info = read<AlarmInfoText>(entry.info);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->general.instance, 7);
  EXPECT_EQ(text_of(info->text), "A");
}

TEST(Values, RefuseShortLongAndLyingLengths) {
  EXPECT_EQ(read<NumericObserved>(from_hex("4bb8 4000 0220 ff0003")).error().code, ErrorCode::truncated);
  EXPECT_EQ(read<NumericObserved>(from_hex("4bb8 4000 0220 ff0003d5 00")).error().code, ErrorCode::malformed);
  EXPECT_EQ(read<CompoundNumeric>(from_hex("ffff 000a 4bb8 4000 0220 ff0003d5")).error().code, ErrorCode::truncated);
  EXPECT_EQ(read<CompoundNumeric>(from_hex("0000 000a 4bb8 4000 0220 ff0003d5")).error().code, ErrorCode::malformed);
  EXPECT_EQ(read<SamplesObserved>(from_hex("4bb4 0000 ffff 00")).error().code, ErrorCode::truncated);
}

template <class T, class Make>
void comes_back(const char* name, const Make& make) {
  EXPECT_TRUE(rc::check(name, [&] {
    const T value = make();
    const auto again = read<T>(write(value));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == value);
  }));
}

NumericObserved any_numeric() {
  return {any<std::uint16_t>(), any<std::uint16_t>(), any<std::uint16_t>(), {any<std::uint32_t>()}};
}
SamplesObserved any_samples() {
  return {any<std::uint16_t>(), any<std::uint16_t>(), any_bytes(300)};
}
AlarmEntry any_alarm() {
  return {any<std::uint16_t>(), any<std::uint16_t>(), any<std::uint16_t>(), any<std::uint16_t>(),
          any_object(),         any<std::uint16_t>(), any_bytes()};
}

TEST(Values, ComeBackAsTheyWere) {
  comes_back<CompoundNumeric>("numerics", [] { return CompoundNumeric{some<NumericObserved>(any_numeric)}; });
  comes_back<CompoundSamples>("samples", [] { return CompoundSamples{some<SamplesObserved>(any_samples)}; });
  comes_back<SampleSpec>("sample spec", [] {
    return SampleSpec{any<std::uint16_t>(), any<std::uint8_t>(), any<std::uint8_t>(), any<std::uint16_t>()};
  });
  comes_back<ScaleRange>("scale", [] {
    return ScaleRange{{any<std::uint32_t>()}, {any<std::uint32_t>()}, any<std::uint16_t>(), any<std::uint16_t>()};
  });
  comes_back<FixedValues>("fixed values", [] {
    return FixedValues{some<FixedValue>([] {
      return FixedValue{static_cast<FixedValueId>(any<std::uint16_t>()), any<std::uint16_t>()};
    })};
  });
  comes_back<AlarmEntries>("alarms", [] { return AlarmEntries{some<AlarmEntry>(any_alarm)}; });
  comes_back<AlertCondition>("condition", [] {
    return AlertCondition{any<std::uint16_t>(), any<std::uint16_t>(), any<std::uint16_t>(), any<std::uint16_t>(),
                          any<std::uint16_t>()};
  });
  comes_back<Measure>("measure", [] { return Measure{{any<std::uint32_t>()}, any<std::uint16_t>()}; });
  comes_back<SystemModel>("model", [] { return SystemModel{any_bytes(), any_bytes()}; });
  comes_back<LabelList>("labels", [] { return LabelList{some<std::uint32_t>(any<std::uint32_t>)}; });
  comes_back<PollProfile>("profile", [] {
    return PollProfile{any<std::uint32_t>(), any<std::uint32_t>(), any<std::uint32_t>(), any<std::uint32_t>(),
                       any<std::uint32_t>(), any<std::uint32_t>(), any_attributes()};
  });
}

TEST(Nomenclature, NamesUnitsInUcum) {
  EXPECT_EQ(ucum(0x0AA0), "{beat}/min");
  EXPECT_EQ(ucum(0x0F20), "mm[Hg]");
  EXPECT_EQ(ucum(0x17A0), "Cel");
  EXPECT_EQ(ucum(0x7777), "");
  EXPECT_EQ(unit_of("mV"), 0x10B2);
  EXPECT_EQ(unit_of("furlong"), std::nullopt);
  EXPECT_TRUE(rc::check("unit_of is the inverse of ucum", [] {
    const auto unit = any<std::uint16_t>();
    if (!ucum(unit).empty()) RC_ASSERT(unit_of(ucum(unit)) == unit);
  }));
}

// The codes of ISO/IEC 11073-10101 as IHE's samples write them: 150456^MDC_PULS_OXIM_SAT_O2,
// 147842^MDC_ECG_CARD_BEAT_RATE.
TEST(Nomenclature, GivesMdcCodesForTheirPartitionAlone) {
  EXPECT_EQ(mdc_code(0x4BB8), 150456U);
  EXPECT_EQ(mdc_name(0x4BB8), "MDC_PULS_OXIM_SAT_O2");
  EXPECT_EQ(mdc_name(0x4822), "MDC_PLETH_PULS_RATE");
  EXPECT_EQ(mdc_name(0x481A), "MDC_PULS_OXIM_PULS_RATE");
  EXPECT_EQ(mdc_code(0x4182), 147842U);
  EXPECT_EQ(mdc_name(0x4182), "MDC_ECG_CARD_BEAT_RATE");
  EXPECT_EQ(mdc_code(0x500A), 151562U);
  EXPECT_EQ(mdc_code(0x4A05), 150021U);
  EXPECT_EQ(mdc_code(0xF0E5), std::nullopt);
  EXPECT_EQ(physio_label(0xF0E5), "Pulse");
  EXPECT_EQ(physio_label(0x1234), "");
}

TEST(Report, TheWorstThatIsSaidOfAReadingCounts) {
  EXPECT_EQ(validity_of(0), Validity::valid);
  EXPECT_EQ(validity_of(0x0003), Validity::valid);
  EXPECT_EQ(validity_of(0x0040), Validity::questionable) << "an early estimate, as HL7's EARLY";
  EXPECT_EQ(validity_of(0x5000), Validity::calibrating);
  EXPECT_EQ(validity_of(0x0400), Validity::demonstration);
  EXPECT_EQ(validity_of(0x6000), Validity::unavailable);
  EXPECT_EQ(validity_of(0xE400), Validity::invalid);
}

}  // namespace
}  // namespace cordon::intellivue
