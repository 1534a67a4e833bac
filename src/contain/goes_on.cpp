// SPDX-License-Identifier: Apache-2.0
#include "contain/goes_on.h"

#include <algorithm>

#include "event/spreading.h"

namespace cordon::contain {

namespace {

using event::CutDecided;
using event::FlowProgress;

bool is_client(const CutDecided& cut, const FlowProgress& seen) {
  return std::ranges::find(cut.ips, seen.host.ip) != cut.ips.end() ||
         (seen.host.mac.known() && std::ranges::find(cut.macs, seen.host.mac) != cut.macs.end());
}

bool is_server(const CutDecided& cut, const FlowProgress& seen) {
  return std::ranges::find(cut.ips, seen.server) != cut.ips.end();
}

bool crosses(const CutDecided& cut, const FlowProgress& seen) {
  const auto inside = [](const event::PrefixTarget& prefix, const IpAddress& address) {
    return estate::Prefix{prefix.address, prefix.bits}.contains(address);
  };
  return std::ranges::any_of(cut.borders, [&](const event::BorderTarget& border) {
    return inside(border.from, seen.host.ip) && inside(border.to, seen.server);
  });
}

bool is_stopped(const CutDecided& cut, const FlowProgress& seen) {
  if (cut.action == "block_flow") {
    const event::FlowTarget flow{seen.host.ip, seen.server, seen.port};
    return std::ranges::find(cut.flows, flow) != cut.flows.end();
  }
  if (cut.action == "isolate") return is_client(cut, seen) || is_server(cut, seen);
  if (!event::is_spreading_tcp(seen.port)) return false;
  if (cut.action == "block_out") return is_client(cut, seen);
  if (cut.action == "shield") return is_server(cut, seen);
  if (cut.action == "block_spread") return is_client(cut, seen) || is_server(cut, seen);
  return cut.action == "close_border" && crosses(cut, seen);
}

bool is_care(const estate::Estate& estate, const FlowProgress& seen) {
  const auto open_to_all = [&](const estate::CareFlow& flow) {
    return !flow.udp && flow.server == seen.server && flow.port == seen.port;
  };
  if (std::ranges::any_of(estate.care_flows, open_to_all)) return true;
  const estate::Host* client = estate.find(seen.host.ip);
  const estate::Host* server = estate.find(seen.server);
  if (client == nullptr || server == nullptr) return false;
  return std::ranges::any_of(estate.flows, [&](const estate::Flow& flow) {
    return flow.care && !flow.udp && (flow.port == 0 || flow.port == seen.port) &&
           &estate.hosts[flow.client.value] == client && &estate.hosts[flow.server.value] == server;
  });
}

}  // namespace

bool goes_on(const estate::Estate& estate, const CutDecided& cut, const FlowProgress& seen) {
  return is_stopped(cut, seen) && !is_care(estate, seen);
}

Followed followed(const CutDecided& cut) {
  if (cut.action == "isolate") return Followed::some;
  if (cut.action != "block_flow") return Followed::all;
  const auto spreads = [](const event::FlowTarget& flow) { return event::is_spreading_tcp(flow.port); };
  if (std::ranges::all_of(cut.flows, spreads)) return Followed::all;
  return std::ranges::any_of(cut.flows, spreads) ? Followed::some : Followed::none;
}

}  // namespace cordon::contain
