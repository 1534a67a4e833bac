// SPDX-License-Identifier: Apache-2.0
#include "enforce/radius_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include "enforce/enforcer.h"
#include "enforce/hostapd_control.h"
#include "enforce/radius_enforcer.h"

namespace cordon::enforce {
namespace {

using std::chrono::milliseconds;
using Bytes = std::vector<std::uint8_t>;
using Said = std::vector<Bytes>;

constexpr const char* shared = "a shared secret of ours";
const Mac station{{0x02, 0x77, 0, 0, 0, 0x12}};

/// FakeSwitch answers each request on loopback with the datagrams that the test gives.
class FakeSwitch {
 public:
  using Script = std::function<std::vector<Bytes>(const Bytes& request, int count)>;

  enum class Answers : std::uint8_t { from_here, from_elsewhere };

  explicit FakeSwitch(Script script, Answers answers = Answers::from_here) : script_(std::move(script)) {
    socket_ = ::socket(AF_INET, SOCK_DGRAM, 0);
    mouth_ = answers == Answers::from_here ? ::dup(socket_) : ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    socklen_t size = sizeof at;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~FakeSwitch() {
    stop();
    ::close(mouth_);
    ::close(socket_);
  }
  FakeSwitch(const FakeSwitch&) = delete;
  FakeSwitch& operator=(const FakeSwitch&) = delete;

  RadiusNas nas(const std::string& name = "sw", radius::Need need = radius::Need::if_present) const {
    return {name, *IpAddress::parse("127.0.0.1"), port_, RadiusSecret::of(shared), need};
  }
  /// asked gives all that came, after which the switch answers nobody.
  const std::vector<Bytes>& asked() {
    stop();
    return asked_;
  }

  static Bytes answer(const Bytes& request, radius::Code code, std::vector<radius::Attribute> attributes = {},
                      std::string_view secret = shared,
                      radius::Signature signature = radius::Signature::message_authenticator) {
    radius::Authenticator authenticator{};
    std::copy_n(request.begin() + 4, authenticator.size(), authenticator.begin());
    return *radius::sign_answer({code, request[1], {}, std::move(attributes)}, authenticator, secret, signature);
  }
  static Bytes nak(const Bytes& request, radius::ErrorCause cause) {
    return answer(request, radius::Code::disconnect_nak,
                  {radius::number_attribute(radius::Type::error_cause, static_cast<std::uint32_t>(cause))});
  }

 private:
  void stop() {
    if (!thread_.joinable()) return;
    const int last = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sendto(last, "", 0, 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    ::close(last);
    thread_.join();
  }
  void run() {
    for (;;) {
      std::array<std::uint8_t, 5000> buffer;
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got =
          ::recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got <= 0) return;
      asked_.emplace_back(buffer.begin(), buffer.begin() + got);
      for (const Bytes& said : script_(asked_.back(), static_cast<int>(asked_.size()))) {
        ::sendto(mouth_, said.data(), said.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
      }
    }
  }

  Script script_;
  int socket_ = -1;
  int mouth_ = -1;
  std::uint16_t port_ = 0;
  std::vector<Bytes> asked_;
  std::thread thread_;
};

RadiusAsk disconnect(std::size_t nas = 0) {
  return {nas, radius::Code::disconnect_request, {radius::calling_station_id(station)}};
}

std::vector<RadiusReply> ask(RadiusClient& client, std::vector<RadiusAsk> asks,
                             milliseconds patience = milliseconds(900)) {
  const auto replies = client.ask(asks, patience);
  EXPECT_TRUE(replies);
  return replies ? *replies : std::vector<RadiusReply>(asks.size());
}

TEST(RadiusClient, TheSameBytesAreSentAgainUntilSomebodyAnswers) {
  FakeSwitch there([](const Bytes& request, int count) {
    return count < 3 ? Said{} : Said{FakeSwitch::answer(request, radius::Code::disconnect_ack)};
  });
  auto client = RadiusClient::open({there.nas()});
  const auto replies = ask(*client, {disconnect()}, milliseconds(3000));
  EXPECT_EQ(replies[0].kind, RadiusReply::Kind::acknowledged);
  EXPECT_EQ(replies[0].sent, 3U);
  ASSERT_EQ(there.asked().size(), 3U);
  EXPECT_EQ(there.asked()[0], there.asked()[1]);
  EXPECT_EQ(there.asked()[0], there.asked()[2]);
  EXPECT_EQ(radius::verify_request(there.asked()[0], shared, radius::Need::message_authenticator),
            radius::Verdict::genuine);
}

TEST(RadiusClient, AForgedAnswerIsCountedAndTheTrueOneStillTaken) {
  FakeSwitch there([](const Bytes& request, int) {
    Bytes other = FakeSwitch::answer(request, radius::Code::disconnect_ack);
    other[1] ^= 1U;
    return Said{FakeSwitch::answer(request, radius::Code::disconnect_ack, {}, "somebody else's secret"),
                FakeSwitch::answer(request, radius::Code::coa_ack),
                other,
                Bytes{1, 2, 3},
                Bytes(4097, 0x29),
                FakeSwitch::nak(request, radius::ErrorCause::session_not_removable)};
  });
  auto client = RadiusClient::open({there.nas()});
  const auto replies = ask(*client, {disconnect()});
  EXPECT_EQ(replies[0].kind, RadiusReply::Kind::refused);
  EXPECT_EQ(replies[0].cause, radius::ErrorCause::session_not_removable);
  EXPECT_EQ(client->counters().forged, 1U);
  EXPECT_EQ(client->counters().unrelated, 2U);
  EXPECT_EQ(client->counters().malformed, 2U);
}

TEST(RadiusClient, OnlyForgedAnswersAreSilence) {
  FakeSwitch there([](const Bytes& request, int) {
    return Said{FakeSwitch::answer(request, radius::Code::disconnect_ack, {}, "somebody else's secret")};
  });
  auto client = RadiusClient::open({there.nas()});
  EXPECT_EQ(ask(*client, {disconnect()}, milliseconds(300))[0].kind, RadiusReply::Kind::silent);
  EXPECT_GE(client->counters().forged, 1U);
}

TEST(RadiusClient, AnAnswerOfBeforeIsNoAnswerOfNow) {
  Bytes kept;
  FakeSwitch there([&](const Bytes& request, int count) {
    if (count == 1) {
      kept = FakeSwitch::answer(request, radius::Code::disconnect_ack);
      return Said{};
    }
    return Said{kept};
  });
  auto client = RadiusClient::open({there.nas()});
  EXPECT_EQ(ask(*client, {disconnect()}, milliseconds(100))[0].kind, RadiusReply::Kind::silent);
  EXPECT_EQ(ask(*client, {disconnect()}, milliseconds(200))[0].kind, RadiusReply::Kind::silent);
  EXPECT_GE(client->counters().unrelated, 1U);
}

TEST(RadiusClient, ATrueAnswerFromElsewhereIsSilence) {
  FakeSwitch there(
      [](const Bytes& request, int) { return Said{FakeSwitch::answer(request, radius::Code::disconnect_ack)}; },
      FakeSwitch::Answers::from_elsewhere);
  auto client = RadiusClient::open({there.nas()});
  EXPECT_EQ(ask(*client, {disconnect()}, milliseconds(300))[0].kind, RadiusReply::Kind::silent);
  EXPECT_GE(there.asked().size(), 1U);
}

TEST(RadiusClient, WhoWantsAMessageAuthenticatorTakesNothingWithout) {
  FakeSwitch there([](const Bytes& request, int) {
    return Said{
        FakeSwitch::answer(request, radius::Code::disconnect_ack, {}, shared, radius::Signature::authenticator_only)};
  });
  auto easy = RadiusClient::open({there.nas()});
  EXPECT_EQ(ask(*easy, {disconnect()})[0].kind, RadiusReply::Kind::acknowledged);
  auto strict = RadiusClient::open({there.nas("sw", radius::Need::message_authenticator)});
  EXPECT_EQ(ask(*strict, {disconnect()}, milliseconds(200))[0].kind, RadiusReply::Kind::silent);
}

TEST(RadiusClient, ADeadSwitchDoesNotHoldUpTheOthers) {
  FakeSwitch dead([](const Bytes&, int) { return Said{}; });
  FakeSwitch alive(
      [](const Bytes& request, int) { return Said{FakeSwitch::answer(request, radius::Code::disconnect_ack)}; });
  auto client = RadiusClient::open({dead.nas(), alive.nas()});
  const auto replies = ask(*client, {disconnect(0), disconnect(1)}, milliseconds(300));
  EXPECT_EQ(replies[0].kind, RadiusReply::Kind::silent);
  EXPECT_EQ(replies[1].kind, RadiusReply::Kind::acknowledged);
}

TEST(RadiusClient, WhatCannotBeSaidIsNotSent) {
  FakeSwitch there([](const Bytes&, int) { return Said{}; });
  auto client = RadiusClient::open({there.nas()});
  EXPECT_FALSE(client->ask({disconnect(1)}, milliseconds(10)));
  EXPECT_FALSE(client->ask({disconnect(), disconnect()}, milliseconds(10)));
  RadiusAsk wide = disconnect();
  wide.attributes.push_back({radius::Type::filter_id, Bytes(254)});
  EXPECT_EQ(client->ask({wide}, milliseconds(10)).error().code, ErrorCode::limit);
  EXPECT_TRUE(there.asked().empty());
  EXPECT_EQ(RadiusClient::open(std::vector(radius_nas_max + 1, there.nas())).error().code, ErrorCode::limit);
}

class SecretFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<char, 32> name{"/tmp/cordon-secret-XXXXXX"};
    ::close(::mkstemp(name.data()));
    path_ = name.data();
  }
  void TearDown() override { ::unlink(path_.c_str()); }
  Result<RadiusSecret> read(std::string_view text, mode_t mode = 0600) const {
    std::ofstream(path_, std::ios::binary) << text;
    ::chmod(path_.c_str(), mode);
    return RadiusSecret::read(path_);
  }
  std::string path_;
};

TEST_F(SecretFile, TheFirstLineIsTheSecret) {
  EXPECT_EQ(read("correct horse battery\n")->text(), "correct horse battery");
  EXPECT_EQ(read("correct horse\r\n# a remark\n")->text(), "correct horse");
  EXPECT_FALSE(read("correct horse battery")->weak());
  EXPECT_TRUE(read("cisco123")->weak());
}

TEST_F(SecretFile, WhatOthersMayReadIsNoSecret) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0677U}) {
    EXPECT_EQ(read("correct horse battery", mode).error().code, ErrorCode::denied) << mode;
  }
  const std::string link = path_ + ".link";
  ASSERT_EQ(::symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_FALSE(RadiusSecret::read(link));
  ::unlink(link.c_str());
  EXPECT_EQ(RadiusSecret::read("/tmp").error().code, ErrorCode::denied);
  EXPECT_EQ(RadiusSecret::read(path_ + ".absent").error().code, ErrorCode::io);
}

