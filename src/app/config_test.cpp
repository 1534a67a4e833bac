// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <gtest/gtest.h>

namespace cordon::app {
namespace {

TEST(Config, WhatDescribePrintsReadsBackTheSame) {
  Config first;
  first.decoys = {"\\\\fs\\commun\\_ne_pas_toucher.docx"};
  first.mode = "watch";
  Config second;
  std::vector<estate::Problem> problems;
  parse_config(describe_config(first), "c.toml", second, problems);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  EXPECT_EQ(describe_config(second), describe_config(first));
  EXPECT_EQ(second.decoys, first.decoys);
}

TEST(Config, NamesTheLineOfEveryMistake) {
  Config out;
  std::vector<estate::Problem> problems;
  parse_config("box = \"chv 1\"\nmode = \"war\"\nmode2 = 1\n[web]\nport = 99999\ncolour = 1\n[sensor]\nas_now = 3\n",
               "c.toml", out, problems);
  std::string all;
  for (const auto& p : problems) all += std::to_string(p.line) + ": " + p.text + "\n";
  for (const char* expected :
       {"2: 'mode' is 'war'; it can be watch|guard|island", "3: unknown key 'mode2'",
        "5: 'port' must be a number from 0 to 65535", "6: unknown key 'colour' in [web]; known here: address, port",
        "8: 'as_now' must be true or false", "'box' is \"chv 1\""}) {
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\nin\n" << all;
  }
}

TEST(Config, AFileThatIsNotThereSaysSo) {
  const Checked checked = read_config("/nonexistent/cordon.toml");
  EXPECT_TRUE(checked.unreadable);
  ASSERT_EQ(checked.problems.size(), 1U);
}

}  // namespace
}  // namespace cordon::app
