// SPDX-License-Identifier: Apache-2.0
#include "estate/seen.h"

#include <gtest/gtest.h>

#include "estate/import.h"
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
  const std::vector<SeenHost> behind_two{seen("10.9.0.1", "00:00:5e:00:01:07"), seen("10.9.0.2", "00:00:5e:00:01:07")};
  EXPECT_EQ(add_seen(e = declared(), behind_two, {}).hosts, 2U) << "routers share that MAC";
  EXPECT_TRUE(e.hosts.back().macs.empty());
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

TEST(Seen, UdpAndTcpOfOnePortAreTwoFlows) {
  Estate e = declared();
  Flow flow;
  flow.client = {0};
  flow.server = {1};
  flow.port = 53;
  flow.udp = true;
  e.flows.push_back(flow);
  std::vector<SeenHost> hosts{seen("10.1.0.1", "02:00:00:00:00:01"), seen("10.2.0.1", "02:00:00:00:00:02")};
  const auto to = [&](std::uint16_t port, bool udp) { return SeenFlow{hosts[0].key.ip, hosts[1].key.ip, port, udp}; };
  const std::vector<SeenFlow> flows{to(53, true), to(53, false), to(123, true)};
  EXPECT_EQ(add_seen(e, hosts, flows).flows_of, (std::vector<std::size_t>{1, 2}));
  EXPECT_TRUE(e.flows.back().udp);
  hosts.push_back(seen("10.1.0.40", "00:00:00:00:00:00"));
  hosts.back().serves_udp = {161};
  add_seen(e, hosts, {});
  const Host* by_address = e.find(*IpAddress::parse("10.1.0.40"));
  ASSERT_NE(by_address, nullptr);
  EXPECT_TRUE(by_address->macs.empty());
  EXPECT_EQ(by_address->serves_udp, std::vector<std::uint16_t>{161});
}

