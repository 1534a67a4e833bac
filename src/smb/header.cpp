// SPDX-License-Identifier: Apache-2.0
#include "smb/header.h"

namespace cordon::smb {

Result<Header> parse_header(ByteView in) {
  ByteReader r(in);
  if (in.size() < header_bytes) return fail(ErrorCode::truncated, "SMB2 header", in.size());
  if (protocol_of(in) != Protocol::smb2) return fail(ErrorCode::malformed, "SMB2 ProtocolId", 0);
  CORDON_TRY_VOID(r.skip(4));
  if (CORDON_TRY(r.u16le()) != header_bytes) return fail(ErrorCode::malformed, "SMB2 StructureSize", 4);
  Header h;
  h.credit_charge = CORDON_TRY(r.u16le());
  h.status = CORDON_TRY(r.u32le());
  h.command = static_cast<Command>(CORDON_TRY(r.u16le()));
  h.credits = CORDON_TRY(r.u16le());
  h.flags = CORDON_TRY(r.u32le());
  h.next_command = CORDON_TRY(r.u32le());
  h.message_id = CORDON_TRY(r.u64le());
  if (h.async()) {
    h.async_id = CORDON_TRY(r.u64le());
  } else {
    CORDON_TRY_VOID(r.skip(4));
    h.tree_id = CORDON_TRY(r.u32le());
  }
  h.session_id = CORDON_TRY(r.u64le());
  return h;
}

Protocol protocol_of(ByteView in) {
  if (in.size() < 4 || in[1] != 'S' || in[2] != 'M' || in[3] != 'B') return Protocol::unknown;
  if (in[0] == 0xFE) return Protocol::smb2;
  if (in[0] == 0xFF) return Protocol::smb1;
  if (in[0] == 0xFD) return Protocol::transform;
  if (in[0] == 0xFC) return Protocol::compression;
  return Protocol::unknown;
}

bool looks_like_smb(ByteView stream_start) {
  return stream_start.size() >= 8 && stream_start[0] == 0 && protocol_of(stream_start.subspan(4)) != Protocol::unknown;
}

}  // namespace cordon::smb
