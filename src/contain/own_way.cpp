// SPDX-License-Identifier: Apache-2.0
#include "contain/own_way.h"

#include <algorithm>

#include "estate/harm.h"

namespace cordon::contain {

namespace {

using estate::Estate;
using estate::HostIndex;
using estate::OwnWay;

bool is_spreading(const OwnWay& way) {
  estate::Flow flow;
  flow.port = way.port;
  flow.udp = way.udp;
  return estate::ends_with_spreading(flow);
}

/// between: the two are the ends of this way, whichever way round; of one that comes from anywhere, `to` is its end.
bool between(const OwnWay& way, HostIndex from, HostIndex to) {
  if (!way.from) return way.to == to;
  return (*way.from == from && way.to == to) || (*way.from == to && way.to == from);
}

bool ended_by_flow(const OwnWay& way, const estate::Flow& flow) {
  if (!between(way, flow.client, flow.server)) return false;
  return way.from || (flow.udp == way.udp && (flow.port == way.port || flow.port == 0));
}

bool ended_by_border(const Estate& estate, const OwnWay& way, const estate::Border& border, bool plane_other) {
  const auto there = estate.hosts[way.to.value].network;
  if (!way.from) return there == border.to && plane_other != is_spreading(way);
  const auto here = estate.hosts[way.from->value].network;
  return (here == border.from && there == border.to) || (here == border.to && there == border.from);
}

template <class Ends>
std::optional<std::string> first_ended(const Estate& estate, Ends&& ends) {
  const auto found = std::ranges::find_if(estate.own_ways, ends);
  return found == estate.own_ways.end() ? std::nullopt : std::optional(found->what);
}

bool has_address(const estate::Host& host, const IpAddress& address) {
  return std::ranges::find(host.addresses, address) != host.addresses.end();
}

bool stands_inside(const estate::Host& host, const event::PrefixTarget& prefix) {
  return std::ranges::any_of(host.addresses, [range = estate::Prefix{prefix.address, prefix.bits}](const IpAddress& a) {
    return range.contains(a);
  });
}

}  // namespace

std::optional<std::string> own_way_ended(const Estate& estate, const Action& action) {
  const std::uint32_t i = action.index;
  if (touches_host(action)) {
    if (i >= estate.hosts.size() || estate.hosts[i].own == estate::Own::no) return std::nullopt;
    return estate.hosts[i].name;
  }
  if (action.kind == ActionKind::cut_flow && i < estate.flows.size()) {
    return first_ended(estate, [&](const OwnWay& way) { return ended_by_flow(way, estate.flows[i]); });
  }
  if (action.kind == ActionKind::close_passage && i < estate.passages.size()) {
    const estate::Passage& passage = estate.passages[i];
    return first_ended(estate, [&](const OwnWay& way) {
      return between(way, passage.from, passage.to) && (way.from || passage.spreading == is_spreading(way));
    });
  }
  if (action.kind == ActionKind::close_border && i < estate.borders.size()) {
    return first_ended(
        estate, [&](const OwnWay& way) { return ended_by_border(estate, way, estate.borders[i], action.plane_other); });
  }
  return std::nullopt;
}

std::optional<std::string> own_way_ended(const Estate& estate, const event::PlannedAction& line) {
  const auto own = [&](const auto& address) -> const estate::Host* {
    const estate::Host* host = estate.find(address);
    return host != nullptr && host->own != estate::Own::no ? host : nullptr;
  };
  for (const Mac& mac : line.macs) {
    if (const estate::Host* host = own(mac)) return host->name;
  }
  for (const IpAddress& ip : line.ips) {
    if (const estate::Host* host = own(ip)) return host->name;
  }
  return first_ended(estate, [&](const OwnWay& way) {
    const estate::Host& to = estate.hosts[way.to.value];
    const estate::Host* from = way.from ? &estate.hosts[way.from->value] : nullptr;
    const bool by_flow = std::ranges::any_of(line.flows, [&](const event::FlowTarget& flow) {
      if (from == nullptr) return has_address(to, flow.server) && flow.port == way.port && !way.udp;
      return (has_address(*from, flow.client) && has_address(to, flow.server)) ||
             (has_address(to, flow.client) && has_address(*from, flow.server));
    });
    const bool by_border = std::ranges::any_of(line.borders, [&](const event::BorderTarget& border) {
      if (from == nullptr) return stands_inside(to, border.to) && is_spreading(way);
      return (stands_inside(*from, border.from) && stands_inside(to, border.to)) ||
             (stands_inside(to, border.from) && stands_inside(*from, border.to));
    });
    return by_flow || by_border;
  });
}

}  // namespace cordon::contain
