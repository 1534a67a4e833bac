// SPDX-License-Identifier: GPL-2.0-only
// cordon-nft: the one process that may change the rules of a bridge or a router. It answers a fixed grammar on one Unix
// socket.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstring>
#include <string_view>

#include "grammar/address.h"
#include "nft/confine.h"
#include "nft/helper.h"
#include "nft/hop.h"
#include "nft/kernel.h"
#include "nft/server.h"

namespace {

using cordon::nft::Hop;

constexpr int exit_done = 0;
constexpr int exit_no = 1;
constexpr int exit_usage = 2;
constexpr std::uint64_t descriptor_max = 65535;

constexpr const char* usage =
    "usage: cordon-nft [--bridge | --route] --socket-fd N | --socket PATH | --check\n"
    "  --bridge       judge the frames that a bridge of this network namespace forwards (default)\n"
    "  --route        judge the packets that this network namespace routes between its interfaces\n"
    "  --socket-fd N  answer on the listening Unix stream socket that was inherited as descriptor N\n"
    "  --socket PATH  make that socket at PATH, for the owner only\n"
    "  --check        say whether the right, the kernel's rules, and a bridge or a router are there; change nothing\n"
    "Needs CAP_NET_ADMIN in the network namespace of the bridge or router and drops every other right.\n"
    "Exit status: 0 done, 1 no, 2 usage.\n";

int complain(const char* what, std::string_view why, int status) {
  std::fprintf(stderr, "cordon-nft: %s: %.*s\n", what, static_cast<int>(why.size()), why.data());
  return status;
}

bool is_listening(int descriptor) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1;
}

int check(cordon::nft::Kernel& kernel, Hop hop) {
  const char* family = cordon::nft::family_word(hop);
  const std::string problem = cordon::nft::Helper::check(kernel, hop);
  if (!problem.empty()) {
    std::fprintf(stderr, "cordon-nft: the kernel does not take a table of the family %s: %s\n", family,
                 problem.c_str());
    return exit_no;
  }
  if (const std::string why = cordon::nft::sees_nothing(hop); !why.empty()) {
    return complain("its rules would see nothing", why, exit_no);
  }
  std::printf("cordon-nft: CAP_NET_ADMIN is there and the kernel takes a table of the family %s\n", family);
  return exit_done;
}

/// hop_of takes the word that says where the helper stands off the arguments; a bridge where none is.
Hop hop_of(int& argc, char**& argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word != "--bridge" && word != "--route") return Hop::bridge;
  --argc;
  ++argv;
  return word == "--route" ? Hop::router : Hop::bridge;
}

}  // namespace

int main(int argc, char** argv) {
  const Hop hop = hop_of(argc, argv);
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (argc == 2 && option == "--help") {
    std::fputs(usage, stdout);
    return exit_done;
  }
  const bool checking = argc == 2 && option == "--check";
  if (!checking && !(argc == 3 && (option == "--socket" || option == "--socket-fd"))) {
    std::fputs(usage, stderr);
    return exit_usage;
  }
  if (!cordon::nft::has_net_admin()) return complain("start", "CAP_NET_ADMIN is missing", exit_no);
  const auto kernel = cordon::nft::Kernel::open();
  if (!kernel) return complain("start", "libnftables cannot open netlink", exit_no);
  if (checking) return check(*kernel, hop);

  int listening = -1;
  if (option == "--socket") {
    listening = cordon::nft::listen_at(argv[2]);
    if (listening < 0) return complain(argv[2], std::strerror(errno), exit_no);
  } else {
    const auto number = cordon::grammar::parse_number(argv[2], descriptor_max);
    if (!number) return complain(argv[2], "not a descriptor", exit_usage);
    listening = static_cast<int>(*number);
    if (!is_listening(listening)) return complain(argv[2], "not a listening socket", exit_usage);
  }
  // A connection that is gone by the time it is accepted must not stall the others.
  ::fcntl(listening, F_SETFL, O_NONBLOCK);
  if (const std::string problem = cordon::nft::confine(); !problem.empty()) {
    return complain("cannot drop rights", problem, exit_no);
  }
  cordon::nft::Helper helper(*kernel, hop);
  return complain("serve", std::strerror(cordon::nft::serve(listening, helper)), exit_no);
}
