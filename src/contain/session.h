// SPDX-License-Identifier: Apache-2.0
// Session: the answer to files encrypted by one user of a host that stands for several people. The host is never cut
// for that by itself: the user is refused where he comes from, what he has open ends, and the others work on. Pure.
#pragma once

#include <string>
#include <string_view>

#include "contain/plan.h"

namespace cordon::contain {

/// session_rule names the rule and its version in every such plan.
constexpr std::string_view session_rule = "end_sessions/1";

/// session_key names the line: "end_sessions b.martin@ts-1".
std::string session_key(const estate::Estate& estate, const event::HostKey& host, const std::string& login);

/// account_of gives the declared account that a login (event::login_of) is, or null.
const estate::Account* account_of(const estate::Estate& estate, const std::string& login);

/// harm_of_session estimates the patient-hours lost when a user cannot reach the file shares from one host over the
/// incident. Of a declared account: what disabling it costs. Of anybody else: one user's share of what the host opens
/// on spreading ports, `users` having been seen on it. Knowing of too few users makes it dearer, never cheaper.
double harm_of_session(const estate::Estate& estate, const event::HostKey& host, const std::string& login,
                       std::size_t users);

/// make_session_plan answers a verdict `infected` on a session with one line, end_sessions at every declared address of
/// the host. It is withheld where make_plan withholds and for protected accounts, advised for names that cannot be
/// written down safely (event::is_plain) and where mode, limits or people leave nothing automatic; else cut.
event::PlanMade make_session_plan(const PlanRequest& request, std::size_t users);

}  // namespace cordon::contain
