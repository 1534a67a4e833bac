// SPDX-License-Identifier: Apache-2.0
// Listening, and the way of one connection: greeting, requests, answers.
#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/address.h"
#include "http/server_impl.h"

namespace cordon::http {
namespace {

constexpr std::size_t drain_bytes_max = 64 * 1024;  // of a refused body, so that the answer is not lost in a reset
constexpr std::chrono::seconds drain_timeout{1};
constexpr std::chrono::seconds idle_timeout{30};  // a kept connection without a request
constexpr int listen_backlog = 128;

/// Counted is one connection among those that are open, and among those of its address.
class Counted {
 public:
  Counted(std::atomic<std::uint64_t>& all, std::map<std::string, std::size_t>& by_address, std::string address)
      : all_(all), by_address_(by_address), address_(std::move(address)) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    --all_;
    if (--by_address_[address_] == 0) by_address_.erase(address_);
  }

 private:
  std::atomic<std::uint64_t>& all_;
  std::map<std::string, std::size_t>& by_address_;
  const std::string address_;
};

}  // namespace

Result<tcp::acceptor> Server::Impl::listen() {
  const IpAddress ip = CORDON_TRY(IpAddress::parse(options.address == "localhost" ? "127.0.0.1" : options.address));
  error_code error;
  const auto address = asio::ip::make_address(ip.text(), error);
  if (error) return fail(ErrorCode::malformed, "http address");
  loopback = address.is_loopback();
  if (!loopback && !options.tls) return fail(ErrorCode::denied, "http address is not loopback, and there is no TLS");
  const tcp::endpoint endpoint{address, options.port};
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(listen_backlog, error);
  if (!error) port = acceptor.local_endpoint(error).port();
  if (error) return fail(ErrorCode::io, "http listen", static_cast<std::uint64_t>(error.value()));
  return acceptor;
}

asio::awaitable<void> Server::Impl::accept_all(tcp::acceptor acceptor) {
  for (;;) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(to(error));
    if (error) {  // out of descriptors, say: those that are open may close
      asio::steady_timer pause(io, std::chrono::milliseconds(100));
      co_await pause.async_wait(to(error));
      continue;
    }
    error_code ignored;
    auto peer = socket.remote_endpoint(ignored).address();
    if (peer.is_v6() && peer.to_v6().is_v4_mapped()) {
      peer = asio::ip::make_address_v4(asio::ip::v4_mapped, peer.to_v6());
    }
    std::string address = peer.to_string();
    const auto same = by_address.find(address);
    const bool crowd = !loopback && same != by_address.end() && same->second >= options.connections_per_address_max;
    if (counters.connections >= connections_max || crowd) {
      ++counters.refused_full;
      static constexpr std::string_view full =
          "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n";
      socket.non_blocking(true, ignored);
      if (!tls) socket.write_some(asio::buffer(full), ignored);
      socket.shutdown(tcp::socket::shutdown_send, ignored);
      continue;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::send_buffer_size(live_send_buffer_bytes), ignored);
    ++counters.connections;
    ++by_address[address];
    asio::co_spawn(io, serve(std::move(socket), std::move(address)), asio::detached);
  }
}

/// greet makes a wire ready for requests; false when nothing came about. `plain`: no TLS where there should be.
asio::awaitable<bool> Server::Impl::greet(Wire& wire, bool& plain) {
  if (!tls) co_return true;
  error_code error;
  plain = !co_await wire.begins_with_tls(error);
  if (!error && plain) wire.without_tls();
  if (!error && !plain) {
    wire.expires_after(handshake_timeout);
    co_await wire.handshake(error);
  }
  if (error || plain) ++counters.refused_tls;
  co_return !error;
}

/// malformed answers what cannot be read as a request; the connection is over.
asio::awaitable<bool> Server::Impl::malformed(Wire& wire, error_code error) {
  if (error.category() != make_error_code(http::error::end_of_stream).category()) co_return false;  // network, time
  if (error == http::error::end_of_stream) co_return false;
  ++counters.malformed;
  const http::status status = error == http::error::header_limit      ? http::status::request_header_fields_too_large
                              : error == http::error::body_limit      ? http::status::payload_too_large
                              : error == http::error::buffer_overflow ? http::status::payload_too_large
                                                                      : http::status::bad_request;
  Response refused = text(status, 11, "text/plain; charset=utf-8", std::string(http::obsolete_reason(status)) + "\n");
  refused.keep_alive(false);
  wire.expires_after(request_timeout);
  co_await http::async_write(wire, refused, to(error));
  // Closing over unread bytes resets the connection, and the answer with it: read a little first.
  wire.shutdown_send();
  wire.expires_after(drain_timeout);
  std::array<char, 4096> drained{};
  error = {};
  for (std::size_t total = 0; !error && total < drain_bytes_max;) {
    total += co_await wire.async_read_some(asio::buffer(drained), to(error));
  }
  co_return true;
}

