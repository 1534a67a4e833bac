// SPDX-License-Identifier: Apache-2.0
#include "engine/network_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "contain/lines.h"
#include "contain/means.h"
#include "contain/own_way.h"
#include "contain/weigh.h"
#include "event/json.h"

namespace cordon::engine {

namespace {

using contain::Action;
using contain::ActionKind;
using nlohmann::json;

std::string text_of(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

template <class Values>
std::string joined(const Values& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : " ") + value.text();
  return out;
}

json words(std::span<const std::string_view> all) {
  json out = json::array();
  for (const std::string_view word : all) out.push_back(word);
  return out;
}

template <class Index>
std::int64_t place(const std::optional<Index>& index) {
  return index ? static_cast<std::int64_t>(index->value) : -1;
}

/// closable: an enforcer stands at this border, and there is something to close there.
bool closable(const estate::Border& border) {
  return border.can_close && border.reach.spreading && border.from != border.to;
}

json units_json(const estate::Estate& estate) {
  json out = json::array();
  for (const estate::Unit& unit : estate.units) {
    json one = {{"name", unit.name}, {"kind", estate::word(unit.kind)}, {"beds", unit.beds}};
    if (unit.building.value < estate.buildings.size()) {
      const estate::Building& building = estate.buildings[unit.building.value];
      one["building"] = building.name;
      if (building.site.value < estate.sites.size()) one["site"] = estate.sites[building.site.value].name;
    }
    out.push_back(std::move(one));
  }
  return out;
}

json networks_json(const estate::Estate& estate) {
  std::vector<std::size_t> borders(estate.networks.size(), 0);
  for (const estate::Border& border : estate.borders) {
    if (!closable(border)) continue;
    ++borders[border.from.value];
    ++borders[border.to.value];
  }
  json out = json::array();
  for (std::size_t i = 0; i < estate.networks.size(); ++i) {
    const estate::Network& network = estate.networks[i];
    json prefixes = json::array();
    for (const estate::Prefix& prefix : network.prefixes) {
      prefixes.push_back(prefix.address.text() + "/" + std::to_string(prefix.bits));
    }
    json one = {{"name", network.name}, {"prefixes", std::move(prefixes)}, {"borders", borders[i]}};
    if (network.vlan) one["vlan"] = *network.vlan;
    if (network.site.value < estate.sites.size()) one["site"] = estate.sites[network.site.value].name;
    out.push_back(std::move(one));
  }
  return out;
}

template <class Named>
std::optional<std::uint32_t> named(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &Named::name);
  if (found == all.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - all.begin());
}

}  // namespace

NetworkView::NetworkView(const estate::Estate& declared, SeenHosts seen)
    : estate_(contain::with_seen(declared, seen.keys, seen.keys)), seen_(std::move(seen)), permits_(estate_) {
  estate_.index();
  for (const event::HostKey& key : seen_.keys) {
    if (const auto host = contain::host_of(estate_, key)) whose_.emplace(key.ip, *host);
  }
  graph_ = contain::Graph::build(estate_);
  text_ = written();
}

std::string NetworkView::written() const {
  std::vector<bool> seen(estate_.hosts.size(), false);
  for (const event::HostKey& key : seen_.keys) {
    if (const auto host = contain::host_of(estate_, key)) seen[host->value] = true;
  }
  const std::size_t listed = std::min(estate_.hosts.size(), network_hosts_max);
  return text_of({{"type", "network"},
                  {"revision", seen_.revision},
                  {"hospital", estate_.hospital},
                  {"units", units_json(estate_)},
                  {"networks", networks_json(estate_)},
                  {"roles", words(estate::role_words())},
                  {"grains", words(estate::grain_words())},
                  {"hosts", hosts_json(seen)},
                  {"hosts_more", estate_.hosts.size() - listed}});
}

json NetworkView::hosts_json(const std::vector<bool>& seen) const {
  json out = json::array();
  for (std::size_t i = 0; i < std::min(estate_.hosts.size(), network_hosts_max); ++i) {
    const estate::Host& host = estate_.hosts[i];
    const int flags = (host.is_protected ? 1 : 0) | (seen[i] ? 2 : 0) |
                      (host.origin == estate::Origin::imported ? 4 : 0) | (host.origin == estate::Origin::seen ? 8 : 0);
    out.push_back({host.name, static_cast<int>(host.role), place(host.unit), place(host.network),
                   joined(host.addresses), joined(host.macs), static_cast<int>(host.grain), flags});
  }
  return out;
}

