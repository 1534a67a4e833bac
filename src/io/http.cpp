// SPDX-License-Identifier: Apache-2.0
#include "io/http.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/address.h"
#include "base/queue.h"
#include "base/time.h"
#include "io/http_rules.h"

namespace cordon::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Steady = std::chrono::steady_clock;
/// Message is shared by every client it waits for.
using Message = std::shared_ptr<const std::string>;

constexpr std::size_t drain_bytes_max = 64 * 1024;  // of a refused body, so that the answer is not lost in a reset
constexpr std::chrono::seconds drain_timeout{1};
constexpr std::chrono::seconds idle_timeout{30};  // a kept connection without a request
constexpr std::chrono::seconds handshake_timeout{5};
constexpr int listen_backlog = 64;

/// policy lets the page load and speak to nothing but this server, and run nothing that is written in it.
constexpr std::string_view policy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

auto to(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string refusal(std::string_view why) {
  const nlohmann::json json = {{"ok", false}, {"why", why}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

double wall_seconds() {
  const auto now = std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
  return seconds_of(now);
}

/// joined writes {"type":"<type>","entries":[…]} of JSON objects.
template <class Range>
std::string joined(std::string_view type, const Range& entries) {
  std::string out = R"({"type":")";
  out += type;
  out += R"(","entries":[)";
  bool first = true;
  for (const auto& entry : entries) {
    if (!first) out += ',';
    out += entry;
    first = false;
  }
  out += "]}";
  return out;
}

/// LiveClient is one open /live. Its coroutines own it; Impl only points at it.
struct LiveClient {
  struct Waiting {
    Message message;
    bool situation = false;
  };

  explicit LiveClient(beast::tcp_stream stream) : socket(std::move(stream)), wake(socket.get_executor()) {
    wake.expires_at(Steady::time_point::max());
  }

  /// offer queues a message; false when the client is too far behind. A situation that still waits is replaced.
  bool offer(const Message& message, bool situation) {
    if (situation) {
      for (std::size_t i = writing ? 1 : 0; i < queue.size(); ++i) {
        if (queue[i].situation) {
          waiting_bytes += message->size();
          waiting_bytes -= queue[i].message->size();
          queue[i].message = message;
          return true;
        }
      }
    }
    if (queue.size() >= live_queue_max) return false;
    if (!queue.empty() && waiting_bytes + message->size() > live_queue_bytes_max) return false;
    waiting_bytes += message->size();
    queue.push_back({message, situation});
    wake.cancel();
    return true;
  }

  void drop() {
    dropped = true;
    wake.cancel();
    error_code ignored;
    beast::get_lowest_layer(socket).socket().close(ignored);
  }

  websocket::stream<beast::tcp_stream, false> socket;  // without compression: loopback only
  asio::steady_timer wake;
  std::size_t waiting_bytes = 0;
  std::deque<Waiting> queue;  // the first one is being written while `writing`
  bool writing = false;
  bool dropped = false;
  Steady::time_point writing_since;
};

}  // namespace

struct HttpServer::Impl {
  struct Counters {
    std::atomic<std::uint64_t> requests{0}, malformed{0}, refused_host{0}, refused_origin{0}, refused_full{0},
        slow_dropped{0}, entries_lost{0}, connections{0}, live_clients{0};
  };

  HttpOptions options;
  std::uint16_t port = 0;
  Counters counters;

  // Handed over by other threads.
  std::atomic<const std::string*> next_situation{nullptr};
  BoundedQueue<std::string> next_entries{entries_waiting_max};
  std::atomic<bool> woken{false};

  // The server's thread only.
  Message situation;
  Steady::time_point situation_sent{};
  bool situation_due = false;
  bool flush_waiting = false;
  std::deque<std::string> recent;
  std::uint64_t sequence = 0;
  std::vector<LiveClient*> clients;

  // Destroyed first, with every coroutine, socket and timer in it.
  asio::io_context io{1};
  std::thread thread;

  explicit Impl(HttpOptions o) : options(std::move(o)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    io.stop();
    if (thread.joinable()) thread.join();
    delete next_situation.exchange(nullptr);
  }

  Result<tcp::acceptor> listen();
  asio::awaitable<void> accept_all(tcp::acceptor acceptor);
  asio::awaitable<void> serve(beast::tcp_stream stream);
  asio::awaitable<void> live(beast::tcp_stream stream, Request request);
  asio::awaitable<void> write_all(std::shared_ptr<LiveClient> client);
  asio::awaitable<void> beat();
  asio::awaitable<void> flush_after(Steady::duration wait);

  std::optional<Response> refuse(const Request& request);
  Response answer(const Request& request);
  Response answer_log(const Request& request, std::string_view query);
  Response answer_rollback(const Request& request);
  Response text(http::status status, unsigned version, std::string_view mime, std::string body) const;
  Response sentence(http::status status, const Request& request, std::string_view why) const;

  void wake();
  void take_over();
  void flush();
  void send(const Message& message, bool is_situation);
};

// --- listening and connections ---

Result<tcp::acceptor> HttpServer::Impl::listen() {
  const IpAddress ip = CORDON_TRY(IpAddress::parse(options.address == "localhost" ? "127.0.0.1" : options.address));
  error_code error;
  const auto address = asio::ip::make_address(ip.text(), error);
  if (error) return fail(ErrorCode::malformed, "http address");
  if (!address.is_loopback()) return fail(ErrorCode::denied, "http address is not loopback");
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

asio::awaitable<void> HttpServer::Impl::accept_all(tcp::acceptor acceptor) {
  for (;;) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(to(error));
    if (error) {  // out of descriptors, say: those that are open may close
      asio::steady_timer pause(io, std::chrono::milliseconds(100));
      co_await pause.async_wait(to(error));
      continue;
    }
    if (counters.connections >= http_connections_max) {
      ++counters.refused_full;
      static constexpr std::string_view full =
          "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n";
      error_code ignored;
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(full), ignored);
      socket.shutdown(tcp::socket::shutdown_send, ignored);
      continue;
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::send_buffer_size(live_send_buffer_bytes), ignored);
    ++counters.connections;
    asio::co_spawn(io, serve(beast::tcp_stream(std::move(socket))), asio::detached);
  }
}

