// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The fixed grammar between Cordon and its enforcer cordon-nft: one request a line, one answer a request, over a Unix
// stream. Here are both directions, parsing and formatting; no socket, no rule, no decision.
//
//   hello <id> version=2
//   config <id> [care_tcp=ip@port,…] [care_udp=…] [protect_macs=…] [protect_ips=…] [spread_tcp=p,p-p] [spread_udp=…]
//               [dynamic_tcp=p-p] [own_ways=ip>ip@port,…]
//   ensure <id>                                       puts into force what the config lines of the same id said
//   cut <id> kind=block_spread|block_out|shield|isolate [macs=…] [ips=…] timeout=<seconds>
//   cut <id> kind=block_flow flows=client>server@port,… timeout=<seconds>
//   cut <id> kind=close_border borders=prefix>prefix,… timeout=<seconds>
//   lift <id> [cut=<id of the cut>] [kind=… and targets, as in cut]
//   list <id>
//   counters <id>
//
// A line is printable ASCII, fields stand one blank apart, a key at most once, lists are joined by commas. The id is
// the idempotency key: the same line again has the same effect as once. A cut's id stays with its addresses in the
// kernel; an address belongs, within its kind, to the last cut that named it. Answers are in answer.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/address.h"

namespace cordon::grammar {

constexpr std::uint32_t version = 2;
constexpr std::size_t line_bytes_max = 4096;  // without the line end
constexpr std::size_t id_bytes_max = 64;      // a UUID is 36; nftables keeps comments up to 127
constexpr std::size_t cut_macs_max = 4;
constexpr std::size_t cut_ips_max = 16;
constexpr std::size_t cut_flows_max = 16;         // of at most 99 bytes
constexpr std::size_t cut_borders_max = 16;       // of at most 99 bytes
constexpr std::size_t config_entries_max = 64;    // one line, all kinds: 64 of at most 46 bytes fit in line_bytes_max
constexpr std::size_t protected_max = 1U << 15U;  // MACs, and as many IPs, of all config lines of one id
constexpr std::size_t own_ways_max = 1U << 13U;   // of all config lines of one id
constexpr std::chrono::seconds timeout_min{1};
constexpr std::chrono::seconds timeout_max{7 * 24 * 3600};
constexpr std::uint16_t dynamic_port_min = 49152;  // RFC 6335, section 6

/// Code says what the caller can do about a refusal.
enum class Code : std::uint8_t {
  malformed,  // the line breaks the grammar at `column`
  limit,      // a named bound was reached
  denied,     // a safety rule says no: a protected address
  absent,     // the helper has no configuration, or its table is gone: configure and ensure again
  failed,     // the kernel refused
};

/// Complaint says where a line breaks the grammar. `column` counts bytes from 1.
struct Complaint {
  std::string id = "-";  // of the request if it could be read
  Code code = Code::malformed;
  std::size_t column = 0;
  std::string_view text;  // static storage
};

struct Hello {
  std::uint32_t version = grammar::version;
  friend bool operator==(const Hello&, const Hello&) = default;
};

/// Config adds to the draft that `ensure` with the same id puts into force. A line with a new id starts a new draft.
struct Config {
  std::vector<CareFlow> care_tcp;        // accepted before anything is dropped, both directions
  std::vector<CareFlow> care_udp;        // likewise
  std::vector<Mac> protect_macs;         // never put into a set
  std::vector<Ip> protect_ips;           // never put into a set
  std::vector<PortRange> spread_tcp;     // below dynamic_port_min: matched as either port of a segment
  std::vector<PortRange> spread_udp;     // below dynamic_port_min
  std::optional<PortRange> dynamic_tcp;  // where remote procedure calls listen; at or above dynamic_port_min
  std::vector<Flow> own_ways;            // of control itself: no cut of any kind comes between the two
  friend bool operator==(const Config&, const Config&) = default;
};

struct Ensure {
  friend bool operator==(const Ensure&, const Ensure&) = default;
};

enum class CutKind : std::uint8_t {
  block_spread,  // spreading protocols of an address, whoever began the connection
  block_out,     // spreading protocols, where the address is the client
  shield,        // spreading protocols, where the address is the server; for protected addresses too
  isolate,       // everything of an address but care flows, ARP, neighbour discovery and DHCP
  block_flow,    // one client, one TCP server
  close_border,  // spreading protocols from clients of one network to servers of another
};

/// Target is what one element of a cut is about: Mac and Ip for the first four kinds, else Flow or Border.
using Target = std::variant<Mac, Ip, Flow, Border>;

/// Cut blocks what its kind says for every target, for `timeout` from now. At least one target, and of this kind only.
struct Cut {
  CutKind kind = CutKind::block_spread;
  std::vector<Mac> macs;
  std::vector<Ip> ips;
  std::vector<Flow> flows;
  std::vector<Border> borders;
  std::chrono::seconds timeout{};
  friend bool operator==(const Cut&, const Cut&) = default;
};

/// Lift takes back what the cut still owns, and the named targets of one kind whichever cut they belong to. At least
/// one is given; what another kind of cut does to the same targets stays.
struct Lift {
  std::string cut;              // empty: not given
  std::optional<CutKind> kind;  // given with targets, and with those alone
  std::vector<Mac> macs;
  std::vector<Ip> ips;
  std::vector<Flow> flows;
  std::vector<Border> borders;
  friend bool operator==(const Lift&, const Lift&) = default;
};

struct List {
  friend bool operator==(const List&, const List&) = default;
};
struct Counters {
  friend bool operator==(const Counters&, const Counters&) = default;
};

struct Request {
  std::string id;
  std::variant<Hello, Config, Ensure, Cut, Lift, List, Counters> body;
  friend bool operator==(const Request&, const Request&) = default;
};

/// parse_request reads one line without its line end. It never widens: a line with anything it does not know, twice or
/// out of bounds is a Complaint as a whole.
std::variant<Request, Complaint> parse_request(std::string_view line);

/// format writes the one line that parse_request reads back as the same request, without line end. The request must
/// keep the bounds above; parse_request is the judge of that.
std::string format(const Request& request);

/// valid_id: 1..id_bytes_max of letters, digits and . _ : - with a letter or digit first.
bool valid_id(std::string_view text);

const char* to_string(Code code);
const char* to_string(CutKind kind);
std::optional<Code> code_of(std::string_view text);
std::optional<CutKind> cut_kind_of(std::string_view text);

}  // namespace cordon::grammar
