// SPDX-License-Identifier: Apache-2.0
#include "app/own_ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace cordon::app {

namespace {

using estate::Estate;
using estate::Host;
using estate::HostIndex;
using estate::Own;

/// Place is one machine as the configuration names it.
struct Place {
  std::string name;
  std::vector<IpAddress> addresses;
  Own own = Own::box;
};

/// parsed leaves out what no frame goes to, such as what is on this machine: cordon-nft takes no such address.
std::vector<IpAddress> parsed(const std::vector<std::string>& texts) {
  std::vector<IpAddress> out;
  for (const std::string& text : texts) {
    const auto address = IpAddress::parse(text);
    if (address && address->one_station()) out.push_back(*address);
  }
  return out;
}

/// served_at gives the address where browsers beyond this box find the page, where it is one.
std::optional<IpAddress> served_at(const Config& config) {
  const auto address = IpAddress::parse(config.web_address);
  if (!address || !address->one_station()) return std::nullopt;
  return *address;
}

std::string free_name(const Estate& estate, const std::string& wished, const IpAddress& address) {
  const auto taken = [&](const std::string& name) {
    return std::ranges::find(estate.hosts, name, &Host::name) != estate.hosts.end();
  };
  std::string out = wished;
  if (taken(out)) out = fmt::format("{} ({})", wished, address.text());
  while (taken(out)) out += " (Cordon)";
  return out;
}

HostIndex added(Estate& estate, const Place& place, const IpAddress& address) {
  Host host;
  host.name = free_name(estate, place.name, address);
  host.role = place.own == Own::box ? estate::Role::server : estate::Role::network;
  host.addresses = {address};
  for (std::uint32_t n = 0; n < estate.networks.size() && !host.network; ++n) {
    const auto& prefixes = estate.networks[n].prefixes;
    const bool inside = std::ranges::any_of(prefixes, [&](const estate::Prefix& p) { return p.contains(address); });
    if (inside) host.network = estate::NetworkIndex{n};
  }
  estate.hosts.push_back(std::move(host));
  return {static_cast<std::uint32_t>(estate.hosts.size() - 1)};
}

/// claim marks whoever is at a place; the box is also known by its name.
std::vector<HostIndex> claim(Estate& estate, const Place& place) {
  std::vector<HostIndex> out;
  const auto take = [&](HostIndex index) {
    Host& host = estate.hosts[index.value];
    if (host.own != Own::box) host.own = place.own;
    if (std::ranges::find(out, index) == out.end()) out.push_back(index);
  };
  const auto named = std::ranges::find(estate.hosts, place.name, &Host::name);
  if (place.own == Own::box && named != estate.hosts.end()) {
    take({static_cast<std::uint32_t>(named - estate.hosts.begin())});
  }
  for (const IpAddress& address : place.addresses) {
    const auto has_it = [&](const Host& host) {
      return std::ranges::find(host.addresses, address) != host.addresses.end();
    };
    const auto found = std::ranges::find_if(estate.hosts, has_it);
    const bool known = found != estate.hosts.end();
    take(known ? HostIndex{static_cast<std::uint32_t>(found - estate.hosts.begin())} : added(estate, place, address));
  }
  return out;
}

std::string words_of(const Estate& estate, const estate::OwnWay& way) {
  const std::string from = way.from ? estate.hosts[way.from->value].name : "*";
  const std::string port = way.port == 0 ? "" : fmt::format("@{}{}", way.port, way.udp ? "/udp" : "");
  return fmt::format("{}>{}{}", from, estate.hosts[way.to.value].name, port);
}

/// from_where gives by which of its addresses the box reaches a host: where it has one in that network it goes by that
/// one, and no border between networks is in between.
std::vector<HostIndex> from_where(const Estate& estate, const std::vector<HostIndex>& boxes, HostIndex to) {
  std::vector<HostIndex> near;
  const auto there = estate.hosts[to.value].network;
  std::ranges::copy_if(boxes, std::back_inserter(near),
                       [&](HostIndex from) { return there && estate.hosts[from.value].network == there; });
  return near.empty() ? boxes : near;
}

void add_ways(Estate& estate, const std::vector<HostIndex>& boxes, const Place& place, std::uint16_t port, bool udp) {
  for (const HostIndex to : claim(estate, place)) {
    for (const HostIndex from : from_where(estate, boxes, to)) {
      if (from == to) continue;
      estate.own_ways.push_back({from, to, port, udp, ""});
      estate.own_ways.back().what = words_of(estate, estate.own_ways.back());
    }
  }
}

}  // namespace

