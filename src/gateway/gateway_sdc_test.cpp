// SPDX-License-Identifier: Apache-2.0
// The gateway against a provider over real sockets of loopback, plain and under mutual TLS.
#include "gateway/gateway_sdc.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gateway/gateway_testing.h"
#include "gateway/gunzip_testing.h"
#include "gateway/sdc_link.h"
#include "gateway/sdc_testing.h"

namespace cordon::gateway {
namespace {

using sdc::testing::small_bed;
using testing::TestDevice;
using testing::TestStation;

MonoTime mono() {
  return std::chrono::steady_clock::now();
}
WallTime wall() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

SdcGatewayOptions plain(const TestDevice& device) {
  SdcGatewayOptions out;
  out.probe = {device.probe_at()};
  return out;
}

std::vector<unsigned> set_hr(TestDevice& device, double value) {
  return device.change(
      [&](sdc::Provider& provider) { return provider.set_numeric("hr", value, sdc::Validity::valid, wall(), mono()); });
}

/// live waits until the device is subscribed to and read.
event::DeviceHeard live(TestStation& station) {
  const auto heard = station.next<event::DeviceHeard>([](const auto& h) { return !h.identity.model.empty(); });
  station.next<event::AlarmsHeard>([](const auto& a) { return a.complete; });
  return heard;
}

double value_of(const event::NumericsHeard& heard, const std::string& handle) {
  for (const event::Numeric& each : heard.numerics)
    if (each.channel.handle == handle) return each.value;
  return std::nan("");
}

event::NumericsHeard hr_is(TestStation& station, double value) {
  return station.next<event::NumericsHeard>([&](const auto& heard) { return value_of(heard, "hr") == value; });
}

TEST(SdcGateway, ReadsABedFromDiscoveryToItsReadings) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  const event::DeviceHeard heard = live(station);
  EXPECT_EQ(heard.identity.device, "sdc:" + small_bed().address);
  EXPECT_EQ(heard.identity.address, "127.0.0.1");
  EXPECT_EQ(heard.identity.maker, "Cordon");
  EXPECT_EQ(heard.identity.serial, "12");
  EXPECT_EQ(heard.identity.bed_label, "RÉA 12 é&=");
  EXPECT_EQ(device.subscribers(), 1U);

  EXPECT_EQ(set_hr(device, 72), std::vector<unsigned>{202});
  const event::NumericsHeard numerics = hr_is(station, 72);
  EXPECT_EQ(numerics.link, heard.link);
  EXPECT_EQ(numerics.numerics.at(0).channel.code, 147842U);
  EXPECT_EQ(numerics.numerics.at(0).channel.unit, "{beat}/min");
  EXPECT_EQ(numerics.numerics.at(0).validity, event::Validity::valid);

  const auto wave = [&](sdc::Provider& p) { return p.push_waves({{"ecg", {0.5, 1, 1.5, 2}}}, wall(), mono()); };
  device.change(wave);
  device.change(wave);
  const auto first = station.next<event::WaveHeard>();
  EXPECT_EQ(first.rate_hz, 250);
  EXPECT_EQ(first.first, 0U);
  EXPECT_EQ(first.samples, (std::vector<float>{0.5F, 1, 1.5F, 2}));
  EXPECT_EQ(heard.values_period, Micros(sdc_values_pause)) << "how often it says numbers is not known yet";
  EXPECT_EQ(station.next<event::DeviceHeard>().values_period, Micros{}) << "a device with traces says them often";

  device.change(
      [&](sdc::Provider& p) { return p.set_alarm("hr.limits", true, sdc::SignalPresence::on, wall(), mono()); });
  const auto alarms = station.next<event::AlarmsHeard>([](const auto& a) { return !a.complete; });
  EXPECT_FALSE(alarms.complete);
  ASSERT_EQ(alarms.alarms.size(), 1U);
  EXPECT_EQ(alarms.alarms[0].condition, "hr.limits");
  EXPECT_EQ(alarms.alarms[0].priority, event::AlarmPriority::high);
  EXPECT_TRUE(alarms.alarms[0].present);
  EXPECT_FALSE(alarms.alarms[0].silenced);

