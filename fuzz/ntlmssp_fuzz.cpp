// SPDX-License-Identifier: Apache-2.0
// Any security blob, and any SMB1 message: what is read stays within its bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "smb/ntlmssp.h"
#include "smb/smb1.h"
#include "smb/spnego.h"

namespace {

void read_ntlmssp(cordon::ByteView in) {
  using namespace cordon::smb;
  const auto m = parse_ntlmssp(in);
  if (!m) return;
  for (const std::string* text : {&m->user, &m->domain, &m->workstation, &m->target})
    if (text->size() > 2 * ntlm_text_bytes_max) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cordon::smb;
  const cordon::ByteView in(data, size);
  read_ntlmssp(in);
  const auto spnego = parse_spnego(in);
  if (spnego) {
    if (spnego->token.size() > size) std::abort();
    read_ntlmssp(spnego->token);
  }
  const auto smb1 = parse_smb1(in);
  if (smb1 && (smb1->empty() || smb1->size() > smb1_chain_max)) std::abort();
  return 0;
}
