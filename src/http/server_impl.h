// SPDX-License-Identifier: Apache-2.0
// The inside of Server, shared by server.cpp (its face), connection.cpp (listening, reading requests),
// answer.cpp (what is answered) and live.cpp (the live channel). Nobody else includes it.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/queue.h"
#include "http/rules.h"
#include "http/server.h"
#include "http/wire.h"
#include "io/awaiting.h"

namespace cordon::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Steady = std::chrono::steady_clock;
/// Message is shared by every client it waits for.
using Message = std::shared_ptr<const std::string>;

using io::to;
inline std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
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

struct LiveClient;  // live.cpp

struct Server::Impl {
  struct Counters {
    std::atomic<std::uint64_t> requests{0}, malformed{0}, refused_host{0}, refused_origin{0}, refused_full{0},
        refused_session{0}, refused_tls{0}, slow_dropped{0}, frames_dropped{0}, entries_lost{0}, connections{0},
        live_clients{0};
  };

  ServerOptions options;
  bool loopback = true;  // of the address listened on
  std::uint16_t port = 0;
  Counters counters;

  // Handed over by other threads.
  std::atomic<const std::string*> next_situation{nullptr};
  BoundedQueue<std::string> next_entries{entries_waiting_max};
  BoundedQueue<std::string> next_frames{frames_waiting_max};
  std::atomic<bool> woken{false};
  std::atomic<bool> urgent{false};
  std::atomic<bool> framed{false};

  // The server's thread only.
  std::shared_ptr<TlsContext> tls;  // none: plain
  Message situation;
  Steady::time_point situation_sent{};
  bool situation_due = false;
  bool flush_waiting = false;
  std::deque<std::string> recent;
  std::uint64_t sequence = 0;
  std::vector<LiveClient*> clients;
  std::map<std::string, std::size_t> by_address;

  // Destroyed first, with every coroutine, socket and timer in it.
  asio::io_context io{1};
  std::thread thread;

  explicit Impl(ServerOptions o) : options(std::move(o)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();
  void stop();

  Served served() const { return {options.tls != nullptr, port, options.names}; }

  // connection.cpp
  Result<tcp::acceptor> listen();
  asio::awaitable<void> accept_all(tcp::acceptor acceptor);
  asio::awaitable<void> serve(tcp::socket socket, std::string address);
  asio::awaitable<bool> greet(Wire& wire, bool& plain);
  asio::awaitable<bool> malformed(Wire& wire, error_code error);
  asio::awaitable<Response> answer_act(const Request& request, const std::string& address);
  /// answer_fetch: nothing when nobody knows the path.
  asio::awaitable<std::optional<Response>> answer_fetch(Wire& wire, const Request& request, const std::string& address);
  struct Waiting;
  Reply reply_to(const std::shared_ptr<Waiting>& waiting);
  asio::awaitable<Response> when_replied(const Request& request, std::shared_ptr<Waiting> waiting);
  asio::awaitable<void> watch(Wire& wire, std::shared_ptr<Waiting> waiting, std::shared_ptr<std::atomic<bool>> gone);

  // answer.cpp
  std::optional<Response> refuse(const Request& request, const std::string& address);
  Who who_of(const Request& request, const std::string& address) const;
  /// takes_act: nothing when the request may act; else why not.
  std::optional<Response> refuse_act(const Request& request, const std::string& address);
  bool is_action(std::string_view path) const;
  Response answer(const Request& request, const std::string& address);
  Response answer_log(const Request& request, std::string_view query);
  Response answer_plain(const Request& request) const;
  Response text(http::status status, unsigned version, std::string_view mime, std::string body) const;
  Response sentence(http::status status, const Request& request, std::string_view why) const;

  // live.cpp
  asio::awaitable<void> live(Wire wire, Request request, std::string address);
  asio::awaitable<void> write_all(std::shared_ptr<LiveClient> client);
  asio::awaitable<void> beat();
  asio::awaitable<void> flush_after(Steady::duration wait);
  void wake();
  void take_over();
  void flush();
  void flush_frames();
  void send(const Message& message, bool is_situation);
};

}  // namespace cordon::http
