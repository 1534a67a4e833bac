// SPDX-License-Identifier: GPL-2.0-only
#include "nft/ruleset.h"

#include <algorithm>
#include <array>
#include <utility>

#include "nft/own_addresses.h"
#include "nft/sets.h"
#include "nft/words.h"

namespace cordon::nft {

namespace {

using namespace words;
using grammar::PortRange;

constexpr std::array chains{"judged", "request", "reply", "fragments", "isolated", neighbours_chain, "forward"};
/// CareSets are the servers and ports of care, by protocol and family.
struct CareSets {
  const char* protocol;
  const char* spread;
  std::array<const char*, 2> names;
};
constexpr std::array care_sets{CareSets{"tcp", "@spread_tcp", {"care_tcp4", "care_tcp6"}},
                               CareSets{"udp", "@spread_udp", {"care_udp4", "care_udp6"}}};
constexpr std::array counters{"care_passed",      "dropped_from_mac", "dropped_to_mac",  "dropped_from_ip4",
                              "dropped_to_ip4",   "dropped_from_ip6", "dropped_to_ip6",  "dropped_out",
                              "dropped_shielded", "dropped_isolated", "dropped_of_flow", "dropped_at_border"};
constexpr unsigned fragment_any = 0x3fff;          // RFC 791: more-fragments flag and offset
constexpr unsigned fragment_later = 0x1fff;        // offset alone
constexpr unsigned icmp_fragmentation_needed = 4;  // a code of destination-unreachable (RFC 792, RFC 1191)
constexpr unsigned tcp_syn = 0x02;
constexpr unsigned tcp_syn_or_ack = 0x12;
constexpr unsigned ethertype_old_stacked = 0x9100;
/// What is left behind one router of the hop counts that hosts begin with (64, 128, 255); no other router came before
/// it.
constexpr std::array first_router_hops{63, 127, 254};

bool is_there(const Commands& commands, std::string_view chain) {
  return commands.bridge() || chain != neighbours_chain;
}

void make_skeleton(Commands& commands, std::string_view table) {
  commands.verb("add", "table", object("name", table));
  for (const char* name : counters) commands.verb("add", "counter", object("name", name));
  constexpr std::array types{"ether_addr", "ipv4_addr", "ipv6_addr"};
  const auto cut_set = [&](const CutSet& set, Json type, Json flags) {
    Json extra = object("flags", std::move(flags));
    extra["size"] = elements_max;
    extra["stmt"] = array({object("counter", nullptr)});
    commands.set(set.name, std::move(type), std::move(extra));
  };
  for (const HostSets& sets : all_host_sets) {
    for (const Family family : {mac, ip4, ip6}) cut_set(sets[family], types[family], array({"timeout"}));
  }
  for (const Family family : {ip4, ip6}) {
    const char* type = types[family];
    cut_set(flow_sets[family - ip4], array({type, type, "inet_service"}), array({"timeout"}));
    cut_set(border_sets[family - ip4], array({type, type}), array({"interval", "timeout"}));
  }
  for (const char* name : {"spread_tcp", "spread_udp", "dynamic_tcp"}) {
    commands.set(name, "inet_service", object("flags", array({"interval"})));
  }
  for (const CareSets& care : care_sets) {
    for (const Family family : {ip4, ip6}) {
      commands.set(care.names[family - ip4], array({types[family], "inet_service"}), Json::object());
    }
  }
  commands.set("care_hosts4", "ipv4_addr", Json::object());
  commands.set("care_hosts6", "ipv6_addr", Json::object());
  if (commands.bridge()) make_own_sets(commands);
  for (const char* name : chains) {
    if (!is_there(commands, name)) continue;
    Json body = object("name", name);
    if (std::string_view(name) == "forward") {
      body["type"] = "filter";
      body["hook"] = "forward";
      body["prio"] = 0;
      body["policy"] = "accept";
    }
    commands.verb("add", "chain", std::move(body));
  }
}

/// Overlapping ranges are one range for an interval set.
Json merged(const std::set<PortRange>& ranges) {
  std::vector<PortRange> out;
  for (const PortRange& next : ranges) {
    if (!out.empty() && next.first <= out.back().last + 1) {
      out.back().last = std::max(out.back().last, next.last);
    } else {
      out.push_back(next);
    }
  }
  Json elements = Json::array();
  for (const PortRange& ports : out) elements.push_back(range(ports));
  return elements;
}

void fill_configuration(Commands& commands, const Configuration& configuration) {
  commands.refill("spread_tcp", merged(configuration.spread_tcp));
  commands.refill("spread_udp", merged(configuration.spread_udp));
  Json dynamic = Json::array();
  if (configuration.dynamic_tcp) dynamic.push_back(range(*configuration.dynamic_tcp));
  commands.refill("dynamic_tcp", std::move(dynamic));
  for (const bool v6 : {false, true}) {
    std::set<std::string> hosts;
    for (const CareSets& care : care_sets) {
      Json flows = Json::array();
      for (const grammar::CareFlow& flow : configuration.care(care.protocol)) {
        if (flow.server.v6 != v6) continue;
        flows.push_back(both(flow.server.text(), flow.port));
        hosts.insert(flow.server.text());
      }
      commands.refill(care.names[v6 ? 1 : 0], std::move(flows));
    }
    commands.refill(v6 ? "care_hosts6" : "care_hosts4", Json(hosts));
  }
}

void write_care(Commands& commands) {
  for (const CareSets& care : care_sets) {
    for (const auto& [family, ip] : ip_families) {
      const std::string set = std::string("@") + care.names[family - ip4];
      const Json to = field(care.protocol, "dport");
      const Json from = field(care.protocol, "sport");
      commands.rule("forward", {protocol(ip), is(both(field(ip, "daddr"), to), set), count("care_passed"), accept()});
      commands.rule("forward", {protocol(ip), is(both(field(ip, "saddr"), from), set), is_not(to, care.spread),
                                count("care_passed"), accept()});
    }
  }
}

bool covers(const grammar::Prefix& prefix, const Ip& ip) {
  if (prefix.address.v6 != ip.v6) return false;
  for (std::size_t bit = 0; bit < prefix.bits; ++bit) {
    if (((prefix.address.bytes[bit / 8] ^ ip.bytes[bit / 8]) & 0x80U >> bit % 8) != 0) return false;
  }
  return true;
}

/// ends says whether a cut of this target ends what two addresses have to say to each other, whichever way round.
bool ends(const grammar::Flow& way, const Target& target) {
  if (const auto* ip = std::get_if<Ip>(&target)) return *ip == way.client || *ip == way.server;
  if (const auto* flow = std::get_if<grammar::Flow>(&target)) {
    return (flow->client == way.client && flow->server == way.server) ||
           (flow->client == way.server && flow->server == way.client);
  }
  const auto* border = std::get_if<grammar::Border>(&target);
  if (border == nullptr) return false;
  return (covers(border->from, way.client) && covers(border->to, way.server)) ||
         (covers(border->from, way.server) && covers(border->to, way.client));
}

void write_forward(Commands& commands) {
  const Json tcp_to = field("tcp", "dport");
  const Json tcp_from = field("tcp", "sport");
  const Json client_ports = range(grammar::dynamic_port_min, 65535);
  if (commands.bridge()) commands.rule("forward", {protocol("arp"), go(neighbours_chain)});
  write_care(commands);
  commands.rule("forward", {visit("isolated")});
  for (const auto& [family, ip] : ip_families) {
    const Json flows = in_set(flow_sets[family - ip4]);
    const Json from = field(ip, "saddr");
    const Json to = field(ip, "daddr");
    commands.rule("forward", {protocol(ip), is(all_of({from, to, tcp_to}), flows), count("dropped_of_flow"), drop()});
    commands.rule("forward", {protocol(ip), is(all_of({to, from, tcp_from}), flows), count("dropped_of_flow"), drop()});
  }
  commands.rule("forward", {is(tcp_to, "@spread_tcp"), go("request")});
  commands.rule("forward", {is(tcp_from, "@spread_tcp"), go("reply")});
  commands.rule("forward", {is(field("udp", "dport"), "@spread_udp"), go("request")});
  commands.rule("forward", {is(field("udp", "sport"), "@spread_udp"), go("reply")});
  commands.rule("forward", {is(tcp_to, "@dynamic_tcp"), is(masked(field("tcp", "flags"), tcp_syn_or_ack), tcp_syn),
                            go("request")});
  commands.rule("forward", {is(tcp_to, "@dynamic_tcp"), is(tcp_from, client_ports), go("judged")});
  commands.rule("forward", {is(tcp_from, "@dynamic_tcp"), is(tcp_to, client_ports), go("judged")});
  commands.rule("forward", {protocol("ip"), is_not(masked(field("ip", "frag-off"), fragment_any), 0), go("fragments")});
  commands.rule("forward", {protocol("ip6"), is(fragment_header(nullptr), true), go("fragments")});
  if (!commands.bridge()) return;
  commands.rule("forward", {protocol(object("set", array({"8021q", "8021ad", ethertype_old_stacked}))), go("judged")});
}

/// drop_by_mac drops what one end of a frame is in a set; of a packet that a router forwards only what a host on a
/// network of its own sent, for its receiver is the router, and its sender may be another router.
void drop_by_mac(Commands& commands, const char* chain, const CutSet& set, const char* side, const char* counter) {
  const Json named = is(field("ether", side), in_set(set));
  if (commands.bridge()) return commands.rule(chain, {named, count(counter), drop()});
  if (std::string_view(side) == "daddr") return;
  const Json first = object("set", Json(first_router_hops));
  for (const auto& [family, ip] : ip_families) {
    const Json hops = field(ip, family == ip4 ? "ttl" : "hoplimit");
    commands.rule(chain, {protocol(ip), is(hops, first), named, count(counter), drop()});
  }
}

/// drop_by drops what has one end in a family of sets; `side` is saddr or daddr.
void drop_by(Commands& commands, const char* chain, const HostSets& sets, const char* side, const char* counter) {
  drop_by_mac(commands, chain, sets[mac], side, counter);
  for (const auto& [family, ip] : ip_families) {
    commands.rule(chain, {protocol(ip), is(field(ip, side), in_set(sets[family])), count(counter), drop()});
  }
}

/// A request goes from client to server, a reply the other way.
void write_directions(Commands& commands) {
  for (const bool request : {true, false}) {
    const char* chain = request ? "request" : "reply";
    const char* client = request ? "saddr" : "daddr";
    const char* server = request ? "daddr" : "saddr";
    drop_by(commands, chain, out_sets, client, "dropped_out");
    drop_by(commands, chain, shield_sets, server, "dropped_shielded");
    for (const auto& [family, ip] : ip_families) {
      commands.rule(chain,
                    {protocol(ip), is(both(field(ip, client), field(ip, server)), in_set(border_sets[family - ip4])),
                     count("dropped_at_border"), drop()});
    }
    commands.rule(chain, {go("judged")});
  }
}

/// let_pass lets one direction of DHCP (RFC 2131, 4.1) and DHCPv6 (RFC 8415, 7.2) pass: clients' requests, or answers.
void let_pass(Commands& commands, bool requests) {
  struct Ports {
    const char* ip;
    unsigned client, server;
  };
  for (const Ports& dhcp : {Ports{"ip", 68, 67}, Ports{"ip6", 546, 547}}) {
    commands.rule("isolated", {protocol(dhcp.ip), is(field("udp", "sport"), requests ? dhcp.client : dhcp.server),
                               is(field("udp", "dport"), requests ? dhcp.server : dhcp.client), back()});
  }
}

/// What an isolated host may say stands before what drops it as sender, what may be said to it before what drops it as
/// receiver: it may not answer as a DHCP server nor advertise a route, and hears who does.
void write_isolated(Commands& commands) {
  if (commands.bridge()) write_solicitations(commands, "isolated");
  let_pass(commands, true);
  for (const char* side : {"daddr", "saddr"}) {
    commands.rule("isolated", {protocol("ip"), is_not(masked(field("ip", "frag-off"), fragment_later), 0),
                               is(field("ip", side), "@care_hosts4"), back()});
    commands.rule("isolated", {protocol("ip6"), is(fragment_header(nullptr), true),
                               is_not(fragment_header("frag-off"), 0), is(field("ip6", side), "@care_hosts6"), back()});
  }
  drop_by(commands, "isolated", isolate_sets, "saddr", "dropped_isolated");
  let_pass(commands, false);
  if (commands.bridge()) {
    commands.rule("isolated", {protocol("ip6"), is(field("icmpv6", "type"), "nd-router-advert"), back()});
  }
  // A router beyond which the way is narrower says so; without it what care sends in full packets hangs.
  commands.rule("isolated", {protocol("ip"), is(field("icmp", "type"), "destination-unreachable"),
                             is(field("icmp", "code"), icmp_fragmentation_needed), back()});
  commands.rule("isolated", {protocol("ip6"), is(field("icmpv6", "type"), "packet-too-big"), back()});
  drop_by(commands, "isolated", isolate_sets, "daddr", "dropped_isolated");
}

void write_fragments(Commands& commands) {
  for (const char* side : {"daddr", "saddr"}) {
    commands.rule("fragments", {protocol("ip"), is_not(masked(field("ip", "frag-off"), fragment_later), 0),
                                is(field("ip", side), "@care_hosts4"), count("care_passed"), accept()});
    commands.rule("fragments",
                  {protocol("ip6"), is(fragment_header(nullptr), true), is_not(fragment_header("frag-off"), 0),
                   is(field("ip6", side), "@care_hosts6"), count("care_passed"), accept()});
  }
  commands.rule("fragments", {go("judged")});
}

void write_judged(Commands& commands) {
  drop_by_mac(commands, "judged", spread_sets[mac], "saddr", "dropped_from_mac");
  drop_by_mac(commands, "judged", spread_sets[mac], "daddr", "dropped_to_mac");
  commands.rule("judged", {protocol("ip"), is(field("ip", "saddr"), "@spread_ip4"), count("dropped_from_ip4"), drop()});
  commands.rule("judged", {protocol("ip"), is(field("ip", "daddr"), "@spread_ip4"), count("dropped_to_ip4"), drop()});
  commands.rule("judged",
                {protocol("ip6"), is(field("ip6", "saddr"), "@spread_ip6"), count("dropped_from_ip6"), drop()});
  commands.rule("judged", {protocol("ip6"), is(field("ip6", "daddr"), "@spread_ip6"), count("dropped_to_ip6"), drop()});
}

}  // namespace

std::size_t Configuration::entries() const {
  return care_tcp.size() + care_udp.size() + protected_macs.size() + protected_ips.size() + spread_tcp.size() +
         spread_udp.size() + (dynamic_tcp ? 1 : 0) + own_ways.size();
}

const std::set<grammar::CareFlow>& Configuration::care(std::string_view protocol) const {
  return protocol == "udp" ? care_udp : care_tcp;
}

bool Configuration::protects(CutKind kind, const Target& target) const {
  if (std::any_of(own_ways.begin(), own_ways.end(), [&](const auto& way) { return ends(way, target); })) return true;
  if (kind == CutKind::shield || kind == CutKind::close_border) return false;
  if (const auto* flow = std::get_if<grammar::Flow>(&target)) return care_tcp.contains({flow->server, flow->port});
  if (const Mac* station = std::get_if<Mac>(&target)) return protected_macs.contains(*station);
  return protected_ips.contains(std::get<Ip>(target));
}

Json ruleset(const Configuration& configuration, const Table& table) {
  Commands commands(table);
  make_skeleton(commands, table.name);
  for (const char* name : chains) {
    if (is_there(commands, name)) commands.verb("flush", "chain", object("name", name));
  }
  fill_configuration(commands, configuration);
  write_judged(commands);
  write_directions(commands);
  write_fragments(commands);
  write_isolated(commands);
  if (table.bridge()) write_neighbours(commands);
  write_forward(commands);
  return commands.release();
}

}  // namespace cordon::nft
