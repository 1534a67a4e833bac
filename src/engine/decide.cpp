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

/// approval_lasts: an unanswered question is asked anew after this, and so is one that was declined.
constexpr Micros approval_lasts = std::chrono::hours(2);

constexpr std::string_view declined_reason = "declined by ";

/// digest_of names what is approved: who must agree and how much it costs as well, so that an answer to a lighter
/// question is none to this one.
std::string digest_of(const event::PlannedAction& line) {
  const std::string text = contain::exact_text(line);
  std::string out;
  for (const std::uint8_t byte : logbook::sha256(as_bytes(text))) out += fmt::format("{:02x}", byte);
  return out;
}

/// is_given_out: another declared machine was answered since at an address that this line names.
bool is_given_out(const estate::Estate& estate, const State& state, const event::PlannedAction& line,
                  WallTime planned) {
  event::CutDecided as;
  as.at = planned;
  as.host = line.host;
  as.macs = line.macs;
  as.ips = line.ips;
  return std::ranges::any_of(state.hosts, [&](const auto& host) {
    return contain::taken_over_by(estate, as, host.second.told_key()) != nullptr;
  });
}

}  // namespace

std::string why_turned_down(std::span<const Recorded> events) {
  for (const Recorded& r : events) {
    if (const auto* order = std::get_if<event::OrderRefused>(&r.event)) return order->why;
    const auto* approval = std::get_if<event::ApprovalChanged>(&r.event);
    if (approval != nullptr && approval->step == event::ApprovalStep::rejected) return approval->detail;
  }
  return "";
}

bool Engine::is_unneeded(const std::string& cut) const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr &&
         std::ranges::find(plan->no_longer_needed, cut, &event::Unneeded::cut) != plan->no_longer_needed.end();
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
    const std::string by = declined_by(line);
    if (by.empty()) continue;
    line.disposition = Disposition::advised;
    line.why = fmt::format("{}{}: an order or a new verdict asks anew", declined_reason, by);
  }
}

std::string Engine::declined_by(const event::PlannedAction& line) const {
  WallTime since = now_ - approval_lasts;  // what was declined until then does not stand
  const auto order = state_.overruled.find(line.key);
  if (order != state_.overruled.end() && order->second.wish == event::LineWish::force)
    since = std::max(since, order->second.at);
  if (const CutRecord* goes_on = to_prolong(line.key))
    since = std::max(since, goes_on->decision.until - policy_.cut_lasts);
  for (const auto& [id, approval] : state_.approvals.all()) {
    if (!approval.is_declined() || approval.settled <= since || approval.asked.what != line.what) continue;
    event::PlannedAction asked = line;  // whoever had to agree
    asked.needs = approval.asked.needs;
    if (approval.asked.digest == digest_of(asked)) return approval.settled_by;
  }
  return "";
}

bool Engine::is_declined_line(const std::string& key) const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr && std::ranges::any_of(plan->actions, [&](const event::PlannedAction& line) {
           return line.key == key && line.why.starts_with(declined_reason);
         });
}

