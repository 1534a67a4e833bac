// SPDX-License-Identifier: Apache-2.0
#include "people/roles.h"

#include <algorithm>
#include <array>

#include "event/json.h"

namespace cordon::people {
namespace {

// One row an action; the columns are observer, nurse, regulator, cyber, director, investigator.
struct Row {
  Action action;
  std::string_view word;
  std::array<bool, roles_count> roles;
};
constexpr std::array<Row, actions_count> table{{
    {Action::see, "see", {true, true, true, true, true, true}},
    {Action::roll_back, "roll_back", {false, false, false, true, false, false}},
    {Action::decide_line, "decide_line", {false, false, false, true, false, false}},
    {Action::decide_care, "decide_care", {false, false, false, true, true, false}},
    {Action::freeze, "freeze", {false, false, false, true, true, false}},
    {Action::change_mode, "change_mode", {false, false, false, true, true, false}},
    {Action::take_evidence, "take_evidence", {false, false, false, false, true, true}},
    {Action::invite, "invite", {false, false, false, true, true, false}},
    {Action::attend, "attend", {false, true, true, false, true, false}},
}};

const Row& row_of(Action action) {
  return table[static_cast<std::size_t>(action)];
}

}  // namespace

std::vector<Role> Roles::list() const {
  std::vector<Role> out;
  for (std::size_t i = 0; i < roles_count; ++i) {
    if (has(static_cast<Role>(i))) out.push_back(static_cast<Role>(i));
  }
  return out;
}

bool may(const Roles& roles, Action action) {
  for (const Role role : roles.list()) {
    if (row_of(action).roles[static_cast<std::size_t>(role)]) return true;
  }
  return false;
}

bool only_sees(const Roles& roles) {
  return std::ranges::none_of(table,
                              [&](const Row& row) { return row.action != Action::see && may(roles, row.action); });
}

std::string_view word(Action action) {
  return row_of(action).word;
}

Result<Roles> roles_from_words(std::string_view text) {
  std::vector<Role> list;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    list.push_back(CORDON_TRY(event::role_from_word(one)));
  }
  if (list.empty()) return fail(ErrorCode::malformed, "roles");
  return Roles(list);
}

}  // namespace cordon::people
