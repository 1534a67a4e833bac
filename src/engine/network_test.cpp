// SPDX-License-Identifier: Apache-2.0
// What the page "Network" is told: the estate as it is known, what may be ordered and at what price, what is not quiet.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "contain/care_plan.h"
#include "engine/network_marks.h"
#include "engine/network_view.h"
#include "engine/testing.h"

namespace cordon::engine {
namespace {

using nlohmann::json;

event::HostKey key_of(const std::string& ip, const std::string& mac) {
  return {"span0", 12, *Mac::parse(mac), *IpAddress::parse(ip), at(0)};
}

/// Réanimation with ten patients: a workstation, a protected ventilator, a file server; and an office whose switch can
/// do nothing finer than to shut a port.
estate::Estate hospital() {
  estate::Estate out;
  out.hospital = "Essai";
  out.sites.push_back({"Site nord", std::nullopt});
  out.buildings.push_back({"A", {0}});
  out.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 10, 10});
  out.units.push_back({"Accueil", estate::UnitKind::administration, {0}, 0, 0});
  out.networks.push_back({"Soins", {0}, 12, {{*IpAddress::parse("10.77.0.0"), 24}}, {true, false}});
  out.networks.push_back({"Bureaux", {0}, std::nullopt, {{*IpAddress::parse("10.78.0.0"), 24}}, {true, false}});
  const auto host = [&](const char* name, estate::Role role, std::uint32_t place, const char* ip, const char* mac) {
    estate::Host one;
    one.name = name;
    one.role = role;
    one.unit = estate::UnitIndex{place};
    one.network = estate::NetworkIndex{place};
    one.addresses = {*IpAddress::parse(ip)};
    one.macs = {*Mac::parse(mac)};
    one.harm_if_lost = 100;
    out.hosts.push_back(one);
  };
  host("pc-1", estate::Role::workstation, 0, "10.77.0.11", "02:77:00:00:00:11");
  host("vent-1", estate::Role::medical_device, 0, "10.77.0.12", "02:77:00:00:00:12");
  host("fs", estate::Role::server, 0, "10.77.0.20", "02:77:00:00:00:20");
  host("accueil-1", estate::Role::workstation, 1, "10.78.0.11", "02:78:00:00:00:11");
  out.hosts[1].is_protected = true;
  out.hosts[3].grain = estate::Grain::isolate;
  out.services.push_back({"prescriptions", "sur papier", "on paper"});
  for (const std::uint32_t client : {0U, 3U}) {
    estate::Flow flow;
    flow.client = {client};
    flow.server = {2};
    flow.port = 445;
    flow.unit = {0};
    flow.dependence = 0.05;
    out.flows.push_back(flow);
  }
  out.borders = {{{1}, {0}, {true, true}, true}, {{0}, {1}, {true, false}, false}};
  out.index();
  return out;
}

json view_json(std::vector<event::HostKey> seen = {}) {
  return json::parse(NetworkView(hospital(), {"r.1", std::move(seen)}).text());
}

json offers_of(const std::string& host) {
  return json::parse(NetworkView(hospital(), {"r.1", {}}).offers_of_host(host));
}

TEST(NetworkView, UnitsNetworksAndHostsNameEachOther) {
  const json view = view_json();
  EXPECT_EQ(view["type"], "network");
  EXPECT_EQ(view["revision"], "r.1");
  EXPECT_EQ(
      view["units"][0],
      json({{"name", "Réanimation"}, {"kind", "reanimation"}, {"beds", 10}, {"building", "A"}, {"site", "Site nord"}}));
  EXPECT_EQ(view["networks"][0]["vlan"], 12);
  EXPECT_EQ(view["networks"][0]["prefixes"], json({"10.77.0.0/24"}));
  EXPECT_FALSE(view["networks"][1].contains("vlan"));
  EXPECT_EQ(view["networks"][0]["borders"], 1) << "the other border has no enforcer";
  ASSERT_EQ(view["hosts"].size(), 4U);
  const json& vent = view["hosts"][1];
  EXPECT_EQ(vent[0], "vent-1");
  EXPECT_EQ(view["roles"][vent[1].get<std::size_t>()], "medical_device");
  EXPECT_EQ(vent[2], 0);
  EXPECT_EQ(vent[4], "10.77.0.12");
  EXPECT_EQ(vent[5], "02:77:00:00:00:12");
  EXPECT_EQ(vent[7], 1) << "protected, never seen";
  EXPECT_EQ(view["grains"][view["hosts"][3][6].get<std::size_t>()], "isolate");
  EXPECT_EQ(view["hosts_more"], 0);
}

