// SPDX-License-Identifier: Apache-2.0
#include "estate/load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "estate/csv.h"
#include "estate/text.h"

namespace cordon::estate {
namespace {

// A small sound hospital, whose parts a test replaces by wrong ones.
struct Files {
  std::string head = R"(hospital = "Vallombre"
[[site]]
name = "Nord"
[[site]]
name = "Sud"
within = "Nord"
[[building]]
name = "Tour"
site = "Nord"
[[unit]]
name = "Réanimation"
kind = "reanimation"
building = "Tour"
beds = 4
[[unit]]
name = "Laboratoire"
kind = "laboratoire"
building = "Tour"
patients = 30
[[network]]
name = "postes"
site = "Nord"
vlan = 10
prefixes = ["10.1.0.0/16"]
[[network]]
name = "serveurs"
site = "Nord"
vlan = 20
prefixes = ["10.2.0.0/24"]
inside = ["spreading", "other"]
[[service]]
name = "résultats"
without = "par téléphone"
without_en = "by telephone"
)";
  std::string hosts =
      "name,role,unit,addresses,macs,protected\n"
      "ws1,workstation,Réanimation,10.1.0.1,02:00:00:00:00:01,\n"
      "ws2,workstation,Réanimation,10.1.0.2,,no\n"
      "vent,medical_device,Réanimation,10.1.0.3|fd00::3,,yes\n"
      "lis,server,Laboratoire,10.2.0.1,,\n";
  std::string beds = "name;unit;devices\r\n1;Réanimation;vent\r\n2;Réanimation;\r\n";
  std::string flows =
      "client,server,port,service,unit,dependence,tolerance_hours,fallback\n"
      "unit:Réanimation/role:workstation,lis,443,résultats,,\"0,3\",2,by_hand\n";

