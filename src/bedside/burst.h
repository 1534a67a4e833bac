// SPDX-License-Identifier: Apache-2.0
// Burst: how each priority sounds, as air pressure over time. Pure; who plays it is io/sound.h and the browser.
// Source: IEC 60601-1-8 6.3.3.1, tables 3 and 4 (figures from knowledge, to be checked against the bought text before
// any clinical use): HIGH ten pulses 3-2 3-2, MEDIUM three, LOW two; pulses of one pitch with four harmonics.
#pragma once

#include <span>

#include "event/bedside.h"

namespace cordon::bedside {

struct Pulse {
  double start;   // seconds after the burst begins
  double length;  // seconds
};

struct Burst {
  std::span<const Pulse> pulses;  // static storage
  double hz = 0;                  // of the fundamental
  double every = 0;               // seconds from the beginning of one burst to that of the next
};

/// burst_of gives the sound of a priority; no pulses for `none`.
Burst burst_of(event::AlarmPriority priority);

/// pressure_at gives the sound at `seconds` since the first burst of an unbroken signal began, in −1..1.
double pressure_at(const Burst& burst, double seconds);

}  // namespace cordon::bedside
