// SPDX-License-Identifier: Apache-2.0
// Patient: who may be placed, who cannot be the same person, and who is.
#pragma once

#include <string_view>

#include "base/time.h"
#include "event/bedside.h"

namespace cordon::bedside {

/// is_known says whether somebody is named by two identifiers: a family name, and a number or the day of birth.
bool is_known(const event::PatientOffer& patient);

/// differs says whether these cannot be the same person, however each is written: capitals, accents, blanks and marks
/// tell nobody apart, nor does a name that is a part of the other (a double name, one of several given names, an
/// initial, the beginning of a given name). What one side does not know speaks for nothing. Two numbers are two
/// persons. One number is one, whatever one of family, given name and day of birth says otherwise (a married name, a
/// mistake), but not two of them. Without two numbers another given name or day of birth is another person, and another
/// family name where not both of them are stated and agree.
bool differs(const event::PatientOffer& a, const event::PatientOffer& b);
/// replaces: somebody lay there, who is gone or not the one who comes.
bool replaces(const event::PatientOffer& before, const event::PatientOffer& after);

/// is_same says whether these are one person: of one number, or, where one of them has none, of one name and day of
/// birth, written as `differs` lets them. Other given names keep twins without a number two.
bool is_same(const event::PatientOffer& a, const event::PatientOffer& b);

/// is_born_after says whether the day of birth is later than tomorrow: a box's clock and a time zone are never a day
/// apart.
bool is_born_after(const event::PatientOffer& patient, WallTime now);

/// born_min: nobody alive was born earlier; such a day tells nobody apart.
constexpr std::string_view born_min = "1880-01-01";

bool is_born_too_early(const event::PatientOffer& patient);

}  // namespace cordon::bedside
