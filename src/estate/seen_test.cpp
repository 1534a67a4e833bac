// SPDX-License-Identifier: Apache-2.0
#include "estate/seen.h"

#include <gtest/gtest.h>

#include "estate/load.h"

namespace cordon::estate {
namespace {

Estate declared() {
  const Loaded l = load(R"(hospital = "h"
[[unit]]
name = "Cardiologie"
kind = "medecine"
[[network]]
name = "postes"
vlan = 10
prefixes = ["10.1.0.0/24"]
[[network]]
name = "serveurs"
vlan = 20
prefixes = ["10.2.0.0/24"]
[[host]]
name = "ws1"
role = "workstation"
unit = "Cardiologie"
addresses = ["10.1.0.1"]
macs = ["02:00:00:00:00:01"]
[[host]]
name = "fs"
role = "server"
addresses = ["10.2.0.1"]
macs = ["02:00:00:00:00:02"]
)",
                        "h.toml");
  EXPECT_TRUE(l.problems.empty());
  return l.estate;
}

SeenHost seen(const char* ip, const char* mac, std::vector<std::uint16_t> serves = {}) {
  SeenHost out;
  out.key.ip = *IpAddress::parse(ip);
  out.key.mac = *Mac::parse(mac);
  out.serves = std::move(serves);
  return out;
}

TEST(Seen, WhatNobodyDeclaredIsAddedAndMarked) {
  Estate e = declared();
  const std::vector<SeenHost> hosts{seen("10.1.0.1", "02:00:00:00:00:01"), seen("10.1.0.9", "02:00:00:00:00:09", {445}),
                                    seen("fd00::9", "02:00:00:00:00:09"), seen("10.1.0.1", "02:00:00:00:00:01")};
  const std::vector<SeenFlow> flows{{hosts[1].key.ip, *IpAddress::parse("10.2.0.1"), 445, false},
                                    {hosts[1].key.ip, *IpAddress::parse("10.2.0.1"), 445, false},
                                    {hosts[1].key.ip, *IpAddress::parse("192.0.2.1"), 443, false}};
  const Added added = add_seen(e, hosts, flows);
  EXPECT_EQ(added.hosts, 1U) << "two addresses of one MAC are one host";
  EXPECT_EQ(added.flows, 1U);
  const Host* host = e.find(*IpAddress::parse("fd00::9"));
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host, e.find(*IpAddress::parse("10.1.0.9")));
  EXPECT_EQ(host->role, Role::unknown);
  EXPECT_EQ(host->origin, Origin::seen);
  EXPECT_EQ(host->network, NetworkIndex{0});
  EXPECT_EQ(host->serves, std::vector<std::uint16_t>{445});
  EXPECT_EQ(e.flows[0].origin, Origin::seen);
  EXPECT_EQ(e.flows[0].dependence, 0);
  EXPECT_LT(e.flows[0].unit.value, e.units.size());
  EXPECT_EQ(add_seen(e, hosts, flows).hosts, 0U) << "a second time adds nothing";
  EXPECT_EQ(add_seen(e, hosts, flows).flows, 0U);
}

TEST(Seen, ManyAddressesBehindOneMacAreManyHosts) {
  Estate e = declared();
  std::vector<SeenHost> hosts;
  for (int i = 0; i < 9; ++i) hosts.push_back(seen(("10.9.0." + std::to_string(i + 1)).c_str(), "02:00:00:00:00:99"));
  EXPECT_EQ(add_seen(e, hosts, {}).hosts, 9U);
  EXPECT_TRUE(e.hosts.back().macs.empty()) << "the router's MAC is not theirs";
  EXPECT_FALSE(e.hosts.back().network);
  e = declared();
  hosts.pop_back();
  EXPECT_EQ(add_seen(e, hosts, {}).hosts, 1U);
}