  sdc::Person person;
  person.family_name = "Martin";
  person.date_of_birth = "1960-02-03";
  device.change([&](sdc::Provider& p) { return p.set_patient(person, {{"urn:h", "4711", {}}}, mono()); });
  const auto named = station.next<event::DeviceHeard>([](const auto& h) { return !h.patient.empty(); });
  EXPECT_EQ(named.patient, (event::PatientOffer{"4711", "Martin", "", "1960-02-03"}));
  EXPECT_EQ(named.link, heard.link);
  // Who lies there says nothing about the values: they are not said again as if they were new.
  device.change([&](sdc::Provider& p) { return p.set_numeric("spo2", 97, sdc::Validity::valid, wall(), mono()); });
  const auto next = station.next<event::NumericsHeard>();
  ASSERT_EQ(next.numerics.size(), 1U);
  EXPECT_EQ(next.numerics[0].value, 97);
}

/// Ventilator is a device without traces that holds its answers back while it hangs, and what a station hears of it.
struct Ventilator {
  ~Ventilator() { ends.set_value(); }
  std::promise<void> ends;
  std::atomic<bool> hangs = false;
  TestDevice device{[this] {
    TestDevice::Options out;
    out.plan.waves.clear();
    out.rewrite = [this, until = ends.get_future().share()](std::string& body, auto&) {
      if (const auto place = body.find("PT15S"); place != std::string::npos) body.replace(place, 5, "PT1H");
      if (hangs) until.wait();
    };
    return out;
  }()};
  std::atomic<int> ahead = 0;  // seconds that the station's clock has gone on meanwhile
  TestStation station{plain(device), [this] { return wall() + std::chrono::seconds(ahead); }};
};

TEST(SdcGateway, ADeviceWithoutTracesIsWatchedByWhatItAnswersAndNotByItsLease) {
  Ventilator bed;
  const event::DeviceHeard heard = live(bed.station);
  EXPECT_EQ(heard.period, Micros(std::chrono::seconds(1))) << "so its silence is told after three";
  for (int second = 0; second < 5; ++second) bed.station.next<event::LinkAlive>();
  EXPECT_TRUE(bed.station.says_nothing<event::TroubleHeard>(std::chrono::milliseconds(100)))
      << "it lives, though it says nothing by itself";
  bed.hangs = true;  // it takes connections and never answers
  EXPECT_EQ(bed.station.next<event::DeviceGone>().link, heard.link);
  EXPECT_EQ(bed.station.next<event::TroubleHeard>().code, "timeout");
}

TEST(SdcGateway, HowOftenADeviceWithoutTracesSaysNumbersIsLearned) {
  Ventilator bed;
  live(bed.station);
  for (int i = 0; i < 8; ++i) {
    set_hr(bed.device, 70 + i);
    ++bed.ahead;
  }
  const auto learned =
      bed.station.next<event::DeviceHeard>([](const auto& h) { return h.values_period < sdc_values_pause; });
  EXPECT_LE(learned.values_period, Micros(std::chrono::seconds(10)));
  EXPECT_EQ(learned.period, Micros(std::chrono::seconds(1)));
}

TEST(SdcGateway, ATraceThatTheDeviceSwitchesOffIsSaidToBeNotMeasured) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  const auto push = [&](std::vector<double> samples, sdc::Validity validity = sdc::Validity::valid) {
    device.change([&](sdc::Provider& p) { return p.push_waves({{"ecg", samples, validity}}, wall(), mono()); });
  };
  const auto next = [&] { return station.next<event::WaveHeard>(); };
  push({1, 2});
  EXPECT_EQ(next().validity, event::Validity::valid);
  push({}, sdc::Validity::unavailable);  // its leads are off, say
  const auto without = next();
  EXPECT_EQ(without.validity, event::Validity::missing);
  EXPECT_EQ(without.channel.handle, "ecg");
  EXPECT_TRUE(without.samples.empty());
  push({3, 4});
  EXPECT_EQ(next().validity, event::Validity::valid);
  device.change([&](sdc::Provider& p) { return p.set_component("ecg", sdc::Activation::off, mono()); });
  push({});
  EXPECT_EQ(next().validity, event::Validity::missing);
  device.change([&](sdc::Provider& p) { return p.set_component("ecg", sdc::Activation::on, mono()); });
  push({5, 6});
  EXPECT_EQ(next().samples, (std::vector<float>{5, 6})) << "it was said once";
}

TEST(SdcGateway, AnAlarmWhoseReportWasLostIsToldToBeMissingAndAskedFor) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  device.change([&](sdc::Provider& p) {
    (void)p.set_alarm("hr.limits", true, sdc::SignalPresence::on, wall(), mono());
    return std::vector<sdc::Notification>();
  });
  set_hr(device, 72);
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "lost_messages");
  const auto there = station.next<event::AlarmsHeard>([](const auto& a) { return a.complete; });
  EXPECT_TRUE(std::ranges::any_of(there.alarms, [](const auto& a) { return a.condition == "hr.limits" && a.present; }));
}

TEST(SdcGateway, TracesThatTheDeviceSendsToNobodyAreOneTroubleAndNoLostMessages) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  for (int i = 0; i < 5; ++i) {
    device.change([&](sdc::Provider& p) {
      (void)p.push_waves({{"ecg", {1.0 * i}}}, wall(), mono());
      return std::vector<sdc::Notification>();
    });
    set_hr(device, 70 + i);
    if (i == 0) {
      const auto told = station.next<event::TroubleHeard>();
      EXPECT_EQ(told.code, "unheard_traces");
      EXPECT_FALSE(told.remedy.empty());
    } else {
      EXPECT_TRUE(station.says_nothing<event::TroubleHeard>(sdc::resync_every + std::chrono::milliseconds(500)));
    }
  }
  device.change([&](sdc::Provider& p) { return p.push_waves({{"ecg", {1, 2}}}, wall(), mono()); });
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "") << "they come now";
}

TEST(SdcGateway, ReportsThatAreLostAgainAndAgainAreOneTrouble) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  const auto lose_one = [&] {
    device.change([&](sdc::Provider& p) {
      (void)p.set_numeric("spo2", 97, sdc::Validity::valid, wall(), mono());
      return std::vector<sdc::Notification>();
    });
    set_hr(device, 72);
    EXPECT_EQ(station.next<event::TroubleHeard>().code, "lost_messages");
  };
  lose_one();
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "");
  lose_one();
  EXPECT_TRUE(station.says_nothing<event::TroubleHeard>(sdc::resync_every + std::chrono::seconds(1)))
      << "all was asked again meanwhile";
}

