// SPDX-License-Identifier: Apache-2.0
// Seen: who was there lately, under which MACs and addresses, as the state has it. Pure.
#pragma once

#include <vector>

#include "engine/state.h"

namespace cordon::engine {

/// seen_lately_max: an address counts as its MAC's for so long after it was last recorded. What a host does quietly is
/// recorded once a day; an IPv6 privacy address is changed as often (RFC 8981 3.8), so that two days hold some six of
/// one machine.
constexpr Micros seen_lately_max = std::chrono::hours(48);
/// seen_again_period: that a known host is there still is recorded this often.
constexpr Micros seen_again_period = std::chrono::hours(24);

/// known_key gives the key under which this binding of MAC and address is known already, else `seen` itself: a sensor
/// that was started again counts `since` anew, and what a host did before must not be forgotten with it.
const event::HostKey& known_key(const State& state, const event::HostKey& seen);

/// seen_lately gives who was there within seen_lately_max before `now`, and all who are suspected or infected with who
/// else was ever at their addresses: whoever was given one may be switched off over a weekend.
std::vector<event::HostKey> seen_lately(const State& state, WallTime now);

/// seen_since gives whose address was told, or told anew, after `when`.
std::vector<event::HostKey> seen_since(const State& state, WallTime when);

/// seen_under gives who was seen lately under a MAC, and who else at these addresses.
std::vector<event::HostKey> seen_under(const State& state, const Mac& mac, WallTime now);

/// tells_more: than the state has of this host, whose binding may have begun anew.
bool tells_more(const State& state, const HostState& host, const event::HostSeen& input);

}  // namespace cordon::engine
