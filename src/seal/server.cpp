// SPDX-License-Identifier: Apache-2.0
#include "seal/server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace cordon::seal {

using logbook::SealAnswer;
using logbook::SealStatus;

namespace {

constexpr std::size_t prefix_bytes = 4;

struct Client {
  int fd = -1;
  std::array<std::uint8_t, prefix_bytes + logbook::seal_frame_bytes_max> in{};
  std::size_t size = 0;
};

bool peer_allowed(int fd, const std::vector<std::uint32_t>& uids) {
  if (uids.empty()) return true;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return std::find(uids.begin(), uids.end(), peer.uid) != uids.end();
}

/// reply sends an answer whole; false when the client does not take even the hundred bytes of it.
bool reply(int fd, const SealAnswer& answer) {
  const std::vector<std::uint8_t> bytes = logbook::encode_seal_answer(answer);
  return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(bytes.size());
}

SealAnswer answer_to(Sealer& sealer, ByteView request) {
  const Result<logbook::Head> head = logbook::decode_seal_request(request);
  return head ? sealer.seal(*head) : SealAnswer{};
}

/// take_frames answers every whole request that has come in; false when the client must go.
bool take_frames(Sealer& sealer, Client& client) {
  while (client.size >= prefix_bytes) {
    const ByteView in(client.in.data(), client.size);
    const Result<std::uint32_t> length = ByteReader(in).u32le();
    if (*length > logbook::seal_frame_bytes_max) {
      reply(client.fd, {});
      return false;
    }
    const std::size_t whole = prefix_bytes + *length;
    if (client.size < whole) return true;
    const SealAnswer answer = answer_to(sealer, in.subspan(prefix_bytes, *length));
    if (!reply(client.fd, answer) || answer.status == SealStatus::malformed) {
      return false;
    }
    std::copy(client.in.begin() + static_cast<std::ptrdiff_t>(whole),
              client.in.begin() + static_cast<std::ptrdiff_t>(client.size), client.in.begin());
    client.size -= whole;
  }
  return true;
}

/// read_client reads what is there; false when the client has gone or must go.
bool read_client(Sealer& sealer, Client& client) {
  const ssize_t got = ::recv(client.fd, client.in.data() + client.size, client.in.size() - client.size, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  client.size += static_cast<std::size_t>(got);
  return take_frames(sealer, client);
}

/// admit takes the next connection, unless its user may not ask: he is told so and takes no place.
void admit(int listener, const std::vector<std::uint32_t>& uids, std::vector<Client>& clients) {
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  if (peer_allowed(fd, uids)) {
    clients.emplace_back().fd = fd;
    return;
  }
  SealAnswer answer;
  answer.status = SealStatus::not_you;
  reply(fd, answer);
  ::close(fd);
}

/// Clients closes what is open when it goes.
struct Clients {
  std::vector<Client> open;
  ~Clients() {
    for (const Client& client : open) ::close(client.fd);
  }
};

}  // namespace

Result<int> listen_on(const std::string& path, bool everybody) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return fail(ErrorCode::limit, "socket path", path.size());
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);

  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode))
      return fail(ErrorCode::denied, "something that is no socket stands at the socket's path");
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) return fail_errno("socket");
    const bool answered = ::connect(probe, generic, sizeof address) == 0 || errno != ECONNREFUSED;
    ::close(probe);
    if (answered) return fail(ErrorCode::denied, "another program answers at the socket's path");
    ::unlink(path.c_str());
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail_errno("socket");
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(fd, generic, sizeof address) == 0;
  ::umask(before);
  if (!bound || (everybody && ::chmod(path.c_str(), 0666) != 0) ||
      ::listen(fd, static_cast<int>(connections_max)) != 0) {
    const auto failure = fail_errno("socket");
    ::close(fd);
    return failure;
  }
  return fd;
}

Result<void> serve(Sealer& sealer, const ServeOptions& options) {
  if (options.uids.size() > uids_max) return fail(ErrorCode::limit, "users of a seal", options.uids.size());
  Clients clients;
  std::vector<pollfd> ready;
  while (*options.stop == 0) {
    ready.clear();
    for (const Client& client : clients.open) ready.push_back({client.fd, POLLIN, 0});
    if (clients.open.size() < connections_max) ready.push_back({options.listener, POLLIN, 0});
    if (::ppoll(ready.data(), ready.size(), nullptr, options.wait_mask) < 0) {
      if (errno == EINTR) continue;
      return fail_errno("poll");
    }
    const bool knocked = clients.open.size() < connections_max && ready.back().revents != 0;
    for (std::size_t i = clients.open.size(); i-- > 0;) {
      if (ready[i].revents == 0 || read_client(sealer, clients.open[i])) continue;
      ::close(clients.open[i].fd);
      clients.open.erase(clients.open.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (knocked) admit(options.listener, options.uids, clients.open);
  }
  return {};
}

}  // namespace cordon::seal
