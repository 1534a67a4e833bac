// SPDX-License-Identifier: GPL-2.0-only
// Server reads lines from a few clients of one listening Unix stream socket and hands them to the Helper, one at a
// time.
#pragma once

#include <cstddef>
#include <string>

#include "nft/helper.h"

namespace cordon::nft {

constexpr std::size_t clients_max = 8;  // the control process, its successor, and a person looking
constexpr int send_timeout_s = 2;       // a client that does not read its answer is dropped after this

/// listen_at makes a listening socket that only the owner may connect to; a dead socket at `path` is replaced. Returns
/// the descriptor, or -1 with errno.
int listen_at(const std::string& path);

/// serve answers until the listening socket fails; returns errno.
int serve(int listening, Helper& helper);

}  // namespace cordon::nft
