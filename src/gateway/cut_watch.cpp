// SPDX-License-Identifier: Apache-2.0
#include "gateway/cut_watch.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

namespace cordon::gateway {

namespace {

constexpr int asked_after_seconds = 2;
constexpr int asked_every_seconds = 2;
constexpr int asked_times = 127;                          // as often as Linux does (tcp(7))
constexpr unsigned unanswered_min = 2;                    // one may be lost
constexpr std::chrono::milliseconds quiet_for_min{1500};  // whoever sends again by himself is left alone

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
  return came_back(
      TcpSigns{info.tcpi_probes, info.tcpi_retransmits, std::chrono::milliseconds(info.tcpi_last_data_recv)});
}

bool CutWatch::came_back(const TcpSigns& signs) {
  const unsigned unanswered = std::max(signs.probes, signs.retransmits);
  if (unanswered >= unanswered_min) {
    cut_ = true;
    return false;
  }
  if (!cut_ || unanswered > 0) return false;
  cut_ = false;
  return signs.quiet > quiet_for_min;
}

void reset(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace cordon::gateway
