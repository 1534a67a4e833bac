// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "estate/assemble.h"
#include "estate/harm.h"

namespace cordon::estate {

namespace {

// Selector is one part of a group such as unit:Réanimation/role:workstation.
constexpr std::array<std::string_view, 3> selectors{"unit:", "network:", "role:"};

bool begins_selector(std::string_view text) {
  return std::ranges::any_of(selectors, [&](std::string_view s) { return text.starts_with(s); });
}

// parts_of takes a group apart at each '/' behind which a selector begins, so that names may hold a '/'.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (std::size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 1)) {
    if (!begins_selector(std::string_view(text).substr(at + 1))) continue;
    out.push_back(text.substr(begin, at - begin));
    begin = at + 1;
  }
  out.push_back(text.substr(begin));
  return out;
}

constexpr double share_slack = 1e-6;  // twelfths do not add up to 1 exactly
constexpr std::array<std::string_view, 2> protocols{"tcp", "udp"};

}  // namespace

void Assembler::group_hosts() {
  hosts_of_unit_.resize(estate_.units.size());
  hosts_of_network_.resize(estate_.networks.size());
  hosts_of_role_.resize(roles);
  for (std::uint32_t i = 0; i < estate_.hosts.size(); ++i) {
    const Host& host = estate_.hosts[i];
    if (host.unit) hosts_of_unit_[host.unit->value].push_back({i});
    if (host.network) hosts_of_network_[host.network->value].push_back({i});
    hosts_of_role_[static_cast<std::size_t>(host.role)].push_back({i});
  }
}

std::optional<std::vector<HostIndex>> Assembler::hosts_in(const Record& record, std::string_view key,
                                                          const std::string& text) {
  if (!begins_selector(text)) {
    const auto host = resolve_name<HostIndex>(record, key, text, hosts_, Kind::host);
    if (!host) return std::nullopt;
    return std::vector{*host};
  }
  std::optional<UnitIndex> unit;
  std::optional<NetworkIndex> network;
  std::optional<Role> role;
  const std::vector<HostIndex>* smallest = nullptr;
  const auto narrow = [&](const std::vector<HostIndex>& hosts) {
    if (smallest == nullptr || hosts.size() < smallest->size()) smallest = &hosts;
  };
  for (const std::string& part : parts_of(text)) {
    const std::string name = part.substr(part.find(':') + 1);
    if ((unit && part.starts_with("unit:")) || (network && part.starts_with("network:")) ||
        (role && part.starts_with("role:"))) {
      record.complain(complaints_, key,
                      fmt::format("the group {} says {} twice, and no host is in two; write a line for each", text,
                                  part.substr(0, part.find(':'))));
      return std::nullopt;
    }
    if (part.starts_with("unit:")) {
      unit = resolve_name<UnitIndex>(record, key, name, units_, Kind::unit);
      if (!unit) return std::nullopt;
      narrow(hosts_of_unit_[unit->value]);
    } else if (part.starts_with("network:")) {
      network = resolve_name<NetworkIndex>(record, key, name, networks_, Kind::network);
      if (!network) return std::nullopt;
      narrow(hosts_of_network_[network->value]);
    } else {
      role = role_from_word(name);
      if (!role) {
        record.complain(complaints_, key,
                        fmt::format("unknown role '{}'; known are {}", name, fmt::join(role_words(), ", ")));
        return std::nullopt;
      }
      narrow(hosts_of_role_[static_cast<std::size_t>(*role)]);
    }
  }
  std::vector<HostIndex> out;
  if (smallest == nullptr) return out;
  for (const HostIndex index : *smallest) {
    const Host& host = estate_.hosts[index.value];
    if ((!unit || host.unit == unit) && (!network || host.network == network) && (!role || host.role == *role)) {
      out.push_back(index);
    }
  }
  if (out.empty() && !incomplete(Kind::host)) {
    record.complain(complaints_, key, fmt::format("the group {} has no host; correct it or take the line out", text));
  }
  return out;
}

