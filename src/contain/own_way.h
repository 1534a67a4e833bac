// SPDX-License-Identifier: Apache-2.0
// Cordon's own ways: what a cut must not end, because whoever made it could take it back no more. They are in the
// estate (estate::OwnWay); here is which cuts end one. Pure.
#pragma once

#include <optional>
#include <string>

#include "contain/action.h"
#include "estate/estate.h"
#include "event/containment.h"

namespace cordon::contain {

/// own_way_reason begins what a person is told; the name of what would be cut off follows.
constexpr const char* own_way_reason = "it would cut Cordon's own way to what carries its cuts out, never done: ";

/// spared says that no cut of somebody else takes this host's addresses along: it is protected, or Cordon's own.
inline bool spared(const estate::Host& host) {
  return host.is_protected || host.own != estate::Own::no;
}

/// own_way_ended names the host or the way that this action would cut off from Cordon: any cut of its box and of who
/// carries cuts out; a flow, a passage or a border between the two, whatever passes there; a flow, a passage or a plane
/// of a border by which browsers come.
std::optional<std::string> own_way_ended(const estate::Estate& estate, const Action& action);

/// own_way_ended names the same of a line by its targets, whatever action the estate knew when it was written.
std::optional<std::string> own_way_ended(const estate::Estate& estate, const event::PlannedAction& line);

}  // namespace cordon::contain
