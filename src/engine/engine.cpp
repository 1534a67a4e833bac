// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "contain/care_plan.h"
#include "contain/goes_on.h"
#include "contain/identity.h"
#include "contain/lines.h"
#include "contain/means.h"
#include "contain/own_way.h"
#include "contain/plan.h"
#include "event/login.h"

namespace cordon::engine {

using event::CountsAs;
using event::CutState;
using event::Level;

namespace {

/// What is said of a cut whose time is over.
constexpr const char* ended_why = "the cut reached its end";
constexpr const char* given_out_why = "its address was given out anew";
constexpr const char* let_go_why = "the estate has it otherwise now: ";
/// means_settles: so long after it is back a means has said what it did meanwhile.
constexpr std::chrono::seconds means_settles{2};
constexpr const char* orphaned_why = "what it was asked of is not configured any more";

WallTime time_of(const event::Input& input) {
  return std::visit([](const auto& i) { return i.at; }, input);
}

contain::Proof proof_of(const event::CutDecided& cut, const event::MeansOffer& means) {
  return contain::Proof(means, cut.action, contain::followed(cut));
}

/// stray_lift is the wish to lift what no cut of ours names any more, of one kind.
event::LiftCut stray_lift(const std::string& means, const std::string& action) {
  event::LiftCut out;
  out.id = "stray";
  out.means = means;
  out.action = action;
  return out;
}

// A sum of corrections to files that were counted before, too small to move a verdict, is not worth an entry.
bool says_something(const event::WorkSummed& sum) {
  constexpr double negligible_llr = -0.01;
  return sum.files > 0 || sum.llr < negligible_llr;
}

}  // namespace

Engine::Engine(Policy policy, estate::Estate estate, State state, Weighing weighing)
    : policy_(policy),
      estate_(std::make_shared<const estate::Estate>(std::move(estate))),
      state_(std::move(state)),
      flows_ahead_(state_.flows),
      weighing_(weighing) {
  for (const auto& [id, cut] : state_.cuts) {
    if (!cut.awaited()) continue;
    Watched& watched = watched_[id];
    for (const std::string& name : cut.means) {
      const event::MeansOffer* means = offer(name);
      if (means == nullptr || rehearses_beside(cut, *means)) continue;
      watched.emplace(name, Asked{proof_of(cut.decision, *means), WallTime::max()});
    }
  }
}

Step Engine::step(const event::Input& input) {
  Step out;
  now_ = std::max(now_, time_of(input));
  std::visit([&](const auto& i) { on(out, i); }, input);
  return out;
}

Step Engine::flush() {
  Step out;
  record_work(out, [](const event::WorkSummed&) { return true; });
  record_flows(out, [](const event::FlowsSeen&) { return true; });
  return out;
}

Sequence Engine::record(Step& out, event::Event event) {
  const Sequence entry{state_.last.value + 1};
  state_.apply(entry, event);
  out.events.push_back({entry, std::move(event)});
  return entry;
}

template <class Wanted>
void Engine::record_work(Step& out, Wanted&& wanted) {
  for (auto it = work_.begin(); it != work_.end();) {
    if (wanted(it->second)) {
      if (says_something(it->second)) record(out, it->second);
      it = work_.erase(it);
    } else {
      ++it;
    }
  }
}

template <class Wanted>
void Engine::record_flows(Step& out, Wanted&& wanted) {
  for (auto it = flows_.begin(); it != flows_.end();) {
    if (wanted(it->second)) {
      record(out, std::move(it->second));
      it = flows_.erase(it);
    } else {
      ++it;
    }
  }
}

void Engine::on(Step& out, const event::Started& input) {
  record(out, input);
  flows_ahead_ = state_.flows;
  for (auto& [id, watched] : watched_) {
    const CutRecord& cut = state_.cuts.at(id);
    if (cut.counts_as != CountsAs::contradicted) continue;
    for (auto& [name, asked] : watched) asked.proof.doubted_before(cut.changed);
  }
  const std::set<std::string> ended = expire(out);
  narrow_what_was_taken(out);
  let_go(out);
  std::vector<std::string> orphans;
  std::vector<std::string> adopted;  // whose means are configured again
  for (const auto& [id, cut] : state_.cuts) {
    if (!cut.awaited()) continue;
    if (is_nobodys(id)) orphans.push_back(id);
    if (!is_nobodys(id) && cut.state == CutState::failed && cut.detail == orphaned_why) adopted.push_back(id);
    if (cut.in_force()) ask_for(out, cut);
    if (cut.state == CutState::lifting && !ended.contains(id)) ask_to_lift(out, cut);
  }
  for (const std::string& id : adopted) record(out, event::CutChanged{now_, id, CutState::decided, "Cordon", "", 0});
  for (const std::string& id : orphans) {
    if (state_.cuts.at(id).in_force()) {
      judge(out, id);
    } else {
      lifted(out, id);
    }
  }
}

/// let_go: who was declared protected since, or has a care flow now, is to be free again; the plan is made anew.
void Engine::let_go(Step& out) {
  std::vector<std::string> in_force;
  for (const auto& [id, cut] : state_.cuts) {
    if (cut.in_force()) in_force.push_back(id);
  }
  for (const std::string& id : in_force) {
    const CutRecord cut = state_.cuts.at(id);
    const event::CutDecided& d = cut.decision;
    bool is_kept = false;
    std::vector<std::pair<std::string, std::string>> gone;
    for (const std::string& name : cut.means) {
      const event::MeansOffer* means = offer(name);
      if (means == nullptr) continue;
      const std::string why = contain::why_let_go(*means, d, estate());
      is_kept = is_kept || (why.empty() && !rehearses_beside(cut, *means));
      if (!why.empty()) gone.emplace_back(name, let_go_why + why);
    }
    if (gone.empty()) continue;
    if (!is_kept) {
      record(out, event::CutChanged{now_, id, CutState::lifting, ended_by, gone.front().second, 0});
      continue;
    }
    for (const auto& [name, why] : gone) {
      watched_[id].erase(name);
      out.effects.emplace_back(event::LiftCut{d.id, d.macs, d.ips, d.flows, d.borders, name, d.sessions, d.action});
      record(out, event::CutChanged{now_, id, cut.state, "Cordon", name + ": " + why, cut.drops, cut.counts_as});
    }
  }
}

void Engine::on(Step& out, const event::Tick&) {
  see_ends_coming(out);
  record_work(out, [&](const event::WorkSummed& sum) { return now_ - sum.from >= work_sum_period; });
  record_flows(out, [&](const event::FlowsSeen& sum) {
    return now_ - sum.from >= (sum.flows.empty() ? flows_beyond_period : work_sum_period);
  });
  expire(out);
  for (event::ApprovalChanged& e : state_.approvals.expire(now_)) record(out, std::move(e));
  plan_due_ = plan_due_ || (!posed_ && !weighed_in_vain_ && asks_nobody());
  std::vector<std::string> ids;
  for (const auto& [id, watched] : watched_) ids.push_back(id);
  for (const std::string& id : ids) judge(out, id);
  // What the limit of an hour held up may be done now.
  const std::uint32_t left = automatic_cuts_left();
  plan_due_ = plan_due_ || (left > left_at_plan_ && something_waits());
  left_at_plan_ = std::min(left_at_plan_, left);
  // And what was held up by a means that did not answer then.
  const auto answers = [&](const std::string& name) { return offer(name) != nullptr && !is_silent(*offer(name)); };
  if (now_ - means_back_ >= means_settles && std::ranges::any_of(silent_at_plan_, answers)) {
    silent_at_plan_.clear();
    plan_due_ = true;
  }
  plan_again(out);
}

void Engine::on(Step& out, const event::ProcessChanged& input) {
  const auto found = state_.processes.find(input.name);
  if (found != state_.processes.end() && found->second.up == input.up && found->second.detail == input.detail) return;
  if (input.up && (found == state_.processes.end() || !found->second.up)) means_back_ = now_;
  record(out, input);
}

void Engine::on(Step& out, const event::SensorReport& input) {
  const auto found = state_.sensors.find(input.sensor);
  const bool due = found == state_.sensors.end() || input.finished || input.drops > found->second.drops ||
                   input.packets < found->second.packets || input.at - found->second.at >= sensor_report_period;
  if (due) record(out, input);
}

void Engine::on(Step& out, const event::HostSeen& input) {
  event::HostSeen seen = input;
  seen.host = known_key(state_, input.host);
  const auto found = state_.hosts.find(seen.host);
  event::HostKey told = input.host;
  told.since = input.at;  // it may have been heard there long before it could be told
  const std::vector<Taken> taken = taken_by(told);
  const bool is_told = found == state_.hosts.end() || tells_more(state_, found->second, input) || !taken.empty();
  // Who is under a verdict may have been spared because of who had its address meanwhile.
  plan_due_ = plan_due_ || (is_told && found != state_.hosts.end() && found->second.level != Level::quiet);
  if (is_told) record(out, seen);
  plan_due_ = plan_due_ || (is_told && is_named_for_another(seen.host));
  narrow_cuts(out, input.host, taken);
}

/// is_named_for_another: a line that waits names an address that this host was given since.
bool Engine::is_named_for_another(const event::HostKey& key) const {
  const event::PlanMade* plan = state_.last_plan();
  const auto host = state_.hosts.find(key);
  if (plan == nullptr || host == state_.hosts.end()) return false;
  return std::ranges::any_of(plan->actions, [&, told = host->second.told_key()](const event::PlannedAction& line) {
    return line.disposition == event::Disposition::waits &&
           contain::names_given_out(estate(), line, plan->at, std::span(&told, 1));
  });
}

/// taken_by gives the cuts in force of an address that this host was given since.
std::vector<Engine::Taken> Engine::taken_by(const event::HostKey& host) const {
  std::vector<Taken> out;
  for (const auto& [id, cut] : state_.cuts) {
    if (!cut.in_force()) continue;
    if (const estate::Host* now = contain::taken_over_by(estate(), cut.decision, host)) out.push_back({id, now->name});
  }
  return out;
}

/// narrow_cuts spares who was given an address that is cut because of who had it before.
void Engine::narrow_cuts(Step& out, const event::HostKey& host, std::span<const Taken> taken) {
  for (const auto& [id, name] : taken) {
    const CutRecord& cut = state_.cuts.at(id);
    plan_due_ = true;
    const bool by_address_alone = std::ranges::any_of(cut.means, [&](const std::string& asked) {
      const event::MeansOffer* means = offer(asked);
      return means != nullptr && means->reach == event::Reach::file_service && may_keep(cut, *means);
    });
    if (cut.decision.ips.size() == 1 && (cut.decision.macs.empty() || by_address_alone)) {
      record(out, event::CutChanged{now_, id, CutState::lifting, ended_by, given_out_why, 0});
      ask_to_lift(out, cut);
      if (is_nobodys(id)) lifted(out, id);
      continue;
    }
    record(out, event::CutNarrowed{now_, id, host.ip, name});
    ask_for(out, cut);  // what a means reads back is what it was asked for last
    for (const std::string& means : cut.means) {
      if (offer(means) == nullptr) continue;
      event::LiftCut lift = stray_lift(means, cut.decision.action);
      lift.ips = {host.ip};
      out.effects.emplace_back(std::move(lift));
    }
  }
}

/// narrow_what_was_taken spares who was given an address before this run's estate declared him, or no more declares it
/// for who is cut.
void Engine::narrow_what_was_taken(Step& out) {
  WallTime first_cut = WallTime::max();
  for (const auto& [id, cut] : state_.cuts) {
    if (cut.in_force()) first_cut = std::min(first_cut, cut.decision.at);
  }
  for (const event::HostKey& host : seen_since(state_, first_cut)) narrow_cuts(out, host, taken_by(host));
}

void Engine::on(Step& out, const event::FlowSeen& input) {
  if (input.host.ip.unspecified() || input.server.unspecified()) return;
  const FlowMemory::Taken taken = flows_ahead_.take(input);
  if (taken.answer == FlowMemory::Answer::known) return;
  event::HostKey client = known_key(state_, input.host);
  if (taken.answer == FlowMemory::Answer::beyond && input.transport == event::Transport::udp) {
    // Senders of datagrams can be forged by the thousand: what is not taken of them is one sum.
    client = {};
    client.sensor = input.host.sensor;
  }
  if (!flows_.contains(client) && flows_.size() >= flow_keys_max) {
    record_flows(out, [](const event::FlowsSeen&) { return true; });
  }
  const auto [at, fresh] = flows_.try_emplace(client, event::FlowsSeen{input.at, input.at, client, {}, 0});
  event::FlowsSeen& sum = at->second;
  sum.to = std::max(sum.to, input.at);
  if (taken.answer == FlowMemory::Answer::beyond) {
    ++sum.beyond;
    return;
  }
  sum.flows.push_back(taken.seen);
  if (sum.flows.size() < flows_per_entry_max) return;
  record(out, std::move(sum));
  flows_.erase(at);
}

void Engine::on(Step& out, const event::Observation& input) {
  if (const event::HostKey& known = known_key(state_, input.host); known != input.host) {
    event::Observation same = input;
    same.host = known;
    return on(out, same);
  }
  if (!std::isfinite(input.llr)) return;
  if (input.llr <= 0) {
    if (work_.size() >= work_keys_max) record_work(out, [](const event::WorkSummed&) { return true; });
    detect::add_work(work_[{input.host, input.user, input.share}], input);
    return;
  }
  // What was harmless before this counts before it, in every sum this evidence goes into.
  record_work(out, [&](const event::WorkSummed& sum) {
    return sum.host == input.host || sum.user == input.user || sum.share == input.share;
  });
  const bool explained = explained_by_sessions(input.host);
  record(out, input);
  if (contain::stands_for_many(estate(), input.host)) {
    const bool goes_on = state_.in_force_cut(input.host, event::login_of(input.user)) != nullptr;  // refuses()
    plan_due_ = plan_due_ || goes_on || explained != explained_by_sessions(input.host);
    if (const auto verdict = state_.tally.judge_session(input)) {
      const Sequence verdict_entry = record(out, *verdict);
      plan_due_ = true;
      respond_to_session(out, *verdict, verdict_entry);
    }
  }
  bool helpless = false;
  while (const auto verdict = state_.tally.judge(input)) {
    const Sequence verdict_entry = record(out, *verdict);
    plan_due_ = plan_due_ || verdict->subject == event::Subject::host;
    if (verdict->subject == event::Subject::host && verdict->level == Level::infected) {
      helpless = !respond(out, *verdict, verdict_entry) || helpless;
    }
  }
  // A suspicion that was one-sided may have been confirmed by this.
  const auto host = state_.hosts.find(input.host);
  plan_due_ = plan_due_ || (input.confirmed && host != state_.hosts.end() && host->second.level == Level::suspect);
  // Where nobody carries the quick answer out, the whole estate is weighed now: until the next tick is many files.
  if (helpless) weigh_here(out);
}

bool Engine::respond(Step& out, const event::Verdict& verdict, Sequence entry) {
  if (state_.in_force_cut(verdict.host) != nullptr) return true;  // its other address was judged before
  forget_roll_backs(out, verdict.host);
  std::vector<event::HostKey> seen;
  std::vector<event::HostKey> infected;
  contain::PlanRequest request = request_for(verdict, entry, seen, infected);
  request.forbidden_by = words().forbidden_by("block_out ", verdict.host);
  event::PlanMade plan = contain::make_plan(request);
  for (event::PlannedAction& action : plan.actions) action.host = known_key(state_, action.host);
  const bool by_hand = contain::leave_to_hands(plan.actions, policy_.means, estate());
  const bool carried_out = !by_hand && request.forbidden_by.empty();
  const Sequence plan_entry = record(out, plan);
  for (const event::PlannedAction& action : plan.actions) {
    if (action.disposition == event::Disposition::cut) cut(out, action, {entry, plan_entry}, plan.rule, "");
  }
  return carried_out;
}

contain::PlanRequest Engine::request_for(const event::Verdict& verdict, Sequence entry,
                                         std::vector<event::HostKey>& seen,
                                         std::vector<event::HostKey>& infected) const {
  seen = seen_under(state_, verdict.host.mac, now_);
  for (const auto& [key, host] : state_.hosts) {
    if (host.level == Level::infected) infected.push_back(key);
  }
  return {.verdict = verdict,
          .verdict_entry = entry,
          .seen = seen,
          .infected = infected,
          .estate = estate(),
          .mode = mode(),
          .automatic_cuts_last_hour = policy_.automatic_cuts_per_hour_max - automatic_cuts_left(),
          .automatic_cuts_per_hour_max = policy_.automatic_cuts_per_hour_max,
          .harm_budget_left = budget_left(),
          .frozen = state_.freeze.frozen};
}

void Engine::forget_roll_backs(Step& out, const event::HostKey& host) {
  for (const std::string verb : {"block_out ", "isolate "}) {
    for (const std::string& name : words().names_in_lines(host)) forget_roll_back(out, verb + name);
  }
}

void Engine::forget_roll_back(Step& out, const std::string& key) {
  const auto line = state_.overruled.find(key);
  if (line == state_.overruled.end()) return;
  const bool rolled_back = line->second.wish == event::LineWish::forbid && line->second.session.empty();
  if (rolled_back) record(out, event::LineDecided{now_, key, event::LineWish::free, "Cordon", "", ""});
}

void Engine::cut(Step& out, const event::PlannedAction& action, std::vector<Sequence> why, std::string rule,
                 std::string by) {
  event::CutDecided cut;
  cut.id = fmt::format("cut-{}", state_.last.value + 1);
  cut.at = now_;
  cut.until = now_ + policy_.cut_lasts;
  cut.deadline = now_ + policy_.enforcer_deadline;
  cut.action = action.action;
  cut.host = known_key(state_, action.host);
  cut.what = action.what;
  cut.macs = action.macs;
  cut.ips = action.ips;
  cut.flows = action.flows;
  cut.borders = action.borders;
  cut.sessions = action.sessions;
  cut.why = std::move(why);
  cut.rule = std::move(rule);
  cut.key = action.key;
  cut.harm = action.harm;
  cut.by = std::move(by);
  if (const auto* means = means_for(cut, {})) cut.means = means->name;
  record(out, cut);
  ask_for(out, state_.cuts.at(cut.id));
  for (const event::MeansOffer& offer : policy_.means) {
    const bool beside = offer.rehearses && offer.name != cut.means;
    if (beside && contain::suits(offer, contain::cutting_of(cut), estate()))
      ask_for(out, state_.cuts.at(cut.id), offer);
  }
}

bool Engine::ends_soon(const CutRecord& cut) const {
  return cut.in_force() && now_ >= cut.decision.until - policy_.before_end() && now_ < cut.decision.until &&
         std::ranges::any_of(cut.means, [&](const std::string& name) { return offer(name) != nullptr; });
}

bool Engine::cuts_by_itself() const {
  return mode() == event::Mode::guard && !state_.freeze.frozen;
}

/// is_nobodys: none of those who were asked for this cut is configured any more.
bool Engine::is_nobodys(const std::string& id) const {
  const auto watched = watched_.find(id);
  return watched == watched_.end() || watched->second.empty();
}

void Engine::prolong(Step& out, const std::string& id, std::string by) {
  record(out, event::CutProlonged{now_, id, now_ + policy_.cut_lasts, std::move(by)});
  ask_for(out, state_.cuts.at(id));
}

/// goes_on_by_itself: Cordon cut it, may still cut by itself, and the attack is not over.
bool Engine::goes_on_by_itself(const CutRecord& cut) const {
  if (!cut.decision.by.empty() || !cuts_by_itself() || words().is_unneeded(cut.decision.id)) return false;
  if (words().is_unwanted(cut.decision)) return false;
  return std::ranges::any_of(state_.hosts, [](const auto& host) { return host.second.level == Level::infected; }) ||
         !guilty_sessions(seen_lately(state_, now_)).empty();
}

/// see_ends_coming settles what goes on: what Cordon cut by itself, and of the rest people are asked (with_renewals).
void Engine::see_ends_coming(Step& out) {
  std::vector<std::string> ours;
  for (const auto& [id, cut] : state_.cuts) {
    if (!ends_soon(cut)) continue;
    if (goes_on_by_itself(cut)) {
      ours.push_back(id);
    } else {
      plan_due_ = ending_.insert(id).second || plan_due_;
    }
  }
  for (const std::string& id : ours) prolong(out, id, "");
  std::erase_if(ending_, [&](const std::string& id) {
    const auto cut = state_.cuts.find(id);
    return cut == state_.cuts.end() || !ends_soon(cut->second);
  });
}

std::uint32_t Engine::automatic_cuts_left() const {
  std::uint32_t recent = 0;
  for (const auto& [id, cut] : state_.cuts) {
    if (cut.decision.by.empty() && now_ - cut.decision.at < std::chrono::hours(1)) ++recent;
  }
  return policy_.automatic_cuts_per_hour_max - std::min(recent, policy_.automatic_cuts_per_hour_max);
}

double Engine::lone_harm() const {
  double sum = 0;
  for (const auto& [id, cut] : state_.cuts) {
    const std::string& by = cut.decision.by;
    if (cut.in_force() && !by.empty() && by.find(", ") == std::string::npos) sum += cut.decision.harm;
  }
  return sum;
}

double Engine::budget_left() const {
  double spent = 0;
  for (const auto& [id, cut] : state_.cuts) {
    if (cut.in_force() && cut.decision.by.empty()) spent += cut.decision.harm;
  }
  return std::max(0.0, policy_.harm_budget - spent);
}

const event::MeansOffer* Engine::offer(const std::string& name) const {
  const auto found = std::ranges::find(policy_.means, name, &event::MeansOffer::name);
  return found != policy_.means.end() ? &*found : nullptr;
}

void Engine::ask_for(Step& out, const CutRecord& cut) {
  for (const std::string& name : cut.means) {
    if (const event::MeansOffer* means = offer(name)) ask_for(out, cut, *means);
  }
}

void Engine::ask_for(Step& out, const CutRecord& cut, const event::MeansOffer& means) {
  const event::CutDecided& d = cut.decision;
  if (!may_keep(cut, means)) return;
  const WallTime deadline = now_ + policy_.enforcer_deadline;
  out.effects.emplace_back(
      event::ApplyCut{d.id, d.until, deadline, d.macs, d.ips, d.action, d.flows, d.borders, means.name, d.sessions});
  if (rehearses_beside(cut, means)) return;
  const auto [at, fresh] = watched_[d.id].try_emplace(means.name, Asked{proof_of(d, means), deadline});
  if (!fresh) at->second.deadline = deadline;
}

void Engine::ask_to_lift(Step& out, const CutRecord& cut) {
  const event::CutDecided& d = cut.decision;
  for (const std::string& name : cut.means) {
    if (offer(name) == nullptr) continue;
    out.effects.emplace_back(event::LiftCut{d.id, d.macs, d.ips, d.flows, d.borders, name, d.sessions, d.action});
  }
}

namespace {

/// A plan cuts nobody who is spared. Should a means have refused for that, no other is to be talked into it.
bool touches_spared(const estate::Estate& estate, const event::CutDecided& cut) {
  const auto is_spared = [&](const auto& address) {
    const estate::Host* host = estate.find(address);
    return host != nullptr && contain::spared(*host);
  };
  return std::ranges::any_of(cut.ips, is_spared) || std::ranges::any_of(cut.macs, is_spared);
}

}  // namespace

bool Engine::rehearses_beside(const CutRecord& cut, const event::MeansOffer& means) const {
  const auto carries_out = [&](const std::string& name) {
    const event::MeansOffer* other = offer(name);
    return other != nullptr && !other->rehearses;
  };
  const bool asked = std::ranges::find(cut.means, means.name) != cut.means.end();
  return means.rehearses && (!asked || std::ranges::any_of(cut.means, carries_out));
}

std::vector<std::string> Engine::carried_by(const CutRecord& cut) const {
  std::vector<std::string> out;
  for (const std::string& name : cut.means) {
    const event::MeansOffer* means = offer(name);
    if (means == nullptr || !rehearses_beside(cut, *means)) out.push_back(name);
  }
  return out;
}

void Engine::note_rehearsal(Step& out, const CutRecord& cut, const event::EnforcerReport& input) {
  const bool known = std::ranges::find(cut.means, input.means) != cut.means.end();
  if (input.step != event::EnforcerStep::rehearsed || known || !cut.in_force()) return;
  const std::string said = input.detail.empty() ? "" : ": " + input.detail;
  record(out, event::CutHandedOn{now_, cut.decision.id, input.means, contain::rehearsed_reason + said});
}

const event::MeansOffer* Engine::further_means(const CutRecord& cut) const {
  if (cut.means.size() >= means_max || touches_spared(estate(), cut.decision)) return nullptr;
  return means_for(cut.decision, cut.means);
}

bool Engine::is_silent(const event::MeansOffer& means) const {
  const auto process = state_.processes.find(means.process);
  return !means.rehearses && process != state_.processes.end() && !process->second.up;
}

const event::MeansOffer* Engine::means_for(const event::CutDecided& cut, std::span<const std::string> asked) const {
  const auto has_verdict = [&](const auto& known) {
    const event::HostKey& key = known.first;
    return known.second.level == Level::infected && (std::ranges::find(cut.ips, key.ip) != cut.ips.end() ||
                                                     std::ranges::find(cut.macs, key.mac) != cut.macs.end());
  };
  const bool of_others = cut.by.empty() && cut.sessions.empty() && std::ranges::none_of(state_.hosts, has_verdict);
  const contain::Cutting cutting = contain::cutting_of(cut);
  return of_others ? contain::next_whole_means(policy_.means, asked, cutting, estate())
                   : contain::next_means(policy_.means, asked, cutting, estate());
}

void Engine::hand_on(Step& out, const std::string& id, const std::string& why) {
  const event::MeansOffer* means = further_means(state_.cuts.at(id));
  if (means == nullptr) return;
  record(out, event::CutHandedOn{now_, id, means->name, why});
  ask_for(out, state_.cuts.at(id), *means);
}

void Engine::judge(Step& out, const std::string& id) {
  const auto watched = watched_.find(id);
  const auto cut = state_.cuts.find(id);
  if (watched == watched_.end() || cut == state_.cuts.end() || !cut->second.in_force()) return;
  const bool seen = is_watched(cut->second.decision.host.sensor);
  std::vector<contain::Named> found;
  std::uint64_t drops = 0;
  for (const std::string& name : cut->second.means) {
    const auto asked = watched->second.find(name);
    if (asked == watched->second.end()) continue;
    found.push_back({name, asked->second.proof.find({now_, asked->second.deadline, seen})});
    drops += asked->second.proof.drops();
  }
  contain::Proof::Finding finding = contain::together(found);
  if (found.empty()) finding = {CutState::failed, orphaned_why, true, CountsAs::not_done};
  const event::CutDecided& d = cut->second.decision;
  // What people ordered is seen through to a means that does it, whatever Cordon may do by itself.
  const bool may_hand_on = !d.by.empty() || cuts_by_itself();
  const event::MeansOffer* next = finding.wants_help && may_hand_on ? further_means(cut->second) : nullptr;
  if (next != nullptr && contain::does_whole(*next, d.action)) finding.counts_as = CountsAs::done;  // on its way again
  if (contain::news(finding, {cut->second.state, cut->second.detail, false, cut->second.counts_as})) {
    // What holds may make others unneeded; what was called unneeded may have been so because of this one.
    relief_due_ = relief_due_ || finding.state == CutState::holds || cut->second.state == CutState::holds;
    plan_due_ = plan_due_ || finding.counts_as != cut->second.counts_as || !d.sessions.empty();  // counts()
    record(out, event::CutChanged{now_, id, finding.state, "proof/1", finding.detail, drops, finding.counts_as});
  }
  if (next != nullptr) hand_on(out, id, finding.detail);
}

bool Engine::is_watched(const std::string& sensor) const {
  return std::ranges::any_of(state_.sensors, [&](const auto& named) {
    const auto& [name, report] = named;
    if (!sensor.empty() && name != sensor) return false;
    if (report.finished || now_ - report.at > sensor_silence_max) return false;
    const auto process = state_.processes.find("sensor " + name);
    return process == state_.processes.end() || process->second.up || now_ - process->second.at <= sensor_absence_max;
  });
}

/// use_up_order: nobody agreed that it goes on, so what was ordered once is not ordered for ever.
void Engine::use_up_order(Step& out, const std::string& key) {
  const auto line = state_.overruled.find(key);
  if (line == state_.overruled.end() || line->second.wish != event::LineWish::force) return;
  record(out, event::LineDecided{now_, key, event::LineWish::free, "Cordon", "", ""});
}

std::set<std::string> Engine::expire(Step& out) {
  std::set<std::string> ended;
  for (const auto& [id, cut] : state_.cuts) {
    if (cut.in_force() && now_ >= cut.decision.until) ended.insert(id);
  }
  for (const std::string& id : ended) {
    record(out, event::CutChanged{now_, id, CutState::lifting, ended_by, ended_why, 0});
    const event::CutDecided& d = state_.cuts.at(id).decision;
    const std::string key = key_in_lines(estate(), d);
    const auto order = state_.overruled.find(key);
    const bool ordered_anew = order != state_.overruled.end() && order->second.at >= d.until - policy_.before_end();
    if (!ordered_anew) use_up_order(out, key);
    plan_due_ = true;
    ask_to_lift(out, state_.cuts.at(id));
    if (is_nobodys(id)) lifted(out, id);
  }
  return ended;
}

void Engine::on(Step& out, const event::FlowProgress& input) {
  for (const auto& [id, cut] : state_.cuts) {
    const auto watched = watched_.find(id);
    if (watched == watched_.end() || !cut.in_force() || !contain::goes_on(estate(), cut.decision, input)) continue;
    for (auto& [name, asked] : watched->second) asked.proof.on_progress(input);
  }
  std::vector<std::string> ids;
  for (const auto& [id, watched] : watched_) ids.push_back(id);
  for (const std::string& id : ids) judge(out, id);
}

void Engine::on(Step& out, const event::EnforcerReport& input) {
  const auto cut = state_.cuts.find(input.id);
  const auto watched = watched_.find(input.id);
  if (cut == state_.cuts.end() || watched == watched_.end()) return;
  const auto asked = watched->second.find(input.means);
  if (asked == watched->second.end()) return note_rehearsal(out, cut->second, input);
  if (input.step == event::EnforcerStep::lifted) {
    if (cut->second.state != CutState::lifting) return;
    asked->second.lifted = true;
    if (!std::ranges::all_of(watched->second, [](const auto& one) { return one.second.lifted; })) return;
    return lifted(out, input.id);
  }
  if (!cut->second.in_force()) return;
  asked->second.proof.on_report(input);
  judge(out, input.id);
}

namespace {

/// Found is what an enforcer has in force, to be crossed off.
class Found {
 public:
  explicit Found(const event::InForce& input) : any_(set_of(input)) {
    for (const event::InForceKind& kind : input.kinds) kinds_[kind.action] = set_of(kind);
  }

