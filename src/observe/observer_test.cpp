// SPDX-License-Identifier: Apache-2.0
// From frames to what is told of hosts, flows and files: who may enter the tables, and how often something is said.
#include "observe/observer.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace cordon::observe {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct End {
  std::string ip;
  std::uint8_t mac = 0;
  std::uint16_t port = 0;
  std::uint32_t sequence = 1000;
  std::uint8_t sends_from = 0;  // the MAC its frames carry, if not `mac`
};

struct SeenByObserver final : Sink {
  void activity(const event::FileActivity& a) override { activities.push_back(a); }
  void host_seen(const event::HostSeen& h) override { hosts.push_back(h); }
  void flow_seen(const event::FlowSeen& f) override { flows.push_back(f); }
  void flow_progress(const event::FlowProgress& p) override { progress.push_back(p); }
  std::vector<event::FileActivity> activities;
  std::vector<event::HostSeen> hosts;
  std::vector<event::FlowSeen> flows;
  std::vector<event::FlowProgress> progress;
};

// Wire writes Ethernet frames of TCP over IPv4 into an observer.
class Wire {
 public:
  explicit Wire(Options options = {.sensor = "span0"}) : observer(std::move(options), seen) {}

  void segment(const End& from, const End& to, std::uint8_t flags, const Bytes& payload = {}) {
    ByteWriter w;
    const auto mac = [&](std::uint8_t last) { w.bytes(std::array<std::uint8_t, 6>{2, 0x77, 0, 0, 0, last}); };
    mac(to.mac);
    mac(from.sends_from != 0 ? from.sends_from : from.mac);
    w.u16be(0x0800);
    w.u8(0x45);
    w.u8(0);
    w.u16be(static_cast<std::uint16_t>(40 + payload.size()));
    w.u32be(0);
    w.u8(64);
    w.u8(6);
    w.u16be(0);
    for (const End* e : {&from, &to}) w.bytes(ByteView(IpAddress::parse(e->ip)->bytes).first(4));
    w.u16be(from.port);
    w.u16be(to.port);
    w.u32be(from.sequence);
    w.u32be((flags & 0x10U) != 0 ? to.sequence : 0);
    w.u8(0x50);
    w.u8(flags);
    w.u16be(8192);
    w.u32be(0);
    w.bytes(payload);
    now += Micros{100};
    observer.frame({net::LinkType::ethernet, now, w.view(), static_cast<std::uint32_t>(w.size())});
  }
  void datagram(const End& from, const End& to, Micros later) {
    ByteWriter w;
    const auto mac = [&](std::uint8_t last) { w.bytes(std::array<std::uint8_t, 6>{2, 0x77, 0, 0, 0, last}); };
    mac(to.mac);
    mac(from.mac);
    w.u16be(0x0800);
    for (const std::uint32_t word : {0x4500001dU, 0U, 0x40110000U}) w.u32be(word);
    for (const End* e : {&from, &to}) w.bytes(ByteView(IpAddress::parse(e->ip)->bytes).first(4));
    w.u16be(from.port);
    w.u16be(to.port);
    w.u32be(0x00090000);
    w.u8('x');
    now += later;
    observer.frame({net::LinkType::ethernet, now, w.view(), static_cast<std::uint32_t>(w.size())});
  }
  /// ask sends a datagram that is answered.
  void ask(const End& client, const End& server) {
    datagram(client, server, std::chrono::milliseconds(10));
    datagram(server, client, Micros{100});
  }
  void open(End& client, End& server) {
    segment(client, server, 0x02);
    ++client.sequence;
    segment(server, client, 0x12);
    ++server.sequence;
    segment(client, server, 0x10);
  }
  void send(End& from, End& to, const Bytes& payload) {
    segment(from, to, 0x18, payload);
    from.sequence += static_cast<std::uint32_t>(payload.size());
    segment(to, from, 0x10);
  }
  /// talk opens a connection and lets both sides say something.
  void talk(End client, End server) {
    open(client, server);
    send(client, server, {1});
    send(server, client, {1});
  }
  std::vector<std::string> flows() const {
    std::vector<std::string> out;
    for (const auto& f : seen.flows) {
      const char* udp = f.transport == event::Transport::udp ? " udp" : "";
      out.push_back(f.host.ip.text() + ">" + f.server.text() + ":" + std::to_string(f.port) + udp);
    }
    return out;
  }
  std::vector<std::string> hosts() const {
    std::vector<std::string> out;
    for (const auto& h : seen.hosts) out.push_back(h.host.ip.text() + (h.server ? " server" : ""));
    return out;
  }

