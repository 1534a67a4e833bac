// SPDX-License-Identifier: Apache-2.0
#include "gateway/sdc_readings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "gateway/gateway.h"
#include "gateway/oddities.h"
#include "gateway/sample_index.h"

namespace cordon::gateway {
namespace {

constexpr std::size_t hash_bytes_in_handle = 17;                   // "~" and 16 digits
constexpr sdc::Nanos period_min = std::chrono::microseconds(100);  // 10 kHz; ECG has 500 Hz, EMG 4 kHz
constexpr sdc::Nanos period_max = std::chrono::seconds(10);

std::string shown_word(std::string_view foreign) {
  return shown(foreign, device_text_bytes_max);
}

/// fnv1a is the 64-bit hash of Fowler, Noll and Vo (draft-eastlake-fnv), the same in every build.
std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::string label_of(const sdc::Subject& subject) {
  for (const std::string* text : {&subject.label, &subject.code, &subject.handle})
    if (std::string out = shown_word(*text); !out.empty()) return out;
  return {};
}

bool is_off(std::optional<sdc::Activation> activation) {
  return activation && *activation != sdc::Activation::on;
}

/// system_is_silent: the whole alert system of that sub-device is off or paused, or its sound is.
bool system_is_silent(const std::vector<sdc::AlertSystem>& systems, std::string_view mds) {
  return std::ranges::any_of(systems, [&](const sdc::AlertSystem& system) {
    if (system.subject.mds != mds) return false;
    if (is_off(system.activation)) return true;
    return std::ranges::any_of(system.signals, [](const sdc::SystemSignal& signal) {
      return signal.manifestation == sdc::Manifestation::audible && is_off(signal.activation);
    });
  });
}

/// signals_are_silent: it has sounds, and each of them is off, paused or acknowledged.
bool signals_are_silent(const std::vector<sdc::Signal>& signals) {
  bool has_sound = false;
  for (const sdc::Signal& signal : signals) {
    if (signal.manifestation != sdc::Manifestation::audible) continue;
    has_sound = true;
    if (!is_off(signal.activation) && signal.presence != sdc::SignalPresence::acknowledged) return false;
  }
  return has_sound;
}

/// is_present: what the device says is there is there, whatever else is off; only where it does not say is an alarm
/// that nobody looks for taken as none.
bool is_present(const sdc::Alarm& alarm) {
  if (alarm.presence) return *alarm.presence;
  if (is_off(alarm.activation)) return false;
  return std::ranges::any_of(alarm.signals, [](const auto& s) { return s.presence == sdc::SignalPresence::on; });
}

event::AlarmPriority priority_of(std::optional<sdc::Priority> priority) {
  switch (priority.value_or(sdc::Priority::medium)) {  // one whose priority was lost is not made small
    case sdc::Priority::none:
      return event::AlarmPriority::none;
    case sdc::Priority::low:
      return event::AlarmPriority::low;
    case sdc::Priority::medium:
      return event::AlarmPriority::medium;
    case sdc::Priority::high:
      return event::AlarmPriority::high;
  }
  return event::AlarmPriority::medium;
}

event::DeviceAlarm alarm_of(const sdc::Alarm& alarm, const std::vector<sdc::AlertSystem>& systems) {
  event::DeviceAlarm out;
  out.condition = sdc_handle(alarm.subject.handle);
  out.priority = priority_of(alarm.priority);
  out.kind =
      alarm.kind == sdc::ConditionKind::technical ? event::AlarmKind::technical : event::AlarmKind::physiological;
  out.code = alarm.subject.mdc.value_or(0);
  out.text = label_of(alarm.subject);
  out.present = is_present(alarm);
  out.silenced = out.present && (system_is_silent(systems, alarm.subject.mds) || signals_are_silent(alarm.signals));
  return out;
}

/// suspended tells of an alert system that finds nothing: no alarm of its will come, and somebody has to know.
event::DeviceAlarm suspended(const sdc::AlertSystem& system) {
  return {"suspended:" + sdc_handle(system.subject.handle),
          event::AlarmPriority::low,
          event::AlarmKind::technical,
          0,
          "Alarmes arrêtées ou suspendues à l’appareil / alarms off or paused at the device",
          true,
          true};
}

/// measured_at is a device's time by our clock, and never later than now.
std::optional<WallTime> measured_at(std::optional<WallTime> determined, SdcStamp stamp) {
  if (!determined || !stamp.ahead) return std::nullopt;
  return std::min(*determined - *stamp.ahead, stamp.at);
}

bool is_associated(std::optional<sdc::Association> association) {
  return association == sdc::Association::associated;
}

/// day_of gives YYYY-MM-DD, "" for a date that has no day.
std::string day_of(std::string_view date) {
  constexpr std::string_view form = "dddd-dd-dd";
  if (date.size() < form.size()) return {};
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == '-' ? date[i] != '-' : date[i] < '0' || date[i] > '9') return {};
  return std::string(date.substr(0, form.size()));
}

event::PatientOffer offer_of(const sdc::PatientOffer& patient) {
  event::PatientOffer out;
  for (const sdc::Identifier& identifier : patient.identifiers)
    if (out.identifier.empty()) out.identifier = shown_word(identifier.extension);
  out.family = shown_word(patient.person.family_name);
  out.given = shown_word(patient.person.given_name);
  out.born = day_of(patient.person.date_of_birth);
  return out;
}

std::vector<event::PatientOffer> offers_of(const std::vector<sdc::PatientOffer>& patients) {
  std::vector<event::PatientOffer> out;
  for (const sdc::PatientOffer& patient : patients) {
    if (!is_associated(patient.association)) continue;
    event::PatientOffer offer = offer_of(patient);
    if (!offer.empty() && std::ranges::find(out, offer) == out.end()) out.push_back(std::move(offer));
  }
  return out;
}

std::string place_of(const sdc::Location& location) {
  std::string out;
  for (const std::string* part : {&location.point_of_care, &location.room, &location.bed})
    if (!part->empty()) out += (out.empty() ? "" : " ") + *part;
  return shown_word(out);
}

}  // namespace

