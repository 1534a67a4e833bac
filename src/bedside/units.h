// SPDX-License-Identifier: Apache-2.0
// Units: UCUM as bedside devices use it, and what can be compared with what. Not a UCUM parser.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace cordon::bedside {

/// convert gives `value` of unit `from` in unit `to`; nothing when both are not the same quantity or not known.
/// Source: UCUM 2.1; 1 mm[Hg] = 133.322387415 Pa, 1 cm[H2O] = 98.0665 Pa.
std::optional<double> convert(double value, std::string_view from, std::string_view to);

/// known_units gives every unit that convert knows.
std::vector<std::string_view> known_units();

}  // namespace cordon::bedside
