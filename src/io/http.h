// SPDX-License-Identifier: Apache-2.0
// HttpServer gives the browser client and what it shows: static files, the situation, the logbook, one live channel and
// the wish to roll a cut back. It knows no meaning: situation and entries are JSON made elsewhere. Loopback only, since
// there are no accounts yet.
//
//   GET  /, /app.js …          the client, from the program itself
//   GET  /healthz              "ok"
//   GET  /api/situation        the latest situation; 503 while there is none
//   GET  /api/log?from=&limit= {"type":"log","entries":[…]}
//   POST /api/rollback         {"cut":…,"reason":…} → {"ok":true} (202) or {"ok":false,"why":…} (409)
//   GET  /live                 WebSocket, one way: {"type":"situation",…}, {"type":"entries","entries":[…]} and each
//                              second {"type":"beat","sequence":N,"at":seconds}
//
// What a person does not ask for by hand is refused: a Host that is not loopback's name and our port (421), a missing
// or foreign Origin on /live and POST (403).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/asset.h"

namespace cordon::io {

constexpr std::size_t http_connections_max = 64;               // ten browsers open about six each
constexpr std::size_t http_header_bytes_max = 8 * 1024;        // a browser sends under 2 KiB
constexpr std::size_t http_body_bytes_max = 16 * 1024;         // a rollback is under 1 KiB
constexpr std::size_t live_incoming_bytes_max = 4 * 1024;      // the page sends nothing at all
constexpr std::size_t live_queue_max = 64;                     // messages waiting for one client: a minute of beats
constexpr std::size_t live_queue_bytes_max = 8 * 1024 * 1024;  // as well; messages are shared between clients
constexpr std::size_t live_recent_max = 200;                   // entries a new client is given
constexpr std::size_t entries_waiting_max = 4096;              // between the control thread and this one
constexpr std::size_t log_answer_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds situation_interval{200};  // at most five a second to each client
constexpr std::chrono::milliseconds entries_interval{50};
constexpr std::chrono::seconds beat_interval{1};
constexpr std::chrono::seconds request_timeout{10};     // from the first byte of a request to its last
constexpr std::chrono::seconds live_write_timeout{10};  // one message to one client
constexpr int live_send_buffer_bytes = 128 * 1024;      // in the kernel, for each client

/// RollbackAnswer is what the page is told at once; whether the cut is lifted shows later, in the situation.
struct RollbackAnswer {
  bool accepted = false;
  std::string why;  // why not, as one sentence; unused when accepted
};

/// HttpCallbacks are called on the server's own thread. They must not throw and not wait: `rollback` only enqueues,
/// `log` only reads.
struct HttpCallbacks {
  /// log gives at most `limit` entries with sequence ≥ `from`, in order, each one JSON object as publish_entries has
  /// it.
  std::function<std::vector<std::string>(std::uint64_t from, std::size_t limit)> log;
  std::function<RollbackAnswer(const std::string& cut_id, const std::string& reason)> rollback;
};

struct HttpOptions {
  std::string address = "127.0.0.1";  // 127.0.0.0/8, ::1 or "localhost"
  std::uint16_t port = 0;             // 0: any free one, see HttpServer::port
  std::span<const Asset> assets;      // static storage
  HttpCallbacks callbacks;
};

/// HttpCounts says what the server saw since it started.
struct HttpCounts {
  std::uint64_t requests = 0;        // well formed, whatever the answer
  std::uint64_t malformed = 0;       // not HTTP, too large, or a body we cannot read
  std::uint64_t refused_host = 0;    // a Host that is not ours
  std::uint64_t refused_origin = 0;  // an Origin that is not ours
  std::uint64_t refused_full = 0;    // over http_connections_max
  std::uint64_t slow_dropped = 0;    // live clients that did not keep up
  std::uint64_t entries_lost = 0;    // entries over entries_waiting_max or without a sequence; /api/log still has them
  std::uint64_t connections = 0;     // open now
  std::uint64_t live_clients = 0;    // open now, on /live
};

class HttpServer {
 public:
  /// start listens and serves on a thread of its own until the server is destroyed.
  /// Returns `denied` for an address that is not loopback, `malformed` for one that is none, `io` with errno
  /// (EADDRINUSE, EACCES) when the port cannot be had.
  static Result<HttpServer> start(HttpOptions options);

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  /// Closes every connection and joins the thread. No callback runs after it.
  ~HttpServer();

  /// port is the one that is really listened on.
  std::uint16_t port() const;

  /// publish_situation replaces the situation; the latest wins. Any thread, never blocks.
  void publish_situation(std::string json);

  /// publish_entries adds logbook entries, in order. Publish the logbook's last live_recent_max at start, so that a
  /// page opened later has them. Any thread, never blocks.
  void publish_entries(std::vector<std::string> json);

  HttpCounts counts() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cordon::io
