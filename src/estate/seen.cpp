// SPDX-License-Identifier: Apache-2.0
#include "estate/seen.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "estate/flow_diff.h"
#include "estate/networks.h"

namespace cordon::estate {

namespace {

constexpr std::string_view seen_service = "vu sur le réseau, non déclaré";
constexpr std::string_view seen_unit = "non rattaché";

// Machine is all that was seen under one MAC, or under one address where the MAC says nothing.
struct Machine {
  std::optional<Mac> mac;
  std::uint16_t vlan = 0;
  std::set<IpAddress> addresses;
  std::set<std::uint16_t> serves;
  std::set<std::uint16_t> serves_udp;
};

// machines_of groups what was seen. In order of MAC and address, so that the same sightings give the same estate.
std::vector<Machine> machines_of(std::span<const SeenHost> seen, std::size_t addresses_per_mac) {
  std::map<Mac, std::set<IpAddress>> under;
  for (const SeenHost& host : seen) under[host.key.mac].insert(host.key.ip);
  std::map<std::pair<Mac, IpAddress>, Machine> machines;  // a zero address stands for all addresses of the MAC
  for (const SeenHost& host : seen) {
    const Mac& mac = host.key.mac;
    const bool own =
        mac.known() && !mac.multicast() && !mac.shared_by_routers() && under[mac].size() <= addresses_per_mac;
    Machine& machine = machines[own ? std::pair(mac, IpAddress{}) : std::pair(Mac{}, host.key.ip)];
    if (own) machine.mac = mac;
    machine.vlan = host.key.vlan;
    machine.addresses.insert(host.key.ip);
    machine.serves.insert(host.serves.begin(), host.serves.end());
    machine.serves_udp.insert(host.serves_udp.begin(), host.serves_udp.end());
  }
  std::vector<Machine> out;
  for (auto& [key, machine] : machines) out.push_back(std::move(machine));
  return out;
}

bool known(const Estate& estate, const Machine& machine) {
  if (machine.mac && estate.find(*machine.mac) != nullptr) return true;
  return std::ranges::any_of(machine.addresses, [&](const IpAddress& a) { return estate.find(a) != nullptr; });
}

std::optional<NetworkIndex> network_of(const Estate& estate, const NetworkTable& table, const Machine& machine) {
  for (const IpAddress& address : machine.addresses) {
    std::vector<NetworkIndex> found = table.find(address);
    if (found.size() > 1) {
      std::erase_if(found, [&](NetworkIndex n) { return estate.networks[n.value].vlan != machine.vlan; });
    }
    if (found.size() == 1) return found.front();
  }
  return std::nullopt;
}

Host host_of(const Estate& estate, const NetworkTable& table, const Machine& machine) {
  Host host;
  host.name = machine.addresses.begin()->text();
  host.role = Role::unknown;
  host.network = network_of(estate, table, machine);
  host.addresses.assign(machine.addresses.begin(), machine.addresses.end());
  if (machine.mac) host.macs.push_back(*machine.mac);
  host.serves.assign(machine.serves.begin(), machine.serves.end());
  host.serves_udp.assign(machine.serves_udp.begin(), machine.serves_udp.end());
  host.origin = Origin::seen;
  return host;
}

// index_or_add gives the index of the thing of that name, adding it at the end when there is none.
template <class Thing>
std::uint32_t index_or_add(std::vector<Thing>& things, std::string_view name, auto&& make) {
  const auto found = std::ranges::find(things, name, &Thing::name);
  const auto index = static_cast<std::uint32_t>(found - things.begin());
  if (found == things.end()) things.push_back(make());
  return index;
}

UnitIndex unit_for_seen(Estate& estate) {
  return {index_or_add(estate.units, seen_unit, [&] {
    if (estate.sites.empty()) estate.sites.push_back({estate.hospital, {}});
    if (estate.buildings.empty()) estate.buildings.push_back({estate.sites[0].name, {}});
    Unit unit;
    unit.name = seen_unit;
    return unit;
  })};
}

// Whose finds the host behind an address: by what is declared or added, else by the MAC it was seen under.
class Whose {
 public:
  Whose(const Estate& estate, std::span<const Machine> machines) : estate_(&estate) {
    for (const Machine& machine : machines) {
      const Host* host = machine.mac ? estate.find(*machine.mac) : nullptr;
      if (host == nullptr) continue;
      for (const IpAddress& address : machine.addresses) by_mac_.emplace(address, host);
    }
  }
  const Host* operator()(const IpAddress& address) const {
    if (const Host* host = estate_->find(address); host != nullptr) return host;
    const auto found = by_mac_.find(address);
    return found == by_mac_.end() ? nullptr : found->second;
  }

