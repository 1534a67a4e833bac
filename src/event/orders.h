// SPDX-License-Identifier: Apache-2.0
// What people decide about the plan and about what Cordon does by itself. RollBack stands with the cuts
// (containment.h).
#pragma once

#include <cstdint>
#include <string>

#include "event/system.h"

namespace cordon::event {

/// LineWish is a person's word about one action.
enum class LineWish : std::uint8_t {
  force,   // do it, whatever it costs
  forbid,  // do not do it
  free,    // let the model decide again
};

/// LineDecided: a person overruled the model; the plan is made anew around it. `key` as in PlannedAction. As an input
/// it is a wish, which the engine checks against the person's rights before it records it.
struct LineDecided {
  WallTime at;
  std::string key;
  LineWish wish = LineWish::free;
  std::string by;
  std::string session;
  std::string reason;
};

/// HandDone: a person says that a line which no enforcer carries out was done by hand, or (`done` false) was taken
/// back. Nothing proves it. As an input it is a wish, as LineDecided is.
struct HandDone {
  WallTime at;
  std::string key;  // as in PlannedAction
  bool done = true;
  std::string by;
  std::string session;
  std::string remark;
};

/// OrderRefused: a person who may do so said something about a line that was not taken, and why.
struct OrderRefused {
  WallTime at;
  std::string key;  // as in PlannedAction
  std::string by;
  std::string session;
  std::string why;
};

/// Freeze stops automatic cuts, or lets them go on. Cuts in force stay.
struct Freeze {
  WallTime at;
  bool frozen = true;
  std::string by;
  std::string session;
  std::string reason;
};

/// ModeChosen is a person's change of the mode; it lasts until the next.
struct ModeChosen {
  WallTime at;
  Mode mode = Mode::guard;
  std::string by;
  std::string session;
  std::string reason;
};

}  // namespace cordon::event
