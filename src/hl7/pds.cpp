// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "hl7/observation.h"

namespace cordon::hl7 {
namespace {

// MSH-10 of Mindray PDS. What is known comes from public programs that read such monitors; docs/PEERS.md.
constexpr std::string_view physiological_alarms = "54";
constexpr std::string_view technical_alarms = "56";
constexpr std::string_view admitted = "101";
constexpr std::string_view patient = "103";
constexpr std::string_view echo = "106";
constexpr std::string_view numerics = "204";
constexpr std::string_view settings = "205";
constexpr std::string_view cuff_and_others = "503";
constexpr std::string_view bed_number = "2308";
constexpr std::string_view own_system = "99MNDRY";
constexpr std::string_view no_time = "00000000000000";

/// take_stars reads `**SpO2 TOO HIGH`: three stars high, two medium, one low, as the monitor's own screen shows them.
Priority take_stars(std::string& text) {
  const std::size_t stars = std::min(text.find_first_not_of('*'), text.size());
  text = std::string(trimmed(std::string_view(text).substr(stars)));
  if (stars == 0 || stars > 3) return Priority::unstated;
  return stars == 3 ? Priority::high : stars == 2 ? Priority::medium : Priority::low;
}

Observation read_pds_observation(const Segment& obx, std::size_t at, Context& context) {
  Observation out;
  out.segment = at;
  out.type = context.component(obx.field(2), 1);
  out.code = {context.component(obx.field(3), 1), context.component(obx.field(3), 2), std::string(own_system)};
  out.containment = containment_of(context.component(obx.field(4), 1));
  out.raw = obx.field(5);
  out.status = context.component(obx.field(11), 1);
  out.aperiodic = context.component(obx.field(13), 1) == "APERIODIC";
  if (trimmed(obx.field(14)) != no_time) out.at = context.moment(obx.field(14), at);
  if (const PdsParameter* known = pds_parameter(out.code.id); known != nullptr) {
    out.code = {std::string(known->mdc_id), std::string(known->mdc_name), "MDC"};
    out.unit_as_text = {"", std::string(known->ucum), !known->ucum.empty()};
    // Two temperatures have one code: the parameter's number keeps them apart.
    std::string channel = std::move(out.containment.text);
    out.containment = containment_of(channel + "." + context.component(obx.field(3), 1));
    out.containment.channel = std::move(channel);
  }
  return out;
}

/// address_of reads an IPv4 address that is written as one number; empty for 0 and for what is none.
std::string address_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) return {};
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    if (!out.empty()) out += '.';
    out += std::to_string(number >> shift & 0xffU);
  }
  return out;
}

/// read_pds_place: PV1-3 is ^^unit&bed&address&port, all in the bed's subcomponents.
void read_pds_place(const Segment& visit, Report& report, const Context& context) {
  const Delimiters& d = context.text.delimiters();
  const std::string_view place = part(visit.field(3), d.component, 3);
  const auto piece = [&](std::size_t number) {
    return std::string(trimmed(context.text.text(part(place, d.subcomponent, number))));
  };
  report.bed.unit = piece(1);
  report.bed.bed = piece(2);
  report.bed_address = address_of(piece(3));
  if (report.bed.unit.empty() && report.bed.bed.empty()) return;
  report.place = report.bed.unit + "^" + report.bed.bed;
  report.bed_label = bed_label_of(report.bed);
}

void read_pds_alarm(const Observation& o, bool technical, Report& report, Context& context) {
  // The kinds of an OBX-3 are 2 and 4; 2040 and 2041 state something about the list.
  if (o.code.id != (technical ? "4" : "2")) return;
  AlarmEvent alarm;
  alarm.event = {context.component(o.raw, 1), {}, std::string(own_system)};
  alarm.text = context.component(o.raw, 2);
  alarm.priority = take_stars(alarm.text);
  alarm.event.name = alarm.text;
  alarm.type = technical ? AlarmType::technical : AlarmType::physiological;
  alarm.phase = Phase::present;
  alarm.state = AlarmState::active;
  alarm.at = o.at;
  report.alarms.push_back(std::move(alarm));
}

}  // namespace

bool is_pds(const Message& message) {
  constexpr std::array known{physiological_alarms, technical_alarms, admitted, patient, echo, numerics, settings,
                             cuff_and_others};
  const Segment& header = message.header();
  const std::string_view type = header.field(9);
  for (std::size_t named = 3; named <= 7; ++named) {
    if (!trimmed(header.field(named)).empty()) return false;
  }
  return trimmed(header.field(12)) == "2.3.1" && (type.starts_with("ORU") || type.starts_with("ADT")) &&
         std::find(known.begin(), known.end(), trimmed(header.field(10))) != known.end();
}

void read_pds(const Message& message, Span span, Report& report, Context& context) {
  report.dialect = Dialect::mindray_pds;
  const bool technical = report.control_id == technical_alarms;
  const bool alarms = technical || report.control_id == physiological_alarms;
  report.kind = alarms ? Kind::alarm : Kind::observations;
  report.alarms_are_all = alarms;
  if (report.control_id == echo) {
    report.kind = Kind::heartbeat;
    report.heartbeat = Heartbeat{};
  }
  if (const Segment* visit = find_in(message, span, "PV1"); visit != nullptr) read_pds_place(*visit, report, context);
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (message.segments[i].name() != "OBX") continue;
    const Observation o = read_pds_observation(message.segments[i], i, context);
    if (o.code.id == bed_number && o.code.system == own_system) {
      report.bed_label = text_of(o, context);
    } else if (alarms) {
      read_pds_alarm(o, technical, report, context);
    } else if (o.type == "NM") {
      report.numerics.push_back(numeric_of(o, context));
    } else {
      report.findings.push_back({o.code, o.containment, text_of(o, context), o.status, o.at});
    }
  }
}

}  // namespace cordon::hl7
