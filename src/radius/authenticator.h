// SPDX-License-Identifier: Apache-2.0
// Who may be believed: the authenticators that a shared secret gives to requests and answers. MD5 and HMAC-MD5 are what
// the protocol has; they keep out who does not know the secret and does not sit on the way. See docs/ENFORCERS.md.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "radius/packet.h"

namespace cordon::radius {

/// Signature says whether a Message-Authenticator (RFC 3579, section 3.2) is added.
enum class Signature : std::uint8_t { authenticator_only, message_authenticator };

/// sign_request makes the bytes of a request: the Message-Authenticator, if asked for, is added last and computed over
/// an all-zero Request Authenticator (RFC 5176, section 3.4), then the Request Authenticator over the whole (2.3). A
/// Message-Authenticator already among the attributes keeps its place.
/// Returns `limit` for what encode refuses, `malformed` for a code that is no request or an empty secret,
/// `unsupported` if the library has no MD5.
Result<std::vector<std::uint8_t>> sign_request(Packet request, std::string_view secret,
                                               Signature signature = Signature::message_authenticator);

/// sign_answer makes the bytes of an answer to a request whose Request Authenticator is given.
Result<std::vector<std::uint8_t>> sign_answer(Packet answer, const Authenticator& request, std::string_view secret,
                                              Signature signature = Signature::message_authenticator);

/// Verdict on bytes that parse().
enum class Verdict : std::uint8_t {
  genuine,
  forged,    // an authenticator is wrong, or a needed Message-Authenticator is missing
  unrelated  // another identifier, or no answer to this kind of request
};

/// Need: whether bytes without a Message-Authenticator are refused. One that is there is always checked.
enum class Need : std::uint8_t { if_present, message_authenticator };

/// verify_request judges a request; `datagram` must parse.
Verdict verify_request(ByteView datagram, std::string_view secret, Need need);

/// verify_answer judges an answer against the bytes of the request that was sent; both must parse.
Verdict verify_answer(ByteView datagram, ByteView request, std::string_view secret, Need need);

}  // namespace cordon::radius
