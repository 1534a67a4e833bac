// SPDX-License-Identifier: Apache-2.0
#include "intellivue_speaker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "intellivue/codes.h"
#include "intellivue/monitor.h"

namespace cordon::lab {

namespace {

namespace iv = intellivue;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds beacon_every = 2s;
constexpr double flood_a_second = 2500;
constexpr double flood_at_once_max = 600;  // as much as the buffer of a socket holds, after a turn that took long
constexpr int range_decimals = 4;          // of the ends of a scale
constexpr std::uint16_t invalid_sample = 0x8000;
constexpr double infinite = std::numeric_limits<double>::infinity();  // its NaN says that nothing is measured
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// TraceOut is one of the traces that the monitor shows; counts of the lead's range are 0 … 4095.
struct TraceOut {
  Trace kind;
  std::uint16_t handle;
  std::uint16_t physio_id;
  std::uint16_t unit;
  unsigned every;  // of the body's samples
};
constexpr double counts_max = 4095;
constexpr std::chrono::minutes cuff_every{3};
constexpr std::uint16_t some_lead = 0x0100;     // NOM_ECG_ELEC_POTL, of a lead that is not II
constexpr std::uint16_t without_unit = 0x0200;  // NOM_DIM_DIMLESS
constexpr std::array<TraceOut, trace_kinds> traces{
    TraceOut{Trace::ecg, 10, 0x0102, 0x10B2, 1}, TraceOut{Trace::pleth, 11, 0x4BB4, without_unit, 2},
    TraceOut{Trace::pressure, 12, 0x4A14, 0x0F20, 2}, TraceOut{Trace::respiration, 13, 0x5000, 0x10C0, 4}};

sockaddr_in place_of(const std::array<std::uint8_t, 4>& ip, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  std::copy(ip.begin(), ip.end(), reinterpret_cast<std::uint8_t*>(&out.sin_addr));
  return out;
}

/// system_id stands for the serial: equal ones are one device to whoever hears them.
iv::Bytes system_id(const std::string& serial) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : serial) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return {0x02,
          0x77,
          static_cast<std::uint8_t>(hash >> 24U),
          static_cast<std::uint8_t>(hash >> 16U),
          static_cast<std::uint8_t>(hash >> 8U),
          static_cast<std::uint8_t>(hash)};
}

std::uint16_t code_of(const std::string& words) {
  std::uint16_t out = 1;
  for (const char c : words) out = static_cast<std::uint16_t>(out * 31U + static_cast<std::uint8_t>(c));
  return out;
}

class IntellivueSpeaker : public Speaker {
 public:
  IntellivueSpeaker(Bed& told, const IntellivuePlace& place, int socket)
      : Speaker(told), place_(place), socket_(socket), monitor_(options(), {}), serial_(told.serial) {}
  ~IntellivueSpeaker() override { ::close(socket_); }

  void sample(const Now& now) override;
  void turn(const Now& now) override;

 private:
  iv::MonitorOptions options() const;
  void set_scene(const Now& now);
  void inflate(const Now& now, const Numbers& numbers);
  void send(const iv::Bytes& datagram, const sockaddr_in& to);
  void carry(const std::vector<iv::Outgoing>& out);
  void listen(const Now& now);
  void flood(const Now& now);

  IntellivuePlace place_;
  int socket_;
  iv::Monitor monitor_;
  std::string serial_;  // that the monitor was made with
  std::map<iv::Peer, sockaddr_in> peers_;
  /// Cuff is what it measured last, and when.
  struct Cuff {
    MonoTime at;
    iv::AbsoluteTime clock;
    double systolic, diastolic, mean;
  };
  std::optional<Cuff> cuff_;
  unsigned ticks_ = 0;
  MonoTime beacon_at_{};
  MonoTime turned_at_{};
  bool off_ = false;
};

iv::MonitorOptions IntellivueSpeaker::options() const {
  iv::MonitorOptions out;
  out.address.ip = place_.address;
  out.port = place_.port;
  out.system_id = system_id(bed_.serial);
  std::copy(out.system_id.begin(), out.system_id.end(), out.address.mac.bytes.begin());
  return out;
}

