// SPDX-License-Identifier: Apache-2.0
// Action: one thing that containment can do, named by what it is done to. What it costs stands in graph.h, what it
// means in words in account.h, how it is carried out in the enforcers.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "estate/estate.h"

namespace cordon::contain {

enum class ActionKind : std::uint8_t {
  block_out,        // spreading protocols that the host opens
  shield,           // spreading protocols that others open to the host
  isolate,          // everything from and to the host, except care flows where the grain can except them
  cut_flow,         // one flow that no border and no passage permits, yet is declared
  close_passage,    // a firewall's exception between two hosts
  close_border,     // one plane of a border between two networks, care flows excepted
  disable_account,  // and end its sessions, wherever it signs in
  end_sessions,     // of one user on one host, and refuse him there
  firebreak,        // the spreading plane of every border that a rule can close (firebreak.h)
};
constexpr std::size_t action_kinds = 9;

/// Action: `index` points into Estate::hosts for the first three kinds, else into flows, passages, borders, accounts or
/// sessions; of the firebreak, of which there is one, it is 0.
/// `plane_other` is for close_border alone: what is not a spreading protocol.
struct Action {
  ActionKind kind = ActionKind::block_out;
  std::uint32_t index = 0;
  bool plane_other = false;
  friend auto operator<=>(const Action&, const Action&) = default;
};

/// touches_host says whether the action is about one host, which is then `index`.
constexpr bool touches_host(const Action& action) {
  return action.kind <= ActionKind::isolate;
}

/// word is the action's name in the logbook and in JSON. Both directions of blocking have the one name that
/// event::PlannedAction knows: block_spread; direction_word tells them apart.
std::string_view word(ActionKind kind);
std::string_view direction_word(ActionKind kind);  // out, in, or empty

}  // namespace cordon::contain
