// SPDX-License-Identifier: Apache-2.0
#include "app/network_board.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cordon::app {
namespace {

using nlohmann::json;

estate::Estate one_host() {
  estate::Estate out;
  out.units.push_back({"Réanimation", estate::UnitKind::reanimation, {}, 4, 4});
  estate::Host host;
  host.name = "pc 1&2";
  host.addresses = {*IpAddress::parse("10.77.0.11")};
  out.hosts.push_back(host);
  return out;
}

event::HostSeen seen(std::uint64_t n) {
  event::HostSeen out;
  out.host.ip = *IpAddress::parse("10.77.0." + std::to_string(n));
  return out;
}

TEST(NetworkBoard, GivesWhatWasHandedOverAndNothingBefore) {
  const estate::Estate estate = one_host();
  NetworkBoard board(estate);
  EXPECT_FALSE(board.read("/api/network", ""));
  engine::State state;
  const std::string first = board.note(state);
  EXPECT_FALSE(first.empty()) << "an estate of which nobody was seen is shown too";
  const json network = json::parse(*board.read("/api/network", ""));
  EXPECT_EQ(network["revision"], first);
  EXPECT_EQ(network["hosts"].size(), 1U);
  EXPECT_EQ(board.note(state), first) << "nothing changed";
}

TEST(NetworkBoard, AChangeWaitsUntilTheLastOneWasRead) {
  const estate::Estate estate = one_host();
  NetworkBoard board(estate);
  engine::State state;
  const std::string first = board.note(state);
  state.apply(Sequence{1}, seen(20));
  EXPECT_EQ(board.note(state), first) << "nobody has read the first";
  EXPECT_EQ(json::parse(*board.read("/api/network", ""))["revision"], first);
  state.apply(Sequence{2}, seen(21));
  const std::string second = board.note(state);
  EXPECT_NE(second, first);
  const json network = json::parse(*board.read("/api/network", ""));
  EXPECT_EQ(network["revision"], second);
  EXPECT_EQ(network["hosts"].size(), 3U) << "both that were seen";
}

TEST(NetworkBoard, FlowsComeWithAHostAndMakeNoNewRevision) {
  const estate::Estate estate = one_host();
  NetworkBoard board(estate, std::chrono::milliseconds(0));
  engine::State state;
  const std::string revision = board.note(state);
  const auto flows = [&] { return json::parse(*board.read("/api/offers", "host=pc%201%262"))["seen_flows"]["list"]; };
  EXPECT_TRUE(flows().empty());
  event::FlowsSeen seen;
  seen.host.ip = *IpAddress::parse("10.77.0.11");
  for (const std::uint16_t port : {std::uint16_t{1433}, std::uint16_t{104}}) {
    seen.flows = {{wall_time_of(1670097600 + port), *IpAddress::parse("10.77.0.20"), port}};
    state.apply(Sequence{port}, seen);
    EXPECT_EQ(board.note(state), revision);
  }
  ASSERT_EQ(flows().size(), 2U) << "what nobody read gave way to what is newer";
  EXPECT_EQ(flows()[0]["port"], 1433);
  EXPECT_EQ(flows()[0]["peer"], "10.77.0.20");
}

TEST(NetworkBoard, AnotherStartIsAnotherRevision) {
  const estate::Estate estate = one_host();
  engine::State state;
  state.started.at = wall_time_of(1670097600);
  NetworkBoard before(estate);
  const std::string first = before.note(state);
  state.started.at = wall_time_of(1670097700);
  NetworkBoard after(estate);
  EXPECT_NE(after.note(state), first);
}

TEST(NetworkBoard, OffersAreAskedForByNameAndOtherPathsAreNone) {
  const estate::Estate estate = one_host();
  NetworkBoard board(estate);
  board.note(engine::State{});
  const auto offers = board.read("/api/offers", "host=pc%201%262");
  ASSERT_TRUE(offers);
  EXPECT_EQ(json::parse(*offers)["host"], "pc 1&2");
  EXPECT_FALSE(board.read("/api/offers", "host=nobody"));
  EXPECT_FALSE(board.read("/api/offers", "network=pc%201%262"));
  EXPECT_FALSE(board.read("/api/offers", "host=%"));
  EXPECT_FALSE(board.read("/api/offers", ""));
  EXPECT_FALSE(board.read("/api/plan", ""));
}

}  // namespace
}  // namespace cordon::app