  Loaded load(const Limits& limits = {}) const {
    const std::vector<NamedText> texts{
        {"hospital.toml", head}, {"hosts.csv", hosts}, {"beds.csv", beds}, {"flows.csv", flows}};
    return estate::load(texts, limits);
  }
};

std::string said(const Loaded& loaded) {
  std::string out;
  for (const Problem& p : loaded.problems) out += fmt::format("{}:{}: {}\n", p.file, p.line, p.text);
  return out;
}

void expect_said(const Loaded& loaded, std::initializer_list<const char*> sentences) {
  const std::string all = said(loaded);
  for (const char* sentence : sentences) {
    EXPECT_NE(all.find(sentence), std::string::npos) << sentence << "\nin\n" << all;
  }
  EXPECT_TRUE(loaded.estate.hosts.empty() && loaded.estate.units.empty()) << "something was half loaded";
}

const Host& host(const Estate& estate, std::string_view name) {
  return *std::ranges::find(estate.hosts, name, &Host::name);
}

TEST(Load, AFolderIsOneEstate) {
  const Loaded l = Files().load();
  ASSERT_TRUE(l.problems.empty()) << said(l);
  const Estate& e = l.estate;
  EXPECT_EQ(e.hospital, "Vallombre");
  EXPECT_EQ(e.sites[1].within, SiteIndex{0});
  EXPECT_EQ(e.units[0].kind, UnitKind::reanimation);
  EXPECT_EQ(e.units[0].patients, 4) << "beds, when patients are not declared";
  EXPECT_EQ(e.units[1].patients, 30);
  EXPECT_EQ(e.networks[0].inside, (Reach{true, false}));
  EXPECT_EQ(host(e, "ws1").network, NetworkIndex{0}) << "by its address";
  EXPECT_EQ(host(e, "vent").addresses.size(), 2U);
  EXPECT_TRUE(host(e, "vent").is_protected);
  EXPECT_EQ(e.beds[0].devices, std::vector{HostIndex{2}});
  ASSERT_EQ(e.flows.size(), 2U) << "one a workstation";
  EXPECT_DOUBLE_EQ(e.flows[0].dependence, 0.15) << "shared equally";
  EXPECT_EQ(e.flows[1].unit, UnitIndex{0}) << "the client's unit";
  EXPECT_EQ(e.services[0].without_en, "by telephone");
  EXPECT_NE(e.find(*IpAddress::parse("fd00::3")), nullptr);
}

TEST(Load, WhatDoesNotFitIsSaidAtOnceAndNothingIsLoaded) {
  Files f;
  f.head +=
      "[[network]]\nname = \"double\"\nsite = \"Nord\"\nvlan = 10\nprefixes = [\"10.1.128.0/17\", \"10.9.0.1/16\"]\n";
  f.hosts +=
      "ws1,workstation,Laboratoire,10.1.0.9,,\n"
      "ws4,workstation,Réanimaton,10.1.0.1,02:00:00:00:00:01,\n"
      "ws5,toaster,,10.1.0.300,,perhaps\n"
      "ws6,workstation,\n";
  f.beds += "3;Réanimation;vent\n3;Laboratoire;vnt\n";
  f.flows +=
      "ws2,lsi,443,résultat,,0.2,0,none\nws2,lis,443,résultats,,0.8,0,none\nunit:Laboratoire/"
      "role:printer,lis,1,résultats,,0,0,\n";
  expect_said(f.load(),
              {"hospital.toml:38: VLAN 10, which network postes at line 20 has too at this site",
               "hospital.toml:39: 10.1.128.0/17 overlaps 10.1.0.0/16, which network postes",
               "hospital.toml:39: '10.9.0.1/16' is no prefix",
               "hosts.csv:6: host ws1 is in unit Réanimation at line 2 and in unit Laboratoire here",
               "hosts.csv:7: unknown unit 'Réanimaton'; did you mean 'Réanimation'?",
               "hosts.csv:7: the address 10.1.0.1 is already that of the host at line 2",
               "hosts.csv:7: the MAC 02:00:00:00:00:01 is already that of the host at line 2",
               "hosts.csv:8: unknown role 'toaster'",
               "hosts.csv:8: 'addresses' holds something that is no address of a host ('10.1.0.300')",
               "hosts.csv:8: 'protected' must be yes or no", "hosts.csv:9: 3 fields, but the header at line 1 names 6",
               "beds.csv:4: vent stands at bed 1 of unit Réanimation already; a device is at one bed",
               "flows.csv:3: unknown host 'lsi'; did you mean 'lis'?",
               "flows.csv:5: the group unit:Laboratoire/role:printer has no host",
               "flows.csv:3: unknown service 'résultat'; did you mean 'résultats'?",
               "flows.csv:4: unit Réanimation depends on service 'résultats' by 1.10"});
}

TEST(Load, NoNameOfAHostOrANetworkReadsAsAWayBetweenTwo) {
  Files f;
  f.head += "[[network]]\nname = \"a>b\"\nprefixes = [\"10.9.0.0/16\"]\n";
  f.hosts += "ws1>lis,workstation,Réanimation,10.1.0.77,,\n";
  expect_said(f.load(), {"the name a>b holds a '>', by which a way", "hosts.csv:6: the name ws1>lis holds a '>'"});
}

TEST(Load, OneMistakeOfALineHidesNoOther) {
  Files f;
  f.flows += "nobody,lsi,443,résultats,,0.1,0,none\n";
  f.beds += "9;Réanimaton;nodev\r\n";
  expect_said(f.load(), {"beds.csv:4: unknown unit 'Réanimaton'", "beds.csv:4: unknown host 'nodev'",
                         "flows.csv:3: unknown host 'lsi'", "flows.csv:3: unknown host 'nobody'"});
}

TEST(Load, AFlowThatStandsTwiceCountsOnce) {
  Files f;
  f.flows +=
      "ws2,lis,443,résultats,,0.1,0,none\nws2,lis,443,résultats,,0.2,0,none\nws2,lis,443,résultats,,0.1,0,none\n";
  expect_said(f.load(), {"flows.csv:5: the same flow stands already at line 3"});
  Files g;
  g.flows +=
      "unit:Réanimation/role:workstation,lis,443,résultats,,0.1,0,none\n"
      "role:workstation/unit:Réanimation,lis,443,résultats,,0.1,0,none\n";
  expect_said(g.load(), {"flows.csv:4: the same flow stands already at line 3"});
}

TEST(Load, AGroupNamesEachKindOfThingOnce) {
  Files f;
  f.flows += "unit:Réanimation/unit:Laboratoire,lis,443,résultats,,0.1,0,none\n";
  expect_said(f.load(), {"flows.csv:3: the group unit:Réanimation/unit:Laboratoire says unit twice"});
}

TEST(Load, NoMachineHasTheAddressOfANetworkNorTheOneThatAllHear) {
  Files f;
  f.hosts +=
      "a,workstation,Réanimation,10.1.0.0,,\nb,workstation,Réanimation,10.1.255.255,,\n"
      "c,workstation,Réanimation,10.1.1.0,,\n";
  expect_said(f.load(), {"hosts.csv:6: 10.1.0.0 names all of network postes (10.1.0.0/16)",
                         "hosts.csv:7: 10.1.255.255 is what every machine of network postes (10.1.0.0/16) hears"});
}

TEST(Load, TwoNamesThatLookTheSameAreNoTwo) {
  Files f;
  f.hosts +=
      "ws1\xe2\x80\x8b,workstation,Réanimation,10.1.0.77,,\nre\xcc\x81"
      "a,workstation,Réanimation,10.1.0.78,,\n"
      "\xe2\x80\xaews1,workstation,Réanimation,10.1.0.79,,\nréa-œuvre,workstation,Réanimation,10.1.0.80,,\n"
      "poste  9,workstation,Réanimation,10.1.0.81,,\n\"ws1 \",workstation,Réanimation,10.1.0.82,,\n"
      "poste\xc2\xa0"
      "9,workstation,Réanimation,10.1.0.83,,\nposte 9,workstation,Réanimation,10.1.0.84,,\n";
  expect_said(f.load(), {"hosts.csv:6: 'name' holds a character that nobody sees",
                         "hosts.csv:7: 'name' holds an accent apart from its letter",
                         "hosts.csv:8: 'name' holds a character that nobody sees",
                         "hosts.csv:10: 'name' holds two blanks in a row",
                         "hosts.csv:11: 'name' holds a blank at its front or end",
                         "hosts.csv:13: the name poste 9 is already that of the host at line 12"});
}

TEST(Load, InWhatIsNoNameBlanksBesideEachOtherAreOne) {
  Files f;
  f.head.replace(f.head.find("par téléphone"), std::string("par téléphone").size(),
                 "sur papier.  Téléphoner \xc2\xa0: 12 34 ");
  const Loaded loaded = f.load();
  EXPECT_EQ(said(loaded), "");
  EXPECT_EQ(loaded.estate.services.at(0).without, "sur papier. Téléphoner : 12 34");
}

TEST(Load, AnAddressThatIsNoOneMachinesIsRefusedForNoEnforcerTakesIt) {
  Files f;
  f.hosts += "mon,medical_device,Réanimation,127.0.0.1,,yes\n";
  f.head += "[[care_flow]]\nserver = \"239.1.2.3\"\nport = 104\n";
  expect_said(f.load(), {"hosts.csv:6: 'addresses' holds something that is no address of a host ('127.0.0.1')",
                         "a [[care_flow]] needs the address of one server"});
}

TEST(Load, ANameThatIsAnAddressIsThatHostsOwnAddress) {
  Files f;
  f.hosts +=
      "10.1.0.98,workstation,Réanimation,10.1.0.98|10.1.0.97,,\n"
      "FD00::9,workstation,Réanimation,fd00::9,,\n"
      "1.2.3,workstation,Réanimation,10.1.0.94,,\n";
  const Loaded sound = f.load();
  EXPECT_TRUE(sound.problems.empty()) << said(sound);
  f.hosts +=
      "10.1.0.99,workstation,Réanimation,10.1.0.96,,\n"
      "fd00::8,workstation,Réanimation,,02:00:00:00:00:08,\n";
  const Loaded l = f.load();
  expect_said(l,
              {"hosts.csv:9: the name 10.1.0.99 is an address and none of this host's, so whoever is seen there would "
               "be taken for it; give it another name, or that address",
               "hosts.csv:10: the name fd00::8 is an address and none of this host's"});
  EXPECT_EQ(l.problems.size(), 2U) << said(l);
}

TEST(Load, ACycleOfSites) {
  Files f;
  f.head += "[[site]]\nname = \"Est\"\nwithin = \"Ouest\"\n[[site]]\nname = \"Ouest\"\nwithin = \"Est\"\n";
  const Loaded l = f.load();
  expect_said(l, {"hospital.toml:37: a cycle of sites: Est in Ouest in Est; one of them lies within none"});
  EXPECT_EQ(l.problems.size(), 1U) << said(l);
  f = Files();
  f.head += "[[site]]\nname = \"Est\"\nwithin = \"Est\"\n";
  expect_said(f.load(), {"a cycle of sites: Est in Est"});
}

TEST(Load, UnknownNames) {
  Files f;
  f.hosts = "name,role,unit,network,addresses\nws1,workstation,Reanimation,poste,10.1.0.1\n";
  f.flows = "client,server,service,unit\nws1,nobody,resultats,Nowhere\nnetwork:postes,nobody,resultats,\n";
  f.beds = "name,unit,devices\n1,Elsewhere,ghost\n";
  expect_said(f.load(), {"hosts.csv:2: unknown unit 'Reanimation'; did you mean 'Réanimation'?",
                         "hosts.csv:2: unknown network 'poste'; did you mean 'postes'?",
                         "beds.csv:2: unknown unit 'Elsewhere'; declare it",
                         "flows.csv:2: unknown host 'nobody'; declare it, or correct the name",
                         "flows.csv:2: unknown service 'resultats'", "flows.csv:2: unknown unit 'Nowhere'"});
}

TEST(Load, AnAddressOutsideItsNetwork) {
  Files f;
  f.hosts =
      "name,role,unit,network,addresses\nws1,workstation,Réanimation,postes,10.2.0.9\nlis,server,,serveurs,10.2.0.1\n"
      "vent,medical_device,Réanimation,,10.1.0.3\n";
  expect_said(f.load(), {"hosts.csv:2: 10.2.0.9 lies outside network postes (10.1.0.0/16)"});
}

TEST(Load, ADeviceOfAnotherUnitAtABed) {
  Files f;
  f.beds = "name,unit,devices\n7,Laboratoire,vent\n";
  expect_said(f.load(), {"beds.csv:2: vent is in unit Réanimation, but bed 7 is in unit Laboratoire"});
}

TEST(Load, MoreBedsThanDeclared) {
  Files f;
  f.beds = "name,unit\n1,Réanimation\n2,Réanimation\n3,Réanimation\n4,Réanimation\n4,Réanimation\n";
  expect_said(f.load(), {"beds.csv:6: bed 4 of unit Réanimation stands already at line 5",
                         "beds.csv:6: unit Réanimation declares 4 beds, and this is one more"});
}

TEST(Load, ANumberWithAFractionIsNoPortNoVlanAndNoNumberOfBeds) {
  Files files;
  files.head.replace(files.head.find("vlan = 10"), 9, "vlan = 10.5");
  files.head.replace(files.head.find("beds = 4"), 8, "beds = 4.5");
  files.head += "[[care_flow]]\nserver = \"10.2.0.1\"\nport = 2.575\n";
  files.flows += "ws1,lis,\"1,433\",résultats,,\"0,1\",2,by_hand\n";
  expect_said(files.load(), {"hospital.toml:23: 'vlan' must be a whole number from 1 to 4094, not 10.5\n",
                             "hospital.toml:14: 'beds' must be a whole number of beds from 0 to 100000, not 4.5\n",
                             "'port' must be a whole number from 1 to 65535, not 2.575\n",
                             "flows.csv:3: 'port' must be a whole number from 0 to 65535, not 1.433\n"});
  files = Files();
  files.flows += "ws1,lis,\"1433,0\",résultats,,\"0,1\",2,by_hand\n";
  EXPECT_EQ(said(files.load()), "") << "as spreadsheets write it";
}

TEST(Load, UnknownKeysColumnsAndFiles) {
  Files f;
  f.head = "colour = 1\n[weights]\nreanimtion = 1\n" + f.head;
  f.hosts = "name,role,unit,adresses\nws1,workstation,Réanimation,10.1.0.1\n";
  const Loaded l = f.load();
  expect_said(l, {"hospital.toml:1: unknown key 'colour' in the file; known are: hospital, weights, site",
                  "hospital.toml:3: unknown key 'reanimtion' in [weights]",
                  "hosts.csv:1: unknown column 'adresses' in hosts.csv; did you mean 'addresses'?"});
  const NamedText strange{"host.csv", "name\n"};
  expect_said(load(std::span(&strange, 1)), {"host.csv:0: no file of an estate has this name; known are: sites.csv"});
}

TEST(Load, AHeaderWithoutWhatIsNeeded) {
  Files f;
  f.hosts = "name,unit,name\nws1,Réanimation,a\n";
  const Loaded l = f.load();
  expect_said(l, {"hosts.csv:1: hosts.csv has no column 'role'; add one (the separator was read as ',')",
                  "hosts.csv:1: the column 'name' stands twice"});
  EXPECT_EQ(l.problems.size(), 2U) << "unknown hosts elsewhere are a consequence, not a mistake:\n" << said(l);
}

TEST(Load, AColumnIsFoundWhateverItsLetters) {
  Files f;
  f.hosts = "Name,ROLE,unit,adresses,colour\nws1,workstation,Réanimation,10.1.0.1,blue\n";
  const Loaded l = f.load();
  expect_said(l, {"hosts.csv:1: unknown column 'Name' in hosts.csv; did you mean 'name'?",
                  "hosts.csv:1: unknown column 'ROLE' in hosts.csv; did you mean 'role'?",
                  "hosts.csv:1: unknown column 'adresses' in hosts.csv; did you mean 'addresses'?",
                  "hosts.csv:1: unknown column 'colour' in hosts.csv; known are: name, role, unit"});
  EXPECT_EQ(l.problems.size(), 4U) << said(l);
}

TEST(Load, WhatASpreadsheetLeavesBehindIsNoMistake) {
  Files f;
  f.hosts =
      "name;role;unit;addresses;;\r\n"
      "ws1;workstation;Réanimation;10.1.0.1;;\r\n"
      ";;;;;\r\n"
      "ws2;workstation;Réanimation;10.1.0.2\r\n"
      "vent;medical_device;Réanimation;10.1.0.3; ;\"\"\r\n"
      "lis;server;Laboratoire;10.2.0.1;;\r\n"
      ";\"\"; ;;;\r\n";
  const Loaded l = f.load();
  EXPECT_TRUE(l.problems.empty()) << said(l);
  EXPECT_EQ(l.estate.hosts.size(), 4U);
  f.hosts += "ws3;workstation;Réanimation;10.1.0.4;;x\r\n";
  expect_said(f.load(), {"hosts.csv:1: a column without a name; name it, or empty it: line 8 has 'x' there"});
}

TEST(Load, LinesMayEndAsOldMacintoshesEndThem) {
  Files f;
  std::ranges::replace(f.hosts, '\n', '\r');
  EXPECT_EQ(said(f.load()), "");
  EXPECT_EQ(f.load().estate.hosts.size(), 4U);
  f.hosts += "ws3,toaster,Réanimation,10.1.0.4,,\r";
  expect_said(f.load(), {"hosts.csv:6: unknown role 'toaster'"});
}

TEST(Load, AnUnclosedQuoteSpoilsOneLine) {
  Files f;
  f.hosts +=
      "ws7,workstation,\"Réanimation,10.1.0.7,,\n"
      "ws8,workstation,\"Réa\"nimation,10.1.0.8,,\n"
      "ws9,workstation,Réanimation,10.1.0.1,,\n";
  expect_said(f.load(), {"hosts.csv:6: a quote opened at line 6 is not closed; write a quote inside a field twice",
                         "hosts.csv:7: text behind a closing quote",
                         "hosts.csv:8: the address 10.1.0.1 is already that of the host at line 2"});
}

TEST(Load, Latin1WithSemicolonsAndAByteOrderMarkIsReadRightly) {
  Files f;
  f.hosts =
      "\xef\xbb\xbfname;role;unit;addresses\r\nws1;workstation;R\xe9"
      "animation;10.1.0.1\r\n\"\x8cil; c\xf4t\xe9\";server;Laboratoire;10.2.0.1\r\n";
  f.beds = "name,unit\n1,Réanimation\n";
  f.flows = "client,server,service\nws1,Œil; côté,résultats\n";
  const Loaded l = f.load();
  ASSERT_TRUE(l.problems.empty()) << said(l);
  EXPECT_EQ(l.estate.hosts[0].unit, UnitIndex{0});
  EXPECT_EQ(l.estate.hosts[1].name, "Œil; côté");
  EXPECT_TRUE(std::ranges::any_of(l.notices, [](const Problem& p) {
    return p.file == "hosts.csv" && p.text.find("Windows-1252") != std::string::npos;
  }));
}

TEST(Load, WhatIsNoTextSaysSo) {
  Files f;
  f.hosts = std::string("\xff\xfen\0a\0", 6);
  f.beds = std::string("PK\3\4\0\0", 6);
  const Loaded l = f.load();
  expect_said(l, {"hosts.csv:0: is UTF-16; save it again as \"CSV UTF-8\"", "beds.csv:0: holds a zero byte"});
  EXPECT_EQ(l.problems.size(), 2U) << said(l);
}

TEST(Load, ATableNameThatIsNoneIsAProblemAndEndsNothing) {
  for (const char* line : {"[[;host]]", "[=]", "[[host]", "a = {;}", "[a.;]", "[[]]"}) {
    const Loaded l = load(std::string("hospital = \"h\"\n") + line + "\n", "h.toml");
    ASSERT_EQ(l.problems.size(), 1U) << line;
    EXPECT_EQ(l.problems[0].line, 2U) << line;
  }
}

TEST(Load, ALetterOutsideQuotesIsAProblemAndEndsNothing) {
  for (const char* line :
       {"réanimation = 1", "a = \"x\" é", "[[hôte]]", "a = 'x\\' é", "a = 1\"é\"", "a = \"\"\"\n\"\"\" é"}) {
    const Loaded l = load(std::string("hospital = \"hé\" # é\n") + line + "\n", "h.toml");
    ASSERT_EQ(l.problems.size(), 1U) << line;
    EXPECT_NE(l.problems[0].text.find("outside quotes"), std::string::npos) << line;
    EXPECT_GE(l.problems[0].line, 2U) << line;
  }
  EXPECT_TRUE(load("hospital = \"\"\"é\"\"\"\"\n", "h.toml").problems.empty());
}

TEST(Load, ALetterWhereNoBlankIsIsAProblemAndEndsNothing) {
  for (const char* text : {"a = 81[\"\\u00eé", "a = \"\\é\"", "a = \"\"\"x\\\né\"\"\"", "a = \"\"\"x\\ é\"\"\"",
                           "a = \"\\u00eé\"", "a = \"\xfe\xff", "a = 1é"}) {
    EXPECT_EQ(load(std::string("hospital = \"h\"\n") + text + "\n", "h.toml").problems.size(), 1U) << text;
  }
  EXPECT_TRUE(load("\xef\xbb\xbfhospital = \"\"\"é\\\n  e é\"\"\" # é\n", "h.toml").problems.empty());
}

TEST(Load, BordersPassagesAccountsAndWeights) {
  Files f;
  f.head += R"([weights]
incident_hours = 8
reanimation = 0.9
[[border]]
from = ["postes"]
to = ["serveurs"]
permits = ["spreading", "other"]
can_close = true
[[passage]]
from = "lis"
to = "ws1"
permits = "spreading"
[[account]]
name = "adm-domaine"
signs_in_on = ["role:workstation", "lis", "ws1"]
shared = true
unit = "Laboratoire"
dependence = 0.1
)";
  f.flows = "client,server,port,service,dependence,care\nvent,lis,2575,résultats,0.5,yes\n";
  const Loaded l = f.load();
  ASSERT_TRUE(l.problems.empty()) << said(l);
  EXPECT_EQ(l.estate.weights.incident_hours, 8);
  EXPECT_EQ(l.estate.weights.of_kind[0], 0.9);
  ASSERT_EQ(l.estate.borders.size(), 1U);
  EXPECT_EQ(l.estate.borders[0].reach, (Reach{true, true}));
  EXPECT_TRUE(l.estate.borders[0].can_close);
  ASSERT_EQ(l.estate.passages.size(), 1U);
  EXPECT_TRUE(l.estate.passages[0].spreading);
  EXPECT_EQ(l.estate.accounts.at(0).signs_in_on.size(), 3U) << "each host once";
  ASSERT_EQ(l.estate.care_flows.size(), 1U) << "a protected flow's server stays open";
  EXPECT_EQ(l.estate.care_flows[0].server, *IpAddress::parse("10.2.0.1"));
  EXPECT_EQ(l.estate.care_flows[0].port, 2575);
  f.head +=
      "[[host]]\nname = \"srv-ad\"\nrole = \"domain_controller\"\naddresses = [\"10.2.0.7\"]\nneeds_account = true\n";
  expect_said(f.load(), {"host 'srv-ad' needs an account, but no account signs in there"});
  f.head += "[[account]]\nname = \"secours\"\nunit = \"Laboratoire\"\nsigns_in_on = [\"srv-ad\"]\n";
  const Loaded hardened = f.load();
  ASSERT_TRUE(hardened.problems.empty()) << said(hardened);
  EXPECT_TRUE(std::ranges::any_of(hardened.estate.hosts, &Host::needs_account));
  const std::string sound = f.head;
  f.head += "[[passage]]\nfrom = \"lis\"\nto = \"ws1\"\npermits = [\"other\"]\n";
  expect_said(f.load(), {"'permits' must be one text: spreading, other"});
  f.head = sound + "[[passage]]\nfrom = \"lis\"\nto = \"ws1\"\npermits = \"other\"\n";
  EXPECT_EQ(f.load().estate.passages.size(), 2U);
  f.head += "[[passage]]\nfrom = \"lis\"\nto = \"ws1\"\npermits = \"other\"\n";
  expect_said(f.load(), {"the passage from lis to ws1 for other protocols stands already; keep one"});
  f.head = sound;
  f.head += "[[border]]\nfrom = [\"postes\", \"serveurs\"]\nto = [\"serveurs\"]\npermits = [\"all\"]\n";
  expect_said(f.load(), {"the border from postes to serveurs stands already", "a border of serveurs with itself",
                         "'permits' holds 'all'; it can hold spreading, other or none"});
}

