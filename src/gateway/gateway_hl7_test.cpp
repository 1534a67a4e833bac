// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_hl7.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "gateway/gateway_testing.h"
#include "hl7/answer.h"
#include "hl7/build.h"
#include "hl7/framing.h"
#include "hl7/messages_test.inc"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using testing::any;
using testing::Ward;

/// Unit is a gateway that listens on loopback.
struct Unit : Ward {
  explicit Unit(Hl7GatewayOptions options = {}) {
    options.port = 0;
    options.listening = [this](std::uint16_t bound) { port = bound; };
    EXPECT_TRUE(keep(open_hl7_gateway(context(), options, sink())));
    start();
  }
  std::uint16_t port = 0;
};

/// Sender is the other side: a monitor, or a gateway with several.
class Sender {
 public:
  /// from: an address of its own, 127.0.0.1 unless stated.
  explicit Sender(std::uint16_t port, const char* from = "127.0.0.1") {
    socket_.open(tcp::v4());
    socket_.bind({asio::ip::make_address(from), 0});
    socket_.connect({asio::ip::address_v4::loopback(), port});
    timeval patience{20, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void raw(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes), error_); }
  void say(const hl7::Report& report) { raw(*hl7::frame(hl7::print(hl7::build(report)))); }
  /// answer gives the next acknowledgement; nothing when the other side has closed.
  std::optional<hl7::Acknowledgement> answer() {
    while (waiting_.empty()) {
      std::array<std::uint8_t, 4096> buffer{};
      const ssize_t got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return std::nullopt;
      for (hl7::Frame& frame : reader_.feed({buffer.data(), static_cast<std::size_t>(got)})) {
        waiting_.push_back(std::move(frame));
      }
    }
    const auto message = hl7::parse(waiting_.front().bytes);
    waiting_.erase(waiting_.begin());
    return message ? hl7::acknowledgement_of(*message) : std::nullopt;
  }
  bool answered_within(std::chrono::milliseconds patience) {
    pollfd wanted{socket_.native_handle(), POLLIN, 0};
    return ::poll(&wanted, 1, static_cast<int>(patience.count())) == 1;
  }
  void close() { socket_.close(error_); }
  bool closed() {
    char byte = 0;
    return ::recv(socket_.native_handle(), &byte, 1, 0) == 0;
  }

 private:
  asio::io_context context_;
  tcp::socket socket_{context_};
  boost::system::error_code error_;
  hl7::MllpReader reader_;
  std::vector<hl7::Frame> waiting_;
};

hl7::Report numerics(const std::string& device, double rate, const std::string& id = "n1") {
  hl7::Report out;
  out.kind = hl7::Kind::observations;
  out.sender = "LAB";
  out.control_id = id;
  out.devices.push_back({{"69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "MDC"}, {"1.0.0.0", {1, 0, 0, 0}}, device});
  out.bed.bed = "R" + device;
  hl7::Numeric& hr = out.numerics.emplace_back();
  hr.code = {"147842", "MDC_ECG_HEART_RATE", "MDC"};
  hr.containment = {"1.2.1.1", {1, 2, 1, 1}};
  hr.value = rate;
  hr.unit = {"MDC_DIM_BEAT_PER_MIN", "", false};
  hr.status = "R";
  return out;
}

hl7::Report apnea(const std::string& device, const std::string& id) {
  hl7::Report out = numerics(device, 71, id);
  out.kind = hl7::Kind::alarm;
  out.numerics.clear();
  hl7::AlarmEvent& alarm = out.alarms.emplace_back();
  alarm.event = {"196652", "MDC_EVT_APNEA", "MDC"};
  alarm.text = "APNEA";
  alarm.phase = hl7::Phase::start;
  alarm.state = hl7::AlarmState::active;
  alarm.priority = hl7::Priority::high;
  return out;
}

TEST(GatewayHl7, AGatewaysBedsAreEachALinkAndAreAnsweredAfterTheyWereTaken) {
  Unit unit;
  Sender sender(unit.port);
  sender.say(numerics("1", 71, "a"));
  sender.say(numerics("2", 72, "b"));
  sender.say(numerics("1", 73, "c"));
  for (const char* id : {"a", "b", "c"}) {
    const auto answer = sender.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->control_id, id);
    EXPECT_EQ(answer->code, "CA") << "MSH-15 asks for a commit";
  }
  std::size_t said = 0;
  ASSERT_TRUE(unit.until<event::NumericsHeard>([&](const auto&) { return ++said == 3; }));
  const auto devices = unit.all<event::DeviceHeard>();
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].identity.device, "hl7:LAB/1");
  EXPECT_EQ(devices[0].identity.address, "127.0.0.1");
  EXPECT_EQ(devices[0].identity.bed_label, "R1");
  EXPECT_EQ(devices[1].identity.device, "hl7:LAB/2");
  const auto values = unit.all<event::NumericsHeard>();
  EXPECT_EQ(values[0].link, devices[0].link);
  EXPECT_EQ(values[1].link, devices[1].link);
  EXPECT_EQ(values[2].link, devices[0].link);
  EXPECT_EQ(values[2].numerics[0].value, 73);
}

