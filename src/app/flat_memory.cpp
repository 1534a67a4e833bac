// SPDX-License-Identifier: Apache-2.0
#include "app/flat_memory.h"

#include <malloc.h>

#include <chrono>

#include "io/thread_name.h"

namespace cordon::app {

namespace {

constexpr int heaps_max = 2;
constexpr int large_buffer = 128 * 1024;  // bytes; glibc's own beginning, which it would raise
constexpr std::chrono::minutes trim_period{1};
constexpr std::chrono::milliseconds stop_poll{200};

}  // namespace

FlatMemory::FlatMemory() {
  ::mallopt(M_ARENA_MAX, heaps_max);
  ::mallopt(M_MMAP_THRESHOLD, large_buffer);
  ::mallopt(M_TRIM_THRESHOLD, large_buffer);
  trimming_ = std::jthread([](const std::stop_token& stop) {
    io::name_thread("memory");
    for (auto next = std::chrono::steady_clock::now() + trim_period; !stop.stop_requested();) {
      std::this_thread::sleep_for(stop_poll);
      if (std::chrono::steady_clock::now() < next) continue;
      ::malloc_trim(0);
      next += trim_period;
    }
  });
}

}  // namespace cordon::app
