// SPDX-License-Identifier: GPL-2.0-only
#include "nft/confine.h"

#include <linux/netlink.h>
#include <seccomp.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace cordon::nft {

namespace {

std::string said(const char* what) {
  return std::string(what) + ": " + std::strerror(errno);
}

std::string drop_capabilities() {
  // The bounding set needs CAP_SETPCAP; without it no_new_privs does the same, since nothing is ever executed.
  if (cap_get_bound(CAP_SETPCAP) == 1) {
    for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; ++cap) {
      if (cap != CAP_NET_ADMIN) cap_drop_bound(cap);
    }
  }
  if (cap_reset_ambient() != 0) return said("ambient capabilities");
  const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> wanted(cap_init(), cap_free);
  const cap_value_t only = CAP_NET_ADMIN;
  if (!wanted || cap_set_flag(wanted.get(), CAP_PERMITTED, 1, &only, CAP_SET) != 0 ||
      cap_set_flag(wanted.get(), CAP_EFFECTIVE, 1, &only, CAP_SET) != 0 || cap_set_proc(wanted.get()) != 0) {
    return said("capabilities");
  }
  return {};
}

/// What is left: the open sockets, memory that is never executable, time, and a new netlink socket, because
/// libnftables reopens its own when a listing was interrupted. Anything else fails with EPERM; starting a program or
/// touching another process ends this one.
std::string filter_system_calls() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  if (!filter) return "seccomp_init failed";
  constexpr std::array allowed{
      SCMP_SYS(read),
      SCMP_SYS(readv),
      SCMP_SYS(write),
      SCMP_SYS(writev),
      SCMP_SYS(close),
      SCMP_SYS(poll),
      SCMP_SYS(ppoll),
      SCMP_SYS(select),
      SCMP_SYS(pselect6),
      SCMP_SYS(accept4),
      SCMP_SYS(sendto),
      SCMP_SYS(sendmsg),
      SCMP_SYS(recvfrom),
      SCMP_SYS(recvmsg),
      SCMP_SYS(setsockopt),
      SCMP_SYS(getsockopt),
      SCMP_SYS(getsockname),
      SCMP_SYS(shutdown),
      SCMP_SYS(fcntl),
      SCMP_SYS(fstat),
      SCMP_SYS(newfstatat),
      SCMP_SYS(lseek),
      SCMP_SYS(brk),
      SCMP_SYS(munmap),
      SCMP_SYS(mremap),
      SCMP_SYS(madvise),
      SCMP_SYS(futex),
      SCMP_SYS(clock_gettime),
      SCMP_SYS(gettimeofday),
      SCMP_SYS(time),
      SCMP_SYS(clock_nanosleep),
      SCMP_SYS(getrandom),
      SCMP_SYS(getpid),
      SCMP_SYS(gettid),
      SCMP_SYS(getuid),
      SCMP_SYS(geteuid),
      SCMP_SYS(rt_sigreturn),
      SCMP_SYS(rt_sigaction),
      SCMP_SYS(rt_sigprocmask),
      SCMP_SYS(sigaltstack),
      SCMP_SYS(restart_syscall),
      SCMP_SYS(sched_yield),
      SCMP_SYS(exit),
      SCMP_SYS(exit_group),
  };
  constexpr std::array deadly{SCMP_SYS(execve),           SCMP_SYS(execveat),          SCMP_SYS(ptrace),
                              SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf)};
  int failed = 0;
  for (const int call : allowed) failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
  for (const int call : deadly) failed |= seccomp_rule_add(filter.get(), SCMP_ACT_KILL_PROCESS, call, 0);
  const scmp_arg_cmp not_executable{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    failed |= seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &not_executable);
  }
  const std::array netlink{scmp_arg_cmp{0, SCMP_CMP_EQ, AF_NETLINK, 0},
                           scmp_arg_cmp{2, SCMP_CMP_EQ, NETLINK_NETFILTER, 0}};
  failed |= seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(socket), netlink.size(), netlink.data());
  if (failed != 0) return "seccomp_rule_add failed";
  const int loaded = seccomp_load(filter.get());
  return loaded == 0 ? "" : std::string("seccomp_load: ") + std::strerror(-loaded);
}

}  // namespace

bool has_net_admin() {
  const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> have(cap_get_proc(), cap_free);
  cap_flag_value_t value = CAP_CLEAR;
  return have && cap_get_flag(have.get(), CAP_NET_ADMIN, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

std::string confine() {
  if (std::string problem = drop_capabilities(); !problem.empty()) return problem;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return said("no_new_privs");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return said("not dumpable");
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return said("core files");
  return filter_system_calls();
}

}  // namespace cordon::nft
