// SPDX-License-Identifier: Apache-2.0
// Flat memory: a process that runs for days stays as large as what it holds. glibc keeps what threads free, for the
// next request of their own, and keeps the more the larger what it once freed was: after each stall of a busy machine a
// station would be larger for good.
#pragma once

#include <thread>

namespace cordon::app {

/// FlatMemory, made before any other thread, has malloc share two heaps among all threads, take large buffers from the
/// system and give them back at once; and while it lives, it gives back each minute what the heaps do not use.
class FlatMemory {
 public:
  FlatMemory();

 private:
  std::jthread trimming_;
};

}  // namespace cordon::app
