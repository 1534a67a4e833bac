// SPDX-License-Identifier: Apache-2.0
#include "contain/means.h"

#include <algorithm>
#include <array>
#include <set>

#include "contain/care_plan.h"
#include "contain/lines.h"
#include "contain/own_way.h"
#include "event/login.h"

namespace cordon::contain {

namespace {

/// The ports of a Samba server; a flow on any port (0) may be on these.
constexpr std::array<std::uint16_t, 3> file_ports{445, 139, 0};

bool shares_files(std::uint16_t port) {
  return std::ranges::find(file_ports, port) != file_ports.end();
}

std::set<IpAddress> touched_addresses(const Cutting& cutting) {
  std::set<IpAddress> out(cutting.ips.begin(), cutting.ips.end());
  out.insert(cutting.host.ip);
  for (const event::SessionTarget& session : cutting.sessions) out.insert(session.client);
  return out;
}

std::set<std::uint32_t> touched_hosts(const Cutting& cutting, const estate::Estate& estate) {
  std::set<std::uint32_t> out;
  if (const auto host = host_of(estate, cutting.host)) out.insert(host->value);
  const auto add = [&](const estate::Host* host) {
    if (host != nullptr) out.insert(static_cast<std::uint32_t>(host - estate.hosts.data()));
  };
  for (const IpAddress& address : touched_addresses(cutting)) add(estate.find(address));
  for (const Mac& mac : cutting.macs) add(estate.find(mac));
  return out;
}

/// is_unplugged_by_hand: no enforcer of ours stands where the host is attached.
bool is_unplugged_by_hand(const Cutting& cutting, const estate::Estate& estate) {
  const auto host = host_of(estate, cutting.host);
  return host && estate.hosts[host->value].grain == estate::Grain::none;
}

/// cuts_off_protected: whoever answers under one of these addresses goes along.
bool cuts_off_protected(const Cutting& cutting, const estate::Estate& estate) {
  if (cutting.action != "block_spread" && cutting.action != "block_out" && cutting.action != "isolate") return false;
  const std::set<std::uint32_t> hosts = touched_hosts(cutting, estate);
  return std::ranges::any_of(hosts, [&](std::uint32_t host) { return estate.hosts[host].is_protected; });
}

bool care_would_stop(const Cutting& cutting, const estate::Estate& estate) {
  const std::set<IpAddress> addresses = touched_addresses(cutting);
  const auto serves_care = [&](const estate::CareFlow& flow) { return addresses.contains(flow.server); };
  if (std::ranges::any_of(estate.care_flows, serves_care)) return true;
  const std::set<std::uint32_t> hosts = touched_hosts(cutting, estate);
  if (std::ranges::any_of(hosts, [&](std::uint32_t host) { return estate.hosts[host].is_protected; })) return true;
  return std::ranges::any_of(estate.flows, [&](const estate::Flow& flow) {
    return flow.care && (hosts.contains(flow.client.value) || hosts.contains(flow.server.value));
  });
}

/// file_care_would_stop: who is denied by a file server loses every share of it, whatever it is for. Which server that
/// is must be known, or a care flow to any server counts.
bool file_care_would_stop(const event::MeansOffer& offer, const Cutting& cutting, const estate::Estate& estate) {
  const auto is_it = [&](const IpAddress& address) {
    return offer.servers.empty() || std::ranges::find(offer.servers, address) != offer.servers.end();
  };
  const auto open_to_all = [&](const estate::CareFlow& flow) {
    return !flow.of_flows && shares_files(flow.port) && is_it(flow.server);
  };
  if (std::ranges::any_of(estate.care_flows, open_to_all)) return true;
  const std::set<std::uint32_t> hosts = touched_hosts(cutting, estate);
  return std::ranges::any_of(estate.flows, [&](const estate::Flow& flow) {
    if (!flow.care || flow.udp || !shares_files(flow.port) || !hosts.contains(flow.client.value)) return false;
    return offer.servers.empty() || std::ranges::any_of(estate.hosts[flow.server.value].addresses, is_it);
  });
}

}  // namespace

bool cuts_off_protected(const estate::Estate& estate, const Action& action) {
  const bool cuts_off = action.kind == ActionKind::isolate || action.kind == ActionKind::block_out;
  return cuts_off && action.index < estate.hosts.size() && estate.hosts[action.index].is_protected;
}

bool suits(const event::MeansOffer& offer, const Cutting& cutting, const estate::Estate& estate) {
  if (cuts_off_protected(cutting, estate)) return false;
  const bool of_sessions = cutting.action == event::end_sessions;
  const bool in_part = offer.reach == event::Reach::file_service;
  if (cutting.action == "isolate" && !in_part && is_unplugged_by_hand(cutting, estate)) return false;
  if (of_sessions && !offer.ends_sessions) return false;
  switch (offer.reach) {
    case event::Reach::exact:
      return true;
    case event::Reach::file_service: {
      const bool names_somebody = of_sessions || !cutting.ips.empty();
      const bool does_a_part = of_sessions || cutting.action == "block_spread" || cutting.action == "block_out" ||
                               cutting.action == "isolate";
      return does_a_part && names_somebody && !file_care_would_stop(offer, cutting, estate);
    }
    case event::Reach::whole_host:
      return cutting.action == "isolate" && !care_would_stop(cutting, estate);
  }
  return false;
}

bool does_whole(const event::MeansOffer& offer, std::string_view action) {
  return offer.reach != event::Reach::file_service || action == event::end_sessions;
}

namespace {

const event::MeansOffer* next_of(std::span<const event::MeansOffer> offers, std::span<const std::string> asked,
                                 const Cutting& cutting, const estate::Estate& estate, bool whole_only) {
  const event::MeansOffer* rehearsal = nullptr;
  bool for_real = false;
  for (const event::MeansOffer& offer : offers) {
    if (!suits(offer, cutting, estate)) continue;
    for_real = for_real || !offer.rehearses;
    if (std::ranges::find(asked, offer.name) != asked.end()) continue;
    if (whole_only && !does_whole(offer, cutting.action)) continue;
    if (!offer.rehearses) return &offer;
    if (rehearsal == nullptr) rehearsal = &offer;
  }
  return for_real ? nullptr : rehearsal;
}

}  // namespace

const event::MeansOffer* next_means(std::span<const event::MeansOffer> offers, std::span<const std::string> asked,
                                    const Cutting& cutting, const estate::Estate& estate) {
  return next_of(offers, asked, cutting, estate, false);
}

const event::MeansOffer* next_whole_means(std::span<const event::MeansOffer> offers, std::span<const std::string> asked,
                                          const Cutting& cutting, const estate::Estate& estate) {
  return next_of(offers, asked, cutting, estate, true);
}

std::string why_let_go(const event::MeansOffer& offer, const event::CutDecided& cut, const estate::Estate& estate) {
  // Whom it names still: an address that was given out anew is no part of it any more.
  const event::HostKey nobody;
  const bool names_targets = !cut.ips.empty() || !cut.macs.empty() || !cut.sessions.empty();
  const Cutting cutting{cut.action, names_targets ? nobody : cut.host, cut.ips, cut.sessions, cut.macs};
  const bool of_sessions = cut.action == event::end_sessions;
  const bool cuts_off = cut.action == "block_spread" || cut.action == "block_out" || cut.action == "isolate";
  if (!cuts_off && !of_sessions && cut.action != "shield") return "";
  for (const std::uint32_t index : touched_hosts(cutting, estate)) {
    const estate::Host& host = estate.hosts[index];
    if (host.own != estate::Own::no) return own_way_reason + host.name;
    if (host.is_protected && (cuts_off || of_sessions)) return host.name + " is protected";
  }
  for (const event::SessionTarget& session : cut.sessions) {
    const bool is_protected = std::ranges::any_of(estate.accounts, [&](const estate::Account& account) {
      return account.is_protected && event::login_of(account.name) == session.user;
    });
    if (is_protected) return session.user + " is a protected account: it is never refused; go and see";
  }
  const bool stops_care = offer.reach == event::Reach::file_service
                              ? file_care_would_stop(offer, cutting, estate)
                              : offer.reach == event::Reach::whole_host && care_would_stop(cutting, estate);
  return (cuts_off || of_sessions) && stops_care ? "care would stop with it" : "";
}

bool leave_to_hands(std::span<event::PlannedAction> lines, std::span<const event::MeansOffer> offers,
                    const estate::Estate& estate) {
  using event::Disposition;
  bool any = false;
  for (event::PlannedAction& line : lines) {
    if (line.disposition != Disposition::cut && line.disposition != Disposition::waits) continue;
    if (next_means(offers, {}, cutting_of(line), estate) != nullptr) continue;
    line.disposition = Disposition::advised;
    line.why = by_hand_reason;
    any = true;
  }
  return any;
}

}  // namespace cordon::contain
