// SPDX-License-Identifier: Apache-2.0
// Incoming: what happened on its way to control, from whichever thread, in one queue: what a person orders is judged
// after that person's sign-in.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/queue.h"
#include "event/messages.h"

namespace cordon::app {

/// Incoming is an input, and whoever waits for the answer: told why it was not taken, or nothing when it was, after all
/// that its step recorded is durable.
struct Incoming {
  using Answer = std::function<void(const std::string& why_not)>;

  event::Input input;
  Answer answer;  // empty: nobody waits

  template <class I>
  requires(std::constructible_from<event::Input, I&&> && !std::same_as<std::remove_cvref_t<I>, Incoming>)
      Incoming(I&& happened, Answer waits = {})
      : input(std::forward<I>(happened)), answer(std::move(waits)) {}
};

using InputQueue = BoundedQueue<Incoming>;

}  // namespace cordon::app
