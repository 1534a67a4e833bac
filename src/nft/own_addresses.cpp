// SPDX-License-Identifier: GPL-2.0-only
#include "nft/own_addresses.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "nft/ruleset.h"
#include "nft/sets.h"

namespace cordon::nft {

namespace {

using words::accept;
using words::array;
using words::back;
using words::both;
using words::count;
using words::drop;
using words::field;
using words::is;
using words::is_not;
using words::object;
using words::protocol;

constexpr std::array bound_sets{"bound4", "bound6"};
constexpr std::array own_sets{"own4", "own6"};
constexpr unsigned address_bits = 128;
constexpr unsigned source_at = 64;  // RFC 8200, 3: in the IPv6 header
constexpr unsigned target_at = 64;  // RFC 4861, 4.3 and 4.4: in the solicitation and the advertisement

std::string set_name(const char* name) {
  return std::string("@") + name;
}

Json bits_at(const char* base, unsigned offset) {
  Json out = object("base", base);
  out["offset"] = offset;
  out["len"] = address_bits;
  return object("payload", std::move(out));
}

Json sender() {
  return field("ether", "saddr");
}
Json not_bound(const char* set) {
  return is_not(sender(), set_name(set));
}
Json own4(Json mac, Json ip) {
  return is(both(std::move(mac), std::move(ip)), set_name(own_sets[0]));
}
Json own6(Json ip) {
  return is(both(sender(), std::move(ip)), set_name(own_sets[1]));
}
Json says(Json types) {
  return is(field("icmpv6", "type"), std::move(types));
}

/// own6 holds bare bits, so an address is a number there.
std::string number_of(const Ip& ip) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out = "0x";
  for (const std::uint8_t byte : ip.bytes) {
    out += digits[byte >> 4U];
    out += digits[byte & 0xfU];
  }
  return out;
}

std::optional<Ip> ip_of_number(std::string_view text) {
  constexpr std::size_t digits_max = 32;
  if (!text.starts_with("0x") || text.size() > digits_max + 2) return std::nullopt;
  const std::string digits = std::string(digits_max - (text.size() - 2), '0') + std::string(text.substr(2));
  Ip out;
  out.v6 = true;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) {
    const char* begin = digits.data() + i * 2;
    const auto [end, error] = std::from_chars(begin, begin + 2, out.bytes[i], 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
  }
  return out;
}

/// link_local is the address that a MAC makes of itself: fe80::/64 and the modified EUI-64 (RFC 4291, appendix A).
Ip link_local(const Mac& station) {
  Ip out;
  out.v6 = true;
  out.bytes = {0xfe, 0x80};
  std::copy_n(station.bytes.begin(), 3, out.bytes.begin() + 8);
  out.bytes[8] ^= 0x02U;
  out.bytes[11] = 0xff;
  out.bytes[12] = 0xfe;
  std::copy_n(station.bytes.begin() + 3, 3, out.bytes.begin() + 13);
  return out;
}

Json value_of(const Binding& binding) {
  if (!binding.ip) return binding.mac.text();
  return both(binding.mac.text(), binding.v6 ? number_of(*binding.ip) : binding.ip->text());
}

Json command(const char* verb, const Binding& binding) {
  Json element = object("val", value_of(binding));
  if (std::string_view(verb) == "add") {
    element["timeout"] = binding.remaining;
    element["comment"] = binding.cut;
  }
  Json body = object("family", "bridge");
  body["table"] = table_name;
  body["name"] = binding.ip ? own_sets[binding.v6 ? 1 : 0] : bound_sets[binding.v6 ? 1 : 0];
  body["elem"] = array({object("elem", std::move(element))});
  return object(verb, object("element", std::move(body)));
}

std::optional<Binding> binding_of(std::string_view set, const Json& entry) {
  const Json body = entry.is_object() && entry.contains("elem") ? entry["elem"] : Json();
  if (!body.is_object() || !body.contains("val")) return std::nullopt;
  Binding out;
  out.v6 = set == bound_sets[1] || set == own_sets[1];
  Json parts = body["val"];
  if (parts.is_string()) parts = array({parts});
  if (parts.is_object()) parts = parts.value("concat", Json());
  const bool with_ip = set == own_sets[0] || set == own_sets[1];
  if (!parts.is_array() || parts.size() != (with_ip ? 2U : 1U) || !parts[0].is_string()) return std::nullopt;
  const auto station = Mac::parse(parts[0].get<std::string>());
  if (!station) return std::nullopt;
  out.mac = *station;
  if (with_ip) {
    if (!parts[1].is_string()) return std::nullopt;
    const auto text = parts[1].get<std::string>();
    out.ip = out.v6 ? ip_of_number(text) : Ip::parse(text);
    if (!out.ip) return std::nullopt;
  }
  if (const auto cut = body.find("comment"); cut != body.end() && cut->is_string()) out.cut = cut->get<std::string>();
  if (const auto end = body.find("expires"); end != body.end() && end->is_number_unsigned()) {
    out.remaining = end->get<std::int64_t>();
  }
  return out;
}

}  // namespace

