// SPDX-License-Identifier: Apache-2.0
#include "app/estate_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/config.h"

namespace cordon::app {
namespace {

namespace fs = std::filesystem;

// Folder is a place of the test's own that goes with it.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("cordon-estate-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path / "estate"); }
  ~Folder() { fs::remove_all(path); }
  void put(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
};

TEST(EstateFiles, AConfigurationMayNameAFolder) {
  const Folder folder;
  folder.put("cordon.toml", "estate = \"estate\"\n");
  folder.put("estate/hospital.toml", "hospital = \"Vallombre\"\n");
  folder.put("estate/hosts.csv", "name,role,addresses\nws1,workstation,10.0.0.1\n");
  folder.put("estate/README.md", "not read");
  const Checked one = read_config((folder.path / "cordon.toml").string());
  ASSERT_TRUE(one.problems.empty()) << one.problems[0].text;
  EXPECT_EQ(one.estate.hosts.at(0).name, "ws1");
  folder.put("estate/hosts.csv", "name,role,addresses\nws2,workstation,10.0.0.1\n");
  const Checked two = read_config((folder.path / "cordon.toml").string());
  EXPECT_NE(one.digest, two.digest) << "a changed host is another configuration";
  folder.put("estate/hosts.csv", "name,role,addresses\nws2,toaster,10.0.0.1\n");
  const Checked wrong = read_config((folder.path / "cordon.toml").string());
  ASSERT_EQ(wrong.problems.size(), 1U);
  EXPECT_TRUE(wrong.problems[0].file.ends_with("hosts.csv"));
  EXPECT_EQ(wrong.problems[0].line, 2U);
  EXPECT_TRUE(wrong.estate.hosts.empty());
}

TEST(EstateFiles, WhatCannotBeReadSaysSo) {
  EXPECT_NE(read_estate_files("/nonexistent").unreadable.find("cannot be read"), std::string::npos);
  const Folder folder;
  EXPECT_NE(read_estate_files((folder.path / "estate").string()).unreadable.find("holds no .toml"), std::string::npos);
  EXPECT_EQ(read_estate((folder.path / "estate").string()).problems.size(), 1U);
}

TEST(EstateFiles, WhatLooksLikeOneAndCannotBeReadIsAMistake) {
  const Folder folder;
  folder.put("estate/hospital.toml", "hospital = \"Vallombre\"\n");
  const fs::path estate = folder.path / "estate";
  const auto said = [&] {
    std::string out;
    for (const estate::Problem& p : read_estate(estate.string()).problems) out += p.file + ": " + p.text + "\n";
    return out;
  };
  const auto expect_said = [&](const std::string& name, const std::string& sentence) {
    EXPECT_EQ(said().find((estate / name).string() + ": " + sentence), 0U) << name << ": " << said();
    fs::remove_all(estate / name);
    EXPECT_EQ(said(), "");
  };
  fs::create_symlink("/nowhere", estate / "hosts.csv");
  expect_said("hosts.csv", "is a link to /nowhere, where nothing is");
  fs::create_symlink("beds.csv", estate / "beds.csv");
  expect_said("beds.csv", "cannot be read");
  fs::create_directory(estate / "hosts.csv");
  expect_said("hosts.csv", "is a folder");
  ASSERT_EQ(mkfifo((estate / "hosts.csv").c_str(), 0600), 0);
  expect_said("hosts.csv", "is no plain file");
  folder.put("estate/hosts.CSV", "name,role,addresses\nws1,workstation,10.0.0.1\n");
  expect_said("hosts.CSV", "is not read, for its ending is not in small letters; rename it to hosts.csv");
  fs::create_directory(estate / "flows");
  expect_said("flows",
              "looks like a file of an estate and is not read; save it as \"CSV UTF-8\" by the name flows.csv");
  folder.put("estate/inventaire.xlsx", "PK");
  expect_said("inventaire.xlsx",
              "looks like a file of an estate and is not read; save it as \"CSV UTF-8\" by the name of what it holds");
  std::ofstream(estate / "hosts.csv").close();
  fs::resize_file(estate / "hosts.csv", (16U << 20U) + 1);
  expect_said("hosts.csv", "cannot be read; let this user read it, and keep it to 16 MiB");

  fs::create_symlink(folder.path / "elsewhere.csv", estate / "hosts.csv");
  folder.put("elsewhere.csv", "name,role,addresses\nws1,workstation,10.0.0.1\n");
  EXPECT_EQ(read_estate(estate.string()).estate.hosts.size(), 1U) << "a link to a file is a file: " << said();
}

TEST(EstateFiles, WhatThisUserMayNotReadIsAMistakeAndCausesNoOther) {
  const Folder folder;
  folder.put("estate/hospital.toml",
             "hospital = \"Vallombre\"\n[[service]]\nname = \"s\"\nwithout = \"w\"\n[[flow]]\nclient = \"ws1\"\n"
             "server = \"ws2\"\nservice = \"s\"\ndependence = 0.1\n");
  folder.put("estate/hosts.csv", "name,role,addresses\n");
  fs::permissions(folder.path / "estate/hosts.csv", fs::perms::none);
  const bool was_root = geteuid() == 0;
  if (was_root) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  const estate::Loaded loaded = read_estate((folder.path / "estate").string());
  if (was_root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  ASSERT_EQ(loaded.problems.size(), 1U) << loaded.problems[1].text;
  EXPECT_TRUE(loaded.problems[0].file.ends_with("hosts.csv"));
  EXPECT_NE(loaded.problems[0].text.find("let this user read it"), std::string::npos);

  fs::permissions(folder.path / "estate", fs::perms::none);
  if (was_root) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  const EstateFiles none = read_estate_files((folder.path / "estate").string());
  if (was_root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  fs::permissions(folder.path / "estate", fs::perms::owner_all);
  EXPECT_NE(none.unreadable.find("let this user read the folder"), std::string::npos) << none.unreadable;
}

/// complaints gives what is said of a configuration and an estate that stand in one folder, a line each.
std::string complaints(const std::string& config, const std::string& estate,
                       const std::vector<std::string>& found_here = {}) {
  const Folder folder;
  folder.put("cordon.toml", "estate = \"hospital.toml\"\n" + config);
  folder.put("hospital.toml", "hospital = \"Essai\"\n" + estate);
  std::string all;
  for (const estate::Problem& p : read_config((folder.path / "cordon.toml").string(), found_here).problems)
    all += std::to_string(p.line) + ": " + p.text + "\n";
  return all;
}

TEST(Config, ACutEndsBeforeTheIncidentThatItIsPricedFor) {
  EXPECT_EQ(complaints("", ""), "");
  EXPECT_EQ(complaints("[contain]\ncut_minutes = 720\n", ""), "");
  const std::string said = complaints("[contain]\ncut_minutes = 721\n", "");
  EXPECT_TRUE(said.starts_with("3: [contain] 'cut_minutes'")) << said;
  EXPECT_NE(said.find("priced for 12 hours"), std::string::npos) << said;
  EXPECT_NE(complaints("", "[weights]\nincident_hours = 0\n").find("0.25"), std::string::npos);
}

TEST(Config, MoreOwnWaysThanCordonNftTakesAreNamed) {
  std::string switches = "[enforcer]\nmeans = [\"nftables\", \"radius\"]\n";
  for (int i = 0; i < 200; ++i)
    switches += fmt::format("[radius.s{0}]\naddress = \"10.9.0.{0}\"\nsecret = \"s\"\n", i + 1);
  std::vector<std::string> found{"127.0.0.1"};
  for (int i = 0; i < 41; ++i) found.push_back(fmt::format("10.8.0.{}", i + 1));
  const std::string declared = fmt::format("addresses = [\"{}\"]\n", fmt::join(found, "\", \""));
  EXPECT_NE(complaints(declared + switches, "").find("8200 pairs, and cordon-nft keeps 8192"), std::string::npos);
  EXPECT_EQ(complaints(switches, "", found), "") << "what was only found does not keep it from serving";
  const std::string networks =
      "[[site]]\nname = \"S\"\n[[network]]\nname = \"A\"\nsite = \"S\"\nprefixes = [\"10.8.0.0/24\"]\n"
      "[[network]]\nname = \"B\"\nsite = \"S\"\nprefixes = [\"10.9.0.0/24\"]\n";
  const std::string near = fmt::format("addresses = [\"10.9.0.250\", \"{}\"]\n", fmt::join(found, "\", \""));
  EXPECT_EQ(complaints(near + switches, networks), "") << "by its address in their network it reaches them";
}

}  // namespace
}  // namespace cordon::app
