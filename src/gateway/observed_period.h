// SPDX-License-Identifier: Apache-2.0
// ObservedPeriod: how often a sender that does not say so sends, so that its silence is noticed by its own measure. It
// is the longest pause that it has made twice lately, or once just now: a pause that comes again belongs to how it
// sends, one that the network made does not.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "base/time.h"

namespace cordon::gateway {

constexpr std::size_t observed_turns = 4;                         // pauses, so five messages, until a sender is judged
constexpr Micros observed_turn = std::chrono::milliseconds(750);  // what comes closer together is one turn, as a burst
constexpr Micros observed_least = std::chrono::seconds(30);       // so long a pause counts that came twice, at least
constexpr int observed_periods = 3;                               // … or so many of the periods that were configured
constexpr Micros observed_step = std::chrono::milliseconds(10);

class ObservedPeriod {
 public:
  /// configured: what counts until enough was seen, and at most.
  explicit ObservedPeriod(Micros configured) : configured_(configured) {}

  /// note takes the time of a message.
  void note(WallTime at) {
    if (last_) pause(std::max(at - *last_, Micros{}));
    last_ = at;
  }
  /// connected_anew: what lies between the last message and the next is no pause of the sender's.
  void connected_anew() { last_.reset(); }
  bool is_judged() const { return turns_ >= observed_turns; }
  /// period gives hundredths of a second, rounded up, from one second to what is configured.
  Micros period() const {
    if (!is_judged()) return configured_;
    Longest all = now_;
    for (const Longest& one : {before_, older_}) {
      all.note(one.first);
      all.note(one.second);
    }
    const Micros seen = std::max(all.second, *std::ranges::max_element(newest_));
    const Micros whole = (seen + observed_step - Micros(1)) / observed_step * observed_step;
    return std::clamp<Micros>(whole, std::chrono::seconds(1), std::max<Micros>(configured_, std::chrono::seconds(1)));
  }

 private:
  /// Longest are the two longest pauses of a time.
  struct Longest {
    Micros first{};
    Micros second{};
    void note(Micros pause) {
      second = std::max(second, std::min(first, pause));
      first = std::max(first, pause);
    }
  };

  void pause(Micros pause) {
    now_.note(pause);
    turn_ += pause;
    if (turn_ >= observed_turn) {
      newest_.at(turns_++ % observed_turns) = pause;
      turn_ = {};
    }
    watched_ += pause;
    if (watched_ < std::max(observed_least, observed_periods * configured_)) return;
    older_ = std::exchange(before_, std::exchange(now_, {}));
    watched_ = {};
  }

  Micros configured_;
  std::optional<WallTime> last_;
  Micros turn_{};  // since the last turn ended
  std::size_t turns_ = 0;
  std::array<Micros, observed_turns> newest_{};  // the pauses before the last turns
  Micros watched_{};                             // the pauses of `now_`, all together
  Longest now_;
  Longest before_;  // in the time before that …
  Longest older_;   // … and before that one
};

}  // namespace cordon::gateway
