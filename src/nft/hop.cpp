// SPDX-License-Identifier: GPL-2.0-only
#include "nft/hop.h"

#include <linux/if_bridge.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace cordon::nft {

namespace {

bool has_bridge() {
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  std::array<int, 1> first{};
  std::array<unsigned long, 3> question{BRCTL_GET_BRIDGES, reinterpret_cast<unsigned long>(first.data()), first.size()};
  const int found = ::ioctl(descriptor, SIOCGIFBR, question.data());
  ::close(descriptor);
  return found > 0;
}

bool has_forwarding() {
  for (const char* family : {"/proc/sys/net/ipv4/conf", "/proc/sys/net/ipv6/conf"}) {
    std::error_code error;
    for (const auto& interface : std::filesystem::directory_iterator(family, error)) {
      std::ifstream file(interface.path() / "forwarding");
      int value = 0;
      if (interface.path().filename() != "default" && file >> value && value != 0) return true;
    }
  }
  return false;
}

}  // namespace

std::string sees_nothing(Hop hop) {
  if (hop == Hop::bridge) {
    return has_bridge() ? "" : "no bridge is in this network namespace; make one, or say --route if this is a router";
  }
  return has_forwarding() ? ""
                          : "no interface in this network namespace forwards; set net.ipv4.ip_forward = 1 and "
                            "net.ipv6.conf.all.forwarding = 1, or leave --route out if this is a bridge";
}

}  // namespace cordon::nft