std::string own6_text(std::string_view table) {
  const std::string name(table);
  return "add table bridge " + name + "\nadd set bridge " + name + " " + own_sets[1] + " { typeof ether saddr . @th," +
         std::to_string(target_at) + "," + std::to_string(address_bits) + "; size " + std::to_string(own_elements_max) +
         "; flags timeout; }\n";
}

void make_own_sets(words::Commands& commands) {
  const auto timed = [](unsigned size) {
    Json out = object("flags", array({"timeout"}));
    out["size"] = size;
    return out;
  };
  commands.set(own_sets[0], array({"ether_addr", "ipv4_addr"}), timed(own_elements_max));
  for (const char* name : bound_sets) commands.set(name, "ether_addr", timed(elements_max));
}

bool is_own_set(std::string_view name) {
  return std::ranges::find(own_sets, name) != own_sets.end() || std::ranges::find(bound_sets, name) != bound_sets.end();
}

void write_neighbours(words::Commands& commands) {
  const auto rule = [&](std::initializer_list<Json> expressions) { commands.rule(neighbours_chain, expressions); };
  const Json said_mac = field("arp", "saddr ether");
  rule({protocol("arp"), not_bound(bound_sets[0]), is_not(said_mac, set_name(bound_sets[0])), accept()});
  rule({protocol("arp"), own4(said_mac, field("arp", "saddr ip")), accept()});
  rule({protocol("arp"), is(field("arp", "saddr ip"), "0.0.0.0"), own4(said_mac, field("arp", "daddr ip")), accept()});
  for (const Json& station : {sender(), said_mac}) {
    rule({protocol("arp"), is(station, in_set(isolate_sets[mac])), count("dropped_isolated"), drop()});
  }
}

void write_solicitations(words::Commands& commands, const char* chain) {
  const auto rule = [&](std::initializer_list<Json> expressions) { commands.rule(chain, expressions); };
  const Json ip6_packet = protocol("ip6");
  const Json router = "nd-router-solicit", neighbour = "nd-neighbor-solicit", advert = "nd-neighbor-advert";
  const auto any_of = [](std::initializer_list<Json> types) { return object("set", array(types)); };
  const Json nobody = is(field("ip6", "saddr"), "::");
  rule({ip6_packet, says(any_of({router, neighbour, advert})), not_bound(bound_sets[1]), back()});
  rule({ip6_packet, says(advert), own6(bits_at("th", target_at)), back()});
  rule({ip6_packet, says(any_of({router, neighbour})), own6(bits_at("nh", source_at)), back()});
  rule({ip6_packet, says(neighbour), nobody, own6(bits_at("th", target_at)), back()});
  rule({ip6_packet, says(router), nobody, back()});
}

std::vector<Binding> bindings_of(const Json& listing) {
  std::vector<Binding> out;
  for (const Json& entry : listing) {
    if (!entry.is_object() || !entry.contains("set") || !entry["set"].is_object()) continue;
    const Json& set = entry["set"];
    const auto name = set.find("name");
    const auto elements = set.find("elem");
    if (name == set.end() || !name->is_string() || !is_own_set(name->get<std::string>())) continue;
    if (elements == set.end() || !elements->is_array()) continue;
    for (const Json& element : *elements) {
      if (auto binding = binding_of(name->get<std::string>(), element)) out.push_back(std::move(*binding));
    }
  }
  return out;
}

Json bind_commands(const std::string& id, const grammar::Cut& cut, const std::vector<Binding>& there) {
  Json out = Json::array();
  const auto add = [&](Binding binding) {
    binding.cut = id;
    binding.remaining = cut.timeout.count();
    for (const Binding& other : there) {
      if (other.mac != binding.mac || other.v6 != binding.v6 || other.ip != binding.ip || other.cut == id) continue;
      binding.remaining = std::max(binding.remaining, other.remaining);
    }
    // Exchanged: an element that is there keeps its end otherwise (Linux < 6.12).
    out.push_back(command("add", binding));
    out.push_back(command("delete", binding));
    out.push_back(command("add", binding));
  };
  for (const bool v6 : {false, true}) {
    if (std::ranges::none_of(cut.ips, [&](const Ip& ip) { return ip.v6 == v6; })) continue;
    for (const Mac& station : cut.macs) {
      add({station, v6, std::nullopt, "", 0});
      if (v6) add({station, v6, link_local(station), "", 0});
      for (const Ip& ip : cut.ips) {
        if (ip.v6 == v6 && (!v6 || ip != link_local(station))) add({station, v6, ip, "", 0});
      }
    }
  }
  return out;
}

Json unbind_command(const Binding& binding) {
  return command("delete", binding);
}

}  // namespace cordon::nft
