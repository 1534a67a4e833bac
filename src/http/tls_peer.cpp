// SPDX-License-Identifier: Apache-2.0
#include "http/tls_peer.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>

#include "http/tls_context.h"

namespace cordon::http {

namespace asio = boost::asio;

Result<std::shared_ptr<TlsContext>> make_peer_context(const TlsPeers& peers, TlsSide side) {
  auto out = std::make_shared<TlsContext>(side == TlsSide::server ? asio::ssl::stream_base::server
                                                                  : asio::ssl::stream_base::client);
  CORDON_TRY_VOID(set_up_tls(*out, peers.identity));
  if (peers.authorities_pem.empty() || peers.authorities_pem.size() > pem_bytes_max)
    return fail(ErrorCode::malformed, "TLS authorities");
  Wire::Error error;
  out->context.add_certificate_authority(asio::buffer(peers.authorities_pem), error);
  if (error) return fail(ErrorCode::malformed, "TLS authorities");
  out->context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, error);
  if (error) return fail(ErrorCode::malformed, "TLS settings");
  return out;
}

bool is_tls_refusal(const Wire::Error& error) {
  return error.category() == asio::error::get_ssl_category();
}

}  // namespace cordon::http
