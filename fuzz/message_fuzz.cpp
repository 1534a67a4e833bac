// SPDX-License-Identifier: Apache-2.0
// What a process that reads hostile bytes may send to control, and what a logbook's body may hold.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "event/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)cordon::event::input_from_text(text);
  (void)cordon::event::effect_from_text(text);
  if (const auto event = cordon::event::event_from_text(text)) {
    const std::string once = to_text(*event);
    const auto again = cordon::event::event_from_text(once);
    if (!again || to_text(*again) != once) std::abort();
  }
  return 0;
}
