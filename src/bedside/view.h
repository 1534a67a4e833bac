// SPDX-License-Identifier: Apache-2.0
// View: the station as the screens are told it, in JSON. A pure function of the station and of now; texts of our own
// are not in it, only their names (condition, validity, priority), so that each screen says them in its language.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bedside/station.h"

namespace cordon::bedside {

/// Names says how a patient is called where passers-by can read it.
enum class Names : std::uint8_t { full, initials, none };

struct ViewOptions {
  std::string unit;
  Names names = Names::full;
  bool loudspeaker = true;  // this box has one
};

/// view_json is everything that the screens show, but for the samples of the waves:
///   {type: "station", at, unit, names, signal: {priority, alarm, audible, paused, until}, sound: {works, detail},
///    beds: [{bed, patient, devices: [device], numerics: [{device, handle, code, label, unit, value, validity, age}],
///            waves: [{id, device, link, handle, code, label, unit, rate, validity}], limits: [{code, unit, low, high,
///            priority}]}],
///    alarms: [{alarm, bed, device, origin, condition, priority, kind, code, text, raised, ended, present, level,
///              acknowledged, by, silent_until, audible}], newest and gravest first
///    devices: [{device, protocol, address, maker, model, serial, bed_label, bed, link, live, age, silence,
///    clock_ahead,
///               doubted, claimed, patient, trouble: {code, text, remedy}, beyond}]}
/// Times are seconds since 1970, ages and spans are seconds, a value that is not there is null.
nlohmann::json view_json(const Station& station, const ViewOptions& options, WallTime now);

/// alarm_json is one alarm as in view_json.
nlohmann::json alarm_json(const Alarm& alarm, WallTime now);

}  // namespace cordon::bedside
