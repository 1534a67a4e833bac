// SPDX-License-Identifier: Apache-2.0
// Asking cordon-seal, which runs under another user, to sign the head of the book. The key never comes here.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "logbook/head.h"

namespace cordon::logbook {

/// SealClient asks over a Unix stream socket and keeps the connection. One thread; every call is bounded by `timeout`,
/// and a failed one leaves the client usable: the next call connects anew.
class SealClient {
 public:
  struct Options {
    std::string socket_path;
    std::chrono::milliseconds timeout{200};
  };
  explicit SealClient(Options options) : options_(std::move(options)) {}
  SealClient(SealClient&& other) noexcept;
  SealClient& operator=(SealClient&&) = delete;
  ~SealClient();

  /// seal gives the head signed. Asking for the same head again gives the same signature.
  /// Fails with `denied` when the seal refuses (offset: the last sequence it signed for this box: the book was cut or
  /// rewritten, or the seal does not serve this user), `timeout`, `limit` (too many boxes), `malformed` (no seal
  /// answers like that) or `io` with errno (not running; its disk is full).
  Result<SignedHead> seal(const Head& head);

 private:
  Result<void> connect(std::chrono::steady_clock::time_point deadline);
  void close();

  Options options_;
  int fd_ = -1;
};

}  // namespace cordon::logbook
