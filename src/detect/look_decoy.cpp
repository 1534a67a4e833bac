// SPDX-License-Identifier: Apache-2.0
// A configured decoy: a file nobody has a reason to touch. Reading it (an indexer, a virus scanner) says nothing.
//   touched  altered, removed or renamed
//   none     otherwise
#include "detect/look.h"

namespace cordon::detect {

Finding look_decoy(const event::FileActivity& a, const ClientMemory&) {
  if (!a.decoy || !(a.altered || a.removed || a.renamed)) return {};
  return {"touched", "a decoy was touched"};
}

}  // namespace cordon::detect
