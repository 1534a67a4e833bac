// SPDX-License-Identifier: Apache-2.0
#include "app/network_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "http/rules.h"

namespace cordon::app {

const std::string& NetworkBoard::note(const engine::State& state) {
  hand_flows(state.flows);
  const auto keys = state.hosts | std::views::keys;
  if (!revision_.empty() && std::ranges::equal(keys, seen_)) return revision_;
  std::vector<event::HostKey> seen(keys.begin(), keys.end());
  // The time of the start tells this list from the one of the same number before a restart.
  std::string revision = fmt::format("{:.6f}.{}", seconds_of(state.started.at), changes_ + 1);
  if (!handed_.push({revision, seen})) return revision_;
  ++changes_;
  seen_ = std::move(seen);
  revision_ = std::move(revision);
  return revision_;
}

void NetworkBoard::hand_flows(const engine::FlowMemory& flows) {
  const auto now = std::chrono::steady_clock::now();
  if (flows.changes() == flow_changes_ || (flows_handed_ && now - *flows_handed_ < flows_wait_)) return;
  handed_flows_.pop_batch(1, std::chrono::milliseconds(0));  // what nobody has read is out of date
  if (!handed_flows_.push(flows.list())) return;
  flows_handed_ = now;
  flow_changes_ = flows.changes();
}

std::optional<std::string> NetworkBoard::read(std::string_view path, std::string_view query) {
  if (path != "/api/network" && path != "/api/offers") return std::nullopt;
  for (engine::SeenHosts& seen : handed_.pop_batch(1, std::chrono::milliseconds(0))) {
    view_ = std::make_unique<const engine::NetworkView>(declared_, std::move(seen));
  }
  for (std::vector<engine::KnownFlow>& flows : handed_flows_.pop_batch(1, std::chrono::milliseconds(0))) {
    flows_ = std::move(flows);
  }
  if (!view_) return std::nullopt;
  if (path == "/api/network") return view_->text();
  const auto host = http::query_value(query, "host");
  const auto network = http::query_value(query, "network");
  std::string found = host      ? view_->offers_of_host(*host, flows_)
                      : network ? view_->offers_of_network(*network)
                                : std::string();
  if (found.empty()) return std::nullopt;
  return found;
}

}  // namespace cordon::app
