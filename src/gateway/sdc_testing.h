// SPDX-License-Identifier: Apache-2.0
// What the tests of the SDC gateway share: a bedside device (sdc/provider.h) on real sockets, and a station that only
// listens. Each has a thread of its own.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

#include "base/queue.h"
#include "gateway/gateway_sdc.h"
#include "gateway/sdc_shared.h"
#include "sdc/testing.h"

namespace cordon::gateway::testing {
using boost::asio::ip::udp;

/// TestDevice answers on an address of loopback; `rewrite` may spoil what it answers.
class TestDevice {
 public:
  struct Options {
    sdc::BedPlan plan = sdc::testing::small_bed();
    std::optional<http::TlsPeers> tls = std::nullopt;
    std::uint16_t port = 0;
    std::string address = "127.0.0.1";
    std::function<void(std::string& body, boost::beast::http::fields& fields)> rewrite = nullptr;
  };

  explicit TestDevice(Options options)
      : options_(std::move(options)),
        acceptor_(io_, tcp::endpoint{asio::ip::make_address(options_.address), options_.port}, true),
        discovery_(io_, udp::endpoint{asio::ip::make_address(options_.address), 0}) {
    if (options_.tls) set_up(*options_.tls);
    options_.plan.url =
        (options_.tls ? "https://" : "http://") + options_.address + ":" + std::to_string(port()) + "/bed";
    provider_.emplace(options_.plan);
    accept();
    hear();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestDevice() {
    io_.stop();
    thread_.join();
  }
  TestDevice(const TestDevice&) = delete;
  TestDevice& operator=(const TestDevice&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string probe_at() const { return options_.address + ":" + std::to_string(discovery_.local_endpoint().port()); }
  std::string hello() {
    return ask<std::string>([](sdc::Provider& provider) { return sdc::print_envelope(provider.hello()); });
  }
  std::size_t subscribers() {
    return ask<std::size_t>([](sdc::Provider& provider) { return provider.subscriber_count(); });
  }
  /// change does something to the device and sends what follows from it; gives the answers' statuses.
  std::vector<unsigned> change(const std::function<std::vector<sdc::Notification>(sdc::Provider&)>& what) {
    return ask<std::vector<unsigned>>([&](sdc::Provider& provider) {
      std::vector<unsigned> out;
      for (const sdc::Notification& each : what(provider)) {
        last_url_ = each.url;
        out.push_back(send(each.url, each.body));
      }
      return out;
    });
  }
  /// last_url is where reports go.
  std::string last_url() {
    return ask<std::string>([this](sdc::Provider&) { return last_url_; });
  }
  unsigned send(const std::string& url_text, std::string body, const std::string& encoding = {},
                boost::beast::http::verb verb = boost::beast::http::verb::post) {
    const auto url = read_sdc_url(url_text);
    http::Wire::Error error;
    tcp::socket socket(io_);
    socket.open(tcp::v4(), error);
    socket.bind({asio::ip::make_address(options_.address), 0}, error);
    if (!url || socket.connect(url->at, error)) return 0;
    boost::beast::http::request<boost::beast::http::string_body> request{verb, url->target, 11, std::move(body)};
    request.set(boost::beast::http::field::host, url->host);
    if (!encoding.empty()) request.set(boost::beast::http::field::content_encoding, encoding);
    request.prepare_payload();
    if (!url->tls) return talk(socket, request);
    boost::asio::ssl::context context(boost::asio::ssl::context::tls_client);
    if (options_.tls) show(context, *options_.tls);
    boost::asio::ssl::stream<tcp::socket> tls(std::move(socket), context);
    if (tls.handshake(boost::asio::ssl::stream_base::client, error)) return 0;
    return talk(tls, request);
  }

 private:
  template <class T>
  T ask(std::function<T(sdc::Provider&)> what) {
    std::promise<T> promise;
    asio::post(io_, [&] { promise.set_value(what(*provider_)); });
    return promise.get_future().get();
  }
  template <class Stream>
  static unsigned talk(Stream& stream, const boost::beast::http::request<boost::beast::http::string_body>& request) {
    http::Wire::Error error;
    boost::beast::http::write(stream, request, error);
    boost::beast::flat_buffer buffer;
    boost::beast::http::response<boost::beast::http::string_body> response;
    boost::beast::http::read(stream, buffer, response, error);
    return error ? 0 : response.result_int();
  }
  static void show(boost::asio::ssl::context& context, const http::TlsPeers& peers) {
    context.use_certificate_chain(asio::buffer(peers.identity.chain_pem));
    context.use_private_key(asio::buffer(peers.identity.key_pem), boost::asio::ssl::context::pem);
    context.add_certificate_authority(asio::buffer(peers.authorities_pem));
    context.set_verify_mode(boost::asio::ssl::verify_peer | boost::asio::ssl::verify_fail_if_no_peer_cert);
  }
  void set_up(const http::TlsPeers& peers) {
    context_.emplace(boost::asio::ssl::context::tls_server);
    show(*context_, peers);
  }

  void accept() {
    acceptor_.async_accept([this](http::Wire::Error error, tcp::socket socket) {
      if (!error) serve(std::move(socket));
      accept();
    });
  }
  void serve(tcp::socket socket) {
    http::Wire::Error error;
    if (!context_) {
      answer(socket);
      return;
    }
    boost::asio::ssl::stream<tcp::socket> tls(std::move(socket), *context_);
    if (!tls.handshake(boost::asio::ssl::stream_base::server, error)) answer(tls);
  }
  template <class Stream>
  void answer(Stream& stream) {
    http::Wire::Error error;
    boost::beast::flat_buffer buffer;
    boost::beast::http::request<boost::beast::http::string_body> request;
    if (boost::beast::http::read(stream, buffer, request, error); error) return;
    const sdc::Reply reply = provider_->handle(as_bytes(request.body()), std::chrono::steady_clock::now());
    boost::beast::http::response<boost::beast::http::string_body> response{
        static_cast<boost::beast::http::status>(reply.status), 11, reply.body};
    if (options_.rewrite) options_.rewrite(response.body(), response);
    response.prepare_payload();
    boost::beast::http::write(stream, response, error);
  }
  void hear() {
    discovery_.async_receive_from(asio::buffer(datagram_), from_, [this](http::Wire::Error error, std::size_t size) {
      const auto question = sdc::parse_envelope(as_bytes(std::string_view(datagram_).substr(0, size)));
      if (const auto found = !error && question ? provider_->discovered(*question) : std::nullopt)
        discovery_.send_to(asio::buffer(sdc::print_envelope(*found)), from_, 0, error);
      hear();
    });
  }

  Options options_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  udp::socket discovery_;
  std::optional<boost::asio::ssl::context> context_;
  std::optional<sdc::Provider> provider_;
  std::string last_url_;
  std::string datagram_ = std::string(65'536, '\0');
  udp::endpoint from_;
  std::thread thread_;
};

/// free_udp_port gives a port that nobody had a moment ago.
inline std::uint16_t free_udp_port() {
  asio::io_context io;
  return udp::socket(io, udp::endpoint{udp::v4(), 0}).local_endpoint().port();
}

/// TestStation runs a gateway and keeps what it says.
class TestStation {
 public:
  TestStation(SdcGatewayOptions options, std::function<WallTime()> now) : said_(100'000), work_(io_.get_executor()) {
    options.address = "127.0.0.1";
    options.probe_every = std::chrono::milliseconds(200);
    if (options.discovery_port == 3702) options.discovery_port = free_udp_port();
    const GatewaySink sink{[this](event::BedsideInput input) { return room && said_.push(std::move(input)); },
                           [this] { return ++links_; }, std::move(now)};
    auto opened = open_sdc_gateway(io_, std::move(options), sink);
    if (!opened) throw std::runtime_error(opened.error().where);
    gateway_ = std::move(*opened);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestStation() {
    asio::post(io_, [this] { gateway_.reset(); });
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }
  TestStation(const TestStation&) = delete;
  TestStation& operator=(const TestStation&) = delete;

  asio::io_context& context() { return io_; }

  std::atomic<bool> room = true;  // for what is said
  /// says gives the first input of a kind, from what was said after the last one given, that `holds`; nothing where
  /// none is said for so long.
  template <class T>
  std::optional<T> says(
      std::chrono::milliseconds wait, const std::function<bool(const T&)>& holds = [](const T&) { return true; }) {
    const auto until = std::chrono::steady_clock::now() + wait;
    while (std::chrono::steady_clock::now() < until) {
      for (const event::BedsideInput& input : said_.pop_batch(1, std::chrono::milliseconds(20))) {
        const T* found = std::get_if<T>(&input);
        if (found != nullptr && holds(*found)) return *found;
      }
    }
    return std::nullopt;
  }
  /// next is the same, and throws where nothing is said for 30 s.
  template <class T>
  T next(const std::function<bool(const T&)>& holds = [](const T&) { return true; }) {
    if (auto said = says<T>(std::chrono::seconds(30), holds)) return *std::move(said);
    throw std::runtime_error("was not said");
  }
  /// says_nothing tells whether nothing of a kind is said for a while.
  template <class T>
  bool says_nothing(std::chrono::milliseconds wait) {
    return !says<T>(wait);
  }

 private:
  BoundedQueue<event::BedsideInput> said_;
  std::uint64_t links_ = 0;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::unique_ptr<Gateway> gateway_;
  std::thread thread_;
};

}  // namespace cordon::gateway::testing
