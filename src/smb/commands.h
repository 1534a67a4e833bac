// SPDX-License-Identifier: Apache-2.0
// The bodies of SMB2 requests and responses, as values, and their decoding. Only what a passive observer needs is kept;
// file content never is (it goes through Sink::data). Names are UTF-8 with the wire's backslashes. Source:
// [MS-SMB2] 2.2.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "smb/header.h"

namespace cordon::smb {

/// FileTime counts 100 ns since 1601 UTC, as the wire has it; 0 and all ones mean "leave as it is" in SET_INFO.
using FileTime = std::uint64_t;

// Bounds on what one message may make us keep.
inline constexpr std::size_t name_bytes_max = 8192;        // of UTF-16 on the wire; a longer name is cut and counted
inline constexpr std::size_t dialects_max = 64;            // Windows offers 5; the field would allow 65,535
inline constexpr std::size_t ciphers_max = 16;             // four are specified, [MS-SMB2] 2.2.3.1.2
inline constexpr std::size_t negotiate_contexts_max = 16;  // eight types are specified, [MS-SMB2] 2.2.3.1
inline constexpr std::size_t create_contexts_max = 32;     // thirteen are specified, [MS-SMB2] 2.2.13.2
inline constexpr std::size_t copy_ranges_max = 256;        // Windows' default limit of chunks, [MS-SMB2] 3.3.3

// ---- connection and session ----

/// NegotiateRequest. Source: [MS-SMB2] 2.2.3.
struct NegotiateRequest {
  std::vector<std::uint16_t> dialects;
  std::uint16_t security_mode = 0;
  std::uint32_t capabilities = 0;
  std::array<std::uint8_t, 16> client_guid{};
  std::vector<std::uint16_t> ciphers;       // SMB2_ENCRYPTION_CAPABILITIES, in order of preference
  std::vector<std::uint16_t> compressions;  // SMB2_COMPRESSION_CAPABILITIES
};
/// NegotiateResponse. Source: [MS-SMB2] 2.2.4.
struct NegotiateResponse {
  std::uint16_t dialect = 0;  // 0x0202 … 0x0311, 0x02FF after an SMB1 negotiate
  std::uint16_t security_mode = 0;
  bool signing_required = false;
  std::uint32_t capabilities = 0;
  std::array<std::uint8_t, 16> server_guid{};
  std::uint32_t max_transact_bytes = 0, max_read_bytes = 0, max_write_bytes = 0;
  std::vector<std::uint16_t> ciphers;  // the one chosen
  std::vector<std::uint16_t> compressions;
};

/// Mechanism is how a session authenticates, as far as the token shows. Source: [RFC4178], [MS-SPNG].
enum class Mechanism : std::uint8_t { none, ntlmssp, kerberos, other };

/// SessionSetupRequest. user, domain and workstation come from NTLMSSP AUTHENTICATE. Source: [MS-SMB2] 2.2.5,
/// [MS-NLMP] 2.2.1.3.
struct SessionSetupRequest {
  bool binding = false;  // joins a session of another connection (multichannel)
  std::uint64_t previous_session_id = 0;
  Mechanism mechanism = Mechanism::none;
  std::uint32_t ntlm_message = 0;  // 1 NEGOTIATE, 3 AUTHENTICATE, 0 none
  bool anonymous = false;
  std::string user, domain, workstation;
};
/// session_flags_nobody: guest or null session. The server let somebody in whose name it did not believe.
constexpr std::uint16_t session_flags_nobody = 0x0003;
/// SessionSetupResponse. Source: [MS-SMB2] 2.2.6.
struct SessionSetupResponse {
  std::uint16_t session_flags = 0;  // 1 guest, 2 null session, 4 encrypt data
  Mechanism mechanism = Mechanism::none;
  std::string ntlm_target;  // the server's name in NTLMSSP CHALLENGE
};

/// TreeConnectRequest. Source: [MS-SMB2] 2.2.9.
struct TreeConnectRequest {
  std::string path;  // \\server\share
};
enum class ShareType : std::uint8_t { unknown = 0, disk = 1, pipe = 2, print = 3 };
/// TreeConnectResponse; the TreeId is Exchange::tree_id. Source: [MS-SMB2] 2.2.10.
struct TreeConnectResponse {
  ShareType share_type = ShareType::unknown;
  std::uint32_t share_flags = 0;  // 0x8000 encrypt data
  std::uint32_t capabilities = 0;
  std::uint32_t maximal_access = 0;
};

// ---- files ----

/// Disposition of CREATE. Source: [MS-SMB2] 2.2.13.
enum class Disposition : std::uint32_t {
  supersede = 0,
  open = 1,
  create = 2,
  open_if = 3,
  overwrite = 4,
  overwrite_if = 5
};
inline constexpr std::uint32_t option_directory = 0x00000001;
inline constexpr std::uint32_t option_non_directory = 0x00000040;
inline constexpr std::uint32_t option_delete_on_close = 0x00001000;
inline constexpr std::uint32_t access_read_data = 0x00000001;
inline constexpr std::uint32_t access_write_data = 0x00000002;
inline constexpr std::uint32_t access_append_data = 0x00000004;
inline constexpr std::uint32_t access_delete = 0x00010000;
inline constexpr std::uint32_t access_maximum = 0x02000000;
inline constexpr std::uint32_t access_generic_all = 0x10000000;
inline constexpr std::uint32_t access_generic_write = 0x40000000;
inline constexpr std::uint32_t access_generic_read = 0x80000000;
inline constexpr std::uint32_t attribute_directory = 0x00000010;

/// Create contexts, one bit each. Source: [MS-SMB2] 2.2.13.2.
inline constexpr std::uint32_t context_extended_attributes = 1U << 0U;  // ExtA
inline constexpr std::uint32_t context_security = 1U << 1U;             // SecD
inline constexpr std::uint32_t context_durable = 1U << 2U;              // DHnQ, DH2Q
inline constexpr std::uint32_t context_reconnect = 1U << 3U;            // DHnC, DH2C
inline constexpr std::uint32_t context_allocation = 1U << 4U;           // AlSi
inline constexpr std::uint32_t context_maximal_access = 1U << 5U;       // MxAc
inline constexpr std::uint32_t context_timewarp = 1U << 6U;             // TWrp: a previous version is opened
inline constexpr std::uint32_t context_disk_id = 1U << 7U;              // QFid
inline constexpr std::uint32_t context_lease = 1U << 8U;                // RqLs
inline constexpr std::uint32_t context_app_instance = 1U << 9U;
inline constexpr std::uint32_t context_apple = 1U << 10U;  // AAPL
inline constexpr std::uint32_t context_posix = 1U << 11U;
inline constexpr std::uint32_t context_other = 1U << 31U;

/// CreateRequest. Source: [MS-SMB2] 2.2.13.
struct CreateRequest {
  std::string name;  // relative to the share; empty for its root
  Disposition disposition{};
  std::uint32_t options = 0;
  std::uint32_t desired_access = 0;
  std::uint32_t share_access = 0;
  std::uint32_t attributes = 0;
  std::uint8_t oplock_level = 0;
  std::uint32_t contexts = 0;  // context_… bits
  bool delete_on_close() const { return (options & option_delete_on_close) != 0; }
};
enum class CreateAction : std::uint32_t { superseded = 0, opened = 1, created = 2, overwritten = 3 };
/// CreateResponse; `file` is also Exchange::file. Source: [MS-SMB2] 2.2.14.
struct CreateResponse {
  FileId file;
  CreateAction action{};
  std::uint8_t oplock_level = 0;
  FileTime created = 0, accessed = 0, written = 0, changed = 0;
  std::uint64_t allocation_bytes = 0;
  std::uint64_t end_of_file = 0;  // size when opened (zero after an overwrite)
  std::uint32_t attributes = 0;
};

struct CloseRequest {
  bool wants_attributes = false;
};
/// CloseResponse; the sizes and times are valid only where has_attributes. Source: [MS-SMB2] 2.2.16.
struct CloseResponse {
  bool has_attributes = false;
  FileTime created = 0, accessed = 0, written = 0, changed = 0;
  std::uint64_t allocation_bytes = 0, end_of_file = 0;
  std::uint32_t attributes = 0;
};

struct ReadRequest {  // [MS-SMB2] 2.2.19
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};
struct ReadResponse {  // [MS-SMB2] 2.2.20; `length` is what the server says it returned
  std::uint32_t length = 0;
};
struct WriteRequest {  // [MS-SMB2] 2.2.21
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};
struct WriteResponse {  // [MS-SMB2] 2.2.22
  std::uint32_t count = 0;
};
struct LockRequest {  // [MS-SMB2] 2.2.26
  std::uint16_t count = 0;
};

inline constexpr std::uint32_t fsctl_dfs_referrals = 0x00060194;
inline constexpr std::uint32_t fsctl_pipe_transceive = 0x0011C017;
inline constexpr std::uint32_t fsctl_set_zero_data = 0x000980C8;
inline constexpr std::uint32_t fsctl_duplicate_extents = 0x00098344;
inline constexpr std::uint32_t fsctl_duplicate_extents_ex = 0x000983E8;
inline constexpr std::uint32_t fsctl_validate_negotiate = 0x00140204;
inline constexpr std::uint32_t fsctl_request_resume_key = 0x00140078;
inline constexpr std::uint32_t fsctl_copychunk = 0x001440F2;
inline constexpr std::uint32_t fsctl_copychunk_write = 0x001480F2;

/// CopyRange is one piece of a server-side copy: its data never crosses the wire. Source: [MS-SMB2] 2.2.31.1.1.
struct CopyRange {
  std::uint64_t source_offset = 0, target_offset = 0;
  std::uint64_t bytes = 0;
};
/// IoctlRequest. For copychunk, source_key is the resume key that FSCTL_SRV_REQUEST_RESUME_KEY gave for the source
/// open; for duplicate extents, source_file is the source's FileId; Exchange::file is the target. Source:
/// [MS-SMB2] 2.2.31, [MS-FSCC] 2.3.8.
struct IoctlRequest {
  std::uint32_t code = 0;
  std::uint32_t input_bytes = 0;
  std::array<std::uint8_t, 24> source_key{};
  FileId source_file;
  std::vector<CopyRange> ranges;
};
/// IoctlResponse; resume_key only for FSCTL_SRV_REQUEST_RESUME_KEY. Source: [MS-SMB2] 2.2.32.
struct IoctlResponse {
  std::uint32_t code = 0;
  std::uint32_t output_bytes = 0;
  std::array<std::uint8_t, 24> resume_key{};
  std::uint64_t copied_bytes = 0;  // SRV_COPYCHUNK_RESPONSE.TotalBytesWritten
};

struct QueryDirectoryRequest {  // [MS-SMB2] 2.2.33
  std::uint8_t info_class = 0;
  std::uint8_t flags = 0;
  std::string pattern;
};
struct QueryDirectoryResponse {
  std::uint32_t output_bytes = 0;
};
struct QueryInfoRequest {  // [MS-SMB2] 2.2.37
  std::uint8_t info_type = 0;
  std::uint8_t info_class = 0;
};
struct QueryInfoResponse {
  std::uint32_t output_bytes = 0;
};

/// What a SET_INFO changes. Source: [MS-FSCC] 2.4, classes in the comments.
struct Rename {  // 0x0a FileRenameInformation, 0x41 Ex
  std::string new_name;
  bool replace = false;
};
struct Link {  // 0x0b, 0x48
  std::string new_name;
  bool replace = false;
};
struct SetDisposition {  // 0x0d, 0x40 Ex
  bool delete_pending = false;
};
struct SetEndOfFile {  // 0x14
  std::uint64_t bytes = 0;
};
struct SetAllocation {  // 0x13
  std::uint64_t bytes = 0;
};
struct SetBasic {  // 0x04
  FileTime created = 0, accessed = 0, written = 0, changed = 0;
  std::uint32_t attributes = 0;
};
using Change = std::variant<std::monostate, Rename, Link, SetDisposition, SetEndOfFile, SetAllocation, SetBasic>;
/// SetInfoRequest; `change` is monostate for classes not read here. Source: [MS-SMB2] 2.2.39.
struct SetInfoRequest {
  std::uint8_t info_type = 0;  // 1 file, 2 file system, 3 security, 4 quota
  std::uint8_t info_class = 0;
  Change change;
};

struct ChangeNotifyRequest {  // [MS-SMB2] 2.2.35
  std::uint32_t filter = 0;
  bool whole_tree = false;
};
/// OplockBreak: a notification or its acknowledgment, of an oplock or a lease. Source: [MS-SMB2] 2.2.23 … 2.2.25.
struct OplockBreak {
  bool lease = false;
  FileId file;              // of an oplock; a lease has a key instead
  std::uint32_t level = 0;  // oplock level or new lease state
  std::array<std::uint8_t, 16> lease_key{};
};

/// Plain stands for a body that says nothing more than its header and FileId do (LOGOFF, TREE_DISCONNECT, FLUSH,
/// CANCEL, ECHO …). monostate: no such message was seen, or an error body, or one that could not be read.
struct Plain {};
using Request = std::variant<std::monostate, Plain, NegotiateRequest, SessionSetupRequest, TreeConnectRequest,
                             CreateRequest, CloseRequest, ReadRequest, WriteRequest, LockRequest, IoctlRequest,
                             QueryDirectoryRequest, QueryInfoRequest, SetInfoRequest, ChangeNotifyRequest, OplockBreak>;
using Response = std::variant<std::monostate, Plain, NegotiateResponse, SessionSetupResponse, TreeConnectResponse,
                              CreateResponse, CloseResponse, ReadResponse, WriteResponse, IoctlResponse,
                              QueryDirectoryResponse, QueryInfoResponse, OplockBreak>;

/// DecodedRequest is a body with the FileId it names (all zero where its command has none).
struct DecodedRequest {
  Request body;
  FileId file;
  bool has_file = false;
  bool name_cut = false;  // a name was longer than name_bytes_max
};

/// parse_request decodes the body of a request.
/// message: one SMB2 element from its header on, or a prefix of it; offsets inside count from its start.
/// Returns the body, monostate for unknown commands; `truncated` or `malformed` with the offset.
Result<DecodedRequest> parse_request(const Header& header, ByteView message);

/// parse_response does the same for a response. An error body ([MS-SMB2] 2.2.2) gives monostate.
Result<Response> parse_response(const Header& header, ByteView message);

}  // namespace cordon::smb
