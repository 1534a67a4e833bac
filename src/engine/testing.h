// SPDX-License-Identifier: Apache-2.0
// The clock of this folder's tests.
#pragma once

#include <string>
#include <utility>

#include "base/time.h"
#include "event/messages.h"

namespace cordon::engine {

/// at gives a time of the night of 3 December 2022: seconds after 20:00 UTC.
inline WallTime at(double seconds) {
  return wall_time_of(1670097600 + seconds);
}

/// decider is who decides in these tests, and decider_session his open session.
constexpr const char* decider = "a.durand";
constexpr const char* decider_session = "session-a.durand";

/// enter has a person sign in; `step` takes inputs.
template <class Step>
void enter(Step&& step, const std::string& name, event::Role role) {
  step(event::PersonChanged{at(0), name, event::PersonStep::entered, {role}, "console"});
  step(event::SessionChanged{at(0), name, "session-" + name, event::SessionStep::signed_in, "127.0.0.1", 1, ""});
}

/// taken_back is the wish of that person to lift a cut, at a time of the night.
inline event::RollBack taken_back(double seconds, const std::string& cut) {
  return {at(seconds), cut, decider, decider_session, "looked at"};
}

}  // namespace cordon::engine
