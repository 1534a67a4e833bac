// SPDX-License-Identifier: Apache-2.0
// Weigher answers the engine's questions (engine/question.h) on a thread of its own, so that a second verdict does not
// wait while the whole estate is weighed for the first.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "base/queue.h"
#include "engine/question.h"

namespace cordon::app {

class Weigher {
 public:
  /// Tell takes an answer, on the weigher's thread; false when there is no room for it now: it is told again soon.
  using Tell = std::function<bool(engine::Weighed)>;
  using Weigh = std::function<std::optional<event::PlanMade>(const engine::Question&)>;

  /// `weigh` is engine::weigh, but in tests. What it throws is logged, and the answer is told without a plan: the
  /// engine then weighs by itself.
  explicit Weigher(Tell tell, Weigh weigh = engine::weigh);
  ~Weigher();
  Weigher(const Weigher&) = delete;
  Weigher& operator=(const Weigher&) = delete;

  /// ask never waits. One question is weighed at a time; of those that came meanwhile only the newest counts.
  void ask(std::shared_ptr<const engine::Question> question) { questions_.push(std::move(question)); }

 private:
  void run(const std::stop_token& stop);
  void answer(const engine::Question& question, const std::stop_token& stop);

  /// The engine has one question out at a time, and lets go of one it does not wait for.
  static constexpr std::size_t questions_max = 16;

  Tell tell_;
  Weigh weigh_;
  BoundedQueue<std::shared_ptr<const engine::Question>> questions_{questions_max};
  std::jthread thread_;  // last: it uses all of it
};

}  // namespace cordon::app
