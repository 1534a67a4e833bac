// SPDX-License-Identifier: Apache-2.0
// cordon replay: captures through the same engine as live traffic, in capture time, as fast as it can. The same
// captures print the same bytes, whatever the batch; wall time goes to standard error.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/analysis.h"
#include "app/clock.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/control.h"
#include "app/say.h"
#include "app/version.h"
#include "engine/journal.h"
#include "engine/situation.h"
#include "event/json.h"
#include "io/capture.h"

namespace cordon::app {

namespace {

constexpr auto progress_period = std::chrono::seconds(2);
constexpr std::uint64_t frames_between_looks = 65536;

// Replay is one run over all captures, one after the other, as if one sensor had seen them.
class Replay {
 public:
  Replay(const ReplayOptions& options, const Checked& checked, std::optional<logbook::Logbook> book,
         engine::State state)
      : options_(options),
        control_(engine::Engine(checked.config.policy(), checked.estate, std::move(state)), std::move(book),
                 {[this](std::span<const engine::Recorded> events) { print(events); }, [](const event::Effect&) {}}),
        analysis_({.sensor = checked.config.sensor_name,
                   .decoys = checked.config.decoys,
                   .source_kind = "replay",
                   .source_name = std::filesystem::path(options.files.front()).filename().string()},
                  [this](event::Input input) { add(std::move(input)); }) {}

  /// run reads one capture to its end or its damage; the damage is a sentence, what stood before it is processed.
  int run(const std::string& path) {
    auto capture = io::CaptureFile::open(path);
    if (!capture) {
      complain(fmt::format("{}: {}", path, io::CaptureFile::open_error()));
      return exit_input;
    }
    while (true) {
      const auto next = capture->next();
      if (!next) {
        complain(fmt::format("{}: {}; the {} packets before it are processed", path, capture->last_error(), packets_));
        return exit_input;
      }
      if (!*next) return exit_done;
      frame(**next);
    }
  }

  void finish() {
    analysis_.finish();
    take();
    control_.finish();
    const event::SensorReport report = analysis_.report(last_, 0, true);
    const double seconds = first_ ? seconds_of(last_) - seconds_of(*first_) : 0;
    if (options_.json) {
      const nlohmann::json summary = {{"type", "summary"},     {"packets", report.packets},
                                      {"bytes", report.bytes}, {"seconds", std::round(seconds * 1e6) / 1e6},
                                      {"weird", report.weird}, {"gaps", report.gaps}};
      fmt::print("{}\n", summary.dump());
    } else {
      fmt::print("{} packets, {} bytes over {:.3f} s of capture, {} gaps\n", report.packets, report.bytes, seconds,
                 report.gaps);
      for (const auto& [what, count] : report.weird) fmt::print("  odd: {} ×{}\n", what, count);
    }
    std::fflush(stdout);
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    fmt::print(stderr, "cordon: replayed in {:.3f} s wall, {:.0f} MB/s\n", wall,
               static_cast<double>(report.bytes) / 1e6 / std::max(wall, 1e-9));
  }

  const std::string& trouble() const { return control_.trouble(); }

 private:
  void frame(const net::Frame& frame) {
    ++packets_;
    if (!first_) first_ = frame.time;
    // Ticks fall on whole seconds of capture time, so they are the same for every batch size.
    const WallTime second = std::chrono::floor<std::chrono::seconds>(frame.time);
    if (second > last_second_) {
      last_second_ = second;
      add(event::Tick{second});
    }
    last_ = std::max(last_, frame.time);
    analysis_.frame(frame);
    if (packets_ % frames_between_looks == 0) progress();
  }

  void add(event::Input input) {
    batch_.push_back(std::move(input));
    if (batch_.size() >= options_.batch) take();
  }

  void take() {
    control_.take(batch_);
    batch_.clear();
  }

  void print(std::span<const engine::Recorded> events) {
    for (const engine::Recorded& r : events) {
      if (options_.json) {
        fmt::print("{}\n", event::to_text(r.event));
      } else {
        say_entry("", event::time_of(r.event), engine::sentence_of(r.event).en);
      }
    }
  }

  void progress() {
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < progress_period) return;
    told_ = now;
    fmt::print(stderr, "cordon: {} packets, capture time {}\n", packets_, to_iso(last_));
  }

  const ReplayOptions& options_;
  Control control_;
  Analysis analysis_;
  std::vector<event::Input> batch_;
  std::uint64_t packets_ = 0;
  std::optional<WallTime> first_;
  WallTime last_;
  WallTime last_second_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = begun_;
};

}  // namespace

int replay(const ReplayOptions& options) {
  Checked checked;
  if (!options.config_path.empty()) {
    checked = read_config(options.config_path);
    if (!checked.problems.empty()) {
      print_problems(checked.problems);
      return checked.unreadable ? exit_input : exit_usage;
    }
  }
  std::optional<logbook::Logbook> book;
  engine::State state(checked.config.policy().tally);
  if (!options.book_path.empty()) {
    auto opened = logbook::Logbook::open({.path = options.book_path, .box = checked.config.box, .now = wall_now});
    if (!opened) {
      complain(sentence_for(opened.error(), options.book_path));
      return exit_input;
    }
    auto rebuilt = engine::rebuild(*opened, checked.config.policy().tally);
    if (!rebuilt) {
      complain(sentence_for(rebuilt.error(), options.book_path));
      return exit_input;
    }
    state = std::move(*rebuilt);
    book.emplace(std::move(*opened));
  }
  Replay run(options, checked, std::move(book), std::move(state));
  int status = exit_done;
  for (const std::string& file : options.files) status = std::max(status, run.run(file));
  run.finish();
  if (!run.trouble().empty()) {
    complain(run.trouble());
    return exit_input;
  }
  return status;
}

}  // namespace cordon::app
