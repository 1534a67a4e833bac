// SPDX-License-Identifier: Apache-2.0
// The version, as the build gives it.
#pragma once

namespace cordon::app {
inline constexpr const char* version = CORDON_VERSION;
}  // namespace cordon::app
