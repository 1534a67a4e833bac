// SPDX-License-Identifier: Apache-2.0
#include "sdc/values.h"

#include <charconv>
#include <span>

#include "sdc/take.h"

namespace cordon::sdc {
namespace {

template <class E>
struct Token {
  E value;
  std::string_view text;
};

constexpr Token<Validity> tokens_of(Validity, std::size_t at) {
  constexpr Token<Validity> all[] = {
      {Validity::valid, "Vld"},        {Validity::validated, "Vldated"}, {Validity::ongoing, "Ong"},
      {Validity::questionable, "Qst"}, {Validity::calibrating, "Calib"}, {Validity::invalid, "Inv"},
      {Validity::overflow, "Oflw"},    {Validity::underflow, "Uflw"},    {Validity::unavailable, "NA"}};
  return at < std::size(all) ? all[at] : Token<Validity>{};
}
constexpr Token<Mode> tokens_of(Mode, std::size_t at) {
  constexpr Token<Mode> all[] = {{Mode::real, "Real"}, {Mode::test, "Test"}, {Mode::demo, "Demo"}};
  return at < std::size(all) ? all[at] : Token<Mode>{};
}
constexpr Token<Activation> tokens_of(Activation, std::size_t at) {
  constexpr Token<Activation> all[] = {{Activation::on, "On"},          {Activation::not_ready, "NotRdy"},
                                       {Activation::standby, "StndBy"}, {Activation::off, "Off"},
                                       {Activation::shutdown, "Shtdn"}, {Activation::failure, "Fail"},
                                       {Activation::paused, "Psd"}};
  return at < std::size(all) ? all[at] : Token<Activation>{};
}
constexpr Token<Priority> tokens_of(Priority, std::size_t at) {
  constexpr Token<Priority> all[] = {
      {Priority::none, "None"}, {Priority::low, "Lo"}, {Priority::medium, "Me"}, {Priority::high, "Hi"}};
  return at < std::size(all) ? all[at] : Token<Priority>{};
}
constexpr Token<ConditionKind> tokens_of(ConditionKind, std::size_t at) {
  constexpr Token<ConditionKind> all[] = {
      {ConditionKind::physiological, "Phy"}, {ConditionKind::technical, "Tec"}, {ConditionKind::other, "Oth"}};
  return at < std::size(all) ? all[at] : Token<ConditionKind>{};
}
constexpr Token<Manifestation> tokens_of(Manifestation, std::size_t at) {
  constexpr Token<Manifestation> all[] = {{Manifestation::audible, "Aud"},
                                          {Manifestation::visible, "Vis"},
                                          {Manifestation::tangible, "Tan"},
                                          {Manifestation::other, "Oth"}};
  return at < std::size(all) ? all[at] : Token<Manifestation>{};
}
constexpr Token<SignalPresence> tokens_of(SignalPresence, std::size_t at) {
  constexpr Token<SignalPresence> all[] = {{SignalPresence::off, "Off"},
                                           {SignalPresence::on, "On"},
                                           {SignalPresence::latched, "Latch"},
                                           {SignalPresence::acknowledged, "Ack"}};
  return at < std::size(all) ? all[at] : Token<SignalPresence>{};
}
constexpr Token<Association> tokens_of(Association, std::size_t at) {
  constexpr Token<Association> all[] = {{Association::none, "No"},
                                        {Association::pre, "Pre"},
                                        {Association::associated, "Assoc"},
                                        {Association::disassociated, "Dis"}};
  return at < std::size(all) ? all[at] : Token<Association>{};
}

struct Place {
  std::string_view key;
  std::string Location::*member;
};
constexpr Place places[] = {{"PoC", &Location::point_of_care}, {"Room", &Location::room},
                            {"Bed", &Location::bed},           {"Facility", &Location::facility},
                            {"Building", &Location::building}, {"Floor", &Location::floor}};

/// The schema's order of children, of all types at once: no two types contradict each other.
constexpr std::string_view order[] = {"Extension",
                                      "Type",
                                      "Category",
                                      "CodingSystemName",
                                      "ConceptDescription",
                                      "IdentifierName",
                                      "Translation",
                                      "ProductionSpecification",
                                      "CalibrationInfo",
                                      "NextCalibration",
                                      "AlertSystem",
                                      "Sco",
                                      "MetaData",
                                      "SystemContext",
                                      "Clock",
                                      "Battery",
                                      "ApprovedJurisdictions",
                                      "Vmd",
                                      "Channel",
                                      "Metric",
                                      "AlertCondition",
                                      "AlertSignal",
                                      "Source",
                                      "CauseInfo",
                                      "MaxLimits",
                                      "Unit",
                                      "BodySite",
                                      "Relation",
                                      "PhysicalConnector",
                                      "TechnicalRange",
                                      "MetricQuality",
                                      "Annotation",
                                      "ApplyAnnotation",
                                      "DomainUnit",
                                      "DistributionRange",
                                      "AllowedValue",
                                      "MetricValue",
                                      "PhysiologicalRange",
                                      "SystemSignalActivation",
                                      "Limits",
                                      "PatientContext",
                                      "LocationContext",
                                      "EnsembleContext",
                                      "OperatorContext",
                                      "WorkflowContext",
                                      "MeansContext",
                                      "Validator",
                                      "Identification",
                                      "CoreData",
                                      "Name",
                                      "LocationDetail",
                                      "Givenname",
                                      "Middlename",
                                      "Familyname",
                                      "Birthname",
                                      "Title",
                                      "Sex",
                                      "PatientType",
                                      "DateOfBirth",
                                      "Height",
                                      "Weight",
                                      "Race",
                                      "MeasurementUnit",
                                      "CapacityRemaining",
                                      "Voltage",
                                      "Current",
                                      "Temperature",
                                      "RemainingBatteryTime",
                                      "OperatingJurisdiction",
                                      "SourceMds",
                                      "ErrorCode",
                                      "ErrorInfo",
                                      "Descriptor",
                                      "State"};

std::size_t rank(const Element& element) {
  const auto* at = std::find(std::begin(order), std::end(order), element.name.local);
  return static_cast<std::size_t>(at - std::begin(order));
}

std::string_view bare(std::string_view system) {
  return system.starts_with("urn:oid:") ? system.substr(8) : system;
}

std::optional<std::uint32_t> number(std::string_view code) {
  const auto wide = read_unsigned(code);
  if (!wide || *wide > 0xFFFF'FFFFU) return std::nullopt;
  return static_cast<std::uint32_t>(*wide);
}

}  // namespace

template <class E>
std::optional<E> read_word(std::string_view text) {
  for (std::size_t at = 0; !tokens_of(E{}, at).text.empty(); ++at)
    if (tokens_of(E{}, at).text == text) return tokens_of(E{}, at).value;
  return std::nullopt;
}
template <class E>
std::string print_word(E value) {
  for (std::size_t at = 0; !tokens_of(E{}, at).text.empty(); ++at)
    if (tokens_of(E{}, at).value == value) return std::string(tokens_of(E{}, at).text);
  return {};
}
template std::optional<Validity> read_word(std::string_view);
template std::optional<Mode> read_word(std::string_view);
template std::optional<Activation> read_word(std::string_view);
template std::optional<Priority> read_word(std::string_view);
template std::optional<ConditionKind> read_word(std::string_view);
template std::optional<Manifestation> read_word(std::string_view);
template std::optional<SignalPresence> read_word(std::string_view);
template std::optional<Association> read_word(std::string_view);
template std::string print_word(Validity);
template std::string print_word(Mode);
template std::string print_word(Activation);
template std::string print_word(Priority);
template std::string print_word(ConditionKind);
template std::string print_word(Manifestation);
template std::string print_word(SignalPresence);
template std::string print_word(Association);

void finish(Element& into, const Extras& extras) {
  into.attributes.insert(into.attributes.end(), extras.attributes.begin(), extras.attributes.end());
  into.children.insert(into.children.end(), extras.children.begin(), extras.children.end());
  std::stable_sort(into.children.begin(), into.children.end(),
                   [](const Element& a, const Element& b) { return rank(a) < rank(b); });
}

bool CodedValue::is_mdc() const {
  return system.empty() || bare(system) == bare(mdc_system);
}

std::optional<std::uint32_t> CodedValue::mdc() const {
  if (is_mdc()) return number(code);
  for (const auto& child : extras.children) {
    if (!child.name.is(ns::pm, "Translation")) continue;
    const CodedValue translation = read_coded(child);
    if (translation.is_mdc()) return number(translation.code);
  }
  return std::nullopt;
}

std::string CodedValue::label(std::string_view lang) const {
  for (const auto& each : labels)
    if (std::string_view(each.lang).substr(0, lang.size()) == lang) return each.text;
  return labels.empty() ? std::string() : labels.front().text;
}

LocalizedText read_localized(const Element& from) {
  Take take(from);
  LocalizedText out;
  out.text = trimmed(from.text);
  out.lang = take.text("Lang");
  out.extras = take.rest();
  return out;
}

Element localized_element(const LocalizedText& value, std::string_view space, std::string_view local) {
  Element out(space, local, value.text);
  put(out, "Lang", value.lang);
  finish(out, value.extras);
  return out;
}

CodedValue read_coded(const Element& from) {
  Take take(from);
  CodedValue out;
  out.code = take.text("Code");
  out.system = take.text("CodingSystem");
  out.symbol = take.text("SymbolicCodeName");
  for (const Element& label : take.children("ConceptDescription")) out.labels.push_back(read_localized(label));
  out.extras = take.rest();
  return out;
}

Element coded_element(const CodedValue& value, std::string_view local) {
  Element out(ns::pm, local);
  out.set("Code", value.code);
  put(out, "CodingSystem", value.system);
  put(out, "SymbolicCodeName", value.symbol);
  for (const auto& label : value.labels) out.add(localized_element(label, ns::pm, "ConceptDescription"));
  finish(out, value.extras);
  return out;
}

CodedValue coded(std::uint32_t mdc, std::string_view label, std::string_view lang) {
  CodedValue out;
  out.code = std::to_string(mdc);
  if (!label.empty()) out.labels.push_back({std::string(label), std::string(lang), {}});
  return out;
}

Identifier read_identifier(const Element& from) {
  Take take(from);
  Identifier out;
  out.root = take.text("Root");
  out.extension = take.text("Extension");
  out.extras = take.rest();
  return out;
}
Element identifier_element(const Identifier& value, std::string_view local) {
  Element out(ns::pm, local);
  put(out, "Root", value.root);
  put(out, "Extension", value.extension);
  finish(out, value.extras);
  return out;
}

Range read_range(const Element& from) {
  Take take(from);
  Range out;
  out.lower = take.value("Lower", read_decimal);
  out.upper = take.value("Upper", read_decimal);
  out.extras = take.rest();
  return out;
}
Element range_element(const Range& value, std::string_view local) {
  Element out(ns::pm, local);
  if (value.lower) put(out, "Lower", print_decimal(*value.lower));
  if (value.upper) put(out, "Upper", print_decimal(*value.upper));
  finish(out, value.extras);
  return out;
}

Measurement read_measurement(const Element& from) {
  Take take(from);
  Measurement out;
  out.value = take.value("MeasuredValue", read_decimal);
  if (const auto unit = take.child("MeasurementUnit")) out.unit = read_coded(*unit);
  out.extras = take.rest();
  return out;
}
Element measurement_element(const Measurement& value, std::string_view local) {
  Element out(ns::pm, local);
  if (value.value) put(out, "MeasuredValue", print_decimal(*value.value));
  out.add(coded_element(value.unit, "MeasurementUnit"));
  finish(out, value.extras);
  return out;
}

Location read_location(const Element& from) {
  Location out;
  for (const auto& [key, member] : places)
    if (const std::string* text = from.attribute(key)) out.*member = *text;
  return out;
}
Element location_element(const Location& value, std::string_view local) {
  Element out(ns::pm, local);
  for (const auto& [key, member] : places) put(out, key, value.*member);
  return out;
}

}  // namespace cordon::sdc
