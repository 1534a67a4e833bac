// SPDX-License-Identifier: Apache-2.0
#include "app/service_notice.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace cordon::app {

ServiceNotice::ServiceNotice() {
  const char* address = std::getenv("NOTIFY_SOCKET");
  if (address == nullptr || (address[0] != '/' && address[0] != '@')) return;
  address_ = address;
  if (address_.size() >= sizeof(sockaddr_un::sun_path)) return;
  fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

ServiceNotice::~ServiceNotice() {
  if (fd_ >= 0) ::close(fd_);
}

void ServiceNotice::alive() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + alive_period;
  say("WATCHDOG=1");
}

void ServiceNotice::say(const char* what) const {
  if (fd_ < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // A datagram that finds no room is followed by the next one.
  static_cast<void>(::sendto(fd_, what, std::strlen(what), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&to), length));
}

}  // namespace cordon::app
