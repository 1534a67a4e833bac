// SPDX-License-Identifier: Apache-2.0
// station_simulated is `cordon station` with a simulated unit (simulated_unit.h) beside its gateways:
//   station_simulated --config FILE [--devices N] [--seed S] [--json]
// One wish a line on standard input changes what a device does, at once:
//   alarm 1 asystole high     clear 1 asystole     unplug 1     plug 1     freeze 1     thaw 1
#include <sodium.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <thread>

#include "app/station.h"
#include "event/bedside_json.h"
#include "simulated_unit.h"

namespace {

using cordon::testing::SimulatedWish;
using cordon::testing::SimulatedWishes;

void read_wishes(SimulatedWishes& wishes) {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    SimulatedWish wish;
    std::string priority;
    words >> wish.what >> wish.device >> wish.condition >> priority;
    if (const auto known = cordon::event::alarm_priority_from_word(priority)) wish.priority = *known;
    wishes.push(wish);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) return 1;
  cordon::app::StationCommand command;
  cordon::testing::SimulatedOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--json") {
      command.json = true;
      continue;
    }
    if (word == "--config") command.config_path = value;
    if (word == "--devices") options.devices = std::strtoul(value, nullptr, 10);
    if (word == "--seed") options.seed = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
    ++i;
  }
  auto& wishes = *new SimulatedWishes(1024);  // outlives main, as whoever reads the input does
  std::thread([&wishes] { read_wishes(wishes); }).detach();  // ends with its input, or with the process
  return cordon::app::run_station(command, [&](const cordon::app::StationConfig& config) {
    auto gateways = cordon::app::gateways_of(config);
    gateways.push_back({"simulated",
                        [&](boost::asio::io_context& context, const cordon::gateway::GatewaySink& sink)
                            -> cordon::Result<std::unique_ptr<cordon::gateway::Gateway>> {
                          return std::make_unique<cordon::testing::SimulatedUnit>(context, sink, options, wishes);
                        }});
    return gateways;
  });
}
