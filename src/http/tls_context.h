// SPDX-License-Identifier: Apache-2.0
// The inside of TlsContext (wire.h): OpenSSL's settings and which side of the handshake we are. Only wire.cpp
// and tls_peer.cpp include it.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>

#include "http/wire.h"

namespace cordon::http {

class TlsContext {
 public:
  explicit TlsContext(boost::asio::ssl::stream_base::handshake_type s)
      : context(s == boost::asio::ssl::stream_base::server ? boost::asio::ssl::context::tls_server
                                                           : boost::asio::ssl::context::tls_client),
        side(s) {}
  boost::asio::ssl::context context;
  boost::asio::ssl::stream_base::handshake_type side;
};

/// set_up_tls sets versions and suites, and shows `identity`.
Result<void> set_up_tls(TlsContext& context, const TlsIdentity& identity);

}  // namespace cordon::http
