// SPDX-License-Identifier: Apache-2.0
// SPNEGO: finds the authentication token inside a security blob, and names its mechanism. Not a general ASN.1 reader.
// Source: [RFC4178] 4.2, [MS-SPNG], [RFC2743] 3.1, X.690 8.1.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "smb/commands.h"

namespace cordon::smb {

/// SpnegoView is what a blob carries; `token` views the blob handed to parse_spnego.
struct SpnegoView {
  Mechanism mechanism = Mechanism::none;  // of the token, else the first offered or the one chosen
  ByteView token;                         // mechToken or responseToken; empty where there is none
};

/// parse_spnego reads a NegTokenInit, a NegTokenResp, a bare Kerberos token or bare NTLMSSP.
/// blob: a SecurityBuffer, borrowed as long as the result is used. An empty blob gives Mechanism::none.
/// Returns `truncated` or `malformed` with the offset for broken DER. Source: [RFC4178] 4.2.1, 4.2.2.
Result<SpnegoView> parse_spnego(ByteView blob);

}  // namespace cordon::smb
