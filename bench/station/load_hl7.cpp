// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hl7/build.h"
#include "hl7/framing.h"
#include "hl7/message.h"
#include "intellivue/nomenclature.h"
#include "load_speakers.h"

namespace cordon::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds numerics_every = 1s;
constexpr std::chrono::milliseconds heartbeat_every = 1s;
constexpr std::chrono::milliseconds connect_every = 1s;
constexpr std::size_t unsent_bytes_max = std::size_t{1} << 20U;

hl7::Code code_of(std::uint16_t physio_id) {
  return {std::to_string(mdc_of(physio_id)), std::string(intellivue::mdc_name(physio_id)), "MDC"};
}

hl7::Unit unit_of(std::uint16_t unit) {
  return {"", std::string(intellivue::ucum(unit)), false};
}

hl7::Moment moment_of(WallTime at) {
  return {at, 0min, hl7::ZoneOrigin::stated, 14, false};
}

WallTime wall_now() {
  return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

class Hl7Bed : public LoadBed {
 public:
  Hl7Bed(unsigned number, Log& log, const LoadPorts& ports, MonoTime now)
      : LoadBed(number, log),
        port_(ports.hl7),
        next_block_(now + 37ms * (number % 7)),
        numerics_at_(now + 61ms * (number % 16)) {}
  ~Hl7Bed() override { hang_up(); }

  void turn(MonoTime now) override;
  bool ready(MonoTime) const override { return socket_ >= 0 && alarms_.empty() && told_.empty(); }
  void unplug() override {
    plugged_ = false;
    hang_up();
  }
  void plug() override { plugged_ = true; }

 private:
  void connect(MonoTime now);
  void hang_up();
  void pump();
  void say(const hl7::Report& report);
  hl7::Report report(hl7::Kind kind);
  void say_numerics();
  void say_block();
  void say_alarms();
  void say_alarm(const LoadAlarm& alarm, hl7::Phase phase);
  void say_heartbeat();

  std::uint16_t port_;
  int socket_ = -1;
  bool plugged_ = true;
  MonoTime connect_at_{};
  MonoTime next_block_;
  MonoTime numerics_at_;
  MonoTime heartbeat_at_{};
  std::string unsent_;
  std::vector<LoadAlarm> told_;
  std::uint32_t blocks_ = 0;
  std::uint32_t rates_ = 0;
  std::uint64_t messages_ = 0;
};

void Hl7Bed::hang_up() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  unsent_.clear();
  told_.clear();
}

void Hl7Bed::connect(MonoTime now) {
  if (now < connect_at_) return;
  connect_at_ = now + connect_every;
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return;
  constexpr std::uint32_t network = 0x7F004E00;  // 127.0.78.0
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(network + number_);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    return hang_up();
  }
  ::fcntl(socket_, F_SETFL, O_NONBLOCK);
}

