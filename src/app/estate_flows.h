// SPDX-License-Identifier: Apache-2.0
// What `cordon estate` prints of flows: those that were seen and nobody declared, for people, as JSON or as rows to
// declare; those that are declared and were never seen; and what differs between two estates.
#pragma once

#include <span>

#include "app/estate_learned.h"

namespace cordon::app {

/// tell_flows prints every seen flow that nobody declared, a line each.
void tell_flows(const Learned& found, bool as_json);

/// tell_flow_rows prints them as flows.csv, to complete and add. A port that servers give out is commented out: port 0
/// of a declared flow means any.
void tell_flow_rows(const Learned& found);

/// tell_unseen_flows prints declared flows, as indices.
void tell_unseen_flows(const estate::Estate& declared, std::span<const std::uint32_t> flows, bool as_json);

/// tell_flow_changes prints what differs in the flows of two estates.
void tell_flow_changes(std::span<const estate::FlowsMoved> moved, bool as_json);

}  // namespace cordon::app
