// SPDX-License-Identifier: Apache-2.0
#include "contain/hands.h"

#include <array>

#include "contain/lines.h"
#include "contain/means.h"

namespace cordon::contain {

std::span<const event::MeansOffer> assumed_means() {
  static const std::array<event::MeansOffer, 1> means{
      {{.name = "rules", .process = "", .reach = event::Reach::exact, .ends_sessions = true}}};
  return means;
}

bool Hands::by_hand(const Action& action) const {
  const auto [at, is_new] = known_.try_emplace(action, false);
  if (is_new) {
    const event::PlannedAction line = bare_line_of(estate_, action, seen_);
    at->second = !enforceable(line) || next_means(means_, {}, cutting_of(line), estate_) == nullptr;
  }
  return at->second;
}

}  // namespace cordon::contain
