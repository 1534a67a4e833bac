// SPDX-License-Identifier: Apache-2.0
// Saving: how far an attack comes on average when these actions are in force, and how much further without one of them.
// The infected are sources for certain, each suspect with his probability, independently. Exact, no sampling. It
// decides nothing; weigh.h does.
//
// Suspects with the same ways on infect the same hosts: they are one source, which is infected if any of them is. One
// bit a source, the first for the infected and the sessions. What reaches a node is the union of what reaches its
// neighbours. Leaving an action out only adds ways, so the flood goes on from where it stood.
#pragma once

#include <bitset>
#include <map>
#include <span>
#include <vector>

#include "contain/weigh.h"

namespace cordon::contain {

/// flood_few_max: so many suspects fit a word, which is faster.
constexpr std::size_t flood_few_max = 48;

/// Fates says by whose doing each host is lost: when a source that reaches it is infected, and a suspect also by
/// itself. Source 0 are the infected, each other one is the suspects with the same ways on: infected when one of them
/// is.
struct Fates {
  struct Suspicion {
    std::uint32_t host = 0;
    std::uint32_t source = 0;  // 0: it leads nowhere
    double probability = 0;
    bool isolated = false;  // a guilty one is spared by isolation_spares
  };
  std::vector<std::vector<std::uint32_t>> causes;  // different sets of sources, sorted
  std::vector<std::uint32_t> cause;                // of each host, one of these
  std::vector<double> lost;                        // the chance of each host
  std::vector<Suspicion> suspicions;               // in the order they came
};

/// FloodOf tells so many different sets of ways on apart.
template <std::size_t GroupsMax>
class FloodOf {
 public:
  /// The graph must outlive it. Suspects count up to suspects_max; a host may be named more than once.
  FloodOf(const Graph& graph, std::span<const estate::HostIndex> infected, std::span<const Suspect> suspects,
          std::span<const Action> actions);

  /// expected is the patient-hours lost on average; the same as expected_loss.
  double expected() const { return expected_; }

  /// without gives what would also be lost if this action alone were left out: nothing where the others keep closed
  /// what it closes, or it is none of them.
  Saving without(const Action& action);

  Fates fates() const;

  /// steps counts nodes and edges looked at since the beginning: a measure of work that hangs on no clock.
  std::uint64_t steps() const { return steps_; }

 private:
  using Sources = std::bitset<GroupsMax + 1>;
  using Ways = std::vector<std::uint32_t>;
  /// Groups are the sources that are suspects, by their ways on.
  using Groups = std::map<Ways, std::size_t>;
  struct Chances {
    std::vector<std::size_t> group;  // of each suspect host; 0: it leads nowhere
    std::vector<double> spared;      // of each suspect host, by itself
    std::vector<double> spared_by;   // of each bit, the chance that it is not infected
  };

  void name_suspects(std::span<const Suspect> suspects);
  Ways ways_of(std::uint32_t host) const;
  bool is_isolated(std::uint32_t host) const { return removed_[graph_.host_edges(host).rest_out] != 0; }
  Groups look_at(Chances& chances, const std::vector<bool>& hosts) const;
  void give(std::vector<Sources>& reached, std::uint32_t node, const Sources& bits);
  void give_ways(std::vector<Sources>& reached, const Groups& groups);
  void settle();
  std::vector<std::uint32_t> spread(std::vector<Sources>& reached);
  double spared(const Chances& chances, const Sources& sources, std::uint32_t host, double others) const;
  std::vector<bool> changed(const Chances& chances, std::span<const std::uint32_t> more) const;
  Saving more_than_now(const Chances& chances, std::span<const std::uint32_t> nodes) const;

  const Graph& graph_;
  std::vector<Suspect> suspects_;
  std::vector<std::uint32_t> suspect_hosts_;  // each once
  std::vector<std::uint32_t> named_;          // of each suspect, its place among suspect_hosts_
  std::vector<std::uint32_t> place_;          // of each node among suspect_hosts_, or none
  std::vector<std::uint16_t> removed_;        // by how many actions, of each edge
  std::vector<std::uint32_t> to_;             // where each edge leads
  Groups groups_;
  Chances chances_;
  std::vector<Sources> reached_, tried_;  // the same but while an action is left out
  std::vector<std::uint32_t> open_;
  std::vector<bool> waiting_;
  std::vector<double> spared_;  // of each host
  double expected_ = 0;
  std::uint64_t steps_ = 0;
};

using Flood = FloodOf<suspect_groups_max>;
using FloodOfFew = FloodOf<63>;  // for up to flood_few_max suspects: leaving an action out needs a few groups more

/// with_flood calls `take` with the flood that is fast enough and wide enough for these suspects.
template <class Take>
auto with_flood(const Graph& graph, std::span<const estate::HostIndex> infected, std::span<const Suspect> suspects,
                std::span<const Action> actions, Take&& take) {
  if (suspects.size() <= flood_few_max) {
    FloodOfFew flood(graph, infected, suspects, actions);
    return take(flood);
  }
  Flood flood(graph, infected, suspects, actions);
  return take(flood);
}

}  // namespace cordon::contain
