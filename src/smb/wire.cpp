// SPDX-License-Identifier: Apache-2.0
#include "smb/wire.h"

#include <algorithm>

namespace cordon::smb::wire {

Result<ByteView> slice(ByteView message, std::size_t offset, std::size_t length) {
  if (length == 0) return ByteView{};
  if (offset > message.size() || length > message.size() - offset)
    return fail(ErrorCode::truncated, "SMB2 buffer", offset);
  return message.subspan(offset, length);
}

Result<ByteReader> read_fixed(ByteView message, std::uint16_t structure_size) {
  ByteReader r(message);
  CORDON_TRY_VOID(r.skip(header_bytes));
  if (CORDON_TRY(r.u16le()) != structure_size) return fail(ErrorCode::malformed, "SMB2 StructureSize", header_bytes);
  return r;
}

Result<FileId> read_file_id(ByteReader& r) {
  FileId f;
  f.persistent_part = CORDON_TRY(r.u64le());
  f.volatile_part = CORDON_TRY(r.u64le());
  return f;
}

Result<OplockBreak> read_oplock_break(ByteView message) {
  constexpr std::uint16_t oplock_size = 24, lease_notification_size = 44, lease_acknowledgment_size = 36;
  OplockBreak body;
  ByteReader r(message);
  CORDON_TRY_VOID(r.skip(header_bytes));
  const std::uint16_t size = CORDON_TRY(r.u16le());
  if (size == oplock_size) {
    body.level = CORDON_TRY(r.u8());
    CORDON_TRY_VOID(r.skip(1 + 4));
    body.file = CORDON_TRY(read_file_id(r));
    return body;
  }
  if (size != lease_notification_size && size != lease_acknowledgment_size)
    return fail(ErrorCode::malformed, "OPLOCK_BREAK StructureSize", header_bytes);
  body.lease = true;
  CORDON_TRY_VOID(r.skip(2 + 4));
  std::ranges::copy(CORDON_TRY(r.take(16)), body.lease_key.begin());
  body.level = CORDON_TRY(r.u32le());
  if (size == lease_notification_size) body.level = CORDON_TRY(r.u32le());  // behind CurrentLeaseState
  return body;
}

Result<void> read_negotiate_contexts(ByteView message, std::size_t offset, std::size_t count,
                                     std::vector<std::uint16_t>& ciphers, std::vector<std::uint16_t>& compressions) {
  constexpr std::uint16_t type_encryption = 2, type_compression = 3;
  ByteReader r(message);
  CORDON_TRY_VOID(r.seek(offset));
  for (std::size_t i = 0; i < std::min(count, negotiate_contexts_max); ++i) {
    const std::uint16_t type = CORDON_TRY(r.u16le());
    const std::uint16_t length = CORDON_TRY(r.u16le());
    CORDON_TRY_VOID(r.skip(4));
    ByteReader data(CORDON_TRY(r.take(length)));
    if (type == type_encryption || type == type_compression) {
      const std::uint16_t entries = CORDON_TRY(data.u16le());
      if (type == type_compression) CORDON_TRY_VOID(data.skip(2 + 4));
      auto& list = type == type_encryption ? ciphers : compressions;
      for (std::size_t k = 0; k < entries && list.size() < ciphers_max; ++k) list.push_back(CORDON_TRY(data.u16le()));
    }
    // The next context is 8-byte aligned from the start of the message; the last one is not padded.
    const std::size_t pad = (8 - r.offset() % 8) % 8;
    if (i + 1 < count) CORDON_TRY_VOID(r.skip(pad));
  }
  return {};
}

}  // namespace cordon::smb::wire
