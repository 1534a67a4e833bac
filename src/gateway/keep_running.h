// SPDX-License-Identifier: Apache-2.0
// keep_running: the loops of a gateway. One that ends by an exception is a mistake of ours; it is told, and begun
// again: otherwise a family of devices would fall silent and nobody would know why.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>

namespace cordon::gateway {

constexpr std::chrono::seconds run_again_after{1};

struct LoopGuard {
  std::function<bool()> over;    // it is meant to have ended
  std::function<void()> failed;  // told of each exception
};

/// keep_running runs what `make` makes, an awaitable, on `context` until guard.over().
template <class Make>
void keep_running(boost::asio::io_context& context, Make make, LoopGuard guard) {
  boost::asio::co_spawn(context, make(), [&context, make, guard](const std::exception_ptr& thrown) {
    if (!thrown || guard.over()) return;
    const auto pause = std::make_shared<boost::asio::steady_timer>(context, run_again_after);
    pause->async_wait([&context, make, guard, pause](const boost::system::error_code&) {
      if (!guard.over()) keep_running(context, make, guard);
    });
    guard.failed();
  });
}

/// run_once runs one coroutine of many; `failed` is told when it ends by an exception, and tidies up after it.
template <class Awaitable, class Failed>
void run_once(boost::asio::io_context& context, Awaitable coroutine, Failed failed) {
  boost::asio::co_spawn(context, std::move(coroutine), [failed](const std::exception_ptr& thrown) {
    if (thrown) failed();
  });
}

}  // namespace cordon::gateway
