// SPDX-License-Identifier: Apache-2.0
// Which means a cut is asked of: the first in the configured order that carries out what was decided and stops no care
// that was not weighed; and the next when those asked so far do not do. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "contain/action.h"
#include "estate/estate.h"
#include "event/containment.h"

namespace cordon::contain {

/// Cutting is what a means would be asked for: the action's word, whom it is about, and every address it would stop.
struct Cutting {
  std::string_view action;
  const event::HostKey& host;
  std::span<const IpAddress> ips{};
  std::span<const event::SessionTarget> sessions{};
  std::span<const Mac> macs{};
};

/// cutting_of reads it off a line of a plan or a cut, which must outlive it.
template <class Line>
Cutting cutting_of(const Line& line) {
  return {line.action, line.host, line.ips, line.sessions, line.macs};
}

/// cuts_off_protected: this isolates a protected host or blocks what it opens itself. To shield it is permitted.
bool cuts_off_protected(const estate::Estate& estate, const Action& action);

/// suits says whether a means may be asked for this. One that stops one server's files does a part of every cut of what
/// a host with an address spreads, or ends one user's sessions, and only where no care flow to that server's files
/// would stop with it. One that stops the whole host isolates it, and only where no care flow would stop with it. No
/// means but those two is asked for more or less than was decided. Sessions are ended by whoever can tell users apart,
/// and by nobody else. Of protected hosts nobody is asked for more than a shield: cordon-nft and RADIUS refuse it by
/// themselves.
bool suits(const event::MeansOffer& offer, const Cutting& cutting, const estate::Estate& estate);

/// does_whole says whether a means that suits does all that such a cut is for: one file server stops a host there
/// alone.
bool does_whole(const event::MeansOffer& offer, std::string_view action);

/// next_means gives the first of `offers` that suits and is not in `asked`, or null. One that only rehearses is given
/// where nobody else suits at all.
const event::MeansOffer* next_means(std::span<const event::MeansOffer> offers, std::span<const std::string> asked,
                                    const Cutting& cutting, const estate::Estate& estate);

/// next_whole_means passes over those that do a part of it (does_whole).
const event::MeansOffer* next_whole_means(std::span<const event::MeansOffer> offers, std::span<const std::string> asked,
                                          const Cutting& cutting, const estate::Estate& estate);

/// why_let_go says why this means may not keep a cut any more that it was asked for under another estate: who is
/// protected or Cordon's own is among those who are cut, or care would stop with it. Empty: it may.
std::string why_let_go(const event::MeansOffer& offer, const event::CutDecided& cut, const estate::Estate& estate);

/// leave_to_hands turns lines to be cut or to be approved that none of `offers` carries out into advice, and says
/// whether there were any.
bool leave_to_hands(std::span<event::PlannedAction> lines, std::span<const event::MeansOffer> offers,
                    const estate::Estate& estate);

}  // namespace cordon::contain