bool Engine::asks_nobody() const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr && std::ranges::any_of(plan->actions, [&](const event::PlannedAction& line) {
           if (line.why.starts_with(declined_reason)) return declined_by(line).empty();
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
  if (plan == nullptr) return;
  const std::vector<event::PlannedAction> lines = plan->actions;
  const WallTime planned = plan->at;
  for (const event::PlannedAction& line : lines) {
    if (line.disposition != Disposition::waits || line.approval.empty()) continue;
    const CutRecord* goes_on = to_prolong(line.key);
    if (goes_on == nullptr && line.needs.size() == 1 && line.harm > 0 && line.harm > lone_left()) {
      plan_due_ = true;  // the next plan asks two
      continue;
    }
    const auto used = state_.approvals.use(line.approval, digest_of(line), state_.roster, now_);
    if (!used) continue;
    if (!forbidden_by(line.key).empty() || is_given_out(estate(), state_, line, planned)) {
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

std::string Engine::why_may_not(const std::string& by, const std::string& session, people::Action action) const {
  const people::Person* person = state_.roster.find(by);
  if (person == nullptr || !state_.roster.speaks_for(session, by)) return "no open session of this person";
  return people::may(person->roles, action) ? "" : "this person's roles do not permit it";
}

bool Engine::turn_down(Step& out, event::OrderRefused order) {
  if (order.why.empty()) return false;
  record(out, std::move(order));
  return true;
}

bool Engine::knows_line(const std::string& key) const {
  if (state_.overruled.contains(key) || contain::action_of(estate(), key)) return true;
  const event::PlanMade* plan = state_.last_plan();
  if (plan != nullptr && std::ranges::find(plan->actions, key, &event::PlannedAction::key) != plan->actions.end()) {
    return true;
  }
  if (std::ranges::any_of(state_.cuts, [&](const auto& cut) { return cut.second.decision.key == key; })) return true;
  const std::size_t space = key.find(' ');
  const auto kind = contain::kind_of(std::string_view(key).substr(0, space));
  if (space == std::string::npos || !kind) return false;
  const std::string name = key.substr(space + 1);
  if (contain::touches_host({*kind, 0})) {  // the name of a host that nobody declared is its address
    const auto ip = IpAddress::parse(name);
    return ip && std::ranges::any_of(state_.hosts, [&](const auto& host) { return host.first.ip == *ip; });
  }
  return *kind == contain::ActionKind::end_sessions &&
         std::ranges::any_of(state_.hosts, [&](const auto& host) { return has_session(host.second, name); });
}

bool Engine::has_session(const HostState& host, const std::string& name) const {
  return std::ranges::any_of(host.users, [&](const std::string& user) {
    const auto session = contain::session_of(estate(), host.key, event::login_of(user), 0);
    return session && contain::session_name(estate(), *session) == name;
  });
}

std::string Engine::why_never(const std::optional<contain::Action>& action) const {
  if (!action) return "";
  if (contain::cuts_off_protected(estate(), *action)) {
    const std::string& name = estate().hosts[action->index].name;
    if (action->kind == contain::ActionKind::isolate)
      return fmt::format("{} is protected: it is never cut; go and see it", name);
    return fmt::format("{} is protected: it is never cut, but may be shielded; go and see it", name);
  }
  const bool closes_nothing =
      action->kind == contain::ActionKind::firebreak && contain::firebreak_borders(estate()).empty();
  return closes_nothing ? "no border between networks can be closed by a rule" : "";
}

std::string Engine::why_refused(const event::LineDecided& order) const {
  if (std::string why = why_may_not(order.by, order.session, people::Action::decide_line); !why.empty()) return why;
  if (order.wish == event::LineWish::free) return "";
  const auto ordered = [](const auto& word) { return !word.second.session.empty(); };  // not taken back
  const auto standing = state_.overruled.find(order.key);
  if (standing != state_.overruled.end() && ordered(*standing)) return "";
  if (!knows_line(order.key)) return "nothing of this name is declared or was seen: choose it on the page Network";
  if (order.wish == event::LineWish::force) {
    if (std::string why = why_never(contain::action_of(estate(), order.key)); !why.empty()) return why;
  }
  if (static_cast<std::size_t>(std::ranges::count_if(state_.overruled, ordered)) >= orders_max) {
    return fmt::format("{} orders stand already, which is the limit: leave some of them to Cordon first", orders_max);
  }
  return "";
}

void Engine::on(Step& out, const event::LineDecided& input) {
  if (turn_down(out, {input.at, input.key, input.by, input.session, why_refused(input)})) return;
  const bool forces = input.wish == event::LineWish::force;
  if (forces) weigh_in_this_life(out);  // what is forbidden must not be cut by that first
  record(out, input);
  plan_due_ = true;
  if (forces) count_as_approval(out, input);
}

void Engine::count_as_approval(Step& out, const event::LineDecided& order) {
  const event::PlanMade* plan = state_.last_plan();
  if (plan == nullptr) return;
  const auto line = std::ranges::find(plan->actions, order.key, &event::PlannedAction::key);
  if (line == plan->actions.end() || line->disposition != Disposition::waits) return;
  // Where his word alone is enough the next plan carries the order out.
  if (line->needs.size() < 2) return;
  for (event::ApprovalChanged& e : state_.approvals.judge(
           {order.at, line->approval, digest_of(*line), order.by, order.session, true, order.reason}, state_.roster)) {
    if (e.step != event::ApprovalStep::rejected) record(out, std::move(e));  // an order was no attempt to approve
  }
  carry_out_granted(out);
}

std::string Engine::why_refused(const event::HandDone& order) const {
  if (std::string why = why_may_not(order.by, order.session, people::Action::decide_line); !why.empty()) return why;
  if (!order.done || state_.by_hand.contains(order.key)) return "";
  if (!waits_for_a_hand(order.key)) return "this line waits for nobody's hand any more: look at the plan again";
  if (state_.by_hand.size() < by_hand_max) return "";
  return fmt::format("{} lines done by hand are kept already, which is the limit: take some of them back first",
                     by_hand_max);
}

void Engine::on(Step& out, const event::HandDone& input) {
  if (turn_down(out, {input.at, input.key, input.by, input.session, why_refused(input)})) return;
  const auto standing = state_.by_hand.find(input.key);
  const bool is_due = standing != state_.by_hand.end() && now_ >= standing->second.at + policy_.cut_lasts;
  const bool as_they_wish = input.done == (standing != state_.by_hand.end());
  if (as_they_wish && !(input.done && is_due)) return;
  record(out, input);
  plan_due_ = true;
}

bool Engine::waits_for_a_hand(const std::string& key) const {
  const event::PlanMade* plan = state_.last_plan();
  return plan != nullptr && std::ranges::any_of(plan->actions, [&](const event::PlannedAction& line) {
           return line.key == key && line.disposition == Disposition::advised && line.why == contain::by_hand_reason;
         });
}

void Engine::on(Step& out, const event::Freeze& input) {
  const char* key = input.frozen ? "freeze automatic cuts" : "allow automatic cuts again";
  std::string why = why_may_not(input.by, input.session, people::Action::freeze);
  if (turn_down(out, {input.at, key, input.by, input.session, std::move(why)})) return;
  if (input.frozen == state_.freeze.frozen) return;
  record(out, input);
  plan_due_ = true;
}

void Engine::on(Step& out, const event::ModeChosen& input) {
  const std::string key = fmt::format("mode {}", event::word(input.mode));
  std::string why = why_may_not(input.by, input.session, people::Action::change_mode);
  if (turn_down(out, {input.at, key, input.by, input.session, std::move(why)})) return;
  if (input.mode == mode()) return;
  record(out, input);
  plan_due_ = true;
}

}  // namespace cordon::engine
