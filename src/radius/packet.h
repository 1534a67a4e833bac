// SPDX-License-Identifier: Apache-2.0
// Packet: the six messages by which a server asks a switch or access point to end or change a session (RFC 5176), as
// values. Bytes in, values out; who may be believed is authenticator.h's business, and no socket is here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace cordon::radius {

constexpr std::size_t header_bytes = 20;                // RFC 2865, section 3
constexpr std::size_t authenticator_bytes = 16;         // RFC 2865, section 3
constexpr std::size_t packet_bytes_max = 4096;          // RFC 2865, section 3
constexpr std::size_t attribute_value_bytes_max = 253;  // one length octet, two of them the attribute's own
constexpr std::size_t attributes_max = 128;             // ours: such a message carries about ten

using Authenticator = std::array<std::uint8_t, authenticator_bytes>;

/// Code: RFC 5176, section 2.3.
enum class Code : std::uint8_t {
  disconnect_request = 40,
  disconnect_ack = 41,
  disconnect_nak = 42,
  coa_request = 43,
  coa_ack = 44,
  coa_nak = 45,
};

/// Type: the attributes that are named here; any other number is carried as it came.
enum class Type : std::uint8_t {
  user_name = 1,
  nas_ip_address = 4,
  nas_port = 5,
  filter_id = 11,
  reply_message = 18,
  vendor_specific = 26,
  calling_station_id = 31,
  nas_identifier = 32,
  proxy_state = 33,
  acct_session_id = 44,
  event_timestamp = 55,
  tunnel_type = 64,
  tunnel_medium_type = 65,
  message_authenticator = 80,
  tunnel_private_group_id = 81,
  nas_ipv6_address = 95,
  error_cause = 101,
};

/// Attribute is one type and its value of at most attribute_value_bytes_max.
struct Attribute {
  Type type{};
  std::vector<std::uint8_t> value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

struct Packet {
  Code code = Code::disconnect_request;
  std::uint8_t identifier = 0;
  Authenticator authenticator{};
  std::vector<Attribute> attributes;

  /// find gives the first attribute of a type, or null.
  const Attribute* find(Type type) const;
  friend bool operator==(const Packet&, const Packet&) = default;
};

/// parse reads one datagram. Octets behind the packet's own length are padding and ignored (RFC 2865, section 3).
/// Returns `truncated` for a datagram shorter than it says, `unsupported` for a code that is none of the six, `limit`
/// above attributes_max or packet_bytes_max, else `malformed` with the offset.
Result<Packet> parse(ByteView datagram);

/// encode writes a packet as it is, its authenticators included. Returns `limit` with what is too long or too many.
Result<std::vector<std::uint8_t>> encode(const Packet& packet);

/// is_request tells the two requests from their four answers.
bool is_request(Code code);
/// answers tells whether `answer` can answer `request`: an ACK or NAK of the same kind.
bool answers(Code answer, Code request);

/// MacStyle is how a switch writes a station in Calling-Station-Id. RFC 3580, section 3.21 wants the first.
enum class MacStyle : std::uint8_t {
  dashes,  // 02-77-00-00-00-1A
  colons,  // 02:77:00:00:00:1a
  dots,    // 0277.0000.001a
  bare,    // 02770000001a
};

/// Each makes one attribute; text is cut at attribute_value_bytes_max.
Attribute text_attribute(Type type, std::string_view text);
Attribute number_attribute(Type type, std::uint32_t number);
Attribute calling_station_id(const Mac& mac, MacStyle style = MacStyle::dashes);
/// event_timestamp: RFC 2869, section 5.3, seconds since 1970; it makes an old request stale (RFC 5176, section 6.3).
Attribute event_timestamp(WallTime at);
/// nas_address is NAS-IP-Address or NAS-IPv6-Address.
Attribute nas_address(const IpAddress& address);
/// tunnel_vlan gives the three attributes that name a VLAN (RFC 3580, section 3.31); id: 1..4094.
std::vector<Attribute> tunnel_vlan(std::uint16_t id);

/// number_of reads a four-octet value.
std::optional<std::uint32_t> number_of(const Attribute& attribute);

/// ErrorCause: RFC 5176, section 3.5, those that decide what to do next; others are carried as numbers.
enum class ErrorCause : std::uint32_t {
  none = 0,  // none was given
  unsupported_attribute = 401,
  missing_attribute = 402,
  nas_identification_mismatch = 403,
  invalid_request = 404,
  unsupported_service = 405,
  administratively_prohibited = 501,
  session_not_found = 503,
  session_not_removable = 504,
  resources_unavailable = 506,
};

/// error_cause of a NAK.
ErrorCause error_cause(const Packet& packet);
/// to_string names a cause in the RFC's words, "cause N" for one that is not listed.
std::string to_string(ErrorCause cause);

}  // namespace cordon::radius
