// SPDX-License-Identifier: Apache-2.0
// Where devices send their reports: an HTTP server that knows one kind of request. Bounded in connections, messages and
// bytes for each address, in connections in all, in a message's size and in time. Who knows no device's path is refused
// by the header: its body is neither read nor opened.
#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <map>

#include "gateway/allowance.h"
#include "gateway/gunzip.h"
#include "gateway/keep_running.h"
#include "gateway/sdc_shared.h"

namespace cordon::gateway {

namespace beast = boost::beast;

namespace {

constexpr std::size_t connections_max = 512;            // two for each of 128 devices, twice
constexpr std::size_t connections_per_address_max = 8;  // a device has one for each subscription
constexpr std::size_t senders_max = 1024;       // addresses that are remembered; one that was quiet for 2 s is not
constexpr std::chrono::seconds sender_kept{2};  // its allowances are full again
constexpr double messages_a_second = 200;       // of one address; a bed sends about 12 …
constexpr double bytes_a_second = 4.0 * 1024 * 1024;  // … and 70 kB; opened bytes count as well
constexpr std::chrono::seconds handshake_within{5};
constexpr std::chrono::seconds next_within{120};  // a kept connection; the longest subscription is 60 s
constexpr int backlog = 64;

using RequestParser = beast::http::request_parser<beast::http::string_body>;
using Answer = beast::http::response<beast::http::empty_body>;

/// Sender is one address; it is remembered beyond its connections, so that a new one is no new allowance.
struct Sender {
  std::string address;
  std::size_t connections = 0;
  Allowance messages{messages_a_second};
  Allowance bytes{bytes_a_second};
  MonoTime last{};
};
struct Inbox {
  SdcSharedPtr shared;
  SdcInboxCallbacks callbacks;
  std::map<std::string, std::shared_ptr<Sender>> senders;
  std::size_t connections = 0;
};
using InboxPtr = std::shared_ptr<Inbox>;
using SenderPtr = std::shared_ptr<Sender>;

/// Counted is one connection among those of its address and all.
class Counted {
 public:
  Counted(InboxPtr inbox, SenderPtr sender) : inbox_(std::move(inbox)), sender_(std::move(sender)) {
    ++inbox_->connections;
    ++sender_->connections;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    --inbox_->connections;
    --sender_->connections;
  }

