// SPDX-License-Identifier: Apache-2.0
// Attack: the truth of one simulated night, which no policy knows: where it begins, how fast and by what it spreads,
// how it is noticed, how long it all lasts. Drawn from ranges with a seed. None of these numbers is an input of the
// planner, which assumes only that what may be reached is lost, a cut lasts Weights::incident_hours and a rebuild
// rebuild_hours.
#pragma once

#include <cstdint>

#include "contain/care_plan.h"
#include "estate/estate.h"

namespace cordon::simulate {

struct Range {
  double low;
  double high;
};

/// Ranges: where each number of an attack is drawn from. "log" is even in orders of magnitude. Published figures name
/// their source; the others are estimates of ours, and the sweep (study.h) says what hangs on them.
struct Ranges {
  // Entry. Phishing and stolen sessions first, then what faces outwards. Estimates.
  double entry_workstation = 0.7;
  double entry_terminal_server = 0.15;  // remote access; the rest enters on any server
  // Spread.
  double worm = 0.25;                   // share of attacks that spread by themselves, without dwell; estimate
  Range worm_tries_per_minute{5, 120};  // log; scanners try several hosts a second, most tries meet nobody
  Range human_tries_per_hour{2, 60};    // log; PsExec and group policy by hand or script
  Range exploit{0.05, 0.5};             // share of hosts that fall without a stolen password
  Range exploit_other{0.005, 0.05};     // the same over what is open beside the spreading protocols
  Range theft{0.02, 0.5};               // log; chance that a broken host yields the password of one who signs in there
  Range dwell_hours{0, 72};             // by hand only: from the entry to the order to encrypt
  Range movement_seen_per_try{0.0005, 0.02};  // log; a try makes its host a suspect
  // Encryption. SURGe measured 42:52 min as the mean of families for 53 GB, 5:50 for LockBit, over 98,561 local files.
  Range local_minutes{6, 60};    // log; a workstation's disk
  Range share_minutes{15, 240};  // log; a server's shares through one client's mapped drives
  // Noticing. Files in three to five, hundreds a second: under the time step. What blinds is coverage.
  Range coverage{0.6, 0.98};       // share of hosts whose share traffic crosses a sensor in the clear
  Range verdict_minutes{0.05, 3};  // log; from the first file to the verdict
  Range people_minutes{20, 120};   // until somebody calls about an encrypted machine
  Range false_suspects{0, 4};      // innocent hosts under suspicion at the first verdict
  // Answering.
  double action_fails = 0.03;   // an action that does not hold and is not noticed
  Range person_minutes{5, 45};  // until a person begins to decide what the plan leaves to people
  double person_agrees = 0.9;
  Range approve_minutes{0.25, 2};  // then for each line that he approves, twice that where two persons must
  Range hand_minutes{3, 15};       // for each that is done by hand, at a firewall or in the directory
  // What a policy is told that a suspicion is worth, true or false: as served, for no score is simulated.
  double suspicion = contain::suspect_probability;
  Range pull_minutes{5, 60};    // until everything is pulled
  Range incident_hours{4, 48};  // log; from the first verdict until cuts can be lifted
  // log; HSE 2021: half of the servers after three weeks; Versailles 2022: 18 months in all. The rest is an estimate.
  Range rebuild_hours{100, 900};
};

struct Attack {
  std::uint64_t seed = 0;
  estate::HostIndex entry;
  bool worm = false;
  double tries_per_minute = 0;
  double exploit = 0, exploit_other = 0, theft = 0;
  double dwell_minutes = 0;
  double seen_per_try = 0;
  double local_minutes = 0, share_minutes = 0;
  double coverage = 0, verdict_minutes = 0, people_minutes = 0;
  std::uint32_t false_suspects = 0;
  double action_fails = 0, person_minutes = 0, person_agrees = 0, pull_minutes = 0;
  double approve_minutes = 0, hand_minutes = 0;
  double suspicion = contain::suspect_probability;
  double incident_hours = 0, rebuild_hours = 0;
};

/// draw gives the attack of a seed; an estate without hosts gives one whose entry is host 0.
Attack draw(const estate::Estate& estate, const Ranges& ranges, std::uint64_t seed);

}  // namespace cordon::simulate
