// SPDX-License-Identifier: GPL-2.0-only
#include "nft/ruleset.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cordon::nft {

namespace {

using grammar::CutKind;
using grammar::Ip;
using grammar::Mac;
using grammar::PortRange;
using grammar::Target;

/// CutSet is a set of the table that holds targets of one kind of cut.
struct CutSet {
  CutKind kind;
  const char* name;
};
enum Family : std::size_t { mac, ip4, ip6, families };
using HostSets = std::array<CutSet, families>;
constexpr HostSets host_sets(CutKind kind, const char* mac, const char* ip4, const char* ip6) {
  return {{{kind, mac}, {kind, ip4}, {kind, ip6}}};
}
constexpr HostSets spread_sets = host_sets(CutKind::block_spread, "spread_mac", "spread_ip4", "spread_ip6");
constexpr HostSets out_sets = host_sets(CutKind::block_out, "out_mac", "out_ip4", "out_ip6");
constexpr HostSets shield_sets = host_sets(CutKind::shield, "shield_mac", "shield_ip4", "shield_ip6");
constexpr HostSets isolate_sets = host_sets(CutKind::isolate, "isolate_mac", "isolate_ip4", "isolate_ip6");
constexpr std::array all_host_sets{spread_sets, out_sets, shield_sets, isolate_sets};
constexpr std::array flow_sets{CutSet{CutKind::block_flow, "flow4"}, CutSet{CutKind::block_flow, "flow6"}};
constexpr std::array border_sets{CutSet{CutKind::close_border, "border4"}, CutSet{CutKind::close_border, "border6"}};

constexpr std::array chains{"judged", "request", "reply", "fragments", "isolated", "forward"};
constexpr std::array counters{"care_passed",      "dropped_from_mac", "dropped_to_mac",  "dropped_from_ip4",
                              "dropped_to_ip4",   "dropped_from_ip6", "dropped_to_ip6",  "dropped_out",
                              "dropped_shielded", "dropped_isolated", "dropped_of_flow", "dropped_at_border"};
constexpr unsigned fragment_any = 0x3fff;    // RFC 791: more-fragments flag and offset
constexpr unsigned fragment_later = 0x1fff;  // offset alone
constexpr unsigned tcp_syn = 0x02;
constexpr unsigned tcp_syn_or_ack = 0x12;
constexpr unsigned ethertype_old_stacked = 0x9100;

Family family_of(const Target& target) {
  if (std::holds_alternative<Mac>(target)) return mac;
  const bool v6 = std::holds_alternative<Ip>(target)              ? std::get<Ip>(target).v6
                  : std::holds_alternative<grammar::Flow>(target) ? std::get<grammar::Flow>(target).client.v6
                                                                  : std::get<grammar::Border>(target).from.address.v6;
  return v6 ? ip6 : ip4;
}

const char* set_of(CutKind kind, const Target& target) {
  const Family family = family_of(target);
  if (kind == CutKind::block_flow) return flow_sets[family - ip4].name;
  if (kind == CutKind::close_border) return border_sets[family - ip4].name;
  for (const HostSets& sets : all_host_sets) {
    if (sets[family].kind == kind) return sets[family].name;
  }
  return spread_sets[family].name;
}

// The words of libnftables-json(5), one function each.

Json object(const char* key, Json value) {
  Json out = Json::object();
  out[key] = std::move(value);
  return out;
}
Json array(std::initializer_list<Json> values) {
  Json out = Json::array();
  for (const Json& value : values) out.push_back(value);
  return out;
}
Json match(const char* op, Json left, Json right) {
  Json out = Json::object();
  out["op"] = op;
  out["left"] = std::move(left);
  out["right"] = std::move(right);
  return object("match", std::move(out));
}
Json is(Json left, Json right) {
  return match("==", std::move(left), std::move(right));
}
Json is_not(Json left, Json right) {
  return match("!=", std::move(left), std::move(right));
}
Json field(const char* protocol, const char* name) {
  Json out = Json::object();
  out["protocol"] = protocol;
  out["field"] = name;
  return object("payload", std::move(out));
}
Json masked(Json value, unsigned mask) {
  return object("&", array({std::move(value), mask}));
}
Json both(Json first, Json second) {
  return object("concat", array({std::move(first), std::move(second)}));
}
Json range(unsigned first, unsigned last) {
  return object("range", array({first, last}));
}
Json range(const PortRange& ports) {
  return ports.first == ports.last ? Json(ports.first) : range(ports.first, ports.last);
}
/// The packet's own protocol, behind one VLAN tag too; `ether type` would see the tag.
Json protocol(Json value) {
  return is(object("meta", object("key", "protocol")), std::move(value));
}
Json fragment_header(const char* name) {
  Json out = object("name", "frag");
  if (name != nullptr) out["field"] = name;
  return object("exthdr", std::move(out));
}
Json all_of(std::initializer_list<Json> parts) {
  return object("concat", array(parts));
}
Json range_of(const grammar::Prefix& prefix) {
  Json out = object("addr", prefix.address.text());
  out["len"] = prefix.bits;
  return object("prefix", std::move(out));
}
Json value_of(const Target& target) {
  if (const Mac* station = std::get_if<Mac>(&target)) return station->text();
  if (const Ip* ip = std::get_if<Ip>(&target)) return ip->text();
  if (const auto* flow = std::get_if<grammar::Flow>(&target)) {
    return all_of({flow->client.text(), flow->server.text(), flow->port});
  }
  const auto& border = std::get<grammar::Border>(target);
  return both(range_of(border.from), range_of(border.to));
}
Json in_set(const CutSet& set) {
  return std::string("@") + set.name;
}
Json count(const char* counter) {
  return object("counter", counter);
}
Json accept() {
  return object("accept", nullptr);
}
Json drop() {
  return object("drop", nullptr);
}
Json go(const char* chain) {
  return object("goto", object("target", chain));
}
Json back() {
  return object("return", nullptr);
}
Json visit(const char* chain) {
  return object("jump", object("target", chain));
}

/// Commands collects the transaction for one table.
class Commands {
 public:
  explicit Commands(std::string_view table) : table_(table) {}

