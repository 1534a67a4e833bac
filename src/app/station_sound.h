// SPDX-License-Identifier: Apache-2.0
// StationSound: what the station's alarms ask for, on the box's loudspeaker. One thread of io/sound.h plays; what
// becomes of it comes back as SoundChanged.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "bedside/sounding.h"
#include "io/sound.h"

namespace cordon::app {

/// sound_test_lasts: one burst of the highest priority, for a person who listens.
constexpr Micros sound_test_lasts = std::chrono::seconds(4);
/// hung_after: when the station's thread, which says what sounds several times a second, has said nothing for so long,
/// the loudspeaker sounds by itself: a HIGH burst at a pitch of its own, until that thread speaks again.
constexpr std::chrono::milliseconds hung_after{2000};

class StationSound {
 public:
  struct Options {
    std::string device;  // an ALSA PCM
    std::function<WallTime()> now;
    std::function<void(event::BedsideInput)> say;
    std::chrono::milliseconds hung_after = app::hung_after;
  };
  explicit StationSound(Options options);

  /// signal plays what sounds now; each turn, on the station's thread.
  void signal(const bedside::Signal& signal, WallTime now);
  /// rest says that no more signals come, and none is missed: the end was asked for. The station's thread.
  void rest() { signalled_ = never; }
  /// hung says whether the loudspeaker sounds because the station's thread says nothing. Any thread.
  bool hung() const { return hung_; }
  /// begun counts the bursts that the loudspeaker has taken the beginning of. Any thread.
  std::uint64_t begun() const { return sound_.begun(); }
  /// test sounds once, unless an alarm sounds, and says what became of it; from any thread.
  void test(const std::string& by);

 private:
  /// Playing is what the loudspeaker was given last.
  struct Playing {
    event::AlarmPriority priority = event::AlarmPriority::none;
    bool test = false;
    friend bool operator==(const Playing&, const Playing&) = default;
  };

  using Steady = std::chrono::steady_clock;
  static constexpr Steady::rep never = 0;
  void guard(const std::stop_token& stop);

  Options options_;
  std::array<std::shared_ptr<const io::Loop>, 4> loops_;  // by priority
  std::atomic<bool> works_{false};
  std::atomic<WallTime::rep> test_until_{0};
  Playing playing_;
  bedside::Sounding sounding_;
  std::shared_ptr<const io::Loop> hung_loop_;
  std::atomic<Steady::rep> signalled_{never};  // when signal() was called last
  std::atomic<bool> hung_{false};
  io::Sound sound_;
  std::jthread guard_;  // last: it uses all of it
};

}  // namespace cordon::app
