// SPDX-License-Identifier: Apache-2.0
// cordon-launch starts Cordon's processes, each as its own user with the one right it needs, and starts again what
// dies. systemd does this in an installation; this is for ./run, the lab and a box without systemd. It reads no byte
// from the network.
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sched.h>
#include <sodium.h>
#include <sys/capability.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "app/config.h"
#include "app/say.h"
#include "app/station_config.h"

namespace {

using namespace cordon::app;
using Clock = std::chrono::steady_clock;

constexpr auto lived_well = std::chrono::seconds(10);
constexpr std::chrono::milliseconds first_pause{200};
constexpr std::chrono::milliseconds longest_pause{5000};
constexpr auto stop_patience = std::chrono::seconds(5);
constexpr auto predecessor_patience = std::chrono::seconds(20);
constexpr int child_failed = 127;

volatile std::sig_atomic_t stop_asked = 0;
void on_signal(int) {
  stop_asked = 1;
}

struct Child {
  std::string name;
  std::string program;  // beside this one
  std::vector<std::string> arguments;
  std::int64_t uid = 0;
  std::optional<cap_value_t> right;
  std::string netns;   // a path, or empty
  bool vital = false;  // its refusal to start ends everything, unless it ran well before
  int socket = -1;     // the one descriptor it inherits

  pid_t pid = -1;
  int exec_fd = -1;
  Clock::time_point started;
  Clock::time_point again;
  std::chrono::milliseconds pause = first_pause;
  bool given_up = false;
  bool ran_well = false;
};

bool is_root() {
  return ::geteuid() == 0;
}

std::string own_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

// In the child, between fork and exec: only what is safe there, and any failure ends it.
[[noreturn]] void child_dies(const char* what) {
  fmt::print(stderr, "cordon-launch: {}: {}\n", what, std::strerror(errno));
  ::_exit(child_failed);
}

void enter_netns(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || ::setns(fd, CLONE_NEWNET) != 0) child_dies("cannot enter the network namespace");
  ::close(fd);
}

void become(std::int64_t uid, std::optional<cap_value_t> right) {
  const auto id = static_cast<uid_t>(uid);
  if (right && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) child_dies("keepcaps");
  if (::setgroups(0, nullptr) != 0 || ::setresgid(id, id, id) != 0 || ::setresuid(id, id, id) != 0) {
    child_dies("cannot become its user");
  }
  if (!right) return;
  cap_t caps = cap_init();
  const cap_value_t list[1] = {*right};
  if (caps == nullptr || cap_set_flag(caps, CAP_PERMITTED, 1, list, CAP_SET) != 0 ||
      cap_set_flag(caps, CAP_EFFECTIVE, 1, list, CAP_SET) != 0 ||
      cap_set_flag(caps, CAP_INHERITABLE, 1, list, CAP_SET) != 0 || cap_set_proc(caps) != 0) {
    child_dies("cannot keep its one right");
  }
  cap_free(caps);
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, *right, 0, 0) != 0) child_dies("cannot pass its one right on");
}

void start(Child& child) {
  child.started = Clock::now();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    complain(fmt::format("cannot start {}: {}", child.name, std::strerror(errno)));
    child.again = Clock::now() + longest_pause;
    return;
  }
  if (pid == 0) {
    // Ctrl-C in a terminal is for the launcher alone, which ends the others in their order: the seal signs the last
    // head.
    ::setpgid(0, 0);
    if (child.socket >= 0) ::fcntl(child.socket, F_SETFD, 0);
    if (!child.netns.empty()) enter_netns(child.netns);
    if (is_root()) become(child.uid, child.right);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) child_dies("no_new_privs");
    // After the change of user, which would clear it: nobody outlives the launcher.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(child_failed);
    std::vector<char*> argv{child.program.data()};
    for (std::string& argument : child.arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    // By descriptor: the user may not be allowed to walk to the program's folder.
    ::fexecve(child.exec_fd, argv.data(), environ);
    child_dies("cannot execute");
  }
  child.pid = pid;
  log_line(fmt::format("component=launch event=started process={} pid={}", child.name, pid));
}