TEST(SdcGateway, ReportsThatCannotBeReadAndSoAreMissingAreOneTrouble) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  set_hr(device, 71);
  EXPECT_EQ(device.send(device.last_url(), std::string(1000, '<')), 202U);
  device.change([&](sdc::Provider& p) {
    (void)p.set_numeric("spo2", 97, sdc::Validity::valid, wall(), mono());
    return std::vector<sdc::Notification>();
  });
  set_hr(device, 72);
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "dialect");
  EXPECT_TRUE(station.says_nothing<event::TroubleHeard>(sdc::resync_every + std::chrono::milliseconds(300)));
}

TEST(SdcGateway, WhatIsNoNumberIsToldOnceThoughTheDeviceIsDescribedAnew) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  device.change([&](sdc::Provider& p) {
    auto out = p.set_numeric("hr", 72, sdc::Validity::valid, wall(), mono());
    for (sdc::Notification& each : out) each.body.replace(each.body.find("\"72\""), 4, "\"NaN\"");
    return out;
  });
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "no_number");
  device.change([&](sdc::Provider& p) { return p.set_unit("spo2", 262688, mono()); });
  device.change([&](sdc::Provider& p) { return p.system_error(1, "no battery", mono()); });
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "own_fault") << "nothing was taken back";
}

TEST(SdcGateway, ATraceOfAnotherRateThanIsStatedIsTold) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  WallTime clock = wall();
  const auto push = [&](int seconds, std::size_t samples) {
    for (int i = 0; i < seconds; ++i) {
      device.change([&](sdc::Provider& p) {
        return p.push_waves({{"ecg", std::vector<double>(samples, 1), sdc::Validity::valid}}, clock, mono());
      });
      clock += std::chrono::milliseconds(i % 9 == 8 ? 2000 : 1000);  // the device pauses now and then
    }
  };
  push(120, 250);
  EXPECT_TRUE(station.says_nothing<event::TroubleHeard>(std::chrono::milliseconds(500)));
  push(60, 200);
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "odd_rate");
  device.change([&](sdc::Provider& p) { return p.set_unit("spo2", 262688, mono()); });
  device.change([&](sdc::Provider& p) { return p.system_error(1, "no battery", mono()); });
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "own_fault") << "nothing was taken back";
}

TEST(SdcGateway, WhatFindsNoRoomIsSaidAgainWithAllThereIs) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  station.room = false;
  device.change(
      [&](sdc::Provider& p) { return p.set_alarm("hr.limits", true, sdc::SignalPresence::on, wall(), mono()); });
  station.room = true;
  const auto again = station.next<event::AlarmsHeard>([](const auto& a) { return a.complete; });
  EXPECT_TRUE(std::ranges::any_of(again.alarms, [](const auto& a) { return a.condition == "hr.limits" && a.present; }));
}

TEST(SdcGateway, WhatWasMeasuredLongAgoIsNotSaidAsNew) {
  TestDevice device({});
  const WallTime then = wall() - std::chrono::minutes(10);
  device.change([&](sdc::Provider& p) { return p.set_numeric("spo2", 97, sdc::Validity::valid, then, mono()); });
  set_hr(device, 72);
  TestStation station(plain(device), wall);
  const auto whole = station.next<event::NumericsHeard>();
  EXPECT_FALSE(whole.device_time) << "no value of the MDIB says what time it is now";
  ASSERT_EQ(whole.numerics.size(), 2U);
  EXPECT_LT(wall() - whole.numerics[0].measured_at.value(), std::chrono::seconds(60));
  EXPECT_GT(wall() - whole.numerics[1].measured_at.value(), std::chrono::minutes(9));
  set_hr(device, 73);
  EXPECT_TRUE(hr_is(station, 73).device_time);
}

/// Mouth speaks discovery from an address of loopback.
struct Mouth {
  explicit Mouth(std::uint16_t port, const std::string& address = "127.0.0.1")
      : socket(io, testing::udp::endpoint{asio::ip::make_address(address), 0}),
        to(asio::ip::address_v4::loopback(), port) {}
  void say(const std::string& text) { socket.send_to(asio::buffer(text), to); }
  asio::io_context io;
  testing::udp::socket socket;
  testing::udp::endpoint to;
};

std::string invented_hello(std::uint64_t number, const TestDevice& at) {
  sdc::BedPlan plan = small_bed();
  plan.address = "urn:uuid:00000000-0000-0000-0000-0000000000" + std::to_string(50 + number);
  plan.url = "http://127.0.0.1:" + std::to_string(at.port()) + "/bed";
  plan.seed = 50 + number;  // its messages have ids of their own
  return sdc::print_envelope(sdc::Provider(plan).hello());
}

TEST(SdcGateway, ADatagramThatIsTooLargeIsNotRead) {
  TestDevice device({});
  SdcGatewayOptions options;
  options.discovery_port = testing::free_udp_port();
  TestStation station(options, wall);
  Mouth mouth(options.discovery_port);
  mouth.say("<!--" + std::string(16 * 1024, '-') + "-->" + invented_hello(0, device));
  mouth.say(invented_hello(1, device) + std::string(16 * 1024, ' '));
  mouth.say(device.hello());
  EXPECT_EQ(station.next<event::DeviceHeard>().identity.device, "sdc:" + small_bed().address);
}

