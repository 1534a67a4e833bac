// SPDX-License-Identifier: Apache-2.0
#include "estate/import.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cordon::estate {
namespace {

constexpr const char* mapping = R"([columns]
name = "Nom"
role = "Type"
unit = "Lieu"
network = "Réseau"
addresses = "IP"
macs = "MAC"
attached_to = "Prise"
[role]
"Ordinateur" = "workstation"
"Moniteur patient" = "medical_device"
"Écran" = "skip"
[unit]
"Bâtiment A > 2e > Réa" = "Réanimation"
[network]
"VLAN 10" = "postes"
)";

// As GLPI saves it: semicolons, a byte-order mark, and an address a line within one field.
constexpr const char* exported =
    "\xef\xbb\xbf\"Nom\";\"Type\";\"Lieu\";\"IP\";\"MAC\";\"Réseau\";\"Prise\";\"Commentaire\"\r\n"
    "\"pc-01\";\"Ordinateur\";\"Bâtiment A > 2e > Réa\";\"10.1.0.11\nfe80::1\";\"02:00:00:00:00:11\";\"VLAN "
    "10\";\"sw-1/3\";\"neuf\"\r\n"
    "\"mon-01\";\"Moniteur patient\";\"Réanimation\";\"10.1.0.12\";\"02-00-00-00-00-12\";\"\";\"\";\"\"\r\n"
    "\"ecran\";\"Écran\";\"\";\"\";\"\";\"\";\"\";\"\"\r\n"
    "\"pc-02\";\"Portable\";\"\";\"10.1.0.13\";\"\";\"\";\"\";\"\"\r\n"
    "\"pc-03\";\"Ordinateur\";\"Grenier\";\"10.1.0.14\";\"\";\"\";\"\";\"\"\r\n"
    "\"pc-04\";\"Ordinateur\";\"\";\"\";\"\";\"\";\"\";\"\"\r\n"
    "\"pc-05\";\"Ordinateur\";\"\";\"10.1.0.11\";\"\";\"\";\"\";\"\"\r\n"
    "\"pc-01\";\"Ordinateur\";\"\";\"10.1.0.16\";\"\";\"\";\"\";\"\"\r\n"
    "\"pc-06\";\"Ordinateur\";\"\";\"10.2.0.6\";\"\";\"VLAN 10\";\"\";\"\"\r\n"
    "\"pc-07\";\"Ordinateur\";\"\";\"10.1.0.1\";\"\";\"\";\"\";\"\"\r\n"
    "\"ws1\";\"Ordinateur\";\"\";\"10.1.0.1\";\"\";\"\";\"\";\"\"\r\n"
    "\"pc-08\";\"Ordinateur\"\r\n";

Estate known() {
  const Loaded l = load(R"(hospital = "h"
[[unit]]
name = "Réanimation"
kind = "reanimation"
[[network]]
name = "postes"
prefixes = ["10.1.0.0/24"]
[[network]]
name = "serveurs"
prefixes = ["10.2.0.0/24"]
[[host]]
name = "ws1"
role = "workstation"
addresses = ["10.1.0.1"]
)",
                        "h.toml");
  EXPECT_TRUE(l.problems.empty());
  return l.estate;
}