// own makes a folder that belongs to one user.
bool own(const std::string& path, std::int64_t uid, mode_t mode) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || ::chmod(path.c_str(), mode) != 0 ||
      (is_root() && ::chown(path.c_str(), static_cast<uid_t>(uid), static_cast<gid_t>(uid)) != 0)) {
    complain(fmt::format("{}: {}; choose another 'data' folder or free some space", path,
                         error ? error.message() : std::strerror(errno)));
    return false;
  }
  return true;
}

// take_over waits until nobody is left of an earlier launcher of a data folder. The lock's descriptor is inherited
// by every child, so it is free when the last of them is gone, also after a launcher that was killed. The file holds
// the launcher's process id, for people. False with a sentence when somebody stays.
bool take_over(const std::string& data_folder) {
  const std::string path = data_folder + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);  // stays open: not close-on-exec
  if (fd < 0) {
    complain(fmt::format("{}: {}", path, std::strerror(errno)));
    return false;
  }
  const auto deadline = Clock::now() + predecessor_patience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK || Clock::now() > deadline) {
      char holder[16] = {};
      const ssize_t got = ::pread(fd, holder, sizeof holder - 1, 0);
      complain(fmt::format("{} is in use by another Cordon{}: stop that one, or choose another 'data' folder",
                           data_folder, got > 0 ? fmt::format(" (process {})", holder) : ""));
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const std::string own_id = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, own_id.data(), own_id.size(), 0) < 0) {
    complain(fmt::format("{}: {}; free some space there", path, std::strerror(errno)));
    return false;
  }
  return true;
}

// listen_for_nft makes the helper's socket here, so that only the control process may connect and a restart keeps it.
int listen_for_nft(const std::string& path, std::int64_t uid) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  ::unlink(path.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 ||
      ::chown(path.c_str(), static_cast<uid_t>(uid), static_cast<gid_t>(uid)) != 0 || ::listen(fd, 4) != 0) {
    return -1;
  }
  return fd;
}

// tell_who_holds_the_key says at the console when the seal's key lies open to the process that writes the logbook.
void tell_who_holds_the_key(std::int64_t seal_uid, std::int64_t writer_uid) {
  if (is_root() && seal_uid != writer_uid) return;
  fmt::print(
      "cordon-seal runs as the same user as the writer of the logbook, who could read its key: its signatures show no "
      "forgery by that user.{}\n",
      is_root() ? "" : " Started by root they are two users.");
  std::fflush(stdout);
}

bool prepare(const Config& config) {
  return own(config.data_folder(), 0, 0755) && own(config.data_folder() + "/logbook", config.control_uid, 0750) &&
         own(config.people_folder(), config.control_uid, 0700) && own(config.tls_folder(), config.control_uid, 0700) &&
         own(config.data_folder() + "/run", config.control_uid, 0755) &&
         own(config.data_folder() + "/run/nft", 0, 0711) &&
         own(config.data_folder() + "/run/seal", config.seal_uid, 0755) &&
         own(config.seal_folder(), config.seal_uid, 0755);
}

bool prepare_station(const StationConfig& config) {
  return own(config.data_folder(), 0, 0755) && own(config.data_folder() + "/logbook", config.station_uid, 0750) &&
         own(config.people_folder(), config.station_uid, 0700) && own(config.tls_folder(), config.station_uid, 0700) &&
         own(config.patients_folder(), config.station_uid, 0700) &&
         own(config.recorder_folder(), config.station_uid, 0700) &&
         own(config.data_folder() + "/run", config.station_uid, 0755) &&
         own(config.data_folder() + "/run/seal", config.seal_uid, 0755) &&
         own(config.seal_folder(), config.seal_uid, 0755);
}

// SealPlace is where a seal keeps its key, where it is asked, and by which user.
struct SealPlace {
  std::string name;
  std::string folder;
  std::string socket;
  std::int64_t uid = 0;
  std::int64_t writer_uid = 0;
};

Child seal_child(const SealPlace& place) {
  Child out;
  out.name = place.name;
  out.program = "cordon-seal";
  out.uid = place.uid;
  out.arguments = {
      "--folder",    place.folder,
      "--socket",    place.socket,
      "--allow-uid", std::to_string(is_root() ? place.writer_uid : static_cast<std::int64_t>(::geteuid()))};
  return out;
}

