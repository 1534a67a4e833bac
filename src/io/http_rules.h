// SPDX-License-Identifier: Apache-2.0
// The rules by which the web server judges a request: who may ask, and what is well formed. Pure functions, so that
// each rule is tested alone. Not for sockets: those are in http.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cordon::io {

constexpr std::size_t log_page_max = 500;      // entries of one GET /api/log; the page shows as many rows
constexpr std::size_t log_page_default = 200;  // entries a new client is given
constexpr std::size_t cut_id_bytes_max = 64;   // "cut-" and a 64-bit number need 24
constexpr std::size_t reason_bytes_max = 500;  // two or three sentences

/// names_this_server tells whether `host` (a Host header) is a loopback name with our port. A page of another origin
/// that had its name resolved to 127.0.0.1 (DNS rebinding) still sends its own name here.
bool names_this_server(std::string_view host, std::uint16_t port);

/// same_origin tells whether `origin` (an Origin header) is the page that `host` served: "http://" and the same name.
bool same_origin(std::string_view origin, std::string_view host);

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

/// RollbackRequest is a person's wish to lift one cut.
struct RollbackRequest {
  std::string cut;     // 1 to cut_id_bytes_max of [A-Za-z0-9._:-]
  std::string reason;  // 1 to reason_bytes_max bytes of UTF-8, not only blanks
};

/// parse_rollback reads {"cut":"…","reason":"…"}. Returns `malformed` for anything else, `limit` for text too long.
Result<RollbackRequest> parse_rollback(std::string_view body);

/// entry_sequence gives the "sequence" of a logbook entry in JSON; `malformed` without one.
Result<std::uint64_t> entry_sequence(std::string_view json);

}  // namespace cordon::io