TEST(Import, TakesWhatIsClearAndReportsTheRest) {
  const Estate e = known();
  const Imported i = import_inventory({"glpi.csv", exported}, {"glpi.toml", mapping}, e);
  ASSERT_TRUE(i.problems.empty()) << i.problems[0].text;
  ASSERT_EQ(i.hosts.size(), 2U);
  EXPECT_EQ(i.hosts[0].name, "pc-01");
  EXPECT_EQ(i.hosts[0].unit, UnitIndex{0});
  EXPECT_EQ(i.hosts[0].network, NetworkIndex{0});
  EXPECT_EQ(i.hosts[0].addresses.size(), 1U) << "a link-local address says nothing";
  EXPECT_EQ(i.hosts[0].attached_to, "sw-1/3");
  EXPECT_EQ(i.hosts[0].origin, Origin::imported);
  EXPECT_FALSE(i.hosts[0].is_protected);
  EXPECT_TRUE(i.hosts[1].is_protected) << "a medical device, unless the mapping says otherwise";
  EXPECT_EQ(i.hosts[1].network, NetworkIndex{0}) << "by its address";
  EXPECT_EQ(i.skipped, 1U);
  std::string all;
  for (const Problem& p : i.ambiguous) all += fmt::format("{}:{}: {}\n", p.file, p.line, p.text);
  for (const char* sentence : {"glpi.csv:6: the type 'Portable' is not in [role] of the mapping",
                               "glpi.csv:7: the place 'Grenier' is no unit and not in [unit]",
                               "glpi.csv:8: pc-04 has neither an address nor a MAC",
                               "glpi.csv:9: 10.1.0.11 is also that of another line of this export",
                               "glpi.csv:10: pc-01 stands already at line 2; which of both is it?",
                               "glpi.csv:11: 10.2.0.6 lies in network serveurs, but the line says postes",
                               "glpi.csv:12: pc-07 has 10.1.0.1, which the estate declares as ws1's",
                               "glpi.csv:13: 10.1.0.1 is also that of another line of this export",
                               "glpi.csv:14: 2 fields, but the header at line 1 names 8"}) {
    EXPECT_NE(all.find(sentence), std::string::npos) << sentence << "\nin\n" << all;
  }
  EXPECT_EQ(i.ambiguous.size(), 9U) << all;
}

TEST(Import, WhatIsDeclaredOtherwiseIsSaidAndWhatIsDeclaredSoIsNot) {
  const std::string lines =
      "Nom;Type;Lieu;IP;MAC;Réseau;Prise\n"
      "ws1;Ordinateur;;10.1.0.50;;;\n";
  Estate e = known();
  const Imported other = import_inventory({"glpi.csv", lines}, {"glpi.toml", mapping}, e);
  ASSERT_EQ(other.ambiguous.size(), 1U);
  EXPECT_EQ(other.ambiguous[0].text,
            "ws1 has the address 10.1.0.50, which is not among those declared for it (10.1.0.1); correct one of both");
  e.hosts.at(0).addresses.push_back(*IpAddress::parse("10.1.0.50"));
  EXPECT_TRUE(import_inventory({"glpi.csv", lines}, {"glpi.toml", mapping}, e).ambiguous.empty());
}

TEST(Import, TakesNoNameThatLoadingRefuses) {
  const std::string lines =
      "Nom;Type;Lieu;IP;MAC;Réseau;Prise\n"
      "a>b;Ordinateur;;10.1.0.50;;;\n"
      "c\xe2\x80\x8b;Ordinateur;;10.1.0.51;;;\n"
      "d;Ordinateur;;10.1.0.52;;;sw\xe2\x80\x8b-1\n"
      "e  e;Ordinateur;;10.1.0.53;;;\n"
      "f;Ordinateur;;10.1.0.54;;;sw  1\n";
  const Imported i = import_inventory({"glpi.csv", lines}, {"glpi.toml", mapping}, known());
  EXPECT_EQ(i.ambiguous.size(), 4U);
  ASSERT_EQ(i.hosts.size(), 1U);
  EXPECT_EQ(i.hosts[0].attached_to, "sw 1");
}

TEST(Import, LeavesOutWhatLiesOutsideItsNetworkSoThatTheRestLoads) {
  const std::string lines =
      "Nom;Type;Lieu;IP;MAC;Réseau;Prise\n"
      "a;Ordinateur;;10.8.8.8;;VLAN 10;\n"
      "b;Ordinateur;;10.1.0.2,10.8.8.9;;postes;\n"
      "c;Ordinateur;;10.8.8.10,10.1.0.3;;;\n"
      "d;Ordinateur;;10.1.0.4,10.2.0.4;;;\n"
      "e;Ordinateur;;10.2.0.5;;postes;\n"
      "f;Ordinateur;;10.1.0.6,fd00::6;;postes;\n"
      "g;Ordinateur;;10.8.8.11;;;\n";
  const Imported i = import_inventory({"glpi.csv", lines}, {"glpi.toml", mapping}, known());
  ASSERT_TRUE(i.problems.empty()) << i.problems[0].text;
  std::string all;
  for (const Problem& p : i.ambiguous) all += fmt::format("{}: {}\n", p.line, p.text);
  EXPECT_EQ(all,
            "2: 10.8.8.8 lies outside network postes (10.1.0.0/24), which the line says\n"
            "3: 10.8.8.9 lies outside network postes (10.1.0.0/24), which the line says\n"
            "4: 10.8.8.10 lies outside network postes (10.1.0.0/24), which another address of the line says\n"
            "5: 10.2.0.4 lies in network serveurs, but another address of the line says postes\n"
            "6: 10.2.0.5 lies in network serveurs, but the line says postes\n");
  ASSERT_EQ(i.hosts.size(), 2U) << "no prefix is declared of the IPv6 address's kind, and none around the last line's";
  const Loaded l = load(std::vector<NamedText>{
      {"hospital.toml", "hospital = \"h\"\n[[network]]\nname = \"postes\"\nprefixes = [\"10.1.0.0/24\"]\n"},
      {"hosts.csv", hosts_csv(known(), i.hosts)}});
  EXPECT_TRUE(l.problems.empty()) << l.problems[0].text;
}