TEST(GatewayHl7, AClosedConnectionIsGoneForEveryBedBehindItAndComesBackAsAnotherLink) {
  Unit unit;
  {
    Sender sender(unit.port);
    sender.say(numerics("1", 71));
    sender.say(numerics("2", 72));
    EXPECT_TRUE(sender.answer());
    EXPECT_TRUE(sender.answer());
  }
  std::size_t gone = 0;
  ASSERT_TRUE(unit.until<event::DeviceGone>([&](const auto&) { return ++gone == 2; }));
  Sender again(unit.port);
  again.say(numerics("1", 74));
  ASSERT_TRUE(unit.until<event::DeviceHeard>([](const auto& heard) { return heard.link == 3; }));
  EXPECT_EQ(unit.all<event::DeviceHeard>().back().identity.device, "hl7:LAB/1");
}

TEST(GatewayHl7, HostileBytesEndNothing) {
  Unit unit;
  Sender good(unit.port);
  good.say(numerics("1", 71));
  ASSERT_TRUE(good.answer());
  Sender bad(unit.port);
  bad.raw(std::string(100'000, '\xff'));
  bad.raw("\x0bGET / HTTP/1.1\r\n\r\n\x1c\r");
  bad.raw("\x0bMSH|^~\\&|\x1c\r");
  bad.raw("\x0bMSH|^~\\&|LAB||||20260101||ORU^R01|x|P|2.6\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1|8");  // cut short
  bad.say(numerics("2", 80, "after"));
  // The header alone is no observation, the second is half a message, the third is whole.
  EXPECT_EQ(bad.answer()->outcome, hl7::Outcome::reject);
  EXPECT_EQ(bad.answer()->outcome, hl7::Outcome::error);
  const auto after = bad.answer();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->control_id, "after");
  good.say(numerics("1", 72, "still"));
  EXPECT_EQ(good.answer()->control_id, "still");
  std::size_t said = 0;
  ASSERT_TRUE(unit.until<event::NumericsHeard>([&](const auto&) { return ++said == 3; }));
  for (const auto& heard : unit.all<event::NumericsHeard>()) EXPECT_NE(heard.numerics[0].value, 8);
}

TEST(GatewayHl7, WhatCannotBeReadIsToldAtTheBedsOfThatConnectionAlone) {
  Unit unit;
  Sender good(unit.port);
  Sender bad(unit.port);
  good.say(numerics("1", 71));
  ASSERT_TRUE(good.answer());
  bad.say(numerics("2", 72));
  ASSERT_TRUE(bad.answer());
  bad.raw("\x0bno message\x1c\r");
  ASSERT_TRUE(unit.until<event::TroubleHeard>(any));
  const auto trouble = unit.all<event::TroubleHeard>().front();
  EXPECT_EQ(trouble.code, "dialect");
  EXPECT_EQ(trouble.link, 2U);
  EXPECT_FALSE(trouble.remedy.empty());
}

TEST(GatewayHl7, WhoFloodsWaitsAndTheOthersDoNot) {
  Unit unit({.messages_a_second = 20});
  Sender flood(unit.port);
  for (int i = 0; i < 400; ++i) flood.say(numerics("1", i, std::to_string(i)));
  ASSERT_TRUE(unit.until<event::TroubleHeard>([](const auto& t) { return t.code == "flood"; }));
  const auto link = unit.all<event::TroubleHeard>().back().link;
  EXPECT_EQ(link, 1U);
  Sender good(unit.port, "127.0.0.2");
  good.say(numerics("2", 72, "mine"));
  EXPECT_EQ(good.answer()->control_id, "mine");
  EXPECT_TRUE(unit.until<event::NumericsHeard>([](const auto& heard) { return heard.link == 2; }));
  // 40 at once and 20 a second; one read more.
  std::size_t taken = 0;
  for (const auto& heard : unit.all<event::NumericsHeard>()) taken += heard.link == 1 ? 1U : 0U;
  EXPECT_LT(taken, 400U);
}

std::string bytes_of(const hl7::Report& report) {
  return *hl7::frame(hl7::print(hl7::build(report)));
}

TEST(GatewayHl7, AnAlarmBehindAFloodOfItsOwnDeviceWaitsForNoneOfIt) {
  Unit unit({.messages_a_second = 20});
  Sender flood(unit.port);
  std::string many;  // more than our buffer holds, and no answer is read
  for (int i = 0; i < 4000; ++i) many += bytes_of(numerics("1", i % 200, std::to_string(i)));
  flood.raw(many);
  flood.say(apnea("1", "alarm"));
  ASSERT_TRUE(unit.until<event::AlarmsHeard>(any));
  EXPECT_EQ(unit.all<event::AlarmsHeard>().back().alarms[0].text, "APNEA");
  EXPECT_EQ(unit.all<event::TroubleHeard>().front().code, "flood");
  EXPECT_LT(unit.all<event::NumericsHeard>().size(), 2000U);
}

TEST(GatewayHl7, BehindAGatewayABedThatFloodsTakesNoRoomFromTheOthersAndIsToldAlone) {
  Unit unit({.messages_a_second = 20});
  Sender gateway(unit.port);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += bytes_of(numerics("1", i % 200));
  const std::string other = bytes_of(numerics("2", 72)) + bytes_of(numerics("2", 73));
  gateway.raw(other + many + other + bytes_of(apnea("2", "alarm")));
  ASSERT_TRUE(unit.until<event::AlarmsHeard>(any));
  std::size_t of_other = 0;
  for (const auto& heard : unit.all<event::NumericsHeard>()) of_other += heard.link == 1 ? 1U : 0U;
  EXPECT_EQ(of_other, 4U);
  for (const auto& told : unit.all<event::TroubleHeard>()) EXPECT_EQ(told.link, 2U);
  EXPECT_FALSE(unit.all<event::TroubleHeard>().empty());
}

TEST(GatewayHl7, WhatIsLeftOutIsAnsweredWithAnErrorAndWhoWaitsForAnswersLosesNothing) {
  Unit unit({.messages_a_second = 100});
  Sender hasty(unit.port);
  std::string many;
  for (int i = 0; i < 300; ++i) many += bytes_of(numerics("1", i % 200));
  hasty.raw(many);
  std::size_t taken = 0;
  for (int i = 0; i < 300; ++i) taken += hasty.answer()->outcome == hl7::Outcome::accept ? 1U : 0U;
  EXPECT_GE(taken, 200U) << "of two seconds";
  EXPECT_LT(taken, 300U);
  std::size_t said = 0;
  ASSERT_TRUE(unit.until<event::NumericsHeard>([&](const auto&) { return ++said == taken; }));
  Sender patient(unit.port, "127.0.0.2");
  for (int i = 0; i < 300; ++i) {
    patient.say(numerics("2", i % 200));
    ASSERT_EQ(patient.answer()->outcome, hl7::Outcome::accept) << i;
  }
}

TEST(GatewayHl7, WhoAlwaysHasMoreToSayIsToldThoughEachWaitIsShort) {
  Unit unit({.messages_a_second = 400});
  Sender flood(unit.port);
  const std::string one = *hl7::frame(hl7::print(hl7::build(numerics("1", 70))));
  const std::jthread speaks([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) flood.raw(one);
  });
  EXPECT_TRUE(unit.until<event::TroubleHeard>([](const auto& t) { return t.code == "flood"; }));
}

