// SPDX-License-Identifier: Apache-2.0
// The gateway for HL7 version 2 over MLLP: monitors, and gateways of manufacturers with many beds behind one
// connection, connect to it, send observations and alarms, and are answered. Monitors of Mindray PDS wait to be called:
// where they announce themselves they are asked for what they measure, and for nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "gateway/gateway.h"
#include "gateway/hl7_inputs.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace cordon::gateway {

struct Hl7GatewayOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 2575;  // IANA: hl7; 0 takes any free one
  Hl7Reading reading{};
  std::size_t connections_max = 128;
  // Of one address, over all its connections: 128 beds with waves send about 260 messages and 7 MB a second. Beyond
  // these bytes is read later; beyond these messages whoever says more at once is heard in part, alarms always.
  std::size_t connections_per_address_max = 16;
  std::size_t devices_per_address_max = 128;
  std::size_t devices_max = 512;  // of all addresses: as many links as the station keeps
  double messages_a_second = 600;
  double bytes_a_second = 8.0 * 1024 * 1024;
  std::function<void(std::uint16_t port)> listening{};  // told once where it listens
  // UDP port where monitors of Mindray PDS announce themselves, 4600; 0 takes any free one. Nothing: they are not
  // called.
  std::optional<std::uint16_t> announcements{};
  std::function<void(std::uint16_t port)> hearing{};  // told once where announcements are heard
};

/// open_hl7_gateway listens. Returns `malformed` for an address that is none, `io` with errno where it cannot listen.
Result<std::unique_ptr<Gateway>> open_hl7_gateway(boost::asio::io_context& context, Hl7GatewayOptions options,
                                                  GatewaySink sink);

}  // namespace cordon::gateway