TEST(Import, LeavesOutANameThatIsAnothersAddress) {
  const std::string head = "Nom;Type;Lieu;IP;MAC;Réseau;Prise\r\n";
  const std::string rows = "10.1.0.98;Ordinateur;;10.1.0.98;;;\r\n10.1.0.99;Ordinateur;;10.1.0.97;;;\r\n";
  const Imported i = import_inventory({"glpi.csv", head + rows}, {"glpi.toml", mapping}, known());
  ASSERT_EQ(i.hosts.size(), 1U);
  EXPECT_EQ(i.hosts[0].name, "10.1.0.98");
  ASSERT_EQ(i.ambiguous.size(), 1U);
  EXPECT_EQ(i.ambiguous[0].line, 3U);
  EXPECT_EQ(i.ambiguous[0].text,
            "the name 10.1.0.99 is an address and none of this host's, so whoever is seen there would be taken for it; "
            "give it another name, or that address");
}

TEST(Import, NamesEveryBrokenLine) {
  std::string lines = "Nom;Type;Lieu;IP;MAC;Réseau;Prise\n";
  for (int i = 0; i < 250; ++i) lines += "pc;Ordinateur\n";
  EXPECT_EQ(import_inventory({"glpi.csv", lines}, {"glpi.toml", mapping}, known()).ambiguous.size(), 250U);
}

TEST(Import, WritesNothingThatASpreadsheetWouldReckon) {
  const std::string head = "Nom;Type;Lieu;IP;MAC;Réseau;Prise\r\n";
  const std::string rows =
      "=cmd|calc;Ordinateur;;10.1.0.91;;;\r\n"
      "@SUM(1);Ordinateur;;10.1.0.92;;;\r\n"
      "-2+3;Ordinateur;;10.1.0.93;;;\r\n"
      "pc-09;Ordinateur;;10.1.0.94;;;+cmd|calc\r\n"
      "pc-10;Ordinateur;;10.1.0.95;;;-\r\n"
      "pc-11;Ordinateur;;10.1.0.96;;;sw=1/3\r\n"
      ";;;;;;\r\n";
  const Imported i = import_inventory({"glpi.csv", head + rows}, {"glpi.toml", mapping}, known());
  ASSERT_EQ(i.hosts.size(), 2U);
  EXPECT_EQ(i.hosts[0].name, "pc-10");
  EXPECT_EQ(i.hosts[1].name, "pc-11");
  ASSERT_EQ(i.ambiguous.size(), 4U);
  EXPECT_EQ(i.ambiguous[0].text,
            "'=cmd|calc' for name is a formula to a spreadsheet; write it without the '=' at its front");
  EXPECT_EQ(i.ambiguous[3].text,
            "'+cmd|calc' for attached_to is a formula to a spreadsheet; write it without the '+' at its front");
}

TEST(Import, WhatItWritesLoadsAgain) {
  Estate e = known();
  const Imported i = import_inventory({"glpi.csv", exported}, {"glpi.toml", mapping}, e);
  const std::vector<NamedText> texts{
      {"hospital.toml",
       "hospital = \"h\"\n[[unit]]\nname = \"Réanimation\"\nkind = \"reanimation\"\n[[network]]\nname = \"postes\"\n"
       "prefixes = [\"10.1.0.0/24\"]\n"},
      {"hosts.csv", hosts_csv(e, i.hosts)}};
  const Loaded l = load(texts);
  ASSERT_TRUE(l.problems.empty()) << l.problems[0].text;
  ASSERT_EQ(l.estate.hosts.size(), 2U);
  for (std::size_t h = 0; h < 2; ++h) {
    EXPECT_EQ(l.estate.hosts[h].name, i.hosts[h].name);
    EXPECT_EQ(l.estate.hosts[h].role, i.hosts[h].role);
    EXPECT_EQ(l.estate.hosts[h].macs, i.hosts[h].macs);
    EXPECT_EQ(l.estate.hosts[h].is_protected, i.hosts[h].is_protected);
    EXPECT_EQ(l.estate.hosts[h].origin, Origin::imported);
  }
}

