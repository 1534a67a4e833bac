// SPDX-License-Identifier: GPL-2.0-only
#include "nft/server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

namespace cordon::nft {

namespace {

/// Client is one connection. At most one line that is too long is in `line_`; the rest of such a line is skipped.
class Client {
 public:
  explicit Client(int descriptor) : descriptor_(descriptor) {}
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int descriptor() const { return descriptor_; }
  bool has_more() const { return !unread_.empty(); }

  /// take_turn answers one line, so that nobody's cut waits behind all that another one asked; false when the
  /// connection is over.
  bool take_turn(Helper& helper) {
    if (unread_.empty() && !receive()) return false;
    const std::size_t end = unread_.find('\n');
    append(unread_.substr(0, end));
    unread_.remove_prefix(end == std::string_view::npos ? unread_.size() : end + 1);
    if (end == std::string_view::npos) return true;
    const bool alive = send_all(helper.answer(draft_, line_));
    line_.clear();
    return alive;
  }

  bool send_all(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

 private:
  bool receive() {
    const ssize_t size = ::recv(descriptor_, chunk_.data(), chunk_.size(), MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    unread_ = {chunk_.data(), static_cast<std::size_t>(size)};
    return size > 0;
  }

  /// One byte over the bound is kept, so that the grammar itself says that the line is too long.
  void append(std::string_view part) { line_ += part.substr(0, grammar::line_bytes_max + 1 - line_.size()); }

  int descriptor_;
  std::array<char, grammar::line_bytes_max> chunk_{};
  std::string_view unread_;  // of chunk_
  std::string line_;
  Draft draft_;
};

void accept_one(int listening, std::vector<std::unique_ptr<Client>>& clients) {
  const int descriptor = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return;
  auto client = std::make_unique<Client>(descriptor);
  const timeval timeout{send_timeout_s, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (clients.size() == clients_max) {
    client->send_all(grammar::format(grammar::Refusal{"-", grammar::Code::limit, 0, "too many clients"}) + '\n');
    return;
  }
  clients.push_back(std::move(client));
}

}  // namespace

int listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) ::unlink(path.c_str());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  const mode_t before = ::umask(0177);
  const int bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(before);
  if (bound != 0 || ::listen(descriptor, static_cast<int>(clients_max)) != 0) {
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
  }
  return descriptor;
}

int serve(int listening, Helper& helper) {
  std::vector<std::unique_ptr<Client>> clients;
  for (;;) {
    std::vector<pollfd> waiting{{listening, POLLIN, 0}};
    for (const auto& client : clients) waiting.push_back({client->descriptor(), POLLIN, 0});
    const bool somebody_waits = std::ranges::any_of(clients, [](const auto& client) { return client->has_more(); });
    if (::poll(waiting.data(), waiting.size(), somebody_waits ? 0 : -1) < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    for (std::size_t i = clients.size(); i-- > 0;) {
      const bool has_turn = waiting[i + 1].revents != 0 || clients[i]->has_more();
      if (!has_turn || clients[i]->take_turn(helper)) continue;
      clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if ((waiting[0].revents & POLLIN) != 0) accept_one(listening, clients);
    if ((waiting[0].revents & (POLLERR | POLLNVAL | POLLHUP)) != 0) return EBADF;
  }
}

}  // namespace cordon::nft
