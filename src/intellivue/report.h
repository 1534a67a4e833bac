// SPDX-License-Identifier: Apache-2.0
// Report: what a monitor told, as plain values with units: the results of decoder.h and client.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "intellivue/message.h"

namespace cordon::intellivue {

/// Validity of a reading, the worst that the monitor says of it. Only `valid` and `questionable` are a patient's
/// numbers.
enum class Validity : std::uint8_t { valid, questionable, calibrating, demonstration, test, unavailable, invalid };
/// validity_of reads MeasurementState bits.
Validity validity_of(std::uint16_t state);

/// ObjectKey names an object of one monitor while an association lasts.
struct ObjectKey {
  std::uint16_t context = 0;
  std::uint16_t handle = 0;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

/// Numeric is one number. `value` is NaN where the monitor gives none; `ucum` points to static storage and is empty for
/// a unit that is not listed (`unit` tells which).
struct Numeric {
  ObjectKey key;
  std::uint16_t physio_id = 0;
  std::string label;
  std::uint16_t unit = 0;
  std::string_view ucum;
  double value = 0;
  Validity validity = Validity::invalid;
  std::uint16_t state = 0;
  Ticks at = 0;
  std::optional<WallTime> clock{};  // that the monitor showed then, as clock_of has it
  std::uint16_t sequence = 0;       // of the answer to its poll
  std::optional<Micros> age{};      // when the answer was made, by the monitor's own time; nothing: it does not say
};
/// age_max: a value that its monitor's date makes older was measured before that clock was set.
constexpr Micros age_max = std::chrono::days(31);

/// Marks on one sample; bits.
enum SampleMark : std::uint8_t {
  mark_invalid = 1,
  mark_pacer = 2,
  mark_defibrillator = 4,
  mark_saturated = 8,
  mark_qrs = 16
};

/// Wave is one array of samples, the first of them at `at`. `values` are in `ucum` if `scaled`, else they are the
/// monitor's own counts. `marks` has one entry a sample. `gap`: answers between the last one and this are missing.
struct Wave {
  ObjectKey key;
  std::uint16_t physio_id = 0;
  std::string label;
  std::uint16_t unit = 0;
  std::string_view ucum;
  Ticks sample_period = 0;
  bool scaled = false;
  std::vector<double> values;
  std::vector<std::uint8_t> marks;
  Validity validity = Validity::invalid;
  std::uint16_t state = 0;
  bool gap = false;
  Ticks at = 0;
  std::uint16_t sequence = 0;
};

/// AlarmPriority: of patient alarms low is the short yellow one, medium yellow, high red; of technical ones (INOP) low
/// is cyan, medium yellow, high red.
enum class AlarmPriority : std::uint8_t { none, low, medium, high };
enum class AlarmKind : std::uint8_t { patient, technical };
struct Alarm {
  AlarmKind kind = AlarmKind::patient;
  AlarmPriority priority = AlarmPriority::none;
  std::uint16_t source = 0;
  std::uint16_t code = 0;
  std::uint16_t state = 0;  // AlarmState bits: inhibited, suspended, latched, silenced, new
  ManagedObject object;
  std::uint16_t instance = 0;
  std::string text;  // as on the monitor's screen; empty if it sent none
};
/// AlarmList is every alarm of its kind that stands now; what is no longer in it has ended.
struct AlarmList {
  AlarmKind kind = AlarmKind::patient;
  std::vector<Alarm> alarms;
  Ticks at = 0;
};
/// AlarmSummary: the loudest of each kind; `suspended`: alarms are paused or off at the bedside; `standby`: nobody is
/// monitored.
struct AlarmSummary {
  AlertCondition condition;
  AlarmPriority patient = AlarmPriority::none;
  AlarmPriority technical = AlarmPriority::none;
  bool suspended = false;
  bool standby = false;
  Ticks at = 0;
};

/// PatientState as the monitor has it.
enum class PatientState : std::uint16_t { empty = 0, pre_admitted = 1, admitted = 2, discharged = 8 };
/// Patient is who the monitor says lies there; what it did not tell is empty.
struct Patient {
  PatientState state = PatientState::empty;
  std::string family;
  std::string given;
  std::string id;
  std::string birth;       // 1950-01-31T00:00:00
  std::uint16_t type = 0;  // 1 adult, 2 pediatric, 3 neonatal
  std::uint16_t sex = 0;   // 1 male, 2 female, 9 unspecified
  std::optional<Measure> age, height, weight;
};

/// Device is the monitor itself.
struct Device {
  std::string bed;
  std::string manufacturer;
  std::string model;
  std::string system_id;  // hexadecimal
  std::uint16_t mode = 0;
  std::uint16_t status = 0;
  bool demonstration = false;
  bool standby = false;
  std::optional<WallTime> clock{};  // that it shows, as clock_of has it
};

/// TroubleKind is what keeps a bed from being seen; remedy says what to do.
enum class TroubleKind : std::uint8_t {
  no_answer,        // nothing comes from the monitor
  refused,          // it refuses the association: another client has it
  aborted,          // it ended the association
  released,         // it ended the association in good order
  silent,           // associated, but no data for silent_after
  no_alarms,        // it refuses to tell its alarms, or stops while it tells other things; detail: RemoteErrorCode
  no_numerics,      // likewise its numbers
  no_waves,         // likewise its waves, or it does not grant them
  request_refused,  // another request came back with an error; detail: RemoteErrorCode
  damaged_alarms,   // an alarm list could not be read; detail: which (its attribute)
  unreadable,       // a message, or an attribute within, could not be read
  unseen,           // an attribute could not be read that was never shown, and is no alarm; detail: which, the last
  too_many_objects  // more objects than handles_max; detail: how many are kept
};
/// Trouble began, or with `present` false is over. Only no_alarms, no_numerics, no_waves, unreadable and unseen are
/// said to be over.
struct Trouble {
  TroubleKind kind = TroubleKind::no_answer;
  std::uint16_t detail = 0;
  bool present = true;
};
/// Remedy is a sentence for the one who stands there, in both languages.
struct Remedy {
  std::string_view english;
  std::string_view french;
};
Remedy remedy(TroubleKind kind);

/// Phase of a client towards its monitor.
enum class Phase : std::uint8_t { waiting, associating, creating, polling, released };
struct PhaseChanged {
  Phase phase = Phase::waiting;
};

using Report = std::variant<Numeric, Wave, AlarmList, AlarmSummary, Patient, Device, Trouble, PhaseChanged>;

}  // namespace cordon::intellivue
