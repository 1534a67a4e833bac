// SPDX-License-Identifier: Apache-2.0
// Which gateways the station opens.
#include "app/station.h"
#include "io/gateway_hl7.h"
#include "io/gateway_intellivue.h"

namespace cordon::app {

namespace {

NamedGateway hl7(const StationConfig& config) {
  io::Hl7GatewayOptions options;
  options.address = config.hl7_address;
  options.port = static_cast<std::uint16_t>(config.hl7_port);
  options.reading.period = std::chrono::seconds(config.hl7_period);
  options.reading.utc_offset = config.hl7_offset();
  return {"hl7", [options](boost::asio::io_context& context, const io::GatewaySink& sink) {
            return io::open_hl7_gateway(context, options, sink);
          }};
}

NamedGateway intellivue(const StationConfig& config) {
  io::IntellivueGatewayOptions options;
  options.address = config.intellivue_address;
  options.beacon_port = static_cast<std::uint16_t>(config.intellivue_beacon_port);
  options.announced = config.intellivue_beacon_port != 0;
  options.monitors = config.intellivue_monitors;
  options.waves = config.intellivue_waves;
  return {"intellivue", [options](boost::asio::io_context& context, const io::GatewaySink& sink) {
            return io::open_intellivue_gateway(context, options, sink);
          }};
}

}  // namespace

std::vector<NamedGateway> gateways_of(const StationConfig& config) {
  std::vector<NamedGateway> out;
  if (!config.hl7_address.empty()) out.push_back(hl7(config));
  if (!config.intellivue_address.empty()) out.push_back(intellivue(config));
  return out;
}

}  // namespace cordon::app
