// SPDX-License-Identifier: Apache-2.0
// cordon plan: what a person asks of it. The command is plan_command.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/plan_request.h"
#include "contain/weigh.h"

namespace CLI {
class App;
}

namespace cordon::app {

struct PlanOptions {
  std::string estate_path;  // a TOML file, or a folder of TOML and CSV
  PlanWords words;
  std::string mode = "guard";                    // watch: nothing is automatic
  double budget = contain::harm_budget_default;  // patient-hours that may be cut without a person
  std::uint32_t cuts_per_hour = contain::cuts_per_hour_default;
  bool what_if = false;
  bool sweep = false;
  std::vector<std::string> changed;  // lines of the sweep, by name
  std::uint32_t attacks = 200;
  std::uint64_t seed = 1;
  bool json = false;
};

/// add_plan_command adds the subcommand to the program; `status` is set when it has run.
void add_plan_command(CLI::App& app, int& status);

/// plan returns the exit status.
int plan(const PlanOptions& options);

}  // namespace cordon::app
