// SPDX-License-Identifier: Apache-2.0
// Wire is one connection, with or without TLS, behind one type: so Beast's templates for HTTP and WebSocket are made
// once, and those of TLS in wire.cpp alone. Internal to the web server. One thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "http/tls.h"

namespace cordon::http {

/// TlsContext is what new connections are shown; opaque here.
class TlsContext;
/// make_tls_context: TLS 1.2 with forward secrecy, or 1.3. `malformed` when key and certificate do not fit.
Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsIdentity& identity);

class Wire {
 public:
  using executor_type = boost::asio::any_io_executor;
  using Error = boost::system::error_code;
  using Signature = void(Error, std::size_t);

  /// A wire over `socket`; with a context nothing may be read or written before handshake() gave no error.
  Wire(boost::asio::ip::tcp::socket socket, std::shared_ptr<TlsContext> context);
  Wire(Wire&&) noexcept;
  Wire& operator=(Wire&&) noexcept;
  ~Wire();

  executor_type get_executor();
  /// begins_with_tls waits for the first byte and tells whether it can begin a handshake (RFC 8446 5.1: type 22); the
  /// byte stays to be read. An error when none comes in time.
  boost::asio::awaitable<bool> begins_with_tls(Error& error);
  boost::asio::awaitable<void> handshake(Error& error);
  /// without_tls goes on in plain words with somebody who does not speak TLS.
  void without_tls();

  /// expires_after ends every operation under way by then with beast::error::timeout.
  void expires_after(std::chrono::steady_clock::duration wait);
  void expires_never();
  /// finish says goodbye: close_notify under TLS, and nothing more is sent.
  boost::asio::awaitable<void> finish();
  void shutdown_send();
  /// hung_up tells whether the other side has closed, with whatever it said before still to be read.
  bool hung_up();
  void close();

  // What Beast asks of a stream. Only the first buffer that is not empty is used: both may do less than asked.
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Signature>(
        [this](auto handler, boost::asio::mutable_buffer buffer) { read(buffer, Done(std::move(handler))); }, token,
        first<boost::asio::mutable_buffer>(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Signature>(
        [this](auto handler, boost::asio::const_buffer buffer) { write(buffer, Done(std::move(handler))); }, token,
        first<boost::asio::const_buffer>(buffers));
  }

 private:
  /// Done is any completion handler behind one type. (Asio's own any_completion_handler of 1.81 cannot be posted to.)
  class Done {
   public:
    template <class Handler>
    explicit Done(Handler handler) : held_(std::make_shared<Held<Handler>>(std::move(handler))) {}
    void operator()(Error error, std::size_t size) { std::exchange(held_, nullptr)->call(error, size); }

   private:
    struct Base {
      Base() = default;
      Base(const Base&) = delete;
      Base& operator=(const Base&) = delete;
      virtual ~Base() = default;
      virtual void call(Error error, std::size_t size) = 0;
    };
    template <class Handler>
    struct Held final : Base {
      explicit Held(Handler h) : handler(std::move(h)) {}
      void call(Error error, std::size_t size) override { std::move(handler)(error, size); }
      Handler handler;
    };
    std::shared_ptr<Base> held_;
  };
  template <class Buffer, class Buffers>
  static Buffer first(const Buffers& buffers) {
    auto it = boost::asio::buffer_sequence_begin(buffers);
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (; it != end; ++it) {
      if (const Buffer buffer(*it); buffer.size() > 0) return buffer;
    }
    return Buffer();
  }
  void read(boost::asio::mutable_buffer buffer, Done done);
  void write(boost::asio::const_buffer buffer, Done done);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What Beast's WebSocket does at the end of a connection, found by argument-dependent lookup.
inline void beast_close_socket(Wire& wire) {
  wire.close();
}
inline void teardown(boost::beast::role_type, Wire& wire, Wire::Error& error) {
  error = {};
  wire.close();
}
template <class Handler>
void async_teardown(boost::beast::role_type, Wire& wire, Handler&& handler) {
  wire.shutdown_send();
  boost::asio::post(wire.get_executor(),
                    [held = std::forward<Handler>(handler)]() mutable { std::move(held)(Wire::Error{}); });
}

}  // namespace cordon::http