std::string sdc_handle(std::string_view handle) {
  std::string out = shown_word(handle);
  if (out == handle) return out;
  out = shown(handle, device_text_bytes_max - hash_bytes_in_handle);
  return out + fmt::format("~{:016x}", fnv1a(handle));
}

event::Channel sdc_channel(const sdc::Subject& subject, const sdc::Unit& unit) {
  event::Channel out{sdc_handle(subject.handle), subject.mdc.value_or(0), label_of(subject), shown_word(unit.ucum),
                     sdc_handle(subject.channel)};
  if (out.unit.empty() && !unit.label.empty()) out.label = shown_word(out.label + " [" + unit.label + "]");
  return out;
}

event::Validity sdc_validity(const SdcQuality& quality) {
  using sdc::Activation;
  using sdc::Validity;
  const Validity said = quality.validity.value_or(Validity::valid);
  if (quality.activation == Activation::failure) return event::Validity::invalid;
  if (is_off(quality.activation) || said == Validity::unavailable) return event::Validity::missing;
  if (said == Validity::invalid || said == Validity::overflow || said == Validity::underflow)
    return event::Validity::invalid;
  if (said == Validity::calibrating) return event::Validity::calibrating;
  if (!quality.has_value) return event::Validity::missing;
  if (quality.mode == sdc::Mode::test || quality.mode == sdc::Mode::demo) return event::Validity::demo;
  // Not described: what it measures in which unit may have changed.
  if (!quality.described || said == Validity::questionable || said == Validity::ongoing)
    return event::Validity::questionable;
  return event::Validity::valid;
}

std::optional<event::NumericsHeard> sdc_numerics(const std::vector<sdc::Numeric>& numerics, SdcStamp stamp) {
  if (numerics.empty()) return std::nullopt;
  event::NumericsHeard out{stamp.at, stamp.link, std::nullopt, {}};
  for (const sdc::Numeric& each : numerics) {
    out.numerics.push_back(
        {sdc_channel(each.subject, each.unit), each.value.value_or(event::no_number),
         sdc_validity({each.value.has_value(), each.validity, each.mode, each.activation, each.subject.described}),
         measured_at(each.determined, stamp)});
    if (each.determined && (!out.device_time || *each.determined > *out.device_time)) out.device_time = each.determined;
  }
  return out;
}

std::optional<event::WaveHeard> sdc_wave(const sdc::Wave& wave, std::uint64_t first, SdcStamp stamp) {
  if (wave.samples.empty() || !wave.period || *wave.period < period_min || *wave.period > period_max)
    return std::nullopt;
  event::WaveHeard out;
  out.at = stamp.at;
  out.link = stamp.link;
  out.device_time = wave.determined;
  out.channel = sdc_channel(wave.subject, wave.unit);
  out.rate_hz = 1e9 / static_cast<double>(wave.period->count());
  out.first = first;
  out.samples.reserve(wave.samples.size());
  for (const double sample : wave.samples) out.samples.push_back(sample_of(sample));
  out.validity = sdc_validity({true, wave.validity, wave.mode, wave.activation, wave.subject.described});
  return out;
}

bool sdc_is_measured(const sdc::Wave& wave) {
  const event::Validity validity =
      sdc_validity({true, wave.validity, wave.mode, wave.activation, wave.subject.described});
  return validity != event::Validity::missing && validity != event::Validity::invalid;
}

