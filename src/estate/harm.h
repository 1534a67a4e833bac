// SPDX-License-Identifier: Apache-2.0
// Harm: what a missing flow, host, border or account costs in patient-hours. Pure functions of a declared estate; no
// decision is made here (contain) and nothing is simulated. One patient-hour is an hour in which one patient of
// réanimation is wholly without the care in question; every other kind of unit weighs less (Weights::of_kind).
//
//   harm(flow, T) = weight(kind of its unit) × patients(unit) × dependence × residual(fallback) × max(0, T − tolerance)
//
// with residual(by_hand) = Weights::by_hand, residual(none) = 1, and T in hours. Harms add up over flows: where the
// dependences of a unit on different services add up to more than 1, the sum says more than can be lost;
// harm_together() caps it and is what a simulation should report.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "estate/estate.h"
#include "event/spreading.h"

namespace cordon::estate {

/// spreading_ports are the TCP ports by which ransomware goes from machine to machine (event/spreading.h).
std::span<const event::SpreadingPort> spreading_ports();

/// spreads says whether a flow uses one of them over TCP. A flow on any port (0) does not: blocking the spreading
/// protocols does not end it.
bool spreads(const Flow& flow);

/// ends_with_spreading says whether a flow ends where spreading protocols are blocked: one that spreads, and those that
/// the bridge cannot tell from them, RDP over UDP and new connections to a port that RPC gives out. They have a price;
/// as ways of an attack they are not counted by themselves.
bool ends_with_spreading(const Flow& flow);

/// can_be_kept_open says whether a flow can pass beside the isolation of its hosts. It is known by its server's address
/// and port; without one of them no rule lets it pass.
bool can_be_kept_open(const Estate& estate, const Flow& flow);

/// weight of an hour without care in a unit of this kind, 0..1.
double weight(const Weights& weights, UnitKind kind);

/// residual is the share of the dependence that is lost once a unit works without the flow.
double residual(const Weights& weights, Fallback fallback);

/// harm_per_hour is what an hour without a host costs by its criticality: weight(kind of its unit) × patients × share
/// (Weights::critical; none for normal, and where it is in no unit). Host::harm_per_hour_blocked is that,
/// and Host::harm_if_lost that × rebuild_hours, where the estate gives a criticality and no figures.
double harm_per_hour(const Estate& estate, const Host& host);

/// harm_of_flow is the patient-hours lost when one flow is missing for `hours`.
double harm_of_flow(const Estate& estate, const Flow& flow, double hours);

/// harm_of_account is the patient-hours lost when an account is disabled for `hours`; the tolerance is none.
double harm_of_account(const Estate& estate, const Account& account, double hours);

/// HostHarm is what measures against one host cost, in patient-hours. Outbound is what the host opens itself, inbound
/// what others open to it. Protected care flows (Flow::care) stand apart: whoever cannot spare them when he isolates
/// adds `care_out` and `care_in`, or does not isolate. 0 ≤ block_out ≤ isolate_out, 0 ≤ block_in ≤ isolate_in.
///
///   block_out    flows it opens that end with spreading, over the incident
///   isolate_out  every flow it opens, over the incident
///   block_in, isolate_in   the same of the flows that others open to it
///   lost         every flow from and to it, care flows included, over the rebuild, and Host::harm_if_lost
///
/// Host::harm_per_hour_blocked × incident hours is part of block_in and isolate_in of a host that serves (serves()), of
/// block_out and isolate_out of any other.
struct HostHarm {
  double block_out = 0;
  double block_in = 0;
  double isolate_out = 0;
  double isolate_in = 0;
  double care_out = 0;
  double care_in = 0;
  double lost = 0;
  double isolate() const { return isolate_out + isolate_in; }
  double block() const { return block_out + block_in; }
};

/// harm_of_session is the patient-hours lost when a user cannot reach the file shares from one host over the incident.
/// Of a declared account: what disabling it costs. Of anybody else: one user's share of what the host (whose harm
/// `of_host` is) opens on spreading ports. Knowing of too few users makes it dearer, never cheaper.
double harm_of_session(const Estate& estate, const Session& session, const HostHarm& of_host);

/// serves says whether others come to a host of this role rather than it to them.
bool serves(Role role);
/// routes says whether a host of this role passes on what others send.
bool routes(Role role);

/// harm_of_hosts gives one HostHarm a host, in the order of Estate::hosts, in one pass over the flows.
std::vector<HostHarm> harm_of_hosts(const Estate& estate);

/// harm_of_host is the same for one host; it reads all flows.
HostHarm harm_of_host(const Estate& estate, HostIndex host);

/// BorderHarm is what closing a border costs over the incident: for its spreading protocols alone, for everything.
struct BorderHarm {
  double spreading = 0;
  double all = 0;
};

/// harm_of_borders gives one BorderHarm a border: the flows, care flows excepted, whose client stands in `from` and
/// whose server in `to`. Where two borders name the same pair, both carry the whole.
std::vector<BorderHarm> harm_of_borders(const Estate& estate);

/// Outage says how long one flow is missing.
struct Outage {
  std::uint32_t flow = 0;  // into Estate::flows
  double hours = 0;
};

/// harm_together is the patient-hours of several flows missing, from the same moment: in no hour does a unit lose more
/// than all its care.
/// A flow that is named twice counts once, with its longest outage.
double harm_together(const Estate& estate, std::span<const Outage> outages);

}  // namespace cordon::estate