TEST(NetworkView, WhoWasSeenIsMarkedAndWhoWasNotDeclaredIsAdded) {
  const json view = view_json({key_of("10.77.0.11", "02:77:00:00:00:11"), key_of("10.77.0.99", "02:00:00:00:00:99"),
                               key_of("192.0.2.7", "02:00:00:00:00:07")});
  ASSERT_EQ(view["hosts"].size(), 6U);
  EXPECT_EQ(view["hosts"][0][7], 2);
  EXPECT_EQ(view["hosts"][2][7], 0);
  EXPECT_EQ(view["hosts"][4], json({"10.77.0.99", 13, -1, 0, "10.77.0.99", "02:00:00:00:00:99", 2, 2 | 8}));
  EXPECT_EQ(view["roles"][13], "unknown");
  EXPECT_EQ(view["hosts"][5][3], -1) << "no prefix fits";
}

TEST(NetworkView, AnActionTellsItsPriceItsCareAndWhoMustAgree) {
  const json offers = offers_of("pc-1");
  ASSERT_EQ(offers["offers"].size(), 3U);
  const json& block = offers["offers"][0];
  EXPECT_EQ(block["key"], "block_out pc-1");
  EXPECT_EQ(block["subject"], "pc-1");
  EXPECT_NEAR(block["harm"], 10 * 0.05 * 12, 1e-9) << "ten patients, a twentieth of their care, twelve hours";
  EXPECT_EQ(block["care"]["fr"], json({"prescriptions, Réanimation : sur papier ; 10 lits"}));
  EXPECT_EQ(block["care"]["en"], json({"prescriptions, Réanimation: on paper; 10 beds"}));
  EXPECT_EQ(block["needs"], json({"cyber", "director"}));
  EXPECT_EQ(block["why_not"], "");
  const json& shield = offers["offers"][1];
  EXPECT_EQ(shield["harm"], 0);
  EXPECT_EQ(shield["needs"], json::array());
  EXPECT_GT(offers["lost"], 100);
}

TEST(NetworkView, WhatCannotBeDoneSaysWhy) {
  const auto why = [](const std::string& host) {
    std::vector<std::string> out;
    const json told = offers_of(host);
    for (const json& offer : told["offers"]) out.push_back(offer["why_not"]);
    return out;
  };
  EXPECT_EQ(why("vent-1"), (std::vector<std::string>{"protected", "", "protected"}));
  EXPECT_EQ(why("accueil-1"), (std::vector<std::string>{"isolates_only", "isolates_only", ""}));
}

TEST(NetworkView, WhatWouldCutCordonOffSaysSo) {
  estate::Estate estate = hospital();
  estate.hosts[2].own = estate::Own::enforcer;
  estate.hosts[3].own = estate::Own::box;
  estate.own_ways = {{estate::HostIndex{3}, {2}, 3799, true, "accueil-1>fs@3799/udp"}};
  const NetworkView view(estate, {"r.1", {}});
  for (const char* host : {"fs", "accueil-1"}) {
    const json told = json::parse(view.offers_of_host(host));
    ASSERT_EQ(told["offers"].size(), 3U);
    for (const json& offer : told["offers"]) EXPECT_EQ(offer["why_not"], "own_way") << host;
    EXPECT_EQ(told["flows"]["list"][host == std::string("fs") ? 1 : 0]["why_not"], "own_way") << told["flows"];
  }
  EXPECT_EQ(json::parse(view.offers_of_network("Soins"))["offers"][0]["why_not"], "own_way");
}

