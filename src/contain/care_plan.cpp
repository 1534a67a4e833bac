// SPDX-License-Identifier: Apache-2.0
#include "contain/care_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "contain/account.h"
#include "contain/firebreak.h"
#include "contain/lines.h"
#include "contain/own_way.h"

namespace cordon::contain {

namespace {

using event::Disposition;

std::vector<estate::HostIndex> hosts_of(const estate::Estate& estate, std::span<const event::HostKey> keys) {
  std::vector<estate::HostIndex> out;
  for (const event::HostKey& key : keys) {
    if (const auto host = host_of(estate, key)) out.push_back(*host);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<event::Role> needs_of(const Graph& graph, const Line& line) {
  if (two_must_agree(graph, line)) return {event::Role::cyber, event::Role::director};
  return {event::Role::cyber};
}

/// explain says why a line waits for people.
std::string explain(const CareRequest& request, std::span<const Action> in_force, const Line& line) {
  if (line.beyond_one) return "what one person alone has agreed to is as much as one may: two persons";
  const bool two = two_must_agree(request.graph, line);
  if (line.approval == Approval::ordered) return "ordered by a person; patients depend on it: two persons";
  if (isolates_the_blocked(line.action, in_force) || isolates_the_blocked(line.action, request.doubted)) {
    return "its spreading is blocked already; to stop its other protocols, too, a person decides";
  }
  if (line.held_up) return "the limit of automatic cuts an hour is reached: a person decides";
  if (line.approval != Approval::automatic) return two ? "patients depend on it: two persons" : "a person decides";
  if (request.frozen) return "automatic cuts are frozen: a person decides";
  return fmt::format("mode {}: a person decides", request.mode == event::Mode::watch ? "watch" : "island");
}

/// dispose says what becomes of one line, and why.
void dispose(const CareRequest& request, std::span<const Action> in_force, const Line& line,
             event::PlannedAction& out) {
  out.disposition = disposition_of(request.graph, line, request.mode, request.frozen);
  if (out.disposition == Disposition::advised) {
    out.why = by_hand_reason;
  } else if (out.disposition == Disposition::cut) {
    out.why = line.approval == Approval::ordered ? ordered_reason : "within the clinical harm budget";
  } else {
    out.needs = needs_of(request.graph, line);
    out.why = explain(request, in_force, line);
  }
}

/// suspects_of gives who is suspected and not infected, each once, by what speaks most against him.
std::vector<Suspect> suspects_of(const estate::Estate& estate, std::span<const Suspicion> suspicions,
                                 std::span<const estate::HostIndex> infected) {
  std::map<estate::HostIndex, double> most;
  for (const Suspicion& suspicion : suspicions) {
    const auto host = host_of(estate, suspicion.host);
    if (!host || std::ranges::binary_search(infected, *host)) continue;
    double& probability = most[*host];
    probability = std::max(probability, suspicion.probability);
  }
  std::vector<Suspect> out;
  for (const auto& [host, probability] : most) out.push_back({host, probability});
  return out;
}

void say_saving(std::vector<Text> texts, event::PlannedAction& out) {
  for (Text& text : texts) {
    out.saved.push_back(std::move(text.en));
    out.saved_fr.push_back(std::move(text.fr));
  }
}

event::PlannedAction firebreak_line(const CareRequest& request, const Firebreak& advice) {
  event::PlannedAction out = line_of(request.graph.estate(), advice.line.action, request.seen);
  out.harm = advice.line.harm;
  out.saves = advice.saves;
  say_saving(savings_of(advice), out);
  dispose(request, {}, advice.line, out);
  if (out.disposition == Disposition::waits) {
    out.why = out.needs.size() > 1 ? "in case somebody unseen is infected: two persons"
                                   : "in case somebody unseen is infected: a person decides";
  }
  return out;
}

}  // namespace

double suspicion_at(double score, double suspected_from, double infected_from) {
  if (!(infected_from > suspected_from)) return suspect_probability;
  const double part = std::clamp((score - suspected_from) / (infected_from - suspected_from), 0.0, 1.0);
  return suspect_probability + std::floor(part * suspicion_steps) * suspicion_step;
}

Disposition disposition_of(const Graph& graph, const Line& line, event::Mode mode, bool frozen) {
  if (line.approval == Approval::by_hand) return Disposition::advised;
  const bool cuts_by_itself = mode == event::Mode::guard && !frozen;
  const bool is_ordered = line.approval == Approval::ordered;
  return is_done_at_once(graph, line) && (is_ordered || cuts_by_itself) ? Disposition::cut : Disposition::waits;
}

event::PlanMade make_care_plan(const CareRequest& request) {
  const estate::Estate& estate = request.graph.estate();
  const auto infected = hosts_of(estate, request.infected);
  const std::vector<Suspect> suspects = suspects_of(estate, request.suspects, infected);
  std::vector<Action> in_force;
  for (const Standing& one : request.standing) in_force.insert(in_force.end(), one.actions.begin(), one.actions.end());
  const Hands hands(estate, request.means, request.seen, request.silent);
  const WeighRequest question{.graph = request.graph,
                              .infected = infected,
                              .suspects = suspects,
                              .in_force = in_force,
                              .refused = request.refused,
                              .doubted = request.doubted,
                              .overruled = request.overruled,
                              .hands = &hands,
                              .budget = request.budget,
                              .cuts_left = request.automatic_cuts_left,
                              .lone_left = request.lone_left};
  const CarePlan plan = weigh(question);

  event::PlanMade out;
  out.at = request.at;
  out.rule = care_rule;
  out.harm_cut = plan.harm_cut;
  out.harm_left = plan.harm_left;
  for (const Policy& policy : compare(question, plan, false)) {
    if (policy.name == "plan") out.harm_together = policy.together;
    if (policy.name == "nothing") out.harm_nothing = policy.together;
    if (policy.name == "infected_only") out.harm_infected = policy.together;
    if (policy.name == "pull_everything") out.harm_all = policy.together;
  }
  for (const Line& line : plan.lines) {
    event::PlannedAction action = line_of(estate, line.action, request.seen);
    action.harm = line.harm;
    action.saves = saves_of(plan, line);
    if (action.saves && out.actions.size() < saved_lines_max) say_saving(savings_of(estate, plan, line), action);
    dispose(request, in_force, line, action);
    const bool on_a_suspect =
        touches_host(line.action) &&
        std::ranges::find(suspects, estate::HostIndex{line.action.index}, &Suspect::host) != suspects.end();
    const bool is_asked = action.disposition == Disposition::waits && line.approval != Approval::ordered;
    if (on_a_suspect && is_asked && !line.beyond_one) {
      action.why = action.needs.size() > 1 ? "suspected, not infected, and patients depend on it: two persons"
                                           : "suspected, not infected: a person decides";
    }
    out.actions.push_back(std::move(action));
  }
  if (plan.firebreak) out.actions.push_back(firebreak_line(request, *plan.firebreak));
  for (const Overruling& refused : plan.impossible) {
    event::PlannedAction action = line_of(estate, refused.action, request.seen);
    action.disposition = Disposition::withheld;
    const auto own = own_way_ended(estate, refused.action);
    action.why =
        own ? own_way_reason + *own : "ordered by a person, but a safety rule forbids it or no means offers it";
    out.actions.push_back(std::move(action));
  }
  out.no_longer_needed = no_longer_needed(request.graph, infected, suspects, request.standing);
  return out;
}

}  // namespace cordon::contain
