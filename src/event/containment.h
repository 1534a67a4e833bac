// SPDX-License-Identifier: Apache-2.0
// The vocabulary of containment: plans, cuts, what is asked of an enforcer and what came of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "event/host.h"

namespace cordon::event {

/// Disposition says what becomes of a planned action.
enum class Disposition : std::uint8_t {
  cut,       // carried out
  advised,   // the mode is watch, or a rule leaves it to a person
  withheld,  // a safety rule forbids it
};

struct PlannedAction {
  std::string action;  // block_spread
  HostKey host;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  Disposition disposition = Disposition::advised;
  std::string why;
};

struct PlanMade {
  WallTime at;
  std::vector<Sequence> why;
  std::vector<PlannedAction> actions;
  double harm_cut = 0;   // patient-hours
  double harm_left = 0;  // patient-hours
  std::string rule;
};

/// CutDecided is the promise that must survive any crash. `id` is the idempotency key towards the enforcer; lifting is
/// its inverse.
struct CutDecided {
  std::string id;
  WallTime at;
  WallTime until;
  WallTime deadline;  // an enforcer that has not answered by then has failed
  std::string action;
  HostKey host;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::vector<Sequence> why;
  std::string rule;
};

enum class CutState : std::uint8_t {
  decided,    // durable, on its way to the enforcer
  applied,    // the enforcer took it; not proven yet
  holds,      // read back, drops grow, nobody acknowledges new data of a cut flow
  unproven,   // in force as far as we know, but the proof is missing or contradicted
  failed,     // the enforcer refused or did not answer in time
  rehearsed,  // dry run: nothing was enforced
  lifted,     // taken back by a person
  expired,    // reached its end
  lifting,    // a person took it back; the enforcer has not confirmed yet
};

struct CutChanged {
  WallTime at;
  std::string id;
  CutState state = CutState::decided;
  std::string by;      // person or rule
  std::string detail;  // for a person
  std::uint64_t drops = 0;
};

/// EnforcerStep is what an enforcer reports about one cut.
enum class EnforcerStep : std::uint8_t { applied, read_back, missing, failed, lifted, rehearsed };

struct EnforcerReport {
  WallTime at;
  std::string id;
  EnforcerStep step = EnforcerStep::applied;
  std::uint64_t drops = 0;  // packets dropped under this cut's addresses
  std::string detail;
};

/// InForce is everything an enforcer has in force, sent whenever it is (re)connected.
struct InForce {
  WallTime at;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
};

/// FlowProgress: a server acknowledged new data of this client on a spreading protocol. At most one a second and host.
struct FlowProgress {
  WallTime at;  // when the last acknowledgement was seen
  HostKey host;
  IpAddress server;
  std::uint16_t port = 0;
  std::uint64_t bytes = 0;
};

/// RollBack is a person's wish to lift a cut.
struct RollBack {
  WallTime at;
  std::string id;
  std::string by;
  std::string reason;
};

/// ApplyCut and LiftCut are effects; the enforcer must treat a repeated id as the same wish.
struct ApplyCut {
  std::string id;
  WallTime until;
  WallTime deadline;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
};

struct LiftCut {
  std::string id;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
};

}  // namespace cordon::event
