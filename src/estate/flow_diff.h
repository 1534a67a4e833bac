// SPDX-License-Identifier: Apache-2.0
// What differs in the flows of two declared estates, told as people declare them: by server, port, service and unit.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "estate/seen.h"

namespace cordon::estate {

/// flows_moved: `match` gives, for each host of `after`, the same host in `before`, if there is one. In order of
/// server, port, service and unit.
std::vector<FlowsMoved> flows_moved(const Estate& before, const Estate& after,
                                    std::span<const std::optional<HostIndex>> match);

}  // namespace cordon::estate
