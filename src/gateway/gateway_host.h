// SPDX-License-Identifier: Apache-2.0
// GatewayHost runs the station's gateways on one Asio thread of their own. What one of them throws ends neither it nor
// the others.
#pragma once

#include <atomic>
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

class GatewayHost {
 public:
  using Open =
      std::function<Result<std::unique_ptr<Gateway>>(boost::asio::io_context& context, const GatewaySink& sink)>;

  /// `say` and `now` of what gateways speak to are called on the thread of the gateways.
  struct Options {
    std::function<bool(event::BedsideInput)> say;
    std::function<WallTime()> now;
    std::vector<KnownDevice> known{};                                  // GatewaySink::known
    std::function<std::shared_ptr<const std::atomic<bool>>()> kept{};  // GatewaySink::kept
  };
  explicit GatewayHost(Options options);
  ~GatewayHost();
  GatewayHost(const GatewayHost&) = delete;
  GatewayHost& operator=(const GatewayHost&) = delete;

  /// add opens a gateway, before start. Fails as its opening function does.
  Result<void> add(const Open& open);
  void start();
  /// placed: from now on a device stands at a bed, or (empty) at none. Any thread.
  void placed(std::string device, std::string bed);
  /// stop ends the thread, then closes every gateway.
  void stop();
  /// exceptions counts what gateways threw: mistakes of ours. Each is the alarm `gateway_fault` for a minute.
  std::uint64_t exceptions() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cordon::gateway
