// SPDX-License-Identifier: Apache-2.0
// What a helper process's refusal is in Cordon's words.
#pragma once

#include "base/result.h"
#include "grammar/answer.h"

namespace cordon::enforce {

inline ErrorCode code_of(grammar::Code code) {
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
  return ErrorCode::unsupported;  // an answer, so not `io`: the helper is there
}

}  // namespace cordon::enforce
