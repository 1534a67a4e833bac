// SPDX-License-Identifier: Apache-2.0
// Report: what one HL7 message says of one patient's bed, as plain values. Bed label and patient identifiers are what
// the device claims: they are offered to people, and nothing is assigned by them. Text is data, however it looks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hl7/moment.h"

namespace cordon::hl7 {

constexpr std::size_t oddities_max = 32;  // kept of one message; the rest is counted
constexpr std::size_t flags_max = 16;     // kept of one OBX-8; nobody means more
constexpr std::size_t markers_max = 32;   // kept of one wave; 17 were seen

/// Code: a coded element, `150021^MDC_PRESS_BLD_NONINV_SYS^MDC`.
struct Code {
  std::string id;
  std::string name;
  std::string system;
  friend bool operator==(const Code&, const Code&) = default;
};

/// Containment: OBX-4, `1.16.1.1`: device, subdevice, channel, metric, facet. `parts` is empty where it is no such
/// path. `channel` is stated by a dialect that has no such path.
struct Containment {
  std::string text;
  std::vector<std::uint32_t> parts;
  std::string channel{};
  friend bool operator==(const Containment&, const Containment&) = default;
};

/// Unit: OBX-6. `ucum` is empty where nobody knows what the device means.
struct Unit {
  std::string text;  // as stated
  std::string ucum;
  bool assumed = false;  // the dialect states none, and the parameter's usual one was taken
  friend bool operator==(const Unit&, const Unit&) = default;
};

/// Validity is why a number stands there, or why none does. A missing number is never zero.
enum class Validity : std::uint8_t {
  valid,
  empty,         // nothing stated
  null,          // stated as "", HL7's deleted value
  marker,        // a value by which the sender says that it has none: -100, -999, 8388607, ---
  not_obtained,  // OBX-11 is X, and no number stands there
  unconfirmed,   // OBX-11 is X, and a number stands there all the same
  not_a_number,  // stated, and no decimal number
  withdrawn,     // OBX-11 is D (deleted) or W (wrong)
};
const char* to_string(Validity validity);

/// Standing is what OBX-8 says of how a measurement came about, from the harmless to the gravest.
enum class Standing : std::uint8_t {
  measured,
  questionable,  // QUES, EARLY, and > or <: beyond what the instrument can measure
  calibrating,   // CAL
  demo,          // DEMO, TEST
  invalid,       // INV
  unavailable,   // NAV, NI, OFF, MSK, NAN, BUSY
};
/// standing_of gives the gravest of several flags; one that is not listed says nothing of it (L, HH, ALACT).
/// Source: IHE DEV TF Revision 10, volume 2, appendix B.8, OBX-8.
/// Case does not matter.
Standing standing_of(const std::vector<std::string>& flags);

/// Numeric is one measured value.
struct Numeric {
  Code code;
  Containment containment;
  std::optional<double> value;  // finite; none unless validity is valid or unconfirmed
  Validity validity = Validity::empty;
  std::string comparator;  // of an SN value: ">", "<="
  std::string stated;      // the value as text
  Unit unit;
  std::string range;                 // OBX-7, the limits as stated
  std::string status;                // OBX-11
  bool aperiodic = false;            // measured once, such as a cuff pressure: an old one is not a frozen one
  std::optional<Moment> at;          // OBX-14, else the order's time
  std::string device;                // OBX-18's first component, where stated
  std::vector<std::string> flags{};  // OBX-8 as stated, at most flags_max
  bool as_text = false;              // OBX-2 is ST, TX or empty
  friend bool operator==(const Numeric&, const Numeric&) = default;
};

/// Finding is an observation that is no number: a rhythm, a mode, a setting in words, or a measurement written so that
/// it is none.
struct Finding {
  Code code;
  Containment containment;
  std::string text;
  std::string status;
  std::optional<Moment> at;
  std::string device{};  // OBX-18's first component, where stated
  Unit unit{};
  bool measured = false;  // a number has to stand here: OBX-2 is ST, TX or empty, and unit or code are a measurement's
  friend bool operator==(const Finding&, const Finding&) = default;
};

/// Wave is a run of equidistant samples.
struct Wave {
  Code code;
  Containment containment;
  Unit unit;
  double rate_hz = 0;                   // 0: not stated, or not believable
  std::optional<double> resolution;     // what one step of the stated samples is worth; 1 where none was stated
  std::vector<double> invalid_markers;  // the stated samples that mean "none", at most markers_max
  std::vector<double> samples;          // in `unit`, resolution applied; NaN where there is none
  std::size_t samples_missing = 0;
  std::optional<Moment> begin;       // of the first sample: OBX-14, else OBR-7
  std::optional<Moment> end;         // OBR-8
  std::vector<std::uint8_t> opaque;  // an ED value: its bytes, which are not taken for samples
  std::string device;                // OBX-18's first component, where stated
  std::string status;                // OBX-11; with D or W every sample is missing
  std::vector<std::string> flags;    // OBX-8 as stated, at most flags_max
};

/// Device is one level of the containment tree: MDS, VMD or channel.
struct Device {
  Code code;
  Containment containment;
  std::string id;  // OBX-18
  friend bool operator==(const Device&, const Device&) = default;
};

/// Phase: MDC_ATTR_EVENT_PHASE (IHE PCD-04, facet 3).
enum class Phase : std::uint8_t {
  unstated,
  tpoint,
  start,
  continues,
  end,
  present,
  update,
  escalate,
  deescalate,
  reset,
  other
};
/// AlarmState: MDC_ATTR_ALARM_STATE (facet 4).
enum class AlarmState : std::uint8_t { unstated, inactive, active, latched, other };
/// Priority: PN, PL, PM, PH (facet 6 or OBX-8).
enum class Priority : std::uint8_t { unstated, none, low, medium, high, other };
/// AlarmType: SP, ST, SA (facet 7 or OBX-8).
enum class AlarmType : std::uint8_t { unstated, physiological, technical, advisory, other };
const char* to_string(Phase phase);
const char* to_string(AlarmState state);
const char* to_string(Priority priority);
const char* to_string(AlarmType type);

/// AlarmEvent is one change of one alarm condition.
struct AlarmEvent {
  Code event;        // MDC_EVT_LO
  std::string text;  // in the device's words
  Code source;       // the parameter or device that it is about
  std::optional<Numeric> source_value;
  Containment containment;  // without the facet
  Phase phase = Phase::unstated;
  AlarmState state = AlarmState::unstated;
  Priority priority = Priority::unstated;
  AlarmType type = AlarmType::unstated;
  std::vector<std::string> inactivation;  // facet 5 as stated: enabled, audio-paused, alarm-off, alert-acknowledged ...
  std::string abnormality;                // of OBX-8: L, H, LL, HH
  std::optional<Moment> at;
  std::string device;    // OBX-18
  std::string id;        // OBR-3: this report of it
  std::string first_id;  // OBR-29: the report that it follows
  friend bool operator==(const AlarmEvent&, const AlarmEvent&) = default;
};

/// Heartbeat: the sender says that it lives (MDC_EVT_WATCHDOG, or the echo of Mindray PDS).
struct Heartbeat {
  std::optional<std::chrono::milliseconds> period;  // the next one comes within it
  std::optional<Moment> at;
  std::string phase;  // as stated
  std::string device;
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

struct PatientIdentifier {
  std::string id;
  std::string authority;
  std::string type;  // MR, PI, VN
  friend bool operator==(const PatientIdentifier&, const PatientIdentifier&) = default;
};

/// Patient is whom the device believes to be connected to.
struct Patient {
  std::vector<PatientIdentifier> identifiers;
  std::string family;
  std::string given;
  std::string birth;  // as stated
  std::string sex;
  friend bool operator==(const Patient&, const Patient&) = default;
};

/// Bed: PV1-3, the first subcomponent of each component.
struct Bed {
  std::string unit;
  std::string room;
  std::string bed;
  std::string facility;
  friend bool operator==(const Bed&, const Bed&) = default;
};

enum class OddityKind : std::uint8_t {
  delimiters,       // MSH-2 is no usable set
  wrapped_line,     // a line that begins no segment
  charset,          // a character set that is not read
  status_shifted,   // the status stands one field too early
  time_shifted,     // the time stands one field too early
  range_shifted,    // the limit stands one field too late
  value_despite_x,  // something stands where the status says that there is nothing
  point_missing,    // a fraction of a second without its point
  time_unreadable,
  sample_unreadable,
  marker_small,      // a sample that means "none" and may as well be one: it is not taken for a marker
  rows,              // samples in several rows, read as one
  rate,              // a sample rate that nobody can believe
  attribute_alone,   // an attribute of a wave that is not there
  samples_and_time,  // more or fewer samples than the time from OBR-7 to OBR-8 holds
  priorities_differ,
  facet_alone,      // an alarm's attribute without its event
  not_decoded,      // ED: kept as bytes
  number_as_text,   // a measured number in an OBX whose type is ST, TX or empty: read all the same
  text_for_number,  // the same, and it reads as no number
};
const char* to_string(OddityKind kind);

struct Oddity {
  OddityKind kind{};
  std::size_t segment = 0;  // from 0
  friend bool operator==(const Oddity&, const Oddity&) = default;
};

enum class Kind : std::uint8_t { observations, alarm, heartbeat, answer, other };
enum class Dialect : std::uint8_t { ihe, mindray_pds };
const char* to_string(Kind kind);
const char* to_string(Dialect dialect);

struct Report {
  Kind kind = Kind::other;
  Dialect dialect = Dialect::ihe;
  std::string type;            // MSH-9 as stated: ORU^R01^ORU_R01
  std::string control_id;      // MSH-10
  std::string processing;      // MSH-11, the first component: P, or T and D, which are no patient's
  std::string sender;          // MSH-3, the first component
  std::string sender_id;       // MSH-3, the second: an EUI-64
  std::string device;          // of the outermost device that states one (OBX-18), else sender_id, else sender
  bool device_stated = false;  // by an OBX-18
  std::string place;           // all of PV1-3 as one text, to compare; empty where nothing is stated
  std::string bed_label;       // OBX 2308 of Mindray PDS; elsewhere unit, room and bed of PV1-3
  std::string bed_address;     // IP address in PV1-3 of Mindray PDS, which is the monitor's own
  Bed bed;
  bool patient_stated = false;  // a PID stands there, be it an empty one
  Patient patient;
  std::optional<Moment> at;  // MSH-7
  std::vector<Device> devices;
  std::vector<Numeric> numerics;
  std::vector<Wave> waves;
  std::vector<Finding> findings;
  std::vector<AlarmEvent> alarms;
  bool alarms_are_all = false;  // Mindray PDS lists all that are active (unverified); elsewhere each is a change
  std::optional<Heartbeat> heartbeat;
  std::vector<Oddity> oddities;  // at most oddities_max
  std::size_t oddities_seen = 0;
};

/// standing_of gives the graver of that and of what MSH-11 says: training (T) and debugging (D) are a demonstration.
Standing standing_of(const std::vector<std::string>& flags, const Report& report);

}  // namespace cordon::hl7
