// SPDX-License-Identifier: Apache-2.0
#include "contain/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "contain/account.h"
#include "contain/firebreak.h"
#include "contain/identity.h"
#include "contain/keys.h"
#include "contain/own_way.h"
#include "contain/session.h"
#include "estate/harm.h"
#include "estate/networks.h"

namespace cordon::contain {

namespace {

using estate::Estate;
using estate::Host;
using event::HostKey;

// The bridge's grammar takes so many in one request; of addresses and borders an enforcer makes several.
constexpr std::size_t flows_max = 16;
// Half of what the bridge keeps beside each other (nft::elements_max): there is room for what else is cut.
constexpr std::size_t borders_max = 2048;

constexpr std::string_view plane_word(bool other) {
  return other ? "other" : "spreading";
}

std::string_view verb_of(ActionKind kind) {
  constexpr std::array<std::string_view, action_kinds> verbs{
      "block_out",    "shield",          "isolate",           "block_flow", "close_passage",
      "close_border", "disable_account", event::end_sessions, firebreak_key};
  return verbs.at(static_cast<std::size_t>(kind));
}

void cover_host(const Estate& estate, std::uint32_t index, std::span<const HostKey> seen, event::PlannedAction& out) {
  const Host& host = estate.hosts[index];
  std::set<Mac> macs(host.macs.begin(), host.macs.end());
  std::set<IpAddress> ips(host.addresses.begin(), host.addresses.end());
  for (const Mac& mac : host.macs) ips.merge(own_addresses(estate, mac, seen));
  // Who borrows the address of a protected host neither takes it along nor has the enforcer refuse his own cut for it.
  std::erase_if(ips, [&](const IpAddress& ip) {
    const Host* owner = estate.find(ip);
    return owner != nullptr && owner != &host && spared(*owner);
  });
  out.macs.assign(macs.begin(), macs.end());
  out.ips.assign(ips.begin(), ips.end());
  // Another machine may have had the address before, and is not who is cut. Whom nobody declared is a host for each of
  // its addresses.
  const auto is_anothers = [&](const Mac& mac) {
    const Host* owner = estate.find(mac);
    return owner != nullptr && owner != &host && !estate::routes(owner->role) && !macs.contains(mac);
  };
  const auto is_it = [&](const HostKey& key) { return ips.contains(key.ip) && !is_anothers(key.mac); };
  auto found = std::ranges::find_if(seen, [&](const HostKey& key) { return is_it(key) && macs.contains(key.mac); });
  if (found == seen.end()) found = std::ranges::find_if(seen, is_it);
  if (found != seen.end()) {
    out.host = *found;
    return;
  }
  if (!ips.empty()) out.host.ip = *ips.begin();
  if (!macs.empty()) out.host.mac = *macs.begin();
}

// cover_session: whoever took an address of it for a target would cut everybody there, so it has none.
void cover_session(const Estate& estate, const estate::Session& session, std::span<const HostKey> seen,
                   event::PlannedAction& out) {
  cover_host(estate, session.host.value, seen, out);
  out.macs.clear();
  out.ips.clear();
  out.sessions = targets_of(estate, session);
}

void cover_pair(const Host& client, const Host& server, std::span<const std::uint16_t> ports,
                event::PlannedAction& out) {
  for (const IpAddress& from : client.addresses) {
    for (const IpAddress& to : server.addresses) {
      if (from.v6 != to.v6) continue;
      for (const std::uint16_t port : ports) out.flows.push_back({from, to, port});
    }
  }
  if (!client.addresses.empty()) out.host.ip = client.addresses.front();
  if (!client.macs.empty()) out.host.mac = client.macs.front();
  if (out.flows.size() > flows_max) out.flows.clear();  // half a cut is none
}

void cover_border(const Estate& estate, const estate::Border& border, event::PlannedAction& out) {
  for (const estate::Prefix& from : estate.networks[border.from.value].prefixes) {
    for (const estate::Prefix& to : estate.networks[border.to.value].prefixes) {
      if (from.address.v6 != to.address.v6) continue;
      out.borders.push_back({{from.address, from.bits}, {to.address, to.bits}});
    }
  }
}

std::vector<std::uint16_t> all_spreading_ports() {
  std::vector<std::uint16_t> out;
  for (const event::SpreadingPort& p : estate::spreading_ports()) out.push_back(p.port);
  return out;
}

}  // namespace

std::string key_of(const Estate& estate, const Action& action) {
  const std::string_view verb = verb_of(action.kind);
  switch (action.kind) {
    case ActionKind::block_out:
    case ActionKind::shield:
    case ActionKind::isolate:
      return fmt::format("{} {}", verb, estate.hosts.at(action.index).name);
    case ActionKind::cut_flow: {
      const estate::Flow& flow = estate.flows.at(action.index);
      return fmt::format("{} {}>{}@{}{}", verb, estate.hosts[flow.client.value].name,
                         estate.hosts[flow.server.value].name, flow.port, flow.udp ? "/udp" : "");
    }
    case ActionKind::close_passage: {
      const estate::Passage& passage = estate.passages.at(action.index);
      return fmt::format("{} {}>{} {}", verb, estate.hosts[passage.from.value].name,
                         estate.hosts[passage.to.value].name, plane_word(!passage.spreading));
    }
    case ActionKind::close_border: {
      const estate::Border& border = estate.borders.at(action.index);
      return fmt::format("{} {}>{} {}", verb, estate.networks[border.from.value].name,
                         estate.networks[border.to.value].name, plane_word(action.plane_other));
    }
    case ActionKind::disable_account:
      return fmt::format("{} {}", verb, estate.accounts.at(action.index).name);
    case ActionKind::end_sessions:
      return fmt::format("{} {}", verb, session_name(estate, estate.sessions.at(action.index)));
    case ActionKind::firebreak:
      return std::string(verb);
  }
  return {};
}

std::optional<ActionKind> kind_of(std::string_view verb) {
  for (std::size_t i = 0; i < action_kinds; ++i) {
    const auto kind = static_cast<ActionKind>(i);
    if (verb_of(kind) == verb) return kind;
  }
  return std::nullopt;
}

std::optional<Action> action_of(const Estate& estate, std::string_view key) {
  return Keys(estate).find(key);
}

std::optional<estate::HostIndex> host_of(const Estate& estate, const HostKey& key) {
  const Host* host = estate.find(key.ip);
  if (host == nullptr && key.mac.known()) {
    host = estate.find(key.mac);
    if (host != nullptr && host->role == estate::Role::network) host = nullptr;  // whoever speaks behind it
  }
  if (host == nullptr) return std::nullopt;
  return estate::HostIndex{static_cast<std::uint32_t>(host - estate.hosts.data())};
}

namespace {

/// network_of: sites may use the same addresses, and then the VLAN tells; where it does not, the network is not known.
std::optional<estate::NetworkIndex> network_of(const Estate& estate, const estate::NetworkTable& networks,
                                               const HostKey& key) {
  std::vector<estate::NetworkIndex> found = networks.find(key.ip);
  if (found.size() > 1) {
    std::erase_if(found, [&](estate::NetworkIndex n) { return estate.networks[n.value].vlan != key.vlan; });
  }
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

}  // namespace

estate::Estate with_seen(Estate declared, std::span<const HostKey> strangers, std::span<const HostKey> seen) {
  std::map<IpAddress, std::vector<HostKey>> seen_at;
  for (const HostKey& key : strangers) seen_at.try_emplace(key.ip);
  for (const HostKey& key : seen) {
    if (const auto there = seen_at.find(key.ip); there != seen_at.end()) there->second.push_back(key);
  }
  const estate::NetworkTable networks(declared.networks);
  std::vector<Host> added;
  std::set<std::string> names;
  for (const HostKey& key : strangers) {
    if (host_of(declared, key) || !names.insert(key.ip.text()).second) continue;
    Host host;
    host.name = key.ip.text();
    host.role = estate::Role::unknown;
    host.origin = estate::Origin::seen;
    if (!is_given_out(declared, key, seen_at[key.ip])) host.addresses = {key.ip};
    if (key.mac.known() && declared.find(key.mac) == nullptr) host.macs = {key.mac};
    host.network = network_of(declared, networks, key);
    added.push_back(std::move(host));
  }
  declared.hosts.insert(declared.hosts.end(), added.begin(), added.end());
  return declared;
}

event::PlannedAction bare_line_of(const Estate& estate, const Action& action, std::span<const HostKey> seen) {
  event::PlannedAction out;
  out.action = verb_of(action.kind);
  switch (action.kind) {
    case ActionKind::block_out:
    case ActionKind::shield:
    case ActionKind::isolate:
      cover_host(estate, action.index, seen, out);
      break;
    case ActionKind::cut_flow: {
      const estate::Flow& flow = estate.flows[action.index];
      if (flow.port == 0 || flow.udp) break;
      cover_pair(estate.hosts[flow.client.value], estate.hosts[flow.server.value], std::array{flow.port}, out);
      break;
    }
    case ActionKind::close_passage: {
      const estate::Passage& passage = estate.passages[action.index];
      out.action = verb_of(ActionKind::cut_flow);
      if (!passage.spreading) break;
      cover_pair(estate.hosts[passage.from.value], estate.hosts[passage.to.value], all_spreading_ports(), out);
      break;
    }
    case ActionKind::close_border: {
      if (action.plane_other) break;
      cover_border(estate, estate.borders[action.index], out);
      if (out.borders.size() > borders_max) out.borders.clear();
      break;
    }
    case ActionKind::disable_account:
      break;  // in the directory, by hand: no enforcer of ours reaches it
    case ActionKind::end_sessions:
      cover_session(estate, estate.sessions[action.index], seen, out);
      break;
    case ActionKind::firebreak:
      out.action = verb_of(ActionKind::close_border);
      for (const std::uint32_t border : firebreak_borders(estate)) cover_border(estate, estate.borders[border], out);
      if (out.borders.size() > borders_max) out.borders.clear();
      break;
  }
  return out;
}

event::PlannedAction line_of(const Estate& estate, const Action& action, std::span<const HostKey> seen) {
  event::PlannedAction out = bare_line_of(estate, action, seen);
  out.key = key_of(estate, action);
  out.what = action.kind == ActionKind::end_sessions ? out.key : words_of(estate, action).en;
  for (const Text& text : consequences_of(estate, action)) {
    out.care.push_back(text.en);
    out.care_fr.push_back(text.fr);
  }
  return out;
}

bool enforceable(const event::PlannedAction& line) {
  return !line.macs.empty() || !line.ips.empty() || !line.flows.empty() || !line.borders.empty() ||
         !line.sessions.empty();
}

namespace {

/// harm_class is the power of ten of a harm in patient-hours, so that small changes of an estate ask nobody again.
int harm_class(double harm) {
  return harm > 0 ? static_cast<int>(std::floor(std::log10(harm))) : std::numeric_limits<int>::min();
}

}  // namespace

std::string exact_text(const event::PlannedAction& line) {
  std::string out = fmt::format("{}\n{}\n", line.key, line.action);
  for (const Mac& mac : line.macs) out += mac.text() + '\n';
  for (const IpAddress& ip : line.ips) out += ip.text() + '\n';
  for (const event::FlowTarget& f : line.flows) {
    out += fmt::format("{}>{}@{}\n", f.client.text(), f.server.text(), f.port);
  }
  for (const event::BorderTarget& b : line.borders) {
    out += fmt::format("{}/{}>{}/{}\n", b.from.address.text(), b.from.bits, b.to.address.text(), b.to.bits);
  }
  for (const event::SessionTarget& s : line.sessions) out += fmt::format("{}@{}\n", s.user, s.client.text());
  for (const event::Role role : line.needs) out += fmt::format("needs {}\n", static_cast<int>(role));
  return out + fmt::format("harm {}\n", harm_class(line.harm));
}

}  // namespace cordon::contain
