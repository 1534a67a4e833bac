// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace cordon {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::truncated:
      return "truncated";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::limit:
      return "limit";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::denied:
      return "denied";
    case ErrorCode::io:
      return "io";
  }
  return "unknown";
}

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "cordon: internal error: %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace cordon