TEST(Seen, DeclaredFlowsThatNobodySawAreNamed) {
  Estate e = declared();
  e.services.push_back({"s", "", ""});
  for (const auto& [port, udp] :
       {std::pair<std::uint16_t, bool>{53, true}, {53, false}, {0, false}, {0, true}, {50'000, false}}) {
    Flow flow;
    flow.client = {0};
    flow.server = {1};
    flow.port = port;
    flow.udp = udp;
    e.flows.push_back(flow);
  }
  // Under another address of the MAC that is declared for ws1.
  const std::vector<SeenHost> hosts{seen("10.1.0.200", "02:00:00:00:00:01"), seen("10.2.0.1", "02:00:00:00:00:02")};
  const auto to = [&](std::uint16_t port, bool udp) { return SeenFlow{hosts[0].key.ip, hosts[1].key.ip, port, udp}; };
  EXPECT_EQ(unseen_flows(e, hosts, {}).size(), 5U);
  EXPECT_EQ(unseen_flows(e, hosts, std::vector{to(53, true)}), (std::vector<std::uint32_t>{1, 2, 4}));
  EXPECT_EQ(unseen_flows(e, hosts, std::vector{to(event::port_given_out, false)}),
            (std::vector<std::uint32_t>{0, 1, 3}));
  const std::vector<SeenFlow> back{{hosts[1].key.ip, hosts[0].key.ip, 53, true}};
  EXPECT_EQ(unseen_flows(e, hosts, back).size(), 5U) << "the other way round is another flow";
}

Loaded with_flows(const std::string& rows, const std::string& hosts = "") {
  std::string all = R"(hospital = "h"
[[unit]]
name = "Cardiologie"
kind = "medecine"
patients = 10
[[service]]
name = "noms"
[[service]]
name = "heure"
)";
  for (const char* name : {"ws1", "ws2", "srv"}) {
    all += std::string("[[host]]\nname = \"") + name +
           "\"\nrole = \"workstation\"\nunit = \"Cardiologie\"\naddresses = [\"10.1.0." +
           std::to_string(all.size() % 200 + 1) + "\"]\n";
  }
  return load(std::vector<NamedText>{{"h.toml", all + hosts}, {"flows.csv", flow_csv_head() + rows}});
}

TEST(Seen, DiffTellsFlowsAsTheyAreDeclared) {
  const Loaded old = with_flows("unit:Cardiologie,srv,noms,53,udp,,0.2,0,none,\nws1,srv,heure,123,udp,,0,0,none,\n");
  ASSERT_TRUE(old.problems.empty()) << old.problems[0].text;
  EXPECT_TRUE(diff(old.estate, old.estate).none());
  const Loaded now = with_flows(
      "unit:Cardiologie,srv,noms,53,udp,,0.3,4,by_hand,\nws2,srv,heure,123,udp,,0,0,none,\nws2,srv,noms,53,tcp,,0,0,"
      "none,\n",
      "[[host]]\nname = \"ws3\"\nrole = \"workstation\"\nunit = \"Cardiologie\"\naddresses = [\"10.1.0.250\"]\n");
  ASSERT_TRUE(now.problems.empty()) << now.problems[0].text;
  const Difference d = diff(old.estate, now.estate);
  ASSERT_EQ(d.flows.size(), 3U);
  const FlowsMoved& tcp = d.flows[0];
  EXPECT_FALSE(tcp.udp);
  EXPECT_EQ(tcp.fresh, std::vector<std::string>{"ws2"});
  const FlowsMoved& group = d.flows[1];
  EXPECT_EQ(group.server, "srv");
  EXPECT_EQ(group.port, 53);
  EXPECT_TRUE(group.udp);
  EXPECT_EQ(group.unit, "Cardiologie");
  EXPECT_EQ(group.fresh, std::vector<std::string>{"ws3"}) << "a new host is a client of the group's flow";
  EXPECT_TRUE(group.gone.empty());
  EXPECT_EQ(group.what, "dependence 0.2 → 0.3; tolerance 0 h, fallback none → tolerance 4 h, fallback by_hand");
  EXPECT_EQ(d.flows[2].fresh, std::vector<std::string>{"ws2"});
  EXPECT_EQ(d.flows[2].gone, std::vector<std::string>{"ws1"});
  EXPECT_EQ(d.flows[2].what, "");
  EXPECT_FALSE(d.none());
  Estate other_shares = now.estate;  // one client more under the same line changes no dependence of the line
  EXPECT_TRUE(diff(now.estate, other_shares).flows.empty());
}

TEST(Seen, ARowOfASeenFlowIsADeclaredFlowWithItsProtocol) {
  Estate e = with_flows("").estate;
  const std::vector<SeenHost> hosts{seen(e.hosts[0].addresses[0].text().c_str(), "02:00:00:00:00:01"),
                                    seen(e.hosts[2].addresses[0].text().c_str(), "02:00:00:00:00:02")};
  const std::vector<SeenFlow> flows{{hosts[0].key.ip, hosts[1].key.ip, 161, true}};
  ASSERT_EQ(add_seen(e, hosts, flows).flows, 1U);
  const std::string row = flow_csv_row(e, e.flows[0]);
  const Loaded back = with_flows(row, "[[service]]\nname = \"vu sur le réseau, non déclaré\"\n");
  ASSERT_TRUE(back.problems.empty()) << back.problems[0].text;
  ASSERT_EQ(back.estate.flows.size(), 1U);
  EXPECT_TRUE(back.estate.flows[0].udp);
  EXPECT_EQ(back.estate.flows[0].port, 161);
  EXPECT_EQ(back.estate.flows[0].client, HostIndex{0});
  EXPECT_EQ(back.estate.flows[0].server, HostIndex{2});
  EXPECT_EQ(add_seen(e = back.estate, hosts, flows).flows, 0U) << "it covers what was seen";
}

TEST(Seen, DiffSaysWhatIsNewGoneAndMoved) {
  const Estate e = declared();
  const std::vector<SeenHost> hosts{seen("10.2.0.77", "02:00:00:00:00:01"), seen("10.1.0.50", "02:00:00:00:00:50")};
  const Estate now = estate_of_seen(e, hosts);
  const Difference d = diff(e, now, After::seen);
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
  ASSERT_EQ(diff(e, other).moved.size(), 2U);
  EXPECT_EQ(diff(e, other).moved[1].what, "MACs 02:00:00:00:00:02 → 02:00:00:00:00:ff") << "matched by address";
}

}  // namespace
}  // namespace cordon::estate
