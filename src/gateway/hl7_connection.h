// SPDX-License-Identifier: Apache-2.0
// The inside of the HL7 gateway: a connection, and the address that it is with. Everything runs on one Asio thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gateway/allowance.h"
#include "gateway/cut_watch.h"
#include "gateway/gateway_hl7.h"
#include "gateway/hl7_sender.h"
#include "hl7/framing.h"

namespace cordon::gateway {

constexpr std::chrono::seconds hl7_first_message_wait{30};  // for who connects and says nothing

/// Hl7Peer is one address and all that comes from it.
struct Hl7Peer {
  Hl7Peer(const std::string& address, const Hl7GatewayOptions& options, std::shared_ptr<Hl7Known> known)
      : sender(address, options.reading, options.devices_per_address_max, std::move(known)),
        messages(options.messages_a_second),
        bytes(options.bytes_a_second) {}

  Hl7Sender sender;
  Allowance messages;
  Allowance bytes;
  std::size_t connections = 0;
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
};

/// Hl7Connection is one TCP connection. It may be a monitor of Mindray PDS that was called, and is asked.
struct Hl7Connection {
  Hl7Connection(std::uint64_t which, boost::asio::ip::tcp::socket from, std::string at, std::shared_ptr<Hl7Peer> who)
      : number(which), socket(std::move(from)), address(std::move(at)), peer(std::move(who)) {}

  std::uint64_t number;
  boost::asio::ip::tcp::socket socket;
  std::string address;
  std::shared_ptr<Hl7Peer> peer;
  hl7::MllpReader reader;
  hl7::FramingCounters counted;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + hl7_first_message_wait;
  std::chrono::steady_clock::time_point echoed{};
  std::chrono::steady_clock::time_point troubled_until{};  // the epoch: no trouble
  std::optional<std::chrono::steady_clock::time_point> behind_since;
  std::string why = "the connection was closed";
  bool called = false;   // by us: it is asked, and written to by who asks alone
  bool alarmed = false;  // something was said of alarms that is not answered yet
  bool more = false;     // came behind the message that is being read
  CutWatch cut{};
  bool ready = false;  // a called monitor that has told what it tells first
};

}  // namespace cordon::gateway
