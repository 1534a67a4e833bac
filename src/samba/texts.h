// SPDX-License-Identifier: Apache-2.0
// What cordon-smb reads and writes as text: its include file, smb.conf, testparm's answer and the kernel's table of
// connections. Text in, values out; no file is opened here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/address.h"

namespace cordon::samba {

/// Entry is why and until when an address is denied.
struct Entry {
  std::string cut;
  std::uint64_t until = 0;  // seconds since 1970 UTC
  friend bool operator==(const Entry&, const Entry&) = default;
};
using Entries = std::map<grammar::Ip, Entry>;

/// include_text is the whole include file: a heading, one remark an address, and one `hosts deny` for all of them.
std::string include_text(const Entries& entries);

/// parse_include reads it back. Nothing if it is not exactly what include_text writes: then somebody else wrote it.
std::optional<Entries> parse_include(std::string_view text);
/// is_include tells by its heading whether a file is an include file of ours at all, damaged or not. Empty is.
bool is_include(std::string_view text);

/// conf_problem says what in smb.conf keeps the include file from having its effect, empty if nothing: no
/// `include = path` in [global], or host lists of its own, which would overrule ours or be overruled by it.
/// Only this text is read, not what it includes.
std::string conf_problem(std::string_view smb_conf, std::string_view include_path);

/// shows tells whether testparm's answer denies all of these in [global] and allows nobody before them: where both
/// lists name a client, Samba lets it in (smb.conf(5), hosts deny).
bool shows(std::string_view testparm, const Entries& entries);

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