 private:
  const Estate* estate_;
  std::map<IpAddress, const Host*> by_mac_;
};

void add_flows(Estate& estate, std::span<const SeenFlow> flows, const Whose& whose, std::size_t flows_max, Added& out) {
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint16_t, bool>;
  std::set<Key> known;
  std::set<Key> on_any_port;
  for (const Flow& flow : estate.flows) {
    const Key key{flow.client.value, flow.server.value, flow.port, flow.udp};
    known.insert(key);
    if (flow.port == 0 && flow.origin != Origin::seen) on_any_port.insert(key);
  }
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const SeenFlow& seen = flows[i];
    const Host* client = whose(seen.client);
    const Host* server = whose(seen.server);
    if (client == nullptr || server == nullptr || client == server) continue;
    Flow flow;
    flow.client = {static_cast<std::uint32_t>(client - estate.hosts.data())};
    flow.server = {static_cast<std::uint32_t>(server - estate.hosts.data())};
    if (on_any_port.contains(Key{flow.client.value, flow.server.value, 0, seen.udp})) continue;
    if (!known.emplace(flow.client.value, flow.server.value, seen.port, seen.udp).second) continue;
    if (out.flows >= flows_max) {
      ++out.beyond;
      continue;
    }
    flow.port = seen.port;
    flow.udp = seen.udp;
    flow.origin = Origin::seen;
    const auto unit = client->unit ? client->unit : server->unit;
    flow.unit = unit ? *unit : unit_for_seen(estate);
    flow.service = index_or_add(estate.services, seen_service, [] {
      return Service{std::string(seen_service), "non connu", "not known"};
    });
    estate.flows.push_back(flow);
    out.flows_of.push_back(i);
    ++out.flows;
  }
}

// Matcher finds the same host in another estate; each is taken once.
class Matcher {
 public:
  explicit Matcher(const Estate& estate) : taken_(estate.hosts.size()) {
    for (std::uint32_t i = 0; i < estate.hosts.size(); ++i) {
      for (const Mac& mac : estate.hosts[i].macs) macs_.emplace(mac, i);
      for (const IpAddress& address : estate.hosts[i].addresses) addresses_.emplace(address, i);
      names_.emplace(estate.hosts[i].name, i);
    }
  }

  std::optional<HostIndex> by_mac(const Host& host) { return first(host.macs, macs_); }
  std::optional<HostIndex> by_address(const Host& host) { return first(host.addresses, addresses_); }
  std::optional<HostIndex> by_name(const Host& host) { return take(names_, host.name); }
  bool taken(std::uint32_t index) const { return taken_[index]; }

 private:
  template <class Key>
  std::optional<HostIndex> take(const std::unordered_map<Key, std::uint32_t>& index, const Key& key) {
    const auto found = index.find(key);
    if (found == index.end() || taken_[found->second]) return std::nullopt;
    taken_[found->second] = true;
    return HostIndex{found->second};
  }
  template <class Key>
  std::optional<HostIndex> first(const std::vector<Key>& keys, const std::unordered_map<Key, std::uint32_t>& index) {
    for (const Key& key : keys) {
      if (const auto found = take(index, key)) return found;
    }
    return std::nullopt;
  }

  std::vector<bool> taken_;
  std::unordered_map<Mac, std::uint32_t> macs_;
  std::unordered_map<IpAddress, std::uint32_t> addresses_;
  std::unordered_map<std::string, std::uint32_t> names_;
};

template <class Thing, class Index>
std::string_view name_of(const std::vector<Thing>& things, const std::optional<Index>& index) {
  return index ? std::string_view(things[index->value].name) : "none";
}

template <class Address>
std::string texts(const std::vector<Address>& addresses) {
  std::vector<std::string> out;
  for (const Address& address : addresses) out.push_back(address.text());
  return out.empty() ? "none" : fmt::format("{}", fmt::join(out, " "));
}

std::string what_moved(const Estate& before, const Host& a, const Estate& after, const Host& b, bool seen) {
  std::vector<std::string> out;
  const auto compare = [&](std::string_view what, std::string_view old_one, std::string_view new_one) {
    if (old_one != new_one) out.push_back(fmt::format("{} {} → {}", what, old_one, new_one));
  };
  if (!seen || b.network) compare("network", name_of(before.networks, a.network), name_of(after.networks, b.network));
  const auto in_a = [&](const IpAddress& address) {
    return std::ranges::find(a.addresses, address) != a.addresses.end();
  };
  const bool same =
      seen ? std::ranges::all_of(b.addresses, in_a) : std::ranges::is_permutation(a.addresses, b.addresses);
  if (!same) out.push_back(fmt::format("addresses {} → {}", texts(a.addresses), texts(b.addresses)));
  if (!seen) {
    compare("name", a.name, b.name);
    compare("unit", name_of(before.units, a.unit), name_of(after.units, b.unit));
    compare("role", word(a.role), word(b.role));
    const auto or_none = [](const std::string& text) { return text.empty() ? std::string_view("none") : text; };
    const auto compare_figures = [&](std::string_view what, double old_one, double new_one) {
      if (old_one != new_one) out.push_back(fmt::format("{} {} → {}", what, old_one, new_one));
    };
    if (!std::ranges::is_permutation(a.macs, b.macs)) {
      out.push_back(fmt::format("MACs {} → {}", texts(a.macs), texts(b.macs)));
    }
    compare("attached to", or_none(a.attached_to), or_none(b.attached_to));
    compare("administered by", or_none(a.administered_by), or_none(b.administered_by));
    compare("grain", word(a.grain), word(b.grain));
    compare("origin", word(a.origin), word(b.origin));
    compare("criticality", word(a.criticality), word(b.criticality));
    if (a.criticality == Criticality::normal || b.criticality == Criticality::normal) {  // else it says both figures
      compare_figures("harm per hour blocked", a.harm_per_hour_blocked, b.harm_per_hour_blocked);
      compare_figures("harm if lost", a.harm_if_lost, b.harm_if_lost);
    }
    if (a.needs_account != b.needs_account) {
      out.emplace_back(b.needs_account ? "now needs an account" : "no longer needs an account");
    }
    if (a.is_protected != b.is_protected) out.emplace_back(b.is_protected ? "now protected" : "no longer protected");
  }
  return fmt::format("{}", fmt::join(out, "; "));
}

}  // namespace

