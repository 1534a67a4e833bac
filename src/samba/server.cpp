// SPDX-License-Identifier: Apache-2.0
#include "samba/server.h"

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
#include <string_view>

namespace cordon::samba {

namespace {

/// Client is one connection. At most one byte over a line's bound is kept; the rest of a longer line is skipped.
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
  bool take_turn(Helper& helper, const ServeOptions& options) {
    if (unread_.empty() && !receive()) return false;
    const std::size_t end = unread_.find('\n');
    line_ += unread_.substr(0, std::min(end, grammar::line_bytes_max + 1 - line_.size()));
    unread_.remove_prefix(end == std::string_view::npos ? unread_.size() : end + 1);
    if (end == std::string_view::npos) return true;
    const bool alive = send_all(helper.answer(line_, options.now()));
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

  int descriptor_;
  std::array<char, grammar::line_bytes_max> chunk_{};
  std::string_view unread_;  // of chunk_
  std::string line_;
};

bool may_ask(int descriptor, const std::vector<std::uint32_t>& uids) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || std::find(uids.begin(), uids.end(), peer.uid) != uids.end();
}

void accept_one(const ServeOptions& options, std::vector<std::unique_ptr<Client>>& clients) {
  const int descriptor = ::accept4(options.listening, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return;
  auto client = std::make_unique<Client>(descriptor);
  const timeval timeout{send_timeout_s, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  const auto refuse = [&](grammar::Code code, const char* text) {
    client->send_all(grammar::format(grammar::Refusal{"-", code, 0, text}) + '\n');
  };
  if (!may_ask(descriptor, options.uids)) return refuse(grammar::Code::denied, "this user may not ask");
  if (clients.size() == clients_max) return refuse(grammar::Code::limit, "too many clients");
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
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
  const mode_t before = ::umask(0111);  // anybody may connect; who he is decides
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

int serve(Helper& helper, const ServeOptions& options) {
  std::vector<std::unique_ptr<Client>> clients;
  Instant next{};
  while (*options.stop == 0) {
    std::vector<pollfd> waiting{{options.listening, POLLIN, 0}};
    for (const auto& client : clients) waiting.push_back({client->descriptor(), POLLIN, 0});
    const bool somebody_waits = std::ranges::any_of(clients, [](const auto& client) { return client->has_more(); });
    const int patience = somebody_waits ? 0 : helper.anything_denied() ? tend_ms : -1;
    if (::poll(waiting.data(), waiting.size(), patience) < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    for (std::size_t i = clients.size(); i-- > 0;) {
      const bool has_turn = waiting[i + 1].revents != 0 || clients[i]->has_more();
      if (!has_turn || clients[i]->take_turn(helper, options)) continue;
      clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if ((waiting[0].revents & POLLIN) != 0) accept_one(options, clients);
    if ((waiting[0].revents & (POLLERR | POLLNVAL | POLLHUP)) != 0) return EBADF;
    const Now now = options.now();
    if (now.instant < next) continue;
    if (const std::string problem = helper.tend(now); !problem.empty()) options.complain(problem);
    next = now.instant + std::chrono::milliseconds(tend_ms);
  }
  return 0;
}

}  // namespace cordon::samba