TEST_F(SecretFile, ItsLengthIsBounded) {
  EXPECT_TRUE(read(std::string(radius_secret_bytes_max, 'x')));
  EXPECT_EQ(read(std::string(radius_secret_bytes_max + 1, 'x')).error().code, ErrorCode::limit);
  EXPECT_EQ(read("").error().code, ErrorCode::malformed);
  EXPECT_EQ(read("\nsecond line").error().code, ErrorCode::malformed);
  EXPECT_EQ(read(std::string_view("a\0b", 3)).error().code, ErrorCode::malformed);
}

TEST(HostapdControl, ARepliesFlagsAreThePort) {
  EXPECT_EQ(*port_state("02:77:00:00:00:12\nflags=[AUTH][AUTHORIZED]\naid=0\n", station), PortState::authorised);
  EXPECT_EQ(*port_state("02:77:00:00:00:12\nflags=\naid=0\n", station), PortState::unauthorised);
  EXPECT_EQ(*port_state("FAIL\n", station), PortState::absent);
  for (const char* reply : {"", "\n", "02:77:00:00:00:13\nflags=[AUTHORIZED]\n", "02:77:00:00:00:12",
                            "02:77:00:00:00:12\nauthFlags=[AUTHORIZED]\n", "UNKNOWN COMMAND\n"}) {
    EXPECT_FALSE(port_state(reply, station)) << reply;
  }
}

