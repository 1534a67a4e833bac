// SPDX-License-Identifier: Apache-2.0
// What the signals of a record say in numbers: the rate of the heart, of the lungs, the arterial pressure. Rhythms are
// counted, not classified.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "recording.h"

namespace cordon::lab {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t second = static_cast<std::size_t>(body_rate_hz);

constexpr std::size_t slope_ticks = 5;     // 20 ms: QRS complexes are steep, T waves are not
constexpr std::size_t energy_ticks = 25;   // 100 ms, as long as a QRS complex
constexpr std::size_t apart_ticks = 62;    // 250 ms: no two beats of a heart are nearer
constexpr std::size_t block_ticks = 375;   // 1.5 s: has a beat at 40 a minute and more
constexpr std::size_t blocks_around = 5;   // whose median no artefact moves
constexpr double share_of_a_beat = 0.4;    // of the usual steepest slope
constexpr std::size_t breath_ticks = 50;   // 0.2 s to either side are smoothed away
constexpr std::size_t drift_ticks = 1000;  // 4 s to either side are the mean
constexpr double share_of_a_breath = 0.3;  // of the standard deviation: what is smaller is the heart's
constexpr std::size_t heart_seconds = 10;  // that are looked back for each number
constexpr std::size_t lungs_seconds = 30;
constexpr std::size_t pressure_seconds = 3;

std::vector<double> of_ticks(const Recorded& signal, std::uint64_t ticks) {
  std::vector<double> out(ticks);
  for (std::uint64_t i = 0; i < ticks; ++i) out[i] = signal.at(i);
  return out;
}

/// steepness is the mean slope of the 100 ms before each tick.
std::vector<double> steepness(std::span<const double> ecg) {
  std::vector<double> slopes(ecg.size(), 0);
  for (std::size_t i = slope_ticks; i < ecg.size(); ++i) {
    const double slope = std::fabs(ecg[i] - ecg[i - slope_ticks]);
    if (std::isfinite(slope)) slopes[i] = slope;
  }
  std::vector<double> out(ecg.size(), 0);
  double sum = 0;
  for (std::size_t i = 0; i < ecg.size(); ++i) {
    sum += slopes[i] - (i >= energy_ticks ? slopes[i - energy_ticks] : 0);
    out[i] = sum / energy_ticks;
  }
  return out;
}

/// usual_peaks gives of each block the median of the highest of the blocks around it.
std::vector<double> usual_peaks(const std::vector<double>& energy) {
  std::vector<double> highest;
  for (std::size_t i = 0; i < energy.size(); i += block_ticks) {
    const std::size_t end = std::min(energy.size(), i + block_ticks);
    highest.push_back(*std::max_element(energy.begin() + static_cast<std::ptrdiff_t>(i),
                                        energy.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  std::vector<double> out;
  for (std::size_t i = 0; i < highest.size(); ++i) {
    std::vector<double> around(
        highest.begin() + static_cast<std::ptrdiff_t>(i - std::min(i, blocks_around)),
        highest.begin() + static_cast<std::ptrdiff_t>(std::min(highest.size(), i + blocks_around + 1)));
    const auto middle = around.begin() + static_cast<std::ptrdiff_t>(around.size() / 2);
    std::nth_element(around.begin(), middle, around.end());
    out.push_back(*middle);
  }
  return out;
}

/// rate_of gives the events a minute between the first and the last of those from `from` to before `to`.
double rate_of(const std::vector<std::size_t>& events, std::size_t from, std::size_t to) {
  const auto first = std::ranges::lower_bound(events, from);
  const auto last = std::ranges::lower_bound(events, to);
  if (last - first < 3) return nothing;
  return 60 * body_rate_hz * static_cast<double>(last - first - 1) / static_cast<double>(*(last - 1) - *first);
}

void pressures(std::span<const double> samples, Numbers& out) {
  double sum = 0;
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  for (const double sample : samples) {
    if (!std::isfinite(sample)) return;
    sum += sample;
    low = std::min(low, sample);
    high = std::max(high, sample);
  }
  out.systolic = high;
  out.diastolic = low;
  out.mean = sum / static_cast<double>(samples.size());
}

}  // namespace

std::vector<std::size_t> beats_of(std::span<const double> ecg) {
  const std::vector<double> energy = steepness(ecg);
  const std::vector<double> usual = usual_peaks(energy);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < energy.size(); ++i) {
    if (energy[i] <= share_of_a_beat * usual[i / block_ticks]) continue;
    const std::size_t begin = i - std::min(i, apart_ticks);
    const std::size_t end = std::min(energy.size(), i + apart_ticks + 1);
    const auto before = std::span(energy).subspan(begin, i - begin);
    const auto after = std::span(energy).subspan(i + 1, end - i - 1);
    const bool highest = std::ranges::all_of(before, [&](double e) { return e < energy[i]; }) &&
                         std::ranges::all_of(after, [&](double e) { return e <= energy[i]; });
    if (highest) out.push_back(i);
  }
  return out;
}

std::vector<std::size_t> breaths_of(std::span<const double> trace) {
  std::vector<double> sums(trace.size() + 1, 0);
  for (std::size_t i = 0; i < trace.size(); ++i) sums[i + 1] = sums[i] + (std::isfinite(trace[i]) ? trace[i] : 0);
  const auto mean = [&](std::size_t i, std::size_t around) {
    const std::size_t begin = i - std::min(i, around);
    const std::size_t end = std::min(trace.size(), i + around + 1);
    return (sums[end] - sums[begin]) / static_cast<double>(end - begin);
  };
  std::vector<double> swing(trace.size());
  for (std::size_t i = 0; i < trace.size(); ++i) swing[i] = mean(i, breath_ticks) - mean(i, drift_ticks);
  const double squares = std::inner_product(swing.begin(), swing.end(), swing.begin(), 0.0);
  const double least =
      share_of_a_breath * std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, swing.size())));
  std::vector<std::size_t> out;
  bool below = false;
  for (std::size_t i = 0; i < swing.size(); ++i) {
    if (swing[i] < -least) below = true;
    if (!below || swing[i] <= least) continue;
    below = false;
    out.push_back(i);
  }
  return out;
}