 private:
  InboxPtr inbox_;
  SenderPtr sender_;
};

/// sender_of gives nothing where too many addresses spoke just now.
SenderPtr sender_of(Inbox& inbox, const std::string& address) {
  const MonoTime now = inbox.shared->mono();
  const auto found = inbox.senders.find(address);
  if (found != inbox.senders.end()) {
    found->second->last = now;
    return found->second;
  }
  if (inbox.senders.size() >= senders_max) {
    std::erase_if(inbox.senders, [&](const auto& entry) {
      return entry.second->connections == 0 && now - entry.second->last > sender_kept;
    });
  }
  if (inbox.senders.size() >= senders_max) return nullptr;
  const auto made = std::make_shared<Sender>();
  made->address = address;
  made->last = now;
  inbox.senders.emplace(address, made);
  return made;
}

/// wait_for_allowance holds a sender back that is over its bounds: what it sends next is read later.
asio::awaitable<void> wait_for_allowance(InboxPtr inbox, SenderPtr sender) {
  const MonoTime now = inbox->shared->mono();
  sender->last = now;
  const auto wait = std::max(sender->messages.spend(1, now), sender->bytes.spend(0, now));
  if (wait <= std::chrono::milliseconds{}) co_return;
  inbox->callbacks.flooded(sender->address);
  http::Wire::Error error;
  asio::steady_timer timer(inbox->shared->io, wait);
  co_await timer.async_wait(to(error));
}

beast::http::status status_of(const http::Wire::Error& error) {
  return error == beast::http::error::body_limit ? beast::http::status::payload_too_large
                                                 : beast::http::status::bad_request;
}

/// judge_header tells by the header alone whether the body is wanted: `ok`, or why not.
beast::http::status judge_header(const Inbox& inbox, const RequestParser& parser, SdcDelivery delivery) {
  const auto& message = parser.get();
  if (message.method() != beast::http::verb::post) return beast::http::status::method_not_allowed;
  const std::string target(message.target());
  delivery.path = target;
  return inbox.callbacks.expects(delivery) ? beast::http::status::ok : beast::http::status::not_found;
}

/// judge takes the message in; a report is answered 202 whatever comes of it (DPWS 1.1: the answer is empty).
beast::http::status judge(const Inbox& inbox, Sender& sender, RequestParser& parser, SdcDelivery delivery) {
  auto& message = parser.get();
  const std::string target(message.target());
  std::string body = std::move(message.body());
  sender.bytes.spend(static_cast<double>(body.size()), inbox.shared->mono());
  const std::string_view encoding = message[beast::http::field::content_encoding];
  if (beast::iequals(encoding, "gzip")) {
    auto opened = gunzip(as_bytes(body), sdc::message_bytes_max);
    if (!opened)
      return opened.error().code == ErrorCode::limit ? beast::http::status::payload_too_large
                                                     : beast::http::status::bad_request;
    body = std::move(*opened);
    sender.bytes.spend(static_cast<double>(body.size()), inbox.shared->mono());
  } else if (!encoding.empty() && !beast::iequals(encoding, "identity")) {
    return beast::http::status::unsupported_media_type;
  }
  delivery.path = target;
  delivery.body = body;
  return inbox.callbacks.deliver(delivery) ? beast::http::status::accepted : beast::http::status::not_found;
}

/// greet tells whether the peer may go on, and whether it speaks TLS.
asio::awaitable<bool> greet(InboxPtr inbox, http::Wire& wire, std::string address, bool& tls) {
  http::Wire::Error error;
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
  if (error && !shared.closed && http::is_tls_refusal(error)) inbox->callbacks.refused(address);
  co_return !error;
}

/// read_body reads what the header announced. Who asks first whether it may send (RFC 9110, 10.1.1) is told so, and
/// does not wait for its own patience to end.
asio::awaitable<void> read_body(http::Wire& wire, beast::flat_buffer& buffer, RequestParser& parser,
                                http::Wire::Error& error) {
  if (beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
    const beast::http::response<beast::http::empty_body> go_on{beast::http::status::continue_, 11};
    co_await beast::http::async_write(wire, go_on, to(error));
  }
  if (!error) co_await beast::http::async_read(wire, buffer, parser, to(error));
}

asio::awaitable<bool> answer_one(InboxPtr inbox, SenderPtr sender, http::Wire& wire, beast::flat_buffer& buffer,
                                 SdcDelivery delivery) {
  http::Wire::Error error;
  RequestParser parser;
  parser.header_limit(header_bytes_max);
  parser.body_limit(sdc::message_bytes_max);
  wire.expires_after(next_within);
  co_await beast::http::async_read_header(wire, buffer, parser, to(error));
  if (inbox->shared->closed) co_return false;
  beast::http::status status = error ? status_of(error) : judge_header(*inbox, parser, delivery);
  if (!error) co_await wait_for_allowance(inbox, sender);
  if (inbox->shared->closed) co_return false;
  const bool is_wanted = status == beast::http::status::ok;
  if (is_wanted) {
    wire.expires_after(next_within);
    co_await read_body(wire, buffer, parser, error);
    if (inbox->shared->closed) co_return false;
    status = error ? status_of(error) : judge(*inbox, *sender, parser, delivery);
  }
  const bool is_http = error.category() == make_error_code(beast::http::error::end_of_stream).category();
  if (error && (!is_http || error == beast::http::error::end_of_stream)) co_return false;
  Answer answer{status, 11};
  answer.keep_alive(!error && is_wanted && parser.get().keep_alive());
  answer.content_length(0);
  co_await beast::http::async_write(wire, answer, to(error));
  co_return !error && answer.keep_alive();
}

asio::awaitable<void> serve(InboxPtr inbox, tcp::socket socket, SenderPtr sender) {
  const Counted counted(inbox, sender);
  SdcWire wire(inbox->shared, std::move(socket), inbox->shared->as_server);
  bool tls = false;
  const bool greeted = co_await greet(inbox, *wire, sender->address, tls);
  if (!greeted) co_return;
  beast::flat_buffer buffer;
  for (bool goes_on = true; goes_on && !inbox->shared->closed;) {
    const SdcDelivery delivery{{}, sender->address, tls, {}};
    goes_on = co_await answer_one(inbox, sender, *wire, buffer, delivery);
  }
  co_await wire->finish();
}

asio::awaitable<void> accept_all(InboxPtr inbox, std::shared_ptr<tcp::acceptor> acceptor) {
  while (!inbox->shared->closed) {
    http::Wire::Error error;
    tcp::socket socket = co_await acceptor->async_accept(to(error));
    if (inbox->shared->closed) co_return;
    if (error) {  // out of descriptors, say: those that are open may close
      asio::steady_timer pause(inbox->shared->io, std::chrono::milliseconds(100));
      co_await pause.async_wait(to(error));
      continue;
    }
    const std::string address = socket.remote_endpoint(error).address().to_string();
    const SenderPtr sender = error ? nullptr : sender_of(*inbox, address);
    if (!sender || sender->connections >= connections_per_address_max || inbox->connections >= connections_max)
      continue;
    if (!sender->messages.take(1, sender->last)) {  // a connection costs as much as a message, under TLS more
      inbox->callbacks.flooded(address);
      continue;
    }
    // An answer goes in several pieces: held back until the first is acknowledged, a device would get 20 a second.
    socket.set_option(tcp::no_delay(true), error);
    run_once(inbox->shared->io, serve(inbox, std::move(socket), sender), inbox->shared->sink.failed);
  }
}

}  // namespace

Result<std::shared_ptr<tcp::acceptor>> open_sdc_inbox(SdcSharedPtr shared, SdcInboxCallbacks callbacks) {
  auto acceptor = std::make_shared<tcp::acceptor>(shared->io);
  const tcp::endpoint endpoint{shared->address, shared->options.notify_port};
  http::Wire::Error error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(backlog, error);
  if (!error) shared->notify_port = acceptor->local_endpoint(error).port();
  if (error) return fail(ErrorCode::io, "sdc: port for reports", static_cast<std::uint64_t>(error.value()));
  auto inbox = std::make_shared<Inbox>(Inbox{shared, std::move(callbacks), {}, 0});
  keep_running(shared->io, [inbox, acceptor] { return accept_all(inbox, acceptor); },
               {[shared] { return shared->closed; }, shared->sink.failed});
  return acceptor;
}

}  // namespace cordon::gateway