  /// has says whether all targets of a cut are there; a file server knows hosts by their addresses alone.
  bool has(const event::CutDecided& cut, event::Reach reach) const {
    std::set<std::string> wanted = set_of(cut);
    if (reach == event::Reach::file_service) {
      for (const Mac& mac : cut.macs) wanted.erase(mac.text());
    }
    const auto kind = kinds_.find(cut.action);
    return std::ranges::all_of(wanted, [&](const std::string& target) {
      return any_.contains(target) || (kind != kinds_.end() && kind->second.contains(target));
    });
  }
  void cross_off(const event::CutDecided& cut) {
    for (const std::string& target : set_of(cut)) {
      any_.erase(target);
      if (const auto kind = kinds_.find(cut.action); kind != kinds_.end()) kind->second.erase(target);
    }
  }
  /// strays gives what of `input` no cut has crossed off, one item a kind: the same address may be in force by one
  /// kind of cut and stray by another.
  std::vector<event::LiftCut> strays(const event::InForce& input) const {
    std::vector<event::LiftCut> out;
    const auto add = [&](const auto& items, const std::set<std::string>& left, const std::string& action) {
      event::LiftCut& lift = out.emplace_back(stray_lift(input.means, action));
      std::ranges::copy_if(items.macs, std::back_inserter(lift.macs),
                           [&](const Mac& m) { return left.contains(m.text()); });
      std::ranges::copy_if(items.ips, std::back_inserter(lift.ips),
                           [&](const IpAddress& a) { return left.contains(a.text()); });
      return &lift;
    };
    event::LiftCut* any = add(input, any_, "");
    std::ranges::copy_if(input.sessions, std::back_inserter(any->sessions),
                         [&](const event::SessionTarget& s) { return any_.contains(text(s)); });
    for (const event::InForceKind& kind : input.kinds) {
      const std::set<std::string>& left = kinds_.at(kind.action);
      event::LiftCut* lift = add(kind, left, kind.action);
      for (const event::FlowTarget& f : kind.flows) {
        if (left.contains(text(f))) lift->flows.push_back(f);
      }
      for (const event::BorderTarget& border : kind.borders) {
        if (left.contains(text(border))) lift->borders.push_back(border);
      }
    }
    std::erase_if(out, [](const event::LiftCut& lift) { return set_of(lift).empty(); });
    return out;
  }

