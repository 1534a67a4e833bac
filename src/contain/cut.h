// SPDX-License-Identifier: Apache-2.0
// The exact minimum cut: which actions cost patients least, given who is infected. Minimises the harm of what is cut
// plus the harm of what the attack can still reach (graph.h), nothing else; suspects, budgets and people are weigh.h.
//
// Accounts are what an s-t cut cannot weigh: disabling one has one price and works in many places (minimum label cut,
// NP-hard). With a set of them disabled the rest is an s-t cut again; which set is best is found by a small program
// that learns from every cut tried (benders.h), and is exact too.
//
// Every session of the estate (graph.h) is a source of every question, beside the infected hosts it names.
#pragma once

#include <span>
#include <vector>

#include "contain/graph.h"

namespace cordon::contain {

/// Sparing is what isolating an infected host saves of the host itself, in patient-hours: who is off the network does
/// not hear the order to encrypt. Whoever encrypts already is not spared.
struct Sparing {
  estate::HostIndex host;
  double harm = 0;
};

/// CutQuestion: spans are borrowed for the call. Order and repetition in them do not matter.
struct CutQuestion {
  std::span<const estate::HostIndex> infected;
  std::span<const Action> done{};       // in force already, or decided: costs nothing more
  std::span<const Action> forbidden{};  // may not be used, whatever it would save
  std::span<const Action> refused{};    // no means does it: as forbidden, but where only a block is refused a host can
                                        // still be isolated; what is `done` too is done
  std::span<const Sparing> sparings{};  // of the infected, each host at most once
  std::span<const estate::HostIndex> sunk{};  // of the infected: their flows are lost with them, so what is done to
                                              // the host itself costs its effort alone
  double loss_scale = 1;                      // 0..1: what a lost host weighs against a cut; under 1 cuts less
  double action_price = 0;  // patient-hours that each action costs beside its harm and effort: fewer of them
  // What is known of the answer from others that differ in loss_scale alone (they are nested): nodes that are on its
  // side, and those beside which none is; no such: any may be.
  std::span<const std::uint32_t> side_at_least{};
  std::span<const std::uint32_t> side_at_most{};
  std::size_t first_arcs = 8192;  // looked at before the first try; the answer does not hang on it
};

/// Cut is the answer. Additive harm: a flow that two actions end counts in both (account.h has it once).
struct Cut {
  std::vector<Action> actions;  // sorted; those of CutQuestion::done are not among them
  double harm_cut = 0;          // of the actions, patient-hours, the sunk included
  double harm_sunk = 0;         // of this, what CutQuestion::sunk loses anyway
  double harm_left = 0;         // of losing what is reached, less what isolating spares; patient-hours
  double effort = 0;            // the small prices beside harm_cut
  double gap = 0;  // a better cut may exist by no more than so many patient-hours; 0 unless account_rounds_max was met
  std::vector<estate::HostIndex> reached;  // what the attack can reach once all is done, the infected included; sorted
  std::vector<std::uint32_t> side;         // nodes of the graph on the source's side; sorted
};

/// minimum_cut is exact up to the rounding of Price, unless it states a gap. Of several minima with the same accounts
/// it takes the one nearest the source (fewest hosts reached), which is unique, so the answer does not hang on the
/// order of anything.
Cut minimum_cut(const Graph& graph, const CutQuestion& question);

/// account_rounds_max bounds the sets of accounts that one cut tries; with a handful of accounts a handful is needed.
constexpr int account_rounds_max = 64;

/// unexposed_accounts gives, as what is done to them, the accounts that an attack from these hosts cannot have stolen:
/// they sign in on no host it could reach before anything was cut. Sorted.
std::vector<Action> unexposed_accounts(const Graph& graph, std::span<const estate::HostIndex> infected);

/// spread_under gives what the attack reaches from these hosts when these actions and no others are in force; sorted.
std::vector<estate::HostIndex> spread_under(const Graph& graph, std::span<const estate::HostIndex> infected,
                                            std::span<const Action> done);

/// Done says for every edge of a graph whether actions have removed it.
class Done {
 public:
  Done(const Graph& graph, std::span<const Action> actions);
  bool removes(const Graph::Edge& edge) const { return removed_[static_cast<std::size_t>(&edge - first_)]; }

 private:
  const Graph::Edge* first_;  // of the graph, which must outlive this
  std::vector<bool> removed_;
};

}  // namespace cordon::contain
