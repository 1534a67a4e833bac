// SPDX-License-Identifier: Apache-2.0
// CarePlan request to event: the whole estate is weighed (weigh.h) and the answer becomes a PlanMade: what is done at
// once, what waits for whom, what it costs, and what the alternatives would have cost. The quick first answer to one
// verdict is plan.h; this one follows it and builds on the cuts in force.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "contain/relief.h"
#include "contain/weigh.h"
#include "event/containment.h"
#include "event/detection.h"

namespace cordon::contain {

constexpr std::string_view care_rule = "care/1";
/// ordered_reason: why a line is done that a person ordered, whatever Cordon would do by itself.
constexpr std::string_view ordered_reason = "ordered by a person";
/// renewal_reason: why a line waits whose cut is in force.
constexpr std::string_view renewal_reason = "in force, and soon at its end: agree anew if it is to go on";
/// by_hand_reason: why a line that nobody here can carry out is only advised.
constexpr std::string_view by_hand_reason = "no enforcer here can do this: do it by hand";

/// suspect_probability: what a suspicion is taken for. Set by hand; the weight of a suspicion against a certainty is a
/// person's to judge, and lines that rest on suspects alone always wait for one.
constexpr double suspect_probability = 0.3;
/// suspicion_steps and suspicion_step: how it rises with what servers' own answers confirm; our figures. In steps, so
/// that one more file does not make another question of the same night.
constexpr double suspicion_steps = 6;
constexpr double suspicion_step = 0.1;

/// suspicion_at gives how likely a suspect is infected: suspect_probability while his confirmed score is no higher than
/// where a suspicion begins, then rising evenly to 0.9 where a verdict would fall. Never falls as the score rises.
double suspicion_at(double score, double suspected_from, double infected_from);

/// Suspicion is one suspect and how likely he is infected.
struct Suspicion {
  event::HostKey host;
  double probability = suspect_probability;
  friend bool operator==(const Suspicion&, const Suspicion&) = default;
};

/// CareRequest: spans are borrowed for the call.
struct CareRequest {
  const Graph& graph;  // of the estate with everybody seen
  WallTime at{};
  std::span<const event::HostKey> seen{};
  std::span<const event::HostKey> infected;
  std::span<const Suspicion> suspects{};
  std::span<const Standing> standing{};  // all that is in force and counts as done
  std::span<const Action> refused{};     // as in WeighRequest
  std::span<const Action> doubted{};
  std::span<const Overruling> overruled{};
  event::Mode mode = event::Mode::guard;
  bool frozen = false;
  double budget = 0;  // patient-hours that automatic cuts may still cost
  std::uint32_t automatic_cuts_left = 0;
  double lone_left = harm_unbounded;  // patient-hours that may still be cut on one person's word each
  std::span<const event::MeansOffer> means = assumed_means();
  std::span<const std::string> silent{};  // names of those that do not answer now
};

/// saved_lines_max bounds the lines of which a plan says in words what they save, in their order, so that one of a
/// thousand lines still fits an entry of the logbook. The figures of all are there.
constexpr std::size_t saved_lines_max = 256;

/// disposition_of says what becomes of a line: advised where a person must do it by hand, cut where it is done at once,
/// else it waits for people.
event::Disposition disposition_of(const Graph& graph, const Line& line, event::Mode mode, bool frozen);

/// make_care_plan gives the plan without id and causes. Lines of Disposition::waits carry their needs, not yet an
/// approval. Hosts that the estate does not know are left out of it.
event::PlanMade make_care_plan(const CareRequest& request);

}  // namespace cordon::contain