void Recording::count() {
  const std::vector<std::size_t> beats = beats_of(of_ticks(*trace(Trace::ecg), ticks_));
  const Recorded* lungs = trace(Trace::respiration);
  const Recorded* artery = trace(Trace::pressure);
  const auto breaths = lungs != nullptr ? breaths_of(of_ticks(*lungs, ticks_)) : std::vector<std::size_t>();
  const auto pressure = artery != nullptr ? of_ticks(*artery, ticks_) : std::vector<double>();
  // What is looked back upon is as long at the beginning as anywhere: its first seconds are those that follow.
  const auto window = [&](std::size_t end, std::size_t seconds) {
    const std::size_t to = std::min<std::size_t>(ticks_, std::max(end, seconds * second));
    return std::pair{to - std::min(to, seconds * second), to};
  };
  for (std::size_t end = second; end <= std::max<std::size_t>(ticks_, second); end += second) {
    Numbers next{nothing, nothing, nothing, nothing, nothing, nothing, nothing};
    const auto [heart_from, heart_to] = window(end, heart_seconds);
    next.heart_rate = rate_of(beats, heart_from, heart_to);
    const auto [lungs_from, lungs_to] = window(end, lungs_seconds);
    next.respiration = rate_of(breaths, lungs_from, lungs_to);
    const auto [from, to] = window(end, pressure_seconds);
    if (!pressure.empty()) pressures(std::span(pressure).subspan(from, to - from), next);
    numbers_.push_back(next);
  }
}

}  // namespace cordon::lab