/// inflate has the cuff measure when it is time: between two measurements the monitor says the last one again.
void IntellivueSpeaker::inflate(const Now& now, const Numbers& numbers) {
  if (cuff_ && now.mono - cuff_->at < cuff_every) return;
  cuff_ = Cuff{now.mono, iv::absolute_time_of(bed_.clock(now.wall)), std::round(numbers.systolic),
               std::round(numbers.diastolic), std::round(numbers.mean)};
}

void IntellivueSpeaker::set_scene(const Now& now) {
  iv::Scene& scene = monitor_.scene;
  const Numbers v = bed_.body.numbers();
  std::vector<iv::NumericSource> numerics;
  const auto add = [&](std::optional<Trace> from, std::uint16_t id, std::uint16_t unit, const char* label, double value,
                       int decimals = 0) {
    if (from && !bed_.body.lead(*from).attached) return;
    const bool there = std::isfinite(value) && !(from && bed_.off(*from));
    if (there && bed_.faults.lie == Lie::number) value = infinite;
    const bool part = id == 0x4A16 || id == 0x4A17 || id == 0x4A06 || id == 0x4A07;  // of the pressure before it
    const auto handle =
        part && !numerics.empty() ? numerics.back().handle : static_cast<std::uint16_t>(numerics.size() + 1);
    numerics.push_back({handle, id, unit, label, there ? value : none, decimals,
                        there ? std::uint16_t{0} : iv::code::state_unavailable});
  };
  if (!bed_.faults.clock_stands) scene.stands_since.reset();
  if (bed_.faults.clock_stands && !scene.stands_since) scene.stands_since = now.mono;
  scene.clock = iv::absolute_time_of(bed_.clock(now.wall));
  scene.bed = bed_.label;
  scene.patient.state = iv::PatientState::admitted;
  const Person person = bed_.said();
  scene.patient.id = person.identifier;
  scene.patient.family = person.family;
  scene.patient.given = person.given;
  add(Trace::ecg, 0x4182, 0x0AA0, "HR", std::round(v.heart_rate));
  add(Trace::respiration, 0x500A, 0x0AE0, "RR", std::round(v.respiration));
  add(Trace::pleth, 0x4BB8, 0x0220, "SpO2", std::round(v.saturation));
  add(Trace::pressure, 0x4A15, 0x0F20, "ABP", std::round(v.systolic));
  add(Trace::pressure, 0x4A16, 0x0F20, "ABP", std::round(v.diastolic));
  add(Trace::pressure, 0x4A17, 0x0F20, "ABP", std::round(v.mean));
  add({}, 0x4B48, 0x17A0, "Temp", v.temperature, 1);
  inflate(now, v);
  const std::size_t others = numerics.size();
  add({}, 0x4A05, 0x0F20, "NBP", cuff_->systolic);
  add({}, 0x4A06, 0x0F20, "NBP", cuff_->diastolic);
  add({}, 0x4A07, 0x0F20, "NBP", cuff_->mean);
  for (std::size_t i = others; i < numerics.size(); ++i) {
    numerics[i].measured = cuff_->at;
    numerics[i].measured_clock = cuff_->clock;
  }
  scene.numerics = std::move(numerics);
  scene.patient_alarms.clear();
  scene.technical_alarms.clear();
  for (const Alarm& alarm : bed_.alarms) {
    const auto shift = static_cast<unsigned>(alarm.urgency);
    const std::uint16_t lowest = alarm.technical ? iv::code::technical_low : iv::code::patient_low;
    const auto type = static_cast<std::uint16_t>(lowest << shift);
    (alarm.technical ? scene.technical_alarms : scene.patient_alarms)
        .push_back({0x4182, code_of(alarm.words), type, 0, 0, alarm.words});
  }
  scene.alarm_changes = static_cast<std::uint16_t>(bed_.changes);
  if (!scene.waves.empty()) return;
  for (const TraceOut& trace : traces) {
    const Lead& lead = bed_.body.lead(trace.kind);
    if (!lead.attached) continue;
    iv::WaveSource wave;
    wave.handle = trace.handle;
    wave.physio_id = trace.kind == Trace::ecg && lead.label != "II" ? some_lead : trace.physio_id;
    wave.unit = lead.has_unit ? trace.unit : without_unit;
    wave.label = lead.label;
    wave.label_code = 0x00020000U + wave.physio_id;
    wave.sample_period = static_cast<iv::Ticks>(iv::ticks_per_second / body_rate_hz) * trace.every;
    wave.spec = {static_cast<std::uint16_t>(64 / trace.every), 16, 12, iv::code::samples_smooth};  // 256 ms
    wave.scale = {iv::Float::of(lead.range.low, range_decimals), iv::Float::of(lead.range.high, range_decimals), 0,
                  static_cast<std::uint16_t>(counts_max)};
    wave.fixed = {{iv::FixedValueId::invalid_mask, invalid_sample}};
    scene.waves.push_back(std::move(wave));
  }
}

