// SPDX-License-Identifier: Apache-2.0
#include "smb/ntlmssp.h"

#include <algorithm>

namespace cordon::smb {

namespace {

constexpr std::uint32_t flag_unicode = 0x00000001;  // [MS-NLMP] 2.2.2.5
constexpr std::uint32_t flag_anonymous = 0x00000800;

std::string utf8_from_latin1(ByteView in) {
  std::string out;
  for (const std::uint8_t c : in) {
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back(static_cast<char>(static_cast<std::uint8_t>(0xC0U | (c >> 6U))));
      out.push_back(static_cast<char>(static_cast<std::uint8_t>(0x80U | (c & 0x3FU))));
    }
  }
  return out;
}

/// Field is Len, MaxLen and BufferOffset, which all messages use. Source: [MS-NLMP] 2.2.1.
struct Field {
  std::uint16_t length = 0;
  std::uint32_t offset = 0;
};

Result<Field> read_field(ByteReader& r) {
  Field f;
  f.length = CORDON_TRY(r.u16le());
  CORDON_TRY_VOID(r.skip(2));
  f.offset = CORDON_TRY(r.u32le());
  return f;
}

std::string text_of(ByteView in, Field f, bool unicode) {
  if (f.offset > in.size() || f.length > in.size() - f.offset) return {};
  const ByteView bytes = in.subspan(f.offset, std::min<std::size_t>(f.length, ntlm_text_bytes_max));
  return unicode ? utf8_from_utf16le(bytes) : utf8_from_latin1(bytes);
}

}  // namespace

Result<Ntlmssp> parse_ntlmssp(ByteView in) {
  using namespace std::string_view_literals;
  ByteReader r(in);
  const ByteView signature = CORDON_TRY(r.take(8));
  if (!std::ranges::equal(signature, as_bytes("NTLMSSP\0"sv)))
    return fail(ErrorCode::malformed, "NTLMSSP signature", 0);
  const std::uint32_t type = CORDON_TRY(r.u32le());
  Ntlmssp m;
  m.type = static_cast<NtlmMessage>(type);
  switch (m.type) {
    case NtlmMessage::negotiate: {
      m.flags = CORDON_TRY(r.u32le());
      // Domain and workstation are optional at the end, and always OEM: no charset is agreed yet.
      if (r.left() >= 16) {
        const Field domain = CORDON_TRY(read_field(r));
        const Field workstation = CORDON_TRY(read_field(r));
        m.domain = text_of(in, domain, false);
        m.workstation = text_of(in, workstation, false);
      }
      return m;
    }
    case NtlmMessage::challenge: {
      const Field target = CORDON_TRY(read_field(r));
      m.flags = CORDON_TRY(r.u32le());
      m.target = text_of(in, target, (m.flags & flag_unicode) != 0);
      return m;
    }
    case NtlmMessage::authenticate: {
      CORDON_TRY_VOID(r.skip(8));  // LmChallengeResponse
      const Field nt_response = CORDON_TRY(read_field(r));
      const Field domain = CORDON_TRY(read_field(r));
      const Field user = CORDON_TRY(read_field(r));
      const Field workstation = CORDON_TRY(read_field(r));
      // Old clients end here, without session key and flags, and write OEM.
      if (r.left() >= 12) {
        CORDON_TRY_VOID(r.skip(8));
        m.flags = CORDON_TRY(r.u32le());
      }
      const bool unicode = (m.flags & flag_unicode) != 0;
      m.domain = text_of(in, domain, unicode);
      m.user = text_of(in, user, unicode);
      m.workstation = text_of(in, workstation, unicode);
      // [MS-NLMP] 3.2.5.1.2: anonymous is an empty user and an empty NT response.
      m.anonymous = (m.flags & flag_anonymous) != 0 || (user.length == 0 && nt_response.length == 0);
      return m;
    }
  }
  return fail(ErrorCode::malformed, "NTLMSSP MessageType", 8);
}

}  // namespace cordon::smb
