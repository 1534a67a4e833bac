// SPDX-License-Identifier: Apache-2.0
// A simulated bed by IEEE 11073 SDC: a device on an IP address of its own, found by WS-Discovery, asked over HTTP or
// mutual TLS, which sends its reports to whoever subscribes.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "base/result.h"
#include "bed.h"
#include "http/tls_peer.h"

namespace cordon::lab {

/// SdcWard is what the SDC beds of one process share: where they begin, the ear for the group, TLS.
class SdcWard {
 public:
  struct Options {
    std::array<std::uint8_t, 4> address{};  // of the interface on which the group is heard; one of its beds'
    std::uint16_t port = 6464;              // HTTP or HTTPS, of each bed
    std::uint16_t discovery_port = 3702;    // UDP
    std::optional<http::TlsPeers> tls;        // none: HTTP
  };

  /// open hears the group from now on. `io` with errno where it cannot, `malformed` for TLS that does not fit.
  static Result<std::unique_ptr<SdcWard>> open(boost::asio::io_context& context, Options options);
  virtual ~SdcWard() = default;

  /// speaker makes a bed at an address of this machine. `io` with errno where it cannot listen there.
  virtual Result<std::unique_ptr<Speaker>> speaker(Bed& bed, const std::array<std::uint8_t, 4>& address) = 0;
};

}  // namespace cordon::lab