TEST(SdcGateway, AnAddressThatShoutsIsNotHeardUntilItIsQuiet) {
  TestDevice device({});
  SdcGatewayOptions options;
  options.discovery_port = testing::free_udp_port();
  TestStation station(options, wall);
  Mouth mouth(options.discovery_port);
  for (int i = 0; i < 100; ++i) mouth.say("<x/>");
  mouth.say(device.hello());
  EXPECT_TRUE(station.says_nothing<event::DeviceHeard>(std::chrono::milliseconds(500)));
  mouth.say(device.hello());
  EXPECT_EQ(live(station).identity.device, "sdc:" + small_bed().address);
}

TEST(SdcGateway, AnnouncementsThatTheKernelDropsAreTold) {
  SdcGatewayOptions options;
  options.discovery_port = testing::free_udp_port();
  TestStation station(options, wall);
  testing::overrun(station.context(), {asio::ip::address_v4::loopback(), options.discovery_port});
  const auto told = station.next<event::OwnTrouble>();
  EXPECT_EQ(told.condition, "gateway_lost:sdc");
  EXPECT_TRUE(told.present);
}

TEST(SdcGateway, AnswersToAProbeThatTheKernelDropsAreTold) {
  Mouth device(0);
  SdcGatewayOptions options;
  options.probe = {"127.0.0.1:" + std::to_string(device.socket.local_endpoint().port())};
  TestStation station(options, wall);
  std::array<char, 4096> probe{};
  testing::udp::endpoint asks;
  device.socket.receive_from(asio::buffer(probe), asks);
  testing::overrun(station.context(), asks);
  EXPECT_EQ(station.next<event::OwnTrouble>().condition, "gateway_lost:sdc");
}

/// is_heard_last tells whether a device is heard whose Hello, or answer to a Probe, comes behind as much of 127 others,
/// all while the station has no time to read.
bool is_heard_last(bool by_hello) {
  TestDevice device({});
  asio::io_context io;
  asio::io_context ours;
  testing::udp::socket door(ours, testing::udp::endpoint{asio::ip::address_v4::loopback(), 0});
  SdcGatewayOptions options;
  options.address = "127.0.0.1";
  options.discovery_port = testing::free_udp_port();
  options.probe = {"127.0.0.1:" + std::to_string(door.local_endpoint().port())};
  options.probe_every = std::chrono::hours(1);
  bool heard = false;
  std::uint64_t links = 0;
  const auto say = [&](const event::BedsideInput& input) {
    heard = heard || std::holds_alternative<event::DeviceHeard>(input);
    return true;
  };
  auto gateway = open_sdc_gateway(io, options, {say, [&] { return ++links; }, wall}).value();
  io.poll();

  std::string datagram(16 * 1024, '\0');
  testing::udp::endpoint station;
  datagram.resize(door.receive_from(asio::buffer(datagram), station));
  door.send_to(asio::buffer(datagram),
               {asio::ip::address_v4::loopback(), read_sdc_url("http://" + device.probe_at())->at.port()});
  std::string answer(16 * 1024, '\0');
  answer.resize(door.receive(asio::buffer(answer)));
  if (by_hello) {
    station = {asio::ip::address_v4::loopback(), options.discovery_port};
    answer = device.hello();
  }
  for (std::uint8_t other = 1; other < 128; ++other) {
    testing::udp::socket socket(ours, testing::udp::endpoint{asio::ip::address_v4({127, 0, 3, other}), 0});
    socket.send_to(asio::buffer(std::string(answer.size(), 'x')), station);
  }
  door.send_to(asio::buffer(answer), station);
  const MonoTime until = mono() + std::chrono::seconds(30);
  while (!heard && mono() < until) io.run_for(std::chrono::milliseconds(10));
  gateway.reset();
  return heard;
}

TEST(SdcGateway, AUnitThatAnswersAtOnceIsHeardToTheLastDevice) {
  EXPECT_TRUE(is_heard_last(false)) << "by a Probe";
  EXPECT_TRUE(is_heard_last(true)) << "by Hello";
}

TEST(SdcGateway, InventedNamesTakeNoPlaceOfADeviceThatAnswered) {
  auto device = std::make_unique<TestDevice>(TestDevice::Options{});
  SdcGatewayOptions options = plain(*device);
  options.discovery_port = testing::free_udp_port();
  options.devices_max = 2;
  TestStation station(options, wall);
  live(station);
  const TestDevice liar({});
  Mouth mouth(options.discovery_port);
  for (std::uint64_t i = 0; i < 4; ++i) mouth.say(invented_hello(i, liar));
  const auto full = station.next<event::OwnTrouble>();
  EXPECT_EQ(full.condition, "gateway_full:sdc");
  EXPECT_TRUE(full.present);
  set_hr(*device, 72);
  hr_is(station, 72);
}

/// placed_at gives a device that says it is the small bed, on another address; its messages have ids of their own.
TestDevice::Options placed_at(const std::string& address, std::uint64_t seed) {
  TestDevice::Options out;
  out.address = address;
  out.plan.seed = seed;
  return out;
}