TEST(NetworkView, AFlowCanBeCutAloneWhereAnEnforcerStandsAndACareFlowNever) {
  estate::Estate estate = hospital();
  estate.hosts[2].grain = estate::Grain::flow;
  const auto flow = [&](std::uint32_t client, std::uint32_t server, std::uint16_t port, bool care, bool udp = false) {
    estate::Flow one = estate.flows[0];
    one.client = {client};
    one.server = {server};
    one.port = port;
    one.care = care;
    one.udp = udp;
    estate.flows.push_back(one);
  };
  flow(0, 2, 2575, true);
  flow(0, 2, 2575, false);  // the same way: to cut it would cut the care flow
  flow(0, 2, 161, false, true);
  const NetworkView view(estate, {"r.1", {}});
  const json flows = json::parse(view.offers_of_host("pc-1"))["flows"];
  ASSERT_EQ(flows["list"].size(), 3U);
  EXPECT_EQ(flows["more"], 0);
  const json& files = flows["list"][0];
  EXPECT_EQ(files["key"], "block_flow pc-1>fs@445");
  EXPECT_EQ(files["why_not"], "");
  EXPECT_EQ(files["flow"]["other"], "fs");
  EXPECT_EQ(files["flow"]["outgoing"], true);
  EXPECT_EQ(files["flow"]["service"], "prescriptions");
  EXPECT_NEAR(files["harm"], 6, 1e-9);
  EXPECT_EQ(files["needs"], json({"cyber", "director"}));
  EXPECT_EQ(flows["list"][1]["why_not"], "by_hand") << "no means cuts UDP";
  EXPECT_EQ(flows["list"][2]["key"], "block_flow pc-1>fs@2575");
  EXPECT_EQ(flows["list"][2]["why_not"], "care_flow");
  EXPECT_EQ(json::parse(view.offers_of_host("fs"))["flows"]["list"][0]["flow"]["outgoing"], false);
  estate.hosts[2].grain = estate::Grain::isolate;
  const NetworkView at_the_port(estate, {"r.1", {}});
  EXPECT_EQ(json::parse(at_the_port.offers_of_host("accueil-1"))["flows"]["list"][0]["why_not"], "no_single_flow");
}

TEST(NetworkView, TheFlowsOfAHostAreBounded) {
  estate::Estate estate = hospital();
  const estate::Flow first = estate.flows[0];
  for (std::size_t i = 0; i < offers_max; ++i) {
    estate.flows.push_back(first);
    estate.flows.back().port = static_cast<std::uint16_t>(1000 + i);
  }
  const json flows = json::parse(NetworkView(estate, {"r.1", {}}).offers_of_host("pc-1"))["flows"];
  EXPECT_EQ(flows["list"].size(), offers_max);
  EXPECT_EQ(flows["more"], 1);
}

TEST(NetworkView, APassageOfTheHostAndABorderOfTheNetworkCanBeClosed) {
  estate::Estate estate = hospital();
  estate.passages.push_back({{3}, {0}, true, true});
  const NetworkView view(estate, {"r.1", {}});
  const json host = json::parse(view.offers_of_host("pc-1"));
  ASSERT_EQ(host["offers"].size(), 4U);
  EXPECT_EQ(host["offers"][3]["key"], "close_passage accueil-1>pc-1 spreading");
  const json network = json::parse(view.offers_of_network("Soins"));
  ASSERT_EQ(network["offers"].size(), 1U);
  EXPECT_EQ(network["offers"][0]["key"], "close_border Bureaux>Soins spreading");
  EXPECT_NEAR(network["offers"][0]["harm"], 6, 1e-9);
  EXPECT_EQ(view.offers_of_host("nobody"), "");
  EXPECT_EQ(view.offers_of_network("nowhere"), "");
}

