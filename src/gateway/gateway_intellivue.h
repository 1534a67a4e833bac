// SPDX-License-Identifier: Apache-2.0
// The gateway for Philips IntelliVue: hears the beacons by which monitors announce themselves, and asks each of them,
// and those that the configuration names, for its data. UDP, IPv4.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/gateway.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace cordon::gateway {

struct IntellivueGatewayOptions {
  std::string address = "0.0.0.0";      // where beacons are heard, and from where monitors are asked
  std::uint16_t beacon_port = 24005;    // 0 takes any free one
  bool announced = true;                // false: only the monitors below
  std::vector<std::string> monitors{};  // IPv4 addresses, with :port where it is not 24105
  bool waves = true;
  /// The first of source_ports_count ports from which monitors are asked; 0: any. A monitor's place among them follows
  /// from its address alone, so that a station that was killed is, to the monitor, who it was before: it would refuse
  /// anybody else until its own time-out. Where the port is taken, any free one serves.
  std::uint16_t source_ports = 24200;
  std::size_t monitors_max = 128;
  double datagrams_a_second = 200;  // of one monitor: a full one sends about 30; beyond it they are dropped
  std::function<void(std::uint16_t port)> listening{};  // told once where beacons are heard
};

constexpr std::uint16_t source_ports_count = 1024;

/// open_intellivue_gateway listens and begins to ask. Returns `malformed` for an address that is none, `limit` above
/// monitors_max, `io` with errno where it cannot listen.
Result<std::unique_ptr<Gateway>> open_intellivue_gateway(boost::asio::io_context& context,
                                                         IntellivueGatewayOptions options, GatewaySink sink);

}  // namespace cordon::gateway
