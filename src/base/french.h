// SPDX-License-Identifier: Apache-2.0
// The French way to write a number.
#pragma once

#include <locale>

namespace cordon {

/// french_numbers writes numbers with a decimal comma: fmt::format(french_numbers(), "{:.1Lf}", 8.5) is "8,5".
const std::locale& french_numbers();

}  // namespace cordon
