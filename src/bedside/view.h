// SPDX-License-Identifier: Apache-2.0
// View: the station as the screens are told it, in JSON. A pure function of the station and of now; texts of our own
// are not in it, only their names (condition, validity, priority), so that each screen says them in its language.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bedside/station.h"

namespace cordon::bedside {

/// alarms_shown_max bounds what one view carries of the open alarms (0.3 MB), and how many of one bed: each bed's
/// gravest are in it whatever the others have.
constexpr std::size_t alarms_shown_max = 512;
constexpr std::size_t alarms_shown_per_bed_max = 16;

/// Names says how a patient is called where passers-by can read it: in full, by initials with the year of birth and the
/// last three letters of the number (two identifiers, and no name), or not at all.
enum class Names : std::uint8_t { full, initials, none };

struct ViewOptions {
  std::string unit;
  Names names = Names::full;
  bool loudspeaker = true;              // this box has one
  std::vector<std::string> families{};  // "hl7", "intellivue", "sdc": those that this station listens for
};

/// view_json is everything that the screens show, but for the samples of the waves:
///   {type: "station", at, unit, names, families, signal: {priority, alarm, audible, paused, until}, sound: {works,
///   detail},
///    change, beds: [{bed, patient, more, devices: [device],
///            numerics: [{device, handle, code, label, unit, value, validity, age,
///                       carried}],
///            waves: [{id, device, link, handle, code, label, unit, rate, validity}], limits: [{code, unit, low, high,
///            priority}]}],
///    alarms: [{alarm, bed, device, origin, condition, priority, gravest, times, former, kind, code, text, raised,
///              ended, present, level, acknowledged, answered, by, silent_until, audible, unconfirmed, silenced}], the
///              gravest and newest first; unconfirmed: Station::unconfirmed_since; silenced: at the bedside
///    alarms_more: how many open alarms are not in `alarms`, with what waits of devices at no bed; beds[].more: those
///    of that bed
///    devices: [{device, protocol, address, maker, model, serial, bed_label, bed, former_bed, link, live, age, silence,
///    pause,
///               clock_ahead, doubted, claimed, patient, trouble: {code, text, remedy}, beyond, gave_way}],
///               claimed as Station::Claim::addresses}
/// `acknowledged` is null while an alarm wants an answer, `answered` when somebody answered it last, whatever came
/// after. `change` numbers the last change of an alarm: a page that pauses the sound says it back (/act/pause). `age`
/// is since the value was measured, where its device says when; `carried` as LiveNumeric has it; `pause` is
/// values_pause. Times are seconds since 1970, ages and spans are seconds, a value that is not there is null. With
/// Names::none a bed that is taken has a patient whose identifier is "(hidden)", and devices say none.
nlohmann::json view_json(const Station& station, const ViewOptions& options, WallTime now);

/// placed_json says who was placed in a bed as `names` has it; null: nobody.
nlohmann::json placed_json(const event::PatientOffer& patient, Names names);

/// alarm_json is one alarm as in view_json.
nlohmann::json alarm_json(const Alarm& alarm, WallTime now);

}  // namespace cordon::bedside
