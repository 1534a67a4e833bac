// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Mac, Ip, Prefix, PortRange, CareFlow, Flow and Border: what requests to the enforcer are about, as values with one
// text form each. They repeat base/address.h on purpose: this folder is all that the GPL helper shares with Cordon.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cordon::grammar {

/// Mac is a 48-bit IEEE 802 address, written 02:77:00:00:00:11.
struct Mac {
  std::array<std::uint8_t, 6> bytes{};
  friend auto operator<=>(const Mac&, const Mac&) = default;
  std::string text() const;
  static std::optional<Mac> parse(std::string_view text);
  /// one_station is false for group addresses and for zero: a cut of those would reach others.
  bool one_station() const;
};

/// Ip is IPv4 (in the first four bytes) or IPv6, written as inet_ntop(3) writes it.
struct Ip {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
  friend auto operator<=>(const Ip&, const Ip&) = default;
  std::string text() const;
  static std::optional<Ip> parse(std::string_view text);
  /// one_station is false for 0/8, 127/8, 224/3, ::, ::1, ff00::/8 and mapped IPv4 (no frame carries those).
  bool one_station() const;
};

/// PortRange is first..last, both included, written 445 or 5985-5986.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  friend auto operator<=>(const PortRange&, const PortRange&) = default;
  std::string text() const;
  static std::optional<PortRange> parse(std::string_view text);
};

/// CareFlow is a server and port that care depends on, written 10.0.0.30@2575.
struct CareFlow {
  Ip server;
  std::uint16_t port = 0;
  friend auto operator<=>(const CareFlow&, const CareFlow&) = default;
  std::string text() const;
  static std::optional<CareFlow> parse(std::string_view text);
};

/// Prefix is a range of addresses, written 10.12.0.0/16; no bit below the prefix is set.
struct Prefix {
  Ip address;
  std::uint8_t bits = 0;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
  std::string text() const;
  static std::optional<Prefix> parse(std::string_view text);
};

/// Flow is what one client says to one TCP server, written 10.0.0.11>10.0.0.20@445. Both are of one address family.
struct Flow {
  Ip client;
  Ip server;
  std::uint16_t port = 0;
  friend auto operator<=>(const Flow&, const Flow&) = default;
  std::string text() const;
  static std::optional<Flow> parse(std::string_view text);
};

/// Border is what clients of one network ask of servers of another, written 10.12.0.0/16>10.13.0.0/16.
struct Border {
  Prefix from;
  Prefix to;
  friend auto operator<=>(const Border&, const Border&) = default;
  std::string text() const;
  static std::optional<Border> parse(std::string_view text);
};

/// parse_number reads a decimal number ≤ `max` without sign, blanks or leading zeros.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max);

}  // namespace cordon::grammar