TEST(NetworkView, AHostIsToldWithEveryAddressItWasSeenUnder) {
  const NetworkView view(hospital(),
                         {"r.1",
                          {key_of("10.77.0.11", "02:77:00:00:00:11"), key_of("10.77.0.50", "02:77:00:00:00:11"),
                           key_of("10.77.0.20", "02:77:00:00:00:20")}});
  const json seen = json::parse(view.offers_of_host("pc-1"))["seen_as"];
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1]["address"], "10.77.0.50");
  EXPECT_EQ(seen[1]["sensor"], "span0");
}

KnownFlow known(const char* client, const char* server, std::uint16_t port, double last = 5) {
  return {*IpAddress::parse(client), *IpAddress::parse(server), port, at(1), at(last),
          event::Transport::tcp,     event::FlowState::answered};
}

TEST(NetworkView, AHostIsToldWithTheFlowsThatWereSeenAndNobodyDeclared) {
  const NetworkView view(hospital(), {"r.1", {key_of("10.77.0.50", "02:77:00:00:00:11")}});
  const std::vector<KnownFlow> flows{known("10.77.0.11", "10.77.0.20", 445),  // declared
                                     known("10.77.0.50", "10.77.0.20", 1433, 9),
                                     known("192.0.2.7", "10.77.0.11", 104, 7),
                                     known("10.78.0.11", "10.77.0.20", 80),  // of others
                                     known("10.77.0.11", "10.78.0.11", 3389, 8)};
  const json told = json::parse(view.offers_of_host("pc-1", flows));
  ASSERT_EQ(told["seen_flows"]["list"].size(), 3U) << told["seen_flows"]["list"];
  EXPECT_EQ(told["seen_flows"]["list"][0], json({{"opened", true},
                                                 {"peer", "fs"},
                                                 {"port", 1433},
                                                 {"udp", false},
                                                 {"state", "answered"},
                                                 {"first", seconds_of(at(1))},
                                                 {"last", seconds_of(at(9))},
                                                 {"undeclared_way", false}}));
  EXPECT_EQ(told["seen_flows"]["list"][1]["peer"], "accueil-1");
  EXPECT_EQ(told["seen_flows"]["list"][1]["undeclared_way"], false) << "a border permits it";
  EXPECT_EQ(told["seen_flows"]["list"][2]["opened"], false);
  EXPECT_EQ(told["seen_flows"]["list"][2]["peer"], "192.0.2.7");
  EXPECT_EQ(told["seen_flows"]["more"], 0);
  std::vector<KnownFlow> by_udp{known("10.77.0.11", "10.77.0.20", 445)};
  by_udp[0].transport = event::Transport::udp;
  by_udp[0].state = event::FlowState::one_way;
  const json seen = json::parse(view.offers_of_host("pc-1", by_udp))["seen_flows"]["list"];
  ASSERT_EQ(seen.size(), 1U) << "port 445 is declared over TCP";
  EXPECT_EQ(seen[0]["udp"], true);
  EXPECT_EQ(seen[0]["state"], "one_way");
  EXPECT_EQ(seen[0]["undeclared_way"], false) << "attacks spread over TCP";
}

TEST(NetworkView, ASeenWayOfSpreadThatNothingDeclaredPermitsIsMarkedAndInNoPlan) {
  estate::Estate estate = hospital();
  estate.borders.clear();
  const NetworkView view(estate, {"r.1", {}});
  const std::vector<KnownFlow> flows{known("10.77.0.11", "10.78.0.11", 3389), known("10.77.0.11", "10.78.0.11", 80, 4)};
  const json told = json::parse(view.offers_of_host("pc-1", flows));
  EXPECT_EQ(told["seen_flows"]["list"][0]["undeclared_way"], true);
  EXPECT_EQ(told["seen_flows"]["list"][1]["undeclared_way"], false) << "no attack spreads by it";
  EXPECT_EQ(told["offers"], json::parse(view.offers_of_host("pc-1"))["offers"]);
}

