// SPDX-License-Identifier: Apache-2.0
// From an HL7 message to what the station takes in. Pure: sockets are gateway_hl7.cpp's. One Hl7Link is one device
// behind a connection; a gateway's connection has many.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "event/bedside.h"
#include "hl7/message.h"
#include "hl7/report.h"
#include "io/sample_index.h"

namespace cordon::io {

constexpr std::size_t hl7_alarms_max = 256;  // of one message: as many as the station keeps of a link
constexpr std::size_t hl7_traces_max = 64;   // twice what the station shows of a link

struct Hl7Reading {
  Micros period = std::chrono::seconds(10);      // of a sender that states none
  Micros period_max = std::chrono::seconds(60);  // a sender that states more is watched by this all the same
  std::optional<std::chrono::minutes>
      utc_offset;  // of devices that state no zone; their clocks are not watched without
};

/// Hl7Heard is one message and where it came from.
struct Hl7Heard {
  const hl7::Message& message;
  const hl7::Report& report;
  WallTime at;
  std::string address;  // IP address of the sender
};

/// hl7_device gives the name of the device that a message is about: by what the device states of itself, else by the
/// bed, so that two beds are never taken for one, else by the sender. Empty: a heartbeat that names nobody.
std::string hl7_device(const hl7::Report& report, const std::string& address);

/// mdc_number gives a code of IEEE 11073-10101 (partition × 65536 + term); 0 for one of another system.
std::uint32_t mdc_number(const hl7::Code& code);

class Hl7Link {
 public:
  Hl7Link(std::uint64_t link, std::string device, Hl7Reading reading)
      : link_(link), device_(std::move(device)), reading_(reading), period_(reading.period) {}

  std::uint64_t link() const { return link_; }
  /// take gives what a message of this device says; at least that it lives. Every text is as base/text.h shows it.
  std::vector<event::BedsideInput> take(const Hl7Heard& heard);
  /// trouble tells of one, unless it is told already; clear says that it is over.
  std::vector<event::BedsideInput> trouble(event::TroubleHeard what);
  std::vector<event::BedsideInput> clear(WallTime at);

 private:
  using Inputs = std::vector<event::BedsideInput>;
  void introduce(const Hl7Heard& heard, Inputs& out);
  void numerics(const Hl7Heard& heard, Inputs& out) const;
  void waves(const Hl7Heard& heard, Inputs& out);
  void alarms(const Hl7Heard& heard, Inputs& out);
  std::optional<WallTime> device_time(const std::optional<hl7::Moment>& moment) const;

  std::uint64_t link_;
  std::string device_;
  Hl7Reading reading_;
  Micros period_;
  std::optional<event::DeviceHeard> told_;
  event::PatientOffer patient_;
  std::string bed_label_;
  std::map<std::string, SampleIndex> traces_;
  std::map<hl7::AlarmType, std::vector<event::DeviceAlarm>> lists_;  // of a device that lists all that is active
  std::string trouble_;
};

}  // namespace cordon::io