TEST(Import, TakesACriticalityAndWritesItAgain) {
  const std::string with_column = std::string(
      "[columns]\nname = \"Nom\"\nrole = \"Type\"\nunit = \"Lieu\"\naddresses = "
      "\"IP\"\ncriticality = \"Importance\"\n[role]\n\"Serveur\" = "
      "\"server\"\n[criticality]\n\"4 - Majeure\" = \"vital\"\n");
  const std::string export_with_column =
      "Nom;Type;Lieu;IP;Importance\n"
      "s1;Serveur;Réanimation;10.2.0.1;4 - Majeure\n"
      "s2;Serveur;Réanimation;10.2.0.2;high\n"
      "s3;Serveur;Réanimation;10.2.0.3;\n"
      "s4;Serveur;Réanimation;10.2.0.4;0 - Nulle\n"
      "s5;Serveur;;10.2.0.5;high\n";
  const Estate e = known();
  const Imported i = import_inventory({"glpi.csv", export_with_column}, {"glpi.toml", with_column}, e);
  ASSERT_TRUE(i.problems.empty()) << i.problems[0].text;
  ASSERT_EQ(i.hosts.size(), 3U);
  EXPECT_EQ(i.hosts[0].criticality, Criticality::vital);
  EXPECT_EQ(i.hosts[1].criticality, Criticality::high);
  EXPECT_EQ(i.hosts[2].criticality, Criticality::normal);
  ASSERT_EQ(i.ambiguous.size(), 2U);
  EXPECT_NE(i.ambiguous[0].text.find("'0 - Nulle' is not in [criticality]"), std::string::npos);
  EXPECT_NE(i.ambiguous[1].text.find("s5 is high to a unit, but has none"), std::string::npos);
  const Loaded l = load(
      std::vector<NamedText>{{"hospital.toml",
                              "hospital = \"h\"\n[[unit]]\nname = \"Réanimation\"\nkind = \"reanimation\"\nbeds = 10\n"
                              "[[network]]\nname = \"serveurs\"\nprefixes = [\"10.2.0.0/24\"]\n"},
                             {"hosts.csv", hosts_csv(e, i.hosts)}});
  ASSERT_TRUE(l.problems.empty()) << l.problems[0].text;
  EXPECT_EQ(l.estate.hosts[0].criticality, Criticality::vital);
  EXPECT_DOUBLE_EQ(l.estate.hosts[0].harm_if_lost, 10 * 0.1 * 504);
  const Imported wrong =
      import_inventory({"glpi.csv", export_with_column}, {"m.toml", with_column + "\"3\" = \"enormous\"\n"}, e);
  ASSERT_EQ(wrong.problems.size(), 1U);
  EXPECT_NE(wrong.problems[0].text.find("unknown criticality 'enormous'; known are: normal, high, vital"),
            std::string::npos);
}

TEST(Import, TakesFlagsAsSpreadsheetsAndInventoriesWriteThem) {
  const std::string map =
      std::string(mapping).insert(std::string_view("[columns]\n").size(), "protected = \"Critique\"\n");
  for (const auto& [word, is_protected] : {std::pair("Oui", true), std::pair("VRAI", true), std::pair("True", true),
                                           std::pair("NON", false), std::pair("FAUX", false), std::pair("No", false)}) {
    const std::string text =
        fmt::format("Nom;Type;Lieu;IP;MAC;Réseau;Prise;Critique\npc-21;Ordinateur;;10.1.0.21;;;;{}\n", word);
    const Imported i = import_inventory({"e.csv", text}, {"m.toml", map}, known());
    ASSERT_EQ(i.hosts.size(), 1U) << word;
    EXPECT_EQ(i.hosts[0].is_protected, is_protected) << word;
  }
}

