// SPDX-License-Identifier: Apache-2.0
// Station: the single writer of the station's logbook. step(input) gives the events to record; what sounds and what is
// shown follows from state, links and time (signal.h, view.h) and goes out before they are recorded. One thread,
// deterministic, no clock, no I/O.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bedside/live.h"
#include "bedside/state.h"
#include "bedside/watch.h"

namespace cordon::bedside {

/// start_patience: after a start, devices have so long to come back before their beds are told silent.
constexpr Micros start_patience = std::chrono::seconds(5);

/// limits_patience: a limit's alarm whose channel a new link has not brought for so long is one of then: it stands
/// until somebody has answered it, or ended it, or the channel is back.
constexpr Micros limits_patience = std::chrono::seconds(10);
/// gone_after: what a device at no bed said last is over when it has said nothing for so long.
constexpr Micros gone_after = std::chrono::seconds(60);
constexpr std::size_t addresses_max = 1024;  // whose new names are counted

/// memory_condition: what was before this start is not known, or not all of it. Its text says which: memory_part_lost,
/// or whether anything is recorded (app/station_memory.h).
constexpr std::string_view memory_condition = "memory";
constexpr std::string_view memory_part_lost = "part";
/// beds_condition: devices stood at beds that the configuration does not name, which its text says.
constexpr std::string_view beds_condition = "beds";

struct Policy {
  std::vector<std::string> beds;  // of the unit, in the order of its corridor
};

/// frozen_trace gives the handle of the trace that an alarm says stands still; empty where it says something else.
std::string frozen_trace(const Alarm& alarm);

/// limited_handle gives the handle of the channel that a limit's alarm is about.
std::string limited_handle(const Alarm& alarm);
/// brought_after: what a link has not brought for so long does not come with it.
Micros brought_after(const Link& link);

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
  /// spoken_link_of gives the same, but for one that is there because of trouble and by which nothing was said.
  const Link* spoken_link_of(const std::string& device) const;
  /// device_of gives whose link that is, and nothing for one that is unknown or whose word is not taken.
  const event::DeviceIdentity* device_of(std::uint64_t link) const;
  /// in_doubt says whether a device is another one than a person put at its bed, or may be.
  bool in_doubt(const std::string& device) const;
  /// Claim: others say that they are a device.
  struct Claim {
    std::string addresses;   // of the one that no person confirmed; where neither of two was confirmed, of both
    bool contested = false;  // neither was
  };
  std::map<std::string, Claim> claims(WallTime at) const;
  /// unconfirmed_since gives since when an alarm's device is heard again without a word about it, as one that tells
  /// only changes does: its end may have fallen into the time between. Nothing for an alarm that it has named since.
  /// Likewise since when one that is in doubt denies it, when a limit's last value came that could be judged, and when
  /// a trace last moved that stands still.
  /// Of what only the device can take back it gives the start, where it has not come back since.
  std::optional<WallTime> unconfirmed_since(const Alarm& alarm) const;
  /// silenced_at_bedside says whether an alarm's device tells, now, that its sound is stopped there. It changes nothing
  /// here: the station sounds on.
  bool silenced_at_bedside(const Alarm& alarm, WallTime now) const;
  /// waiting_at_no_bed counts what devices at no bed say is present and is not told yet (alarms_unplaced_max).
  std::size_t waiting_at_no_bed() const;
  /// other_unit gives the unit in which devices that live at its bed measure what a limit is about, where it can be
  /// compared with none of them.
  std::optional<std::string> other_unit(const event::LimitSet& limit) const;
  /// beds_of gives the beds in which this person lies, but for one.
  std::vector<std::string> beds_of(const event::PatientOffer& patient, const std::string& but_for) const;

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
  void on(const event::DeviceBeyond& input);
  void on(const event::DeviceAssigned& input);
  void on(const event::PatientPlaced& input);
  void on(const event::AlarmAcknowledged& input);
  void on(const event::AlarmOver& input);
  void on(const event::NumberTakenOff& input);
  void on(const event::AudioPaused& input);
  void on(const event::LimitSet& input);
  void on(const event::SoundChanged& input);
  void on(const event::OwnTrouble& input);
  void on(const event::PaperPrinted& input) { record(input); }
  void on(const event::PersonChanged& input) { record(input); }
  void on(const event::SessionChanged& input) { record(input); }
  void on(const event::CertificateChanged& input) { record(input); }

  /// Condition is one thing that is wrong, or is not any more.
  struct Condition {
    event::AlarmOrigin origin = event::AlarmOrigin::device;
    std::string device;
    event::DeviceAlarm alarm;
    std::string bed{};  // of what is of no device; else the device's own
  };
  void record(event::BedsideEvent event);

