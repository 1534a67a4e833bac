// SPDX-License-Identifier: Apache-2.0
#include "estate/harm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace cordon::estate {
namespace {

// A réanimation of 12 patients whose workstation reads results by HTTPS and files by SMB, and whose monitors' gateway
// sends a protected care flow.
struct Ward {
  Estate estate;
  Ward() {
    estate.sites.push_back({"A", {}});
    estate.buildings.push_back({"B", {0}});
    estate.units.push_back({"Réanimation", UnitKind::reanimation, {0}, 12, 12});
    estate.networks.push_back({"postes", {0}, {}, {}, {}});
    estate.networks.push_back({"serveurs", {0}, {}, {}, {}});
    for (const auto& [name, role, network] :
         {std::tuple{"ws", Role::workstation, 0U}, {"lis", Role::server, 1U}, {"gw", Role::bedside_gateway, 1U}}) {
      Host host;
      host.name = name;
      host.role = role;
      host.network = NetworkIndex{network};
      estate.hosts.push_back(host);
    }
    estate.services.push_back({"résultats", "par téléphone", "by phone"});
    Flow results;
    results.client = {0};
    results.server = {1};
    results.port = 443;
    results.dependence = 0.2;
    results.tolerance_hours = 2;
    results.fallback = Fallback::by_hand;
    Flow files = results;
    files.port = 445;
    files.dependence = 0.1;
    files.tolerance_hours = 0;
    files.fallback = Fallback::none;
    Flow readings = results;
    readings.client = {2};
    readings.port = 2575;
    readings.dependence = 0.5;
    readings.tolerance_hours = 0;
    readings.fallback = Fallback::none;
    readings.care = true;
    estate.flows = {results, files, readings};
  }
};

TEST(Harm, OfAFlowIsTheDocumentedProduct) {
  Ward w;
  // 1.0 × 12 patients × 0.2 × 0.25 × (12 − 2) hours
  EXPECT_DOUBLE_EQ(harm_of_flow(w.estate, w.estate.flows[0], 12), 6.0);
  EXPECT_DOUBLE_EQ(harm_of_flow(w.estate, w.estate.flows[0], 2), 0);
  EXPECT_DOUBLE_EQ(harm_of_flow(w.estate, w.estate.flows[1], 12), 14.4);
  w.estate.weights.of_kind[static_cast<std::size_t>(UnitKind::reanimation)] = 0.5;
  EXPECT_DOUBLE_EQ(harm_of_flow(w.estate, w.estate.flows[1], 12), 7.2);
}

// The table of docs/ESTATE.md.
TEST(Harm, AnHourOfEachKindOfUnitWeighsWhatTheTableSays) {
  constexpr std::pair<std::string_view, double> table[] = {
      {"reanimation", 1},     {"bloc", 1},         {"neonatologie", 0.9},  {"usip", 0.8},
      {"urgences", 0.8},      {"smur", 0.8},       {"maternite", 0.6},     {"dialyse", 0.6},
      {"pediatrie", 0.5},     {"oncologie", 0.45}, {"laboratoire", 0.4},   {"imagerie", 0.4},
      {"pharmacie", 0.4},     {"chirurgie", 0.4},  {"medecine", 0.35},     {"geriatrie", 0.3},
      {"sterilisation", 0.3}, {"telephonie", 0.3}, {"ehpad", 0.15},        {"psychiatrie", 0.15},
      {"consultations", 0.1}, {"technique", 0.1},  {"informatique", 0.05}, {"administration", 0.02}};
  ASSERT_EQ(std::size(table), unit_kinds);
  for (const auto& [kind, hour] : table) EXPECT_EQ(weight(default_weights(), *kind_from_word(kind)), hour) << kind;
}

TEST(Harm, OfAHostSeparatesBlockingIsolatingAndLosing) {
  Ward w;
  w.estate.hosts[0].harm_per_hour_blocked = 1;
  w.estate.hosts[0].harm_if_lost = 100;
  const auto all = harm_of_hosts(w.estate);
  EXPECT_DOUBLE_EQ(all[0].block_out, 14.4 + 12);
  EXPECT_DOUBLE_EQ(all[0].isolate_out, 6.0 + 14.4 + 12);
  EXPECT_DOUBLE_EQ(all[0].block_in, 0);
  EXPECT_DOUBLE_EQ(all[1].block_in, 14.4);
  EXPECT_DOUBLE_EQ(all[1].isolate_in, 20.4);
  EXPECT_DOUBLE_EQ(all[2].isolate_out, 0) << "a protected care flow is not cut by isolating";
  EXPECT_DOUBLE_EQ(all[2].care_out, 72);
  const double rebuild = 21 * 24;
  EXPECT_DOUBLE_EQ(all[0].lost, 0.6 * (rebuild - 2) + 1.2 * rebuild + 100);
  EXPECT_DOUBLE_EQ(all[2].lost, 6 * rebuild);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const HostHarm one = harm_of_host(w.estate, {i});
    EXPECT_DOUBLE_EQ(one.lost, all[i].lost);
    EXPECT_DOUBLE_EQ(one.isolate() + one.block(), all[i].isolate() + all[i].block());
    EXPECT_LE(all[i].block_out, all[i].isolate_out);
    EXPECT_LE(all[i].block_in, all[i].isolate_in);
  }
}

