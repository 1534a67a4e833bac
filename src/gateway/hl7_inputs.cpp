// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "gateway/hl7_names.h"

namespace cordon::gateway {

namespace {

/// pds_period: monitors of Mindray PDS were seen to repeat their alarms and to show that they live each second.
constexpr Micros pds_period = std::chrono::seconds(2);

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
    case hl7::Validity::withdrawn:
      return event::Validity::missing;
  }
  return event::Validity::invalid;
}

event::Validity validity_of(hl7::Standing standing) {
  switch (standing) {
    case hl7::Standing::measured:
      return event::Validity::valid;
    case hl7::Standing::questionable:
      return event::Validity::questionable;
    case hl7::Standing::calibrating:
      return event::Validity::calibrating;
    case hl7::Standing::demo:
      return event::Validity::demo;
    case hl7::Standing::invalid:
      return event::Validity::invalid;
    case hl7::Standing::unavailable:
      return event::Validity::missing;
  }
  return event::Validity::invalid;
}

/// shown_as: where there is a value, what OBX-8 and MSH-11 say of it counts.
event::Validity shown_as(const hl7::Numeric& numeric, const hl7::Report& report) {
  const hl7::Standing standing = hl7::standing_of(numeric.flags, report);
  const bool counts = numeric.value
                          ? standing != hl7::Standing::measured
                          : standing == hl7::Standing::invalid && numeric.validity != hl7::Validity::withdrawn;
  return counts ? validity_of(standing) : validity_of(numeric);
}

/// measured_at takes the age that the message itself gives a value, so that neither zone nor clock matters; one that is
/// timed to the minute is of its end. `sent`: when it would have come, had nothing kept it on its way.
std::optional<WallTime> measured_at(const hl7::Numeric& numeric, const hl7::Report& report, WallTime sent) {
  if (!numeric.at || !report.at || numeric.at->digits < 12 || report.at->digits < 12) return std::nullopt;
  const bool zoned = numeric.at->zone != hl7::ZoneOrigin::local;
  if (zoned != (report.at->zone != hl7::ZoneOrigin::local)) return std::nullopt;
  const std::chrono::minutes none{0};
  const Micros unsaid = numeric.at->digits < 14 ? std::chrono::minutes(1) : none;
  return sent - std::max(Micros(0), Micros(report.at->utc(none) - numeric.at->utc(none)) - unsaid);
}

/// is_no_number: it is said to be measured, stands where a number has to, and is none. A ratio (1:2), two pressures in
/// one (120/80) and a comma (37,2) show no value either, and are no lie.
bool is_no_number(const hl7::Numeric& numeric, const hl7::Report& report) {
  const bool has_figure = numeric.stated.find_first_of("0123456789") != std::string::npos;
  const bool is_other_form =
      has_figure && numeric.stated.find_first_not_of("0123456789.,:/^<>=+-~% ") == std::string::npos;
  return numeric.validity == hl7::Validity::not_a_number && !is_other_form &&
         hl7::standing_of(numeric.flags, report) == hl7::Standing::measured;
}

bool has_odd_name(const hl7::Patient& patient) {
  return is_odd_name(patient.family) || is_odd_name(patient.given) ||
         std::ranges::any_of(patient.identifiers, [](const auto& each) { return is_odd_name(each.id); });
}

bool has_odd_text(const hl7::Code& code) {
  return is_odd_text(code.name) || is_odd_text(code.id);
}

/// has_odd_text: the name of a channel, its unit, or the words of an alarm.
bool has_odd_text(const hl7::Report& report) {
  const auto of_channel = [](const auto& channel) {
    return has_odd_text(channel.code) || is_odd_text(channel.unit.ucum) || is_odd_text(channel.unit.text);
  };
  const auto of_alarm = [](const hl7::AlarmEvent& alarm) {
    return is_odd_text(alarm.text) || has_odd_text(alarm.event) || has_odd_text(alarm.source);
  };
  return std::ranges::any_of(report.numerics, of_channel) || std::ranges::any_of(report.waves, of_channel) ||
         std::ranges::any_of(report.alarms, of_alarm);
}

