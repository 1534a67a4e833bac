// SPDX-License-Identifier: Apache-2.0
// Any bytes are opened or refused, and nothing is longer than its bound.
#include <cstdint>
#include <cstdlib>

#include "gateway/gunzip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t bytes_max = 4096;
  const auto opened = cordon::gateway::gunzip({data, size}, bytes_max);
  if (opened && opened->size() > bytes_max) std::abort();
  return 0;
}
