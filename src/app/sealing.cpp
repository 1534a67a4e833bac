// SPDX-License-Identifier: Apache-2.0
#include "app/sealing.h"

#include "app/say.h"

namespace cordon::app {

namespace {

constexpr std::chrono::seconds seal_timeout{2};
constexpr std::chrono::milliseconds batch_wait{100};

}  // namespace

Sealing::Sealing(std::string socket, Tell tell) : client_({std::move(socket), seal_timeout}), tell_(std::move(tell)) {}

void Sealing::run(const std::stop_token& stop) {
  while (!stop.stop_requested() && !heads_.closed()) {
    for (Noted& noted : heads_.pop_batch(heads_max, batch_wait)) {
      newest_ = std::move(noted.head);
      hurry_ = hurry_ || noted.now_please;
    }
    tend();
  }
  hurry_ = true;
  tend();
}

void Sealing::tend() {
  const auto now = std::chrono::steady_clock::now();
  if (newest_.sequence == sealed_ || (!hurry_ && now < next_)) return;
  hurry_ = false;
  next_ = now + seal_period;
  const auto signed_head = client_.seal(newest_);
  if (signed_head) sealed_ = newest_.sequence;
  const std::string detail =
      signed_head ? "" : sentence_for(signed_head.error(), "the head of the logbook is not signed");
  if (told_ && *told_ == detail) return;
  // The first silence is a start in another order, not news.
  if (!told_ && !signed_head && ++misses_ < 3) return;
  told_ = detail;
  tell_(signed_head.has_value(), detail);
}

}  // namespace cordon::app
