// SPDX-License-Identifier: Apache-2.0
#include "hl7/interpret.h"

#include <algorithm>

#include "hl7/observation.h"

namespace cordon::hl7 {
namespace {

void read_header(const Message& message, Report& report, Context& context) {
  const Segment& header = message.header();
  report.type = context.text.text(trimmed(header.field(9)));
  report.control_id = context.component(header.field(10), 1);
  report.sender = context.component(header.field(3), 1);
  report.sender_id = context.component(header.field(3), 2);
  report.at = context.moment(header.field(7), 0);
  if (report.at && report.at->zone == ZoneOrigin::stated) context.zone = report.at->offset;
  if (message.delimiters_odd) context.notes.add(OddityKind::delimiters, 0);
  if (charset_of(message) == Charset::unknown) context.notes.add(OddityKind::charset, 0);
  for (std::size_t i = 0; i < message.segments.size() && message.lines_wrapped > 0; ++i) {
    const auto& fields = message.segments[i].fields;
    const auto wrapped = [](const std::string& f) { return f.find_first_of("\r\n") != std::string::npos; };
    if (std::any_of(fields.begin(), fields.end(), wrapped)) context.notes.add(OddityKind::wrapped_line, i);
  }
}

void read_patient(const Message& message, Report& report, const Context& context) {
  const Segment* pid = message.find("PID");
  if (pid == nullptr) return;
  const Delimiters& d = message.delimiters;
  for (const auto identifier : parts(pid->field(3), d.repetition)) {
    const std::string_view authority = part(identifier, d.component, 4);
    PatientIdentifier out{context.component(identifier, 1),
                          std::string(trimmed(context.text.text(part(authority, d.subcomponent, 1)))),
                          context.component(identifier, 5)};
    if (!out.id.empty() && out.id != "\"\"") report.patient.identifiers.push_back(std::move(out));
  }
  const std::string_view name = part(pid->field(5), d.repetition, 1);
  report.patient.family = std::string(trimmed(context.text.text(part(part(name, d.component, 1), d.subcomponent, 1))));
  report.patient.given = context.component(name, 2);
  report.patient.birth = context.component(pid->field(7), 1);
  report.patient.sex = context.component(pid->field(8), 1);
}

void read_bed(const Message& message, Report& report, const Context& context) {
  const Segment* visit = message.find("PV1");
  if (visit == nullptr) return;
  const std::string_view place = visit->field(3);
  report.bed = {context.component(place, 1), context.component(place, 2), context.component(place, 3),
                context.component(place, 4)};
  report.bed_label = report.bed.bed;
}

/// about_alarms: trigger event R40, or an order of MDC_EVT_ALARM under another trigger.
bool about_alarms(const Report& report, const Order& order) {
  return report.type.find("R40") != std::string::npos || term_of(order.code) == Term::alarm;
}

void take(const Observation& o, const Order& order, WaveReader& waves, Report& report, Context& context) {
  if (waves.take(o, order)) return;
  if (o.type == "NM" || o.type == "SN") {
    report.numerics.push_back(numeric_of(o, context));
  } else {
    report.findings.push_back({o.code, o.containment, text_of(o, context), o.status, o.at});
  }
}

void read_observations(const Message& message, Report& report, Context& context) {
  Order order;
  std::size_t first_alarm = 0;
  WaveReader waves(report, context);
  for (std::size_t i = 0; i < message.segments.size(); ++i) {
    const Segment& segment = message.segments[i];
    if (segment.name() == "OBR") {
      order = read_order(segment, i, context);
      first_alarm = report.alarms.size();
    }
    if (segment.name() != "OBX") continue;
    const Observation o = read_observation(segment, i, order, context);
    if (is_device(o.code) && trimmed(o.raw).empty()) {
      report.devices.push_back({o.code, o.containment, o.device});
    } else if (about_alarms(report, order)) {
      read_alarm(o, order, first_alarm, report, context);
    } else {
      take(o, order, waves, report, context);
    }
  }
  waves.finish();
}

void decide_kind(const Message& message, Report& report) {
  if (report.kind == Kind::heartbeat) return;
  if (message.find("MSA") != nullptr) {
    report.kind = Kind::answer;
  } else if (!report.alarms.empty()) {
    report.kind = Kind::alarm;
  } else if (message.find("OBX") != nullptr) {
    report.kind = Kind::observations;
  }
}

/// outermost gives the identifier that the highest level of the device states; a numeric's or an alarm's own where none
/// does.
std::string outermost(const Report& report) {
  const Device* best = nullptr;
  for (const Device& device : report.devices) {
    if (!device.id.empty() && (best == nullptr || device.containment.parts < best->containment.parts)) best = &device;
  }
  if (best != nullptr) return best->id;
  for (const AlarmEvent& alarm : report.alarms) {
    if (!alarm.device.empty()) return alarm.device;
  }
  for (const Numeric& numeric : report.numerics) {
    if (!numeric.device.empty()) return numeric.device;
  }
  if (report.heartbeat && !report.heartbeat->device.empty()) return report.heartbeat->device;
  return !report.sender_id.empty() ? report.sender_id : report.sender;
}

}  // namespace

Report interpret(const Message& message) {
  Report out;
  Context context{TextReader(message), std::nullopt, Notes(out)};
  read_header(message, out, context);
  read_patient(message, out, context);
  if (is_pds(message)) {
    read_pds(message, out, context);
  } else {
    read_bed(message, out, context);
    read_observations(message, out, context);
    decide_kind(message, out);
  }
  out.device = outermost(out);
  return out;
}

}  // namespace cordon::hl7
