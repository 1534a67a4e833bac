// SPDX-License-Identifier: Apache-2.0
// The gateway to bedside devices with IEEE 11073 SDC: finds them (WS-Discovery), asks and subscribes (HTTP or mutual
// TLS), and turns what they send into what the station takes in. It reads only. Sources: IEEE 11073-20701, 20702.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/gateway.h"
#include "gateway/sdc_readings.h"
#include "http/tls_peer.h"

namespace cordon::gateway {

struct SdcGatewayOptions {
  std::string address;                  // IPv4, of this box's interface to the bedside; the devices answer to it
  std::uint16_t notify_port = 0;        // where they send their reports; 0: any
  std::uint16_t discovery_port = 3702;  // WS-Discovery
  std::vector<std::string> probe;       // "10.9.0.12:3702": asked one by one, besides the group
  std::optional<http::TlsPeers> tls;    // without it a device that speaks TLS is found, not read
  bool plain_allowed = false;           // devices without TLS are read beyond loopback too: a separate network
  SdcLanguage language = SdcLanguage::english;
  std::size_t devices_max = 128;
  std::chrono::milliseconds probe_every{5000};
  double datagrams_a_second = 20;  // of discovery, of one address; beyond it they are not looked at
};

/// open_sdc_gateway begins at once, on `io`'s thread. `malformed` for an address that is none or TLS that does not fit,
/// `io` with errno when a socket is refused.
Result<std::unique_ptr<Gateway>> open_sdc_gateway(boost::asio::io_context& io, SdcGatewayOptions options,
                                                  GatewaySink sink);

}  // namespace cordon::gateway
