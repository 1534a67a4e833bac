// SPDX-License-Identifier: Apache-2.0
// Door: joins the web server (http/server.h) with the people (people/desk.h). It signs in and out, asks the desk who comes
// and whether they may, and hands what they want done to whoever registered it. The desk lives on the server's thread;
// hashes are computed on a thread of the door's own, people known at their address first.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/queue.h"
#include "http/server.h"
#include "http/rules.h"
#include "people/desk.h"

namespace cordon::app {

constexpr std::size_t hash_jobs_max = 8;          // waiting, of each kind: eight seconds of work
constexpr std::size_t sessions_waiting_max = 64;  // writes of open sessions; the next one after a refusal has them all
constexpr std::size_t outbox_max = 4096;          // events that a full queue refused
constexpr std::chrono::milliseconds hash_poll{50};
constexpr const char* own_screen_name = "desk";  // by whom something was done at the own screen

class Door {
 public:
  /// Asked is what a signed-in person wants done; the right to it has been checked.
  struct Asked {
    const people::Visitor& who;
    const std::string& body;
  };
  using Handler = std::function<http::Answer(const Asked& asked)>;
  /// LaterHandler answers by `reply`, now or when what was asked is done.
  using LaterHandler = std::function<void(const Asked& asked, const http::Reply& reply)>;

  struct Options {
    people::Desk::Options desk;
    /// open_reading: before the set-up anybody may look. For a server on loopback only.
    bool open_reading = false;
    /// own_screen: a browser on this very box (its connection comes from loopback) reads, and attends to patients,
    /// without signing in, as own_screen_name.
    bool own_screen = false;
    /// keep_apart: open sessions are written on a thread of the door's own, so that a disk that stands still holds up
    /// nobody who is signed in already.
    bool keep_apart = false;
    /// record hands an event to the logbook; false when it cannot take it now.
    std::function<bool(event::Input)> record;
  };

  /// open fails as people::Desk::open does. `roster` is what the logbook says about people.
  static Result<std::unique_ptr<Door>> open(Options options, const people::Roster& roster);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// on adds an action: POST `path` by somebody whose roles permit `right`. Before the server starts.
  void on(const std::string& path, people::Action right, Handler handler);
  void on_later(const std::string& path, people::Action right, LaterHandler handler);
  std::vector<http::Action> actions() const;
  /// serve fills in visitor, act and tend. The door must outlive the server's thread: Server::stop, then close.
  void serve(http::Callbacks& callbacks);
  /// close ends the thread of the hashes.
  void close();

  /// set_up_code is to be shown on the console, in two halves; empty when there is none.
  std::string set_up_code() const;

 private:
  struct Waiting {
    people::HashJob job;
    http::Reply reply;
    std::string session;  // of the browser until now
  };

  using SessionQueue = BoundedQueue<people::Sessions>;
  Door(Options options, people::Desk desk, std::shared_ptr<SessionQueue> sessions);
  http::Visitor visitor(const http::Who& who);
  void act(const http::Act& act, const http::Reply& reply);
  bool act_at_once(const http::Act& act, const http::Reply& reply);
  bool at_own_screen(const std::string& address) const;
  people::Desk::Begun begin(const http::Act& act);
  void hand_over();
  void hash_until(const std::stop_token& stop);
  void keep_sessions();

  Options options_;
  people::Desk desk_;
  std::string own_screen_token_;  // the page token of who is not signed in, at the own screen
  struct Action {
    people::Action right;
    LaterHandler handler;
  };
  std::map<std::string, Action> actions_;
  std::vector<event::Input> outbox_;
  BoundedQueue<Waiting> known_{hash_jobs_max};
  BoundedQueue<Waiting> strangers_{hash_jobs_max};
  std::shared_ptr<SessionQueue> sessions_;  // null: the desk writes them itself
  std::jthread hashing_;
  std::jthread keeping_;
};

/// refused writes {"ok":false,"word":…}, which the page has sentences for.
http::Answer refused(unsigned status, std::string_view word);
/// refused_because writes {"ok":false,"why":…}: a sentence of its own.
http::Answer refused_because(unsigned status, std::string_view why);
http::Answer taken();

/// is_loopback_address: 127.0.0.0/8, ::1 or "localhost".
bool is_loopback_address(const std::string& address);

}  // namespace cordon::app
