// SPDX-License-Identifier: Apache-2.0
// Control: takes inputs in batches, steps the engine, commits the batch durably and only then releases the effects. The
// owner of the logbook and of all derived state. One thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "logbook/logbook.h"

namespace cordon::app {

/// unwritten_max: events that wait for a logbook that cannot be written; beyond it observations are refused, decisions
/// never.
constexpr std::size_t unwritten_max = 65536;

class Control {
 public:
  /// Released is told what a commit set free, in order.
  struct Released {
    std::function<void(std::span<const engine::Recorded>)> events;
    std::function<void(const event::Effect&)> effect;
  };

  /// `book` may be empty: then nothing is durable and everything is released at once (replay).
  Control(engine::Engine engine, std::optional<logbook::Logbook> book, Released released);

  /// take steps the engine through the batch and commits. When the logbook cannot be written, events and effects wait
  /// and the next take tries again.
  void take(std::span<const event::Input> batch);
  /// finish records what the engine still holds.
  void finish();

  const engine::Engine& engine() const { return engine_; }
  const logbook::Logbook* book() const { return book_ ? &*book_ : nullptr; }
  /// trouble says why the logbook cannot be written; empty when it can.
  const std::string& trouble() const { return trouble_; }
  std::uint64_t refused() const { return refused_; }

 private:
  void keep(engine::Step step);
  void commit();

  engine::Engine engine_;
  std::optional<logbook::Logbook> book_;
  Released released_;
  std::vector<engine::Recorded> events_;
  std::vector<event::Effect> effects_;
  std::string trouble_;
  std::uint64_t refused_ = 0;
};

}  // namespace cordon::app
