// SPDX-License-Identifier: Apache-2.0
// WS-Discovery by UDP, requests and reports by HTTP. All on the one thread of the program.
#include "sdc_line.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <deque>
#include <map>
#include <string>

namespace cordon::lab {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using asio::ip::udp;
using cordon::http::Wire;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds talk_within{5};
constexpr std::chrono::seconds next_request_within{60};
constexpr std::chrono::seconds outbox_idle{20};        // a subscription holds for 15 s
constexpr std::chrono::milliseconds cable_looked{50};  // how often a bed that is cut off looks for its cable
constexpr std::size_t outbox_max = 32;                 // reports: two seconds of them
constexpr std::size_t outboxes_max = sdc::subscribers_max;
constexpr std::size_t datagram_bytes_max = 65'507;
constexpr std::array<std::uint8_t, 4> group_bytes{239, 255, 255, 250};
constexpr std::string_view soap_type = "application/soap+xml; charset=utf-8";

auto to(Wire::Error& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

asio::ip::address_v4 group() {
  return asio::ip::address_v4(group_bytes);
}

/// Target is where a subscriber wants its reports: "http://10.9.0.1:40123/token".
struct Target {
  tcp::endpoint at;
  std::string host;
  std::string path;
};

std::optional<Target> target_of(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return std::nullopt;
  url.remove_prefix(begin + 3);
  const std::size_t end = std::min(url.find('/'), url.size());
  const std::string_view host = url.substr(0, end);
  const std::size_t colon = host.find(':');
  std::uint16_t port = 0;
  Wire::Error error;
  const auto address = asio::ip::make_address_v4(std::string(host.substr(0, colon)), error);
  if (error || colon == std::string_view::npos) return std::nullopt;
  const auto read = std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
  if (read.ec != std::errc() || port == 0) return std::nullopt;
  return Target{{address, port}, std::string(host), end < url.size() ? std::string(url.substr(end)) : "/"};
}

struct Tls {
  std::shared_ptr<cordon::http::TlsContext> as_server;
  std::shared_ptr<cordon::http::TlsContext> as_client;
};

/// Outbox is what one subscriber is owed.
struct Outbox {
  explicit Outbox(asio::io_context& context) : news(context) {}
  std::deque<std::string> waiting;
  asio::steady_timer news;
};

class Line final : public SdcLine {
 public:
  Line(SdcDevice& device, asio::io_context& context, const SdcWard::Options& options, Tls tls, asio::ip::address_v4 at)
      : device_(device),
        context_(context),
        options_(options),
        tls_(std::move(tls)),
        address_(at),
        acceptor_(context_),
        discovery_(context_) {}

  Result<void> open();
  /// asked answers a question of discovery that came to the group or to the device itself.
  void asked(std::string_view datagram, const udp::endpoint& from);

  void announce() override;
  void owe(std::vector<sdc::Notification> reports) override;
  std::size_t waiting() const override;

 private:
  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<bool> answer_one(Wire& wire, beast::flat_buffer& buffer);
  asio::awaitable<void> hold();
  asio::awaitable<void> hear();
  asio::awaitable<void> deliver_all(std::string url, std::shared_ptr<Outbox> box);
  asio::awaitable<void> connect(Target target, std::optional<Wire>& out);
  asio::awaitable<bool> post(Wire& wire, Target target, std::string body);
  void owe_one(sdc::Notification one);

  SdcDevice& device_;
  asio::io_context& context_;
  SdcWard::Options options_;
  Tls tls_;
  asio::ip::address_v4 address_;
  tcp::acceptor acceptor_;
  udp::socket discovery_;
  std::map<std::string, std::shared_ptr<Outbox>> outboxes_;  // by where they go
};

Result<void> Line::open() {
  Wire::Error error;
  acceptor_.open(tcp::v4(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind({address_, options_.port}, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) discovery_.open(udp::v4(), error);
  if (!error) discovery_.set_option(udp::socket::reuse_address(true), error);
  if (!error) discovery_.bind({address_, options_.discovery_port}, error);
  if (!error) discovery_.set_option(asio::ip::multicast::outbound_interface(address_), error);
  if (error) return fail(ErrorCode::io, "sdc line", static_cast<std::uint64_t>(error.value()));
  asio::co_spawn(context_, accept_all(), asio::detached);
  asio::co_spawn(context_, hear(), asio::detached);
  return {};
}

asio::awaitable<void> Line::accept_all() {
  for (;;) {
    Wire::Error error;
    tcp::socket socket = co_await acceptor_.async_accept(to(error));
    if (!acceptor_.is_open()) co_return;
    if (!error) asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
  }
}

/// hold waits while the cable is out: it carries nothing, not even a refusal.
asio::awaitable<void> Line::hold() {
  asio::steady_timer timer(context_);
  while (device_.off()) {
    Wire::Error error;
    timer.expires_after(cable_looked);
    co_await timer.async_wait(to(error));
  }
}

asio::awaitable<void> Line::serve(tcp::socket socket) {
  Wire::Error error;
  socket.set_option(tcp::no_delay(true), error);
  Wire wire(std::move(socket), tls_.as_server);
  wire.expires_after(talk_within);
  if (device_.off()) co_await hold();
  if (tls_.as_server) co_await wire.handshake(error);
  if (error) co_return;
  beast::flat_buffer buffer;
  bool goes_on = true;
  while (goes_on) goes_on = co_await answer_one(wire, buffer);
  co_await wire.finish();
}

asio::awaitable<bool> Line::answer_one(Wire& wire, beast::flat_buffer& buffer) {
  Wire::Error error;
  http::request_parser<http::string_body> parser;
  parser.body_limit(sdc::message_bytes_max);
  wire.expires_after(next_request_within);
  co_await http::async_read(wire, buffer, parser, to(error));
  if (error) co_return false;
  if (device_.off()) {
    co_await hold();
    co_return false;
  }
  const sdc::Reply reply = device_.provider().handle(as_bytes(parser.get().body()), std::chrono::steady_clock::now());
  http::response<http::string_body> response{static_cast<http::status>(reply.status), 11, reply.body};
  response.set(http::field::content_type, soap_type);
  response.keep_alive(parser.get().keep_alive());
  response.prepare_payload();
  wire.expires_after(talk_within);
  co_await http::async_write(wire, response, to(error));
  co_return !error && response.keep_alive();
}

asio::awaitable<void> Line::hear() {
  std::string buffer(datagram_bytes_max, '\0');
  while (discovery_.is_open()) {
    Wire::Error error;
    udp::endpoint from;
    const std::size_t size = co_await discovery_.async_receive_from(asio::buffer(buffer), from, to(error));
    if (!error) asked(std::string_view(buffer).substr(0, size), from);
  }
}

void Line::asked(std::string_view datagram, const udp::endpoint& from) {
  const auto question = sdc::parse_envelope(as_bytes(datagram));
  if (device_.off() || !question) return;
  const auto found = device_.provider().discovered(*question);
  Wire::Error ignored;
  if (found) discovery_.send_to(asio::buffer(sdc::print_envelope(*found)), from, 0, ignored);
}

void Line::announce() {
  Wire::Error ignored;
  const std::string hello = sdc::print_envelope(device_.provider().hello());
  discovery_.send_to(asio::buffer(hello), {group(), options_.discovery_port}, 0, ignored);
}

void Line::owe(std::vector<sdc::Notification> reports) {
  for (sdc::Notification& one : reports) owe_one(std::move(one));
}

std::size_t Line::waiting() const {
  std::size_t most = 0;
  for (const auto& [url, box] : outboxes_) most = std::max(most, box->waiting.size());
  return most;
}

void Line::owe_one(sdc::Notification one) {
  auto found = outboxes_.find(one.url);
  if (found == outboxes_.end()) {
    if (outboxes_.size() >= outboxes_max) return;
    found = outboxes_.emplace(one.url, std::make_shared<Outbox>(context_)).first;
    asio::co_spawn(context_, deliver_all(one.url, found->second), asio::detached);
  }
  Outbox& box = *found->second;
  // For a station that does not keep up: what is old is lost, as the versions tell whoever reads on, and never said
  // late.
  if (box.waiting.size() >= outbox_max) box.waiting.clear();
  box.waiting.push_back(std::move(one.body));
  box.news.cancel();
}

/// deliver_all sends what one subscriber is owed, on one connection as long as it holds. What cannot be delivered is
/// lost, with what waited behind it.
asio::awaitable<void> Line::deliver_all(std::string url, std::shared_ptr<Outbox> box) {
  std::optional<Wire> wire;
  const auto target = target_of(url);
  while (target) {
    Wire::Error error;
    if (box->waiting.empty()) {
      box->news.expires_after(outbox_idle);
      co_await box->news.async_wait(to(error));
      if (!box->waiting.empty()) continue;
      break;  // it was not renewed
    }
    const std::string body = std::move(box->waiting.front());
    box->waiting.pop_front();
    if (!wire) co_await connect(*target, wire);
    bool arrived = false;
    if (wire) arrived = co_await post(*wire, *target, body);
    if (arrived) continue;
    wire.reset();
    asio::steady_timer pause(context_, 1s);
    co_await pause.async_wait(to(error));
    box->waiting.clear();
  }
  outboxes_.erase(url);
}

asio::awaitable<void> Line::connect(Target target, std::optional<Wire>& out) {
  Wire::Error error;
  tcp::socket socket(context_);
  socket.open(tcp::v4(), error);
  if (!error) socket.bind({address_, 0}, error);  // a station believes a device at its own address alone
  if (error) co_return;
  beast::tcp_stream stream(std::move(socket));
  stream.expires_after(talk_within);
  co_await stream.async_connect(target.at, to(error));
  if (!error) stream.socket().set_option(tcp::no_delay(true), error);  // head and body go in two pieces
  if (error) co_return;
  out.emplace(stream.release_socket(), tls_.as_client);
  out->expires_after(talk_within);
  if (tls_.as_client) co_await out->handshake(error);
  if (error) out.reset();
}

asio::awaitable<bool> Line::post(Wire& wire, Target target, std::string body) {
  Wire::Error error;
  http::request<http::string_body> request{http::verb::post, target.path, 11, std::move(body)};
  request.set(http::field::host, target.host);
  request.set(http::field::content_type, soap_type);
  request.prepare_payload();
  wire.expires_after(talk_within);
  co_await http::async_write(wire, request, to(error));
  if (error) co_return false;
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(wire, buffer, response, to(error));
  co_return !error && response.keep_alive() && response.result_int() / 100 == 2;
}

class Ward final : public SdcWard {
 public:
  Ward(asio::io_context& context, Options options, Tls tls)
      : context_(context), options_(std::move(options)), tls_(std::move(tls)), ear_(context) {}

  Result<void> open();
  std::string url_of(const Address& address) const override;
  Result<std::unique_ptr<SdcLine>> line(SdcDevice& device, const Address& address) override;

 private:
  asio::awaitable<void> hear();

  asio::io_context& context_;
  Options options_;
  Tls tls_;
  udp::socket ear_;
  std::vector<Line*> lines_;
};

Result<void> Ward::open() {
  const asio::ip::address_v4 interface(options_.address);
  Wire::Error error;
  ear_.open(udp::v4(), error);
  if (!error) ear_.set_option(udp::socket::reuse_address(true), error);
  if (!error) ear_.bind({group(), options_.discovery_port}, error);
  if (!error) ear_.set_option(asio::ip::multicast::join_group(group(), interface), error);
  if (error) return fail(ErrorCode::io, "sdc group", static_cast<std::uint64_t>(error.value()));
  asio::co_spawn(context_, hear(), asio::detached);
  return {};
}

asio::awaitable<void> Ward::hear() {
  std::string buffer(datagram_bytes_max, '\0');
  while (ear_.is_open()) {
    Wire::Error error;
    udp::endpoint from;
    const std::size_t size = co_await ear_.async_receive_from(asio::buffer(buffer), from, to(error));
    if (error) continue;
    for (Line* line : lines_) line->asked(std::string_view(buffer).substr(0, size), from);
  }
}

std::string Ward::url_of(const Address& address) const {
  return (tls_.as_server ? "https://" : "http://") + asio::ip::address_v4(address).to_string() + ":" +
         std::to_string(options_.port) + "/bed";
}

Result<std::unique_ptr<SdcLine>> Ward::line(SdcDevice& device, const Address& address) {
  auto out = std::make_unique<Line>(device, context_, options_, tls_, asio::ip::address_v4(address));
  CORDON_TRY_VOID(out->open());
  lines_.push_back(out.get());
  return std::unique_ptr<SdcLine>(std::move(out));
}

}  // namespace

Result<std::unique_ptr<SdcWard>> SdcWard::open(asio::io_context& context, Options options) {
  Tls tls;
  if (options.tls) {
    tls.as_server = CORDON_TRY(cordon::http::make_peer_context(*options.tls, cordon::http::TlsSide::server));
    tls.as_client = CORDON_TRY(cordon::http::make_peer_context(*options.tls, cordon::http::TlsSide::client));
  }
  auto out = std::make_unique<Ward>(context, std::move(options), std::move(tls));
  CORDON_TRY_VOID(out->open());
  return std::unique_ptr<SdcWard>(std::move(out));
}

}  // namespace cordon::lab
