// SPDX-License-Identifier: Apache-2.0
// Policy: what a person has set for the engine. Changing it is a restart, and the Started event carries its digest.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "contain/weigh.h"
#include "detect/tally.h"
#include "event/containment.h"
#include "event/system.h"

namespace cordon::engine {

/// asked_before_end: so long before its end it is settled whether a cut goes on; in the last quarter of a short one.
constexpr Micros asked_before_end = std::chrono::minutes(30);

struct Policy {
  event::Mode mode = event::Mode::guard;
  detect::TallyOptions tally;
  Micros cut_lasts = std::chrono::hours(4);
  Micros enforcer_deadline = std::chrono::seconds(10);
  std::uint32_t automatic_cuts_per_hour_max = contain::cuts_per_hour_default;
  double lone_harm_max =
      contain::lone_harm_max_default;                 // that cuts in force may cost together on one person's word each
  double harm_budget = contain::harm_budget_default;  // patient-hours that automatic cuts in force may cost together
  std::vector<event::MeansOffer> means{{"nftables", "cordon-nft", event::Reach::exact, true}};  // in order of asking
  Micros before_end() const { return std::min(asked_before_end, cut_lasts / 4); }
};

}  // namespace cordon::engine
