// SPDX-License-Identifier: Apache-2.0
// The values of attributes, each read from and written to the bytes of one attribute. What a bit or code means to a
// person is nomenclature.h's business. Source of every layout: Philips, Data Export Interface Programming Guide, 4535
// 642 59271 ("the guide"), chapter "Attribute Data Types and Constants Used".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace cordon::intellivue {

using Bytes = std::vector<std::uint8_t>;

/// text_bytes_max bounds what text_of reads and text_from writes: 128 UTF-16 units; the guide's longest string is 48
/// characters.
constexpr std::size_t text_bytes_max = 256;

/// Float is the guide's FLOAT-Type: exponent in the high octet, 24-bit signed mantissa, value = mantissa * 10^exponent.
/// The raw word is kept, so that what was read is written as it was.
struct Float {
  std::uint32_t raw = nan;
  static constexpr std::uint32_t nan = 0x007FFFFF;
  static constexpr std::uint32_t no_resolution = 0x00800000;  // NRes: not at this resolution
  static constexpr std::uint32_t positive_infinity = 0x007FFFFE;
  static constexpr std::uint32_t negative_infinity = 0x00800002;

  /// of rounds to `decimals` (0..8) places, or fewer where 24 bits do not hold them; not finite and too large become
  /// the special values.
  static Float of(double value, int decimals = 2);
  bool finite() const;
  /// value: NaN for NaN and NRes, else the number; infinities as such.
  double value() const;
  friend bool operator==(const Float&, const Float&) = default;
};

/// Ticks is the guide's RelativeTime: eighths of a millisecond since the monitor started; wraps after 6.2 days.
using Ticks = std::uint32_t;
constexpr Ticks ticks_per_second = 8000;