asio::awaitable<void> Server::Impl::serve(tcp::socket socket, std::string address) {
  const Counted counted(counters.connections, by_address, address);
  Wire wire(std::move(socket), tls);
  bool plain = false;
  const bool greeted = co_await greet(wire, plain);
  if (!greeted) co_return;
  beast::flat_buffer buffer(http_header_bytes_max + http_body_bytes_max);
  for (bool first = true;; first = false) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(http_header_bytes_max));
    parser.body_limit(http_body_bytes_max);
    error_code error;
    if (!first && buffer.size() == 0) {  // between two requests a browser may take its time
      wire.expires_after(idle_timeout);
      const std::size_t got = co_await wire.async_read_some(buffer.prepare(4096), to(error));
      if (error) break;
      buffer.commit(got);
    }
    wire.expires_after(request_timeout);
    co_await http::async_read(wire, buffer, parser, to(error));
    if (error) {
      const bool answered = co_await malformed(wire, error);
      if (answered) co_return;
      break;
    }
    ++counters.requests;
    Request request = parser.release();
    std::optional<Response> response;
    if (plain) response = answer_plain(request);
    if (!response) response = refuse(request, address);
    if (!response && request.target() == "/live" && beast::websocket::is_upgrade(request)) {
      wire.expires_never();
      co_await live(std::move(wire), std::move(request), std::move(address));
      co_return;
    }
    if (!response && request.method() == http::verb::post && is_action(view(request.target()))) {
      response = refuse_act(request, address);
      if (!response) {
        wire.expires_never();  // act_timeout counts
        response = co_await answer_act(request, address);
      }
    }
    if (!response && request.method() == http::verb::get && options.callbacks.fetch) {
      wire.expires_never();
      response = co_await answer_fetch(wire, request, address);
    }
    if (!response) response = answer(request, address);
    response->keep_alive(!plain && request.keep_alive());
    wire.expires_after(request_timeout);
    co_await http::async_write(wire, *response, to(error));
    if (error || response->need_eof()) break;
  }
  co_await wire.finish();
}

/// Waiting is a question whose answer another thread may give.
struct Server::Impl::Waiting {
  explicit Waiting(asio::io_context& io) : timer(io, act_timeout) {}
  asio::steady_timer timer;
  std::optional<Answer> answer;
};

Reply Server::Impl::reply_to(const std::shared_ptr<Waiting>& waiting) {
  return [waiting, &context = io](std::function<Answer()> make) {
    asio::post(context, [waiting, make = std::move(make)] {
      waiting->answer = make();
      waiting->timer.cancel();
    });
  };
}

asio::awaitable<Response> Server::Impl::when_replied(const Request& request, std::shared_ptr<Waiting> waiting) {
  error_code ignored;
  if (!waiting->answer) co_await waiting->timer.async_wait(to(ignored));
  if (!waiting->answer)
    co_return sentence(http::status::service_unavailable, request, "Cordon is overloaded; try again");
  const Answer& given = *waiting->answer;
  Response response = text(static_cast<http::status>(given.status), request.version(), given.mime, given.body);
  if (given.session) response.set(http::field::set_cookie, set_cookie(served(), *given.session));
  if (!given.file_name.empty()) {
    response.set(http::field::content_disposition, "attachment; filename=\"" + given.file_name + "\"");
  }
  co_return response;
}

/// watch waits for an answer, and says when nobody does any more.
asio::awaitable<void> Server::Impl::watch(Wire& wire, std::shared_ptr<Waiting> waiting,
                                          std::shared_ptr<std::atomic<bool>> gone) {
  error_code ignored;
  const auto until = Steady::now() + act_timeout;
  while (!waiting->answer && Steady::now() < until) {
    waiting->timer.expires_after(gone_look);
    co_await waiting->timer.async_wait(to(ignored));
    if (!waiting->answer && wire.hung_up()) *gone = true;
  }
  *gone = true;  // answered, or waited for too long
}

asio::awaitable<Response> Server::Impl::answer_act(const Request& request, const std::string& address) {
  const auto waiting = std::make_shared<Waiting>(io);
  Who who = who_of(request, address);
  options.callbacks.act(
      {std::string(view(request.target())), request.body(), std::move(who.session), std::move(who.address)},
      reply_to(waiting));
  co_return co_await when_replied(request, waiting);
}

asio::awaitable<std::optional<Response>> Server::Impl::answer_fetch(Wire& wire, const Request& request,
                                                                    const std::string& address) {
  const std::string_view target = view(request.target());
  const std::string_view path = target.substr(0, target.find('?'));
  if (!path.starts_with("/api/")) co_return std::nullopt;
  Who who = who_of(request, address);
  Visitor visitor = options.callbacks.visitor(who);
  if (!visitor.reads) co_return std::nullopt;
  const std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
  const auto waiting = std::make_shared<Waiting>(io);
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  if (!options.callbacks.fetch({std::string(path), std::string(query), std::move(who), std::move(visitor), gone},
                               reply_to(waiting))) {
    co_return std::nullopt;
  }
  co_await watch(wire, waiting, gone);
  co_return co_await when_replied(request, waiting);
}

}  // namespace cordon::http
