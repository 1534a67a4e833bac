// SPDX-License-Identifier: Apache-2.0
// State: what a part of a device is now (BICEPS MdState): a measured value, samples, an alarm, who lies in the bed.
// What is not sent stays empty. Source: IEEE 11073-10207, 5.4 and annex B.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdc/values.h"

namespace cordon::sdc {

constexpr std::size_t states_max = 10'000;  // of one device and of one message; 130 is the largest seen

struct Annotation {
  std::optional<CodedValue> type;
  Extras extras;
  friend bool operator==(const Annotation&, const Annotation&) = default;
};
/// AppliedAnnotation says at which sample an annotation holds.
struct AppliedAnnotation {
  std::uint64_t annotation = 0;
  std::uint64_t sample = 0;
  friend bool operator==(const AppliedAnnotation&, const AppliedAnnotation&) = default;
};

/// MetricValue is a number, a text or samples, with its quality. A sample that is no number is NaN.
struct MetricValue {
  std::optional<double> value;
  bool no_number = false;  // a value of a number is stated, and cannot be read as one
  std::optional<std::string> text;
  std::vector<double> samples;
  std::optional<WallTime> determined;
  std::optional<Validity> validity;
  std::optional<Mode> mode;
  std::vector<Annotation> annotations;
  std::vector<AppliedAnnotation> applied;
  Extras quality;
  Extras extras;
};

struct SystemSignal {
  std::optional<Manifestation> manifestation;
  std::optional<Activation> activation;
  Extras extras;
  friend bool operator==(const SystemSignal&, const SystemSignal&) = default;
};

/// Person is who a device says that it measures: an offer, which people confirm.
struct Person {
  std::string given_name;
  std::string family_name;
  std::string birth_name;
  std::string date_of_birth;  // as sent: a year, a month, a day or a time
  std::string sex;            // "M", "F", "Unspec", "Unkn"
  std::string type;           // the schema's type, where one is sent
  Extras extras;
  friend bool operator==(const Person&, const Person&) = default;
};

struct NamedMeasurement {
  std::string name;  // "CapacityRemaining", "Voltage", …
  Measurement measurement;
  friend bool operator==(const NamedMeasurement&, const NamedMeasurement&) = default;
};

struct State {
  std::string type;        // "NumericMetricState"
  std::string descriptor;  // handle
  std::string handle;      // its own; contexts alone have one
  std::uint64_t version = 0;
  std::uint64_t descriptor_version = 0;
  std::optional<Activation> activation;
  std::optional<MetricValue> value;

  // alerts
  std::optional<bool> presence;              // of a condition
  std::optional<Priority> actual_priority;   // of a condition, where it differs from its descriptor's
  std::optional<WallTime> determined;        // of a condition
  std::optional<Range> limits;               // of a limit condition
  std::string monitored_limits;              // "All", "LoOff", "HiOff", "None"
  std::optional<SignalPresence> signal;      // of a signal
  std::vector<SystemSignal> system_signals;  // of an alert system

  // contexts
  std::optional<Association> association;
  std::vector<Identifier> validators;
  std::vector<Identifier> identifiers;
  std::optional<Person> person;
  std::optional<Location> location;

  // batteries
  std::vector<NamedMeasurement> measurements;
  std::string charge_status;  // "Ful", "ChB", "DisChB", "DEB"

  Extras extras;

  /// key tells states apart: its own handle, else its descriptor's.
  const std::string& key() const { return handle.empty() ? descriptor : handle; }
};

/// read_state reads one; `type` is what it is where it does not say so.
State read_state(const Element& from, std::string_view type = {});
Element state_element(const State& state, std::string_view space, std::string_view local);

/// read_samples reads a list of decimals, NaN for what is none, at most samples_max.
std::vector<double> read_samples(std::string_view text);
std::string print_samples(const std::vector<double>& samples);

}  // namespace cordon::sdc
