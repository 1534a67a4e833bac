// SPDX-License-Identifier: Apache-2.0
#include "sdc/state.h"

#include <cmath>
#include <limits>

#include "sdc/take.h"

namespace cordon::sdc {
namespace {

constexpr std::string_view measurement_names[] = {"CapacityRemaining", "Voltage", "Current", "Temperature",
                                                  "RemainingBatteryTime"};

std::string word_of(bool value) {
  return value ? "true" : "false";
}

Annotation read_annotation(const Element& from) {
  Take take(from);
  Annotation out;
  if (const auto type = take.child("Type")) out.type = read_coded(*type);
  out.extras = take.rest();
  return out;
}

void read_applied(Take& take, MetricValue& out) {
  for (const Element& each : take.children("ApplyAnnotation")) {
    const std::string* annotation = each.attribute("AnnotationIndex");
    const std::string* sample = each.attribute("SampleIndex");
    if (annotation == nullptr || sample == nullptr) continue;
    const auto index = read_unsigned(*annotation);
    const auto at = read_unsigned(*sample);
    if (index && at) out.applied.push_back({*index, *at});
  }
}

MetricValue read_value(const Element& from, bool is_text) {
  Take take(from);
  MetricValue out;
  if (is_text) {
    if (from.attribute("Value") != nullptr) out.text = take.text("Value");
  } else {
    const std::string* stated = from.attribute("Value");
    out.value = take.value("Value", read_decimal);
    out.no_number = !out.value && stated != nullptr && !stated->empty();
  }
  out.samples = read_samples(take.text("Samples"));
  out.determined = take.value("DeterminationTime", read_timestamp);
  if (const auto quality = take.child("MetricQuality")) {
    Take inner(*quality);
    out.validity = inner.value("Validity", read_word<Validity>);
    out.mode = inner.value("Mode", read_word<Mode>);
    out.quality = inner.rest();
  }
  for (const Element& each : take.children("Annotation")) out.annotations.push_back(read_annotation(each));
  read_applied(take, out);
  out.extras = take.rest();
  return out;
}

Element value_element(const MetricValue& from) {
  Element out(ns::pm, "MetricValue");
  if (from.value) put(out, "Value", print_decimal(*from.value));
  if (from.text) out.set("Value", *from.text);
  put(out, "Samples", print_samples(from.samples));
  if (from.determined) out.set("DeterminationTime", print_timestamp(*from.determined));
  Element& quality = out.add(Element(ns::pm, "MetricQuality"));
  if (from.validity) quality.set("Validity", print_word(*from.validity));
  if (from.mode) quality.set("Mode", print_word(*from.mode));
  finish(quality, from.quality);
  for (const auto& each : from.annotations) {
    Element& made = out.add(Element(ns::pm, "Annotation"));
    if (each.type) made.add(coded_element(*each.type, "Type"));
    finish(made, each.extras);
  }
  for (const auto& each : from.applied) {
    Element& made = out.add(Element(ns::pm, "ApplyAnnotation"));
    made.set("AnnotationIndex", std::to_string(each.annotation)).set("SampleIndex", std::to_string(each.sample));
  }
  finish(out, from.extras);
  return out;
}

struct PersonField {
  std::string_view local;
  std::string Person::*member;
};
constexpr PersonField person_fields[] = {
    {"Givenname", &Person::given_name},      {"Familyname", &Person::family_name},
    {"Birthname", &Person::birth_name},      {"Sex", &Person::sex},
    {"DateOfBirth", &Person::date_of_birth},
};

Person read_person(const Element& from) {
  Take take(from);
  Person out;
  out.type = take.type();
  for (const auto& [local, member] : person_fields)
    if (const auto child = take.child(local)) out.*member = trimmed(child->text);
  out.extras = take.rest();
  return out;
}

Element person_element(const Person& from) {
  Element out(ns::pm, "CoreData");
  put_type(out, from.type);
  for (const auto& [local, member] : person_fields)
    if (!(from.*member).empty()) out.add(Element(ns::pm, local, from.*member));
  finish(out, from.extras);
  return out;
}

void read_alert(Take& take, State& out) {
  out.presence = take.value("Presence", read_bool);
  out.signal = take.value("Presence", read_word<SignalPresence>);
  out.actual_priority = take.value("ActualPriority", read_word<Priority>);
  out.determined = take.value("DeterminationTime", read_timestamp);
  out.monitored_limits = take.text("MonitoredAlertLimits");
  if (const auto limits = take.child("Limits")) out.limits = read_range(*limits);
  for (const Element& each : take.children("SystemSignalActivation")) {
    Take inner(each);
    SystemSignal signal;
    signal.manifestation = inner.value("Manifestation", read_word<Manifestation>);
    signal.activation = inner.value("State", read_word<Activation>);
    signal.extras = inner.rest();
    out.system_signals.push_back(std::move(signal));
  }
}

void write_alert(Element& into, const State& from) {
  if (from.presence) into.set("Presence", word_of(*from.presence));
  if (from.signal) into.set("Presence", print_word(*from.signal));
  if (from.actual_priority) into.set("ActualPriority", print_word(*from.actual_priority));
  if (from.determined) into.set("DeterminationTime", print_timestamp(*from.determined));
  put(into, "MonitoredAlertLimits", from.monitored_limits);
  if (from.limits) into.add(range_element(*from.limits, "Limits"));
  for (const auto& each : from.system_signals) {
    Element& made = into.add(Element(ns::pm, "SystemSignalActivation"));
    if (each.manifestation) made.set("Manifestation", print_word(*each.manifestation));
    if (each.activation) made.set("State", print_word(*each.activation));
    finish(made, each.extras);
  }
}

void read_context(Take& take, State& out) {
  out.association = take.value("ContextAssociation", read_word<Association>);
  for (const Element& each : take.children("Validator")) out.validators.push_back(read_identifier(each));
  for (const Element& each : take.children("Identification")) out.identifiers.push_back(read_identifier(each));
  if (const auto person = take.child("CoreData")) out.person = read_person(*person);
  if (const auto location = take.child("LocationDetail")) out.location = read_location(*location);
}

void write_context(Element& into, const State& from) {
  if (from.association) into.set("ContextAssociation", print_word(*from.association));
  for (const auto& each : from.validators) into.add(identifier_element(each, "Validator"));
  for (const auto& each : from.identifiers) into.add(identifier_element(each, "Identification"));
  if (from.person) into.add(person_element(*from.person));
  if (from.location) into.add(location_element(*from.location, "LocationDetail"));
}

}  // namespace

State read_state(const Element& from, std::string_view type) {
  Take take(from);
  State out;
  out.type = take.type();
  if (out.type.empty()) out.type = type;
  out.descriptor = take.text("DescriptorHandle");
  out.handle = take.text("Handle");
  out.version = take.value("StateVersion", read_unsigned).value_or(0);
  out.descriptor_version = take.value("DescriptorVersion", read_unsigned).value_or(0);
  out.activation = take.value("ActivationState", read_word<Activation>);
  const bool is_text = out.type.find("StringMetricState") != std::string::npos;
  if (const auto value = take.child("MetricValue")) out.value = read_value(*value, is_text);
  read_alert(take, out);
  read_context(take, out);
  for (const std::string_view name : measurement_names)
    if (const auto each = take.child(name)) out.measurements.push_back({std::string(name), read_measurement(*each)});
  out.charge_status = take.text("ChargeStatus");
  out.extras = take.rest();
  return out;
}

Element state_element(const State& from, std::string_view space, std::string_view local) {
  Element out(space, local);
  put_type(out, from.type);
  out.set("DescriptorHandle", from.descriptor);
  put(out, "Handle", from.handle);
  if (from.descriptor_version != 0) out.set("DescriptorVersion", std::to_string(from.descriptor_version));
  if (from.version != 0) out.set("StateVersion", std::to_string(from.version));
  if (from.activation) out.set("ActivationState", print_word(*from.activation));
  if (from.value) out.add(value_element(*from.value));
  write_alert(out, from);
  write_context(out, from);
  for (const auto& each : from.measurements) out.add(measurement_element(each.measurement, each.name));
  put(out, "ChargeStatus", from.charge_status);
  finish(out, from.extras);
  return out;
}

std::vector<double> read_samples(std::string_view text) {
  std::vector<double> out;
  for (const std::string_view word : words(text, samples_max))
    out.push_back(read_decimal(word).value_or(std::numeric_limits<double>::quiet_NaN()));
  return out;
}

std::string print_samples(const std::vector<double>& samples) {
  std::string out;
  for (const double sample : samples) {
    if (!out.empty()) out += ' ';
    out += std::isfinite(sample) ? print_decimal(sample) : "NaN";
  }
  return out;
}

}  // namespace cordon::sdc