  SeenByObserver seen;
  Observer observer;
  WallTime now = wall_time_of(1670097600);
};

// A NetBIOS message of `size` bytes that begins with the four bytes given.
Bytes message(std::array<std::uint8_t, 4> magic, std::size_t size) {
  Bytes out(4 + size);
  out[2] = static_cast<std::uint8_t>(size >> 8U);
  out[3] = static_cast<std::uint8_t>(size);
  std::copy(magic.begin(), magic.end(), out.begin() + 4);
  return out;
}

constexpr std::array<std::uint8_t, 4> smb1{0xFF, 'S', 'M', 'B'};
constexpr std::array<std::uint8_t, 4> smb2{0xFE, 'S', 'M', 'B'};
constexpr std::array<std::uint8_t, 4> encrypted{0xFD, 'S', 'M', 'B'};

Bytes encrypted_message() {
  Bytes m = message(encrypted, 200);
  m[4 + 36] = 148;  // OriginalMessageSize
  m[4 + 42] = 1;    // Flags: encrypted
  return m;
}

Bytes echo() {
  Bytes m = message(smb2, 68);
  m[4 + 4] = 64;     // header size
  m[4 + 12] = 0x0D;  // ECHO
  m[4 + 64] = 4;     // body size
  return m;
}

TEST(Hosts, BothEndsOfACoherentConnectionAreSeenOnce) {
  Wire w;
  End client{"10.77.0.12", 12, 50000};
  End server{"10.77.0.20", 20, 8080};
  w.open(client, server);
  w.send(client, server, {1, 2, 3});
  w.send(server, client, {1, 2, 3});
  End again{"10.77.0.12", 12, 50001};
  server.sequence = 5;
  w.open(again, server);
  w.send(again, server, {1});
  w.send(server, again, {1});
  EXPECT_EQ(w.hosts(), (std::vector<std::string>{"10.77.0.12", "10.77.0.20 server"}));
  EXPECT_EQ(w.seen.hosts[0].host.mac.text(), "02:77:00:00:00:0c");
  EXPECT_EQ(w.seen.hosts[0].host.sensor, "span0");
}

TEST(Hosts, ForgedHalfOpenFlowsAreNobody) {
  Wire w;
  for (int i = 0; i < 2000; ++i) {
    End forged{"10." + std::to_string(i / 250) + ".3." + std::to_string(i % 250), 66, 40000};
    const End server{"10.77.0.20", 20, 445};
    w.segment(forged, server, 0x02);
    ++forged.sequence;
    w.segment(forged, server, 0x18, echo());
  }
  EXPECT_TRUE(w.seen.hosts.empty());
  EXPECT_TRUE(w.seen.progress.empty());
  EXPECT_EQ(w.observer.counters().hosts, 0U);
}

TEST(Hosts, AnAddressUnderAnotherMacIsAnotherHostAndComesBackAsItself) {
  Wire w;
  for (const std::uint8_t mac : {std::uint8_t{12}, std::uint8_t{99}, std::uint8_t{12}}) {
    static std::uint16_t port = 50000;
    End client{"10.77.0.12", mac, port++};
    End server{"10.77.0.20", 20, 8080};
    w.now += std::chrono::seconds(10);
    w.open(client, server);
    w.send(client, server, {1});
    w.send(server, client, {1});
  }
  std::vector<event::HostKey> clients;
  for (const auto& h : w.seen.hosts) {
    if (!h.server) clients.push_back(h.host);
  }
  ASSERT_EQ(clients.size(), 2U);
  EXPECT_LT(clients[0].since, clients[1].since);
  EXPECT_EQ(w.observer.counters().hosts_rebound, 1U);
}

TEST(Hosts, WhoSendsFromAnothersMacIsKnownByTheOneHeIsAnsweredAt) {
  Wire w;
  End client{"10.77.0.12", 12, 50000};
  client.sends_from = 11;
  End server{"10.77.0.20", 20, 445};
  w.open(client, server);
  const Bytes m = encrypted_message();
  w.send(client, server, m);
  w.send(server, client, m);
  w.observer.finish();
  const Mac own{{2, 0x77, 0, 0, 0, 12}};
  ASSERT_EQ(w.hosts(), (std::vector<std::string>{"10.77.0.12", "10.77.0.20 server"}));
  EXPECT_EQ(w.seen.hosts[0].host.mac, own);
  ASSERT_EQ(w.seen.flows.size(), 1U);
  EXPECT_EQ(w.seen.flows[0].host.mac, own);
  ASSERT_FALSE(w.seen.progress.empty());
  for (const auto& p : w.seen.progress) EXPECT_EQ(p.host.mac, own);
  ASSERT_EQ(w.observer.dark().size(), 1U);
  EXPECT_EQ(w.observer.dark()[0].client.mac, own) << "whose evidence it is";
  EXPECT_EQ(w.observer.counters().hosts_rebound, 0U);
}

