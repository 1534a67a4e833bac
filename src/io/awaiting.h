// SPDX-License-Identifier: Apache-2.0
// How a coroutine waits without exceptions: co_await something(..., to(error)).
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace cordon::io {

/// to puts the error of what is awaited into `error` instead of throwing it.
inline auto to(boost::system::error_code& error) {
  return boost::asio::redirect_error(boost::asio::use_awaitable, error);
}

}  // namespace cordon::io