asio::awaitable<void> HttpServer::Impl::serve(beast::tcp_stream stream) {
  struct Counted {
    std::atomic<std::uint64_t>& count;
    explicit Counted(std::atomic<std::uint64_t>& c) : count(c) {}
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --count; }
  };
  const Counted counted(counters.connections);
  beast::flat_buffer buffer(http_header_bytes_max + http_body_bytes_max);
  for (bool first = true;; first = false) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(http_header_bytes_max));
    parser.body_limit(http_body_bytes_max);
    error_code error;
    if (!first && buffer.size() == 0) {  // between two requests a browser may take its time
      stream.expires_after(idle_timeout);
      const std::size_t got = co_await stream.async_read_some(buffer.prepare(4096), to(error));
      if (error) break;
      buffer.commit(got);
    }
    stream.expires_after(request_timeout);
    co_await http::async_read(stream, buffer, parser, to(error));
    if (error && error.category() != make_error_code(http::error::end_of_stream).category()) break;  // network, timeout
    if (error == http::error::end_of_stream) break;
    stream.expires_after(request_timeout);
    if (error) {
      ++counters.malformed;
      const http::status status = error == http::error::header_limit ? http::status::request_header_fields_too_large
                                  : error == http::error::body_limit ? http::status::payload_too_large
                                  : error == http::error::buffer_overflow ? http::status::payload_too_large
                                                                          : http::status::bad_request;
      Response refused =
          text(status, 11, "text/plain; charset=utf-8", std::string(http::obsolete_reason(status)) + "\n");
      refused.keep_alive(false);
      co_await http::async_write(stream, refused, to(error));
      // Closing over unread bytes resets the connection, and the answer with it: read a little first.
      stream.socket().shutdown(tcp::socket::shutdown_send, error);
      stream.expires_after(drain_timeout);
      std::array<char, 4096> drained{};
      for (std::size_t total = 0; !error && total < drain_bytes_max;) {
        total += co_await stream.async_read_some(asio::buffer(drained), to(error));
      }
      break;
    }
    ++counters.requests;
    Request request = parser.release();
    std::optional<Response> response = refuse(request);
    if (!response && request.target() == "/live" && websocket::is_upgrade(request)) {
      stream.expires_never();
      co_await live(std::move(stream), std::move(request));
      co_return;
    }
    if (!response) response = answer(request);
    response->keep_alive(request.keep_alive());
    co_await http::async_write(stream, *response, to(error));
    if (error || response->need_eof()) break;
  }
  error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

