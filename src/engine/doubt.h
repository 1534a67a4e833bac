// SPDX-License-Identifier: Apache-2.0
// Doubt: whose suspicion rests on frames of his own alone. A server's own answers confirm what was done; frames that no
// server answered can be forged by anybody on the network, so a person must read that before deciding on them. Shown
// only: what a plan does with it is weighing.cpp.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "event/containment.h"

namespace cordon::engine {

class Engine;

/// Doubt names hosts as the estate does, else by their address.
struct Doubt {
  std::set<std::string, std::less<>> one_sided;  // suspected, and no server has confirmed enough for a suspicion
  bool is_all = false;                           // there is no other ground for a plan
};

Doubt doubt_of(const Engine& engine);

/// is_one_sided says whether a line rests on such a suspicion: what is done to the suspect himself, and every line
/// where there is no other ground. Never what a person ordered.
bool is_one_sided(const Engine& engine, const Doubt& doubt, const event::PlannedAction& line);

}  // namespace cordon::engine
