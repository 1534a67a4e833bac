// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder wait with.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace cordon::http {

/// eventually tells whether `holds` within twelve seconds.
inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 2400; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace cordon::http
