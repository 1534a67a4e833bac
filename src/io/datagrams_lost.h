// SPDX-License-Identifier: Apache-2.0
// Datagrams that never came to the program: what the kernel drops of a socket whose buffer is full.
#pragma once

#include <cstdint>

namespace cordon::io {

/// datagrams_lost gives how many datagrams the kernel has dropped of a socket since it was opened, modulo 2^32: for
/// want of room, or with a wrong checksum. 0 for what is no open socket. Never blocks. Source: socket(7) SO_MEMINFO,
/// sock_diag(7) SK_MEMINFO_DROPS; Linux 4.12 and later.
std::uint32_t datagrams_lost(int socket);

}  // namespace cordon::io
