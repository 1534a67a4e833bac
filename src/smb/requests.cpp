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

/// Out collects what is beside the body: the FileId and whether a name was cut.
struct Out {
  DecodedRequest request;

  Result<void> file(ByteReader& r) {
    request.file = CORDON_TRY(read_file_id(r));
    request.has_file = true;
    return {};
  }
  std::string name(ByteView utf16) {
    if (utf16.size() > name_bytes_max) request.name_cut = true;
    return utf8_from_utf16le(utf16.first(std::min(utf16.size(), name_bytes_max)));
  }
};

Result<Request> session_setup(ByteView message) {
  SessionSetupRequest body;
  ByteReader r = CORDON_TRY(read_fixed(message, 25));
  body.binding = (CORDON_TRY(r.u8()) & 1U) != 0;
  CORDON_TRY_VOID(r.skip(1 + 4 + 4));  // SecurityMode, Capabilities, Channel
  const std::uint16_t offset = CORDON_TRY(r.u16le());
  const std::uint16_t length = CORDON_TRY(r.u16le());
  body.previous_session_id = CORDON_TRY(r.u64le());
  const ByteView blob = CORDON_TRY(slice(message, offset, length));
  // A blob that is not SPNEGO is no fault of SMB: other mechanisms exist.
  const auto spnego = parse_spnego(blob);
  body.mechanism = spnego ? spnego->mechanism : Mechanism::other;
  if (spnego && spnego->mechanism == Mechanism::ntlmssp && !spnego->token.empty()) {
    const auto ntlm = parse_ntlmssp(spnego->token);
    if (ntlm) {
      body.ntlm_message = static_cast<std::uint32_t>(ntlm->type);
      body.anonymous = ntlm->anonymous;
      body.user = ntlm->user;
      body.domain = ntlm->domain;
      body.workstation = ntlm->workstation;
    }
  }
  return Request{std::move(body)};
}

Result<Request> tree_connect(ByteView message, Out& out) {
  ByteReader r = CORDON_TRY(read_fixed(message, 9));
  CORDON_TRY_VOID(r.skip(2));
  const std::uint16_t offset = CORDON_TRY(r.u16le());
  const std::uint16_t length = CORDON_TRY(r.u16le());
  return Request{TreeConnectRequest{out.name(CORDON_TRY(slice(message, offset, length)))}};
}

Result<Request> negotiate(ByteView message) {
  NegotiateRequest body;
  ByteReader r = CORDON_TRY(read_fixed(message, 36));
  const std::uint16_t count = CORDON_TRY(r.u16le());
  body.security_mode = CORDON_TRY(r.u16le());
  CORDON_TRY_VOID(r.skip(2));
  body.capabilities = CORDON_TRY(r.u32le());
  std::ranges::copy(CORDON_TRY(r.take(16)), body.client_guid.begin());
  const std::uint32_t context_offset = CORDON_TRY(r.u32le());
  const std::uint16_t context_count = CORDON_TRY(r.u16le());
  CORDON_TRY_VOID(r.skip(2));
  for (std::size_t i = 0; i < std::min<std::size_t>(count, dialects_max); ++i)
    body.dialects.push_back(CORDON_TRY(r.u16le()));
  // The context fields are ClientStartTime before 3.1.1.
  if (std::ranges::find(body.dialects, 0x0311) != body.dialects.end())
    CORDON_TRY_VOID(
        wire::read_negotiate_contexts(message, context_offset, context_count, body.ciphers, body.compressions));
  return Request{std::move(body)};
}

