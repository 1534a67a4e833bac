// SPDX-License-Identifier: Apache-2.0
// Incoming: what happened on its way to control, from whichever thread, in one queue: what a person orders is judged
// after that person's sign-in.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/queue.h"
#include "engine/question.h"
#include "event/messages.h"

namespace cordon::app {

/// Incoming is an input, and whoever waits for the answer: told why it was not taken, or nothing when it was, after all
/// that its step recorded is durable. Or it is what was weighed on another thread (weigher.h).
struct Incoming {
  using Answer = std::function<void(const std::string& why_not)>;

  std::variant<event::Input, engine::Weighed> happened;
  Answer answer;  // empty: nobody waits

  template <class I>
  requires(std::constructible_from<event::Input, I&&> && !std::same_as<std::remove_cvref_t<I>, Incoming>)
      // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload): meant so
      Incoming(I&& input, Answer waits = {})
      : happened(event::Input(std::forward<I>(input))), answer(std::move(waits)) {}
  explicit Incoming(engine::Weighed weighed) : happened(std::move(weighed)) {}
};

using InputQueue = BoundedQueue<Incoming>;

}  // namespace cordon::app
