// SPDX-License-Identifier: Apache-2.0
// Hl7Lateness: whether a message was kept on its way while its sender could not be reached, so that what it says is of
// then. Told by the sender's own clock, whatever it shows, against ours: a clock says nothing of that by itself, so a
// message is late only where it is behind a steady clock by no more than a cut has lasted, and as long as those that
// follow catch up. A clock that was set is none of this: its values stay values of now. Pure.
#pragma once

#include <array>
#include <optional>

#include "base/time.h"

namespace cordon::gateway {

constexpr Micros late_least = std::chrono::seconds(5);     // less is what networks and whole seconds take
constexpr Micros late_margin = std::chrono::seconds(10);   // what was said before the cut may come again behind it
constexpr Micros late_catch_up = std::chrono::seconds(5);  // so long nothing has to catch up until it is no lateness
constexpr Micros late_cut_max = std::chrono::hours(1);     // after a longer cut nobody knows what the clock was
constexpr std::size_t steady_messages = 5;                 // of one offset …
constexpr Micros steady_span = std::chrono::seconds(3);    // … over so long at least …
constexpr Micros steady_spread = std::chrono::seconds(2);  // … and so close together make a steady clock

class Hl7Lateness {
 public:
  /// note takes what a message's clock shows (in any zone, the same for all), when it came, and how long a pause is
  /// that tells of a cut. It gives by how much the message is late; zero: it is of now, or nobody can tell.
  Micros note(WallTime said, WallTime at, Micros cut_least);

 private:
  struct Behind {
    Micros most{};                // no message is later than this
    std::optional<Micros> least;  // the least late so far, and when it came
    WallTime caught_up{};
  };
  bool catches_up(Micros late, WallTime at);
  void learn(Micros ahead, WallTime at);

  std::optional<Micros> steady_;  // how far the clock is ahead of ours
  std::array<std::pair<Micros, WallTime>, steady_messages> offsets_{};
  std::size_t count_ = 0;
  std::optional<WallTime> last_;
  std::optional<Behind> behind_;
};

}  // namespace cordon::gateway
