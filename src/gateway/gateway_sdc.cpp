// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_sdc.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/allowance.h"
#include "gateway/sdc_link.h"
#include "gateway/sdc_shared.h"

namespace cordon::gateway {
namespace {

constexpr double announced_a_second = 32;         // devices that were not known: a ward that is switched on
constexpr std::size_t announced_per_address = 8;  // devices that never answered, at one address
constexpr std::chrono::seconds tried_for{2};      // so long nobody takes the place of one that has just spoken
constexpr std::chrono::seconds full_over{60};

class SdcGateway final : public Gateway {
 public:
  explicit SdcGateway(SdcSharedPtr shared) : shared_(std::move(shared)) {}
  ~SdcGateway() override;
  SdcGateway(const SdcGateway&) = delete;
  SdcGateway& operator=(const SdcGateway&) = delete;

  Result<void> open();

 private:
  void seen(const SdcSighting& sighting);
  std::shared_ptr<SdcLink> link_of(const SdcDelivery& delivery) const;
  void refused(const std::string& address);
  void flooded(const std::string& address);
  void tidy();
  bool has_room_for(const std::string& address);
  bool replace_oldest(const std::string& address);
  void say_full(bool is_full);

  SdcSharedPtr shared_;
  Allowance announcements_{announced_a_second};
  MonoTime full_at_{};  // when a device found no place
  bool full_told_ = false;
  std::map<std::string, std::shared_ptr<SdcLink>> devices_;  // by their stable address
  std::shared_ptr<tcp::acceptor> inbox_;
  std::shared_ptr<SdcDiscovery> discovery_;
};

Result<void> SdcGateway::open() {
  const SdcInboxCallbacks reports{[this](const SdcDelivery& delivery) {
                                    const auto link = link_of(delivery);
                                    return link && link->expects(delivery);
                                  },
                                  [this](const SdcDelivery& delivery) {
                                    const auto link = link_of(delivery);
                                    return link && link->deliver(delivery);
                                  },
                                  [this](const std::string& address) { refused(address); },
                                  [this](const std::string& address) { flooded(address); }};
  inbox_ = CORDON_TRY(open_sdc_inbox(shared_, reports));
  const SdcDiscoveryCallbacks news{[this](const SdcSighting& sighting) { seen(sighting); }, [this] { tidy(); }};
  discovery_ = CORDON_TRY(open_sdc_discovery(shared_, news));
  return {};
}

SdcGateway::~SdcGateway() {
  shared_->closed = true;
  http::Wire::Error ignored;
  if (inbox_) inbox_->close(ignored);
  if (discovery_) discovery_->close();
  for (auto& [address, device] : devices_) device->stop();
  for (http::Wire* wire : shared_->wires) wire->close();
}

void SdcGateway::seen(const SdcSighting& sighting) {
  const auto found = devices_.find(sighting.device.address);
  if (found != devices_.end()) {
    found->second->seen(sighting);
    return;
  }
  if (!has_room_for(sighting.address)) return;
  const auto link = std::make_shared<SdcLink>(shared_, sighting);
  devices_.emplace(sighting.device.address, link);
  link->start();
}

bool SdcGateway::has_room_for(const std::string& address) {
  if (!announcements_.take(1, shared_->mono())) return false;
  const auto there = std::ranges::count_if(
      devices_, [&](const auto& entry) { return !entry.second->is_known() && entry.second->spoke_from() == address; });
  if (static_cast<std::size_t>(there) >= announced_per_address) return replace_oldest(address);
  if (devices_.size() < shared_->options.devices_max || replace_oldest({})) return true;
  full_at_ = shared_->mono();
  say_full(true);
  return false;
}

/// replace_oldest lets the one go that spoke first of those that never answered; with an address, of those there. A
/// device that did answer keeps its place until sdc_forgotten_after: it may be starting again, and anybody can invent
/// names.
bool SdcGateway::replace_oldest(const std::string& address) {
  auto oldest = devices_.end();
  for (auto at = devices_.begin(); at != devices_.end(); ++at) {
    const SdcLink& link = *at->second;
    if (link.is_known() || shared_->mono() - link.since() < tried_for) continue;
    if (!address.empty() && link.spoke_from() != address) continue;
    if (oldest == devices_.end() || link.since() < oldest->second->since()) oldest = at;
  }
  if (oldest == devices_.end()) return false;
  oldest->second->stop();
  devices_.erase(oldest);
  return true;
}

void SdcGateway::say_full(bool is_full) {
  if (std::exchange(full_told_, is_full) == is_full) return;
  shared_->say(event::OwnTrouble{shared_->sink.now(), "gateway_full:sdc", event::AlarmPriority::medium,
                                 std::to_string(shared_->options.devices_max), is_full});
}

std::shared_ptr<SdcLink> SdcGateway::link_of(const SdcDelivery& delivery) const {
  const auto found =
      std::ranges::find_if(devices_, [&](const auto& device) { return delivery.path == "/" + device.second->token(); });
  return found == devices_.end() ? nullptr : found->second;
}

void SdcGateway::flooded(const std::string& address) {
  for (const auto& [name, device] : devices_)
    if (device->address() == address) device->flooded();
}

void SdcGateway::refused(const std::string& address) {
  for (const auto& [name, device] : devices_)
    if (device->address() == address) device->refused();
}

void SdcGateway::tidy() {
  if (full_told_ && shared_->mono() - full_at_ > full_over) say_full(false);
  const MonoTime long_ago = shared_->mono() - sdc_forgotten_after;
  std::erase_if(devices_, [&](const auto& device) {
    const bool is_over = !device.second->is_alive() && device.second->last_seen() < long_ago;
    if (is_over) device.second->stop();
    return is_over;
  });
}

Result<void> prepare(SdcShared& shared) {
  SdcGatewayOptions& options = shared.options;
  http::Wire::Error error;
  shared.address = asio::ip::make_address(options.address, error);
  if (error || !shared.address.is_v4() || shared.address.is_unspecified())
    return fail(ErrorCode::malformed, "sdc: address of this box's interface");
  if (!options.tls) return {};  // what speaks TLS is found and shown with its remedy
  shared.as_client = CORDON_TRY(http::make_peer_context(*options.tls, http::TlsSide::client));
  shared.as_server = CORDON_TRY(http::make_peer_context(*options.tls, http::TlsSide::server));
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

}  // namespace cordon::gateway
