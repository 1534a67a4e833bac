// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_intellivue.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/udp.hpp>
#include <map>
#include <set>

#include "gateway/gateway_testing.h"
#include "intellivue/monitor.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace iv = intellivue;
using asio::ip::udp;
using testing::any;
using testing::Ward;

/// Bed is a simulated monitor on an address of its own, on a thread of its own.
class Bed {
 public:
  explicit Bed(std::uint8_t number, std::uint16_t beacon_port = 0) : number_(number), beacon_port_(beacon_port) {
    socket_.open(udp::v4());
    socket_.bind({asio::ip::address_v4({127, 0, 3, number}), 0});
    socket_.non_blocking(true);
    begin();
  }
  Bed(const Bed&) = delete;
  Bed& operator=(const Bed&) = delete;
  ~Bed() { end(); }

  std::string place() const { return "127.0.3." + std::to_string(number_) + ":" + std::to_string(port()); }
  std::uint16_t port() const { return socket_.local_endpoint().port(); }
  void send(const iv::Bytes& datagram, const udp::endpoint& to) { socket_.send_to(asio::buffer(datagram), to); }
  /// end stops without a word, as a pulled plug does; begin is a monitor that is switched on.
  void end() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  void begin() {
    stopping_ = false;
    thread_ = std::thread([this] { run(); });
  }
  /// client is the port of whoever is associated with it, 0: nobody.
  std::uint16_t client() const { return client_; }
  std::atomic<bool> deaf{false};       // what is sent to it is lost
  std::atomic<bool> withholds{false};  // it answers keep-alives, and no poll
  std::atomic<bool> alarm{false};
  std::atomic<bool> rubbish{false};  // and rubbish beside what it says

 private:
  void run() {
    iv::MonitorOptions options;
    options.address.ip = {127, 0, 3, number_};
    options.port = port();
    options.system_id.back() = number_;
    iv::Monitor monitor(options, std::chrono::steady_clock::now());
    monitor.scene.bed = "R" + std::to_string(number_);
    monitor.scene.numerics = {{1, 0x4182, 0x0AA0, "HR", 70.0 + number_, 0, 0}};
    iv::WaveSource pleth;
    pleth.handle = 11;
    pleth.physio_id = 0x4BB4;
    pleth.unit = 0x0200;
    pleth.sample_period = 64;
    pleth.spec.array_size = 32;
    pleth.scale = {iv::Float::of(0), iv::Float::of(4095), 0, 4095};
    monitor.scene.waves = {pleth};
    std::map<iv::Peer, udp::endpoint> peers;
    std::uint16_t sample = 0;
    for (unsigned turn = 0; !stopping_; ++turn) {
      const auto now = std::chrono::steady_clock::now();
      std::vector<std::uint16_t> counts(2);
      for (auto& count : counts) count = static_cast<std::uint16_t>(sample++ % 4096);
      monitor.samples(11, counts);
      monitor.scene.patient_alarms.clear();
      if (alarm) monitor.scene.patient_alarms = {{0x4182, 0x0CF2, iv::code::patient_high, 0, 1, "*** BRADY"}};
      std::array<std::uint8_t, 2048> buffer{};
      udp::endpoint from;
      boost::system::error_code error;
      for (;;) {
        const std::size_t got = socket_.receive_from(asio::buffer(buffer), from, 0, error);
        if (error) break;
        if (deaf) continue;
        peers[from.port()] = from;
        const std::vector<iv::Outgoing> answers = monitor.receive(from.port(), {buffer.data(), got}, now);
        client_ = static_cast<std::uint16_t>(monitor.client().value_or(0));  // before anybody hears of it
        carry(answers, peers);
      }
      monitor.scene.withheld.clear();
      if (withholds) {
        monitor.scene.withheld = {iv::code::moc_numeric, iv::code::moc_samples, iv::code::moc_alert_monitor};
      }
      carry(monitor.tick(now), peers);
      client_ = static_cast<std::uint16_t>(monitor.client().value_or(0));
      for (const auto& [peer, to] : peers) {
        for (std::uint8_t i = 0; rubbish && i < 50; ++i) send(iv::Bytes(i, i), to);
      }
      if (beacon_port_ != 0 && turn % 50 == 0) {
        send(monitor.beacon(now), {asio::ip::address_v4::loopback(), beacon_port_});
      }
      std::this_thread::sleep_for(16ms);
    }
  }
  void carry(const std::vector<iv::Outgoing>& out, const std::map<iv::Peer, udp::endpoint>& peers) {
    for (const iv::Outgoing& one : out) send(one.datagram, peers.at(one.to));
  }

