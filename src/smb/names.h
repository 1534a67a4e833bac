// SPDX-License-Identifier: Apache-2.0
// Names for people: commands, statuses, dialects, oddities. Static text only.
#pragma once

#include <cstdint>

#include "smb/conversation.h"
#include "smb/header.h"
#include "smb/smb1.h"

namespace cordon::smb {

/// command_name gives "CREATE"; "UNKNOWN" above the last command. Source: [MS-SMB2] 2.2.1.2.
const char* command_name(Command command);
/// status_name gives "STATUS_ACCESS_DENIED"; "" for a value not in the list. Source: [MS-ERREF] 2.3.1.
const char* status_name(std::uint32_t status);
/// dialect_name gives "3.1.1"; "" for an unknown revision. Source: [MS-SMB2] 2.2.3.
const char* dialect_name(std::uint16_t dialect);
/// cipher_name gives "AES-128-GCM"; "" for an unknown one. Source: [MS-SMB2] 2.2.3.1.2.
const char* cipher_name(std::uint16_t cipher);
/// ioctl_name gives "FSCTL_SRV_COPYCHUNK"; "" for a code not in the list. Source: [MS-SMB2] 2.2.31, [MS-FSCC] 2.3.
const char* ioctl_name(std::uint32_t code);
/// smb1_command_name gives "NT_CREATE_ANDX"; "" for a command not in the list. Source: [MS-CIFS] 2.2.2.1.
const char* smb1_command_name(Smb1Command command);
const char* mechanism_name(Mechanism mechanism);
/// weird_name gives a stable word such as "smb_bad_header", for counters and logs.
const char* weird_name(Weird weird);

}  // namespace cordon::smb
