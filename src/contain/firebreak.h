// SPDX-License-Identifier: Apache-2.0
// Firebreak: one action that closes every border between networks to spreading protocols, where a rule can: care
// flows and all other protocols pass. It is for what a plan around the infected leaves out: a machine that nobody has
// seen is infected, too. Whom it is advised for, and from what chance on, says advise_firebreak.
//
// One line, one approval, one cut, one roll-back: whoever had to close seven hundred borders one by one would pull the
// plug instead. Never automatic: it rests on nobody's verdict.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "contain/weigh.h"

namespace cordon::contain {

/// firebreak_key names the line in plans, cuts and people's words.
constexpr std::string_view firebreak_key = "firebreak";

/// unseen_chance: how likely it is taken to be, once somebody is under a verdict, that one more machine is infected
/// which nobody has seen, any of the house as likely as another. Set by hand. The advice hangs little on it: see
/// Firebreak::worth_from.
constexpr double unseen_chance = 0.1;

/// firebreak_borders gives the borders (indices, rising) that it closes: between two networks with prefixes of one
/// family, which an enforcer can close, where no care flow would stop that no rule can let pass, and no way of
/// Cordon's.
std::vector<std::uint32_t> firebreak_borders(const estate::Estate& estate);

/// FirebreakRequest: `done` is all that is or will be in force. Spans are borrowed for the call.
struct FirebreakRequest {
  const Graph& graph;
  std::span<const estate::HostIndex> infected;
  std::span<const Action> done;
};

/// advise_firebreak gives the advice, or nothing where it would cost more than it saves on average.
std::optional<Firebreak> advise_firebreak(const FirebreakRequest& request);

}  // namespace cordon::contain
