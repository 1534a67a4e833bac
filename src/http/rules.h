// SPDX-License-Identifier: Apache-2.0
// The rules by which the web server judges a request: who may ask, and what is well formed. Pure functions, so that
// each rule is tested alone. Not for sockets: those are in http.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cordon::http {

constexpr std::size_t log_page_max = 500;       // entries of one GET /api/log; the page shows as many rows
constexpr std::size_t log_page_default = 200;   // entries a new client is given
constexpr std::size_t session_bytes_max = 128;  // a token of 256 bits in hexadecimal needs 64
constexpr std::size_t field_bytes_max = 1024;   // a passphrase is under 512

/// Served is by what name browsers may call this server.
struct Served {
  bool tls = false;
  std::uint16_t port = 0;
  std::span<const std::string> names = {};  // host names, IPv4 as text, IPv6 in brackets; borrowed
};

/// names_this_server tells whether `host` (a Host header) is a loopback name or one of ours, with our port. A page of
/// another origin that had its name resolved to our address (DNS rebinding) still sends its own name here.
bool names_this_server(std::string_view host, const Served& served);

/// same_origin tells whether `origin` (an Origin header) is the page that `host` served: the scheme and the same name.
bool same_origin(std::string_view origin, std::string_view host, bool tls);

/// session_cookie is the name of our cookie: bound to this host by its prefix under TLS (RFC 6265bis 4.1.3); else with
/// the port, since browsers share cookies between the ports of 127.0.0.1.
std::string session_cookie(const Served& served);
/// set_cookie gives the value of Set-Cookie; an empty session takes the cookie away.
std::string set_cookie(const Served& served, std::string_view session);

/// cookie_value reads one cookie of a Cookie header (RFC 6265 4.2.1). Empty when it is not there, is there twice, or
/// has another form than session_bytes_max of [A-Za-z0-9_-].
std::string_view cookie_value(std::string_view header, std::string_view name);

/// same_secret compares two texts without telling by its time where they differ. Nothing equals an empty text.
bool same_secret(std::string_view a, std::string_view b);

/// Fields are the texts of one JSON object.
using Fields = std::map<std::string, std::string, std::less<>>;
/// parse_fields reads an object that has exactly the names asked for, each a text of at most field_bytes_max.
/// `malformed` for anything else, `limit` for a text too long.
Result<Fields> parse_fields(std::string_view body, std::initializer_list<std::string_view> names);

/// is_json_type tells whether a Content-Type is application/json, with or without parameters. A form of a foreign page
/// cannot send that type without asking first.
bool is_json_type(std::string_view content_type);

/// LogPage is the part of the logbook that GET /api/log asks for.
struct LogPage {
  std::uint64_t from = 1;                // first sequence number
  std::size_t limit = log_page_default;  // 1 to log_page_max
};

/// parse_log_page reads "from=N&limit=M"; both may be missing. A limit over log_page_max is cut to it.
/// Returns `malformed` for another name, an empty or non-decimal number, or a limit of 0.
Result<LogPage> parse_log_page(std::string_view query);

/// query_value reads the one parameter `name` of a query that has no other, percent-decoded (RFC 3986 2.1), at most
/// field_bytes_max long. `malformed` for anything else, `limit` for a value too long.
Result<std::string> query_value(std::string_view query, std::string_view name);

/// QueryFields are the parameters of a query, percent-decoded.
using QueryFields = std::map<std::string, std::string>;
constexpr std::size_t query_fields_max = 16;
/// query_fields reads "a=1&b=2". `malformed` for a name twice, an empty name or a bad escape, `limit` for more than
/// query_fields_max or a value longer than field_bytes_max.
Result<QueryFields> query_fields(std::string_view query);

/// entry_sequence gives the "sequence" of a logbook entry in JSON; `malformed` without one.
Result<std::uint64_t> entry_sequence(std::string_view json);

}  // namespace cordon::http
