// SPDX-License-Identifier: Apache-2.0
// What a hostile device sends, through its codec and the pure part of its gateway into the station, where a second bed
// is watched: that bed is told and shown as if the hostile one were not there, nothing grows beyond its bounds, and the
// logbook reads back as what happened. Input: which protocol, then of each message how much time passes before it and
// what people do, its length in two octets, and its bytes.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "bedside/testing.h"
#include "bedside/view.h"
#include "event/bedside_json.h"
#include "gateway/hl7_sender.h"
#include "gateway/intellivue_inputs.h"
#include "gateway/sdc_readings.h"
#include "gateway/sdc_wave_index.h"
#include "hl7/framing.h"
#include "hl7/interpret.h"
#include "intellivue/client.h"
#include "intellivue/monitor.h"
#include "sdc/consumer.h"
#include "sdc/provider.h"

namespace {

using namespace cordon;
using bedside::testing::night;
using Inputs = std::vector<event::BedsideInput>;

constexpr std::string_view hostile_address = "10.0.0.66";
constexpr std::size_t devices_of_address_max = 128;
constexpr std::size_t messages_max = 48;
constexpr std::size_t ticks_max = 640;  // of one input: 160 s

void must(bool holds) {
  if (!holds) std::abort();
}

void add(Inputs& out, Inputs more) {
  std::ranges::move(more, std::back_inserter(out));
}

/// Moment is now, by both clocks.
struct Moment {
  WallTime at = night;
  MonoTime mono{};
};

/// Hostile is one sender and what its gateway makes of it.
class Hostile {
 public:
  virtual ~Hostile() = default;
  virtual Inputs connect(const Moment& now) = 0;
  virtual Inputs take(ByteView bytes, const Moment& now) = 0;
  virtual Inputs tick(const Moment& now) = 0;
  virtual Inputs leave(const Moment& now) = 0;

 protected:
  std::uint64_t new_link() { return ++links_; }

 private:
  std::uint64_t links_ = 100;
};

class HostileHl7 : public Hostile {
 public:
  Inputs connect(const Moment&) override {
    ++connection_;
    reader_ = {};
    return {};
  }
  Inputs take(ByteView bytes, const Moment& now) override {
    Inputs out;
    const auto frames = reader_.feed(bytes);
    for (const hl7::Frame& frame : frames) add(out, message(frame.bytes, now));
    if (frames.empty()) add(out, message({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, now));
    return out;
  }
  Inputs tick(const Moment&) override { return {}; }
  Inputs leave(const Moment& now) override { return sender_.leave(connection_, now.at, "closed"); }

 private:
  Inputs message(std::string_view bytes, const Moment& now) {
    if (hl7::trimmed(bytes).empty()) {
      const gateway::Hl7Link* link = sender_.itself(connection_);
      return link == nullptr ? Inputs{} : Inputs{event::LinkAlive{now.at, link->link()}};
    }
    const auto parsed = hl7::parse(bytes);
    if (!parsed) return trouble("dialect", now);
    const auto reports = hl7::interpret_all(*parsed);
    if (!reports) return trouble("dialect", now);
    if (reports->front().kind == hl7::Kind::answer || reports->front().kind == hl7::Kind::other) return {};
    Inputs out;
    for (const hl7::Report& report : *reports) {
      auto place = sender_.place(report, connection_, now.at, [this] { return new_link(); });
      add(out, std::move(place.before));
      if (place.link != nullptr) {
        add(out, place.link->take({report, now.at, std::string(hostile_address)}));
      } else if (place.refusal != gateway::Hl7Place::Refusal::nobody) {
        add(out, trouble("beds", now));
      }
    }
    return out;
  }
  Inputs trouble(const char* code, const Moment& now) {
    Inputs out;
    for (gateway::Hl7Link* link : sender_.links_of(connection_)) add(out, link->trouble({now.at, 0, code, "", ""}));
    return out;
  }

  gateway::Hl7Sender sender_{std::string(hostile_address), {}, devices_of_address_max};
  hl7::MllpReader reader_;
  std::uint64_t connection_ = 0;
};

class HostileIntellivue : public Hostile {
 public:
  Inputs connect(const Moment& now) override {
    monitor_ = intellivue::Monitor(intellivue::MonitorOptions{}, now.mono);
    client_ = intellivue::Client();
    return exchange(client_.tick(now.mono), now);
  }
  Inputs take(ByteView bytes, const Moment& now) override {
    const auto heard = client_.receive(bytes, now.mono);
    if (!heard.reports.empty() || !heard.fed) return exchange(heard, now);
    Inputs out = link_.alive(now.at);
    add(out, exchange(heard, now));
    return out;
  }
  Inputs tick(const Moment& now) override { return exchange(client_.tick(now.mono), now); }
  Inputs leave(const Moment& now) override { return link_.gone(now.at, "switched off"); }

