// SPDX-License-Identifier: Apache-2.0
#include "contain/keys.h"

#include "contain/firebreak.h"
#include "contain/lines.h"

namespace cordon::contain {

namespace {

/// first_of gives the first of `count` actions that has this key, among those whose first end `rest` begins with.
template <class FirstEnd>
std::optional<Action> first_of(const estate::Estate& estate, Action action, std::size_t count, std::string_view key,
                               std::string_view rest, FirstEnd&& first_end) {
  for (action.index = 0; action.index < count; ++action.index) {
    if (rest.starts_with(first_end(action.index)) && key_of(estate, action) == key) return action;
  }
  return std::nullopt;
}

}  // namespace

Keys::Keys(const estate::Estate& estate) : estate_(estate) {
  for (std::uint32_t i = 0; i < estate.hosts.size(); ++i) hosts_.try_emplace(estate.hosts[i].name, i);
  for (std::uint32_t i = 0; i < estate.accounts.size(); ++i) accounts_.try_emplace(estate.accounts[i].name, i);
}

std::optional<Action> Keys::find(std::string_view key) const {
  if (key == firebreak_key) return Action{ActionKind::firebreak};
  const std::size_t space = key.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto kind = kind_of(key.substr(0, space));
  if (!kind) return std::nullopt;
  const std::string_view rest = key.substr(space + 1);
  const auto named = [&](const Names& names) -> std::optional<Action> {
    const auto found = names.find(rest);
    return found == names.end() ? std::nullopt : std::optional(Action{*kind, found->second});
  };
  switch (*kind) {
    case ActionKind::block_out:
    case ActionKind::shield:
    case ActionKind::isolate:
      return named(hosts_);
    case ActionKind::disable_account:
      return named(accounts_);
    case ActionKind::cut_flow:
      return find_flow(key, rest);
    case ActionKind::close_passage:
      return first_of(estate_, {*kind, 0}, estate_.passages.size(), key, rest, [&](std::uint32_t i) {
        return std::string_view(estate_.hosts[estate_.passages[i].from.value].name);
      });
    case ActionKind::end_sessions:
      return first_of(estate_, {*kind, 0}, estate_.sessions.size(), key, rest,
                      [&](std::uint32_t i) { return std::string_view(estate_.sessions[i].login); });
    case ActionKind::firebreak:
      return std::nullopt;
    case ActionKind::close_border:
      break;
  }
  return first_of(
      estate_, {*kind, 0, rest.ends_with(" other")}, estate_.borders.size(), key, rest,
      [&](std::uint32_t i) { return std::string_view(estate_.networks[estate_.borders[i].from.value].name); });
}

std::optional<Action> Keys::find_flow(std::string_view key, std::string_view rest) const {
  const auto client = hosts_.find(rest.substr(0, rest.find('>')));
  if (client == hosts_.end()) return std::nullopt;
  for (const std::uint32_t flow : estate_.flows_of({client->second})) {
    const Action action{ActionKind::cut_flow, flow};
    if (estate_.flows[flow].client.value == client->second && key_of(estate_, action) == key) return action;
  }
  return std::nullopt;
}

}  // namespace cordon::contain
