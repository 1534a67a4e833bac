// SPDX-License-Identifier: Apache-2.0
// What of an estate is Cordon's own, and how an estate's parts are named by their place.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace cordon::estate {

/// Index into the vector of that kind in Estate. Strong, so that a unit is never taken for a host.
template <class Tag>
struct Index {
  std::uint32_t value = 0;
  friend auto operator<=>(const Index&, const Index&) = default;
};
using SiteIndex = Index<struct SiteTag>;
using BuildingIndex = Index<struct BuildingTag>;
using UnitIndex = Index<struct UnitTag>;
using NetworkIndex = Index<struct NetworkTag>;
using HostIndex = Index<struct HostTag>;
using ServiceIndex = Index<struct ServiceTag>;

/// Own says what a host is to Cordon itself. Whoever is cut off by a cut can take none back.
enum class Own : std::uint8_t {
  no,
  box,       // Cordon runs there
  enforcer,  // it carries cuts out: a switch, a file server
};

/// OwnWay is a connection on which Cordon itself lives: from its box to whoever carries cuts out, from browsers to its
/// box. No cut may end one. Nobody declares it: it follows from Cordon's configuration.
struct OwnWay {
  std::optional<HostIndex> from;  // none: from anywhere
  HostIndex to;
  std::uint16_t port = 0;  // as `to` listens; 0: any
  bool udp = false;
  std::string what;  // "cordon-1>sw-rea-1@3799/udp"
};

}  // namespace cordon::estate