TEST(NetworkView, TheFlowsToldAreBoundedTheLatestFirst) {
  const NetworkView view(hospital(), {"r.1", {}});
  std::vector<KnownFlow> flows;
  for (std::uint16_t i = 0; i < flows_told_max + 3; ++i)
    flows.push_back(known("10.77.0.11", "10.77.0.20", 1000 + i, i));
  const json told = json::parse(view.offers_of_host("pc-1", flows));
  EXPECT_EQ(told["seen_flows"]["list"].size(), flows_told_max);
  EXPECT_EQ(told["seen_flows"]["more"], 3);
  EXPECT_EQ(told["seen_flows"]["list"][0]["port"], 1000 + flows_told_max + 2);
}

TEST(NetworkView, TheListIsBoundedAndTheDeclaredStandFirst) {
  estate::Estate estate = hospital();
  while (estate.hosts.size() < network_hosts_max) {
    estate::Host host;
    host.name = "h" + std::to_string(estate.hosts.size());
    estate.hosts.push_back(host);
  }
  const json view = json::parse(NetworkView(estate, {"r.1", {key_of("192.0.2.7", "02:00:00:00:00:07")}}).text());
  EXPECT_EQ(view["hosts"].size(), network_hosts_max);
  EXPECT_EQ(view["hosts_more"], 1);
  EXPECT_EQ(view["hosts"].back()[0], "h" + std::to_string(network_hosts_max - 1));
}

TEST(NetworkView, TheActionsAreBoundedTheDearestFirst) {
  estate::Estate estate = hospital();
  while (estate.borders.size() < offers_max + 2) {
    estate.networks.push_back({"n" + std::to_string(estate.networks.size()), {0}, std::nullopt, {}, {}});
    estate.borders.push_back({{static_cast<std::uint32_t>(estate.networks.size() - 1)}, {0}, {true, false}, true});
  }
  const json offers = json::parse(NetworkView(estate, {"r.1", {}}).offers_of_network("Soins"));
  EXPECT_EQ(offers["offers"].size(), offers_max);
  EXPECT_EQ(offers["offers_more"], 1);
  EXPECT_EQ(offers["offers"][0]["key"], "close_border Bureaux>Soins spreading");
}

/// A State in which these hosts were judged, each with its verdict.
State judged(const std::vector<std::pair<event::HostKey, event::Level>>& hosts) {
  State out{Policy{}.tally};
  std::uint64_t n = 0;
  for (const auto& [key, level] : hosts) {
    event::Verdict verdict;
    verdict.at = at(1);
    verdict.host = key;
    verdict.level = level;
    out.apply(Sequence{++n}, verdict);
  }
  return out;
}

TEST(NetworkMarks, NameWhoIsNotQuietByTheNameOfTheEstate) {
  const Engine engine(Policy{}, hospital(),
                      judged({{key_of("10.77.0.11", "02:77:00:00:00:11"), event::Level::suspect},
                              {key_of("192.0.2.7", "02:00:00:00:00:07"), event::Level::infected}}));
  const json shown = network_marks(engine, "r.1");
  EXPECT_EQ(shown["revision"], "r.1");
  ASSERT_EQ(shown["marks"].size(), 2U);
  EXPECT_EQ(shown["marks"][0], json({{"host", "192.0.2.7"}, {"level", "infected"}, {"verdict", 2}}));
  EXPECT_EQ(shown["marks"][1], json({{"host", "pc-1"}, {"level", "suspect"}, {"one_sided", true}, {"verdict", 1}}));
  EXPECT_EQ(shown["counts"]["infected"], 1);
  EXPECT_EQ(shown["counts"]["suspect"], 1);
  EXPECT_EQ(shown["counts"]["waits"], 0);
}

