// SPDX-License-Identifier: Apache-2.0
#include "intellivue/values.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "intellivue/fields.h"

namespace cordon::intellivue {
namespace wire {

template <class Io>
void fields(Io& io, Ref<Io, NumericObserved> v) {
  io.u16(v.physio_id);
  io.u16(v.state);
  io.u16(v.unit);
  io.u32(v.value.raw);
}
template <class Io>
void fields(Io& io, Ref<Io, SamplesObserved> v) {
  io.u16(v.physio_id);
  io.u16(v.state);
  io.block([&](auto& samples) { samples.rest(v.samples); });
}
template <class Io>
void fields(Io& io, Ref<Io, CompoundNumeric> v) {
  io.list(v.values, [](auto& in, auto& value) { fields(in, value); });
}
template <class Io>
void fields(Io& io, Ref<Io, CompoundSamples> v) {
  io.list(v.values, [](auto& in, auto& value) { fields(in, value); });
}
template <class Io>
void fields(Io& io, Ref<Io, SampleSpec> v) {
  io.u16(v.array_size);
  io.u8(v.sample_bits);
  io.u8(v.significant_bits);
  io.u16(v.flags);
}
template <class Io>
void fields(Io& io, Ref<Io, FixedValues> v) {
  io.list(v.values, [](auto& in, auto& value) {
    coded(in, value.id);
    in.u16(value.value);
  });
}
template <class Io>
void fields(Io& io, Ref<Io, ScaleRange> v) {
  io.u32(v.lower_absolute.raw);
  io.u32(v.upper_absolute.raw);
  io.u16(v.lower_scaled);
  io.u16(v.upper_scaled);
}
template <class Io>
void fields(Io& io, Ref<Io, AlarmEntry> v) {
  io.u16(v.source);
  io.u16(v.code);
  io.u16(v.type);
  io.u16(v.state);
  fields(io, v.object);
  io.u16(v.info_id);
  io.block([&](auto& info) { info.rest(v.info); });
}
template <class Io>
void fields(Io& io, Ref<Io, AlarmEntries> v) {
  io.list(v.entries, [](auto& in, auto& value) { fields(in, value); });
}
template <class Io>
void fields(Io& io, Ref<Io, AlarmInfo> v) {
  io.u16(v.instance);
  io.u32(v.text_id);
  io.u16(v.priority);
  io.u16(v.flags);
}
template <class Io>
void fields(Io& io, Ref<Io, AlarmInfoText> v) {
  fields(io, v.general);
  io.block([&](auto& text) { text.rest(v.text); });
}
template <class Io>
void fields(Io& io, Ref<Io, AlertCondition> v) {
  io.u16(v.state);
  io.u16(v.changes);
  io.u16(v.patient_type);
  io.u16(v.technical_type);
  io.u16(v.audible_type);
}
template <class Io>
void fields(Io& io, Ref<Io, Measure> v) {
  io.u32(v.value.raw);
  io.u16(v.unit);
}
template <class Io>
void fields(Io& io, Ref<Io, NetAddress> v) {
  io.array(v.mac.bytes);
  io.array(v.ip);
  io.array(v.mask);
}
template <class Io>
void fields(Io& io, Ref<Io, ProtocolSupport> v) {
  io.list(v.entries, [](auto& in, auto& value) {
    in.u16(value.application);
    in.u16(value.transport);
    in.u16(value.port);
    in.u16(value.options);
  });
}
template <class Io>
void fields(Io& io, Ref<Io, SystemModel> v) {
  io.block([&](auto& text) { text.rest(v.manufacturer); });
  io.block([&](auto& text) { text.rest(v.model); });
}
template <class Io>
void fields(Io& io, Ref<Io, Text> v) {
  io.block([&](auto& text) { text.rest(v.utf16); });
}
template <class Io>
void fields(Io& io, Ref<Io, Number16> v) {
  io.u16(v.value);
}
template <class Io>
void fields(Io& io, Ref<Io, Number32> v) {
  io.u32(v.value);
}
template <class Io>
void fields(Io& io, Ref<Io, LabelList> v) {
  io.list(v.labels, [](auto& in, auto& value) { in.u32(value); });
}
template <class Io>
void fields(Io& io, Ref<Io, DateTime> v) {
  io.array(v.time);
}
template <class Io>
void fields(Io& io, Ref<Io, PollProfile> v) {
  io.u32(v.revision);
  io.u32(v.min_poll_period);
  io.u32(v.receive_bytes_max);
  io.u32(v.send_bytes_max);
  io.u32(v.bandwidth_max);
  io.u32(v.options);
  fields(io, v.packages);
}
template <class Io>
void fields(Io& io, Ref<Io, PollProfileExt> v) {
  io.u32(v.options);
  fields(io, v.extensions);
}

}  // namespace wire

template <class T>
Result<T> read(ByteView value) {
  return wire::from_bytes<T>(value);
}
template <class T>
Bytes write(const T& value) {
  return wire::to_bytes(value);
}

#define CORDON_INTELLIVUE_VALUE(T)      \
  template Result<T> read<T>(ByteView); \
  template Bytes write<T>(const T&)
CORDON_INTELLIVUE_VALUE(NumericObserved);
CORDON_INTELLIVUE_VALUE(CompoundNumeric);
CORDON_INTELLIVUE_VALUE(SamplesObserved);
CORDON_INTELLIVUE_VALUE(CompoundSamples);
CORDON_INTELLIVUE_VALUE(SampleSpec);
CORDON_INTELLIVUE_VALUE(FixedValues);
CORDON_INTELLIVUE_VALUE(ScaleRange);
CORDON_INTELLIVUE_VALUE(AlarmEntries);
CORDON_INTELLIVUE_VALUE(AlarmInfo);
CORDON_INTELLIVUE_VALUE(AlarmInfoText);
CORDON_INTELLIVUE_VALUE(AlertCondition);
CORDON_INTELLIVUE_VALUE(Measure);
CORDON_INTELLIVUE_VALUE(NetAddress);
CORDON_INTELLIVUE_VALUE(ProtocolSupport);
CORDON_INTELLIVUE_VALUE(SystemModel);
CORDON_INTELLIVUE_VALUE(Text);
CORDON_INTELLIVUE_VALUE(Number16);
CORDON_INTELLIVUE_VALUE(Number32);
CORDON_INTELLIVUE_VALUE(LabelList);
CORDON_INTELLIVUE_VALUE(DateTime);
CORDON_INTELLIVUE_VALUE(PollProfile);
CORDON_INTELLIVUE_VALUE(PollProfileExt);
#undef CORDON_INTELLIVUE_VALUE

namespace {

constexpr std::int32_t mantissa_max = 0x7FFFFD;  // above it stand the special values
constexpr int decimals_max = 8;

std::int32_t mantissa_of(std::uint32_t raw) {
  const std::uint32_t low = raw & 0x00FFFFFFU;
  return static_cast<std::int32_t>(low) - ((low & 0x00800000U) != 0 ? 0x01000000 : 0);
}

}  // namespace

Float Float::of(double value, int decimals) {
  if (std::isnan(value)) return {nan};
  int exponent = -std::clamp(decimals, 0, decimals_max);
  double scaled = std::round(value * std::pow(10.0, -exponent));
  while (std::fabs(scaled) > mantissa_max && exponent < std::numeric_limits<std::int8_t>::max()) {
    ++exponent;
    scaled = std::round(value * std::pow(10.0, -exponent));
  }
  if (!(std::fabs(scaled) <= mantissa_max)) return {value > 0 ? positive_infinity : negative_infinity};
  const auto mantissa = static_cast<std::uint32_t>(static_cast<std::int32_t>(scaled)) & 0x00FFFFFFU;
  return {static_cast<std::uint32_t>(static_cast<std::uint8_t>(exponent)) << 24U | mantissa};
}

bool Float::finite() const {
  const std::uint32_t low = raw & 0x00FFFFFFU;
  return low != nan && low != positive_infinity && !(low >= no_resolution && low <= negative_infinity);
}

double Float::value() const {
  const std::uint32_t low = raw & 0x00FFFFFFU;
  if (low == positive_infinity) return std::numeric_limits<double>::infinity();
  if (low == negative_infinity) return -std::numeric_limits<double>::infinity();
  if (!finite()) return std::numeric_limits<double>::quiet_NaN();
  const auto exponent = static_cast<std::int8_t>(raw >> 24U);
  // Divided rather than multiplied by a negative power: 981 / 10 is the double nearest to 98.1, 981 * 0.1 is not.
  return exponent < 0 ? mantissa_of(raw) / std::pow(10.0, -exponent) : mantissa_of(raw) * std::pow(10.0, exponent);
}

const Attribute* find(const Attributes& attributes, std::uint16_t id) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [id](const Attribute& a) { return a.id == id; });
  return found == attributes.end() ? nullptr : &*found;
}

