// SPDX-License-Identifier: Apache-2.0
// Who may do what: the one table of roles and actions. Pure. Not for who somebody is: that is roster.h and accounts.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/people.h"

namespace cordon::people {

using event::Role;
constexpr std::size_t roles_count = 6;

/// Action is what a person does through Cordon. Everything else needs the console of the box.
enum class Action : std::uint8_t {
  see,            // situation, logbook, plans, the station
  roll_back,      // take a cut back
  decide_line,    // approve or overrule a line of a plan
  decide_care,    // approve a line on which patients depend, as one of two persons
  freeze,         // stop automatic cuts, and let them go on
  change_mode,    // watch, guard, island
  take_evidence,  // export the logbook for an investigation
  invite,         // the second person, while there is only one
  attend,         // at the station: acknowledge, pause the sound, place devices and patients, set limits
};
constexpr std::size_t actions_count = 9;

/// Roles is a set of roles.
class Roles {
 public:
  Roles() = default;
  explicit Roles(const std::vector<Role>& list) {
    for (const Role role : list) bits_ |= bit(role);
  }
  bool has(Role role) const { return (bits_ & bit(role)) != 0; }
  bool empty() const { return bits_ == 0; }
  /// list gives them in the order of the enumeration.
  std::vector<Role> list() const;
  friend bool operator==(const Roles&, const Roles&) = default;

 private:
  static unsigned bit(Role role) { return 1U << static_cast<unsigned>(role); }
  unsigned bits_ = 0;
};

/// may tells whether one of the roles permits the action. The table is in roles.cpp and in docs/PEOPLE.md.
bool may(const Roles& roles, Action action);

/// only_sees: these roles permit nothing but `see`, so that a forgotten screen of theirs endangers nothing.
bool only_sees(const Roles& roles);

/// word of an action, as the page has it.
std::string_view word(Action action);

/// roles_from_words reads "cyber,director". `malformed` for an unknown role or none.
Result<Roles> roles_from_words(std::string_view text);

}  // namespace cordon::people
