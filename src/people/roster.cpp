// SPDX-License-Identifier: Apache-2.0
#include "people/roster.h"

namespace cordon::people {

void Roster::apply(const event::PersonChanged& e) {
  if (!persons_.contains(e.name) && persons_.size() >= accounts_max) return;
  Person& person = persons_[e.name];
  person.roles = Roles(e.roles);
  using enum event::PersonStep;
  switch (e.step) {
    case entered:
    case enabled:
      person.active = true;
      break;
    case invited:
    case reset:
    case disabled:
      person.active = false;
      person.sessions.clear();
      break;
    case passphrase_changed:
    case roles_changed:
      break;  // the sessions that end by it are told one by one
  }
}

void Roster::apply(const event::SessionChanged& e) {
  const auto found = persons_.find(e.name);
  if (found == persons_.end() || e.session.empty()) return;
  std::set<std::string>& sessions = found->second.sessions;
  if (e.step == event::SessionStep::signed_in) {
    // Over the bound nothing comes in: who should have been ended first was not, and that is a mistake of ours.
    if (found->second.active && sessions.size() < sessions_per_person_max) sessions.insert(e.session);
  } else if (e.step != event::SessionStep::refused) {
    sessions.erase(e.session);
  }
}

const Person* Roster::find(const std::string& name) const {
  const auto found = persons_.find(name);
  return found == persons_.end() ? nullptr : &found->second;
}

bool Roster::speaks_for(const std::string& session, const std::string& name) const {
  const Person* person = find(name);
  return person != nullptr && person->active && person->sessions.contains(session);
}

}  // namespace cordon::people
