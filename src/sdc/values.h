// SPDX-License-Identifier: Apache-2.0
// The small values of the BICEPS participant model (IEEE 11073-10207, annex B): codes, ranges, quality, and what nobody
// here understands but everybody must pass on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sdc/discovery.h"
#include "sdc/text.h"
#include "sdc/xml.h"

namespace cordon::sdc {

/// mdc_system is the coding system that a code has where it names none: IEEE 11073-10101.
constexpr std::string_view mdc_system = "urn:oid:1.2.840.10004.1.1.1.0.0.1";

constexpr std::size_t samples_max = 20'000;  // of one wave in one message: 10 s at 2 kHz

/// Extras keeps attributes and children that a reader does not know, or whose value is none, so that printing gives
/// them back.
struct Extras {
  std::vector<Attribute> attributes;
  std::vector<Element> children;
  friend bool operator==(const Extras&, const Extras&) = default;
};

struct LocalizedText {
  std::string text;
  std::string lang;
  Extras extras;
  friend bool operator==(const LocalizedText&, const LocalizedText&) = default;
};

/// CodedValue: `system` is "" where the message names none (then it is mdc_system).
struct CodedValue {
  std::string code;
  std::string system;
  std::string symbol;                 // MDC_…, seldom sent
  std::vector<LocalizedText> labels;  // in the device's languages
  Extras extras;                      // translations among them

  bool is_mdc() const;
  /// mdc gives the number of a code of IEEE 11073-10101, its own or a translation's.
  std::optional<std::uint32_t> mdc() const;
  /// label gives the text in a language ("fr" matches "fr-FR"), else the first, else "".
  std::string label(std::string_view lang) const;
  friend bool operator==(const CodedValue&, const CodedValue&) = default;
};

struct Identifier {
  std::string root;
  std::string extension;
  Extras extras;
  friend bool operator==(const Identifier&, const Identifier&) = default;
};

struct Range {
  std::optional<double> lower;
  std::optional<double> upper;
  Extras extras;
  friend bool operator==(const Range&, const Range&) = default;
};

struct Measurement {
  std::optional<double> value;
  CodedValue unit;
  Extras extras;
  friend bool operator==(const Measurement&, const Measurement&) = default;
};

enum class Validity : std::uint8_t {
  valid,
  validated,
  ongoing,
  questionable,
  calibrating,
  invalid,
  overflow,
  underflow,
  unavailable,
};
enum class Mode : std::uint8_t { real, test, demo };
/// Activation is that of components (ComponentActivation) and of alerts (AlertActivation: on, off, paused).
enum class Activation : std::uint8_t { on, not_ready, standby, off, shutdown, failure, paused };
enum class Priority : std::uint8_t { none, low, medium, high };
enum class ConditionKind : std::uint8_t { physiological, technical, other };
enum class Manifestation : std::uint8_t { audible, visible, tangible, other };
enum class SignalPresence : std::uint8_t { off, on, latched, acknowledged };
enum class Association : std::uint8_t { none, pre, associated, disassociated };

/// read_word reads a token of the schema, nothing for another one; print_word is its inverse.
template <class E>
std::optional<E> read_word(std::string_view text);
template <class E>
std::string print_word(E value);

LocalizedText read_localized(const Element& from);
Element localized_element(const LocalizedText& value, std::string_view space, std::string_view local);
CodedValue read_coded(const Element& from);
Element coded_element(const CodedValue& value, std::string_view local);
/// coded makes one of IEEE 11073-10101 with a label.
CodedValue coded(std::uint32_t mdc, std::string_view label, std::string_view lang = "en");

Identifier read_identifier(const Element& from);
Element identifier_element(const Identifier& value, std::string_view local);
Range read_range(const Element& from);
Element range_element(const Range& value, std::string_view local);
Measurement read_measurement(const Element& from);
Element measurement_element(const Measurement& value, std::string_view local);
Location read_location(const Element& from);
Element location_element(const Location& value, std::string_view local);

}  // namespace cordon::sdc
