// SPDX-License-Identifier: Apache-2.0
#include "io/sound.h"

#include <alsa/asoundlib.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>
#include <utility>

#include "base/queue.h"
#include "io/thread_name.h"

namespace cordon::io {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t chunk = sound_rate_hz / 100;  // 10 ms
constexpr std::size_t orders_max = 64;
constexpr std::size_t states_max = 64;
constexpr std::chrono::milliseconds watched_every{100};

struct Close {
  void operator()(snd_pcm_t* pcm) const { snd_pcm_close(pcm); }
};
using Pcm = std::unique_ptr<snd_pcm_t, Close>;

std::int16_t level(float sample) {
  return static_cast<std::int16_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * 32767.0F));
}

// say_nothing keeps ALSA from writing to standard error: what fails is told by SoundOptions::changed.
void say_nothing(const char*, int, const char*, int, const char*, ...) {}

}  // namespace

struct Sound::Impl {
  SoundOptions options;
  BoundedQueue<std::shared_ptr<const Loop>> orders{orders_max};
  std::atomic<std::uint64_t> begun{0};
  /// State is what the thread last knew of the device.
  struct State {
    bool works = false;
    std::string detail;
  };
  BoundedQueue<State> states{states_max};
  std::atomic<Clock::rep> beat{Clock::now().time_since_epoch().count()};  // when the thread was last not in the device
  std::atomic<bool> ended{false};

  // The thread's own.
  std::shared_ptr<const Loop> loop;
  std::size_t place = 0;
  bool beginning = false;
  std::jthread thread;
  std::jthread watcher;

  explicit Impl(SoundOptions o) : options(std::move(o)) {
    thread = std::jthread([this](const std::stop_token& stop) {
      run(stop);
      ended = true;
    });
    watcher = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }

  // watch tells: one thread alone does, so that what is told last is so.
  void watch(const std::stop_token& stop) {
    name_thread("sound-watch");
    std::optional<State> known;
    std::optional<bool> told;
    while (!stop.stop_requested()) {
      for (State& state : states.pop_batch(states_max, watched_every)) known = std::move(state);
      const bool hung = is_hung();
      if (!known && !hung) continue;
      const State now = hung ? State{false, fmt::format("{}: does not come back", options.device)} : *known;
      if (told == now.works) continue;
      told = now.works;
      if (options.changed) options.changed(now.works, now.detail);
    }
  }

  bool is_hung() const { return Clock::now().time_since_epoch() - Clock::duration(beat) > options.hung_after; }
  void beats() { beat = Clock::now().time_since_epoch().count(); }
  void tell(bool works, std::string detail) { (void)states.push({works, std::move(detail)}); }

  // take_orders leaves the last one: what was asked for in between is over.
  void take_orders(std::chrono::milliseconds wait) {
    beats();
    for (auto& order : orders.pop_batch(orders_max, wait)) {
      loop = order != nullptr && order->empty() ? nullptr : std::move(order);
      place = 0;
      beginning = loop != nullptr;
    }
  }

  void fill(std::array<std::int16_t, chunk>& samples) {
    for (std::int16_t& sample : samples) {
      sample = loop ? level((*loop)[place]) : std::int16_t{0};
      if (loop) place = (place + 1) % loop->size();
    }
  }

  std::string open(Pcm& pcm) {
    snd_pcm_t* raw = nullptr;
    int error = snd_pcm_open(&raw, options.device.c_str(), SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
    if (error < 0) return snd_strerror(error);
    pcm.reset(raw);
    const auto latency = std::chrono::duration_cast<std::chrono::microseconds>(2 * sound_lead).count();
    error = snd_pcm_set_params(pcm.get(), SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1, sound_rate_hz, 1,
                               static_cast<unsigned>(latency));
    return error < 0 ? snd_strerror(error) : "";
  }

  // write gives one chunk to the device; why it could not, or nothing.
  std::string write(snd_pcm_t* pcm, const std::array<std::int16_t, chunk>& samples) {
    const auto given_up = Clock::now() + sound_stuck;
    std::size_t done = 0;
    while (done < samples.size()) {
      const auto taken = snd_pcm_writei(pcm, samples.data() + done, samples.size() - done);
      if (taken > 0) {
        done += static_cast<std::size_t>(taken);
      } else if (taken == -EPIPE || taken == -ESTRPIPE) {  // it ran dry while this thread was held up, or slept
        if (const int error = snd_pcm_recover(pcm, static_cast<int>(taken), 1); error < 0) return snd_strerror(error);
      } else if (taken == -EAGAIN || taken == 0) {
        if (Clock::now() > given_up) return "takes no more sound";
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      } else {
        return snd_strerror(static_cast<int>(taken));
      }
    }
    return {};
  }

  // play_until_it_fails keeps sound_lead ahead of the clock. The clock and not the device sets the pace, because some
  // devices (ALSA's null and file) take everything at once.
  std::string play_until_it_fails(const std::stop_token& stop) {
    Pcm pcm;
    if (std::string why = open(pcm); !why.empty()) return why;
    tell(true, options.device);
    auto given_until = Clock::now();
    std::array<std::int16_t, chunk> samples{};
    while (!stop.stop_requested()) {
      const auto now = Clock::now();
      if (given_until < now) given_until = now;
      const auto ahead = std::chrono::duration_cast<std::chrono::milliseconds>(given_until - now);
      take_orders(std::max(ahead - sound_lead, std::chrono::milliseconds(0)));
      if (given_until - Clock::now() > sound_lead) continue;
      fill(samples);
      if (std::string why = write(pcm.get(), samples); !why.empty()) return why;
      if (std::exchange(beginning, false)) ++begun;
      given_until += std::chrono::milliseconds(10);
    }
    return {};
  }

  void run(const std::stop_token& stop) {
    name_thread("sound");
    snd_lib_error_set_handler(say_nothing);
    while (!stop.stop_requested()) {
      const std::string why = play_until_it_fails(stop);
      if (stop.stop_requested()) return;
      tell(false, fmt::format("{}: {}", options.device, why));
      const auto again = Clock::now() + sound_again;
      while (!stop.stop_requested() && Clock::now() < again) take_orders(std::chrono::milliseconds(50));
    }
  }
};

Sound::Sound(SoundOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Sound::~Sound() {
  impl_->watcher.request_stop();
  impl_->watcher.join();
  impl_->thread.request_stop();
  impl_->orders.close();
  const auto patience = Clock::now() + impl_->options.hung_after;
  while (!impl_->ended && Clock::now() < patience) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (impl_->ended) {
    impl_->thread.join();
    return;
  }
  impl_->thread.detach();  // with what it uses: it is in the device, and may be for ever
  (void)impl_.release();
}

bool Sound::play(std::shared_ptr<const Loop> loop) {
  return impl_->orders.push(std::move(loop));
}

std::uint64_t Sound::begun() const {
  return impl_->begun;
}

}  // namespace cordon::io