  std::uint8_t number_;
  std::uint16_t beacon_port_;
  std::atomic<std::uint16_t> client_{0};
  asio::io_context context_;
  udp::socket socket_{context_};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

IntellivueGatewayOptions quiet() {
  IntellivueGatewayOptions out;
  out.address = "127.0.0.1";
  out.announced = false;
  return out;
}

/// hear_announcements opens a gateway that waits for announcements, and gives its port for them.
std::uint16_t hear_announcements(Ward& ward, IntellivueGatewayOptions options = {}) {
  std::uint16_t port = 0;
  options.address = "127.0.0.1";
  options.beacon_port = 0;
  options.listening = [&port](std::uint16_t bound) { port = bound; };
  EXPECT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
  ward.start();
  return port;
}

TEST(GatewayIntellivue, AConfiguredMonitorIsHeardFromItsNumbersToItsAlarms) {
  Bed bed(5);
  Ward ward;
  auto options = quiet();
  options.monitors = {bed.place()};
  ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
  ward.start();
  ASSERT_TRUE(ward.until<event::NumericsHeard>(any));
  const auto heard = ward.all<event::DeviceHeard>();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].identity.device, "intellivue:00:09:fb:00:00:05");
  EXPECT_EQ(heard[0].identity.address, bed.place());
  EXPECT_EQ(heard[0].identity.bed_label, "R5");
  EXPECT_EQ(ward.all<event::NumericsHeard>()[0].numerics[0].value, 75);
  ASSERT_TRUE(ward.until<event::WaveHeard>([](const auto& wave) { return wave.first >= 96; }));
  std::uint64_t next = 0;
  float sample = ward.all<event::WaveHeard>()[0].samples[0];
  for (const auto& wave : ward.all<event::WaveHeard>()) {
    EXPECT_EQ(wave.first, next);
    next += wave.samples.size();
    for (const float one : wave.samples) {
      EXPECT_NEAR(one, sample, 0.01) << "the ramp that the monitor counts, none lost and none twice";
      sample += 1;
    }
  }
  bed.alarm = true;
  ASSERT_TRUE(ward.until<event::AlarmsHeard>([](const auto& said) { return !said.alarms.empty(); }));
  EXPECT_EQ(ward.all<event::AlarmsHeard>().back().alarms[0].text, "*** BRADY");
  bed.alarm = false;
  ASSERT_TRUE(ward.until<event::AlarmsHeard>([](const auto& said) { return said.alarms.empty() && said.complete; }));
}

TEST(GatewayIntellivue, AMonitorThatAnswersKeepAlivesAloneIsNotAlive) {
  Bed bed(13);
  Ward ward;
  auto options = quiet();
  options.monitors = {bed.place()};
  ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
  ward.start();
  ASSERT_TRUE(ward.until<event::AlarmsHeard>([](const auto& said) { return said.complete; }));
  bed.withholds = true;
  EXPECT_FALSE(ward.until<event::DeviceGone>(any, 1s));
  ward.heard.clear();
  EXPECT_FALSE(ward.until<event::DeviceGone>(any, 4s)) << "its association lives on keep-alives, one every 3.3 s";
  EXPECT_TRUE(ward.heard.empty()) << "nothing counts as a sign of life";
}

