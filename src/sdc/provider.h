// SPDX-License-Identifier: Apache-2.0
// Provider: a bedside device's side of SDC, for the lab and for tests: it answers a consumer's requests and makes its
// reports. It has no socket and no clock. Not for patients: it measures nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sdc/discovery.h"
#include "sdc/eventing.h"
#include "sdc/messages.h"
#include "sdc/metadata.h"

namespace cordon::sdc {

constexpr std::size_t subscribers_max = 32;

struct NumericPlan {
  std::string handle;
  std::uint32_t mdc = 0;
  std::string label;
  std::uint32_t unit = 262656;
  double resolution = 1;
};
struct WavePlan {
  std::string handle;
  std::uint32_t mdc = 0;
  std::string label;
  std::uint32_t unit = 262656;
  Nanos period{4'000'000};
  double resolution = 0.001;
};
struct AlarmPlan {
  std::string handle;
  std::uint32_t mdc = 0;
  std::string label;
  Priority priority = Priority::medium;
  ConditionKind kind = ConditionKind::physiological;
  std::string source;                  // a numeric's handle, or "mds"
  std::optional<Range> limits;         // makes it a limit condition
  std::vector<Manifestation> signals;  // "HANDLE.0", "HANDLE.1", …
};

/// BedPlan is a small bedside monitor: one sub-device "mds" with "vmd", "channel", "alerts", "patient", "location",
/// "battery".
struct BedPlan {
  std::string address;   // "urn:uuid:…"
  std::string url;       // where it is reached
  std::string sequence;  // "urn:uuid:…", new with every start
  std::uint64_t instance = 1;
  std::uint64_t seed = 1;
  std::string manufacturer;
  std::string model;
  std::string serial_number;
  Location location;
  std::vector<NumericPlan> numerics;
  std::vector<WavePlan> waves;
  std::vector<AlarmPlan> alarms;
  bool one_manager = false;  // one address for all subscriptions, which reference parameters tell apart
};

/// describe makes the plan's MDIB, at version 0, with a state for every descriptor.
MdibContent describe(const BedPlan& plan);
/// describe_alarm makes the descriptors and states of one condition alone: what describe has for it.
MdibContent describe_alarm(const AlarmPlan& alarm);

struct Reply {
  int status = 200;
  std::string body;
};
/// Notification is a POST that the provider owes a subscriber.
struct Notification {
  std::string url;
  std::string body;
};

struct Samples {
  std::string handle;
  std::vector<double> samples;
  Validity validity = Validity::valid;
  std::optional<WallTime> begin{};  // of the first sample, where it is not the time of all
};
struct Measured {
  std::string handle;
  std::optional<double> value;
  Validity validity = Validity::valid;
};

class Provider {
 public:
  explicit Provider(BedPlan plan);

  Envelope hello();
  Envelope bye();
  /// discovered answers a Probe or Resolve that asks for it, nothing otherwise.
  std::optional<Envelope> discovered(const Envelope& question);

  /// handle answers a consumer's request: 200, or 400 with a fault.
  Reply handle(ByteView body, MonoTime now);

  /// Each changes a state and gives the reports for it. An unknown handle gives none.
  std::vector<Notification> set_numeric(std::string_view handle, std::optional<double> value, Validity validity,
                                        WallTime at, MonoTime now);
  std::vector<Notification> set_numerics(const std::vector<Measured>& numerics, WallTime at, MonoTime now);
  std::vector<Notification> push_waves(const std::vector<Samples>& waves, WallTime at, MonoTime now);
  std::vector<Notification> set_alarm(std::string_view handle, bool presence, SignalPresence signals, WallTime at,
                                      MonoTime now);
  /// add_alarm makes a condition that the plan did not have, with its signals, not present. None for one that is there.
  std::vector<Notification> add_alarm(const AlarmPlan& alarm, MonoTime now);
  /// change_alarm describes a condition anew: what it is called, and how urgent it is. set_priority says how urgent it
  /// is this time, nothing: as described.
  std::vector<Notification> change_alarm(const AlarmPlan& alarm, MonoTime now);
  std::vector<Notification> set_priority(std::string_view handle, std::optional<Priority> actual, WallTime at,
                                         MonoTime now);
  std::vector<Notification> set_component(std::string_view handle, Activation activation, MonoTime now);
  std::vector<Notification> set_patient(const Person& person, const std::vector<Identifier>& identifiers, MonoTime now);
  std::vector<Notification> set_unit(std::string_view handle, std::uint32_t unit, MonoTime now);
  std::vector<Notification> system_error(std::uint32_t mdc, std::string_view info, MonoTime now);
  /// end tells every subscriber that no more comes.
  std::vector<Notification> end(MonoTime now);

  const MdibContent& mdib() const { return mdib_; }
  std::size_t subscriber_count() const { return subscribers_.size(); }

 private:
  struct Subscriber {
    std::string manager;
    std::string reference;  // the text of its reference parameter, "": it has none
    Subscribe asked;
    MonoTime until;
  };

  std::string next_id();
  Device device() const;
  Metadata metadata() const;
  State* state_of(std::string_view handle);
  Reply reply(const Envelope& question, std::string_view action, Element body);
  Reply refuse(const Envelope& question, std::string_view subcode, std::string_view reason);
  Reply subscribe(const Envelope& question, const Subscribe& asked, MonoTime now);
  Reply manage(const Envelope& question, Manage what, MonoTime now);
  std::vector<Notification> report(ReportKind kind, ReportPart part, MonoTime now);
  std::vector<Notification> report_states(ReportKind kind, const std::vector<State*>& changed, MonoTime now);
  std::vector<Notification> describe_anew(Descriptor& descriptor, State& state, MonoTime now);
  Descriptor* descriptor_of(std::string_view handle);
  void forget_expired(MonoTime now);

  BedPlan plan_;
  MdibContent mdib_;
  std::vector<Subscriber> subscribers_;
  std::uint64_t ids_ = 0;
  std::uint64_t discovery_number_ = 0;
};

}  // namespace cordon::sdc