 private:
  /// exchange has a true monitor answer the client, so that what is hostile comes into a living conversation.
  Inputs exchange(intellivue::ClientOutput said, const Moment& now) {
    Inputs out = link_.take(said.reports, now.at);
    for (int round = 0; round < 4 && !said.send.empty(); ++round) {
      intellivue::ClientOutput next;
      for (const intellivue::Bytes& datagram : said.send) {
        for (const auto& back : monitor_.receive(1, datagram, now.mono)) {
          auto heard = client_.receive(back.datagram, now.mono);
          add(out, link_.take(heard.reports, now.at));
          std::ranges::move(heard.send, std::back_inserter(next.send));
        }
      }
      said = std::move(next);
    }
    return out;
  }

  intellivue::Monitor monitor_{intellivue::MonitorOptions{}};
  intellivue::Client client_;
  gateway::IntellivueLink link_{std::string(hostile_address), [this] { return new_link(); }};
};

sdc::BedPlan plan() {
  sdc::BedPlan out;
  out.address = "urn:uuid:00000000-0000-0000-0000-000000000001";
  out.url = "http://bed/";
  out.numerics = {{"hr", 147842, "HR", 264864, 1}};
  out.waves = {{"ecg", 131329, "ECG", 266418, {}, 0.001}};
  out.alarms = {{"hr.hi",
                 196648,
                 "HR high",
                 sdc::Priority::high,
                 sdc::ConditionKind::physiological,
                 "hr",
                 sdc::Range{},
                 {sdc::Manifestation::audible}}};
  return out;
}

/// HostileSdc tells what a consumer hears as gateway/sdc_link_said.cpp does, which has sockets beside.
class HostileSdc : public Hostile {
 public:
  Inputs connect(const Moment& now) override {
    consumer_.emplace(sdc::ConsumerOptions{"", "http://bed/", "http://us/", 1, ++consumers_});
    Inputs out;
    for (int step = 0; step < 8; ++step) {
      const auto request = consumer_->due(now.mono);
      if (!request) break;
      const std::string body = provider_.handle(as_bytes(request->body), now.mono).body;
      add(out, said(consumer_->answered(request->id, as_bytes(body), now.mono), now));
    }
    return out;
  }
  Inputs take(ByteView bytes, const Moment& now) override {
    const auto request = consumer_->due(now.mono);
    return said(request ? consumer_->answered(request->id, bytes, now.mono) : consumer_->notified(bytes, now.mono),
                now);
  }
  Inputs tick(const Moment&) override { return {}; }
  Inputs leave(const Moment& now) override {
    const std::uint64_t link = std::exchange(link_, 0);
    return link == 0 ? Inputs{} : Inputs{event::DeviceGone{now.at, link, "does not answer"}};
  }