std::string iso_text(const AbsoluteTime& time) {
  std::string digits;
  for (const std::uint8_t octet : std::span(time).first<7>()) {  // the fraction is not used
    if ((octet >> 4U) > 9 || (octet & 15U) > 9) return {};
    digits += static_cast<char>('0' + (octet >> 4U));
    digits += static_cast<char>('0' + (octet & 15U));
  }
  const std::string_view d = digits;
  if (d.substr(4, 2) < "01" || d.substr(4, 2) > "12" || d.substr(6, 2) < "01" || d.substr(6, 2) > "31") return {};
  if (d.substr(8, 2) > "23" || d.substr(10, 2) > "59" || d.substr(12, 2) > "60") return {};
  std::string out;
  out.append(d.substr(0, 4)).append("-").append(d.substr(4, 2)).append("-").append(d.substr(6, 2)).append("T");
  out.append(d.substr(8, 2)).append(":").append(d.substr(10, 2)).append(":").append(d.substr(12, 2));
  return out;
}

std::optional<WallTime> clock_of(const AbsoluteTime& time) {
  using namespace std::chrono;
  if (iso_text(time).empty()) return std::nullopt;
  const auto of = [&](std::size_t i) { return (time.at(i) >> 4U) * 10U + (time.at(i) & 15U); };
  const year_month_day date{year(static_cast<int>(of(0) * 100 + of(1))), month(of(2)), day(of(3))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(of(4)) + minutes(of(5)) + seconds(of(6));
}

AbsoluteTime absolute_time_of(WallTime clock) {
  using namespace std::chrono;
  const auto midnight = floor<days>(clock);
  const year_month_day date(midnight);
  const hh_mm_ss time(clock - midnight);
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return no_absolute_time;
  const auto bcd = [](auto number) { return static_cast<std::uint8_t>(number / 10 * 16 + number % 10); };
  return {bcd(year / 100),
          bcd(year % 100),
          bcd(static_cast<unsigned>(date.month())),
          bcd(static_cast<unsigned>(date.day())),
          bcd(time.hours().count()),
          bcd(time.minutes().count()),
          bcd(time.seconds().count()),
          0};
}

std::string text_of(ByteView utf16be) {
  Bytes little;
  for (std::size_t i = 0; i + 1 < std::min(utf16be.size(), text_bytes_max); i += 2) {
    if (utf16be[i] == 0 && utf16be[i + 1] == 0) break;
    little.push_back(utf16be[i + 1]);
    little.push_back(utf16be[i]);
  }
  return utf8_from_utf16le(little);
}

namespace {

/// next_code takes one code point from the front of `text`, U+FFFD for what is no UTF-8.
std::uint32_t next_code(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xF0 && lead < 0xF5   ? 3
                           : lead >= 0xE0 && lead < 0xF0 ? 2
                           : lead >= 0xC2 && lead < 0xE0 ? 1
                                                         : 0;
  if (more == 0 || text.size() < more) return 0xFFFD;
  std::uint32_t code = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto octet = static_cast<std::uint8_t>(text[i]);
    if ((octet & 0xC0U) != 0x80) return 0xFFFD;
    code = code << 6U | (octet & 0x3FU);
  }
  text.remove_prefix(more);
  const bool overlong = code < (more == 3 ? 0x10000U : more == 2 ? 0x800U : 0x80U);
  return overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0xFFFD : code;
}

void put_unit(Bytes& out, std::uint32_t unit) {
  out.push_back(static_cast<std::uint8_t>(unit >> 8U));
  out.push_back(static_cast<std::uint8_t>(unit & 0xFFU));
}

}  // namespace

Bytes text_from(std::string_view utf8) {
  Bytes out;
  while (!utf8.empty()) {
    const std::uint32_t code = next_code(utf8);
    const std::size_t size = code > 0xFFFF ? 4 : 2;
    if (code == 0 || out.size() + size + 2 > text_bytes_max) break;
    if (size == 4) put_unit(out, 0xD800U | (code - 0x10000U) >> 10U);
    put_unit(out, size == 4 ? 0xDC00U | ((code - 0x10000U) & 0x3FFU) : code);
  }
  put_unit(out, 0);
  return out;
}

}  // namespace cordon::intellivue
