// SPDX-License-Identifier: GPL-2.0-only
#include "nft/ruleset.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cordon::nft {

namespace {

using grammar::Ip;
using grammar::Mac;
using grammar::PortRange;

constexpr std::array cut_sets{"spread_mac", "spread_ip4", "spread_ip6"};
constexpr std::array chains{"judged", "fragments", "forward"};
constexpr std::array counters{"care_passed",    "dropped_from_mac", "dropped_to_mac", "dropped_from_ip4",
                              "dropped_to_ip4", "dropped_from_ip6", "dropped_to_ip6"};
constexpr unsigned fragment_any = 0x3fff;    // RFC 791: more-fragments flag and offset
constexpr unsigned fragment_later = 0x1fff;  // offset alone
constexpr unsigned tcp_syn = 0x02;
constexpr unsigned tcp_syn_or_ack = 0x12;
constexpr unsigned ethertype_old_stacked = 0x9100;

const char* set_of(const Address& address) {
  if (std::holds_alternative<Mac>(address)) return cut_sets[0];
  return std::get<Ip>(address).v6 ? cut_sets[2] : cut_sets[1];
}

std::string text_of(const Address& address) {
  return std::visit([](const auto& value) { return value.text(); }, address);
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
  for (std::size_t i = 0; i < cut_sets.size(); ++i) {
    Json extra = object("flags", array({"timeout"}));
    extra["size"] = elements_max;
    extra["stmt"] = array({object("counter", nullptr)});
    commands.set(cut_sets[i], types[i], std::move(extra));
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

void write_forward(Commands& commands) {
  const Json tcp_to = field("tcp", "dport");
  const Json tcp_from = field("tcp", "sport");
  const Json client_ports = range(grammar::dynamic_port_min, 65535);
  commands.rule("forward", {protocol("arp"), accept()});
  for (const char* ip : {"ip", "ip6"}) {
    const char* care = std::string_view(ip) == "ip" ? "@care4" : "@care6";
    commands.rule("forward",
                  {protocol(ip), is(both(field(ip, "daddr"), tcp_to), care), count("care_passed"), accept()});
    commands.rule("forward", {protocol(ip), is(both(field(ip, "saddr"), tcp_from), care), is_not(tcp_to, "@spread_tcp"),
                              count("care_passed"), accept()});
  }
  commands.rule("forward", {is(tcp_to, "@spread_tcp"), go("judged")});
  commands.rule("forward", {is(tcp_from, "@spread_tcp"), go("judged")});
  commands.rule("forward", {is(field("udp", "dport"), "@spread_udp"), go("judged")});
  commands.rule("forward", {is(field("udp", "sport"), "@spread_udp"), go("judged")});
  commands.rule("forward", {is(tcp_to, "@dynamic_tcp"), is(tcp_from, client_ports), go("judged")});
  commands.rule("forward", {is(tcp_from, "@dynamic_tcp"), is(tcp_to, client_ports), go("judged")});
  commands.rule("forward",
                {is(tcp_to, "@dynamic_tcp"), is(masked(field("tcp", "flags"), tcp_syn_or_ack), tcp_syn), go("judged")});
  commands.rule("forward", {protocol("ip"), is_not(masked(field("ip", "frag-off"), fragment_any), 0), go("fragments")});
  commands.rule("forward", {protocol("ip6"), is(fragment_header(nullptr), true), go("fragments")});
  commands.rule("forward", {protocol(object("set", array({"8021q", "8021ad", ethertype_old_stacked}))), go("judged")});
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

std::optional<grammar::Element> element_of(const Json& entry) {
  const Json* body = member(entry, "elem");
  if (body == nullptr) body = &entry;
  const Json* value = body->is_object() ? member(*body, "val") : body;
  if (value == nullptr || !value->is_string()) return std::nullopt;
  grammar::Element out;
  const auto text = value->get<std::string>();
  if (const auto mac = Mac::parse(text)) {
    out.address = *mac;
  } else if (const auto ip = Ip::parse(text)) {
    out.address = *ip;
  } else {
    return std::nullopt;
  }
  const std::string comment = text_at(*body, "comment");
  if (grammar::valid_id(comment)) out.cut = comment;
  out.remaining = std::chrono::seconds(std::min<std::uint64_t>(number_at(*body, "expires"), 0xffffffffU));
  if (const Json* counter = member(*body, "counter")) {
    out.packets = number_at(*counter, "packets");
    out.bytes = number_at(*counter, "bytes");
  }
  return out;
}

bool is_cut_set(const Json& set) {
  return std::find(cut_sets.begin(), cut_sets.end(), text_at(set, "name")) != cut_sets.end();
}

}  // namespace

std::size_t Configuration::entries() const {
  return care.size() + protected_macs.size() + protected_ips.size() + spread_tcp.size() + spread_udp.size() +
         (dynamic_tcp ? 1 : 0);
}

bool Configuration::protects(const Address& address) const {
  if (const Mac* mac = std::get_if<Mac>(&address)) return protected_macs.contains(*mac);
  return protected_ips.contains(std::get<Ip>(address));
}

Json ruleset(const Configuration& configuration, std::string_view table) {
  Commands commands(table);
  make_skeleton(commands, table);
  for (const char* name : chains) commands.verb("flush", "chain", object("name", name));
  fill_configuration(commands, configuration);
  write_judged(commands);
  write_fragments(commands);
  write_forward(commands);
  return commands.release();
}

Json element_command(ElementVerb verb, const Address& address, std::string_view cut, std::int64_t timeout) {
  Json element = object("val", text_of(address));
  if (verb != ElementVerb::remove) {
    element["timeout"] = timeout;
    element["comment"] = cut;
  }
  Json body = object("family", "bridge");
  body["table"] = table_name;
  body["name"] = set_of(address);
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
    if (set == nullptr || !is_cut_set(*set)) continue;
    const Json* elements = member(*set, "elem");
    if (elements == nullptr || !elements->is_array()) continue;
    for (const Json& element : *elements) {
      if (auto value = element_of(element)) out.push_back(std::move(*value));
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
    if (copy.contains("set") && is_cut_set(body)) body.erase("elem");
    if (Json* elements = body.contains("elem") ? &body["elem"] : nullptr) std::sort(elements->begin(), elements->end());
    shape.push_back(std::move(copy));
  }
  return shape.dump();
}

}  // namespace cordon::nft
