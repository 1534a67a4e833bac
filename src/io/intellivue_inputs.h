// SPDX-License-Identifier: Apache-2.0
// From the Reports of an IntelliVue client to what the station takes in. Pure: sockets are gateway_intellivue.cpp's.
// One IntellivueLink follows one monitor; each association with it is a link of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "event/bedside.h"
#include "intellivue/report.h"
#include "io/sample_index.h"

namespace cordon::io {

/// intellivue_period: a monitor answers the poll of its numerics every 1024 ms (the guide, "Polling numerics").
constexpr Micros intellivue_period = std::chrono::milliseconds(1024);
constexpr std::size_t intellivue_traces_max = 64;  // twice what the station shows of a link

class IntellivueLink {
 public:
  /// new_link numbers a new association; address: the monitor's, with its port where it is not 24105.
  IntellivueLink(std::string address, std::function<std::uint64_t()> new_link)
      : address_(std::move(address)), new_link_(std::move(new_link)) {}

  /// take gives what the reports of one datagram or tick say. Every text is as base/text.h shows it.
  std::vector<event::BedsideInput> take(const std::vector<intellivue::Report>& reports, WallTime at);
  /// alive tells of a datagram that said nothing else.
  std::vector<event::BedsideInput> alive(WallTime at) const;
  /// flooded tells that datagrams of it are dropped, or are no more.
  std::vector<event::BedsideInput> flooded(WallTime at, bool now);
  /// gone closes what is open.
  std::vector<event::BedsideInput> gone(WallTime at, std::string why);

 private:
  using Inputs = std::vector<event::BedsideInput>;
  void on(const intellivue::Numeric& numeric, WallTime at, Inputs& out);
  void on(const intellivue::Wave& wave, WallTime at, Inputs& out);
  void on(const intellivue::AlarmList& list, WallTime at, Inputs& out);
  void on(const intellivue::AlarmSummary& summary, WallTime at, Inputs& out);
  void on(const intellivue::Patient& patient, WallTime at, Inputs& out);
  void on(const intellivue::Device& device, WallTime at, Inputs& out);
  void on(const intellivue::Trouble& trouble, WallTime at, Inputs& out);
  void on(const intellivue::PhaseChanged& changed, WallTime at, Inputs& out);
  void introduce(WallTime at, Inputs& out);
  void open(WallTime at, Inputs& out);
  void say_alarms(WallTime at, Inputs& out) const;
  void data_came(WallTime at, Inputs& out);
  Micros unwrapped(intellivue::Ticks ticks);

  std::string address_;
  std::function<std::uint64_t()> new_link_;
  std::uint64_t link_ = 0;  // of this association, or of the last one; 0 before the first
  bool open_ = false;
  intellivue::Device device_;
  event::PatientOffer patient_;
  event::DeviceHeard told_;
  std::string trouble_;
  std::vector<event::DeviceAlarm> patient_alarms_;
  std::vector<event::DeviceAlarm> technical_alarms_;
  bool suspended_ = false;
  std::map<std::string, SampleIndex> traces_;
  std::optional<intellivue::Ticks> ticks_;  // of the newest answer with samples …
  std::int64_t ticks_total_ = 0;            // … and the same since the first, wrapping undone
};

}  // namespace cordon::io