std::uint32_t context_bit(ByteView tag) {
  struct Known {
    const char* tag;
    std::uint32_t bit;
  };
  static constexpr std::array<Known, 12> known{{{"ExtA", context_extended_attributes},
                                                {"SecD", context_security},
                                                {"DHnQ", context_durable},
                                                {"DH2Q", context_durable},
                                                {"DHnC", context_reconnect},
                                                {"DH2C", context_reconnect},
                                                {"AlSi", context_allocation},
                                                {"MxAc", context_maximal_access},
                                                {"TWrp", context_timewarp},
                                                {"QFid", context_disk_id},
                                                {"RqLs", context_lease},
                                                {"AAPL", context_apple}}};
  for (const Known& k : known)
    if (std::ranges::equal(tag, as_bytes(k.tag))) return k.bit;
  static constexpr std::array<std::uint8_t, 4> app_instance{0x45, 0xBC, 0xA6, 0x6A};  // first bytes of the 16-byte tag
  static constexpr std::array<std::uint8_t, 4> posix{0x93, 0xAD, 0x25, 0x50};
  if (tag.size() == 16 && std::ranges::equal(tag.first(4), app_instance)) return context_app_instance;
  if (tag.size() == 16 && std::ranges::equal(tag.first(4), posix)) return context_posix;
  return context_other;
}

/// read_create_contexts walks the chain of contexts and gives its bits. Source: [MS-SMB2] 2.2.13.2.
Result<std::uint32_t> read_create_contexts(ByteView chain) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < create_contexts_max && !chain.empty(); ++i) {
    ByteReader r(chain);
    const std::uint32_t next = CORDON_TRY(r.u32le());
    const std::uint16_t name_offset = CORDON_TRY(r.u16le());
    const std::uint16_t name_length = CORDON_TRY(r.u16le());
    bits |= context_bit(CORDON_TRY(slice(chain, name_offset, name_length)));
    if (next == 0) break;
    if (next > chain.size()) return fail(ErrorCode::malformed, "create context Next", 0);
    chain = chain.subspan(next);
  }
  return bits;
}

Result<Request> create(ByteView message, Out& out) {
  CreateRequest body;
  ByteReader r = CORDON_TRY(read_fixed(message, 57));
  CORDON_TRY_VOID(r.skip(1));
  body.oplock_level = CORDON_TRY(r.u8());
  CORDON_TRY_VOID(r.skip(4 + 8 + 8));  // ImpersonationLevel, SmbCreateFlags, Reserved
  body.desired_access = CORDON_TRY(r.u32le());
  body.attributes = CORDON_TRY(r.u32le());
  body.share_access = CORDON_TRY(r.u32le());
  body.disposition = static_cast<Disposition>(CORDON_TRY(r.u32le()));
  body.options = CORDON_TRY(r.u32le());
  const std::uint16_t name_offset = CORDON_TRY(r.u16le());
  const std::uint16_t name_length = CORDON_TRY(r.u16le());
  const std::uint32_t context_offset = CORDON_TRY(r.u32le());
  const std::uint32_t context_length = CORDON_TRY(r.u32le());
  body.name = out.name(CORDON_TRY(slice(message, name_offset, name_length)));
  // Contexts are extra: a name must not be lost to a damaged or cut chain behind it.
  if (const auto chain = slice(message, context_offset, context_length)) {
    const auto bits = read_create_contexts(*chain);
    body.contexts = bits ? *bits : context_other;
  } else {
    body.contexts = context_other;
  }
  return Request{std::move(body)};
}

Result<Request> ioctl(ByteView message, Out& out) {
  IoctlRequest body;
  ByteReader r = CORDON_TRY(read_fixed(message, 57));
  CORDON_TRY_VOID(r.skip(2));
  body.code = CORDON_TRY(r.u32le());
  CORDON_TRY_VOID(out.file(r));
  const std::uint32_t offset = CORDON_TRY(r.u32le());
  body.input_bytes = CORDON_TRY(r.u32le());
  if (body.code == fsctl_copychunk || body.code == fsctl_copychunk_write) {  // [MS-SMB2] 2.2.31.1
    ByteReader in(CORDON_TRY(slice(message, offset, body.input_bytes)));
    std::ranges::copy(CORDON_TRY(in.take(24)), body.source_key.begin());
    const std::uint32_t count = CORDON_TRY(in.u32le());
    CORDON_TRY_VOID(in.skip(4));
    for (std::size_t i = 0; i < std::min<std::size_t>(count, copy_ranges_max); ++i) {
      CopyRange range;
      range.source_offset = CORDON_TRY(in.u64le());
      range.target_offset = CORDON_TRY(in.u64le());
      range.bytes = CORDON_TRY(in.u32le());
      CORDON_TRY_VOID(in.skip(4));
      body.ranges.push_back(range);
    }
  } else if (body.code == fsctl_duplicate_extents ||
             body.code == fsctl_duplicate_extents_ex) {  // [MS-FSCC] 2.3.8, 2.3.10
    ByteReader in(CORDON_TRY(slice(message, offset, body.input_bytes)));
    if (body.code == fsctl_duplicate_extents_ex) CORDON_TRY_VOID(in.skip(8));
    body.source_file = CORDON_TRY(read_file_id(in));
    CopyRange range;
    range.source_offset = CORDON_TRY(in.u64le());
    range.target_offset = CORDON_TRY(in.u64le());
    range.bytes = CORDON_TRY(in.u64le());
    body.ranges.push_back(range);
  }
  return Request{std::move(body)};
}

