// SPDX-License-Identifier: Apache-2.0
// The fixed grammar between Cordon and cordon-smb beside a Samba server: one request a line, one answer a request, over
// a Unix stream. Both directions, parsing and formatting; no socket, no rule, no decision. Words, addresses and errors
// are those of grammar/.
//
//   hello <id> version=2
//   deny <id> ips=a,b until=<seconds since 1970 UTC> [dry_run=yes]    the id is the cut's
//   refuse <id> logins=user@ip,… until=<seconds since 1970 UTC> [dry_run=yes]   the user, when he comes from there
//   allow <id> [cut=<id of the cut>] [ips=…] [logins=…]
//   list <id>
//   health <id>
//
//   ok <id> count=<n> ended=<n> rules=unchecked|whole|changed|overruled
//   error <id or -> <code> <column> <text>
//   denied <ip> cut=<id> until=<seconds> sessions=<n>
//   refused <user@ip> cut=<id> until=<seconds> sessions=<n>
//   server pid=<n> now=<seconds> denied=<n>
//   .
//
// The end is a time of day, because Samba's configuration outlives the helper; `health` tells the server's clock.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/address.h"
#include "grammar/answer.h"
#include "grammar/request.h"

namespace cordon::samba {

constexpr std::uint32_t version = 2;
constexpr std::size_t deny_ips_max = 16;  // as many addresses as a cut of a host has
constexpr std::size_t denied_max = 1024;  // addresses at once: about 40 KB of one line of smb.conf
constexpr std::size_t owners_max = 8;     // cuts that name one address or login at once
constexpr std::size_t refuse_logins_max = 16;
constexpr std::size_t refused_max = 256;  // logins at once
constexpr std::size_t user_bytes_max = 64;
constexpr std::int64_t until_max_s = 7 * 24 * 3600;  // from now

/// Login is a user who comes from one address. The name stands in smb.conf, so it has a strict alphabet: a-z, 0-9 and
/// . _ - with a letter, a digit or _ first; at most user_bytes_max. Samba knows names without regard to case.
struct Login {
  std::string user;
  grammar::Ip ip;
  friend auto operator<=>(const Login&, const Login&) = default;
  std::string text() const;
  static std::optional<Login> parse(std::string_view text);
};
/// valid_user says whether a name has that alphabet.
bool valid_user(std::string_view name);

struct Hello {
  std::uint32_t version = samba::version;
  friend bool operator==(const Hello&, const Hello&) = default;
};

/// Deny refuses these clients until a time, and then ends what they have open.
struct Deny {
  std::vector<grammar::Ip> ips;
  std::uint64_t until = 0;
  bool dry_run = false;
  friend bool operator==(const Deny&, const Deny&) = default;
};

/// Refuse keeps these logins from every share until a time, and then ends what they have open.
struct Refuse {
  std::vector<Login> logins;
  std::uint64_t until = 0;
  bool dry_run = false;
  friend bool operator==(const Refuse&, const Refuse&) = default;
};

/// Allow takes the cut off all its addresses and logins, which stay denied while another cut names them, and frees all
/// named ones whatever cut named them. At least one of the three is given.
struct Allow {
  std::string cut;  // empty: not given
  std::vector<grammar::Ip> ips;
  std::vector<Login> logins{};
  friend bool operator==(const Allow&, const Allow&) = default;
};

struct List {
  friend bool operator==(const List&, const List&) = default;
};
struct Health {
  friend bool operator==(const Health&, const Health&) = default;
};

struct Request {
  std::string id;
  std::variant<Hello, Deny, Refuse, Allow, List, Health> body;
  friend bool operator==(const Request&, const Request&) = default;
};

/// parse_request reads one line without its line end. A line with anything it does not know, twice or out of bounds is
/// a Complaint as a whole.
std::variant<Request, grammar::Complaint> parse_request(std::string_view line);
/// format writes the line that parse_request reads back as the same request, without line end.
std::string format(const Request& request);

/// Rules says whether Samba's configuration still says what was put there.
enum class Rules : std::uint8_t {
  unchecked,
  whole,      // the include file is ours, and testparm shows its addresses among the global `hosts deny`
  changed,    // somebody else changed the include file
  overruled,  // it is there, but something else in smb.conf makes it void
};

/// Ok: `count` is the addresses or logins concerned or the lines that follow, `ended` the server's processes that were
/// ended.
struct Ok {
  std::string id;
  std::uint64_t count = 0;
  std::uint64_t ended = 0;
  Rules rules = Rules::unchecked;
  friend bool operator==(const Ok&, const Ok&) = default;
};

/// Denied is one address in force, by one of the cuts that name it. `sessions` are connections of it that live on
/// although it is denied.
struct Denied {
  grammar::Ip ip;
  std::string cut;
  std::uint64_t until = 0;
  std::uint64_t sessions = 0;
  friend bool operator==(const Denied&, const Denied&) = default;
};

/// Refused is one login in force, by one of the cuts that name it. `sessions` are those of it that still have a share
/// open although it is refused.
struct Refused {
  Login login;
  std::string cut;
  std::uint64_t until = 0;
  std::uint64_t sessions = 0;
  friend bool operator==(const Refused&, const Refused&) = default;
};

/// Server: its process, 0 if it does not run, and its clock.
struct Server {
  std::uint64_t pid = 0;
  std::uint64_t now = 0;
  std::uint64_t denied = 0;  // addresses and logins
  friend bool operator==(const Server&, const Server&) = default;
};

using AnswerLine = std::variant<Ok, grammar::Refusal, Denied, Refused, Server, grammar::End>;

std::variant<AnswerLine, grammar::Complaint> parse_answer(std::string_view line);
std::string format(const AnswerLine& line);

}  // namespace cordon::samba
