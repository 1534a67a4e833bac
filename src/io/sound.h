// SPDX-License-Identifier: Apache-2.0
// Sound: one loop of samples at a time on the box's loudspeaker (ALSA), until another one or silence. It keeps the
// device playing silence, so that a loop begins within sound_lead of being asked for, and so that a device that fails
// is noticed in the quiet hours. It knows nothing of alarms.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace cordon::io {

constexpr unsigned sound_rate_hz = 44'100;
/// sound_lead is how much is given to the device ahead: the time from play() to the loudspeaker, and how long the
/// thread may be held up without a crack.
constexpr std::chrono::milliseconds sound_lead{80};
/// sound_stuck: a device that takes nothing for so long has failed.
constexpr std::chrono::milliseconds sound_stuck{1000};
/// sound_hung: nor does one work in whose hands the sound's thread has been for so long.
constexpr std::chrono::milliseconds sound_hung{2000};
constexpr std::chrono::milliseconds sound_again{1000};  // until a failed device is opened once more

/// Loop is one channel of samples in −1..1 at sound_rate_hz, repeated without a gap. Empty: silence.
using Loop = std::vector<float>;

struct SoundOptions {
  std::string device = "default";  // an ALSA PCM
  /// changed tells, from a thread of its own, that the device began to work or failed, and why. First after the start.
  std::function<void(bool works, const std::string& detail)> changed;
  std::chrono::milliseconds hung_after = sound_hung;
};

class Sound {
 public:
  /// Starts a thread, which opens the device and goes on trying for ever, and one that watches whether it comes back
  /// from the device. At the end a thread that does not come back is left behind.
  explicit Sound(SoundOptions options);
  Sound(const Sound&) = delete;
  Sound& operator=(const Sound&) = delete;
  ~Sound();

  /// play begins a loop at its beginning; null is silence. Any thread, never blocks. False: the thread is stuck in the
  /// device and does not take it; ask again.
  [[nodiscard]] bool play(std::shared_ptr<const Loop> loop);
  /// begun counts the loops whose first samples the device has taken. Any thread.
  std::uint64_t begun() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cordon::io
