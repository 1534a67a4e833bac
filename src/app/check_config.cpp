// SPDX-License-Identifier: Apache-2.0
// cordon check-config: reads a configuration and its estate, names every mistake, of the switches' secrets too,
// and shows what is in force.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/config.h"
#include "app/radius_secret.h"
#include "app/say.h"

namespace cordon::app {

int check_config(const std::string& config_path, bool json, bool show) {
  Checked checked = read_config(config_path);
  const SecretsFound secrets = check_secrets(checked.config, config_path);
  checked.problems.insert(checked.problems.end(), secrets.problems.begin(), secrets.problems.end());
  if (json) {
    nlohmann::json problems = nlohmann::json::array();
    for (const estate::Problem& p : checked.problems) {
      problems.push_back({{"file", p.file}, {"line", p.line}, {"text", p.text}});
    }
    const nlohmann::json out = {{"type", "configuration"},
                                {"sound", checked.problems.empty()},
                                {"hosts", checked.estate.hosts.size()},
                                {"care_flows", checked.estate.care_flows.size()},
                                {"digest", checked.digest},
                                {"problems", problems},
                                {"remarks", secrets.remarks}};
    fmt::print("{}\n", out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    print_problems(checked.problems);
    for (const std::string& remark : secrets.remarks) complain(remark);
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
