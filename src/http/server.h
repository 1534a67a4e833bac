// SPDX-License-Identifier: Apache-2.0
// Server gives the browser client and what it shows: static files, the situation, the logbook, one live channel,
// and takes what a person asks for. It knows no meaning: situation, entries, who somebody is and what an action does
// are made elsewhere, by Callbacks. Beyond loopback it speaks TLS and nothing else.
//
//   GET  /, /app.js …          the client, from the program itself
//   GET  /healthz              "ok"
//   GET  /api/me               who asks, as Visitor::json has it
//   GET  /api/situation        the latest situation (ServerOptions::situation_path); 503 while there is none
//   GET  /api/log?from=&limit= {"type":"log","entries":[…]}
//   GET  /api/…                whatever Callbacks::read or ::fetch knows: the estate of the page "Network", a strip
//   GET  /live                 WebSocket, one way. Text: {"type":"situation",…}, {"type":"entries","entries":[…]} and
//                              each second {"type":"beat","sequence":N,"at":seconds}. Binary: what publish_frame is
//                              given
//   POST one of ServerOptions::actions
//
// Refused: a Host that is not ours (421), a missing or foreign Origin on /live and POST (403), reading without
// Visitor::reads and acting without a session (401), acting without the page's own token (403).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/asset.h"
#include "http/tls.h"