// --- the means over both --------------------------------------------------------------------------------------------

RadiusConfig config_of(std::vector<RadiusNas> nas) {
  RadiusConfig out;
  for (RadiusNas& one : nas) {
    RadiusSwitch with;
    with.nas = std::move(one);
    out.switches.push_back(std::move(with));
  }
  return out;
}

event::ApplyCut cut_of(std::vector<Mac> macs, WallTime begun = {}) {
  return {"c1", begun + std::chrono::hours(1), begun + milliseconds(400), std::move(macs), {}};
}

std::vector<Bytes> only_here(const Bytes& request, int) {
  const auto packet = radius::parse(request);
  const bool ours = *packet->find(radius::Type::calling_station_id) == radius::calling_station_id(station);
  return {ours ? FakeSwitch::answer(request, radius::Code::disconnect_ack)
               : FakeSwitch::nak(request, radius::ErrorCause::session_not_found)};
}

std::vector<Bytes> not_here(const Bytes& request, int) {
  return {FakeSwitch::nak(request, radius::ErrorCause::session_not_found)};
}

TEST(RadiusMeans, TheSwitchThatHasTheStationIsFound) {
  FakeSwitch first(not_here), second(only_here);
  auto means = RadiusMeans::open(config_of({first.nas("sw-1"), second.nas("sw-2")}));
  EXPECT_TRUE((*means)->connect({})->macs.empty());
  const Outcome outcome = (*means)->apply(cut_of({station}), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::done);
  EXPECT_NE(outcome.detail.find("sw-2 acknowledged"), std::string::npos);
  EXPECT_EQ((*means)->apply(cut_of({station}), {}).kind, Outcome::Kind::done);
  // Nobody can read these ports, and an acknowledgement is no proof.
  EXPECT_EQ((*(*means)->read_back({cut_of({station})}, {}))[0].kind, Reading::Kind::blind);
}

