// SPDX-License-Identifier: Apache-2.0
// How far the walk has come: folders in which this client altered files. Shown, not weighed: within the first five
// files an attack is not wider than work.
//   several  3 folders or more
//   wide     10 or more
//   none     otherwise
#include <fmt/format.h>

#include "detect/look.h"

namespace cordon::detect {

Finding look_breadth(const event::FileActivity& a, const ClientMemory&) {
  if (a.folders_altered < 3) return {};
  return {a.folders_altered < 10 ? "several" : "wide", fmt::format("{} folders altered", a.folders_altered)};
}

}  // namespace cordon::detect
