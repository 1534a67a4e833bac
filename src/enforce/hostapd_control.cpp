// SPDX-License-Identifier: Apache-2.0
#include "enforce/hostapd_control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

namespace cordon::enforce {

namespace {

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof out.sun_path) return fail(ErrorCode::limit, "socket path", path.size());
  std::copy(path.begin(), path.end(), out.sun_path);
  return out;
}

/// Several may be open in one process, and several processes in one folder.
std::string own_name() {
  static std::atomic<unsigned> number{0};
  return "cordon-hostapd-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
}

}  // namespace

Result<PortState> port_state(std::string_view reply, const Mac& mac) {
  const std::size_t first_end = std::min(reply.find('\n'), reply.size());
  const std::string_view first = reply.substr(0, first_end);
  if (first == "FAIL") return PortState::absent;
  const Result<Mac> named = Mac::parse(first);
  if (!named || *named != mac) return fail(ErrorCode::malformed, "hostapd station", 0);
  for (std::size_t begin = first_end; begin < reply.size();) {
    ++begin;
    const std::size_t end = std::min(reply.find('\n', begin), reply.size());
    const std::string_view line = reply.substr(begin, end - begin);
    begin = end;
    if (!line.starts_with("flags=")) continue;
    return line.find("[AUTHORIZED]") != std::string_view::npos ? PortState::authorised : PortState::unauthorised;
  }
  return fail(ErrorCode::malformed, "hostapd station has no flags", reply.size());
}

Result<HostapdControl> HostapdControl::open(const std::string& path, const std::string& own_folder) {
  const std::string own_path = own_folder + "/" + own_name();
  const sockaddr_un own = CORDON_TRY(address_of(own_path));
  const sockaddr_un there = CORDON_TRY(address_of(path));
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return fail_errno("hostapd socket");
  ::unlink(own_path.c_str());  // of a process that had our number
  HostapdControl out(descriptor, own_path);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
      // Only the process that we connect to may write to a connected datagram socket, so the mode opens nothing.
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
    return fail_errno("hostapd control");
  }
  return out;
}

HostapdControl::~HostapdControl() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(own_path_.c_str());
}

HostapdControl::HostapdControl(HostapdControl&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), own_path_(std::move(other.own_path_)) {}

HostapdControl& HostapdControl::operator=(HostapdControl&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(own_path_, other.own_path_);
  return *this;
}

Result<PortState> HostapdControl::state(const Mac& mac) {
  return port_state(CORDON_TRY(ask("STA " + mac.text())), mac);
}

Result<std::string> HostapdControl::ask(std::string_view command) {
  std::array<char, hostapd_reply_bytes_max> buffer;
  while (::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT) >= 0) {
    // The answer to a question that was given up.
  }
  if (::send(descriptor_, command.data(), command.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    return fail_errno("hostapd send");
  }
  pollfd waiting{descriptor_, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(hostapd_patience.count()));
  if (ready < 0) return fail_errno("hostapd poll");
  if (ready == 0) return fail(ErrorCode::timeout, "hostapd");
  const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return fail_errno("hostapd receive");
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

}  // namespace cordon::enforce
