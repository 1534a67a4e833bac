// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <utility>

#include "intellivue/codes.h"
#include "intellivue/monitor.h"
#include "load_speakers.h"

namespace cordon::bench {

namespace {

namespace iv = intellivue;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds beacon_every = 2s;
/// Alarms are told every 1,024 ms: what is raised so long after the last time leaves within a few turns.
constexpr std::chrono::milliseconds alarms_nearly_due = 1010ms;
constexpr std::uint16_t first_wave_handle = 100;

sockaddr_in place_of(std::uint32_t ip, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(ip);
  return out;
}

/// block_in gives the number of the block that an answer carries, where it carries one.
std::optional<std::uint32_t> block_in(const iv::Observation& seen) {
  const auto observed = iv::read_from<iv::SamplesObserved>(seen.attributes, iv::code::attr_samples);
  if (!observed || observed->samples.size() != 2 * block_samples) return std::nullopt;
  std::uint64_t mark = 0;
  for (std::size_t i = 1; i < observed->samples.size(); i += 2) mark = mark << 1U | (observed->samples[i] & 1U);
  return block_of_mark(mark);
}

class IntellivueBed : public LoadBed {
 public:
  IntellivueBed(unsigned number, Log& log, const LoadPorts& ports, MonoTime now, int socket)
      : LoadBed(number, log), ports_(ports), socket_(socket), monitor_(options(), now), next_block_(now) {
    furnish();
    plug();
  }
  ~IntellivueBed() override { ::close(socket_); }

  void turn(MonoTime now) override;
  bool ready(MonoTime now) const override {
    return plugged_ && alarms_.empty() && alarms_told_ == 0 && now - alarms_at_ >= alarms_nearly_due;
  }
  void unplug() override {
    plugged_ = false;
    monitor_.turn_off();
  }
  void plug() override { plugged_ = true; }

 private:
  iv::MonitorOptions options() const;
  void furnish();
  void set_alarms();
  void queue_blocks(MonoTime now);
  void listen(MonoTime now);
  void send(const iv::Bytes& datagram, const sockaddr_in& to);
  void carry(const std::vector<iv::Outgoing>& out, MonoTime now);
  void note(const iv::Bytes& datagram, MonoTime now);
  void note_alarms(MonoTime now);

