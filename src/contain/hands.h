// SPDX-License-Identifier: Apache-2.0
// Hands: what nobody here can carry out, so that a person must do it by hand: what no enforcer of ours has a grain for
// (a border's other services, an account), and what none of the means at hand may be asked for. The one answer for the
// plan that is served, for `cordon plan` and for the simulation. Pure.
#pragma once

#include <map>
#include <span>

#include "contain/action.h"
#include "event/containment.h"
#include "event/means.h"

namespace cordon::contain {

/// assumed_means is what a plan reckons with that no running Cordon makes: rules at the grain that the estate states
/// for every host, with the users of one address told apart.
std::span<const event::MeansOffer> assumed_means();

/// Hands borrows all three, which must outlive it. seen: who was seen lately, whose addresses a cut takes along.
class Hands {
 public:
  explicit Hands(const estate::Estate& estate, std::span<const event::MeansOffer> means = assumed_means(),
                 std::span<const event::HostKey> seen = {})
      : estate_(estate), means_(means), seen_(seen) {}

  /// by_hand: none of the means carries it out. Remembers what it was asked.
  bool by_hand(const Action& action) const;

 private:
  const estate::Estate& estate_;
  std::span<const event::MeansOffer> means_;
  std::span<const event::HostKey> seen_;
  mutable std::map<Action, bool> known_;
};

}  // namespace cordon::contain
