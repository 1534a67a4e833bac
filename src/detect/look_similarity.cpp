// SPDX-License-Identifier: Apache-2.0
// How much of the old content stands in the new: encryption keeps nothing where it wrote, editing keeps most.
//   replaced  under a tenth kept
//   partly    under nine tenths
//   kept      more
//   none      old and new could not be compared (the old bytes were never seen, or the new ones were only appended)
#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "detect/look.h"

namespace cordon::detect {

namespace {
constexpr std::uint64_t compared_bytes_min = 64;
constexpr double replaced_share_max = 0.10;
constexpr double kept_share_min = 0.90;
}  // namespace

Finding look_similarity(const event::FileActivity& a, const ClientMemory&) {
  if (a.compared_bytes < compared_bytes_min || !std::isfinite(a.kept_share)) return {};
  std::string detail =
      fmt::format("{:.0f} % of {} bytes kept", 100 * std::min(1.0, std::max(0.0, a.kept_share)), a.compared_bytes);
  if (a.kept_share < replaced_share_max) return {"replaced", std::move(detail)};
  if (a.kept_share < kept_share_min) return {"partly", std::move(detail)};
  return {"kept", std::move(detail)};
}

}  // namespace cordon::detect
