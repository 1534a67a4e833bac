// SPDX-License-Identifier: GPL-2.0-only
// Where the helper stands, and what nftables calls that: its table judges the frames that a bridge forwards (family
// bridge) or the packets that a router does (family inet). What a router judges otherwise is in ruleset.h.
#pragma once

#include <cstdint>
#include <string>

namespace cordon::nft {

constexpr const char* table_name = "cordon";

enum class Hop : std::uint8_t { bridge, router };

constexpr const char* family_word(Hop hop) {
  return hop == Hop::bridge ? "bridge" : "inet";
}

/// Table names one table of this network namespace.
struct Table {
  Hop hop = Hop::bridge;
  std::string name = table_name;
  bool bridge() const { return hop == Hop::bridge; }
};

/// sees_nothing says why a table at this hop would judge nothing in the network namespace of the caller, and the
/// remedy: no bridge is there, or no interface forwards. Empty: it would.
std::string sees_nothing(Hop hop);

}  // namespace cordon::nft