 private:
  static std::string text(const event::SessionTarget& s) { return s.user + '@' + s.client.text(); }
  static std::string text(const event::FlowTarget& f) {
    return fmt::format("{}>{}@{}", f.client.text(), f.server.text(), f.port);
  }
  static std::string text(const event::BorderTarget& border) {
    return fmt::format("{}/{}>{}/{}", border.from.address.text(), border.from.bits, border.to.address.text(),
                       border.to.bits);
  }
  template <class T>
  static std::set<std::string> set_of(const T& named) {
    std::set<std::string> out;
    for (const Mac& mac : named.macs) out.insert(mac.text());
    for (const IpAddress& ip : named.ips) out.insert(ip.text());
    if constexpr (requires { named.flows; }) {
      for (const event::FlowTarget& f : named.flows) out.insert(text(f));
      for (const event::BorderTarget& border : named.borders) out.insert(text(border));
    }
    if constexpr (requires { named.sessions; }) {
      for (const event::SessionTarget& s : named.sessions) out.insert(text(s));
    }
    return out;
  }

  std::set<std::string> any_;
  std::map<std::string, std::set<std::string>> kinds_;
};

}  // namespace

void Engine::on(Step& out, const event::InForce& input) {
  const event::MeansOffer* means = offer(input.means);
  if (means == nullptr) return;
  const std::set<std::string> ended = expire(out);  // an end that nobody has noted yet is no difference
  const auto was_asked = [&](const CutRecord& cut) {
    return std::ranges::find(cut.means, means->name) != cut.means.end();
  };
  // What was asked for after this was looked at is on its way.
  const auto asked_since = [&](const std::string& id) {
    const auto watched = watched_.find(id);
    if (watched == watched_.end()) return false;
    const auto asked = watched->second.find(means->name);
    return asked != watched->second.end() && asked->second.deadline != WallTime::max() &&
           asked->second.deadline - policy_.enforcer_deadline > input.at;
  };
  Found found(input);
  std::size_t asked_again = 0;
  for (const auto& [id, cut] : state_.cuts) {
    if (!cut.awaited() || !was_asked(cut)) continue;
    if (cut.state == CutState::lifting) {
      if (ended.contains(id)) continue;  // asked for just now
      const event::CutDecided& d = cut.decision;
      out.effects.emplace_back(
          event::LiftCut{d.id, d.macs, d.ips, d.flows, d.borders, means->name, d.sessions, d.action});
    } else if (may_keep(cut, *means) && !found.has(cut.decision, means->reach) && !asked_since(id)) {
      ask_for(out, cut, *means);
      ++asked_again;
    }
  }
  for (const auto& [id, cut] : state_.cuts) {
    if (cut.in_force() && was_asked(cut)) found.cross_off(cut.decision);
  }
  std::size_t stray = 0;
  for (event::LiftCut& lift : found.strays(input)) {
    stray += lift.macs.size() + lift.ips.size() + lift.flows.size() + lift.borders.size() + lift.sessions.size();
    out.effects.emplace_back(std::move(lift));
  }
  if (asked_again == 0 && stray == 0) return;
  record(out, event::ProcessChanged{
                  input.at, means->process, true,
                  fmt::format("reconciled: {} cuts asked for again, {} addresses in force that no cut asks for, lifted",
                              asked_again, stray)});
}

void Engine::on(Step& out, const event::RollBack& input) {
  if (turn_down(out, {input.at, input.id, input.by, input.session, words().why_refused(input)})) return;
  const event::CutDecided& d = state_.cuts.at(input.id).decision;
  const std::string key = d.key;
  std::set<std::string> ordered{key};
  if (key.empty()) {
    for (const std::string& name : words().names_in_lines(d.host)) ordered.insert("block_out " + name);
  }
  const bool unneeded = words().is_unneeded(input.id);
  record(out, event::CutChanged{input.at, input.id, CutState::lifting, input.by, input.reason, 0});
  // What a person took back the next plan must not do again, nor an earlier order; until they leave it to the model or
  // there is a new verdict on the host. Where the plan itself does not need it any more, it may come back when it does.
  if (!key.empty() && !unneeded) {
    record(out, event::LineDecided{input.at, key, event::LineWish::forbid, input.by, "", input.reason});
  } else {
    for (const std::string& order : ordered) use_up_order(out, order);
  }
  plan_due_ = true;
  ask_to_lift(out, state_.cuts.at(input.id));
  if (is_nobodys(input.id)) lifted(out, input.id);
}

void Engine::lifted(Step& out, const std::string& id) {
  const CutRecord& cut = state_.cuts.at(id);
  const bool ended = cut.by == ended_by && cut.detail == ended_why;
  record(out, event::CutChanged{now_, id, ended ? CutState::expired : CutState::lifted, cut.by, cut.detail, 0});
  watched_.erase(id);
}

void Engine::on(Step& out, const event::PersonChanged& input) {
  record(out, input);
}

void Engine::on(Step& out, const event::SessionChanged& input) {
  record(out, input);
}

void Engine::on(Step& out, const event::ApprovalWish& input) {
  weigh_in_this_life(out);
  for (event::ApprovalChanged& e : state_.approvals.judge(input, state_.roster)) {
    const bool declined = e.step == event::ApprovalStep::declined;
    record(out, std::move(e));
    if (declined) note_declined(out, input.id);
  }
  carry_out_granted(out);
}

void Engine::on(Step& out, const event::ClockSet& input) {
  record(out, input);
}

void Engine::on(Step& out, const event::CertificateChanged& input) {
  if (input.fingerprint != state_.certificate.fingerprint) record(out, input);
}

}  // namespace cordon::engine