/// is_of_another_charset: its bytes are no characters here, so that what seems to steer may be half a letter.
bool is_of_another_charset(const hl7::Report& report) {
  return std::ranges::find(report.oddities, hl7::OddityKind::charset, &hl7::Oddity::kind) != report.oddities.end();
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
    out.identifier = hl7_text(chosen->id);
  } else if (!patient.identifiers.empty()) {
    out.identifier = hl7_text(patient.identifiers.front().id);
  }
  out.family = hl7_text(patient.family);
  out.given = hl7_text(patient.given);
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
  if (alarm.phase == hl7::Phase::start || alarm.phase == hl7::Phase::escalate) return true;  // whatever else it says
  if (alarm.phase == hl7::Phase::tpoint) return true;  // it has been, whether it says that it is over or not
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
  if (!alarm.text.empty()) return hl7_text(alarm.text);
  const std::string source = hl7_label(alarm.source);
  return hl7_text(source.empty() ? hl7_label(alarm.event) : source + ": " + hl7_label(alarm.event));
}

event::DeviceAlarm alarm_of(const hl7::AlarmEvent& alarm) {
  event::DeviceAlarm out;
  out.condition = hl7_condition(alarm);
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

}  // namespace

bool Hl7Link::told_of(const hl7::Report& report) {
  return std::ranges::any_of(report.alarms, [&](const auto& alarm) { return memory_.conditions.knows(alarm); });
}

std::optional<WallTime> Hl7Link::device_time(const std::optional<hl7::Moment>& moment) const {
  if (!moment || moment->digits < 14) return std::nullopt;
  if (moment->zone == hl7::ZoneOrigin::local && !reading_.utc_offset) return std::nullopt;
  return moment->utc(reading_.utc_offset.value_or(std::chrono::minutes(0)));
}

std::optional<WallTime> Hl7Link::local_time(const std::optional<hl7::Moment>& moment) const {
  const bool is_local = moment && moment->zone == hl7::ZoneOrigin::local && !reading_.utc_offset;
  return is_local && moment->digits >= 12 ? std::optional(moment->clock) : std::nullopt;
}

void Hl7Link::note_lateness(const Hl7Heard& heard) {
  late_ = {};
  const auto& said = heard.report.at;
  if (heard.report.numerics.empty() || !said || said->digits < 14) return;
  late_ = memory_.lateness.note(said->utc(std::chrono::minutes(0)), heard.at);
}

void Hl7Link::introduce(const Hl7Heard& heard, Inputs& out) {
  const hl7::Report& report = heard.report;
  const Hl7Name name = hl7_name(report, heard.address);
  if (report.patient_stated) patient_ = patient_of(report.patient);
  if (!report.bed_label.empty()) bed_label_ = hl7_text(report.bed_label);
  if (report.heartbeat && report.heartbeat->period) {
    period_ = std::min<Micros>(*report.heartbeat->period, reading_.period_max);
    period_stated_ = true;
  }
  const bool pds = report.dialect == hl7::Dialect::mindray_pds;
  if (!period_stated_) period_ = pds ? std::min(reading_.period, pds_period) : memory_.observed.period();
  event::DeviceHeard now;
  now.at = heard.at;
  now.link = link_;
  now.identity.device = device_;
  now.identity.protocol = event::Protocol::hl7;
  now.identity.address = heard.address;
  now.identity.model = hl7_text(name.model);
  // Who is called by a bed has no name of its own, whatever its alarms state; and who has one keeps it.
  const bool has_own = report.dialect == hl7::Dialect::ihe && !name.own.empty() && device_ != name.by_place();
  if (has_own && stated_.serial.empty()) stated_.serial = hl7_text(name.own);
  if (!name.place.empty()) stated_.place = name.place;
  now.identity.serial = stated_.serial;
  now.identity.bed_label = bed_label_;
  now.identity.place = stated_.place;
  if (told_ && now.identity.model.empty()) now.identity.model = told_->identity.model;
  now.patient = patient_;
  now.period = period_;
  const auto same = [](const event::DeviceHeard& a, const event::DeviceHeard& b) {
    return a.identity == b.identity && a.patient == b.patient && a.period == b.period;
  };
  if (!std::exchange(again_, false) && told_ && same(*told_, now)) return;
  told_ = now;
  out.emplace_back(std::move(now));
}

