// SPDX-License-Identifier: Apache-2.0
// Signal: what sounds and flashes now. A pure function of the open alarms and of time, so that a screen, the box's
// loudspeaker and a test say the same. Nothing but a person's timed pause makes an alarm silent.
// Source: IEC 60601-1-8 6.3 (priorities, colours, rates, bursts); the figures are in docs/STATION.md.
#pragma once

#include <optional>
#include <string>

#include "bedside/state.h"

namespace cordon::bedside {

/// burst_heard_min: whatever is raised sounds for so long, even when it ends before: one burst of the highest priority.
constexpr Micros burst_heard_min = std::chrono::seconds(3);

/// audible says whether an alarm asks for sound at `now`.
bool audible(const Alarm& alarm, WallTime now);

/// Signal is the one sound of everything: the highest priority that is audible.
struct Signal {
  event::AlarmPriority priority = event::AlarmPriority::none;
  std::uint64_t alarm = 0;        // which one, the newest of that priority
  std::size_t audible = 0;        // how many sound
  std::size_t paused = 0;         // how many are present and paused by a person
  std::optional<WallTime> until;  // when the first of those pauses ends
};

/// signal_of covers the ended alarms too, but for those of an earlier run: the newest may still be sounding.
Signal signal_of(const State& state, WallTime now);

/// resounds says whether an alarm that somebody answered wants an answer again: its silence is over, its condition not.
bool resounds(const Alarm& alarm, WallTime now);

/// escalation_due gives the level to which an alarm has to be escalated at `now`; its own level when it is not due.
/// Level 0 calls the nurse of the bed, 1 a second one, 2 everybody and the doctor.
std::uint32_t escalation_due(const Alarm& alarm, WallTime now);

}  // namespace cordon::bedside
