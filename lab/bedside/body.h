// SPDX-License-Identifier: Apache-2.0
// Body: a patient's heart, arteries and lungs as traces. They are of a recording, or a synthesis of our own from a seed
// where there is none or where a value was chosen: drawn to be recognised on a screen, and no model of physiology.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace cordon::lab {

class Recording;

/// body_rate_hz is how often a Body is advanced. Slower traces take every second or fourth sample of all, wherever a
/// message ends.
constexpr double body_rate_hz = 250;
constexpr std::uint64_t ticks_in(std::chrono::milliseconds span) {
  return static_cast<std::uint64_t>(body_rate_hz * std::chrono::duration<double>(span).count());
}

enum class Trace : std::uint8_t { ecg, pleth, pressure, respiration };
constexpr std::size_t trace_kinds = 4;

struct Range {
  double low = 0;
  double high = 0;
};

/// Vitals are what the synthesis aims at; its traces wander a little around them.
struct Vitals {
  double heart_rate = 76;     // {beat}/min; 0: the heart stands still
  double respiration = 15;    // {breath}/min
  double saturation = 97;     // %
  double systolic = 124;      // mm[Hg]
  double diastolic = 72;      // mm[Hg]
  double temperature = 37.1;  // Cel
};

/// Numbers are what a monitor reads off the body, in the units of Vitals; NaN: it cannot.
struct Numbers {
  double heart_rate, respiration, saturation, systolic, diastolic, mean, temperature;
};

/// Lead is how the monitor of this body is set up for a trace; it stays so whatever is played.
struct Lead {
  bool attached = true;  // false: a recording without that signal
  std::string label;
  Range range;           // of all that is played there
  double step = 0;       // 1, 2 or 5 of a decimal place; the recording's own resolution or a little less
  bool has_unit = true;  // mV, 1, mm[Hg], Ohm; false: a recording that gives none for its respiration
};

/// on_grid gives the multiple of `step` that is nearest, as it is written in decimals.
double on_grid(double value, double step);

class Body {
 public:
  explicit Body(std::uint64_t seed, std::shared_ptr<const Recording> recording = nullptr);

  Vitals vitals;

  /// play goes on with the recording where it is, or with the synthesis; without a recording there is only that.
  void play(bool recorded) { plays_ = recorded && recording_ != nullptr; }
  bool plays() const { return plays_; }

  /// advance goes on by one sample of body_rate_hz.
  void advance();
  /// value: mV, 0 … 1 or as recorded, mm[Hg], Ohm or as recorded; NaN where the recording has none.
  double value(Trace kind) const { return values_[static_cast<std::size_t>(kind)]; }
  const Lead& lead(Trace kind) const { return leads_[static_cast<std::size_t>(kind)]; }
  /// numbers: saturation and temperature are chosen also beside a recording, since none has them.
  Numbers numbers() const;

 private:
  double noise();
  void advance_recording();
  void advance_synthesis();

  std::shared_ptr<const Recording> recording_;
  bool plays_;
  std::uint64_t tick_ = 0;  // of the recording
  std::array<Lead, trace_kinds> leads_;
  std::uint64_t random_;
  double beat_ = 0;    // 0 … 1 within the heart's cycle
  double breath_ = 0;  // 0 … 1 within the lungs'
  double length_ = 1;  // of this beat beside the average
  std::array<double, trace_kinds> values_{};
};

}  // namespace cordon::lab
