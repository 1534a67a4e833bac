// SPDX-License-Identifier: Apache-2.0
#include "sdc/descriptor.h"

#include <functional>
#include <map>
#include <set>

#include "sdc/take.h"

namespace cordon::sdc {
namespace {

struct KindName {
  DescriptorKind kind;
  std::string_view local;
  std::string_view type;
};
constexpr KindName kind_names[] = {
    {DescriptorKind::mds, "Mds", "MdsDescriptor"},
    {DescriptorKind::vmd, "Vmd", "VmdDescriptor"},
    {DescriptorKind::channel, "Channel", "ChannelDescriptor"},
    {DescriptorKind::numeric, "Metric", "NumericMetricDescriptor"},
    {DescriptorKind::samples, "Metric", "RealTimeSampleArrayMetricDescriptor"},
    {DescriptorKind::text, "Metric", "StringMetricDescriptor"},
    {DescriptorKind::enumeration, "Metric", "EnumStringMetricDescriptor"},
    {DescriptorKind::alert_system, "AlertSystem", "AlertSystemDescriptor"},
    {DescriptorKind::condition, "AlertCondition", "AlertConditionDescriptor"},
    {DescriptorKind::limit_condition, "AlertCondition", "LimitAlertConditionDescriptor"},
    {DescriptorKind::signal, "AlertSignal", "AlertSignalDescriptor"},
    {DescriptorKind::system_context, "SystemContext", "SystemContextDescriptor"},
    {DescriptorKind::patient_context, "PatientContext", "PatientContextDescriptor"},
    {DescriptorKind::location_context, "LocationContext", "LocationContextDescriptor"},
    {DescriptorKind::battery, "Battery", "BatteryDescriptor"},
    {DescriptorKind::clock, "Clock", "ClockDescriptor"},
};
constexpr std::string_view nested[] = {
    "Mds",
    "Vmd",
    "Channel",
    "Metric",
    "AlertSystem",
    "AlertCondition",
    "AlertSignal",
    "Sco",
    "Operation",
    "SystemContext",
    "PatientContext",
    "LocationContext",
    "EnsembleContext",
    "OperatorContext",
    "WorkflowContext",
    "MeansContext",
    "Clock",
    "Battery",
};

bool is_nested(const Element& element) {
  return element.name.space == ns::pm &&
         std::find(std::begin(nested), std::end(nested), element.name.local) != std::end(nested);
}

DescriptorKind kind_of(std::string_view local, std::string_view type) {
  for (const auto& each : kind_names)
    if (type.empty() ? each.local == local && local != "Metric" : each.type == type) return each.kind;
  return DescriptorKind::other;
}

/// place_of gives the name that an element has inside its parent, where a report calls it otherwise ("Descriptor").
std::string place_of(std::string_view local, std::string_view type) {
  if (std::find(std::begin(nested), std::end(nested), local) != std::end(nested)) return std::string(local);
  for (const auto& each : kind_names)
    if (each.type == type) return std::string(each.local);
  if (type.ends_with("OperationDescriptor")) return "Operation";
  if (type.ends_with("MetricDescriptor")) return "Metric";
  constexpr std::string_view suffix = "Descriptor";
  return std::string(type.ends_with(suffix) && type != suffix ? type.substr(0, type.size() - suffix.size()) : local);
}

void read_metric(Take& take, Descriptor& out) {
  if (const auto unit = take.child("Unit")) out.unit = read_coded(*unit);
  out.category = take.text("MetricCategory");
  out.availability = take.text("MetricAvailability");
  out.resolution = take.value("Resolution", read_decimal);
  out.sample_period = take.value("SamplePeriod", read_duration);
  for (const Element& each : take.children("AllowedValue")) {
    Take inner(each);
    AllowedValue allowed;
    if (const auto value = inner.child("Value")) allowed.value = value->text;
    if (const auto type = inner.child("Type")) allowed.type = read_coded(*type);
    allowed.extras = inner.rest();
    out.allowed.push_back(std::move(allowed));
  }
}

void write_metric(Element& into, const Descriptor& from) {
  if (from.unit) into.add(coded_element(*from.unit, "Unit"));
  put(into, "MetricCategory", from.category);
  put(into, "MetricAvailability", from.availability);
  if (from.resolution) put(into, "Resolution", print_decimal(*from.resolution));
  if (from.sample_period) put(into, "SamplePeriod", print_duration(*from.sample_period));
  for (const auto& allowed : from.allowed) {
    Element& made = into.add(Element(ns::pm, "AllowedValue"));
    made.add(Element(ns::pm, "Value", allowed.value));
    if (allowed.type) made.add(coded_element(*allowed.type, "Type"));
    for (const auto& child : allowed.extras.children) made.add(child);
    made.attributes = allowed.extras.attributes;
  }
}

void read_alert(Take& take, Descriptor& out) {
  out.condition_kind = take.value("Kind", read_word<ConditionKind>);
  out.priority = take.value("Priority", read_word<Priority>);
  for (const Element& source : take.children("Source")) out.sources.emplace_back(trimmed(source.text));
  if (const auto limits = take.child("MaxLimits")) out.max_limits = read_range(*limits);
  out.condition_signaled = take.text("ConditionSignaled");
  out.manifestation = take.value("Manifestation", read_word<Manifestation>);
  out.latching = take.value("Latching", read_bool);
}

void write_alert(Element& into, const Descriptor& from) {
  if (from.condition_kind) put(into, "Kind", print_word(*from.condition_kind));
  if (from.priority) put(into, "Priority", print_word(*from.priority));
  for (const auto& source : from.sources) into.add(Element(ns::pm, "Source", source));
  if (from.max_limits) into.add(range_element(*from.max_limits, "MaxLimits"));
  put(into, "ConditionSignaled", from.condition_signaled);
  if (from.manifestation) put(into, "Manifestation", print_word(*from.manifestation));
  if (from.latching) put(into, "Latching", *from.latching ? "true" : "false");
}

/// Tree writes children inside their parents, each handle once.
class Tree {
 public:
  explicit Tree(const std::vector<Descriptor>& all) {
    for (const auto& each : all)
      if (!each.handle.empty() && seen_.insert(each.handle).second) children_[each.parent].push_back(&each);
  }
  std::vector<Element> under(std::string_view parent, std::size_t depth) const {
    std::vector<Element> out;
    const auto found = children_.find(parent);
    if (found == children_.end() || depth > depth_max / 2) return out;
    for (const Descriptor* each : found->second) {
      Element made = descriptor_element(*each, ns::pm, each->local);
      for (Element& child : under(each->handle, depth + 1)) made.children.push_back(std::move(child));
      finish(made, {});
      out.push_back(std::move(made));
    }
    return out;
  }

