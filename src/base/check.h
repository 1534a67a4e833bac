// SPDX-License-Identifier: Apache-2.0
// CORDON_CHECK stops the program on one of our own bugs. It is never for input: bad input is a Result.
#pragma once

namespace cordon {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}  // namespace cordon

#define CORDON_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::cordon::check_failed(#expression, __FILE__, __LINE__))