TEST(RadiusMeans, AStationThatNoSwitchHasIsRefused) {
  FakeSwitch there(not_here);
  auto means = RadiusMeans::open(config_of({there.nas()}));
  const Outcome outcome = (*means)->apply(cut_of({station}), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::refused);
  EXPECT_NE(outcome.detail.find("no switch has a session"), std::string::npos);
}

TEST(RadiusMeans, ASwitchThatKnowsNothingOfAStationProvesNothing) {
  FakeSwitch there(not_here);
  auto means = RadiusMeans::open(config_of({there.nas()}));
  EXPECT_EQ((*(*means)->read_back({cut_of({station})}, {}))[0].kind, Reading::Kind::blind);
}

TEST(RadiusMeans, WhoIsProtectedOrUnknownIsNeverAskedAbout) {
  FakeSwitch there(only_here);
  RadiusConfig config = config_of({there.nas()});
  config.protected_macs = {station};
  auto means = RadiusMeans::open(std::move(config));
  EXPECT_EQ((*means)->apply(cut_of({station}), {}).kind, Outcome::Kind::refused);
  EXPECT_EQ((*means)->apply(cut_of({}), {}).kind, Outcome::Kind::refused);
  EXPECT_EQ((*means)->apply(cut_of({Mac{}}), {}).kind, Outcome::Kind::refused);
  EXPECT_EQ((*means)->apply(cut_of({Mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}}), {}).kind, Outcome::Kind::refused);
  EXPECT_EQ((*means)->rehearse(cut_of({station}), {}).kind, Outcome::Kind::refused);
  EXPECT_TRUE(there.asked().empty());
}

TEST(RadiusMeans, EveryoneSilentIsLostAndOneSilentIsNamed) {
  FakeSwitch dead([](const Bytes&, int) { return Said{}; }), alive(not_here);
  auto alone = RadiusMeans::open(config_of({dead.nas("sw-dead")}));
  EXPECT_EQ((*alone)->apply(cut_of({station}), {}).kind, Outcome::Kind::lost);
  auto both = RadiusMeans::open(config_of({dead.nas("sw-dead"), alive.nas("sw-2")}));
  EXPECT_TRUE((*both)->connect({}));
  EXPECT_EQ((*both)->note(), "silent: sw-dead");
  ASSERT_TRUE((*both)->survey(now));
  EXPECT_EQ((*both)->note(), "silent: sw-dead");
}

RadiusConfig quarantine_of(std::vector<RadiusNas> nas) {
  RadiusConfig out = config_of(std::move(nas));
  for (RadiusSwitch& one : out.switches) {
    one.cut = radius::tunnel_vlan(999);
    one.release = radius::tunnel_vlan(12);
  }
  return out;
}

std::vector<Bytes> coa_done(const Bytes& request, int) {
  return {FakeSwitch::answer(request, radius::Code::coa_ack)};
}

Bytes coa_nak(const Bytes& request, radius::ErrorCause cause) {
  return FakeSwitch::answer(request, radius::Code::coa_nak,
                            {radius::number_attribute(radius::Type::error_cause, static_cast<std::uint32_t>(cause))});
}

