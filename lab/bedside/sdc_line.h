// SPDX-License-Identifier: Apache-2.0
// The sockets of simulated SDC devices: each on an IP address of its own, found by WS-Discovery, asked over HTTP or
// mutual TLS, and sending its reports to whoever subscribes.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/tls_peer.h"
#include "sdc/provider.h"

namespace cordon::lab {

/// SdcDevice is what speaks on a line.
class SdcDevice {
 public:
  virtual ~SdcDevice() = default;
  virtual sdc::Provider& provider() = 0;
  /// off: its cable is out, and carries nothing, not even a refusal.
  virtual bool off() const = 0;
};

/// SdcLine is the sockets of one device.
class SdcLine {
 public:
  virtual ~SdcLine() = default;
  /// announce says Hello.
  virtual void announce() = 0;
  /// owe sends reports to their subscribers, one after the other.
  virtual void owe(std::vector<sdc::Notification> reports) = 0;
  /// waiting: how many reports are not handed to a socket yet, of the subscriber with most of them.
  virtual std::size_t waiting() const = 0;
};

/// SdcWard is what the SDC devices of one process share: where they begin, the ear for the group, TLS.
class SdcWard {
 public:
  using Address = std::array<std::uint8_t, 4>;
  struct Options {
    Address address{};                    // of the interface on which the group is heard; one of its devices'
    std::uint16_t port = 6464;            // HTTP or HTTPS, of each device
    std::uint16_t discovery_port = 3702;  // UDP
    std::optional<http::TlsPeers> tls{};  // none: HTTP
  };

  /// open hears the group from now on. `io` with errno where it cannot, `malformed` for TLS that does not fit.
  static Result<std::unique_ptr<SdcWard>> open(boost::asio::io_context& context, Options options);
  virtual ~SdcWard() = default;

  /// url_of gives where a device at an address is reached.
  virtual std::string url_of(const Address& address) const = 0;
  /// line listens at an address of this machine for `device`; both live as long as the context runs. `io` with errno
  /// where it cannot.
  virtual Result<std::unique_ptr<SdcLine>> line(SdcDevice& device, const Address& address) = 0;
};

}  // namespace cordon::lab
