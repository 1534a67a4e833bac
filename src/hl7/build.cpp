// SPDX-License-Identifier: Apache-2.0
#include "hl7/build.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "hl7/observation.h"
#include "hl7/segments.h"

namespace cordon::hl7 {
namespace {

std::string text_of(double value) {
  std::array<char, 400> buffer{};
  const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), done.ptr};
}

std::string coded(const Code& code) {
  return joined({code.id, code.name, code.system});
}

/// unit writes OBX-6 so that it is read as the same unit.
std::string unit_field(const Unit& unit) {
  if (unit.text.starts_with("MDC_DIM_")) return joined({"", unit.text, "MDC"});
  if (!unit.ucum.empty()) return joined({unit.ucum, unit.text, "UCUM"});
  return joined({"", unit.text});
}

/// Writer numbers the OBX segments as they come.
class Writer {
 public:
  explicit Writer(Message& out) : out_(out) {}

  void order(const Code& code, const std::string& id, const std::string& first_id, const std::optional<Moment>& begin,
             const std::optional<Moment>& end) {
    Segment& obr = out_.segments.emplace_back(segment("OBR"));
    obr.set(1, std::to_string(++orders_));
    obr.set(3, escaped(id, {}));
    obr.set(4, coded(code));
    if (begin) obr.set(7, to_dtm(*begin));
    if (end) obr.set(8, to_dtm(*end));
    if (!first_id.empty()) obr.set(29, "^" + escaped(first_id, {}));
  }

  Segment& observation(std::string_view type, const Code& code, const std::string& containment, std::string raw) {
    Segment& obx = out_.segments.emplace_back(segment("OBX"));
    obx.set(1, std::to_string(++observations_));
    obx.set(2, std::string(type));
    obx.set(3, coded(code));
    obx.set(4, escaped(containment, {}));
    obx.set(5, std::move(raw));
    return obx;
  }

 private:
  Message& out_;
  std::size_t orders_ = 0;
  std::size_t observations_ = 0;
};

void write_people(const Report& report, Message& out) {
  Segment& pid = out.segments.emplace_back(segment("PID"));
  std::string identifiers;
  for (const PatientIdentifier& i : report.patient.identifiers) {
    if (!identifiers.empty()) identifiers += '~';
    identifiers += joined({i.id, "", "", i.authority, i.type});
  }
  pid.set(3, identifiers);
  pid.set(5, joined({report.patient.family, report.patient.given, "", "", "", "", "L"}));
  pid.set(7, escaped(report.patient.birth, {}));
  pid.set(8, escaped(report.patient.sex, {}));
  Segment& visit = out.segments.emplace_back(segment("PV1"));
  visit.set(2, "I");
  visit.set(3, joined({report.bed.unit, report.bed.room, report.bed.bed, report.bed.facility}));
}

void write_numeric(const Numeric& n, Writer& out) {
  const std::string stated = n.stated.empty() && n.value ? text_of(*n.value) : n.stated;
  const bool compared = !n.comparator.empty();
  Segment& obx =
      out.observation(compared    ? "SN"
                      : n.as_text ? "ST"
                                  : "NM",
                      n.code, n.containment.text, compared ? joined({n.comparator, stated}) : escaped(stated, {}));
  obx.set(6, unit_field(n.unit));
  obx.set(7, escaped(n.range, {}));
  if (!n.flags.empty()) obx.set(8, joined(n.flags, '~'));
  obx.set(11, escaped(n.status, {}));
  if (n.at) obx.set(14, to_dtm(*n.at));
  if (n.aperiodic) obx.set(17, "^APERIODIC");
  if (!n.device.empty()) obx.set(18, escaped(n.device, {}));
}

/// write_finding writes as a coded value what would else be read as a measured one.
void write_finding(const Finding& f, Writer& out) {
  const bool as_code = !f.measured && is_measured(f.code, f.unit);
  Segment& obx = out.observation(as_code ? "CWE" : "ST", f.code, f.containment.text,
                                 as_code ? joined({"", f.text}) : escaped(f.text, {}));
  if (f.unit != Unit{}) obx.set(6, unit_field(f.unit));
  obx.set(11, escaped(f.status, {}));
  if (f.at) obx.set(14, to_dtm(*f.at));
  if (!f.device.empty()) obx.set(18, escaped(f.device, {}));
}

std::string sample_field(const Wave& wave) {
  std::string out;
  for (std::size_t i = 0; i < wave.samples.size(); ++i) {
    if (i > 0) out += '^';
    const double sample = wave.samples[i];
    if (!std::isfinite(sample)) {
      if (!wave.invalid_markers.empty()) out += text_of(wave.invalid_markers.front());
    } else {
      out += text_of(wave.resolution ? std::round(sample / *wave.resolution) : sample);
    }
  }
  return out;
}

