// SPDX-License-Identifier: Apache-2.0
#include "estate/flow_diff.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "estate/declared_diff.h"

namespace cordon::estate {

namespace {

constexpr double dependence_slack = 1e-9;  // shares of a group are added up again

// Hosts are compared by their place in the first estate; those of the second alone come after all of these.
using Same = std::uint32_t;

// FlowGroup is what one line of flows.csv with a group of clients says.
struct FlowGroup {
  std::set<Same> clients;
  double dependence = 0;
  std::set<std::string> terms;
  std::map<Same, std::multiset<std::string>> terms_of;  // by client, who may have several
  std::map<Same, double> share_of;
};
using GroupKey = std::tuple<std::string, Same, std::uint16_t, bool, std::string, std::string>;

std::string terms_of(const Flow& flow) {
  return fmt::format("tolerance {} h, fallback {}{}", flow.tolerance_hours, word(flow.fallback),
                     flow.care ? ", care" : "");
}

class FlowSide {
 public:
  FlowSide(const Estate& estate, std::vector<Same> same) : estate_(&estate), same_(std::move(same)) {
    for (std::uint32_t i = 0; i < same_.size(); ++i) host_.emplace(same_[i], i);
  }
  const std::string& name(Same host) const { return estate_->hosts[host_.at(host)].name; }
  bool has(Same host) const { return host_.contains(host); }

  /// groups: `named` gives the name under which a server is sorted and told.
  std::map<GroupKey, FlowGroup> groups(auto&& named) const {
    std::map<GroupKey, FlowGroup> out;
    for (const Flow& flow : estate_->flows) {
      const Same server = same_[flow.server.value];
      FlowGroup& group = out[{named(server), server, flow.port, flow.udp, estate_->services[flow.service].name,
                              estate_->units[flow.unit.value].name}];
      group.clients.insert(same_[flow.client.value]);
      group.dependence += flow.dependence;
      const std::string terms = terms_of(flow);
      group.terms.insert(terms);
      group.terms_of[same_[flow.client.value]].insert(terms);
      group.share_of[same_[flow.client.value]] += flow.dependence;
    }
    return out;
  }

 private:
  const Estate* estate_;
  std::vector<Same> same_;  // by host
  std::map<Same, std::uint32_t> host_;
};

std::vector<std::string> names_missing(const FlowSide& side, const std::set<Same>& those, const std::set<Same>& in) {
  std::vector<std::string> out;
  for (const Same host : those) {
    if (!in.contains(host)) out.push_back(side.name(host));
  }
  return out;
}

std::string what_changed(const FlowGroup& a, const FlowGroup& b) {
  std::string out;
  if (std::abs(a.dependence - b.dependence) > dependence_slack) {
    out = fmt::format("dependence {:.4g} → {:.4g}", a.dependence, b.dependence);
  }
  if (a.terms != b.terms) {
    out += fmt::format("{}{} → {}", out.empty() ? "" : "; ", fmt::join(a.terms, " or "), fmt::join(b.terms, " or "));
  }
  return out;
}

/// what_shifted says for whom it changed, where all clients together say what they said before. Who shares a line with
/// more or fewer clients has another share by that alone.
std::string what_shifted(const FlowSide& side, const FlowGroup& a, const FlowGroup& b) {
  std::vector<std::string> out;
  for (const auto& [client, terms] : a.terms_of) {
    const auto now = b.terms_of.find(client);
    if (now == b.terms_of.end()) continue;
    const double then_share = a.share_of.at(client);
    const double now_share = b.share_of.at(client);
    if (terms != now->second) {
      out.push_back(
          fmt::format("{}: {} → {}", side.name(client), fmt::join(terms, " and "), fmt::join(now->second, " and ")));
    } else if (a.clients == b.clients && std::abs(then_share - now_share) > dependence_slack) {
      out.push_back(fmt::format("{}: dependence {:.4g} → {:.4g}", side.name(client), then_share, now_share));
    }
  }
  return out.empty() ? "" : "of " + some_of(out);
}

}  // namespace

std::vector<FlowsMoved> flows_moved(const Estate& before, const Estate& after,
                                    std::span<const std::optional<HostIndex>> match) {
  const auto hosts_before = static_cast<Same>(before.hosts.size());
  std::vector<Same> own(before.hosts.size());
  for (Same i = 0; i < hosts_before; ++i) own[i] = i;
  std::vector<Same> theirs(after.hosts.size());
  for (Same i = 0; i < theirs.size(); ++i) theirs[i] = match[i] ? match[i]->value : hosts_before + i;
  const FlowSide old_side(before, std::move(own));
  const FlowSide new_side(after, std::move(theirs));
  const auto named = [&](Same host) { return old_side.has(host) ? old_side.name(host) : new_side.name(host); };
  std::map<GroupKey, FlowGroup> old_groups = old_side.groups(named);
  std::map<GroupKey, FlowGroup> new_groups = new_side.groups(named);
  for (const auto& [key, group] : old_groups) new_groups.try_emplace(key);
  std::vector<FlowsMoved> out;
  for (const auto& [key, now] : new_groups) {
    const FlowGroup& then = old_groups[key];
    FlowsMoved one{
        std::get<0>(key), std::get<2>(key), std::get<3>(key), std::get<4>(key), std::get<5>(key), {}, {}, {}};
    one.fresh = names_missing(new_side, now.clients, then.clients);
    one.gone = names_missing(old_side, then.clients, now.clients);
    if (!then.clients.empty() && !now.clients.empty()) {
      one.what = what_changed(then, now);
      if (one.what.empty()) one.what = what_shifted(old_side, then, now);
    }
    if (!one.fresh.empty() || !one.gone.empty() || !one.what.empty()) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace cordon::estate
