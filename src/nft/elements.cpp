// SPDX-License-Identifier: GPL-2.0-only
// What stands in the table's sets: how an element of a cut is written, and how a listing is read.
#include <algorithm>
#include <array>
#include <utility>

#include "nft/own_addresses.h"
#include "nft/ruleset.h"
#include "nft/sets.h"
#include "nft/words.h"

namespace cordon::nft {

namespace {

using words::all_of;
using words::array;
using words::both;
using words::object;
using words::range_of;

Json value_of(const Target& target) {
  if (const Mac* station = std::get_if<Mac>(&target)) return station->text();
  if (const Ip* ip = std::get_if<Ip>(&target)) return ip->text();
  if (const auto* flow = std::get_if<grammar::Flow>(&target)) {
    return all_of({flow->client.text(), flow->server.text(), flow->port});
  }
  const auto& border = std::get<grammar::Border>(target);
  return both(range_of(border.from), range_of(border.to));
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

Json element_command(const Table& table, ElementVerb verb, CutKind kind, const Target& target, std::string_view cut,
                     std::int64_t timeout) {
  Json element = object("val", value_of(target));
  if (verb != ElementVerb::remove) {
    element["timeout"] = timeout;
    element["comment"] = cut;
  }
  Json body = object("family", family_word(table.hop));
  body["table"] = table.name;
  body["name"] = set_of(kind, target);
  body["elem"] = array({object("elem", std::move(element))});
  constexpr std::array words{"create", "add", "delete"};
  return object(words[static_cast<std::size_t>(verb)], object("element", std::move(body)));
}

Json list_command(const Table& table) {
  Json body = object("family", family_word(table.hop));
  body["name"] = table.name;
  return object("list", object("table", std::move(body)));
}

Json delete_table_command(const Table& table) {
  Json body = object("family", family_word(table.hop));
  body["name"] = table.name;
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
    if (copy.contains("set") && (kind_of_set(body) || is_own_set(text_at(body, "name")))) body.erase("elem");
    if (Json* elements = body.contains("elem") ? &body["elem"] : nullptr) std::sort(elements->begin(), elements->end());
    shape.push_back(std::move(copy));
  }
  return shape.dump();
}

}  // namespace cordon::nft