Added add_seen(Estate& estate, std::span<const SeenHost> hosts, std::span<const SeenFlow> flows,
               const SeenLimits& limits) {
  Added out;
  const NetworkTable table(estate.networks);
  estate.index();
  std::vector<Host> fresh;
  const std::vector<Machine> machines = machines_of(hosts, limits.addresses_per_mac);
  for (const Machine& machine : machines) {
    if (known(estate, machine)) continue;
    if (fresh.size() < limits.hosts) {
      fresh.push_back(host_of(estate, table, machine));
    } else {
      ++out.beyond;
    }
  }
  out.hosts = fresh.size();
  std::ranges::move(fresh, std::back_inserter(estate.hosts));
  estate.index();
  add_flows(estate, flows, Whose(estate, machines), limits.flows, out);
  return out;
}

Estate estate_of_seen(const Estate& declared, std::span<const SeenHost> hosts, const SeenLimits& limits) {
  Estate out;
  out.hospital = declared.hospital;
  out.sites = declared.sites;
  out.buildings = declared.buildings;
  out.units = declared.units;
  out.networks = declared.networks;
  add_seen(out, hosts, {}, limits);
  return out;
}

std::vector<std::uint32_t> unseen_flows(const Estate& declared, std::span<const SeenHost> hosts,
                                        std::span<const SeenFlow> flows, const SeenLimits& limits) {
  using Ends = std::tuple<const Host*, const Host*, bool>;
  const std::vector<Machine> machines = machines_of(hosts, limits.addresses_per_mac);
  const Whose whose(declared, machines);
  std::map<Ends, std::set<std::uint16_t>> seen;
  for (const SeenFlow& flow : flows) {
    const Host* client = whose(flow.client);
    const Host* server = whose(flow.server);
    if (client != nullptr && server != nullptr) seen[{client, server, flow.udp}].insert(flow.port);
  }
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < declared.flows.size(); ++i) {
    const Flow& flow = declared.flows[i];
    const auto ports = seen.find({&declared.hosts[flow.client.value], &declared.hosts[flow.server.value], flow.udp});
    const std::uint16_t port = flow.port >= event::ports_given_out_from ? event::port_given_out : flow.port;
    const bool any = flow.port == 0;
    if (ports == seen.end() || (!any && !ports->second.contains(port))) out.push_back(i);
  }
  return out;
}

Difference diff(const Estate& before, const Estate& after, After what) {
  Difference out;
  Matcher matcher(before);
  std::vector<std::optional<HostIndex>> match(after.hosts.size());
  const auto pass = [&](auto&& find) {
    for (std::size_t i = 0; i < match.size(); ++i) {
      if (!match[i]) match[i] = find(after.hosts[i]);
    }
  };
  pass([&](const Host& host) { return matcher.by_mac(host); });
  pass([&](const Host& host) { return matcher.by_address(host); });
  pass([&](const Host& host) { return matcher.by_name(host); });
  for (std::uint32_t i = 0; i < match.size(); ++i) {
    if (!match[i]) {
      out.fresh.push_back({i});
      continue;
    }
    std::string moved = what_moved(before, before.hosts[match[i]->value], after, after.hosts[i], what == After::seen);
    if (!moved.empty()) out.moved.push_back({*match[i], {i}, std::move(moved)});
  }
  for (std::uint32_t i = 0; i < before.hosts.size(); ++i) {
    if (!matcher.taken(i)) out.gone.push_back({i});
  }
  out.flows = flows_moved(before, after, match);
  out.match = std::move(match);
  return out;
}

}  // namespace cordon::estate
