// SPDX-License-Identifier: Apache-2.0
// A number as people read it, on paper and in sentences. What programs read (CSV, JSON) is written elsewhere, with a
// point and an ASCII hyphen.
#pragma once

#include <locale>
#include <string>

namespace cordon {

/// decimal writes a finite value with at most six digits, the decimal sign of `numbers` and a true minus sign
/// (U+2212), and none before a zero.
std::string decimal(double value, const std::locale& numbers);

}  // namespace cordon
