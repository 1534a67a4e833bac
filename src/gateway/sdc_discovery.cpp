// SPDX-License-Identifier: Apache-2.0
// WS-Discovery over UDP: one socket hears the group, another asks and gets the answers. A Bye is not believed: anybody
// can send one, and a device that is gone is silent. What is too large, or more than one address or all of them may
// send, is not read. Source: WS-Discovery 1.1, 2.4 and 3.
#include <algorithm>
#include <array>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>

#include "gateway/allowance.h"
#include "gateway/keep_running.h"
#include "gateway/lost_watch.h"
#include "gateway/sdc_shared.h"

namespace cordon::gateway {

using asio::ip::udp;

namespace {

constexpr std::size_t datagram_bytes_max = 16 * 1024;  // ours: a ProbeMatch has 1.4 kB
constexpr double all_a_second = 500;                   // datagrams of one socket: a ward answers a Probe at once
constexpr std::size_t sources_max = 2048;              // addresses that are remembered, twice what may speak in 2 s …
constexpr std::chrono::seconds source_kept{2};         // … and after that its allowance is full again
constexpr std::size_t ids_kept = 256;                  // a datagram comes two to four times within half a second
constexpr std::size_t address_bytes_max = 256;         // of a device's "urn:uuid:…"
constexpr int hops = 1;                                // the bedside's network ends at the first router
constexpr std::array<std::uint8_t, 4> group_bytes{239, 255, 255, 250};
/// receive_buffer_bytes: devices_max answers at once, each of which takes 2.3 kB. The kernel's usual buffer has room
/// for 92; of this one it gives twice net.core.rmem_max at most, which is 184 where nobody set that.
constexpr int receive_buffer_bytes = 512 * 1024;

asio::ip::address_v4 group() {
  return asio::ip::address_v4(group_bytes);
}

class Discovery final : public SdcDiscovery, public std::enable_shared_from_this<Discovery> {
 public:
  Discovery(SdcSharedPtr shared, SdcDiscoveryCallbacks callbacks)
      : shared_(std::move(shared)),
        callbacks_(std::move(callbacks)),
        hears_(shared_->io),
        asks_(shared_->io),
        timer_(shared_->io) {}

  Result<void> open();
  void run();
  void close() override;

 private:
  struct Source {
    Allowance datagrams;
    MonoTime last;
  };

  asio::awaitable<void> hear(udp::socket& socket);
  bool may_speak(const asio::ip::address& from);
  asio::awaitable<void> ask();
  void take(std::string_view datagram, const std::string& from);
  void resolve(const sdc::Device& device, const std::string& from);
  bool is_repeated(const std::string& message_id);
  void send(const sdc::Discovery& question, const std::vector<udp::endpoint>& whom);

