// SPDX-License-Identifier: Apache-2.0
#include "bedside/sounding.h"

#include <algorithm>
#include <cmath>

#include "bedside/burst.h"

namespace cordon::bedside {

bool Sounding::due(const Signal& signal, WallTime now) {
  if (signal.priority != priority_ || signal.alarm <= newest_) return false;
  const Burst burst = burst_of(priority_);
  if (burst.pulses.empty()) return false;
  const Pulse& last = burst.pulses.back();
  const double at = std::fmod(std::chrono::duration<double>(now - began_).count(), burst.every);
  if (at < last.start) {
    newest_ = signal.alarm;  // one whole pulse at least comes now
    return false;
  }
  return at >= last.start + last.length + std::chrono::duration<double>(burst_apart_min).count();
}

void Sounding::began(const Signal& signal, WallTime now) {
  priority_ = signal.priority;
  newest_ = std::max(newest_, signal.alarm);
  began_ = now;
}

}  // namespace cordon::bedside