TEST(GatewayHl7, ASecondConnectionIsNoSecondAllowance) {
  Unit unit({.messages_a_second = 0.5});
  Sender flood(unit.port);
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += *hl7::frame(hl7::print(hl7::build(numerics("1", i))));
  flood.raw(ten);
  ASSERT_TRUE(unit.until<event::TroubleHeard>([](const auto& t) { return t.code == "flood" && t.link == 1; }));
  Sender other(unit.port);
  other.say(numerics("3", 73));
  EXPECT_TRUE(unit.until<event::TroubleHeard>([](const auto& t) { return t.code == "flood" && t.link == 2; }));
  Sender good(unit.port, "127.0.0.2");
  good.say(numerics("2", 72));
  EXPECT_TRUE(good.answer());
}

TEST(GatewayHl7, DevicesAndConnectionsBeyondTheirBoundsAreRefused) {
  Unit unit({.connections_per_address_max = 2, .devices_per_address_max = 2});
  Sender first(unit.port);
  for (const char* device : {"1", "2", "3"}) first.say(numerics(device, 70, device));
  EXPECT_EQ(first.answer()->outcome, hl7::Outcome::accept);
  EXPECT_EQ(first.answer()->outcome, hl7::Outcome::accept);
  EXPECT_EQ(first.answer()->outcome, hl7::Outcome::error);
  ASSERT_TRUE(unit.until<event::TroubleHeard>(any));
  EXPECT_EQ(unit.all<event::TroubleHeard>().back().code, "crowded");
  Sender second(unit.port);
  second.say(numerics("4", 70));
  EXPECT_EQ(second.answer()->outcome, hl7::Outcome::error) << "of one address";
  Sender third(unit.port);
  EXPECT_TRUE(third.closed());
}

