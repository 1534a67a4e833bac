// SPDX-License-Identifier: Apache-2.0
// Weigh: from who is infected and who may be, to a plan: what is done at once, what waits for one person or two. Uses
// the exact cut (cut.h) several times; adds suspects, the clinical harm budget and what people have overruled.
//
// Suspects. Sorted by probability, the first k of them are taken for infected, for every k or, where that would be too
// much work, for several; each gives an exact cut, and the one with the least expected harm wins. The expectation is
// exact, for independent suspects. Each cut is exact for its set of sources; the winner is the best of this family, not
// of all sets. Isolating a suspect may spare it.
//
// Budget. Automatic is only what follows from the infected (evidence that ends at a suspicion may be forged; nor from a
// protected host, which cannot be cut and whose address is worth borrowing), touches nobody who stands for many (one of
// his sessions may be ended) and no account (automatic_is_allowed), can be carried out here (hands.h), and fits the
// clinical harm budget and the cuts that are left this hour: automatic.h says how. What of it spares nobody, by the
// union of what is cut and lost (account.h), is left out. The rest is computed around it and
// waits for people. What a sensor alone speaks against (doubted) is done as far as that part goes: frames can be
// forged, and must cut nobody.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "contain/automatic.h"
#include "contain/cut.h"
#include "contain/hands.h"

