// SPDX-License-Identifier: Apache-2.0
// Names of threads, for people who look where a process spends its time (`top -H`).
#pragma once

#include <pthread.h>

#include <cstddef>

namespace cordon::io {

constexpr std::size_t thread_name_max = 15;  // pthread_setname_np(3)

/// name_thread names the calling thread. A name that is too long is refused by the compiler.
template <std::size_t size>
void name_thread(const char (&name)[size]) {
  static_assert(size <= thread_name_max + 1);
  ::pthread_setname_np(::pthread_self(), name);
}

}  // namespace cordon::io
