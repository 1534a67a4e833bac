// SPDX-License-Identifier: Apache-2.0
// Patient: who may be placed, and who cannot be the same person.
#pragma once

#include "event/bedside.h"

namespace cordon::bedside {

/// is_known says whether somebody is named by a number, or by name and day of birth.
bool is_known(const event::PatientOffer& patient);

/// differs says whether these cannot be the same person. What one side does not know speaks for nothing.
bool differs(const event::PatientOffer& a, const event::PatientOffer& b);

}  // namespace cordon::bedside