void write_wave(const Wave& wave, Writer& out) {
  const std::string& at = wave.containment.text;
  Segment& obx = out.observation("NA", wave.code, at, sample_field(wave));
  obx.set(6, unit_field(wave.unit));
  if (!wave.flags.empty()) obx.set(8, joined(wave.flags, '~'));
  obx.set(11, wave.status.empty() ? "R" : escaped(wave.status, {}));
  if (wave.begin) obx.set(14, to_dtm(*wave.begin));
  if (!wave.device.empty()) obx.set(18, escaped(wave.device, {}));
  out.observation("NM", {"0", "MDC_ATTR_SAMP_RATE", "MDC"}, at + ".1", text_of(wave.rate_hz))
      .set(6, "264608^MDC_DIM_PER_SEC^MDC");
  if (wave.resolution) {
    out.observation("NM", {"2327", "MDC_ATTR_NU_MSMT_RES", "MDC"}, at + ".2", text_of(*wave.resolution))
        .set(6, unit_field(wave.unit));
  }
  for (std::size_t i = 0; i < wave.invalid_markers.size(); ++i) {
    out.observation("NM", {"262196", "MDC_EVT_INOP", "MDC"}, at + "." + std::to_string(i + 3),
                    text_of(wave.invalid_markers[i]));
  }
}

void write_device(const Device& device, Writer& out) {
  Segment& obx = out.observation("", device.code, device.containment.text, "");
  obx.set(11, "X");
  if (!device.id.empty()) obx.set(18, escaped(device.id, {}));
}

void write_observations(const Report& report, Writer& out) {
  std::optional<Moment> end;
  for (const Wave& wave : report.waves) end = end ? end : wave.end;
  out.order({"182777000", "monitoring of patient", "SCT"}, report.control_id, "", report.at, end);
  for (const Device& device : report.devices) write_device(device, out);
  for (const Numeric& numeric : report.numerics) write_numeric(numeric, out);
  for (const Finding& finding : report.findings) write_finding(finding, out);
  for (const Wave& wave : report.waves) write_wave(wave, out);
}

std::string inactivation_field(const AlarmEvent& alarm) {
  return joined(alarm.inactivation, '~');
}

void write_alarm(const AlarmEvent& a, Writer& out) {
  out.order({"196616", "MDC_EVT_ALARM", "MDC"}, a.id, a.first_id, a.at, std::nullopt);
  const std::string& at = a.containment.text;
  Segment& event = out.observation("ST", a.event, at + ".1", escaped(a.text, {}));
  std::string flags;
  for (const std::string& flag : {a.abnormality, std::string(to_string(a.priority)), std::string(to_string(a.type))}) {
    if (!flags.empty() && !flag.empty()) flags += '~';
    flags += escaped(flag, {});
  }
  event.set(8, flags);
  event.set(11, "F");
  if (a.at) event.set(14, to_dtm(*a.at));
  if (!a.device.empty()) event.set(18, escaped(a.device, {}));
  if (a.source_value) {
    write_numeric(*a.source_value, out);
  } else if (a.source != Code{}) {
    out.observation("CWE", {"68480", "MDC_ATTR_ALERT_SOURCE", "MDC"}, at + ".2", coded(a.source)).set(11, "F");
  }
  const auto facet = [&](const char* id, const char* name, const char* number, const std::string& raw) {
    if (!raw.empty()) out.observation("ST", {id, name, "MDC"}, at + number, raw).set(11, "F");
  };
  facet("68481", "MDC_ATTR_EVENT_PHASE", ".3", to_string(a.phase));
  facet("68482", "MDC_ATTR_ALARM_STATE", ".4", to_string(a.state));
  facet("68483", "MDC_ATTR_ALARM_INACTIVATION_STATE", ".5", inactivation_field(a));
  facet("68484", "MDC_ATTR_ALARM_PRIORITY", ".6", to_string(a.priority));
  facet("68485", "MDC_ATTR_ALERT_TYPE", ".7", to_string(a.type));
}

void write_heartbeat(const Report& report, Writer& out) {
  const Heartbeat beat = report.heartbeat.value_or(Heartbeat{});
  out.order({"196616", "MDC_EVT_ALARM", "MDC"}, report.control_id, "", report.at, std::nullopt);
  for (const Device& device : report.devices) write_device(device, out);
  Segment& obx = out.observation("ST", {"198200", "MDC_EVT_WATCHDOG", "MDC"}, "1.0.0.1", escaped(beat.phase, {}));
  if (beat.period) obx.set(7, "<" + std::to_string(beat.period->count()));
  obx.set(8, "N~ST~PL");
  obx.set(11, "F");
  if (beat.at) obx.set(14, to_dtm(*beat.at));
  if (!beat.device.empty()) obx.set(18, escaped(beat.device, {}));
}

}  // namespace

Message build(const Report& report) {
  const bool alarm = report.kind == Kind::alarm || report.kind == Kind::heartbeat;
  Message out;
  Segment& header = out.segments.emplace_back(
      header_segment(alarm ? "ORU^R40^ORU_R40" : "ORU^R01^ORU_R01", report.at.value_or(Moment{})));
  if (!report.at) header.set(7, "");
  header.set(3, joined({report.sender, report.sender_id, report.sender_id.empty() ? "" : "EUI-64"}));
  header.set(10, escaped(report.control_id, {}));
  header.set(11, report.processing.empty() ? "P" : escaped(report.processing, {}));
  header.set(12, "2.6");
  header.set(15, "AL");
  header.set(16, "NE");
  header.set(21, alarm ? "IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.4.1^ISO"
                       : "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO");
  if (report.kind == Kind::answer || report.kind == Kind::other) return out;
  write_people(report, out);
  Writer writer(out);
  if (report.kind == Kind::observations) write_observations(report, writer);
  if (report.kind == Kind::heartbeat) write_heartbeat(report, writer);
  if (report.kind == Kind::alarm) {
    for (const AlarmEvent& event : report.alarms) write_alarm(event, writer);
  }
  return out;
}

}  // namespace cordon::hl7
