// SPDX-License-Identifier: Apache-2.0
// What requests.cpp and responses.cpp share: slices of a message and structures that stand in both. Not for other
// folders.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "smb/commands.h"
#include "smb/header.h"

namespace cordon::smb::wire {

/// slice is `length` bytes at `offset` of a message; empty when length is 0, whatever the offset says.
Result<ByteView> slice(ByteView message, std::size_t offset, std::size_t length);

/// read_fixed stands behind the StructureSize of a body, which must be `structure_size`.
Result<ByteReader> read_fixed(ByteView message, std::uint16_t structure_size);

Result<FileId> read_file_id(ByteReader& r);

/// read_oplock_break reads notification, acknowledgment and response alike. Source: [MS-SMB2] 2.2.23 to 2.2.25.
Result<OplockBreak> read_oplock_break(ByteView message);

/// read_negotiate_contexts keeps ciphers and compression algorithms, in their order. Source:
/// [MS-SMB2] 2.2.3.1, 2.2.4.1.
Result<void> read_negotiate_contexts(ByteView message, std::size_t offset, std::size_t count,
                                     std::vector<std::uint16_t>& ciphers, std::vector<std::uint16_t>& compressions);

}  // namespace cordon::smb::wire
