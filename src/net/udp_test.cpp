// SPDX-License-Identifier: Apache-2.0
// Who speaks UDP with whom: who serves, what counts as an answer, what goes one way, and what a flood costs others.
#include "net/udp.h"

#include <gtest/gtest.h>

#include "net/testing.h"

namespace cordon::net {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::host;
using testing::Host;
using testing::host6;

class Datagrams : public Sink {
 public:
  explicit Datagrams(DecoderOptions options = {}) : decoder(*this, options) {}

  void on_udp(const UdpView& view) override {
    static constexpr const char* ways[]{"", " unclear", " one way"};
    told.push_back(view.client.address.text() + ">" + view.server.address.text() + ":" +
                   std::to_string(view.server.port) + ways[static_cast<int>(view.way)]);
    last = view;
  }
  void send(const Host& from, const Host& to, Micros later = seconds(1), Vlan vlan = {}) {
    now += later;
    decoder.frame(testing::udp_frame(from, to, "x", now, vlan).view());
  }
  void ask(const Host& client, const Host& server, Micros later = seconds(1)) {
    send(client, server, later);
    send(server, client, Micros(500));
  }
  /// watch lets the capture run so long that whoever speaks from now on was not under way before.
  void watch() {
    send(host(900, 1), host(901, 2), minutes(2));
    send(host(900, 1), host(901, 2), minutes(2));
  }