// station_child is vital only where nothing else runs: the rest of Cordon and the station do without one another.
Child station_child(const StationConfig& config, const std::string& config_path, bool alone) {
  Child out;
  out.name = "station";
  out.program = "cordon";
  out.uid = config.station_uid;
  out.arguments = {"station", "--config", config_path};
  out.vital = alone;
  return out;
}

std::vector<Child> children_of(const Config& config, const std::string& config_path, int nft_socket) {
  std::vector<Child> out;
  out.push_back(
      seal_child({"cordon-seal", config.seal_folder(), config.seal_socket(), config.seal_uid, config.control_uid}));
  if (nft_socket >= 0) {
    Child nft;
    nft.name = nft.program = "cordon-nft";
    nft.uid = config.nft_uid;
    nft.right = CAP_NET_ADMIN;
    nft.netns = config.enforcer_netns;
    nft.socket = nft_socket;
    nft.arguments = {"--" + config.nftables_on, "--socket-fd", std::to_string(nft_socket)};
    out.push_back(nft);
  }
  Child control;
  control.name = "control";
  control.program = "cordon";
  control.uid = config.control_uid;
  control.arguments = {"serve", "--config", config_path};
  control.vital = true;
  out.push_back(control);
  if (!config.sensor_interface.empty() || !config.sensor_capture.empty()) {
    Child sensor;
    sensor.name = "sensor";
    sensor.program = "cordon";
    sensor.uid = config.sensor_uid;
    if (!config.sensor_interface.empty()) sensor.right = CAP_NET_RAW;
    sensor.netns = config.sensor_netns;
    sensor.arguments = {"sensor", "--config", config_path};
    out.push_back(sensor);
  }
  return out;
}

bool may_start(const Config& config) {
  if (is_root()) return true;
  if (!config.sensor_interface.empty() || config.cuts_by("nftables") || !config.sensor_netns.empty()) {
    complain(
        "watching an interface and cutting need rights: run this as root (it gives them up at once), or set [sensor] "
        "capture "
        "and [enforcer] means = \"dry-run\"");
    return false;
  }
  return true;
}

// reap takes in who died. Gives an exit status when everything must end.
std::optional<int> reap(std::vector<Child>& children) {
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    for (Child& child : children) {
      if (child.pid != pid) continue;
      child.pid = -1;
      const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      log_line(fmt::format(
          "component=launch event=ended process={} pid={} {}", child.name, pid,
          WIFSIGNALED(status) ? fmt::format("signal={}", WTERMSIG(status)) : fmt::format("status={}", code)));
      if (stop_asked != 0) continue;
      const bool ran_well = Clock::now() - child.started > lived_well;
      child.ran_well = child.ran_well || ran_well;
      const bool refused = code == exit_usage || code == exit_input || code == child_failed;
      if (refused && !child.ran_well) {
        if (child.vital) return code == child_failed ? exit_input : code;
        if (code == exit_usage) child.given_up = true;
      }
      child.pause = ran_well ? first_pause : std::min(child.pause * 2, longest_pause);
      child.again = Clock::now() + child.pause;
    }
  }
  return std::nullopt;
}

