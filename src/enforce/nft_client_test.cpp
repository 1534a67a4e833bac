// SPDX-License-Identifier: Apache-2.0
#include "enforce/nft_client.h"

#include <gtest/gtest.h>

#include <set>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "enforce/testing.h"

namespace cordon::enforce {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// FakeHelper is cordon-nft as the test says: a script of requests and answers.
class FakeHelper : public testing::LineServer {
 public:
  using Script = std::function<std::string(const grammar::Request&)>;

  explicit FakeHelper(const Script& script)
      : LineServer([script](const std::string& line) -> std::string {
          const auto parsed = grammar::parse_request(line);
          const auto* request = std::get_if<grammar::Request>(&parsed);
          EXPECT_NE(request, nullptr) << line;
          return request != nullptr ? script(*request) : "";
        }) {}

  static std::string ok(const grammar::Request& request, std::uint64_t count = 0) {
    return grammar::format(grammar::Ok{request.id, count, grammar::Rules::unchecked}) + "\n";
  }
  static std::string error(const grammar::Request& request, grammar::Code code, const std::string& text) {
    return grammar::format(grammar::Refusal{request.id, code, 0, text}) + "\n";
  }
};

NftCut some_cut() {
  NftCut cut;
  cut.id = "c1";
  cut.macs = {*Mac::parse("02:77:00:00:00:11")};
  cut.ips = {*IpAddress::parse("10.0.0.11"), *IpAddress::parse("fe80::11")};
  cut.timeout = seconds(60);
  return cut;
}

NftClient connected(const FakeHelper& helper, milliseconds timeout = seconds(5)) {
  Result<NftClient> client = NftClient::connect(helper.path(), timeout);
  EXPECT_TRUE(client.has_value());
  return std::move(*client);
}

// What the estate takes for a machine's address the enforcer takes too: one that it refuses would keep it down.
TEST(NftClient, TheEstateAndTheGrammarAgreeOnWhatIsOneStation) {
  for (const char* text :
       {"0.0.0.0", "0.1.2.3", "10.77.0.11", "127.0.0.1", "128.0.0.1", "223.255.255.255", "224.0.0.1", "255.255.255.255",
        "::", "::1", "::2", "::0100", "::1:1", "::ffff:10.77.0.20", "fe80::1", "fd00:77::12", "feff::1", "ff02::1"}) {
    EXPECT_EQ(IpAddress::parse(text)->one_station(), grammar::Ip::parse(text)->one_station()) << text;
  }
}

TEST(NftClient, SaysThatNobodyIsThere) {
  const Result<NftClient> client = NftClient::connect("/tmp/cordon-nobody-listens-here");
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().code, ErrorCode::io);
  EXPECT_EQ(client.error().offset, static_cast<std::uint64_t>(ENOENT));
  EXPECT_EQ(NftClient::connect(std::string(108, 'x')).error().code, ErrorCode::limit);
}

TEST(NftClient, ACutIsOneLineWithEveryAddressOnce) {
  std::vector<grammar::Request> seen;
  FakeHelper helper([&](const grammar::Request& request) {
    seen.push_back(request);
    return FakeHelper::ok(request, 3);
  });
  NftClient client = connected(helper);
  NftCut cut = some_cut();
  cut.ips.push_back(cut.ips.front());
  cut.timeout = milliseconds(1001);
  ASSERT_TRUE(client.cut(cut).has_value());
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(grammar::format(seen[1]),
            "cut c1 kind=block_spread macs=02:77:00:00:00:11 ips=10.0.0.11,fe80::11 timeout=2");
}

