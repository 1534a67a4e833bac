// SPDX-License-Identifier: Apache-2.0
#include "contain/together.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <unordered_map>

#include "estate/harm.h"

namespace cordon::contain {

using estate::Flow;
using estate::HostIndex;

namespace {

constexpr std::uint32_t no_place = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Fates pulled(const Graph& graph, std::span<const HostIndex> infected, std::span<const Suspect> suspects,
             std::span<const HostIndex> certain) {
  Fates out{{{}, {0}}, std::vector<std::uint32_t>(graph.hosts(), 0), std::vector<double>(graph.hosts(), 0), {}};
  for (const Suspect& suspect : suspects) {
    const std::uint32_t host = suspect.host.value;
    const bool isolated = !std::ranges::binary_search(certain, suspect.host);
    out.suspicions.push_back({host, 0, suspect.probability, isolated});
    out.lost[host] = 1 - (1 - out.lost[host]) * (1 - suspect.probability * (isolated ? 1 - isolation_spares : 1));
  }
  for (const HostIndex host : infected) {
    out.cause[host.value] = 1;
    out.lost[host.value] = 1;
  }
  return out;
}

std::size_t Together::RowHash::operator()(const Row& row) const {
  const std::uint64_t both = std::uint64_t{row.unit} << 32U | row.cause;
  const auto tolerance = std::bit_cast<std::uint64_t>(row.tolerance_hours);
  return static_cast<std::size_t>((both * 2 + (row.ended ? 1U : 0U)) * 0x9e3779b97f4a7c15U ^ tolerance >> 40U);
}

Together::Together(const estate::Estate& estate, const Fates& fates, const std::vector<bool>& ended)
    : estate_(estate), suspicions_(fates.suspicions), place_(estate.hosts.size(), no_place) {
  for (const Fates::Suspicion& suspicion : suspicions_) {
    std::uint32_t& place = place_[suspicion.host];
    if (place == no_place) {
      place = static_cast<std::uint32_t>(source_of_.size());
      source_of_.push_back(suspicion.source);
    }
    named_.push_back(place);
    sources_ = std::max<std::size_t>(sources_, suspicion.source + 1);
  }
  // Most hosts are no suspects and share their cause with many: so do the flows between two such.
  std::vector<std::uint32_t> kind = fates.cause;
  for (std::size_t h = 0; h < kind.size(); ++h) {
    if (place_[h] != no_place) kind[h] = static_cast<std::uint32_t>(fates.causes.size()) + place_[h];
  }
  std::unordered_map<std::uint64_t, std::uint32_t> between;
  std::map<Cause, std::uint32_t> known;
  std::unordered_map<Row, double, RowHash> shares;
  for (std::uint32_t i = 0; i < estate.flows.size(); ++i) {
    const Flow& flow = estate.flows[i];
    const std::uint64_t ends = std::uint64_t{kind[flow.client.value]} << 32U | kind[flow.server.value];
    const auto [cause, is_new] = between.try_emplace(ends, 0);
    if (is_new) {
      const auto at = known.try_emplace(cause_of(fates, flow), static_cast<std::uint32_t>(causes_.size())).first;
      if (at->second == causes_.size()) causes_.push_back(at->first);
      cause->second = at->second;
    }
    const Cause& why = causes_[cause->second];
    if (!ended[i] && why.sources.empty() && why.suspects.empty()) continue;
    shares[{flow.unit.value, flow.tolerance_hours, cause->second, ended[i]}] +=
        flow.dependence * estate::residual(estate.weights, flow.fallback);
  }
  rows_.assign(shares.begin(), shares.end());
  std::ranges::sort(rows_);
}

Together::Cause Together::cause_of(const Fates& fates, const Flow& flow) const {
  Cause out;
  std::ranges::set_union(fates.causes[fates.cause[flow.client.value]], fates.causes[fates.cause[flow.server.value]],
                         std::back_inserter(out.sources));
  if (!out.sources.empty() && out.sources.front() == 0) return {{0}, {}};  // lost for certain
  for (const HostIndex end : {flow.client, flow.server}) {
    const std::uint32_t place = place_[end.value];
    if (place == no_place) continue;
    // Where its own source is among them, it is counted there that it is infected itself.
    const bool counted = source_of_[place] != 0 && std::ranges::binary_search(out.sources, source_of_[place]);
    if (!counted) out.suspects.push_back(place);
  }
  std::ranges::sort(out.suspects);
  out.suspects.erase(std::unique(out.suspects.begin(), out.suspects.end()), out.suspects.end());
  return out;
}

std::size_t Together::affordable() const {
  std::uint64_t steps = rows_.size() + suspicions_.size();
  for (const Cause& cause : causes_) steps += 1 + cause.sources.size() + cause.suspects.size();
  std::size_t out = told_apart_max;
  while (out > 0 && steps << out > together_steps_max) --out;
  return out;
}

double Together::expected(std::size_t told_apart) const {
  std::vector<std::size_t> open;  // neither infected nor innocent for certain
  for (std::size_t i = 0; i < suspicions_.size(); ++i) {
    if (suspicions_[i].probability > 0 && suspicions_[i].probability < 1) open.push_back(i);
  }
  const auto doubt = [&](std::size_t i) { return std::abs(suspicions_[i].probability - 0.5); };
  std::ranges::stable_sort(open, [&](std::size_t x, std::size_t y) { return doubt(x) < doubt(y); });
  open.resize(std::min(open.size(), told_apart));
  double out = 0;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << open.size(); ++bits) {
    double chance = 1;
    std::vector<double> infected;
    for (const Fates::Suspicion& suspicion : suspicions_) infected.push_back(suspicion.probability);
    for (std::size_t i = 0; i < open.size(); ++i) {
      const bool is = (bits >> i & 1U) != 0;
      chance *= is ? infected[open[i]] : 1 - infected[open[i]];
      infected[open[i]] = is ? 1 : 0;
    }
    World world{std::vector<double>(sources_, 1), std::vector<double>(source_of_.size(), 1)};
    world.source_spared[0] = 0;
    for (std::size_t i = 0; i < suspicions_.size(); ++i) {
      const Fates::Suspicion& suspicion = suspicions_[i];
      if (suspicion.source != 0) world.source_spared[suspicion.source] *= 1 - infected[i];
      world.suspect_spared[named_[i]] *= 1 - infected[i] * (suspicion.isolated ? 1 - isolation_spares : 1);
    }
    out += chance * in_world(world);
  }
  return out;
}

double Together::in_world(const World& world) const {
  std::vector<double> lost;
  lost.reserve(causes_.size());
  for (const Cause& cause : causes_) {
    double spared = 1;
    for (const std::uint32_t source : cause.sources) spared *= world.source_spared[source];
    for (const std::uint32_t suspect : cause.suspects) spared *= world.suspect_spared[suspect];
    lost.push_back(1 - spared);
  }
  // A unit's loss is a staircase over time (estate::harm_together); here of averages.
  double harm = 0;
  for (auto row = rows_.begin(); row != rows_.end();) {
    const std::uint32_t unit = row->first.unit;
    double share_lost = 0;
    double share_cut = 0;
    double hours = 0;
    for (; row != rows_.end() && row->first.unit == unit; ++row) {
      const double chance = lost[row->first.cause];
      share_lost += row->second * chance;
      if (row->first.ended) share_cut += row->second * (1 - chance);
      const auto next = std::next(row);
      const bool is_last = next == rows_.end() || next->first.unit != unit;
      const double until = is_last ? std::numeric_limits<double>::infinity() : next->first.tolerance_hours;
      hours += lost_hours(share_lost, share_cut, row->first.tolerance_hours, until);
    }
    const estate::Unit& of = estate_.units[unit];
    harm += estate::weight(estate_.weights, of.kind) * of.patients * hours;
  }
  return harm;
}

/// lost_hours is what a unit loses between two times, with these shares lost until the rebuild, and cut over the
/// incident.
double Together::lost_hours(double lost, double cut, double from, double to) const {
  const double incident = estate_.weights.incident_hours;
  const double rebuild = estate_.weights.rebuild_hours;
  const auto within = [&](double begin, double end) {
    return std::max(0.0, std::min(to, end) - std::max(from, begin));
  };
  const auto capped = [](double share) { return std::clamp(share, 0.0, 1.0); };
  const double longer = incident < rebuild ? lost : cut;
  return capped(lost + cut) * within(0, std::min(incident, rebuild)) +
         capped(longer) * within(std::min(incident, rebuild), std::max(incident, rebuild));
}

}  // namespace cordon::contain