 private:
  std::set<std::string, std::less<>> seen_;
  std::map<std::string, std::vector<const Descriptor*>, std::less<>> children_;
};

}  // namespace

Descriptor read_descriptor(const Element& from, std::string_view parent) {
  Element alone = from;
  alone.children.erase(std::remove_if(alone.children.begin(), alone.children.end(), is_nested), alone.children.end());
  Take take(alone);
  Descriptor out;
  out.handle = take.text("Handle");
  out.parent = parent;
  out.type = take.type();
  out.local = place_of(from.name.local, out.type);
  out.kind = kind_of(out.local, out.type);
  out.version = take.value("DescriptorVersion", read_unsigned).value_or(0);
  if (const auto code = take.child("Type")) out.code = read_coded(*code);
  read_metric(take, out);
  read_alert(take, out);
  out.extras = take.rest();
  return out;
}

void read_tree(const Element& from, std::string_view parent, std::vector<Descriptor>& out) {
  if (out.size() >= descriptors_max) return;
  Element alone(from.name.space, from.name.local);
  alone.attributes = from.attributes;
  for (const auto& child : from.children)
    if (!is_nested(child)) alone.children.push_back(child);
  Descriptor made = read_descriptor(alone, parent);
  const std::string handle = made.handle.empty() ? std::string(parent) : made.handle;
  if (!made.handle.empty()) out.push_back(std::move(made));
  for (const auto& child : from.children)
    if (is_nested(child)) read_tree(child, handle, out);
}

Element descriptor_element(const Descriptor& from, std::string_view space, std::string_view local) {
  Element out(space, local);
  put_type(out, from.type);
  out.set("Handle", from.handle);
  if (from.version != 0) out.set("DescriptorVersion", std::to_string(from.version));
  if (from.code) out.add(coded_element(*from.code, "Type"));
  write_metric(out, from);
  write_alert(out, from);
  finish(out, from.extras);
  return out;
}

std::vector<Element> tree_elements(const std::vector<Descriptor>& descriptors) {
  return Tree(descriptors).under({}, 1);
}

Descriptor make_descriptor(DescriptorKind kind, std::string_view handle, std::string_view parent) {
  Descriptor out;
  out.kind = kind;
  out.handle = handle;
  out.parent = parent;
  for (const auto& each : kind_names)
    if (each.kind == kind) {
      out.local = each.local;
      // Only a metric and a condition need to say which of several types they are.
      if (each.local == "Metric" || each.local == "AlertCondition") out.type = each.type;
    }
  return out;
}

}  // namespace cordon::sdc
