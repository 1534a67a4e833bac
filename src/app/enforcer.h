// SPDX-License-Identifier: Apache-2.0
// Enforcers: one thread for each configured means (enforce/enforcer.h), so that a silent switch holds up nobody's cut. One
// that only rehearses is asked what it would do; the means "dry-run" asks nobody.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/clock.h"
#include "app/config.h"
#include "base/queue.h"
#include "enforce/enforcer.h"
#include "estate/estate.h"
#include "event/messages.h"

namespace cordon::app {

/// enforcer_poll: how often a means is read back while a cut is in force, and how soon a lost one is looked for again.
constexpr std::chrono::milliseconds enforcer_poll{500};
constexpr std::size_t effects_max = 4096;  // waiting for one means: as many cuts as the bridge's sets hold

class Enforcers {
 public:
  using Report = std::function<void(event::Input)>;

  /// open makes every means that the configuration names. Nothing is asked of anybody yet, and one that does not answer
  /// is no failure; a secret that cannot be read is, and `why` says which.
  static std::unique_ptr<Enforcers> open(const Config& config, const estate::Estate& estate, std::string& why);
  ~Enforcers();
  Enforcers(const Enforcers&) = delete;
  Enforcers& operator=(const Enforcers&) = delete;

  /// start begins the threads; `report` and `now` are called on each of them. `now` is the time that cuts end by.
  void start(Report report, std::function<WallTime()> now = wall_now);
  /// take hands an effect to its means; false when too many wait there, or nobody of that name is configured.
  bool take(const event::Effect& effect);
  /// stop ends the threads; cuts in force stay.
  void stop();

 private:
  struct Line {
    std::string name;
    std::unique_ptr<enforce::Means> means;  // null for the dry run of everything; given away at the start
    enforce::Enforcer::Run run = enforce::Enforcer::Run::real;
    BoundedQueue<event::Effect> effects{effects_max};
    std::jthread thread;
  };

  Enforcers() = default;

  Report report_;
  std::function<WallTime()> now_;
  std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace cordon::app
