// SPDX-License-Identifier: Apache-2.0
// The hospitals in examples/, as they are in the tree: they load without a word, and say what they are meant to say.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "estate/harm.h"
#include "estate/load.h"

namespace cordon::estate {
namespace {

Loaded load_folder(const std::string& folder) {
  std::vector<NamedText> texts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!is_estate_file(entry.path().filename().string())) continue;
    std::ostringstream bytes;
    bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    texts.push_back({entry.path().filename().string(), bytes.str()});
  }
  return load(texts);
}

std::string all_said(const Loaded& loaded) {
  std::string out;
  for (const auto& list : {loaded.problems, loaded.notices}) {
    for (const Problem& p : list) out += p.file + ":" + std::to_string(p.line) + ": " + p.text + "\n";
  }
  return out;
}

TEST(Reference, TheReferenceHospitalIsClean) {
  const Loaded l = load_folder("examples/reference");
  ASSERT_EQ(all_said(l), "");
  const Estate& e = l.estate;
  EXPECT_EQ(e.sites.size(), 3U);
  const auto workstations = std::ranges::count(e.hosts, Role::workstation, &Host::role);
  EXPECT_EQ(workstations, 3000);
  std::uint32_t beds = 0;
  for (const Unit& unit : e.units) beds += unit.beds;
  EXPECT_EQ(beds, 700U);
  for (const Host& host : e.hosts) {
    EXPECT_TRUE(host.network && host.unit) << host.name;
    const bool watches = host.role == Role::bedside_gateway || host.role == Role::telephony;
    EXPECT_TRUE(host.is_protected || !watches) << host.name;
    EXPECT_EQ(e.find(host.addresses.at(0)), &host);
  }
}

TEST(Reference, TheHospitalOfTheLabKeepsItsCareOpen) {
  const Loaded l = load_folder("examples/hospital");
  ASSERT_EQ(all_said(l), "");
  std::vector<std::string> open;
  for (const CareFlow& flow : l.estate.care_flows) {
    open.push_back(flow.server.text() + " " + std::to_string(flow.port));
  }
  std::ranges::sort(open);
  EXPECT_EQ(open, (std::vector<std::string>{"10.77.0.30 104", "10.77.0.30 11112", "10.77.0.30 2575", "fd00:77::30 104",
                                            "fd00:77::30 11112", "fd00:77::30 2575"}));
  EXPECT_TRUE(l.estate.find(*IpAddress::parse("10.77.0.30"))->is_protected);
}

TEST(Reference, AUnitNeverLosesMoreThanAllItsCare) {
  const Estate e = load_folder("examples/reference").estate;
  std::vector<double> share(e.units.size());
  for (const Flow& flow : e.flows) {
    share[flow.unit.value] += flow.dependence * residual(e.weights, flow.fallback);
  }
  for (std::size_t i = 0; i < share.size(); ++i) EXPECT_LE(share[i], 1.0) << e.units[i].name;
}

TEST(Reference, WhatSpreadsAndWhatHurts) {
  const Estate e = load_folder("examples/reference").estate;
  const auto harms = harm_of_hosts(e);
  const auto of = [&](std::string_view name) {
    const auto found = std::ranges::find(e.hosts, name, &Host::name);
    return harms.at(static_cast<std::size_t>(found - e.hosts.begin()));
  };
  EXPECT_GT(of("srv-dpi-app").isolate(), of("adm-pc-001").isolate() * 100);
  EXPECT_GT(of("srv-fic").block_in, 0);
  EXPECT_GT(of("gw-critique").care_in, 0);
  for (const HostHarm& harm : harms) {
    EXPECT_LE(harm.block_out, harm.isolate_out);
    EXPECT_LE(harm.block_in, harm.isolate_in);
  }
  // Every flow is permitted: inside a network, over a border or by a passage. Else the model cuts what never was.
  std::map<std::pair<NetworkIndex, NetworkIndex>, Reach> borders;
  for (const Border& border : e.borders) borders[{border.from, border.to}] = border.reach;
  std::size_t unpermitted = 0;
  for (const Flow& flow : e.flows) {
    const Host& client = e.hosts[flow.client.value];
    const Host& server = e.hosts[flow.server.value];
    const auto allows = [&](const Reach& reach) { return spreads(flow) ? reach.spreading : reach.other; };
    bool permitted = client.network == server.network && allows(e.networks[client.network->value].inside);
    const auto border = borders.find({*client.network, *server.network});
    permitted = permitted || (border != borders.end() && allows(border->second));
    for (const Passage& passage : e.passages) {
      permitted = permitted || (passage.from == flow.client && passage.to == flow.server);
    }
    if (!permitted && ++unpermitted < 20) ADD_FAILURE() << client.name << " to " << server.name << ":" << flow.port;
  }
  EXPECT_EQ(unpermitted, 0U);
}

}  // namespace
}  // namespace cordon::estate
