// SPDX-License-Identifier: Apache-2.0
#include "contain/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "contain/identity.h"
#include "contain/lines.h"
#include "contain/own_way.h"
#include "contain/rulings.h"
#include "estate/harm.h"

namespace cordon::contain {

using estate::Host;
using estate::Role;
using event::Disposition;
using event::HostKey;

namespace {

const Host* declared_as(const PlanRequest& request) {
  const auto index = host_of(request.estate, request.verdict.host);
  return index ? &request.estate.hosts[index->value] : nullptr;
}

std::optional<Ruling> never_cut(const Host* host) {
  if (host == nullptr || !spared(*host)) return std::nullopt;
  if (!host->is_protected) return Ruling{Disposition::withheld, own_way_reason + host->name};
  return Ruling{Disposition::withheld, fmt::format("{} is protected: it is never cut; go and see it", host->name)};
}

}  // namespace

// Whose the address is comes first: people are not to be sent to the machine whose MAC somebody borrows.
std::optional<Ruling> identity_ruling(const PlanRequest& request) {
  const HostKey& key = request.verdict.host;
  const Host* by_address = request.estate.find(key.ip);
  if (auto ruling = never_cut(by_address)) return ruling;
  switch (speaker_of(request.estate, key, request.seen)) {
    case Speaker::itself:
      if (by_address == nullptr) return never_cut(declared_as(request));
      if (is_router(request.estate, key.mac, request.seen)) return std::nullopt;
      return never_cut(request.estate.find(key.mac));
    case Speaker::unsure:
      if (!key.mac.known()) {
        return Ruling{Disposition::withheld,
                      fmt::format("no machine's MAC was seen to receive the answers for {}, which is declared with "
                                  "one: who used its address is not known; a person decides",
                                  by_address->name)};
      }
      return Ruling{Disposition::withheld,
                    fmt::format("{} answers for {} and many others and is not declared: if it is a router, declare it; "
                                "a person decides",
                                key.mac.text(), by_address->name)};
    case Speaker::another:
      return Ruling{Disposition::withheld, fmt::format("{} answers for {}, whose declared MAC is another: another "
                                                       "machine uses this address; decide by hand",
                                                       key.mac.text(), by_address->name)};
  }
  return std::nullopt;
}

Ruling limits_ruling(const PlanRequest& request, double harm, const char* why) {
  if (!request.forbidden_by.empty()) {
    return {Disposition::withheld, fmt::format("forbidden by {}: Cordon does not do it", request.forbidden_by)};
  }
  if (request.mode == event::Mode::watch) return {Disposition::advised, "mode watch: Cordon advises and cuts nothing"};
  if (request.mode == event::Mode::island) {
    return {Disposition::advised, "mode island: the hospital network is off; a person decides"};
  }
  if (request.automatic_cuts_last_hour >= request.automatic_cuts_per_hour_max) {
    return {Disposition::advised, fmt::format("{} automatic cuts in the last hour: the limit; a person decides",
                                              request.automatic_cuts_last_hour)};
  }
  if (request.frozen) return {Disposition::advised, "automatic cuts are frozen: a person decides"};
  if (harm > request.harm_budget_left) {
    return {Disposition::advised, "beyond the clinical harm budget: a person decides"};
  }
  return {Disposition::cut, why};
}

namespace {

// cover lists the MACs and addresses one host is cut by. Protected ones are left out whatever was seen.
void cover(const PlanRequest& request, event::PlannedAction& action) {
  const HostKey& key = request.verdict.host;
  std::set<Mac> macs;
  std::set<IpAddress> ips{key.ip};
  if (key.mac.known() && !is_router(request.estate, key.mac, request.seen)) {
    macs.insert(key.mac);
    ips.merge(own_addresses(request.estate, key.mac, request.seen));
  }
  if (const Host* declared = declared_as(request)) {
    macs.insert(declared->macs.begin(), declared->macs.end());
    ips.insert(declared->addresses.begin(), declared->addresses.end());
  }
  const auto is_spared = [&](const auto& address) {
    const Host* host = request.estate.find(address);
    return host != nullptr && spared(*host);
  };
  std::erase_if(macs, is_spared);
  std::erase_if(ips, is_spared);
  action.macs.assign(macs.begin(), macs.end());
  action.ips.assign(ips.begin(), ips.end());
}

double harm_of_cut(const PlanRequest& request) {
  const auto host = host_of(request.estate, request.verdict.host);
  return host ? estate::harm_of_host(request.estate, *host).block() : 0;
}

/// blocked_care gives the other end of a care flow which blocking the host's spreading protocols would stop, for no
/// rule can let it pass; else "".
std::string blocked_care(const estate::Estate& estate, estate::HostIndex host) {
  for (const std::uint32_t i : estate.flows_of(host)) {
    const estate::Flow& flow = estate.flows[i];
    if (!flow.care || !estate::ends_with_spreading(flow) || estate::can_be_kept_open(estate, flow)) continue;
    return estate.hosts[(flow.client == host ? flow.server : flow.client).value].name;
  }
  return "";
}

Ruling rule_on(const PlanRequest& request) {
  if (auto ruling = identity_ruling(request)) return *std::move(ruling);
  const HostKey& key = request.verdict.host;
  const Host* by_address = request.estate.find(key.ip);
  const Host* by_mac = request.estate.find(key.mac);
  // Whose the address is comes first: who is declared is not the router that passes its frames on.
  if (by_address != nullptr && is_router(request.estate, key.mac, request.seen)) by_mac = nullptr;
  for (const Host* host : {by_address, by_mac}) {
    if (host == nullptr) continue;
    if (host->role == Role::terminal_server || host->role == Role::nat || host->role == Role::network) {
      return {Disposition::advised,
              fmt::format("{} ({}) stands for many people or hosts: end the session or ask a person", host->name,
                          estate::word(host->role))};
    }
    if (host->role == Role::server) {
      return {Disposition::advised, fmt::format("{} serves others: a person decides", host->name)};
    }
  }
  if (const auto host = host_of(request.estate, key)) {
    if (const std::string care = blocked_care(request.estate, *host); !care.empty()) {
      return {Disposition::advised,
              fmt::format("its care with {} would stop, for the estate names no address of the server: "
                          "a person decides",
                          care)};
    }
  }
  return limits_ruling(request, harm_of_cut(request),
                       "infected host: its spreading protocols are blocked, care flows stay open");
}

double harm_left(const PlanRequest& request, bool this_one_is_cut) {
  std::set<IpAddress> infected;
  for (const HostKey& key : request.infected) infected.insert(key.ip);
  infected.insert(request.verdict.host.ip);
  double harm = 0;
  for (const Host& host : request.estate.hosts) {
    const bool is_infected =
        std::ranges::any_of(host.addresses, [&](const IpAddress& a) { return infected.contains(a); });
    if (is_infected || (!this_one_is_cut && !host.is_protected)) harm += host.harm_if_lost;
  }
  return harm;
}

}  // namespace

event::PlanMade make_plan(const PlanRequest& request) {
  const auto [disposition, why] = rule_on(request);
  event::PlannedAction action;
  action.action = "block_spread";
  action.host = request.verdict.host;
  if (const Host* declared = declared_as(request)) action.what = declared->name;
  action.disposition = disposition;
  action.why = why;
  cover(request, action);

  event::PlanMade plan;
  plan.at = request.verdict.at;
  plan.why = {request.verdict_entry};
  plan.rule = plan_rule;
  const bool is_cut = disposition == Disposition::cut;
  action.harm = harm_of_cut(request);
  plan.harm_cut = is_cut ? action.harm : 0;
  plan.harm_left = harm_left(request, is_cut);
  plan.actions.push_back(std::move(action));
  return plan;
}

}  // namespace cordon::contain