TEST(GatewayHl7, DevicesOfAllAddressesTogetherAreBounded) {
  Unit unit({.devices_max = 1});
  Sender first(unit.port, "127.0.0.2");
  first.say(numerics("1", 71));
  EXPECT_EQ(first.answer()->outcome, hl7::Outcome::accept);
  Sender second(unit.port, "127.0.0.3");
  second.say(numerics("2", 72));
  EXPECT_EQ(second.answer()->outcome, hl7::Outcome::error);
  first.close();
  ASSERT_TRUE(unit.until<event::DeviceGone>(any));
  second.say(numerics("2", 73));
  EXPECT_EQ(second.answer()->outcome, hl7::Outcome::accept);
}

TEST(GatewayHl7, WhoeverTakesAllPlacesTakesNoneFromABedOfAnotherAddress) {
  Unit unit({.connections_max = 4, .connections_per_address_max = 4});
  std::vector<std::unique_ptr<Sender>> greedy;
  for (int i = 0; i < 4; ++i) {
    greedy.push_back(std::make_unique<Sender>(unit.port, "127.0.0.9"));
    greedy.back()->say(numerics("9", 70, std::to_string(i)));
    ASSERT_TRUE(greedy.back()->answer());
  }
  for (const char* bed : {"127.0.0.2", "127.0.0.3", "127.0.0.4"}) {
    Sender sender(unit.port, bed);
    sender.say(numerics(bed, 71, bed));
    ASSERT_TRUE(sender.answer()) << bed;
  }
}

TEST(GatewayHl7, WhenEveryPlaceIsTakenTheStationSaysSo) {
  Unit unit({.connections_max = 1});
  Sender first(unit.port);
  first.say(numerics("1", 71));
  ASSERT_TRUE(first.answer());
  Sender second(unit.port, "127.0.0.2");
  EXPECT_TRUE(second.closed());
  ASSERT_TRUE(unit.until<event::OwnTrouble>(any));
  EXPECT_EQ(unit.all<event::OwnTrouble>().back().condition, "hl7_full");
  EXPECT_TRUE(unit.all<event::OwnTrouble>().back().present);
}

TEST(GatewayHl7, OfWhomNothingCanBeReadTheStationSaysTheAddress) {
  Unit unit;
  for (const std::string& bytes : {std::string("\x0bno message\x1c\r"), std::string(8192, 'x')}) {
    Sender bad(unit.port, bytes.front() == 'x' ? "127.0.0.3" : "127.0.0.2");
    bad.raw(bytes);
    bad.raw(bytes);
    ASSERT_TRUE(unit.until<event::OwnTrouble>(any));
  }
  const auto told = unit.all<event::OwnTrouble>();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.back().condition, "hl7_unread");
  EXPECT_EQ(told.back().text, "127.0.0.2, 127.0.0.3");
  EXPECT_TRUE(told.back().present);
  EXPECT_TRUE(unit.all<event::DeviceHeard>().empty());
}

