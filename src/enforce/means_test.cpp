// SPDX-License-Identifier: Apache-2.0
// What a means says of whoever it asks: the truth of this attempt, not of an earlier one.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "enforce/nft_enforcer.h"
#include "enforce/samba_enforcer.h"
#include "enforce/testing.h"
#include "grammar/request.h"
#include "samba/request.h"

namespace cordon::enforce {
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

TEST(NftMeans, ARehearsalAsksTheHelperAndChangesNothing) {
  std::vector<std::string> asked;
  LineServer server([&](const std::string& line) {
    const auto parsed = grammar::parse_request(line);
    const auto& request = std::get<grammar::Request>(parsed);
    asked.push_back(line.substr(0, line.find(' ')));
    const std::string end = std::holds_alternative<grammar::List>(request.body) ? ".\n" : "";
    return grammar::format(grammar::Ok{request.id, 0, grammar::Rules::absent}) + "\n" + end;
  });
  NftConfig config;
  config.protected_ips = {*IpAddress::parse("10.77.0.9")};
  NftMeans means(server.path(), config);
  event::ApplyCut cut;
  cut.id = "c1";
  cut.until = now + std::chrono::hours(1);
  cut.ips = {*IpAddress::parse("10.77.0.12")};
  EXPECT_EQ(means.rehearse(cut, now).detail, "1 addresses would be blocked");
  EXPECT_EQ(asked, (std::vector<std::string>{"hello", "list"}));
  cut.ips = {*IpAddress::parse("10.77.0.9")};
  EXPECT_EQ(means.rehearse(cut, now).kind, Outcome::Kind::refused);
  EXPECT_EQ(means.rehearse(cut, now).detail, "10.77.0.9 is protected");
  cut.ips.assign(17, *IpAddress::parse("10.77.0.12"));
  for (std::size_t i = 0; i < cut.ips.size(); ++i) cut.ips[i].bytes[3] = static_cast<std::uint8_t>(20 + i);
  EXPECT_EQ(means.rehearse(cut, now).detail, "17 addresses would be blocked") << "in two requests";
  cut.ips.back() = *IpAddress::parse("255.255.255.255");
  EXPECT_EQ(means.rehearse(cut, now).kind, Outcome::Kind::refused) << "what the grammar forbids, in the second of them";
}

/// FakeNft answers as cordon-nft does that keeps what was asked of it: the targets of cuts of flows, by their id.
struct FakeNft {
  std::string operator()(const std::string& line) {
    const auto parsed = grammar::parse_request(line);
    const auto& request = std::get<grammar::Request>(parsed);
    std::string lines;
    if (const auto* cut = std::get_if<grammar::Cut>(&request.body)) {
      ++cuts_asked;
      for (const grammar::Flow& flow : cut->flows) kept[flow.text()] = {flow, request.id, cut->timeout};
    } else if (const auto* lift = std::get_if<grammar::Lift>(&request.body)) {
      std::erase_if(kept, [&](const auto& one) { return one.second.cut == lift->cut; });
    } else if (std::holds_alternative<grammar::List>(request.body)) {
      for (const auto& [text, one] : kept) {
        grammar::Element element;
        element.kind = grammar::CutKind::block_flow;
        element.target = one.flow;
        element.cut = one.cut;
        element.remaining = one.timeout;
        lines += grammar::format(element) + "\n";
      }
      lines += ".\n";
    }
    const bool is_list = !lines.empty();
    return grammar::format(grammar::Ok{request.id, is_list ? kept.size() : 1, grammar::Rules::whole}) + "\n" + lines;
  }

