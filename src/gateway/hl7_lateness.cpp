// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_lateness.h"

#include <algorithm>
#include <utility>

namespace cordon::gateway {

Micros Hl7Lateness::note(WallTime said, WallTime at, Micros cut_least) {
  const Micros gap = last_ ? at - *last_ : Micros{};
  if (gap > late_cut_max) *this = {};
  last_ = at;
  const Micros ahead = said - at;
  if (steady_ && !behind_ && gap > cut_least) behind_ = Behind{gap + late_margin, std::nullopt, at};
  if (behind_ && catches_up(*steady_ - ahead, at)) {
    const Micros late = *steady_ - ahead;
    return late <= behind_->most ? late : Micros{};
  }
  behind_.reset();
  learn(ahead, at);
  return {};
}

/// catches_up tells whether a message after a cut may be late: those that are come ever less so, until they are not.
bool Hl7Lateness::catches_up(Micros late, WallTime at) {
  constexpr Micros step = std::chrono::seconds(1);
  if (late < late_least) return false;
  if (late <= behind_->most && (!behind_->least || late + step <= *behind_->least)) {
    behind_->least = late;
    behind_->caught_up = at;
  }
  if (at - behind_->caught_up <= late_catch_up) return true;
  steady_.reset();  // its clock was set
  count_ = 0;
  return false;
}

void Hl7Lateness::learn(Micros ahead, WallTime at) {
  offsets_.at(count_++ % steady_messages) = {ahead, at};
  if (count_ < steady_messages) return;
  const auto [low, high] = std::ranges::minmax(offsets_);
  const auto [first, last] = std::ranges::minmax(offsets_, {}, [](const auto& one) { return one.second; });
  if (high.first - low.first <= steady_spread && last.second - first.second >= steady_span) steady_ = high.first;
}

}  // namespace cordon::gateway