TEST(GatewayHl7, EachMessageOfABatchIsOfItsOwnSender) {
  Unit unit;
  Sender sender(unit.port);
  hl7::Report other = numerics("2", 120, "b");
  other.sender = "OTHER";
  const auto bytes = [](const hl7::Report& report) { return hl7::print(hl7::build(report)); };
  sender.raw(*hl7::frame("FHS|^~\\&|A\rBHS|^~\\&|A\r" + bytes(apnea("1", "a")) + bytes(other) + "BTS|1\rFTS|1\r"));
  for (const char* id : {"a", "b"}) {
    const auto answer = sender.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->control_id, id);
    EXPECT_EQ(answer->outcome, hl7::Outcome::accept);
  }
  ASSERT_TRUE(unit.until<event::NumericsHeard>(any));
  EXPECT_EQ(unit.all<event::AlarmsHeard>().size(), 1U);
  EXPECT_NE(unit.all<event::AlarmsHeard>().front().link, unit.all<event::NumericsHeard>().front().link);
  EXPECT_TRUE(unit.all<event::TroubleHeard>().empty());
}

TEST(GatewayHl7, BytesThatAreNoMessagesAreToldAtTheBed) {
  Unit unit;
  for (const bool framed : {true, false}) {
    Sender bad(unit.port, framed ? "127.0.0.2" : "127.0.0.3");
    bad.say(numerics("1", 71));
    ASSERT_TRUE(bad.answer());
    const std::size_t before = unit.all<event::TroubleHeard>().size();
    bad.raw((framed ? "\x0bMSH|" : "MSH|") + std::string(framed ? hl7::message_bytes_max : 8192, 'x'));
    ASSERT_TRUE(unit.until<event::TroubleHeard>(any));
    EXPECT_EQ(unit.all<event::TroubleHeard>().size(), before + 1);
    EXPECT_EQ(unit.all<event::TroubleHeard>().back().code, "dialect");
  }
}

TEST(GatewayHl7, AnEmptyFrameIsASignOfLifeOfWhoSendsAndOfNoBedBehindIt) {
  constexpr std::string_view empty = "\x0b\x1c\x0d";
  Unit unit;
  Sender gateway(unit.port);
  gateway.say(numerics("1", 71));
  gateway.raw(empty);
  gateway.say(numerics("1", 72));
  ASSERT_TRUE(unit.until<event::NumericsHeard>([](const auto& n) { return n.numerics[0].value == 72; }));
  EXPECT_TRUE(unit.all<event::LinkAlive>().empty()) << "its bed may be unplugged";
  Sender monitor(unit.port);
  hl7::Report own = numerics("", 73);
  own.sender = "MON";
  own.devices.clear();
  own.bed.bed.clear();
  monitor.say(own);
  monitor.raw(empty);
  ASSERT_TRUE(unit.until<event::LinkAlive>(any));
  EXPECT_EQ(unit.all<event::LinkAlive>()[0].link, unit.all<event::DeviceHeard>().back().link);
}

TEST(GatewayHl7, EachPatientOfAMessageIsADeviceOfItsOwn) {
  Unit unit;
  Sender sender(unit.port);
  sender.raw(*hl7::frame(hl7::golden::two_patients));
  EXPECT_EQ(sender.answer()->outcome, hl7::Outcome::accept);
  ASSERT_TRUE(unit.until<event::AlarmsHeard>(any));
  const auto devices = unit.all<event::DeviceHeard>();
  const auto values = unit.all<event::NumericsHeard>();
  ASSERT_EQ(devices.size(), 2U);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(devices[0].patient.family, "VIDAL");
  EXPECT_EQ(values[0].link, devices[0].link);
  EXPECT_EQ(values[0].numerics[0].value, 61);
  EXPECT_EQ(devices[1].patient.family, "MOREAU");
  EXPECT_EQ(values[1].link, devices[1].link);
  EXPECT_EQ(values[1].numerics[0].value, 132);
  EXPECT_EQ(unit.all<event::AlarmsHeard>()[0].link, devices[1].link);
}

TEST(GatewayHl7, WhatFindsNoRoomIsAnsweredWithAnErrorAndIntroducedAgain) {
  std::atomic<bool> room{false};
  Ward ward;
  GatewaySink sink = ward.sink();
  sink.say = [&, all = sink.say](event::BedsideInput input) { return room && all(std::move(input)); };
  std::uint16_t port = 0;
  ASSERT_TRUE(ward.keep(
      open_hl7_gateway(ward.context(), {.port = 0, .listening = [&](std::uint16_t p) { port = p; }}, std::move(sink))));
  ward.start();
  Sender sender(port);
  sender.say(numerics("1", 71, "lost"));
  EXPECT_EQ(sender.answer()->outcome, hl7::Outcome::error);
  room = true;
  sender.say(numerics("1", 72, "kept"));
  EXPECT_EQ(sender.answer()->outcome, hl7::Outcome::accept);
  ASSERT_TRUE(ward.until<event::NumericsHeard>(any));
  EXPECT_EQ(ward.all<event::DeviceHeard>().size(), 1U);
}

