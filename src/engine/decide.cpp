// SPDX-License-Identifier: Apache-2.0
// The part of Engine in which people are asked and give orders: wait, approve, overrule, freeze.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "contain/care_plan.h"
#include "contain/firebreak.h"
#include "contain/identity.h"
#include "contain/lines.h"
#include "contain/means.h"
#include "contain/own_way.h"
#include "contain/session.h"
#include "engine/engine.h"
#include "event/json.h"
#include "event/login.h"
#include "logbook/entry.h"

namespace cordon::engine {

using event::Disposition;

namespace {

constexpr const char* withdrawn_reason =
    "its order was taken back, or it was forbidden: who agreed until then is asked anew";

}  // namespace

std::string why_turned_down(std::span<const Recorded> events) {
  for (const Recorded& r : events) {
    if (const auto* order = std::get_if<event::OrderRefused>(&r.event)) return order->why;
    const auto* approval = std::get_if<event::ApprovalChanged>(&r.event);
    if (approval != nullptr && approval->step == event::ApprovalStep::rejected) return approval->detail;
  }
  return "";
}

/// ask_people records the plan after the questions that its waiting lines need. A question that is open already for
/// exactly the same action is kept; one that no line needs any more is over.
void Engine::ask_people(Step& out, event::PlanMade& plan) {
  std::set<std::string> needed;
  std::vector<event::ApprovalAsked> questions;
  for (event::PlannedAction& line : plan.actions) {
    if (line.disposition != Disposition::waits) continue;
    const std::string digest = digest_of(line);
    for (const auto& [id, approval] : state_.approvals.all()) {
      if (approval.open() && approval.asked.digest == digest) line.approval = id;
    }
    if (line.approval.empty()) {
      event::ApprovalAsked wish;
      wish.at = now_;
      wish.id = fmt::format("ask-{}", state_.last.value + 1 + questions.size());
      wish.what = line.what;
      wish.digest = digest;
      wish.needs = line.needs;
      // Who ordered it then has not said that it goes on.
      const auto order = state_.overruled.find(line.key);
      if (order != state_.overruled.end() && to_prolong(line.key) == nullptr) {
        wish.by = order->second.by;
        wish.session = order->second.session;
      }
      wish.until = now_ + approval_lasts;
      auto asked = state_.approvals.ask(wish, state_.roster);
      if (!asked && !wish.by.empty()) {  // who ordered it has left since
        wish.by.clear();
        wish.session.clear();
        asked = state_.approvals.ask(wish, state_.roster);
      }
      if (asked) {
        line.approval = wish.id;
        questions.push_back(std::move(*asked));
      } else {
        line.disposition = Disposition::advised;
        line.why = "too much waits for people already: decide what waits first";
      }
    }
    needed.insert(line.approval);
  }
  for (event::ApprovalAsked& question : questions) record(out, std::move(question));
  std::vector<std::string> over;
  for (const auto& [id, approval] : state_.approvals.all()) {
    if (approval.open() && !needed.contains(id)) over.push_back(id);
  }
  for (const std::string& id : over) {
    record(out, event::ApprovalChanged{now_, id, event::ApprovalStep::declined, state_.approvals.find(id)->asked.digest,
                                       "", "", why_over(id)});
  }
  record(out, plan);
}

void Engine::with_declined(event::PlanMade& plan) const {
  for (event::PlannedAction& line : plan.actions) {
    if (line.disposition != Disposition::waits && line.disposition != Disposition::cut) continue;
    const std::string by = who_declined(line);
    if (by.empty()) continue;
    line.disposition = Disposition::advised;
    line.why = declined_by(by);
  }
}

std::string Engine::who_declined(const event::PlannedAction& line) const {
  const CutRecord* goes_on = to_prolong(line.key);
  return words().who_declined(line, goes_on == nullptr ? WallTime{} : goes_on->decision.until - policy_.cut_lasts);
}

bool Engine::asks_nobody() const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr && std::ranges::any_of(plan->actions, [&](const event::PlannedAction& line) {
           if (is_declined(line)) return who_declined(line).empty();
           const people::Approval* approval = state_.approvals.find(line.approval);
           return line.disposition == Disposition::waits && (approval == nullptr || !approval->open());
         });
}

void Engine::note_declined(Step& out, const std::string& approval) {
  const event::PlanMade* plan = state_.last_plan();
  if (plan == nullptr) return;
  const auto line = std::ranges::find(plan->actions, approval, &event::PlannedAction::approval);
  if (line == plan->actions.end()) return;
  if (const std::string key = line->key; to_prolong(key) == nullptr) use_up_order(out, key);
  plan_due_ = true;
}

/// why_over says why no line needs this question any more: the configuration may have made it Cordon's own way.
std::string Engine::why_over(const std::string& approval) const {
  if (const event::PlanMade* last = state_.last_plan()) {
    const auto line = std::ranges::find(last->actions, approval, &event::PlannedAction::approval);
    const auto own = line == last->actions.end() ? std::nullopt : contain::own_way_ended(estate(), *line);
    if (own) return contain::own_way_reason + *own;
  }
  return "the plan changed";
}

