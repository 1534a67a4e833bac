// SPDX-License-Identifier: Apache-2.0
// Input, Event and Effect: everything that goes into the engine, is recorded by it, or is asked of the world.
#pragma once

#include <variant>

#include "event/containment.h"
#include "event/detection.h"
#include "event/orders.h"
#include "event/people.h"
#include "event/system.h"

namespace cordon::event {

/// Input is what engine.step takes.
using Input = std::variant<Started, Tick, ProcessChanged, SensorReport, HostSeen, FlowSeen, Observation, FlowProgress,
                           EnforcerReport, InForce, RollBack, PersonChanged, SessionChanged, ApprovalWish,
                           CertificateChanged, LineDecided, HandDone, Freeze, ModeChosen, ClockSet>;

/// Event is what the logbook carries. State is the fold of these alone.
using Event = std::variant<Started, ProcessChanged, SensorReport, HostSeen, FlowsSeen, Observation, WorkSummed, Verdict,
                           PlanMade, CutDecided, CutHandedOn, CutProlonged, CutNarrowed, CutChanged, PersonChanged,
                           SessionChanged, ApprovalAsked, ApprovalChanged, CertificateChanged, LineDecided, HandDone,
                           OrderRefused, Freeze, ModeChosen, ClockSet>;

/// Effect is released only after the events of the same step are durable.
using Effect = std::variant<ApplyCut, LiftCut>;

/// time_of gives when an event happened.
inline WallTime time_of(const Event& e) {
  return std::visit(
      [](const auto& v) {
        if constexpr (requires { v.at; }) {
          return v.at;
        } else {
          return v.to;
        }
      },
      e);
}

}  // namespace cordon::event
