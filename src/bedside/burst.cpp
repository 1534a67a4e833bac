// SPDX-License-Identifier: Apache-2.0
#include "bedside/burst.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace cordon::bedside {

namespace {

// HIGH: pulses of 150 ms, 100 ms between them, 350 ms (2 × 100 + 150) between three and two, 800 ms between the halves.
constexpr double h = 0.15, x = 0.10, half = 3 * (h + x) + 0.25 + 2 * (h + x) - x + 0.80;
constexpr std::array<Pulse, 10> high{{{0, h},
                                      {h + x, h},
                                      {2 * (h + x), h},
                                      {3 * (h + x) + 0.25, h},
                                      {4 * (h + x) + 0.25, h},
                                      {half, h},
                                      {half + h + x, h},
                                      {half + 2 * (h + x), h},
                                      {half + 3 * (h + x) + 0.25, h},
                                      {half + 4 * (h + x) + 0.25, h}}};
constexpr std::array<Pulse, 3> medium{{{0, 0.2}, {0.4, 0.2}, {0.8, 0.2}}};
constexpr std::array<Pulse, 2> low{{{0, 0.2}, {0.4, 0.2}}};

constexpr double rise_share = 0.2;  // of a pulse, at each end
constexpr int harmonics = 5;        // the fundamental among them

double envelope(const Pulse& pulse, double since) {
  const double edge = pulse.length * rise_share;
  return std::clamp(std::min(since, pulse.length - since) / edge, 0.0, 1.0);
}

double tone(double hz, double seconds) {
  double sum = 0;
  for (int k = 1; k <= harmonics; ++k) sum += std::sin(2 * std::numbers::pi * hz * k * seconds);
  return sum / harmonics;
}

}  // namespace

Burst burst_of(event::AlarmPriority priority) {
  switch (priority) {
    case event::AlarmPriority::high:
      return {high, 550, 8};
    case event::AlarmPriority::medium:
      return {medium, 440, 10};
    case event::AlarmPriority::low:
      return {low, 330, 20};
    case event::AlarmPriority::none:
      break;
  }
  return {};
}

double pressure_at(const Burst& burst, double seconds) {
  if (burst.pulses.empty() || seconds < 0) return 0;
  const double since = std::fmod(seconds, burst.every);
  for (const Pulse& pulse : burst.pulses) {
    if (since < pulse.start || since >= pulse.start + pulse.length) continue;
    return envelope(pulse, since - pulse.start) * tone(burst.hz, since - pulse.start);
  }
  return 0;
}

}  // namespace cordon::bedside