// --- requests and answers ---

Response HttpServer::Impl::text(http::status status, unsigned version, std::string_view mime, std::string body) const {
  Response response{status, version};
  response.set(http::field::content_type, beast::string_view(mime.data(), mime.size()));
  response.set(http::field::cache_control, "no-store");
  response.set("Content-Security-Policy", beast::string_view(policy.data(), policy.size()));
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Frame-Options", "DENY");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

Response HttpServer::Impl::sentence(http::status status, const Request& request, std::string_view why) const {
  return text(status, request.version(), "application/json", refusal(why));
}

/// refuse judges who asks, before what is asked.
std::optional<Response> HttpServer::Impl::refuse(const Request& request) {
  const std::string_view host = view(request[http::field::host]);
  if (request.count(http::field::host) != 1 || !names_this_server(host, port)) {
    ++counters.refused_host;
    return sentence(http::status::misdirected_request, request,
                    "this server answers to 127.0.0.1, localhost and [::1] with its port only");
  }
  const bool acts = request.method() == http::verb::post || websocket::is_upgrade(request);
  const std::string_view origin = view(request[http::field::origin]);
  if (acts && (request.count(http::field::origin) != 1 || !same_origin(origin, host))) {
    ++counters.refused_origin;
    return sentence(http::status::forbidden, request, "only this server's own page may do this");
  }
  return std::nullopt;
}

Response HttpServer::Impl::answer(const Request& request) {
  const std::string_view target = view(request.target());
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
  const bool reads = request.method() == http::verb::get || request.method() == http::verb::head;
  const auto asset = std::find_if(options.assets.begin(), options.assets.end(),
                                  [&](const Asset& candidate) { return candidate.path == path; });

  const bool is_rollback = path == "/api/rollback";
  const bool known = is_rollback || path == "/api/situation" || path == "/api/log" || path == "/healthz" ||
                     path == "/live" || asset != options.assets.end();
  if (!known) return sentence(http::status::not_found, request, "there is nothing under this path");
  if (is_rollback ? request.method() != http::verb::post : !reads) {
    Response response = sentence(http::status::method_not_allowed, request, "this path does not take this method");
    response.set(http::field::allow, is_rollback ? "POST" : "GET, HEAD");
    return response;
  }
  if (is_rollback) return answer_rollback(request);

  Response response = [&] {
    if (path == "/live") return sentence(http::status::upgrade_required, request, "this path is a WebSocket");
    if (path == "/healthz") return text(http::status::ok, request.version(), "text/plain; charset=utf-8", "ok\n");
    if (path == "/api/log") return answer_log(request, query);
    if (path == "/api/situation") {
      if (!situation) return sentence(http::status::service_unavailable, request, "there is no situation yet");
      return text(http::status::ok, request.version(), "application/json", *situation);
    }
    const bool fresh = view(request[http::field::if_none_match]) == asset->etag;
    Response file = text(fresh ? http::status::not_modified : http::status::ok, request.version(), asset->mime,
                         fresh ? std::string{} : std::string(asset->bytes));
    file.set(http::field::etag, beast::string_view(asset->etag.data(), asset->etag.size()));
    file.set(http::field::cache_control, "no-cache");  // kept, but asked about each time
    return file;
  }();
  if (request.method() == http::verb::head) response.body().clear();  // Content-Length stays what GET would have
  return response;
}

Response HttpServer::Impl::answer_log(const Request& request, std::string_view query) {
  const auto page = parse_log_page(query);
  if (!page || !options.callbacks.log) {
    ++counters.malformed;
    return sentence(http::status::bad_request, request, "say from=N and limit=M, both decimal");
  }
  std::vector<std::string> entries = options.callbacks.log(page->from, page->limit);
  std::size_t bytes = 0;
  std::size_t kept = 0;
  while (kept < entries.size() && kept < page->limit && bytes + entries[kept].size() <= log_answer_bytes_max) {
    bytes += entries[kept++].size() + 1;
  }
  entries.resize(kept);
  return text(http::status::ok, request.version(), "application/json", joined("log", entries));
}

Response HttpServer::Impl::answer_rollback(const Request& request) {
  if (!is_json_type(view(request[http::field::content_type]))) {
    ++counters.malformed;
    return sentence(http::status::unsupported_media_type, request, "the body must be application/json");
  }
  const auto wish = parse_rollback(request.body());
  if (!wish) {
    ++counters.malformed;
    return sentence(http::status::bad_request, request, "say {\"cut\":…,\"reason\":…}, the reason in up to 500 bytes");
  }
  if (!options.callbacks.rollback) return sentence(http::status::conflict, request, "nothing here can be rolled back");
  const RollbackAnswer answer = options.callbacks.rollback(wish->cut, wish->reason);
  if (!answer.accepted) return sentence(http::status::conflict, request, answer.why);
  return text(http::status::accepted, request.version(), "application/json", R"({"ok":true})");
}

// --- the live channel ---

asio::awaitable<void> HttpServer::Impl::live(beast::tcp_stream stream, Request request) {
  const auto client = std::make_shared<LiveClient>(std::move(stream));
  websocket::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = handshake_timeout;
  timeouts.idle_timeout = idle_timeout;
  timeouts.keep_alive_pings = true;
  client->socket.set_option(timeouts);
  client->socket.read_message_max(live_incoming_bytes_max);
  error_code error;
  co_await client->socket.async_accept(request, to(error));
  if (error) co_return;

  struct Registered {
    Impl& server;
    LiveClient* client;
    Registered(Impl& s, LiveClient* c) : server(s), client(c) {
      server.clients.push_back(client);
      ++server.counters.live_clients;
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    ~Registered() {
      std::erase(server.clients, client);
      --server.counters.live_clients;
    }
  };
  const Registered registered(*this, client.get());
  if (situation) client->offer(situation, true);
  client->offer(std::make_shared<const std::string>(joined("recent", recent)), false);
  asio::co_spawn(io, write_all(client), asio::detached);

  beast::flat_buffer buffer;
  while (!client->dropped) {  // the page has nothing to say; reading notices that it is gone
    co_await client->socket.async_read(buffer, to(error));
    if (error) break;
    buffer.clear();
  }
  client->drop();
}

asio::awaitable<void> HttpServer::Impl::write_all(std::shared_ptr<LiveClient> client) {
  client->socket.text(true);
  while (!client->dropped) {
    error_code error;
    if (client->queue.empty()) {
      co_await client->wake.async_wait(to(error));  // ends by cancel
      continue;
    }
    client->writing = true;
    client->writing_since = Steady::now();
    const Message message = client->queue.front().message;
    co_await client->socket.async_write(asio::buffer(*message), to(error));
    client->writing = false;
    client->waiting_bytes -= message->size();
    client->queue.pop_front();
    if (error) client->drop();
  }
}

void HttpServer::Impl::send(const Message& message, bool is_situation) {
  for (LiveClient* client : clients) {
    if (client->dropped || client->offer(message, is_situation)) continue;
    ++counters.slow_dropped;
    client->drop();
  }
}

asio::awaitable<void> HttpServer::Impl::beat() {
  asio::steady_timer timer(io);
  for (;;) {
    timer.expires_after(beat_interval);
    error_code ignored;
    co_await timer.async_wait(to(ignored));
    const nlohmann::json json = {{"type", "beat"}, {"sequence", sequence}, {"at", wall_seconds()}};
    send(std::make_shared<const std::string>(json.dump()), false);
    for (LiveClient* client : clients) {
      if (client->dropped || !client->writing || Steady::now() - client->writing_since < live_write_timeout) continue;
      ++counters.slow_dropped;
      client->drop();
    }
  }
}

// --- what other threads publish ---

/// wake has the server's thread look at what was handed over; many calls before it looks are one.
void HttpServer::Impl::wake() {
  if (!woken.exchange(true)) asio::post(io, [this] { take_over(); });
}

void HttpServer::Impl::take_over() {
  if (flush_waiting) return;
  flush_waiting = true;
  asio::co_spawn(io, flush_after(entries_interval), asio::detached);
}

asio::awaitable<void> HttpServer::Impl::flush_after(Steady::duration wait) {
  asio::steady_timer timer(io, wait);
  error_code ignored;
  co_await timer.async_wait(to(ignored));
  flush_waiting = false;
  flush();
}

void HttpServer::Impl::flush() {
  woken = false;
  if (const std::string* taken = next_situation.exchange(nullptr)) {
    situation = Message(taken);
    situation_due = true;
  }
  for (;;) {
    std::vector<std::string> taken = next_entries.pop_batch(live_recent_max, std::chrono::milliseconds(0));
    if (taken.empty()) break;
    std::vector<std::string> batch;
    for (std::string& entry : taken) {
      const auto number = entry_sequence(entry);
      if (!number) {
        ++counters.entries_lost;
        continue;
      }
      sequence = std::max(sequence, *number);
      recent.push_back(entry);
      if (recent.size() > live_recent_max) recent.pop_front();
      batch.push_back(std::move(entry));
    }
    if (!batch.empty()) send(std::make_shared<const std::string>(joined("entries", batch)), false);
  }
  if (!situation_due) return;
  const auto since = Steady::now() - situation_sent;
  if (since >= situation_interval) {
    situation_due = false;
    situation_sent = Steady::now();
    send(situation, true);
  } else if (!flush_waiting) {
    flush_waiting = true;
    asio::co_spawn(io, flush_after(situation_interval - since), asio::detached);
  }
}

// --- the public face ---

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;

Result<HttpServer> HttpServer::start(HttpOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  tcp::acceptor acceptor = CORDON_TRY(impl->listen());
  asio::co_spawn(impl->io, impl->accept_all(std::move(acceptor)), asio::detached);
  asio::co_spawn(impl->io, impl->beat(), asio::detached);
  try {
    impl->thread = std::thread([server = impl.get()] { server->io.run(); });
  } catch (const std::system_error& refused) {
    return fail(ErrorCode::io, "http thread", static_cast<std::uint64_t>(refused.code().value()));
  }
  return HttpServer(std::move(impl));
}

std::uint16_t HttpServer::port() const {
  return impl_->port;
}

void HttpServer::publish_situation(std::string json) {
  delete impl_->next_situation.exchange(new std::string(std::move(json)));
  impl_->wake();
}

void HttpServer::publish_entries(std::vector<std::string> json) {
  for (std::string& entry : json) {
    if (!impl_->next_entries.push(std::move(entry))) ++impl_->counters.entries_lost;
  }
  impl_->wake();
}

HttpCounts HttpServer::counts() const {
  const Impl::Counters& c = impl_->counters;
  return {c.requests,     c.malformed,    c.refused_host, c.refused_origin, c.refused_full,
          c.slow_dropped, c.entries_lost, c.connections,  c.live_clients};
}

}  // namespace cordon::io