TEST(Harm, OfABorderIsWhatCrossesItThatWay) {
  Ward w;
  w.estate.borders = {{{0}, {1}, {true, true}, true}, {{1}, {0}, {true, true}, true}};
  const auto borders = harm_of_borders(w.estate);
  EXPECT_DOUBLE_EQ(borders[0].spreading, 14.4);
  EXPECT_DOUBLE_EQ(borders[0].all, 20.4);
  EXPECT_DOUBLE_EQ(borders[1].all, 0);
}

TEST(Harm, TogetherNeverLosesMoreThanAllCare) {
  Ward w;
  const std::vector<Outage> apart{{0, 12}, {1, 12}, {1, 3}};
  EXPECT_DOUBLE_EQ(harm_together(w.estate, apart), 20.4) << "below the cap it is the sum; a flow counts once";
  for (Flow& flow : w.estate.flows) {
    flow.dependence = 0.8;
    flow.fallback = Fallback::none;
    flow.tolerance_hours = 0;
  }
  const std::vector<Outage> capped{{0, 12}, {1, 6}};
  EXPECT_DOUBLE_EQ(harm_together(w.estate, capped), 12 * (6 * 1.0 + 6 * 0.8));
}

TEST(Harm, OfAnAccountIsItsUnitsShare) {
  Ward w;
  Account account;
  account.dependence = 0.1;
  EXPECT_DOUBLE_EQ(harm_of_account(w.estate, account, 10), 12.0);
}

TEST(Harm, TheSpreadingPortsAreThese) {
  std::vector<int> ports;
  for (const event::SpreadingPort& p : spreading_ports()) ports.push_back(p.port);
  EXPECT_EQ(ports, (std::vector<int>{22, 135, 139, 445, 3389, 5985, 5986}));
  Flow flow;
  EXPECT_FALSE(spreads(flow)) << "any port";
  flow.port = 445;
  EXPECT_TRUE(spreads(flow));
  flow.udp = true;
  EXPECT_FALSE(spreads(flow));
}

TEST(Harm, ABlockCostsWhateverTheBridgeCannotTellFromSpreading) {
  Ward w;
  const auto block_out = [&](std::uint16_t port, bool udp) {
    w.estate.flows = {w.estate.flows[0]};
    w.estate.flows[0].port = port;
    w.estate.flows[0].udp = udp;
    w.estate.flows[0].care = false;
    return harm_of_host(w.estate, w.estate.flows[0].client).block_out;
  };
  for (const auto& [port, udp] : {std::pair{22, false}, std::pair{49700, false}, std::pair{3389, true}}) {
    EXPECT_GT(block_out(static_cast<std::uint16_t>(port), udp), 0) << port;
  }
  EXPECT_EQ(block_out(49151, false), 0);
  EXPECT_EQ(block_out(445, true), 0);
  EXPECT_EQ(block_out(0, false), 0) << "any port: another one is left";
}

}  // namespace
}  // namespace cordon::estate
