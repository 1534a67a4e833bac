// SPDX-License-Identifier: Apache-2.0
// Body: a simulated patient's heart, arteries and lungs as traces. Our own synthesis from a seed, of no recording: the
// same seed gives the same samples. It is drawn to be recognised on a screen and is no model of physiology.
#pragma once

#include <cstdint>

namespace cordon::lab {

constexpr double body_rate_hz = 250;  // how often a Body is advanced; slower traces take every second or fourth sample

/// Vitals are what the body aims at; the traces wander a little around them.
struct Vitals {
  double heart_rate = 76;     // {beat}/min; 0: the heart stands still
  double respiration = 15;    // {breath}/min
  double saturation = 97;     // %
  double systolic = 124;      // mm[Hg]
  double diastolic = 72;      // mm[Hg]
  double temperature = 37.1;  // Cel
  double mean() const { return diastolic + (systolic - diastolic) / 3; }
};

class Body {
 public:
  explicit Body(std::uint64_t seed);

  Vitals vitals;

  /// advance goes on by one sample of body_rate_hz.
  void advance();
  double ecg() const { return ecg_; }                  // mV
  double pleth() const { return pleth_; }              // 0 … 1
  double pressure() const { return pressure_; }        // mm[Hg]
  double respiration() const { return respiration_; }  // Ohm, as impedance gives it

 private:
  double noise();

  std::uint64_t random_;
  double beat_ = 0;    // 0 … 1 within the heart's cycle
  double breath_ = 0;  // 0 … 1 within the lungs'
  double length_ = 1;  // of this beat beside the average
  double ecg_ = 0;
  double pleth_ = 0;
  double pressure_ = 0;
  double respiration_ = 0;
};

}  // namespace cordon::lab
