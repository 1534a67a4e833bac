// SPDX-License-Identifier: Apache-2.0
// The enforcer threads: they carry effects out and report what came of it, for ever retrying. Dry run enforces nothing
// and says so; nftables goes through the helper cordon-nft, reads back what is in force twice a second and tells what
// it drops.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "base/queue.h"
#include "estate/estate.h"
#include "event/messages.h"

namespace cordon::app {

using EffectQueue = BoundedQueue<event::Effect>;
using Report = std::function<void(event::Input)>;

/// enforcer_poll: how often the ruleset is read back while a cut is in force, and how soon a lost helper is looked for
/// again.
constexpr std::chrono::milliseconds enforcer_poll{500};

void run_dry_enforcer(std::stop_token stop, EffectQueue& effects, const Report& report);

void run_nft_enforcer(std::stop_token stop, EffectQueue& effects, const Report& report, const std::string& socket,
                      const estate::Estate& estate);

}  // namespace cordon::app
