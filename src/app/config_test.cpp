// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/own_ways.h"
#include "contain/own_way.h"
#include "enforce/nft_client.h"
#include "estate/harm.h"

namespace cordon::app {
namespace {

TEST(Config, WhatDescribePrintsReadsBackTheSame) {
  Config first;
  first.decoys = {"\\\\fs\\commun\\_ne_pas_toucher.docx"};
  first.mode = "watch";
  Config second;
  std::vector<estate::Problem> problems;
  parse_config(describe_config(first), "c.toml", second, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  EXPECT_EQ(describe_config(second), describe_config(first));
  EXPECT_EQ(second.decoys, first.decoys);
}

TEST(Config, NamesTheLineOfEveryMistake) {
  Config out;
  std::vector<estate::Problem> problems;
  parse_config(
      "box = \"chv 1\"\nmode = \"war\"\nmode2 = 1\n[web]\nport = 99999\ncolour = 1\naddress = \"cordon\"\n"
      "[sensor]\nas_now = 3\n",
      "c.toml", out, problems);
  std::string all;
  for (const auto& p : problems) all += std::to_string(p.line) + ": " + p.text + "\n";
  for (const char* expected :
       {"2: 'mode' is 'war'; it can be watch|guard|island", "3: unknown key 'mode2'",
        "5: 'port' must be a number from 0 to 65535", "6: unknown key 'colour' in [web]; known here: address, port",
        "9: 'as_now' must be true or false", "[web] 'address' holds \"cordon\", which is no IP address",
        "'box' is \"chv 1\""}) {
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\nin\n" << all;
  }
}

TEST(Config, EveryMistakeStandsAtItsOwnLineInTheirOrder) {
  const std::string path = testing::TempDir() + "lines.toml";
  std::ofstream(path) << "addresses = [\n  \"10.0.0.1\",\n  \"here\"]\n"
                         "[enforcer]\nmeans = [\n \"nftables\",\n \"radius\",\n \"nftables\"]\n"
                         "dry_run = \"samba\"\n"
                         "[web]\nport = 1\naddress = \"cordon\"\nkey = \"k\"\n"
                         "[radius.a]\naddress = \"10.0.0.1\"\nsecret = \"s\"\nvlan = 3\n"
                         "[sensor]\ncapture = \"c\"\ninterface = \"i\"\n";
  std::string all;
  for (const auto& p : read_config(path).problems) all += std::to_string(p.line) + ": " + p.text.substr(0, 30) + "\n";
  EXPECT_EQ(all,
            "3: 'addresses' holds \"here\", whic\n"
            "8: [enforcer] 'means' names nftab\n"
            "9: [enforcer] 'dry_run' names sam\n"
            "12: [web] 'address' holds \"cordon\"\n"
            "13: [web] has one of 'key' and 'ce\n"
            "17: unknown key 'vlan' in [radius.\n"
            "19: [sensor] has both 'interface' \n");
  std::filesystem::remove(path);
}

TEST(Config, MeansAreAListInOrderEachDescribed) {
  Config out;
  std::vector<estate::Problem> problems;
  parse_config(
      "[enforcer]\nmeans = [\"nftables\", \"samba\", \"radius\"]\n[samba]\nsocket = \"/run/cordon-smb.sock\"\n"
      "[radius.sw-rea-1]\naddress = \"10.77.9.2\"\nsecret = \"radius/sw-rea-1\"\nquarantine_vlan = 666\nrelease_vlan = "
      "12\n",
      "c.toml", out, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  ASSERT_EQ(out.radius.size(), 1U);
  EXPECT_EQ(out.radius[0].name, "sw-rea-1");
  EXPECT_EQ(out.radius[0].quarantine_vlan, 666);
  EXPECT_EQ(out.radius[0].release_vlan, 12);
  EXPECT_EQ(out.policy().means.size(), 3U);
  EXPECT_EQ(out.policy().means[1].reach, event::Reach::file_service);
  Config again;
  parse_config(describe_config(out), "c.toml", again, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  EXPECT_EQ(describe_config(again), describe_config(out));
  Config one;
  parse_config("[enforcer]\nmeans = \"nftables\"\n", "c.toml", one, problems);
  EXPECT_TRUE(one.cuts_by("nftables"));
  EXPECT_FALSE(one.cuts_by("dry-run"));
  EXPECT_TRUE(problems.empty()) << problems[0].text;
}

TEST(Config, SaysWhatAMeansStillWants) {
  const auto complaints = [](const char* text) {
    Config out;
    std::vector<estate::Problem> problems;
    parse_config(text, "c.toml", out, problems);
    std::string all;
    for (const auto& p : problems) all += std::to_string(p.line) + ": " + p.text + "\n";
    return all;
  };
  const std::pair<const char*, const char*> cases[] = {
      {"[enforcer]\nmeans = [\"dry-run\", \"nftables\"]\n", "dry-run stands alone"},
      {"[enforcer]\nmeans = []\n", "2: 'means' must be a list of 1 to"},
      {"[enforcer]\nmeans = \"nftables\"\nnftables_on = \"router\"\n", "'router'; it can be bridge|route"},
      {"[enforcer]\nnftables_on = \"route\"\n", "has 'nftables_on', but 'means' does not name nftables"},
      {"[enforcer]\nmeans = [\"snmp\"]\n", "2: 'means' is 'snmp'; it can be dry-run|nftables|samba|radius"},
      {"[enforcer]\nmeans = [\"nftables\", \"nftables\"]\n", "names nftables twice"},
      {"[enforcer]\nmeans = \"samba\"\n", "say in [samba] 'socket'"},
      {"[enforcer]\nmeans = \"nftables\"\ndry_run = \"samba\"\n", "'dry_run' names samba, which 'means' does not"},
      {"[enforcer]\ndry_run = \"dry-run\"\n", "2: 'dry_run' is 'dry-run'; it can be nftables|samba|radius"},
      {"addresses = \"here\"\n", "'addresses' holds \"here\", which is no IP address"},
      {"[samba]\nservers = [\"fs\"]\n", "[samba] 'servers' holds \"fs\""},
      {"[enforcer]\nmeans = \"radius\"\n", "describe each switch in a table [radius.NAME]"},
      {"[radius.a]\naddress = \"nowhere\"\nsecret = \"s\"\n",
       "1: [radius.a] 'address' must be the IP address of one switch"},
      {"[radius.a]\naddress = \"224.0.0.1\"\nsecret = \"s\"\n", "'address' must be the IP address of one switch"},
      {"[radius.a]\naddress = \"10.0.0.1\"\nsecret = \"s\"\n[radius.b]\naddress = \"10.0.0.1\"\nsecret = \"s\"\n",
       "4: [radius.b] is at the address and port of [radius.a] at line 1"},
      {"addresses = [\"10.0.0.1\", \"255.255.255.255\"]\n", "holds \"255.255.255.255\", which is no IP address of"},
      {"[users]\ncontrol = 7\nseal = 7\n", "3: [users] 'seal' is 7, as 'control' is; each process has"},
      {"[radius.a]\naddress = \"10.0.0.1\"\n", "[radius.a] 'secret' must name a file"},
      {"[radius.a]\naddress = \"10.0.0.1\"\nsecret = \"s\"\nquarantine_vlan = 9\n",
       "1: [radius.a] has 'quarantine_vlan' without 'release_vlan': nobody would put the host back"},
      {"[radius]\nsw1 = 3\n", "2: [radius] holds one table a switch"},
      {"[radius.a]\naddress = \"10.0.0.1\"\nsecret = \"s\"\nvlan = 3\n", "4: unknown key 'vlan' in [radius.a]"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_NE(complaints(text).find(expected), std::string::npos) << expected << "\nin\n" << complaints(text);
  }
}

/// What a configuration of this text makes of a hospital with a page host, a switch and two networks.
estate::Estate owned(const std::string& text) {
  Config config;
  std::vector<estate::Problem> problems;
  parse_config(text, "c.toml", config, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  estate::Estate out;
  const auto network = [&](const char* name, const char* prefix) {
    out.networks.push_back({name, {0}, std::nullopt, {{*IpAddress::parse(prefix), 24}}, {}});
  };
  network("Serveurs", "10.2.0.0");
  network("Commutateurs", "10.3.0.0");
  network("Baies", "10.4.0.0");
  const auto host = [&](const char* name, std::uint32_t place, const char* ip) {
    estate::Host one;
    one.name = name;
    one.network = estate::NetworkIndex{place};
    one.addresses = {*IpAddress::parse(ip)};
    out.hosts.push_back(one);
  };
  host("fs", 0, "10.2.0.20");
  host("commutateur-rea", 1, "10.3.0.2");
  host("cordon-7", 0, "10.2.0.7");
  add_own_ways(config, out);
  return out;
}

std::string ways_of(const estate::Estate& estate) {
  std::string out;
  for (const estate::OwnWay& way : estate.own_ways) out += way.what + "\n";
  return out;
}

TEST(OwnWays, FollowFromTheConfigurationAndNobodyDeclaresThem) {
  const estate::Estate estate = owned(
      "addresses = [\"10.2.0.9\"]\n[web]\naddress = \"10.2.0.9\"\nport = 443\n"
      "[enforcer]\nmeans = [\"nftables\", \"samba\", \"radius\"]\n"
      "[samba]\nsocket = \"/run/s\"\nservers = [\"10.2.0.20\"]\n"
      "[radius.sw-rea-1]\naddress = \"10.3.0.2\"\nsecret = \"s\"\n"
      "[radius.sw-rea-2]\naddress = \"10.3.0.3\"\nsecret = \"s\"\n");
  EXPECT_EQ(ways_of(estate),
            "*>cordon-1@443\ncordon-1>commutateur-rea@3799/udp\ncordon-1>sw-rea-2@3799/udp\ncordon-1>fs\n");
  ASSERT_EQ(estate.hosts.size(), 5U);
  EXPECT_EQ(estate.hosts[0].own, estate::Own::enforcer) << "the file server";
  EXPECT_EQ(estate.hosts[1].own, estate::Own::enforcer) << "declared under another name";
  EXPECT_EQ(estate.hosts[2].own, estate::Own::no);
  const estate::Host* box = estate.find(*IpAddress::parse("10.2.0.9"));
  ASSERT_NE(box, nullptr) << "nobody declared it";
  EXPECT_EQ(box->own, estate::Own::box);
  EXPECT_EQ(box->network, estate::NetworkIndex{0});
  const estate::Host* second = estate.find(*IpAddress::parse("10.3.0.3"));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->own, estate::Own::enforcer);
}

TEST(OwnWays, TheBoxIsKnownByItsNameAndWhatIsNotUsedIsNoWay) {
  const estate::Estate estate = owned(
      "box = \"cordon-7\"\n[enforcer]\nmeans = \"nftables\"\n"
      "[radius.sw]\naddress = \"10.3.0.2\"\nsecret = \"s\"\n");
  EXPECT_EQ(estate.hosts.size(), 3U);
  EXPECT_EQ(estate.hosts[2].own, estate::Own::box);
  EXPECT_EQ(estate.hosts[1].own, estate::Own::no) << "no cut is asked of it";
  EXPECT_EQ(ways_of(estate), "") << "browsers come by loopback, and the bridge is here";
}

/// held_open names the borders that nobody may close, on either plane, where each two networks have one.
std::string held_open(estate::Estate estate) {
  const auto count = static_cast<std::uint32_t>(estate.networks.size());
  for (std::uint32_t from = 0; from < count; ++from) {
    for (std::uint32_t to = 0; to < count; ++to)
      if (from != to) estate.borders.push_back({{from}, {to}, {true, true}, true});
  }
  std::string out;
  for (std::uint32_t i = 0; i < estate.borders.size(); ++i) {
    for (const bool other : {false, true}) {
      if (!contain::own_way_ended(estate, {contain::ActionKind::close_border, i, other})) continue;
      out += estate.networks[estate.borders[i].from.value].name + ">" +
             estate.networks[estate.borders[i].to.value].name + (other ? " other\n" : " spreading\n");
    }
  }
  return out;
}

std::string both_planes(const std::string& one, const std::string& another) {
  return one + ">" + another + " spreading\n" + one + ">" + another + " other\n";
}

TEST(OwnWays, HoldOpenTheBordersThatTheyCrossAndNoOther) {
  const auto served = [](const std::string& addresses, const std::string& switch_address) {
    return owned("addresses = [" + addresses + "]\n[enforcer]\nmeans = \"radius\"\n[radius.sw]\naddress = \"" +
                 switch_address + "\"\nsecret = \"s\"\n");
  };
  const std::string one = "\"10.2.0.9\"", both = "\"10.2.0.9\", \"10.3.0.9\"";
  EXPECT_EQ(held_open(served(one, "10.3.0.2")),
            both_planes("Serveurs", "Commutateurs") + both_planes("Commutateurs", "Serveurs"));
  const estate::Estate beside = served(both, "10.3.0.2");
  EXPECT_EQ(held_open(beside), "") << "by its address in the switch's own network";
  const auto pairs = own_ways_between(beside);
  ASSERT_EQ(pairs.size(), 1U) << "and cordon-nft keeps no other";
  EXPECT_EQ(pairs[0].client, *IpAddress::parse("10.3.0.9"));
  EXPECT_EQ(pairs[0].server, *IpAddress::parse("10.3.0.2"));
  EXPECT_EQ(held_open(served(both, "10.4.0.2")),
            both_planes("Serveurs", "Baies") + both_planes("Commutateurs", "Baies") + both_planes("Baies", "Serveurs") +
                both_planes("Baies", "Commutateurs"))
      << "by which of the two it goes there nobody said; between these two it need not";
}

TEST(OwnWays, WhatIsOnThisMachineIsNoWayThroughTheNetwork) {
  const estate::Estate estate = owned(
      "addresses = [\"10.2.0.9\", \"127.0.0.1\"]\n[enforcer]\nmeans = [\"nftables\", \"samba\", \"radius\"]\n"
      "[samba]\nsocket = \"/run/s\"\nservers = [\"127.0.0.1\"]\n[radius.sw]\naddress = \"127.0.0.1\"\nsecret = "
      "\"s\"\n");
  EXPECT_EQ(ways_of(estate), "");
  EXPECT_EQ(estate.hosts.size(), 4U) << "the box alone is added";
  EXPECT_EQ(estate.find(*IpAddress::parse("127.0.0.1")), nullptr);
}

TEST(OwnWays, WhatIsNotKnownIsSaid) {
  const auto told = [](const std::string& text) {
    Config config;
    std::vector<estate::Problem> problems;
    parse_config(text, "c.toml", config, problems);
    std::string all;
    for (const std::string& line : own_ways_told(config, owned(text))) all += line + "\n";
    return all;
  };
  EXPECT_EQ(told(""), "") << "a dry run of everything cuts nobody";
  EXPECT_NE(told("[enforcer]\nmeans = \"nftables\"\n").find("name it in 'addresses'"), std::string::npos);
  const std::string known =
      told("addresses = \"10.2.0.7\"\n[enforcer]\nmeans = \"nftables\"\ndry_run = \"nftables\"\n");
  EXPECT_NE(known.find("never cut: cordon-7 (10.2.0.7), Cordon's own box"), std::string::npos) << known;
  EXPECT_NE(known.find("nftables only rehearses"), std::string::npos) << known;
  EXPECT_NE(known.find("what this box bridges: by cordon-nft --bridge"), std::string::npos) << known;
  const std::string routed = told("[enforcer]\nmeans = \"nftables\"\nnftables_on = \"route\"\n");
  EXPECT_NE(routed.find("under systemd cordon-nft@route.socket"), std::string::npos) << routed;
  EXPECT_NE(routed.find("no router's MAC is declared"), std::string::npos) << routed;
  EXPECT_EQ(known.find("router"), std::string::npos) << known;
  Config config;
  config.enforcer_means = {"nftables"};
  config.nftables_on = "route";
  estate::Estate declared;
  declared.hosts.emplace_back().role = estate::Role::network;
  declared.hosts.back().macs = {*Mac::parse("02:77:00:00:02:11")};
  for (const std::string& line : own_ways_told(config, declared)) {
    EXPECT_EQ(line.find("MAC"), std::string::npos) << line;
  }
}

TEST(Config, TheBridgeBlocksThePortsThatAPlanWeighs) {
  std::vector<std::uint16_t> blocked;
  for (const enforce::NftPorts& range : enforce::NftConfig{}.spread_tcp) {
    for (std::uint32_t port = range.first; port <= range.last; ++port)
      blocked.push_back(static_cast<std::uint16_t>(port));
  }
  std::vector<std::uint16_t> weighed;
  for (const event::SpreadingPort& one : estate::spreading_ports()) weighed.push_back(one.port);
  EXPECT_EQ(blocked, weighed);
}

TEST(Config, AFileThatIsNotThereSaysSo) {
  const Checked checked = read_config("/nonexistent/cordon.toml");
  EXPECT_TRUE(checked.unreadable);
  ASSERT_EQ(checked.problems.size(), 1U);
}

}  // namespace
}  // namespace cordon::app
