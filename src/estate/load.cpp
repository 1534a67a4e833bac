// SPDX-License-Identifier: Apache-2.0
// Reads an estate from TOML and reports every mistake at once, with its line.
#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "estate/estate.h"

namespace cordon::estate {

namespace {

constexpr std::size_t hosts_max = 65536;
constexpr std::size_t problems_max = 100;
constexpr std::size_t name_bytes_max = 128;

// Reader walks one TOML table, takes the keys it knows and complains of the rest.
class Reader {
 public:
  Reader(Loaded& out, std::string file) : out_(out), file_(std::move(file)) {}

  void complain(const toml::node& node, std::string text) { complain(node.source().begin.line, std::move(text)); }
  void complain(std::uint32_t line, std::string text) {
    if (out_.problems.size() < problems_max) out_.problems.push_back({file_, line, std::move(text)});
  }

  void known_keys(const toml::table& table, std::initializer_list<std::string_view> keys, std::string_view where) {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(keys, key.str()) != keys.end()) continue;
      complain(key.source().begin.line, fmt::format("unknown key '{}' in {}; known are: {}", key.str(), where,
                                                    fmt::join(keys.begin(), keys.end(), ", ")));
    }
  }

  std::string text(const toml::table& table, std::string_view key, bool required, std::string_view where) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (required) complain(table, fmt::format("{} has no '{}'; add one", where, key));
      return {};
    }
    const auto value = node->value<std::string>();
    if (!node->is_string() || !value || value->empty() || value->size() > name_bytes_max) {
      complain(*node, fmt::format("'{}' must be a text of 1 to {} bytes in quotes", key, name_bytes_max));
      return {};
    }
    return *value;
  }

  double amount(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return 0;
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value) || *value < 0 || *value > 1e6) {
      complain(*node, fmt::format("'{}' must be a number of patient-hours from 0 to 1000000", key));
      return 0;
    }
    return *value;
  }

  bool flag(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return false;
    if (!node->is_boolean()) complain(*node, fmt::format("'{}' must be true or false", key));
    return node->value_or(false);
  }

  template <class T>
  std::vector<T> addresses(const toml::table& table, std::string_view key, std::string_view example) {
    std::vector<T> out;
    const toml::node* node = table.get(key);
    if (node == nullptr) return out;
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      complain(*node, fmt::format("'{}' must be a list, such as [\"{}\"]", key, example));
      return out;
    }
    for (const toml::node& item : *list) {
      const auto parsed = T::parse(item.value_or(std::string()));
      if (parsed) {
        out.push_back(*parsed);
      } else {
        complain(item, fmt::format("'{}' holds something that is no address; write it like \"{}\"", key, example));
      }
    }
    return out;
  }

 private:
  Loaded& out_;
  std::string file_;
};

UnitIndex unit_named(Estate& estate, const std::string& name) {
  const auto found = std::ranges::find(estate.units, name, &Unit::name);
  const auto at = static_cast<std::uint32_t>(found - estate.units.begin());
  if (found == estate.units.end()) estate.units.emplace_back().name = name;
  return {at};
}

void read_host(Reader& reader, const toml::table& table, Estate& estate) {
  Host& host = estate.hosts.emplace_back();
  reader.known_keys(table,
                    {"name", "role", "unit", "addresses", "macs", "protected", "harm_per_hour_blocked", "harm_if_lost"},
                    "[[host]]");
  host.name = reader.text(table, "name", true, "a [[host]]");
  if (const std::string unit = reader.text(table, "unit", false, "a [[host]]"); !unit.empty()) {
    host.unit = unit_named(estate, unit);
  }
  host.addresses = reader.addresses<IpAddress>(table, "addresses", "10.77.0.11");
  host.macs = reader.addresses<Mac>(table, "macs", "02:77:00:00:00:11");
  host.is_protected = reader.flag(table, "protected");
  host.harm_per_hour_blocked = reader.amount(table, "harm_per_hour_blocked");
  host.harm_if_lost = reader.amount(table, "harm_if_lost");
  const std::string role = reader.text(table, "role", true, "a [[host]]");
  if (const auto found = role_from_word(role)) {
    host.role = *found;
  } else if (!role.empty()) {
    reader.complain(*table.get("role"),
                    fmt::format("unknown role '{}'; known are {}", role, fmt::join(role_words(), ", ")));
  }
  if (host.addresses.empty() && host.macs.empty()) {
    reader.complain(table, fmt::format("host '{}' has neither 'addresses' nor 'macs'; give one", host.name));
  }
}

void check_doubles(Reader& reader, const toml::table& root, const Estate& estate) {
  const toml::array* list = root["host"].as_array();
  if (list == nullptr) return;
  std::map<std::string, std::size_t> owner;
  for (std::size_t i = 0; i < estate.hosts.size(); ++i) {
    const Host& host = estate.hosts[i];
    std::vector<std::string> marks{"the name " + host.name};
    for (const IpAddress& a : host.addresses) marks.push_back("the address " + a.text());
    for (const Mac& m : host.macs) marks.push_back("the MAC " + m.text());
    for (const std::string& mark : marks) {
      const auto [at, fresh] = owner.emplace(mark, i);
      if (fresh) continue;
      reader.complain(*list->get(i), fmt::format("{} is already that of the host at line {}; each belongs to one host",
                                                 mark, list->get(at->second)->source().begin.line));
    }
  }
}

void read_root(Reader& reader, const toml::table& root, Estate& estate) {
  reader.known_keys(root, {"hospital", "host", "care_flow"}, "the file");
  estate.hospital = reader.text(root, "hospital", true, "the file");
  const auto each = [&](std::string_view key, auto&& read) {
    const toml::node* node = root.get(key);
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() > hosts_max) {
      reader.complain(*node, fmt::format("write [[{}]] with double brackets, at most {} times", key, hosts_max));
      return;
    }
    for (const toml::node& item : *list) {
      if (const toml::table* table = item.as_table()) {
        read(*table);
      } else {
        reader.complain(item, fmt::format("write [[{}]] with double brackets", key));
      }
    }
  };
  each("host", [&](const toml::table& table) { read_host(reader, table, estate); });
  each("care_flow", [&](const toml::table& table) {
    reader.known_keys(table, {"server", "port", "what"}, "[[care_flow]]");
    CareFlow flow;
    const auto server = IpAddress::parse(reader.text(table, "server", true, "a [[care_flow]]"));
    const auto port = table["port"].value<std::int64_t>();
    flow.what = reader.text(table, "what", true, "a [[care_flow]]");
    if (!server) reader.complain(table, "a [[care_flow]] needs the server's address, such as \"10.77.0.30\"");
    if (!port || *port < 1 || *port > 65535) reader.complain(table, "a [[care_flow]] needs a TCP port from 1 to 65535");
    if (!server || !port) return;
    flow.server = *server;
    flow.port = static_cast<std::uint16_t>(*port);
    estate.care_flows.push_back(std::move(flow));
  });
  check_doubles(reader, root, estate);
}

}  // namespace

Loaded load(std::string_view toml_text, std::string_view file) {
  Loaded out;
  Reader reader(out, std::string(file));
  try {
    read_root(reader, toml::parse(toml_text, file), out.estate);
  } catch (const toml::parse_error& error) {
    reader.complain(error.source().begin.line, fmt::format("not valid TOML: {}", error.description()));
  }
  return out;
}

}  // namespace cordon::estate
