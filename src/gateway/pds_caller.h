// SPDX-License-Identifier: Apache-2.0
// PdsCaller: monitors of Mindray PDS announce themselves (ADT over UDP, once a second) and wait to be called over TCP.
// It calls them; what is said over the connection is gateway_hl7.cpp's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "gateway/allowance.h"
#include "gateway/lost_watch.h"

namespace cordon::gateway {

constexpr std::size_t pds_monitors_max = 128;  // that are called or were lately

class PdsCaller : public std::enable_shared_from_this<PdsCaller> {
 public:
  struct Calls {
    std::function<bool(const std::string& address)> connected;  // who is connected already is not called
    std::function<void(boost::asio::ip::tcp::socket)> answered;
    std::function<void()> failed;  // GatewaySink::failed
  };
  PdsCaller(boost::asio::io_context& context, Calls calls)
      : context_(context), calls_(std::move(calls)), socket_(context) {}

  /// listen hears announcements at an address of this box, at any where it is no IPv4 address. Gives the port; `io`
  /// with errno where it cannot.
  Result<std::uint16_t> listen(const boost::asio::ip::address& address, std::uint16_t port);
  /// look tells of announcements that the kernel dropped (LostWatch).
  void look(const GatewaySink& sink);
  void close();

 private:
  boost::asio::awaitable<void> hear_all(std::shared_ptr<PdsCaller> self);
  boost::asio::awaitable<void> call(std::shared_ptr<PdsCaller> self, boost::asio::ip::tcp::endpoint monitor);
  void heard(ByteView datagram, const boost::asio::ip::udp::endpoint& from);

  boost::asio::io_context& context_;
  Calls calls_;
  boost::asio::ip::udp::socket socket_;
  std::map<boost::asio::ip::address, MonoTime> called_;  // when, last
  Allowance datagrams_{400};                             // a second; 128 monitors announce themselves once in each
  LostWatch lost_{"hl7"};
  bool closed_ = false;
};

}  // namespace cordon::gateway
