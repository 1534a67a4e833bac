// SPDX-License-Identifier: Apache-2.0
#include "seal/confine.h"

#include <seccomp.h>
#include <sys/prctl.h>

#include <array>
#include <cerrno>
#include <memory>

namespace cordon::seal {

namespace {

#ifdef CORDON_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

/// What the loop of server.cpp and Sealer::seal use, and what the C library needs for memory, time, signals and
/// leaving.
constexpr std::array calls{
    SCMP_SYS(accept4),      SCMP_SYS(brk),       SCMP_SYS(clock_gettime), SCMP_SYS(close),
    SCMP_SYS(exit_group),   SCMP_SYS(fdatasync), SCMP_SYS(ftruncate),     SCMP_SYS(futex),
    SCMP_SYS(getsockopt),   SCMP_SYS(mmap),      SCMP_SYS(munmap),        SCMP_SYS(munlock),
    SCMP_SYS(madvise),      SCMP_SYS(ppoll),     SCMP_SYS(recvfrom),      SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sendto),    SCMP_SYS(unlink),        SCMP_SYS(write),
};

struct FilterRelease {
  void operator()(void* filter) const { seccomp_release(filter); }
};

tl::unexpected<Error> refused(int error) {
  return fail(ErrorCode::io, "system-call filter", static_cast<std::uint64_t>(error));
}

}  // namespace

Result<void> confine() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused(errno);
  if (sanitized) return {};
  const std::unique_ptr<void, FilterRelease> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (filter == nullptr) return refused(ENOMEM);
  for (const int call : calls) {
    if (const int status = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0); status != 0)
      return refused(-status);
  }
  if (const int status = seccomp_load(filter.get()); status != 0) return refused(-status);
  return {};
}

}  // namespace cordon::seal
