// SPDX-License-Identifier: Apache-2.0
// The part of Engine in which the whole estate is weighed: the question that the state puts, and what becomes of the
// answer. An answer that comes later than its question is taken only if the state would put the same question again.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "contain/care_plan.h"
#include "contain/identity.h"
#include "contain/lines.h"
#include "contain/means.h"
#include "engine/engine.h"

namespace cordon::engine {

using event::Disposition;
using event::Level;

namespace {

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
         a.harm_cut == b.harm_cut && a.harm_together == b.harm_together && same_relief(a, b);
}

std::ptrdiff_t cuts_in_force(const State& state) {
  return std::ranges::count_if(state.cuts, [](const auto& cut) { return cut.second.in_force(); });
}

}  // namespace

double Engine::suspicion_of(const detect::Sum* sum) const {
  const double confirmed = sum == nullptr ? 0 : sum->confirmed.score;
  return contain::suspicion_at(confirmed, state_.tally.threshold_suspect(), state_.tally.threshold_infected());
}

void Engine::gather_suspicions(std::span<const event::HostKey> seen, Grounds& out) const {
  for (const auto& [key, host] : state_.hosts) {
    const detect::Sum* sum = state_.tally.host(key);
    const bool confirmed = sum != nullptr && sum->confirmed.score >= state_.tally.threshold_suspect();
    if (host.level == Level::quiet && !confirmed) continue;
    // Whose address was used is not who did it; the first answer (contain/plan.h) has told a person.
    const contain::Speaker speaker = contain::speaker_of(estate(), key, seen);
    if (speaker == contain::Speaker::another || explained_by_sessions(key)) continue;
    if (host.level == Level::infected && speaker == contain::Speaker::itself) {
      out.infected.push_back(host.told_key());
    } else if (confirmed || host.level == Level::infected) {  // what no server confirmed may be forged
      out.suspects.push_back({host.told_key(), suspicion_of(sum)});
    }
    out.begins = out.begins || host.level == Level::infected || confirmed;
  }
}

Grounds Engine::grounds(std::span<const event::HostKey> seen) const {
  Grounds out;
  out.sessions = guilty_sessions(seen);
  out.begins = !state_.overruled.empty() || !out.sessions.empty();
  gather_suspicions(seen, out);
  words().gather(out);
  for (const auto& [id, cut] : state_.cuts) {
    if (!cut.in_force()) continue;
    const event::CutDecided& d = cut.decision;
    out.cuts.push_back({id, d.key, d.host, counts(cut), cut.state == event::CutState::holds,
                        words().is_ordered(key_in_lines(estate(), d))});
  }
  out.mode = mode();
  out.frozen = state_.freeze.frozen;
  out.budget = budget_left();
  out.lone_left = lone_left();
  for (const event::MeansOffer& means : policy_.means) {
    if (is_silent(means)) out.silent.push_back(means.name);
  }
  out.automatic_cuts_left = contain::cuts_for_plan(automatic_cuts_left(), policy_.automatic_cuts_per_hour_max);
  return out;
}

/// had_plan: a plan that rested on a verdict is followed by one that says what is left when the cuts are taken back.
bool Engine::had_plan() const {
  const event::PlanMade* last = state_.last_plan();
  return last != nullptr && (!last->actions.empty() || cuts_in_force(state_) > 0 || !last->why.empty());
}

bool Engine::something_waits() const {
  const event::PlanMade* last = state_.last_plan();
  const auto waits = [](const auto& line) { return line.disposition == event::Disposition::waits; };
  return last != nullptr && std::ranges::any_of(last->actions, waits);
}

/// pose gives the question that is due, if one is.
std::optional<Engine::Posed> Engine::pose() {
  if (!plan_due_ && !relief_due_) return std::nullopt;
  const bool for_relief = !plan_due_;
  plan_due_ = relief_due_ = false;
  // One cut alone is never made unneeded by another; while an attack begins, weighing costs time.
  if (for_relief && (state_.last_plan() == nullptr || cuts_in_force(state_) < 2)) return std::nullopt;
  auto question = std::make_shared<Question>();
  question->seen = seen_lately(state_, now_);
  question->grounds = grounds(question->seen);
  // What begins a plan: a verdict, a person's word, or a suspicion on which the servers' own answers rest; of that a
  // person is asked. One-sided evidence may be forged: it weighs in a plan, it does not begin one.
  if (!question->grounds.begins && !had_plan()) {
    planned_ = true;
    return std::nullopt;
  }
  left_at_plan_ = automatic_cuts_left();
  silent_at_plan_ = question->grounds.silent;
  question->number = ++questions_;
  question->at = now_;
  question->estate = estate_;
  question->means = policy_.means;
  return Posed{std::move(question), for_relief};
}

void Engine::take_question_back() {
  if (!posed_) return;
  (posed_->for_relief ? relief_due_ : plan_due_) = true;
  posed_.reset();
}

void Engine::pose_elsewhere(Step& out) {
  posed_ = pose();
  if (posed_) out.question = posed_->question;
}

void Engine::weigh_here(Step& out) {
  take_question_back();
  dropped_ = 0;
  const auto posed = pose();
  if (!posed) return;
  auto plan = weigh(*posed->question);
  weighed_in_vain_ = !plan;
  if (plan) carry_out(out, std::move(*plan), posed->for_relief);
}