  // links (station.cpp)
  Link* find(std::uint64_t link);
  Link* heard_on(std::uint64_t link, WallTime at);
  void release_name(const event::DeviceHeard& input);
  void claim(const event::DeviceHeard& input);
  void own(const event::DeviceHeard& input);
  std::optional<Link> displace(const event::DeviceHeard& input);
  void step_back(Link& link);
  void record_waiting(Link& link, WallTime at);
  void change_identity(Link& link, const event::DeviceHeard& input);
  void hold_what_stands(Link& link, WallTime at);
  void begin(Link& link, WallTime at, const Link* old);
  void come_back(Link& link, const Link* former, WallTime at);
  void carry_over(Link& link, const Link& old, WallTime at);
  void miss_what_stood(Link& link, WallTime at);
  void inherit(Link& link, Link old);
  void promote(WallTime at);
  bool is_confirmed(const Link& link) const;
  void make_known(Link& link, WallTime at);
  bool may_name_another(const std::string& address, WallTime at);
  void make_room();
  bool is_live(const std::string& device, WallTime at) const;

  // conditions (station_alarms.cpp)
  /// is_news says whether a condition is another one than what is recorded of it.
  bool is_news(const Condition& condition) const;
  /// note records what changed about a condition, if anything did.
  void note(WallTime at, const Condition& condition);
  void end(WallTime at, const Alarm& alarm);
  void end_all(WallTime at, event::AlarmOrigin origin, const std::string& device);
  /// move has a device's alarm go with it to another bed.
  void move(WallTime at, const Alarm& alarm, const std::string& bed);
  void device_alarm(Link& link, WallTime at, const event::DeviceAlarm& alarm);
  bool has_room(const Link& link, const event::DeviceAlarm& alarm) const;
  bool is_high(const std::string& device, const WaitingAlarm& waiting) const;
  bool may_record(Link& link, bool high, WallTime at);
  bool is_told_now(Link& link, const WaitingAlarm& waiting, WallTime at);
  bool has_room_for_new(const std::string& device, bool high) const;
  bool drain_one(Link& link, bool high, WallTime at);
  void drain(WallTime at);
  void let_in(Link& link, WallTime at, const WaitingAlarm& waiting);
  bool denies(Link& link, const event::DeviceAlarm& alarm);
  void believe(Link& link, WallTime at);
  std::optional<WallTime> unvalued_since(const Link& link, const Alarm& alarm) const;
  void judge(Link& link, const std::string& handle, WallTime at);

  // time (station_watch.cpp)
  /// Beside is what is wrong with a device that its own link does not tell.
  struct Beside {
    std::optional<Claim> claim;
    std::string poses_as;           // from its address somebody says to be the device of this bed
    std::vector<Finding> unjudged;  // limits without values
    std::set<std::string> stand;    // likewise, told before its link began, which has brought none yet either
  };
  std::map<std::string, Beside> find_beside(WallTime at) const;
  void find_unjudged_at(const std::string& bed, const std::vector<std::string>& live, WallTime at,
                        std::map<std::string, Beside>& out) const;
  bool is_over(WallTime at, const Alarm& alarm, const Link* link) const;
  std::map<std::string, std::string> liars(WallTime at) const;
  std::map<std::string, std::vector<std::string>> live_at_beds(WallTime at) const;
  void watch(WallTime at, const std::string& device, const Beside& beside);
  void end_what_nothing_can_end(WallTime at, const std::string& device);
  bool is_answered_without_value(const Link& link, const Alarm& alarm) const;
  void end_limits_of(WallTime at, const std::string& device, const std::string& handle);
  void resound(WallTime at);
  void escalate(WallTime at);

  void remember(WallTime at);
  // people (station_people.cpp)
  std::vector<std::uint32_t> limits_kept(const event::PatientPlaced& placed) const;
  void forget_former(WallTime at, const std::string& bed);
  void end_limits(WallTime at, const std::string& bed, const std::function<bool(std::uint32_t)>& changes);
  bool has_bed(const std::string& bed) const;
  void note_beds(WallTime at, const std::string& left = "");
  void take_off_lost_beds(WallTime at);
  void note_lost_beds(WallTime at);

  Policy policy_;
  State state_;
  std::map<std::uint64_t, Link> links_;
  std::map<std::string, std::uint64_t> link_by_device_;
  std::map<std::string, Link> robbed_;   // of a device in doubt: the last link of the one that a person confirmed
  std::map<std::string, Budget> names_;  // by address
  Budget unplaced_ = unplaced_budget;
  Budget unplaced_high_ = unplaced_budget;
  std::uint32_t waves_ = 0;  // the number of the last trace
  std::uint64_t order_ = 0;  // of what waits
  WallTime began_;
  WallTime ticked_;
  Events out_;
};

}  // namespace cordon::bedside
