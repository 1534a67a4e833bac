// SPDX-License-Identifier: Apache-2.0
// What became of the file itself.
//   created      it did not exist before this client wrote it
//   sibling      removed, while a new same-stem sibling holds what became of it
//   replaced     removed by renaming another file over it
//   removed      removed, nothing in its place
//   copied       a same-stem sibling was written, the original stands
//   renamed      renamed
//   overwritten  emptied or cut, then written
//   written      written in place
//   none         nothing was lost
#include "detect/look.h"

namespace cordon::detect {

Finding look_removal(const event::FileActivity& a, const ClientMemory&) {
  const bool elsewhere = !a.new_path.empty() && a.new_path != a.path;
  if (!a.altered) {  // nothing that existed was lost
    if (a.created) return {"created", "new file"};
    return elsewhere && !a.renamed && !a.removed ? Finding{"copied", "a sibling was written, the original stands"}
                                                 : Finding{};
  }
  if (a.removed) {
    if (!elsewhere) return {"removed", "removed"};
    return a.renamed ? Finding{"replaced", "replaced by a rename"}
                     : Finding{"sibling", "removed, a sibling stands in its place"};
  }
  if (a.renamed) return {"renamed", "renamed"};
  return a.truncated ? Finding{"overwritten", "overwritten from the start"} : Finding{"written", "written in place"};
}

}  // namespace cordon::detect
