// SPDX-License-Identifier: Apache-2.0
// The part of Engine that answers for one user of a host that stands for several people.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "contain/identity.h"
#include "contain/lines.h"
#include "contain/means.h"
#include "contain/session.h"
#include "engine/engine.h"
#include "engine/seen.h"

namespace cordon::engine {

namespace {

/// told_late_max: what a session did may be told this long after it was ended.
constexpr Micros told_late_max = std::chrono::seconds(2);

}  // namespace

void Engine::respond_to_session(Step& out, const event::Verdict& verdict, Sequence entry) {
  if (state_.in_force_cut(verdict.host, verdict.name) != nullptr) return;
  const auto known = state_.hosts.find(verdict.host);
  const std::size_t users = known == state_.hosts.end() ? 0 : known->second.users.size();
  const auto session = contain::session_of(estate(), verdict.host, verdict.name, users);
  if (!session) return;
  const std::string key = fmt::format("{} {}", event::end_sessions, contain::session_name(estate(), *session));
  forget_roll_back(out, key);
  if (!words().forbidden_by(key).empty()) return;
  std::vector<event::HostKey> seen;
  std::vector<event::HostKey> infected;
  event::PlanMade plan = contain::make_session_plan(request_for(verdict, entry, seen, infected), *session);
  contain::leave_to_hands(plan.actions, policy_.means, estate());
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

bool Engine::refuses(const CutRecord& cut) const {
  using enum event::CutState;
  if (!cut.in_force()) return false;
  const auto since = refused_since(cut.decision.id);
  if (!since) return cut.state == decided || cut.state == applied || cut.state == rehearsed;
  return std::ranges::none_of(cut.decision.sessions, [&](const event::SessionTarget& session) {
    return state_.tally.last_of(session.client, session.user) > *since + told_late_max;
  });
}

event::CountsAs Engine::counts(const CutRecord& cut) const {
  if (cut.decision.sessions.empty()) return cut.counts_as;
  return refuses(cut) ? event::CountsAs::done : event::CountsAs::not_done;
}

std::set<std::string> Engine::guilty_on(const event::HostKey& host) const {
  const auto known = contain::host_of(estate(), host);
  if (!contain::stands_for_many(estate(), host) || estate().hosts[known->value].is_protected) return {};
  return state_.tally.infected_sessions(host);
}

bool Engine::explained_by_sessions(const event::HostKey& host) const {
  const std::set<std::string> guilty = guilty_on(host);
  return !guilty.empty() && state_.tally.confirmed_beside(host, guilty) < state_.tally.threshold_infected();
}

std::vector<estate::Session> Engine::guilty_sessions(std::span<const event::HostKey> seen) const {
  std::map<std::pair<estate::HostIndex, std::string>, estate::Session> found;
  for (const event::HostKey& told : seen) {
    if (!contain::stands_for_many(estate(), told)) continue;
    const event::HostKey& key = known_key(state_, told);  // what he did stands under it
    const std::set<std::string> guilty = guilty_on(key);
    if (guilty.empty() || contain::speaker_of(estate(), key, seen) != contain::Speaker::itself) continue;
    for (const std::string& login : guilty) {
      auto session = contain::session_of(estate(), key, login, state_.hosts.at(key).users.size());
      const CutRecord* cut = state_.in_force_cut(key, login);
      const auto targets = contain::targets_of(estate(), *session);
      const contain::Cutting cutting{event::end_sessions, key, {}, targets};
      session->can_end =
          contain::next_means(policy_.means, {}, cutting, estate()) != nullptr && (cut == nullptr || refuses(*cut));
      const auto [at, fresh] = found.try_emplace({session->host, login}, *session);
      at->second.users = std::max(at->second.users, session->users);
      at->second.can_end = at->second.can_end && session->can_end;
      std::vector<IpAddress>& also = at->second.also_at;
      if (!fresh) also.insert(also.end(), session->also_at.begin(), session->also_at.end());
    }
  }
  std::vector<estate::Session> out;
  for (auto& [name, session] : found) out.push_back(std::move(session));
  return out;
}

}  // namespace cordon::engine
