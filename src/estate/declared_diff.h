// SPDX-License-Identifier: Apache-2.0
// What differs between two declared estates beside their hosts and flows: weights, places, units, beds, networks,
// borders, passages, services, accounts and care flows, each told by its name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/estate.h"

namespace cordon::estate {

/// DeclaredChange is one declared thing that one of the estates has alone, or that both say otherwise.
struct DeclaredChange {
  enum class Kind : std::uint8_t { fresh, gone, changed };
  Kind kind = Kind::changed;
  std::string table;  // "unit", "border": as docs/ESTATE.md calls it
  std::string name;   // "postes-1>serveurs" for a border; empty for what stands once
  std::string what;   // "beds 10 → 12"; of what is new or gone, all it says
};

/// declared_changes: `match` gives, for each host of `after`, the same host in `before`, if there is one. In the order
/// of docs/ESTATE.md, and of names within a table.
std::vector<DeclaredChange> declared_changes(const Estate& before, const Estate& after,
                                             std::span<const std::optional<HostIndex>> match);

std::string_view word(DeclaredChange::Kind kind);

/// some_of names the first of many.
std::string some_of(std::span<const std::string> names);

}  // namespace cordon::estate
