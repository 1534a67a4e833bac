// SPDX-License-Identifier: Apache-2.0
// The messages of BICEPS: the whole MDIB, context states, and the reports in which a device says what changed.
// Source: IEEE 11073-10207, 5.5, 7 and annex C.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdc/descriptor.h"
#include "sdc/soap.h"
#include "sdc/state.h"

namespace cordon::sdc {

constexpr std::size_t parts_max = 1000;  // of one report; one a sub-device is usual

/// MdibVersion orders what a device says. Versions of two sequences (or instances) cannot be compared: the device began
/// anew.
struct MdibVersion {
  std::uint64_t version = 0;
  std::string sequence;
  std::optional<std::uint64_t> instance;
  bool same_sequence(const MdibVersion& other) const {
    return sequence == other.sequence && instance == other.instance;
  }
  friend bool operator==(const MdibVersion&, const MdibVersion&) = default;
};

/// MdibContent is everything at one version: descriptors flat, parents first.
struct MdibContent {
  MdibVersion at;
  std::uint64_t description_version = 0;
  std::uint64_t state_version = 0;
  std::vector<Descriptor> descriptors;
  std::vector<State> states;
};

enum class ReportKind : std::uint8_t {
  waveform,
  episodic_metric,
  periodic_metric,
  episodic_alert,
  periodic_alert,
  episodic_component,
  periodic_component,
  episodic_operational,
  periodic_operational,
  episodic_context,
  periodic_context,
  description,
  system_error,
  operation_invoked,  // what became of somebody's order: kept as it is, since nobody here gives any
};

enum class Modification : std::uint8_t { updated, created, deleted };

struct ReportPart {
  std::string source_mds;
  std::vector<State> states;
  // of a description report
  Modification modification = Modification::updated;
  std::string parent;
  std::vector<Descriptor> descriptors;
  // of a system error
  std::optional<CodedValue> error;
  std::optional<LocalizedText> error_info;
  Extras extras;
};

struct Report {
  ReportKind kind = ReportKind::waveform;
  MdibVersion at;
  std::vector<ReportPart> parts;
  Extras extras;
};

/// Each reader gives nothing where the body is another message. Lists are cut at parts_max, states_max and
/// descriptors_max.
std::optional<Report> read_report(const Element& body);
Element report_element(const Report& report);
/// report_service and report_word are the parts of a kind's action.
std::string_view report_service(ReportKind kind);
std::string_view report_word(ReportKind kind);
std::string report_action(ReportKind kind);

/// read_mdib reads a GetMdibResponse; read_context_states a GetContextStatesResponse, whose states alone are filled.
std::optional<MdibContent> read_mdib(const Element& body);
Element mdib_element(const MdibContent& mdib);
std::optional<MdibContent> read_context_states(const Element& body);
Element context_states_element(const MdibContent& contexts);

/// GetContextStates asks for the contexts under these handles, for all where there is none.
Element get_mdib_element();
Element get_context_states_element(const std::vector<std::string>& handles = {});
bool is_get_mdib(const Element& body);
std::optional<std::vector<std::string>> read_get_context_states(const Element& body);

}  // namespace cordon::sdc
