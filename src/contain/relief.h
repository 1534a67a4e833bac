// SPDX-License-Identifier: Apache-2.0
// Relief: which of the cuts in force save nothing any more, and what care gets back when they are lifted. Says it only;
// lifting is a person's.
#pragma once

#include <span>
#include <vector>

#include "contain/weigh.h"
#include "event/containment.h"

namespace cordon::contain {

/// relief_tried_max bounds the cuts that one plan tries to do without, those that cost most first; each takes
/// at most four floods of the graph.
constexpr std::size_t relief_tried_max = 32;
/// relief_edges_max bounds them in a large hospital, by the edges of the graph times how many are tried: at 20,000 hosts
/// and 200,000 permitted flows eight, so that a whole plan keeps to a second.
constexpr std::size_t relief_edges_max = 3'200'000;

/// Standing is one thing that is in force, as the model knows it.
struct Standing {
  event::Unneeded name{};  // its id and key; the harm is ours to say
  std::vector<Action> actions;
  bool proven = false;   // it is known to hold
  bool ordered = false;  // a person wants it, whatever the model says
};

/// no_longer_needed gives what can be lifted together without more being lost: expected_loss stays the same, both when
/// all the others do what they promise and when only those do that are proven to hold. Tried one after the other, the
/// dearest first, each without those already found. Never what was ordered, nor what keeps an infected host, a suspect
/// or a session from others: to lift that is to acquit it. Deterministic.
std::vector<event::Unneeded> no_longer_needed(const Graph& graph, std::span<const estate::HostIndex> infected,
                                              std::span<const Suspect> suspects, std::span<const Standing> standing);

}  // namespace cordon::contain
