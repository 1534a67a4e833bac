// SPDX-License-Identifier: Apache-2.0
// Control: takes inputs in batches, steps the engine, commits the batch durably and only then releases the effects. The
// owner of the logbook and of all derived state. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/incoming.h"
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
    /// question is told at once what the engine wants weighed elsewhere: nothing rests on it yet.
    std::function<void(std::shared_ptr<const engine::Question>)> question{};
  };

  /// `book` may be empty: then nothing is durable and everything is released at once (replay).
  Control(engine::Engine engine, std::optional<logbook::Logbook> book, Released released);

  /// let_wait lets events on which no effect rests wait so long for their commit (zero, as at first: not at all).
  /// Evidence that comes file by file must not put one flush to disk after another before the cut it leads to.
  void let_wait(std::chrono::milliseconds commit_wait) { commit_wait_ = commit_wait; }
  /// waits: events are waiting in that way, so take again soon, if only with an empty batch.
  bool waits() const { return waiting_since_.has_value(); }

  /// take steps the engine through the batch and commits. When the logbook cannot be written, events, effects and
  /// answers wait and the next take tries again.
  void take(std::span<const event::Input> batch);
  /// take_in does the same; what somebody waits to hear of never waits for a commit.
  void take_in(std::vector<Incoming> batch);
  /// finish records what the engine still holds.
  void finish();

  const engine::Engine& engine() const { return engine_; }
  const logbook::Logbook* book() const { return book_ ? &*book_ : nullptr; }
  /// trouble says why the logbook cannot be written; empty when it can.
  const std::string& trouble() const { return trouble_; }
  std::uint64_t refused() const { return refused_; }

 private:
  void step(const event::Input& input, Incoming::Answer answer);
  void keep(engine::Step step);
  void settle();
  void commit();

  engine::Engine engine_;
  std::optional<logbook::Logbook> book_;
  Released released_;
  std::vector<engine::Recorded> events_;
  std::vector<event::Effect> effects_;
  std::vector<std::function<void()>> answers_;
  std::chrono::milliseconds commit_wait_{0};
  std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  std::string trouble_;
  std::uint64_t refused_ = 0;
};

}  // namespace cordon::app
