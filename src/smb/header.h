// SPDX-License-Identifier: Apache-2.0
// What stands in front of every SMB message: the SMB2 header, the SMB3 transform and compression headers, and the small
// words they are made of. Bodies are in commands.h, SMB1 is in smb1.h. Source: [MS-SMB2] 2.2.1, 2.2.41, 2.2.42.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/bytes.h"
#include "base/result.h"

namespace cordon::smb {

/// Direction says who sent a piece: the end that opened the TCP connection, or the end that accepted it.
enum class Direction : std::uint8_t { client_to_server, server_to_client };

/// Command is the SMB2 command of a header. Source: [MS-SMB2] 2.2.1.2. Values above oplock_break exist on hostile
/// wires.
enum class Command : std::uint16_t {
  negotiate = 0x00,
  session_setup = 0x01,
  logoff = 0x02,
  tree_connect = 0x03,
  tree_disconnect = 0x04,
  create = 0x05,
  close = 0x06,
  flush = 0x07,
  read = 0x08,
  write = 0x09,
  lock = 0x0A,
  ioctl = 0x0B,
  cancel = 0x0C,
  echo = 0x0D,
  query_directory = 0x0E,
  change_notify = 0x0F,
  query_info = 0x10,
  set_info = 0x11,
  oplock_break = 0x12,
};
inline constexpr std::uint16_t command_last = 0x12;

/// NTSTATUS values that the decoder itself needs; names.h names many more. Source: [MS-ERREF] 2.3.1.
inline constexpr std::uint32_t status_success = 0x00000000;
inline constexpr std::uint32_t status_pending = 0x00000103;
inline constexpr std::uint32_t status_buffer_overflow = 0x80000005;
inline constexpr std::uint32_t status_more_processing = 0xC0000016;

/// status_failed is true for severity "error" (top bits 11). Warnings such as STATUS_BUFFER_OVERFLOW carry data.
constexpr bool status_failed(std::uint32_t status) {
  return (status >> 30U) == 3U;
}

/// SMB2 header flags. Source: [MS-SMB2] 2.2.1.2.
inline constexpr std::uint32_t flag_response = 0x00000001;
inline constexpr std::uint32_t flag_async = 0x00000002;
inline constexpr std::uint32_t flag_related = 0x00000004;
inline constexpr std::uint32_t flag_signed = 0x00000008;

inline constexpr std::size_t header_bytes = 64;       // [MS-SMB2] 2.2.1
inline constexpr std::size_t transform_bytes = 52;    // [MS-SMB2] 2.2.41
inline constexpr std::size_t compression_bytes = 16;  // [MS-SMB2] 2.2.42.1
inline constexpr std::uint64_t id_unset = 0xFFFFFFFFFFFFFFFFULL;
inline constexpr std::uint32_t tree_unset = 0xFFFFFFFFU;

/// FileId is the server's name for one open. All ones in a related request means "the one of the element before".
/// Source: [MS-SMB2] 2.2.14.1.
struct FileId {
  std::uint64_t persistent_part = 0;
  std::uint64_t volatile_part = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
  bool from_previous() const { return persistent_part == id_unset && volatile_part == id_unset; }
};

/// Header is one SMB2 header, sync or async. `tree_id` is tree_unset in async form, `async_id` is 0 in sync form.
struct Header {
  Command command{};
  std::uint16_t credit_charge = 0;
  std::uint16_t credits = 0;
  std::uint32_t status = 0;  // in requests: channel sequence, or zero
  std::uint32_t flags = 0;
  std::uint32_t next_command = 0;
  std::uint64_t message_id = 0;
  std::uint64_t async_id = 0;
  std::uint32_t tree_id = tree_unset;
  std::uint64_t session_id = 0;

  bool response() const { return (flags & flag_response) != 0; }
  bool async() const { return (flags & flag_async) != 0; }
  bool related() const { return (flags & flag_related) != 0; }
  bool is_signed() const { return (flags & flag_signed) != 0; }
};

/// parse_header reads one SMB2 header from the front of `in`.
/// in: at least 64 bytes starting at 0xFE 'SMB', little-endian, borrowed for the call.
/// Returns the header; `truncated` under 64 bytes, `malformed` with the offset of the wrong field.
/// Source: [MS-SMB2] 2.2.1.1, 2.2.1.2.
Result<Header> parse_header(ByteView in);

/// Protocol tells by its first four bytes what a NetBIOS message carries.
enum class Protocol : std::uint8_t { unknown, smb1, smb2, transform, compression };
/// protocol_of reads the four bytes 0xFF/0xFE/0xFD/0xFC 'SMB'; fewer bytes are `unknown`.
Protocol protocol_of(ByteView in);

/// looks_like_smb is true when the first bytes of a stream are a NetBIOS session message that carries SMB, so that SMB
/// on an odd port is found. Needs 8 bytes; fewer give false.
bool looks_like_smb(ByteView stream_start);

}  // namespace cordon::smb

template <>
struct std::hash<cordon::smb::FileId> {
  std::size_t operator()(const cordon::smb::FileId& f) const noexcept {
    return std::hash<std::uint64_t>{}(f.persistent_part * 0x9e3779b97f4a7c15ULL ^ f.volatile_part);
  }
};
