// SPDX-License-Identifier: Apache-2.0
// `cordon station`: one process with its gateways, logbook, recorder and page. It needs no other part of Cordon.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/station_config.h"
#include "gateway/gateway_host.h"

namespace cordon::app {

struct StationCommand {
  std::string config_path;
  std::string forget;  // whose key is to be destroyed, instead of running
  bool json = false;
};

/// NamedGateway is one that the configuration asks for; the name is for people.
struct NamedGateway {
  std::string name;
  gateway::GatewayHost::Open open;
};

/// gateways_of gives the gateways of a configuration: one line for each family of devices (station_gateways.cpp).
std::vector<NamedGateway> gateways_of(const StationConfig& config);

/// run_station runs until SIGTERM. A test hands in gateways of its own.
int run_station(const StationCommand& command,
                const std::function<std::vector<NamedGateway>(const StationConfig&)>& gateways);

/// station is the subcommand.
int station(const StationCommand& command);

/// forget_patient destroys the keys of a patient who lies in no bed: by identifier, or "FAMILY YYYY-MM-DD".
int forget_patient(const StationConfig& config, const std::string& who, bool json);

}  // namespace cordon::app
