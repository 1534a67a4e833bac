// SPDX-License-Identifier: Apache-2.0
#include "app/confine.h"

#include <seccomp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace cordon::app {

namespace {

tl::unexpected<Error> io_error(const char* where, int number) {
  return fail(ErrorCode::io, where, static_cast<std::uint64_t>(number));
}

// What libpcap's ring, the allocator, threads, time and the Unix socket to control use.
constexpr int calls_allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(connect),
    SCMP_SYS(getsockopt),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrandom),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(prctl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(mprotect),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(pread64),
    SCMP_SYS(readlink),
    SCMP_SYS(uname),
};

}  // namespace

Result<void> confine_sensor() {
  const std::unique_ptr<std::remove_pointer_t<cap_t>, decltype(&cap_free)> none(cap_init(), cap_free);
  if (!none || cap_set_proc(none.get()) != 0) return io_error("capabilities", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return io_error("no_new_privs", errno);

  const std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  if (!filter) return io_error("system-call filter", ENOMEM);
  for (const int call : calls_allowed) {
    if (const int error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0); error != 0) {
      return io_error("system-call filter", -error);
    }
  }
  // No socket but a Unix one, ever.
  constexpr scmp_arg_cmp family_is_unix{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = AF_UNIX, .datum_b = 0};
  if (const int error = seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &family_is_unix);
      error != 0) {
    return io_error("system-call filter", -error);
  }
  if (const int error = seccomp_load(filter.get()); error != 0) return io_error("system-call filter", -error);
  return {};
}

}  // namespace cordon::app
