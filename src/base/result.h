// SPDX-License-Identifier: Apache-2.0
// How a function fails in Cordon: Result<T> and the small Error it carries. Text for people is made at the edge (app),
// not here.
#pragma once

#include <cerrno>
#include <cstdint>
#include <tl/expected.hpp>

namespace cordon {

/// ErrorCode says what the caller can do about a failure, not what went wrong inside.
enum class ErrorCode : std::uint8_t {
  truncated,    // the input ends too early; more bytes may help
  malformed,    // the input breaks its specification at `offset`
  unsupported,  // well formed, but not something we read
  limit,        // a named bound was reached
  timeout,      // nobody answered in time
  denied,       // a right is missing, or a safety rule says no
  io,           // the operating system refused; `offset` carries errno
};

/// to_string names a code in one lower-case word.
const char* to_string(ErrorCode code);

/// Error is what a failure carries: a code, the byte offset (or errno for `io`) and a static word for the place. It
/// allocates nothing.
struct Error {
  ErrorCode code = ErrorCode::malformed;
  std::uint64_t offset = 0;
  const char* where = "";  // static storage

  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code && a.offset == b.offset; }
};

/// Result is a value or an Error. Use CORDON_TRY to pass a failure up; the monadic members of tl::expected are not
/// used.
template <class T>
struct [[nodiscard]] Result : tl::expected<T, Error> {
  using tl::expected<T, Error>::expected;
};

/// fail makes the failure side of any Result.
inline tl::unexpected<Error> fail(ErrorCode code, const char* where, std::uint64_t offset = 0) {
  return tl::unexpected<Error>(Error{code, offset, where});
}

/// fail_errno is what a system call has just said, with errno where an offset stands else.
inline tl::unexpected<Error> fail_errno(const char* where) {
  return fail(ErrorCode::io, where, static_cast<std::uint64_t>(errno));
}

}  // namespace cordon

// CORDON_TRY(expression) is the value of a Result, or returns its Error from the enclosing function.
#define CORDON_TRY(...)                                                       \
  (__extension__({                                                            \
    auto cordon_try_result = (__VA_ARGS__);                                   \
    if (!cordon_try_result) return tl::unexpected(cordon_try_result.error()); \
    std::move(*cordon_try_result);                                            \
  }))

// CORDON_TRY_VOID(expression) does the same for a Result<void>.
#define CORDON_TRY_VOID(...)                                                  \
  do {                                                                        \
    auto cordon_try_result = (__VA_ARGS__);                                   \
    if (!cordon_try_result) return tl::unexpected(cordon_try_result.error()); \
  } while (false)
