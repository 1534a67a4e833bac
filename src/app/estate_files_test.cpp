// SPDX-License-Identifier: Apache-2.0
#include "app/estate_files.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cordon::app
