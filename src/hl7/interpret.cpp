// SPDX-License-Identifier: Apache-2.0
#include "hl7/interpret.h"

#include <algorithm>
#include <vector>

#include "hl7/observation.h"
#include "hl7/segments.h"

namespace cordon::hl7 {
namespace {

void read_header(const Message& message, Report& report, Context& context) {
  const Segment& header = message.header();
  report.type = context.text.text(trimmed(header.field(9)));
  report.control_id = context.component(header.field(10), 1);
  report.processing = context.component(header.field(11), 1);
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

void read_patient(const Segment& pid, Report& report, const Context& context) {
  const Delimiters& d = context.text.delimiters();
  report.patient_stated = true;
  for (const auto identifier : parts(pid.field(3), d.repetition)) {
    const std::string_view authority = part(identifier, d.component, 4);
    PatientIdentifier out{context.component(identifier, 1),
                          std::string(trimmed(context.text.text(part(authority, d.subcomponent, 1)))),
                          context.component(identifier, 5)};
    if (!out.id.empty() && out.id != "\"\"") report.patient.identifiers.push_back(std::move(out));
  }
  const std::string_view name = part(pid.field(5), d.repetition, 1);
  report.patient.family = std::string(trimmed(context.text.text(part(part(name, d.component, 1), d.subcomponent, 1))));
  report.patient.given = context.component(name, 2);
  report.patient.birth = context.component(pid.field(7), 1);
  report.patient.sex = context.component(pid.field(8), 1);
}

/// place_of gives all of PV1-3 under the usual delimiters, so that two beds are equal where every part is.
std::string place_of(std::string_view raw, const Context& context) {
  std::string out = rewritten(trimmed(raw), context.text);
  out.erase(out.find_last_not_of("^~& ") + 1);
  return out.find_first_not_of("^~& \"") == std::string::npos ? std::string() : out;
}

void read_bed(const Segment& visit, Report& report, const Context& context) {
  const Delimiters& d = context.text.delimiters();
  const std::string_view place = part(visit.field(3), d.repetition, 1);
  const auto piece = [&](std::size_t number) {
    const std::string_view component = part(place, d.component, number);
    std::string out(trimmed(context.text.text(part(component, d.subcomponent, 1))));
    return out == "\"\"" ? std::string() : out;
  };
  report.bed = {piece(1), piece(2), piece(3), piece(4)};
  report.place = place_of(visit.field(3), context);
  report.bed_label = bed_label_of(report.bed);
}

bool is_of_alarms(const Report& report) {
  return report.type.find("R40") != std::string::npos;
}

/// Group is one order and what belongs to it.
struct Group {
  Order order;
  std::vector<Observation> all;
};

bool tells_of_alarm(const Group& group) {
  const Code& code = group.order.code;
  return term_of(code) == Term::alarm || is_event(code) ||
         std::ranges::any_of(group.all, [](const Observation& o) { return tells_of_alarm(o); });
}

void take(const Observation& o, const Order& order, WaveReader& waves, Report& report, Context& context) {
  if (waves.take(o, order)) return;
  if (o.type == "NM" || o.type == "SN") {
    report.numerics.push_back(numeric_of(o, context));
    return;
  }
  std::string text = text_of(o, context);
  const bool measured = is_text(o.type) && is_measured(o.code, o.unit_as_text);
  if (measured && (reads_as_number(text) || o.status == "X")) {
    report.numerics.push_back(numeric_of(o, context));
    if (report.numerics.back().value) context.notes.add(OddityKind::number_as_text, o.segment);
    return;
  }
  if (measured) context.notes.add(OddityKind::text_for_number, o.segment);
  report.findings.push_back(
      {o.code, o.containment, std::move(text), o.status, o.at, o.device, o.unit_as_text, measured});
}

/// read_group reads one order. `evidence`: beside an alarm, and of none: numbers and waves of when it began.
void read_group(const Group& group, bool evidence, WaveReader& waves, Report& report, Context& context) {
  const std::size_t first_alarm = report.alarms.size();
  const bool about_alarms = is_of_alarms(report) || term_of(group.order.code) == Term::alarm;
  for (const Observation& o : group.all) {
    if (is_device(o.code) && trimmed(o.raw).empty()) {
      report.devices.push_back({o.code, o.containment, o.device});
    } else if (evidence) {
      report.findings.push_back({o.code, o.containment, text_of(o, context), o.status, o.at, o.device, o.unit_as_text});
    } else if (about_alarms) {
      read_alarm(o, group.order, first_alarm, report, context);
    } else {
      take(o, group.order, waves, report, context);
    }
  }
}

void read_observations(const Message& message, Span span, Report& report, Context& context) {
  std::vector<Group> groups(1);
  for (std::size_t i = span.begin; i < span.end; ++i) {
    const Segment& segment = message.segments[i];
    if (segment.name() == "OBR") groups.push_back({read_order(segment, i, context), {}});
    if (segment.name() == "OBX")
      groups.back().all.push_back(read_observation(segment, i, groups.back().order, context));
  }
  WaveReader waves(report, context);
  const bool has_alarm =
      is_of_alarms(report) && std::ranges::any_of(groups, [](const Group& g) { return tells_of_alarm(g); });
  for (const Group& group : groups) {
    const bool evidence = has_alarm && group.order.code != Code{} && !tells_of_alarm(group);
    read_group(group, evidence, waves, report, context);
  }
  waves.finish();
}

void decide_kind(const Message& message, Span span, Report& report) {
  // A heartbeat that comes with alarms is a message of alarms.
  if (!report.alarms.empty()) {
    report.kind = Kind::alarm;
  } else if (report.kind == Kind::heartbeat) {
    return;
  } else if (message.find("MSA") != nullptr) {
    report.kind = Kind::answer;
  } else if (find_in(message, span, "OBX") != nullptr) {
    report.kind = Kind::observations;
  }
}

/// outermost gives the identifier that the highest level of the device states; an alarm's, a numeric's, a wave's or a
/// finding's own where none does.
std::string outermost(const Report& report) {
  const Device* best = nullptr;
  for (const Device& device : report.devices) {
    if (!device.id.empty() && (best == nullptr || device.containment.parts < best->containment.parts)) best = &device;
  }
  if (best != nullptr) return best->id;
  const auto first = [](const auto& list) {
    const auto found = std::find_if(list.begin(), list.end(), [](const auto& one) { return !one.device.empty(); });
    return found != list.end() ? found->device : std::string();
  };
  for (std::string own : {first(report.alarms), first(report.numerics), first(report.waves), first(report.findings)}) {
    if (!own.empty()) return own;
  }
  return report.heartbeat ? report.heartbeat->device : std::string();
}

/// groups_of cuts what follows the header into patients: each begins with its PID, or with a PV1 where the one before
/// has one already, or observations.
std::vector<Span> groups_of(const Message& message) {
  std::vector<Span> out{{1, message.segments.size()}};
  bool patient = false;
  bool visit = false;
  bool observed = false;
  for (std::size_t i = 1; i < message.segments.size(); ++i) {
    const std::string_view name = message.segments[i].name();
    const bool next = name == "PID" ? patient || observed : name == "PV1" && (visit || observed);
    if (next) {
      out.back().end = i;
      out.push_back({i, message.segments.size()});
      patient = visit = observed = false;
    }
    patient = patient || name == "PID";
    visit = visit || name == "PV1";
    observed = observed || name == "OBR" || name == "OBX";
  }
  return out;
}

Report report_of(const Message& message, Span span) {
  Report out;
  Context context{TextReader(message), std::nullopt, Notes(out)};
  read_header(message, out, context);
  if (const Segment* pid = find_in(message, span, "PID"); pid != nullptr) read_patient(*pid, out, context);
  if (is_pds(message)) {
    read_pds(message, span, out, context);
  } else {
    if (const Segment* visit = find_in(message, span, "PV1"); visit != nullptr) read_bed(*visit, out, context);
    read_observations(message, span, out, context);
    decide_kind(message, span, out);
  }
  out.device = outermost(out);
  out.device_stated = !out.device.empty();
  if (!out.device_stated) out.device = !out.sender_id.empty() ? out.sender_id : out.sender;
  return out;
}

}  // namespace

Report interpret(const Message& message) {
  return report_of(message, groups_of(message).front());
}

Result<std::vector<Report>> interpret_all(const Message& message) {
  const std::vector<Span> groups = groups_of(message);
  if (groups.size() > patients_max) return fail(ErrorCode::limit, "hl7 patients", groups.size());
  std::vector<Report> out;
  for (const Span group : groups) out.push_back(report_of(message, group));
  if (out.size() == 1) return out;
  const auto silent = [](const Report& report) { return report.kind == Kind::other; };
  if (!std::all_of(out.begin(), out.end(), silent)) std::erase_if(out, silent);
  return out;
}

}  // namespace cordon::hl7
