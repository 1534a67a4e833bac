// SPDX-License-Identifier: Apache-2.0
// The part of Engine that answers for one user of a host that stands for several people.
#include <set>
#include <string>

#include "contain/identity.h"
#include "contain/session.h"
#include "engine/engine.h"

namespace cordon::engine {

namespace {

/// told_late_max: what a session did may be told this long after it was ended.
constexpr Micros told_late_max = std::chrono::seconds(2);

}  // namespace

void Engine::respond_to_session(Step& out, const event::Verdict& verdict, Sequence entry) {
  if (state_.in_force_cut(verdict.host, verdict.name) != nullptr) return;
  const std::string key = contain::session_key(estate_, verdict.host, verdict.name);
  forget_roll_back(out, key);
  const auto line = state_.overruled.find(key);
  if (line != state_.overruled.end() && line->second.wish == event::LineWish::forbid) return;
  std::vector<event::HostKey> seen;
  std::vector<event::HostKey> infected;
  const auto host = state_.hosts.find(verdict.host);
  const std::size_t users = host == state_.hosts.end() ? 0 : host->second.users.size();
  event::PlanMade plan = contain::make_session_plan(request_for(verdict, entry, seen, infected), users);
  no_means_left(plan.actions);
  const Sequence plan_entry = record(out, plan);
  for (const event::PlannedAction& action : plan.actions) {
    if (action.disposition == event::Disposition::cut) cut(out, action, {entry, plan_entry}, plan.rule, "");
  }
}

std::optional<WallTime> Engine::refused_since(const std::string& cut) const {
  const auto watched = watched_.find(cut);
  if (watched == watched_.end()) return std::nullopt;
  for (const auto& [means, asked] : watched->second) {
    if (const auto since = asked.proof.in_place_since()) return since;
  }
  return std::nullopt;
}

bool Engine::answered_by_sessions(const event::HostKey& host) const {
  if (!contain::stands_for_many(estate_, host)) return false;
  std::set<std::string> refused;
  for (const auto& [id, cut] : state_.cuts) {
    const auto since = refused_since(id);
    if (!cut.in_force() || !since) continue;
    for (const event::SessionTarget& session : cut.decision.sessions) {
      const detect::Sum* sum = state_.tally.session(host, session.user);
      const bool goes_on = sum != nullptr && sum->last > *since + told_late_max;
      if (session.client == host.ip && !goes_on) refused.insert(session.user);
    }
  }
  return !refused.empty() && state_.tally.confirmed_beside(host, refused) < state_.tally.threshold_infected();
}

}  // namespace cordon::engine
