// SPDX-License-Identifier: Apache-2.0
#include "gateway/cut_watch.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/udp.hpp>
#include <cerrno>

namespace cordon::gateway {

namespace {

constexpr int asked_after_seconds = 2;
constexpr int asked_every_seconds = 2;
constexpr int asked_times = 127;                          // as often as Linux does (tcp(7))
constexpr unsigned unanswered_min = 2;                    // one may be lost
constexpr std::chrono::milliseconds quiet_for_min{1500};  // whoever sends again by himself is left alone
constexpr std::uint16_t discard_port = 9;

}  // namespace

void CutWatch::prepare(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  const auto set = [&](int option, int value) {
    (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  };
  set(TCP_KEEPIDLE, asked_after_seconds);
  set(TCP_KEEPINTVL, asked_every_seconds);
  set(TCP_KEEPCNT, asked_times);
}

bool CutWatch::came_back(boost::asio::ip::tcp::socket& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (!socket.is_open() || ::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;
  const TcpSigns signs{info.tcpi_probes, info.tcpi_retransmits, std::chrono::milliseconds(info.tcpi_last_data_recv)};
  if (came_back(signs)) return true;
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (!wants_knock() || error) {
    knock_.stop();
    return false;
  }
  return answered(knock_.knock(peer.address()));
}

bool CutWatch::came_back(const TcpSigns& signs) {
  const unsigned unanswered = std::max(signs.probes, signs.retransmits);
  repeated_ = signs.retransmits >= unanswered_min ? std::min(repeated_ + 1, looks_min) : 0;
  if (repeated_ == 0) was_away_ = false;
  if (unanswered >= unanswered_min) {
    cut_ = true;
    return false;
  }
  if (!cut_ || unanswered > 0) return false;
  cut_ = false;
  return signs.quiet > quiet_for_min;
}

bool CutWatch::answered(int error) {
  if (error == ECONNREFUSED) return true;
  const bool away = error == EHOSTUNREACH || error == ENETUNREACH;
  was_away_ = was_away_ || away;
  quiet_ = away ? 0 : quiet_ + 1;
  return was_away_ && quiet_ >= quiet_min;
}

int Knock::knock(const boost::asio::ip::address& address) {
  int error = 0;
  if (socket_ < 0) {
    const boost::asio::ip::udp::endpoint at(address, discard_port);
    socket_ = ::socket(at.protocol().family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0 || ::connect(socket_, at.data(), static_cast<socklen_t>(at.size())) != 0) return errno;
  } else {
    socklen_t size = sizeof error;
    if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  }
  if (::send(socket_, "", 0, MSG_NOSIGNAL) != 0 && error == 0) error = errno;
  return error;
}

void Knock::stop() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void reset(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace cordon::gateway
