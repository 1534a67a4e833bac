// SPDX-License-Identifier: Apache-2.0
// Drives an enforcer from standard input and prints what it reports, one line each: what stands between the live tests
// and the code that they try.
//
//   enforcer_probe radius ADDRESS PORT SECRET_FILE NAS_IDENTIFIER CONTROL OWN_FOLDER PROTECTED|- [CUT_VLAN RELEASE_VLAN] [dry]
//   enforcer_probe samba SOCKET [dry]
//   > apply ID UNTIL_S DEADLINE_MS ADDRESS…    from now; ADDRESS is a MAC, an IP address, or user@IP: end his sessions
//   > lift ID ADDRESS…
//   < report TIME ID STEP DROPS DETAIL
//   < process TIME NAME up|down DETAIL
//   < in_force TIME ADDRESS…
// TIME is CLOCK_MONOTONIC in seconds, as the tests have it.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "enforce/enforcer.h"
#include "enforce/radius_enforcer.h"
#include "enforce/samba_enforcer.h"

namespace {

using namespace cordon;

constexpr int tend_ms = 500;

WallTime wall_now() {
  return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

double mono() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const char* word(event::EnforcerStep step) {
  switch (step) {
    case event::EnforcerStep::applied:
      return "applied";
    case event::EnforcerStep::read_back:
      return "read_back";
    case event::EnforcerStep::missing:
      return "missing";
    case event::EnforcerStep::blind:
      return "blind";
    case event::EnforcerStep::failed:
      return "failed";
    case event::EnforcerStep::lifted:
      return "lifted";
    case event::EnforcerStep::rehearsed:
      return "rehearsed";
  }
  return "?";
}

void print(const event::Input& input) {
  if (const auto* report = std::get_if<event::EnforcerReport>(&input)) {
    std::printf("report %.6f %s %s %llu %s\n", mono(), report->id.c_str(), word(report->step),
                static_cast<unsigned long long>(report->drops), report->detail.c_str());
  } else if (const auto* process = std::get_if<event::ProcessChanged>(&input)) {
    std::printf("process %.6f %s %s %s\n", mono(), process->name.c_str(), process->up ? "up" : "down",
                process->detail.c_str());
  } else if (const auto* in_force = std::get_if<event::InForce>(&input)) {
    std::printf("in_force %.6f", mono());
    for (const Mac& mac : in_force->macs) std::printf(" %s", mac.text().c_str());
    for (const IpAddress& ip : in_force->ips) std::printf(" %s", ip.text().c_str());
    for (const event::SessionTarget& s : in_force->sessions)
      std::printf(" %s@%s", s.user.c_str(), s.client.text().c_str());
    std::printf("\n");
  }
  std::fflush(stdout);
}

std::unique_ptr<enforce::Means> radius_means(char** words, int count) {
  auto secret = enforce::RadiusSecret::read(words[2]);
  if (!secret) {
    std::printf("refused %s\n", secret.error().where);
    return nullptr;
  }
  enforce::RadiusSwitch one{{words[3], *IpAddress::parse(words[0]), static_cast<std::uint16_t>(std::atoi(words[1])),
                        std::move(*secret), radius::Need::message_authenticator},
                       words[3],
                       std::nullopt,
                       radius::MacStyle::dashes,
                       {},
                       {},
                       words[4]};
  if (one.hostapd_control == "-") one.hostapd_control.clear();
  if (count >= 9) {
    one.cut = radius::tunnel_vlan(static_cast<std::uint16_t>(std::atoi(words[7])));
    one.release = radius::tunnel_vlan(static_cast<std::uint16_t>(std::atoi(words[8])));
  }
  enforce::RadiusConfig config{{std::move(one)}, {}, words[5]};
  if (const auto mac = Mac::parse(words[6])) config.protected_macs.push_back(*mac);
  auto means = enforce::RadiusMeans::open(std::move(config));
  return means ? std::move(*means) : nullptr;
}

void take(enforce::Enforcer& enforcer, const std::string& line) {
  std::istringstream in(line);
  std::string verb, id, address;
  in >> verb >> id;
  event::ApplyCut apply;
  event::LiftCut lift;
  if (verb == "apply") {
    double until_s = 0, deadline_ms = 0;
    in >> until_s >> deadline_ms;
    apply.id = id;
    apply.until = wall_now() + Micros(static_cast<std::int64_t>(until_s * 1e6));
    apply.deadline = wall_now() + Micros(static_cast<std::int64_t>(deadline_ms * 1e3));
  }
  lift.id = id;
  while (in >> address) {
    if (const auto mac = Mac::parse(address)) {
      apply.macs.push_back(*mac);
      lift.macs.push_back(*mac);
    } else if (const auto ip = IpAddress::parse(address)) {
      apply.ips.push_back(*ip);
      lift.ips.push_back(*ip);
    } else if (const auto place = address.find('@'); place != std::string::npos) {
      apply.action = event::end_sessions;
      const event::SessionTarget session{*IpAddress::parse(address.substr(place + 1)), address.substr(0, place)};
      apply.sessions.push_back(session);
      lift.sessions.push_back(session);
    }
  }
  if (verb == "apply") enforcer.take(std::move(apply));
  if (verb == "lift") enforcer.take(std::move(lift));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc > 1 ? argv[1] : "";
  std::unique_ptr<enforce::Means> means;
  if (kind == "radius" && argc >= 9) {
    means = radius_means(argv + 2, argc - 2);
  } else if (kind == "samba" && argc >= 3) {
    means = std::make_unique<enforce::SambaMeans>(argv[2]);
  }
  if (means == nullptr) return 2;
  const bool dry = std::string(argv[argc - 1]) == "dry";
  enforce::Enforcer enforcer(std::move(means), print, wall_now, dry ? enforce::Enforcer::Run::dry : enforce::Enforcer::Run::real);
  enforcer.tend();
  std::string pending;
  for (double next = mono();;) {
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    if (::poll(&waiting, 1, tend_ms / 5) > 0) {
      char buffer[4096];
      const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
      if (size <= 0) return 0;
      pending.append(buffer, static_cast<std::size_t>(size));
      for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
        take(enforcer, pending.substr(0, end));
      }
    }
    if (mono() < next) continue;
    enforcer.tend();
    next = mono() + tend_ms / 1000.0;
  }
}
