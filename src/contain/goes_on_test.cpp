// SPDX-License-Identifier: Apache-2.0
// Which of a sensor's reports speak against which cut, and what a proof says of ports that nobody follows.
#include "contain/goes_on.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contain/proof.h"

namespace cordon::contain {
namespace {

using event::CountsAs;
using event::CutState;
using event::EnforcerStep;

IpAddress address(int n) {
  return *IpAddress::parse("10.77.0." + std::to_string(n));
}

/// Host 12 is infected, 20 a file server; 77.1 is another network.
event::CutDecided cut_of(const std::string& action, std::vector<IpAddress> ips = {}) {
  event::CutDecided out;
  out.action = action;
  out.ips = std::move(ips);
  return out;
}

event::FlowProgress progress(int client, int server, std::uint16_t port = 445) {
  event::FlowProgress out;
  out.host.ip = address(client);
  out.server = address(server);
  out.port = port;
  out.bytes = 4096;
  return out;
}

bool speaks_against(const event::CutDecided& cut, const event::FlowProgress& seen) {
  return goes_on({}, cut, seen);
}

TEST(GoesOn, WhatABlockedHostOpensAndNotWhatOthersOpenToIt) {
  const auto blocked = cut_of("block_out", {address(12)});
  EXPECT_TRUE(speaks_against(blocked, progress(12, 20)));
  EXPECT_FALSE(speaks_against(blocked, progress(20, 12)));
  EXPECT_FALSE(speaks_against(blocked, progress(12, 20, 80))) << "no spreading protocol";
  EXPECT_TRUE(speaks_against(cut_of("block_spread", {address(12)}), progress(20, 12))) << "both directions";
  auto known_by_mac = cut_of("block_out");
  known_by_mac.macs = {*Mac::parse("02:77:00:00:00:12")};
  EXPECT_FALSE(speaks_against(known_by_mac, progress(12, 20)));
  auto seen = progress(99, 20);
  seen.host.mac = known_by_mac.macs[0];
  EXPECT_TRUE(speaks_against(known_by_mac, seen)) << "whatever address it takes";
}

TEST(GoesOn, WhatAnybodyOpensToAShieldedServerAndNotWhatThatOpensItself) {
  const auto shielded = cut_of("shield", {address(20)});
  EXPECT_TRUE(speaks_against(shielded, progress(12, 20)));
  EXPECT_FALSE(speaks_against(shielded, progress(20, 21)));
  EXPECT_FALSE(speaks_against(shielded, progress(12, 21)));
  EXPECT_FALSE(speaks_against(shielded, progress(12, 20, 1433)));
}

TEST(GoesOn, EverythingOfAnIsolatedHost) {
  const auto isolated = cut_of("isolate", {address(12)});
  EXPECT_TRUE(speaks_against(isolated, progress(12, 20)));
  EXPECT_TRUE(speaks_against(isolated, progress(20, 12)));
  EXPECT_TRUE(speaks_against(isolated, progress(12, 20, 80)));
  EXPECT_FALSE(speaks_against(isolated, progress(13, 20)));
}

TEST(GoesOn, OfABlockedFlowItsVeryEndsAndPort) {
  auto flow = cut_of("block_flow");
  flow.flows = {{address(12), address(20), 445}, {address(12), address(20), 3389}};
  EXPECT_TRUE(speaks_against(flow, progress(12, 20)));
  EXPECT_TRUE(speaks_against(flow, progress(12, 20, 3389)));
  EXPECT_FALSE(speaks_against(flow, progress(12, 20, 22)));
  EXPECT_FALSE(speaks_against(flow, progress(20, 12)));
  EXPECT_FALSE(speaks_against(flow, progress(12, 21)));
}

TEST(GoesOn, WhatCrossesAClosedBorderThatWay) {
  auto border = cut_of("close_border");
  border.borders = {{{*IpAddress::parse("10.77.0.0"), 24}, {*IpAddress::parse("10.77.1.0"), 24}}};
  auto across = progress(12, 20);
  across.server = *IpAddress::parse("10.77.1.20");
  EXPECT_TRUE(speaks_against(border, across));
  EXPECT_FALSE(speaks_against(border, progress(12, 20))) << "inside";
  across.port = 104;
  EXPECT_FALSE(speaks_against(border, across));
  across.port = 445;
  std::swap(across.host.ip, across.server);
  EXPECT_FALSE(speaks_against(border, across)) << "the other way";
}

TEST(GoesOn, NeitherCareNorTheOthersOnATerminalServer) {
  estate::Estate estate;
  estate.hosts.resize(2);
  estate.hosts[0].addresses = {address(12)};
  estate.hosts[1].addresses = {address(20)};
  estate::Flow care;
  care.client = {0};
  care.server = {1};
  care.port = 445;
  estate.flows = {care};
  const auto isolated = cut_of("isolate", {address(12)});
  EXPECT_TRUE(goes_on(estate, isolated, progress(12, 20)));
  estate.flows[0].care = true;
  EXPECT_FALSE(goes_on(estate, isolated, progress(12, 20)));
  EXPECT_TRUE(goes_on(estate, isolated, progress(12, 20, 3389)));
  estate.flows.clear();
  estate.care_flows.push_back({address(20), 445, "prescriptions"});
  EXPECT_FALSE(goes_on(estate, isolated, progress(12, 20)));
  auto session = cut_of("end_sessions", {address(12)});
  session.sessions = {{address(12), "b.martin"}};
  EXPECT_FALSE(speaks_against(session, progress(12, 20)));
}

WallTime second(double s) {
  return wall_time_of(1000 + s);
}

/// read_back_proof is of a cut whose rule is in place and drops packets.
Proof read_back_proof(const event::CutDecided& cut) {
  Proof out({"nftables", "cordon-nft", event::Reach::exact, true}, cut.action, followed(cut));
  out.on_report({second(0.1), "cut-1", EnforcerStep::read_back, 9, "", ""});
  return out;
}

TEST(Followed, WhatNobodyWouldSeeIsNotClaimed) {
  const Proof::Moment watched{second(6), second(5), true};
  const auto blocked = read_back_proof(cut_of("block_out")).find(watched);
  EXPECT_EQ(blocked.state, CutState::holds);
  EXPECT_EQ(blocked.detail, "rule read back, it drops packets, no server acknowledged new data");
  const auto isolated = read_back_proof(cut_of("isolate")).find(watched);
  EXPECT_EQ(isolated.state, CutState::holds);
  EXPECT_NE(isolated.detail.find("on a spreading protocol; no sensor follows the others"), std::string::npos);
  auto database = cut_of("block_flow");
  database.flows = {{address(12), address(20), 1433}};
  const auto flow = read_back_proof(database).find(watched);
  EXPECT_EQ(flow.state, CutState::unproven);
  EXPECT_EQ(flow.detail.find("acknowledged"), std::string::npos) << flow.detail;
  EXPECT_FALSE(flow.wants_help) << "another means would not be seen to hold either";
  EXPECT_EQ(flow.counts_as, CountsAs::done) << "the rule is there and drops";
  database.flows = {{address(12), address(20), 445}};
  EXPECT_EQ(read_back_proof(database).find(watched).state, CutState::holds);
}

TEST(Followed, WhoWritesAFileNowAndThenIsNotForgottenBetween) {
  Proof p = read_back_proof(cut_of("block_out"));
  for (int file = 0; file < 6; ++file) {
    auto seen = progress(12, 20);
    seen.at = second(10 + 30 * file);
    p.on_progress(seen);
    for (const double later : {0.0, 15.0, 29.0}) {
      const auto found = p.find({second(10 + 30 * file + later), second(5), true});
      EXPECT_EQ(found.state, CutState::unproven) << file << " " << later;
      EXPECT_EQ(found.counts_as, CountsAs::contradicted);
    }
  }
  const WallTime last = second(160);
  EXPECT_EQ(p.find({last + std::chrono::minutes(9), second(5), true}).state, CutState::unproven);
  EXPECT_EQ(p.find({last + contradiction_lasts, second(5), true}).state, CutState::holds);
}

TEST(Counts, APlanReckonsOnWhatIsOnItsWayOrInPlaceAndOnNothingElse) {
  const auto counts = [](const Proof& p, double now, bool watched = true) {
    return p.find({second(now), second(5), watched}).counts_as;
  };
  Proof p({"nftables", "cordon-nft", event::Reach::exact, true}, "block_out");
  EXPECT_EQ(counts(p, 1), CountsAs::done) << "on its way";
  EXPECT_EQ(counts(p, 6), CountsAs::not_done) << "no answer";
  p.on_report({second(6), "cut-1", EnforcerStep::failed, 0, "no such table", ""});
  EXPECT_EQ(counts(p, 6), CountsAs::not_done);
  p.on_report({second(7), "cut-1", EnforcerStep::applied, 0, "", ""});
  EXPECT_EQ(counts(p, 7), CountsAs::not_done) << "not read back in time";
  p.on_report({second(8), "cut-1", EnforcerStep::read_back, 0, "", ""});
  EXPECT_EQ(counts(p, 8), CountsAs::done) << "the host may be idle";
  p.on_report({second(9), "cut-1", EnforcerStep::read_back, 3, "", ""});
  EXPECT_EQ(counts(p, 9), CountsAs::done);
  EXPECT_EQ(counts(p, 9, false), CountsAs::done) << "nobody watches, and nothing speaks against it";
  p.on_report({second(20), "cut-1", EnforcerStep::missing, 0, "was not there", ""});
  EXPECT_EQ(counts(p, 21), CountsAs::done) << "it is being put back";
  EXPECT_EQ(counts(p, 26), CountsAs::not_done) << "it cannot be";
  p.on_report({second(27), "cut-1", EnforcerStep::read_back, 3, "", ""});
  EXPECT_EQ(counts(p, 27), CountsAs::done);
  Proof files({"samba", "cordon-smb", event::Reach::file_service, false}, "block_out");
  files.on_report({second(1), "cut-1", EnforcerStep::read_back, 0, "", ""});
  EXPECT_EQ(counts(files, 2), CountsAs::not_done) << "elsewhere the host goes on";
}

TEST(Counts, OfSeveralMeansOneThatDoesItIsEnoughAndADoubtIsNoRefusal) {
  const Named failed{"nftables", {CutState::failed, "", true, CountsAs::not_done}};
  const Named doubted{"nftables", {CutState::unproven, "", true, CountsAs::contradicted}};
  const Named part{"samba", {CutState::unproven, "", false, CountsAs::not_done}};
  const Named there{"radius", {CutState::holds, "", false, CountsAs::done}};
  EXPECT_EQ(together(std::vector{failed, part}).counts_as, CountsAs::not_done);
  EXPECT_EQ(together(std::vector{doubted, part}).counts_as, CountsAs::contradicted);
  EXPECT_EQ(together(std::vector{doubted, part, there}).counts_as, CountsAs::done);
}

}  // namespace
}  // namespace cordon::contain
