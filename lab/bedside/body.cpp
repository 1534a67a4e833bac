// SPDX-License-Identifier: Apache-2.0
#include "body.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "recording.h"

namespace cordon::lab {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t seeds_apart =
    static_cast<std::uint64_t>(20 * body_rate_hz);  // where one body begins, and the next
constexpr double counts_max = 30000;                // of a step, to either side: they have to fit 16 bits
constexpr double range_steps = 1e4;                 // the ends of a range have four decimals
constexpr double synthetic_breath = 0.75;           // Ohm, to either side
/// drawn: where the synthesis draws, so that a monitor set up for a recording has room for it.
constexpr std::array<Range, trace_kinds> drawn{Range{-0.35, 1.25}, Range{0, 1}, Range{-5, 260}, Range{-1, 1}};

/// step_of gives the smallest 1, 2 or 5 of a decimal place that is no finer than either.
double step_of(double resolution, const Range& range) {
  const double wanted = std::max(resolution, std::max(std::fabs(range.low), std::fabs(range.high)) / counts_max);
  const double decade = std::pow(10, std::floor(std::log10(wanted)));
  double step = decade;
  for (const double digit : {10.0, 5.0, 2.0, 1.0})
    if (digit * decade >= wanted * (1 - 1e-9)) step = digit * decade;
  return step < 1 ? 1 / std::round(1 / step) : step;
}

std::array<Lead, trace_kinds> leads_of(const Recording* recording) {
  std::array<Lead, trace_kinds> out{Lead{true, "II", {-2, 3}, 0.005}, Lead{true, "Pleth", {0, 1}, 0.001},
                                    Lead{true, "ABP", {-40, 260}, 0.1}, Lead{true, "Resp", {-3, 3}, 0.005}};
  if (recording == nullptr) return out;
  for (std::size_t i = 0; i < trace_kinds; ++i) {
    const Recorded* recorded = recording->trace(static_cast<Trace>(i));
    Lead& lead = out.at(i);
    lead.attached = recorded != nullptr;
    if (recorded == nullptr) continue;
    if (i == static_cast<std::size_t>(Trace::ecg)) lead.label = recorded->label;
    lead.has_unit = i != static_cast<std::size_t>(Trace::respiration);
    lead.range = recorded->range;
    if (lead.has_unit) {
      lead.range = {std::min(drawn.at(i).low, lead.range.low), std::max(drawn.at(i).high, lead.range.high)};
    }
    lead.range = {std::floor(lead.range.low * range_steps) / range_steps,
                  std::ceil(lead.range.high * range_steps) / range_steps};
    lead.step = step_of(recorded->step, recorded->range);
  }
  return out;
}

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

double on_grid(double value, double step) {
  if (step >= 1) return std::round(value / step) * step;
  const double steps = std::round(1 / step);
  return std::round(value * steps) / steps;
}

Body::Body(std::uint64_t seed, std::shared_ptr<const Recording> recording)
    : recording_(std::move(recording)),
      plays_(recording_ != nullptr),
      tick_(recording_ ? seed * seeds_apart % recording_->ticks() : 0),
      leads_(leads_of(recording_.get())),
      random_(seed * 0x9E3779B97F4A7C15U + 1) {
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
  if (plays_) return advance_recording();
  advance_synthesis();
}

void Body::advance_recording() {
  tick_ = (tick_ + 1) % recording_->ticks();
  for (std::size_t i = 0; i < trace_kinds; ++i) {
    const Recorded* recorded = recording_->trace(static_cast<Trace>(i));
    values_.at(i) = recorded != nullptr ? recorded->at(tick_) : none;
  }
}

void Body::advance_synthesis() {
  breath_ += vitals.respiration / 60 / body_rate_hz;
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
  const double wave = beats ? pulse(beat_, 0.32) : 0;
  const double ecg = (beats ? electrical(beat_) : 0) + 0.04 * breathing + swing;
  const double pleth = std::clamp(0.08 + 0.8 * wave * (1 + 0.05 * breathing) + 0.2 * swing, 0.0, 1.0);
  const double pressure =
      beats ? vitals.diastolic + (vitals.systolic - vitals.diastolic) * pulse(beat_, 0.28) + 2 * breathing
            : 12 + 20 * swing;
  const double respiration =
      vitals.respiration > 0 ? 0.6 * breathing + 0.12 * std::sin(4 * std::numbers::pi * breath_) + swing : swing;
  const Lead& lungs = lead(Trace::respiration);
  const double size = lungs.has_unit ? 1 : (lungs.range.high - lungs.range.low) / 2 / synthetic_breath;
  values_ = {ecg, pleth, pressure, respiration * size};
}

Numbers Body::numbers() const {
  Numbers out{none, none, none, none, none, none, vitals.temperature};
  if (plays_) {
    out = recording_->numbers(tick_);
    if (lead(Trace::pleth).attached) out.saturation = vitals.saturation;
    out.temperature = vitals.temperature;
    return out;
  }
  out.heart_rate = vitals.heart_rate;
  out.respiration = vitals.respiration;
  if (vitals.heart_rate <= 0) return out;
  out.saturation = vitals.saturation;
  out.systolic = vitals.systolic;
  out.diastolic = vitals.diastolic;
  out.mean = vitals.diastolic + (vitals.systolic - vitals.diastolic) / 3;
  return out;
}

}  // namespace cordon::lab
