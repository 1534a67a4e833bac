// SPDX-License-Identifier: Apache-2.0
#include "load_bed.h"

#include <algorithm>
#include <cmath>

namespace cordon::bench {

const std::array<NumericKind, 20> numeric_kinds{
    NumericKind{0x4182, 0x0AA0, "HR", 0, 0},      NumericKind{0x500A, 0x0AE0, "RR", 15, 0},
    NumericKind{0x4BB8, 0x0220, "SpO2", 97, 0},   NumericKind{0x4A15, 0x0F20, "ABPs", 121, 0},
    NumericKind{0x4A16, 0x0F20, "ABPd", 68, 0},   NumericKind{0x4A17, 0x0F20, "ABPm", 86, 0},
    NumericKind{0x4B48, 0x17A0, "Temp", 37.2, 1}, NumericKind{0x4A05, 0x0F20, "NBPs", 118, 0},
    NumericKind{0x4A06, 0x0F20, "NBPd", 66, 0},   NumericKind{0x4A07, 0x0F20, "NBPm", 83, 0},
    NumericKind{0x4A1D, 0x0F20, "PAPs", 28, 0},   NumericKind{0x4A1E, 0x0F20, "PAPd", 12, 0},
    NumericKind{0x4A1F, 0x0F20, "PAPm", 17, 0},   NumericKind{0x4A47, 0x0F20, "CVPm", 8, 0},
    NumericKind{0x50B0, 0x0F20, "etCO2", 38, 0},  NumericKind{0x50BA, 0x0F20, "imCO2", 0, 0},
    NumericKind{0x5012, 0x0AE0, "awRR", 15, 0},   NumericKind{0x480A, 0x0AA0, "Pulse", 75, 0},
    NumericKind{0x4261, 0x09E0, "PVC", 2, 0},     NumericKind{0x4BB0, 0x0200, "Perf", 2.1, 1},
};

namespace {

constexpr std::size_t beat_samples = 200;  // 75 a minute
constexpr std::uint64_t magic = 0xC0DE;
constexpr std::uint32_t rates = 160;

double bump(double at, double centre, double width) {
  const double away = (at - centre) / width;
  return std::exp(-away * away / 2);
}

/// beat_of gives one beat of a trace in counts around the middle.
std::array<int, beat_samples> beat_of(std::size_t trace) {
  std::array<int, beat_samples> out{};
  for (std::size_t i = 0; i < beat_samples; ++i) {
    const double at = static_cast<double>(i) / beat_samples;
    const double ecg = 0.12 * bump(at, 0.13, 0.022) + 1.1 * bump(at, 0.25, 0.009) + 0.28 * bump(at, 0.48, 0.045);
    const double pulse = 0.2 + bump(at, 0.35, 0.1) + 0.2 * bump(at, 0.6, 0.08);
    out.at(i) = static_cast<int>(trace == 0 ? ecg / 0.0002 : pulse * 6000);
  }
  return out;
}

long long now_micros() {
  return std::chrono::duration_cast<Micros>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::uint64_t mark_of(unsigned bed, std::uint32_t number) {
  std::uint64_t out = magic << 32U | static_cast<std::uint64_t>(bed & 0xFFU) << 24U | (number & 0xFFFFFFU);
  std::uint64_t sum = 0;
  for (unsigned at = 0; at < 48; at += 8) sum += (out >> at) & 0xFFU;
  out = out << 8U | (sum & 0xFFU);
  return out << 8U;
}

Block block_of(unsigned bed, std::size_t trace, std::uint32_t number, std::size_t pulse_from) {
  static const std::array beats{beat_of(0), beat_of(1), beat_of(2), beat_of(3)};
  const bool pulse = trace == 0 && (number + 5 * bed) % pulse_every == 0;
  const std::uint64_t mark = mark_of(bed, number);
  Block out{};
  for (std::size_t i = 0; i < block_samples; ++i) {
    const std::size_t at = (static_cast<std::size_t>(number) * block_samples + i + 37 * bed) % beat_samples;
    const int counts = counts_middle + (pulse && i >= pulse_from ? pulse_counts : beats.at(trace).at(at));
    const auto bit = static_cast<std::uint16_t>(mark >> (block_samples - 1 - i) & 1U);
    out.at(i) = static_cast<std::uint16_t>((static_cast<unsigned>(std::min<int>(counts, counts_max)) & ~1U) | bit);
  }
  return out;
}

double rate_of(std::uint32_t number) {
  return 40 + number % rates;
}

void Log::wave(unsigned bed, std::uint32_t block) {
  std::fprintf(out_, "wave %u %u %lld\n", bed, block, now_micros());
}

void Log::number(unsigned bed, double rate) {
  std::fprintf(out_, "number %u %.0f %lld\n", bed, rate, now_micros());
}

void Log::alarm(unsigned number, unsigned bed) {
  std::fprintf(out_, "alarm %u %lld %u\n", number, now_micros(), bed);
}

}  // namespace cordon::bench
