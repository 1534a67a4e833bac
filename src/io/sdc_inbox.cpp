// SPDX-License-Identifier: Apache-2.0
// Where devices send their reports: an HTTP server that knows one kind of request. Bounded in connections, for each
// address and in all, in a message's size and in time.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <map>

#include "io/allowance.h"
#include "io/gunzip.h"
#include "io/sdc_shared.h"

namespace cordon::io {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::size_t connections_max = 512;            // two for each of 128 devices, twice
constexpr std::size_t connections_per_address_max = 8;  // a device has one for each subscription
constexpr std::uint32_t header_bytes_max = 16 * 1024;
constexpr std::chrono::seconds handshake_within{5};
constexpr std::chrono::seconds next_within{120};  // a kept connection; the longest subscription is 60 s
constexpr int backlog = 64;
constexpr std::chrono::seconds flood_wait_max{20};  // then it is read again, whatever it owes

using Parser = http::request_parser<http::string_body>;
using Answer = http::response<http::empty_body>;

/// Sender is one address with connections.
struct Sender {
  explicit Sender(const SdcGatewayOptions& options)
      : reports(options.reports_a_second), bytes(options.bytes_a_second) {}
  std::size_t connections = 0;
  Allowance reports;
  Allowance bytes;
};

struct Inbox {
  SdcSharedPtr shared;
  SdcInboxCallbacks callbacks;
  std::map<std::string, Sender> by_address;
  std::size_t connections = 0;
};
using InboxPtr = std::shared_ptr<Inbox>;

/// Counted is one connection among those of its address and all.
class Counted {
 public:
  Counted(InboxPtr inbox, std::string address) : inbox_(std::move(inbox)), address_(std::move(address)) {
    ++inbox_->connections;
    ++inbox_->by_address.try_emplace(address_, inbox_->shared->options).first->second.connections;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    --inbox_->connections;
    --inbox_->by_address.at(address_).connections;
    // Who hangs up and comes again owes what he owed.
    const MonoTime now = inbox_->shared->mono();
    std::erase_if(inbox_->by_address, [now](const auto& sender) {
      const Sender& each = sender.second;
      return each.connections == 0 && each.reports.full(now) && each.bytes.full(now);
    });
  }

