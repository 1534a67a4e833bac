// SPDX-License-Identifier: Apache-2.0
#include "event/bedside_json.h"

#include "event/json.h"
#include "event/json_people_forms.h"

namespace cordon::event {

template <>
struct Words<Protocol> {
  static constexpr std::array<std::string_view, 3> list{"sdc", "hl7", "intellivue"};
};
template <>
struct Words<AlarmPriority> {
  static constexpr std::array<std::string_view, 4> list{"none", "low", "medium", "high"};
};
template <>
struct Words<AlarmKind> {
  static constexpr std::array<std::string_view, 2> list{"physiological", "technical"};
};
template <>
struct Words<AlarmOrigin> {
  static constexpr std::array<std::string_view, 3> list{"device", "limit", "station"};
};
template <>
struct Words<AlarmStep> {
  static constexpr std::array<std::string_view, 5> list{"raised", "changed", "ended", "escalated", "resounded"};
};
template <>
struct Words<Validity> {
  static constexpr std::array<std::string_view, 7> list{"valid",   "questionable", "calibrating", "invalid",
                                                        "missing", "demo",         "unconfirmed"};
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Channel, handle, code, label, unit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PatientOffer, identifier, family, given, born)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DeviceIdentity, device, protocol, address, maker, model, serial, bed_label, place)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StationStarted, at, version, config_digest)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DeviceKnown, at, identity)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DeviceAssigned, at, device, bed, by, session)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PatientPlaced, at, bed, patient, by, session, limits_kept)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlarmChanged, at, alarm, step, origin, device, condition, bed, priority, kind, code,
                                   text, level)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlarmAcknowledged, at, alarm, until, by, session, seen)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AlarmOver, at, alarm, by, session)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NumberTakenOff, at, device, handle, by, session, bed, label)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AudioPaused, at, bed, until, by, session, seen, unplaced)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LimitSet, at, bed, code, unit, low, high, priority, by, session)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SoundChanged, at, works, detail, by)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PaperPrinted, at, paper, bed, by)

CORDON_TYPE_WORD(StationStarted, "station_started");
CORDON_TYPE_WORD(DeviceKnown, "device_known");
CORDON_TYPE_WORD(DeviceAssigned, "device_assigned");
CORDON_TYPE_WORD(PatientPlaced, "patient_placed");
CORDON_TYPE_WORD(AlarmChanged, "alarm");
CORDON_TYPE_WORD(AlarmAcknowledged, "alarm_acknowledged");
CORDON_TYPE_WORD(AlarmOver, "alarm_over");
CORDON_TYPE_WORD(NumberTakenOff, "number_taken_off");
CORDON_TYPE_WORD(AudioPaused, "audio_paused");
CORDON_TYPE_WORD(LimitSet, "limit_set");
CORDON_TYPE_WORD(SoundChanged, "sound");
CORDON_TYPE_WORD(PaperPrinted, "paper");

std::string_view type_of(const BedsideEvent& e) {
  return variant_type(e);
}
json to_json_value(const BedsideEvent& e) {
  return std::visit(
      [](const auto& value) {
        json j = value;
        j["ts"] = j.at("at");
        j.erase("at");
        j["type"] = std::string(TypeWord<std::decay_t<decltype(value)>>::value);
        return j;
      },
      e);
}
std::string to_text(const BedsideEvent& e) {
  return dump(to_json_value(e));
}
json to_json_value(const Channel& channel) {
  return channel;
}
json to_json_value(const PatientOffer& patient) {
  return patient;
}
WallTime time_of(const BedsideEvent& e) {
  return std::visit([](const auto& value) { return value.at; }, e);
}

Result<BedsideEvent> bedside_event_from_text(std::string_view text, std::uint16_t version) {
  constexpr const char* where = "station event";
  if (version > bedside_schema_version) return fail(ErrorCode::unsupported, where, version);
  if (text.size() > message_bytes_max) return fail(ErrorCode::limit, where, text.size());
  try {
    json j = json::parse(text);
    j["at"] = j.at("ts");
    if (version < 2) j.emplace("seen", nullptr);  // who acknowledged or paused did not say what was on the screen
    if (version < 3) j.emplace("unplaced", false);
    if (version < 4) j.emplace("limits_kept", nullptr);  // all of them stayed
    if (version < 6 && j.contains("identity")) j["identity"].emplace("place", "");
    BedsideEvent out;
    if (!read_alternative(j, j.at("type").get_ref<const std::string&>(), out)) {
      return fail(ErrorCode::unsupported, where);
    }
    return out;
  } catch (const std::exception&) {
    return fail(ErrorCode::malformed, where);
  }
}

std::string_view word(Protocol v) {
  return word_of(v);
}
std::string_view word(AlarmPriority v) {
  return word_of(v);
}
std::string_view word(AlarmKind v) {
  return word_of(v);
}
std::string_view word(AlarmOrigin v) {
  return word_of(v);
}
std::string_view word(AlarmStep v) {
  return word_of(v);
}
std::string_view word(Validity v) {
  return word_of(v);
}
Result<AlarmPriority> alarm_priority_from_word(std::string_view text) {
  return from_word<AlarmPriority>(text);
}

}  // namespace cordon::event
