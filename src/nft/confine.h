// SPDX-License-Identifier: GPL-2.0-only
// What the helper gives up before it reads a byte from anybody: every capability but CAP_NET_ADMIN, every way to gain
// one, and every system call it does not need.
#pragma once

#include <string>

namespace cordon::nft {

bool has_net_admin();

/// confine drops rights for good. Returns what went wrong, empty if nothing.
std::string confine();

}  // namespace cordon::nft
