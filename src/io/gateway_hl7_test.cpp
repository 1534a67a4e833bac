// SPDX-License-Identifier: Apache-2.0
#include "io/gateway_hl7.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "hl7/answer.h"
#include "hl7/build.h"
#include "hl7/framing.h"
#include "io/gateway_testing.h"

namespace cordon::io {
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
  explicit Sender(std::uint16_t port) {
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
  Sender good(unit.port);
  good.say(numerics("2", 72, "mine"));
  EXPECT_EQ(good.answer()->control_id, "mine");
  EXPECT_TRUE(unit.until<event::NumericsHeard>([](const auto& heard) { return heard.link == 2; }));
  // 40 at once and 20 a second; one read more.
  std::size_t taken = 0;
  for (const auto& heard : unit.all<event::NumericsHeard>()) taken += heard.link == 1 ? 1U : 0U;
  EXPECT_LT(taken, 400U);
}

TEST(GatewayHl7, DevicesAndConnectionsBeyondTheirBoundsAreRefused) {
  Unit unit({.connections_per_address_max = 2, .devices_per_connection_max = 2});
  Sender first(unit.port);
  for (const char* device : {"1", "2", "3"}) first.say(numerics(device, 70, device));
  EXPECT_EQ(first.answer()->outcome, hl7::Outcome::accept);
  EXPECT_EQ(first.answer()->outcome, hl7::Outcome::accept);
  EXPECT_EQ(first.answer()->outcome, hl7::Outcome::error);
  ASSERT_TRUE(unit.until<event::TroubleHeard>(any));
  EXPECT_EQ(unit.all<event::TroubleHeard>().back().code, "crowded");
  Sender second(unit.port);
  second.say(numerics("4", 70));
  EXPECT_TRUE(second.answer());
  Sender third(unit.port);
  EXPECT_TRUE(third.closed());
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

}  // namespace
}  // namespace cordon::io
