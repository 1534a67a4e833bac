// SPDX-License-Identifier: Apache-2.0
#include "estate/estate.h"

#include <algorithm>
#include <array>

namespace cordon::estate {

const Host* Estate::find(const IpAddress& address) const {
  const auto found = std::ranges::find_if(
      hosts, [&](const Host& h) { return std::ranges::find(h.addresses, address) != h.addresses.end(); });
  return found == hosts.end() ? nullptr : &*found;
}

const Host* Estate::find(const Mac& mac) const {
  const auto found =
      std::ranges::find_if(hosts, [&](const Host& h) { return std::ranges::find(h.macs, mac) != h.macs.end(); });
  return found == hosts.end() ? nullptr : &*found;
}

bool Prefix::contains(const IpAddress& other) const {
  if (other.v6 != address.v6) return false;
  const std::size_t whole = bits / 8U;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  other.bytes.begin()))
    return false;
  const unsigned rest = bits % 8U;
  if (rest == 0) return true;
  const unsigned mask = 0xffU << (8U - rest) & 0xffU;
  return (address.bytes[whole] & mask) == (other.bytes[whole] & mask);
}

namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, roles> words_of_roles{
    "workstation", "server",  "domain_controller", "hypervisor",      "backup", "medical_device", "bedside_gateway",
    "telephony",   "printer", "building",          "terminal_server", "nat",    "network",        "unknown"};

struct Kind {
  std::string_view word;
  double weight;  // of an hour without care, against an hour without care in réanimation
};
constexpr std::array<Kind, unit_kinds> kinds{{
    {"reanimation", 1.0}, {"usip", 0.8},      {"bloc", 1.0},          {"urgences", 0.8},
    {"smur", 0.8},        {"maternite", 0.6}, {"neonatologie", 0.9},  {"pediatrie", 0.5},
    {"medecine", 0.35},   {"chirurgie", 0.4}, {"dialyse", 0.6},       {"oncologie", 0.45},
    {"geriatrie", 0.3},   {"ehpad", 0.15},    {"psychiatrie", 0.15},  {"imagerie", 0.4},
    {"laboratoire", 0.4}, {"pharmacie", 0.4}, {"sterilisation", 0.3}, {"consultations", 0.1},
    {"telephonie", 0.3},  {"technique", 0.1}, {"informatique", 0.05}, {"administration", 0.02},
}};

}  // namespace

Weights default_weights() {
  Weights out;
  for (const Kind& kind : kinds) out.of_kind.push_back(kind.weight);
  return out;
}

std::string_view word(Role role) {
  return words_of_roles.at(static_cast<std::size_t>(role));
}

std::span<const std::string_view> role_words() {
  return words_of_roles;
}

std::optional<Role> role_from_word(std::string_view text) {
  const auto found = std::ranges::find(words_of_roles, text);
  if (found == words_of_roles.end()) return std::nullopt;
  return static_cast<Role>(found - words_of_roles.begin());
}

std::optional<UnitKind> kind_from_word(std::string_view text) {
  const auto found = std::ranges::find(kinds, text, &Kind::word);
  if (found == kinds.end()) return std::nullopt;
  return static_cast<UnitKind>(found - kinds.begin());
}

std::string_view word(UnitKind kind) {
  return kinds.at(static_cast<std::size_t>(kind)).word;
}

}  // namespace cordon::estate
