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
constexpr std::size_t addresses_per_device = 2;   // from which one name is said: where it was, and where it says it is
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
  using Link = std::shared_ptr<SdcLink>;
  using Key = std::pair<std::string, std::string>;  // a device's stable address, and the address that spoke

  Link link_of(const SdcDelivery& delivery) const;
  std::vector<Link> links_of(const std::string& name) const;
  std::size_t names() const;
  void refused(const std::string& address);
  void flooded(const std::string& address);
  void tidy();
  bool has_room_for(const SdcSighting& sighting);
  bool has_room_beside(const std::vector<Link>& same);
  bool was_tried(const SdcLink& link) const;
  bool may_go(const SdcLink& link) const;
  Link oldest(const std::function<bool(const SdcLink&)>& among) const;
  void forget(const std::function<bool(const SdcLink&)>& which);
  void say_full(bool is_full);

  SdcSharedPtr shared_;
  Allowance announcements_{announced_a_second};
  MonoTime full_at_{};  // when a device found no place
  bool full_told_ = false;
  std::map<Key, Link> links_;
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
  for (auto& [key, link] : links_) link->stop();
  for (http::Wire* wire : shared_->wires) wire->close();
}

void SdcGateway::seen(const SdcSighting& sighting) {
  const Key key{sighting.device.address, sighting.address};
  if (const auto found = links_.find(key); found != links_.end()) {
    found->second->seen(sighting);
    return;
  }
  // A device with two addresses says both, and is read at one.
  const auto is_read = [&](const Link& link) { return link->is_alive() && link->is_among(sighting.device.urls); };
  if (std::ranges::any_of(links_of(key.first), is_read) || !has_room_for(sighting)) return;
  const auto link = std::make_shared<SdcLink>(shared_, sighting);
  links_.emplace(key, link);
  link->start();
}

std::vector<SdcGateway::Link> SdcGateway::links_of(const std::string& name) const {
  std::vector<Link> out;
  for (auto at = links_.lower_bound({name, {}}); at != links_.end() && at->first.first == name; ++at)
    out.push_back(at->second);
  return out;
}

std::size_t SdcGateway::names() const {
  std::size_t out = 0;
  for (auto at = links_.begin(); at != links_.end(); ++at)
    if (at == links_.begin() || std::prev(at)->first.first != at->first.first) ++out;
  return out;
}

bool SdcGateway::has_room_for(const SdcSighting& sighting) {
  if (!announcements_.take(1, shared_->mono())) return false;
  const auto is_there = [&](const SdcLink& link) { return link.address() == sighting.address; };
  const auto there =
      std::ranges::count_if(links_, [&](const auto& e) { return !e.second->is_known() && is_there(*e.second); });
  if (static_cast<std::size_t>(there) >= announced_per_address) {
    const Link gone = oldest([&](const SdcLink& link) { return is_there(link) && may_go(link); });
    if (!gone) return false;
    forget([&](const SdcLink& link) { return &link == gone.get(); });
  }
  const auto same = links_of(sighting.device.address);
  if (same.size() >= addresses_per_device) {
    if (has_room_beside(same)) return true;
    const bool all_answered = std::ranges::all_of(same, &SdcLink::is_known);  // anybody can announce what is not there
    for (const Link& link : same)
      if (all_answered) link->outnumbered(sighting.address);
    return false;
  }
  if (!same.empty() || names() < shared_->options.devices_max) return true;
  const auto nobody_answered = [&](const SdcLink& link) {
    return std::ranges::all_of(links_of(link.name()), [&](const Link& each) { return may_go(*each); });
  };
  if (const Link gone = oldest(nobody_answered)) {
    forget([&](const SdcLink& link) { return link.name() == gone->name(); });
    return true;
  }
  full_at_ = shared_->mono();
  say_full(true);
  return false;
}

/// has_room_beside lets one go of those that say one name: who never answered, or while none of them lives the one that
/// spoke last. The first keeps its place: it may be the one that a person knows.
bool SdcGateway::has_room_beside(const std::vector<Link>& same) {
  const auto is_same = [&](const SdcLink& link) { return link.name() == same.front()->name(); };
  Link gone = oldest([&](const SdcLink& link) { return is_same(link) && may_go(link); });
  const bool lives = std::ranges::any_of(same, [](const Link& link) { return link->is_alive(); });
  if (!gone && !lives) {
    const Link last = *std::ranges::max_element(same, {}, [](const Link& link) { return link->since(); });
    if (was_tried(*last)) gone = last;
  }
  if (!gone) return false;
  forget([&](const SdcLink& link) { return &link == gone.get(); });
  return true;
}

bool SdcGateway::was_tried(const SdcLink& link) const {
  return shared_->mono() - link.since() >= tried_for;
}

/// may_go: it never answered. A device that did keeps its place until sdc_forgotten_after: it may be starting again,
/// and anybody can invent names.
bool SdcGateway::may_go(const SdcLink& link) const {
  return !link.is_known() && was_tried(link);
}

/// oldest gives the one that spoke first; null where there is none.
SdcGateway::Link SdcGateway::oldest(const std::function<bool(const SdcLink&)>& among) const {
  Link out;
  for (const auto& [key, link] : links_)
    if (among(*link) && (!out || link->since() < out->since())) out = link;
  return out;
}

void SdcGateway::forget(const std::function<bool(const SdcLink&)>& which) {
  std::erase_if(links_, [&](const auto& entry) {
    const bool goes = which(*entry.second);
    if (goes) entry.second->stop();
    return goes;
  });
}

void SdcGateway::say_full(bool is_full) {
  if (std::exchange(full_told_, is_full) == is_full) return;
  shared_->say(event::OwnTrouble{shared_->sink.now(), "gateway_full:sdc", event::AlarmPriority::medium,
                                 std::to_string(shared_->options.devices_max), is_full});
}

SdcGateway::Link SdcGateway::link_of(const SdcDelivery& delivery) const {
  const auto found =
      std::ranges::find_if(links_, [&](const auto& entry) { return delivery.path == "/" + entry.second->token(); });
  return found == links_.end() ? nullptr : found->second;
}

void SdcGateway::flooded(const std::string& address) {
  for (const auto& [key, link] : links_)
    if (link->address() == address) link->flooded();
}

void SdcGateway::refused(const std::string& address) {
  for (const auto& [key, link] : links_)
    if (link->address() == address) link->refused();
}

void SdcGateway::tidy() {
  if (full_told_ && shared_->mono() - full_at_ > full_over) say_full(false);
  const MonoTime long_ago = shared_->mono() - sdc_forgotten_after;
  forget([&](const SdcLink& link) { return !link.is_alive() && link.last_seen() < long_ago; });
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