/// A host that takes more addresses than a line names is cut whole, or not at all.
TEST(NftClient, AHostWithManyAddressesIsCutInSeveralRequestsOfOneId) {
  std::vector<grammar::Cut> cuts;
  bool lifted = false;
  std::size_t taken_max = 100;
  FakeHelper helper([&](const grammar::Request& request) {
    if (const auto* cut = std::get_if<grammar::Cut>(&request.body)) {
      if (cuts.size() == taken_max) {
        return grammar::format(grammar::Refusal{request.id, grammar::Code::denied, 0, "10.1.0.16 is protected"}) + "\n";
      }
      EXPECT_EQ(request.id, "c1");
      cuts.push_back(*cut);
    }
    const auto* lift = std::get_if<grammar::Lift>(&request.body);
    lifted = lifted || (lift != nullptr && lift->cut == "c1");
    return FakeHelper::ok(request, 3);
  });
  NftClient client = connected(helper);
  NftCut cut = some_cut();
  cut.kind = grammar::CutKind::isolate;
  cut.macs.clear();
  cut.ips.clear();
  for (std::uint8_t i = 0; i < grammar::cut_macs_max + 1; ++i) cut.macs.push_back(Mac{{2, 0x77, 0, 0, 0, i}});
  for (std::size_t i = 0; i < grammar::cut_ips_max + 1; ++i) {
    cut.ips.push_back(*IpAddress::parse("10.1.0." + std::to_string(i)));
  }
  EXPECT_EQ(complaint_about(cut), "");
  ASSERT_TRUE(client.cut(cut).has_value());
  std::set<std::string> pairs;
  for (const grammar::Cut& part : cuts) {
    for (const auto& mac : part.macs) {
      for (const auto& ip : part.ips) pairs.insert(mac.text() + ' ' + ip.text());
    }
  }
  EXPECT_EQ(pairs.size(), cut.macs.size() * cut.ips.size()) << "each MAC with each of its addresses";
  EXPECT_FALSE(lifted);
  cuts.clear();
  taken_max = 1;
  EXPECT_EQ(client.cut(cut).error().code, ErrorCode::denied);
  EXPECT_TRUE(lifted) << "half a cut is none";
  EXPECT_EQ(client.refusal(), "10.1.0.16 is protected");
}

/// A firebreak names hundreds of borders.
TEST(NftClient, AFirebreakIsAskedForInSeveralRequestsOfOneId) {
  std::vector<std::size_t> sizes;
  std::set<std::string> named;
  FakeHelper helper([&](const grammar::Request& request) {
    if (const auto* cut = std::get_if<grammar::Cut>(&request.body)) {
      EXPECT_EQ(request.id, "c1");
      sizes.push_back(cut->borders.size());
      for (const auto& border : cut->borders) named.insert(border.from.text() + '>' + border.to.text());
    }
    return FakeHelper::ok(request, 3);
  });
  NftClient client = connected(helper);
  NftCut cut = some_cut();
  cut.kind = grammar::CutKind::close_border;
  cut.macs.clear();
  cut.ips.clear();
  const std::size_t many = 2 * grammar::cut_borders_max + 1;
  for (std::size_t i = 0; i < many; ++i) {
    cut.borders.push_back(
        {{*IpAddress::parse("10.1." + std::to_string(i) + ".0"), 24}, {*IpAddress::parse("10.2.0.0"), 24}});
  }
  EXPECT_EQ(complaint_about(cut), "");
  ASSERT_TRUE(client.cut(cut).has_value());
  EXPECT_EQ(named.size(), many);
  EXPECT_EQ(sizes.size(), 3U);
}

TEST(NftClient, ReadsAListing) {
  FakeHelper helper([](const grammar::Request& request) -> std::string {
    if (!std::holds_alternative<grammar::List>(request.body)) return FakeHelper::ok(request);
    return "ok " + request.id +
           " count=2 rules=whole\n"
           "element block_spread 02:77:00:00:00:11 cut=c1 remaining=59 packets=7 bytes=420\n"
           "element block_spread fe80::11 cut=- remaining=3 packets=0 bytes=0\n.\n";
  });
  NftClient client = connected(helper);
  for (int i = 0; i < 2; ++i) {
    const Result<NftListing> listing = client.list();
    ASSERT_TRUE(listing.has_value());
    EXPECT_EQ(listing->rules, grammar::Rules::whole);
    ASSERT_EQ(listing->elements.size(), 2U);
    EXPECT_EQ(std::get<Mac>(listing->elements[0].target).text(), "02:77:00:00:00:11");
    EXPECT_EQ(listing->elements[0].packets, 7U);
    EXPECT_EQ(listing->elements[0].remaining, seconds(59));
    EXPECT_EQ(std::get<IpAddress>(listing->elements[1].target).text(), "fe80::11");
  }
}