void Engine::plan_again(Step& out) {
  if (posed_ && now_ - posed_->question->at < answer_awaited_max) return;
  if (posed_ || weighing_ == Weighing::here) return weigh_here(out);
  pose_elsewhere(out);
}

Step Engine::take(Weighed answer) {
  Step out;
  now_ = std::max(now_, answer.at);
  if (!posed_ || posed_->question->number != answer.number) return out;  // weighed here since
  const WallTime asked = posed_->question->at;
  const bool holds =
      answer.plan && grounds(seen_lately(state_, now_)) == posed_->question->grounds &&
      std::ranges::none_of(answer.plan->actions, [&, since = seen_since(state_, asked)](const auto& line) {
        return contain::names_given_out(estate(), line, asked, since);
      });
  if (holds) {
    const bool for_relief = posed_->for_relief;
    posed_.reset();
    dropped_ = 0;
    weighed_in_vain_ = false;
    carry_out(out, std::move(*answer.plan), for_relief);
  } else if (!answer.plan || dropped_ == answers_dropped_max) {
    weigh_here(out);
  } else {
    ++dropped_;
    take_question_back();
    pose_elsewhere(out);
  }
  return out;
}

/// to_prolong gives the cut in force of a line that people are asked about because it ends soon.
const CutRecord* Engine::to_prolong(const std::string& key) const {
  const auto found = std::ranges::find_if(state_.cuts, [&](const auto& cut) {
    return !key.empty() && key_in_lines(estate(), cut.second.decision) == key && ends_soon(cut.second) &&
           !goes_on_by_itself(cut.second);
  });
  return found == state_.cuts.end() ? nullptr : &found->second;
}

/// with_renewals asks who agreed to a cut that ends soon whether it goes on; where Cordon may not prolong its own, one
/// person or, where patients depend on it, two. The plan counts on it meanwhile.
void Engine::with_renewals(event::PlanMade& plan) const {
  for (const auto& [id, cut] : state_.cuts) {
    const event::CutDecided& d = cut.decision;
    const bool is_spare =
        std::ranges::find(plan.no_longer_needed, id, &event::Unneeded::cut) != plan.no_longer_needed.end();
    const std::string key = key_in_lines(estate(), d);
    if (is_spare || to_prolong(key) != &cut || words().is_forbidden(d.key, d.host)) continue;
    if (std::ranges::find(plan.actions, key, &event::PlannedAction::key) != plan.actions.end()) continue;
    event::PlannedAction line;
    if (const auto action = contain::action_of(estate(), key)) line = contain::line_of(estate(), *action, {});
    line.key = key;
    line.action = d.key.empty() ? "block_out" : d.action;
    line.host = d.host;
    if (!d.key.empty()) line.what = d.what;
    if (line.what.empty()) line.what = "block spreading from " + d.host.ip.text();  // nobody declared it
    line.macs = d.macs;
    line.ips = d.ips;
    line.flows = d.flows;
    line.borders = d.borders;
    line.sessions = d.sessions;
    line.harm = d.harm;
    line.disposition = Disposition::waits;
    const bool beyond_one = d.harm > 0 && d.harm > lone_left();
    const bool two =
        d.by.empty() ? d.harm >= contain::patients_depend || beyond_one : d.by.find(", ") != std::string::npos;
    line.needs = {event::Role::cyber};
    if (two) line.needs.push_back(event::Role::director);
    line.why = contain::renewal_reason;
    plan.actions.push_back(std::move(line));
  }
}

/// carry_out does what a plan says that was made for the state as it is.
void Engine::carry_out(Step& out, event::PlanMade plan, bool for_relief) {
  planned_ = true;
  const event::PlanMade* last = state_.last_plan();
  if (for_relief && last != nullptr && same_relief(plan, *last)) return;
  plan.at = now_;
  for (const VerdictRecord& v : state_.verdicts) {
    const auto host = state_.hosts.find(v.verdict.host);
    const bool stands = v.verdict.subject == event::Subject::session
                            ? guilty_on(v.verdict.host).contains(v.verdict.name)
                            : host != state_.hosts.end() && host->second.level == v.verdict.level;
    if (stands) plan.why.push_back(v.entry);
  }
  contain::leave_to_hands(plan.actions, policy_.means, estate());
  with_renewals(plan);
  with_declined(plan);
  for (event::PlannedAction& action : plan.actions) action.host = known_key(state_, action.host);
  // The same again is no news, unless it cuts: what was cut has been taken back since, or it would not be in the plan.
  const bool cuts = std::ranges::any_of(
      plan.actions, [](const event::PlannedAction& a) { return a.disposition == Disposition::cut; });
  if (had_plan() && !cuts && !asks_nobody() && same_plan(plan, *last)) return;
  plan.id = fmt::format("plan-{}", state_.last.value + 1);
  ask_people(out, plan);
  const Sequence entry{state_.last.value};
  for (const event::PlannedAction& action : plan.actions) {
    if (action.disposition != Disposition::cut) continue;
    const auto order = state_.overruled.find(action.key);
    const bool ordered = action.why == contain::ordered_reason && order != state_.overruled.end();
    cut(out, action, {entry}, plan.rule, ordered ? order->second.by : "");
  }
}

}  // namespace cordon::engine
