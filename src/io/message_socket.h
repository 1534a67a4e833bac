// SPDX-License-Identifier: Apache-2.0
// Framed messages between Cordon's own processes over Unix stream sockets: a little-endian u32 length, then so many
// bytes of text. What a message means is event/json.h's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cordon::io {

constexpr std::size_t message_bytes_max = 256 * 1024;
constexpr std::size_t message_clients_max = 8;  // one process a mirror port, and their successors

/// MessageServer listens for the processes that send. One thread calls poll().
class MessageServer {
 public:
  struct Options {
    std::string path;
    std::vector<std::uint32_t> uids;  // who may send, by SO_PEERCRED; empty: the owner of this process and root
  };
  struct Callbacks {
    std::function<void(int client)> connected;
    /// message returns false when the message is no good: the client is let go.
    std::function<bool(int client, std::string_view message)> message;
    std::function<void(int client)> gone;
  };

  /// listen makes the socket, replacing one left over by a dead process. Fails with `limit` (path too long) or `io`.
  static Result<MessageServer> listen(Options options);
  MessageServer(MessageServer&&) noexcept;
  MessageServer& operator=(MessageServer&&) noexcept;
  ~MessageServer();

  /// poll waits up to `wait` for news and calls back for each; a client sending nonsense, or too much of it, is let go.
  void poll(std::chrono::milliseconds wait, const Callbacks& callbacks);

 private:
  struct State;
  explicit MessageServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// MessageClient sends to a MessageServer. One thread.
class MessageClient {
 public:
  explicit MessageClient(std::string path) : path_(std::move(path)) {}
  MessageClient(const MessageClient&) = delete;
  MessageClient& operator=(const MessageClient&) = delete;
  ~MessageClient();

  /// send writes one message, connecting first if need be, within `timeout`. After a failure (`timeout`, `io`, `limit`)
  /// the connection is closed, the message is not sent (or its end is missing, and the server lets the connection go),
  /// and the next send connects anew.
  Result<void> send(std::string_view message, std::chrono::milliseconds timeout);
  bool connected() const { return fd_ >= 0; }

 private:
  Result<void> connect();
  void close();

  std::string path_;
  int fd_ = -1;
};

}  // namespace cordon::io