namespace cordon::http {

constexpr std::size_t connections_max = 256;                   // forty browsers open about six each
constexpr std::size_t http_header_bytes_max = 8 * 1024;        // a browser sends under 2 KiB
constexpr std::size_t http_body_bytes_max = 16 * 1024;         // a rollback is under 1 KiB
constexpr std::size_t live_incoming_bytes_max = 4 * 1024;      // the page sends nothing at all
constexpr std::size_t live_clients_max = 192;                  // so that some connections are left for signing in
constexpr std::size_t live_queue_max = 64;                     // messages waiting for one client: a minute of beats
constexpr std::size_t live_queue_bytes_max = 8 * 1024 * 1024;  // as well; messages are shared between clients
constexpr std::size_t live_frames_max = 25;  // binary ones waiting for one client: a second of waves, oldest go first
constexpr std::size_t live_frame_bytes_max = 256 * 1024;  // of one: 40 ms of 1,024 waves at 1 kHz are 188 KiB
constexpr std::size_t frames_waiting_max = 64;            // between the publishing thread and this one
constexpr std::size_t live_recent_max = 200;              // entries a new client is given
constexpr std::size_t entries_waiting_max = 4096;         // between the control thread and this one
constexpr std::size_t log_answer_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds situation_interval{200};  // at most five a second to each client
constexpr std::chrono::milliseconds entries_interval{50};
constexpr std::chrono::seconds beat_interval{1};
constexpr std::chrono::seconds request_timeout{10};     // from the first byte of a request to its last
constexpr std::chrono::seconds handshake_timeout{5};    // of TLS and of the WebSocket
constexpr std::chrono::seconds act_timeout{30};         // until an action is answered
constexpr std::chrono::milliseconds gone_look{100};     // whether whoever waits for an answer has hung up
constexpr std::chrono::seconds live_write_timeout{10};  // one message to one client
constexpr int live_send_buffer_bytes = 128 * 1024;      // in the kernel, for each client

/// Visitor is who a request comes from.
struct Visitor {
  bool reads = false;      // may see situation, logbook and the live channel
  std::string page_token;  // what the page has to send as X-Cordon-Token with an action; empty: not signed in
  std::string json;        // the answer of /api/me
  std::string name = {};   // of who signed in, or of the own screen; empty: nobody
  bool attends = false;    // may attend to patients, and so hold paper that names them
};

/// Who is what a request says of who sends it.
struct Who {
  std::string session;  // what the cookie says; empty when there is none
  std::string address;  // of the browser
};

/// Act is what a person asks for. Origin, type, session and page token have been checked.
struct Act {
  std::string path;
  std::string body;     // at most http_body_bytes_max, not looked at yet
  std::string session;  // what the cookie says; empty when there is none
  std::string address;  // of the browser
};

struct Answer {
  unsigned status = 200;
  std::string body;                    // JSON
  std::optional<std::string> session;  // a new cookie; empty: takes the cookie away
  std::string mime = "application/json";
  std::string file_name = {};  // under which a browser saves it; empty: it is shown
};
/// Reply takes what makes the answer, once, from any thread, as long as the server is not destroyed. It is called
/// on the server's thread, also when nobody waits for the answer any more.
using Reply = std::function<void(std::function<Answer()> make)>;

/// Get is a question under /api/ from who may read.
struct Get {
  std::string path;
  std::string query;
  Who who;
  Visitor visitor;                                     // as the door knows them
  std::shared_ptr<const std::atomic<bool>> gone = {};  // whoever asked hung up; null: nobody looks
};

/// Action is a path that takes POST.
struct Action {
  std::string path;
  bool open = false;  // also without a session: signing in
};

/// Callbacks are called on the server's own thread. They must not throw and not wait: `log` and `read` only read,
/// `act` and `fetch` enqueue or answer at once.
struct Callbacks {
  /// log gives at most `limit` entries with sequence ≥ `from`, in order, each one JSON object as publish_entries has
  /// it.
  std::function<std::vector<std::string>(std::uint64_t from, std::size_t limit)> log;
  /// visitor tells who somebody is; the session "" is nobody's. Asked at every request, and of /live each second.
  std::function<Visitor(const Who& who)> visitor;
  std::function<void(Act act, Reply reply)> act;
  /// read gives the JSON of a further path under /api/, or nothing when there is none; may be empty.
  std::function<std::optional<std::string>(std::string_view path, std::string_view query)> read;
  /// fetch answers a path that takes time to answer, or is not JSON: true when it has taken the question, and then
  /// replies as `act` does; may be empty.
  std::function<bool(const Get& get, const Reply& reply)> fetch;
  /// tend is called each second; may be empty.
  std::function<void()> tend;
};

struct ServerOptions {
  std::string address = "127.0.0.1";       // an address of this box, 0.0.0.0, :: or "localhost"
  std::uint16_t port = 0;                  // 0: any free one, see Server::port
  std::vector<std::string> names;          // by which browsers may call this server, beside loopback's own
  std::shared_ptr<const TlsIdentity> tls;  // none: plain HTTP, on loopback only
  std::span<const Asset> assets;           // static storage
  std::vector<Action> actions;
  std::string situation_path = "/api/situation";
  Callbacks callbacks;
  std::size_t connections_per_address_max = 24;  // beyond loopback, where addresses say something
};

/// Counts says what the server saw since it started.
struct Counts {
  std::uint64_t requests = 0;         // well formed, whatever the answer
  std::uint64_t malformed = 0;        // not HTTP, too large, or a body we cannot read
  std::uint64_t refused_host = 0;     // a Host that is not ours
  std::uint64_t refused_origin = 0;   // an Origin that is not ours
  std::uint64_t refused_full = 0;     // over connections_max, or of one address
  std::uint64_t refused_session = 0;  // no session where one is needed, or no page token
  std::uint64_t refused_tls = 0;      // no handshake came about: too old, too slow, or no TLS at all
  std::uint64_t slow_dropped = 0;     // live clients that did not keep up
  std::uint64_t frames_dropped = 0;   // binary frames that a slow client, or this server, had no room for
  std::uint64_t entries_lost = 0;     // entries over entries_waiting_max or without a sequence; /api/log still has them
  std::uint64_t connections = 0;      // open now
  std::uint64_t live_clients = 0;     // open now, on /live
};

/// log_text is the answer of /api/log: as many of the entries, in order, as log_answer_bytes_max has room for.
std::string log_text(std::span<const std::string> entries);

class Server {
 public:
  /// start listens and serves on a thread of its own until the server is destroyed.
  /// Returns `denied` for an address beyond loopback without TLS, `malformed` for one that is none or an identity that
  /// is no key with its certificate, `io` with errno (EADDRINUSE, EACCES) when the port cannot be had.
  static Result<Server> start(ServerOptions options);

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  /// Closes every connection and joins the thread. No callback runs after it.
  ~Server();

  /// port is the one that is really listened on.
  std::uint16_t port() const;

  /// publish_situation replaces the situation; the latest wins. It goes out with the next of situation_interval, or at
  /// once when it is `urgent`. Any thread, never blocks.
  void publish_situation(std::string json, bool urgent = false);

  /// publish_frame sends one binary message to every live client at once. A client that does not keep up loses the
  /// oldest frames, never text. One over live_frame_bytes_max is dropped. Any thread, never blocks.
  void publish_frame(std::string bytes);

  /// publish_entries adds logbook entries, in order. Publish the logbook's last live_recent_max at start, so that a
  /// page opened later has them. Any thread, never blocks.
  void publish_entries(std::vector<std::string> json);

  /// replace_identity shows another certificate to whoever connects from now on. Any thread.
  /// `malformed` when it is no key with its certificate; then the old one stays.
  Result<void> replace_identity(const TlsIdentity& identity);

  /// stop closes every connection and joins the thread; replies are taken and forgotten until the server is destroyed.
  void stop();

  Counts counts() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cordon::http
