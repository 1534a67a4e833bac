// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <system_error>
#include <utility>

#include "http/server_impl.h"
#include "io/thread_name.h"

namespace cordon::http {

Server::Impl::~Impl() {
  stop();
  delete next_situation.exchange(nullptr);
}

void Server::Impl::stop() {
  io.stop();
  if (thread.joinable()) thread.join();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::start(ServerOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (impl->options.tls) impl->tls = CORDON_TRY(make_tls_context(*impl->options.tls));
  tcp::acceptor acceptor = CORDON_TRY(impl->listen());
  asio::co_spawn(impl->io, impl->accept_all(std::move(acceptor)), asio::detached);
  asio::co_spawn(impl->io, impl->beat(), asio::detached);
  try {
    impl->thread = std::thread([server = impl.get()] {
      io::name_thread("web");
      server->io.run();
    });
  } catch (const std::system_error& refused) {
    return fail(ErrorCode::io, "http thread", static_cast<std::uint64_t>(refused.code().value()));
  }
  return Server(std::move(impl));
}

std::uint16_t Server::port() const {
  return impl_->port;
}

Result<void> Server::replace_identity(const TlsIdentity& identity) {
  std::shared_ptr<TlsContext> context = CORDON_TRY(make_tls_context(identity));
  asio::post(impl_->io, [impl = impl_.get(), context = std::move(context)] { impl->tls = context; });
  return {};
}

void Server::stop() {
  impl_->stop();
}

void Server::publish_situation(std::string json, bool urgent) {
  delete impl_->next_situation.exchange(new std::string(std::move(json)));
  if (!urgent) return impl_->wake();
  if (!impl_->urgent.exchange(true)) asio::post(impl_->io, [impl = impl_.get()] { impl->flush(); });
}

void Server::publish_frame(std::string bytes) {
  if (bytes.size() > live_frame_bytes_max || !impl_->next_frames.push(std::move(bytes))) {
    ++impl_->counters.frames_dropped;
    return;
  }
  if (!impl_->framed.exchange(true)) asio::post(impl_->io, [impl = impl_.get()] { impl->flush_frames(); });
}

void Server::publish_entries(std::vector<std::string> json) {
  for (std::string& entry : json) {
    if (!impl_->next_entries.push(std::move(entry))) ++impl_->counters.entries_lost;
  }
  impl_->wake();
}

Counts Server::counts() const {
  const Impl::Counters& c = impl_->counters;
  return {c.requests,    c.malformed,    c.refused_host,   c.refused_origin, c.refused_full, c.refused_session,
          c.refused_tls, c.slow_dropped, c.frames_dropped, c.entries_lost,   c.connections,  c.live_clients};
}

}  // namespace cordon::http