std::string_view NetworkView::why_not(const Action& action, bool enforceable) const {
  if (contain::cuts_off_protected(estate_, action)) return "protected";
  if (graph_->offered(action)) return enforceable ? "" : "by_hand";
  if (contain::own_way_ended(estate_, action)) return "own_way";
  if (action.kind == ActionKind::cut_flow) return graph_->is_care(action.index) ? "care_flow" : "no_single_flow";
  if (!contain::touches_host(action)) return "cannot_close";
  const estate::Host& host = estate_.hosts[action.index];
  if (host.grain == estate::Grain::none) return "out_of_reach";
  return action.kind == ActionKind::isolate ? "care_flows" : "isolates_only";
}

json NetworkView::offer(const Action& action) const {
  const event::PlannedAction line = contain::line_of(estate_, action, seen_.keys);
  const bool unplugged = action.kind == ActionKind::isolate && graph_->is_unplugged(action.index);
  const bool two = contain::approval_for(*graph_, action) == contain::Approval::two_persons;
  json needs = json::array();
  if (two) needs = {event::word(event::Role::cyber), event::word(event::Role::director)};
  return {{"key", line.key},
          {"action", line.action},
          {"subject", line.key.substr(line.key.find(' ') + 1)},
          {"harm", graph_->harm_of(action)},
          {"needs", std::move(needs)},
          {"why_not", why_not(action, contain::enforceable(line) && !unplugged)},
          {"care", {{"fr", line.care_fr}, {"en", line.care}}}};
}

json NetworkView::offers(std::vector<Action> actions) const {
  json out = {{"type", "offers"}, {"revision", seen_.revision}, {"offers", json::array()}, {"offers_more", 0}};
  if (!graph_) return out;
  if (actions.size() > offers_max) {
    std::ranges::stable_sort(actions, std::greater<>{}, [&](const Action& a) { return graph_->harm_of(a); });
    out["offers_more"] = actions.size() - offers_max;
    actions.resize(offers_max);
  }
  for (const Action& action : actions) out["offers"].push_back(offer(action));
  return out;
}

std::optional<estate::HostIndex> NetworkView::whose(const IpAddress& address) const {
  if (const estate::Host* host = estate_.find(address)) {
    return estate::HostIndex{static_cast<std::uint32_t>(host - estate_.hosts.data())};
  }
  const auto found = whose_.find(address);
  return found == whose_.end() ? std::nullopt : std::optional(found->second);
}

json NetworkView::seen_flows_of(estate::HostIndex host, std::span<const KnownFlow> flows) const {
  struct Told {
    estate::Flow flow;
    bool opened = false;
    IpAddress peer;
    const KnownFlow* seen = nullptr;
  };
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint16_t, bool>> declared;
  for (const estate::Flow& flow : estate_.flows) {
    const bool of_host = flow.client == host || flow.server == host;
    if (of_host) declared.emplace(flow.client.value, flow.server.value, flow.port, flow.udp);
  }
  std::vector<Told> told;
  for (const KnownFlow& seen : flows) {
    const auto client = whose(seen.client);
    const auto server = whose(seen.server);
    const bool opened = client == host;
    if (opened == (server == host)) continue;  // of others, or to itself
    Told one{{}, opened, opened ? seen.server : seen.client, &seen};
    if (client && server) {
      one.flow.client = *client;
      one.flow.server = *server;
      one.flow.port = seen.port;
      one.flow.udp = seen.transport == event::Transport::udp;
      const bool any_port = declared.contains({client->value, server->value, 0, one.flow.udp});
      if (any_port || declared.contains({client->value, server->value, seen.port, one.flow.udp})) continue;
    }
    told.push_back(one);
  }
  std::ranges::stable_sort(told, std::greater<>{}, [](const Told& one) { return one.seen->last; });
  const std::size_t more = told.size() - std::min(told.size(), flows_told_max);
  json list = json::array();
  told.resize(std::min(told.size(), flows_told_max));
  for (const Told& one : told) {
    const auto peer = whose(one.peer);
    const bool both = whose(one.seen->client) && whose(one.seen->server);
    list.push_back({{"opened", one.opened},
                    {"peer", peer ? estate_.hosts[peer->value].name : one.peer.text()},
                    {"port", one.seen->port},
                    {"udp", one.seen->transport == event::Transport::udp},
                    {"state", event::word(one.seen->state)},
                    {"first", seconds_of(one.seen->first)},
                    {"last", seconds_of(one.seen->last)},
                    {"undeclared_way", both && permits_.undeclared_way(one.flow)}});
  }
  return {{"list", std::move(list)}, {"more", more}};
}

