// SPDX-License-Identifier: GPL-2.0-only
// The words of libnftables-json(5), one function each, and Commands, which collects them. For this folder's own rules.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grammar/address.h"
#include "nft/hop.h"
#include "nft/kernel.h"

namespace cordon::nft::words {

inline Json object(const char* key, Json value) {
  Json out = Json::object();
  out[key] = std::move(value);
  return out;
}
inline Json array(std::initializer_list<Json> values) {
  Json out = Json::array();
  for (const Json& value : values) out.push_back(value);
  return out;
}
inline Json match(const char* op, Json left, Json right) {
  Json out = Json::object();
  out["op"] = op;
  out["left"] = std::move(left);
  out["right"] = std::move(right);
  return object("match", std::move(out));
}
inline Json is(Json left, Json right) {
  return match("==", std::move(left), std::move(right));
}
inline Json is_not(Json left, Json right) {
  return match("!=", std::move(left), std::move(right));
}
inline Json field(const char* protocol, const char* name) {
  Json out = Json::object();
  out["protocol"] = protocol;
  out["field"] = name;
  return object("payload", std::move(out));
}
inline Json masked(Json value, unsigned mask) {
  return object("&", array({std::move(value), mask}));
}
inline Json both(Json first, Json second) {
  return object("concat", array({std::move(first), std::move(second)}));
}
inline Json range(unsigned first, unsigned last) {
  return object("range", array({first, last}));
}
inline Json range(const grammar::PortRange& ports) {
  return ports.first == ports.last ? Json(ports.first) : range(ports.first, ports.last);
}
/// The packet's own protocol, behind one VLAN tag too; `ether type` would see the tag.
inline Json protocol(Json value) {
  return is(object("meta", object("key", "protocol")), std::move(value));
}
inline Json fragment_header(const char* name) {
  Json out = object("name", "frag");
  if (name != nullptr) out["field"] = name;
  return object("exthdr", std::move(out));
}
inline Json all_of(std::initializer_list<Json> parts) {
  return object("concat", array(parts));
}
inline Json range_of(const grammar::Prefix& prefix) {
  Json out = object("addr", prefix.address.text());
  out["len"] = prefix.bits;
  return object("prefix", std::move(out));
}
inline Json count(const char* counter) {
  return object("counter", counter);
}
inline Json accept() {
  return object("accept", nullptr);
}
inline Json drop() {
  return object("drop", nullptr);
}
inline Json go(const char* chain) {
  return object("goto", object("target", chain));
}
inline Json back() {
  return object("return", nullptr);
}
inline Json visit(const char* chain) {
  return object("jump", object("target", chain));
}

/// Commands collects the transaction for one table.
class Commands {
 public:
  explicit Commands(Table table) : table_(std::move(table)) {}

  bool bridge() const { return table_.bridge(); }

  void verb(const char* verb, const char* kind, Json body) {
    body["family"] = family_word(table_.hop);
    if (std::string_view(kind) != "table") body["table"] = table_.name;
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
  void rule(const char* chain, const std::vector<Json>& expressions) {
    Json body = object("chain", chain);
    body["expr"] = expressions;
    verb("add", "rule", std::move(body));
  }
  Json release() { return std::move(out_); }

 private:
  Table table_;
  Json out_ = Json::array();
};

}  // namespace cordon::nft::words
