// SPDX-License-Identifier: Apache-2.0
// Mac and IpAddress: link and network addresses as values, with their usual text forms.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cordon {

/// Mac is a 48-bit IEEE 802 address; all zero means "not known".
struct Mac {
  std::array<std::uint8_t, 6> bytes{};
  friend auto operator<=>(const Mac&, const Mac&) = default;
  bool known() const { return bytes != std::array<std::uint8_t, 6>{}; }
  bool multicast() const { return (bytes[0] & 1U) != 0; }
  /// shared_by_routers: one that routers which stand in for each other answer at, and send from others of their own.
  /// Source: RFC 9568 7.3 (VRRP), RFC 2281 6 (HSRP), Cisco's manuals (HSRP version 2 and for IPv6, GLBP).
  bool shared_by_routers() const;
  std::string text() const;  // 02:77:00:00:00:11
  /// parse reads six hexadecimal pairs joined by ':' or '-'.
  static Result<Mac> parse(std::string_view text);
};

/// IpAddress is IPv4 or IPv6. IPv4 is kept in the first four bytes.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
  static IpAddress from_v4(std::span<const std::uint8_t, 4> in);
  static IpAddress from_v6(std::span<const std::uint8_t, 16> in);
  /// parse reads dotted IPv4 or RFC 4291 IPv6 text, without zone or prefix.
  static Result<IpAddress> parse(std::string_view text);
  std::string text() const;  // RFC 5952 for IPv6
  /// one_station is false for 0/8, 127/8, 224/3, ::, ::1, ff00::/8 and mapped IPv4: no frame is of these to or from one
  /// machine, and no enforcer takes them.
  bool one_station() const;
  bool unspecified() const { return bytes == std::array<std::uint8_t, 16>{}; }
};

std::size_t hash_bytes(std::span<const std::uint8_t> in) noexcept;

}  // namespace cordon

template <>
struct std::hash<cordon::Mac> {
  std::size_t operator()(const cordon::Mac& m) const noexcept { return cordon::hash_bytes(m.bytes); }
};
template <>
struct std::hash<cordon::IpAddress> {
  std::size_t operator()(const cordon::IpAddress& a) const noexcept {
    return cordon::hash_bytes(a.bytes) ^ (a.v6 ? 0x9e3779b97f4a7c15ULL : 0);
  }
};
