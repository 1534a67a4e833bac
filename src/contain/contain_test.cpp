// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "contain/identity.h"
#include "contain/keys.h"
#include "contain/lines.h"
#include "contain/means.h"
#include "contain/own_way.h"
#include "contain/plan.h"
#include "contain/proof.h"

namespace cordon::contain {
namespace {

using event::CutState;
using event::Disposition;
using event::EnforcerStep;
using event::HostKey;

HostKey key(const char* mac, const char* ip) {
  return {"span0", 0, *Mac::parse(mac), *IpAddress::parse(ip), {}};
}
const HostKey attacker = key("02:77:00:00:00:12", "10.77.0.12");

struct Night {
  estate::Estate estate;
  std::vector<HostKey> seen{attacker, key("02:77:00:00:00:12", "fd00:77::12"), key("02:77:00:00:00:11", "10.77.0.11")};
  event::Mode mode = event::Mode::guard;
  std::uint32_t recent = 0;
  double budget = 1000;

  event::PlanMade plan(HostKey host) const {
    event::Verdict v;
    v.host = host;
    v.level = event::Level::infected;
    const std::vector<HostKey> infected{host};
    return make_plan({.verdict = v,
                      .verdict_entry = Sequence{9},
                      .seen = seen,
                      .infected = infected,
                      .estate = estate,
                      .mode = mode,
                      .automatic_cuts_last_hour = recent,
                      .harm_budget_left = budget});
  }
  /// take has a MAC speak under so many addresses that nobody declared, one after the other.
  void take(const char* mac, int addresses) {
    for (int i = 0; i < addresses; ++i) {
      seen.push_back(key(mac, ("10.78.0." + std::to_string(i)).c_str()));
      seen.back().since = WallTime{} + std::chrono::hours(i);
    }
  }
  estate::Host& declare(const char* name, estate::Role role, const char* ip) {
    estate::Host h;
    h.name = name;
    h.role = role;
    h.addresses = {*IpAddress::parse(ip)};
    estate.hosts.push_back(h);
    return estate.hosts.back();
  }
};

TEST(Plan, CutsTheMacAndEveryAddressUnderItAndNothingElse) {
  const auto plan = Night{}.plan(attacker);
  ASSERT_EQ(plan.actions.size(), 1U);
  const auto& a = plan.actions[0];
  EXPECT_EQ(a.disposition, Disposition::cut);
  EXPECT_EQ(a.macs, std::vector{attacker.mac});
  EXPECT_EQ(a.ips, (std::vector{attacker.ip, *IpAddress::parse("fd00:77::12")}));
}

TEST(Plan, NeverCutsAProtectedHost) {
  Night n;
  n.declare("ventilator", estate::Role::medical_device, "10.77.0.12").is_protected = true;
  const auto action = n.plan(attacker).actions[0];
  EXPECT_EQ(action.disposition, Disposition::withheld);
  EXPECT_EQ(std::ranges::find(action.ips, attacker.ip), action.ips.end());
}

TEST(Plan, ABlockThatWouldStopCareWhichNoRuleCanLetPassIsAPersonsToDecide) {
  Night n;
  n.declare("ws2", estate::Role::workstation, attacker.ip.text().c_str());
  n.declare("pacs", estate::Role::server, "10.77.0.40").addresses.clear();
  n.estate.units.push_back({"Réanimation", estate::UnitKind::reanimation, {0}, 14, 14});
  estate::Flow flow;
  flow.client = {0};
  flow.server = {1};
  flow.unit = {0};
  flow.port = 445;
  flow.care = true;
  n.estate.flows.push_back(flow);
  const auto action = n.plan(attacker).actions[0];
  EXPECT_EQ(action.disposition, Disposition::advised);
  EXPECT_NE(action.why.find("its care with pacs"), std::string::npos);
  n.estate.hosts[1].addresses = {*IpAddress::parse("10.77.0.40")};
  EXPECT_EQ(n.plan(attacker).actions[0].disposition, Disposition::cut);
  n.estate.hosts[1].addresses.clear();
  n.estate.flows[0].port = 104;
  EXPECT_EQ(n.plan(attacker).actions[0].disposition, Disposition::cut);
}

TEST(Plan, AnImpostorOfAProtectedAddressDoesNotGetItCut) {
  Night n;
  auto& ventilator = n.declare("ventilator", estate::Role::medical_device, "10.77.0.40");
  ventilator.is_protected = true;
  ventilator.macs = {*Mac::parse("02:77:00:00:00:40")};
  n.seen.push_back(key("02:77:00:00:00:12", "10.77.0.40"));  // the attacker speaks under the ventilator's address too
  const auto action = n.plan(attacker).actions[0];
  EXPECT_EQ(action.disposition, Disposition::cut);
  for (const IpAddress& ip : action.ips) EXPECT_NE(ip.text(), "10.77.0.40");
}

TEST(Plan, NeverCutsCordonsOwnBoxNorWhoCarriesItsCutsOutNorTakesTheirAddressesAlong) {
  for (const estate::Own own : {estate::Own::box, estate::Own::enforcer}) {
    Night n;
    n.declare("cordon-1", estate::Role::server, "10.77.0.40").own = own;
    const auto theirs = n.plan(key("02:77:00:00:00:40", "10.77.0.40")).actions[0];
    EXPECT_EQ(theirs.disposition, Disposition::withheld);
    EXPECT_EQ(theirs.why, std::string(own_way_reason) + "cordon-1");
    n.seen.push_back(key("02:77:00:00:00:12", "10.77.0.40"));  // the attacker borrows the address
    const auto action = n.plan(attacker).actions[0];
    EXPECT_EQ(action.disposition, Disposition::cut);
    EXPECT_EQ(std::ranges::count(action.ips, *IpAddress::parse("10.77.0.40")), 0);
  }
}

TEST(Plan, AnImpostorOfAnInnocentHostDoesNotGetItCut) {
  Night n;
  n.declare("ws1", estate::Role::workstation, "10.77.0.11").macs = {*Mac::parse("02:77:00:00:00:11")};
  EXPECT_EQ(n.plan(key("02:77:00:00:00:66", "10.77.0.11")).actions[0].disposition, Disposition::withheld);
}

TEST(Plan, WhoSpokeUnderAnInnocentsAddressBeforeDoesNotTakeItAlong) {
  Night n;
  n.declare("ws1", estate::Role::workstation, "10.77.0.11").macs = {*Mac::parse("02:77:00:00:00:11")};
  n.seen.push_back(key("02:77:00:00:00:12", "10.77.0.11"));
  const auto action = n.plan(attacker).actions[0];
  EXPECT_EQ(action.disposition, Disposition::cut);
  EXPECT_EQ(action.ips, (std::vector{attacker.ip, *IpAddress::parse("fd00:77::12")}));
}

TEST(Plan, AnAddressThatWasGivenOutAnewIsNoPartOfACutOfWhoHadItBefore) {
  Night n;
  estate::Host& monitor = n.declare("monitor", estate::Role::medical_device, "10.77.0.11");
  monitor.macs = {*Mac::parse("02:77:00:00:00:11")};
  monitor.addresses.clear();  // given out by DHCP
  const IpAddress given_out = *IpAddress::parse("10.77.0.61");
  const auto is_cut = [&] { return std::ranges::count(n.plan(attacker).actions[0].ips, given_out) > 0; };
  HostKey before = key("02:77:00:00:00:12", "10.77.0.61");
  before.since = attacker.since - std::chrono::hours(20);
  n.seen.push_back(before);
  EXPECT_TRUE(is_cut());
  HostKey after = key("02:77:00:00:00:11", "10.77.0.61");
  after.since = attacker.since - std::chrono::minutes(1);
  n.seen.push_back(after);
  EXPECT_FALSE(is_cut());
  monitor.role = estate::Role::network;
  EXPECT_TRUE(is_cut()) << "behind a router everybody has its MAC";
  monitor.role = estate::Role::medical_device;
  n.seen.back().mac = *Mac::parse("02:77:00:00:00:99");
  EXPECT_TRUE(is_cut()) << "a MAC that nobody declared is anybody's to take";
  n.seen.back() = after;
  n.seen.back().since = before.since - std::chrono::hours(1);
  EXPECT_TRUE(is_cut()) << "he had it last";
}

TEST(Identity, AnAddressBelongsToTheMacItIsDeclaredWith) {
  Night n;
  n.declare("ws1", estate::Role::workstation, "10.77.0.11").macs = {*Mac::parse("02:77:00:00:00:11")};
  n.declare("ws3", estate::Role::workstation, "10.77.0.13");
  const auto speaker = [&](const char* mac, const char* ip) { return speaker_of(n.estate, key(mac, ip), n.seen); };
  const auto impostor = [&](const char* mac, const char* ip) { return speaker(mac, ip) != Speaker::itself; };
  EXPECT_TRUE(impostor("02:77:00:00:00:12", "10.77.0.11"));
  EXPECT_FALSE(impostor("02:77:00:00:00:11", "10.77.0.11"));
  EXPECT_FALSE(impostor("02:77:00:00:00:11", "10.77.0.99")) << "an address of nobody";
  EXPECT_FALSE(impostor("02:77:00:00:00:12", "10.77.0.13")) << "no MAC is declared: nothing binds";
  EXPECT_EQ(speaker("00:00:00:00:00:00", "10.77.0.11"), Speaker::unsure) << "answered at no one machine's MAC";
  EXPECT_FALSE(impostor("00:00:00:00:00:00", "10.77.0.13"));
  EXPECT_EQ(speaker("00:00:5e:00:01:07", "10.77.0.11"), Speaker::unsure) << "a router that nobody declared";
  EXPECT_EQ(speaker("02:77:00:00:00:12", "10.77.0.11"), Speaker::another);
  n.take("02:77:00:00:00:12", addresses_per_mac_max);
  EXPECT_EQ(speaker("02:77:00:00:00:12", "10.77.0.11"), Speaker::unsure) << "a router, or somebody who plays one";
  n.declare("pc", estate::Role::workstation, "10.77.0.50").macs = {attacker.mac};
  EXPECT_EQ(speaker("02:77:00:00:00:12", "10.77.0.11"), Speaker::another) << "whatever addresses it takes";
  n.estate.hosts.back().role = estate::Role::network;
  EXPECT_EQ(speaker("02:77:00:00:00:12", "10.77.0.11"), Speaker::itself) << "behind a router everybody has its MAC";
}

TEST(Identity, WhoSpeaksBehindARouterOrUnderAnAddressOfHisOwn) {
  Night n;
  n.declare("ts", estate::Role::terminal_server, "10.77.0.11").macs = {*Mac::parse("02:77:00:00:00:11")};
  const HostKey undeclared = key("02:77:00:00:00:11", "fd00:77::11");
  EXPECT_EQ(host_of(n.estate, undeclared)->value, 0U);
  EXPECT_TRUE(stands_for_many(n.estate, undeclared));
  n.estate.hosts[0].role = estate::Role::network;
  EXPECT_FALSE(host_of(n.estate, undeclared)) << "whoever that is, it is not the router";
}

TEST(Plan, WhoTakesManyAddressesToGetAnInnocentHostCutDoesNot) {
  Night n;
  n.declare("ws1", estate::Role::workstation, "10.77.0.11").macs = {*Mac::parse("02:77:00:00:00:11")};
  n.take("02:77:00:00:00:66", addresses_per_mac_max + 1);
  const auto action = n.plan(key("02:77:00:00:00:66", "10.77.0.11")).actions[0];
  EXPECT_EQ(action.disposition, Disposition::withheld);
  EXPECT_NE(action.why.find("a person decides"), std::string::npos) << action.why;
}

TEST(Plan, AMachineThatChangesItsAddressesIsCutByItsMacAndTheLatest) {
  Night n;
  n.declare("pc-12", estate::Role::workstation, "10.77.0.12").macs = {attacker.mac};
  n.take("02:77:00:00:00:12", 20);
  const auto action = n.plan(n.seen.back()).actions[0];
  EXPECT_EQ(action.macs, std::vector{attacker.mac});
  EXPECT_EQ(action.what, "pc-12") << "its MAC says who it is";
  for (const char* ip : {"10.77.0.12", "10.78.0.19", "10.78.0.12"}) {
    EXPECT_NE(std::ranges::find(action.ips, *IpAddress::parse(ip)), action.ips.end()) << ip;
  }
  EXPECT_EQ(action.ips.size(), addresses_per_mac_max + 1) << "as many as a request to the bridge takes";
}

TEST(Plan, WhoIsKnownByItsMacAloneCostsWhatItCosts) {
  Night n;
  auto& pc = n.declare("pc-12", estate::Role::workstation, "10.77.0.12");
  pc.macs = {attacker.mac};
  pc.harm_per_hour_blocked = 0.5;
  for (const bool declared_by_mac_alone : {false, true}) {
    if (declared_by_mac_alone) n.estate.hosts[0].addresses.clear();
    n.budget = 1000;
    EXPECT_DOUBLE_EQ(n.plan(key("02:77:00:00:00:12", "fd00:77::12")).harm_cut, 6.0);
    n.budget = 5;
    EXPECT_EQ(n.plan(key("02:77:00:00:00:12", "fd00:77::12")).actions[0].disposition, Disposition::advised);
  }
}

TEST(Plan, LeavesTheMacOfARouterAlone) {
  Night n;
  n.take("02:77:00:00:00:12", addresses_per_mac_max);
  const auto action = n.plan(attacker).actions[0];
  EXPECT_TRUE(action.macs.empty());
  EXPECT_EQ(action.ips, std::vector{attacker.ip});
}

TEST(Plan, LeavesAMacThatRoutersShareAloneHoweverFewWereSeenBehindIt) {
  for (const char* mac :
       {"00:00:5e:00:01:07", "00:00:5e:00:02:07", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "00:07:b4:00:01:02"}) {
    Night n;
    n.seen.push_back(key(mac, "10.78.0.1"));
    const auto action = n.plan(key(mac, "10.77.0.12")).actions[0];
    EXPECT_EQ(action.disposition, Disposition::cut);
    EXPECT_TRUE(action.macs.empty()) << mac;
    EXPECT_EQ(action.ips, std::vector{attacker.ip});
  }
}

TEST(Plan, WhoIsAnsweredAtNoOneMachinesMacGetsNobodyCut) {
  Night n;
  n.declare("ws1", estate::Role::workstation, "10.77.0.11").macs = {*Mac::parse("02:77:00:00:00:11")};
  const auto action = n.plan(key("00:00:00:00:00:00", "10.77.0.11")).actions[0];
  EXPECT_EQ(action.disposition, Disposition::withheld);
  EXPECT_NE(action.why.find("a person decides"), std::string::npos) << action.why;
  const auto undeclared = n.plan(key("00:00:00:00:00:00", "10.77.0.12")).actions[0];
  EXPECT_EQ(undeclared.disposition, Disposition::cut);
  EXPECT_TRUE(undeclared.macs.empty());
  EXPECT_EQ(undeclared.ips, std::vector{attacker.ip});
}

TEST(Plan, SendsPeopleToTheMachineWhoseAddressItWas) {
  Night n;
  auto& ventilator = n.declare("ventilator", estate::Role::medical_device, "10.77.0.40");
  ventilator.is_protected = true;
  ventilator.macs = {*Mac::parse("02:77:00:00:00:40")};
  n.declare("ws1", estate::Role::workstation, "10.77.0.11").macs = {*Mac::parse("02:77:00:00:00:11")};
  n.declare("ws3", estate::Role::workstation, "10.77.0.13");
  const auto under_its_mac = [&](const char* ip) { return n.plan(key("02:77:00:00:00:40", ip)).actions[0]; };
  EXPECT_EQ(under_its_mac("10.77.0.11").disposition, Disposition::withheld);
  EXPECT_NE(under_its_mac("10.77.0.11").why.find(" answers for ws1"), std::string::npos);
  for (const char* ip : {"10.77.0.40", "10.77.0.99", "10.77.0.13"}) {  // its own, nobody's, one that no MAC binds
    EXPECT_EQ(under_its_mac(ip).disposition, Disposition::withheld) << ip;
    EXPECT_NE(under_its_mac(ip).why.find("ventilator is protected"), std::string::npos) << ip;
  }
  n.estate.hosts[0].role = estate::Role::network;
  EXPECT_EQ(under_its_mac("10.77.0.99").disposition, Disposition::advised) << "nobody knows who that is";
  for (const char* ip : {"10.77.0.11", "10.77.0.13"}) {
    const auto behind = under_its_mac(ip);
    EXPECT_EQ(behind.disposition, Disposition::cut) << "who speaks behind a router is not the router: " << behind.why;
    EXPECT_EQ(behind.what, n.estate.find(*IpAddress::parse(ip))->name);
    EXPECT_EQ(behind.ips, std::vector{*IpAddress::parse(ip)});
    EXPECT_EQ(behind.macs, n.estate.find(*IpAddress::parse(ip))->macs) << "never the router's";
  }
}

TEST(Plan, LeavesTheDecisionToAPersonWhereManyStandBehindOneAddressOrTheRateIsSpent) {
  Night n;
  n.declare("tse", estate::Role::terminal_server, "10.77.0.12");
  EXPECT_EQ(n.plan(attacker).actions[0].disposition, Disposition::advised);
  Night rate;
  rate.recent = 20;
  EXPECT_EQ(rate.plan(attacker).actions[0].disposition, Disposition::advised);
  Night watch;
  watch.mode = event::Mode::watch;
  EXPECT_EQ(watch.plan(attacker).actions[0].disposition, Disposition::advised);
}

TEST(Lines, WhatIsApprovedNamesWhoMustAgreeAndHowMuchItCosts) {
  event::PlannedAction line;
  line.key = "block_out pc-1";
  line.harm = 2;
  line.needs = {event::Role::cyber};
  event::PlannedAction heavier = line;
  heavier.needs.push_back(event::Role::director);
  EXPECT_NE(exact_text(heavier), exact_text(line)) << "one person's approval is not two persons'";
  heavier = line;
  heavier.harm = 200;
  EXPECT_NE(exact_text(heavier), exact_text(line));
  heavier.harm = 2.1;
  EXPECT_EQ(exact_text(heavier), exact_text(line)) << "the same to whoever decides";
}

TEST(Lines, EveryKeyLeadsBackToItsAction) {
  Night n;
  n.declare("a b", estate::Role::workstation, "10.77.0.1");
  n.declare("a", estate::Role::workstation, "10.77.0.2");
  n.declare("b@1", estate::Role::server, "10.77.0.3");
  n.estate.networks = {{"Soins", {0}, 1, {}, {}}, {"Soins 2", {0}, 2, {}, {}}};
  for (const bool udp : {false, true}) {
    for (const auto& [client, server] : {std::pair{0U, 2U}, std::pair{1U, 2U}, std::pair{2U, 0U}}) {
      n.estate.flows.push_back({.client = {client}, .server = {server}, .port = 445, .udp = udp, .unit = {0}});
    }
  }
  n.estate.passages = {{{0}, {2}, false, true}, {{0}, {2}, true, true}, {{1}, {0}, true, true}};
  n.estate.borders.resize(2);
  n.estate.borders[0].to = {1};
  n.estate.borders[1].from = {1};
  n.estate.accounts.push_back({.name = "b.martin", .signs_in_on = {}, .unit = {0}});
  n.estate.sessions.push_back({.host = {2}, .login = "b.martin", .account = std::nullopt});
  const Keys keys(n.estate);
  std::size_t actions = 0;
  for (const auto& [kind, count] :
       {std::pair{ActionKind::block_out, 3U}, std::pair{ActionKind::shield, 3U}, std::pair{ActionKind::isolate, 3U},
        std::pair{ActionKind::cut_flow, 6U}, std::pair{ActionKind::close_passage, 3U},
        std::pair{ActionKind::close_border, 2U}, std::pair{ActionKind::disable_account, 1U},
        std::pair{ActionKind::end_sessions, 1U}}) {
    for (std::uint32_t index = 0; index < count; ++index) {
      for (const bool other : {false, true}) {
        if (other && kind != ActionKind::close_border) continue;
        const Action action{kind, index, other};
        EXPECT_EQ(keys.find(key_of(n.estate, action)), action) << key_of(n.estate, action);
        ++actions;
      }
    }
  }
  EXPECT_EQ(actions, 24U);
  for (const char* unknown :
       {"", "isolate", "isolate c", "block_flow a>b@1@446", "block_flow a>", "burn a", "isolate a "}) {
    EXPECT_FALSE(keys.find(unknown)) << unknown;
  }
}

TEST(Plan, CountsHarmByTheEstatesOwnWeights) {
  Night n;
  auto& ws2 = n.declare("ws2", estate::Role::workstation, "10.77.0.12");
  ws2.harm_per_hour_blocked = 0.5;
  ws2.harm_if_lost = 10;
  n.declare("ws1", estate::Role::workstation, "10.77.0.11").harm_if_lost = 30;
  EXPECT_DOUBLE_EQ(n.plan(attacker).harm_cut, 6.0);  // twelve hours of incident
  EXPECT_DOUBLE_EQ(n.plan(attacker).harm_left, 10);
  n.mode = event::Mode::watch;
  EXPECT_DOUBLE_EQ(n.plan(attacker).harm_left, 40);
}

TEST(Lines, NameEveryAddressOfAHostHoweverManyItHas) {
  estate::Estate estate;
  estate::Host host;
  host.name = "pc-1";
  for (int i = 10; i < 15; ++i) host.macs.push_back(*Mac::parse("02:77:00:00:01:" + std::to_string(i)));
  for (int i = 1; i <= 20; ++i) host.addresses.push_back(*IpAddress::parse("10.78.0." + std::to_string(i)));
  estate.hosts.push_back(host);
  const event::PlannedAction line = line_of(estate, {ActionKind::isolate, 0}, {});
  EXPECT_EQ(line.ips.size(), host.addresses.size());
  EXPECT_EQ(line.macs.size(), host.macs.size());
}

TEST(Lines, WhoWasSeenStandsInTheNetworkOfHisVlanWhereTwoSitesUseTheSameAddresses) {
  estate::Estate estate;
  const estate::Prefix same{*IpAddress::parse("192.168.1.0"), 24};
  estate.sites = {{"Nord", {}}, {"Sud", {}}};
  estate.networks = {{"nord", {0}, 110, {same}}, {"sud", {1}, 210, {same}}};
  HostKey stranger = key("02:77:00:00:00:31", "192.168.1.31");
  const auto network = [&](std::uint16_t vlan) {
    stranger.vlan = vlan;
    return with_seen(estate, std::span(&stranger, 1), {}).hosts.at(0).network;
  };
  EXPECT_EQ(network(210), estate::NetworkIndex{1});
  EXPECT_EQ(network(110), estate::NetworkIndex{0});
  EXPECT_EQ(network(0), std::nullopt) << "nobody knows";
  estate.networks.pop_back();
  EXPECT_EQ(network(0), estate::NetworkIndex{0});
}

WallTime at(double s) {
  return wall_time_of(1000 + s);
}
event::EnforcerReport report(double s, EnforcerStep step, std::uint64_t drops = 0) {
  return {at(s), "cut-1", step, drops, "why", ""};
}

const event::MeansOffer bridge{"nftables", "cordon-nft", event::Reach::exact, true};
const event::MeansOffer file_server{"samba", "cordon-smb", event::Reach::file_service, false};
const event::MeansOffer switches{"radius", "radius", event::Reach::whole_host, false};

TEST(Proof, HoldsOnlyWithReadBackAndDrops) {
  Proof p(bridge);
  EXPECT_EQ(p.find({at(0), at(5), true}).state, CutState::decided);
  p.on_report(report(0.1, EnforcerStep::applied));
  EXPECT_EQ(p.find({at(0.1), at(5), true}).state, CutState::applied);
  p.on_report(report(0.6, EnforcerStep::read_back, 0));
  EXPECT_EQ(p.find({at(0.6), at(5), true}).state, CutState::applied);
  p.on_report(report(1.1, EnforcerStep::read_back, 3));
  EXPECT_EQ(p.find({at(1.1), at(5), true}).state, CutState::holds);
  EXPECT_EQ(p.find({at(1.1), at(5), false}).state, CutState::unproven) << "nobody watches";
}

TEST(Proof, WhatWasReadBackAndCannotBeLookedAtAnyMoreHoldsNoMore) {
  Proof p(switches);
  p.on_report(report(0.1, EnforcerStep::applied));
  p.on_report(report(0.6, EnforcerStep::read_back));
  EXPECT_TRUE(p.in_place_since());
  p.on_report(report(9, EnforcerStep::blind));
  EXPECT_EQ(p.find({at(9), at(5), true}).state, CutState::unproven);
  EXPECT_EQ(p.find({at(9), at(5), true}).detail, blind_reason);
  EXPECT_TRUE(p.find({at(9), at(5), true}).wants_help);
  EXPECT_FALSE(p.in_place_since());
  p.on_report(report(10, EnforcerStep::read_back));
  EXPECT_NE(p.find({at(10), at(5), true}).detail, blind_reason);
}

TEST(Proof, AnIdleHostIsUnprovenNotHeldAndWantsNoHelp) {
  Proof p(bridge);
  p.on_report(report(0.1, EnforcerStep::read_back, 0));
  EXPECT_EQ(p.find({at(6), at(5), true}).state, CutState::unproven);
  EXPECT_FALSE(p.find({at(6), at(5), true}).wants_help);
}

TEST(Proof, AnAcknowledgementAfterTheCutContradictsIt) {
  Proof p(bridge);
  p.on_report(report(0.1, EnforcerStep::read_back, 9));
  EXPECT_EQ(p.find({at(0.2), at(5), true}).state, CutState::applied) << "data may be on its way still";
  p.on_progress({at(0.3), attacker, *IpAddress::parse("10.77.0.20"), 445, 100});
  EXPECT_EQ(p.find({at(0.7), at(5), true}).state, CutState::holds) << "it was on its way when the cut fell";
  p.on_progress({at(3), attacker, *IpAddress::parse("10.77.0.20"), 445, 100});
  EXPECT_EQ(p.find({at(3), at(5), true}).state, CutState::unproven);
  EXPECT_TRUE(p.find({at(3), at(5), true}).wants_help);
  EXPECT_EQ(p.find({at(14), at(5), true}).state, CutState::unproven) << "it may write one file in a while";
  EXPECT_EQ(p.find({at(3) + contradiction_lasts, at(5), true}).state, CutState::holds);
}

TEST(Proof, WhatWasAcknowledgedWhileTheRuleWasGoneContradictsNothing) {
  Proof p(bridge);
  p.on_report(report(0.1, EnforcerStep::read_back, 9));
  p.on_progress({at(3), attacker, *IpAddress::parse("10.77.0.20"), 445, 100});
  p.on_report(report(3.2, EnforcerStep::missing));
  p.on_report(report(3.7, EnforcerStep::read_back, 9));
  EXPECT_EQ(p.find({at(4.5), at(5), true}).state, CutState::holds);
  p.on_progress({at(8), attacker, *IpAddress::parse("10.77.0.20"), 445, 100});
  EXPECT_EQ(p.find({at(8), at(5), true}).state, CutState::unproven) << "with the rule in place it does";
}

TEST(Proof, SilenceFailsAfterTheDeadlineAndALostRuleIsUnproven) {
  const Proof silent(bridge);
  EXPECT_EQ(silent.find({at(6), at(5), true}).state, CutState::failed);
  EXPECT_TRUE(silent.find({at(6), at(5), true}).wants_help);
  Proof lost(bridge);
  lost.on_report(report(1, EnforcerStep::missing));
  EXPECT_EQ(lost.find({at(1), at(5), true}).state, CutState::unproven);
  EXPECT_FALSE(lost.find({at(1), at(5), true}).wants_help) << "it is being asked for again";
  EXPECT_TRUE(lost.find({at(6), at(5), true}).wants_help);
  Proof dry(bridge);
  dry.on_report(report(0, EnforcerStep::rehearsed));
  EXPECT_EQ(dry.find({at(0), at(5), true}).state, CutState::rehearsed);
  EXPECT_EQ(dry.find({at(0), at(5), true}).detail, std::string(rehearsed_reason) + ": why") << "with what it would do";
}

TEST(Proof, WhoCountsNothingIsNeverProven) {
  Proof port(switches);
  port.on_report(report(0.1, EnforcerStep::applied));
  EXPECT_EQ(port.find({at(1), at(5), true}).state, CutState::applied);
  EXPECT_TRUE(port.find({at(6), at(5), true}).wants_help) << "a switch that nobody can read proves nothing";
  port.on_report(report(7, EnforcerStep::read_back));
  EXPECT_EQ(port.find({at(7), at(5), true}).state, CutState::unproven);
  EXPECT_EQ(port.find({at(7), at(5), true}).detail, "rule read back; nothing counts or tries what it stops");
  EXPECT_EQ(port.find({at(7), at(5), true}).counts_as, event::CountsAs::done);
  EXPECT_FALSE(port.find({at(7), at(5), true}).wants_help);
}

TEST(Proof, OneFileServerAloneNeverHoldsAHost) {
  Proof p(file_server);
  p.on_report(report(1, EnforcerStep::read_back));
  const auto found = p.find({at(2), at(5), true});
  EXPECT_EQ(found.state, CutState::unproven);
  EXPECT_FALSE(found.wants_help) << "it does all that it can";
}

TEST(Proof, SeveralMeansAreAsGoodAsTheirBest) {
  const Named failed{"nftables", {CutState::failed, "cordon-nft does not answer", true}};
  const Named partly{"samba", {CutState::unproven, "partly", false}};
  const Named holds{"radius", {CutState::holds, "read back", false}};
  EXPECT_EQ(together(std::vector{failed}).state, CutState::failed);
  EXPECT_TRUE(together(std::vector{failed}).wants_help);
  const auto two = together(std::vector{failed, partly});
  EXPECT_EQ(two.state, CutState::unproven);
  EXPECT_EQ(two.detail, "nftables: cordon-nft does not answer; samba: partly");
  EXPECT_FALSE(two.wants_help);
  EXPECT_EQ(together(std::vector{failed, partly, holds}).state, CutState::holds);
  EXPECT_EQ(together(std::vector{failed, partly, holds}).detail, "read back");
  EXPECT_FALSE(together({}).wants_help);
}

TEST(Means, ASwitchIsolatesNobodyWhoseCareWouldStop) {
  Night night;
  night.declare("ws1", estate::Role::workstation, "10.77.0.12");
  night.declare("lab", estate::Role::server, "10.77.0.30");
  EXPECT_TRUE(suits(switches, {"isolate", attacker}, night.estate));
  EXPECT_FALSE(suits(switches, {"block_spread", attacker}, night.estate)) << "more than was decided";
  estate::Flow results;
  results.client = estate::HostIndex{0};
  results.server = estate::HostIndex{1};
  results.care = true;
  night.estate.flows.push_back(results);
  EXPECT_FALSE(suits(switches, {"isolate", attacker}, night.estate));
  night.estate.flows.clear();
  night.estate.care_flows.push_back({*IpAddress::parse("10.77.0.12"), 2575, "HL7"});
  EXPECT_FALSE(suits(switches, {"isolate", attacker}, night.estate));
  night.estate.care_flows.clear();
  night.estate.hosts[0].is_protected = true;
  EXPECT_FALSE(suits(switches, {"isolate", attacker}, night.estate));
}

TEST(Means, AProtectedHostIsShieldedAndNothingElse) {
  Night night;
  night.declare("ventilator", estate::Role::medical_device, "10.77.0.12");
  night.estate.hosts[0].is_protected = true;
  for (const event::MeansOffer& offer : {switches, bridge, file_server}) {
    for (const char* action : {"block_spread", "block_out", "isolate"}) {
      EXPECT_FALSE(suits(offer, {action, attacker, std::span(&attacker.ip, 1)}, night.estate))
          << offer.name << " " << action;
    }
  }
  EXPECT_TRUE(suits(bridge, {"shield", attacker}, night.estate));
  EXPECT_TRUE(cuts_off_protected(night.estate, {ActionKind::block_out, 0}));
  EXPECT_TRUE(cuts_off_protected(night.estate, {ActionKind::isolate, 0}));
  EXPECT_FALSE(cuts_off_protected(night.estate, {ActionKind::shield, 0}));
  night.estate.hosts[0].is_protected = false;
  EXPECT_TRUE(suits(bridge, {"block_out", attacker}, night.estate));
  EXPECT_FALSE(cuts_off_protected(night.estate, {ActionKind::isolate, 0}));
}

TEST(Means, AFileServerDoesItsPartOfAHostsCutAndNothingElse) {
  const estate::Estate estate;
  const std::vector<IpAddress> ips{attacker.ip};
  for (const char* action : {"block_spread", "block_out", "isolate"}) {
    EXPECT_TRUE(suits(file_server, {action, attacker, ips}, estate));
    EXPECT_FALSE(suits(file_server, {action, attacker}, estate)) << "it knows addresses alone, and there is none left";
  }
  for (const char* action : {"shield", "block_flow", "close_border"}) {
    EXPECT_FALSE(suits(file_server, {action, attacker, ips}, estate));
    EXPECT_TRUE(suits(bridge, {action, attacker, ips}, estate));
  }
  const std::vector offers{switches, bridge, file_server};
  const std::vector<std::string> asked_before{"nftables"};
  EXPECT_EQ(next_means(offers, {}, {"block_spread", attacker, ips}, estate)->name, "nftables");
  EXPECT_EQ(next_means(offers, asked_before, {"block_spread", attacker, ips}, estate)->name, "samba");
  EXPECT_EQ(next_means(offers, asked_before, {"close_border", attacker}, estate), nullptr);
}

/// NightOfFiles: a workstation that needs a file server for care, another server, and a laboratory.
struct NightOfFiles : Night {
  NightOfFiles() {
    declare("ws1", estate::Role::workstation, "10.77.0.12");
    declare("fs", estate::Role::server, "10.77.0.20");
    declare("other", estate::Role::server, "10.77.0.21");
  }
  void need(std::uint32_t server, std::uint16_t port, bool care = true) {
    estate::Flow flow;
    flow.client = {0};
    flow.server = {server};
    flow.port = port;
    flow.care = care;
    estate.flows = {flow};
  }
  static event::MeansOffer server(std::vector<const char*> addresses) {
    event::MeansOffer out = file_server;
    out.ends_sessions = true;
    for (const char* address : addresses) out.servers.push_back(*IpAddress::parse(address));
    return out;
  }
  bool denies(const event::MeansOffer& offer) const {
    const std::vector<IpAddress> ips{attacker.ip};
    return suits(offer, {"block_out", attacker, ips}, estate);
  }
};

TEST(Means, AFileServerDeniesNobodyWhoseCareGoesByItsFiles) {
  NightOfFiles night;
  for (const std::uint16_t port : std::array<std::uint16_t, 3>{445, 139, 0}) {
    night.need(1, port);
    EXPECT_FALSE(night.denies(NightOfFiles::server({"10.77.0.20"}))) << port;
    EXPECT_FALSE(night.denies(NightOfFiles::server({}))) << "nobody said which server it is";
    EXPECT_TRUE(night.denies(NightOfFiles::server({"10.77.0.21"}))) << "another server's files";
    EXPECT_TRUE(night.denies(bridge)) << "the bridge lets care pass by itself";
    const std::vector<event::SessionTarget> sessions{{attacker.ip, "b.martin"}};
    EXPECT_FALSE(suits(NightOfFiles::server({}), {event::end_sessions, attacker, {}, sessions}, night.estate));
  }
  night.need(1, 445, false);
  EXPECT_TRUE(night.denies(NightOfFiles::server({}))) << "no care";
  night.need(1, 2575);
  EXPECT_TRUE(night.denies(NightOfFiles::server({}))) << "care, but not by files";
}

TEST(Means, NorDoesItWhereTheAddressOfSuchAHostGoesAlong) {
  NightOfFiles night;
  night.need(1, 445);
  const HostKey stranger = key("02:77:00:00:00:66", "10.77.0.66");
  const std::vector<IpAddress> alone{stranger.ip};
  const std::vector<IpAddress> both{stranger.ip, attacker.ip};
  EXPECT_TRUE(suits(NightOfFiles::server({}), {"block_out", stranger, alone}, night.estate));
  EXPECT_FALSE(suits(NightOfFiles::server({}), {"block_out", stranger, both}, night.estate));
}

TEST(Means, WhatIsOpenToEverybodyKeepsEverybodyFromBeingDenied) {
  NightOfFiles night;
  night.estate.care_flows = {{*IpAddress::parse("10.77.0.20"), 445, "fichiers"}};
  EXPECT_FALSE(night.denies(NightOfFiles::server({"10.77.0.20"})));
  EXPECT_TRUE(night.denies(NightOfFiles::server({"10.77.0.21"})));
  night.estate.care_flows[0].of_flows = true;  // whose care it is, flows say
  EXPECT_TRUE(night.denies(NightOfFiles::server({"10.77.0.20"})));
}

TEST(Means, WhoOnlyRehearsesIsAskedForACutWhereNobodyElseCarriesItOut) {
  event::MeansOffer rehearsing = bridge;
  rehearsing.rehearses = true;
  const estate::Estate estate;
  const std::vector both{rehearsing, file_server};
  const std::vector<std::string> asked_before{"samba"};
  const std::vector<IpAddress> ips{attacker.ip};
  EXPECT_EQ(next_means(both, {}, {"block_out", attacker, ips}, estate)->name, "samba");
  EXPECT_EQ(next_means(both, asked_before, {"block_out", attacker, ips}, estate), nullptr)
      << "a rehearsal helps nobody";
  EXPECT_EQ(next_means(both, {}, {"shield", attacker}, estate)->name, "nftables") << "nobody else can";
}

}  // namespace
}  // namespace cordon::contain
