// SPDX-License-Identifier: Apache-2.0
#include "io/gateway_sdc.h"

#include <algorithm>
#include <map>

#include "io/sdc_link.h"
#include "io/sdc_shared.h"

namespace cordon::io {
namespace {

class SdcGateway final : public Gateway {
 public:
  explicit SdcGateway(SdcSharedPtr shared) : shared_(std::move(shared)) {}
  ~SdcGateway() override;
  SdcGateway(const SdcGateway&) = delete;
  SdcGateway& operator=(const SdcGateway&) = delete;

  Result<void> open();

 private:
  void seen(const SdcSighting& sighting);
  bool deliver(const SdcDelivery& delivery);
  void of_address(const std::string& address, void (SdcLink::*what)());
  void tidy();
  bool make_room();

  SdcSharedPtr shared_;
  std::map<std::string, std::shared_ptr<SdcLink>> devices_;  // by their stable address
  std::shared_ptr<tcp::acceptor> inbox_;
  std::shared_ptr<SdcDiscovery> discovery_;
};

Result<void> SdcGateway::open() {
  const SdcInboxCallbacks reports{[this](const SdcDelivery& delivery) { return deliver(delivery); },
                                  [this](const std::string& address) { of_address(address, &SdcLink::refused); },
                                  [this](const std::string& address) { of_address(address, &SdcLink::flooded); }};
  inbox_ = CORDON_TRY(open_sdc_inbox(shared_, reports));
  const SdcDiscoveryCallbacks news{[this](const SdcSighting& sighting) { seen(sighting); }, [this] { tidy(); }};
  discovery_ = CORDON_TRY(open_sdc_discovery(shared_, news));
  return {};
}

SdcGateway::~SdcGateway() {
  shared_->closed = true;
  Wire::Error ignored;
  if (inbox_) inbox_->close(ignored);
  if (discovery_) discovery_->close();
  for (auto& [address, device] : devices_) device->stop();
  for (Wire* wire : shared_->wires) wire->close();
}

void SdcGateway::seen(const SdcSighting& sighting) {
  const auto found = devices_.find(sighting.device.address);
  if (found != devices_.end()) {
    found->second->seen(sighting);
    return;
  }
  if (devices_.size() >= shared_->options.devices_max && !make_room()) return;
  const auto link = std::make_shared<SdcLink>(shared_, sighting);
  devices_.emplace(sighting.device.address, link);
  link->start();
}

/// make_room lets the one go that was longest unheard of those that are not alive.
bool SdcGateway::make_room() {
  auto worst = devices_.end();
  for (auto at = devices_.begin(); at != devices_.end(); ++at) {
    if (at->second->is_alive()) continue;
    if (worst == devices_.end() || at->second->last_seen() < worst->second->last_seen()) worst = at;
  }
  if (worst == devices_.end()) return false;
  worst->second->stop();
  devices_.erase(worst);
  return true;
}

bool SdcGateway::deliver(const SdcDelivery& delivery) {
  const auto found =
      std::ranges::find_if(devices_, [&](const auto& device) { return delivery.path == "/" + device.second->token(); });
  return found != devices_.end() && found->second->deliver(delivery);
}

void SdcGateway::of_address(const std::string& address, void (SdcLink::*what)()) {
  for (const auto& [name, device] : devices_)
    if (device->address() == address) (*device.*what)();
}

void SdcGateway::tidy() {
  const MonoTime long_ago = shared_->mono() - sdc_forgotten_after;
  std::erase_if(devices_, [&](const auto& device) {
    const bool is_over = !device.second->is_alive() && device.second->last_seen() < long_ago;
    if (is_over) device.second->stop();
    return is_over;
  });
}

Result<void> prepare(SdcShared& shared) {
  SdcGatewayOptions& options = shared.options;
  Wire::Error error;
  shared.address = asio::ip::make_address(options.address, error);
  if (error || !shared.address.is_v4() || shared.address.is_unspecified())
    return fail(ErrorCode::malformed, "sdc: address of this box's interface");
  if (!options.tls && !shared.may_be_plain())
    return fail(ErrorCode::denied, "sdc: no key, certificate and authority, and plain is not allowed");
  if (!options.tls) return {};
  shared.as_client = CORDON_TRY(make_peer_context(*options.tls, TlsSide::client));
  shared.as_server = CORDON_TRY(make_peer_context(*options.tls, TlsSide::server));
  return {};
}

}  // namespace

Result<std::unique_ptr<Gateway>> open_sdc_gateway(asio::io_context& io, SdcGatewayOptions options, GatewaySink sink) {
  auto shared = std::make_shared<SdcShared>(SdcShared{io, std::move(options), std::move(sink)});
  CORDON_TRY_VOID(prepare(*shared));
  auto out = std::make_unique<SdcGateway>(shared);
  CORDON_TRY_VOID(out->open());
  return std::unique_ptr<Gateway>(std::move(out));
}

}  // namespace cordon::io
