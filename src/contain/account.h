// SPDX-License-Identifier: Apache-2.0
// Account: what a plan costs and saves, in patient-hours and in words that a nurse and a director understand, and what
// it would have cost to do nothing, to isolate only the infected, or to pull everything.
//
// Two sums stand side by side. The cut minimises *additive* harm: a flow that two actions end counts in both, and a
// unit can lose more than all its care. The account also gives the *union*: each flow once, with its longest outage,
// and in no hour more than all of a unit's care (estate::harm_together), and the work of an account once, however many
// of its sessions are ended. The union is never above the additive sum. Both are expectations over the suspects whom
// the plan weighed, for every policy alike (together.h).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "contain/weigh.h"

namespace cordon::contain {

/// Text is one sentence in both languages.
struct Text {
  std::string fr;
  std::string en;
  friend bool operator==(const Text&, const Text&) = default;
};

/// consequences_max bounds the sentences under one action; the last one then counts the others.
constexpr std::size_t consequences_max = 8;

/// words_of names an action: "bloquer la propagation depuis pc-12", "block spreading from pc-12".
Text words_of(const estate::Estate& estate, const Action& action);

/// consequences_of says whose care the action touches, worst first: "résultats de laboratoire, Réanimation : par
/// téléphone ; 14 lits". What a unit can do without for the whole incident is not mentioned. Empty: nobody's.
std::vector<Text> consequences_of(const estate::Estate& estate, const Action& action);

/// saving_care_max bounds the sentences about care under what one line saves; the last one then counts the others.
constexpr std::size_t saving_care_max = 3;

/// savings_of says what a line saves: how many machines would be lost without it, the worst by name, and whose care
/// stops, for as long as a rebuild takes, where these are lost.
std::vector<Text> savings_of(const estate::Estate& estate, const Saving& saving);

/// savings_of says what a firebreak is for, and from what chance of somebody unseen on it is worth its price.
std::vector<Text> savings_of(const Firebreak& advice);

/// saves_of and savings_of give what a line of a plan saves and say it: of a firebreak that a person ordered, as of one
/// that is advised, in case somebody unseen is infected.
std::optional<double> saves_of(const CarePlan& plan, const Line& line);
std::vector<Text> savings_of(const estate::Estate& estate, const CarePlan& plan, const Line& line);

/// Policy is one way to answer the attack, with its harm.
struct Policy {
  std::string name;  // plan, automatic, nothing, infected_only, pull_everything
  Text words;
  double harm_cut = 0;            // additive
  double harm_left = 0;           // additive, expected
  double together = 0;            // the union of both, expected
  double hosts_lost = 0;          // expected
  std::size_t hosts_touched = 0;  // cut, blocked or behind a closed border
};

/// compare gives the plan, its automatic part (where that is asked), and the three others. The suspects are suspected
/// under each of them: what is lost is expected over them, by one measure (expected_loss). The plan counts what is in
/// force with it. Isolating the infected isolates the hosts of the estate's sessions too: who has no Cordon cannot do
/// less. It leaves suspects connected. Pulling everything ends every flow for the incident, care flows too; lost are
/// the infected, and the suspects as far as isolating does not spare them.
std::vector<Policy> compare(const WeighRequest& request, const CarePlan& plan, bool with_automatic = true);

/// isolate_only gives what "isolate the infected" does with the means that there are: isolation where it is offered,
/// else blocking, else nothing; nobody is sent to unplug whom no enforcer reaches.
std::vector<Action> isolate_only(const Graph& graph, std::span<const estate::HostIndex> hosts);

/// flows_ended gives the flows (indices, sorted) that the actions end. A care flow is never among them.
std::vector<std::uint32_t> flows_ended(const estate::Estate& estate, std::span<const Action> actions);

/// harm_together is the union harm of actions over the incident and of lost hosts over the rebuild.
double harm_together(const Graph& graph, std::span<const Action> actions, std::span<const estate::HostIndex> lost);

}  // namespace cordon::contain
