// SPDX-License-Identifier: Apache-2.0
#include "simulate/attack.h"

#include <cmath>
#include <vector>

#include "simulate/dice.h"

namespace cordon::simulate {

using estate::Role;

namespace {

estate::HostIndex draw_entry(const estate::Estate& estate, const Ranges& ranges, Dice& dice) {
  const double throw_ = dice.unit();
  const auto wanted = [&](Role role) {
    if (throw_ < ranges.entry_workstation) return role == Role::workstation;
    if (throw_ < ranges.entry_workstation + ranges.entry_terminal_server) return role == Role::terminal_server;
    return role == Role::server;
  };
  std::vector<estate::HostIndex> hosts;
  for (std::uint32_t h = 0; h < estate.hosts.size(); ++h) {
    if (wanted(estate.hosts[h].role)) hosts.push_back({h});
  }
  if (hosts.empty()) return {dice.below(static_cast<std::uint32_t>(estate.hosts.size()))};
  return hosts[dice.below(static_cast<std::uint32_t>(hosts.size()))];
}

}  // namespace

Attack draw(const estate::Estate& estate, const Ranges& ranges, std::uint64_t seed) {
  Dice dice(seed);
  dice.next();
  const auto even = [&](const Range& r) { return dice.between(r.low, r.high); };
  const auto log = [&](const Range& r) { return dice.log_between(r.low, r.high); };
  Attack a;
  a.seed = seed;
  a.entry = draw_entry(estate, ranges, dice);
  a.worm = dice.chance(ranges.worm);
  const double by_itself = log(ranges.worm_tries_per_minute);
  const double by_hand = log(ranges.human_tries_per_hour) / 60;
  const double dwell = even(ranges.dwell_hours) * 60;
  a.tries_per_minute = a.worm ? by_itself : by_hand;
  a.dwell_minutes = a.worm ? 0 : dwell;
  a.exploit = even(ranges.exploit);
  a.exploit_other = even(ranges.exploit_other);
  a.theft = log(ranges.theft);
  a.seen_per_try = log(ranges.movement_seen_per_try);
  a.local_minutes = log(ranges.local_minutes);
  a.share_minutes = log(ranges.share_minutes);
  a.coverage = even(ranges.coverage);
  a.verdict_minutes = log(ranges.verdict_minutes);
  a.people_minutes = even(ranges.people_minutes);
  a.false_suspects = static_cast<std::uint32_t>(std::lround(even(ranges.false_suspects)));
  a.action_fails = ranges.action_fails;
  a.person_minutes = even(ranges.person_minutes);
  a.person_agrees = ranges.person_agrees;
  a.suspicion = ranges.suspicion;
  a.pull_minutes = even(ranges.pull_minutes);
  a.incident_hours = log(ranges.incident_hours);
  a.rebuild_hours = log(ranges.rebuild_hours);
  a.approve_minutes = even(ranges.approve_minutes);
  a.hand_minutes = even(ranges.hand_minutes);
  return a;
}

}  // namespace cordon::simulate
