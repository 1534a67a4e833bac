// SPDX-License-Identifier: Apache-2.0
// ObservedPeriod: how often a sender that does not say so sends: the longest pause between two of its messages lately,
// so that its silence is noticed by its own measure.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/time.h"

namespace cordon::gateway {

constexpr Micros observed_least = std::chrono::seconds(30);  // so long a sender is watched before it is judged
constexpr int observed_periods = 3;                          // … or so many of the periods that were configured

class ObservedPeriod {
 public:
  /// configured: what counts until enough was seen, and at most.
  explicit ObservedPeriod(Micros configured) : configured_(configured) {}

  void note(WallTime at) {
    if (!last_) {
      began_ = at;
      last_ = at;
    }
    longest_ = std::max(longest_, at - *last_);
    last_ = at;
    if (at - began_ < std::max(observed_least, observed_periods * configured_)) return;
    before_ = std::exchange(longest_, Micros{});
    began_ = at;
  }
  /// period gives whole seconds, from one to what is configured.
  Micros period() const {
    if (!before_) return configured_;
    const Micros seen = std::chrono::ceil<std::chrono::seconds>(std::max(*before_, longest_));
    return std::clamp<Micros>(seen, std::chrono::seconds(1), std::max<Micros>(configured_, std::chrono::seconds(1)));
  }

 private:
  Micros configured_;
  std::optional<WallTime> last_;
  WallTime began_;
  Micros longest_{};              // since began_
  std::optional<Micros> before_;  // in the time before that
};

}  // namespace cordon::gateway
