// SPDX-License-Identifier: Apache-2.0
#include "body.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cordon::lab {

namespace {

double bump(double at, double centre, double width) {
  const double d = (at - centre) / width;
  return std::exp(-d * d / 2);
}

/// electrical: P wave, QRS complex and T wave over one beat, in mV.
double electrical(double beat) {
  return 0.12 * bump(beat, 0.13, 0.022) - 0.12 * bump(beat, 0.232, 0.008) + 1.1 * bump(beat, 0.25, 0.009) -
         0.25 * bump(beat, 0.27, 0.009) + 0.28 * bump(beat, 0.48, 0.045);
}

/// pulse: the upstroke after the QRS complex, the fall, and the notch of the closing valve, 0 … 1.
double pulse(double beat, double delay) {
  const double at = beat - delay - std::floor(beat - delay);
  const double rise = std::clamp(at / 0.12, 0.0, 1.0);
  const double up = rise * rise * (3 - 2 * rise);
  const double fall = at < 0.12 ? 1 : std::exp(-(at - 0.12) / 0.3);
  return std::clamp(up * fall - 0.1 * bump(at, 0.34, 0.02) + 0.07 * bump(at, 0.42, 0.04), 0.0, 1.0);
}

}  // namespace

Body::Body(std::uint64_t seed) : random_(seed * 0x9E3779B97F4A7C15U + 1) {
  vitals.heart_rate += 14 * noise();
  vitals.respiration += 3 * noise();
  vitals.saturation += 1.5 * noise();
  vitals.systolic += 14 * noise();
  vitals.diastolic += 7 * noise();
  vitals.temperature += 0.5 * noise();
  beat_ = (noise() + 1) / 2;
  breath_ = (noise() + 1) / 2;
}

/// noise gives −1 … 1 (xorshift64*, G. Marsaglia and S. Vigna).
double Body::noise() {
  random_ ^= random_ >> 12U;
  random_ ^= random_ << 25U;
  random_ ^= random_ >> 27U;
  return static_cast<double>((random_ * 0x2545F4914F6CDD1DU) >> 11U) / static_cast<double>(1ULL << 52U) - 1;
}

void Body::advance() {
  const double breath_rate = vitals.respiration / 60;
  breath_ += breath_rate / body_rate_hz;
  breath_ -= std::floor(breath_);
  const double breathing = std::sin(2 * std::numbers::pi * breath_);
  const bool beats = vitals.heart_rate > 0;
  if (beats) {
    beat_ += vitals.heart_rate / 60 / body_rate_hz / length_ * (1 + 0.03 * breathing);
    if (beat_ >= 1) {
      beat_ -= 1;
      length_ = 1 + 0.02 * noise();
    }
  }
  const double swing = 0.01 * noise();
  ecg_ = (beats ? electrical(beat_) : 0) + 0.04 * breathing + swing;
  const double wave = beats ? pulse(beat_, 0.32) : 0;
  pleth_ = std::clamp(0.08 + 0.8 * wave * (1 + 0.05 * breathing) + 0.2 * swing, 0.0, 1.0);
  pressure_ = beats ? vitals.diastolic + (vitals.systolic - vitals.diastolic) * pulse(beat_, 0.28) + 2 * breathing
                    : 12 + 20 * swing;
  respiration_ =
      vitals.respiration > 0 ? 0.6 * breathing + 0.12 * std::sin(4 * std::numbers::pi * breath_) + swing : swing;
}

}  // namespace cordon::lab
