// SPDX-License-Identifier: Apache-2.0
// From an infected host to a plan: block its spreading protocols, unless a safety rule says otherwise. The exact
// minimum cut over the whole estate is not here yet; the shape of a plan is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/estate.h"
#include "event/containment.h"
#include "event/detection.h"
#include "event/system.h"

namespace cordon::contain {

/// plan_rule names the rule and its version in every plan.
constexpr std::string_view plan_rule = "block_spread/1";

struct PlanRequest {
  const event::Verdict& verdict;
  Sequence verdict_entry;
  std::span<const event::HostKey> seen;      // who was seen lately under the verdict's MAC
  std::span<const event::HostKey> infected;  // every infected host, this one included
  const estate::Estate& estate;
  event::Mode mode = event::Mode::guard;
  std::uint32_t automatic_cuts_last_hour = 0;
  std::uint32_t automatic_cuts_per_hour_max = 20;
  double harm_budget_left = 1e9;  // patient-hours that automatic cuts may still cost
  bool frozen = false;            // a person stopped automatic cuts
  std::string forbidden_by{};     // the person who forbade this line; empty: nobody did
};

/// make_plan answers one verdict of level `infected` on a host. The single action covers the host's MAC and every
/// address of its own seen under it. It is withheld for protected hosts and for an address whose MAC is not the
/// declared one (an impostor may not get its victim cut), and where a person forbade it; advised in mode watch, for
/// addresses that stand for several people or hosts, and over the rate limit; else cut. harm_cut and harm_left are
/// patient-hours by the estate's own declared weights: harm_left is what the attack can still reach over spreading
/// protocols, which is every host that is not protected as long as one infected host is not cut.
event::PlanMade make_plan(const PlanRequest& request);

}  // namespace cordon::contain
