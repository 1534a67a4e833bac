// SPDX-License-Identifier: Apache-2.0
// RateWatch: whether the samples of a trace come at the rate that its device states. It goes by the device's own clock,
// which no network holds up, and by when they come. What is said late, rounded, lost or not sent for a while is no
// other rate: samples and time have to part steadily.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace cordon::gateway {

constexpr double rate_off_min = 0.02;  // of the stated rate: less is how clocks are
/// rate_window: so long the earliest piece counts. Three windows after the first one that all part the same way are
/// another rate. Twelve, by when pieces come, since a network can be later and later for a while, and by times in whole
/// seconds, which do not tell a piece that is missing from one that was rounded.
constexpr Micros rate_window = std::chrono::seconds(10);
constexpr int rate_windows = 3;
constexpr int rate_windows_vague = 12;
/// A time that leaps by more than this and half a piece was set, or follows what was not sent.
constexpr Micros rate_leap = std::chrono::milliseconds(250);
constexpr Micros rate_leap_whole = std::chrono::seconds(1);  // where times are whole seconds
constexpr Micros rate_stands = std::chrono::seconds(1);      // and a piece: a time that stands so long tells nothing
constexpr Micros rate_pause = std::chrono::seconds(5);       // nothing for so long: when pieces come is seen anew
constexpr Micros rate_off_for = std::chrono::seconds(60);    // so long after it was last seen it is told

/// Parting follows how far a clock runs away from what is counted.
class Parting {
 public:
  void note(Micros clock, Micros counted);
  void restart() { *this = {}; }
  /// steadily gives for how many windows they have parted one way by more than rate_off_min, below 0 where the clock
  /// falls behind.
  int steadily() const { return windows_ * way_; }
  bool is_judged() const { return closed_ > rate_windows; }

 private:
  void close(Micros lasted);

  std::optional<Micros> began_;   // the window, by the clock
  Micros least_{};                // the least that the clock was ahead in it …
  std::optional<Micros> before_;  // … and in the one before
  int closed_ = 0;
  int way_ = 0;
  int windows_ = 0;  // that all went that way
};

/// RatePiece is a run of samples as it came.
struct RatePiece {
  std::uint64_t first = 0;      // the index of the first sample
  WallTime at;                  // when it came, by ours
  std::optional<Micros> begin;  // of the first sample, by the device's clock, to the second at least
  std::size_t count = 0;        // of samples
  double rate_hz = 0;           // as stated, above 0
};

class RateWatch {
 public:
  /// note tells whether the trace comes at another rate than is stated, as far as was seen within rate_off_for.
  bool note(const RatePiece& piece);
  /// gap: something is known to be missing before what comes next.
  void gap() { gap_ = true; }

 private:
  void follow(const RatePiece& piece, bool after_gap);
  bool is_off() const;

  double rate_hz_ = 0;
  std::uint64_t next_ = 0;
  WallTime last_at_;
  std::optional<Micros> last_begin_;
  Micros last_length_{};
  Micros last_excess_{};  // how much later it began than the one before it ended
  Micros stands_{};       // the time of samples that came with one time
  Micros counted_{};      // the time of all samples
  Micros leapt_{};        // what the device's clock went on where there was a gap, or it was set
  bool whole_ = true;     // all its times are whole seconds
  bool gap_ = false;
  Parting own_;
  Parting come_;
  std::optional<WallTime> off_at_;
};

}  // namespace cordon::gateway
