// SPDX-License-Identifier: Apache-2.0
// Marks: what on the page "Network" is not quiet now: who is infected or suspected, what is cut and whether it holds,
// what waits. A part of the situation, laid over the estate (network_view.h) by names. A view only.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/engine.h"

namespace cordon::engine {

/// marks_max bounds the hosts and networks that are marked, worst first: some 120 bytes each are 240 KB a situation.
/// The counts beside them count everything.
constexpr std::size_t marks_max = 2000;

/// network_marks gives {"revision", "counts", "marks", "marks_more"}. A mark names a host or a network, as the network
/// with this revision does; a host that nobody declared is named by its address. What is quiet has none.
nlohmann::json network_marks(const Engine& engine, std::string_view revision);

}  // namespace cordon::engine