void Assembler::borders() {
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Record& record : each(Kind::border, limits_.borders)) {
    Border border;
    if (!record.has("from")) (void)record.required(complaints_, "from");
    if (!record.has("to")) (void)record.required(complaints_, "to");
    border.reach = reach_of(record, "permits", {});
    border.can_close = record.flag(complaints_, "can_close", false);
    std::vector<NetworkIndex> to;
    for (const std::string& name : record.list(complaints_, "to")) {
      if (const auto network = resolve_name<NetworkIndex>(record, "to", name, networks_, Kind::network)) {
        to.push_back(*network);
      }
    }
    for (const std::string& name : record.list(complaints_, "from")) {
      const auto from = resolve_name<NetworkIndex>(record, "from", name, networks_, Kind::network);
      if (!from) continue;
      for (const NetworkIndex other : to) {
        if (other == *from && to.size() > 1) continue;  // lists are written for all their other pairs
        if (other == *from) {
          record.complain(complaints_, "to",
                          fmt::format("a border of {} with itself; 'inside' of the network says that", name));
          continue;
        }
        if (!pairs.emplace(from->value, other.value).second) {
          record.complain(complaints_, "",
                          fmt::format("the border from {} to {} stands already; say in one what it permits", name,
                                      estate_.networks[other.value].name));
          continue;
        }
        if (estate_.borders.size() >= limits_.borders) {
          record.complain(complaints_, "", fmt::format("more than {} borders", limits_.borders));
          return;
        }
        border.from = *from;
        border.to = other;
        estate_.borders.push_back(border);
      }
    }
  }
}

void Assembler::passages() {
  std::set<std::tuple<std::uint32_t, std::uint32_t, bool>> known;
  for (const Record& record : each(Kind::passage, limits_.passages)) {
    const auto from = resolve<HostIndex>(record, "from", hosts_, Kind::host, true);
    const auto to = resolve<HostIndex>(record, "to", hosts_, Kind::host, true);
    constexpr std::array<std::string_view, 2> permits{"spreading", "other"};
    const bool other = choice(record, "permits", permits, 0, true) == 1;
    const bool can_close = record.flag(complaints_, "can_close", false);
    if (!from || !to) continue;
    if (!known.emplace(from->value, to->value, other).second) {
      record.complain(complaints_, "",
                      fmt::format("the passage from {} to {} for {} protocols stands already; keep one",
                                  estate_.hosts[from->value].name, estate_.hosts[to->value].name, permits.at(other)));
      continue;
    }
    estate_.passages.push_back({*from, *to, !other, can_close});
  }
}

void Assembler::accounts() {
  Names names{"account"};
  for (const Record& record : each(Kind::account, limits_.accounts)) {
    Account account;
    account.name = name_of(record, names);
    for (const std::string& text : record.list(complaints_, "signs_in_on")) {
      const auto hosts = hosts_in(record, "signs_in_on", text);
      if (hosts) account.signs_in_on.insert(account.signs_in_on.end(), hosts->begin(), hosts->end());
    }
    std::ranges::sort(account.signs_in_on);
    account.signs_in_on.erase(std::unique(account.signs_in_on.begin(), account.signs_in_on.end()),
                              account.signs_in_on.end());
    account.shared = record.flag(complaints_, "shared", false);
    account.is_protected = record.flag(complaints_, "protected", false);
    const auto unit = resolve<UnitIndex>(record, "unit", units_, Kind::unit, true);
    account.dependence = record.number(complaints_, "dependence", {0, 1}, "").value_or(0);
    if (!unit) continue;
    account.unit = *unit;
    estate_.accounts.push_back(std::move(account));
  }
  std::vector<bool> has_account(estate_.hosts.size(), false);
  for (const Account& account : estate_.accounts) {
    for (const HostIndex host : account.signs_in_on) has_account[host.value] = true;
  }
  for (const auto& [host, record] : needing_account_) {
    if (has_account[host.value]) continue;
    record->complain(complaints_, "needs_account",
                     fmt::format("host '{}' needs an account, but no account signs in there; declare every account "
                                 "that may, or leave 'needs_account' out",
                                 estate_.hosts[host.value].name));
  }
}

