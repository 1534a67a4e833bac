// SPDX-License-Identifier: Apache-2.0
// Approvals: what waits for one or two persons, and who has approved it. Pure, and the fold of the logbook's events, so
// that it survives a restart. Who calls it records what it gives; nothing changes before that.
//
//   ask ── ApprovalAsked ──► judge(wish) ── given … granted ──► use ── used     (once; or declined, or expired)
//
// A wish counts only from an open session of the person it names, for the digest that was asked about, before its end,
// and for a role that still lacks somebody. Whoever was disabled or lost the role since does not count any more.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/people.h"
#include "people/roster.h"

namespace cordon::people {

constexpr std::size_t approvals_open_max = 256;  // waiting at once; a plan has some dozen lines
constexpr std::size_t approvals_kept_max = 512;  // with those that are over; the oldest of these give way
constexpr std::size_t approval_persons_max = 4;  // distinct persons for one request
constexpr std::size_t approval_given_max = 16;   // with those who were disabled since
constexpr std::size_t approval_text_bytes_max = 500;
constexpr Micros approval_lasts_max = std::chrono::hours(24);

struct Approval {
  event::ApprovalAsked asked;
  std::map<std::string, std::string> given;  // name → session
  event::ApprovalStep state = event::ApprovalStep::given;
  WallTime settled;        // when it took this state, where it is not open
  std::string settled_by;  // who declined, until the next verdict; empty where Cordon did, which needed it no more
  /// open: nobody has granted, declined, used it and its time is not up as far as the events say.
  bool open() const { return state == event::ApprovalStep::given; }
  /// is_declined: by a person, and nothing graver is known since.
  bool is_declined() const { return state == event::ApprovalStep::declined && !settled_by.empty(); }
};

class Approvals {
 public:
  void apply(const event::ApprovalAsked& e);
  void apply(const event::ApprovalChanged& e);
  /// forget_declined: there is a new verdict, of which nobody knew who declined anything until now.
  void forget_declined();

  /// shift: the clock by which all times were counted is another now.
  void shift(Micros by);

  /// ask checks a request before it is recorded. `by` and `session` may be empty (Cordon itself asks); a person who
  /// asks approves by it, if a role is needed that they have.
  /// Returns `malformed` (an empty or known id, no digest, no or too many needs, a text too long, an end that is not
  /// ahead or too far), `denied` when the session does not speak for the person, `limit` at approvals_open_max.
  Result<event::ApprovalAsked> ask(event::ApprovalAsked wish, const Roster& roster) const;

  /// judge gives the events to record for a wish, in order: given, perhaps granted; or declined; or rejected with why.
  std::vector<event::ApprovalChanged> judge(const event::ApprovalWish& wish, const Roster& roster) const;

  /// granted: everybody needed approved exactly this, is still active in that role, its time is not up and it is not
  /// used.
  bool granted(const std::string& id, const std::string& digest, const Roster& roster, WallTime now) const;

  /// use gives the event that spends a granted approval, or nothing when granted() is false. Record it together with
  /// what it permits.
  std::optional<event::ApprovalChanged> use(const std::string& id, const std::string& digest, const Roster& roster,
                                            WallTime now) const;

  /// expire gives the events of those whose time is up.
  std::vector<event::ApprovalChanged> expire(WallTime now) const;

  const Approval* find(const std::string& id) const;
  const std::map<std::string, Approval>& all() const { return all_; }

 private:
  void trim();
  std::map<std::string, Approval> all_;
};

}  // namespace cordon::people