 private:
  Inputs said(const sdc::Outcome& outcome, const Moment& now) {
    Inputs out;
    for (const sdc::Trouble& each : outcome.troubles) {
      if (each.kind == sdc::TroubleKind::began_anew) add(out, leave(now));
      if (link_ == 0) continue;
      event::TroubleHeard trouble = gateway::sdc_trouble(each, gateway::SdcLanguage::english);
      trouble.at = now.at;
      trouble.link = link_;
      out.emplace_back(std::move(trouble));
    }
    const bool whole = outcome.loaded || (outcome.applied && outcome.applied->description_changed);
    if (whole || (outcome.applied && link_ == 0)) add(out, all(now));
    if (outcome.applied) add(out, changes(*outcome.applied, now));
    return out;
  }
  Inputs all(const Moment& now) {
    if (link_ == 0) {
      link_ = new_link();
      index_ = {};
    }
    const sdc::Readings readings = consumer_->mdib().all();
    index_.keep(readings.waves);
    systems_ = readings.alert_systems;
    const gateway::SdcStamp stamp{now.at, link_};
    Inputs out;
    event::DeviceHeard heard{now.at, link_, {}, gateway::sdc_patient(readings.patients), std::chrono::seconds(1)};
    heard.identity = gateway::sdc_identity({device_, consumer_->metadata(), readings.locations}, hostile_address);
    out.emplace_back(std::move(heard));
    out.emplace_back(gateway::sdc_alarms({readings.alarms, systems_, true}, stamp));
    if (auto numerics = gateway::sdc_numerics(readings.numerics, stamp)) out.emplace_back(std::move(*numerics));
    return out;
  }
  Inputs changes(const sdc::Applied& applied, const Moment& now) {
    const sdc::Readings& heard = applied.readings;
    const gateway::SdcStamp stamp{now.at, link_};
    Inputs out;
    if (!heard.alarms.empty()) out.emplace_back(gateway::sdc_alarms({heard.alarms, systems_, false}, stamp));
    if (auto numerics = gateway::sdc_numerics(heard.numerics, stamp)) out.emplace_back(std::move(*numerics));
    for (const sdc::Wave& wave : heard.waves) {
      const auto first = index_.place(wave, applied.order == sdc::Order::gap);
      if (auto piece = first ? gateway::sdc_wave(wave, *first, stamp) : std::nullopt)
        out.emplace_back(std::move(*piece));
    }
    return out;
  }

  sdc::Provider provider_{plan()};
  std::optional<sdc::Consumer> consumer_;
  std::uint64_t consumers_ = 0;
  sdc::Device device_ = [] {
    sdc::Device out;
    out.address = plan().address;
    return out;
  }();
  std::vector<sdc::AlertSystem> systems_;
  gateway::SdcWaveIndex index_;
  std::uint64_t link_ = 0;
};

std::unique_ptr<Hostile> hostile_of(std::uint8_t protocol) {
  if (protocol % 3 == 0) return std::make_unique<HostileHl7>();
  if (protocol % 3 == 1) return std::make_unique<HostileIntellivue>();
  return std::make_unique<HostileSdc>();
}

/// Ward is a station whose bed R2 has a healthy monitor with a wave, a limit and an alarm.
struct Ward : bedside::testing::Unit {
  static constexpr std::uint64_t healthy = 1;
  std::uint64_t samples = 0;