  std::vector<std::string> told;
  UdpView last;
  WallTime now = testing::noon;
  Decoder decoder;
};

TEST(Udp, WhoAsksAKnownServiceIsItsClient) {
  Datagrams d;
  d.ask(host(1, 50'000), host(2, 53));
  d.ask(host6(1, 40'000), host6(2, 123));
  EXPECT_EQ(d.told, (std::vector<std::string>{"10.0.0.1>10.0.0.2:53", "fd00::1>fd00::2:123"}));
  EXPECT_EQ(d.last.client.mac, host6(1, 0).mac);
  EXPECT_EQ(d.last.server.mac, host6(2, 0).mac);
  EXPECT_EQ(d.last.client.port, 40'000);
}

TEST(Udp, ACaptureThatBeginsWithAnAnswerTakesTheServerFromThePorts) {
  Datagrams d;
  d.ask(host(2, 53), host(1, 50'000));
  EXPECT_EQ(d.told, std::vector<std::string>{"10.0.0.1>10.0.0.2:53 unclear"});
}

TEST(Udp, OfEqualPortsTheOneSpokenToServesIfItsBeginningWasSeen) {
  Datagrams d;
  d.ask(host(1, 5060), host(2, 5060));
  d.watch();
  d.ask(host(3, 5060), host(4, 5060));
  d.ask(host(1, 6001), host(2, 6000));
  EXPECT_EQ(d.told, (std::vector<std::string>{"10.0.0.1>10.0.0.2:5060 unclear", "10.0.0.3>10.0.0.4:5060",
                                              "10.0.0.1>10.0.0.2:6000"}));
}

TEST(Udp, TheAnswerMustComeSoonFromWhereItWasAsked) {
  Datagrams d;
  d.send(host(1, 50'000), host(2, 53));
  d.send(host(2, 53), host(1, 50'000), seconds(11));
  d.send(host(2, 54), host(1, 50'000));
  d.send(host(2, 53), host(1, 50'001));
  d.send(host(3, 53), host(1, 50'000));
  EXPECT_TRUE(d.told.empty());
  d.send(host(1, 50'000), host(2, 53), seconds(6));
  EXPECT_EQ(d.told.size(), 1U);
}

TEST(Udp, WhatGoesOnIsSaidAgainAfterAWhileOnly) {
  Datagrams d;
  for (int i = 0; i < 1100; ++i) d.ask(host(1, 50'000), host(2, 24'105));
  EXPECT_EQ(d.told.size(), 2U);
}

TEST(Udp, OneWayIsSaidAfterSomeDatagramsOverSomeTime) {
  Datagrams d;
  for (int i = 0; i < 5; ++i) d.send(host(1, 514), host(2, 514), minutes(2));
  EXPECT_TRUE(d.told.empty()) << "too few";
  d.send(host(1, 514), host(2, 514), minutes(2));
  EXPECT_EQ(d.told, std::vector<std::string>{"10.0.0.1>10.0.0.2:514 one way"});
  for (std::uint16_t i = 0; i < 200; ++i) d.send(host(3, 40'000 + i), host(2, 162), Micros(1'000'000));
  EXPECT_EQ(d.told.size(), 1U) << "too short";
  for (std::uint16_t i = 0; i < 101; ++i) d.send(host(3, 41'000 + i), host(2, 162), Micros(1'000'000));
  EXPECT_EQ(d.told.back(), "10.0.0.3>10.0.0.2:162 one way") << "whatever port each trap is sent from";
}

TEST(Udp, AScanAndABurstAreNoOneWayTalk) {
  Datagrams d;
  for (int round = 0; round < 2; ++round) {
    for (std::uint16_t port = 1; port <= 1000; ++port) d.send(host(1, 40'000), host(2, port), Micros(10'000));
    d.now += minutes(6);
  }
  for (int i = 0; i < 1000; ++i) d.send(host(1, 514), host(2, 514), Micros(100));
  d.send(host(1, 514), host(2, 514), minutes(6));
  EXPECT_TRUE(d.told.empty());
}

TEST(Udp, AnswersWhoseQuestionsNobodySawAreCountedAndNotTurnedRound) {
  Datagrams d;
  for (int i = 0; i < 20; ++i) d.send(host(2, 53), host(1, 50'000), seconds(50));
  d.send(host(2, 67), host(1, 68));
  EXPECT_TRUE(d.told.empty());
  EXPECT_EQ(d.decoder.counters().udp_answers_alone, 2U);
}

TEST(Udp, AnAnswerInBetweenBeginsTheCountAnew) {
  Datagrams d;
  for (int i = 0; i < 12; ++i) {
    if (i == 5) d.ask(host(1, 50'100), host(2, 53));
    d.send(host(1, static_cast<std::uint16_t>(50'000 + i)), host(2, 53), minutes(1));
    if (i == 9) {
      EXPECT_EQ(d.told.size(), 1U);
    }
  }
  EXPECT_EQ(d.told.back(), "10.0.0.1>10.0.0.2:53 one way") << "who is never answered again goes one way";
}

TEST(Udp, GroupsAndThoseWithoutAnAddressAreNotFollowed) {
  Datagrams d;
  const auto to = [](const char* address) {
    Host h = host(7, 5353);
    h.address = *IpAddress::parse(address);
    return h;
  };
  Host subnet = to("10.0.0.255");
  subnet.mac.bytes.fill(0xff);
  for (int i = 0; i < 20; ++i) {
    for (const Host& group : {to("224.0.0.251"), to("255.255.255.255"), subnet})
      d.send(host(1, 5353), group, seconds(10));
    d.send(host6(1, 5353), to("ff02::fb"));
    d.send(to("0.0.0.0"), host(1, 67));
  }
  EXPECT_TRUE(d.told.empty());
  EXPECT_EQ(d.decoder.counters().udp_to_groups, 100U);
  EXPECT_EQ(d.decoder.counters().udp_talks, 0U);
}

TEST(Udp, VlansAreApart) {
  Datagrams d;
  d.send(host(1, 50'000), host(2, 53), seconds(1), {.outer = 5, .inner = 0});
  d.send(host(2, 53), host(1, 50'000), Micros(1), {.outer = 6, .inner = 0});
  EXPECT_TRUE(d.told.empty());
  d.send(host(2, 53), host(1, 50'000), Micros(1), {.outer = 5, .inner = 0});
  EXPECT_EQ(d.last.vlan.outer, 5);
  EXPECT_EQ(d.told.size(), 1U);
}

TEST(Udp, OfFragmentsTheFirstNamesThePortsAndTheOthersAreCounted) {
  Datagrams d;
  const Host from = host6(1, 50'000);
  const Host to = host6(2, 161);
  const auto piece = [&](const Host& a, const Host& b, ByteView bytes, std::uint32_t offset, bool more) {
    const auto ip =
        testing::ip_bytes(a, b, bytes, {.protocol = protocol_udp, .identification = 9, .offset = offset, .more = more});
    d.decoder.frame(testing::ethernet(a, b, ip, d.now).view());
  };
  const auto whole = testing::udp_bytes(from, to, std::string(100, 'x'));
  piece(from, to, ByteView(whole).subspan(64), 64, false);
  piece(from, to, ByteView(whole).first(64), 0, true);
  const auto answer = testing::udp_bytes(to, from, std::string(100, 'y'));
  piece(to, from, ByteView(answer).first(64), 0, true);
  piece(to, from, ByteView(answer).subspan(64), 64, false);
  EXPECT_EQ(d.told, std::vector<std::string>{"fd00::1>fd00::2:161"});
  EXPECT_EQ(d.decoder.counters().udp_later_fragments, 2U);
  EXPECT_EQ(d.decoder.counters().fragments, 4U);
  EXPECT_EQ(d.decoder.counters().fragment_bytes_peak, 0U) << "nothing is kept of them";
  piece(from, to, ByteView(whole).first(4), 0, true);
  EXPECT_EQ(d.decoder.counters().weird[Weird::udp_header_short], 1U);
}

TEST(Udp, AFloodOfForgedSourcesLeavesATalkThatIsAnswered) {
  DecoderOptions options;
  options.udp.talks_max = 256;
  options.udp.one_way_max = 256;
  Datagrams d(options);
  d.ask(host(1, 5000), host(2, 53));
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    d.send(host(static_cast<std::uint16_t>(1000 + i), 514), host(2, 514), Micros(100));
    if (i % 2'000 == 0) d.ask(host(1, 5000), host(2, 53), Micros(1));
  }
  EXPECT_EQ(d.told.size(), 1U);
  EXPECT_GT(d.decoder.counters().udp_talks_evicted, 19'000U);
  EXPECT_EQ(d.decoder.counters().udp_talks, 20'001U) << "the answered one never began anew";
}

TEST(Udp, AClockThatIsSetBackForgetsTheTalk) {
  Datagrams d;
  d.ask(host(1, 50'000), host(2, 53));
  d.now -= std::chrono::hours(24 * 400);
  d.send(host(2, 53), host(1, 50'000));
  EXPECT_EQ(d.told.size(), 1U) << "no answer to what was asked in another time";
  d.send(host(1, 50'000), host(2, 53));
  EXPECT_EQ(d.told.size(), 2U);
}

TEST(SetTable, GivesThePlaceOfTheLeastWorthyOfFour) {
  struct Numbered {
    KeyWords<1> key{};
    int worth = 0;
    bool used = false;
  };
  SetTable<Numbered> table(1, 7);
  EXPECT_EQ(table.records_max(), 4U);
  EXPECT_EQ(table.find(KeyWords<1>{1}), nullptr);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    table.place(KeyWords<1>{i}, &Numbered::worth) = {{i}, i == 3 ? 1 : 9, true};
  }
  Numbered& fifth = table.place(KeyWords<1>{5}, &Numbered::worth);
  EXPECT_EQ(fifth.key[0], 3U);
  EXPECT_NE(table.find(KeyWords<1>{4}), nullptr);
  table.clear();
  EXPECT_EQ(table.find(KeyWords<1>{4}), nullptr);
}

}  // namespace
}  // namespace cordon::net
