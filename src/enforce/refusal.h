// SPDX-License-Identifier: Apache-2.0
// What a helper process's refusal is in Cordon's words.
#pragma once

#include "base/result.h"
#include "grammar/answer.h"

namespace cordon::enforce {

/// code_of gives `other` for what the helper could not do.
inline ErrorCode code_of(grammar::Code code, ErrorCode other) {
  switch (code) {
    case grammar::Code::malformed:
      return ErrorCode::malformed;
    case grammar::Code::limit:
      return ErrorCode::limit;
    case grammar::Code::denied:
      return ErrorCode::denied;
    case grammar::Code::absent:
    case grammar::Code::failed:
      break;
  }
  return other;
}

}  // namespace cordon::enforce
