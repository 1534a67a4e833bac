// SPDX-License-Identifier: Apache-2.0
// NTLMSSP messages as far as they say who somebody is. No cryptography, no passwords, no hashes are kept.
// Source: [MS-NLMP] 2.2.1.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace cordon::smb {

inline constexpr std::size_t ntlm_text_bytes_max =
    1024;  // on the wire; longer names are cut (Windows: 20 to 256 characters)

enum class NtlmMessage : std::uint32_t { negotiate = 1, challenge = 2, authenticate = 3 };

/// Ntlmssp is one message. Text is UTF-8; OEM text above ASCII is read as Latin-1, because its code page is not on the
/// wire.
struct Ntlmssp {
  NtlmMessage type{};
  std::uint32_t flags = 0;
  bool anonymous = false;   // AUTHENTICATE without a user
  std::string user;         // AUTHENTICATE
  std::string domain;       // AUTHENTICATE, NEGOTIATE
  std::string workstation;  // AUTHENTICATE, NEGOTIATE
  std::string target;       // CHALLENGE: the server's or its domain's name
};

/// parse_ntlmssp reads one NTLMSSP message.
/// in: from "NTLMSSP\0" on, little-endian, borrowed for the call.
/// Returns the message; a text field that points outside `in` is left empty. `truncated` when the fixed fields are
/// missing, `malformed` for a wrong signature or type. Source: [MS-NLMP] 2.2.1.1 to 2.2.1.3.
Result<Ntlmssp> parse_ntlmssp(ByteView in);

}  // namespace cordon::smb
