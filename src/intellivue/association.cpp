// SPDX-License-Identifier: Apache-2.0
#include "intellivue/association.h"

#include <algorithm>
#include <string_view>

#include "intellivue/codes.h"
#include "intellivue/fields.h"

namespace cordon::intellivue {
namespace wire {

template <class Io>
void fields(Io& io, Ref<Io, UserInfo> v) {
  io.u32(v.protocol);
  io.u32(v.nomenclature);
  io.u32(v.functional_units);
  io.u32(v.system_type);
  io.u32(v.startup);
  fields(io, v.options);
  fields(io, v.profiles);
}

}  // namespace wire

namespace {

constexpr std::uint8_t presentation_octet = 0xC1;  // SPDU parameter "user data" (ISO/IEC 8327-1)
constexpr std::uint8_t long_length = 0xFF;         // LI: two more octets follow
constexpr std::uint8_t user_data_tag = 0x81;       // octet-aligned encoding (ISO/IEC 8650-1, EXTERNAL)
constexpr std::size_t session_parameters = 14;     // of request and accept

Bytes octets(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  Bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4U | digit(hex[i + 1])));
  }
  return out;
}

/// read_length reads the session layer's LI: one octet up to 254, else 0xFF and two.
Result<std::size_t> read_length(ByteReader& in) {
  const std::uint8_t first = CORDON_TRY(in.u8());
  if (first != long_length) return first;
  return CORDON_TRY(in.u16be());
}
void write_length(ByteWriter& out, std::size_t length) {
  if (length < long_length) return out.u8(static_cast<std::uint8_t>(length));
  out.u8(long_length);
  out.u16be(static_cast<std::uint16_t>(length));
}

/// read_asn_length reads a BER length of at most two octets.
Result<std::size_t> read_asn_length(ByteReader& in) {
  const std::uint8_t first = CORDON_TRY(in.u8());
  if (first < 0x80) return first;
  if (first == 0x81) return CORDON_TRY(in.u8());
  if (first == 0x82) return CORDON_TRY(in.u16be());
  return fail(ErrorCode::malformed, "user data length", in.offset());
}
void write_asn_length(ByteWriter& out, std::size_t length) {
  if (length >= 0x100) {
    out.u8(0x82);
    return out.u16be(static_cast<std::uint16_t>(length));
  }
  if (length >= 0x80) out.u8(0x81);
  out.u8(static_cast<std::uint8_t>(length));
}

/// user_data_at finds where the octets after the user data's tag begin: behind [APPLICATION] user information (BE 80),
/// EXTERNAL (28 80), then an object identifier and an integer that may stand there.
Result<std::size_t> user_data_at(ByteView in) {
  constexpr std::array<std::uint8_t, 4> opening{0xBE, 0x80, 0x28, 0x80};
  const auto found = std::search(in.begin(), in.end(), opening.begin(), opening.end());
  if (found == in.end()) return fail(ErrorCode::malformed, "no user information");
  ByteReader reader(in);
  CORDON_TRY_VOID(reader.seek(static_cast<std::size_t>(found - in.begin()) + opening.size()));
  while (true) {
    const std::uint8_t tag = CORDON_TRY(reader.u8());
    if (tag == user_data_tag) return reader.offset();
    if (tag != 0x06 && tag != 0x02) return fail(ErrorCode::malformed, "user information", reader.offset());
    const std::size_t length = CORDON_TRY(reader.u8());
    CORDON_TRY_VOID(reader.skip(length));
  }
}

bool carries_user(SessionKind kind) {
  return kind == SessionKind::request || kind == SessionKind::accept;
}

Result<void> read_user(ByteReader& in, Association& out) {
  const ByteView parameters = CORDON_TRY(in.take(session_parameters));
  if (CORDON_TRY(in.u8()) != presentation_octet) return fail(ErrorCode::malformed, "presentation header", in.offset());
  const std::size_t length = CORDON_TRY(read_length(in));
  if (length != in.left()) return fail(ErrorCode::malformed, "presentation length", in.offset());
  const ByteView presentation = in.rest();
  const std::size_t at = CORDON_TRY(user_data_at(presentation));
  ByteReader user(presentation);
  CORDON_TRY_VOID(user.seek(at));
  const std::size_t user_bytes = CORDON_TRY(read_asn_length(user));
  const ByteView info = CORDON_TRY(user.take(user_bytes));
  out.user = CORDON_TRY(wire::from_bytes<UserInfo>(info));
  out.before.assign(parameters.begin(), parameters.end());
  out.before.insert(out.before.end(), presentation.begin(), presentation.begin() + static_cast<std::ptrdiff_t>(at));
  out.after.assign(user.rest().begin(), user.rest().end());
  return {};
}

Bytes print_user(const Association& in) {
  const Bytes user = wire::to_bytes(*in.user);
  ByteWriter inner;
  const ByteView before(in.before);
  inner.bytes(before.subspan(session_parameters));
  write_asn_length(inner, user.size());
  inner.bytes(user);
  inner.bytes(in.after);
  ByteWriter out;
  out.bytes(before.first(session_parameters));
  out.u8(presentation_octet);
  write_length(out, inner.size());
  out.bytes(inner.view());
  return out.release();
}

