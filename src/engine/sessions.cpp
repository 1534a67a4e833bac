// SPDX-License-Identifier: Apache-2.0
// The part of Engine that answers for one user of a host that stands for several people.
#include "contain/session.h"
#include "engine/engine.h"

namespace cordon::engine {

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

}  // namespace cordon::engine
