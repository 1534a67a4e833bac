// SPDX-License-Identifier: Apache-2.0
// Which means a cut is asked of: the first in the configured order that carries out what was decided and stops no care
// that was not weighed; and the next when those asked so far do not do. Pure.
#pragma once

#include <span>
#include <string>

#include "estate/estate.h"
#include "event/containment.h"

namespace cordon::contain {

/// suits says whether a means may be asked for this action about this host. One that stops one server's files does a
/// part of every cut of what a host spreads. One that stops the whole host isolates it, and only where no care flow
/// would stop with it. No means but those two is asked for more or less than was decided. Sessions are ended by whoever
/// can tell users apart, and by nobody else.
bool suits(const event::MeansOffer& offer, const std::string& action, const event::HostKey& host,
           const estate::Estate& estate);

/// next_means gives the first of `offers` that suits and is not in `asked`, or null.
const event::MeansOffer* next_means(std::span<const event::MeansOffer> offers, std::span<const std::string> asked,
                                    const std::string& action, const event::HostKey& host,
                                    const estate::Estate& estate);

}  // namespace cordon::contain
