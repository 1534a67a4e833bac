// SPDX-License-Identifier: Apache-2.0
// The vocabulary of the bedside: what devices say (inputs, too many to record), what is recorded of it, and what people
// ask for. Everything a device says is foreign text: bounded and free of control characters before it comes here
// (bedside/text.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "event/bedside_values.h"
#include "event/people.h"

namespace cordon::event {

// --- what gateways say: inputs. `link` counts the connections that the gateways made, from 1; it is never used twice
// by one station. Times `at` are the station's own; `device_time` is the device's, which may be anything.

/// DeviceHeard: a link to a device is up, or what it says of itself has changed.
struct DeviceHeard {
  WallTime at;
  std::uint64_t link = 0;
  DeviceIdentity identity;
  PatientOffer patient;
  Micros period{};         // the longest pause that this device's protocol allows between two messages
  Micros values_period{};  // its longest pause between two values, where that is longer
  bool spoke = true;       // false: it is named because of trouble alone, and has said nothing
};

/// DeviceGone: the link is closed.
struct DeviceGone {
  WallTime at;
  std::uint64_t link = 0;
  std::string why;
};

struct Numeric {
  Channel channel;
  double value = 0;  // meaningless unless valid, questionable, unconfirmed or demo
  Validity validity = Validity::valid;
  /// When it was measured, in the station's own time: `at` less its age by the device's own clock, so that a clock that
  /// is astray makes nothing old. Nothing: the device does not say; it is taken as measured when it was heard.
  std::optional<WallTime> measured_at{};
};

/// NumericsHeard: `device_time` is the device's wall clock, where its zone is known; `local_time` is what it shows
/// where nobody knows the zone. `device_ticks` is a counter or clock of the device in any unit and from any beginning,
/// without a zone: only whether it moves is judged, by `ticks_period` where it is known how seldom it does.
struct NumericsHeard {
  WallTime at;
  std::uint64_t link = 0;
  std::optional<WallTime> device_time;
  std::vector<Numeric> numerics;
  std::optional<std::int64_t> device_ticks{};
  std::optional<WallTime> local_time{};
  Micros ticks_period{};  // zero: not known
};

/// WaveHeard: the next samples of one channel. `first` is the index of the first one, counted by the device or, where
/// its protocol has no counter, by its time; a sample that is not there is a quiet NaN. Without samples it says what
/// has become of a trace that came before.
struct WaveHeard {
  WallTime at;
  std::uint64_t link = 0;
  std::optional<WallTime> device_time;  // of the first sample
  Channel channel;
  double rate_hz = 0;
  std::uint64_t first = 0;
  std::vector<float> samples;
  Validity validity = Validity::valid;
};

/// DeviceAlarm is one condition as the device reports it. `condition` is unique within the device.
struct DeviceAlarm {
  std::string condition;
  AlarmPriority priority = AlarmPriority::low;
  AlarmKind kind = AlarmKind::physiological;
  std::uint32_t code = 0;
  std::string text;
  bool present = true;
  bool silenced = false;  // its sound is paused at the bedside
};

/// AlarmsHeard: with `complete`, conditions that are not named are not present any more.
struct AlarmsHeard {
  WallTime at;
  std::uint64_t link = 0;
  bool complete = false;
  std::vector<DeviceAlarm> alarms;
};

/// LinkAlive: a message without content: a heartbeat, an acknowledgement.
struct LinkAlive {
  WallTime at;
  std::uint64_t link = 0;
};

/// trouble_aside is the code of a trouble that is none of the bed: nothing that was shown, and no alarm, is missing.
/// The page Devices alone has it, and whatever else begins so (is_aside).
constexpr std::string_view trouble_aside = "aside";
constexpr bool is_aside(std::string_view code) {
  return code.starts_with(trouble_aside);
}

/// TroubleHeard: a gateway cannot get what it needs, and what to do about it at the device.
struct TroubleHeard {
  WallTime at;
  std::uint64_t link = 0;
  std::string code;  // refused, certificate, dialect, aside, flood …; empty: over
  std::string text;
  std::string remedy;
};

/// DeviceBeyond: something of a device found no room on its way to the recorder or the screens.
struct DeviceBeyond {
  WallTime at;
  std::string device;
};

// --- what is recorded

struct StationStarted {
  WallTime at;
  std::string version;
  std::string config_digest;
};

/// DeviceKnown: a device was heard for the first time, or says something else of itself than before.
struct DeviceKnown {
  WallTime at;
  DeviceIdentity identity;
};

/// DeviceAssigned: from now on this device stands at this bed, or at none; said again, a person confirms it. `seen` and
/// `bed_seen`, of a wish alone: what that person saw of the device and of the bed (app/station_seen.h); empty: not
/// said.
struct DeviceAssigned {
  WallTime at;
  std::string device;
  std::string bed;  // empty: at none
  std::string by;
  std::string session;
  std::string seen{};
  std::string bed_seen{};
};

/// PatientPlaced: who lies in a bed; none when `patient` is empty. `limits_kept`: the MDC codes of the bed's limits
/// that go on, the others end with this. Of a wish, nothing: it was not said (bedside::Station decides); of an event
/// that version 3 or before wrote: all of them stay. `also_at`, of a wish alone: the beds at which that person was seen
/// to lie already; a wish that names fewer than there are is not granted. `seen`, likewise: what was seen of the bed.
struct PatientPlaced {
  WallTime at;
  std::string bed;
  PatientOffer patient;
  std::string by;
  std::string session;
  std::optional<std::vector<std::uint32_t>> limits_kept{};
  std::vector<std::string> also_at{};
  std::string seen{};
};

enum class AlarmStep : std::uint8_t {
  raised,
  changed,    // another priority or another text
  ended,      // the condition is not there any more; a latched one stays on the screen until acknowledged
  escalated,  // nobody answered in time; `level` says whom it calls now
  resounded,  // the silence that its answer gave it is over and the condition stands: nobody has answered it now
};

/// AlarmChanged: one alarm condition. `alarm` names this occurrence, `condition` what is wrong, within its device.
struct AlarmChanged {
  WallTime at;
  std::uint64_t alarm = 0;
  AlarmStep step = AlarmStep::raised;
  AlarmOrigin origin = AlarmOrigin::device;
  std::string device;
  std::string condition;
  std::string bed;  // where the device stood at that moment
  AlarmPriority priority = AlarmPriority::low;
  AlarmKind kind = AlarmKind::physiological;
  std::uint32_t code = 0;
  std::string text;
  std::uint32_t level = 0;
};

/// AlarmAcknowledged: a person has seen it. Its sound pauses until `until`; if the condition is still there then, it
/// sounds and wants an answer again (AlarmStep::resounded). `seen` is the gravest priority that stood on that person's
/// screen: what had become graver by then is not acknowledged. Nothing: it was not said, and whatever it was is meant.
struct AlarmAcknowledged {
  WallTime at;
  std::uint64_t alarm = 0;
  WallTime until;
  std::string by;
  std::string session;
  std::optional<AlarmPriority> seen{};
};

/// AlarmOver: a person says that an alarm is over whose device cannot say so any more, because it is gone, or speaks
/// and says nothing of it: an alarm that it does not name, a limit without values, a trace that stands still. It needs
/// no further acknowledgement.
struct AlarmOver {
  WallTime at;
  std::uint64_t alarm = 0;
  std::string by;
  std::string session;
};

/// NumberTakenOff: a person has a number not awaited any more that an earlier link of its device brought and this one
/// has not. `bed` and `label` are the station's own: a wish has none.
struct NumberTakenOff {
  WallTime at;
  std::string device;
  std::string handle;
  std::string by;
  std::string session;
  std::string bed{};
  std::string label{};
};

/// AudioPaused: the sound of what is present at a bed now pauses until `until`; at every bed when `bed` is empty, or
/// with `unplaced` of what stands at none: the station's own troubles and devices that nobody has placed. `until` =
/// `at` ends a pause. What was raised or became graver after `seen` (State::changes on that person's screen) sounds on;
/// nothing: it was not said, and all is meant.
struct AudioPaused {
  WallTime at;
  std::string bed;
  WallTime until;
  std::string by;
  std::string session;
  std::optional<std::uint64_t> seen{};
  bool unplaced = false;
};

/// LimitSet: a limit that a person set on a channel of a bed; without bounds it is taken away. `seen`, of a wish alone:
/// what was seen of the bed.
struct LimitSet {
  WallTime at;
  std::string bed;
  std::uint32_t code = 0;
  std::string unit;
  std::optional<double> low;
  std::optional<double> high;
  AlarmPriority priority = AlarmPriority::medium;
  std::string by;
  std::string session;
  std::string seen{};
};

/// SoundChanged: whether the box's own loudspeaker takes what it is given; also the outcome of a person's test.
struct SoundChanged {
  WallTime at;
  bool works = false;
  std::string detail;
  std::string by;  // empty: nobody asked
};

/// PaperPrinted: somebody asked for paper that names patients: a list or a strip, of a bed or (empty) of all.
struct PaperPrinted {
  WallTime at;
  std::string paper, bed, by;
};

/// OwnTrouble: a part of the station itself (`condition`: logbook, recorder …) cannot do its work, or can again. It
/// leads to a technical alarm of no device; `text` says in a word what is wrong.
struct OwnTrouble {
  WallTime at;
  std::string condition;
  AlarmPriority priority = AlarmPriority::medium;
  std::string text;
  bool present = true;
};

/// StationTick: time passes; timers run on these alone.
struct StationTick {
  WallTime at;
};

/// BedsideInput is what bedside::Station::step takes; a person's wish has the form of the event it leads to.
using BedsideInput = std::variant<StationStarted, StationTick, DeviceHeard, DeviceGone, NumericsHeard, WaveHeard,
                                  AlarmsHeard, LinkAlive, TroubleHeard, DeviceBeyond, DeviceAssigned, PatientPlaced,
                                  AlarmAcknowledged, AlarmOver, NumberTakenOff, AudioPaused, LimitSet, SoundChanged,
                                  OwnTrouble, PaperPrinted, PersonChanged, SessionChanged, CertificateChanged>;

/// BedsideEvent is what the station's logbook carries. bedside::State is the fold of these alone.
using BedsideEvent = std::variant<StationStarted, DeviceKnown, DeviceAssigned, PatientPlaced, AlarmChanged,
                                  AlarmAcknowledged, AlarmOver, NumberTakenOff, AudioPaused, LimitSet, SoundChanged,
                                  PaperPrinted, PersonChanged, SessionChanged, CertificateChanged>;

}  // namespace cordon::event