TEST(Load, CareIsKeptOpenByItsProtocolAndWhatCannotBeIsSaid) {
  Files f;
  f.flows =
      "client,server,port,protocol,service,dependence,care\nvent,lis,24105,udp,résultats,0.2,yes\n"
      "ws1,lis,24105,tcp,résultats,0.1,yes\nvent,lis,,udp,résultats,0.1,yes\n";
  f.head += "[[care_flow]]\nserver = \"10.2.0.9\"\nport = 161\nprotocol = \"udp\"\n";
  const Loaded l = f.load();
  ASSERT_TRUE(l.problems.empty()) << said(l);
  std::set<std::string> open;
  for (const CareFlow& flow : l.estate.care_flows) {
    open.insert(fmt::format("{}@{}/{}", flow.server.text(), flow.port, flow.udp ? "udp" : "tcp"));
  }
  EXPECT_EQ(open, (std::set<std::string>{"10.2.0.1@24105/udp", "10.2.0.1@24105/tcp", "10.2.0.9@161/udp"}));
  const auto note = std::ranges::find_if(
      l.notices, [](const Problem& p) { return p.text.find("can be isolated") != std::string::npos; });
  ASSERT_NE(note, l.notices.end());
  EXPECT_EQ(note->file, "flows.csv");
  EXPECT_EQ(note->line, 4U);
  EXPECT_NE(note->text.find("has no port"), std::string::npos) << note->text;
  EXPECT_NE(note->text.find("say 'port'"), std::string::npos) << note->text;
  f.head += "[[care_flow]]\nserver = \"10.2.0.9\"\nport = 161\nprotocol = \"sctp\"\n";
  expect_said(f.load(), {"sctp"});
}

