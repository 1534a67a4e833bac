// SPDX-License-Identifier: Apache-2.0
#include "app/weigher.h"

#include <fmt/format.h>

#include <exception>

#include "app/say.h"
#include "io/thread_name.h"

namespace cordon::app {

namespace {

constexpr std::chrono::milliseconds questions_wait{1000};
constexpr std::chrono::milliseconds told_again_after{5};

}  // namespace

Weigher::Weigher(Tell tell, Weigh weigh)
    : tell_(std::move(tell)), weigh_(std::move(weigh)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Weigher::~Weigher() {
  thread_.request_stop();
  questions_.close();
}

void Weigher::run(const std::stop_token& stop) {
  io::name_thread("weigher");
  while (!stop.stop_requested()) {
    const auto asked = questions_.pop_batch(questions_max, questions_wait);
    if (!asked.empty() && !stop.stop_requested()) answer(*asked.back(), stop);
  }
}

void Weigher::answer(const engine::Question& question, const std::stop_token& stop) {
  engine::Weighed weighed{question.number, question.at, {}};
  try {
    weighed.plan = weigh_(question);
  } catch (const std::exception& e) {
    log_line(fmt::format("component=control event=not_weighed why=\"{}\"", e.what()));
  }
  while (!tell_(weighed) && !stop.stop_requested()) std::this_thread::sleep_for(told_again_after);
}

}  // namespace cordon::app
