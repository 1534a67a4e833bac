// SPDX-License-Identifier: Apache-2.0
// cordon check-config: reads a configuration and its estate, names every mistake, of the switches' secrets too,
// and shows what is in force. A file with a table [unit] is a station's.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/config.h"
#include "app/own_ways.h"
#include "app/radius_secret.h"
#include "app/say.h"
#include "app/settings.h"
#include "app/station_config.h"
#include "app/station_memory.h"

namespace cordon::app {

namespace {

nlohmann::json problems_json(const std::vector<estate::Problem>& problems) {
  nlohmann::json out = nlohmann::json::array();
  for (const estate::Problem& p : problems) out.push_back({{"file", p.file}, {"line", p.line}, {"text", p.text}});
  return out;
}

int check_station(const std::string& config_path, bool json, bool show) {
  const CheckedStation checked = read_station_config(config_path);
  const std::string remark = checked.problems.empty() ? told_lost_beds(checked.config) : "";
  if (json) {
    print_json({{"type", "station_configuration"},
                {"sound", checked.problems.empty()},
                {"beds", checked.config.beds.size()},
                {"digest", checked.digest},
                {"problems", problems_json(checked.problems)},
                {"remarks", remark.empty() ? std::vector<std::string>{} : std::vector<std::string>{remark}}});
  } else {
    print_problems(checked.problems);
    if (!remark.empty()) complain(remark);
  }
  if (!checked.problems.empty()) return checked.unreadable ? exit_input : exit_usage;
  if (json) return exit_done;
  if (show) {
    fmt::print("{}", describe_station_config(checked.config));
  } else {
    fmt::print("{}: sound; a station's, {} beds. --show prints every setting.\n", config_path,
               checked.config.beds.size());
  }
  return exit_done;
}

}  // namespace

int check_config(const std::string& config_path, bool json, bool show) {
  if (describes_station(config_path)) return check_station(config_path, json, show);
  Checked checked = read_config(config_path);
  const SecretsFound secrets = check_secrets(checked.config, config_path);
  checked.problems.insert(checked.problems.end(), secrets.problems.begin(), secrets.problems.end());
  in_line_order(checked.problems);
  std::vector<std::string> remarks = secrets.remarks;
  if (checked.problems.empty())
    std::ranges::move(own_ways_told(checked.config, checked.estate), std::back_inserter(remarks));
  if (json) {
    print_json({{"type", "configuration"},
                {"sound", checked.problems.empty()},
                {"hosts", checked.estate.hosts.size()},
                {"care_flows", checked.estate.care_flows.size()},
                {"digest", checked.digest},
                {"problems", problems_json(checked.problems)},
                {"remarks", remarks}});
  } else {
    print_problems(checked.problems);
    for (const std::string& remark : remarks) complain(remark);
  }
  if (!checked.problems.empty()) return checked.unreadable ? exit_input : exit_usage;
  if (json) return exit_done;
  if (show) {
    fmt::print("{}", describe_config(checked.config));
  } else {
    fmt::print("{}: sound; {} hosts, {} care flows. --show prints every setting.\n", config_path,
               checked.estate.hosts.size(), checked.estate.care_flows.size());
  }
  return exit_done;
}

}  // namespace cordon::app
