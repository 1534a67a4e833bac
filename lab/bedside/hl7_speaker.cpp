// SPDX-License-Identifier: Apache-2.0
#include "hl7_speaker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <limits>
#include <utility>

#include "hl7/build.h"
#include "hl7/message.h"

namespace cordon::lab {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t block_ticks = ticks_in(500ms);
constexpr std::chrono::milliseconds numerics_every = 1s;
constexpr std::chrono::milliseconds heartbeat_every = 1s;
constexpr std::chrono::milliseconds connect_every = 1s;
constexpr std::chrono::seconds answer_within = 5s;               // then it hangs up and connects anew, as some do
constexpr std::size_t unsent_bytes_max = std::size_t{1} << 20U;  // for a station that does not read
constexpr int flood_a_turn = 40;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// TraceOut is one of the traces that a monitor sends.
struct TraceOut {
  Trace kind;
  hl7::Code code;
  std::string containment;
  std::string ucum;
  unsigned every;  // of the body's samples
  std::vector<double> samples{};
  WallTime begin{};  // of the first of them
};

/// traces gives those that the body has; a lead that is none of our names is "some ECG".
std::vector<TraceOut> traces(const Body& body) {
  const bool second = body.lead(Trace::ecg).label == "II";
  const hl7::Code ecg =
      second ? hl7::Code{"131330", "MDC_ECG_ELEC_POTL_II", "MDC"} : hl7::Code{"131328", "MDC_ECG_ELEC_POTL", "MDC"};
  const char* const breath = body.lead(Trace::respiration).has_unit ? "Ohm" : "1";
  std::vector<TraceOut> out{{Trace::ecg, ecg, "1.2.1." + ecg.id, "mV", 1},
                            {Trace::pleth, {"150452", "MDC_PULS_OXIM_PLETH", "MDC"}, "1.3.1.150452", "1", 2},
                            {Trace::pressure, {"150036", "MDC_PRESS_BLD_ART_ABP", "MDC"}, "1.4.1.150036", "mm[Hg]", 2},
                            {Trace::respiration, {"151552", "MDC_RESP", "MDC"}, "1.2.2.151552", breath, 4}};
  std::erase_if(out, [&](const TraceOut& trace) { return !body.lead(trace.kind).attached; });
  return out;
}

class Hl7Speaker : public Speaker {
 public:
  Hl7Speaker(Bed& told, Hl7Place place) : Speaker(told), place_(std::move(place)), traces_(traces(told.body)) {}
  ~Hl7Speaker() override { hang_up(); }

  void sample(const Now& now) override;
  void turn(const Now& now) override;

 private:
  void begin_to_connect(const Now& now);
  void connect(const Now& now);
  void hang_up();
  void pump(const Now& now);
  void say(const hl7::Report& report, int times = 1);
  hl7::Report report(hl7::Kind kind, const Now& now);
  hl7::Moment moment(WallTime at);
  void say_numerics(const Now& now);
  void say_waves(const Now& now);
  void say_alarms(const Now& now);
  void say_alarm(const Alarm& alarm, hl7::Phase phase, const Now& now);
  void say_heartbeat(const Now& now);

  Hl7Place place_;
  int socket_ = -1;
  bool connected_ = false;
  MonoTime connect_at_{};
  MonoTime answered_at_{};
  MonoTime numerics_at_{};
  MonoTime heartbeat_at_{};
  std::string unsent_;
  std::vector<TraceOut> traces_;
  std::uint64_t ticks_ = 0;  // of the body, since the start
  std::optional<hl7::Report> last_block_;
  std::vector<Alarm> told_;
  std::uint64_t messages_ = 0;
};

void Hl7Speaker::hang_up() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  connected_ = false;
  unsent_.clear();
  told_.clear();
}

void Hl7Speaker::begin_to_connect(const Now& now) {
  if (now.mono < connect_at_) return;
  connect_at_ = now.mono + connect_every;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(place_.port);
  if (::inet_pton(AF_INET, place_.address.c_str(), &to.sin_addr) != 1) return;
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return;
  if (place_.address.starts_with("127.")) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7F000200U + place_.number);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return hang_up();
  }
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) hang_up();
}