TEST(Flows, AnAnsweredConnectionIsToldOnceADayWhateverItsPort) {
  Wire w;
  const End server{"10.77.0.20", 20, 1433};
  for (const std::uint16_t port : {std::uint16_t{50000}, std::uint16_t{50001}})
    w.talk({"10.77.0.12", 12, port}, server);
  w.talk({"10.77.0.11", 11, 50000}, server);
  EXPECT_EQ(w.flows(), (std::vector<std::string>{"10.77.0.12>10.77.0.20:1433", "10.77.0.11>10.77.0.20:1433"}));
  EXPECT_EQ(w.seen.flows[0].host, w.seen.hosts[0].host) << "under the key by which its host was told";
  w.now += std::chrono::hours(23);
  w.talk({"10.77.0.12", 12, 50002}, server);
  EXPECT_EQ(w.flows().size(), 2U);
  w.now += std::chrono::hours(1);
  w.talk({"10.77.0.12", 12, 50003}, server);
  EXPECT_EQ(w.flows().size(), 3U);
  EXPECT_EQ(w.observer.counters().flows_withheld, 0U);
}

TEST(Flows, WhatNobodyAnsweredIsNone) {
  Wire w;
  End client{"10.77.0.12", 12, 50000};
  const End server{"10.77.0.20", 20, 1433};
  w.segment(client, server, 0x02);
  ++client.sequence;
  w.segment(client, server, 0x18, {1, 2, 3});  // one side alone, as a mirror of one direction or a forger shows it
  w.segment(client, server, 0x18, {4, 5, 6});
  End refused{"10.77.0.12", 12, 50001};
  w.segment(refused, server, 0x02);
  ++refused.sequence;
  w.segment(server, refused, 0x14);
  w.observer.finish();
  EXPECT_TRUE(w.flows().empty());
}

TEST(Flows, WhoOpenedAConnectionIsNotGuessed) {
  Wire w;
  End one{"10.77.0.12", 12, 50000, 7000};
  End other{"10.77.0.20", 20, 1433, 9000};
  for (int i = 0; i < 3; ++i) {  // its opening was before the capture
    w.send(one, other, {1});
    w.send(other, one, {1});
  }
  EXPECT_EQ(w.hosts().size(), 2U) << "coherent";
  EXPECT_TRUE(w.flows().empty());
}

TEST(Flows, PortsThatServersGiveOutAreOne) {
  Wire w;
  for (std::uint16_t i = 0; i < 20; ++i) {
    w.talk({"10.77.0.12", 12, static_cast<std::uint16_t>(40000 + i)},
           {"10.77.0.20", 20, static_cast<std::uint16_t>(49152 + i)});
  }
  w.talk({"10.77.0.12", 12, 41000}, {"10.77.0.20", 20, 49151});
  EXPECT_EQ(w.flows(), (std::vector<std::string>{"10.77.0.12>10.77.0.20:0", "10.77.0.12>10.77.0.20:49151"}));
}

TEST(Flows, AScanIsToldInPartAndCostsNobodyElse) {
  Options o{.sensor = "span0"};
  o.flows.client_hour_max = 4;
  Wire w(std::move(o));
  for (std::uint16_t i = 0; i < 50; ++i) {
    w.talk({"10.77.0.12", 12, static_cast<std::uint16_t>(50000 + i)},
           {"10.77.0.20", 20, static_cast<std::uint16_t>(1000 + i)});
  }
  EXPECT_EQ(w.flows().size(), 4U);
  EXPECT_EQ(w.observer.counters().flows_withheld, 46U) << "each connection is counted once";
  EXPECT_EQ(w.observer.counters().weird.at("flows_withheld"), 46U);
  w.talk({"10.77.0.11", 11, 50000}, {"10.77.0.20", 20, 1433});
  EXPECT_EQ(w.flows().back(), "10.77.0.11>10.77.0.20:1433");
  w.now += std::chrono::hours(1);
  w.talk({"10.77.0.12", 12, 51000}, {"10.77.0.20", 20, 1030});
  EXPECT_EQ(w.flows().back(), "10.77.0.12>10.77.0.20:1030") << "what was withheld is told when it is seen again";
}

