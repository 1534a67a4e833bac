// SPDX-License-Identifier: Apache-2.0
#include "people/approval.h"

#include <algorithm>

#include "base/text.h"

namespace cordon::people {

using event::ApprovalStep;

namespace {

constexpr std::size_t id_bytes_max = 64;
constexpr std::size_t digest_bytes_max = 64;  // SHA-256 in hexadecimal

/// filled tells how many of `needs` distinct persons can fill, by trying each person for each need: at most 4 by 4.
std::size_t filled(const std::vector<Role>& needs, std::size_t from, const std::vector<Roles>& persons,
                   std::vector<bool>& taken) {
  if (from == needs.size()) return 0;
  std::size_t best = filled(needs, from + 1, persons, taken);  // nobody for this one
  for (std::size_t i = 0; i < persons.size(); ++i) {
    if (taken[i] || !persons[i].has(needs[from])) continue;
    taken[i] = true;
    best = std::max(best, 1 + filled(needs, from + 1, persons, taken));
    taken[i] = false;
  }
  return best;
}

std::size_t filled(const std::vector<Role>& needs, const std::vector<Roles>& persons) {
  std::vector<bool> taken(persons.size(), false);
  return filled(needs, 0, persons, taken);
}

/// still_there gives the roles of those who approved and are active now.
std::vector<Roles> still_there(const Approval& approval, const Roster& roster) {
  std::vector<Roles> out;
  for (const auto& [name, session] : approval.given) {
    const Person* person = roster.find(name);
    if (person != nullptr && person->active) out.push_back(person->roles);
  }
  return out;
}

}  // namespace

void Approvals::apply(const event::ApprovalAsked& e) {
  Approval& approval = all_[e.id];
  approval = Approval{};
  approval.asked = e;
  if (approval.asked.needs.size() > approval_persons_max) approval.asked.needs.resize(approval_persons_max);
  if (!e.by.empty()) approval.given[e.by] = e.session;
  trim();
}

void Approvals::apply(const event::ApprovalChanged& e) {
  const auto found = all_.find(e.id);
  if (found == all_.end()) return;
  if (e.step == ApprovalStep::rejected) return;
  Approval& approval = found->second;
  if (e.step == ApprovalStep::given) {
    if (approval.open() && approval.given.size() < approval_given_max) approval.given[e.by] = e.session;
  } else {
    approval.state = e.step;
    approval.settled = e.at;
    approval.settled_by = e.by;
  }
}

void Approvals::forget_declined() {
  for (auto& [id, approval] : all_) approval.settled_by.clear();
}

void Approvals::shift(Micros by) {
  for (auto& [id, approval] : all_) {
    for (WallTime* time : {&approval.asked.at, &approval.asked.until, &approval.settled}) *time += by;
  }
}

void Approvals::trim() {
  while (all_.size() > approvals_kept_max) {
    auto oldest = all_.end();
    for (auto it = all_.begin(); it != all_.end(); ++it) {
      const bool over = !it->second.open() && it->second.state != ApprovalStep::granted;
      const bool oldest_over =
          oldest != all_.end() && !oldest->second.open() && oldest->second.state != ApprovalStep::granted;
      if (oldest == all_.end() || (over && !oldest_over) ||
          (over == oldest_over && it->second.asked.at < oldest->second.asked.at)) {
        oldest = it;
      }
    }
    all_.erase(oldest);
  }
}

Result<event::ApprovalAsked> Approvals::ask(event::ApprovalAsked wish, const Roster& roster) const {
  if (wish.id.empty() || wish.id.size() > id_bytes_max || all_.contains(wish.id)) {
    return fail(ErrorCode::malformed, "approval id");
  }
  if (wish.digest.empty() || wish.digest.size() > digest_bytes_max)
    return fail(ErrorCode::malformed, "approval digest");
  if (wish.what.size() > approval_text_bytes_max) return fail(ErrorCode::malformed, "approval text");
  if (wish.needs.empty() || wish.needs.size() > approval_persons_max)
    return fail(ErrorCode::malformed, "approval needs");
  if (wish.until <= wish.at || wish.until - wish.at > approval_lasts_max)
    return fail(ErrorCode::malformed, "approval end");
  if (!wish.by.empty()) {
    if (!roster.speaks_for(wish.session, wish.by)) return fail(ErrorCode::denied, "approval session");
    if (filled(wish.needs, {roster.find(wish.by)->roles}) == wish.needs.size()) {
      return fail(ErrorCode::malformed, "approval needs nobody else");
    }
  }
  const auto open = std::ranges::count_if(all_, [&](const auto& one) {
    return (one.second.open() || one.second.state == ApprovalStep::granted) && wish.at < one.second.asked.until;
  });
  if (static_cast<std::size_t>(open) >= approvals_open_max) return fail(ErrorCode::limit, "approvals");
  return wish;
}

std::vector<event::ApprovalChanged> Approvals::judge(const event::ApprovalWish& wish, const Roster& roster) const {
  event::ApprovalChanged out{wish.at, wish.id, ApprovalStep::rejected, wish.digest, wish.by, wish.session, ""};
  const auto rejected = [&](const char* why) {
    out.detail = why;
    return std::vector{out};
  };
  // Who speaks comes first: a stranger learns nothing about what waits.
  if (!roster.speaks_for(wish.session, wish.by)) return rejected("no open session of this person");
  const Approval* approval = find(wish.id);
  if (approval == nullptr) return rejected("nothing under this number waits for approval");
  if (!approval->open()) return rejected("this is settled already");
  if (wish.at >= approval->asked.until) return rejected("its time is up");
  if (wish.digest != approval->asked.digest)
    return rejected("what was approved is not what waits: it changed meanwhile");
  if (approval->given.contains(wish.by)) return rejected("the same person approves once only");
  if (approval->given.size() >= approval_given_max)
    return rejected("too many persons approved who do not count any more");
  const std::vector<Role>& needs = approval->asked.needs;
  std::vector<Roles> persons = still_there(*approval, roster);
  const std::size_t before = filled(needs, persons);
  const Roles own = roster.find(wish.by)->roles;
  const bool has_role = std::ranges::any_of(needs, [&](Role role) { return own.has(role); });
  if (!has_role) return rejected("this person has none of the roles that are needed");
  if (!wish.approves) {
    out.step = ApprovalStep::declined;
    out.detail = beginning_of(wish.reason, approval_text_bytes_max);
    return {out};
  }
  persons.push_back(own);
  const std::size_t after = filled(needs, persons);
  if (after == before) return rejected("another role has to approve this");
  out.step = ApprovalStep::given;
  out.detail = beginning_of(wish.reason, approval_text_bytes_max);
  if (after < needs.size()) return {out};
  event::ApprovalChanged all = out;
  all.step = ApprovalStep::granted;
  all.detail.clear();
  return {out, all};
}

bool Approvals::granted(const std::string& id, const std::string& digest, const Roster& roster, WallTime now) const {
  const Approval* approval = find(id);
  if (approval == nullptr || approval->state != ApprovalStep::granted) return false;
  if (approval->asked.digest != digest || now >= approval->asked.until) return false;
  return filled(approval->asked.needs, still_there(*approval, roster)) == approval->asked.needs.size();
}

std::optional<event::ApprovalChanged> Approvals::use(const std::string& id, const std::string& digest,
                                                     const Roster& roster, WallTime now) const {
  if (!granted(id, digest, roster, now)) return std::nullopt;
  return event::ApprovalChanged{now, id, ApprovalStep::used, digest, "", "", ""};
}

std::vector<event::ApprovalChanged> Approvals::expire(WallTime now) const {
  std::vector<event::ApprovalChanged> out;
  for (const auto& [id, approval] : all_) {
    if (!approval.open() && approval.state != ApprovalStep::granted) continue;
    if (now < approval.asked.until) continue;
    out.push_back({now, id, ApprovalStep::expired, approval.asked.digest, "", "", ""});
  }
  return out;
}

const Approval* Approvals::find(const std::string& id) const {
  const auto found = all_.find(id);
  return found == all_.end() ? nullptr : &found->second;
}

}  // namespace cordon::people
