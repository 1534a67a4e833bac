// SPDX-License-Identifier: Apache-2.0
// SMB1 is recognised, its commands are named, and file names are given where they stand plainly in a request. It is not
// tracked: no pairing, no data. Source: [MS-CIFS] 2.2.3, 2.2.4, [MS-SMB].
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "smb/header.h"

namespace cordon::smb {

inline constexpr std::size_t smb1_header_bytes = 32;  // [MS-CIFS] 2.2.3.1
inline constexpr std::size_t smb1_prefix_bytes_max =
    8 * 1024;                                      // of a message that is looked at; names stand before data
inline constexpr std::size_t smb1_chain_max = 16;  // commands in one AndX chain; real ones have 2 or 3

/// Smb1Command: the commands that have a meaning here. Source: [MS-CIFS] 2.2.2.1.
enum class Smb1Command : std::uint8_t {
  create_directory = 0x00,
  delete_directory = 0x01,
  open = 0x02,
  create = 0x03,
  close = 0x04,
  delete_file = 0x06,
  rename = 0x07,
  query_information = 0x08,
  set_information = 0x09,
  read = 0x0A,
  write = 0x0B,
  create_new = 0x0F,
  check_directory = 0x10,
  locking_andx = 0x24,
  transaction = 0x25,
  transaction_secondary = 0x26,
  echo = 0x2B,
  open_andx = 0x2D,
  read_andx = 0x2E,
  write_andx = 0x2F,
  transaction2 = 0x32,
  transaction2_secondary = 0x33,
  tree_connect = 0x70,
  tree_disconnect = 0x71,
  negotiate = 0x72,
  session_setup_andx = 0x73,
  logoff_andx = 0x74,
  tree_connect_andx = 0x75,
  nt_transact = 0xA0,
  nt_transact_secondary = 0xA1,
  nt_create_andx = 0xA2,
  nt_cancel = 0xA4,
  nt_rename = 0xA5,
  none = 0xFF,
};

/// Smb1Message is one command of an SMB1 message; an AndX chain gives one each, `chain` counting from 0.
struct Smb1Message {
  WallTime time{};
  Direction direction{};
  Smb1Command command{};
  bool response = false;
  std::uint32_t status = 0;  // NTSTATUS, or DOS class and code as they stand on the wire
  std::uint16_t tid = 0, uid = 0, pid = 0, mid = 0;
  std::uint8_t chain = 0;
  std::uint16_t subcommand = 0;  // of TRANSACTION2 and NT_TRANSACT requests
  std::string name;              // file, directory or share path of a request; \PIPE name of a TRANSACTION
  std::string new_name;          // RENAME
  bool body_missing = false;     // the counts behind the header were cut or lie
  bool offers_smb2 = false;      // a NEGOTIATE request with "SMB 2.002" or "SMB 2.???" ([MS-SMB2] 3.2.4.2.2.1)
};

/// parse_smb1 reads an SMB1 message and its AndX chain.
/// message: from 0xFF 'SMB' on, possibly only a prefix; borrowed for the call.
/// Returns at least one message (time and direction left for the caller to set); `truncated` when the header is not
/// whole. A damaged link ends the chain.
Result<std::vector<Smb1Message>> parse_smb1(ByteView message);

}  // namespace cordon::smb