TEST(Flows, AllClientsTogetherAreBoundedInASecondAndTheTableInAll) {
  Options o{.sensor = "span0"};
  o.flows.second_max = 3;
  o.flows.flows = {6, 5};
  Wire w(std::move(o));
  const auto clients = [&](std::uint16_t port) {
    for (std::uint8_t i = 1; i <= 5; ++i) w.talk({"10.77.0." + std::to_string(i), i, port}, {"10.77.0.20", 20, 1433});
  };
  clients(50000);
  EXPECT_EQ(w.flows().size(), 3U);
  EXPECT_EQ(w.observer.counters().flows_withheld, 2U);
  w.now += std::chrono::seconds(1);
  clients(50001);
  EXPECT_EQ(w.flows().size(), 5U);
  for (std::uint16_t i = 0; i < 4; ++i) {
    w.now += std::chrono::seconds(1);
    w.talk({"10.77.0.1", 1, static_cast<std::uint16_t>(51000 + i)},
           {"10.77.0.20", 20, static_cast<std::uint16_t>(2000 + i)});
  }
  EXPECT_EQ(w.flows().size(), 9U);
  EXPECT_EQ(w.observer.counters().flows_forgotten, 3U);
}

TEST(Flows, UdpIsToldWithItsStateAndMakesNobodyAHost) {
  Wire w;
  const End client{"10.77.0.12", 12, 50000};
  const End server{"10.77.0.20", 20, 53};
  w.ask(client, server);
  w.ask({"10.77.0.12", 12, 50001}, server);
  w.ask({"10.77.0.30", 30, 123}, {"10.77.0.20", 20, 123});
  for (int i = 0; i < 7; ++i) w.datagram({"10.77.0.12", 12, 514}, {"10.77.0.20", 20, 514}, std::chrono::minutes(1));
  EXPECT_EQ(w.flows(), (std::vector<std::string>{"10.77.0.12>10.77.0.20:53 udp", "10.77.0.30>10.77.0.20:123 udp",
                                                 "10.77.0.12>10.77.0.20:514 udp"}));
  EXPECT_EQ(w.seen.flows[0].state, event::FlowState::answered);
  EXPECT_EQ(w.seen.flows[1].state, event::FlowState::unclear);
  EXPECT_EQ(w.seen.flows[2].state, event::FlowState::one_way);
  EXPECT_TRUE(w.seen.hosts.empty());
  EXPECT_EQ(w.observer.counters().hosts, 0U);
  w.datagram(server, {"10.77.0.40", 40, 41000}, Micros{100});
  EXPECT_EQ(w.observer.counters().weird, (std::map<std::string, std::uint64_t>{{"udp_answers_alone", 1}}));
  w.now += std::chrono::hours(24);
  w.ask(client, server);
  EXPECT_EQ(w.flows().size(), 4U) << "told again after a day";
}

TEST(Flows, PortsThatMediaAgreeUponAreOne) {
  Wire w;
  for (std::uint16_t call = 0; call < 20; ++call) {
    w.ask({"10.77.0.12", 12, static_cast<std::uint16_t>(16384 + 2 * call)},
          {"10.77.0.20", 20, static_cast<std::uint16_t>(10000 + 2 * call)});
  }
  w.ask({"10.77.0.12", 12, 50000}, {"10.77.0.20", 20, 24105});
  w.ask({"10.77.0.12", 12, 50000}, {"10.77.0.20", 20, 12000});
  EXPECT_EQ(w.flows(), (std::vector<std::string>{"10.77.0.12>10.77.0.20:0 udp", "10.77.0.12>10.77.0.20:24105 udp",
                                                 "10.77.0.12>10.77.0.20:12000 udp"}));
}

TEST(Flows, ForgedDatagramsCostNoConnectionItsPlace) {
  Options o{.sensor = "span0"};
  o.udp_flows.second_max = 3;
  o.one_way_flows.client_hour_max = 2;
  Wire w(std::move(o));
  for (int i = 1; i <= 200; ++i) {
    w.ask({"10.66.0." + std::to_string(i), 66, 50000}, {"10.77.0.20", 20, 53});
  }
  w.talk({"10.77.0.12", 12, 50000}, {"10.77.0.20", 20, 1433});
  EXPECT_EQ(w.flows().back(), "10.77.0.12>10.77.0.20:1433");
  EXPECT_LE(w.flows().size(), 3U * 4U + 1U);
  EXPECT_GE(w.observer.counters().flows_withheld, 188U);
  const std::size_t before = w.flows().size();
  for (int i = 0; i < 8; ++i) {
    for (std::uint16_t port = 1; port <= 5; ++port) {
      w.datagram({"10.77.0.12", 12, 40000}, {"10.77.0.20", 20, port}, std::chrono::minutes(i == 0 ? 0 : 1));
    }
  }
  EXPECT_EQ(w.flows().size(), before + 2U) << "a scan that goes on for long is told in part";
}