void IntellivueSpeaker::sample(const Now&) {
  ++ticks_;
  if (off_ || bed_.faults.frozen || !monitor_.client()) return;  // a trace that stands still has no samples
  for (const TraceOut& trace : traces) {
    if (ticks_ % trace.every != 0 || bed_.left_out(ticks_)) continue;
    const Lead& lead = bed_.body.lead(trace.kind);
    if (!lead.attached) continue;
    const double share = (bed_.body.value(trace.kind) - lead.range.low) / (lead.range.high - lead.range.low);
    const bool off = bed_.off(trace.kind) || !std::isfinite(share);
    const std::array<std::uint16_t, 1> count{
        off ? invalid_sample : static_cast<std::uint16_t>(std::lround(std::clamp(share, 0.0, 1.0) * counts_max))};
    monitor_.samples(trace.handle, count);
  }
}

void IntellivueSpeaker::send(const iv::Bytes& datagram, const sockaddr_in& to) {
  (void)::sendto(socket_, datagram.data(), datagram.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to),
                 sizeof to);
}

void IntellivueSpeaker::carry(const std::vector<iv::Outgoing>& out) {
  for (const iv::Outgoing& one : out) {
    const sockaddr_in& to = peers_.at(one.to);
    if (bed_.faults.lie == Lie::lengths) {  // half of it, with the lengths of the whole
      const auto half = one.datagram.begin() + static_cast<std::ptrdiff_t>(one.datagram.size() / 2);
      send(iv::Bytes(one.datagram.begin(), half), to);
    }
    send(one.datagram, to);
  }
}

void IntellivueSpeaker::listen(const Now& now) {
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got =
        ::recvfrom(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    if (off_) continue;  // a cable that is out carries nothing
    const iv::Peer peer = (iv::Peer{ntohl(from.sin_addr.s_addr)} << 16U) | ntohs(from.sin_port);
    constexpr std::size_t peers_max = 64;
    if (!peers_.contains(peer) && peers_.size() >= peers_max) peers_.clear();
    peers_[peer] = from;
    carry(monitor_.receive(peer, {buffer.data(), static_cast<std::size_t>(got)}, now.mono));
  }
}

void IntellivueSpeaker::flood(const Now& now) {
  const std::chrono::duration<double> since = now.mono - std::exchange(turned_at_, now.mono);
  if (!bed_.faults.flood) return;
  const auto count = static_cast<std::size_t>(std::min(flood_at_once_max, since.count() * flood_a_second));
  for (const auto& [peer, to] : peers_) {
    for (std::size_t i = 0; i < count; ++i) send(iv::Bytes(i % 64, 0xE1), to);
  }
}

void IntellivueSpeaker::turn(const Now& now) {
  off_ = bed_.faults.disconnected;
  if (serial_ != bed_.serial) {  // another monitor on the same cable
    serial_ = bed_.serial;
    monitor_ = iv::Monitor(options(), now.mono);
  }
  set_scene(now);
  listen(now);
  if (off_) return;
  carry(monitor_.tick(now.mono));
  if (now.mono >= beacon_at_ && !monitor_.client()) {
    beacon_at_ = now.mono + beacon_every;
    send(monitor_.beacon(now.mono), place_of(place_.beacon_to, place_.beacon_port));
  }
  flood(now);
}

}  // namespace

Result<std::unique_ptr<Speaker>> intellivue_speaker(Bed& bed, const IntellivuePlace& place) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(ErrorCode::io, "intellivue socket", static_cast<std::uint64_t>(errno));
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
  const sockaddr_in at = place_of(place.address, place.port);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    const auto failed = static_cast<std::uint64_t>(errno);
    ::close(socket);
    return fail(ErrorCode::io, "intellivue bind", failed);
  }
  return std::make_unique<IntellivueSpeaker>(bed, place, socket);
}

}  // namespace cordon::lab