event::WaveHeard sdc_wave_ended(const event::Channel& channel, SdcStamp stamp) {
  return {stamp.at, stamp.link, std::nullopt, channel, 0, 0, {}, event::Validity::missing};
}

event::AlarmsHeard sdc_alarms(const SdcAlarmList& list, SdcStamp stamp) {
  event::AlarmsHeard out{stamp.at, stamp.link, list.complete, {}};
  for (const sdc::Alarm& alarm : list.alarms) {
    event::DeviceAlarm each = alarm_of(alarm, list.systems);
    if (each.present || !list.complete) out.alarms.push_back(std::move(each));
  }
  for (const sdc::AlertSystem& system : list.systems) {
    if (list.complete && is_off(system.activation)) out.alarms.push_back(suspended(system));
  }
  return out;
}

SdcSaying sdc_saying(const sdc::Outcome& outcome, bool is_open) {
  SdcSaying out;
  out.whole = outcome.loaded;
  if (!outcome.applied) return out;
  const sdc::Applied& applied = *outcome.applied;
  if (applied.order == sdc::Order::no_mdib || applied.order == sdc::Order::new_sequence) return out;
  const sdc::Readings& said = applied.readings;
  out.changes = true;
  out.whole = out.whole || applied.description_changed || !is_open;
  // A pause of the bedside's sound changes every alarm.
  out.frame = !said.patients.empty() || !said.locations.empty() || !said.alert_systems.empty();
  out.alarms = !out.frame && !said.alarms.empty();
  return out;
}

event::PatientOffer sdc_patient(const std::vector<sdc::PatientOffer>& patients) {
  std::vector<event::PatientOffer> offers = offers_of(patients);
  return offers.size() == 1 ? std::move(offers.front()) : event::PatientOffer{};
}

bool sdc_has_several_patients(const std::vector<sdc::PatientOffer>& patients) {
  return offers_of(patients).size() > 1;
}

bool sdc_has_odd_name(const sdc::Readings& all, const sdc::Metadata& metadata) {
  const auto of_patient = [](const sdc::PatientOffer& each) {
    const auto odd_id = [](const sdc::Identifier& identifier) { return is_odd_name(identifier.extension); };
    return is_associated(each.association) &&
           (is_odd_name(each.person.family_name) || is_odd_name(each.person.given_name) ||
            std::ranges::any_of(each.identifiers, odd_id));
  };
  const auto of_place = [](const sdc::LocationOffer& each) {
    const sdc::Location& at = each.location;
    return is_associated(each.association) &&
           (is_odd_name(at.point_of_care) || is_odd_name(at.room) || is_odd_name(at.bed));
  };
  const auto of_subject = [](const auto& each) {
    return is_odd_text(each.subject.label) || is_odd_text(each.subject.code) || is_odd_text(each.subject.handle);
  };
  const auto of_channel = [&](const auto& each) {
    return of_subject(each) || is_odd_text(each.unit.ucum) || is_odd_text(each.unit.label);
  };
  return is_odd_name(metadata.manufacturer) || is_odd_name(metadata.model) || is_odd_name(metadata.serial_number) ||
         is_odd_name(metadata.friendly_name) || std::ranges::any_of(all.patients, of_patient) ||
         std::ranges::any_of(all.locations, of_place) || std::ranges::any_of(all.numerics, of_channel) ||
         std::ranges::any_of(all.waves, of_channel) || std::ranges::any_of(all.alarms, of_subject);
}

bool sdc_has_no_number(const std::vector<sdc::Numeric>& numerics) {
  return std::ranges::any_of(numerics, [](const sdc::Numeric& each) {
    const auto said = each.validity.value_or(sdc::Validity::valid);
    return each.no_number && !is_off(each.activation) && said == sdc::Validity::valid;
  });
}

event::DeviceIdentity sdc_identity(const SdcSelf& self, std::string_view address) {
  event::DeviceIdentity out;
  out.device = "sdc:" + sdc_handle(self.device.address);
  out.protocol = event::Protocol::sdc;
  out.address = std::string(address);
  out.maker = shown_word(self.metadata.manufacturer);
  out.model = shown_word(self.metadata.model);
  out.serial = shown_word(self.metadata.serial_number);
  for (const sdc::LocationOffer& offer : self.locations)
    if (out.bed_label.empty() && is_associated(offer.association)) out.bed_label = place_of(offer.location);
  if (out.bed_label.empty()) out.bed_label = place_of(sdc::location_of(self.device.scopes).value_or(sdc::Location{}));
  if (out.bed_label.empty()) out.bed_label = shown_word(self.metadata.friendly_name);
  return out;
}

}  // namespace cordon::gateway
