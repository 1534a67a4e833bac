// SPDX-License-Identifier: Apache-2.0
#include "app/estate_learned.h"

#include <gtest/gtest.h>

namespace cordon::app {
namespace {

event::HostKey key(const char* ip, const char* mac) {
  return {"span0", 12, *Mac::parse(mac), *IpAddress::parse(ip), wall_time_of(1)};
}

const event::HostKey client = key("10.77.0.11", "02:77:00:00:00:11");
const event::HostKey server = key("10.77.0.20", "02:77:00:00:00:20");

TEST(Learned, AFlowIsLearnedWithItsPortAndWhenItWasSeen) {
  Sightings seen;
  sight(event::HostSeen{wall_time_of(2), server, "", true}, seen);
  sight(event::FlowsSeen{{}, {}, client, {{wall_time_of(90000), server.ip, 1433}}, 0}, seen);
  sight(event::FlowsSeen{{}, {}, client, {{wall_time_of(2), server.ip, 1433}, {wall_time_of(3), server.ip, 0}}, 0},
        seen);
  std::vector<estate::SeenHost> hosts;
  const Learned found = learn({}, seen, hosts);
  ASSERT_EQ(found.hosts().size(), 2U);
  EXPECT_EQ(found.hosts()[1].serves, std::vector<std::uint16_t>{1433}) << "a port that was given out is none to name";
  ASSERT_EQ(found.flows().size(), 2U);
  EXPECT_EQ(found.flows()[1].port, 1433);
  EXPECT_EQ(found.flows()[1].dependence, 0);
  EXPECT_EQ(found.times[1].first, wall_time_of(2));
  EXPECT_EQ(found.times[1].last, wall_time_of(90000));
  EXPECT_EQ(found.times[1].vlan, 12);
}

TEST(Learned, FilesThatWereWrittenAreAFlowAsInOldLogbooks) {
  Sightings seen;
  sight(event::HostSeen{wall_time_of(2), server, "", true}, seen);
  event::Observation written;
  written.host = client;
  written.server = server.ip;
  sight(written, seen);
  EXPECT_TRUE(seen.flows.empty()) << "not confirmed";
  written.confirmed = true;
  sight(written, seen);
  ASSERT_EQ(seen.flows.size(), 1U);
  EXPECT_EQ(std::get<2>(seen.flows.begin()->first), 445);
}

event::ServerSeen by_udp(double at, const char* ip, std::uint16_t port,
                         event::FlowState state = event::FlowState::answered) {
  return {wall_time_of(at), *IpAddress::parse(ip), port, event::Transport::udp, state};
}

TEST(Learned, UdpMakesHostsByTheirAddressAlone) {
  Sightings seen;
  sight(event::HostSeen{wall_time_of(2), server, "", true}, seen);
  sight(
      event::FlowsSeen{
          {}, {}, client, {by_udp(3, "10.77.0.20", 53), by_udp(3, "10.77.0.21", 514, event::FlowState::one_way)}, 0},
      seen);
  sight(event::FlowsSeen{{}, {}, client, {by_udp(9, "10.77.0.20", 53, event::FlowState::unclear)}, 0}, seen);
  EXPECT_EQ(seen.hosts.size(), 1U) << "a datagram proves no MAC";
  std::vector<estate::SeenHost> hosts;
  const Learned found = learn({}, seen, hosts);
  ASSERT_EQ(found.hosts().size(), 3U);
  const estate::Host* by_address = found.whole.find(client.ip);
  ASSERT_NE(by_address, nullptr);
  EXPECT_TRUE(by_address->macs.empty());
  EXPECT_EQ(found.udp_only, (std::set<IpAddress>{client.ip, *IpAddress::parse("10.77.0.21")}));
  EXPECT_EQ(found.whole.find(server.ip)->serves_udp, std::vector<std::uint16_t>{53});
  EXPECT_TRUE(found.whole.find(*IpAddress::parse("10.77.0.21"))->serves_udp.empty()) << "it answered nobody";
  ASSERT_EQ(found.flows().size(), 2U);
  EXPECT_TRUE(found.flows()[0].udp);
  EXPECT_EQ(found.times[0].state, event::FlowState::answered);
  EXPECT_EQ(found.times[0].last, wall_time_of(9));
  EXPECT_EQ(found.times[1].state, event::FlowState::one_way);
}

TEST(Learned, WhatDidNotFitIsCounted) {
  Sightings seen;
  sight(event::FlowsSeen{{}, {}, client, {}, 5}, seen);
  event::SensorReport report;
  report.sensor = "span0";
  for (const std::uint64_t withheld : {3U, 7U}) {
    report.weird["flows_withheld"] = withheld;
    sight(report, seen);
  }
  EXPECT_EQ(seen.left_out(), 12U) << "a sensor reports totals";
}

}  // namespace
}  // namespace cordon::app