  Ward() {
    say(bedside::testing::heard(now, healthy, "healthy"));
    assign("healthy", "R2");
    say(event::PatientPlaced{now, "R2", {"IPP-1", "DURAND", "Anne", "1950-01-02"}, "a.durand", "", {}});
    say(event::LimitSet{now, "R2", bedside::testing::heart_rate, "/min", 80.0, std::nullopt, event::AlarmPriority::high,
                        "a.durand", ""});
    speak();
    say(bedside::testing::alarms(now, healthy, {bedside::testing::alarm("asystole", event::AlarmPriority::high)}));
  }
  void speak() {
    say(bedside::testing::numeric(now, healthy, bedside::testing::heart_rate, 70, "/min"));
    event::WaveHeard wave{now, healthy, {}, {"ecg", 131329, "ECG", "mV"}, 4, samples, {0.5F}};
    say(wave);
    ++samples;
  }
  void go_on(WallTime at) {
    now = at;
    say(event::StationTick{now});
    speak();
  }
  /// answer acknowledges everything at a bed.
  void answer(const std::string& bed) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, alarm] : station.state().open) {
      if (alarm.bed == bed) numbers.push_back(number);
    }
    for (const std::uint64_t number : numbers)
      say(event::AlarmAcknowledged{now, number, now + std::chrono::seconds(60), "a.durand", "", {}});
  }
  /// seen is what the screens show of the healthy bed; numbers of alarms are common to all beds.
  nlohmann::json seen() const {
    const nlohmann::json view = bedside::view_json(station, {}, now);
    (void)view.dump();  // throws at what is no UTF-8
    nlohmann::json out{{"bed", view["beds"][1]}, {"alarms", nlohmann::json::array()}};
    for (nlohmann::json alarm : view["alarms"]) {
      alarm.erase("alarm");
      if (alarm["bed"] == "R2") out["alarms"].push_back(std::move(alarm));
    }
    for (const nlohmann::json& device : view["devices"]) {
      if (device["device"] == "healthy") out["device"] = device;
    }
    return out;
  }
  void check_bounds() const {
    must(station.links().size() <= bedside::links_max && station.state().devices.size() <= bedside::devices_max);
    for (const auto& [number, link] : station.links()) {
      must(link.numerics.size() <= bedside::numerics_per_link_max);
      must(link.waves.size() <= bedside::waves_per_link_max);
      must(link.waiting.size() <= bedside::alarms_per_link_max && link.denied.size() <= bedside::alarms_per_link_max);
      must(link.silenced.size() <= bedside::alarms_per_link_max);
    }
    for (const auto& [name, device] : station.state().devices) {
      must(station.state().present_of(event::AlarmOrigin::device, name).size() <= bedside::alarms_per_link_max);
    }
  }
  /// check_book reads what was recorded back and folds it.
  void check_book() const {
    bedside::State again;
    for (const event::BedsideEvent& event : events) {
      const std::string text = event::to_text(event);
      const auto back = event::bedside_event_from_text(text);
      must(back && event::to_text(*back) == text);
      again.apply(*back);
    }
    must(again.open == station.state().open && again.devices == station.state().devices);
  }
};

/// Night is the two stations, one with the hostile device.
class Night {
 public:
  explicit Night(std::uint8_t protocol) : hostile_(hostile_of(protocol)) { hear(hostile_->connect(now_)); }

  void message(std::uint8_t step, ByteView bytes) {
    constexpr std::array<std::size_t, 8> ticks{0, 1, 2, 4, 8, 16, 60, 300};
    pass(ticks.at(step & 7U));
    if ((step & 8U) != 0) place();
    if ((step & 16U) != 0) reconnect();
    if ((step & 32U) != 0) beside_.answer("R1");
    if ((step & 64U) != 0) {
      alone_.answer("R2");
      beside_.answer("R2");
    }
    hear(hostile_->take(bytes, now_));
    check();
  }
  void end() {
    pass(1);
    check();
    beside_.check_book();
  }

 private:
  void hear(const Inputs& inputs) {
    for (const event::BedsideInput& input : inputs) {
      if (const auto* heard = std::get_if<event::DeviceHeard>(&input)) device_ = heard->identity.device;
      beside_.say(input);
    }
  }
  void pass(std::size_t ticks) {
    for (std::size_t i = 0; i < ticks && ticked_ < ticks_max; ++i, ++ticked_) {
      now_.at += std::chrono::milliseconds(250);
      now_.mono += std::chrono::milliseconds(250);
      hear(hostile_->tick(now_));
      alone_.go_on(now_.at);
      beside_.go_on(now_.at);
    }
  }
  void place() {
    if (!device_.empty()) beside_.assign(device_, "R1");
  }
  void reconnect() {
    hear(hostile_->leave(now_));
    hear(hostile_->connect(now_));
  }
  void check() const {
    must(alone_.seen() == beside_.seen());
    beside_.check_bounds();
  }

  Moment now_;
  Ward alone_, beside_;
  std::unique_ptr<Hostile> hostile_;
  std::string device_;
  std::size_t ticked_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in(ByteView(data, size));
  const auto protocol = in.u8();
  if (!protocol) return 0;
  Night tonight(*protocol);
  for (std::size_t i = 0; i < messages_max && in.left() >= 3; ++i) {
    const std::uint8_t step = in.u8().value();
    const std::size_t length = in.u16be().value();
    tonight.message(step, in.take(std::min(length, in.left())).value());
  }
  tonight.end();
  return 0;
}
