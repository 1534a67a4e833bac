// SPDX-License-Identifier: Apache-2.0
#include "gateway/intellivue_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "gateway/gateway.h"
#include "intellivue/codes.h"
#include "intellivue/nomenclature.h"

namespace cordon::gateway {

namespace {

namespace iv = intellivue;

constexpr Micros tick_length{125};
constexpr Micros unbroken_tolerance = std::chrono::seconds(1);  // where no answer is missing

std::string text(std::string_view foreign) {
  return shown(foreign, device_text_bytes_max);
}

event::Validity validity_of(iv::Validity validity) {
  switch (validity) {
    case iv::Validity::valid:
      return event::Validity::valid;
    case iv::Validity::questionable:
      return event::Validity::questionable;
    case iv::Validity::calibrating:
      return event::Validity::calibrating;
    case iv::Validity::demonstration:
    case iv::Validity::test:
      return event::Validity::demo;
    case iv::Validity::unavailable:
      return event::Validity::missing;
    case iv::Validity::invalid:
      return event::Validity::invalid;
  }
  return event::Validity::invalid;
}

/// in_demonstration: of a monitor in that mode no number is a patient's.
event::Validity in_demonstration(event::Validity validity) {
  return validity == event::Validity::valid || validity == event::Validity::questionable ? event::Validity::demo
                                                                                         : validity;
}

event::Channel channel_of(const iv::ObjectKey& key, std::uint16_t physio_id, const std::string& label,
                          std::string_view ucum) {
  const std::string_view name = iv::mdc_name(physio_id);
  const std::string fallback = name.empty() ? fmt::format("{:04X}", physio_id) : std::string(name);
  return {fmt::format("{}.{}.{:04X}", key.context, key.handle, physio_id), iv::mdc_code(physio_id).value_or(0),
          text(label.empty() ? fallback : label), std::string(ucum), fmt::format("{}.{}", key.context, key.handle)};
}

event::AlarmPriority priority_of(iv::AlarmPriority priority) {
  switch (priority) {
    case iv::AlarmPriority::none:
      return event::AlarmPriority::none;
    case iv::AlarmPriority::low:
      return event::AlarmPriority::low;
    case iv::AlarmPriority::medium:
      return event::AlarmPriority::medium;
    case iv::AlarmPriority::high:
      return event::AlarmPriority::high;
  }
  return event::AlarmPriority::high;
}

event::DeviceAlarm alarm_of(const iv::Alarm& alarm) {
  const bool technical = alarm.kind == iv::AlarmKind::technical;
  event::DeviceAlarm out;
  out.condition = fmt::format("{}/{:04X}/{:04X}/{}.{}", technical ? "technical" : "patient", alarm.source, alarm.code,
                              alarm.object.handle, alarm.instance);
  out.priority = priority_of(alarm.priority);
  out.kind = technical ? event::AlarmKind::technical : event::AlarmKind::physiological;
  // The guide, "Device P-Alarm List": the lowest bit of the code says where the source is from; 1 is the object
  // oriented partition, in which the same number is something else.
  const bool measured = (alarm.code & 1U) == 0;
  if (measured) out.code = iv::mdc_code(alarm.source).value_or(0);
  out.text = text(alarm.text);
  if (out.text.empty()) {
    const std::string_view label = measured ? iv::physio_label(alarm.source) : std::string_view{};
    out.text = label.empty() ? fmt::format("{:04X}:{:04X}", alarm.source, alarm.code)
                             : fmt::format("{} {:04X}", label, alarm.code);
  }
  constexpr unsigned quiet = iv::code::alarm_inhibited | iv::code::alarm_suspended | iv::code::alarm_silenced;
  out.silenced = (alarm.state & quiet) != 0;
  return out;
}

std::vector<event::DeviceAlarm> alarms_of(const iv::AlarmList& list) {
  std::vector<event::DeviceAlarm> out;
  for (const iv::Alarm& alarm : list.alarms) out.push_back(alarm_of(alarm));
  return out;
}

/// device_name writes a system id as the address that it is; a monitor without one is called by its IP address.
std::string device_name(const iv::Device& device, const std::string& address) {
  constexpr std::size_t digits = 12;
  std::string out = "intellivue:";
  if (device.system_id.size() < digits) return out + address;
  for (std::size_t i = 0; i + 1 < device.system_id.size(); i += 2) {
    if (i > 0) out += ':';
    out += device.system_id.substr(i, 2);
  }
  return text(out);
}

/// TroubleWords: the code for which the station's screen has words, and what is wrong where it has none.
struct TroubleWords {
  IntellivueProblem problem;
  std::string_view code;
  std::string_view text;
};

std::optional<TroubleWords> words_of_trouble(iv::TroubleKind kind) {
  using enum IntellivueProblem;
  switch (kind) {
    case iv::TroubleKind::no_answer:
      return TroubleWords{unreached, "no_answer", "The monitor does not answer"};
    case iv::TroubleKind::refused:
      return TroubleWords{unreached, "refused", "The monitor refuses: another program has its data port"};
    case iv::TroubleKind::aborted:
    case iv::TroubleKind::released:
      return TroubleWords{unreached, "ended", "The monitor ended the link"};
    case iv::TroubleKind::no_alarms:
      return TroubleWords{no_alarms, "no_alarms", "The monitor sends no alarms"};
    case iv::TroubleKind::no_numerics:
      return TroubleWords{no_numerics, "no_numerics", "The monitor sends no numbers"};
    case iv::TroubleKind::no_waves:
      return TroubleWords{no_waves, "no_waves", "The monitor sends no waves"};
    case iv::TroubleKind::damaged_alarms:
      return TroubleWords{damaged_alarms, "dialect", "A list of alarms cannot be read"};
    case iv::TroubleKind::unreadable:
      return TroubleWords{unreadable, "dialect", "Part of what the monitor sends cannot be read"};
    case iv::TroubleKind::unseen:
      return TroubleWords{unseen, event::trouble_aside, "What was never shown cannot be read"};
    case iv::TroubleKind::too_many_objects:
      return TroubleWords{crowded, "crowded", "The monitor has more values than are kept"};
    case iv::TroubleKind::silent:           // the station sees that itself: nothing is said of such a link
    case iv::TroubleKind::request_refused:  // a monitor without such an object: nothing is missing
      return std::nullopt;
  }
  return std::nullopt;
}

event::DeviceAlarm condition_of(const char* name, const char* words) {
  return {name, event::AlarmPriority::low, event::AlarmKind::technical, 0, words, true, true};
}
constexpr const char* suspended_name = "suspended";
constexpr const char* standby_name = "standby";

}  // namespace

Micros IntellivueLink::unwrapped(iv::Ticks ticks, std::uint16_t sequence) {
  // Modular arithmetic: what is at most three days behind is a step back.
  ticks_total_ = ticks_ ? ticks_total_ + static_cast<std::int32_t>(ticks - *ticks_) : ticks;
  // Who numbers no answer (mdpnp's simulators) or says 0 for ever counts nothing, and does not stand still.
  counts_ = counts_ || (ticks_ && *ticks_ != ticks) || (ticks != 0 && sequence != 0);
  ticks_ = ticks;
  return ticks_total_ * tick_length;
}

void IntellivueLink::introduce(WallTime at, Inputs& out) {
  if (!open_) return;
  event::DeviceHeard now;
  now.at = at;
  now.link = link_;
  now.identity = {device_name(device_, address_),
                  event::Protocol::intellivue,
                  address_,
                  text(device_.manufacturer),
                  text(device_.model),
                  text(device_.system_id),
                  text(device_.bed)};
  now.patient = patient_;
  now.period = intellivue_period;
  now.spoke = associated_;
  const bool another = !told_.identity.device.empty() && told_.identity.device != now.identity.device;
  if (told_.link == link_ && another) {  // one association, another monitor: a link never changes its device
    out.emplace_back(event::DeviceGone{at, link_, "it says it is another device"});
    now.link = link_ = new_link_();
    forget();
    now.patient = {};
  }
  if (told_.link == now.link && told_.identity == now.identity && told_.patient == now.patient) return;
  told_ = now;
  out.emplace_back(std::move(now));
}

/// forget: on a new link nothing is known yet, and nothing that is not known has ended.
void IntellivueLink::forget() {
  problems_.clear();
  trouble_.clear();
  damaged_.clear();
  patient_ = {};
  patient_alarms_.reset();
  technical_alarms_.reset();
  suspended_.reset();
  asleep_ = false;
  said_alarms_.clear();
  traces_.clear();
  rates_.clear();
  traces_beyond_.reset();
  oddities_ = {};
  odd_patient_ = false;
  ticks_.reset();
  clock_ahead_.reset();
}

void IntellivueLink::open(WallTime at, Inputs& out) {
  link_ = new_link_();
  open_ = true;
  forget();
  alarms_came_ = in_standby();
  introduce(at, out);
}

void IntellivueLink::know(const event::DeviceIdentity& known) {
  device_.bed = known.bed_label;
  device_.manufacturer = known.maker;
  device_.model = known.model;
  device_.system_id = known.serial;
}

std::vector<event::BedsideInput> IntellivueLink::gone(WallTime at, std::string why) {
  if (!std::exchange(open_, false)) return {};
  return {event::DeviceGone{at, link_, std::move(why)}};
}

std::vector<event::BedsideInput> IntellivueLink::alive(WallTime at) const {
  if (!open_) return {};
  return {event::LinkAlive{at, link_}};
}

std::vector<event::BedsideInput> IntellivueLink::flooded(WallTime at, bool now) {
  Inputs out;
  if (link_ == 0) return out;
  if (now) {
    problems_[IntellivueProblem::flood] = {
        at, link_, "flood", "More comes from the monitor's address than a monitor sends",
        "Look for a fault, or for somebody who uses its address; the other monitors are not held up"};
  } else {
    problems_.erase(IntellivueProblem::flood);
  }
  say_trouble(at, out);
  return out;
}

/// say_trouble tells the gravest problem when it is another one than was told.
void IntellivueLink::say_trouble(WallTime at, Inputs& out) {
  event::TroubleHeard now;
  if (!problems_.empty()) now = problems_.begin()->second;
  if (now.code == trouble_) return;
  trouble_ = now.code;
  now.at = at;
  now.link = link_;
  out.emplace_back(std::move(now));
}

void IntellivueLink::data_came(WallTime at, Inputs& out) {
  // What else may be wrong data alone do not end: they come in spite of it.
  if (problems_.erase(IntellivueProblem::unreached) > 0) say_trouble(at, out);
}

void IntellivueLink::on(const iv::Numeric& numeric, WallTime at, Inputs& out) {
  data_came(at, out);
  if (is_odd_text(numeric.label)) oddities_.text(at);
  event::Validity validity = validity_of(numeric.validity);
  if (device_.demonstration) validity = in_demonstration(validity);
  // NaN is how the guide says that there is no value; an infinite one is none, whatever stands beside it.
  if (std::isinf(numeric.value) && validity != event::Validity::missing && validity != event::Validity::invalid)
    oddities_.number(at);
  if (!std::isfinite(numeric.value)) validity = event::Validity::missing;
  const double value = std::isfinite(numeric.value) ? numeric.value : event::no_number;
  if (numeric.clock) clock_ahead_ = *numeric.clock - at;
  auto* all = out.empty() ? nullptr : std::get_if<event::NumericsHeard>(&out.back());
  if (all == nullptr) {
    const std::int64_t ticks = unwrapped(numeric.at, numeric.sequence) / tick_length;
    out.emplace_back(event::NumericsHeard{at, link_, std::nullopt, {}});
    all = std::get_if<event::NumericsHeard>(&out.back());
    if (counts_) all->device_ticks = ticks;
    if (clock_ahead_) all->local_time = at + *clock_ahead_;
  }
  all->numerics.push_back({channel_of(numeric.key, numeric.physio_id, numeric.label, numeric.ucum), value, validity,
                           numeric.age ? std::optional(at - *numeric.age) : std::nullopt});
}

void IntellivueLink::on(const iv::Wave& wave, WallTime at, Inputs& out) {
  data_came(at, out);
  if (is_odd_text(wave.label)) oddities_.text(at);
  if (wave.values.empty() || wave.sample_period == 0) return;
  event::WaveHeard next;
  next.at = at;
  next.link = link_;
  next.channel = channel_of(wave.key, wave.physio_id, wave.label, wave.scaled ? wave.ucum : std::string_view{});
  next.rate_hz = static_cast<double>(iv::ticks_per_second) / wave.sample_period;
  next.validity = validity_of(wave.validity);
  if (device_.demonstration) next.validity = in_demonstration(next.validity);
  if (!traces_.contains(next.channel.handle) && traces_.size() >= intellivue_traces_max) return crowd(at, out);
  const Micros length = static_cast<std::int64_t>(wave.values.size()) * wave.sample_period * tick_length;
  const Micros begin = unwrapped(wave.at, wave.sequence);
  next.first = traces_[next.channel.handle].place(
      {begin, at, wave.values.size(), next.rate_hz, wave.gap ? length / 2 : unbroken_tolerance, counts_});
  RateWatch& rate = rates_[next.channel.handle];
  if (wave.gap) rate.gap();
  if (rate.note({next.first, at, begin, wave.values.size(), next.rate_hz})) oddities_.rate(at);
  for (std::size_t i = 0; i < wave.values.size(); ++i) {
    const bool none = i < wave.marks.size() && (wave.marks[i] & iv::mark_invalid) != 0;
    next.samples.push_back(none ? std::numeric_limits<float>::quiet_NaN() : sample_of(wave.values[i]));
  }
  out.emplace_back(std::move(next));
}

void IntellivueLink::crowd(WallTime at, Inputs& out) {
  traces_beyond_ = at;
  const iv::Remedy remedy = iv::remedy(iv::TroubleKind::too_many_objects);
  problems_[IntellivueProblem::crowded] = {at, link_, "crowded", "The monitor has more traces than are kept",
                                           fmt::format("{} / {}", remedy.french, remedy.english)};
  say_trouble(at, out);
}

/// calm takes back that there were too many traces when they fit again.
void IntellivueLink::calm(WallTime at, Inputs& out) {
  if (!traces_beyond_ || at - *traces_beyond_ <= intellivue_crowded_for) return;
  traces_beyond_.reset();
  problems_.erase(IntellivueProblem::crowded);
  say_trouble(at, out);
}

/// note_oddities tells what odd things stand. A link that was never open has said none.
void IntellivueLink::note_oddities(WallTime at, Inputs& out) {
  oddities_.name(odd_patient_ || odd_device_);
  const auto odd = oddities_.standing(at);
  if (odd) {
    problems_[IntellivueProblem::odd] = odd_trouble(*odd);
  } else if (problems_.erase(IntellivueProblem::odd) == 0) {
    return;
  }
  say_trouble(at, out);
}

/// say_again says who the monitor is, what is wrong with it and which alarms stand, as if nothing of it had been said.
void IntellivueLink::say_again(WallTime at, Inputs& out) {
  told_.identity = {};
  introduce(at, out);
  trouble_.clear();
  say_trouble(at, out);
  say_alarms(at, out);
}

bool IntellivueLink::alarms_are_read() const {
  return patient_alarms_ && technical_alarms_ && suspended_;
}

/// is_read: the list to which an alarm belongs was read on this link.
bool IntellivueLink::is_read(const event::DeviceAlarm& alarm) const {
  if (alarm.condition == standby_name) return true;
  if (alarm.condition == suspended_name) return suspended_.has_value();
  return (alarm.kind == event::AlarmKind::technical ? technical_alarms_ : patient_alarms_).has_value();
}

std::vector<event::DeviceAlarm> IntellivueLink::standing() const {
  std::vector<event::DeviceAlarm> out;
  for (const auto* list : {&patient_alarms_, &technical_alarms_}) {
    if (*list) out.insert(out.end(), (*list)->begin(), (*list)->end());
  }
  if (suspended_.value_or(false)) {
    out.push_back(condition_of(suspended_name, "Alarmes suspendues au moniteur / alarms paused at the monitor"));
  }
  if (in_standby()) {
    out.push_back(condition_of(standby_name,
                               "Moniteur en veille : personne n'est surveillé / monitor in standby: "
                               "nobody is monitored"));
  }
  return out;
}

/// say_alarms names all that stands. Where something was not read, what is not named has not ended: an alarm that stood
/// before the link came back would lose whoever had seen it, and one that still stands would fall silent.
void IntellivueLink::say_alarms(WallTime at, Inputs& out) {
  event::AlarmsHeard all{at, link_, alarms_are_read(), standing()};
  const std::vector<event::DeviceAlarm> now = all.alarms;
  const auto stands = [&](const event::DeviceAlarm& was) {
    return std::ranges::find(now, was.condition, &event::DeviceAlarm::condition) != now.end();
  };
  for (event::DeviceAlarm& was : said_alarms_) {
    if (all.complete || !is_read(was) || stands(was)) continue;
    was.present = false;
    all.alarms.push_back(was);
  }
  said_alarms_ = now;
  out.emplace_back(std::move(all));
}

void IntellivueLink::on(const iv::AlarmList& list, WallTime at, Inputs& out) {
  data_came(at, out);
  const bool patient = list.kind == iv::AlarmKind::patient;
  // A monitor that sends its lists a second time without a summary has none.
  if (patient && patient_alarms_ && !suspended_) suspended_ = false;
  (patient ? patient_alarms_ : technical_alarms_) = alarms_of(list);
  if (std::ranges::any_of(list.alarms, is_odd_text, &iv::Alarm::text)) oddities_.text(at);
  alarms_came_ = true;
  damaged_.erase(patient ? iv::code::attr_patient_alarms : iv::code::attr_technical_alarms);
  if (damaged_.empty() && problems_.erase(IntellivueProblem::damaged_alarms) > 0) say_trouble(at, out);
}

void IntellivueLink::on(const iv::AlarmSummary& summary, WallTime at, Inputs& out) {
  data_came(at, out);
  suspended_ = summary.suspended;
  asleep_ = summary.standby;
  alarms_came_ = true;
}

void IntellivueLink::on(const iv::Patient& patient, WallTime at, Inputs& out) {
  patient_ = {};
  const bool admitted = patient.state == iv::PatientState::admitted || patient.state == iv::PatientState::pre_admitted;
  odd_patient_ = admitted && (is_odd_name(patient.family) || is_odd_name(patient.given) || is_odd_name(patient.id));
  if (admitted) {
    patient_ = {text(patient.id), text(patient.family), text(patient.given), text(patient.birth.substr(0, 10))};
  }
  introduce(at, out);
}

void IntellivueLink::on(const iv::Device& device, WallTime at, Inputs& out) {
  const bool was_in_standby = in_standby();
  device_ = device;
  odd_device_ = is_odd_name(device.bed) || is_odd_name(device.manufacturer) || is_odd_name(device.model);
  if (device.clock) clock_ahead_ = *device.clock - at;
  introduce(at, out);
  if (open_ && was_in_standby != in_standby()) alarms_came_ = true;
}

void IntellivueLink::on(const iv::Trouble& trouble, WallTime at, Inputs& out) {
  const std::optional<TroubleWords> words = words_of_trouble(trouble.kind);
  if (!words) return;
  if (link_ == 0) {  // never associated: known by its address alone, and to be seen all the same
    open(at, out);
    open_ = false;
  }
  if (trouble.kind == iv::TroubleKind::damaged_alarms) {  // what stands in it is not known any more
    (trouble.detail == iv::code::attr_patient_alarms ? patient_alarms_ : technical_alarms_).reset();
    damaged_.insert(trouble.detail);
    alarms_came_ = true;
  }
  if (trouble.present) {
    const iv::Remedy remedy = iv::remedy(trouble.kind);
    problems_[words->problem] = {at, link_, std::string(words->code), std::string(words->text),
                                 fmt::format("{} / {}", remedy.french, remedy.english)};
  } else {
    problems_.erase(words->problem);
  }
  say_trouble(at, out);
}

void IntellivueLink::on(const iv::PhaseChanged& changed, WallTime at, Inputs& out) {
  if (changed.phase == iv::Phase::polling) {
    associated_ = true;
    // Another number than before: what was said on the old link is the old link's.
    if (link_ != 0 && !told_.identity.device.empty() && told_.identity.device != device_name(device_, address_)) {
      out.emplace_back(event::DeviceGone{at, link_, "it has said its name"});
    }
    open(at, out);
  } else if (changed.phase == iv::Phase::waiting || changed.phase == iv::Phase::released) {
    for (event::BedsideInput& input : gone(at, "the association has ended")) out.push_back(std::move(input));
  }
}

std::vector<event::BedsideInput> IntellivueLink::take(const std::vector<iv::Report>& reports, WallTime at) {
  Inputs out;
  for (const iv::Report& report : reports) {
    std::visit([&](const auto& r) { on(r, at, out); }, report);
  }
  calm(at, out);
  note_oddities(at, out);
  const bool came = std::exchange(alarms_came_, false);
  if (open_ && std::exchange(again_, false)) {
    say_again(at, out);
  } else if (open_ && came) {
    say_alarms(at, out);
  }
  return out;
}

}  // namespace cordon::gateway
