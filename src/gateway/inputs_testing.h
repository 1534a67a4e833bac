// SPDX-License-Identifier: Apache-2.0
// What the tests of the *_inputs read the inputs with.
#pragma once

#include <chrono>
#include <variant>
#include <vector>

#include "base/time.h"
#include "event/bedside.h"

namespace cordon::gateway {

inline constexpr WallTime noon{std::chrono::seconds(1'670'068'800)};  // of 3 December 2022

/// all gives those of one kind, in their order.
template <class T>
std::vector<T> all(const std::vector<event::BedsideInput>& inputs) {
  std::vector<T> out;
  for (const event::BedsideInput& input : inputs) {
    if (const auto* one = std::get_if<T>(&input)) out.push_back(*one);
  }
  return out;
}

}  // namespace cordon::gateway