void Assembler::care_flows() {
  for (const Record& record : each(Kind::care_flow, limits_.care_flows)) {
    const auto server = IpAddress::parse(record.required(complaints_, "server"));
    const auto port = record.whole(complaints_, "port", {1, 65535}, "");
    if (!server || !server->one_station()) {
      record.complain(
          complaints_, "server",
          "a [[care_flow]] needs the address of one server, such as \"10.77.0.30\"; of a host by name say care in "
          "its flow");
    }
    if (!record.has("port")) record.complain(complaints_, "", "a [[care_flow]] needs a port from 1 to 65535");
    const bool udp = choice(record, "protocol", protocols, 0) == 1;
    std::string what = record.words(complaints_, "what");
    if (!server || !server->one_station() || !port) continue;
    estate_.care_flows.push_back({*server, static_cast<std::uint16_t>(*port), std::move(what), udp});
  }
}

void Assembler::flows() {
  for (const Record& record : each(Kind::flow, limits_.flows)) flow(record);
  shares_of_services();
  care_flows_of_flows();
}

void Assembler::flow(const Record& record) {
  const std::string client = record.required(complaints_, "client");
  const auto server = resolve<HostIndex>(record, "server", hosts_, Kind::host, true);
  const auto service = resolve<ServiceIndex>(record, "service", services_, Kind::service, true);
  const auto unit = resolve<UnitIndex>(record, "unit", units_, Kind::unit, false);
  Flow pattern;
  pattern.port = static_cast<std::uint16_t>(record.whole(complaints_, "port", {0, 65535}, "").value_or(0));
  pattern.udp = choice(record, "protocol", protocols, 0) == 1;
  pattern.dependence = record.number(complaints_, "dependence", {0, 1}, "").value_or(0);
  pattern.tolerance_hours = record.number(complaints_, "tolerance_hours", {0, 87600}, " of hours").value_or(0);
  pattern.fallback = choice(record, "fallback", fallback_words(), Fallback::none);
  pattern.care = record.flag(complaints_, "care", false);
  auto clients = client.empty() ? std::nullopt : hosts_in(record, "client", client);
  if (!clients || !server || !service || (record.has("unit") && !unit)) return;
  pattern.server = *server;
  pattern.service = service->value;
  if (unit) pattern.unit = *unit;
  FlowLine line{parts_of(client), unit.has_value(), pattern};
  std::ranges::sort(line.clients);
  if (const auto [first, fresh] = flow_lines_.try_emplace(std::move(line), record.place()); !fresh) {
    record.complain(complaints_, "",
                    fmt::format("the same flow stands already at {}, and would count twice; keep one",
                                complaints_.where(first->second, record.place())));
    return;
  }
  if (clients->size() == 1 && clients->front() == *server) {
    record.complain(complaints_, "server", fmt::format("{} is client and server of this flow", client));
    return;
  }
  std::erase(*clients, *server);
  if (pattern.care && !can_be_kept_open(estate_, pattern)) {
    const bool no_port = pattern.port == 0;
    complaints_.note(
        record.place(),
        fmt::format("the care flow '{}' to {} {}, so no rule can let it pass beside a cut: neither that host nor its "
                    "clients can be isolated; {}",
                    estate_.services[pattern.service].name, estate_.hosts[server->value].name,
                    no_port ? "has no port" : "has a server without an address",
                    no_port ? "say 'port', in one line for each port it uses" : "say 'addresses' of that host"));
  }
  share_out(record, pattern, *clients, !unit);
}

