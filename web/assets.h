// SPDX-License-Identifier: Apache-2.0
// The browser clients as they were bundled when the program was built.
#pragma once

#include <span>

#include "http/asset.h"

namespace cordon::web {

/// assets gives every file of the client; "/" is the page. Static storage, the same in every call.
std::span<const http::Asset> assets();

/// station_assets gives every file of the station's screens, in the same way.
std::span<const http::Asset> station_assets();

}  // namespace cordon::web
