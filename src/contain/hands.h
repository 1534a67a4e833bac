// SPDX-License-Identifier: Apache-2.0
// Hands: what nobody here can carry out, so that a person must do it by hand: what no enforcer of ours has a grain for
// (a border's other services, an account), and what none of the means at hand may be asked for. The one answer for the
// plan that is served, for `cordon plan` and for the simulation. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "contain/action.h"
#include "event/containment.h"
#include "event/means.h"

namespace cordon::contain {

/// assumed_means is what a plan reckons with that no running Cordon makes: rules at the grain that the estate states
/// for every host, with the users of one address told apart.
std::span<const event::MeansOffer> assumed_means();

/// Hands borrows what it is given, which must outlive it. seen: who was seen lately, whose addresses a cut takes along;
/// silent: names of means that do not answer now.
class Hands {
 public:
  explicit Hands(const estate::Estate& estate, std::span<const event::MeansOffer> means = assumed_means(),
                 std::span<const event::HostKey> seen = {}, std::span<const std::string> silent = {})
      : estate_(estate), means_(means), seen_(seen), silent_(silent) {}

  /// by_hand: none of the means carries it out. Remembers what it was asked.
  bool by_hand(const Action& action) const { return reach(action) == Reach::none; }
  /// in_part: a part of it is all that the means at hand do: one file server turns a host away, which goes on elsewhere
  /// and may be reached as before.
  bool in_part(const Action& action) const { return reach(action) == Reach::part; }
  /// has_whole: some means that answers now does a whole cut of some kind.
  bool has_whole() const;
  /// is_sure: one of the means does all of it, and answers now.
  bool is_sure(const Action& action) const { return reach(action) == Reach::whole; }

 private:
  enum class Reach : std::uint8_t { none, part, silent, whole };
  Reach reach(const Action& action) const;

  const estate::Estate& estate_;
  std::span<const event::MeansOffer> means_;
  std::span<const event::HostKey> seen_;
  std::span<const std::string> silent_;
  mutable std::map<Action, Reach> known_;
};

}  // namespace cordon::contain
