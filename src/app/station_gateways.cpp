// SPDX-License-Identifier: Apache-2.0
// Which gateways the station opens.
#include "app/station.h"

namespace cordon::app {

std::vector<NamedGateway> gateways_of(const StationConfig&) {
  return {};
}

}  // namespace cordon::app
