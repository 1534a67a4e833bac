// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <gtest/gtest.h>

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
  parse_config("box = \"chv 1\"\nmode = \"war\"\nmode2 = 1\n[web]\nport = 99999\ncolour = 1\n[sensor]\nas_now = 3\n",
               "c.toml", out, problems);
  std::string all;
  for (const auto& p : problems) all += std::to_string(p.line) + ": " + p.text + "\n";
  for (const char* expected :
       {"2: 'mode' is 'war'; it can be watch|guard|island", "3: unknown key 'mode2'",
        "5: 'port' must be a number from 0 to 65535", "6: unknown key 'colour' in [web]; known here: address, port",
        "8: 'as_now' must be true or false", "'box' is \"chv 1\""}) {
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\nin\n" << all;
  }
}

TEST(Config, MeansAreAListInOrderEachDescribed) {
  Config out;
  std::vector<estate::Problem> problems;
  parse_config(
      "[enforcer]\nmeans = [\"nftables\", \"samba\", \"radius\"]\n[samba]\nsocket = \"/run/cordon-smb.sock\"\n"
      "[radius.sw-rea-1]\naddress = \"10.77.9.2\"\nsecret = \"radius/sw-rea-1\"\nquarantine_vlan = 666\n",
      "c.toml", out, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  ASSERT_EQ(out.radius.size(), 1U);
  EXPECT_EQ(out.radius[0].name, "sw-rea-1");
  EXPECT_EQ(out.radius[0].quarantine_vlan, 666);
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
      {"[enforcer]\nmeans = [\"snmp\"]\n", "2: 'means' is 'snmp'; it can be dry-run|nftables|samba|radius"},
      {"[enforcer]\nmeans = [\"nftables\", \"nftables\"]\n", "names nftables twice"},
      {"[enforcer]\nmeans = \"samba\"\n", "say in [samba] 'socket'"},
      {"[enforcer]\nmeans = \"radius\"\n", "describe each switch in a table [radius.NAME]"},
      {"[radius.a]\naddress = \"nowhere\"\nsecret = \"s\"\n", "1: [radius.a] 'address' must be an IP address"},
      {"[radius.a]\naddress = \"10.0.0.1\"\n", "[radius.a] 'secret' must name a file"},
      {"[radius]\nsw1 = 3\n", "2: [radius] holds one table a switch"},
      {"[radius.a]\naddress = \"10.0.0.1\"\nsecret = \"s\"\nvlan = 3\n", "4: unknown key 'vlan' in [radius.a]"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_NE(complaints(text).find(expected), std::string::npos) << expected << "\nin\n" << complaints(text);
  }
}

TEST(Config, AFileThatIsNotThereSaysSo) {
  const Checked checked = read_config("/nonexistent/cordon.toml");
  EXPECT_TRUE(checked.unreadable);
  ASSERT_EQ(checked.problems.size(), 1U);
}

}  // namespace
}  // namespace cordon::app