void add_own_ways(const Config& config, Estate& estate) {
  Place box{config.box, parsed(config.addresses), Own::box};
  const auto page = served_at(config);
  if (page) box.addresses.push_back(*page);
  const std::vector<HostIndex> boxes = claim(estate, box);
  if (page && config.web_port != 0) {
    const auto serves = std::ranges::find_if(boxes, [&](HostIndex index) {
      const auto& addresses = estate.hosts[index.value].addresses;
      return std::ranges::find(addresses, *page) != addresses.end();
    });
    estate.own_ways.push_back({std::nullopt, *serves, static_cast<std::uint16_t>(config.web_port), false, ""});
    estate.own_ways.back().what = words_of(estate, estate.own_ways.back());
  }
  for (const RadiusConfig& one : config.radius) {
    if (!config.cuts_by("radius")) break;
    add_ways(estate, boxes, {one.name, parsed({one.address}), Own::enforcer}, static_cast<std::uint16_t>(one.port),
             true);
  }
  if (config.cuts_by("samba")) {
    add_ways(estate, boxes, {"samba", parsed(config.samba_servers), Own::enforcer}, 0, false);
  }
  estate.index();
}

std::vector<enforce::NftFlow> own_ways_between(const Estate& estate) {
  std::vector<enforce::NftFlow> out;
  for (const estate::OwnWay& way : estate.own_ways) {
    if (!way.from) continue;
    for (const IpAddress& from : estate.hosts[way.from->value].addresses) {
      for (const IpAddress& to : estate.hosts[way.to.value].addresses) {
        // The grammar wants a port; of these ways none is looked at.
        if (from.v6 == to.v6) out.push_back({from, to, std::max<std::uint16_t>(way.port, 1)});
      }
    }
  }
  return out;
}

std::vector<std::string> own_ways_told(const Config& config, const Estate& estate) {
  std::vector<std::string> out;
  bool knows_box = false;
  for (const Host& host : estate.hosts) {
    if (host.own == Own::no) continue;
    knows_box = knows_box || host.own == Own::box;
    std::string addresses;
    for (const IpAddress& address : host.addresses) addresses += (addresses.empty() ? "" : ", ") + address.text();
    out.push_back(fmt::format("never cut: {} ({}), {}", host.name, addresses,
                              host.own == Own::box ? "Cordon's own box" : "which carries cuts out"));
  }
  for (const estate::OwnWay& way : estate.own_ways) out.push_back(fmt::format("never cut: the way {}", way.what));
  if (!knows_box && !config.cuts_by("dry-run")) {
    out.emplace_back(
        "the addresses of this box are found when it serves; what else it has, behind another's address or in another "
        "network namespace, nothing keeps a cut off: name it in 'addresses'");
  }
  if (config.cuts_by("nftables")) {
    out.push_back(
        fmt::format("nftables cuts what this box {0}s: by cordon-nft --{0}, under systemd cordon-nft@{0}.socket",
                    config.nftables_on));
  }
  const auto has_routers_mac = [](const Host& host) {
    return (host.role == estate::Role::network || host.role == estate::Role::nat) && !host.macs.empty();
  };
  if (config.nftables_on == "route" && std::ranges::none_of(estate.hosts, has_routers_mac)) {
    out.emplace_back(
        "this box routes, and no router's MAC is declared: who is declared with a MAC may be seen under this box's and "
        "is then cut by no one but a person; declare it as a host of role 'network' with the MACs of its interfaces");
  }
  for (const std::string& name : config.enforcer_dry_run) {
    out.push_back(fmt::format("{} only rehearses: it is asked what it would do, and changes nothing", name));
  }
  return out;
}

}  // namespace cordon::app
