// SPDX-License-Identifier: Apache-2.0
// Descriptor: what a device is made of and what it measures (BICEPS MdDescription), flat, each with its parent's
// handle. Source: IEEE 11073-10207, 5.3 and annex B.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdc/values.h"

namespace cordon::sdc {

constexpr std::size_t descriptors_max = 10'000;  // of one device; 120 is the largest seen

enum class DescriptorKind : std::uint8_t {
  mds,
  vmd,
  channel,
  numeric,
  samples,
  text,
  enumeration,
  alert_system,
  condition,
  limit_condition,
  signal,
  system_context,
  patient_context,
  location_context,
  battery,
  clock,
  other,  // operations, further contexts, and what a later standard brings
};

struct AllowedValue {
  std::string value;
  std::optional<CodedValue> type;
  Extras extras;
  friend bool operator==(const AllowedValue&, const AllowedValue&) = default;
};

/// Descriptor: `local` is its element inside its parent ("Metric"), `type` the schema's type
/// ("NumericMetricDescriptor"). A member that its kind has not is empty.
struct Descriptor {
  std::string handle;
  std::string parent;
  std::string local;
  std::string type;
  DescriptorKind kind = DescriptorKind::other;
  std::uint64_t version = 0;
  std::optional<CodedValue> code;

  // metrics
  std::optional<CodedValue> unit;
  std::string category;      // "Msrmt", "Set", "Clc", …
  std::string availability;  // "Intr", "Cont"
  std::optional<double> resolution;
  std::optional<Nanos> sample_period;
  std::vector<AllowedValue> allowed;

  // alerts
  std::optional<ConditionKind> condition_kind;
  std::optional<Priority> priority;
  std::vector<std::string> sources;  // handles
  std::optional<Range> max_limits;
  std::string condition_signaled;  // handle
  std::optional<Manifestation> manifestation;
  std::optional<bool> latching;

  Extras extras;
  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

/// read_descriptor reads one, without those inside it. `parent` is the handle it stands in.
Descriptor read_descriptor(const Element& from, std::string_view parent);
/// read_tree reads one and those inside it, parents first, up to descriptors_max in all; one without a handle is left
/// out, its children are not.
void read_tree(const Element& from, std::string_view parent, std::vector<Descriptor>& out);

/// descriptor_element writes one without its children, under the name given.
Element descriptor_element(const Descriptor& descriptor, std::string_view space, std::string_view local);
/// tree_elements writes those without a parent and, inside them, their children. Of two with one handle the first is
/// written.
std::vector<Element> tree_elements(const std::vector<Descriptor>& descriptors);

/// make_descriptor begins one of a kind.
Descriptor make_descriptor(DescriptorKind kind, std::string_view handle, std::string_view parent);

}  // namespace cordon::sdc
