// SPDX-License-Identifier: Apache-2.0
// From the Reports of an IntelliVue client to what the station takes in. Pure: sockets are gateway_intellivue.cpp's.
// One IntellivueLink follows one monitor; each association with it is a link of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "event/bedside.h"
#include "gateway/oddities.h"
#include "gateway/rate_watch.h"
#include "gateway/sample_index.h"
#include "intellivue/report.h"

namespace cordon::gateway {

/// intellivue_period: a monitor answers the poll of its numerics every 1024 ms (the guide, "Polling numerics").
constexpr Micros intellivue_period = std::chrono::milliseconds(1024);
constexpr std::size_t intellivue_traces_max = 64;  // twice what the station shows of a link
/// intellivue_crowded_for: traces beyond it are told for so long after the last of them.
constexpr Micros intellivue_crowded_for = std::chrono::seconds(10);

/// IntellivueProblem is what keeps a bed from being seen, the gravest first: a bed has one at a time on its tile.
enum class IntellivueProblem : std::uint8_t {
  unreached,
  no_alarms,
  damaged_alarms,
  flood,
  unreadable,
  no_numerics,
  no_waves,
  crowded,
  odd,
  unseen  // no trouble of the bed: the page Devices alone has it
};

class IntellivueLink {
 public:
  /// new_link numbers a new association; address: the monitor's, with its port where it is not 24105.
  IntellivueLink(std::string address, std::function<std::uint64_t()> new_link)
      : address_(std::move(address)), new_link_(std::move(new_link)) {}

  /// know says whom the station knows at this address: trouble before the first word is that device's. What the monitor
  /// then says of itself counts.
  void know(const event::DeviceIdentity& known);
  /// take gives what the reports of one datagram or tick say. Every text is as base/text.h shows it.
  /// Alarms are told once, after all of them: what stands in one answer is one word on what is wrong.
  std::vector<event::BedsideInput> take(const std::vector<intellivue::Report>& reports, WallTime at);
  /// alive tells of an answer to a repeated poll that said nothing else.
  std::vector<event::BedsideInput> alive(WallTime at) const;
  /// flooded tells that datagrams of it are dropped, or are no more.
  std::vector<event::BedsideInput> flooded(WallTime at, bool now);
  /// tell_again: something that was said found no room, so that all that stands has to be said again.
  void tell_again() { again_ = true; }
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
  void forget();
  bool alarms_are_read() const;
  /// in_standby: what the monitor says of itself and its summary of the alarms count alike; some say it in one of them.
  bool in_standby() const { return device_.standby || asleep_; }
  bool is_read(const event::DeviceAlarm& alarm) const;
  std::vector<event::DeviceAlarm> standing() const;
  void say_alarms(WallTime at, Inputs& out);
  void data_came(WallTime at, Inputs& out);
  void say_trouble(WallTime at, Inputs& out);
  void say_again(WallTime at, Inputs& out);
  void crowd(WallTime at, Inputs& out);
  void calm(WallTime at, Inputs& out);
  void note_oddities(WallTime at, Inputs& out);
  Micros unwrapped(intellivue::Ticks ticks, std::uint16_t sequence);

  std::string address_;
  std::function<std::uint64_t()> new_link_;
  std::uint64_t link_ = 0;  // of this association, or of the last one; 0 before the first
  bool open_ = false;
  bool associated_ = false;
  intellivue::Device device_;
  event::PatientOffer patient_;
  event::DeviceHeard told_;
  std::map<IntellivueProblem, event::TroubleHeard> problems_;  // that stand; the first is the gravest …
  std::string trouble_;                                        // … and told
  std::set<std::uint16_t> damaged_;                            // lists that could not be read
  /// What was read of the alarms on this link; nothing: not yet, or no more.
  std::optional<std::vector<event::DeviceAlarm>> patient_alarms_;
  std::optional<std::vector<event::DeviceAlarm>> technical_alarms_;
  std::optional<bool> suspended_;
  bool asleep_ = false;  // as the summary of the alarms has it
  std::vector<event::DeviceAlarm> said_alarms_;
  bool alarms_came_ = false;
  bool again_ = false;
  Oddities oddities_;
  bool odd_patient_ = false;
  bool odd_device_ = false;
  std::optional<WallTime> traces_beyond_;  // when one found no place, last
  std::map<std::string, SampleIndex> traces_;
  std::map<std::string, RateWatch> rates_;  // of these
  std::optional<intellivue::Ticks> ticks_;  // of the newest answer …
  std::int64_t ticks_total_ = 0;            // … and the same, wrapping undone
  bool counts_ = false;                     // that time tells something: it moved, or stands in numbered answers
  std::optional<Micros> clock_ahead_;       // of ours, in a zone that nobody knows, when it last showed its time
};

}  // namespace cordon::gateway
