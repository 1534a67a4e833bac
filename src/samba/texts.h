// SPDX-License-Identifier: Apache-2.0
// What cordon-smb reads and writes as text: its include files, smb.conf, the answers of testparm and smbstatus and the
// kernel's table of connections. Text in, values out; no file is opened here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/address.h"
#include "samba/request.h"

namespace cordon::samba {

/// Owners are the cuts that name an address or a login, each with its end in seconds since 1970 UTC. As long as there
/// is one, the address is denied, the login refused.
using Owners = std::map<std::string, std::uint64_t>;
using Entries = std::map<grammar::Ip, Owners>;
using Logins = std::map<Login, Owners>;

/// Lists is all that is in force.
struct Lists {
  Entries ips;
  Logins logins;
  bool empty() const { return ips.empty() && logins.empty(); }
  /// size counts addresses and logins, owned counts each once for every cut that names it.
  std::size_t size() const { return ips.size() + logins.size(); }
  std::size_t owned() const;
  friend bool operator==(const Lists&, const Lists&) = default;
};

/// include_text is the whole include file at `path`: a heading, one remark an address or login and cut, one `hosts
/// deny` for all addresses, and where there are logins one `include` of the file for whoever asks (login_path).
std::string include_text(const Lists& lists, std::string_view path);

/// parse_include reads it back. Nothing if it is not exactly what include_text writes: then somebody else wrote it.
std::optional<Lists> parse_include(std::string_view text, std::string_view path);

/// login_texts gives by address the files that name who is refused from there: a heading and `invalid users`. smbd
/// reads the one whose name ends in its client's address (smb.conf(5), %I).
std::map<grammar::Ip, std::string> login_texts(const Logins& logins);
std::string login_path(std::string_view include_path, const grammar::Ip& ip);
/// is_include tells by its heading whether a file is an include file of ours at all, damaged or not. Empty is.
bool is_include(std::string_view text);

/// conf_problem says what in smb.conf keeps the include file from having its effect, empty if nothing: no
/// `include = path` in [global], or host lists of its own, which would overrule ours or be overruled by it.
/// Only this text is read, not what it includes.
std::string conf_problem(std::string_view smb_conf, std::string_view include_path);

/// shows tells whether testparm's answer denies all of these in [global] and allows nobody before them: where both
/// lists name a client, Samba lets it in (smb.conf(5), hosts deny).
bool shows(std::string_view testparm, const Entries& entries);

/// logins_problem says what in testparm's answer keeps a refused login from having its effect, or would be overruled by
/// it; empty if nothing: a `username map`, by which Samba judges other names than those on the wire, or `invalid users`
/// of somebody else's.
std::string logins_problem(std::string_view testparm);

/// OpenLogin is one SMB session. `user` is the name without a domain, in lower case; `shares` are those open in it,
/// IPC$ not counted.
struct OpenLogin {
  Login login;
  std::uint64_t pid = 0;  // smbd's process that holds it
  std::uint64_t shares = 0;
  friend bool operator==(const OpenLogin&, const OpenLogin&) = default;
};

/// open_logins_of reads the answer of `smbstatus --json`. Nothing if it is none. A session that does not read is left
/// out.
std::optional<std::vector<OpenLogin>> open_logins_of(std::string_view json);

/// Session is one TCP connection to the file server.
struct Session {
  grammar::Ip client;  // IPv4 also where the socket is IPv6
  std::uint16_t client_port = 0;
  std::uint64_t inode = 0;  // of the socket; unique while it lives
  friend bool operator==(const Session&, const Session&) = default;
};

/// sessions_of reads /proc/net/tcp or tcp6 (proc(5)): connections to these local ports that a process holds. A line
/// that does not read is left out.
std::vector<Session> sessions_of(std::string_view table, const std::set<std::uint16_t>& ports);

}  // namespace cordon::samba
