// SPDX-License-Identifier: Apache-2.0
// Memory: what the station knows of before it started, and where it writes what happens. A bad or stalled disk lacks
// it, and never keeps the beds dark: then the station starts with what could be read, or with nothing, and says so.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/station_config.h"
#include "app/station_journal.h"
#include "app/station_past.h"
#include "app/station_writer.h"
#include "base/queue.h"

namespace cordon::app {

/// disk_patience: a disk on which nothing moved for so long while the station starts is taken for one that stands
/// still.
constexpr std::chrono::seconds disk_patience{10};

/// Lack is what a memory is without. Each but `nothing` is the text of the alarm bedside::memory_condition.
enum class Lack : std::uint8_t {
  nothing,
  part,       // entries or keys cannot be read; what happens is recorded
  unwritten,  // what was before is known as far as it could be read; nothing is recorded
  all,        // nothing is known and nothing is recorded
};
std::string_view word(Lack lack);

struct Memory {
  StationWriter::Store store;
  std::optional<logbook::Reader> reader;
  std::optional<PatientKeys> reading_keys;  // for who reads
  bedside::State state;
  Placements placements;
  Lack lack = Lack::all;
  std::string why;       // in a sentence, for who keeps the box; empty when nothing lacks
  bool stalled = false;  // the disk stands still: nothing else is asked of it in this run
  bool refused = false;  // another station has the logbook, or it is another box's: nothing is to start, says `why`
};

/// Progress is counted up by work that waits for a disk.
using Progress = std::atomic<std::uint64_t>;

/// recall opens the logbook of a configuration and folds it. It writes nothing into a book that it cannot read whole
/// from the disk, and may wait for the disk as long as that likes: see within_patience.
Memory recall(const StationConfig& config, Progress& progress);

/// told_lost_beds says which beds a state knows, by a device, a patient or limits, that the configuration does not
/// name; empty when there are none.
std::string told_lost_beds(const bedside::State& state, const StationConfig& config);

/// told_lost_beds says the same of the logbook of a configuration, where that can be read, and writes nothing.
std::string told_lost_beds(const StationConfig& config);

/// within_patience has `work` done on a thread of its own, and gives what came of it; nothing when its progress stood
/// still for `patience`. Then the thread is left to itself: `work` owns all that it uses.
template <class Made>
std::optional<Made> within_patience(std::function<Made(Progress&)> work,
                                    std::chrono::milliseconds patience = disk_patience) {
  struct Shared {
    std::function<Made(Progress&)> work;
    Progress progress{0};
    BoundedQueue<Made> done{1};
  };
  const auto shared = std::make_shared<Shared>();
  shared->work = std::move(work);
  std::thread([shared] { shared->done.push(shared->work(shared->progress)); }).detach();
  constexpr std::chrono::milliseconds look{20};
  std::uint64_t seen = 0;
  for (auto end = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < end;) {
    for (auto&& made : shared->done.pop_batch(1, look)) return Made(std::move(made));
    if (const std::uint64_t now = shared->progress; now != seen) {
      seen = now;
      end = std::chrono::steady_clock::now() + patience;
    }
  }
  shared->done.close();
  return std::nullopt;
}

}  // namespace cordon::app
