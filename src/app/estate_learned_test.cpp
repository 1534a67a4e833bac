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
