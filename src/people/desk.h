// SPDX-License-Identifier: Apache-2.0
// Desk: where people come in. It knows the accounts and the open sessions, judges passphrases and codes, and gives the
// events that the logbook is to carry. One thread. It never computes a hash itself, since that takes most of a second:
// begin_… gives a HashJob for another thread, and finish takes what came of it.
//
//   answer or job = desk.begin_sign_in(…)      at once: a refusal, or "wait"
//   done = run(job, cost)                      elsewhere
//   answer = desk.finish(job, done)
//
// Not for what a person then does: that is judged by roles.h here, and recorded by the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "event/messages.h"
#include "people/roster.h"
#include "people/secret.h"
#include "people/store.h"
#include "people/throttle.h"

namespace cordon::people {

constexpr std::size_t sessions_max = 1024;
constexpr Micros act_idle_max = std::chrono::minutes(30);      // then a session sees, and acts again after signing in
constexpr Micros session_lasts = std::chrono::hours(12);       // a shift
constexpr Micros watcher_lasts = std::chrono::hours(24 * 31);  // of who may only see: the screen on the wall
constexpr Micros invitation_lasts = std::chrono::hours(72);
constexpr Micros used_kept_every = std::chrono::minutes(1);  // how exactly a session's last use survives a crash
constexpr std::uint32_t refusals_told_max = 20;              // one by one in a minute; the others are told as a sum
constexpr std::size_t events_waiting_max = 4096;
constexpr Micros reload_period = std::chrono::seconds(1);

/// HashJob is what takes time: check a secret against a hash, then perhaps make the hash of a new one.
struct HashJob {
  enum class Kind : std::uint8_t { sign_in, enter, change, invite };
  Kind kind = Kind::sign_in;
  std::string check;         // a secret; empty: nothing to check
  std::string against;       // its hash
  std::string make_hash_of;  // a new secret; empty: none

  std::string name;
  std::string address;
  bool known = false;  // from where this person has come before: goes first when many wait
  std::uint64_t generation = 0;
  Roles roles;         // of who is invited
  std::string digest;  // of the session that asks
};

struct HashDone {
  bool right = false;
  std::string hash;
  bool failed = false;  // memory was short
};

/// run does a job. Any thread; it needs HashCost::bytes of memory.
HashDone run(const HashJob& job, const HashCost& cost);

/// Said is what a person is told. `word` is looked up by the page; nothing else tells why.
struct Said {
  bool ok = false;
  std::string word;  // wrong, wait, busy, not_set_up, name_taken, passphrase_short …; empty when ok
  std::int64_t wait_seconds = 0;
  std::string token;  // of a new session, for the cookie
  std::string code;   // of an invitation, to be told to that person
  std::string name;
};

/// Visitor is who holds a token.
struct Visitor {
  bool signed_in = false;
  bool acts = false;  // not idle for too long
  std::string name;
  Roles roles;
  std::string session;     // its public number
  std::string digest;      // what the desk knows it by
  std::string page_token;  // see page_token_of
};

class Desk {
 public:
  struct Options {
    std::string folder;
    HashCost cost;
    std::function<WallTime()> now;
    Random random;
    /// keep writes the open sessions elsewhere, so that a slow disk does not hold up whoever calls; empty: written
    /// here.
    std::function<void(const Sessions&)> keep = {};
  };

  /// open reads the store. `roster` is what the logbook says; where the store says otherwise (a crash between the two,
  /// or the console meanwhile), the difference becomes events. Fails as Store does.
  static Result<Desk> open(Options options, const Roster& roster);

  /// set_up: there is an account, so nobody comes in any more without one.
  bool set_up() const { return !accounts_.empty(); }
  /// wants_second: one person alone has entered, and nobody is invited.
  bool wants_second() const;
  /// set_up_code is to be shown on the console of the box; empty once used.
  const std::string& set_up_code() const { return set_up_code_; }

  /// visitor tells who holds a token. It changes nothing: looking is no use of a session.
  Visitor visitor(const std::string& token) const;
  /// use notes that a person did something, so that the session stays awake.
  void use(const Visitor& visitor);

  using Begun = std::variant<Said, HashJob>;
  Begun begin_sign_in(const std::string& name, const std::string& passphrase, const std::string& address);
  /// begin_enter is the first time: with the code of the set-up (then the account is made: cyber and director) or of an
  /// invitation.
  Begun begin_enter(const std::string& code, const std::string& name, const std::string& passphrase,
                    const std::string& address);
  Begun begin_change(const Visitor& visitor, const std::string& old, const std::string& passphrase,
                     const std::string& address);
  /// begin_invite is for the second person alone; all others are added on the console of the box.
  Begun begin_invite(const Visitor& visitor, const std::string& name);
  Said finish(const HashJob& job, const HashDone& done);

  void sign_out(const Visitor& visitor);

  /// tend ends what is over, sees what the console changed and tells refusals that were summed. Call it each second.
  void tend();

  /// take_events gives what the logbook is to carry, oldest first.
  std::vector<event::Input> take_events();
  std::uint64_t events_lost() const { return events_lost_; }

 private:
  explicit Desk(Options options, Store store);
  bool set_up_open() const { return accounts_.empty() && !set_up_code_.empty(); }
  bool known_at(const std::string& name, const std::string& address) const;
  Said finish_sign_in(const HashJob& job, const HashDone& done);
  Said finish_enter(const HashJob& job, const HashDone& done);
  Said finish_change(const HashJob& job, const HashDone& done);
  Said finish_invite(const HashJob& job, const HashDone& done);
  Said refuse(const Throttle::Attempt& attempt, const char* why);
  Said come_in(const std::string& name, const std::string& address);
  void end(const std::string& digest, event::SessionStep step, const char* why);
  void end_stale(const char* why);
  void note_address(const std::string& name, const std::string& address);
  /// change writes one account; the rest is read anew under the lock before.
  Result<void> change(const Account& account);
  void reload();
  void note_differences(const Accounts& now, const Roster& roster, const char* by);
  void tell(event::PersonStep step, const Account& account, const std::string& by);
  void tell(event::Input input);
  bool save_sessions();
  bool live(const Session& session, WallTime now) const;

  Options options_;
  Store store_;
  Accounts accounts_;
  Sessions sessions_;
  std::string set_up_code_;
  std::string nobody_hash_;  // what an unknown name is checked against, so that it takes as long
  Throttle throttle_;
  std::vector<event::Input> events_;
  std::uint64_t events_lost_ = 0;
  WallTime minute_;
  std::uint32_t refusals_told_ = 0;
  std::uint64_t refusals_summed_ = 0;
  WallTime reloaded_;
  WallTime sessions_saved_;
};

/// known_to gives the roster that a set of accounts amounts to, to find what is different.
Roster roster_of(const Accounts& accounts);

}  // namespace cordon::people
