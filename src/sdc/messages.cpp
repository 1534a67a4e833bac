// SPDX-License-Identifier: Apache-2.0
#include "sdc/messages.h"

#include "sdc/take.h"

namespace cordon::sdc {
namespace {

struct KindWord {
  ReportKind kind;
  std::string_view service;
  std::string_view word;
  std::string_view state;  // the element of one state
};
constexpr KindWord kind_words[] = {
    {ReportKind::waveform, "WaveformService", "WaveformStream", "State"},
    {ReportKind::episodic_metric, "StateEventService", "EpisodicMetricReport", "MetricState"},
    {ReportKind::periodic_metric, "StateEventService", "PeriodicMetricReport", "MetricState"},
    {ReportKind::episodic_alert, "StateEventService", "EpisodicAlertReport", "AlertState"},
    {ReportKind::periodic_alert, "StateEventService", "PeriodicAlertReport", "AlertState"},
    {ReportKind::episodic_component, "StateEventService", "EpisodicComponentReport", "ComponentState"},
    {ReportKind::periodic_component, "StateEventService", "PeriodicComponentReport", "ComponentState"},
    {ReportKind::episodic_operational, "StateEventService", "EpisodicOperationalStateReport", "OperationState"},
    {ReportKind::periodic_operational, "StateEventService", "PeriodicOperationalStateReport", "OperationState"},
    {ReportKind::episodic_context, "ContextService", "EpisodicContextReport", "ContextState"},
    {ReportKind::periodic_context, "ContextService", "PeriodicContextReport", "ContextState"},
    {ReportKind::description, "DescriptionEventService", "DescriptionModificationReport", "State"},
    {ReportKind::system_error, "StateEventService", "SystemErrorReport", "State"},
    {ReportKind::operation_invoked, "SetService", "OperationInvokedReport", "State"},
};

const KindWord& words_of(ReportKind kind) {
  return kind_words[static_cast<std::size_t>(kind)];
}
constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kind_words); ++i)
    if (static_cast<std::size_t>(kind_words[i].kind) != i) return false;
  return true;
}
static_assert(in_order());

constexpr std::string_view samples_state = "RealTimeSampleArrayMetricState";

MdibVersion take_version(Take& take) {
  MdibVersion out;
  out.version = take.value("MdibVersion", read_unsigned).value_or(0);
  out.sequence = take.text("SequenceId");
  out.instance = take.value("InstanceId", read_unsigned);
  return out;
}
void put_version(Element& into, const MdibVersion& at) {
  into.set("MdibVersion", std::to_string(at.version));
  into.set("SequenceId", at.sequence);
  if (at.instance) into.set("InstanceId", std::to_string(*at.instance));
}

std::optional<Modification> read_modification(std::string_view text) {
  if (text == "Crt") return Modification::created;
  if (text == "Upt") return Modification::updated;
  if (text == "Del") return Modification::deleted;
  return std::nullopt;
}
std::string_view print_modification(Modification what) {
  return what == Modification::created ? "Crt" : what == Modification::deleted ? "Del" : "Upt";
}

void take_states(Take& take, const KindWord& kind, ReportPart& out) {
  const std::string_view type = kind.kind == ReportKind::waveform ? samples_state : std::string_view{};
  for (const Element& each : take.children(kind.state, ns::msg))
    if (out.states.size() < states_max) out.states.push_back(read_state(each, type));
}

ReportPart read_part(const Element& from, const KindWord& kind) {
  Take take(from);
  ReportPart out;
  if (const auto mds = take.child("SourceMds", ns::msg)) out.source_mds = trimmed(mds->text);
  take_states(take, kind, out);
  if (kind.kind == ReportKind::description) {
    out.modification = take.value("ModificationType", read_modification).value_or(Modification::updated);
    out.parent = take.text("ParentDescriptor");
    for (const Element& each : take.children("Descriptor", ns::msg)) read_tree(each, out.parent, out.descriptors);
  }
  if (kind.kind == ReportKind::system_error) {
    if (const auto code = take.child("ErrorCode", ns::msg)) out.error = read_coded(*code);
    if (const auto info = take.child("ErrorInfo", ns::msg)) out.error_info = read_localized(*info);
  }
  out.extras = take.rest();
  return out;
}

Element part_element(const ReportPart& from, const KindWord& kind) {
  Element out(ns::msg, "ReportPart");
  if (!from.source_mds.empty()) out.add(Element(ns::msg, "SourceMds", from.source_mds));
  if (kind.kind == ReportKind::description) {
    put(out, "ParentDescriptor", from.parent);
    out.set("ModificationType", std::string(print_modification(from.modification)));
    for (const auto& each : from.descriptors) out.add(descriptor_element(each, ns::msg, "Descriptor"));
  }
  if (kind.kind == ReportKind::system_error) {
    if (from.error) {
      Element code = coded_element(*from.error, "ErrorCode");
      code.name.space = ns::msg;
      out.add(std::move(code));
    }
    if (from.error_info) out.add(localized_element(*from.error_info, ns::msg, "ErrorInfo"));
  }
  for (const auto& each : from.states) out.add(state_element(each, ns::msg, kind.state));
  finish(out, from.extras);
  return out;
}

}  // namespace