/// Monitor of Mindray PDS: it announces itself and waits to be called.
class Monitor {
 public:
  explicit Monitor(const char* address) : address_(asio::ip::make_address_v4(address)) {
    acceptor_.open(tcp::v4());
    acceptor_.bind({address_, 0});
    acceptor_.listen();
  }
  /// announce broadcasts where it can be called; what it says of its address is another's.
  void announce(std::uint16_t to) {
    const std::string bytes = "MSH|^~\\&|||||||ADT^A01|101|P|2.3.1|\rPV1||I|^^REA&12&167772161&" +
                              std::to_string(acceptor_.local_endpoint().port()) + "\r";
    asio::ip::udp::socket socket(context_, {address_, 0});
    socket.send_to(asio::buffer(bytes), {asio::ip::address_v4::loopback(), to});
  }
  bool called_within(std::chrono::seconds patience) {
    pollfd wanted{acceptor_.native_handle(), POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) != 1) return false;
    acceptor_.accept(socket_);
    timeval wait{20, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return true;
  }
  void say(std::string_view message) { asio::write(socket_, asio::buffer(*hl7::frame(message))); }
  /// asked gives the kind (MSH-10) of the next message to the monitor, empty when the other side has closed.
  std::string asked() {
    while (waiting_.empty()) {
      std::array<std::uint8_t, 4096> buffer{};
      const ssize_t got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return {};
      for (hl7::Frame& frame : reader_.feed({buffer.data(), static_cast<std::size_t>(got)})) {
        waiting_.push_back(std::move(frame));
      }
    }
    const auto message = hl7::parse(waiting_.front().bytes);
    waiting_.erase(waiting_.begin());
    return message ? std::string(message->header().field(10)) : std::string();
  }

 private:
  asio::io_context context_;
  asio::ip::address_v4 address_;
  tcp::acceptor acceptor_{context_};
  tcp::socket socket_{context_};
  hl7::MllpReader reader_;
  std::vector<hl7::Frame> waiting_;
};

TEST(GatewayHl7, AMonitorOfMindrayThatAnnouncesItselfIsCalledAndAsked) {
  std::uint16_t announcements = 0;
  Unit unit({.announcements = 0, .hearing = [&](std::uint16_t bound) { announcements = bound; }});
  Monitor monitor("127.0.0.7");
  monitor.announce(announcements);
  ASSERT_TRUE(monitor.called_within(20s)) << "at the address from which it spoke";
  EXPECT_EQ(monitor.asked(), "1203");
  EXPECT_EQ(monitor.asked(), "106") << "a sign of life each second";
  monitor.announce(announcements);
  EXPECT_FALSE(monitor.called_within(1s)) << "it is connected";
  monitor.say(hl7::golden::pds_patient);
  monitor.say("MSH|^~\\&|||||||ORU^R01|106|P|2.3.1|");
  std::string next = monitor.asked();
  while (next == "106") next = monitor.asked();
  EXPECT_EQ(next, "1203") << "once more, now that it listens";
  EXPECT_EQ(monitor.asked(), "106");
  monitor.say(hl7::golden::pds_numerics);
  monitor.say(hl7::golden::pds_alarms);
  ASSERT_TRUE(unit.until<event::AlarmsHeard>(any));
  EXPECT_EQ(unit.all<event::DeviceHeard>()[0].identity.address, "127.0.0.7");
  EXPECT_EQ(unit.all<event::DeviceHeard>()[0].identity.bed_label, "BED-012");
  EXPECT_EQ(unit.all<event::DeviceHeard>()[0].patient.family, "VIDAL");
  EXPECT_EQ(unit.all<event::NumericsHeard>()[0].numerics[0].value, 60);
}

