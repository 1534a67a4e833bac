// SPDX-License-Identifier: Apache-2.0
#include "io/message_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "base/bytes.h"

namespace cordon::io {

namespace {

constexpr std::size_t length_bytes = 4;
constexpr int backlog = 8;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return fail(ErrorCode::limit, "socket path", path.size());
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* as_sockaddr(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

struct MessageServer::State {
  Options options;
  int listener = -1;
  std::map<int, std::string> clients;  // what has arrived of each one's next message

  ~State() {
    for (const auto& [fd, pending] : clients) ::close(fd);
    if (listener >= 0) ::close(listener);
    if (listener >= 0) ::unlink(options.path.c_str());
  }

  bool allowed(int fd) const {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    if (peer.uid == 0 || peer.uid == ::geteuid()) return true;
    return std::ranges::find(options.uids, peer.uid) != options.uids.end();
  }

  // deliver hands out every whole message in `pending`; false when the client must go.
  static bool deliver(int fd, std::string& pending, const Callbacks& callbacks) {
    std::size_t at = 0;
    while (pending.size() - at >= length_bytes) {
      ByteReader reader(as_bytes(std::string_view(pending).substr(at)));
      const std::uint32_t length = *reader.u32le();
      if (length == 0 || length > message_bytes_max) return false;
      if (pending.size() - at - length_bytes < length) break;
      if (!callbacks.message(fd, std::string_view(pending).substr(at + length_bytes, length))) return false;
      at += length_bytes + length;
    }
    pending.erase(0, at);
    return true;
  }
};

MessageServer::MessageServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
MessageServer::MessageServer(MessageServer&&) noexcept = default;
MessageServer& MessageServer::operator=(MessageServer&&) noexcept = default;
MessageServer::~MessageServer() = default;

Result<MessageServer> MessageServer::listen(Options options) {
  const sockaddr_un address = CORDON_TRY(address_of(options.path));
  auto state = std::make_unique<State>();
  ::unlink(options.path.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail_errno("socket");
  if (::bind(fd, as_sockaddr(address), sizeof address) != 0) {
    const auto error = fail_errno("socket path");
    ::close(fd);
    return error;
  }
  state->options = std::move(options);
  state->listener = fd;
  // Who may connect is judged by who he is, not by the file's mode: the sender runs under another uid.
  ::chmod(state->options.path.c_str(), state->options.uids.empty() ? 0600 : 0666);
  if (::listen(fd, backlog) != 0) return fail_errno("listen");
  return MessageServer(std::move(state));
}

void MessageServer::poll(std::chrono::milliseconds wait, const Callbacks& callbacks) {
  std::vector<pollfd> fds{{state_->listener, POLLIN, 0}};
  for (const auto& [fd, pending] : state_->clients) fds.push_back({fd, POLLIN, 0});
  if (::poll(fds.data(), fds.size(), static_cast<int>(wait.count())) <= 0) return;
  if ((fds[0].revents & POLLIN) != 0) {
    const int fd = ::accept4(state_->listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0 && (state_->clients.size() >= message_clients_max || !state_->allowed(fd))) {
      ::close(fd);
    } else if (fd >= 0) {
      state_->clients.emplace(fd, std::string());
      callbacks.connected(fd);
    }
  }
  std::array<char, 64 * 1024> buffer;
  for (std::size_t i = 1; i < fds.size(); ++i) {
    if (fds[i].revents == 0) continue;
    const int fd = fds[i].fd;
    std::string& pending = state_->clients.at(fd);
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    bool keep = got > 0;
    if (keep) {
      pending.append(buffer.data(), static_cast<std::size_t>(got));
      keep = State::deliver(fd, pending, callbacks);
    }
    if (keep) continue;
    ::close(fd);
    state_->clients.erase(fd);
    callbacks.gone(fd);
  }
}

MessageClient::~MessageClient() {
  close();
}

void MessageClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<void> MessageClient::connect() {
  const sockaddr_un address = CORDON_TRY(address_of(path_));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail_errno("socket");
  if (::connect(fd, as_sockaddr(address), sizeof address) != 0) {
    const auto error = fail_errno("connect");
    ::close(fd);
    return error;
  }
  fd_ = fd;
  return {};
}

Result<void> MessageClient::send(std::string_view message, std::chrono::milliseconds timeout) {
  if (message.empty() || message.size() > message_bytes_max) return fail(ErrorCode::limit, "message", message.size());
  if (fd_ < 0) CORDON_TRY_VOID(connect());
  ByteWriter framed;
  framed.u32le(static_cast<std::uint32_t>(message.size()));
  framed.text(message);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::size_t sent = 0;
  while (sent < framed.size()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{fd_, POLLOUT, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
      close();
      return fail(ErrorCode::timeout, "send");
    }
    const ssize_t n = ::send(fd_, framed.view().data() + sent, framed.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0) {
      const auto error = fail_errno("send");
      close();
      return error;
    }
    sent += static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace cordon::io
