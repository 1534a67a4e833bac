// SPDX-License-Identifier: Apache-2.0
// The part of Engine in which the whole estate is weighed and people are asked: plan, wait, approve, overrule, freeze.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "contain/care_plan.h"
#include "contain/identity.h"
#include "contain/keys.h"
#include "contain/lines.h"
#include "contain/own_way.h"
#include "contain/session.h"
#include "engine/engine.h"
#include "event/json.h"
#include "event/login.h"
#include "logbook/entry.h"

namespace cordon::engine {

using event::Disposition;

namespace {

/// approval_lasts: an unanswered question is asked anew by the next plan after this.
constexpr Micros approval_lasts = std::chrono::hours(2);

/// digest_of names what is approved: who must agree and how much it costs as well, so that an answer to a lighter
/// question is none to this one.
std::string digest_of(const event::PlannedAction& line) {
  const std::string text = contain::exact_text(line);
  std::string out;
  for (const std::uint8_t byte : logbook::sha256(as_bytes(text))) out += fmt::format("{:02x}", byte);
  return out;
}

/// actions_of gives what a cut in force is in the model. block_spread is both directions of a host.
std::vector<contain::Action> actions_of(const estate::Estate& estate, const contain::Keys& keys,
                                        const event::CutDecided& cut) {
  std::vector<contain::Action> out;
  if (cut.key.empty()) {
    if (const auto host = contain::host_of(estate, cut.host)) {
      out.push_back({contain::ActionKind::block_out, host->value});
      out.push_back({contain::ActionKind::shield, host->value});
    }
  } else if (const auto action = keys.find(cut.key)) {
    out.push_back(*action);
  }
  return out;
}

bool is_ordered(const State& state, const std::string& key) {
  const auto word = state.overruled.find(key);
  return word != state.overruled.end() && word->second.wish == event::LineWish::force;
}

/// Reckoned is all that is in force, by an enforcer and as people say that they did it by hand, by what it counts as.
struct Reckoned {
  std::vector<contain::Standing> done;
  std::vector<contain::Action> refused;  // the others: no means does it, so it is not asked for again
  std::vector<contain::Action> doubted;  // of these, what only a sensor speaks against
};

template <class Counts>
Reckoned in_force_of(const State& state, const estate::Estate& estate, const contain::Keys& keys, Counts&& counts) {
  Reckoned out;
  for (const auto& [id, cut] : state.cuts) {
    if (!cut.in_force()) continue;
    const event::CutDecided& d = cut.decision;
    std::vector<contain::Action> actions = actions_of(estate, keys, d);
    const event::CountsAs as = counts(cut);
    if (as == event::CountsAs::done) {
      const bool proven = cut.state == event::CutState::holds;
      out.done.push_back({{id, d.key}, std::move(actions), proven, is_ordered(state, d.key)});
      continue;
    }
    out.refused.insert(out.refused.end(), actions.begin(), actions.end());
    if (as == event::CountsAs::contradicted) out.doubted.insert(out.doubted.end(), actions.begin(), actions.end());
  }
  for (const auto& [key, hand] : state.by_hand) {
    const auto action = keys.find(key);
    if (action) out.done.push_back({{"", key}, {*action}, false, is_ordered(state, key)});
  }
  return out;
}

/// subjects_of gives what people's words are about, by name.
std::set<std::string> subjects_of(const State& state) {
  std::set<std::string> out;
  const auto add = [&](const std::string& key) { out.insert(key.substr(key.find(' ') + 1)); };
  for (const auto& [key, line] : state.overruled) add(key);
  for (const auto& [key, hand] : state.by_hand) add(key);
  return out;
}

bool same_relief(const event::PlanMade& a, const event::PlanMade& b) {
  const auto same = [](const event::Unneeded& x, const event::Unneeded& y) {
    return x.cut == y.cut && x.key == y.key && x.harm == y.harm;
  };
  return std::ranges::equal(a.no_longer_needed, b.no_longer_needed, same);
}

/// same_plan: nothing that a person would see has changed.
bool same_plan(const event::PlanMade& a, const event::PlanMade& b) {
  const auto same_line = [](const event::PlannedAction& x, const event::PlannedAction& y) {
    return x.disposition == y.disposition && x.why == y.why && x.saves == y.saves &&
           contain::exact_text(x) == contain::exact_text(y);
  };
  return a.rule == b.rule && std::ranges::equal(a.actions, b.actions, same_line) && a.harm_left == b.harm_left &&
         a.harm_cut == b.harm_cut && same_relief(a, b);
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

const event::PlanMade* Engine::last_plan() const {
  const auto last =
      std::ranges::find(state_.plans.rbegin(), state_.plans.rend(), contain::care_rule, &event::PlanMade::rule);
  return last == state_.plans.rend() ? nullptr : &*last;
}

bool Engine::is_unneeded(const std::string& cut) const {
  const event::PlanMade* plan = last_plan();
  return plan != nullptr &&
         std::ranges::find(plan->no_longer_needed, cut, &event::Unneeded::cut) != plan->no_longer_needed.end();
}

void Engine::plan_again(Step& out) {
  if (!plan_due_ && !relief_due_) return;
  const bool for_relief = !plan_due_;
  plan_due_ = relief_due_ = false;
  planned_ = true;
  const event::PlanMade* last = last_plan();
  const auto in_force = std::ranges::count_if(state_.cuts, [](const auto& cut) { return cut.second.in_force(); });
  // One cut alone is never made unneeded by another; while an attack begins, weighing costs time.
  if (for_relief && (last == nullptr || in_force < 2)) return;
  const std::vector<event::HostKey> seen = seen_lately();
  std::vector<event::HostKey> infected;
  std::vector<event::HostKey> suspects;
  bool begins = !state_.overruled.empty();
  std::vector<estate::Session> sessions = guilty_sessions(seen);
  begins = begins || !sessions.empty();
  for (const auto& [key, host] : state_.hosts) {
    const detect::Sum* sum = state_.tally.host(key);
    const bool confirmed = sum != nullptr && sum->confirmed.score >= state_.tally.threshold_suspect();
    if (host.level == event::Level::quiet && !confirmed) continue;
    // Whose address was used is not who did it; the first answer (contain/plan.h) has told a person.
    const contain::Speaker speaker = contain::speaker_of(estate_, key, seen);
    if (speaker == contain::Speaker::another || explained_by_sessions(key)) continue;
    if (host.level == event::Level::infected && speaker == contain::Speaker::itself) {
      infected.push_back(key);
    } else if (host.level != event::Level::quiet) {
      suspects.push_back(key);
    }
    begins = begins || host.level == event::Level::infected || confirmed;
  }
  // A plan that rested on a verdict is followed by one that says what is left when the cuts are taken back.
  const bool had_plan = last != nullptr && (!last->actions.empty() || in_force > 0 || !last->why.empty());
  // What begins a plan: a verdict, a person's word, or a suspicion on which the servers' own answers rest; of that a
  // person is asked. One-sided evidence may be forged: it weighs in a plan, it does not begin one.
  if (!begins && !had_plan) return;

  std::vector<event::HostKey> strangers = infected;
  strangers.insert(strangers.end(), suspects.begin(), suspects.end());
  const std::set<std::string> named = subjects_of(state_);
  for (const auto& [key, host] : state_.hosts) {
    if (named.contains(key.ip.text())) strangers.push_back(key);  // the name of a host that nobody declared
  }
  for (event::HostKey& key : strangers) {
    if (contain::is_router(estate_, key.mac, seen)) key.mac = Mac{};  // all that is behind it would be cut
  }
  estate::Estate estate = contain::with_seen(estate_, strangers);
  estate.sessions = std::move(sessions);
  const auto graph = contain::Graph::build(estate);
  if (!graph) return;
  const contain::Keys keys(estate);
  const Reckoned standing = in_force_of(state_, estate, keys, [&](const CutRecord& cut) { return counts(cut); });
  std::vector<contain::Overruling> overruled;
  for (const auto& [key, line] : state_.overruled) {
    const auto action = keys.find(key);
    if (action) overruled.push_back({*action, line.wish == event::LineWish::force});
  }
  event::PlanMade plan = contain::make_care_plan({.graph = *graph,
                                                  .at = now_,
                                                  .seen = seen,
                                                  .infected = infected,
                                                  .suspects = suspects,
                                                  .standing = standing.done,
                                                  .refused = standing.refused,
                                                  .doubted = standing.doubted,
                                                  .overruled = overruled,
                                                  .mode = mode(),
                                                  .frozen = state_.freeze.frozen,
                                                  .budget = budget_left(),
                                                  .automatic_cuts_left = automatic_cuts_left()});
  if (for_relief && same_relief(plan, *last)) return;
  no_means_left(plan.actions);
  for (const VerdictRecord& v : state_.verdicts) {
    const auto host = state_.hosts.find(v.verdict.host);
    const bool stands = v.verdict.subject == event::Subject::session
                            ? guilty_on(v.verdict.host).contains(v.verdict.name)
                            : host != state_.hosts.end() && host->second.level == v.verdict.level;
    if (stands) plan.why.push_back(v.entry);
  }
  // The same again is no news, unless it cuts: what was cut has been taken back since, or it would not be in the plan.
  const bool cuts = std::ranges::any_of(
      plan.actions, [](const event::PlannedAction& a) { return a.disposition == Disposition::cut; });
  if (had_plan && !cuts && same_plan(plan, *last)) return;
  plan.id = fmt::format("plan-{}", state_.last.value + 1);
  ask_people(out, plan);
  const Sequence entry{state_.last.value};
  for (const event::PlannedAction& action : plan.actions) {
    if (action.disposition != Disposition::cut) continue;
    const auto order = state_.overruled.find(action.key);
    const bool ordered = order != state_.overruled.end() && order->second.wish == event::LineWish::force;
    cut(out, action, {entry}, plan.rule, ordered ? order->second.by : "");
  }
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
      if (const auto order = state_.overruled.find(line.key); order != state_.overruled.end()) {
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

/// why_over says why no line needs this question any more: the configuration may have made it Cordon's own way.
std::string Engine::why_over(const std::string& approval) const {
  if (const event::PlanMade* last = last_plan()) {
    const auto line = std::ranges::find(last->actions, approval, &event::PlannedAction::approval);
    const auto own = line == last->actions.end() ? std::nullopt : contain::own_way_ended(estate_, *line);
    if (own) return contain::own_way_reason + *own;
  }
  return "the plan changed";
}

void Engine::carry_out_granted(Step& out) {
  const event::PlanMade* plan = last_plan();
  if (plan == nullptr) return;
  const std::vector<event::PlannedAction> lines = plan->actions;
  for (const event::PlannedAction& line : lines) {
    if (line.disposition != Disposition::waits || line.approval.empty()) continue;
    const auto used = state_.approvals.use(line.approval, digest_of(line), state_.roster, now_);
    if (!used) continue;
    std::string by;
    for (const auto& [name, session] : state_.approvals.find(line.approval)->given)
      by += (by.empty() ? "" : ", ") + name;
    const Sequence entry = record(out, *used);
    cut(out, line, {entry}, std::string(contain::care_rule), by);
    plan_due_ = true;
  }
}

void Engine::weigh_in_this_life(Step& out) {
  if (!planned_) plan_again(out);
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
  if (state_.overruled.contains(key) || contain::action_of(estate_, key)) return true;
  const event::PlanMade* plan = last_plan();
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
    const auto session = contain::session_of(estate_, host.key, event::login_of(user), 0);
    return session && contain::session_name(estate_, *session) == name;
  });
}

std::string Engine::why_refused(const event::LineDecided& order) const {
  if (std::string why = why_may_not(order.by, order.session, people::Action::decide_line); !why.empty()) return why;
  if (order.wish == event::LineWish::free) return "";
  const auto ordered = [](const auto& word) { return !word.second.session.empty(); };  // not taken back
  const auto standing = state_.overruled.find(order.key);
  if (standing != state_.overruled.end() && ordered(*standing)) return "";
  if (!knows_line(order.key)) return "nothing of this name is declared or was seen: choose it on the page Network";
  if (static_cast<std::size_t>(std::ranges::count_if(state_.overruled, ordered)) >= orders_max) {
    return fmt::format("{} orders stand already, which is the limit: leave some of them to Cordon first", orders_max);
  }
  return "";
}

void Engine::on(Step& out, const event::LineDecided& input) {
  if (turn_down(out, {input.at, input.key, input.by, input.session, why_refused(input)})) return;
  weigh_in_this_life(out);
  record(out, input);
  plan_due_ = true;
  if (input.wish == event::LineWish::force) count_as_approval(out, input);
}

void Engine::count_as_approval(Step& out, const event::LineDecided& order) {
  const event::PlanMade* plan = last_plan();
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
  if (input.done == state_.by_hand.contains(input.key)) return;  // it is as they wish
  record(out, input);
  plan_due_ = true;
}

bool Engine::waits_for_a_hand(const std::string& key) const {
  const event::PlanMade* plan = last_plan();
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
