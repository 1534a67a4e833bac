// SPDX-License-Identifier: Apache-2.0
#include "estate/estate.h"

#include <algorithm>

namespace cordon::estate {

const Host* Estate::find(const IpAddress& address) const {
  const auto found = std::ranges::find_if(
      hosts, [&](const Host& h) { return std::ranges::find(h.addresses, address) != h.addresses.end(); });
  return found == hosts.end() ? nullptr : &*found;
}

const Host* Estate::find(const Mac& mac) const {
  const auto found =
      std::ranges::find_if(hosts, [&](const Host& h) { return std::ranges::find(h.macs, mac) != h.macs.end(); });
  return found == hosts.end() ? nullptr : &*found;
}

std::string_view word(Role role) {
  switch (role) {
    case Role::workstation:
      return "workstation";
    case Role::server:
      return "server";
    case Role::medical_device:
      return "medical_device";
    case Role::terminal_server:
      return "terminal_server";
    case Role::nat:
      return "nat";
    case Role::network:
      return "network";
  }
  return "workstation";
}

}  // namespace cordon::estate