// stop_some ends children with SIGTERM, and with SIGKILL those that do not hear it in time.
void stop_some(std::vector<Child>& children, const std::function<bool(const Child&)>& which) {
  const auto signal_all = [&](int signal) {
    for (const Child& child : children) {
      if (child.pid > 0 && which(child)) ::kill(child.pid, signal);
    }
  };
  const auto alive = [&] {
    return std::ranges::any_of(children, [&](const Child& c) { return c.pid > 0 && which(c); });
  };
  const auto deadline = Clock::now() + stop_patience;
  signal_all(SIGTERM);
  bool killed = false;
  while (alive()) {
    if (!killed && Clock::now() > deadline) {
      signal_all(SIGKILL);
      killed = true;
    }
    reap(children);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// stop_all lets the sensor go first, then the writers of logbooks, whose last entries the seals sign on their way out.
void stop_all(std::vector<Child>& children) {
  stop_asked = 1;
  stop_some(children, [](const Child& c) { return c.name == "sensor"; });
  stop_some(children, [](const Child& c) { return c.vital || c.name == "station"; });
  stop_some(children, [](const Child&) { return true; });
}

constexpr const char* usage =
    "usage: cordon-launch [--config FILE] [--station FILE]\n"
    "--config: starts control, sensor, cordon-seal and, where [enforcer] means names nftables, cordon-nft.\n"
    "--station: starts the central station of that file, which needs none of the others.\n"
    "Each runs as its own user when started by root. Starts again what dies. Ctrl-C or SIGTERM ends all. Cuts in force "
    "stay in the\nkernel until their time is up.\n"
    "Exit status: 0 done, 2 usage or configuration, 3 an input could not be read or a place not be used.\n";

// Asked is what the command line names; empty: not.
struct Asked {
  std::string config_path;
  std::string station_path;
};

std::optional<Asked> asked_of(int argc, char** argv) {
  Asked out;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view word = argv[i];
    std::string* const path = word == "--config" ? &out.config_path : word == "--station" ? &out.station_path : nullptr;
    if (path == nullptr || !path->empty() || i + 1 >= argc || std::string_view(argv[i + 1]).empty())
      return std::nullopt;
    *path = std::filesystem::absolute(argv[i + 1]).string();
  }
  if (out.config_path.empty() && out.station_path.empty()) return std::nullopt;
  return out;
}

// add_control adds what --config names. Gives an exit status when that cannot be.
std::optional<int> add_control(const std::string& path, std::vector<Child>& children) {
  const Checked checked = read_config(path);
  print_problems(checked.problems);
  if (!checked.problems.empty()) return checked.unreadable ? exit_input : exit_usage;
  const Config& config = checked.config;
  if (!may_start(config) || !prepare(config) || !take_over(config.data_folder())) return exit_input;
  int nft_socket = -1;
  if (config.cuts_by("nftables")) {
    nft_socket = listen_for_nft(config.nft_socket(), config.control_uid);
    if (nft_socket < 0) {
      complain(fmt::format("{}: {}", config.nft_socket(), std::strerror(errno)));
      return exit_input;
    }
  }
  std::ranges::move(children_of(config, path, nft_socket), std::back_inserter(children));
  tell_who_holds_the_key(config.seal_uid, config.control_uid);
  return std::nullopt;
}

// add_station adds what --station names, likewise.
std::optional<int> add_station(const std::string& path, std::vector<Child>& children) {
  const CheckedStation checked = read_station_config(path);
  print_problems(checked.problems);
  if (!checked.problems.empty()) return checked.unreadable ? exit_input : exit_usage;
  if (!prepare_station(checked.config) || !take_over(checked.config.data_folder())) return exit_input;
  const StationConfig& config = checked.config;
  const bool alone = children.empty();
  children.push_back(
      seal_child({"station-seal", config.seal_folder(), config.seal_socket(), config.seal_uid, config.station_uid}));
  children.push_back(station_child(config, path, alone));
  tell_who_holds_the_key(config.seal_uid, config.station_uid);
  return std::nullopt;
}

bool open_programs(std::vector<Child>& children) {
  for (Child& child : children) {
    const std::string path = own_folder() + "/" + child.program;
    child.exec_fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (child.exec_fd < 0) {
      complain(fmt::format("{}: {}; build or install it beside cordon-launch", path, std::strerror(errno)));
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    fmt::print("{}", usage);
    return exit_done;
  }
  const std::optional<Asked> asked = asked_of(argc, argv);
  if (!asked) {
    fmt::print(stderr, "{}", usage);
    return exit_usage;
  }
  if (sodium_init() < 0) return exit_input;
  std::vector<Child> children;
  if (!asked->config_path.empty()) {
    if (const auto refused = add_control(asked->config_path, children)) return *refused;
  }
  if (!asked->station_path.empty()) {
    if (const auto refused = add_station(asked->station_path, children)) return *refused;
  }
  if (!open_programs(children)) return exit_input;

  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGHUP, &action, nullptr);

  int status = exit_done;
  while (stop_asked == 0) {
    if (const auto end = reap(children)) {
      status = *end;
      break;
    }
    for (Child& child : children) {
      if (child.pid < 0 && !child.given_up && Clock::now() >= child.again) start(child);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  stop_all(children);
  return status;
}
