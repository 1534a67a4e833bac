// SPDX-License-Identifier: Apache-2.0
// serve answers a Sealer's clients on a listening Unix socket: one thread, a poll loop, everything bounded.
#pragma once

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "seal/seal.h"

namespace cordon::seal {

inline constexpr std::size_t connections_max = 8;  // the writers of a site's boxes; a further one waits in the kernel
inline constexpr std::size_t uids_max = 8;

/// listen_on makes a Unix socket at `path`, replacing a socket that nobody listens on any more. Fails with `denied`
/// when something else stands there or another seal answers there, `limit` for a path too long, `io` with errno.
/// `everybody`: any user may connect (and is judged by who he is); else only this one.
Result<int> listen_on(const std::string& path, bool everybody);

struct ServeOptions {
  int listener = -1;                                 // a listening, non-blocking Unix stream socket, borrowed
  std::vector<std::uint32_t> uids;                   // who may ask, by SO_PEERCRED; empty: everybody who can connect
  const volatile std::sig_atomic_t* stop = nullptr;  // serve returns once it is not 0
  const sigset_t* wait_mask = nullptr;               // signals blocked while waiting; null: as they are
};

/// serve runs until stopped. A client that sends what is no request gets one answer and is let go.
Result<void> serve(Sealer& sealer, const ServeOptions& options);

}  // namespace cordon::seal
