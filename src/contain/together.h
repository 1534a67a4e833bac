// SPDX-License-Identifier: Apache-2.0
// Together: the union of flows that are cut over the incident and flows that are lost over the rebuild, on average over
// the suspects: each flow once, with its longest outage, and in no hour more than all of a unit's care
// (estate::harm_together). What is lost comes from a flood (saving.h).
//
// The average of a sum is the sum of averages; of a sum that is capped it is not: one chance in ten that a unit loses
// its care five times over is a tenth of its care, not half. So the worlds are told apart in which each of a few
// suspects is infected or not, and the cap is put on each. Over the other suspects, and over whether isolating spares
// one, it is put on the average of the world, which is never less than the true one, and never more than the sum
// without a cap.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "contain/saving.h"

namespace cordon::contain {

/// told_apart_max: suspects whose worlds are told apart, those nearest to an even chance; two worlds for each.
constexpr std::size_t told_apart_max = 6;
/// together_steps_max bounds the work for all these worlds of one policy, in rows and causes looked at.
constexpr std::uint64_t together_steps_max = 4'000'000;

/// pulled gives the fates where the whole network is pulled: nobody reaches anybody, and each suspect is isolated but
/// the `certain` ones, who encrypt already. These are sorted, like the hosts that are infected.
Fates pulled(const Graph& graph, std::span<const estate::HostIndex> infected, std::span<const Suspect> suspects,
             std::span<const estate::HostIndex> certain);

class Together {
 public:
  /// ended: of each flow, whether the actions end it. The estate must outlive it.
  Together(const estate::Estate& estate, const Fates& fates, const std::vector<bool>& ended);

  /// affordable is the number of suspects whose worlds can be told apart. Policies are comparable by the least of them.
  std::size_t affordable() const;

  /// expected is the patient-hours of the flows, on average, the worlds of so many suspects told apart.
  double expected(std::size_t told_apart) const;

 private:
  /// Cause is why flows are lost: a source that reaches an end, or an end that is a suspect.
  struct Cause {
    std::vector<std::uint32_t> sources;
    std::vector<std::uint32_t> suspects;  // by their places in source_of_
    friend auto operator<=>(const Cause&, const Cause&) = default;
  };
  /// Row is the share of a unit's care that hangs on flows which differ in nothing else.
  struct Row {
    std::uint32_t unit = 0;
    double tolerance_hours = 0;
    std::uint32_t cause = 0;
    bool ended = false;
    friend auto operator<=>(const Row&, const Row&) = default;
  };
  struct RowHash {
    std::size_t operator()(const Row& row) const;
  };
  struct World {
    std::vector<double> source_spared;   // of each source
    std::vector<double> suspect_spared;  // of each suspect host, by itself
  };

  Cause cause_of(const Fates& fates, const estate::Flow& flow) const;
  double in_world(const World& world) const;
  double lost_hours(double lost, double cut, double from, double to) const;

  const estate::Estate& estate_;
  std::vector<Fates::Suspicion> suspicions_;
  std::vector<std::uint32_t> named_;      // of each suspicion, its host's place
  std::vector<std::uint32_t> place_;      // of each host among those suspected, or none
  std::vector<std::uint32_t> source_of_;  // of each of these
  std::vector<Cause> causes_;
  std::vector<std::pair<Row, double>> rows_;  // by unit, then by tolerance; the share beside each
  std::size_t sources_ = 1;
};

}  // namespace cordon::contain
