// SPDX-License-Identifier: Apache-2.0
#include "base/number.h"

#include <fmt/format.h>

namespace cordon {

std::string decimal(double value, const std::locale& numbers) {
  std::string out = fmt::format(numbers, "{:.6Lg}", value == 0 ? 0 : value);
  for (auto at = out.find('-'); at != std::string::npos; at = out.find('-', at)) out.replace(at, 1, "\u2212");
  return out;
}

}  // namespace cordon
