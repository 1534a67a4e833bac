// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_lateness.h"

#include <algorithm>
#include <utility>

namespace cordon::gateway {

Micros Hl7Lateness::note(WallTime said, WallTime at) {
  const Micros ahead = said - at;
  const Micros fell = std::exchange(last_, ahead).value_or(ahead) - ahead;
  const Micros late = steady_ ? *steady_ - ahead : Micros{};
  if (late >= late_least && is_kept(late, fell, at)) return late;
  if (behind_) behind_->between = true;
  learn(ahead, at);
  return {};
}

/// is_kept tells whether what is behind the clock is a message's way, and no clock that was set.
bool Hl7Lateness::is_kept(Micros late, Micros fell, WallTime at) {
  if (behind_ && behind_->between && at - behind_->heard > behind_->settles) behind_.reset();
  if (!behind_) behind_ = Behind{late, late, at, fell < late_step ? late_settles_crept : late_settles};
  behind_->heard = at;
  if (late <= behind_->least - late_moves || late >= behind_->most + late_moves) {
    behind_->least = std::min(behind_->least, late);
    behind_->most = std::max(behind_->most, late);
    behind_->moved = at;
  }
  if (at - behind_->moved <= behind_->settles) return true;
  steady_.reset();
  behind_.reset();
  count_ = 0;
  return false;
}

void Hl7Lateness::learn(Micros ahead, WallTime at) {
  Look* look = count_ > 0 ? &looks_.at((count_ - 1) % steady_looks) : nullptr;
  if (look == nullptr || at - look->from >= steady_look) {
    look = &looks_.at(count_++ % steady_looks);
    *look = {ahead, ahead, at};
  }
  look->low = std::min(look->low, ahead);
  look->high = std::max(look->high, ahead);
  if (count_ < steady_looks) return;
  const Micros low = std::ranges::min_element(looks_, {}, &Look::low)->low;
  const Micros high = std::ranges::max_element(looks_, {}, &Look::high)->high;
  if (high - low > steady_spread) return;
  steady_ = steady_ ? std::max(high, *steady_ - (at - learned_) / steady_drift) : high;
  learned_ = at;
}

}  // namespace cordon::gateway