TEST(NetworkMarks, ShowCutsThatAreNotOverAndLinesThatWait) {
  State state = judged({{key_of("10.77.0.11", "02:77:00:00:00:11"), event::Level::infected}});
  const auto cut = [&](std::uint64_t n, const std::string& key, event::CutState now) {
    event::CutDecided decided;
    decided.id = "cut-" + std::to_string(n);
    decided.at = at(2);
    decided.key = key;
    decided.action = key.substr(0, key.find(' '));
    decided.host = key_of("10.77.0.11", "02:77:00:00:00:11");
    state.apply(Sequence{n}, decided);
    state.apply(Sequence{n + 1}, event::CutChanged{at(3), decided.id, now, "", "", 0});
  };
  cut(10, "block_out pc-1", event::CutState::holds);
  cut(12, "close_border Bureaux>Soins spreading", event::CutState::unproven);
  cut(14, "shield fs", event::CutState::lifted);
  event::PlanMade plan;
  event::PlannedAction line;
  line.key = "isolate pc-1";
  line.disposition = event::Disposition::waits;
  plan.actions.push_back(line);
  line.key = "disable_account adm";  // which stands nowhere on the map
  line.disposition = event::Disposition::advised;
  plan.actions.push_back(line);
  plan.rule = std::string(contain::care_rule);
  state.apply(Sequence{20}, plan);
  for (const std::string key : {"isolate pc-1", "block_flow accueil-1>fs@445", "disable_account adm"}) {
    state.apply(Sequence{21}, event::HandDone{at(4), key, true, "a.durand", "", ""});
  }
  const json shown = network_marks(Engine(Policy{}, hospital(), std::move(state)), "");
  ASSERT_EQ(shown["marks"].size(), 3U);
  EXPECT_EQ(shown["marks"][0]["network"], "Bureaux") << "what is unproven stands first";
  EXPECT_EQ(shown["marks"][0]["cuts"], json({{{"id", "cut-12"},
                                              {"state", "unproven"},
                                              {"action", "close_border"},
                                              {"key", "close_border Bureaux>Soins spreading"}}}));
  EXPECT_EQ(shown["marks"][1]["host"], "pc-1");
  EXPECT_EQ(shown["marks"][1]["cuts"][0]["state"], "holds");
  EXPECT_EQ(shown["marks"][1]["cuts"][1],
            json({{"id", ""}, {"state", "by_hand"}, {"action", "isolate"}, {"key", "isolate pc-1"}}));
  EXPECT_EQ(shown["marks"][2]["host"], "accueil-1");
  EXPECT_EQ(shown["marks"][1]["lines"], json({{{"key", "isolate pc-1"}, {"state", "waits"}}}));
  EXPECT_EQ(shown["counts"], json({{"infected", 1},
                                   {"suspect", 0},
                                   {"holds", 1},
                                   {"unproven", 1},
                                   {"pending", 0},
                                   {"rehearsed", 0},
                                   {"waits", 1},
                                   {"advised", 0},
                                   {"by_hand", 3}}));
}

TEST(NetworkMarks, AreBoundedTheWorstFirstAndCountedWhole) {
  std::vector<std::pair<event::HostKey, event::Level>> hosts;
  for (std::size_t i = 0; i <= marks_max; ++i) {
    hosts.emplace_back(
        key_of("10.9." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1), "02:00:00:00:00:07"),
        i == marks_max ? event::Level::infected : event::Level::suspect);
  }
  const json shown = network_marks(Engine(Policy{}, hospital(), judged(hosts)), "r.1");
  EXPECT_EQ(shown["marks"].size(), marks_max);
  EXPECT_EQ(shown["marks_more"], 1);
  EXPECT_EQ(shown["marks"][0]["level"], "infected");
  EXPECT_EQ(shown["counts"]["suspect"], marks_max);
  EXPECT_LT(shown.dump().size(), 300'000U) << "what one situation may carry";
}

}  // namespace
}  // namespace cordon::engine
