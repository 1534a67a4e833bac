// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <locale>

namespace cordon {

/// french writes numbers with a decimal comma: fmt::format(french(), "{:.1Lf}", 8.5) is "8,5".
const std::locale& french();

}  // namespace cordon