TEST(Seen, BoundsAreCounted) {
  Estate e = declared();
  const std::vector<SeenHost> hosts{seen("10.1.0.7", "02:00:00:00:00:07"), seen("10.1.0.8", "02:00:00:00:00:08"),
                                    seen("10.1.0.9", "02:00:00:00:00:09")};
  const std::vector<SeenFlow> flows{{hosts[0].key.ip, hosts[1].key.ip, 1, false},
                                    {hosts[0].key.ip, hosts[1].key.ip, 2, false}};
  const Added added = add_seen(e, hosts, flows, {.hosts = 2, .flows = 1, .addresses_per_mac = 8});
  EXPECT_EQ(added.hosts, 2U);
  EXPECT_EQ(added.flows, 1U);
  EXPECT_EQ(added.beyond, 2U);
}

TEST(Seen, AFlowIsItsHostsUnderEveryAddressThatItsMacWasSeenWith) {
  Estate e = declared();
  const std::vector<SeenHost> hosts{seen("10.1.0.200", "02:00:00:00:00:01"), seen("10.2.0.1", "02:00:00:00:00:02")};
  const std::vector<SeenFlow> flows{{hosts[0].key.ip, hosts[1].key.ip, 1433, false}};
  const Added added = add_seen(e, hosts, flows);
  EXPECT_EQ(added.hosts, 0U);
  ASSERT_EQ(added.flows, 1U);
  EXPECT_EQ(e.flows[0].client, HostIndex{0}) << "ws1 is declared by its MAC";
  EXPECT_EQ(e.flows[0].port, 1433);
}

TEST(Seen, WhatADeclaredFlowCoversIsNotAdded) {
  Estate e = declared();
  Flow flow;
  flow.client = {0};
  flow.server = {1};
  flow.port = 445;
  e.flows.push_back(flow);
  const std::vector<SeenHost> hosts{seen("10.1.0.1", "02:00:00:00:00:01"), seen("10.2.0.1", "02:00:00:00:00:02")};
  const auto to = [&](std::uint16_t port) { return SeenFlow{hosts[0].key.ip, hosts[1].key.ip, port, false}; };
  const std::vector<SeenFlow> flows{to(event::port_given_out), to(445), to(1433)};
  Estate by_port = e;
  const Added added = add_seen(by_port, hosts, flows);
  EXPECT_EQ(added.flows_of, (std::vector<std::size_t>{0, 2})) << "a seen flow on any port covers no other";
  e.flows[0].port = 0;
  EXPECT_EQ(add_seen(e, hosts, flows).flows, 0U) << "declared on any port";
}

TEST(Seen, DiffSaysWhatIsNewGoneAndMoved) {
  const Estate e = declared();
  const std::vector<SeenHost> hosts{seen("10.2.0.77", "02:00:00:00:00:01"), seen("10.1.0.50", "02:00:00:00:00:50")};
  const Estate now = estate_of_seen(e, hosts);
  const Difference d = diff(e, now);
  ASSERT_EQ(d.fresh.size(), 1U);
  EXPECT_EQ(now.hosts[d.fresh[0].value].name, "10.1.0.50");
  ASSERT_EQ(d.gone.size(), 1U);
  EXPECT_EQ(e.hosts[d.gone[0].value].name, "fs");
  ASSERT_EQ(d.moved.size(), 1U);
  EXPECT_EQ(d.moved[0].what, "network postes → serveurs; addresses 10.1.0.1 → 10.2.0.77");
  EXPECT_TRUE(diff(e, e).none());
  Estate other = e;
  other.hosts[0].unit.reset();
  other.hosts[0].name = "ws1-neuf";
  other.hosts[1].macs = {*Mac::parse("02:00:00:00:00:ff")};
  EXPECT_EQ(diff(e, other).moved.at(0).what, "name ws1 → ws1-neuf; unit Cardiologie → none");
  EXPECT_EQ(diff(e, other).moved.size(), 1U) << "matched by address";
}

}  // namespace
}  // namespace cordon::estate
