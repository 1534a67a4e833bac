// SPDX-License-Identifier: Apache-2.0
// HostKey: what a sensor knows a host by. A host is more than an address: the same address under another MAC is another
// host.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/address.h"
#include "base/time.h"

namespace cordon::event {

struct HostKey {
  std::string sensor;      // name of the mirror port that saw it
  std::uint16_t vlan = 0;  // outermost VLAN id, 0 for untagged
  Mac mac;                 // as seen at the mirror port: a router's, if one stands between
  IpAddress ip;
  WallTime since;  // when this binding of MAC and address was first seen

  friend bool operator==(const HostKey&, const HostKey&) = default;
  friend auto operator<=>(const HostKey&, const HostKey&) = default;
};

}  // namespace cordon::event