/// Switch is a station that hears what devices say of themselves, each from its own address.
struct Switch {
  std::uint16_t port = testing::free_udp_port();
  TestStation station{[this] {
                        SdcGatewayOptions out;
                        out.discovery_port = port;
                        return out;
                      }(),
                      wall};
  void hello(TestDevice& device, const std::string& address) { Mouth(port, address).say(device.hello()); }
  static std::function<bool(const event::DeviceHeard&)> is_read_at(const std::string& address) {
    return [address](const auto& h) { return h.identity.address == address && !h.identity.model.empty(); };
  }
  event::DeviceHeard heard_from(const std::string& address) {
    return station.next<event::DeviceHeard>(is_read_at(address));
  }
  event::DeviceHeard meet(TestDevice& device, const std::string& address) {
    hello(device, address);
    return heard_from(address);
  }
  /// meet_in_time says hello until the device is read: the place of another is free after a while alone.
  event::DeviceHeard meet_in_time(TestDevice& device, const std::string& address) {
    for (int said = 0; said < 300; ++said) {
      hello(device, address);
      if (auto heard = station.says<event::DeviceHeard>(std::chrono::milliseconds(100), is_read_at(address)))
        return *heard;
    }
    throw std::runtime_error(address + " is not read");
  }
};

TEST(SdcGateway, TwoThatSayOneNameAreTwoLinksAndTheFirstIsReadAgainAfterALoss) {
  Switch beds;
  auto monitor = std::make_unique<TestDevice>(placed_at("127.0.0.1", 1));
  const std::uint16_t port = monitor->port();
  const event::DeviceHeard first = beds.meet(*monitor, "127.0.0.1");
  TestDevice liar(placed_at("127.0.0.2", 2));
  const event::DeviceHeard second = beds.meet(liar, "127.0.0.2");
  EXPECT_EQ(second.identity.device, first.identity.device);
  EXPECT_NE(second.link, first.link);
  monitor.reset();
  EXPECT_EQ(beds.station.next<event::DeviceGone>().link, first.link);
  TestDevice::Options again = placed_at("127.0.0.1", 3);
  again.port = port;
  monitor = std::make_unique<TestDevice>(again);
  const event::DeviceHeard back = beds.heard_from("127.0.0.1");
  monitor->change(
      [&](sdc::Provider& p) { return p.set_alarm("hr.limits", true, sdc::SignalPresence::on, wall(), mono()); });
  const auto alarms = beds.station.next<event::AlarmsHeard>([&](const auto& said) {
    return said.link == back.link && !said.alarms.empty() && said.alarms[0].condition == "hr.limits";
  });
  EXPECT_EQ(alarms.alarms[0].priority, event::AlarmPriority::high);
  set_hr(liar, 61);
  EXPECT_EQ(hr_is(beds.station, 61).link, second.link) << "both are read: which of them it is, the station judges";
}

TEST(SdcGateway, AThirdThatSaysTheSameNameIsToldAndNotRead) {
  Switch beds;
  TestDevice one(placed_at("127.0.0.1", 1)), two(placed_at("127.0.0.2", 2)), three(placed_at("127.0.0.3", 3));
  const event::DeviceHeard first = beds.meet(one, "127.0.0.1");
  beds.meet(two, "127.0.0.2");
  set_hr(two, 61);
  hr_is(beds.station, 61);  // it was asked for everything
  beds.hello(three, "127.0.0.3");
  const auto told = beds.station.next<event::TroubleHeard>([&](const auto& t) { return t.link == first.link; });
  EXPECT_EQ(told.code, "duplicate");
  EXPECT_NE(told.text.find("127.0.0.3"), std::string::npos) << told.text;
  EXPECT_EQ(three.subscribers(), 0U);
}

TEST(SdcGateway, ADeviceIsReadAtEachAddressThatItGets) {
  Switch beds;
  auto device = std::make_unique<TestDevice>(placed_at("127.0.0.1", 1));
  event::DeviceHeard heard = beds.meet(*device, "127.0.0.1");
  for (const std::uint64_t number : {2U, 3U}) {
    const std::string address = "127.0.0." + std::to_string(number);
    device.reset();
    EXPECT_EQ(beds.station.next<event::DeviceGone>().link, heard.link);
    device = std::make_unique<TestDevice>(placed_at(address, number));
    heard = beds.meet_in_time(*device, address);
    set_hr(*device, 70.0 + static_cast<double>(number));
    EXPECT_EQ(hr_is(beds.station, 70.0 + static_cast<double>(number)).link, heard.link);
  }
}

TEST(SdcGateway, ANameThatIsSaidFromManyAddressesTakesNoPlaceAndIsToldOfNobodyWhoDoesNotAnswer) {
  Switch beds;
  TestDevice monitor(placed_at("127.0.0.1", 1));
  const event::DeviceHeard first = beds.meet(monitor, "127.0.0.1");
  for (std::uint64_t i = 10; i < 30; ++i) {
    const std::string address = "127.0.0." + std::to_string(i);
    sdc::BedPlan plan = small_bed();
    plan.url = "http://" + address + ":9/bed";
    plan.seed = i;
    Mouth(beds.port, address).say(sdc::print_envelope(sdc::Provider(plan).hello()));
  }
  EXPECT_TRUE(beds.station.says_nothing<event::TroubleHeard>(std::chrono::milliseconds(2100)));
  TestDevice moved(placed_at("127.0.0.2", 2));
  const event::DeviceHeard second = beds.meet(moved, "127.0.0.2");
  EXPECT_EQ(second.link, first.link + 1) << "nobody else was made known";
  set_hr(monitor, 72);
  EXPECT_EQ(hr_is(beds.station, 72).link, first.link);
}