TEST(NftClient, ALargeConfigurationArrivesWholeBeforeItIsEnsured) {
  grammar::Config all;
  std::size_t ensured = 0;
  FakeHelper helper([&](const grammar::Request& request) {
    if (const auto* config = std::get_if<grammar::Config>(&request.body)) {
      all.care_tcp.insert(all.care_tcp.end(), config->care_tcp.begin(), config->care_tcp.end());
      all.care_udp.insert(all.care_udp.end(), config->care_udp.begin(), config->care_udp.end());
      all.protect_ips.insert(all.protect_ips.end(), config->protect_ips.begin(), config->protect_ips.end());
      all.spread_tcp.insert(all.spread_tcp.end(), config->spread_tcp.begin(), config->spread_tcp.end());
    }
    if (std::holds_alternative<grammar::Ensure>(request.body)) ensured = all.protect_ips.size();
    return FakeHelper::ok(request);
  });
  NftClient client = connected(helper);
  NftConfig config;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = "10.1." + std::to_string(i / 200) + "." + std::to_string(i % 200 + 1);
    config.protected_ips.push_back(*IpAddress::parse(text));
    config.care.push_back({config.protected_ips.back(), 2575});
  }
  config.care.push_back({config.protected_ips.back(), 161, true});
  ASSERT_TRUE(client.ensure(config).has_value());
  EXPECT_EQ(ensured, 1000U);
  ASSERT_EQ(all.care_udp.size(), 1U);
  EXPECT_EQ(all.care_udp[0].port, 161);
  EXPECT_EQ(all.care_tcp.size(), 1000U);
  EXPECT_EQ(all.spread_tcp.size(), config.spread_tcp.size());
}

TEST(NftClient, BlocksWhatAPlanCallsSpreading) {
  const auto single = [](const std::vector<NftPorts>& ranges) {
    std::vector<int> out;
    for (const NftPorts& range : ranges) {
      for (int port = range.first; port <= range.last; ++port) out.push_back(port);
    }
    return out;
  };
  EXPECT_EQ(single(NftConfig{}.spread_tcp), (std::vector<int>{22, 135, 139, 445, 3389, 5985, 5986}));
  EXPECT_EQ(single(NftConfig{}.spread_udp), std::vector<int>{3389});
  for (const int port : single(NftConfig{}.spread_tcp))
    EXPECT_TRUE(event::is_spreading_tcp(static_cast<std::uint16_t>(port)));
}

TEST(NftClient, ARefusalIsPassedOnAndTheConnectionStays) {
  FakeHelper helper([](const grammar::Request& request) -> std::string {
    if (!std::holds_alternative<grammar::Cut>(request.body)) return FakeHelper::ok(request);
    return FakeHelper::error(request, grammar::Code::denied, "10.0.0.11 is protected");
  });
  NftClient client = connected(helper);
  const Result<void> cut = client.cut(some_cut());
  ASSERT_FALSE(cut.has_value());
  EXPECT_EQ(cut.error().code, ErrorCode::denied);
  EXPECT_EQ(client.refusal(), "10.0.0.11 is protected");
  EXPECT_TRUE(client.lift("c1").has_value());
  EXPECT_EQ(client.reconnections(), 0U);
}

