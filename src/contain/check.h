// SPDX-License-Identifier: Apache-2.0
// Check: reads a plan's actions against the estate by the plainest code there is, and shares none with graph.h, cut.h
// and estate/harm.h: who can attack whom is asked of every pair of hosts, what it costs of every flow (check_price.h).
// For tests (time is hosts² × ways); what it says of a plan is what the plan must be able to show.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "contain/action.h"
#include "contain/check_price.h"
#include "estate/estate.h"

namespace cordon::contain {

struct Checked {
  std::vector<estate::HostIndex> reached;  // sorted
  double harm_cut = 0;                     // sum over the actions, patient-hours
  double harm_left = 0;                    // sum over the reached
  std::vector<std::string> broken;         // one sentence for each safety rule or limit of the means that is broken
};

/// check: the attack begins at the infected and at every session of the estate.
Checked check(const estate::Estate& estate, std::span<const estate::HostIndex> infected,
              std::span<const Action> actions);

/// Way is one way from a host to another. Into a host that needs an account there is one for every account that signs
/// in there; an account that is not disabled counts as stolen. It stands open as long as none of its closers is done;
/// without closers nothing closes it.
struct Way {
  std::vector<Action> closers;
};
std::vector<Way> ways_between(const estate::Estate& estate, estate::HostIndex from, estate::HostIndex to);

/// way_of_session is how a session of the estate attacks the host where it is.
Way way_of_session(const estate::Estate& estate, std::uint32_t session);

/// rule_broken_by gives a sentence if a safety rule forbids the action or no means offers it, else an empty text.
std::string rule_broken_by(const estate::Estate& estate, const Action& action);

/// firebreak_closes: the firebreak closes this border.
bool firebreak_closes(const estate::Estate& estate, std::uint32_t border);

}  // namespace cordon::contain