TEST(SdcGateway, ADeviceWithTwoAddressesThatSaysBothIsReadAtOne) {
  Switch beds;
  TestDevice device(placed_at("127.0.0.1", 1));
  const event::DeviceHeard heard = beds.meet(device, "127.0.0.1");
  set_hr(device, 71);
  hr_is(beds.station, 71);
  const TestDevice other(placed_at("127.0.0.2", 2));
  sdc::BedPlan plan = small_bed();
  plan.url = "http://127.0.0.1:" + std::to_string(device.port()) +
             "/bed http://127.0.0.2:" + std::to_string(other.port()) + "/bed";
  plan.seed = 9;
  Mouth(beds.port, "127.0.0.2").say(sdc::print_envelope(sdc::Provider(plan).hello()));
  EXPECT_TRUE(beds.station.says_nothing<event::DeviceHeard>(std::chrono::milliseconds(500)));
  set_hr(device, 72);
  EXPECT_EQ(hr_is(beds.station, 72).link, heard.link);
}

/// raw sends bytes to where reports go and gives what comes back within five seconds, or before the other side is done.
std::string raw(const std::string& url_text, const std::vector<std::string>& parts) {
  const auto url = read_sdc_url(url_text);
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(std::chrono::seconds(5));
  stream.connect(url->at);
  std::string out;
  for (const std::string& part : parts) {
    stream << part << std::flush;
    std::string line;
    std::getline(stream, line);
    out += line;
    while (std::getline(stream, line) && line != "\r") continue;
  }
  return out;
}

TEST(SdcGateway, WhoAsksFirstIsToldToGoOnAndAStrangerBeforeHisBody) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  set_hr(device, 72);
  const std::string url = device.last_url();
  const std::string path = url.substr(url.rfind('/'));
  const auto head = [](const std::string& target, const std::string& more) {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n" + more + "\r\n";
  };
  const std::string asked = raw(url, {head(path, "Expect: 100-continue\r\n"), "<x/>"});
  EXPECT_NE(asked.find("HTTP/1.1 100"), std::string::npos) << asked;
  EXPECT_NE(asked.find("HTTP/1.1 202"), std::string::npos) << asked;
  const std::string stranger = raw(url, {head("/" + std::string(32, '0'), "")});
  EXPECT_NE(stranger.find("HTTP/1.1 404"), std::string::npos) << "by the header: his body never came";
}

TEST(SdcGateway, AnAddressThatSendsTooMuchIsReadLaterAndToldSo) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  live(station);
  set_hr(device, 72);
  const std::string url = device.last_url();
  boost::asio::ip::tcp::iostream stream;
  stream.connect(read_sdc_url(url)->at);
  const std::string one =
      "POST " + url.substr(url.rfind('/')) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n<x/>";
  for (int i = 0; i < 1500; ++i) stream << one;
  stream.flush();
  const auto trouble = station.next<event::TroubleHeard>([](const auto& told) { return told.code == "flood"; });
  EXPECT_FALSE(trouble.remedy.empty());
}

TEST(SdcGateway, FindsADeviceThatSaysHello) {
  TestDevice device({});
  SdcGatewayOptions options;
  options.discovery_port = testing::free_udp_port();
  const testing::udp::endpoint group{asio::ip::address_v4::loopback(), options.discovery_port};
  TestStation station(options, wall);
  asio::io_context io;
  testing::udp::socket socket(io, testing::udp::endpoint{asio::ip::address_v4::loopback(), 0});
  socket.send_to(asio::buffer(std::string("<not xml")), group);
  socket.send_to(asio::buffer(device.hello()), group);
  EXPECT_EQ(live(station).identity.device, "sdc:" + small_bed().address);
}

TEST(SdcGateway, ADeviceThatStartsAgainIsANewLinkWithEverythingReadAnew) {
  auto device = std::make_unique<TestDevice>(TestDevice::Options{});
  const std::uint16_t port = device->port();
  TestStation station(plain(*device), wall);
  const event::DeviceHeard before = live(station);
  set_hr(*device, 71);
  hr_is(station, 71);
  device->change([&](sdc::Provider& p) { return p.push_waves({{"ecg", {1, 2}}}, wall(), mono()); });
  device->change([&](sdc::Provider& p) { return p.end(mono()); });
  device.reset();
  EXPECT_EQ(station.next<event::TroubleHeard>().code, "subscription");
  const auto gone = station.next<event::DeviceGone>();
  EXPECT_EQ(gone.link, before.link);
  TestDevice::Options again;
  again.port = port;
  again.plan.sequence = "urn:uuid:00000000-0000-0000-0000-0000000000bb";
  again.plan.instance = 2;
  TestDevice second(again);
  const event::DeviceHeard after = live(station);
  EXPECT_EQ(after.identity, before.identity);
  EXPECT_GT(after.link, before.link);
  set_hr(second, 64);
  EXPECT_EQ(hr_is(station, 64).link, after.link);
}