/// first_port gives where the ports must begin so that a monitor of this address is asked from one that is free.
std::uint16_t first_port(std::uint32_t address) {
  asio::io_context io;
  const std::uint16_t free = udp::socket(io, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
  return static_cast<std::uint16_t>(free - address % source_ports_count);
}

TEST(GatewayIntellivue, AStationThatWasKilledHasItsMonitorsBackBeforeTheyLetGo) {
  Bed bed(14);
  auto options = quiet();
  options.monitors = {bed.place()};
  options.source_ports = first_port(0x7F00030EU);
  std::uint16_t port = 0;
  {
    Ward ward;
    ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
    ward.start();
    ASSERT_TRUE(ward.until<event::NumericsHeard>(any));
    port = bed.client();
    EXPECT_EQ(port, options.source_ports + 0x7F00030EU % source_ports_count);
    bed.deaf = true;  // what a killed program would have said is not said
  }
  std::this_thread::sleep_for(200ms);
  bed.deaf = false;
  EXPECT_EQ(bed.client(), port) << "the monitor knows nothing of it yet";
  Ward again;
  ASSERT_TRUE(again.keep(open_intellivue_gateway(again.context(), options, again.sink())));
  again.start();
  EXPECT_TRUE(again.until<event::NumericsHeard>(any, 5s)) << "it would hold the dead one for ten";
  EXPECT_TRUE(again.all<event::TroubleHeard>().empty());
}

TEST(GatewayIntellivue, AMonitorAtABedIsAskedBeforeItAnnouncesItself) {
  Bed bed(18);
  Ward ward;
  IntellivueGatewayOptions options;
  options.address = "127.0.0.1";
  options.beacon_port = 0;
  GatewaySink sink = ward.sink();
  sink.known = {{{"sdc:x", event::Protocol::sdc, "127.0.3.19", "", "", "", ""}, "R1"},
                {{"intellivue:x", event::Protocol::intellivue, bed.place(), "", "", "", ""}, "R2"},
                {{"intellivue:y", event::Protocol::intellivue, "nowhere", "", "", "", ""}, "R3"}};
  ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, sink)));
  ward.start();
  EXPECT_TRUE(ward.until<event::NumericsHeard>(any));
}

TEST(GatewayIntellivue, APortThatIsTakenIsReplacedByAnyOther) {
  Bed bed(15);
  auto options = quiet();
  options.monitors = {bed.place()};
  asio::io_context io;
  udp::socket taken(io, {asio::ip::address_v4::loopback(), 0});
  options.source_ports = static_cast<std::uint16_t>(taken.local_endpoint().port() - 0x7F00030FU % source_ports_count);
  Ward ward;
  ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
  ward.start();
  EXPECT_TRUE(ward.until<event::NumericsHeard>(any));
}

TEST(GatewayIntellivue, InventedAnnouncementsKeepNoMonitorOutForLong) {
  Ward ward;
  IntellivueGatewayOptions options;
  options.monitors_max = 4;
  const std::uint16_t port = hear_announcements(ward, options);
  asio::io_context io;
  for (std::uint8_t i = 0; i < 8; ++i) {
    udp::socket liar(io, {asio::ip::address_v4({127, 0, 4, i}), 0});
    iv::MonitorOptions forged;
    forged.address.ip = {127, 0, 4, i};
    liar.send_to(asio::buffer(iv::Monitor(forged).beacon(MonoTime{})), {asio::ip::address_v4::loopback(), port});
  }
  const auto is_full = [](const event::OwnTrouble& told) {
    return told.condition == "gateway_full:intellivue" && told.present;
  };
  ASSERT_TRUE(ward.until<event::OwnTrouble>(is_full)) << "somebody has to look";
  Bed honest(16, port);
  ASSERT_TRUE(ward.until<event::NumericsHeard>(any, 10s)) << "one that never associated makes room";
}

TEST(GatewayIntellivue, AnAnnouncedMonitorIsAskedAndAForgedAnnouncementIsNot) {
  Ward ward;
  const std::uint16_t port = hear_announcements(ward);
  // One that names another's address: we would ask the other.
  Bed victim(8);
  iv::MonitorOptions forged;
  forged.address.ip = {127, 0, 3, 8};
  forged.port = victim.port();
  Bed forger(7);
  forger.send(iv::Monitor(forged).beacon(MonoTime{}), {asio::ip::address_v4::loopback(), port});
  forger.send(iv::Bytes(1500, 0xFF), {asio::ip::address_v4::loopback(), port});
  Bed honest(6, port);
  ASSERT_TRUE(ward.until<event::NumericsHeard>(any));
  for (const auto& heard : ward.all<event::DeviceHeard>()) EXPECT_EQ(heard.identity.address, honest.place());
}

