// SPDX-License-Identifier: Apache-2.0
// The lab's captures of real Samba traffic against the truth written beside them: every file that was altered is
// reported as altered, once, under its path, for the right client and user; nothing else is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "observe/observer.h"
#include "observe/path.h"

namespace cordon::observe {
namespace {

namespace fs = std::filesystem;
const fs::path lab = "tests/captures/lab";

// Read gives the frames of a classic little-endian pcap file with microseconds, all this test needs.
template <class Visit>
void read_pcap(const fs::path& file, Visit&& visit) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> raw((std::istreambuf_iterator<char>(in)), {});
  const std::vector<std::uint8_t> all(raw.begin(), raw.end());
  ByteReader reader(all);
  ASSERT_EQ(*reader.u32le(), 0xa1b2c3d4U) << file;
  ASSERT_TRUE(reader.skip(16));
  const auto link = static_cast<net::LinkType>(*reader.u32le());
  while (reader.left() >= 16) {
    const std::uint32_t seconds = *reader.u32le();
    const std::uint32_t micros = *reader.u32le();
    const std::uint32_t captured = *reader.u32le();
    const std::uint32_t wire = *reader.u32le();
    const auto bytes = reader.take(captured);
    if (!bytes) return;
    visit(net::Frame{link, WallTime{std::chrono::seconds(seconds) + Micros(micros)}, *bytes, wire});
  }
}

struct Seen final : Sink {
  void activity(const event::FileActivity& a) override {
    reports.push_back(a);
    latest[a.file] = a;
  }
  void host_seen(const event::HostSeen& h) override { hosts.push_back(h); }
  void flow_progress(const event::FlowProgress& p) override { progress.push_back(p); }
  std::vector<event::FileActivity> reports;
  std::map<std::uint64_t, event::FileActivity> latest;
  std::vector<event::HostSeen> hosts;
  std::vector<event::FlowProgress> progress;
};

struct Truth {
  std::string client;
  std::string user;
  std::vector<nlohmann::json> altered;
};

Truth read_truth(const fs::path& file) {
  Truth t;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto j = nlohmann::json::parse(line);
    if (j.at("type") == "header") {
      t.client = j.value("client", "");
      t.user = j.value("user", "");
    } else if (j.at("type") == "altered" && j.value("altered", false)) {
      t.altered.push_back(j);
    }
  }
  return t;
}

class LabCapture : public ::testing::TestWithParam<std::string> {};

TEST_P(LabCapture, EveryAlteredFileIsReportedAndNoOther) {
  const fs::path capture = lab / (GetParam() + ".pcap");
  const fs::path truth_file = lab / (GetParam() + ".truth.jsonl");
  if (!fs::exists(capture) || !fs::exists(truth_file)) GTEST_SKIP() << capture << " is not there";
  const Truth truth = read_truth(truth_file);
  Seen seen;
  Observer observer({.sensor = "span0"}, seen);
  read_pcap(capture, [&](const net::Frame& f) { observer.frame(f); });
  observer.finish();
  EXPECT_TRUE(observer.counters().weird.empty())
      << observer.counters().weird.begin()->first << " " << observer.counters().weird.begin()->second;

  std::map<std::string, const event::FileActivity*> by_path;
  for (const auto& [file, a] : seen.latest) {
    if (!a.altered || a.client.ip.text() != truth.client) continue;
    EXPECT_TRUE(by_path.emplace(fold(a.path), &a).second) << "two files for " << a.path;
  }
  for (const auto& j : truth.altered) {
    const std::string path = j.at("path");
    SCOPED_TRACE(path);
    const auto it = by_path.find(fold(path));
    if (it == by_path.end()) {
      ADD_FAILURE() << "not reported";
      continue;
    }
    const event::FileActivity& a = *it->second;
    EXPECT_EQ(a.path, path);
    EXPECT_TRUE(a.confirmed);
    EXPECT_EQ(a.user.substr(a.user.find('\\') + 1), truth.user);
    EXPECT_EQ(a.server.text(), "10.77.0.20");
    const auto moved = j.find("new_path");
    EXPECT_EQ(a.new_path, moved == j.end() || moved->is_null() ? "" : moved->get<std::string>());
    EXPECT_NE(a.before.type, event::ContentType::unseen);
    EXPECT_EQ(a.before.type == a.after.type && a.before.type != event::ContentType::unknown, false);
    EXPECT_GT(a.compared_bytes, 0U);
    EXPECT_LT(a.kept_share, 0.05);
    EXPECT_NEAR(seconds_of(a.first_altered), j.at("time_first_write").get<double>(), 0.5);
    EXPECT_EQ(a.removed, GetParam() == "new-then-delete");
    by_path.erase(it);
  }
  // The same workstation goes on with ordinary work, which the truth does not list. It must not look like the attack.
  for (const auto& [path, a] : by_path) {
    const bool destroyed =
        a->after.type == event::ContentType::unknown && a->after.chi_squared < 400 && a->kept_share < 0.1;
    EXPECT_FALSE(destroyed) << a->path << " is not in the truth";
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, LabCapture,
                         ::testing::Values("in-place-rename", "new-then-delete", "head-4k", "every-other-block",
                                         "no-rename"),
                         [](const auto& name) {
                           std::string out = name.param;
                           std::replace(out.begin(), out.end(), '-', '_');
                           return out;
                         });

// zeek/zeek#1286: an encryption simulator over two channels, with two addresses on either side. Its output is base64,
// so nothing about it is random.
TEST(PublicCapture, MultichannelSimulatorReplacesThirteenFiles) {
  const fs::path capture = "../shared/captures/zeek/smb__smb3_multichannel.pcap";
  if (!fs::exists(capture)) GTEST_SKIP() << capture << " is not there";
  Seen seen;
  Observer observer({.sensor = "span0"}, seen);
  read_pcap(capture, [&](const net::Frame& f) { observer.frame(f); });
  observer.finish();
  std::set<std::string> lost;
  for (const auto& [file, a] : seen.latest) {
    if (!a.altered) continue;
    lost.insert(a.path);
    EXPECT_TRUE(a.confirmed && a.removed) << a.path;
    EXPECT_TRUE(a.new_path.ends_with(".enc")) << a.path;
    EXPECT_GT(a.compared_bytes, 0U) << a.path;
    EXPECT_LT(a.kept_share, 0.05) << a.path;
  }
  EXPECT_EQ(lost.size(), 13U);
}

TEST(LabWork, OrdinaryWorkKeepsContentOrSaysWhy) {
  const fs::path capture = lab / "work.pcap";
  if (!fs::exists(capture)) GTEST_SKIP() << capture << " is not there";
  Seen seen;
  Observer observer({.sensor = "span0"}, seen);
  read_pcap(capture, [&](const net::Frame& f) { observer.frame(f); });
  observer.finish();
  EXPECT_FALSE(seen.latest.empty());
  for (const auto& [file, a] : seen.latest) {
    EXPECT_FALSE(a.path.find("fileid-") != std::string::npos) << a.path;
    if (!a.altered || a.removed || a.before.type == event::ContentType::unseen) continue;
    EXPECT_EQ(a.before.type, a.after.type == event::ContentType::unseen ? a.before.type : a.after.type) << a.path;
  }
  std::set<std::string> users;
  for (const auto& h : seen.hosts) users.insert(h.user);
  EXPECT_TRUE(users.contains("HOPITAL\\a.lefevre"));
  EXPECT_FALSE(seen.progress.empty());
}

}  // namespace
}  // namespace cordon::observe
