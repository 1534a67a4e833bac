// SPDX-License-Identifier: Apache-2.0
// From an HL7 message to what the station takes in. Pure: sockets are gateway_hl7.cpp's. One Hl7Link is one device of a
// sender; a gateway has many. Which one a message is about, hl7_sender.h tells.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "event/bedside.h"
#include "gateway/hl7_conditions.h"
#include "gateway/hl7_lateness.h"
#include "gateway/hl7_names.h"
#include "gateway/hl7_pace.h"
#include "gateway/observed_period.h"
#include "gateway/oddities.h"
#include "gateway/rate_watch.h"
#include "gateway/sample_index.h"
#include "hl7/report.h"

namespace cordon::gateway {

constexpr std::size_t hl7_alarms_max = 256;                   // of one message: as many as the station keeps of a link
constexpr std::size_t hl7_traces_max = 64;                    // twice what the station shows of a link
constexpr Micros hl7_unread_for = std::chrono::seconds(10);   // so long after the last trace that cannot be read
constexpr Micros hl7_crowded_for = std::chrono::seconds(10);  // so long after the last message with more it is told

struct Hl7Reading {
  Micros period =
      std::chrono::seconds(10);  // of a sender that states none, until five messages of it were heard; at most
  Micros period_max = std::chrono::seconds(60);  // a sender that states more is watched by this all the same
  std::optional<std::chrono::minutes>
      utc_offset;  // of devices that state no zone; their clocks are not watched without
};

/// Hl7Memory is what stays known of a device when it is connected anew.
struct Hl7Memory {
  Hl7Conditions conditions;
  ObservedPeriod observed;
  std::set<std::string> traces = {};  // handles of those that could be read, hl7_traces_max of them
  Hl7Lateness lateness = {};
};

/// Hl7Heard is what one message says of this device, and where it came from.
struct Hl7Heard {
  const hl7::Report& report;
  WallTime at;
  std::string address;  // IP address of the sender
};

class Hl7Link {
 public:
  /// before: what was known of the same device before it was connected anew; stated: what it is known to state.
  Hl7Link(std::uint64_t link, std::string device, Hl7Reading reading, std::optional<Hl7Memory> before = {},
          Hl7Stated stated = {})
      : link_(link),
        device_(std::move(device)),
        reading_(reading),
        period_(reading.period),
        stated_(std::move(stated)),
        memory_(before ? std::move(*before) : Hl7Memory{{}, ObservedPeriod(reading.period)}) {
    memory_.observed.connected_anew();
  }

  std::uint64_t link() const { return link_; }
  const std::string& device() const { return device_; }
  const Hl7Memory& memory() const { return memory_; }
  /// told_of tells whether a report is of an alarm that began on this link.
  bool told_of(const hl7::Report& report);
  /// tell_again: something that was said found no room, so that the device has to be introduced anew.
  void tell_again() { again_ = true; }
  /// take gives what a message of this device says; at least that it lives. Every text is as base/text.h shows it.
  std::vector<event::BedsideInput> take(const Hl7Heard& heard);
  /// trouble tells of one, unless it is told already; clear says that it is over.
  std::vector<event::BedsideInput> trouble(event::TroubleHeard what);
  std::vector<event::BedsideInput> clear(WallTime at);

 private:
  using Inputs = std::vector<event::BedsideInput>;
  void note_lateness(const Hl7Heard& heard);
  void introduce(const Hl7Heard& heard, Inputs& out);
  void numerics(const Hl7Heard& heard, Inputs& out);
  bool waves(const Hl7Heard& heard, Inputs& out);
  void note_unread(const event::Channel& trace, WallTime at, Inputs& out);
  Inputs tell(event::TroubleHeard what);
  void alarms(const Hl7Heard& heard, Inputs& out);
  void changes(const Hl7Heard& heard, Inputs& out);
  void lists(const Hl7Heard& heard, Inputs& out);
  void note_crowd(const Hl7Heard& heard, bool traces_beyond, Inputs& out);
  void note_names(const Hl7Heard& heard);
  void note_oddities(const Hl7Heard& heard, Inputs& out);
  std::optional<WallTime> device_time(const std::optional<hl7::Moment>& moment) const;
  std::optional<WallTime> local_time(const std::optional<hl7::Moment>& moment) const;

  std::uint64_t link_;
  std::string device_;
  Hl7Reading reading_;
  Micros period_;
  Micros late_{};  // by how much the message is that is being read
  bool period_stated_ = false;
  std::optional<event::DeviceHeard> told_;
  bool again_ = false;
  event::PatientOffer patient_;
  std::string bed_label_;
  Hl7Stated stated_;
  std::map<std::string, SampleIndex> traces_;
  std::map<std::string, RateWatch> rates_;  // of these
  Hl7Memory memory_;
  Hl7Pace pace_;
  // Of a device that lists all that is active: each list, once it was read on this link.
  std::optional<std::vector<event::DeviceAlarm>> patient_list_;
  std::optional<std::vector<event::DeviceAlarm>> technical_list_;
  bool patient_cut_ = false;
  bool technical_cut_ = false;
  std::string trouble_;
  std::optional<WallTime> unread_;  // told: when the last trace could not be read
  Oddities oddities_;
  bool odd_patient_ = false;
  bool odd_bed_ = false;
  bool odd_device_ = false;
  std::optional<WallTime> crowded_;  // when a message had more than is taken, last
};

}  // namespace cordon::gateway
