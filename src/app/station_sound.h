// SPDX-License-Identifier: Apache-2.0
// StationSound: what the station's alarms ask for, on the box's loudspeaker. One thread of io/sound.h plays; what
// becomes of it comes back as SoundChanged.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "bedside/sounding.h"
#include "io/sound.h"

namespace cordon::app {

/// sound_test_lasts: one burst of the highest priority, for a person who listens.
constexpr Micros sound_test_lasts = std::chrono::seconds(4);

class StationSound {
 public:
  struct Options {
    std::string device;  // an ALSA PCM
    std::function<WallTime()> now;
    std::function<void(event::BedsideInput)> say;
  };
  explicit StationSound(Options options);

  /// signal plays what sounds now; each turn, on the station's thread.
  void signal(const bedside::Signal& signal, WallTime now);
  /// test sounds once and says what became of it; from any thread.
  void test(const std::string& by);

 private:
  /// Playing is what the loudspeaker was given last.
  struct Playing {
    event::AlarmPriority priority = event::AlarmPriority::none;
    bool test = false;
    friend bool operator==(const Playing&, const Playing&) = default;
  };

  Options options_;
  std::array<std::shared_ptr<const io::Loop>, 4> loops_;  // by priority
  std::atomic<bool> works_{false};
  std::atomic<WallTime::rep> test_until_{0};
  Playing playing_;
  bedside::Sounding sounding_;
  io::Sound sound_;
};

}  // namespace cordon::app