/// connect goes on connecting, and begins again where nobody has answered.
void Hl7Speaker::connect(const Now& now) {
  if (socket_ < 0 || now.mono >= connect_at_) {
    hang_up();
    begin_to_connect(now);
  }
  pollfd ready{socket_, POLLOUT, 0};
  if (socket_ < 0 || ::poll(&ready, 1, 0) <= 0) return;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return hang_up();
  connected_ = true;
  answered_at_ = now.mono;
}

/// pump sends what waits and reads the answers, which say nothing that a monitor would act upon.
void Hl7Speaker::pump(const Now& now) {
  if (!place_.plain && now.mono - answered_at_ > answer_within) return hang_up();
  if (!unsent_.empty()) {
    const ssize_t sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return hang_up();
    if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  std::array<char, 4096> answers{};
  for (;;) {
    const ssize_t got = ::recv(socket_, answers.data(), answers.size(), 0);
    if (got > 0) answered_at_ = now.mono;
    if (got > 0) continue;
    if (got == 0 || errno != EAGAIN) hang_up();
    return;
  }
}

void Hl7Speaker::say(const hl7::Report& report, int times) {
  const auto framed = hl7::frame(hl7::print(hl7::build(report)));
  for (int i = 0; framed && i < times && unsent_.size() + framed->size() <= unsent_bytes_max; ++i) unsent_ += *framed;
}

hl7::Moment Hl7Speaker::moment(WallTime at) {
  return {bed_.clock(at), 0min, hl7::ZoneOrigin::stated, 14, false};
}

hl7::Report Hl7Speaker::report(hl7::Kind kind, const Now& now) {
  hl7::Report out;
  out.kind = kind;
  out.sender = "CORDON-LAB";
  out.control_id = bed_.label + "-" + std::to_string(++messages_);
  out.at = moment(now.wall);
  out.devices.push_back(
      {{"69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "MDC"}, {"1.0.0.0", {1, 0, 0, 0}}, bed_.serial});
  out.bed.bed = bed_.label;
  const Person person = bed_.said();
  out.patient = {{{person.identifier, "LAB", "MR"}}, person.family, person.given, person.born, ""};
  return out;
}

void Hl7Speaker::say_numerics(const Now& now) {
  hl7::Report out = report(hl7::Kind::observations, now);
  const auto add = [&](std::optional<Trace> from, const char* id, const char* name, const char* at, const char* unit,
                       double value) {
    if (from && !bed_.body.lead(*from).attached) return;
    const bool there = std::isfinite(value) && !(from && bed_.off(*from));
    hl7::Numeric n;
    n.code = {id, name, "MDC"};
    n.containment = {at, {}};
    n.unit = {"", unit, false};
    n.status = there ? "R" : "X";
    if (there) n.value = std::round(value * 10) / 10;
    if (bed_.faults.lie == Lie::number) n.stated = "NaN";
    out.numerics.push_back(std::move(n));
  };
  const Numbers v = bed_.body.numbers();
  add(Trace::ecg, "147842", "MDC_ECG_HEART_RATE", "1.2.1.1", "{beat}/min", std::round(v.heart_rate));
  add(Trace::respiration, "151562", "MDC_RESP_RATE", "1.2.2.1", "{breath}/min", std::round(v.respiration));
  add(Trace::pleth, "150456", "MDC_PULS_OXIM_SAT_O2", "1.3.1.1", "%", std::round(v.saturation));
  add(Trace::pressure, "150037", "MDC_PRESS_BLD_ART_ABP_SYS", "1.4.1.1", "mm[Hg]", std::round(v.systolic));
  add(Trace::pressure, "150038", "MDC_PRESS_BLD_ART_ABP_DIA", "1.4.1.2", "mm[Hg]", std::round(v.diastolic));
  add(Trace::pressure, "150039", "MDC_PRESS_BLD_ART_ABP_MEAN", "1.4.1.3", "mm[Hg]", std::round(v.mean));
  add({}, "150344", "MDC_TEMP", "1.5.1.1", "Cel", v.temperature);
  say(out, bed_.faults.flood ? flood_a_turn : 1);
}

void Hl7Speaker::sample(const Now& now) {
  for (TraceOut& trace : traces_) {
    if (ticks_ % trace.every != 0 || bed_.left_out(ticks_)) continue;
    if (trace.samples.empty()) trace.begin = now.wall;
    trace.samples.push_back(bed_.off(trace.kind) ? none : bed_.body.value(trace.kind));
  }
  if (++ticks_ % block_ticks == 0) say_waves(now);
}

void Hl7Speaker::say_waves(const Now& now) {
  hl7::Report out = report(hl7::Kind::observations, now);
  for (TraceOut& trace : traces_) {
    hl7::Wave wave;
    wave.code = trace.code;
    wave.containment = {trace.containment, {}};
    wave.unit = {"", trace.ucum, false};
    wave.rate_hz = body_rate_hz / trace.every;
    wave.resolution = bed_.body.lead(trace.kind).step;
    wave.invalid_markers = {-32768};
    wave.samples = std::exchange(trace.samples, {});
    wave.begin = moment(trace.begin);
    out.waves.push_back(std::move(wave));
  }
  // A trace that stands still: the monitor says the same block of the same time again.
  if (!bed_.faults.frozen || !last_block_) last_block_ = out;
  if (connected_) say(*last_block_);
}

void Hl7Speaker::say_alarm(const Alarm& alarm, hl7::Phase phase, const Now& now) {
  hl7::Report out = report(hl7::Kind::alarm, now);
  hl7::AlarmEvent event;
  event.event = {alarm.words, alarm.words, "99LAB"};
  event.text = alarm.words;
  event.source = {"147842", "MDC_ECG_HEART_RATE", "MDC"};
  event.containment = {"1.2.1.147842", {1, 2, 1, 147842}};
  event.phase = phase;
  event.state = phase == hl7::Phase::end ? hl7::AlarmState::inactive : hl7::AlarmState::active;
  event.priority = alarm.urgency == Urgency::high     ? hl7::Priority::high
                   : alarm.urgency == Urgency::medium ? hl7::Priority::medium
                                                      : hl7::Priority::low;
  event.type = alarm.technical ? hl7::AlarmType::technical : hl7::AlarmType::physiological;
  event.at = moment(now.wall);
  event.device = bed_.serial;
  event.id = out.control_id;
  out.alarms.push_back(std::move(event));
  say(out);
}

void Hl7Speaker::say_alarms(const Now& now) {
  const auto same = [](const Alarm& a, const Alarm& b) { return a.words == b.words && a.urgency == b.urgency; };
  const auto in = [&](const std::vector<Alarm>& list, const Alarm& alarm) {
    for (const Alarm& a : list) {
      if (same(a, alarm)) return true;
    }
    return false;
  };
  for (const Alarm& alarm : told_) {
    if (!in(bed_.alarms, alarm)) say_alarm(alarm, hl7::Phase::end, now);
  }
  for (const Alarm& alarm : bed_.alarms) {
    if (!in(told_, alarm)) say_alarm(alarm, hl7::Phase::start, now);
  }
  told_ = bed_.alarms;
}

void Hl7Speaker::say_heartbeat(const Now& now) {
  hl7::Report out = report(hl7::Kind::heartbeat, now);
  out.heartbeat = hl7::Heartbeat{heartbeat_every, moment(now.wall), "continue", bed_.serial};
  say(out);
}

void Hl7Speaker::turn(const Now& now) {
  if (bed_.faults.disconnected) return hang_up();
  if (!connected_) connect(now);
  if (!connected_) return;
  if (!place_.plain && now.mono >= heartbeat_at_) {
    heartbeat_at_ = now.mono + heartbeat_every;
    say_heartbeat(now);
  }
  if (now.mono >= numerics_at_ || bed_.faults.flood) {
    numerics_at_ = now.mono + numerics_every;
    if (bed_.faults.lie == Lie::lengths) unsent_ += "\x0bMSH|^~\\&|CORDON-LAB|";  // and then the next message begins
    say_numerics(now);
  }
  say_alarms(now);
  pump(now);
}

}  // namespace

std::unique_ptr<Speaker> hl7_speaker(Bed& bed, Hl7Place place) {
  return std::make_unique<Hl7Speaker>(bed, std::move(place));
}

}  // namespace cordon::lab