Result<Request> query_directory(ByteView message, Out& out) {
  QueryDirectoryRequest body;
  ByteReader r = CORDON_TRY(read_fixed(message, 33));
  body.info_class = CORDON_TRY(r.u8());
  body.flags = CORDON_TRY(r.u8());
  CORDON_TRY_VOID(r.skip(4));
  CORDON_TRY_VOID(out.file(r));
  const std::uint16_t offset = CORDON_TRY(r.u16le());
  const std::uint16_t length = CORDON_TRY(r.u16le());
  body.pattern = out.name(CORDON_TRY(slice(message, offset, length)));
  return Request{std::move(body)};
}

/// NewName is FileRenameInformation and FileLinkInformation as SMB2 carries them, and their Ex forms.
/// Source: [MS-FSCC] 2.4.28.2, 2.4.42.2, 2.4.43.
struct NewName {
  std::string name;
  bool replace = false;
};
Result<NewName> read_new_name(ByteView buffer, Out& out) {
  NewName n;
  ByteReader r(buffer);
  n.replace = (CORDON_TRY(r.u8()) & 1U) != 0;  // ReplaceIfExists, or bit 0 of the Ex flags
  CORDON_TRY_VOID(r.skip(7 + 8));              // Reserved, RootDirectory
  const std::uint32_t length = CORDON_TRY(r.u32le());
  n.name = out.name(CORDON_TRY(r.take(length)));
  return n;
}

Result<Change> read_change(std::uint8_t info_class, ByteView buffer, Out& out) {
  ByteReader r(buffer);
  switch (info_class) {
    case 0x04: {  // FileBasicInformation, [MS-FSCC] 2.4.7
      SetBasic c;
      c.created = CORDON_TRY(r.u64le());
      c.accessed = CORDON_TRY(r.u64le());
      c.written = CORDON_TRY(r.u64le());
      c.changed = CORDON_TRY(r.u64le());
      c.attributes = CORDON_TRY(r.u32le());
      return Change{c};
    }
    case 0x0A:
    case 0x41: {
      NewName n = CORDON_TRY(read_new_name(buffer, out));
      return Change{Rename{std::move(n.name), n.replace}};
    }
    case 0x0B:
    case 0x48: {
      NewName n = CORDON_TRY(read_new_name(buffer, out));
      return Change{Link{std::move(n.name), n.replace}};
    }
    case 0x0D:
    case 0x40:  // FileDispositionInformation(Ex), [MS-FSCC] 2.4.11, 2.4.12: the flag is bit 0 in both
      return Change{SetDisposition{(CORDON_TRY(r.u8()) & 1U) != 0}};
    case 0x13:
      return Change{SetAllocation{CORDON_TRY(r.u64le())}};
    case 0x14:
      return Change{SetEndOfFile{CORDON_TRY(r.u64le())}};
    default:
      return Change{};
  }
}

Result<Request> set_info(ByteView message, Out& out) {
  SetInfoRequest body;
  ByteReader r = CORDON_TRY(read_fixed(message, 33));
  body.info_type = CORDON_TRY(r.u8());
  body.info_class = CORDON_TRY(r.u8());
  const std::uint32_t length = CORDON_TRY(r.u32le());
  const std::uint16_t offset = CORDON_TRY(r.u16le());
  CORDON_TRY_VOID(r.skip(2 + 4));
  CORDON_TRY_VOID(out.file(r));
  constexpr std::uint8_t info_file = 1;
  if (body.info_type == info_file) {
    const ByteView buffer = CORDON_TRY(slice(message, offset, length));
    body.change = CORDON_TRY(read_change(body.info_class, buffer, out));
  }
  return Request{std::move(body)};
}

