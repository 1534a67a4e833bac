// SPDX-License-Identifier: Apache-2.0
#include "desk.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <nlohmann/json.hpp>

#include "http/wire.h"

namespace cordon::lab {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using cordon::http::Wire;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds look_every{500};
constexpr std::chrono::seconds answer_within{5};
constexpr std::size_t answer_bytes_max = std::size_t{16} << 20U;

auto to(Wire::Error& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

using Request = http::request<http::string_body>;

class Desk {
 public:
  Desk(asio::io_context& context, std::uint16_t port, std::set<std::string> labels)
      : context_(context), port_(port), labels_(std::move(labels)) {}

  static asio::awaitable<void> run(std::shared_ptr<Desk> self);

 private:
  Request request(http::verb verb, std::string target, std::string body = {}) const;
  asio::awaitable<json> ask(Request request);
  asio::awaitable<void> place(json device);

  asio::io_context& context_;
  std::uint16_t port_;
  std::set<std::string> labels_;  // that have no device yet
  std::string token_;
};

Request Desk::request(http::verb verb, std::string target, std::string body) const {
  const std::string host = "127.0.0.1:" + std::to_string(port_);
  Request out{verb, std::move(target), 11, std::move(body)};
  out.set(http::field::host, host);
  out.set(http::field::origin, "http://" + host);
  out.set(http::field::content_type, "application/json");
  out.set("X-Cordon-Token", token_);
  out.keep_alive(false);
  out.prepare_payload();
  return out;
}

/// ask gives the answer, null where there is none.
asio::awaitable<json> Desk::ask(Request request) {
  Wire::Error error;
  tcp::socket socket(context_);
  co_await socket.async_connect({asio::ip::address_v4::loopback(), port_}, to(error));
  if (error) co_return json();
  Wire wire(std::move(socket), nullptr);
  wire.expires_after(answer_within);
  co_await http::async_write(wire, request, to(error));
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(answer_bytes_max);
  if (!error) co_await http::async_read(wire, buffer, parser, to(error));
  if (error) co_return json();
  json out = json::parse(parser.get().body(), nullptr, false);
  co_return out;
}

asio::awaitable<void> Desk::place(json device) {
  const std::string label = device.value("bed_label", "");
  if (!labels_.contains(label)) co_return;
  const bool stands = !device.value("bed", "").empty();
  json answer;
  if (!stands) {
    const json wish{{"device", device.value("device", "")}, {"bed", label}, {"who", "lab"}};
    answer = co_await ask(request(http::verb::post, "/act/assign", wish.dump()));
  }
  if (stands || (answer.is_object() && answer.value("ok", false))) labels_.erase(label);
}

asio::awaitable<void> Desk::run(std::shared_ptr<Desk> self) {
  asio::steady_timer timer(self->context_);
  while (!self->labels_.empty()) {
    Wire::Error error;
    timer.expires_after(look_every);
    co_await timer.async_wait(to(error));
    const json me = co_await self->ask(self->request(http::verb::get, "/api/me"));
    const json view = co_await self->ask(self->request(http::verb::get, "/api/station"));
    if (!me.is_object() || !view.is_object() || !view.contains("devices")) continue;
    self->token_ = me.value("token", "");
    for (const json& device : view["devices"])
      if (device.is_object() && device.value("live", false)) co_await self->place(device);
  }
}

}  // namespace

void place_at_desk(asio::io_context& context, std::uint16_t port, std::set<std::string> labels) {
  asio::co_spawn(context, Desk::run(std::make_shared<Desk>(context, port, std::move(labels))), asio::detached);
}

}  // namespace cordon::lab
