// SPDX-License-Identifier: Apache-2.0
// intellivue_probe OWN_IP MONITOR_IP MONITOR_PORT SECONDS RECORD: our IntelliVue client against a monitor or another's
// simulation of one. Every reading is a line on standard output; RECORD takes every datagram of the monitor as
// hexadecimal. docs/PEERS.md.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "intellivue/client.h"

namespace {

using namespace cordon::intellivue;

sockaddr_in address(const char* ip, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  if (inet_pton(AF_INET, ip, &out.sin_addr) != 1) {
    fmt::print(stderr, "intellivue_probe: {} is no IPv4 address\n", ip);
    std::exit(2);
  }
  return out;
}

int open_socket(const char* ip) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in own = address(ip, data_port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    std::perror("intellivue_probe: bind");
    std::exit(3);
  }
  return fd;
}

void say(const Report& report) {
  if (const auto* n = std::get_if<Numeric>(&report)) {
    fmt::print("numeric handle={} id=0x{:04x} label={} value={} unit={} validity={} at={}\n", n->key.handle,
               n->physio_id, n->label, n->value, n->ucum, static_cast<int>(n->validity), n->at);
  } else if (const auto* w = std::get_if<Wave>(&report)) {
    fmt::print("wave handle={} id=0x{:04x} label={} samples={} period_us={} scaled={} first={}\n", w->key.handle,
               w->physio_id, w->label, w->values.size(), w->sample_period * 125, w->scaled,
               w->values.empty() ? 0 : w->values.front());
  } else if (const auto* a = std::get_if<AlarmList>(&report)) {
    fmt::print("alarms kind={} count={}\n", static_cast<int>(a->kind), a->alarms.size());
  } else if (const auto* d = std::get_if<Device>(&report)) {
    fmt::print("device bed={} manufacturer={} model={} mode=0x{:04x}\n", d->bed, d->manufacturer, d->model, d->mode);
  } else if (const auto* p = std::get_if<PhaseChanged>(&report)) {
    fmt::print("phase {}\n", static_cast<int>(p->phase));
  } else if (const auto* t = std::get_if<Trouble>(&report)) {
    fmt::print("trouble {} {}\n", static_cast<int>(t->kind), remedy(t->kind).english);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "usage: intellivue_probe OWN_IP MONITOR_IP MONITOR_PORT SECONDS RECORD\n");
    return 2;
  }
  const int fd = open_socket(argv[1]);
  const sockaddr_in monitor = address(argv[2], static_cast<std::uint16_t>(std::atoi(argv[3])));
  std::ofstream record(argv[5]);
  Client client;
  const auto use = [&](const ClientOutput& out) {
    for (const Bytes& bytes : out.send) {
      (void)sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&monitor), sizeof monitor);
    }
    for (const Report& report : out.reports) say(report);
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{std::atoi(argv[4])};
  while (std::chrono::steady_clock::now() < end) {
    use(client.tick(std::chrono::steady_clock::now()));
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, 50) != 1) continue;
    std::array<std::uint8_t, 65536> buffer{};
    const ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
    if (size <= 0) continue;
    const cordon::ByteView datagram(buffer.data(), static_cast<std::size_t>(size));
    for (const std::uint8_t octet : datagram) record << fmt::format("{:02x}", octet);
    record << '\n';
    use(client.receive(datagram, std::chrono::steady_clock::now()));
  }
  use(client.stop());
  const ClientCounts counts = client.counts();
  fmt::print("counts malformed={} duplicates={} late={} gaps={} damaged={}\n", counts.malformed, counts.duplicates,
             counts.late, counts.gaps, counts.damaged);
  close(fd);
  return 0;
}
