// SPDX-License-Identifier: Apache-2.0
#include "smb/names.h"

#include <array>
#include <cstddef>

namespace cordon::smb {

namespace {

template <class Value>
struct Name {
  Value value;
  const char* text;
};

template <class Value, std::size_t n>
const char* look_up(const std::array<Name<Value>, n>& names, Value value) {
  for (const auto& name : names)
    if (name.value == value) return name.text;
  return "";
}

// [MS-ERREF] 2.3.1: the statuses that file servers give.
constexpr std::array<Name<std::uint32_t>, 56> statuses{{{0x00000000, "STATUS_SUCCESS"},
                                                        {0x00000103, "STATUS_PENDING"},
                                                        {0x0000010B, "STATUS_NOTIFY_CLEANUP"},
                                                        {0x0000010C, "STATUS_NOTIFY_ENUM_DIR"},
                                                        {0x8000002D, "STATUS_STOPPED_ON_SYMLINK"},
                                                        {0x80000005, "STATUS_BUFFER_OVERFLOW"},
                                                        {0x80000006, "STATUS_NO_MORE_FILES"},
                                                        {0x80000014, "STATUS_EA_LIST_INCONSISTENT"},
                                                        {0xC0000001, "STATUS_UNSUCCESSFUL"},
                                                        {0xC0000002, "STATUS_NOT_IMPLEMENTED"},
                                                        {0xC0000003, "STATUS_INVALID_INFO_CLASS"},
                                                        {0xC0000004, "STATUS_INFO_LENGTH_MISMATCH"},
                                                        {0xC0000008, "STATUS_INVALID_HANDLE"},
                                                        {0xC000000D, "STATUS_INVALID_PARAMETER"},
                                                        {0xC000000F, "STATUS_NO_SUCH_FILE"},
                                                        {0xC0000010, "STATUS_INVALID_DEVICE_REQUEST"},
                                                        {0xC0000011, "STATUS_END_OF_FILE"},
                                                        {0xC0000016, "STATUS_MORE_PROCESSING_REQUIRED"},
                                                        {0xC0000022, "STATUS_ACCESS_DENIED"},
                                                        {0xC0000023, "STATUS_BUFFER_TOO_SMALL"},
                                                        {0xC0000033, "STATUS_OBJECT_NAME_INVALID"},
                                                        {0xC0000034, "STATUS_OBJECT_NAME_NOT_FOUND"},
                                                        {0xC0000035, "STATUS_OBJECT_NAME_COLLISION"},
                                                        {0xC000003A, "STATUS_OBJECT_PATH_NOT_FOUND"},
                                                        {0xC000003B, "STATUS_OBJECT_PATH_SYNTAX_BAD"},
                                                        {0xC0000043, "STATUS_SHARING_VIOLATION"},
                                                        {0xC0000054, "STATUS_FILE_LOCK_CONFLICT"},
                                                        {0xC0000055, "STATUS_LOCK_NOT_GRANTED"},
                                                        {0xC0000056, "STATUS_DELETE_PENDING"},
                                                        {0xC000005E, "STATUS_NO_LOGON_SERVERS"},
                                                        {0xC000006D, "STATUS_LOGON_FAILURE"},
                                                        {0xC000006E, "STATUS_ACCOUNT_RESTRICTION"},
                                                        {0xC000006F, "STATUS_INVALID_LOGON_HOURS"},
                                                        {0xC0000071, "STATUS_PASSWORD_EXPIRED"},
                                                        {0xC0000072, "STATUS_ACCOUNT_DISABLED"},
                                                        {0xC000007E, "STATUS_RANGE_NOT_LOCKED"},
                                                        {0xC000007F, "STATUS_DISK_FULL"},
                                                        {0xC000009A, "STATUS_INSUFFICIENT_RESOURCES"},
                                                        {0xC00000A2, "STATUS_MEDIA_WRITE_PROTECTED"},
                                                        {0xC00000AC, "STATUS_PIPE_NOT_AVAILABLE"},
                                                        {0xC00000AE, "STATUS_PIPE_BUSY"},
                                                        {0xC00000B0, "STATUS_PIPE_DISCONNECTED"},
                                                        {0xC00000B5, "STATUS_IO_TIMEOUT"},
                                                        {0xC00000BA, "STATUS_FILE_IS_A_DIRECTORY"},
                                                        {0xC00000BB, "STATUS_NOT_SUPPORTED"},
                                                        {0xC00000C9, "STATUS_NETWORK_NAME_DELETED"},
                                                        {0xC00000CC, "STATUS_BAD_NETWORK_NAME"},
                                                        {0xC0000101, "STATUS_DIRECTORY_NOT_EMPTY"},
                                                        {0xC0000103, "STATUS_NOT_A_DIRECTORY"},
                                                        {0xC0000120, "STATUS_CANCELLED"},
                                                        {0xC0000121, "STATUS_CANNOT_DELETE"},
                                                        {0xC0000128, "STATUS_FILE_CLOSED"},
                                                        {0xC0000203, "STATUS_USER_SESSION_DELETED"},
                                                        {0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT"},
                                                        {0xC0000257, "STATUS_PATH_NOT_COVERED"},
                                                        {0xC000035C, "STATUS_NETWORK_SESSION_EXPIRED"}}};

constexpr std::array<Name<std::uint16_t>, 7> dialect_names{{{0x0202, "2.0.2"},
                                                            {0x0210, "2.1"},
                                                            {0x02FF, "2.???"},
                                                            {0x0300, "3.0"},
                                                            {0x0302, "3.0.2"},
                                                            {0x0310, "3.1.0"},
                                                            {0x0311, "3.1.1"}}};

constexpr std::array<Name<std::uint16_t>, 4> ciphers{
    {{1, "AES-128-CCM"}, {2, "AES-128-GCM"}, {3, "AES-256-CCM"}, {4, "AES-256-GCM"}}};

constexpr std::array<Name<std::uint32_t>, 20> ioctls{{{0x00060194, "FSCTL_DFS_GET_REFERRALS"},
                                                      {0x000601B0, "FSCTL_DFS_GET_REFERRALS_EX"},
                                                      {0x0009003C, "FSCTL_GET_COMPRESSION"},
                                                      {0x0009009C, "FSCTL_GET_OBJECT_ID"},
                                                      {0x000900A4, "FSCTL_SET_REPARSE_POINT"},
                                                      {0x000900A8, "FSCTL_GET_REPARSE_POINT"},
                                                      {0x000900C0, "FSCTL_CREATE_OR_GET_OBJECT_ID"},
                                                      {0x000900C4, "FSCTL_SET_SPARSE"},
                                                      {0x000940CF, "FSCTL_QUERY_ALLOCATED_RANGES"},
                                                      {0x000980C8, "FSCTL_SET_ZERO_DATA"},
                                                      {0x00098208, "FSCTL_FILE_LEVEL_TRIM"},
                                                      {0x00098344, "FSCTL_DUPLICATE_EXTENTS_TO_FILE"},
                                                      {0x000983E8, "FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX"},
                                                      {0x0011400C, "FSCTL_PIPE_PEEK"},
                                                      {0x00110018, "FSCTL_PIPE_WAIT"},
                                                      {0x0011C017, "FSCTL_PIPE_TRANSCEIVE"},
                                                      {0x00140078, "FSCTL_SRV_REQUEST_RESUME_KEY"},
                                                      {0x00140204, "FSCTL_VALIDATE_NEGOTIATE_INFO"},
                                                      {0x001440F2, "FSCTL_SRV_COPYCHUNK"},
                                                      {0x001480F2, "FSCTL_SRV_COPYCHUNK_WRITE"}}};

constexpr std::array<Name<Smb1Command>, 33> smb1_commands{
    {{Smb1Command::create_directory, "CREATE_DIRECTORY"},
     {Smb1Command::delete_directory, "DELETE_DIRECTORY"},
     {Smb1Command::open, "OPEN"},
     {Smb1Command::create, "CREATE"},
     {Smb1Command::close, "CLOSE"},
     {Smb1Command::delete_file, "DELETE"},
     {Smb1Command::rename, "RENAME"},
     {Smb1Command::query_information, "QUERY_INFORMATION"},
     {Smb1Command::set_information, "SET_INFORMATION"},
     {Smb1Command::read, "READ"},
     {Smb1Command::write, "WRITE"},
     {Smb1Command::create_new, "CREATE_NEW"},
     {Smb1Command::check_directory, "CHECK_DIRECTORY"},
     {Smb1Command::locking_andx, "LOCKING_ANDX"},
     {Smb1Command::transaction, "TRANSACTION"},
     {Smb1Command::transaction_secondary, "TRANSACTION_SECONDARY"},
     {Smb1Command::echo, "ECHO"},
     {Smb1Command::open_andx, "OPEN_ANDX"},
     {Smb1Command::read_andx, "READ_ANDX"},
     {Smb1Command::write_andx, "WRITE_ANDX"},
     {Smb1Command::transaction2, "TRANSACTION2"},
     {Smb1Command::transaction2_secondary, "TRANSACTION2_SECONDARY"},
     {Smb1Command::tree_connect, "TREE_CONNECT"},
     {Smb1Command::tree_disconnect, "TREE_DISCONNECT"},
     {Smb1Command::negotiate, "NEGOTIATE"},
     {Smb1Command::session_setup_andx, "SESSION_SETUP_ANDX"},
     {Smb1Command::logoff_andx, "LOGOFF_ANDX"},
     {Smb1Command::tree_connect_andx, "TREE_CONNECT_ANDX"},
     {Smb1Command::nt_transact, "NT_TRANSACT"},
     {Smb1Command::nt_transact_secondary, "NT_TRANSACT_SECONDARY"},
     {Smb1Command::nt_create_andx, "NT_CREATE_ANDX"},
     {Smb1Command::nt_cancel, "NT_CANCEL"},
     {Smb1Command::nt_rename, "NT_RENAME"}}};

}  // namespace

const char* command_name(Command command) {
  static constexpr std::array<const char*, command_last + 1> names{
      "NEGOTIATE",       "SESSION_SETUP", "LOGOFF",     "TREE_CONNECT", "TREE_DISCONNECT", "CREATE", "CLOSE",
      "FLUSH",           "READ",          "WRITE",      "LOCK",         "IOCTL",           "CANCEL", "ECHO",
      "QUERY_DIRECTORY", "CHANGE_NOTIFY", "QUERY_INFO", "SET_INFO",     "OPLOCK_BREAK"};
  const auto i = static_cast<std::size_t>(command);
  return i < names.size() ? names[i] : "UNKNOWN";
}

const char* status_name(std::uint32_t status) {
  return look_up(statuses, status);
}
const char* dialect_name(std::uint16_t dialect) {
  return look_up(dialect_names, dialect);
}
const char* cipher_name(std::uint16_t cipher) {
  return look_up(ciphers, cipher);
}
const char* ioctl_name(std::uint32_t code) {
  return look_up(ioctls, code);
}
const char* smb1_command_name(Smb1Command command) {
  return look_up(smb1_commands, command);
}

const char* mechanism_name(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::none:
      return "none";
    case Mechanism::ntlmssp:
      return "NTLMSSP";
    case Mechanism::kerberos:
      return "Kerberos";
    case Mechanism::other:
      return "other";
  }
  return "other";
}

const char* weird_name(Weird weird) {
  static constexpr std::array<const char*, weird_count> names{
      "smb_gap_in_message",    "smb_gap_lost_framing",      "smb_not_smb",
      "smb_bad_header",        "smb_bad_next_command",      "smb_bad_body",
      "smb_data_outside",      "smb_message_too_long",      "smb_name_cut",
      "smb_wrong_direction",   "smb_response_alone",        "smb_command_mismatch",
      "smb_request_given_up",  "smb_pending_full",          "smb_duplicate_id",
      "smb_compound_too_long", "smb_related_without_first", "smb_truncated_end"};
  const auto i = static_cast<std::size_t>(weird);
  return i < names.size() ? names[i] : "smb_unknown";
}

}  // namespace cordon::smb
