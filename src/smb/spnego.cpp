// SPDX-License-Identifier: Apache-2.0
#include "smb/spnego.h"

#include <algorithm>
#include <array>

namespace cordon::smb {

namespace {

constexpr std::array<std::uint8_t, 6> oid_spnego{0x2B, 6, 1, 5, 5, 2};  // 1.3.6.1.5.5.2
constexpr std::array<std::uint8_t, 9> oid_kerberos{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                   0x12, 1,    2,    2};  // 1.2.840.113554.1.2.2
constexpr std::array<std::uint8_t, 9> oid_ms_kerberos{0x2A, 0x86, 0x48, 0x82, 0xF7,
                                                      0x12, 1,    2,    2};                  // 1.2.840.48018.1.2.2
constexpr std::array<std::uint8_t, 10> oid_ntlmssp{0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10};  // 1.3.6.1.4.1.311.2.2.10
constexpr std::array<std::uint8_t, 8> ntlmssp_signature{'N', 'T', 'L', 'M', 'S', 'S', 'P', 0};

constexpr std::uint8_t tag_oid = 0x06;
constexpr std::uint8_t tag_octets = 0x04;
constexpr std::uint8_t tag_sequence = 0x30;
constexpr std::uint8_t tag_application = 0x60;
constexpr std::uint8_t tag_context = 0xA0;

struct Element {
  std::uint8_t tag = 0;
  ByteView value;
};

/// read_element reads one DER tag, length and value. Lengths of up to four bytes; SMB's blobs end at 64 KiB anyway.
Result<Element> read_element(ByteReader& r) {
  Element e;
  e.tag = CORDON_TRY(r.u8());
  const std::uint8_t first = CORDON_TRY(r.u8());
  std::size_t length = first;
  if (first >= 0x80) {
    const unsigned count = first & 0x7FU;
    if (count == 0 || count > 4) return fail(ErrorCode::malformed, "DER length", r.offset());
    length = 0;
    for (unsigned i = 0; i < count; ++i) length = (length << 8U) | CORDON_TRY(r.u8());
  }
  e.value = CORDON_TRY(r.take(length));
  return e;
}

Mechanism mechanism_of(ByteView oid) {
  if (std::ranges::equal(oid, oid_kerberos) || std::ranges::equal(oid, oid_ms_kerberos)) return Mechanism::kerberos;
  if (std::ranges::equal(oid, oid_ntlmssp)) return Mechanism::ntlmssp;
  return Mechanism::other;
}

bool starts_with_ntlmssp(ByteView token) {
  return token.size() >= ntlmssp_signature.size() && std::ranges::equal(token.first(8), ntlmssp_signature);
}

/// read_fields walks the SEQUENCE of NegTokenInit or NegTokenResp; they use tags 0 to 3 differently.
Result<SpnegoView> read_fields(ByteView body, bool init) {
  SpnegoView out;
  ByteReader outer(body);
  const Element sequence = CORDON_TRY(read_element(outer));
  if (sequence.tag != tag_sequence) return fail(ErrorCode::malformed, "SPNEGO sequence", 0);
  ByteReader fields(sequence.value);
  while (fields.left() > 0) {
    const Element field = CORDON_TRY(read_element(fields));
    ByteReader inner(field.value);
    if (init && field.tag == tag_context) {  // mechTypes [0] SEQUENCE OF OBJECT IDENTIFIER
      const Element list = CORDON_TRY(read_element(inner));
      ByteReader first(list.value);
      const Element oid = CORDON_TRY(read_element(first));
      if (oid.tag == tag_oid) out.mechanism = mechanism_of(oid.value);
    } else if (!init && field.tag == tag_context + 1) {  // supportedMech [1] OBJECT IDENTIFIER
      const Element oid = CORDON_TRY(read_element(inner));
      if (oid.tag == tag_oid) out.mechanism = mechanism_of(oid.value);
    } else if (field.tag == tag_context + 2) {  // mechToken [2], responseToken [2] OCTET STRING
      const Element octets = CORDON_TRY(read_element(inner));
      if (octets.tag == tag_octets) out.token = octets.value;
    }
  }
  if (starts_with_ntlmssp(out.token)) out.mechanism = Mechanism::ntlmssp;
  return out;
}

}  // namespace

Result<SpnegoView> parse_spnego(ByteView blob) {
  if (blob.empty()) return SpnegoView{};
  if (starts_with_ntlmssp(blob)) return SpnegoView{Mechanism::ntlmssp, blob};
  ByteReader r(blob);
  const Element top = CORDON_TRY(read_element(r));
  if (top.tag == tag_context + 1) return read_fields(top.value, false);
  if (top.tag != tag_application) return fail(ErrorCode::malformed, "SPNEGO tag", 0);
  ByteReader body(top.value);
  const Element oid = CORDON_TRY(read_element(body));
  if (oid.tag != tag_oid) return fail(ErrorCode::malformed, "GSS-API mechanism", 2);
  if (!std::ranges::equal(oid.value, oid_spnego)) return SpnegoView{mechanism_of(oid.value), body.rest()};
  const Element choice = CORDON_TRY(read_element(body));
  if (choice.tag == tag_context) return read_fields(choice.value, true);
  if (choice.tag == tag_context + 1) return read_fields(choice.value, false);
  return fail(ErrorCode::malformed, "SPNEGO choice", body.offset());
}

}  // namespace cordon::smb
