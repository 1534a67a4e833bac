// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "smb/commands.h"
#include "smb/ntlmssp.h"
#include "smb/spnego.h"
#include "smb/wire.h"

namespace cordon::smb {

namespace {

using wire::read_file_id;
using wire::read_fixed;
using wire::slice;

Result<Response> negotiate_response(ByteView message) {
  NegotiateResponse body;
  ByteReader r = CORDON_TRY(read_fixed(message, 65));
  body.security_mode = CORDON_TRY(r.u16le());
  body.signing_required = (body.security_mode & 2U) != 0;
  body.dialect = CORDON_TRY(r.u16le());
  const std::uint16_t context_count = CORDON_TRY(r.u16le());
  std::ranges::copy(CORDON_TRY(r.take(16)), body.server_guid.begin());
  body.capabilities = CORDON_TRY(r.u32le());
  body.max_transact_bytes = CORDON_TRY(r.u32le());
  body.max_read_bytes = CORDON_TRY(r.u32le());
  body.max_write_bytes = CORDON_TRY(r.u32le());
  CORDON_TRY_VOID(r.skip(8 + 8 + 2 + 2));  // SystemTime, ServerStartTime, SecurityBuffer
  const std::uint32_t context_offset = CORDON_TRY(r.u32le());
  if (body.dialect == 0x0311)
    CORDON_TRY_VOID(
        wire::read_negotiate_contexts(message, context_offset, context_count, body.ciphers, body.compressions));
  return Response{std::move(body)};
}

Result<Response> session_setup_response(ByteView message) {
  SessionSetupResponse body;
  ByteReader r = CORDON_TRY(read_fixed(message, 9));
  body.session_flags = CORDON_TRY(r.u16le());
  const std::uint16_t offset = CORDON_TRY(r.u16le());
  const std::uint16_t length = CORDON_TRY(r.u16le());
  const auto spnego = parse_spnego(CORDON_TRY(slice(message, offset, length)));
  body.mechanism = spnego ? spnego->mechanism : Mechanism::other;
  if (spnego && spnego->mechanism == Mechanism::ntlmssp && !spnego->token.empty()) {
    const auto ntlm = parse_ntlmssp(spnego->token);
    if (ntlm) body.ntlm_target = ntlm->target;
  }
  return Response{std::move(body)};
}

Result<Response> tree_connect_response(ByteView message) {
  TreeConnectResponse body;
  ByteReader r = CORDON_TRY(read_fixed(message, 16));
  const std::uint8_t type = CORDON_TRY(r.u8());
  body.share_type = type <= 3 ? static_cast<ShareType>(type) : ShareType::unknown;
  CORDON_TRY_VOID(r.skip(1));
  body.share_flags = CORDON_TRY(r.u32le());
  body.capabilities = CORDON_TRY(r.u32le());
  body.maximal_access = CORDON_TRY(r.u32le());
  return Response{body};
}

Result<Response> create_response(ByteView message) {
  CreateResponse body;
  ByteReader r = CORDON_TRY(read_fixed(message, 89));
  body.oplock_level = CORDON_TRY(r.u8());
  CORDON_TRY_VOID(r.skip(1));
  body.action = static_cast<CreateAction>(CORDON_TRY(r.u32le()));
  body.created = CORDON_TRY(r.u64le());
  body.accessed = CORDON_TRY(r.u64le());
  body.written = CORDON_TRY(r.u64le());
  body.changed = CORDON_TRY(r.u64le());
  body.allocation_bytes = CORDON_TRY(r.u64le());
  body.end_of_file = CORDON_TRY(r.u64le());
  body.attributes = CORDON_TRY(r.u32le());
  CORDON_TRY_VOID(r.skip(4));
  body.file = CORDON_TRY(read_file_id(r));
  return Response{body};
}

Result<Response> close_response(ByteView message) {
  CloseResponse body;
  ByteReader r = CORDON_TRY(read_fixed(message, 60));
  body.has_attributes = (CORDON_TRY(r.u16le()) & 1U) != 0;
  CORDON_TRY_VOID(r.skip(4));
  body.created = CORDON_TRY(r.u64le());
  body.accessed = CORDON_TRY(r.u64le());
  body.written = CORDON_TRY(r.u64le());
  body.changed = CORDON_TRY(r.u64le());
  body.allocation_bytes = CORDON_TRY(r.u64le());
  body.end_of_file = CORDON_TRY(r.u64le());
  body.attributes = CORDON_TRY(r.u32le());
  return Response{body};
}

Result<Response> ioctl_response(ByteView message) {
  IoctlResponse body;
  ByteReader r = CORDON_TRY(read_fixed(message, 49));
  CORDON_TRY_VOID(r.skip(2));
  body.code = CORDON_TRY(r.u32le());
  CORDON_TRY_VOID(r.skip(16 + 4 + 4));
  const std::uint32_t offset = CORDON_TRY(r.u32le());
  body.output_bytes = CORDON_TRY(r.u32le());
  if (body.code == fsctl_request_resume_key) {  // [MS-SMB2] 2.2.32.3
    ByteReader out(CORDON_TRY(slice(message, offset, body.output_bytes)));
    std::ranges::copy(CORDON_TRY(out.take(24)), body.resume_key.begin());
  } else if (body.code == fsctl_copychunk || body.code == fsctl_copychunk_write) {  // [MS-SMB2] 2.2.32.1
    ByteReader out(CORDON_TRY(slice(message, offset, body.output_bytes)));
    CORDON_TRY_VOID(out.skip(8));
    body.copied_bytes = CORDON_TRY(out.u32le());
  }
  return Response{body};
}

/// output_length reads the length of the buffer that QUERY_DIRECTORY and QUERY_INFO give. Source:
/// [MS-SMB2] 2.2.34, 2.2.38.
Result<std::uint32_t> output_length(ByteView message) {
  ByteReader r = CORDON_TRY(read_fixed(message, 9));
  CORDON_TRY_VOID(r.skip(2));
  return r.u32le();
}

}  // namespace

Result<Response> parse_response(const Header& header, ByteView message) {
  const bool error_body = status_failed(header.status) && header.status != status_more_processing;
  if (error_body || header.status == status_pending) return Response{};
  switch (header.command) {
    case Command::negotiate:
      return negotiate_response(message);
    case Command::session_setup:
      return session_setup_response(message);
    case Command::tree_connect:
      return tree_connect_response(message);
    case Command::create:
      return create_response(message);
    case Command::close:
      return close_response(message);
    case Command::read: {
      ByteReader r = CORDON_TRY(read_fixed(message, 17));
      CORDON_TRY_VOID(r.skip(2));
      return Response{ReadResponse{CORDON_TRY(r.u32le())}};
    }
    case Command::write: {
      ByteReader r = CORDON_TRY(read_fixed(message, 17));
      CORDON_TRY_VOID(r.skip(2));
      return Response{WriteResponse{CORDON_TRY(r.u32le())}};
    }
    case Command::ioctl:
      return ioctl_response(message);
    case Command::query_directory:
      return Response{QueryDirectoryResponse{CORDON_TRY(output_length(message))}};
    case Command::query_info:
      return Response{QueryInfoResponse{CORDON_TRY(output_length(message))}};
    case Command::oplock_break:
      return Response{CORDON_TRY(wire::read_oplock_break(message))};
    case Command::logoff:
    case Command::tree_disconnect:
    case Command::flush:
    case Command::lock:
    case Command::cancel:
    case Command::echo:
    case Command::change_notify:
    case Command::set_info:
      return Response{Plain{}};
  }
  return Response{};
}

}  // namespace cordon::smb
