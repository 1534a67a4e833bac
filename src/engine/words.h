// SPDX-License-Identifier: Apache-2.0
// Words: what people have said so far (orders, what they forbid, approve, decline or did by hand), what follows from it
// for a line, and why a further word is not taken. A view of the state at one moment. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "contain/action.h"
#include "engine/question.h"
#include "engine/state.h"
#include "estate/estate.h"
#include "event/messages.h"
#include "people/roster.h"

namespace cordon::engine {

/// approval_lasts: an unanswered question is asked anew after this, and so is one that was declined.
constexpr Micros approval_lasts = std::chrono::hours(2);

/// digest_of names what is approved: who must agree and how much it costs as well, so that an answer to a lighter
/// question is none to this one.
std::string digest_of(const event::PlannedAction& line);

/// declined_by is what a line says that this person declined to approve; is_declined reads it.
std::string declined_by(const std::string& name);
bool is_declined(const event::PlannedAction& line);

/// key_in_lines is the key of the line that would do what this cut does: the quick block of a verdict has none itself.
std::string key_in_lines(const estate::Estate& estate, const event::CutDecided& cut);

class Words {
 public:
  /// All three must outlive it.
  Words(const estate::Estate& estate, const State& state, WallTime now) : estate_(estate), state_(state), now_(now) {}

  /// why_may_not gives the reason why this person may not do this, or nothing.
  std::string why_may_not(const std::string& by, const std::string& session, people::Action action) const;
  /// why_refused gives the reason not to take what a person says, or nothing.
  std::string why_refused(const event::LineDecided& order) const;
  std::string why_refused(const event::HandDone& order) const;
  std::string why_refused(const event::RollBack& order) const;

  /// names_in_lines is what the keys of lines call a host: whom nobody declared, each of its addresses, also one that
  /// was given out anew.
  std::set<std::string> names_in_lines(const event::HostKey& host) const;
  /// forbidden_by says who forbade a line, or nothing.
  std::string forbidden_by(const std::string& key) const;
  std::string forbidden_by(const std::string& verb, const event::HostKey& host) const;
  bool is_ordered(const std::string& key) const;
  /// is_forbidden: a person forbade this line or cut, under whichever name of whom it is about. The quick block of a
  /// verdict has no key.
  bool is_forbidden(const std::string& key, const event::HostKey& host) const;
  /// is_unwanted: a person forbade this cut, or declined that it goes on.
  bool is_unwanted(const event::CutDecided& cut) const;
  /// who_declined says who declined exactly this after `since`, if that stands: until somebody orders it, there is a
  /// new verdict or the time of a question is over.
  std::string who_declined(const event::PlannedAction& line, WallTime since) const;
  /// is_unneeded says whether the last plan names this cut among those no longer needed.
  bool is_unneeded(const std::string& cut) const;
  /// gather adds what people said to what a plan hangs on.
  void gather(Grounds& out) const;

 private:
  std::string why_never(const std::optional<contain::Action>& action) const;
  bool knows_line(const std::string& key) const;
  bool has_session(const HostState& host, const std::string& name) const;
  bool waits_for_a_hand(const std::string& key) const;
  bool is_declined_line(const std::string& key) const;
  std::vector<std::string> forbidden_besides(const std::set<IpAddress>& named) const;

  const estate::Estate& estate_;
  const State& state_;
  WallTime now_;
};

}  // namespace cordon::engine
