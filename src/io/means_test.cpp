// SPDX-License-Identifier: Apache-2.0
// What a means says of whoever it asks: the truth of this attempt, not of an earlier one.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grammar/request.h"
#include "io/nft_enforcer.h"
#include "io/samba_enforcer.h"
#include "io/testing.h"
#include "samba/request.h"

namespace cordon::io {
namespace {

using testing::LineServer;

const WallTime now = wall_time_of(1670097605);

/// smb_without_smbd answers as cordon-smb does beside an smbd that is not running.
std::string smb_without_smbd(const std::string& line) {
  const auto parsed = samba::parse_request(line);
  const auto& request = std::get<samba::Request>(parsed);
  const bool health = std::holds_alternative<samba::Health>(request.body);
  const samba::Ok ok{request.id, health ? 1U : 0U, 0, samba::Rules::whole};
  std::string out = samba::format(ok) + "\n";
  if (health) out += samba::format(samba::Server{0, 1670097605, 0}) + "\n";
  if (!std::holds_alternative<samba::Hello>(request.body)) out += samba::format(grammar::End{}) + "\n";
  return out;
}

/// nft_that_refuses answers as cordon-nft does where the kernel takes no rules.
std::string nft_that_refuses(const std::string& line) {
  const auto parsed = grammar::parse_request(line);
  const auto& request = std::get<grammar::Request>(parsed);
  if (std::holds_alternative<grammar::Ensure>(request.body)) {
    return grammar::format(grammar::Refusal{request.id, grammar::Code::failed, 0, "no such table"}) + "\n";
  }
  return grammar::format(grammar::Ok{request.id, 0, grammar::Rules::unchecked}) + "\n";
}

TEST(SambaMeans, WhatWasWrongBeforeIsNotWhyItIsSilentNow) {
  auto server = std::make_optional<LineServer>(smb_without_smbd);
  SambaMeans means(server->path());
  ASSERT_TRUE(means.connect(now));
  EXPECT_EQ(means.note(), "smbd does not run");
  server.reset();
  EXPECT_FALSE(means.connect(now));
  EXPECT_EQ(means.note(), "");
}

TEST(NftMeans, WhatWasRefusedBeforeIsNotWhyItIsSilentNow) {
  auto server = std::make_optional<LineServer>(nft_that_refuses);
  NftMeans means(server->path(), {});
  EXPECT_FALSE(means.connect(now));
  EXPECT_EQ(means.note(), "no such table");
  server.reset();
  EXPECT_FALSE(means.connect(now));
  EXPECT_EQ(means.note(), "");
}

TEST(SambaMeans, WhoDiesIsToldAsSilent) {
  auto server = std::make_optional<LineServer>(smb_without_smbd);
  std::vector<event::ProcessChanged> told;
  Enforcer enforcer(
      std::make_unique<SambaMeans>(server->path()),
      [&](const event::Input& input) {
        if (const auto* process = std::get_if<event::ProcessChanged>(&input)) told.push_back(*process);
      },
      [] { return now; });
  enforcer.tend();
  server.reset();
  enforcer.take(event::LiftCut{"cut-1", {}, {}});
  enforcer.tend();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[0].up);
  EXPECT_EQ(told[0].detail, "smbd does not run");
  EXPECT_FALSE(told[1].up);
  EXPECT_EQ(told[1].detail, "cordon-smb does not answer");
}

}  // namespace
}  // namespace cordon::io
