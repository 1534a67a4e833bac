// SPDX-License-Identifier: Apache-2.0
#include "radius/authenticator.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <memory>
#include <span>

namespace cordon::radius {

namespace {

constexpr std::size_t authenticator_offset = 4;

using Digest = Authenticator;  // MD5 gives 16 octets, as an authenticator has
using Bytes = std::vector<std::uint8_t>;

Result<Digest> md5(ByteView packet, std::string_view secret) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Digest out{};
  unsigned int size = 0;
  if (context == nullptr || EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), packet.data(), packet.size()) != 1 ||
      EVP_DigestUpdate(context.get(), secret.data(), secret.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out.data(), &size) != 1 || size != out.size()) {
    return fail(ErrorCode::unsupported, "md5");
  }
  return out;
}

Result<Digest> hmac_md5(ByteView packet, std::string_view secret) {
  Digest out{};
  unsigned int size = 0;
  if (HMAC(EVP_md5(), secret.data(), static_cast<int>(secret.size()), packet.data(), packet.size(), out.data(),
           &size) == nullptr ||
      size != out.size()) {
    return fail(ErrorCode::unsupported, "hmac-md5");
  }
  return out;
}

void put(Bytes& packet, std::size_t offset, const Digest& digest) {
  std::copy(digest.begin(), digest.end(), packet.begin() + static_cast<std::ptrdiff_t>(offset));
}

bool same(ByteView a, const Digest& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), b.size()) == 0;
}

/// Where the value of the Message-Authenticator stands in bytes that parse: 0 if there is none, nothing if it stands
/// twice or has the wrong size, which no honest sender does.
std::optional<std::size_t> message_authenticator_offset(const Packet& packet) {
  std::size_t offset = header_bytes;
  std::size_t found = 0;
  for (const Attribute& attribute : packet.attributes) {
    if (attribute.type == Type::message_authenticator) {
      if (found != 0 || attribute.value.size() != authenticator_bytes) return std::nullopt;
      found = offset + 2;
    }
    offset += 2 + attribute.value.size();
  }
  return found;
}

/// sign fills in what `packet` needs: `seed` stands in the authenticator's place while the digests are made.
Result<Bytes> sign(Packet packet, const Authenticator& seed, std::string_view secret, Signature signature) {
  if (secret.empty()) return fail(ErrorCode::malformed, "radius secret");
  if (signature == Signature::message_authenticator && packet.find(Type::message_authenticator) == nullptr) {
    packet.attributes.push_back({Type::message_authenticator, Bytes(authenticator_bytes)});
  }
  for (Attribute& attribute : packet.attributes) {
    if (attribute.type == Type::message_authenticator) attribute.value.assign(authenticator_bytes, 0);
  }
  packet.authenticator = seed;
  const std::optional<std::size_t> offset = message_authenticator_offset(packet);
  if (!offset) return fail(ErrorCode::malformed, "radius message authenticator");
  Bytes out = CORDON_TRY(encode(packet));
  if (*offset != 0) put(out, *offset, CORDON_TRY(hmac_md5(out, secret)));
  put(out, authenticator_offset, CORDON_TRY(md5(out, secret)));
  return out;
}

/// genuine undoes what sign did and compares.
Verdict judge(ByteView datagram, const Packet& packet, const Authenticator& seed, std::string_view secret, Need need) {
  const std::optional<std::size_t> offset = message_authenticator_offset(packet);
  if (secret.empty() || !offset || (*offset == 0 && need == Need::message_authenticator)) return Verdict::forged;
  std::size_t length = header_bytes;
  for (const Attribute& attribute : packet.attributes) length += 2 + attribute.value.size();
  Bytes bytes(datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(length));  // without padding
  put(bytes, authenticator_offset, seed);
  const Result<Digest> digest = md5(bytes, secret);
  if (!digest || !same(packet.authenticator, *digest)) return Verdict::forged;
  if (*offset != 0) {
    put(bytes, *offset, Digest{});
    const Result<Digest> mac = hmac_md5(bytes, secret);
    if (!mac || !same(packet.find(Type::message_authenticator)->value, *mac)) return Verdict::forged;
  }
  return Verdict::genuine;
}

}  // namespace

Result<Bytes> sign_request(Packet request, std::string_view secret, Signature signature) {
  if (!is_request(request.code)) return fail(ErrorCode::malformed, "radius request code");
  return sign(std::move(request), Authenticator{}, secret, signature);
}

Result<Bytes> sign_answer(Packet answer, const Authenticator& request, std::string_view secret, Signature signature) {
  if (is_request(answer.code)) return fail(ErrorCode::malformed, "radius answer code");
  return sign(std::move(answer), request, secret, signature);
}

Verdict verify_request(ByteView datagram, std::string_view secret, Need need) {
  const Result<Packet> packet = parse(datagram);
  if (!packet || !is_request(packet->code)) return Verdict::unrelated;
  return judge(datagram, *packet, Authenticator{}, secret, need);
}

Verdict verify_answer(ByteView datagram, ByteView request, std::string_view secret, Need need) {
  const Result<Packet> answer = parse(datagram);
  const Result<Packet> asked = parse(request);
  if (!answer || !asked || answer->identifier != asked->identifier || !answers(answer->code, asked->code)) {
    return Verdict::unrelated;
  }
  return judge(datagram, *answer, asked->authenticator, secret, need);
}

}  // namespace cordon::radius