  LoadPorts ports_;
  int socket_;
  iv::Monitor monitor_;
  std::map<iv::Peer, sockaddr_in> peers_;
  bool plugged_ = true;
  MonoTime beacon_at_{};
  MonoTime next_block_;
  MonoTime alarms_at_{};
  std::size_t alarms_told_ = 0;  // how many stood in the last answer
  std::uint32_t queued_ = 0;     // blocks
  std::uint32_t rates_ = 0;
};

iv::MonitorOptions IntellivueBed::options() const {
  iv::MonitorOptions out;
  out.address.ip = {127, 0, 77, static_cast<std::uint8_t>(number_)};
  out.port = ports_.data;
  out.system_id = {0x02, 0x77, 0, 0, 0, static_cast<std::uint8_t>(number_)};
  return out;
}

void IntellivueBed::furnish() {
  iv::Scene& scene = monitor_.scene;
  scene.bed = label();
  scene.patient.state = iv::PatientState::admitted;
  scene.patient.id = std::to_string(700000 + number_);
  scene.patient.family = "BENCH";
  scene.patient.given = label();
  std::uint16_t handle = 1;
  for (const NumericKind& kind : numeric_kinds) {
    scene.numerics.push_back({handle++, kind.physio_id, kind.unit, kind.label, kind.value, kind.decimals, 0});
  }
  scene.numerics.front().value = rate_of(rates_);
  handle = first_wave_handle;
  for (const TraceKind& kind : trace_kinds) {
    iv::WaveSource wave;
    wave.handle = handle++;
    wave.physio_id = kind.physio_id;
    wave.unit = kind.unit;
    wave.label = kind.label;
    wave.label_code = 0x00020000U + kind.physio_id;
    wave.sample_period = static_cast<iv::Ticks>(iv::ticks_per_second / sample_rate_hz);
    wave.spec = {block_samples, 16, 15, iv::code::samples_smooth};
    wave.scale = {iv::Float::of(-counts_middle * kind.step, 5),
                  iv::Float::of((counts_max - counts_middle) * kind.step, 5), 0, counts_max};
    scene.waves.push_back(std::move(wave));
  }
}

void IntellivueBed::set_alarms() {
  iv::Scene& scene = monitor_.scene;
  scene.patient_alarms.clear();
  scene.technical_alarms.clear();
  for (const LoadAlarm& alarm : alarms_) {
    const std::uint16_t lowest = alarm.technical ? iv::code::technical_low : iv::code::patient_low;
    const auto type = static_cast<std::uint16_t>(lowest << static_cast<unsigned>(alarm.urgency));
    const auto code = static_cast<std::uint16_t>(1 + alarm.number % 60000);
    (alarm.technical ? scene.technical_alarms : scene.patient_alarms)
        .push_back({numeric_kinds.front().physio_id, code, type, 0, 0, alarm.text()});
  }
}

void IntellivueBed::queue_blocks(MonoTime now) {
  for (; next_block_ <= now; next_block_ += block_every) {
    if (!monitor_.client()) continue;  // time goes on, and nobody asks for what was
    std::uint16_t handle = first_wave_handle;
    for (std::size_t trace = 0; trace < trace_kinds.size(); ++trace) {
      monitor_.samples(handle++, block_of(number_, trace, queued_));
    }
    ++queued_;
  }
}

void IntellivueBed::send(const iv::Bytes& datagram, const sockaddr_in& to) {
  ::sendto(socket_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

void IntellivueBed::note_alarms(MonoTime now) {
  alarms_at_ = now;
  alarms_told_ = monitor_.scene.patient_alarms.size() + monitor_.scene.technical_alarms.size();
  for (LoadAlarm& alarm : alarms_) {
    if (!std::exchange(alarm.told, true) && !alarm.technical) log_.alarm(alarm.number, number_);
  }
}

/// note tells the log what is in a datagram that leaves now.
void IntellivueBed::note(const iv::Bytes& datagram, MonoTime now) {
  if (iv::is_session(datagram)) return;
  const auto message = iv::parse(datagram);
  const auto* reply = message ? std::get_if<iv::PollReply>(&message->body) : nullptr;
  if (reply == nullptr) return;
  if (reply->polled.object_class == iv::code::moc_alert_monitor) return note_alarms(now);
  for (const iv::PollContext& context : reply->contexts) {
    for (const iv::Observation& seen : context.observations) {
      if (seen.handle == 1 && iv::find(seen.attributes, iv::code::attr_numeric) != nullptr) {
        log_.number(number_, rate_of(rates_));
        monitor_.scene.numerics.front().value = rate_of(++rates_);
      } else if (seen.handle == first_wave_handle) {
        if (const auto block = block_in(seen)) log_.wave(number_, *block);
      }
    }
  }
}

void IntellivueBed::carry(const std::vector<iv::Outgoing>& out, MonoTime now) {
  for (const iv::Outgoing& one : out) {
    note(one.datagram, now);
    send(one.datagram, peers_.at(one.to));
  }
}

void IntellivueBed::listen(MonoTime now) {
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got =
        ::recvfrom(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    if (!plugged_) continue;
    const iv::Peer peer = (iv::Peer{ntohl(from.sin_addr.s_addr)} << 16U) | ntohs(from.sin_port);
    constexpr std::size_t peers_max = 16;
    if (!peers_.contains(peer) && peers_.size() >= peers_max) peers_.clear();
    peers_[peer] = from;
    carry(monitor_.receive(peer, {buffer.data(), static_cast<std::size_t>(got)}, now), now);
  }
}

void IntellivueBed::turn(MonoTime now) {
  set_alarms();
  listen(now);
  if (!plugged_) return;
  queue_blocks(now);
  carry(monitor_.tick(now), now);
  if (monitor_.client() || now < beacon_at_) return;
  beacon_at_ = now + beacon_every;
  send(monitor_.beacon(now), place_of(INADDR_LOOPBACK, ports_.beacon));
}

}  // namespace

std::unique_ptr<LoadBed> intellivue_bed(unsigned number, Log& log, const LoadPorts& ports, MonoTime now) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return nullptr;
  constexpr std::uint32_t network = 0x7F004D00;  // 127.0.77.0
  const sockaddr_in at = place_of(network + number, ports.data);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    ::close(socket);
    return nullptr;
  }
  return std::make_unique<IntellivueBed>(number, log, ports, now, socket);
}

}  // namespace cordon::bench
