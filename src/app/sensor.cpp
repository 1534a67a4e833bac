// SPDX-License-Identifier: Apache-2.0
// cordon sensor: one process a mirror port. It opens its capture, gives up every right, filters its system calls, and
// only then reads a byte. It may crash and be started again; what it knows it tells the control process.
#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <random>
#include <thread>

#include "app/analysis.h"
#include "app/clock.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/confine.h"
#include "app/say.h"
#include "app/stop_signal.h"
#include "base/queue.h"
#include "event/json.h"
#include "io/capture.h"
#include "io/message_socket.h"

namespace cordon::app {

namespace {

constexpr std::size_t messages_max = 16384;  // observations of some hundred bytes waiting for control: under 16 MiB
constexpr std::chrono::milliseconds send_timeout{1000};
constexpr std::chrono::milliseconds retry_wait{200};
constexpr Micros report_period = std::chrono::seconds(1);
constexpr int frames_at_once = 1024;

using Outbox = BoundedQueue<std::string>;

// send_all carries messages to control, in order, trying each until it is taken.
void send_all(std::stop_token stop, Outbox& outbox, const std::string& socket) {
  io::MessageClient client(socket);
  while (!stop.stop_requested() && !outbox.closed()) {
    for (const std::string& message : outbox.pop_batch(256, std::chrono::milliseconds(100))) {
      while (!client.send(message, send_timeout)) {
        if (stop.stop_requested()) return;
        std::this_thread::sleep_for(retry_wait);
      }
    }
  }
}

// Feed hands inputs to the outbox without ever waiting; what does not fit is counted as dropped.
class Feed {
 public:
  explicit Feed(Outbox& outbox) : outbox_(outbox) {}
  void operator()(const event::Input& input) {
    if (!outbox_.push(event::to_text(input))) ++dropped_;
  }
  std::uint64_t dropped() const { return dropped_; }

 private:
  Outbox& outbox_;
  std::uint64_t dropped_ = 0;
};

// Pace replays a file as fast as it was recorded, optionally moved to today.
class Pace {
 public:
  explicit Pace(bool as_now) : as_now_(as_now) {}

  /// wait sleeps until the frame is due and gives the time it is to carry. False when asked to stop.
  bool wait(net::Frame& frame) {
    if (!running_) {
      running_ = true;
      first_ = frame.time;
      started_ = wall_now();
    }
    const WallTime due = started_ + (frame.time - first_);
    while (!stop_asked() && wall_now() < due) {
      std::this_thread::sleep_for(std::min<Micros>(due - wall_now(), std::chrono::milliseconds(100)));
    }
    if (as_now_) frame.time = due;
    return !stop_asked();
  }

 private:
  bool as_now_;
  bool running_ = false;
  WallTime first_;
  WallTime started_;
};

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

int run_file(const Config& config, io::CaptureFile capture, Analysis& analysis, Feed& feed) {
  Pace pace(config.sensor_as_now);
  WallTime reported;
  int status = exit_done;
  while (!stop_asked()) {
    auto next = capture.next();
    if (!next) {
      complain(fmt::format("{}: {}", config.sensor_capture, capture.last_error()));
      status = exit_input;
      break;
    }
    if (!*next) break;
    net::Frame frame = **next;
    if (!pace.wait(frame)) break;
    analysis.frame(frame);
    if (analysis.now() - reported >= report_period) {
      reported = analysis.now();
      feed(analysis.report(reported, feed.dropped(), false));
    }
  }
  analysis.finish();
  feed(analysis.report(analysis.now(), feed.dropped(), true));
  return status;
}

int run_live(const Config& config, io::CaptureLive capture, Analysis& analysis, Feed& feed) {
  WallTime reported;
  while (!stop_asked()) {
    const auto got = capture.dispatch(frames_at_once, [&](const net::Frame& frame) { analysis.frame(frame); });
    if (!got) {
      complain(fmt::format("{}: {}", config.sensor_interface, capture.last_error()));
      return exit_input;
    }
    const WallTime now = wall_now();
    if (*got == 0) analysis.advance(now);
    if (now - reported < report_period) continue;
    reported = now;
    const io::CaptureStatistics seen = capture.statistics();
    feed(analysis.report(now, seen.dropped_by_kernel + seen.dropped_by_interface + feed.dropped(), false));
  }
  return exit_done;
}

}  // namespace

int run_sensor(const std::string& config_path) {
  const Checked checked = read_config(config_path);
  if (!checked.problems.empty()) {
    print_problems(checked.problems);
    return checked.unreadable ? exit_input : exit_usage;
  }
  const Config& config = checked.config;
  const bool live = !config.sensor_interface.empty();
  if (!live && config.sensor_capture.empty()) {
    complain("[sensor] names neither 'interface' nor 'capture': nothing to watch");
    return exit_usage;
  }
  catch_stop_signals();

  std::optional<io::CaptureFile> file;
  std::optional<io::CaptureLive> wire;
  if (live) {
    auto opened = io::CaptureLive::open({.interface = config.sensor_interface});
    if (!opened) {
      complain(sentence_for(opened.error(),
                            fmt::format("interface {}: {}", config.sensor_interface, io::CaptureLive::open_error())));
      return exit_input;
    }
    wire.emplace(std::move(*opened));
  } else {
    auto opened = io::CaptureFile::open(config.path_of(config.sensor_capture));
    if (!opened) {
      complain(fmt::format("{}: {}", config.sensor_capture, io::CaptureFile::open_error()));
      return exit_input;
    }
    file.emplace(std::move(*opened));
  }

  Outbox outbox(messages_max);
  Feed feed(outbox);
  Analysis analysis(
      {.sensor = config.sensor_name,
       .decoys = config.decoys,
       .source_kind = live ? "live" : "replay",
       .source_name = live ? config.sensor_interface : std::filesystem::path(config.sensor_capture).filename().string(),
       .hash_seed = random_seed()},
      [&](event::Input input) { feed(input); });
  if (const auto confined = confine_sensor(); !confined) {
    complain(sentence_for(confined.error(), "cannot give up rights"));
    return exit_input;
  }
  std::jthread sender([&](std::stop_token stop) { send_all(stop, outbox, config.sensor_socket()); });
  feed(analysis.report(wall_now(), 0, false));
  const int status =
      live ? run_live(config, std::move(*wire), analysis, feed) : run_file(config, std::move(*file), analysis, feed);
  // A capture file that has ended: stay until control has it all, then until told to go, so that nobody starts it over.
  if (!live) {
    while (!stop_asked()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  outbox.close();
  sender.request_stop();
  return status;
}

}  // namespace cordon::app
