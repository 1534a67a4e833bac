// SPDX-License-Identifier: Apache-2.0
// The JSON form of the station's events, for its logbook and for people's wishes; as json.h has it for all others.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/bedside.h"

namespace cordon::event {

/// bedside_schema_version is written beside every event of the station's logbook.
/// 2: `seen` of acknowledgements and pauses; alarms that a person says are over.
/// 3: an alarm that sounds again is unanswered (`resounded`); pauses of what stands at no bed; what was printed.
/// 4: which of a bed's limits go on when another patient is placed there (`limits_kept`).
/// 5: numbers that a person takes off.
/// 6: all that a device says of where it stands (`place`).
constexpr std::uint16_t bedside_schema_version = 6;

std::string_view type_of(const BedsideEvent& e);
std::string to_text(const BedsideEvent& e);
nlohmann::json to_json_value(const BedsideEvent& e);
nlohmann::json to_json_value(const Channel& channel);
nlohmann::json to_json_value(const PatientOffer& patient);
WallTime time_of(const BedsideEvent& e);

/// bedside_event_from_text fails as event_from_text does.
Result<BedsideEvent> bedside_event_from_text(std::string_view text, std::uint16_t version = bedside_schema_version);

std::string_view word(Protocol v);
std::string_view word(AlarmPriority v);
std::string_view word(AlarmKind v);
std::string_view word(AlarmOrigin v);
std::string_view word(AlarmStep v);
std::string_view word(Validity v);
Result<AlarmPriority> alarm_priority_from_word(std::string_view text);

}  // namespace cordon::event
