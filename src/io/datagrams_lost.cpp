// SPDX-License-Identifier: Apache-2.0
#include "io/datagrams_lost.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <array>

namespace cordon::io {

std::uint32_t datagrams_lost(int socket) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> counters{};
  socklen_t size = sizeof counters;
  const bool known = ::getsockopt(socket, SOL_SOCKET, SO_MEMINFO, counters.data(), &size) == 0;
  return known ? counters[SK_MEMINFO_DROPS] : 0;
}

}  // namespace cordon::io
