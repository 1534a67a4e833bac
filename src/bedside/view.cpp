// SPDX-License-Identifier: Apache-2.0
#include "bedside/view.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "bedside/signal.h"
#include "event/bedside_json.h"

namespace cordon::bedside {

using nlohmann::json;

namespace {

double span_of(Micros span) {
  return std::chrono::duration<double>(span).count();
}

json time_or_null(WallTime at) {
  return at == WallTime{} ? json(nullptr) : json(seconds_of(at));
}

// has_value: what a device itself calls wrong is no value of anything, and carries a number that perhaps nobody sent.
bool has_value(const event::Numeric& numeric) {
  return numeric.validity != event::Validity::missing && numeric.validity != event::Validity::invalid &&
         std::isfinite(numeric.value);
}

// initial gives the first letter of a name in UTF-8.
std::string initial(const std::string& name) {
  std::size_t length = name.empty() ? 0 : 1;
  while (length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) ++length;
  return name.empty() ? "" : name.substr(0, length) + ".";
}

// end_of_number gives the last three letters of a number in UTF-8; what stands there instead of one, in brackets,
// whole.
std::string end_of_number(const std::string& number) {
  if (number.empty() || number.front() == '(') return number;
  std::size_t letters = 0, at = number.size();
  while (at > 0 && letters < 3) letters += (static_cast<unsigned char>(number[--at]) & 0xC0U) != 0x80U ? 1U : 0U;
  return "…" + number.substr(at);
}

// patient_json says who lies there as the hospital's policy allows. With initials the year of birth and the end of the
// number are the second identifier: initials alone tell nobody apart.
json patient_json(const event::PatientOffer& patient, Names names) {
  if (patient.empty() || names == Names::none) return nullptr;
  if (names == Names::full) return event::to_json_value(patient);
  return event::to_json_value(event::PatientOffer{end_of_number(patient.identifier), initial(patient.family),
                                                  initial(patient.given), patient.born.substr(0, 4)});
}

json device_json(const Station& station, const std::string& name, const Device& device, const ViewOptions& options,
                 WallTime now) {
  const Link* link = station.link_of(name);
  const event::DeviceIdentity& identity = link == nullptr ? device.identity : link->heard.identity;
  json out{{"device", name},
           {"protocol", event::word(identity.protocol)},
           {"address", identity.address},
           {"maker", identity.maker},
           {"model", identity.model},
           {"serial", identity.serial},
           {"bed_label", identity.bed_label},
           {"bed", device.bed},
           {"former_bed", device.former_bed},
           {"doubted", station.in_doubt(name)},
           {"claimed", nullptr},
           {"link", nullptr},
           {"live", false},
           {"age", nullptr},
           {"silence", nullptr},
           {"pause", nullptr},
           {"clock_ahead", nullptr},
           {"patient", nullptr},
           {"trouble", nullptr},
           {"beyond", 0},
           {"gave_way", 0}};
  if (link == nullptr) return out;
  out["link"] = link->heard.link;
  out["live"] = lives(*link, now);
  if (link->spoke()) out["age"] = span_of(now - link->last);
  out["silence"] = span_of(silence_of(link->heard.period));
  out["pause"] = span_of(values_pause(link->heard));
  if (link->clock_ahead) out["clock_ahead"] = span_of(*link->clock_ahead);
  out["patient"] = patient_json(link->heard.patient, options.names);
  if (!link->trouble.code.empty()) {
    out["trouble"] = {{"code", link->trouble.code}, {"text", link->trouble.text}, {"remedy", link->trouble.remedy}};
  }
  out["beyond"] = link->beyond;
  out["gave_way"] = link->gave_way;
  return out;
}

void add_channels(json& bed, const std::string& device, const Link& link, WallTime now) {
  for (const auto& [handle, live] : link.numerics) {
    json numeric = event::to_json_value(live.value.channel);
    numeric["device"] = device;
    numeric["group"] = live.value.channel.group;
    numeric["value"] = has_value(live.value) ? json(live.value.value) : json(nullptr);
    numeric["validity"] = event::word(live.value.validity);
    numeric["age"] = span_of(now - live.measured);
    numeric["carried"] = live.carried;
    bed["numerics"].push_back(std::move(numeric));
  }
  for (const auto& [handle, live] : link.waves) {
    json wave = event::to_json_value(live.channel);
    wave["id"] = live.id;
    wave["device"] = device;
    wave["link"] = link.heard.link;
    wave["rate"] = live.rate_hz;
    wave["validity"] = event::word(live.validity);
    bed["waves"].push_back(std::move(wave));
  }
}

json bed_json(const Station& station, const std::string& name, const ViewOptions& options, WallTime now) {
  json out{{"bed", name},
           {"patient", nullptr},
           {"more", 0},
           {"devices", json::array()},
           {"numerics", json::array()},
           {"waves", json::array()},
           {"limits", json::array()}};
  for (const auto& [device, d] : station.state().devices) {
    if (d.bed != name) continue;
    out["devices"].push_back(device);
    if (const Link* link = station.link_of(device)) add_channels(out, device, *link, now);
  }
  const auto bed = station.state().beds.find(name);
  if (bed == station.state().beds.end()) return out;
  out["patient"] = placed_json(bed->second.patient, options.names);
  for (const auto& [code, limit] : bed->second.limits) {
    out["limits"].push_back({{"code", code},
                             {"unit", limit.unit},
                             {"low", limit.low ? json(*limit.low) : json(nullptr)},
                             {"high", limit.high ? json(*limit.high) : json(nullptr)},
                             {"priority", event::word(limit.priority)}});
  }
  return out;
}

// add_alarms shows the gravest of each bed before more of any.
void add_alarms(json& out, const Station& station, WallTime now) {
  const State& state = station.state();
  std::vector<const Alarm*> alarms;
  for (const auto& [number, alarm] : state.open) alarms.push_back(&alarm);
  std::ranges::sort(alarms, std::greater{}, [](const Alarm* a) {
    return std::tuple(a->priority, !a->acknowledged, a->present, a->raised, a->number);
  });
  // What is wrong with the station itself is crowded out by no device, and each device at no bed is a place of its own.
  const auto place_of = [](const Alarm& alarm) {
    return std::tuple(alarm.device.empty(), alarm.bed, alarm.bed.empty() ? alarm.device : "");
  };
  std::map<std::tuple<bool, std::string, std::string>, std::size_t> of_place;
  std::vector<std::pair<std::pair<std::size_t, bool>, const Alarm*>> ranked;  // its place among those of its bed
  for (const Alarm* alarm : alarms) {
    const std::size_t place = of_place[place_of(*alarm)]++;
    const bool unplaced = alarm->bed.empty() && !alarm->device.empty();
    if (place < alarms_shown_per_bed_max) ranked.push_back({{place, unplaced}, alarm});
  }
  std::ranges::stable_sort(ranked, {}, [](const auto& entry) { return entry.first; });
  if (ranked.size() > alarms_shown_max) ranked.resize(alarms_shown_max);
  std::set<const Alarm*> shown;
  for (const auto& [place, alarm] : ranked) {
    shown.insert(alarm);
    --of_place[place_of(*alarm)];
  }
  for (const Alarm* alarm : alarms) {
    if (!shown.contains(alarm)) continue;
    out["alarms"].push_back(alarm_json(*alarm, now));
    if (const auto since = station.unconfirmed_since(*alarm)) out["alarms"].back()["unconfirmed"] = seconds_of(*since);
    out["alarms"].back()["silenced"] = station.silenced_at_bedside(*alarm, now);
  }
  out["alarms_more"] = alarms.size() - shown.size() + station.waiting_at_no_bed();
  for (json& bed : out["beds"]) bed["more"] = of_place[{false, bed["bed"].get<std::string>(), ""}];
}

std::string_view word(Names names) {
  switch (names) {
    case Names::full:
      return "full";
    case Names::initials:
      return "initials";
    case Names::none:
      break;
  }
  return "none";
}

}  // namespace

// Where nobody is named, the bed is taken still; what stands instead of a patient in brackets (app/patient_keys.h)
// names nobody.
json placed_json(const event::PatientOffer& patient, Names names) {
  if (patient.empty() || names != Names::none) return patient_json(patient, names);
  const bool stands_in = patient.family.empty() && patient.identifier.starts_with('(');
  return event::to_json_value(event::PatientOffer{stands_in ? patient.identifier : "(hidden)", "", "", ""});
}

json alarm_json(const Alarm& alarm, WallTime now) {
  return {{"alarm", alarm.number},
          {"bed", alarm.bed},
          {"device", alarm.device},
          {"origin", event::word(alarm.origin)},
          {"condition", alarm.condition},
          {"priority", event::word(alarm.priority)},
          {"gravest", event::word(alarm.gravest)},
          {"times", alarm.times},
          {"former", alarm.former},
          {"kind", event::word(alarm.kind)},
          {"code", alarm.code},
          {"text", alarm.text},
          {"raised", seconds_of(alarm.raised)},
          {"ended", time_or_null(alarm.ended)},
          {"present", alarm.present},
          {"level", alarm.level},
          {"acknowledged", time_or_null(alarm.acknowledged ? alarm.acknowledged_at : WallTime{})},
          {"answered", time_or_null(alarm.acknowledged_at)},
          {"by", alarm.acknowledged_by},
          {"silent_until", time_or_null(alarm.silent_until)},
          {"audible", audible(alarm, now)},
          {"unconfirmed", nullptr},
          {"silenced", false}};
}

json view_json(const Station& station, const ViewOptions& options, WallTime now) {
  const State& state = station.state();
  const Signal signal = signal_of(state, now);
  json out{{"type", "station"},
           {"at", seconds_of(now)},
           {"unit", options.unit},
           {"names", word(options.names)},
           {"families", options.families},
           {"signal",
            {{"priority", event::word(signal.priority)},
             {"alarm", signal.alarm},
             {"audible", signal.audible},
             {"paused", signal.paused},
             {"until", signal.until ? json(seconds_of(*signal.until)) : json(nullptr)}}},
           {"sound",
            {{"works", options.loudspeaker && state.sound.works},
             {"detail", options.loudspeaker ? state.sound.detail : "none"}}},
           {"change", state.changes},
           {"beds", json::array()},
           {"alarms", json::array()},
           {"alarms_more", 0},
           {"devices", json::array()}};
  for (const std::string& bed : station.policy().beds) out["beds"].push_back(bed_json(station, bed, options, now));
  add_alarms(out, station, now);
  const auto claims = station.claims(now);
  for (const auto& [name, device] : state.devices) {
    out["devices"].push_back(device_json(station, name, device, options, now));
    if (const auto claim = claims.find(name); claim != claims.end())
      out["devices"].back()["claimed"] = claim->second.addresses;
  }
  return out;
}

}  // namespace cordon::bedside
