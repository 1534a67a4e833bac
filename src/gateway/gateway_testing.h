// SPDX-License-Identifier: Apache-2.0
// Ward runs gateways on a thread of its own and keeps what they say, for the tests of the gateways.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "base/queue.h"
#include "gateway/gateway.h"

namespace cordon::gateway::testing {

class Ward {
 public:
  Ward() = default;
  Ward(const Ward&) = delete;
  Ward& operator=(const Ward&) = delete;
  ~Ward() { stop(); }

  boost::asio::io_context& context() { return context_; }
  GatewaySink sink() {
    return {[this](event::BedsideInput input) { return said_.push(std::move(input)); }, [this] { return ++links_; },
            [] {
              const auto up = std::chrono::steady_clock::now().time_since_epoch();
              return WallTime(std::chrono::seconds(1'670'068'800) + std::chrono::duration_cast<Micros>(up));
            }};
  }
  /// keep holds a gateway until stop; false when it was not opened.
  bool keep(Result<std::unique_ptr<Gateway>> gateway) {
    if (!gateway) return false;
    gateways_.push_back(std::move(*gateway));
    return true;
  }
  void start() {
    thread_ = std::thread([this] { context_.run(); });
  }
  /// stop ends the thread, then the gateways, as the station does.
  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
    gateways_.clear();
  }

  /// until waits for an input of type T for which `wanted` holds; it and everything before it stands in `heard` then.
  template <class T, class Wanted>
  bool until(const Wanted& wanted, std::chrono::seconds patience = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
      for (event::BedsideInput& input : said_.pop_batch(1, std::chrono::milliseconds(20))) {
        heard.push_back(std::move(input));
        const auto* one = std::get_if<T>(&heard.back());
        if (one != nullptr && wanted(*one)) return true;
      }
    }
    return false;
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (const event::BedsideInput& input : heard) {
      if (const auto* one = std::get_if<T>(&input)) out.push_back(*one);
    }
    return out;
  }

  std::vector<event::BedsideInput> heard;

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::vector<std::unique_ptr<Gateway>> gateways_;
  BoundedQueue<event::BedsideInput> said_{1'000'000};
  std::atomic<std::uint64_t> links_{0};
  std::thread thread_;
};

/// any takes whatever comes.
inline constexpr auto any = [](const auto&) { return true; };

/// overrun sends more small datagrams than a buffer holds while the gateways' thread reads none, as when the box is
/// busy elsewhere.
inline void overrun(boost::asio::io_context& gateways,
                    const std::function<void(const std::vector<std::uint8_t>&)>& send) {
  struct Hold {
    std::promise<void> begins, ends;
  };
  const auto hold = std::make_shared<Hold>();
  boost::asio::post(gateways, [hold] {
    hold->begins.set_value();
    hold->ends.get_future().wait();
  });
  hold->begins.get_future().wait();
  for (int i = 0; i < 3000; ++i) send(std::vector<std::uint8_t>(64, 0xFF));
  hold->ends.set_value();
}

inline void overrun(boost::asio::io_context& gateways, const boost::asio::ip::udp::endpoint& to) {
  boost::asio::io_context io;
  boost::asio::ip::udp::socket somebody(io, {boost::asio::ip::address_v4::loopback(), 0});
  overrun(gateways, [&](const auto& datagram) { somebody.send_to(boost::asio::buffer(datagram), to); });
}

}  // namespace cordon::gateway::testing
