// SPDX-License-Identifier: Apache-2.0
#include "app/station_config.h"

#include <gtest/gtest.h>

#include "app/station.h"

namespace cordon::app {
namespace {

std::string problems_of(const std::string& toml) {
  StationConfig out;
  std::vector<estate::Problem> problems;
  parse_station_config(toml, "s.toml", out, problems);
  std::string all;
  for (const auto& p : problems) all += std::to_string(p.line) + ": " + p.text + "\n";
  return all;
}

TEST(StationConfig, TheExampleIsSoundAndIsAStations) {
  const CheckedStation example = read_station_config("examples/station/station.toml");
  EXPECT_TRUE(example.problems.empty()) << example.problems[0].text;
  EXPECT_EQ(example.config.beds.size(), 8U);
  EXPECT_EQ(example.config.view().names, bedside::Names::initials);
  EXPECT_EQ(example.config.book_path(), "examples/station/var/logbook/book.db");
  EXPECT_TRUE(describes_station("examples/station/station.toml"));
  EXPECT_TRUE(read_station_config("packaging/station.toml").problems.empty());
  EXPECT_FALSE(describes_station("examples/night/cordon.toml"));
  EXPECT_FALSE(describes_station("examples/station/none.toml"));
}

TEST(StationConfig, WhatDescribePrintsReadsBackTheSame) {
  StationConfig first;
  first.unit = "Réanimation A";
  first.beds = {"R1", "R2"};
  StationConfig second;
  std::vector<estate::Problem> problems;
  parse_station_config(describe_station_config(first), "s.toml", second, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  EXPECT_EQ(describe_station_config(second), describe_station_config(first));
  EXPECT_EQ(second.beds, first.beds);
}

TEST(StationConfig, NamesTheLineOfEveryMistake) {
  const std::string all = problems_of(
      "box = \"a b\"\n[unit]\nname = \"A\"\nbeds = [\"R1\", \"R1\", \" R2\", \"\", \"R1234567890123456\"]\nnames = "
      "\"all\"\n"
      "[web]\nprot = 1\n[data]\nfolder = 3\n");
  for (const char* expected : {"'box' is \"a b\"", "'beds' names \"R1\" twice", "\" R2\" is no name", "\"\" is no name",
                               "\"R1234567890123456\" is no name", "5: 'names' is 'all'; it can be full|initials|none",
                               "7: unknown key 'prot' in [web]", "9: 'folder' must be a text in quotes"}) {
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\nin\n" << all;
  }
  EXPECT_NE(problems_of("box = \"a\"\n").find("[unit] 'beds' is missing"), std::string::npos);
  EXPECT_NE(problems_of("box = \"a\"\n").find("[unit] 'name' is missing"), std::string::npos);
  EXPECT_NE(problems_of("[unit\n").find("1: "), std::string::npos);
}

TEST(StationConfig, GatewaysAreOpenedWhereTheFileNamesAnAddress) {
  StationConfig config;
  EXPECT_TRUE(gateways_of(config).empty());
  const CheckedStation example = read_station_config("examples/station/station.toml");
  ASSERT_EQ(gateways_of(example.config).size(), 3U);
  EXPECT_EQ(gateways_of(example.config)[0].name, "hl7");
  EXPECT_EQ(gateways_of(example.config)[1].name, "intellivue");
  EXPECT_EQ(gateways_of(example.config)[2].name, "sdc");
  config.intellivue_address = "127.0.0.1";
  ASSERT_EQ(gateways_of(config).size(), 1U);
  EXPECT_EQ(config.view().families, std::vector<std::string>{"intellivue"});
  EXPECT_EQ(example.config.view().families, (std::vector<std::string>{"hl7", "intellivue", "sdc"}));
}

TEST(StationConfig, TlsForSdcDevicesIsWholeOrNotThere) {
  const std::string unit = "box = \"s\"\n[unit]\nname = \"A\"\nbeds = [\"R1\"]\n[sdc]\naddress = \"10.9.0.1\"\n";
  EXPECT_EQ(problems_of(unit), "");
  EXPECT_NE(problems_of(unit + "key = \"k.pem\"\n").find("[sdc] needs 'key', 'certificate' and 'authorities' together"),
            std::string::npos);
}

TEST(StationConfig, ATimeZoneIsHoursAndMinutes) {
  StationConfig config;
  EXPECT_EQ(config.hl7_offset(), std::nullopt);
  for (const auto& [zone, minutes] : {std::pair{"+01:00", 60}, {"-03:30", -210}, {"+14:00", 840}}) {
    config.hl7_zone = zone;
    EXPECT_EQ(config.hl7_offset(), std::chrono::minutes(minutes)) << zone;
  }
  const std::string unit = "[unit]\nname = \"A\"\nbeds = [\"R1\"]\n[hl7]\nzone = ";
  for (const char* zone : {"CET", "1:00", "+01:60", "+15:00", "+0100", "+01:0a"}) {
    EXPECT_NE(problems_of(unit + '"' + zone + "\"\n").find("[hl7] 'zone' is"), std::string::npos) << zone;
  }
  EXPECT_EQ(problems_of(unit + "\"+02:00\"\n"), "");
}

TEST(StationConfig, OneBedOverTheBoundIsAMistake) {
  const auto with_beds = [](std::size_t count) {
    std::string toml = "[unit]\nname = \"A\"\nbeds = [";
    for (std::size_t i = 0; i < count; ++i) toml += "\"R" + std::to_string(i) + "\", ";
    return problems_of(toml + "]\n");
  };
  EXPECT_EQ(with_beds(beds_max), "");
  EXPECT_NE(with_beds(beds_max + 1).find("129 beds, at most 128"), std::string::npos);
}

}  // namespace
}  // namespace cordon::app
