// SPDX-License-Identifier: Apache-2.0
// confine takes away what a running seal never needs: nobody may trace it or dump its memory, and the kernel refuses
// it every system call outside a short list (no new files, sockets, programs).
#pragma once

#include "base/result.h"

namespace cordon::seal {

/// confine works for good and for the whole process. Under a sanitizer, whose run-time needs more calls, the filter is
/// left out. Fails with `io` when the kernel refuses.
Result<void> confine();

}  // namespace cordon::seal
