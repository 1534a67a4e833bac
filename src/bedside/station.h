// SPDX-License-Identifier: Apache-2.0
// Station: the single writer of the station's logbook. step(input) gives the events to record; what sounds and what is
// shown follows from state, links and time (signal.h, view.h) and goes out before they are recorded. One thread,
// deterministic, no clock, no I/O.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bedside/live.h"
#include "bedside/state.h"
#include "bedside/watch.h"

namespace cordon::bedside {

/// start_patience: after a start, devices have so long to come back before their beds are told silent.
constexpr Micros start_patience = std::chrono::seconds(5);

struct Policy {
  std::vector<std::string> beds;  // of the unit, in the order of its corridor
};

using Events = std::vector<event::BedsideEvent>;

class Station {
 public:
  /// `state` is empty for a new box, or folded from its logbook.
  Station(Policy policy, State state);

  /// step takes one input; what it gives is applied to state() already.
  /// A wish that cannot be granted (no such bed, device or alarm) gives no event; a pause too long is shortened.
  Events step(const event::BedsideInput& input);

  const State& state() const { return state_; }
  const Policy& policy() const { return policy_; }
  const std::map<std::uint64_t, Link>& links() const { return links_; }
  /// link_of gives the link by which a device speaks now, or spoke last; null when there was none since the start.
  const Link* link_of(const std::string& device) const;
  /// device_of gives whose link that is, and nothing for one that is unknown or whose word is not taken.
  const event::DeviceIdentity* device_of(std::uint64_t link) const;

 private:
  void on(const event::StationStarted& input);
  void on(const event::StationTick& input);
  void on(const event::DeviceHeard& input);
  void on(const event::DeviceGone& input);
  void on(const event::NumericsHeard& input);
  void on(const event::WaveHeard& input);
  void on(const event::AlarmsHeard& input);
  void on(const event::LinkAlive& input);
  void on(const event::TroubleHeard& input);
  void on(const event::DeviceAssigned& input);
  void on(const event::PatientPlaced& input);
  void on(const event::AlarmAcknowledged& input);
  void on(const event::AudioPaused& input);
  void on(const event::LimitSet& input);
  void on(const event::SoundChanged& input);
  void on(const event::OwnTrouble& input);
  void on(const event::PersonChanged& input) { record(input); }
  void on(const event::SessionChanged& input) { record(input); }
  void on(const event::CertificateChanged& input) { record(input); }

  /// Condition is one thing that is wrong, or is not any more.
  struct Condition {
    event::AlarmOrigin origin = event::AlarmOrigin::device;
    std::string device;
    event::DeviceAlarm alarm;
  };
  void record(event::BedsideEvent event);
  /// note records what changed about a condition, if anything did.
  void note(WallTime at, const Condition& condition);
  void end(WallTime at, const Alarm& alarm);
  void device_alarm(Link& link, WallTime at, const event::DeviceAlarm& alarm);
  void drain(Link& link, WallTime at);
  void watch(WallTime at, const std::string& device);
  void check_limits(WallTime at, const std::string& device, const event::Numeric& numeric);
  void escalate(WallTime at);
  Link* heard_on(std::uint64_t link, WallTime at);
  bool has_bed(const std::string& bed) const;
  void make_room();

  Policy policy_;
  State state_;
  std::map<std::uint64_t, Link> links_;
  std::map<std::string, std::uint64_t> link_by_device_;
  std::map<std::string, std::string> claims_;  // device → the address from where another says it is this one
  std::uint32_t waves_ = 0;                    // the number of the last trace
  WallTime began_;
  Events out_;
};

}  // namespace cordon::bedside
