// SPDX-License-Identifier: Apache-2.0
// Any datagram is a packet or a refusal; what is read is written back as it came; nobody is believed by chance.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "radius/authenticator.h"
#include "radius/packet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cordon::radius;
  const cordon::ByteView datagram(data, size);
  const auto packet = parse(datagram);
  constexpr std::string_view secret = "cordon golden secret";
  if (verify_request(datagram, secret, Need::if_present) == Verdict::genuine && !packet) std::abort();
  if (!packet) return 0;
  const auto again = encode(*packet);
  if (!again || !std::equal(again->begin(), again->end(), datagram.begin())) std::abort();
  (void)to_string(error_cause(*packet));
  if (is_request(packet->code)) {
    const auto request = sign_request(*packet, secret);
    if (request && verify_request(*request, secret, Need::message_authenticator) != Verdict::genuine) std::abort();
  }
  return 0;
}