json NetworkView::flow_offers(std::uint32_t host) const {
  std::vector<Action> flows;
  std::set<std::string> named;  // what has the same ends and port has one key, which means the first
  for (const std::uint32_t flow : estate_.flows_of({host})) {
    const Action action{ActionKind::cut_flow, flow};
    if (named.insert(contain::key_of(estate_, action)).second) flows.push_back(action);
  }
  std::ranges::stable_sort(flows, std::greater<>{},
                           [&](const Action& flow) { return std::pair(graph_->offered(flow), graph_->harm_of(flow)); });
  json out = json::array();
  for (const Action& flow : std::span(flows).first(std::min(flows.size(), offers_max))) {
    const estate::Flow& declared = estate_.flows[flow.index];
    json one = offer(flow);
    const bool outgoing = declared.client.value == host;
    one["flow"] = {
        {"outgoing", outgoing},
        {"other", estate_.hosts[(outgoing ? declared.server : declared.client).value].name},
        {"port", declared.port},
        {"udp", declared.udp},
        {"service", declared.service < estate_.services.size() ? estate_.services[declared.service].name : ""},
        {"unit", declared.unit.value < estate_.units.size() ? estate_.units[declared.unit.value].name : ""}};
    out.push_back(std::move(one));
  }
  const std::size_t more = flows.size() - out.size();
  return {{"list", std::move(out)}, {"more", more}};
}

std::string NetworkView::offers_of_host(std::string_view name, std::span<const KnownFlow> seen_flows) const {
  const auto index = named(estate_.hosts, name);
  if (!index) return {};
  std::vector<Action> actions{
      {ActionKind::block_out, *index}, {ActionKind::shield, *index}, {ActionKind::isolate, *index}};
  for (std::uint32_t i = 0; i < estate_.passages.size(); ++i) {
    const estate::Passage& passage = estate_.passages[i];
    if (passage.from.value == *index || passage.to.value == *index) actions.push_back({ActionKind::close_passage, i});
  }
  json out = offers(std::move(actions));
  const estate::Host& host = estate_.hosts[*index];
  out["host"] = host.name;
  out["administered_by"] = host.administered_by;
  out["attached_to"] = host.attached_to;
  if (graph_) out["lost"] = graph_->harm(*index).lost;
  if (graph_) out["flows"] = flow_offers(*index);
  out["seen_as"] = json::array();
  for (const event::HostKey& key : seen_.keys) {
    if (out["seen_as"].size() >= seen_as_max || contain::host_of(estate_, key) != estate::HostIndex{*index}) continue;
    out["seen_as"].push_back({{"address", key.ip.text()},
                              {"mac", key.mac.text()},
                              {"vlan", key.vlan},
                              {"sensor", key.sensor},
                              {"since", seconds_of(key.since)}});
  }
  out["seen_flows"] = seen_flows_of({*index}, seen_flows);
  return text_of(out);
}

std::string NetworkView::offers_of_network(std::string_view name) const {
  const auto index = named(estate_.networks, name);
  if (!index) return {};
  std::vector<Action> actions;
  for (std::uint32_t i = 0; i < estate_.borders.size(); ++i) {
    const estate::Border& border = estate_.borders[i];
    if (closable(border) && (border.from.value == *index || border.to.value == *index)) {
      actions.push_back({ActionKind::close_border, i});
    }
  }
  json out = offers(std::move(actions));
  out["network"] = estate_.networks[*index].name;
  return text_of(out);
}

}  // namespace cordon::engine
