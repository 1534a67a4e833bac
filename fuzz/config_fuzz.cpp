// SPDX-License-Identifier: Apache-2.0
// Files that a person writes, in any state: a configuration, and an estate.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "app/config.h"
#include "estate/estate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cordon::app::Config config;
  std::vector<cordon::estate::Problem> problems;
  cordon::app::parse_config(text, "fuzz.toml", config, problems);
  if (problems.empty()) {
    // What was taken as sound reads back as the same.
    cordon::app::Config again;
    cordon::app::parse_config(describe_config(config), "again.toml", again, problems);
    if (!problems.empty() || describe_config(again) != describe_config(config)) std::abort();
  }
  (void)cordon::estate::load(text, "fuzz.toml");
  return 0;
}