/// AbsoluteTime as it stands on the wire: century, year, month, day, hour, minute, second, fraction, in BCD; all 0xFF
/// if the monitor gives none.
using AbsoluteTime = std::array<std::uint8_t, 8>;
constexpr AbsoluteTime no_absolute_time{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
/// iso_text gives 2022-12-03T20:00:05 in the monitor's own time zone, empty for what is no date.
std::string iso_text(const AbsoluteTime& time);
/// clock_of gives what the monitor's clock shows, counted as if it were UTC; nothing for what is no date.
std::optional<WallTime> clock_of(const AbsoluteTime& time);
/// absolute_time_of writes the years 0 to 9999, to the second; no_absolute_time for others.
AbsoluteTime absolute_time_of(WallTime clock);

struct ManagedObject {
  std::uint16_t object_class = 0;
  std::uint16_t context = 0;
  std::uint16_t handle = 0;
  friend bool operator==(const ManagedObject&, const ManagedObject&) = default;
};

/// Attribute is an identifier and its value's bytes as they came; read<T> looks into them.
struct Attribute {
  std::uint16_t id = 0;
  Bytes value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};
using Attributes = std::vector<Attribute>;
/// find gives the first attribute of that identifier, or null.
const Attribute* find(const Attributes& attributes, std::uint16_t id);

/// NumericObserved: NOM_ATTR_NU_VAL_OBS, and one element of NOM_ATTR_NU_CMPD_VAL_OBS.
struct NumericObserved {
  std::uint16_t physio_id = 0;
  std::uint16_t state = 0;  // MeasurementState bits
  std::uint16_t unit = 0;
  Float value;
  friend bool operator==(const NumericObserved&, const NumericObserved&) = default;
};
struct CompoundNumeric {
  std::vector<NumericObserved> values;
  friend bool operator==(const CompoundNumeric&, const CompoundNumeric&) = default;
};

/// SamplesObserved: NOM_ATTR_SA_VAL_OBS; the array's octets, whose width SampleSpec gives.
struct SamplesObserved {
  std::uint16_t physio_id = 0;
  std::uint16_t state = 0;
  Bytes samples;
  friend bool operator==(const SamplesObserved&, const SamplesObserved&) = default;
};
struct CompoundSamples {
  std::vector<SamplesObserved> values;
  friend bool operator==(const CompoundSamples&, const CompoundSamples&) = default;
};

/// SampleSpec: NOM_ATTR_SA_SPECN. array_size counts samples; sample_bits is 8 or 16, of which significant_bits carry
/// the value.
struct SampleSpec {
  std::uint16_t array_size = 0;
  std::uint8_t sample_bits = 0;
  std::uint8_t significant_bits = 0;
  std::uint16_t flags = 0;
  friend bool operator==(const SampleSpec&, const SampleSpec&) = default;
};

/// FixedValue: what a bit pattern in a sample marks.
enum class FixedValueId : std::uint16_t {
  unspecified = 0,
  invalid_mask = 1,
  pacer_mask = 2,
  defibrillator_mask = 3,
  saturation = 4,
  qrs_mask = 5,
};
struct FixedValue {
  FixedValueId id{};
  std::uint16_t value = 0;
  friend bool operator==(const FixedValue&, const FixedValue&) = default;
};
/// FixedValues: NOM_ATTR_SA_FIXED_VAL_SPECN.
struct FixedValues {
  std::vector<FixedValue> values;
  friend bool operator==(const FixedValues&, const FixedValues&) = default;
};

/// ScaleRange: NOM_ATTR_SCALE_SPECN_I16; the straight line through (lower_scaled, lower_absolute) and (upper_scaled,
/// upper_absolute).
struct ScaleRange {
  Float lower_absolute;
  Float upper_absolute;
  std::uint16_t lower_scaled = 0;
  std::uint16_t upper_scaled = 0;
  friend bool operator==(const ScaleRange&, const ScaleRange&) = default;
};

/// AlarmEntry: one entry of NOM_ATTR_AL_MON_P_AL_LIST or NOM_ATTR_AL_MON_T_AL_LIST; `info` is laid out as info_id says.
struct AlarmEntry {
  std::uint16_t source = 0;
  std::uint16_t code = 0;
  std::uint16_t type = 0;   // one AlarmType bit
  std::uint16_t state = 0;  // AlarmState bits
  ManagedObject object;
  std::uint16_t info_id = 0;
  Bytes info;
  friend bool operator==(const AlarmEntry&, const AlarmEntry&) = default;
};
struct AlarmEntries {
  std::vector<AlarmEntry> entries;
  friend bool operator==(const AlarmEntries&, const AlarmEntries&) = default;
};
/// AlarmInfo: `info` of an entry whose info_id is general_info (no text follows).
struct AlarmInfo {
  std::uint16_t instance = 0;
  std::uint32_t text_id = 0;
  std::uint16_t priority = 0;
  std::uint16_t flags = 0;
  friend bool operator==(const AlarmInfo&, const AlarmInfo&) = default;
};
/// AlarmInfoText: the same with the words on the monitor's screen, info_id string_info. `text`: UTF-16BE.
struct AlarmInfoText {
  AlarmInfo general;
  Bytes text;
  friend bool operator==(const AlarmInfoText&, const AlarmInfoText&) = default;
};
constexpr std::uint16_t general_info = 513;
constexpr std::uint16_t string_info = 516;

/// AlertCondition: NOM_ATTR_DEV_AL_COND; `changes` counts changes of the alert state.
struct AlertCondition {
  std::uint16_t state = 0;
  std::uint16_t changes = 0;
  std::uint16_t patient_type = 0;
  std::uint16_t technical_type = 0;
  std::uint16_t audible_type = 0;
  friend bool operator==(const AlertCondition&, const AlertCondition&) = default;
};

/// Measure: NOM_ATTR_PT_AGE, _HEIGHT, _WEIGHT, _BSA.
struct Measure {
  Float value;
  std::uint16_t unit = 0;
  friend bool operator==(const Measure&, const Measure&) = default;
};

/// NetAddress: NOM_ATTR_NET_ADDR_INFO.
struct NetAddress {
  Mac mac;
  std::array<std::uint8_t, 4> ip{};
  std::array<std::uint8_t, 4> mask{};
  friend bool operator==(const NetAddress&, const NetAddress&) = default;
};

/// ProtocolEntry of NOM_ATTR_PCOL_SUPPORT. application 5 is Data Export, transport 1 is UDP; `port` is where to
/// associate.
struct ProtocolEntry {
  std::uint16_t application = 0;
  std::uint16_t transport = 0;
  std::uint16_t port = 0;
  std::uint16_t options = 0;
  friend bool operator==(const ProtocolEntry&, const ProtocolEntry&) = default;
};
struct ProtocolSupport {
  std::vector<ProtocolEntry> entries;
  friend bool operator==(const ProtocolSupport&, const ProtocolSupport&) = default;
};

/// SystemModel: NOM_ATTR_ID_MODEL; both in ASCII with NULs behind.
struct SystemModel {
  Bytes manufacturer;
  Bytes model;
  friend bool operator==(const SystemModel&, const SystemModel&) = default;
};

/// Text: a string with its length before it: names, bed label, label strings. UTF-16BE, a NUL ends it.
struct Text {
  Bytes utf16;
  friend bool operator==(const Text&, const Text&) = default;
};

/// Number16, Number32: attributes that are one number (states, modes, unit code, label, sample period, relative time).
struct Number16 {
  std::uint16_t value = 0;
  friend bool operator==(const Number16&, const Number16&) = default;
};
struct Number32 {
  std::uint32_t value = 0;
  friend bool operator==(const Number32&, const Number32&) = default;
};
/// LabelList: NOM_ATTR_POLL_RTSA_PRIO_LIST and NOM_ATTR_POLL_NU_PRIO_LIST; labels as NOM_ATTR_ID_LABEL has them.
struct LabelList {
  std::vector<std::uint32_t> labels;
  friend bool operator==(const LabelList&, const LabelList&) = default;
};
/// DateTime: attributes that are one AbsoluteTime (NOM_ATTR_TIME_ABS, _PT_DOB, _TIME_STAMP_ABS).
struct DateTime {
  AbsoluteTime time = no_absolute_time;
  friend bool operator==(const DateTime&, const DateTime&) = default;
};
/// PollProfile: NOM_POLL_PROFILE_SUPPORT of the association; min_poll_period in ticks, `packages` may hold
/// PollProfileExt.
struct PollProfile {
  std::uint32_t revision = 0;
  Ticks min_poll_period = 0;
  std::uint32_t receive_bytes_max = 0;
  std::uint32_t send_bytes_max = 0;
  std::uint32_t bandwidth_max = 0;
  std::uint32_t options = 0;
  Attributes packages;
  friend bool operator==(const PollProfile&, const PollProfile&) = default;
};
/// PollProfileExt: NOM_ATTR_POLL_PROFILE_EXT.
struct PollProfileExt {
  std::uint32_t options = 0;
  Attributes extensions;
  friend bool operator==(const PollProfileExt&, const PollProfileExt&) = default;
};

/// read<T> reads an attribute's value; every byte belongs to it. `truncated` or `malformed` otherwise.
template <class T>
Result<T> read(ByteView value);
/// write makes the bytes of an attribute's value; lists above 65535 octets are the caller's mistake.
template <class T>
Bytes write(const T& value);
/// attribute joins an identifier and a value.
template <class T>
Attribute attribute(std::uint16_t id, const T& value) {
  return {id, write(value)};
}
/// read_from finds and reads in one; `unsupported` if there is no such attribute.
template <class T>
Result<T> read_from(const Attributes& attributes, std::uint16_t id) {
  const Attribute* found = find(attributes, id);
  if (found == nullptr) return fail(ErrorCode::unsupported, "attribute absent", id);
  return read<T>(found->value);
}

/// text_of gives UTF-8 up to the first NUL; lone surrogates become U+FFFD. At most text_bytes_max octets are looked at.
std::string text_of(ByteView utf16be);
/// text_from makes UTF-16BE with a NUL behind, cut at text_bytes_max; ill-formed UTF-8 becomes U+FFFD.
Bytes text_from(std::string_view utf8);

}  // namespace cordon::intellivue