void Hl7Link::numerics(const Hl7Heard& heard, Inputs& out) {
  if (heard.report.numerics.empty()) return;
  event::NumericsHeard all{heard.at, link_,        device_time(heard.report.at),
                           {},       std::nullopt, local_time(heard.report.at)};
  bool timed = false;
  std::map<std::pair<std::string, std::optional<WallTime>>, int> said;
  for (const hl7::Numeric& numeric : heard.report.numerics) {
    event::Channel channel = hl7_channel(numeric.code, numeric.containment, numeric.unit);
    auto measured = measured_at(numeric, heard.report, heard.at - late_);
    if (!measured && late_ > Micros{}) measured = heard.at - late_;
    // What one message says twice of one moment under one name are two sites, and neither hides the other.
    const int nth = ++said[{channel.handle, measured}];
    if (nth > 1) {
      channel.handle = hl7_key(fmt::format("{}#{}", channel.handle, nth), hl7_handle_bytes_max);
      channel.group = hl7_key(fmt::format("{} {}", channel.group, nth), hl7_handle_bytes_max);
    }
    if (!numeric.aperiodic && numeric.at && numeric.at->digits >= 14) {
      pace_.note(channel.handle, numeric.at->clock, numeric.value.has_value(), heard.at);
      timed = true;
    }
    all.numerics.push_back(
        {std::move(channel), numeric.value.value_or(event::no_number), shown_as(numeric, heard.report), measured});
  }
  // Where values have no time, that of their message has to go on, unless it never did.
  if (!timed && heard.report.at && heard.report.at->digits >= 14) {
    pace_.note("", heard.report.at->clock, pace_.has_moved(""), heard.at);
    timed = pace_.has_moved("");
  }
  if (const auto pace = timed ? pace_.pace(heard.at) : std::nullopt) {
    all.device_ticks = pace->moves;
    all.ticks_period = pace->period;
  }
  out.emplace_back(std::move(all));
}

/// waves tells whether a trace found no place.
bool Hl7Link::waves(const Hl7Heard& heard, Inputs& out) {
  bool beyond = false;
  for (const hl7::Wave& wave : heard.report.waves) {
    event::WaveHeard next{heard.at,     link_, std::nullopt, hl7_channel(wave.code, wave.containment, wave.unit),
                          wave.rate_hz, 0,     {},           event::Validity::valid};
    if (wave.rate_hz <= 0 || !wave.opaque.empty()) {
      note_unread(next.channel, heard.at, out);
      continue;
    }
    if (wave.samples.empty()) continue;
    if (!traces_.contains(next.channel.handle) && traces_.size() >= hl7_traces_max) {
      beyond = true;
      continue;
    }
    if (memory_.traces.size() < hl7_traces_max) memory_.traces.insert(next.channel.handle);
    const auto& moment = wave.begin ? wave.begin : heard.report.at;
    const Micros length{static_cast<std::int64_t>(static_cast<double>(wave.samples.size()) * 1e6 / wave.rate_hz)};
    next.first = traces_[next.channel.handle].place({(moment ? moment->clock : heard.at).time_since_epoch(), heard.at,
                                                     wave.samples.size(), wave.rate_hz, length / 2});
    const bool timed = moment && moment->digits >= 14;
    if (rates_[next.channel.handle].note({next.first, heard.at,
                                          timed ? std::optional(moment->clock.time_since_epoch()) : std::nullopt,
                                          wave.samples.size(), wave.rate_hz}))
      oddities_.rate(heard.at);
    next.device_time = device_time(wave.begin);
    next.samples.reserve(wave.samples.size());
    for (const double sample : wave.samples) next.samples.push_back(sample_of(sample));
    const hl7::Standing standing = hl7::standing_of(wave.flags, heard.report);
    const bool unsure = wave.status == "X" && standing == hl7::Standing::measured;
    next.validity = unsure ? event::Validity::unconfirmed : validity_of(standing);
    if (wave.samples_missing == wave.samples.size()) next.validity = event::Validity::invalid;
    out.emplace_back(std::move(next));
  }
  return beyond;
}

