// SPDX-License-Identifier: Apache-2.0
// Cordon's box, a switch that carries its cuts out, and a hospital around them: what no plan may do, nor any person.
#include <gtest/gtest.h>

#include <algorithm>

#include "contain/care_plan.h"
#include "contain/check.h"
#include "contain/graph.h"
#include "contain/lines.h"
#include "contain/own_way.h"

namespace cordon::contain {
namespace {

constexpr std::uint32_t pc = 0, box = 1, sw = 2, fs = 3;             // hosts
constexpr std::uint32_t offices = 0, servers = 1, switches_net = 2;  // networks

estate::Estate house() {
  estate::Estate out;
  out.sites.push_back({"Site", std::nullopt});
  out.buildings.push_back({"A", {0}});
  out.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 10, 10});
  out.services.push_back({"fichiers", "sur papier", "on paper"});
  const auto network = [&](const char* name, const char* prefix) {
    out.networks.push_back({name, {0}, std::nullopt, {{*IpAddress::parse(prefix), 24}}, {true, true}});
  };
  network("Bureaux", "10.1.0.0");
  network("Serveurs", "10.2.0.0");
  network("Commutateurs", "10.3.0.0");
  const auto host = [&](const char* name, std::uint32_t place, const char* ip, estate::Own own) {
    estate::Host one;
    one.name = name;
    one.network = estate::NetworkIndex{place};
    one.addresses = {*IpAddress::parse(ip)};
    one.grain = estate::Grain::flow;
    one.own = own;
    one.harm_if_lost = 100;
    out.hosts.push_back(one);
  };
  host("pc", offices, "10.1.0.11", estate::Own::no);
  host("cordon-1", servers, "10.2.0.9", estate::Own::box);
  host("sw-1", switches_net, "10.3.0.2", estate::Own::enforcer);
  host("fs", servers, "10.2.0.20", estate::Own::no);
  out.own_ways = {{estate::HostIndex{box}, {sw}, 3799, true, "cordon-1>sw-1@3799/udp"},
                  {std::nullopt, {box}, 8422, false, "*>cordon-1@8422"}};
  return out;
}

void add_flow(estate::Estate& estate, std::uint32_t client, std::uint32_t server, std::uint16_t port,
              bool udp = false) {
  estate::Flow flow;
  flow.client = {client};
  flow.server = {server};
  flow.port = port;
  flow.udp = udp;
  flow.unit = {0};
  estate.flows.push_back(flow);
}

/// refused: the graph, the checker and the words agree that this is never done.
bool refused(const estate::Estate& estate, const Action& action) {
  const bool offered = Graph::build(estate)->offered(action);
  EXPECT_EQ(offered, rule_broken_by(estate, action).empty());
  EXPECT_EQ(offered, !own_way_ended(estate, action));
  return !offered;
}

TEST(OwnWay, NoCutOfTheBoxOrOfWhoCarriesCutsOutIsOffered) {
  const estate::Estate estate = house();
  for (const ActionKind kind : {ActionKind::block_out, ActionKind::shield, ActionKind::isolate}) {
    EXPECT_TRUE(refused(estate, {kind, box}));
    EXPECT_TRUE(refused(estate, {kind, sw}));
    EXPECT_FALSE(refused(estate, {kind, pc}));
    EXPECT_FALSE(refused(estate, {kind, fs}));
  }
  EXPECT_EQ(rule_broken_by(estate, {ActionKind::isolate, box}), "cordon-1 is Cordon's own");
}

TEST(OwnWay, NorAFlowNorAPassageBetweenThem) {
  estate::Estate estate = house();
  add_flow(estate, box, sw, 22);
  add_flow(estate, sw, box, 514, true);
  add_flow(estate, pc, box, 8422);
  add_flow(estate, pc, box, 0);
  add_flow(estate, pc, box, 445);
  add_flow(estate, pc, sw, 22);
  for (const std::uint32_t flow : {0U, 1U, 2U, 3U}) EXPECT_TRUE(refused(estate, {ActionKind::cut_flow, flow})) << flow;
  for (const std::uint32_t flow : {4U, 5U}) EXPECT_FALSE(refused(estate, {ActionKind::cut_flow, flow})) << flow;
  estate.passages = {{{box}, {sw}, true, true},
                     {{sw}, {box}, false, true},
                     {{pc}, {box}, false, true},
                     {{pc}, {box}, true, true},
                     {{pc}, {sw}, false, true}};
  for (const std::uint32_t way : {0U, 1U, 2U}) EXPECT_TRUE(refused(estate, {ActionKind::close_passage, way})) << way;
  for (const std::uint32_t way : {3U, 4U}) EXPECT_FALSE(refused(estate, {ActionKind::close_passage, way})) << way;
}

