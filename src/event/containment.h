// SPDX-License-Identifier: Apache-2.0
// The vocabulary of containment: plans, cuts, what is asked of an enforcer and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "event/host.h"
#include "event/means.h"
#include "event/people.h"
#include "event/system.h"

namespace cordon::event {

/// Disposition says what becomes of a planned action.
enum class Disposition : std::uint8_t {
  cut,       // carried out
  advised,   // the mode is watch, or no enforcer can do it: it is shown
  withheld,  // a safety rule forbids it
  waits,     // for the persons in `needs`
};

/// FlowTarget is what one client says to one TCP server.
struct FlowTarget {
  IpAddress client;
  IpAddress server;
  std::uint16_t port = 0;
  friend auto operator<=>(const FlowTarget&, const FlowTarget&) = default;
};

/// PrefixTarget is a range of addresses without a bit below it.
struct PrefixTarget {
  IpAddress address;
  std::uint8_t bits = 0;
  friend auto operator<=>(const PrefixTarget&, const PrefixTarget&) = default;
};

/// BorderTarget is what clients of one network ask of servers of another.
struct BorderTarget {
  PrefixTarget from;
  PrefixTarget to;
  friend auto operator<=>(const BorderTarget&, const BorderTarget&) = default;
};

/// SessionTarget is one user, as event::login_of names him, when he comes from one address.
struct SessionTarget {
  IpAddress client;
  std::string user;
  friend auto operator<=>(const SessionTarget&, const SessionTarget&) = default;
};

/// end_sessions is the word of the one action that is about users: these are refused and what they have open ends,
/// and who else comes from the same address works on.
constexpr std::string_view end_sessions = "end_sessions";

/// PlannedAction is one line of a plan. Its word (`action`) is one of the enforcer's grammar: block_spread, block_out,
/// shield, isolate (about macs and ips), block_flow (flows), close_border (borders), end_sessions (sessions).
struct PlannedAction {
  std::string key;  // what is done to what, by declared names: the same in every plan; empty before version 2
  std::string action;
  HostKey host;      // what it is about; of a flow the client, of a border unknown
  std::string what;  // the host, flow or border by the names a person knows
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::vector<FlowTarget> flows;
  std::vector<BorderTarget> borders;
  std::vector<SessionTarget> sessions;
  Disposition disposition = Disposition::advised;
  std::vector<Role> needs;           // who must approve, one distinct person each; for Disposition::waits
  std::string approval;              // the id of the approval that waits
  double harm = 0;                   // patient-hours over the incident
  std::vector<std::string> care;     // what care it touches, a sentence each, in English
  std::vector<std::string> care_fr;  // the same in French
  std::optional<double> saves{};     // patient-hours that would also be lost without this line; none: not known
  std::vector<std::string> saved{};  // what these are, a sentence each, in English
  std::vector<std::string> saved_fr{};
  std::string why;
};

/// Unneeded is what is in force and saves nothing any more, all else that is in force given.
struct Unneeded {
  std::string cut;  // its id; empty: a person did it by hand
  std::string key;  // as in PlannedAction
  double harm = 0;  // patient-hours over the incident that care gets back when this and all those before it are lifted
};

/// PlanMade: what is best now, in patient-hours. harm_cut and harm_left add up what each line cuts and each lost host
/// costs; that counts twice what two of them end. harm_together, harm_nothing, harm_infected and harm_all count it
/// once, and are what is compared: the plan with what is in force, doing nothing, isolating the infected alone, and
/// pulling everything (contain/account.h).
struct PlanMade {
  WallTime at;
  std::string id;  // plan-17
  std::vector<Sequence> why;
  std::vector<PlannedAction> actions;
  double harm_cut = 0;
  double harm_left = 0;
  std::optional<double> harm_together;  // none: not known, as in the first answer to a verdict and before version 7
  double harm_nothing = 0;
  double harm_infected = 0;
  double harm_all = 0;
  std::string rule;
  std::vector<Unneeded> no_longer_needed;  // never lifted without a person; empty before version 4
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
  std::string what;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::vector<FlowTarget> flows;
  std::vector<BorderTarget> borders;
  std::vector<SessionTarget> sessions;  // empty before version 4
  std::vector<Sequence> why;
  std::string rule;
  std::string key;    // as in PlannedAction
  double harm = 0;    // patient-hours over the incident, as planned
  std::string by;     // the persons who approved it, joined by commas; empty: nobody was asked
  std::string means;  // who is asked first, as MeansOffer names him; empty before version 3
};

/// CutHandedOn: what was asked so far did not do, or cannot be shown to; a further means is asked beside it.
struct CutHandedOn {
  WallTime at;
  std::string id;
  std::string means;
  std::string why;
};

/// CutProlonged: it goes on, as it is, to a later end.
struct CutProlonged {
  WallTime at;
  std::string id;
  WallTime until;
  std::string by;  // the persons who agreed anew, joined by commas; empty: Cordon, of what it cut by itself
};

/// CutNarrowed: an address was given out anew while it was cut, and is no longer.
struct CutNarrowed {
  WallTime at;
  std::string id;
  IpAddress ip;
  std::string to;  // who has it now, as the estate names it
};

enum class CutState : std::uint8_t {
  decided,    // durable, on its way to the enforcer
  applied,    // the enforcer took it; not proven yet
  holds,      // read back, drops grow, nobody acknowledges new data of a cut flow
  unproven,   // in force as far as we know, but the proof is missing or contradicted
  failed,     // the enforcer refused or did not answer in time
  rehearsed,  // dry run: nothing was enforced
  lifted,     // taken back by a person
  expired,    // reached its end, and everybody who was asked has taken it away
  lifting,    // a person took it back or its time was over; not everybody who was asked has confirmed yet
};

/// CountsAs is what a plan may reckon on while a cut is in force.
enum class CountsAs : std::uint8_t {
  done,          // on its way, or read back and nothing speaks against it
  not_done,      // refused, not answered, not read back, gone, or only a part of what was decided
  contradicted,  // a sensor saw a server acknowledge new data after it: another way round, or an impostor
};

struct CutChanged {
  WallTime at;
  std::string id;
  CutState state = CutState::decided;
  std::string by;      // person or rule
  std::string detail;  // for a person
  std::uint64_t drops = 0;
  CountsAs counts_as = CountsAs::done;  // before version 6 told from state and detail
};

/// EnforcerStep is what an enforcer reports about one cut.
enum class EnforcerStep : std::uint8_t {
  applied,
  read_back,
  missing,
  failed,
  lifted,
  rehearsed,
  blind,  // it was read back, and nobody can look any more
};

struct EnforcerReport {
  WallTime at;
  std::string id;
  EnforcerStep step = EnforcerStep::applied;
  std::uint64_t drops = 0;  // packets dropped under this cut's addresses
  std::string detail;
  std::string means;
};

/// InForce is everything an enforcer has in force, sent whenever it is (re)connected: by kind of action where it tells
/// them apart, else in one item without a word.
struct InForceKind {
  std::string action;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::vector<FlowTarget> flows{};
  std::vector<BorderTarget> borders{};
};

struct InForce {
  WallTime at;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::vector<InForceKind> kinds{};
  std::string means{};
  std::vector<SessionTarget> sessions{};
};

/// FlowProgress: a server acknowledged new data of this client on a spreading protocol. At most one a second and host.
struct FlowProgress {
  WallTime at;  // when the last acknowledgement was seen
  HostKey host;
  IpAddress server;
  std::uint16_t port = 0;
  std::uint64_t bytes = 0;
};

/// RollBack is a person's wish to lift a cut, which the engine checks as it does LineDecided.
struct RollBack {
  WallTime at;
  std::string id;
  std::string by;
  std::string session;
  std::string reason;
};

/// ApplyCut and LiftCut are effects, each for one means, which must treat a repeated id as the same wish.
struct ApplyCut {
  std::string id;
  WallTime until;
  WallTime deadline;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::string action = "block_spread";
  std::vector<FlowTarget> flows{};
  std::vector<BorderTarget> borders{};
  std::string means{};
  std::vector<SessionTarget> sessions{};
};

struct LiftCut {
  std::string id;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::vector<FlowTarget> flows{};
  std::vector<BorderTarget> borders{};
  std::string means{};
  std::vector<SessionTarget> sessions{};
  std::string action{};  // empty: of whatever kind, where the means does not tell kinds apart
};

}  // namespace cordon::event
