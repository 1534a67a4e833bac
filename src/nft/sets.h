// SPDX-License-Identifier: GPL-2.0-only
// The sets of the table that hold the targets of cuts. For this folder alone.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "grammar/answer.h"

namespace cordon::nft {

using grammar::CutKind;
using grammar::Ip;
using grammar::Mac;
using grammar::Target;

/// CutSet is a set of the table that holds targets of one kind of cut.
struct CutSet {
  CutKind kind;
  const char* name;
};
enum Family : std::size_t { mac, ip4, ip6, families };
using HostSets = std::array<CutSet, families>;
constexpr HostSets host_sets(CutKind kind, const char* mac, const char* ip4, const char* ip6) {
  return {{{kind, mac}, {kind, ip4}, {kind, ip6}}};
}
constexpr HostSets spread_sets = host_sets(CutKind::block_spread, "spread_mac", "spread_ip4", "spread_ip6");
constexpr HostSets out_sets = host_sets(CutKind::block_out, "out_mac", "out_ip4", "out_ip6");
constexpr HostSets shield_sets = host_sets(CutKind::shield, "shield_mac", "shield_ip4", "shield_ip6");
constexpr HostSets isolate_sets = host_sets(CutKind::isolate, "isolate_mac", "isolate_ip4", "isolate_ip6");
constexpr std::array all_host_sets{spread_sets, out_sets, shield_sets, isolate_sets};
constexpr std::array flow_sets{CutSet{CutKind::block_flow, "flow4"}, CutSet{CutKind::block_flow, "flow6"}};
constexpr std::array border_sets{CutSet{CutKind::close_border, "border4"}, CutSet{CutKind::close_border, "border6"}};

inline Family family_of(const Target& target) {
  if (std::holds_alternative<Mac>(target)) return mac;
  const bool v6 = std::holds_alternative<Ip>(target)              ? std::get<Ip>(target).v6
                  : std::holds_alternative<grammar::Flow>(target) ? std::get<grammar::Flow>(target).client.v6
                                                                  : std::get<grammar::Border>(target).from.address.v6;
  return v6 ? ip6 : ip4;
}

inline const char* set_of(CutKind kind, const Target& target) {
  const Family family = family_of(target);
  if (kind == CutKind::block_flow) return flow_sets[family - ip4].name;
  if (kind == CutKind::close_border) return border_sets[family - ip4].name;
  for (const HostSets& sets : all_host_sets) {
    if (sets[family].kind == kind) return sets[family].name;
  }
  return spread_sets[family].name;
}

/// ip_families pairs a family of sets with nftables' word for its protocol.
constexpr std::array<std::pair<Family, const char*>, 2> ip_families{{{ip4, "ip"}, {ip6, "ip6"}}};

inline std::string in_set(const CutSet& set) {
  return std::string("@") + set.name;
}

}  // namespace cordon::nft