/// note_unread tells of a trace that cannot be read. One that was never shown is missed on no tile.
void Hl7Link::note_unread(const event::Channel& trace, WallTime at, Inputs& out) {
  const bool shown_once = memory_.traces.contains(trace.handle);
  const std::string code(shown_once ? "dialect" : event::trouble_aside);
  if (!shown_once && !trouble_.empty() && !event::is_aside(trouble_)) return;
  if (trouble_ != code || unread_) unread_ = at;  // else the sender's own trouble stands
  const auto told = tell({at, link_, code, "The trace " + trace.label + " cannot be read",
                          "Have the sender send waves as NA with MDC_ATTR_SAMP_RATE (docs/STATION.md)"});
  out.insert(out.end(), told.begin(), told.end());
}

/// changes: each alarm of the message is a change of one condition.
void Hl7Link::changes(const Hl7Heard& heard, Inputs& out) {
  event::AlarmsHeard all{heard.at, link_, false, {}};
  event::AlarmsHeard over{heard.at, link_, false, {}};
  const std::size_t count = std::min(heard.report.alarms.size(), hl7_alarms_max);
  for (std::size_t i = 0; i < count; ++i) {
    const hl7::AlarmEvent& alarm = heard.report.alarms[i];
    event::DeviceAlarm next = alarm_of(alarm);
    for (std::string& condition : memory_.conditions.named(alarm, next.present)) {
      next.condition = std::move(condition);
      all.alarms.push_back(next);
    }
    if (alarm.phase != hl7::Phase::tpoint || !next.present) continue;
    next.present = false;  // a moment, not a state: it has been, and is over
    (void)memory_.conditions.named(alarm, false);
    over.alarms.push_back(std::move(next));
  }
  out.emplace_back(std::move(all));
  if (!over.alarms.empty()) out.emplace_back(std::move(over));
}

/// lists: the message holds all alarms of its kind that are active (MSH-10 54 and 56 of Mindray PDS). What has left its
/// list is over, unless the list was cut off; what another link may have heard before is over only when both lists were
/// read on this one.
void Hl7Link::lists(const Hl7Heard& heard, Inputs& out) {
  const bool technical = heard.report.control_id == "56";
  auto& list = technical ? technical_list_ : patient_list_;
  std::vector<event::DeviceAlarm> now;
  const std::size_t count = std::min(heard.report.alarms.size(), hl7_alarms_max);
  const bool cut = count < heard.report.alarms.size();
  for (std::size_t i = 0; i < count; ++i) {
    now.push_back(alarm_of(heard.report.alarms[i]));
    now.back().condition =
        hl7_key((technical ? "technical/" : "patient/") + now.back().condition, hl7_handle_bytes_max);
  }
  const auto before = std::exchange(list, std::move(now)).value_or(std::vector<event::DeviceAlarm>());
  (technical ? technical_cut_ : patient_cut_) = cut;
  const bool whole = patient_list_ && technical_list_ && !patient_cut_ && !technical_cut_;
  event::AlarmsHeard all{heard.at, link_, whole, {}};
  for (const auto* one : {&patient_list_, &technical_list_}) {
    if (*one) all.alarms.insert(all.alarms.end(), (*one)->begin(), (*one)->end());
  }
  if (!all.complete && !cut) {
    for (const event::DeviceAlarm& gone : before) {
      if (std::ranges::find(*list, gone.condition, &event::DeviceAlarm::condition) != list->end()) continue;
      all.alarms.push_back(gone);
      all.alarms.back().present = false;
    }
  }
  out.emplace_back(std::move(all));
}

void Hl7Link::alarms(const Hl7Heard& heard, Inputs& out) {
  if (heard.report.alarms_are_all) {
    lists(heard, out);
  } else if (!heard.report.alarms.empty()) {
    changes(heard, out);
  }
}

