// SPDX-License-Identifier: Apache-2.0
#include "samba/linux_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <thread>
#include <utility>

namespace cordon::samba {

namespace {

using Clock = std::chrono::steady_clock;

std::string said(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  void reset() {
    if (value_ >= 0) ::close(std::exchange(value_, -1));
  }

 private:
  int value_;
};

/// read_all reads at most `max` bytes; nothing if it cannot be read or is longer.
std::optional<std::string> read_all(int descriptor, std::size_t max) {
  std::string out;
  std::array<char, 16384> chunk;
  for (;;) {
    const ssize_t size = ::read(descriptor, chunk.data(), chunk.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    if (size == 0) return out;
    out.append(chunk.data(), static_cast<std::size_t>(size));
    if (out.size() > max) return std::nullopt;
  }
}

std::optional<std::string> read_file(const std::string& path, std::size_t max = file_bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return std::nullopt;
  return read_all(file.get(), max);
}

std::optional<std::string> link_of(const std::string& path) {
  std::array<char, 512> target;
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

template <class Visit>
void each_name(const std::string& folder, Visit visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (!open) return;
  while (const dirent* entry = ::readdir(open.get())) visit(std::string_view(entry->d_name));
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string proc(std::uint64_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

/// The process that started `pid`, from the fourth field of stat, behind the name's last bracket.
std::uint64_t parent_of(std::uint64_t pid) {
  const auto text = read_file(proc(pid, "stat"));
  if (!text) return 0;
  const std::size_t bracket = text->rfind(')');
  if (bracket == std::string::npos || text->size() < bracket + 5) return 0;
  const std::string_view rest = std::string_view(*text).substr(bracket + 4);  // ") S 1234"
  return number(rest.substr(0, rest.find(' '))).value_or(0);
}

std::vector<std::uint64_t> children_of(std::uint64_t parent) {
  std::vector<std::uint64_t> out;
  each_name("/proc", [&](std::string_view name) {
    const auto pid = number(name);
    if (pid && parent_of(*pid) == parent) out.push_back(*pid);
  });
  return out;
}

std::set<std::uint64_t> socket_inodes_of(std::uint64_t pid) {
  constexpr std::string_view prefix = "socket:[";
  std::set<std::uint64_t> out;
  const std::string folder = proc(pid, "fd");
  each_name(folder, [&](std::string_view name) {
    const auto target = link_of(folder + "/" + std::string(name));
    if (!target || !target->starts_with(prefix)) return;
    const std::string_view inode = std::string_view(*target).substr(prefix.size());
    if (const auto value = number(inode.substr(0, inode.size() - 1))) out.insert(*value);
  });
  return out;
}

// By number: the header of glibc 2.36 declares these two for C alone.
int open_process(std::uint64_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U));
}
void signal_process(int pidfd, int signal) {
  ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0U);
}

bool ends_within(int pidfd, std::chrono::milliseconds patience) {
  pollfd waiting{pidfd, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

std::string LinuxSystem::open() {
  const Run found = run("testparm", {"-s", "-v", "--parameter-name=pid directory", options_.conf});
  std::string folder = found.output.substr(0, found.output.find('\n'));
  if (!found.good || folder.empty() || folder.front() != '/') return "testparm does not take " + options_.conf;
  pid_path_ = folder + "/smbd.pid";
  return {};
}

std::optional<std::string> LinuxSystem::read_include() {
  if (::access(options_.include_path.c_str(), F_OK) != 0 && errno == ENOENT) return "";
  return read_file(options_.include_path, include_bytes_max);
}

std::optional<std::string> LinuxSystem::read_conf() {
  return read_file(options_.conf);
}

namespace {

/// replace puts a file with this text in the place of another, in one step.
std::string replace(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());  // of a helper that died while it wrote
  Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.get() < 0) return said(fresh);
  for (std::string_view left = text; !left.empty();) {
    const ssize_t size = ::write(file.get(), left.data(), left.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return said(fresh);
    left.remove_prefix(static_cast<std::size_t>(size));
  }
  file.reset();
  if (::rename(fresh.c_str(), path.c_str()) != 0) return said(path);
  return {};
}

}  // namespace

std::string LinuxSystem::write_include(const std::string& text) {
  return replace(options_.include_path, text);
}

std::map<grammar::Ip, std::string> LinuxSystem::read_logins() {
  const std::size_t slash = options_.include_path.rfind('/') + 1;
  const std::string prefix = options_.include_path.substr(slash) + '.';
  std::map<grammar::Ip, std::string> out;
  each_name(options_.include_path.substr(0, slash), [&](std::string_view name) {
    if (!name.starts_with(prefix)) return;
    const auto ip = grammar::Ip::parse(name.substr(prefix.size()));
    if (!ip) return;
    auto text = read_file(login_path(options_.include_path, *ip));
    if (text && is_include(*text)) out[*ip] = std::move(*text);
  });
  return out;
}

std::string LinuxSystem::write_logins(const std::map<grammar::Ip, std::string>& texts) {
  const std::map<grammar::Ip, std::string> there = read_logins();
  for (const auto& [ip, text] : texts) {
    const auto found = there.find(ip);
    if (found != there.end() && found->second == text) continue;
    if (std::string problem = replace(login_path(options_.include_path, ip), text); !problem.empty()) return problem;
  }
  for (const auto& [ip, text] : there) {
    const std::string path = login_path(options_.include_path, ip);
    if (!texts.contains(ip) && ::unlink(path.c_str()) != 0) return said(path);
  }
  return {};
}

std::string LinuxSystem::persist() {
  const std::string folder = options_.include_path.substr(0, options_.include_path.rfind('/') + 1);
  std::vector<std::string> paths{options_.include_path};
  for (const auto& [ip, text] : read_logins()) paths.push_back(login_path(options_.include_path, ip));
  paths.push_back(folder);
  for (const std::string& path : paths) {
    const Descriptor open(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (open.get() < 0 || ::fsync(open.get()) != 0) return said(path);
  }
  return {};
}

void LinuxSystem::nudge() {
  const std::uint64_t pid = server_pid();
  if (pid == 0) return;
  const Descriptor process(open_process(pid));
  if (process.get() >= 0 && server_pid() == pid) signal_process(process.get(), SIGHUP);
}

/// reload tells smbd and then asks whether it is there: it takes its messages in order, so an answer to the second says
/// that the first was carried out, and whoever connects from now on is judged by the new configuration.
std::string LinuxSystem::reload() {
  if (server_pid() == 0) return {};  // it reads its configuration when it starts
  if (!run("smbcontrol", {"-s", options_.conf, "smbd", "reload-config"}).good) return "smbcontrol reload-config failed";
  if (run("smbcontrol", {"-s", options_.conf, "-t", "3", "smbd", "ping"}).output.find("PONG") == std::string::npos) {
    return "smbd does not answer";
  }
  return {};
}

std::optional<std::string> LinuxSystem::testparm() {
  Run shown = run("testparm", {"-s", options_.conf});
  if (!shown.good) return std::nullopt;
  return std::move(shown.output);
}

std::vector<Session> LinuxSystem::sessions() {
  std::vector<Session> out;
  for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
    const auto text = read_file(table, 64 * file_bytes_max);
    if (!text) continue;
    for (Session& session : sessions_of(*text, options_.ports)) out.push_back(session);
  }
  return out;
}

std::uint64_t LinuxSystem::server_pid() {
  const auto text = read_file(pid_path_);
  if (!text) return 0;
  const auto pid = number(std::string_view(*text).substr(0, text->find('\n')));
  if (!pid || *pid < 2) return 0;
  const auto name = read_file(proc(*pid, "comm"));
  return name && name->starts_with("smbd") ? *pid : 0;
}

std::optional<std::string> LinuxSystem::status() {
  Run shown = run("smbstatus", {"-s", options_.conf, "--json"});
  if (!shown.good) return std::nullopt;
  return std::move(shown.output);
}

void LinuxSystem::close_refused() {
  run("smbcontrol", {"-s", options_.conf, "smbd", "close-denied-share", "*"});
}

Ended LinuxSystem::end_processes(const std::set<std::uint64_t>& pids) {
  return end_children([&](std::uint64_t pid, Ended&) { return pids.contains(pid); });
}

Ended LinuxSystem::end(const std::vector<Session>& wanted, const std::set<grammar::Ip>& denied) {
  return end_children([&](std::uint64_t pid, Ended& out) {
    const std::set<std::uint64_t> held = socket_inodes_of(pid);
    const auto holds = [&](const Session& session) { return held.contains(session.inode); };
    if (std::none_of(wanted.begin(), wanted.end(), holds)) return false;
    const std::vector<Session> all = sessions();
    const bool shared = std::any_of(all.begin(), all.end(), [&](const Session& session) {
      return holds(session) && !denied.contains(session.client);
    });
    if (shared) ++out.spared;
    return !shared;
  });
}

template <class Wanted>
Ended LinuxSystem::end_children(Wanted&& wanted) {
  Ended out;
  const std::uint64_t parent = server_pid();
  if (parent == 0) {
    out.problem = "smbd does not run";
    return out;
  }
  const auto program = link_of(proc(parent, "exe"));
  for (const std::uint64_t pid : children_of(parent)) {
    // The descriptor first: what is looked at below is this process and no later one of the same number.
    const Descriptor process(open_process(pid));
    if (process.get() < 0 || parent_of(pid) != parent || link_of(proc(pid, "exe")) != program) continue;
    if (!wanted(pid, out)) continue;
    signal_process(process.get(), SIGTERM);
    if (!ends_within(process.get(), term_patience)) {
      signal_process(process.get(), SIGKILL);
      if (!ends_within(process.get(), kill_patience)) {
        out.problem = "process " + std::to_string(pid) + " does not end";
        continue;
      }
    }
    ++out.processes;
  }
  return out;
}

void LinuxSystem::pause(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

LinuxSystem::Run LinuxSystem::run(const char* program, const std::vector<std::string>& arguments) const {
  std::string path = options_.tools + "/" + program;
  std::vector<std::string> words = arguments;
  std::vector<char*> argv{path.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<char, 9> locale{"LC_ALL=C"};
  std::array<char*, 2> environment{locale.data(), nullptr};

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  Descriptor out_end(ends[0]);
  Descriptor in_end(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return {};
  if (pid == 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::dup2(in_end.get(), STDOUT_FILENO);
    ::execve(path.c_str(), argv.data(), environment.data());
    ::_exit(127);
  }
  in_end.reset();
  Run out;
  const Clock::time_point deadline = Clock::now() + program_patience;
  bool whole = false;
  while (!whole && out.output.size() <= program_output_bytes_max) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{out_end.get(), POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) == 0) break;
    std::array<char, 16384> chunk;
    const ssize_t size = ::read(out_end.get(), chunk.data(), chunk.size());
    if (size > 0) out.output.append(chunk.data(), static_cast<std::size_t>(size));
    if (size == 0 || (size < 0 && errno != EINTR)) whole = true;
  }
  if (!whole) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  out.good = whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return out;
}

}  // namespace cordon::samba
