// SPDX-License-Identifier: GPL-2.0-only
// The text of the table on a bridge and on a router: what is the same, and what each must not hold. That the kernel
// takes it and what it stops are tests/netns/nft_test.py's and nft_route_test.py's.
#include "nft/ruleset.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cordon::nft {

namespace {

const Table on_bridge{Hop::bridge};
const Table on_router{Hop::router};

Configuration small_hospital() {
  Configuration out;
  out.care_tcp.insert(*grammar::CareFlow::parse("192.0.2.1@2575"));
  out.care_udp.insert(*grammar::CareFlow::parse("2001:db8::1@24105"));
  out.spread_tcp = {{445, 445}, {3389, 3389}};
  out.spread_udp = {{3389, 3389}};
  out.dynamic_tcp = grammar::PortRange{49152, 65535};
  return out;
}

/// bodies_of gives what is added of one kind, in its order, without the family, which is looked at here.
std::vector<Json> bodies_of(const Table& table, const char* kind) {
  std::vector<Json> out;
  for (const Json& command : ruleset(small_hospital(), table)) {
    const Json& inner = command.begin().value();
    if (command.begin().key() != "add" || !inner.contains(kind)) continue;
    Json body = inner[kind];
    EXPECT_EQ(body["family"], family_word(table.hop)) << body;
    body.erase("family");
    out.push_back(std::move(body));
  }
  return out;
}

bool holds(const Json& rule, const char* word) {
  return rule.dump().find(word) != std::string::npos;
}

/// without leaves out the rules that look at a wire: MACs, ARP, tags, and what hosts say to find each other.
std::vector<Json> without_the_wire(std::vector<Json> rules) {
  std::erase_if(rules, [](const Json& rule) {
    return holds(rule, "ether") || holds(rule, "arp") || holds(rule, "8021q") || holds(rule, "\"nd-");
  });
  return rules;
}

TEST(Ruleset, BeyondTheWireBridgeAndRouterJudgeAlike) {
  const auto bridge = without_the_wire(bodies_of(on_bridge, "rule"));
  EXPECT_EQ(bridge, without_the_wire(bodies_of(on_router, "rule")));
  EXPECT_GT(bridge.size(), 50U);
  EXPECT_EQ(bodies_of(on_bridge, "counter"), bodies_of(on_router, "counter"));
  EXPECT_EQ(bodies_of(on_bridge, "element"), bodies_of(on_router, "element"));
}

TEST(Ruleset, ARouterHasTheSetsOfCutsAndNoneOfTheWire) {
  const auto named = [](const Table& table, const char* kind) {
    std::vector<std::string> out;
    for (const Json& body : bodies_of(table, kind)) out.push_back(body["name"]);
    return out;
  };
  auto expected = named(on_bridge, "set");
  std::erase_if(expected, [](const std::string& name) { return name.starts_with("own") || name.starts_with("bound"); });
  EXPECT_EQ(named(on_router, "set"), expected);
  auto chains = named(on_bridge, "chain");
  std::erase(chains, "neighbours");
  EXPECT_EQ(named(on_router, "chain"), chains);
  for (const Json& rule : bodies_of(on_router, "rule")) {
    for (const char* word : {"arp", "8021", "\"nd-", "neighbours", "own4", "own6", "bound"}) {
      EXPECT_FALSE(holds(rule, word)) << word << " in " << rule;
    }
  }
}

TEST(Ruleset, EachHooksWhereTrafficIsForwardedAndCareComesFirst) {
  for (const Table& table : {on_bridge, on_router}) {
    for (const Json& chain : bodies_of(table, "chain")) {
      ASSERT_EQ(chain.contains("hook"), chain["name"] == "forward") << chain;
      if (!chain.contains("hook")) continue;
      EXPECT_EQ(chain["hook"], "forward");
      EXPECT_EQ(chain["prio"], 0);
      EXPECT_EQ(chain["policy"], "accept");
    }
    std::vector<Json> rules = bodies_of(table, "rule");
    std::erase_if(rules, [](const Json& rule) { return rule["chain"] != "forward" || holds(rule, "arp"); });
    ASSERT_GT(rules.size(), 8U);
    for (std::size_t i = 0; i < rules.size(); ++i) EXPECT_EQ(holds(rules[i], "care_passed"), i < 8) << rules[i];
  }
}

TEST(Ruleset, ARouterJudgesNoMacThatMayBeAnotherRouters) {
  int judged = 0;
  for (const Json& rule : bodies_of(on_router, "rule")) {
    if (!holds(rule, "ether")) continue;
    ++judged;
    EXPECT_FALSE(rule.dump().find(R"("field":"daddr","protocol":"ether")") != std::string::npos) << rule;
    EXPECT_TRUE(holds(rule, R"("set":[63,127,254])")) << rule;
    EXPECT_TRUE(holds(rule, R"("ttl")") || holds(rule, R"("hoplimit")")) << rule;
  }
  EXPECT_EQ(judged, 2 * 4) << "of each family: spread, isolate, client of block_out, server of shield";
  EXPECT_TRUE(std::ranges::any_of(bodies_of(on_bridge, "rule"), [](const Json& rule) {
    return rule.dump().find(R"("field":"daddr","protocol":"ether")") != std::string::npos;
  }));
}

TEST(Ruleset, CommandsNameTheFamilyOfTheirTable) {
  const grammar::Target host = *grammar::Ip::parse("192.0.2.7");
  for (const Table& table : {on_bridge, on_router}) {
    const char* family = family_word(table.hop);
    const Json made = element_command(table, ElementVerb::create, grammar::CutKind::isolate, host, "c1", 60);
    EXPECT_EQ(made["create"]["element"]["family"], family);
    EXPECT_EQ(made["create"]["element"]["name"], "isolate_ip4");
    EXPECT_EQ(list_command(table)["list"]["table"]["family"], family);
    EXPECT_EQ(delete_table_command(table)["delete"]["table"]["family"], family);
  }
}

}  // namespace

}  // namespace cordon::nft
