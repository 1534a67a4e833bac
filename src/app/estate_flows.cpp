// SPDX-License-Identifier: Apache-2.0
#include "app/estate_flows.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "contain/graph.h"
#include "estate/declared_diff.h"
#include "estate/import.h"
#include "event/json.h"

namespace cordon::app {

namespace {

using event::FlowState;
using nlohmann::json;

void print_line(const json& line) {
  fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string_view protocol_word(bool udp) {
  return event::word(udp ? event::Transport::udp : event::Transport::tcp);
}

std::string seen_port(const estate::Flow& flow) {
  if (flow.port == event::port_given_out) return flow.udp ? "a udp port it gives out" : "a port it gives out";
  return fmt::format("port {}{}", flow.port, flow.udp ? "/udp" : "");
}

std::string declared_port(std::uint16_t port, bool udp) {
  return fmt::format("{}{}", port == 0 ? "any port" : fmt::format("port {}", port), udp ? "/udp" : "");
}

std::string_view state_remark(FlowState state) {
  switch (state) {
    case FlowState::answered:
      return "";
    case FlowState::unclear:
      return "; which of the two serves is taken from the ports";
    case FlowState::one_way:
      return "; one way, no answer seen";
  }
  return "";
}

}  // namespace

void tell_flows(const Learned& found, bool as_json) {
  const contain::Permits permits(found.whole);
  const auto flows = found.flows();
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const std::string& client = found.whole.hosts[flows[i].client.value].name;
    const std::string& server = found.whole.hosts[flows[i].server.value].name;
    const bool way = permits.undeclared_way(flows[i]);
    const Sightings::Times& times = found.times[i];
    if (as_json) {
      print_line({{"type", "seen_flow"},
                  {"client", client},
                  {"server", server},
                  {"port", flows[i].port},
                  {"protocol", protocol_word(flows[i].udp)},
                  {"state", event::word(times.state)},
                  {"first", seconds_of(times.first)},
                  {"last", seconds_of(times.last)},
                  {"vlan", times.vlan},
                  {"undeclared_way", way}});
    } else {
      fmt::print("flow, not declared  {} to {} on {}, first {}, last {}{}{}\n", client, server, seen_port(flows[i]),
                 to_iso(times.first), to_iso(times.last), state_remark(times.state),
                 way ? "; nothing declared lets it pass, so no plan reckons with this way of spread" : "");
    }
  }
}

void tell_flow_rows(const Learned& found) {
  const auto flows = found.flows();
  fmt::print(
      "# Declare hosts and service first, or put another service, and fill in unit, dependence and the rest.\n{}",
      estate::flow_csv_head());
  static constexpr std::array<std::pair<FlowState, std::string_view>, 3> kinds{{
      {FlowState::answered, ""},
      {FlowState::unclear, "# which of the two serves is taken from the ports\n"},
      {FlowState::one_way, "# one way, no answer seen\n"},
  }};
  for (const auto& [state, title] : kinds) {
    bool titled = title.empty();
    for (std::size_t i = 0; i < flows.size(); ++i) {
      if (found.times[i].state != state) continue;
      if (!titled) fmt::print("{}", title);
      titled = true;
      const bool given_out = flows[i].port == event::port_given_out;
      fmt::print("{}{}", given_out ? "# a port it gives out: " : "", estate::flow_csv_row(found.whole, flows[i]));
    }
  }
}

void tell_unseen_flows(const estate::Estate& declared, std::span<const std::uint32_t> flows, bool as_json) {
  for (const std::uint32_t index : flows) {
    const estate::Flow& flow = declared.flows[index];
    const std::string& client = declared.hosts[flow.client.value].name;
    const std::string& server = declared.hosts[flow.server.value].name;
    const std::string& service = declared.services[flow.service].name;
    if (as_json) {
      print_line({{"type", "unseen_flow"},
                  {"client", client},
                  {"server", server},
                  {"port", flow.port},
                  {"protocol", protocol_word(flow.udp)},
                  {"service", service}});
    } else {
      fmt::print("flow, never seen    {} to {} on {} for {}\n", client, server, declared_port(flow.port, flow.udp),
                 service);
    }
  }
}

void tell_flow_changes(std::span<const estate::FlowsMoved> moved, bool as_json) {
  for (const estate::FlowsMoved& one : moved) {
    if (as_json) {
      print_line({{"type", "flows"},
                  {"server", one.server},
                  {"port", one.port},
                  {"protocol", protocol_word(one.udp)},
                  {"service", one.service},
                  {"unit", one.unit},
                  {"new", one.fresh},
                  {"gone", one.gone},
                  {"what", one.what}});
      continue;
    }
    std::vector<std::string> what;
    if (!one.fresh.empty()) what.push_back(fmt::format("{} new from {}", one.fresh.size(), estate::some_of(one.fresh)));
    if (!one.gone.empty()) what.push_back(fmt::format("{} gone from {}", one.gone.size(), estate::some_of(one.gone)));
    if (!one.what.empty()) what.push_back(one.what);
    fmt::print("flows  {}, {}, to {} on {}: {}\n", one.unit, one.service, one.server, declared_port(one.port, one.udp),
               fmt::join(what, "; "));
  }
}

}  // namespace cordon::app