/// note_crowd tells that a message has more than is taken, and takes it back when messages fit again.
void Hl7Link::note_crowd(const Hl7Heard& heard, bool traces_beyond, Inputs& out) {
  Inputs told;
  if (traces_beyond || heard.report.alarms.size() > hl7_alarms_max) {
    crowded_ = heard.at;
    told = trouble({heard.at, link_, "crowded", "The device sends more alarms or traces than are taken",
                    "Watch at the bedside what is missing here; have the sender send less"});
  } else if (crowded_ && heard.at - *crowded_ > hl7_crowded_for) {
    crowded_.reset();
    if (trouble_ == "crowded") told = clear(heard.at);
  }
  out.insert(out.end(), told.begin(), told.end());
}

/// note_names keeps what was odd in a name until another one is stated. An empty patient beside an alarm is no name.
void Hl7Link::note_names(const Hl7Heard& heard) {
  const hl7::Report& report = heard.report;
  const bool is_readable = !is_of_another_charset(report);
  const hl7::Patient& patient = report.patient;
  const bool is_named = !patient.family.empty() || !patient.identifiers.empty();
  if (report.patient_stated && (is_named || report.kind == hl7::Kind::observations))
    odd_patient_ = is_readable && has_odd_name(patient);
  if (!report.bed_label.empty()) odd_bed_ = is_readable && is_odd_name(report.bed_label);
  if (report.device_stated) odd_device_ = is_readable && is_odd_name(report.device);
  const bool odd_sender = is_readable && (is_odd_name(report.sender) || is_odd_name(report.sender_id));
  oddities_.name(odd_patient_ || odd_bed_ || odd_device_ || odd_sender);
  if (is_readable && has_odd_text(report)) oddities_.text(heard.at);
}

/// note_oddities tells of one beside no other trouble, and takes it back when nothing odd stands any more.
void Hl7Link::note_oddities(const Hl7Heard& heard, Inputs& out) {
  const auto is_text = [](const hl7::Numeric& numeric) { return numeric.as_text && !numeric.stated.empty(); };
  const auto is_none = [&](const hl7::Numeric& numeric) { return is_no_number(numeric, heard.report); };
  if (std::ranges::any_of(heard.report.numerics, is_none)) oddities_.number(heard.at);
  if (std::ranges::any_of(heard.report.numerics, is_text)) oddities_.text_read(heard.at);
  if (std::ranges::any_of(heard.report.findings, &hl7::Finding::measured)) oddities_.text_unread(heard.at);
  note_names(heard);
  const bool told_odd = is_odd_trouble(trouble_);
  if (!trouble_.empty() && !told_odd && trouble_ != event::trouble_aside) return;
  Inputs told;
  if (const auto odd = oddities_.standing(heard.at)) {
    event::TroubleHeard what = odd_trouble(*odd);
    if (event::is_aside(what.code) && trouble_ == event::trouble_aside) return;
    what.at = heard.at;
    told = trouble(std::move(what));
  } else if (told_odd) {
    told = clear(heard.at);
  }
  out.insert(out.end(), told.begin(), told.end());
}

std::vector<event::BedsideInput> Hl7Link::take(const Hl7Heard& heard) {
  Inputs out;
  memory_.observed.note(heard.at);
  introduce(heard, out);
  note_lateness(heard);
  numerics(heard, out);
  const bool traces_beyond = waves(heard, out);
  if (unread_ && heard.at - *unread_ > hl7_unread_for) {
    for (event::BedsideInput& over : clear(heard.at)) out.push_back(std::move(over));
  }
  alarms(heard, out);
  note_crowd(heard, traces_beyond, out);
  note_oddities(heard, out);
  if (out.empty()) out.emplace_back(event::LinkAlive{heard.at, link_});
  return out;
}

std::vector<event::BedsideInput> Hl7Link::trouble(event::TroubleHeard what) {
  unread_.reset();
  return tell(std::move(what));
}

Hl7Link::Inputs Hl7Link::tell(event::TroubleHeard what) {
  if (trouble_ == what.code) return {};
  trouble_ = what.code;
  what.link = link_;
  return {std::move(what)};
}

std::vector<event::BedsideInput> Hl7Link::clear(WallTime at) {
  unread_.reset();
  if (trouble_.empty()) return {};
  trouble_.clear();
  return {event::TroubleHeard{at, link_, "", "", ""}};
}

}  // namespace cordon::gateway
