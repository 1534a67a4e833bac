// SPDX-License-Identifier: Apache-2.0
// TLS between machines, where each shows the other a certificate: both sides must come from an authority that is
// named. Names in certificates are not compared: bedside devices have addresses alone, and get new ones.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/wire.h"
#include "http/tls.h"

namespace cordon::http {

enum class TlsSide : std::uint8_t { client, server };

/// TlsPeers: `authorities_pem` are the certificates that a peer's chain must end at.
struct TlsPeers {
  TlsIdentity identity;
  std::string authorities_pem;
};

/// make_peer_context: `malformed` when key and certificate do not fit or no authority can be read.
Result<std::shared_ptr<TlsContext>> make_peer_context(const TlsPeers& peers, TlsSide side);

/// is_tls_refusal tells an error of a handshake, or of the first read after it (TLS 1.3), from one of the network.
bool is_tls_refusal(const Wire::Error& error);

}  // namespace cordon::http
