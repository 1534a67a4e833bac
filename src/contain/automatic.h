// SPDX-License-Identifier: Apache-2.0
// Automatic: which lines are done without a person: of the nested cuts that minimise cut + price of each line + m ×
// left the one that does most within the clinical harm budget and within the number of cuts that are left this hour.
//
// A cut is of use only whole, so a limit that takes its first lines breaks it. Where the cut that fits the budget has
// too many lines, each line is priced in patient-hours besides, ever higher, until so few are worth it that they fit: a
// border in the place of a hundred shields. Where no such cut fits, half of one is done, of the one with the fewest
// lines and those of it first without which most would be lost: people complete it, and nothing at all would be worse.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "contain/cut.h"
#include "contain/hands.h"

namespace cordon::contain {

/// budget_steps_max bounds the cuts that are asked for to find the largest that fits the budget, so that the work hangs
/// on no estate; beyond it the largest found so far is done, which fits. On the campus of
/// 20,000 hosts (bench/cut_speed.cpp) 16 were needed.
constexpr int budget_steps_max = 32;
/// The price of a line is sought from 2^-6 patient-hours, about its effort, to 2^22, more than any one saves, by
/// halving the exponent so many times: within half of its value.
constexpr double line_price_exponent_min = -6;
constexpr double line_price_exponent_max = 22;
constexpr int line_price_steps = 6;
/// by_hand_rounds_max: so often one cut is asked for anew because it has lines that nobody here can carry out; after
/// that those of it which can be are taken.
constexpr int by_hand_rounds_max = 32;

/// cuts_unlimited: as many automatic cuts as the budget allows.
constexpr std::uint32_t cuts_unlimited = std::numeric_limits<std::uint32_t>::max();

/// cuts_for_plan gives how many of the automatic cuts that are left this hour a plan may use: half of the hour's number
/// is kept for the first answers to verdicts to come. Or one server under a verdict, which a person decides on, would
/// use it up for the machines around it, and whoever encrypts next would go on.
constexpr std::uint32_t cuts_for_plan(std::uint32_t left, std::uint32_t per_hour) {
  const std::uint32_t kept = per_hour / 2;
  return left > kept ? left - kept : 0;
}

/// AutomaticRequest: spans are borrowed for the call. infected: under a verdict, and none that is spared.
struct AutomaticRequest {
  const Graph& graph;
  std::span<const estate::HostIndex> infected;
  std::span<const Action> done{};       // in force, ordered, or taken for done
  std::span<const Action> forbidden{};  // by people
  std::span<const Action> refused{};    // as in CutQuestion
  const Hands* hands = nullptr;         // null: whatever the estate offers can be carried out
  double budget = 0;                    // patient-hours
  std::uint32_t cuts_left = cuts_unlimited;
};

struct Automatic {
  std::vector<Action> actions;  // done at once; sorted
  std::vector<Action> held_up;  // would be too, were there no limit an hour; sorted
  bool whole = false;           // `actions` is the best of all cuts: nothing is left for people
};

/// find_automatic gives lines that fit the budget and the number of cuts left, each permitted by automatic_is_allowed
/// and by the hands. Whoever is blocked already is not isolated by itself: the block is taken for enough, and a person
/// decides.
Automatic find_automatic(const AutomaticRequest& request);

/// automatic_is_allowed: false for whoever stands for many people or hosts, and for cutting off what serves others.
bool automatic_is_allowed(const estate::Estate& estate, const Action& action);

/// isolates_the_blocked: what a host spreads is blocked by one of these; to take the rest from it is a person's
/// decision.
bool isolates_the_blocked(const Action& action, std::span<const Action> done);

}  // namespace cordon::contain