  void verb(const char* verb, const char* kind, Json body) {
    body["family"] = "bridge";
    if (std::string_view(kind) != "table") body["table"] = table_;
    out_.push_back(object(verb, object(kind, std::move(body))));
  }
  void set(const char* name, Json type, Json extra) {
    extra["name"] = name;
    extra["type"] = std::move(type);
    verb("add", "set", std::move(extra));
  }
  void refill(const char* set, Json elements) {
    verb("flush", "set", object("name", set));
    if (elements.empty()) return;
    Json body = object("name", set);
    body["elem"] = std::move(elements);
    verb("add", "element", std::move(body));
  }
  void rule(const char* chain, std::initializer_list<Json> expressions) {
    Json body = object("chain", chain);
    body["expr"] = array(expressions);
    verb("add", "rule", std::move(body));
  }
  Json release() { return std::move(out_); }

 private:
  std::string table_;
  Json out_ = Json::array();
};

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
  commands.set("care4", array({"ipv4_addr", "inet_service"}), Json::object());
  commands.set("care6", array({"ipv6_addr", "inet_service"}), Json::object());
  commands.set("care_hosts4", "ipv4_addr", Json::object());
  commands.set("care_hosts6", "ipv6_addr", Json::object());
  for (const char* name : chains) {
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
    Json flows = Json::array();
    std::set<std::string> hosts;
    for (const grammar::CareFlow& flow : configuration.care) {
      if (flow.server.v6 != v6) continue;
      flows.push_back(both(flow.server.text(), flow.port));
      hosts.insert(flow.server.text());
    }
    commands.refill(v6 ? "care6" : "care4", std::move(flows));
    commands.refill(v6 ? "care_hosts6" : "care_hosts4", Json(hosts));
  }
}

constexpr std::array<std::pair<Family, const char*>, 2> ip_families{{{ip4, "ip"}, {ip6, "ip6"}}};

void write_forward(Commands& commands) {
  const Json tcp_to = field("tcp", "dport");
  const Json tcp_from = field("tcp", "sport");
  const Json client_ports = range(grammar::dynamic_port_min, 65535);
  commands.rule("forward", {protocol("arp"), accept()});
  for (const auto& [family, ip] : ip_families) {
    const char* care = family == ip4 ? "@care4" : "@care6";
    commands.rule("forward",
                  {protocol(ip), is(both(field(ip, "daddr"), tcp_to), care), count("care_passed"), accept()});
    commands.rule("forward", {protocol(ip), is(both(field(ip, "saddr"), tcp_from), care), is_not(tcp_to, "@spread_tcp"),
                              count("care_passed"), accept()});
  }
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
  commands.rule("forward", {protocol(object("set", array({"8021q", "8021ad", ethertype_old_stacked}))), go("judged")});
}