TEST(NftClient, WhatTheGrammarForbidsIsNeverSent) {
  int cuts = 0;
  FakeHelper helper([&](const grammar::Request& request) {
    cuts += std::holds_alternative<grammar::Cut>(request.body) ? 1 : 0;
    return FakeHelper::ok(request);
  });
  NftClient client = connected(helper);
  NftCut cut = some_cut();
  cut.ips = {*IpAddress::parse("255.255.255.255")};
  EXPECT_EQ(client.cut(cut).error().code, ErrorCode::malformed);
  cut = some_cut();
  cut.id = "c1 timeout=9\nlift";
  EXPECT_EQ(client.cut(cut).error().code, ErrorCode::malformed);
  cut = some_cut();
  cut.timeout = milliseconds(0);
  EXPECT_EQ(client.cut(cut).error().code, ErrorCode::malformed);
  EXPECT_EQ(client.lift("").error().code, ErrorCode::malformed);
  EXPECT_EQ(cuts, 0);
}

TEST(NftClient, AfterTheHelperDiedTheConfigurationIsSentAgainBeforeTheCut) {
  std::vector<std::string> seen;
  int cuts = 0;
  FakeHelper helper([&](const grammar::Request& request) -> std::string {
    seen.push_back(grammar::format(request).substr(0, 3));
    if (std::holds_alternative<grammar::Cut>(request.body) && ++cuts == 1) return "";  // dies
    return FakeHelper::ok(request);
  });
  NftClient client = connected(helper);
  ASSERT_TRUE(client.ensure(NftConfig{}).has_value());
  ASSERT_TRUE(client.cut(some_cut()).has_value());
  EXPECT_EQ(seen, (std::vector<std::string>{"hel", "con", "ens", "cut", "hel", "con", "ens", "cut"}));
  EXPECT_EQ(client.reconnections(), 1U);
}

TEST(NftClient, AHelperWithoutConfigurationGetsIt) {
  bool ensured = false;
  FakeHelper helper([&](const grammar::Request& request) -> std::string {
    if (std::holds_alternative<grammar::Ensure>(request.body)) ensured = true;
    if (std::holds_alternative<grammar::Cut>(request.body) && !ensured) {
      return FakeHelper::error(request, grammar::Code::absent, "the table is gone");
    }
    return FakeHelper::ok(request);
  });
  NftClient client = connected(helper);
  EXPECT_EQ(client.cut(some_cut()).error().code, ErrorCode::io);
  ASSERT_TRUE(client.ensure(NftConfig{}).has_value());
  ensured = false;
  EXPECT_TRUE(client.cut(some_cut()).has_value());
}

TEST(NftClient, SilenceEndsAtTheDeadlineAndTheNextCallStartsAfresh) {
  bool silent = true;
  FakeHelper helper([&](const grammar::Request& request) -> std::string {
    if (!std::holds_alternative<grammar::Cut>(request.body)) return FakeHelper::ok(request);
    return std::exchange(silent, false) ? "…" : FakeHelper::ok(request);
  });
  NftClient client = connected(helper, milliseconds(300));
  EXPECT_EQ(client.cut(some_cut()).error().code, ErrorCode::timeout);
  EXPECT_TRUE(client.cut(some_cut()).has_value());
}

TEST(NftClient, NonsenseFromTheHelperIsAnError) {
  for (const char* nonsense : {"hello yourself\n", "ok other count=1 rules=whole\n", ".\n", "\n"}) {
    FakeHelper helper([&](const grammar::Request& request) -> std::string {
      return std::holds_alternative<grammar::Cut>(request.body) ? nonsense : FakeHelper::ok(request);
    });
    NftClient client = connected(helper);
    EXPECT_EQ(client.cut(some_cut()).error().code, ErrorCode::malformed) << nonsense;
    EXPECT_TRUE(client.lift("c1").has_value());
  }
  FakeHelper helper([&](const grammar::Request& request) -> std::string {
    if (std::holds_alternative<grammar::Counters>(request.body)) return std::string(5000, 'x');
    return FakeHelper::ok(request, nft_answer_lines_max + 1);
  });
  NftClient client = connected(helper);
  EXPECT_EQ(client.list().error().code, ErrorCode::limit);
  EXPECT_EQ(client.counters().error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace cordon::enforce
