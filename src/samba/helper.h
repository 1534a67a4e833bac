// SPDX-License-Identifier: Apache-2.0
// Helper answers requests: deny first, then end what is open, then look whether both are so. It is the second line of
// defence behind the engine and leaves protected addresses and users alone by itself. What is denied until when stands
// in Samba's include file and nowhere else, so the helper may die at any time.
//
// No clock, file or process here: time and the world are handed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "samba/request.h"
#include "samba/texts.h"

namespace cordon::samba {

/// lives_on: a connection of a denied client that is still there after this long was accepted in spite of it. A younger
/// one is a new attempt, which smbd is about to refuse.
constexpr std::chrono::milliseconds lives_on{300};
constexpr int end_attempts_max = 5;

/// Ended says what came of ending connections. A process that also serves somebody who is not denied is spared (SMB3
/// multichannel joins connections by a name that the client chooses, so a stranger could hang himself onto another).
struct Ended {
  std::uint64_t processes = 0;
  std::uint64_t spared = 0;
  std::string problem;
};

/// System is the machine with Samba on it. Problems are sentences, empty if there is none.
class System {
 public:
  virtual ~System() = default;
  /// read_include gives the include file; an absent one is empty. Nothing if it cannot be read.
  virtual std::optional<std::string> read_include() = 0;
  /// write_include replaces it in one step; persist makes that outlive a power cut.
  virtual std::string write_include(const std::string& text) = 0;
  virtual std::string persist() = 0;
  /// read_logins gives our files of refused logins beside it, by address; write_logins makes them these and no others.
  virtual std::map<grammar::Ip, std::string> read_logins() = 0;
  virtual std::string write_logins(const std::map<grammar::Ip, std::string>& texts) = 0;
  /// nudge asks smbd to read its configuration again and does not wait; reload returns when it has.
  virtual void nudge() = 0;
  virtual std::string reload() = 0;
  /// testparm gives the configuration as Samba understands it.
  virtual std::optional<std::string> testparm() = 0;
  virtual std::optional<std::string> read_conf() = 0;
  virtual std::vector<Session> sessions() = 0;
  /// end ends the processes that hold these connections and serve nobody who is not among `denied`.
  virtual Ended end(const std::vector<Session>& sessions, const std::set<grammar::Ip>& denied) = 0;
  /// status gives smbstatus' answer as JSON: who is logged in, and which shares are open.
  virtual std::optional<std::string> status() = 0;
  /// end_processes ends these, if they are smbd's; close_refused lets Samba close what its users may not open any more.
  virtual Ended end_processes(const std::set<std::uint64_t>& pids) = 0;
  virtual void close_refused() = 0;
  virtual std::uint64_t server_pid() = 0;
  virtual void pause(std::chrono::milliseconds time) = 0;
};

using Instant = std::chrono::steady_clock::time_point;

/// Now is the time of day, for ends, and the monotonic one, for how long a connection lasts.
struct Now {
  std::uint64_t seconds = 0;
  Instant instant;
};

class Helper {
 public:
  struct Options {
    std::string include_path;
    std::set<grammar::Ip> protected_ips;
    std::set<std::string> protected_users{};
  };

  /// `system` must outlive the helper.
  Helper(System& system, Options options) : system_(system), options_(std::move(options)) {}

  /// start takes up what the include file says, ends what ended meanwhile and lets smbd read it. Gives what keeps the
  /// helper from working at all.
  std::string start(const Now& now);

  /// answer gives everything to send back for one line, each line with its line end. A line that is no request gives an
  /// `error` and changes nothing.
  std::string answer(std::string_view line, const Now& now);

  /// tend takes back what has ended and ends connections of denied clients that live on. To be called about once a
  /// second, and not needed while nothing is denied. Gives a problem for the log.
  std::string tend(const Now& now);

  bool anything_denied() const { return !lists_.empty(); }

 private:
  using Reply = std::variant<std::string, grammar::Refusal>;

  Reply handle(const Request& request, const Now& now);
  Reply deny(const std::string& id, const Deny& deny, const Now& now);
  Reply refuse(const std::string& id, const Refuse& refuse, const Now& now);
  Reply allow(const std::string& id, const Allow& allow);
  Reply list(const std::string& id, const Now& now);
  Reply health(const std::string& id, const Now& now);
  bool is_protected(const Login& login) const;
  std::string put(const Lists& lists);
  std::string write(const Lists& lists);
  std::optional<std::vector<OpenLogin>> refused_open(std::set<std::uint64_t>* alone = nullptr);
  Ended end_logins();
  Ended end_sessions();
  std::vector<Session> denied_sessions();
  std::vector<Session> lasting_sessions(const Now& now);
  std::set<grammar::Ip> denied_ips() const;
  Rules look();

  System& system_;
  Options options_;
  Lists lists_;
  std::string written_;                          // what the include file must say
  std::map<grammar::Ip, std::string> logins_;    // and those of the logins
  std::string conf_read_;                        // smb.conf when testparm was last asked
  Rules rules_ = Rules::unchecked;               // what it said
  std::map<std::uint64_t, Instant> first_seen_;  // connections of denied clients, by inode
};

}  // namespace cordon::samba