TEST(SdcGateway, HostileBodiesAreRefusedAndChangeNothing) {
  TestDevice device({});
  TestStation station(plain(device), wall);
  const event::DeviceHeard heard = live(station);
  set_hr(device, 72);
  hr_is(station, 72);
  const std::string url = device.last_url();
  const std::string nobody = url.substr(0, url.size() - 32) + std::string(32, '0');
  EXPECT_EQ(device.send(nobody, "<x/>"), 404U);
  EXPECT_EQ(device.send(url, "", {}, boost::beast::http::verb::get), 405U);
  EXPECT_EQ(device.send(url, std::string(sdc::message_bytes_max + 1, ' ')), 413U);
  EXPECT_EQ(device.send(url, "no gzip", "gzip"), 400U);
  EXPECT_EQ(device.send(url, "x", "br"), 415U);
  EXPECT_EQ(device.send(url, std::string(1000, '<')), 202U);
  const auto trouble = station.next<event::TroubleHeard>();
  EXPECT_EQ(trouble.code, "dialect");
  EXPECT_FALSE(trouble.remedy.empty());
  EXPECT_EQ(set_hr(device, 73), std::vector<unsigned>{202});
  EXPECT_EQ(hr_is(station, 73).link, heard.link);
}

TEST(SdcGateway, ADeviceThatAnswersRubbishIsNamedWithItsRemedy) {
  TestDevice::Options options;
  options.rewrite = [](std::string& body, boost::beast::http::fields&) { body = "<html>"; };
  TestDevice device(options);
  TestStation station(plain(device), wall);
  const auto heard = station.next<event::DeviceHeard>();
  EXPECT_EQ(station.next<event::DeviceGone>().link, heard.link);
  const auto trouble = station.next<event::TroubleHeard>();
  EXPECT_EQ(trouble.link, heard.link);
  EXPECT_EQ(trouble.code, "dialect");
  EXPECT_FALSE(trouble.remedy.empty());
}

TEST(SdcGateway, ADeviceWhoseFirstWordIsATroubleIsNamedByItsMetadata) {
  TestDevice::Options options;
  options.rewrite = [](std::string& body, auto&) {
    if (body.find("SubscribeResponse") != std::string::npos) body = "<x/>";
  };
  TestDevice device(std::move(options));
  TestStation station(plain(device), wall);
  const auto heard = station.next<event::DeviceHeard>();
  EXPECT_EQ(station.next<event::TroubleHeard>().link, heard.link);
  EXPECT_EQ(heard.identity.device, "sdc:" + small_bed().address);
  EXPECT_EQ(heard.identity.maker, "Cordon");
  EXPECT_EQ(heard.identity.model, "Lab bed");
  EXPECT_EQ(heard.identity.serial, "12");
  EXPECT_EQ(heard.identity.bed_label, "RÉA 12 é&=");
}

TEST(SdcGateway, OpensWhatIsCompressedAlthoughNotAskedFor) {
  TestDevice::Options options;
  options.rewrite = [](std::string& body, boost::beast::http::fields& fields) {
    body = testing::gzip(body);
    fields.set(boost::beast::http::field::content_encoding, "gzip");
  };
  TestDevice device(options);
  TestStation station(plain(device), wall);
  live(station);
  set_hr(device, 72);
  hr_is(station, 72);
  EXPECT_EQ(device.send(device.last_url(), testing::gzip(std::string(sdc::message_bytes_max + 1, ' ')), "gzip"), 413U);
}

TEST(SdcGateway, IsNotLedToAnotherMachine) {
  TestDevice::Options options;
  options.rewrite = [](std::string& body, boost::beast::http::fields&) {
    for (std::size_t at; (at = body.find("//127.0.0.1:")) != std::string::npos;) body.replace(at, 11, "//127.0.0.2");
  };
  TestDevice device(options);
  TestStation station(plain(device), wall);
  const auto trouble = station.next<event::TroubleHeard>();
  EXPECT_EQ(trouble.code, "dialect");
  EXPECT_NE(trouble.text.find("127.0.0.2"), std::string::npos) << trouble.text;
  EXPECT_EQ(device.subscribers(), 0U);
}

TEST(SdcGateway, OpensOnAnAddressOfThisBoxAlone) {
  asio::io_context io;
  SdcGatewayOptions options;
  const auto code = [&](const std::string& address) {
    options.address = address;
    const auto opened = open_sdc_gateway(io, options, {});
    return opened ? ErrorCode::limit : opened.error().code;
  };
  EXPECT_EQ(code("192.0.2.1"), ErrorCode::io);
  EXPECT_EQ(code("0.0.0.0"), ErrorCode::malformed);
  EXPECT_EQ(code("bed"), ErrorCode::malformed);
}

