// SPDX-License-Identifier: Apache-2.0
#include "contain/hands.h"

#include <algorithm>
#include <array>

#include "contain/lines.h"
#include "contain/means.h"

namespace cordon::contain {

std::span<const event::MeansOffer> assumed_means() {
  static const std::array<event::MeansOffer, 1> means{
      {{.name = "rules", .process = "", .reach = event::Reach::exact, .ends_sessions = true}}};
  return means;
}

bool Hands::has_whole() const {
  return std::ranges::any_of(means_, [&](const event::MeansOffer& offer) {
    return offer.reach != event::Reach::file_service && std::ranges::find(silent_, offer.name) == silent_.end();
  });
}

Hands::Reach Hands::reach(const Action& action) const {
  const auto [at, is_new] = known_.try_emplace(action, Reach::none);
  if (!is_new) return at->second;
  const event::PlannedAction line = bare_line_of(estate_, action, seen_);
  if (!enforceable(line) || next_means(means_, {}, cutting_of(line), estate_) == nullptr) return at->second;
  if (next_whole_means(means_, {}, cutting_of(line), estate_) == nullptr) {
    at->second = Reach::part;
  } else {
    at->second = next_whole_means(means_, silent_, cutting_of(line), estate_) == nullptr ? Reach::silent : Reach::whole;
  }
  return at->second;
}

}  // namespace cordon::contain
