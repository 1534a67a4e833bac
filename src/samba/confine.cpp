// SPDX-License-Identifier: Apache-2.0
#include "samba/confine.h"

#include <seccomp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace cordon::samba {

namespace {

constexpr std::array kept{CAP_KILL, CAP_SYS_PTRACE};

std::string said(const char* what) {
  return std::string(what) + ": " + std::strerror(errno);
}

std::string drop_capabilities() {
  // The bounding set too: smbcontrol and testparm are started as root and must not get back what is given up here.
  for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; ++cap) {
    bool keep = false;
    for (const cap_value_t one : kept) keep = keep || one == cap;
    if (!keep && cap_get_bound(cap) == 1 && cap_drop_bound(cap) != 0) return said("bounding set");
  }
  if (cap_reset_ambient() != 0) return said("ambient capabilities");
  const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> wanted(cap_init(), cap_free);
  if (!wanted || cap_set_flag(wanted.get(), CAP_PERMITTED, kept.size(), kept.data(), CAP_SET) != 0 ||
      cap_set_flag(wanted.get(), CAP_EFFECTIVE, kept.size(), kept.data(), CAP_SET) != 0 ||
      cap_set_proc(wanted.get()) != 0) {
    return said("capabilities");
  }
  return {};
}

/// Samba's tools are started here and use too much for a list of what is allowed; so this one names what neither they
/// nor we have any business with, though CAP_SYS_PTRACE or root would allow it.
std::string filter_system_calls() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
  if (!filter) return "seccomp_init failed";
  constexpr std::array deadly{SCMP_SYS(ptrace),       SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
                              SCMP_SYS(bpf),          SCMP_SYS(pidfd_getfd),      SCMP_SYS(init_module),
                              SCMP_SYS(finit_module), SCMP_SYS(kexec_load),       SCMP_SYS(mount),
                              SCMP_SYS(umount2),      SCMP_SYS(pivot_root),       SCMP_SYS(setns),
                              SCMP_SYS(unshare),      SCMP_SYS(reboot),           SCMP_SYS(perf_event_open),
                              SCMP_SYS(userfaultfd),  SCMP_SYS(add_key),          SCMP_SYS(keyctl),
                              SCMP_SYS(request_key),  SCMP_SYS(swapon),           SCMP_SYS(open_by_handle_at)};
  for (const int call : deadly) {
    if (seccomp_rule_add(filter.get(), SCMP_ACT_KILL_PROCESS, call, 0) != 0) return "seccomp_rule_add failed";
  }
  const int loaded = seccomp_load(filter.get());
  return loaded == 0 ? "" : std::string("seccomp_load: ") + std::strerror(-loaded);
}

}  // namespace

std::string confine() {
  if (std::string problem = drop_capabilities(); !problem.empty()) return problem;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return said("no_new_privs");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return said("not dumpable");
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return said("core files");
  return filter_system_calls();
}

}  // namespace cordon::samba