void Engine::carry_out_granted(Step& out) {
  const event::PlanMade* plan = state_.last_plan();
  if (plan == nullptr || !planned_) return;
  const std::vector<event::PlannedAction> lines = plan->actions;
  const WallTime planned = plan->at;
  for (const event::PlannedAction& line : lines) {
    if (line.disposition != Disposition::waits || line.approval.empty()) continue;
    const CutRecord* goes_on = to_prolong(line.key);
    // It was taken back since, or goes on by itself.
    if (goes_on == nullptr && line.why == contain::renewal_reason) {
      plan_due_ = true;
      continue;
    }
    const bool counts_already = goes_on != nullptr && !goes_on->decision.by.empty();
    if (!counts_already && line.needs.size() == 1 && line.harm > 0 && line.harm > lone_left()) {
      plan_due_ = true;  // the next plan asks two
      continue;
    }
    const auto used = state_.approvals.use(line.approval, digest_of(line), state_.roster, now_);
    if (!used) continue;
    if (words().is_forbidden(line.key, line.host) ||
        contain::names_given_out(estate(), line, planned, seen_since(state_, planned))) {
      plan_due_ = true;
      continue;
    }
    std::string by;
    for (const auto& [name, session] : state_.approvals.find(line.approval)->given)
      by += (by.empty() ? "" : ", ") + name;
    const Sequence entry = record(out, *used);
    if (goes_on != nullptr) {
      prolong(out, goes_on->decision.id, by);
    } else {
      cut(out, line, {entry}, std::string(contain::care_rule), by);
    }
    plan_due_ = true;
  }
}

void Engine::weigh_in_this_life(Step& out) {
  if (!planned_) weigh_here(out);
}

bool Engine::turn_down(Step& out, event::OrderRefused order) {
  if (order.why.empty()) return false;
  record(out, std::move(order));
  return true;
}

void Engine::on(Step& out, const event::LineDecided& input) {
  if (turn_down(out, {input.at, input.key, input.by, input.session, words().why_refused(input)})) return;
  const bool forces = input.wish == event::LineWish::force;
  if (forces) weigh_in_this_life(out);  // what is forbidden must not be cut by that first
  const bool withdraws = !forces && (words().is_ordered(input.key) || input.wish == event::LineWish::forbid);
  record(out, input);
  plan_due_ = true;
  if (forces) count_as_approval(out, input);
  if (withdraws) end_question(out, input.key);
}

void Engine::end_question(Step& out, const std::string& key) {
  const event::PlanMade* plan = state_.last_plan();
  if (plan == nullptr) return;
  const auto line = std::ranges::find(plan->actions, key, &event::PlannedAction::key);
  const people::Approval* approval = line == plan->actions.end() ? nullptr : state_.approvals.find(line->approval);
  if (approval == nullptr || !(approval->open() || approval->state == event::ApprovalStep::granted)) return;
  record(out, event::ApprovalChanged{now_, approval->asked.id, event::ApprovalStep::declined, approval->asked.digest,
                                     "", "", withdrawn_reason});
}

void Engine::count_as_approval(Step& out, const event::LineDecided& order) {
  const event::PlanMade* plan = state_.last_plan();
  if (plan == nullptr) return;
  const auto line = std::ranges::find(plan->actions, order.key, &event::PlannedAction::key);
  if (line == plan->actions.end() || line->disposition != Disposition::waits) return;
  // Where his word alone is enough the next plan carries the order out, but what is in force already.
  if (line->needs.size() < 2 && to_prolong(order.key) == nullptr) return;
  for (event::ApprovalChanged& e : state_.approvals.judge(
           {order.at, line->approval, digest_of(*line), order.by, order.session, true, order.reason}, state_.roster)) {
    if (e.step != event::ApprovalStep::rejected) record(out, std::move(e));  // an order was no attempt to approve
  }
  carry_out_granted(out);
}

void Engine::on(Step& out, const event::HandDone& input) {
  if (turn_down(out, {input.at, input.key, input.by, input.session, words().why_refused(input)})) return;
  const auto standing = state_.by_hand.find(input.key);
  const bool is_due = standing != state_.by_hand.end() && now_ >= standing->second.at + policy_.cut_lasts;
  const bool as_they_wish = input.done == (standing != state_.by_hand.end());
  if (as_they_wish && !(input.done && is_due)) return;
  record(out, input);
  plan_due_ = true;
}

void Engine::on(Step& out, const event::Freeze& input) {
  const char* key = input.frozen ? "freeze automatic cuts" : "allow automatic cuts again";
  std::string why = words().why_may_not(input.by, input.session, people::Action::freeze);
  if (turn_down(out, {input.at, key, input.by, input.session, std::move(why)})) return;
  if (input.frozen == state_.freeze.frozen) return;
  record(out, input);
  plan_due_ = true;
}

void Engine::on(Step& out, const event::ModeChosen& input) {
  const std::string key = fmt::format("mode {}", event::word(input.mode));
  std::string why = words().why_may_not(input.by, input.session, people::Action::change_mode);
  if (turn_down(out, {input.at, key, input.by, input.session, std::move(why)})) return;
  if (input.mode == mode()) return;
  record(out, input);
  plan_due_ = true;
}

}  // namespace cordon::engine
