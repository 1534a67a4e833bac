// SPDX-License-Identifier: Apache-2.0
// Estate: what the hospital has declared of itself: hosts, which of them are protected, and the flows that carry care.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "event/host.h"

namespace cordon::estate {

/// Role says what kind of machine a host is; it decides what may be cut without a person.
enum class Role : std::uint8_t {
  workstation,
  server,
  medical_device,   // ventilator, monitor, infusion, bedside gateway …
  terminal_server,  // many people behind one address: never cut automatically
  nat,              // many hosts behind one address: never cut automatically
  network,          // switch, router, telephony exchange
};

struct Host {
  std::string name;
  Role role = Role::workstation;
  std::string unit;
  std::vector<IpAddress> addresses;
  std::vector<Mac> macs;
  bool is_protected = false;         // never isolated, its care flows never cut
  double harm_per_hour_blocked = 0;  // patient-hours lost in an hour without its file shares and remote desktop
  double harm_if_lost = 0;           // patient-hours over the weeks of a rebuild
};

/// CareFlow is a service whose traffic always passes, whoever is cut.
struct CareFlow {
  IpAddress server;
  std::uint16_t port = 0;  // TCP
  std::string what;
};

struct Estate {
  std::string hospital;
  std::vector<Host> hosts;
  std::vector<CareFlow> care_flows;

  /// find gives the host that declared this address, or null.
  const Host* find(const IpAddress& address) const;
  /// find gives the host that declared this MAC, or null.
  const Host* find(const Mac& mac) const;
};

std::string_view word(Role role);

/// Problem is one mistake in a file a person wrote: where, what, and what to do.
struct Problem {
  std::string file;
  std::uint32_t line = 0;
  std::string text;
};

/// Loaded is an estate, or every problem found; with problems the estate is not to be used.
struct Loaded {
  Estate estate;
  std::vector<Problem> problems;
};

/// load reads an estate from TOML text. `file` is only for the problems' sake.
Loaded load(std::string_view toml, std::string_view file);

}  // namespace cordon::estate
