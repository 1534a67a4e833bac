// SPDX-License-Identifier: Apache-2.0
// cordon-seal: signs the heads of logbooks with a key that their writers cannot read. Run it as a user of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <getopt.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "seal/confine.h"
#include "seal/seal.h"
#include "seal/server.h"

namespace {

using cordon::Error;
using cordon::ErrorCode;
using cordon::Result;
using cordon::WallTime;

constexpr int exit_usage = 2;
constexpr int exit_input = 3;

constexpr const char* help_text =
    "cordon-seal signs the heads of logbooks with a key that their writers cannot read.\n"
    "Run it as a user of its own; the writer of the logbook only talks to its socket.\n"
    "\n"
    "  cordon-seal --folder FOLDER (--socket PATH | --fd NUMBER) [--allow-uid UID]...\n"
    "\n"
    "  --folder FOLDER   where it keeps seal.key (0600), seal.pub and heads.jsonl; made if absent\n"
    "  --socket PATH     listen on this Unix socket; with --allow-uid any user may connect and is judged by who he "
    "is,\n"
    "                    without it only this user\n"
    "  --fd NUMBER       listen on this inherited socket instead\n"
    "  --allow-uid UID   who may ask for signatures (repeatable, up to 8)\n"
    "\n"
    "`cordon log verify` holds a logbook against heads.jsonl with the key in seal.pub.\n"
    "Exit status: 0 ended by SIGTERM or SIGINT, 2 usage, 3 the folder, key or socket cannot be used.\n";

volatile std::sig_atomic_t stopped = 0;

void stop(int) {
  stopped = 1;
}

struct Arguments {
  std::string folder;
  std::string socket;
  std::optional<int> fd;
  std::vector<std::uint32_t> uids;
  bool help = false;
};

template <class T>
bool number_of(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse(int argc, char** argv, Arguments& out) {
  constexpr int folder = 1, socket = 2, fd = 3, uid = 4;
  const option known[] = {{"folder", required_argument, nullptr, folder},
                          {"socket", required_argument, nullptr, socket},
                          {"fd", required_argument, nullptr, fd},
                          {"allow-uid", required_argument, nullptr, uid},
                          {"help", no_argument, nullptr, 'h'},
                          {nullptr, 0, nullptr, 0}};
  while (true) {
    const int found = ::getopt_long(argc, argv, "h", known, nullptr);
    if (found == -1) break;
    if (found == folder) {
      out.folder = optarg;
    } else if (found == socket) {
      out.socket = optarg;
    } else if (found == fd) {
      if (!number_of(optarg, out.fd.emplace())) return false;
    } else if (found == uid) {
      if (out.uids.size() >= cordon::seal::uids_max || !number_of(optarg, out.uids.emplace_back())) return false;
    } else if (found == 'h') {
      out.help = true;
      return true;
    } else {
      return false;
    }
  }
  return optind == argc && !out.folder.empty() && out.socket.empty() == out.fd.has_value();
}

int complain(const Error& error) {
  if (error.code == ErrorCode::io) {
    fmt::print(stderr, "cordon-seal: {}: {}\n", error.where, std::strerror(static_cast<int>(error.offset)));
  } else if (error.offset != 0) {
    fmt::print(stderr, "cordon-seal: {} ({}, at {})\n", error.where, to_string(error.code), error.offset);
  } else {
    fmt::print(stderr, "cordon-seal: {} ({})\n", error.where, to_string(error.code));
  }
  return exit_input;
}

WallTime wall_clock() {
  return std::chrono::time_point_cast<cordon::Micros>(std::chrono::system_clock::now());
}

/// hold_signals lets SIGTERM and SIGINT arrive only while serve waits, so that a head is signed whole or not at all.
sigset_t hold_signals() {
  struct sigaction action {};
  action.sa_handler = stop;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  sigset_t held;
  sigset_t before;
  ::sigemptyset(&held);
  ::sigaddset(&held, SIGTERM);
  ::sigaddset(&held, SIGINT);
  ::sigprocmask(SIG_BLOCK, &held, &before);
  ::sigdelset(&before, SIGTERM);  // whoever started us may have held them
  ::sigdelset(&before, SIGINT);
  return before;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    fmt::print(stderr, "{}", help_text);
    return exit_usage;
  }
  if (arguments.help) {
    fmt::print("{}", help_text);
    return 0;
  }
  ::umask(0022);
  const sigset_t wait_mask = hold_signals();
  Result<cordon::seal::Sealer> sealer = cordon::seal::Sealer::open({arguments.folder, wall_clock});
  if (!sealer) return complain(sealer.error());
  Result<int> listener = -1;
  if (arguments.fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(*arguments.fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
      fmt::print(stderr, "cordon-seal: descriptor {} is no listening socket\n", *arguments.fd);
      return exit_input;
    }
    ::fcntl(*arguments.fd, F_SETFL, O_NONBLOCK);  // a client that is gone before accept must not stop us
    listener = *arguments.fd;
  } else {
    listener = cordon::seal::listen_on(arguments.socket, !arguments.uids.empty());
  }
  if (!listener) return complain(listener.error());
  if (sealer->heads_repaired()) {
    fmt::print(stderr, "cordon-seal: heads.jsonl ended inside a line that nobody was answered; it was taken off\n");
  }
  if (const Result<void> confined = cordon::seal::confine(); !confined) return complain(confined.error());
  fmt::print(stderr, "cordon-seal: ready key={}\n", cordon::logbook::to_hex(sealer->public_key()));
  std::fflush(stderr);
  const Result<void> served =
      cordon::seal::serve(*sealer, {*listener, std::move(arguments.uids), &stopped, &wait_mask});
  if (!arguments.socket.empty()) ::unlink(arguments.socket.c_str());
  return served ? 0 : complain(served.error());
}