TEST(Load, ACriticalityIsAShareOfItsUnitAndOneWayToSayIt) {
  const std::string head =
      "hospital = \"h\"\n[weights]\nvital = 0.2\n[[unit]]\nname = \"Réa\"\nkind = \"reanimation\"\n"
      "beds = 10\n[[network]]\nname = \"n\"\nprefixes = [\"10.1.0.0/16\"]\n";
  const auto of = [&](const std::string& lines) {
    return load(std::vector<NamedText>{{"hospital.toml", head},
                                       {"hosts.csv", "name,role,unit,addresses,criticality,harm_if_lost\n" + lines}});
  };
  const Loaded sound =
      of("a,server,Réa,10.1.0.1,vital,\nb,server,Réa,10.1.0.2,high,\nc,server,Réa,10.1.0.3,normal,7\n");
  ASSERT_TRUE(sound.problems.empty()) << sound.problems[0].text;
  EXPECT_DOUBLE_EQ(sound.estate.hosts[0].harm_per_hour_blocked, 10 * 0.2);
  EXPECT_DOUBLE_EQ(sound.estate.hosts[0].harm_if_lost, 10 * 0.2 * 504);
  EXPECT_DOUBLE_EQ(sound.estate.hosts[1].harm_per_hour_blocked, 10 * 0.02);
  EXPECT_DOUBLE_EQ(sound.estate.hosts[2].harm_if_lost, 7);
  const Loaded wrong = of("a,server,Réa,10.1.0.1,grave,\nb,server,,10.1.0.2,high,\nc,server,Réa,10.1.0.3,high,7\n");
  ASSERT_EQ(wrong.problems.size(), 3U);
  EXPECT_NE(wrong.problems[0].text.find("normal, high, vital"), std::string::npos) << wrong.problems[0].text;
  EXPECT_NE(wrong.problems[1].text.find("b is high to a unit, but has none"), std::string::npos);
  EXPECT_NE(wrong.problems[2].text.find("says in a word what its harm_"), std::string::npos);
  EXPECT_EQ(wrong.problems[2].line, 4U);
}

