// SPDX-License-Identifier: Apache-2.0
// Roster: who there is, what they may do and which sessions are open, as the fold of the logbook's events and of
// nothing else. Pure. It knows no secret: a passphrase is checked in desk.h, long before.
#pragma once

#include <map>
#include <set>
#include <string>

#include "event/people.h"
#include "people/roles.h"

namespace cordon::people {

constexpr std::size_t accounts_max = 256;           // a hospital's people on call, not its staff
constexpr std::size_t sessions_per_person_max = 8;  // screens of one person; the oldest ends

struct Person {
  Roles roles;
  bool active = false;             // entered and not disabled
  std::set<std::string> sessions;  // public numbers of the open ones
  friend bool operator==(const Person&, const Person&) = default;
};

class Roster {
 public:
  /// apply folds one event in. Total: any event of any order gives a roster.
  void apply(const event::PersonChanged& e);
  void apply(const event::SessionChanged& e);

  /// find gives a person, or null.
  const Person* find(const std::string& name) const;
  /// speaks_for: `session` is an open session of `name`, who is active.
  bool speaks_for(const std::string& session, const std::string& name) const;

  const std::map<std::string, Person>& persons() const { return persons_; }
  friend bool operator==(const Roster&, const Roster&) = default;

 private:
  std::map<std::string, Person> persons_;
};

}  // namespace cordon::people
