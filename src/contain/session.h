// SPDX-License-Identifier: Apache-2.0
// Session: the answer to files encrypted by one user of a host that stands for several people. The host is never cut
// for that by itself: the user is refused where he comes from, what he has open ends, and the others work on. Pure.
//
// The quick answer to one verdict is here; what it leaves over (the budget, the limit, people) is weighed with the
// whole estate, in which a session is a source of the attack (graph.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contain/plan.h"

namespace cordon::contain {

/// session_rule names the rule and its version in every such plan.
constexpr std::string_view session_rule = "end_sessions/1";

/// session_of gives the session of a login (event::login_of) on a host on which so many users were seen, as nobody can
/// end it yet; none where nobody declared the address, nor the MAC.
std::optional<estate::Session> session_of(const estate::Estate& estate, const event::HostKey& host,
                                          const std::string& login, std::size_t users);

/// session_name: "b.martin@ts-1"; the key of its line is "end_sessions b.martin@ts-1" (lines.h).
std::string session_name(const estate::Estate& estate, const estate::Session& session);

/// targets_of gives where a user is refused: at every declared address of the host, and at those he was seen under.
std::vector<event::SessionTarget> targets_of(const estate::Estate& estate, const estate::Session& session);

/// make_session_plan answers a verdict `infected` on this session with one line, end_sessions. It is withheld where
/// make_plan withholds and for protected accounts, advised for names that cannot be written down safely
/// (event::is_plain) and where mode, limits or people leave nothing automatic; else cut.
event::PlanMade make_session_plan(const PlanRequest& request, const estate::Session& session);

}  // namespace cordon::contain
