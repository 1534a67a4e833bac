// SPDX-License-Identifier: Apache-2.0
// Allowance: how much of something one peer may send. It fills at a steady rate up to two seconds' worth.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace cordon::gateway {

class Allowance {
 public:
  explicit Allowance(double a_second) : a_second_(a_second), left_(a_second * seconds_at_once) {}

  /// spend takes `amount`, more than there is if need be, and gives how long to wait until nothing is owed.
  std::chrono::milliseconds spend(double amount, MonoTime now) {
    fill(now);
    left_ -= amount;
    if (left_ >= 0) return {};
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(-left_ / a_second_));
  }

  /// take takes `amount` if it is there.
  bool take(double amount, MonoTime now) {
    fill(now);
    if (left_ < amount) return false;
    left_ -= amount;
    return true;
  }

 private:
  void fill(MonoTime now) {
    if (counted_ != MonoTime{}) {
      const std::chrono::duration<double> since = now - counted_;
      left_ = std::min(a_second_ * seconds_at_once, left_ + since.count() * a_second_);
    }
    counted_ = now;
  }

  static constexpr double seconds_at_once = 2;
  double a_second_;
  double left_;
  MonoTime counted_{};
};

}  // namespace cordon::gateway
