// SPDX-License-Identifier: Apache-2.0
// cordon-smb: beside smbd, as root; refuses clients for a time and ends what they have open. It answers a fixed grammar
// on one Unix socket.
#include <fcntl.h>
#include <getopt.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include "samba/confine.h"
#include "samba/helper.h"
#include "samba/linux_system.h"
#include "samba/server.h"

namespace {

using namespace cordon::samba;
using cordon::grammar::Ip;

constexpr int exit_done = 0;
constexpr int exit_no = 1;
constexpr int exit_usage = 2;
constexpr std::size_t protected_max = 4096;

constexpr const char* usage =
    "usage: cordon-smb --conf SMB.CONF --include FILE (--socket PATH | --socket-fd N) [--allow-uid UID]...\n"
    "                  [--protect IP]... [--protect-user NAME]... [--tools FOLDER]\n"
    "Refuses clients and users of the Samba server on this machine for a time and ends their sessions, as Cordon "
    "asks.\n"
    "\n"
    "  --conf SMB.CONF   smbd's configuration; its [global] must have the line  include = FILE\n"
    "  --include FILE    the file that this program writes; nothing else may stand in it. Beside it FILE.ADDRESS, for\n"
    "                    users who are refused from there\n"
    "  --socket PATH     make the Unix socket at PATH; with --socket-fd it is inherited\n"
    "  --allow-uid UID   who may ask besides root (up to 8)\n"
    "  --protect IP      never refused, whoever asks (up to 4096)\n"
    "  --protect-user NAME  likewise, a user: without domain, in lower case (up to 4096)\n"
    "  --tools FOLDER    where smbcontrol, smbstatus and testparm are; /usr/bin\n"
    "Needs root and keeps CAP_KILL and CAP_SYS_PTRACE of its rights. What is refused stays refused while this program\n"
    "is dead, and is given back at its end when it lives again.\n"
    "Exit status: 0 ended by SIGTERM or SIGINT, 1 no, 2 usage.\n";

volatile std::sig_atomic_t stopped = 0;
void stop(int) {
  stopped = 1;
}

int complain(const std::string& what, int status) {
  std::fprintf(stderr, "cordon-smb: %s\n", what.c_str());
  return status;
}

struct Arguments {
  LinuxSystem::Options system;
  Helper::Options helper;
  std::string socket;
  int socket_fd = -1;
  std::vector<std::uint32_t> uids;
  bool help = false;
};

bool parse(int argc, char** argv, Arguments& out) {
  enum : int { conf = 1, include, socket, socket_fd, allow_uid, protect, protect_user, tools };
  const option known[] = {{"conf", required_argument, nullptr, conf},
                          {"include", required_argument, nullptr, include},
                          {"socket", required_argument, nullptr, socket},
                          {"socket-fd", required_argument, nullptr, socket_fd},
                          {"allow-uid", required_argument, nullptr, allow_uid},
                          {"protect", required_argument, nullptr, protect},
                          {"protect-user", required_argument, nullptr, protect_user},
                          {"tools", required_argument, nullptr, tools},
                          {"help", no_argument, nullptr, 'h'},
                          {nullptr, 0, nullptr, 0}};
  for (int found; (found = ::getopt_long(argc, argv, "h", known, nullptr)) != -1;) {
    const std::string_view value = optarg != nullptr ? optarg : "";
    if (found == conf) {
      out.system.conf = value;
    } else if (found == include) {
      out.system.include_path = out.helper.include_path = value;
    } else if (found == socket) {
      out.socket = value;
    } else if (found == socket_fd) {
      const auto number = cordon::grammar::parse_number(value, 65535);
      if (!number) return false;
      out.socket_fd = static_cast<int>(*number);
    } else if (found == allow_uid) {
      const auto number = cordon::grammar::parse_number(value, 0xfffffffe);
      if (!number || out.uids.size() == uids_max) return false;
      out.uids.push_back(static_cast<std::uint32_t>(*number));
    } else if (found == protect) {
      const auto ip = Ip::parse(value);
      if (!ip || out.helper.protected_ips.size() == protected_max) return false;
      out.helper.protected_ips.insert(*ip);
    } else if (found == protect_user) {
      if (!valid_user(value) || out.helper.protected_users.size() == protected_max) return false;
      out.helper.protected_users.emplace(value);
    } else if (found == tools) {
      out.system.tools = value;
    } else if (found == 'h') {
      out.help = true;
      return true;
    } else {
      return false;
    }
  }
  const auto absolute = [](const std::string& path) { return path.starts_with('/'); };
  return optind == argc && absolute(out.system.conf) && absolute(out.system.include_path) &&
         absolute(out.system.tools) && out.socket.empty() == (out.socket_fd >= 0);
}

Now now() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(wall).count()),
          std::chrono::steady_clock::now()};
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::fputs(usage, stderr);
    return exit_usage;
  }
  if (arguments.help) {
    std::fputs(usage, stdout);
    return exit_done;
  }
  if (::geteuid() != 0) return complain("needs root: smbd's processes and files are root's", exit_no);
  ::umask(022);
  struct sigaction action {};
  action.sa_handler = stop;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  int listening = arguments.socket_fd;
  if (listening >= 0) {
    ::fcntl(listening, F_SETFL, O_NONBLOCK);
    ::fcntl(listening, F_SETFD, FD_CLOEXEC);
  } else {
    listening = listen_at(arguments.socket);
    if (listening < 0) return complain(arguments.socket + ": " + std::strerror(errno), exit_no);
  }
  if (const std::string problem = confine(); !problem.empty()) {
    return complain("cannot drop rights: " + problem, exit_no);
  }
  LinuxSystem system(arguments.system);
  Helper helper(system, arguments.helper);
  std::string problem = system.open();
  if (problem.empty()) problem = helper.start(now());
  if (!problem.empty()) return complain(problem, exit_no);
  std::fprintf(stderr, "cordon-smb: ready\n");
  const int error = serve(
      helper, {listening, arguments.uids, now, [](const std::string& what) { complain(what, exit_done); }, &stopped});
  if (!arguments.socket.empty()) ::unlink(arguments.socket.c_str());
  return error == 0 ? exit_done : complain(std::strerror(error), exit_no);
}