 private:
  InboxPtr inbox_;
  std::string address_;
};

http::status status_of(const Wire::Error& error) {
  return error == http::error::body_limit ? http::status::payload_too_large : http::status::bad_request;
}

/// judge takes the message in; a report is answered 202 whatever comes of it (DPWS 1.1: the answer is empty).
http::status judge(const Inbox& inbox, Parser& parser, SdcDelivery delivery) {
  auto& message = parser.get();
  if (message.method() != http::verb::post) return http::status::method_not_allowed;
  const std::string target(message.target());
  std::string body = std::move(message.body());
  const std::string_view encoding = message[http::field::content_encoding];
  if (beast::iequals(encoding, "gzip")) {
    auto opened = gunzip(as_bytes(body), sdc::message_bytes_max);
    if (!opened)
      return opened.error().code == ErrorCode::limit ? http::status::payload_too_large : http::status::bad_request;
    body = std::move(*opened);
  } else if (!encoding.empty() && !beast::iequals(encoding, "identity")) {
    return http::status::unsupported_media_type;
  }
  delivery.path = target;
  delivery.body = body;
  return inbox.callbacks.deliver(delivery) ? http::status::accepted : http::status::not_found;
}

/// greet tells whether the peer may go on, and whether it speaks TLS.
asio::awaitable<bool> greet(InboxPtr inbox, Wire& wire, std::string address, bool& tls) {
  Wire::Error error;
  SdcShared& shared = *inbox->shared;
  if (shared.as_server) {
    tls = co_await wire.begins_with_tls(error);
    if (error) co_return false;
  }
  if (!tls) {
    wire.without_tls();
    co_return shared.may_be_plain();
  }
  wire.expires_after(handshake_within);
  co_await wire.handshake(error);
  if (error && !shared.closed && is_tls_refusal(error)) inbox->callbacks.refused(address);
  co_return !error;
}

/// spend gives how long the sender's next report has to wait. Who counts as one is the address: its connections share.
std::chrono::milliseconds spend(Inbox& inbox, const std::string& address, std::size_t bytes) {
  Sender& sender = inbox.by_address.at(address);
  const MonoTime now = inbox.shared->mono();
  const auto wait = std::max(sender.reports.spend(1, now), sender.bytes.spend(static_cast<double>(bytes), now));
  if (wait > std::chrono::milliseconds(0)) inbox.callbacks.flooded(address);
  return std::min<std::chrono::milliseconds>(wait, flood_wait_max);
}

asio::awaitable<bool> answer_one(InboxPtr inbox, Wire& wire, beast::flat_buffer& buffer, SdcDelivery delivery) {
  Wire::Error error;
  Parser parser;
  parser.header_limit(header_bytes_max);
  parser.body_limit(sdc::message_bytes_max);
  wire.expires_after(next_within);
  co_await http::async_read(wire, buffer, parser, to(error));
  if (inbox->shared->closed) co_return false;
  const bool is_http = error.category() == make_error_code(http::error::end_of_stream).category();
  if (error && (!is_http || error == http::error::end_of_stream)) co_return false;
  const auto wait = spend(*inbox, delivery.address, parser.get().body().size());
  if (wait > std::chrono::milliseconds(0)) {
    asio::steady_timer pause(inbox->shared->io, wait);
    Wire::Error ignored;
    co_await pause.async_wait(to(ignored));
    if (inbox->shared->closed) co_return false;
  }
  Answer answer{error ? status_of(error) : judge(*inbox, parser, delivery), 11};
  answer.keep_alive(!error && parser.get().keep_alive());
  answer.content_length(0);
  co_await http::async_write(wire, answer, to(error));
  co_return !error && answer.keep_alive();
}

asio::awaitable<void> serve(InboxPtr inbox, tcp::socket socket, std::string address) {
  const Counted counted(inbox, address);
  SdcWire wire(inbox->shared, std::move(socket), inbox->shared->as_server);
  bool tls = false;
  const bool greeted = co_await greet(inbox, *wire, address, tls);
  if (!greeted) co_return;
  beast::flat_buffer buffer;
  for (bool goes_on = true; goes_on && !inbox->shared->closed;) {
    const SdcDelivery delivery{{}, address, tls, {}};
    goes_on = co_await answer_one(inbox, *wire, buffer, delivery);
  }
  co_await wire->finish();
}

asio::awaitable<void> accept_all(InboxPtr inbox, std::shared_ptr<tcp::acceptor> acceptor) {
  while (!inbox->shared->closed) {
    Wire::Error error;
    tcp::socket socket = co_await acceptor->async_accept(to(error));
    if (inbox->shared->closed) co_return;
    if (error) {  // out of descriptors, say: those that are open may close
      asio::steady_timer pause(inbox->shared->io, std::chrono::milliseconds(100));
      co_await pause.async_wait(to(error));
      continue;
    }
    const std::string address = socket.remote_endpoint(error).address().to_string();
    const auto same = inbox->by_address.find(address);
    const bool crowd = same != inbox->by_address.end() && same->second.connections >= connections_per_address_max;
    if (error || crowd || inbox->connections >= connections_max) continue;
    // An answer goes in several pieces: held back until the first is acknowledged, a device would get 20 a second.
    socket.set_option(tcp::no_delay(true), error);
    asio::co_spawn(inbox->shared->io, serve(inbox, std::move(socket), address), asio::detached);
  }
}

}  // namespace

Result<std::shared_ptr<tcp::acceptor>> open_sdc_inbox(SdcSharedPtr shared, SdcInboxCallbacks callbacks) {
  auto acceptor = std::make_shared<tcp::acceptor>(shared->io);
  const tcp::endpoint endpoint{shared->address, shared->options.notify_port};
  Wire::Error error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(backlog, error);
  if (!error) shared->notify_port = acceptor->local_endpoint(error).port();
  if (error) return fail(ErrorCode::io, "sdc: port for reports", static_cast<std::uint64_t>(error.value()));
  auto inbox = std::make_shared<Inbox>(Inbox{shared, std::move(callbacks), {}, 0});
  asio::co_spawn(shared->io, accept_all(std::move(inbox), acceptor), asio::detached);
  return acceptor;
}

}  // namespace cordon::io
