// SPDX-License-Identifier: Apache-2.0
#include "estate/estate.h"

#include <gtest/gtest.h>

namespace cordon::estate {
namespace {

TEST(Estate, ReadsHostsAndCareFlows) {
  const Loaded l = load(R"(
hospital = "Centre hospitalier d'exemple"
[[host]]
name = "med"
role = "medical_device"
addresses = ["10.77.0.30"]
macs = ["02:77:00:00:00:30"]
protected = true
[[care_flow]]
server = "10.77.0.30"
port = 2575
what = "HL7"
)",
                        "h.toml");
  ASSERT_TRUE(l.problems.empty()) << l.problems[0].text;
  ASSERT_NE(l.estate.find(*IpAddress::parse("10.77.0.30")), nullptr);
  EXPECT_TRUE(l.estate.find(*Mac::parse("02:77:00:00:00:30"))->is_protected);
  EXPECT_EQ(l.estate.find(*IpAddress::parse("10.77.0.31")), nullptr);
  EXPECT_EQ(l.estate.care_flows.at(0).port, 2575);
}

TEST(Estate, NamesEveryMistakeWithItsLine) {
  const Loaded l = load(R"(hospital = "x"
[[host]]
name = "a"
role = "toaster"
addresses = ["10.0.0.1"]
colour = "red"
[[host]]
name = "a"
role = "server"
addresses = ["10.0.0.1", "10.0.0.999"]
[[care_flow]]
server = "10.0.0.1"
port = 70000
what = "HL7"
)",
                        "h.toml");
  std::string all;
  for (const Problem& p : l.problems) all += std::to_string(p.line) + ": " + p.text + "\n";
  for (const char* expected : {"4: unknown role 'toaster'", "6: unknown key 'colour'",
                               "10: 'addresses' holds something", "7: the name a is already that of the host at line 2",
                               "7: the address 10.0.0.1 is already", "13: 'port' must be a number from 1 to 65535"}) {
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\nin\n" << all;
  }
}

TEST(Estate, BrokenTomlIsOneProblem) {
  const Loaded l = load("hospital = \n", "h.toml");
  ASSERT_EQ(l.problems.size(), 1U);
  EXPECT_EQ(l.problems[0].line, 1U);
}

}  // namespace
}  // namespace cordon::estate