TEST(GatewayHl7, WhatIsNoAnnouncementCallsNobody) {
  std::uint16_t announcements = 0;
  Unit unit({.announcements = 0, .hearing = [&](std::uint16_t bound) { announcements = bound; }});
  asio::io_context context;
  asio::ip::udp::socket socket(context, {asio::ip::make_address_v4("127.0.0.7"), 0});
  tcp::acceptor standard(context, {asio::ip::make_address_v4("127.0.0.7"), hl7::pds_port});
  for (const std::string_view bytes : {hl7::golden::pds_patient, hl7::golden::gateway, std::string_view("MSH|")}) {
    socket.send_to(asio::buffer(bytes), {asio::ip::address_v4::loopback(), announcements});
  }
  pollfd wanted{standard.native_handle(), POLLIN, 0};
  EXPECT_EQ(::poll(&wanted, 1, 500), 0);
}

TEST(GatewayHl7, AnnouncementsThatTheKernelDropsAreTold) {
  std::uint16_t announcements = 0;
  Unit unit({.announcements = 0, .hearing = [&](std::uint16_t bound) { announcements = bound; }});
  testing::overrun(unit.context(), {asio::ip::address_v4::loopback(), announcements});
  EXPECT_TRUE(unit.until<event::OwnTrouble>(
      [](const auto& told) { return told.condition == "gateway_lost:hl7" && told.present; }));
}

TEST(GatewayHl7, AnAddressThatIsNoneAndAPortThatIsTakenAreErrors) {
  Ward ward;
  const auto wrong = open_hl7_gateway(ward.context(), {.address = "here"}, ward.sink());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::malformed);
  Unit unit;
  const auto taken = open_hl7_gateway(ward.context(), {.port = unit.port}, ward.sink());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::io);
}

TEST(GatewayHl7, AnAlarmIsAcknowledgedWhenItIsKeptAndSoundsBefore) {
  const auto mark = std::make_shared<std::atomic<bool>>(false);
  Ward ward;
  GatewaySink sink = ward.sink();
  sink.kept = [mark] { return mark; };
  std::uint16_t port = 0;
  ASSERT_TRUE(ward.keep(
      open_hl7_gateway(ward.context(), {.port = 0, .listening = [&](std::uint16_t p) { port = p; }}, std::move(sink))));
  ward.start();
  Sender sender(port);
  sender.say(numerics("1", 71, "number"));
  EXPECT_EQ(sender.answer()->control_id, "number") << "a number waits for no disk";
  sender.say(apnea("1", "kept"));
  ASSERT_TRUE(ward.until<event::AlarmsHeard>(any)) << "said at once";
  EXPECT_FALSE(sender.answered_within(300ms));
  *mark = true;
  EXPECT_EQ(sender.answer()->control_id, "kept");
  *mark = false;
  const auto began = std::chrono::steady_clock::now();
  sender.say(apnea("1", "stalled"));
  EXPECT_EQ(sender.answer()->outcome, hl7::Outcome::accept) << "a disk that stands still takes no link away";
  sender.say(apnea("1", "still"));
  EXPECT_TRUE(sender.answer());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3900ms) << "and is waited for once";
}

TEST(GatewayHl7, WhatEndsByAMistakeOfOursIsToldAndBegunAgain) {
  std::atomic<int> failed{0};
  Ward ward;
  GatewaySink sink = ward.sink();
  sink.say = [all = sink.say](event::BedsideInput input) {
    const auto* numbers = std::get_if<event::NumericsHeard>(&input);
    if (std::holds_alternative<event::OwnTrouble>(input) || (numbers && numbers->numerics[0].value == 13))
      throw std::runtime_error("a mistake of ours");
    return all(std::move(input));
  };
  sink.failed = [&] { ++failed; };
  std::uint16_t port = 0;
  ASSERT_TRUE(ward.keep(open_hl7_gateway(
      ward.context(), {.port = 0, .connections_max = 1, .listening = [&](std::uint16_t p) { port = p; }},
      std::move(sink))));
  ward.start();
  Sender first(port);
  first.say(numerics("1", 71));
  ASSERT_TRUE(first.answer());
  Sender second(port, "127.0.0.2");
  EXPECT_TRUE(second.closed());  // the place is taken; to say so fails
  first.say(numerics("1", 13));
  EXPECT_TRUE(first.closed());
  ASSERT_TRUE(ward.until<event::DeviceGone>(any)) << "a connection that failed is tidied up";
  EXPECT_EQ(failed, 2);
  Sender third(port);
  third.say(numerics("1", 72));
  EXPECT_TRUE(third.answer()) << "whoever listens has begun again";
}

}  // namespace
}  // namespace cordon::gateway
