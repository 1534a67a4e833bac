// SPDX-License-Identifier: Apache-2.0
// NetworkView: the estate as Cordon knows it now, declared and seen, for the page "Network", and what a person may
// order there, with what it costs patients. A view only; nothing here decides. What is infected, cut or waiting changes
// far more often and stands in the situation (network_marks.h).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "contain/graph.h"
#include "engine/flow_memory.h"
#include "event/host.h"

namespace cordon::engine {

/// network_hosts_max bounds the hosts that are listed, at some 130 bytes each: 5 MB. Further ones are counted. The
/// declared stand first, so that strangers cannot push them out.
constexpr std::size_t network_hosts_max = 40'000;
/// offers_max bounds the actions told for one host or network, and its flows, worst harm first. Each has at most 8
/// sentences in two languages of some 120 bytes, and names: 64 of them are under 160 KB. Further ones are counted.
constexpr std::size_t offers_max = 64;
/// seen_as_max bounds the addresses told under which one host was seen.
constexpr std::size_t seen_as_max = 16;

/// flows_told_max bounds the seen flows told of one host, latest first, at some 150 bytes each: 15 KB. Further ones are
/// counted.
constexpr std::size_t flows_told_max = 100;

/// SeenHosts is who was seen until now. The revision names exactly this list and the declared estate beside it.
struct SeenHosts {
  std::string revision;
  std::vector<event::HostKey> keys;
};

class NetworkView {
 public:
  NetworkView(const estate::Estate& declared, SeenHosts seen);
  NetworkView(const NetworkView&) = delete;  // the graph points into the estate
  NetworkView& operator=(const NetworkView&) = delete;

  /// text is {"type":"network", …}: units, networks and hosts, which name each other by their place. A host is one row:
  /// name, role, unit or −1, network or −1, addresses and MACs joined by spaces, grain, flags (1 protected, 2 seen,
  /// 4 imported, 8 not declared).
  const std::string& text() const { return text_; }

  /// offers_of_host is {"type":"offers", …}: what is known of one host beyond its row, and every action that a person
  /// may order for it: key, harm in patient-hours, the care it touches in words, and who must agree; or why it cannot
  /// be done. Its flows stand apart, in "flows": those that can be cut first, then the care flows, which never are,
  /// each with the host at the other end. Empty when there is no such host. Reads every flow once for each action.
  /// "seen_flows" are those of this host that were seen and that nobody declared: whether it opened them, who is at the
  /// other end, the port (0: one that the server gives out), and whether they are a way of spread that no plan knows.
  std::string offers_of_host(std::string_view name, std::span<const KnownFlow> seen_flows = {}) const;
  /// offers_of_network is the same of the borders of a network that can be closed to spreading protocols.
  std::string offers_of_network(std::string_view name) const;

 private:
  nlohmann::json offer(const contain::Action& action) const;
  std::string_view why_not(const contain::Action& action, bool enforceable) const;
  nlohmann::json offers(std::vector<contain::Action> actions) const;
  nlohmann::json seen_flows_of(estate::HostIndex host, std::span<const KnownFlow> flows) const;
  std::optional<estate::HostIndex> whose(const IpAddress& address) const;
  nlohmann::json flow_offers(std::uint32_t host) const;
  nlohmann::json hosts_json(const std::vector<bool>& seen) const;
  std::string written() const;

  estate::Estate estate_;
  SeenHosts seen_;
  std::map<IpAddress, estate::HostIndex> whose_;  // of the addresses that were seen
  contain::Permits permits_;
  std::optional<contain::Graph> graph_;  // none when the estate has more ways than a graph takes
  std::string text_;
};

}  // namespace cordon::engine