Result<Request> oplock_break(ByteView message, Out& out) {
  OplockBreak body = CORDON_TRY(wire::read_oplock_break(message));
  if (!body.lease) {
    out.request.file = body.file;
    out.request.has_file = true;
  }
  return Request{body};
}

Result<Request> read_body(const Header& header, ByteView message, Out& out) {
  switch (header.command) {
    case Command::negotiate:
      return negotiate(message);
    case Command::session_setup:
      return session_setup(message);
    case Command::tree_connect:
      return tree_connect(message, out);
    case Command::create:
      return create(message, out);
    case Command::close: {
      ByteReader r = CORDON_TRY(read_fixed(message, 24));
      const bool wants = (CORDON_TRY(r.u16le()) & 1U) != 0;
      CORDON_TRY_VOID(r.skip(4));
      CORDON_TRY_VOID(out.file(r));
      return Request{CloseRequest{wants}};
    }
    case Command::flush: {
      ByteReader r = CORDON_TRY(read_fixed(message, 24));
      CORDON_TRY_VOID(r.skip(6));
      CORDON_TRY_VOID(out.file(r));
      return Request{Plain{}};
    }
    case Command::read: {
      ReadRequest body;
      ByteReader r = CORDON_TRY(read_fixed(message, 49));
      CORDON_TRY_VOID(r.skip(2));
      body.length = CORDON_TRY(r.u32le());
      body.offset = CORDON_TRY(r.u64le());
      CORDON_TRY_VOID(out.file(r));
      return Request{body};
    }
    case Command::write: {
      WriteRequest body;
      ByteReader r = CORDON_TRY(read_fixed(message, 49));
      CORDON_TRY_VOID(r.skip(2));
      body.length = CORDON_TRY(r.u32le());
      body.offset = CORDON_TRY(r.u64le());
      CORDON_TRY_VOID(out.file(r));
      return Request{body};
    }
    case Command::lock: {
      ByteReader r = CORDON_TRY(read_fixed(message, 48));
      const std::uint16_t count = CORDON_TRY(r.u16le());
      CORDON_TRY_VOID(r.skip(4));
      CORDON_TRY_VOID(out.file(r));
      return Request{LockRequest{count}};
    }
    case Command::ioctl:
      return ioctl(message, out);
    case Command::query_directory:
      return query_directory(message, out);
    case Command::change_notify: {
      ChangeNotifyRequest body;
      ByteReader r = CORDON_TRY(read_fixed(message, 32));
      body.whole_tree = (CORDON_TRY(r.u16le()) & 1U) != 0;
      CORDON_TRY_VOID(r.skip(4));
      CORDON_TRY_VOID(out.file(r));
      body.filter = CORDON_TRY(r.u32le());
      return Request{body};
    }
    case Command::query_info: {
      QueryInfoRequest body;
      ByteReader r = CORDON_TRY(read_fixed(message, 41));
      body.info_type = CORDON_TRY(r.u8());
      body.info_class = CORDON_TRY(r.u8());
      CORDON_TRY_VOID(r.skip(4 + 2 + 2 + 4 + 4 + 4));
      CORDON_TRY_VOID(out.file(r));
      return Request{body};
    }
    case Command::set_info:
      return set_info(message, out);
    case Command::oplock_break:
      return oplock_break(message, out);
    case Command::logoff:
    case Command::tree_disconnect:
    case Command::cancel:
    case Command::echo:
      return Request{Plain{}};
  }
  return Request{};
}

}  // namespace

Result<DecodedRequest> parse_request(const Header& header, ByteView message) {
  Out out;
  out.request.body = CORDON_TRY(read_body(header, message, out));
  return std::move(out.request);
}

}  // namespace cordon::smb