/// pump sends what waits and reads the answers, which say nothing that a monitor would act upon.
void Hl7Bed::pump() {
  if (socket_ < 0) return;
  if (!unsent_.empty()) {
    const ssize_t sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return hang_up();
    if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  std::array<char, 4096> answers{};
  for (;;) {
    const ssize_t got = ::recv(socket_, answers.data(), answers.size(), 0);
    if (got > 0) continue;
    if (got == 0 || errno != EAGAIN) hang_up();
    return;
  }
}

void Hl7Bed::say(const hl7::Report& report) {
  const auto framed = hl7::frame(hl7::print(hl7::build(report)));
  if (framed && unsent_.size() + framed->size() <= unsent_bytes_max) unsent_ += *framed;
  pump();
}

hl7::Report Hl7Bed::report(hl7::Kind kind) {
  hl7::Report out;
  out.kind = kind;
  out.sender = "CORDON-BENCH";
  out.control_id = label() + "-" + std::to_string(++messages_);
  out.at = moment_of(wall_now());
  out.devices.push_back(
      {{"69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "MDC"}, {"1.0.0.0", {1, 0, 0, 0}}, "bench-" + label()});
  out.bed.bed = label();
  out.patient = {{{std::to_string(700000 + number_), "BENCH", "MR"}}, "BENCH", label(), "19500101", ""};
  return out;
}

void Hl7Bed::say_numerics() {
  hl7::Report out = report(hl7::Kind::observations);
  unsigned place = 0;
  for (const NumericKind& kind : numeric_kinds) {
    hl7::Numeric numeric;
    numeric.code = code_of(kind.physio_id);
    numeric.containment = {"1.2.1." + std::to_string(++place), {}};
    numeric.unit = unit_of(kind.unit);
    numeric.status = "R";
    numeric.value = kind.value;
    out.numerics.push_back(std::move(numeric));
  }
  const double rate = rate_of(rates_++);
  out.numerics.front().value = rate;
  log_.number(number_, rate);
  say(out);
}

void Hl7Bed::say_block() {
  hl7::Report out = report(hl7::Kind::observations);
  for (std::size_t trace = 0; trace < trace_kinds.size(); ++trace) {
    const TraceKind& kind = trace_kinds.at(trace);
    hl7::Wave wave;
    wave.code = code_of(kind.physio_id);
    wave.containment = {"1.3.1." + std::to_string(trace + 1), {}};
    wave.unit = unit_of(kind.unit);
    wave.rate_hz = sample_rate_hz;
    wave.resolution = kind.step;
    for (const std::uint16_t counts : block_of(number_, trace, blocks_)) {
      wave.samples.push_back((counts - counts_middle) * kind.step);
    }
    wave.begin = moment_of(wall_now() - block_every);
    out.waves.push_back(std::move(wave));
  }
  log_.wave(number_, blocks_++);
  say(out);
}

void Hl7Bed::say_alarm(const LoadAlarm& alarm, hl7::Phase phase) {
  hl7::Report out = report(hl7::Kind::alarm);
  hl7::AlarmEvent event;
  event.event = {alarm.text(), alarm.text(), "99BENCH"};
  event.text = alarm.text();
  event.source = code_of(numeric_kinds.front().physio_id);
  event.containment = {"1.2.1.1", {1, 2, 1, 1}};
  event.phase = phase;
  event.state = phase == hl7::Phase::end ? hl7::AlarmState::inactive : hl7::AlarmState::active;
  event.priority = alarm.urgency == Urgency::high     ? hl7::Priority::high
                   : alarm.urgency == Urgency::medium ? hl7::Priority::medium
                                                      : hl7::Priority::low;
  event.type = alarm.technical ? hl7::AlarmType::technical : hl7::AlarmType::physiological;
  event.at = out.at;
  event.device = "bench-" + label();
  event.id = out.control_id;
  out.alarms.push_back(std::move(event));
  if (phase == hl7::Phase::start && !alarm.technical) log_.alarm(alarm.number, number_);
  say(out);
}

void Hl7Bed::say_alarms() {
  if (alarms_.empty()) {
    for (const LoadAlarm& alarm : std::exchange(told_, {})) say_alarm(alarm, hl7::Phase::end);
  }
  for (LoadAlarm& alarm : alarms_) {
    if (std::exchange(alarm.told, true)) continue;
    told_.push_back(alarm);
    say_alarm(alarm, hl7::Phase::start);
  }
}

void Hl7Bed::say_heartbeat() {
  hl7::Report out = report(hl7::Kind::heartbeat);
  out.heartbeat = hl7::Heartbeat{heartbeat_every, out.at, "continue", "bench-" + label()};
  say(out);
}

void Hl7Bed::turn(MonoTime now) {
  if (plugged_ && socket_ < 0) connect(now);
  if (socket_ < 0) return;
  pump();
  if (now >= heartbeat_at_) {
    heartbeat_at_ = now + heartbeat_every;
    say_heartbeat();
  }
  if (now >= numerics_at_) {
    numerics_at_ = std::max(numerics_at_ + numerics_every, now);
    say_numerics();
  }
  say_alarms();
  if (now < next_block_) return;
  next_block_ = std::max(next_block_ + block_every, now);
  say_block();
}

}  // namespace

std::unique_ptr<LoadBed> hl7_bed(unsigned number, Log& log, const LoadPorts& ports, MonoTime now) {
  return std::make_unique<Hl7Bed>(number, log, ports, now);
}

}  // namespace cordon::bench