TEST(RadiusMeans, AReleaseThatIsRefusedIsNoReleaseAndWhoHasNoSessionHasNothingToRelease) {
  std::atomic<std::optional<radius::ErrorCause>> cause{std::nullopt};
  FakeSwitch there([&](const Bytes& request, int) {
    const auto no = cause.load();
    return Said{no ? coa_nak(request, *no) : FakeSwitch::answer(request, radius::Code::coa_ack)};
  });
  auto means = RadiusMeans::open(quarantine_of({there.nas("sw-1")}));
  EXPECT_EQ((*means)->apply(cut_of({station}), {}).kind, Outcome::Kind::done);
  for (const auto no : {radius::ErrorCause::unsupported_attribute, radius::ErrorCause::administratively_prohibited,
                        radius::ErrorCause::none}) {
    cause = no;
    const Outcome outcome = (*means)->lift({"c1", {station}, {}}, {});
    EXPECT_EQ(outcome.kind, Outcome::Kind::refused);
    EXPECT_EQ(outcome.detail, "sw-1: " + radius::to_string(no));
  }
  cause = radius::ErrorCause::session_not_found;
  EXPECT_EQ((*means)->lift({"c1", {station}, {}}, {}).kind, Outcome::Kind::done);
}

TEST(RadiusMeans, AChangeThatNothingTakesBackIsNotMade) {
  FakeSwitch there(coa_done);
  RadiusConfig config = quarantine_of({there.nas()});
  config.switches[0].release.clear();
  EXPECT_EQ(RadiusMeans::open(std::move(config)).error().code, ErrorCode::malformed);
}

/// One switch is silent, and may have quarantined a station before Cordon started anew.
TEST(RadiusMeans, ALiftThatWaitsForASilentSwitchHoldsUpNoOtherSwitch) {
  std::atomic<bool> dead = false;
  FakeSwitch dies([&](const Bytes& request, int count) { return dead ? Said{} : coa_done(request, count); });
  FakeSwitch lives(coa_done);
  auto means = RadiusMeans::open(quarantine_of({dies.nas("sw-dead"), lives.nas("sw-2")}));
  std::vector<event::ProcessChanged> told;
  std::map<std::string, std::vector<event::EnforcerStep>> steps;
  const WallTime now = wall_time_of(1670097605);
  Enforcer enforcer(
      std::move(*means),
      [&](event::Input input) {
        if (const auto* process = std::get_if<event::ProcessChanged>(&input)) told.push_back(*process);
        if (const auto* report = std::get_if<event::EnforcerReport>(&input)) steps[report->id].push_back(report->step);
      },
      [&] { return now; });
  enforcer.tend();
  dead = true;
  const auto isolate = [&](const char* id, std::uint8_t last) {
    event::ApplyCut cut = cut_of({Mac{{0x02, 0x77, 0, 0, 1, last}}}, now);
    cut.id = id;
    cut.deadline = now;
    enforcer.take(cut);
  };
  isolate("before", 1);
  enforcer.take(event::LiftCut{"old", {station}, {}});
  isolate("after", 2);
  EXPECT_EQ(steps["after"], std::vector{event::EnforcerStep::applied});
  EXPECT_FALSE(steps.contains("old"));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[0].up && told[1].up);
  EXPECT_EQ(told[1].detail, "silent: sw-dead; not lifted yet: old (silent: sw-dead)");
  dead = false;
  enforcer.tend();
  EXPECT_EQ(steps["old"], std::vector{event::EnforcerStep::lifted});
  EXPECT_EQ(told.back().detail, "");
}

TEST(RadiusMeans, AChangeOfAuthorisationIsTakenBack) {
  FakeSwitch there(coa_done);
  auto means = RadiusMeans::open(quarantine_of({there.nas()}));
  EXPECT_EQ((*means)->apply(cut_of({station}), {}).kind, Outcome::Kind::done);
  EXPECT_EQ((*means)->lift({"c1", {station}, {}}, {}).kind, Outcome::Kind::done);
  ASSERT_EQ(there.asked().size(), 2U);
  const auto vlan_of = [](const Bytes& request) {
    return radius::parse(request)->find(radius::Type::tunnel_private_group_id)->value;
  };
  EXPECT_EQ(radius::parse(there.asked()[0])->code, radius::Code::coa_request);
  EXPECT_EQ(vlan_of(there.asked()[0]), (Bytes{'9', '9', '9'}));
  EXPECT_EQ(vlan_of(there.asked()[1]), (Bytes{'1', '2'}));
}

}  // namespace
}  // namespace cordon::enforce
