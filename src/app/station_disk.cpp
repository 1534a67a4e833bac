// SPDX-License-Identifier: Apache-2.0
#include "app/station_disk.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>

#include "app/say.h"
#include "people/store.h"

namespace cordon::app {

namespace {

/// Lacking is a part that the disk does not give in this run.
struct Lacking {
  const char* part;  // the alarm's condition
  std::string_view text;
  std::string why;  // in a sentence, for who keeps the box
  event::AlarmPriority priority = event::AlarmPriority::low;
};

/// lacks tells it on the screens and at the console.
void lacks(const StartingStation& starting, const Lacking& lacking) {
  complain(lacking.why + "; repair it, then restart the station");
  starting.inbox.say(
      event::OwnTrouble{starting.clock.now(), lacking.part, lacking.priority, std::string(lacking.text), true});
}

}  // namespace

Shelter::~Shelter() {
  std::error_code none;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, none);
}

const std::string& Shelter::folder() {
  if (!folder_.empty()) return folder_;
  std::string form = "/dev/shm/cordon-station-XXXXXX";
  if (::mkdtemp(form.data()) != nullptr) folder_ = form;
  return folder_;
}

std::optional<Memory> remember(const StartingStation& starting) {
  auto memory =
      within_patience<Memory>([config = starting.config](Progress& progress) { return recall(config, progress); });
  if (!memory) {
    memory.emplace();
    memory->stalled = true;
    memory->why = fmt::format("{}: the disk stands still", starting.config.data_folder());
  }
  if (memory->refused) {
    complain(memory->why);
    return std::nullopt;
  }
  if (memory->lack != Lack::nothing) {
    lacks(starting, {"memory", word(memory->lack), memory->why, event::AlarmPriority::high});
  }
  if (const std::string told = told_lost_beds(memory->state, starting.config); !told.empty()) complain(told);
  return memory;
}

bool accounts_usable(const StartingStation& starting, bool stalled) {
  const std::string folder = starting.config.people_folder();
  const auto usable = stalled ? std::nullopt : within_patience<bool>([folder](Progress&) {
    const auto store = people::Store::open(folder);
    const auto accounts = store ? store->accounts() : fail(ErrorCode::io, "accounts");
    if (!accounts) return false;
    if (!accounts->empty() || !store->set_up_code().value_or("").empty()) return true;
    const bool written = people::write_private_file(folder, "tried", "").has_value();  // as the first code will be
    std::error_code none;
    std::filesystem::remove(folder + "/tried", none);
    return written;
  });
  if (usable.value_or(false)) return true;
  lacks(starting, {"accounts", "", folder + (usable ? ": the accounts cannot be used" : ": the disk stands still")});
  return false;
}

std::unique_ptr<StationRecorder> open_recorder(const StartingStation& starting, Placements placements, bool stalled) {
  const StationConfig& config = starting.config;
  const recorder::Options options{.folder = config.recorder_folder(),
                                  .keep = std::chrono::hours(config.recorder_hours),
                                  .bytes_max = static_cast<std::uint64_t>(config.recorder_gigabytes * 1e9)};
  // Tried apart: a disk that stands still holds up nothing but who asks it.
  const auto tried = stalled ? std::nullopt : within_patience<std::string>([options](Progress&) {
    std::error_code error;
    std::filesystem::create_directories(options.folder, error);
    const auto found = recorder::Recorder::open(options);
    return found ? std::string() : sentence_for(found.error(), options.folder);
  });
  if (!tried || !tried->empty()) {
    lacks(starting, {"recorder", "absent", tried ? *tried : fmt::format("{}: the disk stands still", options.folder)});
    return nullptr;
  }
  auto out = StationRecorder::open(
      {.recorder = options,
       .hospital = config.hospital,
       .unit = config.unit,
       .book_path = config.book_path(),
       .placements = std::move(placements),
       .names = config.view().names,
       .now = [&clock = starting.clock] { return clock.now(); },
       .say = [&inbox = starting.inbox](event::BedsideInput input) { inbox.say(std::move(input)); }});
  if (out) return std::move(*out);
  lacks(starting, {"recorder", "absent", sentence_for(out.error(), options.folder)});
  return nullptr;
}

}  // namespace cordon::app
