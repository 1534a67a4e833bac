// SPDX-License-Identifier: Apache-2.0
// The inside of the SDC gateway: what its parts share. Everything runs on one Asio thread; a coroutine that wakes after
// the gateway's end finds `closed` and leaves. Nobody but the gateway's own files includes it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/gateway_sdc.h"
#include "http/wire.h"
#include "io/awaiting.h"

namespace cordon::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;

using io::to;

constexpr std::uint32_t header_bytes_max = 16 * 1024;  // of a request or an answer

/// SdcShared: `sink` says nothing once `closed`.
struct SdcShared {
  asio::io_context& io;
  SdcGatewayOptions options;
  GatewaySink sink;
  asio::ip::address address{};
  std::shared_ptr<http::TlsContext> as_client{};
  std::shared_ptr<http::TlsContext> as_server{};
  std::uint16_t notify_port = 0;
  std::set<http::Wire*> wires{};  // that are open
  bool closed = false;

  bool may_be_plain() const { return options.plain_allowed || address.is_loopback(); }
  /// say tells whether the station had room for it.
  bool say(event::BedsideInput input) const { return closed || sink.say(std::move(input)); }
  MonoTime mono() const { return std::chrono::steady_clock::now(); }
};
using SdcSharedPtr = std::shared_ptr<SdcShared>;

/// SdcWire is a Wire that the gateway's end closes.
class SdcWire {
 public:
  SdcWire(SdcSharedPtr shared, tcp::socket socket, std::shared_ptr<http::TlsContext> context)
      : shared_(std::move(shared)), wire_(std::move(socket), std::move(context)) {
    shared_->wires.insert(&wire_);
  }
  SdcWire(const SdcWire&) = delete;
  SdcWire& operator=(const SdcWire&) = delete;
  ~SdcWire() { shared_->wires.erase(&wire_); }
  http::Wire& operator*() { return wire_; }
  http::Wire* operator->() { return &wire_; }

 private:
  SdcSharedPtr shared_;
  http::Wire wire_;
};

/// SdcUrl is where a device answers. Names are not looked up: on such a night nobody answers for them.
struct SdcUrl {
  bool tls = false;
  tcp::endpoint at;
  std::string target;  // path and query
  std::string host;    // with the port, for the header
};
std::optional<SdcUrl> read_sdc_url(std::string_view text);

/// SdcAnswer is a body, or why none came.
struct SdcAnswer {
  std::optional<sdc::Refusal> refusal;
  std::string detail;
  std::string body;
};
/// post_sdc sends one request and reads its answer, within sdc::answer_within for each of connecting and talking.
asio::awaitable<SdcAnswer> post_sdc(SdcSharedPtr shared, SdcUrl url, std::string body);

/// SdcDelivery is one POST to our notification server.
struct SdcDelivery {
  std::string_view path;
  std::string address;  // who sent it
  bool tls = false;
  std::string_view body;
};
struct SdcInboxCallbacks {
  std::function<bool(const SdcDelivery&)> expects;  // judged before there is a body; false: not for anybody here
  std::function<bool(const SdcDelivery&)> deliver;  // false: not for anybody here
  std::function<void(const std::string& address)> refused;  // no TLS came about with it
  std::function<void(const std::string& address)> flooded;  // it sends more than it may, and is read later
};
/// open_sdc_inbox listens and answers until the gateway's end; sets shared->notify_port. `io` with errno.
Result<std::shared_ptr<tcp::acceptor>> open_sdc_inbox(SdcSharedPtr shared, SdcInboxCallbacks callbacks);

/// SdcSighting: a device said by discovery that it is there.
struct SdcSighting {
  sdc::Device device;
  std::string address;  // who sent it
  std::uint64_t instance = 0;
  bool is_hello = false;
};
/// SdcDiscovery asks for devices and hears what they say of themselves.
class SdcDiscovery {
 public:
  virtual ~SdcDiscovery() = default;
  virtual void close() = 0;
};
/// open_sdc_discovery: `seen` is called for each medical device, `asked` whenever everybody was asked. `io` with errno.
struct SdcDiscoveryCallbacks {
  std::function<void(const SdcSighting&)> seen;
  std::function<void()> asked;
};
Result<std::shared_ptr<SdcDiscovery>> open_sdc_discovery(SdcSharedPtr shared, SdcDiscoveryCallbacks callbacks);

/// random_hex gives 2 × `bytes` digits from the system's source.
std::string random_hex(std::size_t bytes);
std::string random_message_id();

}  // namespace cordon::gateway