TEST(Load, EveryLimitIsNamedOneBeyondIt) {
  const auto limited = [](auto member, std::size_t max) {
    Limits limits;
    limits.*member = max;
    return Files().load(limits);
  };
  EXPECT_TRUE(limited(&Limits::hosts, 4).problems.empty());
  expect_said(limited(&Limits::hosts, 3), {"hosts.csv:5: 4 of this kind; an estate holds at most 3"});
  EXPECT_TRUE(limited(&Limits::flows, 2).problems.empty());
  expect_said(limited(&Limits::flows, 1), {"flows.csv:2: more than 1 flows, groups expanded"});
  EXPECT_TRUE(limited(&Limits::units, 2).problems.empty());
  expect_said(limited(&Limits::units, 1), {"hospital.toml:15: 2 of this kind; an estate holds at most 1"});
  expect_said(limited(&Limits::sites, 1), {"2 of this kind; an estate holds at most 1"});
  expect_said(limited(&Limits::buildings, 0), {"1 of this kind; an estate holds at most 0"});
  expect_said(limited(&Limits::networks, 1), {"2 of this kind; an estate holds at most 1"});
  expect_said(limited(&Limits::services, 0), {"1 of this kind; an estate holds at most 0"});
  expect_said(limited(&Limits::beds, 1), {"beds.csv:3: 2 of this kind; an estate holds at most 1"});
  EXPECT_TRUE(limited(&Limits::addresses_per_host, 2).problems.empty());
  expect_said(limited(&Limits::addresses_per_host, 1), {"hosts.csv:4: 2 in 'addresses'; a host has at most 1"});
  expect_said(limited(&Limits::macs_per_host, 0), {"hosts.csv:2: 1 in 'macs'; a host has at most 0"});
  EXPECT_TRUE(limited(&Limits::protected_addresses, 2).problems.empty());
  expect_said(limited(&Limits::protected_addresses, 1),
              {"hosts.csv:4: with vent the protected hosts have 2 addresses; the enforcer keeps at most 1 out of every "
               "cut, and cuts nobody where there are more: declare fewer of each protected host"});
  expect_said(limited(&Limits::devices_per_bed, 0), {"beds.csv:2: 1 devices; a bed has at most 0"});
  EXPECT_TRUE(limited(&Limits::files, 4).problems.empty());
  expect_said(limited(&Limits::files, 3), {"an estate is 1 to 3 files, not 4"});
  expect_said(limited(&Limits::file_bytes, 100), {"hosts.csv:0: 228 bytes; at most 100"});
}

