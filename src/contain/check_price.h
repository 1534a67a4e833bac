// SPDX-License-Identifier: Apache-2.0
// The checker's prices, written anew from the words of docs/ESTATE.md ("What harm is") and docs/CONTAINMENT.md ("What
// is minimised"): a mistake in estate/harm.h, event/spreading.h or graph.h is none here, so that it is seen. Slow: each
// price reads all flows. For tests, like check.h.
#pragma once

#include <cstdint>
#include <span>

#include "contain/action.h"
#include "estate/estate.h"

namespace cordon::contain {

/// is_way_of_spread: one of the seven fixed TCP ports by which an attack goes on.
bool is_way_of_spread(std::uint16_t port, bool udp);

/// ends_where_blocked: a block stops it: those seven, RDP over UDP, and TCP ports that are given out.
bool ends_where_blocked(std::uint16_t port, bool udp);

/// harm_of_one is what one action costs, patient-hours, read from the flows themselves.
double harm_of_one(const estate::Estate& estate, const Action& action);

/// effort_of_one is the small price beside it.
double effort_of_one(const estate::Estate& estate, const Action& action);

/// harm_of_losing is what losing these hosts costs, each on its own, patient-hours.
double harm_of_losing(const estate::Estate& estate, std::span<const estate::HostIndex> hosts);

}  // namespace cordon::contain
