// SPDX-License-Identifier: Apache-2.0
// State: what the station must not lose: devices and their beds, patients, limits, open alarms and who answered them.
// The fold of the logbook's events and of nothing else. What devices say from second to second is live.h.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "event/bedside.h"
#include "people/roster.h"

namespace cordon::bedside {

constexpr std::size_t devices_max = 512;              // four at each of 128 beds; the one longest unheard gives way
constexpr std::size_t devices_per_address_max = 128;  // at no bed, heard from one address; likewise
/// latched_per_device_max bounds what ended and waits for a person, of one device; the oldest give way. Those that are
/// present are bounded by Station (live.h).
constexpr std::size_t latched_per_device_max = 64;
constexpr std::size_t limits_per_bed_max = 64;
constexpr Micros audio_pause_max = std::chrono::seconds(120);  // IEC 60601-1-8, unless the hospital says otherwise
constexpr std::size_t ended_alarms_max = 4096;                 // the oldest give way; the logbook has them all

/// Alarm is one occurrence of one condition, or several of which none was acknowledged.
struct Alarm {
  std::uint64_t number = 0;
  event::AlarmOrigin origin = event::AlarmOrigin::device;
  std::string device;
  std::string condition;
  std::string bed;
  event::AlarmPriority priority = event::AlarmPriority::low;
  event::AlarmKind kind = event::AlarmKind::physiological;
  std::uint32_t code = 0;
  std::string text;
  WallTime raised;   // or became graver
  WallTime ended{};  // the epoch while it is present
  bool present = true;
  std::uint32_t level = 0;                                   // of escalation
  event::AlarmPriority gravest = event::AlarmPriority::low;  // that nobody has acknowledged
  bool dangerous = false;      // it was at any time what stays until somebody acknowledges it
  std::uint32_t times = 1;     // how often it was raised since somebody acknowledged it
  WallTime unanswered{};       // since when: raised, graver, or sounding again
  std::uint64_t change = 0;    // State::changes when it was raised or became graver
  bool former = false;         // it ended before another patient was placed in this bed
  WallTime closed{};           // when it left the open ones, in this run
  bool acknowledged = false;   // and nothing has made it unanswered since
  WallTime acknowledged_at{};  // the last time, whatever came after
  std::string acknowledged_by{};
  WallTime silent_until{};  // its sound pauses until then
  friend bool operator==(const Alarm&, const Alarm&) = default;
};

/// change_of is what an alarm is, as the record of its next step.
event::AlarmChanged change_of(const Alarm& alarm, event::AlarmStep step, WallTime at);

/// said_of is an alarm that is present, as its device would say it.
event::DeviceAlarm said_of(const Alarm& alarm);

/// is_another says whether a device that calls itself the same may be another one, or stand elsewhere.
bool is_another(const event::DeviceIdentity& a, const event::DeviceIdentity& b);

/// by_station: nobody has taken this device off its bed, which the configuration does not name any more.
constexpr std::string_view by_station = "station";

struct Device {
  event::DeviceIdentity identity;
  std::string bed;                                 // empty: at none
  std::string former_bed;                          // that the configuration does not name, until a person places it
  std::optional<event::DeviceIdentity> confirmed;  // as a person put it there; nothing: not known
  std::uint64_t heard = 0;                         // order of DeviceKnown and DeviceAssigned, for who gives way
  std::uint64_t first = 0;                         // order of the first DeviceKnown
  /// is_confirmed_as says whether a person put just this one at its bed.
  bool is_confirmed_as(const event::DeviceIdentity& said) const { return confirmed && !is_another(*confirmed, said); }
  bool doubted() const { return !bed.empty() && !is_confirmed_as(identity); }
  friend bool operator==(const Device&, const Device&) = default;
};

struct Bed {
  event::PatientOffer patient;
  std::map<std::uint32_t, event::LimitSet> limits;  // by MDC code
};

struct State {
  event::StationStarted started;
  std::map<std::string, Device> devices;
  std::map<std::string, Bed> beds;
  std::map<std::uint64_t, Alarm> open;  // present, or latched
  std::deque<Alarm> ended;              // in the order in which they were closed
  std::uint64_t alarms = 0;             // the number of the last one
  std::uint64_t gave_way = 0;           // how many latched ones gave way to others
  std::uint64_t changes = 0;            // how often an alarm was raised or became graver
  event::SoundChanged sound{{}, true, "", ""};
  people::Roster roster;

  /// apply folds one event in. Total: any event in any order gives a state.
  void apply(const event::BedsideEvent& event);

  /// doubt_devices has every device at a bed confirmed by a person again: for a logbook of which a part cannot be read,
  /// which is no event.
  void doubt_devices();

  /// Condition names what is wrong: a device's own names and ours cannot be mistaken for one another.
  using Condition = std::tuple<event::AlarmOrigin, std::string, std::string>;  // origin, device, condition
  /// present_alarm gives the alarm of a condition that is present, or null. A latched one that has ended is not it.
  const Alarm* present_alarm(const Condition& condition) const;
  /// present_of gives the conditions of a device that are present.
  std::vector<const Alarm*> present_of(event::AlarmOrigin origin, const std::string& device) const;
  /// bed_of gives where a device stands; empty: at none.
  const std::string& bed_of(const std::string& device) const;
  /// gives_way names the device that goes when this one becomes known: nothing when there is room, and the newcomer
  /// itself when it is the one that finds none. A device at a bed never gives way.
  std::optional<std::string> gives_way(const event::DeviceIdentity& newcomer) const;

 private:
  void on(const event::StationStarted& e);
  void on(const event::DeviceKnown& e);
  void on(const event::DeviceAssigned& e);
  void on(const event::PatientPlaced& e);
  void on(const event::AlarmChanged& e);
  void on(const event::AlarmAcknowledged& e);
  void on(const event::AlarmOver& e);
  void on(const event::NumberTakenOff&) {}
  void on(const event::AudioPaused& e);
  void on(const event::LimitSet& e);
  void on(const event::SoundChanged& e) { sound = e; }
  void on(const event::PaperPrinted&) {}
  void on(const event::PersonChanged& e) { roster.apply(e); }
  void on(const event::SessionChanged& e) { roster.apply(e); }
  void on(const event::CertificateChanged&) {}
  void raise(const event::AlarmChanged& e);
  std::vector<std::uint64_t> same_unanswered(const event::AlarmChanged& e) const;
  std::vector<const Alarm*> left_unanswered(const event::AlarmChanged& e) const;
  void change(Alarm& alarm, const event::AlarmChanged& e);
  void resound(Alarm& alarm, WallTime at);
  void end(Alarm& alarm, WallTime at);
  void close(std::uint64_t number, WallTime at);
  void forget(const std::string& device, WallTime at);
  void bound_latched(const std::string& device, WallTime at);

  using Latched = std::set<std::pair<std::string, std::uint64_t>>;  // device, alarm
  std::map<Condition, std::uint64_t> present_;                      // the open alarm of each condition that is present
  Latched latched_;                                                 // open, and not present
  std::uint64_t order_ = 0;
};

}  // namespace cordon::bedside
