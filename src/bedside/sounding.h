// SPDX-License-Identifier: Apache-2.0
// Sounding: when a burst begins before its time. Bursts of one priority follow one another with pauses of many seconds;
// what is raised in such a pause and ends in it would not be heard at all.
#pragma once

#include "bedside/signal.h"

namespace cordon::bedside {

/// burst_apart_min is the quiet between a burst and one that begins before its time.
constexpr Micros burst_apart_min = std::chrono::milliseconds(500);

class Sounding {
 public:
  /// due says whether a burst of the priority that sounds already has to begin anew, for an alarm of which no whole
  /// pulse would be heard. Ten pulses stay ten pulses: it waits for the end of the burst that is under way.
  bool due(const Signal& signal, WallTime now);
  /// began notes that a burst of what `signal` says began now.
  void began(const Signal& signal, WallTime now);

 private:
  event::AlarmPriority priority_ = event::AlarmPriority::none;
  std::uint64_t newest_ = 0;  // alarm that was heard
  WallTime began_;
};

}  // namespace cordon::bedside