TEST(Load, LimitsOfWhatTheSmallHospitalHasNot) {
  Files f;
  f.head +=
      "[[border]]\nfrom = [\"postes\"]\nto = [\"serveurs\"]\npermits = [\"other\"]\n"
      "[[passage]]\nfrom = \"lis\"\nto = \"ws1\"\npermits = \"other\"\n"
      "[[account]]\nname = \"a\"\nunit = \"Laboratoire\"\n"
      "[[care_flow]]\nserver = \"10.2.0.1\"\nport = 104\n";
  EXPECT_TRUE(f.load().problems.empty()) << said(f.load());
  Limits limits;
  limits.borders = limits.passages = limits.accounts = limits.care_flows = 0;
  expect_said(f.load(limits), {"hospital.toml:35: 1 of this kind", "hospital.toml:39: 1 of this kind",
                               "hospital.toml:43: 1 of this kind", "hospital.toml:46: 1 of this kind"});
  f.head += "[[border]]\nfrom = [\"serveurs\"]\nto = [\"postes\"]\npermits = [\"other\"]\n";
  limits = {};
  limits.problems = 1;
  f.hosts += "x,y\nx,y\n";
  const Loaded l = f.load(limits);
  ASSERT_EQ(l.problems.size(), 2U);
  EXPECT_NE(l.problems[1].text.find("more mistakes"), std::string::npos);
}

