// SPDX-License-Identifier: Apache-2.0
// Study: the same attacks against several policies, and what the comparison says: mean harm, paired difference with its
// 95 % interval, worst decile, regret. And a sweep that changes one range at a time, to see where an advantage ends.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "simulate/spread.h"

namespace cordon::simulate {

struct StudyRequest {
  Ranges ranges{};
  std::uint32_t attacks = 200;
  std::uint64_t seed = 1;
  // Cordon's clinical harm budget, in patient-hours for the whole incident, and how many cuts an hour are automatic.
  double budget = contain::harm_budget_default;
  std::uint32_t cuts_per_hour = contain::cuts_per_hour_default;
};

struct Standing {
  std::string policy;        // cordon, nothing, infected_only, suspects_too, pull_everything
  double mean = 0;           // patient-hours
  double worst_decile = 0;   // mean of the worst tenth
  double regret = 0;         // mean excess over the best policy of each attack
  double regret_worst = 0;   // the largest of them
  double difference = 0;     // mean of (this − cordon), paired by attack; 0 for cordon
  double low = 0, high = 0;  // its 95 % interval, Student's t
  double won_by_cordon = 0;  // share of attacks in which cordon did less harm than this
  double lost_hosts = 0;     // mean
  double harm_cuts = 0;      // mean harm of the cuts alone
};

struct Study {
  std::vector<Standing> standings;         // cordon first
  std::vector<std::vector<double>> harms;  // by policy, then by attack
};

/// Played is one attack, answered by each policy in their order.
constexpr std::size_t policies_played = 5;
using Played = std::array<Outcome, policies_played>;

/// Play plays the attacks of a request, seconds each on a whole hospital. An attack is the same whoever asks for its
/// number and when; several threads may ask at once. The graph must outlive it.
class Play {
 public:
  Play(const contain::Graph& graph, const StudyRequest& request);
  Played attack(std::uint32_t number) const;

 private:
  const contain::Graph& graph_;
  StudyRequest request_;
  Terrain terrain_;
};

/// compare says what attacks come to.
Study compare(std::span<const Played> played);

/// Variation is one line of the sweep: what was changed.
struct Variation {
  std::string name;
  Ranges ranges;
  double budget;
  std::uint32_t cuts_per_hour = contain::cuts_per_hour_default;
};
std::vector<Variation> variations(const Ranges& ranges, double budget, std::uint32_t cuts_per_hour);

/// The policies. cordon_answer does what `cordon serve` does in mode guard: the quick answer to each verdict, then the
/// plan for the whole estate, both under one budget, which automatic cuts use up, and one limit an hour; it knows what
/// can be carried out here as a plan does that no running Cordon makes (contain::assumed_means). Make a new one for
/// each attack.
Answer cordon_answer(const contain::Graph& graph, double budget, std::uint32_t cuts_per_hour);
Answer infected_only_answer(const contain::Graph& graph);
/// suspects_too_answer isolates the infected at once and the suspects when a person agrees: what Cordon knows, without
/// weighing it.
Answer suspects_too_answer(const contain::Graph& graph);
Answer nothing_answer();
Answer pull_answer();

}  // namespace cordon::simulate