  SdcSharedPtr shared_;
  SdcDiscoveryCallbacks callbacks_;
  udp::socket hears_;
  udp::socket asks_;
  asio::steady_timer timer_;
  std::vector<udp::endpoint> everybody_;
  std::deque<std::string> ids_;
  std::map<asio::ip::address, Source> sources_;
  LostWatch lost_{"sdc"};
};

Result<udp::endpoint> endpoint_of(const std::string& text) {
  const auto url = read_sdc_url("http://" + text);
  if (!url || text.find(':') == std::string::npos) return fail(ErrorCode::malformed, "sdc: probe needs ADDRESS:PORT");
  return udp::endpoint{url->at.address(), url->at.port()};
}

Result<void> Discovery::open() {
  const auto interface = shared_->address.to_v4();
  http::Wire::Error error;
  hears_.open(udp::v4(), error);
  if (!error) hears_.set_option(udp::socket::reuse_address(true), error);
  if (!error) hears_.bind({udp::v4(), shared_->options.discovery_port}, error);
  if (!error) hears_.set_option(asio::ip::multicast::join_group(group(), interface), error);
  if (!error) asks_.open(udp::v4(), error);
  if (!error) asks_.bind({interface, 0}, error);
  if (!error) asks_.set_option(asio::ip::multicast::outbound_interface(interface), error);
  if (!error) asks_.set_option(asio::ip::multicast::hops(hops), error);
  if (error) return fail(ErrorCode::io, "sdc: discovery", static_cast<std::uint64_t>(error.value()));
  http::Wire::Error ignored;  // the usual one does for most units
  for (udp::socket* socket : {&hears_, &asks_})
    socket->set_option(asio::socket_base::receive_buffer_size(receive_buffer_bytes), ignored);
  everybody_ = {udp::endpoint{group(), shared_->options.discovery_port}};
  for (const std::string& each : shared_->options.probe) everybody_.push_back(CORDON_TRY(endpoint_of(each)));
  return {};
}

void Discovery::run() {
  const auto self = shared_from_this();
  const LoopGuard guard{[self] { return self->shared_->closed; }, shared_->sink.failed};
  keep_running(
      shared_->io, [self] { return self->hear(self->hears_); }, guard);
  keep_running(
      shared_->io, [self] { return self->hear(self->asks_); }, guard);
  keep_running(
      shared_->io, [self] { return self->ask(); }, guard);
}

void Discovery::close() {
  http::Wire::Error ignored;
  hears_.close(ignored);
  asks_.close(ignored);
  timer_.cancel();
}

void Discovery::send(const sdc::Discovery& question, const std::vector<udp::endpoint>& whom) {
  const std::string text = sdc::print_envelope(sdc::discovery_envelope(question, random_message_id()));
  for (const udp::endpoint& each : whom) {
    http::Wire::Error ignored;  // the cable may be out: it is asked again
    asks_.send_to(asio::buffer(text), each, 0, ignored);
  }
}

asio::awaitable<void> Discovery::ask() {
  while (!shared_->closed) {
    sdc::Device wanted;
    wanted.types = sdc::medical_types();
    send({sdc::DiscoveryKind::probe, {wanted}, std::nullopt}, everybody_);
    callbacks_.asked();
    lost_.look({hears_.native_handle(), asks_.native_handle()}, shared_->mono(), shared_->sink);
    http::Wire::Error error;
    timer_.expires_after(shared_->options.probe_every);
    co_await timer_.async_wait(to(error));
  }
}

asio::awaitable<void> Discovery::hear(udp::socket& socket) {
  std::string buffer(datagram_bytes_max + 1, '\0');
  Allowance all(all_a_second);
  while (!shared_->closed) {
    http::Wire::Error error;
    udp::endpoint from;
    const std::size_t size = co_await socket.async_receive_from(asio::buffer(buffer), from, to(error));
    if (shared_->closed || error == asio::error::bad_descriptor) co_return;
    if (error || size > datagram_bytes_max) continue;  // an ICMP answer to what we sent, say
    if (!all.take(1, shared_->mono()) || !may_speak(from.address())) continue;
    take(std::string_view(buffer).substr(0, size), from.address().to_string());
  }
}

bool Discovery::may_speak(const asio::ip::address& from) {
  const MonoTime now = shared_->mono();
  auto found = sources_.find(from);
  if (found == sources_.end()) {
    if (sources_.size() >= sources_max)
      std::erase_if(sources_, [&](const auto& source) { return now - source.second.last > source_kept; });
    if (sources_.size() >= sources_max) return false;
    found = sources_.emplace(from, Source{Allowance(shared_->options.datagrams_a_second), now}).first;
  }
  found->second.last = now;
  return found->second.datagrams.take(1, now);
}

bool Discovery::is_repeated(const std::string& message_id) {
  if (message_id.empty()) return false;
  if (std::ranges::find(ids_, message_id) != ids_.end()) return true;
  if (ids_.size() >= ids_kept) ids_.pop_front();
  ids_.push_back(message_id.substr(0, address_bytes_max));
  return false;
}

void Discovery::take(std::string_view datagram, const std::string& from) {
  const auto envelope = sdc::parse_envelope(as_bytes(datagram));
  if (!envelope || is_repeated(envelope->message_id)) return;
  const auto found = sdc::read_discovery(*envelope);
  if (!found) return;
  const bool is_hello = found->kind == sdc::DiscoveryKind::hello;
  if (!is_hello && found->kind != sdc::DiscoveryKind::probe_matches &&
      found->kind != sdc::DiscoveryKind::resolve_matches) {
    return;
  }
  for (const sdc::Device& device : found->devices) {
    const bool is_named = !device.address.empty() && device.address.size() <= address_bytes_max;
    if (!is_named || !sdc::is_medical(device)) continue;
    if (device.urls.empty()) {
      if (found->kind != sdc::DiscoveryKind::resolve_matches) resolve(device, from);
      continue;
    }
    callbacks_.seen({device, from, found->sequence ? found->sequence->instance : 0, is_hello});
  }
}

void Discovery::resolve(const sdc::Device& device, const std::string& from) {
  sdc::Device wanted;
  wanted.address = device.address;
  const udp::endpoint whom{asio::ip::make_address(from), shared_->options.discovery_port};
  send({sdc::DiscoveryKind::resolve, {wanted}, std::nullopt}, {everybody_.front(), whom});
}

}  // namespace

Result<std::shared_ptr<SdcDiscovery>> open_sdc_discovery(SdcSharedPtr shared, SdcDiscoveryCallbacks callbacks) {
  auto out = std::make_shared<Discovery>(std::move(shared), std::move(callbacks));
  CORDON_TRY_VOID(out->open());
  out->run();
  return std::shared_ptr<SdcDiscovery>(std::move(out));
}

}  // namespace cordon::gateway