TEST(SdcGateway, ReadsUrlsOfAddressesAlone) {
  const auto url = read_sdc_url("https://10.9.0.12:6464/bed?x#y");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->at.port(), 6464);
  EXPECT_EQ(url->target, "/bed?x");
  EXPECT_EQ(url->host, "10.9.0.12:6464");
  EXPECT_EQ(read_sdc_url("http://[fe80::1]")->at.port(), 80);
  for (const char* bad : {"", "http://", "ftp://1.2.3.4/", "http://bed/", "http://1.2.3.4:0/", "http://1.2.3.4:99999/",
                          "http://1.2.3.4:/", "http://1.2.3.4/a b", "http://[::1", "http://1.2.3.4/\r\nx"}) {
    EXPECT_FALSE(read_sdc_url(bad)) << bad;
  }
}

// --- mutual TLS

/// made_for_peers makes a certificate signed by itself that serves and asks, as an SDC device's does.
http::TlsIdentity made_for_peers(const char* name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_EXTENSION* use = X509V3_EXT_conf_nid(nullptr, nullptr, NID_ext_key_usage, "serverAuth,clientAuth");
  X509_add_ext(certificate, use, -1);
  X509_EXTENSION_free(use);
  X509_sign(certificate, key, EVP_sha256());
  const auto text = [](const std::function<void(BIO*)>& write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return out;
  };
  const std::string key_pem =
      text([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
  const std::string chain_pem = text([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  X509_free(certificate);
  EVP_PKEY_free(key);
  return http::read_identity(key_pem, chain_pem).value();
}

struct Pair {
  http::TlsIdentity station = made_for_peers("station");
  http::TlsIdentity bed = made_for_peers("bed");
};

TEST(SdcGateway, ReadsABedUnderMutualTls) {
  const Pair pair;
  TestDevice::Options options;
  options.tls = http::TlsPeers{pair.bed, pair.station.chain_pem};
  TestDevice device(options);
  SdcGatewayOptions asked = plain(device);
  asked.tls = http::TlsPeers{pair.station, pair.bed.chain_pem};
  TestStation station(asked, wall);
  const event::DeviceHeard heard = live(station);
  EXPECT_EQ(set_hr(device, 72), std::vector<unsigned>{202});
  EXPECT_EQ(hr_is(station, 72).link, heard.link);
  EXPECT_TRUE(device.last_url().starts_with("https://"));
  // The same path without TLS is not the device's: nobody may speak for it.
  std::string url = device.last_url();
  url.erase(4, 1);
  EXPECT_EQ(device.send(url, "<x/>"), 404U);
}

void expect_certificate_trouble(const http::TlsPeers& bed, const http::TlsPeers& ours) {
  TestDevice::Options options;
  options.tls = bed;
  TestDevice device(options);
  SdcGatewayOptions asked = plain(device);
  asked.tls = ours;
  asked.language = SdcLanguage::french;
  TestStation station(asked, wall);
  EXPECT_EQ(station.next<event::DeviceHeard>().identity.bed_label, "RÉA 12 é&=");
  const auto trouble = station.next<event::TroubleHeard>();
  EXPECT_EQ(trouble.code, "certificate");
  EXPECT_TRUE(trouble.remedy.starts_with("Installez")) << trouble.remedy;
  EXPECT_EQ(device.subscribers(), 0U);
}

TEST(SdcGateway, AStrangersCertificateIsATroubleWithItsRemedy) {
  const Pair pair;
  const http::TlsIdentity stranger = made_for_peers("stranger");
  expect_certificate_trouble({stranger, pair.station.chain_pem}, {pair.station, pair.bed.chain_pem});
}

TEST(SdcGateway, ADeviceThatRefusesOursIsATroubleWithItsRemedy) {
  const Pair pair;
  const http::TlsIdentity other = made_for_peers("other");
  expect_certificate_trouble({pair.bed, other.chain_pem}, {pair.station, pair.bed.chain_pem});
}

TEST(SdcGateway, ADeviceUnderTlsIsFoundByAStationWithoutAKeyAndSaysWhatIsMissing) {
  const Pair pair;
  TestDevice::Options options;
  options.tls = http::TlsPeers{pair.bed, pair.station.chain_pem};
  TestDevice device(options);
  TestStation station(plain(device), wall);
  EXPECT_EQ(station.next<event::DeviceHeard>().identity.address, "127.0.0.1");
  const auto trouble = station.next<event::TroubleHeard>();
  EXPECT_EQ(trouble.code, "no_key");
  EXPECT_NE(trouble.remedy.find("[sdc]"), std::string::npos) << trouble.remedy;
  EXPECT_EQ(device.subscribers(), 0U);
}

TEST(SdcGateway, TlsNeedsAnAuthorityThatCanBeRead) {
  const Pair pair;
  EXPECT_TRUE(http::make_peer_context({pair.station, pair.bed.chain_pem}, http::TlsSide::client));
  EXPECT_EQ(http::make_peer_context({pair.station, "no PEM"}, http::TlsSide::client).error().code,
            ErrorCode::malformed);
  EXPECT_EQ(http::make_peer_context({pair.station, ""}, http::TlsSide::server).error().code, ErrorCode::malformed);
  http::TlsIdentity mixed = pair.station;
  mixed.key_pem = pair.bed.key_pem;
  EXPECT_EQ(http::make_peer_context({mixed, pair.bed.chain_pem}, http::TlsSide::client).error().code,
            ErrorCode::malformed);
}

}  // namespace
}  // namespace cordon::gateway
