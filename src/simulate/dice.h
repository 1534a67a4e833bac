// SPDX-License-Identifier: Apache-2.0
// Dice: chance that is handed in. The same seed gives the same throws on every machine and compiler.
#pragma once

#include <cmath>
#include <cstdint>

namespace cordon::simulate {

/// Dice is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
    return z ^ z >> 31U;
  }
  double unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }  // [0, 1)
  bool chance(double probability) { return unit() < probability; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  /// log_between is even in orders of magnitude: 1..100 is under 10 half of the time.
  double log_between(double low, double high) { return low * std::pow(high / low, unit()); }
  std::uint32_t below(std::uint32_t bound) { return bound == 0 ? 0 : static_cast<std::uint32_t>(next() % bound); }

 private:
  std::uint64_t state_;
};

/// drawn gives a number in [0, 1) that hangs on its arguments alone, so that two runs that differ in what was cut still
/// agree on whether this host could be broken into at all.
inline double drawn(std::uint64_t seed, std::uint64_t what, std::uint64_t which) {
  Dice dice(seed ^ what * 0xd6e8feb86659fd93U ^ which * 0xa0761d6478bd642fU);
  dice.next();
  return dice.unit();
}

}  // namespace cordon::simulate
