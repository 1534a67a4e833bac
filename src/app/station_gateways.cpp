// SPDX-License-Identifier: Apache-2.0
// Which gateways the station opens.
#include <cerrno>
#include <optional>

#include "app/settings.h"
#include "app/station.h"
#include "gateway/gateway_hl7.h"
#include "gateway/gateway_intellivue.h"
#include "gateway/gateway_sdc.h"
#include "http/tls.h"

namespace cordon::app {

namespace {

NamedGateway hl7(const StationConfig& config) {
  gateway::Hl7GatewayOptions options;
  options.address = config.hl7_address;
  options.port = static_cast<std::uint16_t>(config.hl7_port);
  options.reading.period = std::chrono::seconds(config.hl7_period);
  options.reading.utc_offset = config.hl7_offset();
  if (config.hl7_mindray_port != 0) options.announcements = static_cast<std::uint16_t>(config.hl7_mindray_port);
  return {"hl7", [options](boost::asio::io_context& context, const gateway::GatewaySink& sink) {
            return gateway::open_hl7_gateway(context, options, sink);
          }};
}

NamedGateway intellivue(const StationConfig& config) {
  gateway::IntellivueGatewayOptions options;
  options.address = config.intellivue_address;
  options.beacon_port = static_cast<std::uint16_t>(config.intellivue_beacon_port);
  options.announced = config.intellivue_beacon_port != 0;
  options.monitors = config.intellivue_monitors;
  options.waves = config.intellivue_waves;
  options.source_ports = static_cast<std::uint16_t>(config.intellivue_source_ports);
  return {"intellivue", [options](boost::asio::io_context& context, const gateway::GatewaySink& sink) {
            return gateway::open_intellivue_gateway(context, options, sink);
          }};
}

Result<std::optional<http::TlsPeers>> sdc_peers(const StationConfig& config) {
  if (config.sdc_key.empty()) return std::optional<http::TlsPeers>();
  http::TlsPeers out;
  out.identity =
      CORDON_TRY(http::load_identity(config.path_of(config.sdc_key), config.path_of(config.sdc_certificate)));
  if (!read_settings_file(config.path_of(config.sdc_authorities), out.authorities_pem)) {
    return fail(ErrorCode::io, "authorities", ENOENT);
  }
  return std::optional(std::move(out));
}

NamedGateway sdc(const StationConfig& config) {
  return {"sdc",
          [&config](boost::asio::io_context& context,
                    const gateway::GatewaySink& sink) -> Result<std::unique_ptr<gateway::Gateway>> {
            gateway::SdcGatewayOptions options;
            options.address = config.sdc_address;
            options.notify_port = static_cast<std::uint16_t>(config.sdc_notify_port);
            options.discovery_port = static_cast<std::uint16_t>(config.sdc_discovery_port);
            options.probe = config.sdc_probe;
            options.tls = CORDON_TRY(sdc_peers(config));
            options.plain_allowed = config.sdc_plain_allowed;
            options.language = gateway::SdcLanguage::french;
            return gateway::open_sdc_gateway(context, std::move(options), sink);
          }};
}

}  // namespace

std::vector<NamedGateway> gateways_of(const StationConfig& config) {
  std::vector<NamedGateway> out;
  if (!config.hl7_address.empty()) out.push_back(hl7(config));
  if (!config.intellivue_address.empty()) out.push_back(intellivue(config));
  if (!config.sdc_address.empty()) out.push_back(sdc(config));
  return out;
}

}  // namespace cordon::app
