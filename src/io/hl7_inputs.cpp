// SPDX-License-Identifier: Apache-2.0
#include "io/hl7_inputs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/text.h"
#include "intellivue/nomenclature.h"
#include "io/gateway.h"

namespace cordon::io {

namespace {

constexpr std::size_t handle_bytes_max = 64;
constexpr std::uint32_t scada_partition = 2;  // of IEEE 11073-10101: what is measured

std::string text(std::string_view foreign) {
  return shown(foreign, device_text_bytes_max);
}

/// label_of gives the few letters that monitors write beside the number, else the device's own name for it.
std::string label_of(const hl7::Code& code) {
  const std::uint32_t number = mdc_number(code);
  if (number >> 16U == scada_partition) {
    const std::string_view known = intellivue::physio_label(static_cast<std::uint16_t>(number & 0xffffU));
    if (!known.empty()) return std::string(known);
  }
  const std::string_view name = code.name;
  return text(name.empty() ? std::string_view(code.id) : name.starts_with("MDC_") ? name.substr(4) : name);
}

event::Channel channel_of(const hl7::Code& code, const hl7::Containment& containment, const hl7::Unit& unit) {
  return {shown((code.id.empty() ? code.name : code.id) + "@" + containment.text, handle_bytes_max), mdc_number(code),
          label_of(code), shown(unit.ucum, handle_bytes_max)};
}

event::Validity validity_of(const hl7::Numeric& numeric) {
  switch (numeric.validity) {
    case hl7::Validity::valid:
      // "> 41.5" is a bound and no measured value.
      return numeric.comparator.empty() || numeric.comparator == "=" ? event::Validity::valid
                                                                     : event::Validity::questionable;
    case hl7::Validity::unconfirmed:
      return event::Validity::unconfirmed;
    case hl7::Validity::not_a_number:
      return event::Validity::invalid;
    case hl7::Validity::empty:
    case hl7::Validity::null:
    case hl7::Validity::marker:
    case hl7::Validity::not_obtained:
      return event::Validity::missing;
  }
  return event::Validity::invalid;
}

/// born_of writes YYYYMMDD as YYYY-MM-DD, empty for less than a day.
std::string born_of(std::string_view birth) {
  const auto moment = hl7::moment_of(birth);
  return moment && moment->digits >= 8 ? to_iso(moment->clock).substr(0, 10) : std::string();
}

event::PatientOffer patient_of(const hl7::Patient& patient) {
  event::PatientOffer out;
  // Of several the one by which hospitals call the person, not the visit.
  const auto chosen = std::ranges::find_if(
      patient.identifiers, [](const auto& i) { return i.type == "MR" || i.type == "PI" || i.type == "PT"; });
  if (chosen != patient.identifiers.end()) {
    out.identifier = text(chosen->id);
  } else if (!patient.identifiers.empty()) {
    out.identifier = text(patient.identifiers.front().id);
  }
  out.family = text(patient.family);
  out.given = text(patient.given);
  out.born = born_of(patient.birth);
  return out;
}

event::AlarmPriority priority_of(const hl7::AlarmEvent& alarm) {
  switch (alarm.priority) {
    case hl7::Priority::none:
      return event::AlarmPriority::none;
    case hl7::Priority::low:
      return event::AlarmPriority::low;
    case hl7::Priority::high:
      return event::AlarmPriority::high;
    case hl7::Priority::medium:
      return event::AlarmPriority::medium;
    case hl7::Priority::unstated:
    case hl7::Priority::other:
      break;
  }
  // Nobody said how urgent: loud enough to be looked at, unless it is advice.
  return alarm.type == hl7::AlarmType::advisory ? event::AlarmPriority::low : event::AlarmPriority::medium;
}

bool is_present(const hl7::AlarmEvent& alarm) {
  if (alarm.phase == hl7::Phase::end) return false;
  if (alarm.phase == hl7::Phase::reset) return alarm.state == hl7::AlarmState::active;
  return alarm.state != hl7::AlarmState::inactive;
}

bool is_silenced(const hl7::AlarmEvent& alarm) {
  return std::ranges::any_of(alarm.inactivation, [](const std::string& state) {
    return state == "audio-paused" || state == "audio-off" || state == "alarm-paused" || state == "alarm-off" ||
           state == "alert-acknowledged";
  });
}

std::string alarm_text(const hl7::AlarmEvent& alarm) {
  if (!alarm.text.empty()) return text(alarm.text);
  const std::string source = label_of(alarm.source);
  return text(source.empty() ? label_of(alarm.event) : source + ": " + label_of(alarm.event));
}

event::DeviceAlarm alarm_of(const hl7::AlarmEvent& alarm) {
  event::DeviceAlarm out;
  const std::string event = alarm.event.id.empty() ? alarm.event.name : alarm.event.id;
  out.condition = shown(event + "/" + alarm.source.id + "@" + alarm.containment.text, handle_bytes_max);
  out.priority = priority_of(alarm);
  const bool technical = alarm.type == hl7::AlarmType::technical || alarm.type == hl7::AlarmType::advisory;
  out.kind = technical ? event::AlarmKind::technical : event::AlarmKind::physiological;
  out.code = mdc_number(alarm.source);
  if (out.code == 0) out.code = mdc_number(alarm.event);
  out.text = alarm_text(alarm);
  out.present = is_present(alarm);
  out.silenced = is_silenced(alarm);
  return out;
}

std::string sender_of(const hl7::Report& report, const std::string& address) {
  return !report.sender_id.empty() ? report.sender_id : !report.sender.empty() ? report.sender : address;
}

/// own_name gives what the device states of itself; empty where a message names its sender alone.
std::string own_name(const hl7::Report& report) {
  return report.device == report.sender || report.device == report.sender_id ? std::string() : report.device;
}

}  // namespace

std::uint32_t mdc_number(const hl7::Code& code) {
  if (code.system != "MDC" && !code.name.starts_with("MDC_")) return 0;
  std::uint32_t out = 0;
  const auto end = code.id.data() + code.id.size();
  const auto done = std::from_chars(code.id.data(), end, out);
  return done.ec == std::errc() && done.ptr == end ? out : 0;
}

std::string hl7_device(const hl7::Report& report, const std::string& address) {
  if (report.dialect == hl7::Dialect::mindray_pds) return "hl7:" + address;
  std::string out = "hl7:" + sender_of(report, address);
  if (const std::string own = own_name(report); !own.empty()) {
    out += "/" + own;
  } else if (!report.bed_label.empty()) {
    out += "/bed " + report.bed.unit + " " + report.bed.room + " " + report.bed_label;
  } else if (report.kind == hl7::Kind::heartbeat) {
    return {};
  }
  return text(out);
}

std::optional<WallTime> Hl7Link::device_time(const std::optional<hl7::Moment>& moment) const {
  if (!moment || moment->digits < 14) return std::nullopt;
  if (moment->zone == hl7::ZoneOrigin::local && !reading_.utc_offset) return std::nullopt;
  return moment->utc(reading_.utc_offset.value_or(std::chrono::minutes(0)));
}

void Hl7Link::introduce(const Hl7Heard& heard, Inputs& out) {
  const hl7::Report& report = heard.report;
  if (heard.message.find("PID") != nullptr) patient_ = patient_of(report.patient);
  if (!report.bed_label.empty()) bed_label_ = text(report.bed_label);
  if (report.heartbeat && report.heartbeat->period) {
    period_ = std::min<Micros>(*report.heartbeat->period, reading_.period_max);
  }
  event::DeviceHeard now;
  now.at = heard.at;
  now.link = link_;
  now.identity = {device_,   event::Protocol::hl7, heard.address, "", text(report.sender), text(own_name(report)),
                  bed_label_};
  if (told_ && now.identity.serial.empty()) now.identity.serial = told_->identity.serial;
  if (told_ && now.identity.model.empty()) now.identity.model = told_->identity.model;
  now.patient = patient_;
  now.period = period_;
  const auto same = [](const event::DeviceHeard& a, const event::DeviceHeard& b) {
    return a.identity == b.identity && a.patient == b.patient && a.period == b.period;
  };
  if (told_ && same(*told_, now)) return;
  told_ = now;
  out.emplace_back(std::move(now));
}

void Hl7Link::numerics(const Hl7Heard& heard, Inputs& out) const {
  if (heard.report.numerics.empty()) return;
  event::NumericsHeard all{heard.at, link_, device_time(heard.report.at), {}};
  for (const hl7::Numeric& numeric : heard.report.numerics) {
    all.numerics.push_back(
        {channel_of(numeric.code, numeric.containment, numeric.unit), numeric.value.value_or(0), validity_of(numeric)});
  }
  out.emplace_back(std::move(all));
}

void Hl7Link::waves(const Hl7Heard& heard, Inputs& out) {
  for (const hl7::Wave& wave : heard.report.waves) {
    event::WaveHeard next{heard.at,     link_, std::nullopt, channel_of(wave.code, wave.containment, wave.unit),
                          wave.rate_hz, 0,     {},           event::Validity::valid};
    if (wave.rate_hz <= 0 || !wave.opaque.empty()) {
      const auto told = trouble({heard.at, link_, "dialect", "The trace " + next.channel.label + " cannot be read",
                                 "Have the sender send waves as NA with MDC_ATTR_SAMP_RATE (docs/STATION.md)"});
      out.insert(out.end(), told.begin(), told.end());
      continue;
    }
    if (wave.samples.empty()) continue;
    if (!traces_.contains(next.channel.handle) && traces_.size() >= hl7_traces_max) continue;
    const auto& moment = wave.begin ? wave.begin : heard.report.at;
    const Micros length{static_cast<std::int64_t>(static_cast<double>(wave.samples.size()) * 1e6 / wave.rate_hz)};
    next.first = traces_[next.channel.handle].place({(moment ? moment->clock : heard.at).time_since_epoch(), heard.at,
                                                     wave.samples.size(), wave.rate_hz, length / 2});
    next.device_time = device_time(wave.begin);
    next.samples.reserve(wave.samples.size());
    for (const double sample : wave.samples) {
      next.samples.push_back(std::isfinite(sample) ? static_cast<float>(sample)
                                                   : std::numeric_limits<float>::quiet_NaN());
    }
    if (wave.samples_missing == wave.samples.size()) next.validity = event::Validity::invalid;
    out.emplace_back(std::move(next));
  }
}

void Hl7Link::alarms(const Hl7Heard& heard, Inputs& out) {
  const hl7::Report& report = heard.report;
  if (report.kind != hl7::Kind::alarm) return;
  event::AlarmsHeard all{heard.at, link_, report.alarms_are_all, {}};
  const std::size_t count = std::min(report.alarms.size(), hl7_alarms_max);
  event::AlarmsHeard over{heard.at, link_, false, {}};
  for (std::size_t i = 0; i < count; ++i) {
    all.alarms.push_back(alarm_of(report.alarms[i]));
    if (report.alarms[i].phase != hl7::Phase::tpoint || !all.alarms.back().present) continue;
    over.alarms.push_back(all.alarms.back());  // a moment, not a state: it has been, and is over
    over.alarms.back().present = false;
  }
  if (report.alarms_are_all) {
    // Each list is complete for its own kind alone (MSH-10 54 and 56 of Mindray PDS); what they share is their device.
    const bool technical = report.control_id == "56";
    for (event::DeviceAlarm& alarm : all.alarms) alarm.condition.insert(0, technical ? "technical/" : "patient/");
    lists_[technical ? hl7::AlarmType::technical : hl7::AlarmType::physiological] = std::move(all.alarms);
    all.alarms.clear();
    for (const auto& [kind, list] : lists_) all.alarms.insert(all.alarms.end(), list.begin(), list.end());
  }
  out.emplace_back(std::move(all));
  if (!over.alarms.empty()) out.emplace_back(std::move(over));
}

std::vector<event::BedsideInput> Hl7Link::take(const Hl7Heard& heard) {
  Inputs out;
  introduce(heard, out);
  numerics(heard, out);
  waves(heard, out);
  alarms(heard, out);
  if (out.empty()) out.emplace_back(event::LinkAlive{heard.at, link_});
  return out;
}

std::vector<event::BedsideInput> Hl7Link::trouble(event::TroubleHeard what) {
  if (trouble_ == what.code) return {};
  trouble_ = what.code;
  what.link = link_;
  return {std::move(what)};
}

std::vector<event::BedsideInput> Hl7Link::clear(WallTime at) {
  if (trouble_.empty()) return {};
  trouble_.clear();
  return {event::TroubleHeard{at, link_, "", "", ""}};
}

}  // namespace cordon::io