std::optional<Report> read_report(const Element& body) {
  for (const auto& kind : kind_words) {
    if (!body.name.is(ns::msg, kind.word)) continue;
    Take take(body);
    Report out;
    out.kind = kind.kind;
    out.at = take_version(take);
    if (kind.kind == ReportKind::waveform) {
      ReportPart& part = out.parts.emplace_back();
      take_states(take, kind, part);
    } else {
      for (const Element& each : take.children("ReportPart", ns::msg))
        if (out.parts.size() < parts_max) out.parts.push_back(read_part(each, kind));
    }
    out.extras = take.rest();
    return out;
  }
  return std::nullopt;
}

Element report_element(const Report& report) {
  const KindWord& kind = words_of(report.kind);
  Element out(ns::msg, kind.word);
  put_version(out, report.at);
  for (const auto& part : report.parts) {
    if (report.kind == ReportKind::waveform) {
      for (const auto& state : part.states) out.add(state_element(state, ns::msg, kind.state));
    } else {
      out.add(part_element(part, kind));
    }
  }
  finish(out, report.extras);
  return out;
}

std::string_view report_service(ReportKind kind) {
  return words_of(kind).service;
}
std::string_view report_word(ReportKind kind) {
  return words_of(kind).word;
}
std::string report_action(ReportKind kind) {
  return sdc_action(report_service(kind), report_word(kind));
}

std::optional<MdibContent> read_mdib(const Element& body) {
  const Element* mdib = body.child(ns::msg, "Mdib");
  if (!body.name.is(ns::msg, "GetMdibResponse") || mdib == nullptr) return std::nullopt;
  MdibContent out;
  // Some write the version on the response, some on the Mdib, some on both.
  Element versions(ns::msg, "Versions");
  versions.attributes = body.attributes;
  Take of_body(versions);
  versions.attributes = mdib->attributes;
  Take of_mdib(versions);
  out.at = mdib->attribute("MdibVersion") != nullptr ? take_version(of_mdib) : take_version(of_body);
  if (const Element* description = mdib->child(ns::pm, "MdDescription")) {
    if (const std::string* version = description->attribute("DescriptionVersion"))
      out.description_version = read_unsigned(*version).value_or(0);
    for (const auto& child : description->children)
      if (child.name.is(ns::pm, "Mds")) read_tree(child, {}, out.descriptors);
  }
  if (const Element* states = mdib->child(ns::pm, "MdState")) {
    if (const std::string* version = states->attribute("StateVersion"))
      out.state_version = read_unsigned(*version).value_or(0);
    for (const auto& child : states->children)
      if (child.name.is(ns::pm, "State") && out.states.size() < states_max) out.states.push_back(read_state(child));
  }
  return out;
}

Element mdib_element(const MdibContent& mdib) {
  Element out(ns::msg, "GetMdibResponse");
  put_version(out, mdib.at);
  Element inner(ns::msg, "Mdib");
  put_version(inner, mdib.at);
  Element description(ns::pm, "MdDescription");
  description.set("DescriptionVersion", std::to_string(mdib.description_version));
  description.children = tree_elements(mdib.descriptors);
  inner.add(std::move(description));
  Element& states = inner.add(Element(ns::pm, "MdState"));
  states.set("StateVersion", std::to_string(mdib.state_version));
  for (const auto& each : mdib.states) states.add(state_element(each, ns::pm, "State"));
  out.add(std::move(inner));
  return out;
}

std::optional<MdibContent> read_context_states(const Element& body) {
  if (!body.name.is(ns::msg, "GetContextStatesResponse")) return std::nullopt;
  Take take(body);
  MdibContent out;
  out.at = take_version(take);
  for (const Element& each : take.children("ContextState", ns::msg))
    if (out.states.size() < states_max) out.states.push_back(read_state(each));
  return out;
}

Element context_states_element(const MdibContent& contexts) {
  Element out(ns::msg, "GetContextStatesResponse");
  put_version(out, contexts.at);
  for (const auto& each : contexts.states) out.add(state_element(each, ns::msg, "ContextState"));
  return out;
}

Element get_mdib_element() {
  return Element(ns::msg, "GetMdib");
}
Element get_context_states_element(const std::vector<std::string>& handles) {
  Element out(ns::msg, "GetContextStates");
  for (const auto& handle : handles) out.add(Element(ns::msg, "HandleRef", handle));
  return out;
}
bool is_get_mdib(const Element& body) {
  return body.name.is(ns::msg, "GetMdib");
}
std::optional<std::vector<std::string>> read_get_context_states(const Element& body) {
  if (!body.name.is(ns::msg, "GetContextStates")) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& child : body.children)
    if (child.name.is(ns::msg, "HandleRef") && out.size() < states_max) out.emplace_back(trimmed(child.text));
  return out;
}

}  // namespace cordon::sdc
