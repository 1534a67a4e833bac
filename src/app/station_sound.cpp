// SPDX-License-Identifier: Apache-2.0
#include "app/station_sound.h"

#include "bedside/burst.h"

namespace cordon::app {

namespace {

using event::AlarmPriority;

std::shared_ptr<const io::Loop> loop_of(AlarmPriority priority) {
  const bedside::Burst burst = bedside::burst_of(priority);
  if (burst.pulses.empty()) return nullptr;
  auto out = std::make_shared<io::Loop>(static_cast<std::size_t>(burst.every * io::sound_rate_hz));
  for (std::size_t i = 0; i < out->size(); ++i) {
    (*out)[i] = static_cast<float>(bedside::pressure_at(burst, static_cast<double>(i) / io::sound_rate_hz));
  }
  return out;
}

}  // namespace

StationSound::StationSound(Options options)
    : options_(std::move(options)),
      loops_{nullptr, loop_of(AlarmPriority::low), loop_of(AlarmPriority::medium), loop_of(AlarmPriority::high)},
      sound_({options_.device, [this](bool works, const std::string& detail) {
                works_ = works;
                options_.say(event::SoundChanged{options_.now(), works, detail, ""});
              }}) {}

void StationSound::signal(const bedside::Signal& signal, WallTime now) {
  const bool test = now.time_since_epoch().count() < test_until_;
  const Playing wanted = test ? Playing{AlarmPriority::high, true} : Playing{signal.priority, false};
  const bool anew = !test && sounding_.due(signal, now);
  if (wanted == playing_ && !anew) return;
  if (!sound_.play(loops_.at(static_cast<std::size_t>(wanted.priority)))) return;
  playing_ = wanted;
  if (!test) sounding_.began(signal, now);
}

void StationSound::test(const std::string& by) {
  test_until_ = (options_.now() + sound_test_lasts).time_since_epoch().count();
  options_.say(event::SoundChanged{options_.now(), works_, options_.device, by});
}

}  // namespace cordon::app
