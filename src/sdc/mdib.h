// SPDX-License-Identifier: Apache-2.0
// Mdib: one device's descriptors and states as the reports leave them, given out as plain readings. It says when a new
// GetMdib is needed; who sends it is consumer.h. Patients and places are offers: people confirm them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sdc/messages.h"
#include "sdc/units.h"

namespace cordon::sdc {

constexpr std::size_t missing_max = 256;  // versions waited for before everything is asked again: 20 s of a busy bed

/// What names a reading. `described` is false where the state speaks of a newer descriptor than the one known: unit,
/// period and code are then empty, since they may have changed.
struct Subject {
  std::string handle;
  std::string mds;  // the sub-device it belongs to
  std::optional<std::uint32_t> mdc;
  std::string code;   // as sent, where it is no MDC code
  std::string label;  // English, else the device's first
  bool described = true;
  std::string channel{};  // what it stands in
};

struct Numeric {
  Subject subject;
  Unit unit;
  std::optional<double> value;  // none: the device has none
  std::optional<Validity> validity;
  std::optional<Mode> mode;
  std::optional<Activation> activation;
  std::optional<WallTime> determined;  // the device's clock
  std::optional<double> resolution;
  std::string category;
  bool no_number = false;  // a value is stated, and cannot be read as a number
};

/// Word is the value of a text or enumeration metric, with the type that an allowed value has.
struct Word {
  Subject subject;
  std::optional<std::string> text;
  std::optional<CodedValue> type;
  std::optional<Validity> validity;
  std::optional<WallTime> determined;
};

struct Mark {
  std::uint64_t sample = 0;
  CodedValue type;
};

/// Wave is one piece of a trace; a sample that is no number is NaN. `determined` is the time of the first sample.
struct Wave {
  Subject subject;
  Unit unit;
  std::optional<Nanos> period;
  std::vector<double> samples;
  std::optional<WallTime> determined;
  std::optional<double> resolution;
  std::optional<Validity> validity;
  std::optional<Mode> mode;
  std::optional<Activation> activation;
  std::vector<Mark> marks;
};

struct Signal {
  std::string handle;
  std::optional<Manifestation> manifestation;
  std::optional<SignalPresence> presence;
  std::optional<Activation> activation;
  std::optional<bool> latching;
};

/// Alarm is a condition with its signals. `presence` none: the device did not say.
struct Alarm {
  Subject subject;
  ConditionKind kind = ConditionKind::other;
  std::optional<Priority> priority;  // the actual one, else the descriptor's
  std::optional<bool> presence;
  std::optional<Activation> activation;
  std::optional<WallTime> determined;
  std::vector<std::string> sources;
  std::optional<Range> limits;
  std::string monitored_limits;
  std::vector<Signal> signals;
};

/// Bedside audio paused or off stands in `signals`.
struct AlertSystem {
  Subject subject;
  std::optional<Activation> activation;
  std::vector<SystemSignal> signals;
};

/// Component is the technical state of a part: on, failed, a battery's charge.
struct Component {
  Subject subject;
  DescriptorKind kind = DescriptorKind::other;
  std::optional<Activation> activation;
  std::string charge_status;
  std::vector<NamedMeasurement> measurements;
};

struct PatientOffer {
  std::string handle;
  std::string mds;
  std::optional<Association> association;
  std::vector<Identifier> identifiers;
  std::vector<Identifier> validators;  // who confirmed it at the bedside
  Person person;
};
struct LocationOffer {
  std::string handle;
  std::string mds;
  std::optional<Association> association;
  std::vector<Identifier> identifiers;
  Location location;
};

/// Readings is what one report or one MDIB says.
struct Readings {
  std::vector<Numeric> numerics;
  std::vector<Word> words;
  std::vector<Wave> waves;
  std::vector<Alarm> alarms;
  std::vector<AlertSystem> alert_systems;
  std::vector<Component> components;
  std::vector<PatientOffer> patients;
  std::vector<LocationOffer> locations;
};

enum class Order : std::uint8_t {
  applied,
  old,           // everything in it is already known
  gap,           // applied, but something before it did not arrive
  new_sequence,  // not applied: the device began anew
  no_mdib,       // not applied: nothing is loaded yet
};

/// Moved is what of the states that a newer MDIB has differs from those that are known.
struct Moved {
  bool traces = false;
  bool others = false;
};

struct SystemError {
  std::string mds;
  std::string code;
  std::string text;
};

struct Applied {
  Order order = Order::applied;
  bool description_changed = false;  // ask for all(): an alarm or a trace may be gone
  Readings readings;
  std::vector<SystemError> errors;
  std::size_t unknown_states = 0;  // of parts that nobody described
};

class Mdib {
 public:
  /// load replaces everything. Of two descriptors or states with one handle the first counts.
  void load(MdibContent content);
  /// apply takes what is newer than what is known; a state older than its own version is left out.
  Applied apply(const Report& report);
  /// merge takes context states beside the MDIB.
  void merge(const std::vector<State>& states);

  bool loaded() const { return loaded_; }
  const MdibVersion& at() const { return at_; }
  /// needs_mdib: a report is missing, a part is unknown or newer than described.
  bool needs_mdib() const { return !loaded_ || undescribed_ || misses_reports(); }
  /// misses_reports: what did not arrive may have been an alarm's beginning.
  bool misses_reports() const { return lost_ || !missing_.empty(); }
  bool describes_traces() const;
  /// moved compares what the states say, whatever their versions: some devices count these in answers alone.
  Moved moved(const MdibContent& newer) const;
  /// all gives every reading that has a state.
  Readings all() const;
  std::optional<Descriptor> descriptor(std::string_view handle) const;
  std::size_t descriptor_count() const { return descriptors_.size(); }

 private:
  bool note_version(std::uint64_t version);
  void take(const State& state, bool is_newer, Applied& out, std::set<std::string>& alarms);
  void change_description(const ReportPart& part);
  void remove(const std::vector<Descriptor>& gone);
  void give(const State& state, Readings& out) const;
  void give_metric(const Descriptor& descriptor, const State& state, Readings& out) const;
  void give_context(const Descriptor& descriptor, const State& state, Readings& out) const;
  void give_alarm(const Descriptor& condition, Readings& out) const;
  Subject subject(const Descriptor& descriptor, const State& state) const;
  std::string mds_of(const Descriptor& descriptor) const;
  const State* state_of(std::string_view descriptor) const;
  std::vector<Signal> signals_of(std::string_view condition) const;

  std::map<std::string, Descriptor, std::less<>> descriptors_;
  std::map<std::string, State, std::less<>> states_;              // by key()
  std::multimap<std::string, std::string, std::less<>> signals_;  // condition → its signals
  MdibVersion at_;
  std::set<std::uint64_t> missing_;
  bool loaded_ = false;
  bool lost_ = false;         // more reports are missing than are counted
  bool undescribed_ = false;  // a part is unknown, newer than described, or one too many
};

}  // namespace cordon::sdc
