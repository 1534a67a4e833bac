// SPDX-License-Identifier: Apache-2.0
// Hl7Lateness: whether a message was kept on its way, so that what it says is of then: through a cut, or in a queue on
// a link that never broke. Told by the sender's own clock, whatever it shows, against ours. The yardstick is how far
// that clock was ahead of ours at most; who falls behind it is late, until that stays the same: then the clock was set.
// Pure.
#pragma once

#include <array>
#include <optional>

#include "base/time.h"

namespace cordon::gateway {

constexpr Micros late_least = std::chrono::seconds(5);    // less is what networks and whole seconds take
constexpr Micros late_moves = std::chrono::seconds(1);    // what is kept catches up or falls behind by so much …
constexpr Micros late_settles = std::chrono::seconds(5);  // … within that, or the clock was set
constexpr Micros late_step = std::chrono::seconds(3);     // who fell behind by less at once: no clock was set …
constexpr Micros late_settles_crept = std::chrono::minutes(1);  // … and one that was slowed is believed after that
constexpr std::size_t steady_looks = 5;                         // of one offset …
constexpr Micros steady_look = std::chrono::milliseconds(750);  // … each of all that came in such a time …
constexpr Micros steady_spread = std::chrono::seconds(2);       // … and all so close together make a steady clock
constexpr int steady_drift = 100;  // it may go slow by a hundredth, and is not taken for a queue

class Hl7Lateness {
 public:
  /// note takes what a message's clock shows (in any zone, the same for all) and when it came. It gives by how much the
  /// message is late; zero: it is of now, or nobody can tell.
  Micros note(WallTime said, WallTime at);

 private:
  struct Look {
    Micros low{};
    Micros high{};
    WallTime from{};
  };
  struct Behind {
    Micros least{};  // since it fell behind
    Micros most{};
    WallTime moved{};  // when either last changed
    Micros settles{};
    WallTime heard{};      // last
    bool between = false;  // something of now came since, which may be of another clock
  };
  bool is_kept(Micros late, Micros fell, WallTime at);
  void learn(Micros ahead, WallTime at);

  std::optional<Micros> steady_;  // how far the clock is ahead of ours
  WallTime learned_{};
  std::array<Look, steady_looks> looks_{};
  std::size_t count_ = 0;
  std::optional<Micros> last_;  // how far the last message was ahead
  std::optional<Behind> behind_;
};

}  // namespace cordon::gateway