/// drop_by drops what has one end in a family of sets; `side` is saddr or daddr.
void drop_by(Commands& commands, const char* chain, const HostSets& sets, const char* side, const char* counter) {
  commands.rule(chain, {is(field("ether", side), in_set(sets[mac])), count(counter), drop()});
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

void write_isolated(Commands& commands) {
  const Json neighbours = array({"nd-router-solicit", "nd-router-advert", "nd-neighbor-solicit", "nd-neighbor-advert"});
  commands.rule("isolated", {protocol("ip6"), is(field("icmpv6", "type"), object("set", neighbours)), back()});
  for (const auto& [ip, ports] : {std::pair{"ip", range(67, 68)}, std::pair{"ip6", range(546, 547)}}) {
    commands.rule("isolated",
                  {protocol(ip), is(field("udp", "dport"), ports), is(field("udp", "sport"), ports), back()});
  }
  for (const char* side : {"daddr", "saddr"}) {
    commands.rule("isolated", {protocol("ip"), is_not(masked(field("ip", "frag-off"), fragment_later), 0),
                               is(field("ip", side), "@care_hosts4"), back()});
    commands.rule("isolated", {protocol("ip6"), is(fragment_header(nullptr), true),
                               is_not(fragment_header("frag-off"), 0), is(field("ip6", side), "@care_hosts6"), back()});
  }
  drop_by(commands, "isolated", isolate_sets, "saddr", "dropped_isolated");
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
  commands.rule("judged", {is(field("ether", "saddr"), "@spread_mac"), count("dropped_from_mac"), drop()});
  commands.rule("judged", {is(field("ether", "daddr"), "@spread_mac"), count("dropped_to_mac"), drop()});
  commands.rule("judged", {protocol("ip"), is(field("ip", "saddr"), "@spread_ip4"), count("dropped_from_ip4"), drop()});
  commands.rule("judged", {protocol("ip"), is(field("ip", "daddr"), "@spread_ip4"), count("dropped_to_ip4"), drop()});
  commands.rule("judged",
                {protocol("ip6"), is(field("ip6", "saddr"), "@spread_ip6"), count("dropped_from_ip6"), drop()});
  commands.rule("judged", {protocol("ip6"), is(field("ip6", "daddr"), "@spread_ip6"), count("dropped_to_ip6"), drop()});
}

// Reading a listing. It comes from the kernel, but anybody with the right may have written to our table.

const Json* member(const Json& value, const char* key) {
  const auto found = value.is_object() ? value.find(key) : value.end();
  return found != value.end() ? &*found : nullptr;
}
std::string text_at(const Json& value, const char* key) {
  const Json* found = member(value, key);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}
std::uint64_t number_at(const Json& value, const char* key) {
  const Json* found = member(value, key);
  return found != nullptr && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// part reads one part of a concatenation.
const Json* part(const Json& value, std::size_t at) {
  const Json* parts = member(value, "concat");
  return parts != nullptr && parts->is_array() && at < parts->size() ? &(*parts)[at] : nullptr;
}
std::optional<Ip> ip_at(const Json& value, std::size_t at) {
  const Json* text = part(value, at);
  return text != nullptr && text->is_string() ? Ip::parse(text->get<std::string>()) : std::nullopt;
}
std::optional<grammar::Prefix> prefix_at(const Json& value, std::size_t at) {
  if (const auto whole = ip_at(value, at))
    return grammar::Prefix{*whole, static_cast<std::uint8_t>(whole->v6 ? 128 : 32)};
  const Json* entry = part(value, at);
  const Json* body = entry != nullptr ? member(*entry, "prefix") : nullptr;
  if (body == nullptr) return std::nullopt;
  return grammar::Prefix::parse(text_at(*body, "addr") + '/' + std::to_string(number_at(*body, "len")));
}

std::optional<Target> target_of(CutKind kind, const Json& value) {
  if (kind == CutKind::block_flow) {
    const auto client = ip_at(value, 0);
    const auto server = ip_at(value, 1);
    const Json* port = part(value, 2);
    if (!client || !server || port == nullptr || !port->is_number_unsigned()) return std::nullopt;
    return grammar::Flow{*client, *server, port->get<std::uint16_t>()};
  }
  if (kind == CutKind::close_border) {
    const auto from = prefix_at(value, 0);
    const auto to = prefix_at(value, 1);
    if (!from || !to) return std::nullopt;
    return grammar::Border{*from, *to};
  }
  if (!value.is_string()) return std::nullopt;
  const auto text = value.get<std::string>();
  if (const auto station = Mac::parse(text)) return *station;
  if (const auto ip = Ip::parse(text)) return *ip;
  return std::nullopt;
}

std::optional<grammar::Element> element_of(CutKind kind, const Json& entry) {
  const Json* body = member(entry, "elem");
  if (body == nullptr) body = &entry;
  const Json* value = body->is_object() ? member(*body, "val") : body;
  if (value == nullptr) return std::nullopt;
  auto target = target_of(kind, *value);
  if (!target) return std::nullopt;
  grammar::Element out;
  out.kind = kind;
  out.target = *target;
  const std::string comment = text_at(*body, "comment");
  if (grammar::valid_id(comment)) out.cut = comment;
  out.remaining = std::chrono::seconds(std::min<std::uint64_t>(number_at(*body, "expires"), 0xffffffffU));
  if (const Json* counter = member(*body, "counter")) {
    out.packets = number_at(*counter, "packets");
    out.bytes = number_at(*counter, "bytes");
  }
  return out;
}

std::optional<CutKind> kind_of_set(const Json& set) {
  const std::string name = text_at(set, "name");
  const auto is_named = [&](const CutSet& cut_set) { return name == cut_set.name; };
  for (const HostSets& sets : all_host_sets) {
    if (std::ranges::any_of(sets, is_named)) return sets[mac].kind;
  }
  if (std::ranges::any_of(flow_sets, is_named)) return CutKind::block_flow;
  if (std::ranges::any_of(border_sets, is_named)) return CutKind::close_border;
  return std::nullopt;
}

}  // namespace

std::size_t Configuration::entries() const {
  return care.size() + protected_macs.size() + protected_ips.size() + spread_tcp.size() + spread_udp.size() +
         (dynamic_tcp ? 1 : 0);
}

bool Configuration::protects(CutKind kind, const Target& target) const {
  if (kind == CutKind::shield || kind == CutKind::close_border) return false;
  if (const auto* flow = std::get_if<grammar::Flow>(&target)) return care.contains({flow->server, flow->port});
  if (const Mac* station = std::get_if<Mac>(&target)) return protected_macs.contains(*station);
  return protected_ips.contains(std::get<Ip>(target));
}

Json ruleset(const Configuration& configuration, std::string_view table) {
  Commands commands(table);
  make_skeleton(commands, table);
  for (const char* name : chains) commands.verb("flush", "chain", object("name", name));
  fill_configuration(commands, configuration);
  write_judged(commands);
  write_directions(commands);
  write_fragments(commands);
  write_isolated(commands);
  write_forward(commands);
  return commands.release();
}

Json element_command(ElementVerb verb, CutKind kind, const Target& target, std::string_view cut, std::int64_t timeout) {
  Json element = object("val", value_of(target));
  if (verb != ElementVerb::remove) {
    element["timeout"] = timeout;
    element["comment"] = cut;
  }
  Json body = object("family", "bridge");
  body["table"] = table_name;
  body["name"] = set_of(kind, target);
  body["elem"] = array({object("elem", std::move(element))});
  constexpr std::array words{"create", "add", "delete"};
  return object(words[static_cast<std::size_t>(verb)], object("element", std::move(body)));
}

Json list_command() {
  Json body = object("family", "bridge");
  body["name"] = table_name;
  return object("list", object("table", std::move(body)));
}

Json delete_table_command(std::string_view table) {
  Json body = object("family", "bridge");
  body["name"] = table;
  return object("delete", object("table", std::move(body)));
}

std::vector<grammar::Element> elements_of(const Json& listing) {
  std::vector<grammar::Element> out;
  for (const Json& entry : listing) {
    const Json* set = member(entry, "set");
    const auto kind = set != nullptr ? kind_of_set(*set) : std::nullopt;
    if (!kind) continue;
    const Json* elements = member(*set, "elem");
    if (elements == nullptr || !elements->is_array()) continue;
    for (const Json& element : *elements) {
      if (auto value = element_of(*kind, element)) out.push_back(std::move(*value));
    }
  }
  return out;
}

std::vector<grammar::Counter> counters_of(const Json& listing) {
  std::vector<grammar::Counter> out;
  for (const Json& entry : listing) {
    const Json* counter = member(entry, "counter");
    if (counter == nullptr || !grammar::valid_id(text_at(*counter, "name"))) continue;
    out.push_back({text_at(*counter, "name"), number_at(*counter, "packets"), number_at(*counter, "bytes")});
  }
  return out;
}

std::string shape_of(const Json& listing) {
  Json shape = Json::array();
  for (const Json& entry : listing) {
    if (!entry.is_object() || entry.empty() || entry.contains("metainfo")) continue;
    Json copy = entry;
    Json& body = copy.begin().value();
    if (!body.is_object()) continue;
    body.erase("handle");
    if (copy.contains("counter")) {
      body.erase("packets");
      body.erase("bytes");
    }
    if (copy.contains("set") && kind_of_set(body)) body.erase("elem");
    if (Json* elements = body.contains("elem") ? &body["elem"] : nullptr) std::sort(elements->begin(), elements->end());
    shape.push_back(std::move(copy));
  }
  return shape.dump();
}

}  // namespace cordon::nft
