// SPDX-License-Identifier: Apache-2.0
// The socket of cordon-smb: who may ask is judged by SO_PEERCRED, lines go to the helper, time passes.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "samba/helper.h"

namespace cordon::samba {

constexpr std::size_t clients_max = 4;
constexpr std::size_t uids_max = 8;
constexpr int send_timeout_s = 2;
constexpr int tend_ms = 1000;

/// listen_at makes a Unix socket, replacing one that nobody listens on any more. Gives its descriptor, or -1 and errno.
int listen_at(const std::string& path);

struct ServeOptions {
  int listening = -1;
  std::vector<std::uint32_t> uids;  // who may ask besides root
  std::function<Now()> now;
  std::function<void(const std::string&)> complain;
  const volatile std::sig_atomic_t* stop = nullptr;
};

/// serve answers until `stop` is set. Gives an errno, 0 when it was stopped.
int serve(Helper& helper, const ServeOptions& options);

}  // namespace cordon::samba