  struct Kept {
    grammar::Flow flow;
    std::string cut;
    std::chrono::seconds timeout;
  };
  std::map<std::string, Kept> kept;
  int cuts_asked = 0;
};

TEST(NftMeans, WhatIsThereIsNotAskedForOnceMore) {
  FakeNft kernel;
  LineServer server([&](const std::string& line) { return kernel(line); });
  NftMeans means(server.path(), {});
  const auto asked_for = [&](const event::ApplyCut& cut) {
    const int before = kernel.cuts_asked;
    EXPECT_EQ(means.apply(cut, now).kind, Outcome::Kind::done);
    return kernel.cuts_asked > before;
  };
  event::ApplyCut cut;
  cut.id = "c1";
  cut.action = "block_flow";
  cut.until = now + std::chrono::hours(1);
  cut.flows = {{*IpAddress::parse("10.77.0.9"), *IpAddress::parse("10.77.0.20"), 445},
               {*IpAddress::parse("10.77.0.9"), *IpAddress::parse("10.77.0.21"), 445}};
  ASSERT_TRUE(means.connect(now));
  EXPECT_TRUE(asked_for(cut));
  ASSERT_TRUE(means.connect(now));
  EXPECT_FALSE(asked_for(cut)) << "all of it is there";

  cut.until += std::chrono::minutes(5);
  EXPECT_TRUE(asked_for(cut)) << "not for as long";
  ASSERT_TRUE(means.read_back({cut}, now));
  EXPECT_FALSE(asked_for(cut));

  kernel.kept.erase(kernel.kept.begin());
  ASSERT_TRUE(means.read_back({cut}, now));
  EXPECT_TRUE(asked_for(cut)) << "somebody took one of them away";
  ASSERT_TRUE(means.read_back({cut}, now));

  event::ApplyCut other = cut;
  other.id = "c2";
  other.flows.pop_back();
  EXPECT_TRUE(asked_for(other)) << "it is another cut's";
  EXPECT_TRUE(asked_for(cut)) << "and was asked for since";
  ASSERT_TRUE(means.read_back({cut}, now));
  event::LiftCut lift;
  lift.id = "c1";
  EXPECT_EQ(means.lift(lift, now).kind, Outcome::Kind::done);
  EXPECT_TRUE(asked_for(cut)) << "it was taken back since";
}

TEST(NftMeans, WhyItsConfigurationIsRefusedIsSaid) {
  LineServer server([](const std::string& line) {
    const auto request = std::get<grammar::Request>(grammar::parse_request(line));
    if (!std::holds_alternative<grammar::Config>(request.body)) {
      return grammar::format(grammar::Ok{request.id, 0, grammar::Rules::unchecked}) + "\n";
    }
    const grammar::Refusal why{request.id, grammar::Code::limit, 0, "more than 32768 protected addresses"};
    return grammar::format(why) + "\n";
  });
  NftMeans means(server.path(), {});
  EXPECT_EQ(means.connect(now).error().code, ErrorCode::limit);
  EXPECT_EQ(means.note(), "more than 32768 protected addresses");
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

/// Refusing answers as cordon-smb does and keeps what it was asked to refuse.
struct Refusing {
  std::vector<samba::Login> logins;
  std::uint64_t sessions = 0;
  std::string operator()(const std::string& line) {
    const auto parsed = samba::parse_request(line);
    const auto& request = std::get<samba::Request>(parsed);
    const auto ok = [&](std::uint64_t count) {
      return samba::format(samba::Ok{request.id, count, 1, samba::Rules::whole}) + "\n";
    };
    if (const auto* refuse = std::get_if<samba::Refuse>(&request.body)) logins = refuse->logins;
    if (std::holds_alternative<samba::Allow>(request.body)) logins.clear();
    if (std::holds_alternative<samba::Hello>(request.body)) return ok(0);
    if (std::holds_alternative<samba::Health>(request.body)) {
      return ok(1) + samba::format(samba::Server{7, 1670097605, 0}) + "\n.\n";
    }
    if (!std::holds_alternative<samba::List>(request.body)) return ok(logins.size());
    std::string out = ok(logins.size());
    for (const samba::Login& login : logins) out += samba::format(samba::Refused{login, "c1", 9, sessions}) + "\n";
    return out + ".\n";
  }
};

TEST(SambaMeans, AHostWithManyAddressesIsDeniedInSeveralRequestsOfOneId) {
  std::set<std::string> denied;
  LineServer server([&](const std::string& line) {
    const auto parsed = samba::parse_request(line);
    const auto* request = std::get_if<samba::Request>(&parsed);
    if (request == nullptr) return std::string();
    if (const auto* deny = std::get_if<samba::Deny>(&request->body)) {
      EXPECT_EQ(request->id, "c1");
      for (const grammar::Ip& ip : deny->ips) denied.insert(ip.text());
    }
    if (const auto* allow = std::get_if<samba::Allow>(&request->body)) {
      for (const grammar::Ip& ip : allow->ips) denied.erase(ip.text());
    }
    return samba::format(samba::Ok{request->id, 1, 1, samba::Rules::whole}) + "\n";
  });
  SambaMeans means(server.path());
  event::ApplyCut cut;
  cut.id = "c1";
  cut.until = now + std::chrono::hours(1);
  for (std::size_t i = 0; i <= samba::deny_ips_max; ++i) {
    cut.ips.push_back(*IpAddress::parse("10.1.0." + std::to_string(i)));
  }
  const Outcome outcome = means.apply(cut, now);
  EXPECT_EQ(outcome.kind, Outcome::Kind::done);
  EXPECT_EQ(outcome.detail, "2 sessions ended");
  EXPECT_EQ(denied.size(), samba::deny_ips_max + 1);
  event::LiftCut stray;
  stray.id = std::string(stray_cut_id);
  stray.ips = cut.ips;
  EXPECT_EQ(means.lift(stray, now).kind, Outcome::Kind::done);
  EXPECT_TRUE(denied.empty());
}

TEST(SambaMeans, AUserIsRefusedReadBackSurveyedAndLetInAgain) {
  Refusing refusing;
  LineServer server([&](const std::string& line) { return refusing(line); });
  SambaMeans means(server.path());
  const event::SessionTarget session{*IpAddress::parse("10.77.0.12"), "b.martin"};
  event::ApplyCut cut;
  cut.id = "c1";
  cut.until = now + std::chrono::hours(1);
  cut.action = event::end_sessions;
  cut.ips = {*IpAddress::parse("10.77.0.99")};  // not what this action is about
  EXPECT_EQ(means.apply(cut, now).kind, Outcome::Kind::refused) << "nobody is named";
  cut.sessions = {session, session};
  EXPECT_EQ(means.apply(cut, now).kind, Outcome::Kind::done);
  ASSERT_EQ(refusing.logins.size(), 1U);
  EXPECT_EQ(refusing.logins[0].text(), "b.martin@10.77.0.12");
  auto readings = means.read_back({cut}, now);
  ASSERT_TRUE(readings);
  EXPECT_EQ(readings->at(0).kind, Reading::Kind::in_force);
  refusing.sessions = 1;
  readings = means.read_back({cut}, now);
  ASSERT_TRUE(readings);
  EXPECT_EQ(readings->at(0).kind, Reading::Kind::missing) << "he still has a share open";
  const auto found = means.survey(now);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->sessions, std::vector{session});
  event::LiftCut stray;
  stray.id = std::string(stray_cut_id);
  stray.sessions = {session};
  EXPECT_EQ(means.lift(stray, now).kind, Outcome::Kind::done);
  EXPECT_TRUE(refusing.logins.empty());
  readings = means.read_back({cut}, now);
  ASSERT_TRUE(readings);
  EXPECT_EQ(readings->at(0).kind, Reading::Kind::missing);
  cut.sessions = {{session.client, "b martin\n[global]"}};
  EXPECT_EQ(means.apply(cut, now).kind, Outcome::Kind::refused) << "the grammar takes no such name";
  EXPECT_TRUE(refusing.logins.empty());
}

}  // namespace
}  // namespace cordon::enforce
