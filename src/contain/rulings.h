// SPDX-License-Identifier: Apache-2.0
// Ruling: what becomes of the one line of a quick answer (plan.h, session.h), by the rules that both share. For this
// folder alone.
#pragma once

#include <optional>
#include <string>

#include "contain/plan.h"

namespace cordon::contain {

struct Ruling {
  event::Disposition disposition;
  std::string why;
};

/// identity_ruling: nobody is answered for what another machine did under his address, and nobody protected is.
std::optional<Ruling> identity_ruling(const PlanRequest& request);

/// limits_ruling is what mode, limits and people leave of an automatic cut that costs `harm` and that `why` explains.
Ruling limits_ruling(const PlanRequest& request, double harm, const char* why);

}  // namespace cordon::contain
