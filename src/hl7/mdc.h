// SPDX-License-Identifier: Apache-2.0
// The few terms of IEEE 11073-10101 (MDC) by which messages are understood: attributes of alarms and waves, and units.
// Senders disagree about numbers, so the name decides and the number only where there is no name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hl7/report.h"

namespace cordon::hl7 {

enum class Term : std::uint8_t {
  other,
  alarm,     // MDC_EVT_ALARM: the event stands in OBX-5
  watchdog,  // MDC_EVT_WATCHDOG
  alert_source,
  event_phase,
  alarm_state,
  inactivation,
  priority,
  alert_type,
  alert_text,
  sample_rate,
  sample_period,
  resolution,
  data_range,
  invalid_sample,  // MDC_EVT_INOP, _DATA_INVALID or _DATA_MISSING under a wave
};

/// term_of tells what a code is by its name, else by its number.
Term term_of(const Code& code);
/// is_device tells an object of the containment tree: MDC_DEV_..._MDS, _VMD or _CHAN.
bool is_device(const Code& code);
/// is_measurement tells a code of what monitors measure as a number.
bool is_measurement(const Code& code);
/// is_event tells a code of something that happened, by its name or the partition of its number.
bool is_event(const Code& code);
/// mdil_number reads a code as Philips writes it, `0002-4a15`, hexadecimal: partition x 65536 + term.
std::optional<std::uint32_t> mdil_number(std::string_view code);
/// ucum_of gives the UCUM unit of an MDC unit by name, else by number, of a Philips one (MDIL, `0004-0f20`) by its
/// code, and of one that is written as people write it (mmHg, bpm, °C). Empty for one that is not listed.
std::string_view ucum_of(const Code& unit);
/// spelled gives the UCUM unit of one as people and devices write it, those who write it as UCUM too ({rpm}); nothing
/// for one that is not listed.
std::optional<std::string_view> spelled(std::string_view written);

/// PdsParameter: a number of Mindray PDS and what it measures.
struct PdsParameter {
  std::uint16_t id;
  std::string_view mdc_id;
  std::string_view mdc_name;
  std::string_view ucum;  // empty where the monitor's setting decides
};
/// pds_parameter gives null for one that is not listed: it keeps the device's own code.
const PdsParameter* pds_parameter(std::string_view id);

}  // namespace cordon::hl7
