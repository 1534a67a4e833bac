// SPDX-License-Identifier: Apache-2.0
// Networks by address: which of the declared networks an address belongs to.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate/estate.h"

namespace cordon::estate {

/// parse_prefix reads 10.12.0.0/16; nothing for what is no prefix or has bits behind it.
std::optional<Prefix> parse_prefix(std::string_view text);
std::string text_of(const Prefix& prefix);

/// first_of gives the address of a prefix of so many bits around `address`.
IpAddress first_of(const IpAddress& address, std::uint8_t bits);

/// names_a_whole says of an IPv4 address that it is the first of a network, or the one that all its machines hear
/// (RFC 919), and so no machine's; empty where it may be one's.
std::string names_a_whole(const Network& network, const IpAddress& address);

bool overlap(const Prefix& a, const Prefix& b);

/// NetworkTable answers for many addresses; it copies what it needs of the estate.
class NetworkTable {
 public:
  explicit NetworkTable(const std::vector<Network>& networks);

  /// find gives every network with the longest prefix that contains the address: more than one only where sites use the
  /// same addresses.
  std::vector<NetworkIndex> find(const IpAddress& address) const;

 private:
  struct Length {
    bool v6;
    std::uint8_t bits;
    std::unordered_map<IpAddress, std::vector<NetworkIndex>> networks;
  };
  std::vector<Length> lengths_;  // longest first
};

}  // namespace cordon::estate