namespace cordon::contain {

/// suspects_max: suspects that one plan weighs, the most probable ones; the others are counted.
constexpr std::size_t suspects_max = 4096;
/// suspect_groups_max: different sets of ways on from a suspect that are told apart, one bit each in 256. Beyond it the
/// least probable ones share one set: what any of them would reach counts as reached by each, which never expects less.
constexpr std::size_t suspect_groups_max = 255;
/// isolation_spares: how likely a host that was broken into and does not encrypt yet is spared when it is isolated. An
/// estimate: whoever is off the network does not hear the order, unless a timer was set.
constexpr double isolation_spares = 0.5;
/// prefixes_max bounds the exact cuts that one plan tries for suspects, by the work: so many edges are looked at.
constexpr std::size_t prefixes_max(std::size_t edges) {
  constexpr std::size_t work = 400'000;
  constexpr std::size_t at_least = 16;
  return std::max(at_least, work / std::max<std::size_t>(edges, 1));
}
/// vain_tries_max bounds the automatic lines that are tried one by one for whether they spare anybody; each looks at
/// the whole estate twice.
constexpr std::size_t vain_tries_max(std::size_t edges) {
  return prefixes_max(edges) / 4;
}
/// What Cordon may cut by itself where nobody set it otherwise: patient-hours that automatic cuts in force may cost
/// together, and how many there may be in an hour.
constexpr double harm_budget_default = 20;
constexpr std::uint32_t cuts_per_hour_default = 20;
/// lone_harm_max_default: patient-hours up to which cuts in force may rest on one person's word each; from there on two
/// must agree to any that costs somebody something. As much as Cordon may cut by itself; our figure.
constexpr double lone_harm_max_default = 20;
constexpr double harm_unbounded = std::numeric_limits<double>::infinity();
/// patients_depend: an action that costs this many patient-hours needs two persons once it needs any.
constexpr double patients_depend = 1;

struct Suspect {
  estate::HostIndex host;
  double probability = 0;  // 0..1
};

/// Overruling is a person's word on one line: it must be done, or must not.
struct Overruling {
  Action action;
  bool force = false;
};

/// WeighRequest: the sessions of the graph's estate are infected as surely as `infected`.
struct WeighRequest {
  const Graph& graph;
  std::span<const estate::HostIndex> infected;
  std::span<const Suspect> suspects{};
  std::span<const Action> in_force{};
  std::span<const Action> refused{};  // asked for and not done, so not asked for again; what is in_force too is done
  std::span<const Action> doubted{};  // of these, what may be done all the same
  std::span<const Overruling> overruled{};
  const Hands* hands = nullptr;  // what nobody here can carry out; null: whatever the estate offers can be
  double budget = 0;  // patient-hours that may still be cut without a person; what is in force was paid for before
  std::uint32_t cuts_left = cuts_unlimited;  // automatic ones, this hour
  double lone_left = harm_unbounded;         // patient-hours that lines may still cost on one person's word each
  bool with_saves = true;                    // false: no line has Line::saves, and what waits stands as Action sorts
};

enum class Approval : std::uint8_t {
  automatic,
  person,
  two_persons,
  ordered,  // a person has forced it
  by_hand,  // nobody here can carry it out: a person does it, and says so
};

/// saving_hosts_max bounds the hosts that a saving names.
constexpr std::size_t saving_hosts_max = 3;

/// Saving is what would also be lost without one line, all else done.
struct Saving {
  double harm = 0;                       // patient-hours, expected over the suspects
  std::size_t hosts = 0;                 // that would be lost, or be lost more likely
  std::vector<estate::HostIndex> first;  // of these, where most would be lost; at most saving_hosts_max
};

struct Line {
  Action action;
  Approval approval = Approval::person;
  double harm = 0;              // patient-hours
  std::optional<Saving> saves;  // none beyond saving_steps_max
  bool held_up = false;         // waits only because of the limit of automatic cuts an hour
  bool beyond_one = false;      // would need one person, had not one alone agreed to as much as one may: needs two
};

/// saving_steps_max bounds the work for what the lines save, in nodes and edges looked at: once it is reached, the
/// lines after it have none. A line without which little would be lost takes the nodes of the graph, one without which
/// all would be, its edges as well. In a house of 5,000 hosts (100,000 edges) that was enough for 667 lines, in one of
/// 20,000 for 59: either is about a third of a second (bench/cut_speed.cpp).
constexpr std::uint64_t saving_steps_max(std::size_t edges) {
  constexpr std::size_t fits_a_cache = 150'000;  // then a step takes a fifth of the time
  return edges <= fits_a_cache ? 64'000'000 : 7'000'000;
}

/// Firebreak is the advice to close every border to spreading (firebreak.h). Its harm is in no sum of the plan, since
/// what it saves is in none: that somebody unseen is infected.
struct Firebreak {
  Line line;              // without Line::saves
  double saves = 0;       // expected, at unseen_chance, the infected and all lines of the plan given
  double worth_from = 0;  // the chance of somebody unseen from which on it saves more than it costs
};

struct CarePlan {
  std::vector<Line> lines;                 // ordered and automatic first; then by what they save, if that was asked
  std::vector<estate::HostIndex> sources;  // taken for infected: the infected and the suspects of the winning prefix
  std::vector<estate::HostIndex> reached;  // from the sources, all lines done
  double harm_cut = 0;                     // of all lines, each on its own (account.h has the union)
  double harm_left = 0;                    // expected over the suspects, all lines done
  double harm_left_automatic = 0;          // expected, with the lines alone that are done at once
  double harm_automatic = 0;               // of the automatic lines
  double least = 0;                        // harm_cut + harm_left if all were free to choose: no budget, no overruling
  std::size_t suspects_left_out = 0;       // over suspects_max
  std::size_t prefixes_left_out = 0;       // of the suspects, not tried: over prefixes_max
  std::vector<Action> not_stolen;          // accounts that neither the infected nor the suspects can have stolen
  double gap = 0;                          // of its cuts: a better one may exist by no more than this
  std::optional<Firebreak> firebreak;
  std::optional<Firebreak> firebreak_ordered;  // the same of one that is among the lines because a person ordered it
  std::vector<Overruling> impossible;          // forced, but no means offers it or a safety rule forbids it

  std::vector<estate::HostIndex> infected;  // those counted on for certain; a protected one is a suspect, by 1
  std::vector<Suspect> suspects;            // those weighed
};

/// weigh never cuts what a safety rule forbids: an overruling that would is in `impossible` instead.
CarePlan weigh(const WeighRequest& request);

/// approval_for says who must agree to an action that is not automatic.
Approval approval_for(const Graph& graph, const Action& action);

/// two_must_agree: if the line asks anybody.
bool two_must_agree(const Graph& graph, const Line& line);

/// is_done_at_once: the line is automatic, or was ordered and needs no second person.
bool is_done_at_once(const Graph& graph, const Line& line);

/// expected_loss is the patient-hours lost on average, the infected being sources for certain and each suspect with his
/// probability, independently, when these actions are in force. Exact; the first suspects_max suspects count.
double expected_loss(const Graph& graph, std::span<const estate::HostIndex> infected, std::span<const Suspect> suspects,
                     std::span<const Action> done);

}  // namespace cordon::contain