TEST(Import, PassesOverAddressesThatAreNobodysOwn) {
  const std::string text =
      "Nom;Type;Lieu;IP;MAC;Réseau;Prise\n"
      "pc-22;Ordinateur;;127.0.0.1, 10.1.0.22, 169.254.7.9, 0.0.0.0, ::1, fe80::2, fe80::1%12;00:00:00:00:00:00, "
      "02:00:00:00:00:22;;\n"
      "pc-23;Ordinateur;;127.0.0.1;00:00:00:00:00:00;;\n";
  const Imported i = import_inventory({"e.csv", text}, {"m.toml", mapping}, known());
  ASSERT_EQ(i.hosts.size(), 1U) << i.ambiguous[0].text;
  EXPECT_EQ(i.hosts[0].addresses, (std::vector{*IpAddress::parse("10.1.0.22")}));
  EXPECT_EQ(i.hosts[0].macs, (std::vector{*Mac::parse("02:00:00:00:00:22")}));
  ASSERT_EQ(i.ambiguous.size(), 1U);
  EXPECT_NE(i.ambiguous[0].text.find("neither an address nor a MAC"), std::string::npos) << i.ambiguous[0].text;
}

TEST(Import, TakesMacsAsSwitchesWriteThem) {
  const std::string text =
      "Nom;Type;Lieu;IP;MAC;Réseau;Prise\n"
      "pc-24;Ordinateur;;;0200.0000.0024, 020000000025, 02-00-00-00-00-26;;\n"
      "pc-27;Ordinateur;;;02000000002;;\n";
  const Imported i = import_inventory({"e.csv", text}, {"m.toml", mapping}, known());
  ASSERT_EQ(i.hosts.size(), 1U);
  EXPECT_EQ(i.hosts[0].macs, (std::vector{*Mac::parse("02:00:00:00:00:24"), *Mac::parse("02:00:00:00:00:25"),
                                          *Mac::parse("02:00:00:00:00:26")}));
}

TEST(Import, CountsLinesAndNotWhatIsWrongOnThem) {
  const std::string text =
      "Nom;Type;Lieu;IP;MAC;Réseau;Prise\npc-24;Ordinateur;Grenier;224.0.0.1;x;;\npc-25;Ordinateur;;10.1.0.25;;;\n";
  const Imported i = import_inventory({"e.csv", text}, {"m.toml", mapping}, known());
  EXPECT_EQ(i.hosts.size(), 1U);
  EXPECT_EQ(i.ambiguous.size(), 3U);
  EXPECT_EQ(i.lines_left_out(), 1U);
}

TEST(Import, AWrongMappingImportsNothing) {
  const Imported i = import_inventory({"glpi.csv", exported},
                                      {"glpi.toml",
                                       "colour = 1\nprotected = [\"toaster\"]\n[columns]\nname = \"Name\"\nsize = "
                                       "\"x\"\n[role]\nA = \"pc\"\n[unit]\nB = "
                                       "\"Cave\"\n[network]\nC = \"wlan\"\n"},
                                      known());
  EXPECT_TRUE(i.hosts.empty());
  std::string all;
  for (const Problem& p : i.problems) all += fmt::format("{}: {}\n", p.line, p.text);
  for (const char* sentence :
       {"1: unknown section 'colour'", "2: unknown role 'toaster' in 'protected'",
        "5: unknown field 'size' in [columns]", "7: unknown role 'pc'; known are: skip, workstation",
        "9: unknown unit 'Cave'", "11: unknown network 'wlan'", "[columns] does not say which column is 'role'"}) {
    EXPECT_NE(all.find(sentence), std::string::npos) << sentence << "\nin\n" << all;
  }
  const Imported other =
      import_inventory({"glpi.csv", exported}, {"m.toml", "[columns]\nname = \"Name\"\nrole = \"Type\"\n"}, known());
  ASSERT_EQ(other.problems.size(), 1U);
  EXPECT_NE(other.problems[0].text.find("no column 'Name', which the mapping calls 'name'; the columns are: Nom, Type"),
            std::string::npos);
}

TEST(Import, HasABound) {
  Limits limits;
  limits.hosts = 1;
  const Imported i = import_inventory({"glpi.csv", exported}, {"glpi.toml", mapping}, known(), limits);
  EXPECT_EQ(i.hosts.size(), 1U);
  EXPECT_NE(i.ambiguous.at(0).text.find("more than 1 hosts"), std::string::npos);
}

}  // namespace
}  // namespace cordon::estate