// The guide, "Association Control Protocol Examples". Session parameters, then the presentation header up to the user
// data's tag.
constexpr std::string_view session_options = "0508130100160102800014020002";
constexpr std::string_view request_header =
    "3180a0808001010000a280a003000001a4803080020101060452010001308006025101000000003080020102060c2a8648ce14020100000001"
    "013080060c2a"
    "8648ce140201000000020100000000000061803080020101a0806080a180060c2a8648ce14020100000003010000be802880060c2a8648ce14"
    "020100000001"
    "0102010281";
constexpr std::string_view accept_header =
    "3180a0808001010000a280a003000001a58030808001008102510100003080800100810c2a8648ce1402010000000201000000006180308002"
    "0101a0806180"
    "a180060c2a8648ce14020100000003010000a203020100a305a103020100be80288002010281";
constexpr std::string_view release_request_body = "c11661803080020101a08062808001000000000000000000";
constexpr std::string_view release_reply_body = "c11661803080020101a08063808001000000000000000000";
constexpr std::string_view abort_body =
    "110103c129a080a0803080020101060251010000000061803080020101a08064808001010000000000000000";
constexpr std::string_view refuse_body = "0000";
constexpr std::size_t trailer_bytes = 16;

std::string_view header_of(SessionKind kind) {
  switch (kind) {
    case SessionKind::request:
      return request_header;
    case SessionKind::accept:
      return accept_header;
    case SessionKind::release_request:
      return release_request_body;
    case SessionKind::release_reply:
      return release_reply_body;
    case SessionKind::abort:
      return abort_body;
    case SessionKind::refuse:
      return refuse_body;
  }
  return {};
}

}  // namespace

bool is_session(ByteView datagram) {
  constexpr std::array<std::uint8_t, 6> kinds{0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x19};
  return !datagram.empty() && std::find(kinds.begin(), kinds.end(), datagram[0]) != kinds.end();
}

Result<Association> parse_association(ByteView datagram) {
  if (datagram.size() > association_bytes_max) return fail(ErrorCode::limit, "association", association_bytes_max);
  if (!is_session(datagram)) return fail(ErrorCode::unsupported, "association");
  ByteReader in(datagram);
  Association out;
  out.kind = static_cast<SessionKind>(CORDON_TRY(in.u8()));
  const std::size_t length = CORDON_TRY(read_length(in));
  if (length > in.left()) return fail(ErrorCode::truncated, "session length", in.offset());
  if (length != in.left()) return fail(ErrorCode::malformed, "session length", in.offset());
  if (carries_user(out.kind)) {
    CORDON_TRY_VOID(read_user(in, out));
  } else {
    out.before.assign(in.rest().begin(), in.rest().end());
  }
  return out;
}

Result<Bytes> print_association(const Association& association) {
  const bool user = carries_user(association.kind);
  if (user && (!association.user || association.before.size() < session_parameters)) {
    return fail(ErrorCode::malformed, "association without user data");
  }
  const Bytes body = user ? print_user(association) : association.before;
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(association.kind));
  write_length(out, body.size());
  out.bytes(body);
  if (out.size() > association_bytes_max) return fail(ErrorCode::limit, "association", association_bytes_max);
  return out.release();
}

Association standard(SessionKind kind, UserInfo user) {
  if (!carries_user(kind)) return {kind, octets(header_of(kind)), std::nullopt, {}};
  Bytes before = octets(session_options);
  const Bytes header = octets(header_of(kind));
  before.insert(before.end(), header.begin(), header.end());
  return {kind, std::move(before), std::move(user), Bytes(trailer_bytes, 0)};
}

UserInfo user_info(std::uint32_t system_type, const Wish& wish) {
  PollProfile profile;
  profile.revision = code::poll_profile_revision;
  profile.min_poll_period = wish.min_poll_period;
  profile.receive_bytes_max = profile.send_bytes_max = wish.bytes_max;
  profile.bandwidth_max = 0xFFFFFFFF;
  profile.options = code::poll_dynamic_objects;
  if (wish.extensions != 0) profile.packages = {attribute(code::poll_profile_ext, PollProfileExt{wish.extensions, {}})};
  return {code::protocol_version,
          code::nomenclature_version,
          0,
          system_type,
          code::start_cold,
          {},
          {attribute(code::poll_profile, profile)}};
}

Result<Wish> granted(const UserInfo& info) {
  const PollProfile profile = CORDON_TRY(read_from<PollProfile>(info.profiles, code::poll_profile));
  const auto extended = read_from<PollProfileExt>(profile.packages, code::poll_profile_ext);
  return Wish{profile.min_poll_period, profile.send_bytes_max, extended ? extended->options : 0};
}

unsigned timeout_seconds(Ticks min_poll_period) {
  constexpr Ticks short_period = ticks_per_second * 33 / 10;
  constexpr Ticks long_period = ticks_per_second * 43;
  if (min_poll_period <= short_period) return 10;
  if (min_poll_period > long_period) return 130;
  return 3 * min_poll_period / ticks_per_second;
}

}  // namespace cordon::intellivue
