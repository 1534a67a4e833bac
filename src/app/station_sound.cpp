// SPDX-License-Identifier: Apache-2.0
#include "app/station_sound.h"

#include "bedside/burst.h"
#include "io/thread_name.h"

namespace cordon::app {

namespace {

using event::AlarmPriority;

constexpr double hung_hz = 880;   // no priority sounds so
constexpr double hung_every = 4;  // seconds: one burst is just over when the next begins
constexpr int guard_looks = 8;    // in hung_after

std::shared_ptr<const io::Loop> loop_of(const bedside::Burst& burst) {
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
      loops_{nullptr, loop_of(bedside::burst_of(AlarmPriority::low)), loop_of(bedside::burst_of(AlarmPriority::medium)),
             loop_of(bedside::burst_of(AlarmPriority::high))},
      hung_loop_(loop_of({bedside::burst_of(AlarmPriority::high).pulses, hung_hz, hung_every})),
      sound_({options_.device,
              [this](bool works, const std::string& detail) {
                works_ = works;
                options_.say(event::SoundChanged{options_.now(), works, detail, ""});
              }}),
      guard_([this](const std::stop_token& stop) { guard(stop); }) {}

/// guard listens for the station's thread, on one of its own: with every page closed nothing else would tell.
void StationSound::guard(const std::stop_token& stop) {
  io::name_thread("sound-guard");
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(options_.hung_after / guard_looks);
    const Steady::rep last = signalled_;
    const Steady::duration quiet = Steady::now().time_since_epoch() - Steady::duration(last);
    if (last == never || hung_ || quiet < options_.hung_after) continue;
    hung_ = true;
    if (!sound_.play(hung_loop_)) hung_ = false;  // once more
  }
}

void StationSound::signal(const bedside::Signal& signal, WallTime now) {
  signalled_ = Steady::now().time_since_epoch().count();
  const bool again = hung_.exchange(false);
  if (signal.priority != AlarmPriority::none) test_until_ = 0;  // what is heard is the alarm
  const bool test = now.time_since_epoch().count() < test_until_;
  const Playing wanted = test ? Playing{AlarmPriority::high, true} : Playing{signal.priority, false};
  const bool anew = !test && sounding_.due(signal, now);
  if (wanted == playing_ && !anew && !again) return;
  if (!sound_.play(loops_.at(static_cast<std::size_t>(wanted.priority)))) {
    if (again) hung_ = true;  // the loudspeaker plays on what it should not
    return;
  }
  playing_ = wanted;
  if (!test) sounding_.began(signal, now);
}

void StationSound::test(const std::string& by) {
  test_until_ = (options_.now() + sound_test_lasts).time_since_epoch().count();
  options_.say(event::SoundChanged{options_.now(), works_, options_.device, by});
}

}  // namespace cordon::app
