// SPDX-License-Identifier: Apache-2.0
// What `cordon serve` asks of the means that it was configured with, from the configuration's text to the helper's
// socket and back into the engine.
#include "app/enforcer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>

#include "app/clock.h"
#include "app/own_ways.h"
#include "base/queue.h"
#include "enforce/testing.h"
#include "engine/engine.h"

namespace cordon::app {
namespace {

using enforce::testing::LineServer;

constexpr std::size_t lines_max = 64;

/// Lines are what a helper was told, from its own thread.
using Lines = BoundedQueue<std::string>;

/// told gives the lines that begin with a word, and forgets the others.
std::vector<std::string> told(Lines& lines, const std::string& word) {
  std::vector<std::string> out = lines.pop_batch(lines_max, std::chrono::milliseconds(0));
  std::erase_if(out, [&](const std::string& line) { return !line.starts_with(word + " "); });
  return out;
}

std::string id_in(const std::string& line) {
  const std::size_t begin = line.find(' ') + 1;
  return line.substr(begin, line.find(' ', begin) - begin);
}

Config configured(const std::string& text) {
  Config out;
  std::vector<estate::Problem> problems;
  parse_config(text, "c.toml", out, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  return out;
}

event::HostKey attacker() {
  return {"span0", 0, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.12"), {}};
}

/// encrypts lets the attacker do what makes a verdict; gives what the engine wants done about it.
std::vector<event::Effect> encrypts(engine::Engine& engine) {
  std::vector<event::Effect> out;
  for (int i = 0; i < 3; ++i) {
    event::Observation o;
    o.at = o.first_altered = wall_now();
    o.host = attacker();
    o.share = "\\\\10.77.0.20\\commun";
    o.path = o.share + "\\f" + std::to_string(i);
    o.llr = 8;
    o.confirmed = o.altered = true;
    engine::Step step = engine.step(o);
    std::ranges::move(step.effects, std::back_inserter(out));
  }
  return out;
}

TEST(Enforcers, AMeansThatOnlyRehearsesIsAskedSoAndTheLogbookSaysSo) {
  Lines lines(lines_max);
  LineServer smb([&](const std::string& line) {
    lines.push(line);
    const bool deny = line.starts_with("deny ");
    return "ok " + id_in(line) + (deny ? " count=3" : " count=0") + " ended=0 rules=whole\n";
  });
  const Config config =
      configured("[enforcer]\nmeans = \"samba\"\ndry_run = \"samba\"\n[samba]\nsocket = \"" + smb.path() + "\"\n");
  std::string why;
  const auto enforcers = Enforcers::open(config, {}, why);
  ASSERT_NE(enforcers, nullptr) << why;
  std::promise<event::EnforcerReport> reported;
  enforcers->start([&](const event::Input& input) {
    if (const auto* report = std::get_if<event::EnforcerReport>(&input)) reported.set_value(*report);
  });
  engine::Engine engine(config.policy(), {}, engine::State{});
  const std::vector<event::Effect> effects = encrypts(engine);
  ASSERT_EQ(effects.size(), 1U);
  ASSERT_TRUE(enforcers->take(effects[0]));
  auto report = reported.get_future();
  ASSERT_EQ(report.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  const engine::Step step = engine.step(report.get());
  enforcers->stop();

  const std::vector<std::string> denied = told(lines, "deny");
  ASSERT_EQ(denied.size(), 1U);
  EXPECT_NE(denied[0].find("ips=10.77.0.12"), std::string::npos);
  EXPECT_NE(denied[0].find("dry_run=yes"), std::string::npos) << denied[0];
  ASSERT_EQ(step.events.size(), 1U);
  const auto& changed = std::get<event::CutChanged>(step.events[0].event);
  EXPECT_EQ(changed.state, event::CutState::rehearsed);
  EXPECT_EQ(changed.detail, "dry run: nothing was enforced: 3 connections would be ended");
}

TEST(Enforcers, TheBridgesHelperIsToldToSpareCordonsOwn) {
  Lines lines(lines_max);
  LineServer nft([&](const std::string& line) {
    lines.push(line);
    return "ok " + id_in(line) + " count=0 rules=whole\n" + (line.starts_with("list ") ? ".\n" : "");
  });
  Config config = configured(
      "addresses = [\"10.2.0.9\"]\n[enforcer]\nmeans = [\"nftables\", \"radius\"]\ndry_run = \"radius\"\n"
      "[radius.sw]\naddress = \"10.3.0.2\"\nsecret = \"none\"\n");
  estate::Estate estate;
  add_own_ways(config, estate);
  config.enforcer_means = {"nftables"};
  // The socket's place follows from the data folder.
  config.data = std::filesystem::path(nft.path()).parent_path().string();
  std::filesystem::create_directories(config.data + "/run/nft");
  std::filesystem::create_symlink(nft.path(), config.nft_socket());
  std::string why;
  const auto enforcers = Enforcers::open(config, estate, why);
  ASSERT_NE(enforcers, nullptr) << why;
  std::promise<void> connected;
  std::atomic<bool> once = false;
  enforcers->start([&](const event::Input& input) {
    if (std::holds_alternative<event::InForce>(input) && !once.exchange(true)) connected.set_value();
  });
  EXPECT_EQ(connected.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  enforcers->stop();
  std::filesystem::remove_all(config.data + "/run");
  std::string all;
  for (const std::string& line : told(lines, "config")) all += line + "\n";
  EXPECT_NE(all.find("protect_ips=10.2.0.9,10.3.0.2"), std::string::npos) << all;
  EXPECT_NE(all.find("own_ways=10.2.0.9>10.3.0.2@3799"), std::string::npos) << all;
  EXPECT_NE(all.find("spread_tcp=22,"), std::string::npos) << all;
}

}  // namespace
}  // namespace cordon::app
