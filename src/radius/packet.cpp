// SPDX-License-Identifier: Apache-2.0
#include "radius/packet.h"

#include <algorithm>
#include <span>
#include <utility>

namespace cordon::radius {

namespace {

constexpr std::size_t length_offset = 2;
constexpr std::uint32_t tunnel_type_vlan = 13;       // RFC 3580, section 3.31
constexpr std::uint32_t tunnel_medium_ieee_802 = 6;  // RFC 2868, section 3.2
constexpr std::int64_t timestamp_max = 0xffffffff;

Result<Code> code_of(std::uint8_t value) {
  if (value < static_cast<std::uint8_t>(Code::disconnect_request) || value > static_cast<std::uint8_t>(Code::coa_nak)) {
    return fail(ErrorCode::unsupported, "radius code", 0);
  }
  return static_cast<Code>(value);
}

}  // namespace

const Attribute* Packet::find(Type type) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [type](const Attribute& a) { return a.type == type; });
  return found != attributes.end() ? &*found : nullptr;
}

Result<Packet> parse(ByteView datagram) {
  ByteReader header(datagram);
  Packet out;
  const std::uint8_t code = CORDON_TRY(header.u8());
  out.code = CORDON_TRY(code_of(code));
  out.identifier = CORDON_TRY(header.u8());
  const std::size_t length = CORDON_TRY(header.u16be());
  if (length < header_bytes) return fail(ErrorCode::malformed, "radius length", length_offset);
  if (length > packet_bytes_max) return fail(ErrorCode::limit, "radius length", length_offset);
  if (length > datagram.size()) return fail(ErrorCode::truncated, "radius packet", datagram.size());
  ByteReader in(datagram.first(length));
  CORDON_TRY_VOID(in.skip(header.offset()));
  const ByteView authenticator = CORDON_TRY(in.take(authenticator_bytes));
  std::copy(authenticator.begin(), authenticator.end(), out.authenticator.begin());
  while (in.left() > 0) {
    const std::size_t at = in.offset();
    if (out.attributes.size() == attributes_max) return fail(ErrorCode::limit, "radius attributes", at);
    const auto type = static_cast<Type>(CORDON_TRY(in.u8()));
    const Result<std::uint8_t> size = in.u8();
    if (!size || *size < 2 || *size - 2U > in.left()) return fail(ErrorCode::malformed, "radius attribute", at);
    const ByteView value = CORDON_TRY(in.take(*size - 2U));
    out.attributes.push_back({type, {value.begin(), value.end()}});
  }
  return out;
}

Result<std::vector<std::uint8_t>> encode(const Packet& packet) {
  std::size_t length = header_bytes;
  if (packet.attributes.size() > attributes_max) {
    return fail(ErrorCode::limit, "radius attributes", packet.attributes.size());
  }
  for (const Attribute& attribute : packet.attributes) {
    if (attribute.value.size() > attribute_value_bytes_max) {
      return fail(ErrorCode::limit, "radius attribute value", attribute.value.size());
    }
    length += 2 + attribute.value.size();
  }
  if (length > packet_bytes_max) return fail(ErrorCode::limit, "radius packet", length);
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(packet.code));
  out.u8(packet.identifier);
  out.u16be(static_cast<std::uint16_t>(length));
  out.bytes(packet.authenticator);
  for (const Attribute& attribute : packet.attributes) {
    out.u8(static_cast<std::uint8_t>(attribute.type));
    out.u8(static_cast<std::uint8_t>(attribute.value.size() + 2));
    out.bytes(attribute.value);
  }
  return out.release();
}

bool is_request(Code code) {
  return code == Code::disconnect_request || code == Code::coa_request;
}

bool answers(Code answer, Code request) {
  if (request == Code::disconnect_request) return answer == Code::disconnect_ack || answer == Code::disconnect_nak;
  if (request == Code::coa_request) return answer == Code::coa_ack || answer == Code::coa_nak;
  return false;
}

Attribute text_attribute(Type type, std::string_view text) {
  const ByteView bytes = as_bytes(text.substr(0, attribute_value_bytes_max));
  return {type, {bytes.begin(), bytes.end()}};
}

Attribute number_attribute(Type type, std::uint32_t number) {
  ByteWriter out;
  out.u32be(number);
  return {type, out.release()};
}

Attribute calling_station_id(const Mac& mac, MacStyle style) {
  const bool upper = style == MacStyle::dashes;
  const char* const digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    if (i > 0 && style == MacStyle::dashes) out += '-';
    if (i > 0 && style == MacStyle::colons) out += ':';
    if (i > 0 && i % 2 == 0 && style == MacStyle::dots) out += '.';
    out += digits[mac.bytes[i] >> 4U];
    out += digits[mac.bytes[i] & 15U];
  }
  return text_attribute(Type::calling_station_id, out);
}

Attribute event_timestamp(WallTime at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  return number_attribute(Type::event_timestamp,
                          static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, timestamp_max)));
}

Attribute nas_address(const IpAddress& address) {
  const std::size_t size = address.v6 ? 16 : 4;
  const std::span<const std::uint8_t> bytes(address.bytes.data(), size);
  return {address.v6 ? Type::nas_ipv6_address : Type::nas_ip_address, {bytes.begin(), bytes.end()}};
}

std::vector<Attribute> tunnel_vlan(std::uint16_t id) {
  // The tag octet zero says that these belong to no numbered tunnel; the group's number is text and needs none.
  return {number_attribute(Type::tunnel_type, tunnel_type_vlan),
          number_attribute(Type::tunnel_medium_type, tunnel_medium_ieee_802),
          text_attribute(Type::tunnel_private_group_id, std::to_string(id))};
}

std::optional<std::uint32_t> number_of(const Attribute& attribute) {
  if (attribute.value.size() != sizeof(std::uint32_t)) return std::nullopt;
  return *ByteReader(attribute.value).u32be();
}

ErrorCause error_cause(const Packet& packet) {
  const Attribute* found = packet.find(Type::error_cause);
  return static_cast<ErrorCause>(found != nullptr ? number_of(*found).value_or(0) : 0);
}

std::string to_string(ErrorCause cause) {
  switch (cause) {
    case ErrorCause::none:
      return "no cause given";
    case ErrorCause::unsupported_attribute:
      return "Unsupported Attribute";
    case ErrorCause::missing_attribute:
      return "Missing Attribute";
    case ErrorCause::nas_identification_mismatch:
      return "NAS Identification Mismatch";
    case ErrorCause::invalid_request:
      return "Invalid Request";
    case ErrorCause::unsupported_service:
      return "Unsupported Service";
    case ErrorCause::administratively_prohibited:
      return "Administratively Prohibited";
    case ErrorCause::session_not_found:
      return "Session Context Not Found";
    case ErrorCause::session_not_removable:
      return "Session Context Not Removable";
    case ErrorCause::resources_unavailable:
      return "Resources Unavailable";
  }
  return "cause " + std::to_string(static_cast<std::uint32_t>(cause));
}

}  // namespace cordon::radius