TEST(Load, TellsFilesOfAnEstateFromOthersByTheirNames) {
  for (const char* name : {"hospital.toml", "hosts.csv", "other.toml", "other.csv", "hosts.csv.toml"}) {
    EXPECT_TRUE(is_estate_file(name)) << name;
    EXPECT_EQ(why_not_taken(name), "") << name;
  }
  for (const char* name :
       {"hosts.CSV", "Hospital.TOML", "hosts.xlsx", "flows.ods", "hosts.tsv", "hosts.txt", "hosts.csv.txt",
        "hosts.csv.gz", "hosts", "hosts.json", "Hosts.Txt", "care_flows", "hospital.tml", "hospital.yaml", "export.xls",
        "postes 2026.numbers", "hosts.new", "hosts."}) {
    EXPECT_FALSE(is_estate_file(name)) << name;
    EXPECT_NE(why_not_taken(name), "") << name;
  }
  for (const char* name : {"README",         "README.md",     "notes.txt",   "LICENSE",
                           ".git",           ".hosts.csv",    "._hosts.csv", ".~lock.hosts.csv#",
                           "~$hosts.xlsx",   "~$hosts.csv",   "hosts.csv~",  "#hosts.csv#",
                           ".hosts.csv.swp", "hosts.csv.bak", "hosts.bak",   "hosts.xlsx.bak",
                           "hosts.csv.orig", "flows.png",     "hosts.md",    "hosts.csv.sha256",
                           "make_hosts.py",  "hospitals.txt", "old",         ""}) {
    EXPECT_FALSE(is_estate_file(name)) << name;
    EXPECT_EQ(why_not_taken(name), "") << name;
  }
  EXPECT_NE(why_not_taken("hospital.tml").find("save it as hospital.toml"), std::string::npos);
  EXPECT_NE(why_not_taken("flows.csv.txt").find("by the name flows.csv"), std::string::npos);
}

