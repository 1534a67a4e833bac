// SPDX-License-Identifier: Apache-2.0
#include "estate/estate.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

namespace cordon::estate {

/// Lookup is where each address and MAC stood when the estate was indexed.
struct Lookup {
  std::unordered_map<IpAddress, std::size_t> addresses;
  std::unordered_map<Mac, std::size_t> macs;
  std::size_t hosts = 0;
  std::vector<std::uint32_t> flows;       // by host: those it opens and those that others open to it
  std::vector<std::uint32_t> first_flow;  // of each host, into flows; one more than hosts
  std::size_t flow_count = 0;
};

namespace {

bool has(const Host& host, const IpAddress& address) {
  return std::ranges::find(host.addresses, address) != host.addresses.end();
}
bool has(const Host& host, const Mac& mac) {
  return std::ranges::find(host.macs, mac) != host.macs.end();
}

// find_in asks the index. A hit is verified; a miss counts only while the hosts are as many as were indexed.
template <class Key>
const Host* find_in(const std::vector<Host>& hosts, const std::unordered_map<Key, std::size_t>* index,
                    std::size_t indexed, const Key& key) {
  if (index != nullptr) {
    const auto found = index->find(key);
    if (found != index->end() && found->second < hosts.size() && has(hosts[found->second], key)) {
      return &hosts[found->second];
    }
    if (found == index->end() && indexed == hosts.size()) return nullptr;
  }
  const auto found = std::ranges::find_if(hosts, [&](const Host& h) { return has(h, key); });
  return found == hosts.end() ? nullptr : &*found;
}

}  // namespace

const Host* Estate::find(const IpAddress& address) const {
  return find_in(hosts, lookup ? &lookup->addresses : nullptr, lookup ? lookup->hosts : 0, address);
}

const Host* Estate::find(const Mac& mac) const {
  return find_in(hosts, lookup ? &lookup->macs : nullptr, lookup ? lookup->hosts : 0, mac);
}

void Estate::index() {
  auto made = std::make_shared<Lookup>();
  made->hosts = hosts.size();
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    for (const IpAddress& address : hosts[i].addresses) made->addresses.emplace(address, i);
    for (const Mac& mac : hosts[i].macs) made->macs.emplace(mac, i);
  }
  made->flow_count = flows.size();
  made->first_flow.assign(hosts.size() + 1, 0);
  const auto each_end = [&](auto&& take) {
    for (std::uint32_t f = 0; f < flows.size(); ++f) {
      take(flows[f].client.value, f);
      if (flows[f].server != flows[f].client) take(flows[f].server.value, f);
    }
  };
  each_end([&](std::uint32_t host, std::uint32_t) { ++made->first_flow[host + 1]; });
  std::partial_sum(made->first_flow.begin(), made->first_flow.end(), made->first_flow.begin());
  made->flows.resize(made->first_flow.back());
  std::vector<std::uint32_t> next = made->first_flow;
  each_end([&](std::uint32_t host, std::uint32_t flow) { made->flows[next[host]++] = flow; });
  lookup = std::move(made);
}

std::vector<std::uint32_t> Estate::flows_of(HostIndex host) const {
  std::vector<std::uint32_t> out;
  if (lookup != nullptr && lookup->flow_count == flows.size()) {
    if (host.value >= lookup->hosts) return out;  // added since; without a flow
    const std::span all(lookup->flows);
    const std::uint32_t first = lookup->first_flow[host.value];
    const auto own = all.subspan(first, lookup->first_flow[host.value + 1] - first);
    out.assign(own.begin(), own.end());
    return out;
  }
  for (std::uint32_t f = 0; f < flows.size(); ++f) {
    if (flows[f].client == host || flows[f].server == host) out.push_back(f);
  }
  return out;
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

constexpr std::array<std::string_view, unit_kinds> words_of_kinds{
    "reanimation",   "usip",          "bloc",        "urgences",  "smur",         "maternite",
    "neonatologie",  "pediatrie",     "medecine",    "chirurgie", "dialyse",      "oncologie",
    "geriatrie",     "ehpad",         "psychiatrie", "imagerie",  "laboratoire",  "pharmacie",
    "sterilisation", "consultations", "telephonie",  "technique", "informatique", "administration"};

// The weight of an hour without care against an hour without care in réanimation; docs/ESTATE.md says where they come
// from.
constexpr std::array<double, unit_kinds> weights_of_kinds{1.0,  0.8, 1.0, 0.8,  0.8, 0.6,  0.9,  0.5,
                                                          0.35, 0.4, 0.6, 0.45, 0.3, 0.15, 0.15, 0.4,
                                                          0.4,  0.4, 0.3, 0.1,  0.3, 0.1,  0.05, 0.02};

constexpr std::array<std::string_view, 3> words_of_criticalities{"normal", "high", "vital"};
constexpr std::array<std::string_view, 4> words_of_grains{"none", "isolate", "spreading", "flow"};
constexpr std::array<std::string_view, 3> words_of_origins{"declared", "imported", "seen"};
constexpr std::array<std::string_view, 2> words_of_fallbacks{"by_hand", "none"};

template <class T>
std::optional<T> from_word(std::span<const std::string_view> words, std::string_view text) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<T>(found - words.begin());
}

}  // namespace

Weights default_weights() {
  Weights out;
  out.of_kind.assign(weights_of_kinds.begin(), weights_of_kinds.end());
  return out;
}

std::string_view word(Role role) {
  return words_of_roles.at(static_cast<std::size_t>(role));
}
std::string_view word(UnitKind kind) {
  return words_of_kinds.at(static_cast<std::size_t>(kind));
}
std::string_view word(Grain grain) {
  return words_of_grains.at(static_cast<std::size_t>(grain));
}
std::string_view word(Criticality criticality) {
  return words_of_criticalities.at(static_cast<std::size_t>(criticality));
}
std::string_view word(Origin origin) {
  return words_of_origins.at(static_cast<std::size_t>(origin));
}
std::string_view word(Fallback fallback) {
  return words_of_fallbacks.at(static_cast<std::size_t>(fallback));
}

std::span<const std::string_view> role_words() {
  return words_of_roles;
}
std::span<const std::string_view> kind_words() {
  return words_of_kinds;
}
std::span<const std::string_view> grain_words() {
  return words_of_grains;
}
std::span<const std::string_view> criticality_words() {
  return words_of_criticalities;
}
std::span<const std::string_view> origin_words() {
  return words_of_origins;
}
std::span<const std::string_view> fallback_words() {
  return words_of_fallbacks;
}

std::optional<Role> role_from_word(std::string_view text) {
  return from_word<Role>(words_of_roles, text);
}
std::optional<Criticality> criticality_from_word(std::string_view text) {
  const auto found = std::ranges::find(words_of_criticalities, text);
  if (found == words_of_criticalities.end()) return std::nullopt;
  return static_cast<Criticality>(found - words_of_criticalities.begin());
}
std::optional<UnitKind> kind_from_word(std::string_view text) {
  return from_word<UnitKind>(words_of_kinds, text);
}

}  // namespace cordon::estate
