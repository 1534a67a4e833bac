// SPDX-License-Identifier: Apache-2.0
// Monitor: the other half, a bedside monitor as a state machine, for a simulated bed and for tests. It shows a Scene,
// which whoever drives it changes as the patient does. Datagrams and time go in, datagrams come out; no socket, no
// clock. It is no model of what a real monitor does beyond the guide. Like one it has one client at a time, keeps it
// for 10 s when it falls silent, and describes one object every 1024 ms while it answers a repeated poll.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "intellivue/association.h"
#include "intellivue/codes.h"
#include "intellivue/report.h"

namespace cordon::intellivue {

constexpr std::size_t samples_queued_max = 5000;  // a wave: ten seconds at 500 a second; older ones are dropped

/// NumericSource: those with one handle, one after the other, are told as the parts of one compound.
struct NumericSource {
  std::uint16_t handle = 0;
  std::uint16_t physio_id = 0;
  std::uint16_t unit = 0;
  std::string label;
  double value = 0;  // NaN: no number is shown
  int decimals = 0;
  std::uint16_t state = 0;
  std::optional<MonoTime> measured{};  // where it says when, and what its clock showed then
  AbsoluteTime measured_clock = no_absolute_time;
};
/// WaveSource: `object` is its handle towards the client where that is not `handle`: the leads of an ECG have one.
struct WaveSource {
  std::uint16_t handle = 0;
  std::uint16_t object = 0;
  std::uint16_t physio_id = 0;
  std::uint16_t unit = 0;
  std::string label;
  std::uint32_t label_code = 0;  // by which priority lists name it
  Ticks sample_period = 16;      // 500 samples a second
  SampleSpec spec{128, 16, 14, code::samples_smooth | code::samples_extended_range};
  ScaleRange scale;
  std::vector<FixedValue> fixed;
  std::uint16_t state = 0;
};
struct AlarmSource {
  std::uint16_t source = 0;
  std::uint16_t code = 0;
  std::uint16_t type = 0;
  std::uint16_t state = 0;
  std::uint16_t instance = 0;
  std::string text;
};
struct Scene {
  std::string bed;
  Patient patient;
  std::uint16_t mode = code::mode_monitoring;
  AbsoluteTime clock = no_absolute_time;
  std::optional<MonoTime> stands_since{};  // its relative time stands still
  std::vector<NumericSource> numerics;
  std::vector<WaveSource> waves;
  std::vector<AlarmSource> patient_alarms;
  std::vector<AlarmSource> technical_alarms;
  std::uint16_t alarm_changes = 0;  // counts changes of the alarms
  bool alarms_suspended = false;
  bool standby = false;
  std::vector<std::uint16_t> refused;   // classes whose repeated poll comes back with an error
  std::vector<std::uint16_t> withheld;  // classes of whose repeated poll nothing comes any more
};

struct MonitorOptions {
  NetAddress address;
  std::uint16_t port = data_port;
  Bytes system_id{0x00, 0x09, 0xFB, 0x00, 0x00, 0x01};
  std::string model = "CORDON-SIM";
  std::uint32_t bytes_max = 1000;  // largest message it sends
  bool grants_waves = true;
};

/// Peer is the caller's number for a client's address and port.
using Peer = std::uint64_t;
struct Outgoing {
  Peer to = 0;
  Bytes datagram;
};

class Monitor {
 public:
  explicit Monitor(MonitorOptions options, MonoTime started = {}) : options_(std::move(options)), started_(started) {}

  Scene scene;

  /// samples queues counts of a wave; they leave in arrays of its spec's size as time goes by.
  void samples(std::uint16_t handle, std::span<const std::uint16_t> counts);
  std::vector<Outgoing> receive(Peer from, ByteView datagram, MonoTime now);
  std::vector<Outgoing> tick(MonoTime now);
  /// beacon is what it broadcasts while nobody is associated.
  Bytes beacon(MonoTime now) const;
  /// turn_off forgets everything without a word, as a pulled plug does.
  void turn_off();

  std::optional<Peer> client() const { return client_ ? std::optional(client_->peer) : std::nullopt; }

 private:
  struct Client {
    Peer peer = 0;
    std::uint32_t bytes_max = 0;
    unsigned timeout = 0;
    MonoTime heard{};
    bool created = false;
    unsigned announced = 0;  // how often the create event was sent
    MonoTime announce_at{};
  };
  struct Active {
    PollRequest request;
    std::uint16_t invoke_id = 0;
    std::uint16_t sequence = 0;
    MonoTime until{};
    MonoTime next{};
  };

  void session(Peer from, const Association& association, MonoTime now, std::vector<Outgoing>& out);
  void accept(Peer from, const UserInfo& info, MonoTime now, std::vector<Outgoing>& out);
  void announce(MonoTime now, std::vector<Outgoing>& out);
  void message(const Message& message, MonoTime now, std::vector<Outgoing>& out);
  void poll(const Message& message, const PollRequest& request, MonoTime now, std::vector<Outgoing>& out);
  void get(const Message& message, const GetRequest& request, std::vector<Outgoing>& out);
  void set(const Message& message, const SetRequest& request, std::vector<Outgoing>& out);
  void fire(Active& active, MonoTime now, std::vector<Outgoing>& out);
  void reply(const PollRequest& request, std::uint16_t invoke_id, std::uint16_t sequence,
             std::vector<Observation> observations, MonoTime now, std::vector<Outgoing>& out);
  std::vector<Observation> observe(const PollRequest& request, std::uint16_t turn);
  std::vector<Observation> observe_numerics(const PollRequest& request, std::uint16_t turn) const;
  std::vector<Observation> observe_waves(const PollRequest& request, std::uint16_t turn);
  Observation observe_alarms() const;
  Observation observe_patient() const;
  Attributes about() const;
  bool chosen(const WaveSource& wave) const;
  void refuse(const Message& message, RemoteErrorCode code, std::vector<Outgoing>& out);
  void send(const Message& message, std::vector<Outgoing>& out);
  void send(Peer to, SessionKind kind, std::vector<Outgoing>& out);
  Ticks ticks(MonoTime at) const;

  MonitorOptions options_;
  MonoTime started_;
  std::optional<Client> client_;
  std::map<std::uint16_t, Active> active_;  // by object class: numerics, waves, alarms
  std::map<std::uint16_t, std::deque<std::uint16_t>> queued_;
  std::vector<std::uint32_t> wave_labels_;
  std::uint16_t invoke_id_ = 0;
};

}  // namespace cordon::intellivue