TEST(Load, NamesHaveABound) {
  Files f;
  const std::string longest(128, 'x');
  f.hosts += longest + ",workstation,,10.1.0.50,,\n";
  EXPECT_TRUE(f.load().problems.empty()) << said(f.load());
  f.hosts += longest + "x,workstation,,10.1.0.51,,\n";
  expect_said(f.load(), {"hosts.csv:7: 'name' must be a text of 1 to 128 bytes"});
}

TEST(Load, TheIndexStaysRight) {
  Loaded l = Files().load();
  ASSERT_TRUE(l.problems.empty());
  Estate copy = l.estate;
  const IpAddress late = *IpAddress::parse("10.1.7.7");
  EXPECT_EQ(copy.find(late), nullptr);
  copy.hosts.emplace_back().addresses = {late};
  EXPECT_EQ(copy.find(late), &copy.hosts.back()) << "a host that was added";
  EXPECT_EQ(copy.find(*IpAddress::parse("10.1.0.1")), &copy.hosts[0]);
  copy.hosts.erase(copy.hosts.begin());
  EXPECT_EQ(copy.find(*IpAddress::parse("10.1.0.1")), nullptr) << "a host that was taken away";
  EXPECT_EQ(copy.find(*IpAddress::parse("10.1.0.2"))->name, "ws2");
  EXPECT_EQ(l.estate.find(late), nullptr);
}

TEST(Csv, FieldsComeBackAsTheyWereWritten) {
  EXPECT_TRUE(rc::check("any texts survive writing and reading", [](const std::vector<std::string>& raw) {
    std::vector<std::string> fields{"x"};
    for (const std::string& text : raw) {
      std::string kept;
      for (const char c : text) {
        if (c != '\0' && c != '\r') kept += c;
      }
      fields.push_back(kept);
    }
    std::string line;
    std::string header;
    for (const std::string& field : fields) {
      line += (line.empty() ? "" : ",") + csv_field(field);
      header += (header.empty() ? "c" : ",c");
    }
    if (fields.size() > 250) return;
    const Csv csv = parse_csv(header + "\n" + line + "\n", {.lines_in_quotes = true});
    RC_ASSERT(csv.problems.empty());
    RC_ASSERT(csv.rows.size() == 1U);
    RC_ASSERT(csv.rows[0].fields == fields);
  }));
}

TEST(Csv, Limits) {
  const CsvOptions small{.rows_max = 2, .columns_max = 3, .field_bytes_max = 4};
  EXPECT_TRUE(parse_csv("a,b,c\n1,2,3333\n1,2,3\n", small).problems.empty());
  EXPECT_EQ(parse_csv("a,b,c\n1,2,3\n1,2,3\n1,2,3\n", small).problems.at(0).text.substr(0, 16), "more than 2 rows");
  EXPECT_EQ(parse_csv("a,b,c\n1,2,3,4\n", small).problems.at(0).text, "more than 3 fields");
  EXPECT_EQ(parse_csv("a,b,c\n1,2,33333\n", small).problems.at(0).text, "a field of 5 bytes; at most 4");
}

TEST(Csv, SeparatorsAndTheLineOfExcel) {
  EXPECT_EQ(parse_csv("a;\"b,,\";c\n").separator, ';');
  EXPECT_EQ(parse_csv("a\tb\n").separator, '\t');
  const Csv csv = parse_csv("sep=;\r\na;b\r\n\r\n# nobody\r\n1; \"2\"\"\" \r\n");
  ASSERT_EQ(csv.rows.size(), 1U);
  EXPECT_EQ(csv.rows[0].line, 5U);
  EXPECT_EQ(csv.rows[0].fields, (std::vector<std::string>{"1", "2\""}));
}

TEST(Text, EveryUtf8TextStaysAndEveryOtherBecomesUtf8) {
  EXPECT_TRUE(rc::check("decode gives UTF-8", [](const std::string& bytes) {
    const Decoded d = decode(bytes);
    RC_ASSERT(is_utf8(d.text));
    const bool ascii = std::ranges::none_of(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (ascii && d.refused.empty()) RC_ASSERT(d.text == bytes);
  }));
  EXPECT_EQ(decode("\x80 \x92 \xe9").text, "€ ’ é");
  EXPECT_EQ(decode("a\xa0\xe9").text, "a é");
  EXPECT_EQ(decode("\xc2\xa0é\xe2\x80\xaf€\xe3\x80\x80𝄞").text, " é € 𝄞");
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace cordon::estate