TEST(Progress, AtMostOnceASecondAndNothingLost) {
  Wire w;
  End client{"10.77.0.12", 12, 50000};
  End server{"10.77.0.20", 20, 3389};
  w.open(client, server);
  w.send(server, client, {9});
  const WallTime start = w.now;
  for (int i = 0; i < 300; ++i) {
    w.now += std::chrono::milliseconds(10);
    w.send(client, server, Bytes(50));
  }
  w.observer.finish();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(w.now - start).count();
  EXPECT_GE(w.seen.progress.size(), 2U);
  EXPECT_LE(w.seen.progress.size(), static_cast<std::size_t>(seconds) + 2);
  std::uint64_t bytes = 0;
  for (const auto& p : w.seen.progress) {
    bytes += p.bytes;
    EXPECT_EQ(p.host.ip.text(), "10.77.0.12");
    EXPECT_EQ(p.port, 3389);
  }
  EXPECT_EQ(bytes, 300U * 50U);
}

TEST(Progress, OtherPortsSayNothing) {
  Wire w;
  End client{"10.77.0.12", 12, 50000};
  End server{"10.77.0.20", 20, 443};
  w.open(client, server);
  for (int i = 0; i < 10; ++i) w.send(client, server, Bytes(50));
  w.observer.finish();
  EXPECT_TRUE(w.seen.progress.empty());
}

TEST(Streams, SmbIsFoundOnOddPortsByItsFirstBytes) {
  for (const std::uint16_t port : {std::uint16_t{445}, std::uint16_t{8445}}) {
    Wire w;
    End client{"10.77.0.12", 12, 50000};
    End server{"10.77.0.20", 20, port};
    w.open(client, server);
    w.send(client, server, echo());
    EXPECT_EQ(w.observer.counters().conversations, 1U) << port;
    EXPECT_EQ(w.observer.counters().smb.messages, 1U) << port;
  }
  Wire other;
  End client{"10.77.0.12", 12, 50000};
  End server{"10.77.0.20", 20, 8445};
  other.open(client, server);
  other.send(client, server, Bytes(100, 'x'));
  EXPECT_EQ(other.observer.counters().conversations, 0U);
}

TEST(Streams, EncryptedTrafficIsCountedForItsClient) {
  Wire w;
  End client{"10.77.0.12", 12, 50000};
  End server{"10.77.0.20", 20, 445};
  w.open(client, server);
  const Bytes m = encrypted_message();
  w.send(client, server, m);
  w.send(server, client, m);
  w.observer.finish();
  ASSERT_EQ(w.observer.dark().size(), 1U);
  EXPECT_EQ(w.observer.dark()[0].client.ip.text(), "10.77.0.12");
  EXPECT_EQ(w.observer.dark()[0].messages, 2U);
  EXPECT_EQ(w.observer.counters().dark_messages, 2U);
  EXPECT_TRUE(w.seen.activities.empty());
}

TEST(Streams, Smb1CommandsAreNamed) {
  Wire w;
  End client{"10.77.0.12", 12, 50000};
  End server{"10.77.0.20", 20, 139};
  w.open(client, server);
  Bytes m = message(smb1, 40);
  m[4 + 4] = 0x06;  // DELETE
  w.send(client, server, m);
  const auto commands = w.observer.counters().smb1_commands;
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_NE(commands.begin()->first.find("DELETE"), std::string::npos);
}

TEST(Streams, ConnectionsAreBoundedForEachClient) {
  Options o{.sensor = "span0"};
  o.conversations = {8, 4};
  Wire w(std::move(o));
  End victim{"10.77.0.11", 11, 50000};
  End server{"10.77.0.20", 20, 445};
  w.open(victim, server);
  w.send(victim, server, echo());
  for (std::uint16_t i = 0; i < 50; ++i) {
    End flooder{"10.77.0.12", 12, static_cast<std::uint16_t>(51000 + i)};
    End other{"10.77.0.20", 20, 445};
    w.open(flooder, other);
    w.send(flooder, other, echo());
  }
  const auto before = w.observer.counters();
  EXPECT_EQ(before.conversations, 51U);
  EXPECT_EQ(before.conversations_evicted, 46U);
  w.send(victim, server, echo());
  EXPECT_EQ(w.observer.counters().conversations, 51U);  // the victim's is still there
}

}  // namespace
}  // namespace cordon::observe
