// SPDX-License-Identifier: Apache-2.0
// What the bedside's vocabulary is made of: channels, devices, patients as devices name them, and the words for alarms
// and for the worth of a value.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace cordon::event {

enum class Protocol : std::uint8_t { sdc, hl7, intellivue };

/// AlarmPriority as in IEC 60601-1-8; `none` is information that makes no signal of its own.
enum class AlarmPriority : std::uint8_t { none, low, medium, high };

enum class AlarmKind : std::uint8_t { physiological, technical };

/// AlarmOrigin says who found the condition: the device itself, a limit that a person set, or the station.
enum class AlarmOrigin : std::uint8_t { device, limit, station };

/// Validity of one value, in the device's own words.
enum class Validity : std::uint8_t {
  valid,
  questionable,
  calibrating,
  invalid,      // measured, and the device says that it is wrong: leads off, artefact
  missing,      // not measured: no value at all
  demo,         // of a demonstration or a simulator mode
  unconfirmed,  // a value stands there, and beside it that none could be obtained (docs/decisions/0011)
};

/// Channel is one measured quantity of one device. `code` is the MDC code of IEEE 11073-10101 (partition × 65536 +
/// term), 0 when the device gave none; `unit` is UCUM, empty when unknown. `group` is what of the device the quantity
/// stands in, a line or a sensor: the parts of one pressure have one group. It is live only: nothing records it.
struct Channel {
  std::string handle;  // unique within the device
  std::uint32_t code = 0;
  std::string label;
  std::string unit;
  std::string group{};
  friend bool operator==(const Channel&, const Channel&) = default;
};

/// no_number is the value of what could not be read or was not measured: nobody takes it for one that was sent.
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// PatientOffer is whom a device takes its patient to be. It is compared and shown; it never places anybody.
struct PatientOffer {
  std::string identifier;
  std::string family;
  std::string given;
  std::string born;  // YYYY-MM-DD
  bool empty() const { return identifier.empty() && family.empty() && given.empty() && born.empty(); }
  friend bool operator==(const PatientOffer&, const PatientOffer&) = default;
};

/// DeviceIdentity is what a device says of itself. `device` is stable over reconnects: "sdc:urn:uuid:…",
/// "intellivue:00:09:FB:…", "hl7:GATEWAY/1234".
struct DeviceIdentity {
  std::string device;
  Protocol protocol = Protocol::sdc;
  std::string address;  // IP address, without the port
  std::string maker;
  std::string model;
  std::string serial;
  std::string bed_label;
  std::string place{};  // HL7: all of PV1-3, to compare; by it a gateway tells devices of one name apart
  friend bool operator==(const DeviceIdentity&, const DeviceIdentity&) = default;
};

}  // namespace cordon::event
