// SPDX-License-Identifier: Apache-2.0
// What an SDC device says, in the station's words. Pure: no socket, no clock. Every text of the device is bounded and
// harmless (base/text.h) in what these give. Source: IEEE 11073-10207, annex B.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/bedside.h"
#include "sdc/consumer.h"
#include "sdc/discovery.h"
#include "sdc/mdib.h"

namespace cordon::gateway {

/// SdcStamp is what every input carries: the station's time and the link. `ahead`: how far the device's clock is ahead
/// of ours, where that is known.
struct SdcStamp {
  WallTime at;
  std::uint64_t link = 0;
  std::optional<Micros> ahead{};
};

/// sdc_handle gives a handle as it is recorded: itself, or where it is too long or not fit to be shown, its beginning
/// with a hash of all of it, so that two handles never become one.
std::string sdc_handle(std::string_view handle);

/// sdc_channel: a unit that is not UCUM stays beside the label, in the device's own word.
event::Channel sdc_channel(const sdc::Subject& subject, const sdc::Unit& unit);

/// SdcQuality is what the validity of a value follows from.
struct SdcQuality {
  bool has_value = false;
  std::optional<sdc::Validity> validity;
  std::optional<sdc::Mode> mode;
  std::optional<sdc::Activation> activation;
  bool described = true;
};
event::Validity sdc_validity(const SdcQuality& quality);

/// sdc_numerics gives nothing where there is none; the device's time is that of the newest, and each was measured at
/// its own determination time, by our clock.
std::optional<event::NumericsHeard> sdc_numerics(const std::vector<sdc::Numeric>& numerics, SdcStamp stamp);
/// sdc_wave gives nothing for a piece without samples or without a known rate. `first`: see sdc_wave_index.h.
std::optional<event::WaveHeard> sdc_wave(const sdc::Wave& wave, std::uint64_t first, SdcStamp stamp);

/// sdc_is_measured says whether a device measures a trace: neither off nor broken, nor without a sensor.
bool sdc_is_measured(const sdc::Wave& wave);
/// sdc_wave_ended says of a trace that came so far that it is not measured any more.
event::WaveHeard sdc_wave_ended(const event::Channel& channel, SdcStamp stamp);

/// SdcAlarmList: `complete` names those alone that are present, and each alert system that does not look for any;
/// otherwise each is named, present or not.
struct SdcAlarmList {
  const std::vector<sdc::Alarm>& alarms;
  const std::vector<sdc::AlertSystem>& systems;
  bool complete = false;
};
event::AlarmsHeard sdc_alarms(const SdcAlarmList& list, SdcStamp stamp);

/// SdcSaying is what of a device is to be told after an outcome.
struct SdcSaying {
  bool whole = false;    // everything there is, with a complete list of the alarms; before what has changed
  bool changes = false;  // what a report says; of it …
  bool frame = false;    // … what stands around the values, with a complete list of the alarms, …
  bool alarms = false;   // … or the alarms alone that changed
};
/// sdc_saying: `is_open` says whether the device is on a link, so that there is somebody to tell of a change alone.
SdcSaying sdc_saying(const sdc::Outcome& outcome, bool is_open);

/// sdc_patient gives the one patient that is associated, empty where there is none or the sub-devices name several.
event::PatientOffer sdc_patient(const std::vector<sdc::PatientOffer>& patients);
bool sdc_has_several_patients(const std::vector<sdc::PatientOffer>& patients);
/// sdc_has_odd_name: of the device, of a patient or place that is associated, of a channel, a unit or an alarm
/// (oddities.h).
bool sdc_has_odd_name(const sdc::Readings& all, const sdc::Metadata& metadata);
/// sdc_has_no_number: a value is said to be there and to be valid, and is none.
bool sdc_has_no_number(const std::vector<sdc::Numeric>& numerics);

/// SdcSelf is all that a device says of itself; `locations` and `metadata` are empty before it was asked.
struct SdcSelf {
  const sdc::Device& device;
  const sdc::Metadata& metadata;
  const std::vector<sdc::LocationOffer>& locations;
};
event::DeviceIdentity sdc_identity(const SdcSelf& self, std::string_view address);

/// SdcTroubleKind is what the gateway itself finds.
enum class SdcTroubleKind : std::uint8_t {
  plain,             // the device speaks without TLS, and that is not allowed
  no_key,            // the device speaks TLS, and the station has neither key nor certificate
  duplicate,         // more devices than are read say that they are this one
  several_patients,  // its sub-devices name several patients
  own_fault,         // it reports an error of its own
  flood,             // more comes from its address than a device sends
  no_number,         // it sends as a value what is no number
  odd_name,          // it sends a name with control characters or marks of HTML
  odd_rate,          // it sends more or fewer samples a second than it states
  unheard_traces,    // it sends its traces to nobody who subscribed
};
enum class SdcLanguage : std::uint8_t { english, french };
/// Each gives what is wrong and what to do, with `detail` of the device.
event::TroubleHeard sdc_trouble(const sdc::Trouble& trouble, SdcLanguage language);
event::TroubleHeard sdc_trouble(SdcTroubleKind kind, std::string_view detail, SdcLanguage language);

}  // namespace cordon::gateway
