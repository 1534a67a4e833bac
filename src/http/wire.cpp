// SPDX-License-Identifier: Apache-2.0
#include "http/wire.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <optional>

#include "http/tls_context.h"
#include "io/awaiting.h"

namespace cordon::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds goodbye_timeout{500};
constexpr std::chrono::seconds first_byte_timeout{5};
constexpr std::uint8_t handshake_record = 22;

using io::to;

}  // namespace

Result<void> set_up_tls(TlsContext& tls, const TlsIdentity& identity) {
  ssl::context& context = tls.context;
  SSL_CTX* const native = context.native_handle();
  // TLS 1.2 with forward secrecy and authenticated encryption only; the suites of 1.3 are all of that kind.
  const bool set = SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1 &&
                   SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // A resumed session would outlive a renewed certificate, and saves nothing here.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);
  Wire::Error error;
  if (!set) return fail(ErrorCode::malformed, "TLS settings");
  context.use_certificate_chain(asio::buffer(identity.chain_pem), error);
  if (!error) context.use_private_key(asio::buffer(identity.key_pem), ssl::context::pem, error);
  if (error || SSL_CTX_check_private_key(native) != 1) return fail(ErrorCode::malformed, "TLS key and certificate");
  return {};
}

Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsIdentity& identity) {
  auto out = std::make_shared<TlsContext>(ssl::stream_base::server);
  CORDON_TRY_VOID(set_up_tls(*out, identity));
  return out;
}

struct Wire::Impl {
  beast::tcp_stream tcp;
  std::shared_ptr<TlsContext> context;  // outlives the stream made of it
  std::optional<ssl::stream<beast::tcp_stream&>> tls;
  bool greeted = false;  // the handshake is over

  Impl(tcp::socket socket, std::shared_ptr<TlsContext> c) : tcp(std::move(socket)), context(std::move(c)) {
    if (context) tls.emplace(tcp, context->context);
  }
};

Wire::Wire(tcp::socket socket, std::shared_ptr<TlsContext> context)
    : impl_(std::make_unique<Impl>(std::move(socket), std::move(context))) {}
Wire::Wire(Wire&&) noexcept = default;
Wire& Wire::operator=(Wire&&) noexcept = default;
Wire::~Wire() = default;

Wire::executor_type Wire::get_executor() {
  return impl_->tcp.get_executor();
}

asio::awaitable<bool> Wire::begins_with_tls(Error& error) {
  // tcp_stream's timer runs for reads that it makes itself, and none of those leaves the byte: this one has its own.
  // The timer's handler may be queued already when this ends, hence `waits`.
  const auto waits = std::make_shared<bool>(true);
  struct Over {
    bool& waits;
    ~Over() { waits = false; }
  } const over{*waits};
  asio::steady_timer timer(impl_->tcp.get_executor(), first_byte_timeout);
  timer.async_wait([waits, impl = impl_.get()](Error early) {
    if (!early && *waits) impl->tcp.socket().cancel(early);
  });
  std::uint8_t first = 0;
  for (;;) {
    tcp::socket& socket = impl_->tcp.socket();
    socket.non_blocking(true, error);
    if (error) co_return false;
    const std::size_t got = socket.receive(asio::buffer(&first, 1), tcp::socket::message_peek, error);
    if (!error && got == 1) co_return first == handshake_record;
    if (error != asio::error::would_block && error != asio::error::try_again) co_return false;
    co_await socket.async_wait(tcp::socket::wait_read, to(error));
    if (error) co_return false;
  }
}

asio::awaitable<void> Wire::handshake(Error& error) {
  co_await impl_->tls->async_handshake(impl_->context->side, to(error));
  impl_->greeted = !error;
}

void Wire::without_tls() {
  impl_->tls.reset();
}

void Wire::expires_after(std::chrono::steady_clock::duration wait) {
  impl_->tcp.expires_after(wait);
}

void Wire::expires_never() {
  impl_->tcp.expires_never();
}

asio::awaitable<void> Wire::finish() {
  if (impl_->tls && impl_->greeted) {
    Error ignored;
    impl_->tcp.expires_after(goodbye_timeout);
    co_await impl_->tls->async_shutdown(to(ignored));
  }
  shutdown_send();
}

void Wire::shutdown_send() {
  Error ignored;
  impl_->tcp.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

bool Wire::hung_up() {
  tcp_info info{};
  socklen_t size = sizeof info;
  const int socket = impl_->tcp.socket().native_handle();
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state != TCP_ESTABLISHED;
}

void Wire::close() {
  impl_->tcp.close();
}

void Wire::read(asio::mutable_buffer buffer, Done done) {
  if (impl_->tls) {
    impl_->tls->async_read_some(buffer, std::move(done));
  } else {
    impl_->tcp.async_read_some(buffer, std::move(done));
  }
}

void Wire::write(asio::const_buffer buffer, Done done) {
  if (impl_->tls) {
    impl_->tls->async_write_some(buffer, std::move(done));
  } else {
    impl_->tcp.async_write_some(buffer, std::move(done));
  }
}

}  // namespace cordon::http
