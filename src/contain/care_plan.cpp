// SPDX-License-Identifier: Apache-2.0
#include "contain/care_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "contain/account.h"
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

std::vector<event::Role> needs_of(const Graph& graph, const Action& action) {
  if (approval_for(graph, action) == Approval::two_persons) return {event::Role::cyber, event::Role::director};
  return {event::Role::cyber};
}

/// dispose says what becomes of one line, and why.
void dispose(const CareRequest& request, std::span<const Action> in_force, const Line& line,
             std::uint32_t& automatic_left, event::PlannedAction& out) {
  if (!enforceable(out)) {
    out.disposition = Disposition::advised;
    out.why = by_hand_reason;
    return;
  }
  const bool two = approval_for(request.graph, line.action) == Approval::two_persons;
  if (line.approval == Approval::ordered && !two) {
    out.disposition = Disposition::cut;
    out.why = "ordered by a person";
    return;
  }
  // What a host spreads is blocked at once and by itself; to take the rest from it is a person's decision, also where a
  // sensor speaks against the block.
  const Action block{ActionKind::block_out, line.action.index};
  const auto has_block = [&](std::span<const Action> actions) {
    return std::ranges::find(actions, block) != actions.end();
  };
  const bool isolates_the_blocked =
      line.action.kind == ActionKind::isolate && (has_block(in_force) || has_block(request.doubted));
  const bool cuts_itself =
      line.approval == Approval::automatic && request.mode == event::Mode::guard && !isolates_the_blocked;
  if (cuts_itself && !request.frozen && automatic_left > 0) {
    --automatic_left;
    out.disposition = Disposition::cut;
    out.why = "within the clinical harm budget";
    return;
  }
  out.disposition = Disposition::waits;
  out.needs = needs_of(request.graph, line.action);
  if (line.approval == Approval::ordered) {
    out.why = "ordered by a person; patients depend on it: two persons";
  } else if (isolates_the_blocked) {
    out.why = "its spreading is blocked already: to isolate it, a person decides";
  } else if (line.approval != Approval::automatic) {
    out.why = two ? "patients depend on it: two persons" : "a person decides";
  } else if (request.frozen) {
    out.why = "automatic cuts are frozen: a person decides";
  } else if (request.mode != event::Mode::guard) {
    out.why = fmt::format("mode {}: a person decides", request.mode == event::Mode::watch ? "watch" : "island");
  } else {
    out.why = "the limit of automatic cuts an hour is reached: a person decides";
  }
}

void say_saving(const estate::Estate& estate, const Saving& saving, event::PlannedAction& out) {
  for (Text& text : savings_of(estate, saving)) {
    out.saved.push_back(std::move(text.en));
    out.saved_fr.push_back(std::move(text.fr));
  }
}

}  // namespace

event::PlanMade make_care_plan(const CareRequest& request) {
  const estate::Estate& estate = request.graph.estate();
  const auto infected = hosts_of(estate, request.infected);
  std::vector<Suspect> suspects;
  for (const estate::HostIndex host : hosts_of(estate, request.suspects)) {
    if (!std::ranges::binary_search(infected, host)) suspects.push_back({host, suspect_probability});
  }
  std::vector<Action> in_force;
  for (const Standing& one : request.standing) in_force.insert(in_force.end(), one.actions.begin(), one.actions.end());
  const WeighRequest question{.graph = request.graph,
                              .infected = infected,
                              .suspects = suspects,
                              .in_force = in_force,
                              .refused = request.refused,
                              .doubted = request.doubted,
                              .overruled = request.overruled,
                              .budget = request.budget};
  const CarePlan plan = weigh(question);

  event::PlanMade out;
  out.at = request.at;
  out.rule = care_rule;
  out.harm_cut = plan.harm_cut;
  out.harm_left = plan.harm_left;
  for (const Policy& policy : compare(question, plan)) {
    if (policy.name == "nothing") out.harm_nothing = policy.together;
    if (policy.name == "infected_only") out.harm_infected = policy.together;
    if (policy.name == "pull_everything") out.harm_all = policy.together;
  }
  std::uint32_t automatic_left = request.automatic_cuts_left;
  for (const Line& line : plan.lines) {
    event::PlannedAction action = line_of(estate, line.action, request.seen);
    action.harm = line.harm;
    if (line.saves) action.saves = line.saves->harm;
    if (line.saves && out.actions.size() < saved_lines_max) say_saving(estate, *line.saves, action);
    dispose(request, in_force, line, automatic_left, action);
    const bool on_a_suspect =
        touches_host(line.action) &&
        std::ranges::find(suspects, estate::HostIndex{line.action.index}, &Suspect::host) != suspects.end();
    if (on_a_suspect && action.disposition == Disposition::waits && line.approval != Approval::ordered) {
      action.why = action.needs.size() > 1 ? "suspected, not infected, and patients depend on it: two persons"
                                           : "suspected, not infected: a person decides";
    }
    out.actions.push_back(std::move(action));
  }
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
