// SPDX-License-Identifier: Apache-2.0
// What the station wants of its disk at the start: memory, accounts, recorder. Each is tried apart, within a patience,
// and done without when the disk does not give it: no disk keeps the beds dark.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/station_clock.h"
#include "app/station_config.h"
#include "app/station_loop.h"
#include "app/station_memory.h"
#include "app/station_recorder.h"

namespace cordon::app {

/// StartingStation is what the parts that start are told, and tell.
struct StartingStation {
  const StationConfig& config;
  const StationClock& clock;
  StationInbox& inbox;
};

/// Shelter is a folder in memory for what the station cannot do without, when its disk cannot be used. Gone at the end.
class Shelter {
 public:
  Shelter() = default;
  Shelter(const Shelter&) = delete;
  Shelter& operator=(const Shelter&) = delete;
  ~Shelter();
  /// folder gives it, made when it is asked for; empty when even that cannot be made.
  const std::string& folder();

 private:
  std::string folder_;
};

/// remember gives what the station knows of before, and tells what it lacks. Nothing when it must not start, because
/// another station has the logbook: that is said at the console.
std::optional<Memory> remember(const StartingStation& starting);

/// accounts_usable says whether the disk gives the accounts and takes a change of them, and tells when it does not.
/// `stalled`: Memory found that it stands still; here and below it is not asked then.
bool accounts_usable(const StartingStation& starting, bool stalled);

/// open_recorder gives the recorder; null, and told, when there is none in this run.
std::unique_ptr<StationRecorder> open_recorder(const StartingStation& starting, Placements placements, bool stalled);

}  // namespace cordon::app