// share_out makes one flow a client. The dependence is shared equally by those who serve the same unit.
void Assembler::share_out(const Record& record, const Flow& pattern, const std::vector<HostIndex>& clients,
                          bool own_units) {
  std::map<std::uint32_t, std::size_t> sharing;
  if (own_units) {
    for (const HostIndex client : clients) {
      const Host& host = estate_.hosts[client.value];
      if (host.unit) {
        ++sharing[host.unit->value];
        continue;
      }
      if (!incomplete(Kind::unit)) {
        record.complain(complaints_, "client",
                        fmt::format("{} is in no unit, so 'unit' must say whose patients this flow serves", host.name));
      }
      return;
    }
  } else {
    sharing[pattern.unit.value] = clients.size();
  }
  for (const HostIndex client : clients) {
    Flow flow = pattern;
    flow.client = client;
    if (own_units) flow.unit = *estate_.hosts[client.value].unit;
    flow.dependence /= static_cast<double>(sharing[flow.unit.value]);
    add_flow(record, flow);
  }
}

void Assembler::add_flow(const Record& record, const Flow& flow) {
  if (estate_.flows.size() >= limits_.flows) {
    if (!flows_full_) {
      record.complain(complaints_, "", fmt::format("more than {} flows, groups expanded", limits_.flows));
    }
    flows_full_ = true;
    return;
  }
  Share& share = shares_[{flow.unit.value, flow.service}];
  share.sum += flow.dependence;
  share.place = record.place();
  estate_.flows.push_back(flow);
}

void Assembler::shares_of_services() {
  for (const auto& [of, share] : shares_) {
    if (share.sum <= 1 + share_slack) continue;
    complaints_.add(share.place,
                    fmt::format("unit {} depends on service '{}' by {:.2f} in all its flows; the shares of one service "
                                "add up to at most 1",
                                estate_.units[of.first].name, estate_.services[of.second].name, share.sum));
  }
}

// care_flows_of_flows lets the traffic of every protected care flow pass, whoever is cut.
void Assembler::care_flows_of_flows() {
  std::set<std::tuple<IpAddress, std::uint16_t, bool>> known;
  for (const CareFlow& flow : estate_.care_flows) known.emplace(flow.server, flow.port, flow.udp);
  for (const Flow& flow : estate_.flows) {
    if (!flow.care || !can_be_kept_open(estate_, flow)) continue;
    for (const IpAddress& address : estate_.hosts[flow.server.value].addresses) {
      if (!known.emplace(address, flow.port, flow.udp).second) continue;
      estate_.care_flows.push_back({address, flow.port, estate_.services[flow.service].name, flow.udp, true});
    }
  }
  if (estate_.care_flows.size() > limits_.care_flows) {
    complaints_.add(Place{}, fmt::format("{} servers and ports carry protected care flows; at most {} can be kept open",
                                         estate_.care_flows.size(), limits_.care_flows));
  }
}

void Assembler::notices() {
  const auto lost = std::ranges::count_if(estate_.hosts, [](const Host& h) { return !h.network; });
  if (lost > 0 && !estate_.networks.empty()) {
    const auto first = std::ranges::find_if(estate_.hosts, [](const Host& h) { return !h.network; });
    complaints_.note(hosts_.place(static_cast<std::uint32_t>(first - estate_.hosts.begin())),
                     fmt::format("{} hosts stand in no network, {} first: what may connect to them is not known", lost,
                                 first->name));
  }
  std::vector<bool> served(estate_.units.size());
  std::set<std::pair<std::uint32_t, std::uint16_t>> open;
  for (const Flow& flow : estate_.flows) {
    served[flow.unit.value] = true;
    if (flow.care && spreads(flow) && open.emplace(flow.server.value, flow.port).second) {
      complaints_.note(hosts_.place(flow.server.value),
                       fmt::format("{} serves a protected care flow on port {}, by which attacks spread: it stays open "
                                   "to an infected host",
                                   estate_.hosts[flow.server.value].name, flow.port));
    }
  }
  for (std::uint32_t i = 0; i < estate_.units.size(); ++i) {
    if (served[i] || estate_.units[i].patients <= 0) continue;
    complaints_.note(units_.place(i), fmt::format("unit {} has patients, and no flow says what its care depends on",
                                                  estate_.units[i].name));
  }
}

}  // namespace cordon::estate