TEST(OwnWay, NorABorderBetweenThemNorThePlaneByWhichBrowsersCome) {
  estate::Estate estate = house();
  const auto border = [](std::uint32_t from, std::uint32_t to) {
    return estate::Border{{from}, {to}, {true, true}, true};
  };
  estate.borders = {border(servers, switches_net), border(switches_net, servers), border(offices, servers),
                    border(offices, switches_net)};
  const auto closed = [&](std::uint32_t at, bool other) {
    return refused(estate, {ActionKind::close_border, at, other});
  };
  for (const bool other : {false, true}) {
    EXPECT_TRUE(closed(0, other));
    EXPECT_TRUE(closed(1, other));
    EXPECT_FALSE(closed(3, other)) << "somebody else's way to the switches";
  }
  EXPECT_TRUE(closed(2, true)) << "the page";
  EXPECT_FALSE(closed(2, false)) << "spreading from the offices";
  estate.own_ways[1].port = 22;
  EXPECT_TRUE(closed(2, false));
}

TEST(OwnWay, ALineIsKnownByItsTargetsToo) {
  const estate::Estate estate = house();
  const auto ip = [](const char* text) { return *IpAddress::parse(text); };
  event::PlannedAction line;
  line.ips = {ip("10.1.0.11")};
  EXPECT_FALSE(own_way_ended(estate, line));
  line.ips = {ip("10.1.0.11"), ip("10.2.0.9")};
  EXPECT_EQ(own_way_ended(estate, line), "cordon-1");
  line.ips.clear();
  line.flows = {{ip("10.3.0.2"), ip("10.2.0.9"), 22}};
  EXPECT_EQ(own_way_ended(estate, line), "cordon-1>sw-1@3799/udp");
  line.flows = {{ip("10.1.0.11"), ip("10.2.0.9"), 445}};
  EXPECT_FALSE(own_way_ended(estate, line));
  line.flows[0].port = 8422;
  EXPECT_EQ(own_way_ended(estate, line), "*>cordon-1@8422");
  line.flows.clear();
  line.borders = {{{ip("10.1.0.0"), 24}, {ip("10.2.0.0"), 24}}};
  EXPECT_FALSE(own_way_ended(estate, line)) << "borders are closed to spreading alone, and the page is not there";
  line.borders = {{{ip("10.3.0.0"), 24}, {ip("10.2.0.0"), 24}}};
  EXPECT_TRUE(own_way_ended(estate, line));
}

TEST(OwnWay, WhoOrdersItIsToldWhatItWouldCutOff) {
  const estate::Estate estate = house();
  const auto graph = Graph::build(estate);
  const std::vector<Overruling> orders{{{ActionKind::isolate, box}, true}, {{ActionKind::shield, sw}, true}};
  const event::PlanMade plan = make_care_plan(
      {.graph = *graph, .at = {}, .seen = {}, .infected = {}, .suspects = {}, .standing = {}, .overruled = orders});
  ASSERT_EQ(plan.actions.size(), 2U);
  for (const event::PlannedAction& line : plan.actions) EXPECT_EQ(line.disposition, event::Disposition::withheld);
  EXPECT_EQ(plan.actions[0].why, std::string(own_way_reason) + "cordon-1");
  EXPECT_EQ(plan.actions[1].why, std::string(own_way_reason) + "sw-1");
}

TEST(OwnWay, WhatTheBoxSeemsToDoGetsNobodyCutByItself) {
  const estate::Estate estate = house();
  const auto graph = Graph::build(estate);
  const std::vector<estate::HostIndex> infected{{box}};
  const CarePlan plan = weigh({.graph = *graph, .infected = infected, .budget = 1e6});
  for (const Line& line : plan.lines) EXPECT_NE(line.approval, Approval::automatic);
}

TEST(Lines, WhoBorrowsAProtectedAddressNeitherTakesItAlongNorIsSparedForIt) {
  for (const bool own : {false, true}) {
    estate::Estate estate = house();
    estate.hosts[pc].macs = {*Mac::parse("02:00:00:00:00:11")};
    estate.hosts[fs].is_protected = !own;  // declared without a MAC
    estate.hosts[fs].own = own ? estate::Own::enforcer : estate::Own::no;
    const std::vector<event::HostKey> seen{
        {"span0", 0, *Mac::parse("02:00:00:00:00:11"), *IpAddress::parse("10.1.0.11"), {}},
        {"span0", 0, *Mac::parse("02:00:00:00:00:11"), *IpAddress::parse("10.2.0.20"), {}},
        {"span0", 0, *Mac::parse("02:00:00:00:00:11"), *IpAddress::parse("10.1.0.99"), {}}};
    const auto line = line_of(estate, {ActionKind::isolate, pc}, seen);
    EXPECT_EQ(line.ips, (std::vector{*IpAddress::parse("10.1.0.11"), *IpAddress::parse("10.1.0.99")}));
    EXPECT_EQ(line.macs, estate.hosts[pc].macs);
  }
  estate::Estate estate = house();
  estate.hosts[fs].is_protected = true;
  EXPECT_EQ(line_of(estate, {ActionKind::shield, fs}, {}).ips, estate.hosts[fs].addresses) << "it may be shielded";
}

}  // namespace
}  // namespace cordon::contain