TEST(GatewayIntellivue, AMonitorThatIsSwitchedOffIsGoneAndComesBackAsAnotherLink) {
  Bed bed(9);
  Ward ward;
  auto options = quiet();
  options.monitors = {bed.place()};
  ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
  ward.start();
  ASSERT_TRUE(ward.until<event::NumericsHeard>(any));
  bed.end();
  ASSERT_TRUE(ward.until<event::DeviceGone>(any, 40s)) << "the time-out of the association";
  EXPECT_EQ(ward.all<event::TroubleHeard>().back().code, "no_answer");
  EXPECT_FALSE(ward.all<event::TroubleHeard>().back().remedy.empty());
  bed.begin();
  ASSERT_TRUE(ward.until<event::NumericsHeard>([](const auto& said) { return said.link == 2; }, 40s));
}

TEST(GatewayIntellivue, HostileDatagramsHarmNobodyElse) {
  Bed good(11);
  Bed bad(12);
  Ward ward;
  auto options = quiet();
  options.monitors = {good.place(), bad.place()};
  options.datagrams_a_second = 100;
  ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
  ward.start();
  std::set<std::string> beds;
  ASSERT_TRUE(ward.until<event::DeviceHeard>([&](const auto& heard) {
    beds.insert(heard.identity.bed_label);
    return beds.size() == 2;
  }));
  bad.rubbish = true;
  ASSERT_TRUE(ward.until<event::TroubleHeard>([](const auto& trouble) { return trouble.code == "flood"; }));
  const std::uint64_t flooded = ward.all<event::TroubleHeard>().back().link;
  for (const auto& heard : ward.all<event::DeviceHeard>()) {
    EXPECT_EQ(heard.link == flooded, heard.identity.bed_label == "R12");
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(ward.until<event::NumericsHeard>([&](const auto& said) { return said.link != flooded; }));
  }
}

TEST(GatewayIntellivue, WhatTheKernelDropsOfAMonitorIsItsFlood) {
  Bed bed(19);
  Ward ward;
  auto options = quiet();
  options.monitors = {bed.place()};
  options.datagrams_a_second = 1e6;  // so that the gateway itself drops none
  ASSERT_TRUE(ward.keep(open_intellivue_gateway(ward.context(), options, ward.sink())));
  ward.start();
  ASSERT_TRUE(ward.until<event::NumericsHeard>(any));
  const udp::endpoint station{asio::ip::address_v4::loopback(), bed.client()};
  bed.end();
  testing::overrun(ward.context(), [&](const auto& datagram) { bed.send(datagram, station); });
  EXPECT_TRUE(ward.until<event::TroubleHeard>([](const auto& trouble) { return trouble.code == "flood"; }));
}

TEST(GatewayIntellivue, AnnouncementsThatTheKernelDropsAreTold) {
  Ward ward;
  const std::uint16_t port = hear_announcements(ward);
  testing::overrun(ward.context(), {asio::ip::address_v4::loopback(), port});
  EXPECT_TRUE(ward.until<event::OwnTrouble>(
      [](const auto& told) { return told.condition == "gateway_lost:intellivue" && told.present; }));
}

TEST(GatewayIntellivue, AddressesThatAreNoneAndTooManyAreErrors) {
  Ward ward;
  auto options = quiet();
  for (const char* wrong : {"monitor", "10.0.0.1:", "10.0.0.1:99999", "10.0.0.1:0", "10.0.0.1:24105x"}) {
    options.monitors = {wrong};
    const auto opened = open_intellivue_gateway(ward.context(), options, ward.sink());
    ASSERT_FALSE(opened) << wrong;
    EXPECT_EQ(opened.error().code, ErrorCode::malformed) << wrong;
  }
  options.monitors = {"127.0.3.1", "127.0.3.2"};
  options.monitors_max = 1;
  const auto opened = open_intellivue_gateway(ward.context(), options, ward.sink());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace cordon::gateway
