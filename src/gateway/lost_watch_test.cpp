// SPDX-License-Identifier: Apache-2.0
#include "gateway/lost_watch.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::udp;

/// Listener is a socket that nobody reads, and what a watch of it says.
struct Listener {
  void look(std::chrono::seconds at) { watch.look({socket.native_handle()}, MonoTime(at), sink); }
  void overflow() {
    udp::socket somebody(io, udp::endpoint{boost::asio::ip::address_v4::loopback(), 0});
    const std::array<char, 64> datagram{};
    for (int i = 0; i < 3000; ++i) somebody.send_to(boost::asio::buffer(datagram), socket.local_endpoint());
  }
  boost::asio::io_context io;
  udp::socket socket{io, udp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
  LostWatch watch{"sdc"};
  bool room = true;
  std::vector<bool> said;
  GatewaySink sink{[this](const event::BedsideInput& input) {
                     if (room) said.push_back(std::get<event::OwnTrouble>(input).present);
                     return room;
                   },
                   [] { return 1; }, [] { return WallTime{}; }};
};

TEST(LostWatch, SaysOnceThatDatagramsAreLostAndThatNoneWasForAMinute) {
  Listener listener;
  listener.look(100s);
  EXPECT_TRUE(listener.said.empty());
  listener.overflow();
  listener.look(101s);
  listener.look(102s);
  EXPECT_EQ(listener.said, std::vector<bool>{true});
  listener.overflow();
  listener.look(161s);
  listener.look(221s);
  EXPECT_EQ(listener.said, std::vector<bool>{true}) << "a minute counts from the last that was lost";
  listener.look(222s);
  EXPECT_EQ(listener.said, (std::vector<bool>{true, false}));
  listener.look(300s);
  EXPECT_EQ(listener.said, (std::vector<bool>{true, false}));
}

TEST(LostWatch, WhatFoundNoRoomIsSaidAtTheNextLook) {
  Listener listener;
  listener.overflow();
  listener.room = false;
  listener.look(100s);
  listener.room = true;
  listener.look(101s);
  EXPECT_EQ(listener.said, std::vector<bool>{true});
}

}  // namespace
}  // namespace cordon::gateway
